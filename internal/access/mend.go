package access

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// mend works out the edits of a fix with the same means as `drydock access add`; nil where it would refuse.
func (s *scene) mend(m *member, f func(*planner) error) []finding.Edit {
	if m == nil || s.host.Live {
		return nil
	}
	p := &planner{
		host: s.host, opts: s.opts, res: s.res, g: s.g, m: m, sets: map[*stack.Label]string{}, gone: map[*stack.Label]bool{}, added: map[*stack.Label][]stack.Label{},
	}
	if f(p) != nil || len(p.edits) == 0 {
		return nil
	}
	after, err := applyEdits(p.data, p.edits)
	if err != nil || p.sameButLabels(after, p.intended()) != nil {
		return nil
	}
	return p.edits
}

// attachEdits puts the service's own allowlist on its open routers, where there is exactly one to put.
func (s *scene) attachEdits(m *member) []finding.Edit {
	name := s.ownAllowlist(m)
	if name == "" {
		return nil
	}
	return s.mend(m, func(p *planner) error {
		for _, r := range s.openBy[m] {
			if r.owner() == m && !r.Router.Auto && !r.TCP && len(r.lists) == 0 && !s.phantom(r) {
				if err := p.attach(r, name); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// phantomEdits puts what a router made by a slip of the pen has on the open routers of its service, and takes its labels out.
func (s *scene) phantomEdits(r *route, m *member) []finding.Edit {
	var names []string
	for _, n := range r.Router.Middlewares {
		if s.guards(n) {
			names = append(names, unqualified(n))
		}
	}
	if len(names) != 1 {
		return nil
	}
	return s.mend(m, func(p *planner) error {
		for _, o := range s.openBy[m] {
			if o.owner() == m && !o.Router.Auto && !o.TCP && len(o.lists) == 0 && !s.phantom(o) {
				if err := p.attach(o, names[0]); err != nil {
					return err
				}
			}
		}
		for _, k := range r.Router.Origin.Keys {
			l := m.label(k)
			if err := p.editable(l); err != nil {
				return err
			}
			if err := p.deleteLabel(l); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownAllowlist is the one allowlist that a service defines and that could be made: its name without the provider.
func (s *scene) ownAllowlist(m *member) string {
	var found []string
	for _, n := range s.allowlistsOf(m) {
		w := s.g.Runtime.Middlewares[n]
		if w != nil && w.Origin.Container >= 0 && len(w.AllowList.Ranges) > 0 && !w.Opaque {
			found = append(found, unqualified(n))
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// siblingEdits puts the allowlist of the guarding router on the one that misses it.
func (s *scene) siblingEdits(r, guard *route, m *member) []finding.Edit {
	if guard == nil || r.owner() != m || len(guard.lists) == 0 || guard.lists[0].mw == nil {
		return nil
	}
	return s.mend(m, func(p *planner) error { return p.attach(r, unqualified(guard.lists[0].mw.Name)) })
}

// mergeEdits makes one label of several with the same key.
func (s *scene) mergeEdits(m *member, ls []*stack.Label) []finding.Edit {
	last := ls[len(ls)-1]
	if slices.ContainsFunc(ls, func(l *stack.Label) bool { return l.Key != last.Key }) {
		return nil
	}
	return s.mend(m, func(p *planner) error {
		if err := p.editable(last); err != nil {
			return err
		}
		for _, l := range ls[:len(ls)-1] {
			if err := p.editable(l); err != nil {
				return err
			}
			if err := p.deleteLabel(l); err != nil {
				return err
			}
		}
		return p.setValue(last, strings.Join(allNames(ls), ","))
	})
}
