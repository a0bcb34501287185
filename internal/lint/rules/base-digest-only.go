package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var baseDigestOnly = lint.Rule{
	Rule: finding.Rule{
		ID: "base-digest-only", Severity: finding.Low, CWE: []string{"CWE-1104"},
		Title: "The base image is pinned by digest and has no tag",
		Description: "A digest alone says exactly which image it is and nothing about which release it belongs to: " +
			"no person and no update tool can tell what the next one would be, so the base grows old unnoticed.",
		Remedy:     "Write image:tag@digest. The digest still decides; the tag says what to update to.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if b := p.Base(s); p.Needed(s) && b.Digest != "" && b.Tag == "" {
				var opts []lint.Option
				if !p.Ships(s.From) {
					opts = append(opts, lint.Severity(finding.Info))
				}
				p.ReportAt(s.From, b.Span, "the base image is pinned by digest and has no tag to update to", opts...)
			}
		}
	},
}
