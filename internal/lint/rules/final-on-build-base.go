package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var finalOnBuildBase = lint.Rule{
	Rule: finding.Rule{
		ID: "final-on-build-base", Severity: finding.Low,
		Title: "The last stage stands on an image to build with",
		Description: "The file has a stage that builds and one that ships, but the second one stands on the same " +
			"kind of image: the compilers ship all the same.",
		Remedy: "Base the last stage on the slim or run-time form of the image, or on distroless or scratch for " +
			"a static binary.",
		References: []string{"https://docs.docker.com/build/building/multi-stage/"},
	},
	Check: func(p *lint.Pass) {
		base, stage, ok := rootBase(p)
		if !ok || !multiStage(p) || !buildBase(base) || development(p.Final) {
			return
		}
		p.ReportAt(stage.From, base.Span, "the stage that ships stands on "+base.Name()+":"+base.Tag+
			", an image to build with")
	},
}
