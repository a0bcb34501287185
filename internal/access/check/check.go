// Package check finds what is wrong with who reaches what. A rule is one value in the file of its family: to add one,
// write it there, name it in all, and write its examples in testdata/rules/<id>.txtar beside the gate's tests.
package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// builder is a finding being written.
type builder struct {
	m        *exposure.Container // service that it is about; nil for Traefik's own files
	router   string
	severity finding.Severity // "" takes the rule's
	effect   finding.Effect   // "" takes the rule's
	place    finding.Location
	title    string
	why      []string
	evidence []string
	flow     []finding.Step
	fix      string
	edits    []finding.Edit
	key      string // more of what tells it from others of the same rule, service and router
	also     []*exposure.Container
}

// report adds a finding of the rule that searches.
func (s *search) report(d builder) {
	f := finding.Finding{Router: d.router}
	f.Gate, f.Rule, f.Title, f.Severity, f.Effect = finding.GateAccess, s.rule.ID, d.title, d.severity, d.effect
	f.CWE, f.OWASP, f.Location = s.rule.CWE, s.rule.OWASP, d.place
	if f.Severity == "" {
		f.Severity = s.rule.Severity
	}
	if f.Effect == "" {
		f.Effect = s.rule.Effect
	}
	stackName := ""
	if d.m != nil {
		f.Service, stackName = d.m.Service.Name, d.m.Stack.Name
		f.Services = []string{s.model.Ref(stackName, f.Service)}
		if f.Location.Path == "" {
			f.Location = d.m.Service.Location
		}
	}
	for _, o := range d.also {
		if o == nil {
			continue
		}
		if ref := s.model.Ref(o.Stack.Name, o.Service.Name); !slices.Contains(f.Services, ref) {
			f.Services = append(f.Services, ref)
		}
	}
	if d.router != "" {
		f.Evidence = append(f.Evidence, "router "+d.router)
	}
	f.Evidence = append(f.Evidence, d.evidence...)
	f.Why, f.Flow = d.why, d.flow
	f.Confidence = finding.ConfidenceHigh
	if g := s.model.GatewayOf(d.m); g != nil && g.Unverified {
		f.Confidence = finding.ConfidenceMedium
		f.Evidence = append(f.Evidence, fmt.Sprintf("unverified: no real Traefik %s was compared with", g.Version))
	}
	f.Fix = finding.Fix{Text: d.fix, Edits: d.edits}
	if f.Fix.Text == "" && s.rule.Advice != nil {
		f.Fix.Text = s.rule.Advice(s.analysis, &d)
	}
	if f.Fix.Text == "" {
		f.Fix.Text = s.rule.Remedy
	}
	f.ID = finding.Fingerprint(finding.GateAccess, s.rule.ID, stackName, f.Service, d.router, d.key)
	*s.found = append(*s.found, f)
}

// Find looks for what is wrong with who reaches what.
func Find(model *exposure.Model) []finding.Finding {
	var found []finding.Finding
	for _, g := range model.Gateways {
		a := newAnalysis(model, g, &found)
		for _, last := range []bool{false, true} {
			for i := range all {
				if r := &all[i]; r.Last == last {
					r.Check(&search{analysis: a, rule: r})
				}
			}
		}
	}
	return finish(model, found)
}

// analysis is what the checks of what one gateway serves have in common.
type analysis struct {
	model      *exposure.Model
	g          *exposure.Gateway
	containers []*exposure.Container // that the gateway sees; all of the host's where it sees none
	found      *[]finding.Finding    // what was found so far
	// services of which a finding tells why an allowlist of theirs is not used
	explained map[*exposure.Container]bool
	missing   map[*exposure.Container]string // what missed found
	refused   map[refusal]error              // what addRefused found
	routes    []*exposure.Route              // those that serve a backend first, over TLS and by name
	open      []openPath                     // by which strangers reach a backend
	unserved  []unserved                     // why routers are not served
}

func newAnalysis(model *exposure.Model, g *exposure.Gateway, found *[]finding.Finding) *analysis {
	a := &analysis{
		model: model, g: g, containers: containersOf(model, g), found: found,
		explained: map[*exposure.Container]bool{}, missing: map[*exposure.Container]string{},
		refused: map[refusal]error{}, routes: g.Sorted(),
	}
	a.unserved = a.findUnserved()
	a.open = a.findOpen()
	return a
}

// containersOf lists what a gateway sees. Where there is no Traefik, services have access paths past it all the same.
func containersOf(model *exposure.Model, g *exposure.Gateway) []*exposure.Container {
	var out []*exposure.Container
	for i := range g.Containers {
		out = append(out, &g.Containers[i])
	}
	if len(model.Gateways) == 1 && g.Service == nil && len(out) == 0 {
		model.Host.Services(func(st *stack.Stack, svc *stack.Service) {
			if svc.Off != "" {
				return
			}
			out = append(out, &exposure.Container{Stack: st, Service: svc, Labels: map[string]*stack.Label{}})
		})
	}
	return out
}

// declaredPublic reports whether drydock.yaml calls a router, or its service, public.
func (s *analysis) declaredPublic(r *exposure.Route, m *exposure.Container) bool {
	name, _, _ := strings.Cut(r.Router.Name, "@")
	for _, p := range s.model.Options.Public {
		if strings.EqualFold(p, r.Router.Name) || strings.EqualFold(p, name) || m != nil && p == m.Service.Name {
			return true
		}
	}
	return false
}

// finish puts the findings in order and fills what follows from others.
func finish(model *exposure.Model, found []finding.Finding) []finding.Finding {
	seen := map[string]int{}
	out := found[:0]
	for _, f := range found {
		if f.Effect == finding.EffectClosed && servedElsewhere(model, f.Service, f.Router) {
			continue
		}
		if i, ok := seen[f.ID]; ok {
			// Several Traefiks see one service: what is worst counts.
			if f.Severity.Rank() > out[i].Severity.Rank() {
				f.Exposure = out[i].Exposure
				f.Normalize()
				out[i] = f
			}
			continue
		}
		seen[f.ID] = len(out)
		for _, s := range model.Services {
			if len(f.Services) > 0 && model.Ref(s.Stack, s.Name) == f.Services[0] {
				f.Exposure = s.Exposure
			}
		}
		f.Normalize()
		out = append(out, f)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if x, y := a.Severity.Rank(), b.Severity.Rank(); x != y {
			return x > y
		}
		if a.Location.Path != b.Location.Path {
			return a.Location.Path < b.Location.Path
		}
		if a.Location.Line != b.Location.Line {
			return a.Location.Line < b.Location.Line
		}
		return a.Rule < b.Rule
	})
	return out
}

// servedElsewhere reports whether of several Traefiks one serves a router: then it is no outage that another one does
// not.
func servedElsewhere(model *exposure.Model, service, router string) bool {
	if len(model.Gateways) < 2 || router == "" {
		return false
	}
	for _, g := range model.Gateways {
		for _, r := range g.Routes {
			if r.Router.Name == router && r.Live() && r.Class != exposure.Closed && r.Owner().Name() == service {
				return true
			}
		}
	}
	return false
}
