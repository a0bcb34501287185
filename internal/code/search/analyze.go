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

// catastrophic reports whether a backtracking engine may take exponential time on a regular expression: something that
// is repeated and may be cut in more than one way is repeated itself, and what follows may fail.
func catastrophic(s []byte) bool {
	re, err := syntax.Parse(string(s), syntax.Perl)
	if err != nil {
		return false
	}
	return ambiguous(re, false, 0)
}

// ambiguous looks for such a repetition. after says that what follows the expression may fail to match.
func ambiguous(re *syntax.Regexp, after bool, depth int) bool {
	if depth > maxNesting {
		return false
	}
	const often = 4 // fewer turns are not too many ways
	turns := re.Op == syntax.OpStar || re.Op == syntax.OpPlus ||
		re.Op == syntax.OpRepeat && (re.Max == -1 || re.Max >= often)
	if turns && after && (severalWays(re.Sub[0], 0) || overlaps(re.Sub[0])) {
		return true
	}
	for i := len(re.Sub) - 1; i >= 0; i-- {
		if ambiguous(re.Sub[i], after, depth+1) {
			return true
		}
		if re.Op == syntax.OpConcat {
			after = after || mayFail(re.Sub[i])
		}
	}
	return false
}

// maxNesting bounds how deep a regular expression is looked into.
const maxNesting = 200

// severalWays reports whether an expression has a repetition that may take more or less of the same text.
func severalWays(re *syntax.Regexp, depth int) bool {
	if depth > maxNesting {
		return false
	}
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus:
		return true
	case syntax.OpRepeat:
		return re.Max == -1 || re.Max > 1 && re.Max != re.Min
	}
	for _, sub := range re.Sub {
		if severalWays(sub, depth+1) {
			return true
		}
	}
	return false
}

// mayFail reports whether an expression needs something of the text.
func mayFail(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpEmptyMatch:
		return false
	case syntax.OpRepeat:
		return re.Min > 0
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
