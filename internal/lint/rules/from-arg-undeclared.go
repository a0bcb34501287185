package rules

import (
	"maps"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromArgUndeclared = lint.Rule{
	BuildCheck: "UndefinedArgInFrom",
	Rule: finding.Rule{
		ID: "from-arg-undeclared", Aliases: []string{"UndefinedArgInFrom"}, Severity: finding.Medium,
		Title: "FROM uses an argument that nothing declares",
		Description: "Only an ARG before the first FROM can be used in FROM, and those that the builder sets by " +
			"itself. Any other is empty, whatever is given to the build.",
		Remedy:     "Declare it with ARG before the first FROM, or correct its name.",
		References: []string{"https://docs.docker.com/reference/build-checks/undefined-arg-in-from/"},
	},
	Check: func(p *lint.Pass) {
		global := globalArgs(p, p.Context.Args)
		names := append(global.Keys(), slices.Collect(maps.Keys(global.args))...)
		lex := shell.NewLex(rune(p.File.Escape))
		for _, s := range p.File.Stages {
			if s.From.Problem != nil {
				continue
			}
			missing := map[string]struct{}{}
			for _, word := range []string{s.Base.Raw, s.Platform} {
				_, unset, _ := process(lex, word, global)
				maps.Copy(missing, unset)
			}
			for _, name := range slices.Sorted(maps.Keys(missing)) {
				if !slices.Contains(names, name) {
					p.ReportAt(s.From, s.Base.Span, "FROM uses "+name+", which nothing declares"+meant(name, names))
				}
			}
		}
	},
}
