package rank

import (
	"cmp"
	"maps"
	"slices"
	"sort"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// openings lists by service ("stack/name") the open findings of the access gate by which the internet comes in.
func openings(r *report.Report) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Gate != finding.GateAccess || f.Effect != finding.EffectOpen || f.Status != finding.Open {
			continue
		}
		for _, s := range f.Refs() {
			if out[s] == nil {
				out[s] = map[string]bool{}
			}
			out[s][f.ID] = true
		}
	}
	return out
}

// narrowed lists the findings of other gates that the internet reaches no longer once an action is done: those of public
// services of which it closes every way in that was found. A service with a router that is meant to be public, of which
// no finding speaks, stays so.
func narrowed(r *report.Report, g *group, open map[string]map[string]bool) []string {
	closes := map[string]bool{}
	for _, f := range g.findings {
		closes[f.ID] = true
	}
	closed := map[string]bool{}
	for i := range r.Services {
		s := &r.Services[i]
		if s.Exposure != finding.ExposurePublic {
			continue
		}
		ways := map[string]bool{}
		maps.Copy(ways, open[s.Name])
		maps.Copy(ways, open[s.Stack+"/"+s.Name])
		left := 0
		for id := range ways {
			if !closes[id] {
				left++
			}
		}
		if len(ways) > 0 && left == 0 && !meant(r, s, closes) {
			closed[s.Name], closed[s.Stack+"/"+s.Name] = true, true
		}
	}
	var out []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open || f.Gate == finding.GateAccess || f.Exposure != finding.ExposurePublic {
			continue
		}
		if refs := f.Refs(); len(refs) > 0 && !slices.ContainsFunc(refs, func(s string) bool { return !closed[s] }) {
			out = append(out, f.ID)
		}
	}
	return out
}

// meant reports whether a service has a public router that no finding of those that are closed speaks of.
func meant(r *report.Report, s *report.Service, closes map[string]bool) bool {
	spoken := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; closes[f.ID] && f.Router != "" {
			spoken[f.Router] = true
		}
	}
	return slices.ContainsFunc(s.Routers, func(router report.Router) bool {
		return router.Access == string(finding.ExposurePublic) && !spoken[router.Name]
	})
}

// sort tells what sort of work a group is, and its cost.
func (g *group) sort() (report.ActionKind, int) {
	switch g.kind {
	case remedyRebuild:
		return report.ActionRebuild, 2
	case remedyBase, remedyImage:
		return report.ActionBase, 3
	case remedyConvert:
		return report.ActionConvert, 4
	}
	if f := g.findings[0]; f.Gate == finding.GateAccess && f.Effect == finding.EffectOpen {
		if slices.Contains(publishing, f.Rule) {
			return report.ActionUnpublish, 1
		}
		return report.ActionAllowlist, 1
	}
	return report.ActionEdit, min(5, 1+len(g.findings)/20)
}

// publishing are the access rules that speak of ports on the machine itself.
var publishing = []string{"published-port-bypasses-proxy", "host-network-bypasses-proxy"}

// splitting are the Dockerfile rules that a split into a builder and a final stage fixes together.
var splitting = []string{"single-stage-build", "final-on-build-base", "build-tools-shipped", "copy-whole-stage",
	"wheels-copied", "wheels-without-deps"}

// edits are those of all findings, each once, in the order of the file.
func (g *group) edits() []finding.Edit {
	var out []finding.Edit
	for _, f := range g.findings {
		for _, e := range f.Fix.Edits {
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i].Location, out[j].Location
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) < 0
	})
	return out
}

// rules names the rules of the group's findings, each once.
func (g *group) rules() []string {
	var out []string
	for _, f := range g.findings {
		if !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	return out
}
