package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// hole is a metavariable in a rule's message: where the rule is told by itself nothing has been put in it.
var hole = lazyregexp.New(`\$(?:\.\.\.)?[A-Z_][A-Z_0-9]*`)

// Title is what a rule is called in one line.
func Title(r *rule.Rule) string {
	if r.Meta.Title != "" {
		return r.Meta.Title
	}
	title, _, _ := strings.Cut(strings.TrimSpace(r.Message), "\n")
	if i := strings.Index(title, ". "); i > 0 {
		title = title[:i]
	}
	return strings.TrimSuffix(title, ".")
}

// Description is what a rule tells, as Markdown: what happens, why it matters, and an example of each kind.
func Description(r *rule.Rule) string {
	parts := []string{strings.TrimSpace(hole.ReplaceAllString(r.Message, "…"))}
	if r.Meta.Why != "" {
		parts = append(parts, strings.TrimSpace(r.Meta.Why))
	}
	for _, x := range []struct{ label, code string }{{"Bad", r.Meta.Bad}, {"Good", r.Meta.Good}} {
		if x.code != "" {
			parts = append(parts, fmt.Sprintf("%s:\n\n```%s\n%s\n```", x.label, fence(r), strings.TrimRight(x.code, "\n")))
		}
	}
	return strings.Join(parts, "\n\n")
}

// fence is the language of a rule's examples, as Markdown knows it.
func fence(r *rule.Rule) string {
	if l := r.Languages[0]; l != "generic" && l != "regex" {
		return l
	}
	return "text"
}

// Page is a page of the documentation: the rules of one folder of the pack.
func Page(folder string, list []*rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules for %s\n\nMade from the rule files by `go test ./internal/code/rules -update`.\n", folder)
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *rule.Rule) int { return cmp.Compare(a.ID, b.ID) })
	fmt.Fprintf(&b, "\n| rule | severity | CWE | OWASP |\n|---|---|---|---|\n")
	for _, r := range list {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", r.ID, r.ID, r.Severity, strings.Join(r.Meta.CWE, ", "),
			strings.Join(r.Meta.OWASP, ", "))
	}
	for _, r := range list {
		about := ""
		if finding.Kind(Kind(r)).Quality() {
			about = fmt.Sprintf(" (%s)", Kind(r))
		}
		fmt.Fprintf(&b, "\n## %s\n\n**%s.** %s%s, %s confidence. %s.\n\n%s\n", r.ID, Title(r),
			capital(string(r.Severity)), about, r.Meta.Confidence, strings.Join(slices.Concat(r.Meta.CWE, r.Meta.OWASP), ", "), Description(r))
		for _, u := range r.Meta.References {
			fmt.Fprintf(&b, "\n- %s", u)
		}
		if len(r.Meta.References) > 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Kind is what a rule is about; one that does not say is about a vulnerability.
func Kind(r *rule.Rule) string { return cmp.Or(r.Meta.Kind, rule.Kinds[0]) }
