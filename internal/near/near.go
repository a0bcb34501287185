// Package near guesses which word somebody meant.
package near

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Word returns the candidate that differs least from word, "" where none is near: at most one edit in three letters.
// Case does not count. Of equally near ones it is the first.
func Word(word string, candidates []string) string {
	best, bestDistance := "", len(word)/3+1
	for _, c := range candidates {
		if n := len(c) - len(word); n >= bestDistance || -n >= bestDistance {
			continue
		}
		if d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(c), nil); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// Hint is the sentence for an error: what was perhaps meant, else otherwise.
func Hint(word string, candidates []string, otherwise string) string {
	if w := Word(word, candidates); w != "" {
		return "Did you mean `" + w + "`?"
	}
	return otherwise
}
