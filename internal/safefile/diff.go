package safefile

import (
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Diff is the change of a file as a unified diff, as git apply and patch read it. The name is shown with slashes.
func Diff(name string, before, after []byte) string {
	name = strings.TrimPrefix(name, "/")
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: lines(before), B: lines(after), FromFile: "a/" + name,
		ToFile: "b/" + name, Context: 2})
	if err != nil { // a text in memory takes everything
		return ""
	}
	return text
}

// lines splits a text behind its line ends; a last line without one is marked as diff marks it.
func lines(text []byte) []string {
	all := strings.SplitAfter(string(text), "\n")
	last := len(all) - 1
	if all[last] == "" {
		return all[:last]
	}
	all[last] += "\n\\ No newline at end of file\n"
	return all
}
