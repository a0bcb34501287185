package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var dependedOnWithoutHealthcheck = lint.Rule{
	Rule: finding.Rule{
		ID: "depended-on-without-healthcheck", Severity: finding.Low,
		Title: "A service that others depend on has no health check",
		Description: "depends_on waits for the container to start, not for the service to answer. Without a health " +
			"check in the image or in compose nobody can wait for more, and nobody sees it hang.",
		Remedy: "Add a HEALTHCHECK to the image or healthcheck to the service, and depend on condition: " +
			"service_healthy.",
		References: []string{"https://docs.docker.com/compose/how-tos/startup-order/"},
	},
	Check: func(p *lint.Pass) {
		has := false
		shipped(p, func(in *dockerfile.Instruction) { has = has || in.Keyword == "HEALTHCHECK" })
		if has || p.Final == nil {
			return
		}
		for _, s := range p.Context.Services {
			if len(s.Dependants) > 0 && !s.Health {
				p.Report(p.Final.From, s.Name+" has no health check, and "+among(s.Dependants)+" on it")
				return
			}
		}
	},
}

// among is "web depends" or "web and worker depend".
func among(names []string) string {
	switch len(names) {
	case 1:
		return names[0] + " depends"
	case 2:
		return names[0] + " and " + names[1] + " depend"
	}
	return names[0] + " and others depend"
}
