package edit

import (
	"errors"
	"slices"
	"strconv"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// AddRefused is why `drydock access add` would not put a list before a service, or before one router of it, nil if it
// would.
func AddRefused(model *exposure.Model, svc *stack.Service, router string) error {
	g, m := model.SeenBy(svc)
	if m == nil {
		return errors.New("no Traefik sees " + svc.Name)
	}
	e, err := newEditor(model, g, m)
	if err != nil {
		return err
	}
	p := &planner{editor: e, change: Change{Service: svc.Name, Router: router,
		Ranges: []string{documentation}}}
	if err := p.addRanges(); err != nil {
		return err
	}
	if len(p.edits) == 0 {
		return errors.New("its labels hold nothing to change")
	}
	return nil
}

// documentation is an address that is nobody's (RFC 5737).
const documentation = "192.0.2.1"

// A remedy is the edits of a finding's fix, made with the same means as `drydock access add`: nil where that would
// refuse.

// remedy makes the edits of a fix in a service's labels.
func remedyOf(model *exposure.Model, g *exposure.Gateway, m *exposure.Container,
	change func(*editor) error) []finding.Edit {
	if m == nil || model.Host.Live {
		return nil
	}
	e, err := newEditor(model, g, m)
	if err != nil || change(e) != nil {
		return nil
	}
	files, err := e.changed()
	if err != nil {
		return nil
	}
	var edits []finding.Edit
	for _, f := range files {
		edits = append(edits, f.Edits...)
	}
	return edits
}

// Attach puts the service's own allowlist on its open routers, where there is exactly one to put.
func Attach(model *exposure.Model, g *exposure.Gateway, m *exposure.Container) []finding.Edit {
	name := ownAllowlist(g, m)
	if name == "" {
		return nil
	}
	return remedyOf(model, g, m, func(e *editor) error {
		for _, r := range g.OpenBy[m] {
			if r.Owner() == m && !r.Router.Auto && !r.TCP && len(r.Lists) == 0 && !g.Phantom(r) {
				if err := e.attach(r, name); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ReplacePhantom puts what a router that a misspelt label made has on the open routers of its service, and takes its
// labels out.
func ReplacePhantom(model *exposure.Model, g *exposure.Gateway, r *exposure.Route,
	m *exposure.Container) []finding.Edit {
	var names []string
	for _, n := range r.Router.Middlewares {
		if g.Guards(n) {
			names = append(names, exposure.Unqualified(n))
		}
	}
	if len(names) != 1 {
		return nil
	}
	return remedyOf(model, g, m, func(e *editor) error {
		for _, o := range g.OpenBy[m] {
			if o.Owner() == m && !o.Router.Auto && !o.TCP && len(o.Lists) == 0 && !g.Phantom(o) {
				if err := e.attach(o, names[0]); err != nil {
					return err
				}
			}
		}
		for _, k := range r.Router.Origin.Keys {
			l := m.Label(k)
			if err := e.editable(l); err != nil {
				return err
			}
			if err := e.deleteLabel(l); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownAllowlist is the one allowlist that a service defines and that could be made: its name without the provider.
func ownAllowlist(g *exposure.Gateway, m *exposure.Container) string {
	var found []string
	for _, n := range g.AllowlistsOf(m) {
		w := g.Runtime.Middlewares[n]
		if w != nil && w.Origin.Container >= 0 && len(w.AllowList.Ranges) > 0 && !w.Opaque {
			found = append(found, exposure.Unqualified(n))
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// GuardLike puts the allowlist of the guarding router on the one that misses it.
func GuardLike(model *exposure.Model, g *exposure.Gateway, r, guard *exposure.Route,
	m *exposure.Container) []finding.Edit {
	if guard == nil || r.Owner() != m || len(guard.Lists) == 0 || guard.Lists[0].Middleware == nil {
		return nil
	}
	return remedyOf(model, g, m,
		func(e *editor) error { return e.attach(r, exposure.Unqualified(guard.Lists[0].Middleware.Name)) })
}

// MergeLabels makes one label of several with the same key.
func MergeLabels(model *exposure.Model, g *exposure.Gateway, m *exposure.Container, ls []*stack.Label,
	value string) []finding.Edit {
	last := ls[len(ls)-1]
	if slices.ContainsFunc(ls, func(l *stack.Label) bool { return l.Key != last.Key }) {
		return nil
	}
	return remedyOf(model, g, m, func(e *editor) error {
		if err := e.editable(last); err != nil {
			return err
		}
		for _, l := range ls[:len(ls)-1] {
			if err := e.editable(l); err != nil {
				return err
			}
			if err := e.deleteLabel(l); err != nil {
				return err
			}
		}
		return e.setValue(last, labelValue{value, value})
	})
}

// RenameKey is the edit that gives a label another key, where that can be done in place.
func RenameKey(l *stack.Label, key string) []finding.Edit {
	loc := l.Location
	if l.Shared || l.RawKey != l.Key || loc.Line == 0 || loc.EndLine != loc.Line {
		return nil
	}
	return []finding.Edit{{Location: keySpan(l), NewText: key}}
}

// keySpan is where a label's key stands: at the beginning of the item, behind an opening quote if there is one.
func keySpan(l *stack.Label) finding.Location {
	loc := l.Location
	n := len([]rune(l.RawKey))
	if l.List {
		if width := loc.EndColumn - loc.Column; width == len([]rune(l.RawKey+"="+l.RawValue))+2 {
			loc.Column++ // quoted
		}
	} else if loc.EndColumn-loc.Column == n+2 {
		loc.Column++
	}
	loc.EndLine, loc.EndColumn = loc.Line, loc.Column+n
	return loc
}

// BindLocally is the edit that binds a published port to the loopback address, for the short form written on one line.
func BindLocally(p stack.Port) []finding.Edit {
	if p.HostIP != "" || p.Published == "" || p.Location.Line == 0 || p.Location.EndLine != p.Location.Line ||
		p.Mode != "" {
		return nil
	}
	text := p.Published + ":" + strconv.FormatUint(uint64(p.Target), 10)
	if p.Protocol == "udp" {
		text += "/udp"
	}
	switch p.Location.EndColumn - p.Location.Column {
	case len(text):
		return []finding.Edit{{Location: p.Location, NewText: "127.0.0.1:" + text}}
	case len(text) + 2:
		return []finding.Edit{{Location: p.Location, NewText: `"127.0.0.1:` + text + `"`}}
	}
	return nil
}
