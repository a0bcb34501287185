// Package owasp tells which categories of the OWASP Top Ten a weakness belongs to, by OWASP's published lists of both
// editions in use.
package owasp

import (
	"slices"
	"strconv"
	"strings"
)

// Category is one of the ten of an edition, with the weaknesses that OWASP counts to it.
type Category struct {
	Code string // "A05:2025"
	Name string
	CWEs []int
}

// Categories lists those of both editions, the newer edition first.
func Categories() []Category { return slices.Concat(edition2025, edition2021) }

// Of returns the codes of the categories to which any of the weaknesses belongs, the newer edition first. A weakness is
// told as "CWE-89", also with its name after that. A list has some weaknesses and not their parents or children; so a
// rule names the weakness and the parents by which it is commonly known.
func Of(cwe ...string) []string {
	var numbers []int
	for _, w := range cwe {
		if n, ok := number(w); ok {
			numbers = append(numbers, n)
		}
	}
	var codes []string
	for _, c := range Categories() {
		if slices.ContainsFunc(numbers, func(n int) bool { return slices.Contains(c.CWEs, n) }) {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// number is that of "CWE-89" or "CWE-89: SQL injection".
func number(cwe string) (int, bool) {
	digits, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(cwe)), "CWE-")
	if !ok {
		return 0, false
	}
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = digits[:end]
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}
