package search

import (
	"math"
	"regexp/syntax"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// highEntropy reports whether a text looks like a random secret: Shannon entropy per character, with a lower bar for
// the hexadecimal alphabet, which cannot reach more than four bits.
func highEntropy(s []byte) bool {
	if len(s) < 16 || len(s) > 4096 {
		return false
	}
	var count [256]int
	hex := true
	for _, c := range s {
		count[c]++
		hex = hex && (c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'f')
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	if hex {
		return bits > 3
	}
	return bits > 3.5 && !words.Match(s)
}

// words is text made of words rather than of random letters.
var words = lazyregexp.New(`(?i)^[a-z]+([ _./-][a-z]+)+$`)

// catastrophic reports whether a backtracking engine may take exponential time on a regular expression: a repetition
// without bound directly within another whose turns can match the same text in more than one way.
func catastrophic(s []byte) bool {
	re, err := syntax.Parse(string(s), syntax.Perl)
	if err != nil {
		return false
	}
	return nested(re, false, 0)
}

func nested(re *syntax.Regexp, within bool, depth int) bool {
	if depth > 200 {
		return false
	}
	unbounded := re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max == -1
	if unbounded && within {
		return true
	}
	for _, sub := range re.Sub {
		w := unbounded
		if re.Op == syntax.OpCapture || re.Op == syntax.OpQuest || re.Op == syntax.OpAlternate {
			w = within
		}
		if re.Op == syntax.OpConcat {
			w = within && optionalRest(re.Sub, sub)
		}
		if nested(sub, w, depth+1) {
			return true
		}
	}
	return unbounded && overlaps(re.Sub[0])
}

// optionalRest: within a concatenation a repetition is ambiguous with the next turn only if all else may be empty.
func optionalRest(all []*syntax.Regexp, one *syntax.Regexp) bool {
	for _, o := range all {
		if o != one && o.Op != syntax.OpStar && o.Op != syntax.OpQuest {
			return false
		}
	}
	return true
}

// overlaps reports whether two arms of an alternation can match the same text.
func overlaps(re *syntax.Regexp) bool {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op != syntax.OpAlternate {
		return false
	}
	for i := range re.Sub {
		for j := i + 1; j < len(re.Sub); j++ {
			if re.Sub[i].String() == re.Sub[j].String() {
				return true
			}
		}
	}
	return false
}
