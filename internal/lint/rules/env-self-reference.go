package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var envSelfReference = lint.Rule{
	Level: lint.LevelError,
	Rule: finding.Rule{
		ID: "env-self-reference", Aliases: []string{"DL3044"}, Severity: finding.Low,
		Title: "ENV refers to a variable that the same ENV sets",
		Description: "All values of one ENV are read before any is set, so the reference has the value from before: " +
			"usually none.",
		Remedy:     "Set the first variable in an ENV of its own, above.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#environment-replacement"},
	},
	Check: func(p *lint.Pass) {
		known := map[string]bool{} // set by an earlier line of the file
		for _, in := range p.File.Instructions {
			switch in.Keyword {
			case "ARG":
				remember(known, in.Pairs)
			case "ENV":
				if refersToItself(p.File, in.Pairs, known) {
					p.Report(in, "ENV refers to a variable that the same ENV sets")
				}
				remember(known, in.Pairs)
			}
		}
	},
}

func remember(known map[string]bool, pairs []dockerfile.Pair) {
	for _, p := range pairs {
		known[p.Key] = true
	}
}

func refersToItself(f *dockerfile.File, pairs []dockerfile.Pair, known map[string]bool) bool {
	for i, p := range pairs {
		for _, ref := range references(f.Text(p.ValueSpan)) {
			for j, o := range pairs {
				if i != j && o.Key == ref && o.Key != p.Key && !known[ref] {
					return true
				}
			}
		}
	}
	return false
}

var reference = lazyregexp.New(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

// references are the variables that a value names.
func references(value string) []string {
	var out []string
	for _, m := range reference.FindAllStringSubmatch(value, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}
