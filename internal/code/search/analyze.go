package search

import (
	"bytes"
	"regexp/syntax"
	"sync"
)

// highEntropy reports whether a text looks like a random secret: it tells more than so many bits, and most of what its
// bytes could hold. Three letters tell as much as they are rare in English, so words tell little, however many.
func highEntropy(s []byte) bool {
	const (
		least    = 64  // bits
		share    = 0.6 // of what the bytes hold
		maxBytes = 4096
	)
	if len(s) > maxBytes {
		return false
	}
	bits := entropy(s)
	return bits > least && bits > share*float64(8*len(s))
}

// entropy is how many bits a text tells.
func entropy(s []byte) float64 {
	if len(s) == 0 || len(bytes.Trim(s, string(s[:1]))) == 0 {
		return 1 // one byte, however often
	}
	const (
		any  = 5.954 // one of 26 letters, big or small, or of ten digits
		rare = 17.0  // bits of three letters that words do not have
	)
	bits, table := 0.0, surprise()
	for i := range s {
		var three [3]byte
		letters := true
		for k := range three {
			c := s[max(0, min(i, len(s)-len(three)))+min(k, len(s)-1)] | 32
			three[k] = c
			letters = letters && c >= 'a' && c <= 'z'
		}
		switch b, known := table[three]; {
		case !letters:
			bits += any
		case known:
			bits += float64(b) / float64(len(three))
		default:
			bits += rare / float64(len(three))
		}
	}
	return bits
}

// surprise is how many bits each of the usual three letters tell.
var surprise = sync.OnceValue(func() map[[3]byte]int {
	out := map[[3]byte]int{}
	for bits, all := range trigrams {
		for ; len(all) >= 3; all = all[3:] {
			out[[3]byte([]byte(all[:3]))] = bits
		}
	}
	return out
})

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
