package edit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// remove takes addresses out of the service's allowlists, or the allowlists out of its labels.
func (p *planner) remove() error {
	var lists []*traefik.Middleware
	for _, all := range []map[string]*traefik.Middleware{p.g.Runtime.Middlewares, p.g.Runtime.TCPMiddlewares} {
		for _, n := range slices.Sorted(maps.Keys(all)) {
			m := all[n]
			if m.AllowList != nil && p.own(m) && (p.change.Name == "" || baseName(n) == baseName(p.change.Name)) {
				lists = append(lists, m)
			}
		}
	}
	if len(lists) == 0 {
		return refuse("`drydock access` shows where the allowlist of a router is defined.",
			"the labels of %s define no allowlist", p.m.Name())
	}
	if p.change.All {
		for _, m := range lists {
			if err := p.removeList(m); err != nil {
				return err
			}
		}
		return nil
	}
	if len(p.change.Ranges) == 0 {
		return clierr.Usage("no address is given").WithHint("drydock access remove SERVICE ADDRESS..., or --all for " +
			"the whole allowlist.")
	}
	for _, r := range p.change.Ranges {
		if !slices.ContainsFunc(lists, func(m *traefik.Middleware) bool {
			return slices.ContainsFunc(m.AllowList.Ranges, func(o string) bool { return sameRange(o, r) })
		}) {
			return clierr.Usage("%s is in no allowlist of %s", r, p.m.Name()).WithHint("There is: %s.",
				strings.Join(lists[0].AllowList.Ranges, ", "))
		}
	}
	for _, m := range lists {
		if err := p.shrink(m); err != nil {
			return err
		}
	}
	return nil
}

// shrink takes the addresses out of one list.
func (p *planner) shrink(m *traefik.Middleware) error {
	l := p.listLabel(m)
	if l == nil {
		return nil
	}
	drop := func(s string) bool {
		return slices.ContainsFunc(p.change.Ranges, func(r string) bool { return sameRange(strings.TrimSpace(s), r) })
	}
	var kept []string
	parts := strings.Split(l.Value, ",")
	for _, s := range parts {
		if !drop(s) {
			kept = append(kept, s)
		}
	}
	if len(kept) == len(parts) {
		return nil
	}
	if len(kept) == 0 {
		return refuse("Say --all to remove the allowlist itself, which opens the service.",
			"%s would be empty, and Traefik would stop serving the routers that use it", m.Name)
	}
	if err := p.editable(l); err != nil {
		return err
	}
	kept[0] = strings.TrimLeft(kept[0], " ")
	p.note("%s keeps %s.", m.Name, strings.TrimSpace(strings.Join(kept, ",")))
	value := strings.Join(kept, ",")
	return p.setValue(l, labelValue{value, value})
}

// removeList takes a whole allowlist out: its labels, and its name where the service's labels use it.
func (p *planner) removeList(m *traefik.Middleware) error {
	name := exposure.Unqualified(m.Name)
	for _, r := range p.g.Routes {
		uses := slices.Contains(r.Middlewares, m.Name) || slices.Contains(r.Chain, m)
		if uses && r.Owner() != p.m {
			return refuse("Take it off there first, or give that router an allowlist of its own.",
				"router %s of %s uses %s too", r.Router.Name, r.Owner().Name(), m.Name)
		}
	}
	list := p.labels()
	for i := range list {
		l := &list[i]
		key := strings.ToLower(l.Key)
		if !strings.HasSuffix(key, ".middlewares") || !exposure.ForTraefik(key) || p.m.Label(l.Key) != l {
			continue
		}
		var kept []string
		parts := strings.Split(l.Value, ",")
		for _, s := range parts {
			if n := strings.TrimSpace(s); n != name && n != m.Name {
				kept = append(kept, s)
			}
		}
		if len(kept) == len(parts) {
			continue
		}
		if err := p.editable(l); err != nil {
			return err
		}
		if len(kept) == 0 {
			if err := p.deleteLabel(l); err != nil {
				return err
			}
			continue
		}
		kept[0] = strings.TrimLeft(kept[0], " ")
		value := strings.Join(kept, ",")
		if err := p.setValue(l, labelValue{value, value}); err != nil {
			return err
		}
	}
	for _, k := range m.Origin.Keys {
		l := p.m.Label(k)
		if l == nil {
			continue
		}
		if err := p.deleteLabel(l); err != nil {
			return err
		}
	}
	p.note("The allowlist %s is removed: what it guarded is open unless something else guards it.", m.Name)
	return nil
}

// finish makes the bytes, and works the host out anew with the intended labels: Traefik's model of them guards the
// routers.
func (p *planner) finish() (*Edit, error) {
	if len(p.edits)+len(p.gone) == 0 {
		return &Edit{Notes: append(p.notes, "Nothing is left to change.")}, nil
	}
	files, err := p.changed()
	if err != nil {
		return nil, err
	}
	if err := p.guardsHold(p.intended()); err != nil {
		return nil, err
	}
	return &Edit{Files: files, Notes: p.notes}, nil
}

// guardsHold works the host out anew with the intended labels: every router that was to be guarded lets in only who is
// listed, and none that was served is served no more.
func (p *planner) guardsHold(labels []stack.Label) error {
	if p.change.Remove || p.change.Force {
		return nil
	}
	then := exposure.Build(p.with(labels), p.model.Options)
	for _, g := range then.Gateways {
		for _, r := range g.Routes {
			if !slices.Contains(p.guards, r.Router.Name) || r.Class == exposure.Redirects || r.Shadow != nil {
				continue
			}
			if !r.Served() && p.servedNow(r.Name) || r.Served() && len(r.Sources) == 0 {
				return errNotAsMeant("its labels", fmt.Sprintf("router %s would be %s, %s", r.Router.Name, r.Class,
					r.Why))
			}
		}
	}
	if s := then.Service(p.m.Stack.Name, p.m.Service.Name); s != nil {
		for i := range s.Paths {
			if d := &s.Paths[i]; d.Access == "public" || d.Access == "unknown" {
				p.note("Another access path stays open: %s, %s.", d.Name(), d.Who())
			}
		}
	}
	return nil
}

// servedNow reports whether Traefik serves a router as the files are.
func (p *planner) servedNow(name string) bool {
	return slices.ContainsFunc(p.g.Routes, func(r *exposure.Route) bool { return r.Name == name && r.Served() })
}

// with is the host with other labels on the service.
func (p *planner) with(labels []stack.Label) *stack.Host {
	h := *p.model.Host
	h.LeftOut = nil
	h.Stacks = slices.Clone(h.Stacks)
	for i := range h.Stacks {
		st := &h.Stacks[i]
		if st.Name != p.m.Stack.Name || st.Dir != p.m.Stack.Dir {
			continue
		}
		st.Services = slices.Clone(st.Services)
		for j := range st.Services {
			switch s := &st.Services[j]; {
			case s.Name != p.m.Service.Name:
			case p.inDeploy():
				s.DeployLabels = labels
			default:
				s.Labels = labels
			}
		}
	}
	return &h
}
