package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var wgetOrCurl = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "wget-or-curl", Aliases: []string{"DL4001"}, Severity: finding.Info,
		Title:       "Both wget and curl are used",
		Description: "One of them is enough, and one package less to keep patched.",
		Remedy:      "Decide for one.",
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			var wget, curl bool
			for _, in := range s.Instructions {
				if in.Trigger != nil {
					if w, c := fetches(in.Trigger); w && c {
						p.Report(in.Trigger, "both wget and curl are used")
					}
					continue
				}
				w, c := fetches(in)
				wget, curl = wget || w, curl || c
				if (w || c) && wget && curl {
					p.Report(in, "both wget and curl are used")
				}
			}
		}
	},
}

func fetches(in *dockerfile.Instruction) (wget, curl bool) {
	for _, c := range calls(in) {
		wget, curl = wget || c.name == "wget", curl || c.name == "curl"
	}
	return wget, curl
}
