// Package accessgate asks who can reach each service, by source address.
package accessgate

import (
	"context"

	"github.com/drydock/drydock/internal/access"
	"github.com/drydock/drydock/internal/access/check"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// Gate is the access gate.
var Gate = gate.Gate{Name: finding.GateAccess, Rules: check.Rules, Run: run}

func run(_ context.Context, t *target.Target, opt *gate.Options) (*gate.Result, error) {
	if t.Host == nil {
		if len(t.Unread) > 0 {
			return &gate.Result{Reason: "no compose project could be read in full",
				Remedy: "Put what is named above where the compose file says, or correct the path there."}, nil
		}
		return &gate.Result{Reason: "no compose project among the inputs",
			Remedy: "Name a compose project: drydock access FOLDER."}, nil
	}
	found := access.Check(t.Host, opt.Access)
	res := &gate.Result{Rules: check.Rules(), Findings: found.Findings, Warnings: found.Warnings,
		Services: map[gate.ServiceKey]gate.ServiceAccess{}}
	res.Read.Services = len(found.Services)
	for _, s := range found.Services {
		if s.Exposure != finding.ExposureUnknown && !s.Said {
			res.Judged++
		}
		if s.Outside {
			res.Outside = append(res.Outside, report.Service{
				Name: s.Name, Stack: s.Stack, Exposure: s.Exposure, Routers: s.Routers, Outside: true,
			})
			continue
		}
		res.Services[gate.ServiceKey{Stack: s.Stack, Service: s.Name}] = gate.ServiceAccess{Exposure: s.Exposure,
			Routers: s.Routers}
	}
	for i := range t.Host.Stacks {
		in := report.Input{Path: t.Host.Stacks[i].Name, Status: report.Checked}
		if files := t.Host.Stacks[i].Files; len(files) > 0 {
			in.Path = files[0]
			res.Read.Files += len(files)
			res.Read.Bytes += t.Sizes(files)
		}
		res.Inputs = append(res.Inputs, in)
	}
	res.Inputs = append(res.Inputs, found.Inputs...)
	res.Reason = found.Unknown
	if res.Judged == 0 && res.Read.Services > 0 && res.Reason == "" {
		res.Reason = "who reaches the services is not known of any"
	}
	return res, nil
}
