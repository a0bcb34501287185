package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// remedy says what to do about a finding that says nothing of its own. It never advises what cannot be carried out: where the
// rule's remedy is for one of several causes only, the finding's own cause decides.
func (d *draft) remedy(general string) string {
	cause := ""
	if len(d.evidence) > 0 {
		cause = strings.TrimSuffix(d.evidence[0], ".")
	}
	switch d.rule {
	case ruleDisabled, ruleNotBuilt, ruleBadConfig:
		if cause != "" {
			return "Correct what Traefik refuses: " + cause + "."
		}
	case ruleTCPCatchAll:
		how := fmt.Sprintf("Put an allowlist before the TCP router: `drydock access add %s RANGE...`", d.m.name())
		if d.m != nil && isStore(d.m.service) {
			return how + ", or remove the router: a database belongs on no public port."
		}
		return how + ", and give it a port of its own."
	}
	return general
}

// addFix is what closes an open route: the command, where it would make the change, else what to do by hand.
func (s *scene) addFix(r *route, m *member) string {
	const meant = " If it is public on purpose, list it under `public` in drydock.yaml."
	switch own := r.owner(); {
	case r.UDP:
		return "Traefik has no middlewares for UDP: publish the port on a private address, or allow the clients in a firewall." + meant
	case own == nil && r.Router.Origin.File != "":
		return fmt.Sprintf("Name an allowlist in the middlewares of router %s, in %s.", r.Router.Name, r.Router.Origin.File) + meant
	case s.host.Live:
		return "Put an allowlist before it in the compose file: `drydock access add` makes the change." + meant
	case own != nil && own != m:
		m = own
	}
	if err := s.addRefused(m); err != nil {
		text := "Put an allowlist before it by hand: " + err.Error() + "."
		if hint := clierr.Hint(err); hint != "" {
			text += " " + hint
		}
		return text + meant
	}
	return fmt.Sprintf("Put the allowlist before it: `drydock access add %s RANGE...`.", s.ref(m.stack.Name, m.service.Name)) + meant
}

// addRefused is why `drydock access add` would not put a list before a service, nil if it would.
func (s *scene) addRefused(m *member) error {
	err, known := s.refused[m]
	if !known {
		err = s.tryAdd(m)
		s.refused[m] = err
	}
	return err
}

func (s *scene) tryAdd(m *member) error {
	g, seen := s.res.seenBy(m.service)
	if seen == nil {
		return errors.New("no Traefik sees " + m.name())
	}
	p := plan(s.host, s.opts, s.res, g, seen)
	p.change = Change{Service: m.service.Name, Ranges: []string{documentation}}
	if err := p.refuseLeftOut(); err != nil {
		return err
	}
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

// mend works out the edits of a fix with the same means as `drydock access add`; nil where it would refuse.
func (s *scene) mend(m *member, f func(*planner) error) []finding.Edit {
	if m == nil || s.host.Live {
		return nil
	}
	p := plan(s.host, s.opts, s.res, s.g, m)
	if p.refuseLeftOut() != nil || f(p) != nil {
		return nil
	}
	files, err := p.changed()
	if err != nil {
		return nil
	}
	var edits []finding.Edit
	for _, f := range files {
		edits = append(edits, f.Edits...)
	}
	return edits
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
		value := strings.Join(allNames(ls), ",")
		return p.setValue(last, labelValue{value, value})
	})
}
