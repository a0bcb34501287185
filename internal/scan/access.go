package scan

import (
	"context"

	"github.com/drydock/drydock/internal/access"
	"github.com/drydock/drydock/internal/access/check"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// The access gate: who can reach each service, by source address?

func runAccess(_ context.Context, t *Target, opt *Options) (*Result, error) {
	if t.Host == nil {
		return &Result{Reason: "no compose project among the inputs", Remedy: "Name a compose project: drydock access FOLDER."}, nil
	}
	found := access.Check(t.Host, opt.Access)
	res := &Result{Rules: check.Rules(), Findings: found.Findings, Warnings: found.Warnings, Services: map[ServiceKey]ServiceAccess{}}
	res.Read.Services = len(found.Services)
	for _, s := range found.Services {
		if s.Exposure != finding.ExposureUnknown {
			res.Judged++
		}
		if s.Outside {
			res.Outside = append(res.Outside, report.Service{
				Name: s.Name, Stack: s.Stack, Exposure: s.Exposure, Routers: s.Routers, Outside: true,
			})
			continue
		}
		res.Services[ServiceKey{s.Stack, s.Name}] = ServiceAccess{Exposure: s.Exposure, Routers: s.Routers}
	}
	for i := range t.Host.Stacks {
		in := report.Input{Path: t.Host.Stacks[i].Name, Status: report.Checked}
		if files := t.Host.Stacks[i].Files; len(files) > 0 {
			in.Path = files[0]
			res.Read.Files += len(files)
			res.Read.Bytes += t.sizes(files)
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
