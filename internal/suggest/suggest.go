// Package suggest guesses which word somebody meant.
package suggest

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
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts the edits between two words; two letters in the wrong order are one.
func distance(a, b string) int {
	if len(a) == len(b) {
		for i := 0; i+1 < len(a); i++ {
			if a[i] != b[i] {
				if a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
					return 1
				}
				break
			}
		}
	}
	return levenshtein.Distance(a, b, nil)
}

// Hint is the sentence for an error: what was perhaps meant, else otherwise.
func Hint(word string, candidates []string, otherwise string) string {
	if w := Word(word, candidates); w != "" {
		return "Did you mean `" + w + "`?"
	}
	return otherwise
}
