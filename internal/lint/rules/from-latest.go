package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromLatest = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "from-latest", Aliases: []string{"DL3007"}, Severity: finding.Low,
		Title:       "The base image is tagged latest",
		Description: "latest moves without notice, also over a major version; two builds of one commit differ.",
		Remedy:      "Name the version that the application was tested with.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if s.Base.Tag == "latest" && s.Base.Digest == "" && strings.HasSuffix(s.Base.Raw, ":latest") {
				p.ReportAt(s.From, s.Base.Span, "the base image is tagged latest")
			}
		}
	},
}
