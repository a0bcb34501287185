package rules

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var yumPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "yum-pin", Aliases: []string{"DL3033"}, Severity: finding.Info,
		Title:       "yum installs packages without a version",
		Description: "The next build takes what the repository has that day.",
		Remedy:      "Write package-version.",
		References:  []string{"https://man7.org/linux/man-pages/man8/yum.8.html"},
	},
	Check: func(p *lint.Pass) { rpmPin(p, "yum installs without a version", "yum") },
}

var rpmVersion = lazyregexp.New(`-[0-9]`)

// rpmPin reports packages of yum's family without a version; a module has its stream behind a colon.
func rpmPin(p *lint.Pass, title string, programs ...string) {
	unpinnedIn(p, title, func(in *dockerfile.Instruction, c *call) []string {
		if !slices.Contains(programs, c.name) || !c.has("install") {
			return nil
		}
		if c.has("group") && c.name != "yum" {
			return nil
		}
		if c.has("module") {
			return lacking(without(c.rest(), "module", "install"),
				func(s string) bool { return strings.Contains(s, ":") })
		}
		return lacking(without(c.rest(), "install"), func(s string) bool { return rpmFixed(p.File, in, s) })
	})
}

// rpmFixed reports whether a package has a version. A variable that the file itself declares may hold one.
func rpmFixed(f *dockerfile.File, in *dockerfile.Instruction, s string) bool {
	if !strings.Contains(s, "$") {
		return rpmVersion.MatchString(s)
	}
	names := variableUse.FindAllStringSubmatch(s, -1)
	if len(names) < strings.Count(s, "$") || !strings.Contains(s, "-") {
		return false
	}
	known := declared(f, in)
	for _, n := range names {
		if !known[n[1]+n[2]] {
			return false
		}
	}
	return true
}

var variableUse = lazyregexp.New(`\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})`)

// declared are the variables that ENV and ARG have set before an instruction: in its stage, in the stages that it
// stands on, and before the first stage.
func declared(f *dockerfile.File, in *dockerfile.Instruction) map[string]bool {
	known := map[string]bool{}
	note := func(list []*dockerfile.Instruction) {
		for _, i := range list {
			if i.Span.Start >= in.Span.Start {
				return
			}
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				for _, p := range i.Pairs {
					known[p.Key] = true
				}
			}
		}
	}
	for _, i := range f.Instructions {
		if i.Stage != nil {
			break
		}
		note([]*dockerfile.Instruction{i})
	}
	if in.Stage != nil {
		for _, s := range f.Lineage(in.Stage) {
			note(s.Instructions)
		}
	}
	return known
}
