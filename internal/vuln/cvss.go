package vuln

import (
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"
)

// Score is a CVSS vector with the score computed from it.
type Score struct {
	Vector   string
	Value    float64 // 0..10
	standard int     // 2, 30, 31, 40
}

// ParseCVSS computes the score of a CVSS 2, 3.0, 3.1 or 4.0 vector: the base score of 2 and 3, and for 4.0 the score of
// the vector as it stands, which has no base score apart from it. It reports false for what is no vector.
func ParseCVSS(vector string) (Score, bool) {
	s := Score{Vector: vector}
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		v, err := cvss40.ParseVector(vector)
		if err != nil {
			return s, false
		}
		s.Value, s.standard = v.Score(), 40
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		v, err := cvss31.ParseVector(vector)
		if err != nil {
			return s, false
		}
		s.Value, s.standard = v.BaseScore(), 31
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		v, err := cvss30.ParseVector(vector)
		if err != nil {
			return s, false
		}
		s.Value, s.standard = v.BaseScore(), 30
	default:
		v, err := cvss20.ParseVector(strings.TrimSuffix(strings.TrimPrefix(vector, "("), ")"))
		if err != nil {
			return s, false
		}
		s.Value, s.standard = v.BaseScore(), 2
	}
	return s, true
}

// better orders scores of one vulnerability: the newest standard says most, and of one standard the highest counts.
func (s Score) better(o Score) bool {
	if s.standard != o.standard {
		return s.standard > o.standard
	}
	if s.Value != o.Value {
		return s.Value > o.Value
	}
	return s.Vector < o.Vector
}

// best returns the vector that counts among several, nil where none is valid.
func best(vectors []string) *Score {
	var top *Score
	for _, v := range vectors {
		if s, ok := ParseCVSS(v); ok && (top == nil || s.better(*top)) {
			top = &s
		}
	}
	return top
}
