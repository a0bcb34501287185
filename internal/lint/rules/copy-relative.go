package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var copyRelative = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "copy-relative", Aliases: []string{"DL3045"}, Severity: finding.Low,
		Title: "COPY to a relative destination without WORKDIR",
		Description: "The files land wherever the base image's WORKDIR points, / or another folder, and move when it " +
			"does.",
		Remedy:     "Set WORKDIR first, or write the whole destination.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#workdir"},
	},
	Check: func(p *lint.Pass) {
		set := map[string]bool{} // by stage name or image: a WORKDIR is known
		for _, s := range p.File.Stages {
			have := set[imageName(s.Base.Raw)]
			for _, in := range s.Instructions {
				switch in.Keyword {
				case "WORKDIR":
					have = true
				case "COPY":
					if n := len(in.Args); n > 1 && !have && !absolute(unquoted(in.Args[n-1].Text)) {
						p.ReportAt(in, in.Args[n-1].Span, "COPY to a relative destination without WORKDIR")
					}
				}
			}
			set[stageKey(p.File, s)] = have
		}
	},
}
