package finding

import (
	"fmt"
	"strings"
)

// Severity is how bad a finding is by itself, before the stack around it is looked at (that is Priority).
type Severity string

// The severities, worst first. Unknown is a word of its own: see Finding.Weight.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
	Unknown  Severity = "unknown"
)

// Severities lists all severities, worst first, unknown last.
var Severities = []Severity{Critical, High, Medium, Low, Info, Unknown}

// ParseSeverity reads a severity as people write it on a command line.
func ParseSeverity(s string) (Severity, error) {
	want := Severity(strings.ToLower(strings.TrimSpace(s)))
	for _, v := range Severities {
		if v == want && v != Unknown {
			return v, nil
		}
	}
	return "", fmt.Errorf("%q is no severity; use critical, high, medium, low or info", s)
}

// Rank is 5 for critical down to 1 for info; unknown ranks as medium, which is how thresholds treat it.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 5
	case High:
		return 4
	case Medium, Unknown:
		return 3
	case Low:
		return 2
	}
	return 1
}

// SeverityOfScore maps a CVSS base score to the qualitative scale of the CVSS 3.1 specification, section 5
// (CVSS 4.0 keeps the same bounds). A score of 0 is "None" there and Info here.
func SeverityOfScore(score float64) Severity {
	switch {
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return Info
}

// epssLikely is the EPSS probability from which an unrated vulnerability is treated as high.
const epssLikely = 0.1

// Weight is the severity that thresholds use: the finding's own, but an unknown one counts as high when it is known
// to be exploited or likely to be, else as medium.
func (f *Finding) Weight() Severity {
	if f.Severity != Unknown {
		return f.Severity
	}
	if a := f.Advisory; a != nil && (a.KEV || a.EPSS != nil && *a.EPSS >= epssLikely) {
		return High
	}
	return Medium
}
