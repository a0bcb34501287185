package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var aptLists = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "apt-lists", Aliases: []string{"DL3009"}, Severity: finding.Info,
		Title: "apt's package lists stay in the layer",
		Description: "apt-get update downloads tens of megabytes of lists; what a RUN does not remove itself stays " +
			"in its layer for good.",
		Remedy:     "End the same RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
	},
	Check: func(p *lint.Pass) {
		last := lasting(p)
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			if !last(in) || aptMounted(in) {
				return
			}
			var update *call
			for i := range cs {
				c := &cs[i]
				if c.name == "rm" && c.has("-rf", "/var/lib/apt/lists/*") {
					return
				}
				if (c.name == "apt-get" || c.name == "apt" || c.name == "aptitude") && c.has("update") &&
					update == nil {
					update = c
				}
			}
			if update == nil {
				return
			}
			var opts []lint.Option
			if n := len(in.Script.Steps); n > 0 && !in.JSON && len(in.Heredocs) == 0 && joinsWith(in.Script) {
				opts = append(opts, lint.Fix("Remove the lists in the same RUN.",
					dockerfile.Insert(in.Script.Steps[n-1].Span.End, " && rm -rf /var/lib/apt/lists/*")))
			}
			p.ReportAt(in, update.cmd.Span, "apt's package lists stay in the layer", opts...)
		})
	},
}

// aptMounted reports whether the RUN keeps apt's lists out of the layer: a mount on them, or on both of apt's folders.
func aptMounted(in *dockerfile.Instruction) bool {
	is := func(want string) func(string) bool { return func(t string) bool { return t == want } }
	return cached(in, is("/var/lib/apt/lists")) || cached(in, is("/var/lib/apt")) && cached(in, is("/var/cache/apt"))
}

// joinsWith reports whether the script is one chain of && only, so that another link can be added at its end.
func joinsWith(s *dockerfile.Script) bool {
	if s.Err != nil || len(s.Steps) == 0 {
		return false
	}
	for _, st := range s.Steps[1:] {
		if st.Op != "&&" {
			return false
		}
	}
	return true
}
