package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var curlPipeShell = lint.Rule{
	Rule: finding.Rule{
		ID: "curl-pipe-shell", Severity: finding.Medium, CWE: []string{"CWE-494"}, OWASP: []string{"A08:2025"},
		Title: "A script from the network is run unseen",
		Description: "Whatever the address delivers that day runs as root in the build, half of it too if the " +
			"connection breaks. Nothing checks that it is the script of yesterday.",
		Remedy: "Install the package of the distribution or the language, or download a fixed version and check " +
			"its hash before running it (ADD --checksum).",
		References: []string{"https://docs.docker.com/reference/dockerfile/#add---checksum"},
	},
	Check: func(p *lint.Pass) {
		for _, st := range p.File.Stages {
			if !p.Needed(st) {
				continue
			}
			fetched := downloads{}
			for _, in := range st.Instructions {
				fetched.bring(in)
				if in.Trigger != nil {
					in = in.Trigger
				}
				if in.Keyword != "RUN" || in.Script == nil {
					continue
				}
				if at, ok := fetched.run(in); ok {
					var opts []lint.Option
					if !p.Ships(in) {
						opts = append(opts, lint.Severity(finding.Low))
					}
					p.ReportAt(in, at, "a script from the network is run unseen", opts...)
				}
			}
		}
	},
}
