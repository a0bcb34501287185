package exposure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// Compose files that lie beside a project and are no part of it by default: compose.deploy.yml, an override. Where one
// of them would change an access path, the verdict is about a part of what may be deployed, and an edit of the other
// files may not hold.

// LeftOut is such a file with what it would change.
type LeftOut struct {
	*stack.LeftOut
	Changes []Change
}

// tellLeftOut tells of files beside the projects that would change who may enter. What a development file would change
// is no part of a deployment; the reader of the projects tells that it is left out.
func (m *Model) tellLeftOut() {
	for _, l := range m.LeftOut {
		in := report.Input{Path: l.Path, Status: report.Partial}
		switch {
		case l.Role == stack.Development || l.With != nil && len(l.Changes) == 0:
			continue
		case l.With == nil:
			in.Reason = l.Path + " may belong to what is deployed and cannot be read: " + m.BothFiles(l.LeftOut)
		default:
			in.Reason = ChangesText(l.LeftOut, l.Changes) + ": " + m.BothFiles(l.LeftOut)
		}
		var refs []string
		for _, d := range l.Changes {
			if ref := m.Ref(d.Stack, d.Service); !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
		in.Service = strings.Join(refs, ",")
		m.Inputs = append(m.Inputs, in)
	}
}

// laidOver is the host as it would be with a file that is left out.
func laidOver(h *stack.Host, l *stack.LeftOut) *stack.Host {
	with := *h
	with.LeftOut = nil
	with.Stacks = slices.Clone(h.Stacks)
	for i := range with.Stacks {
		if st := &with.Stacks[i]; len(st.Files) > 0 && st.Files[0] == l.Base {
			*st = *l.With
		}
	}
	return &with
}

// BothFiles says what makes a verdict whole that a file was left out of.
func (m *Model) BothFiles(l *stack.LeftOut) string {
	both := fmt.Sprintf("`-f %s -f %s`", l.Base, l.Path)
	if l.Role == stack.OtherDefault {
		both = fmt.Sprintf("`-f %s`", l.Path)
	}
	say := fmt.Sprintf("say what is deployed, `-f %s` or %s, or `files` in drydock.yaml", l.Base, both)
	var others []string
	for i := range m.Host.Stacks {
		if files := m.Host.Stacks[i].Files; len(files) > 0 && files[0] != l.Base {
			others = append(others, files[0])
		}
	}
	if len(others) > 0 {
		say += "; then name the other projects as well: " + strings.Join(others, ", ")
	}
	return say
}

// Change is an access path of one service that another set of files would change.
type Change struct {
	Stack, Service string
	Path           *AccessPath // as it would be; nil where it would be gone
	Was            *AccessPath // nil where it is new
}

// Changes lists the access paths that differ, those that are new or wider first.
func Changes(now, then *Model) []Change {
	var wider, other []Change
	seen := map[[2]string]bool{}
	for i := range then.Services {
		s := &then.Services[i]
		seen[[2]string{s.Stack, s.Name}] = true
		was := &Service{}
		if old := now.Service(s.Stack, s.Name); old != nil {
			was = old
		}
		for _, d := range newPaths(was, s) {
			ch := Change{s.Stack, s.Name, d, samePath(was, d)}
			if ch.Was == nil && d.Lets() || ch.Was != nil && widerPath(ch.Was, d) {
				wider = append(wider, ch)
			} else if ch.Was != nil {
				other = append(other, ch)
			}
		}
		for _, d := range newPaths(s, was) {
			if samePath(s, d) == nil {
				other = append(other, Change{Stack: s.Stack, Service: s.Name, Was: d})
			}
		}
	}
	for i := range now.Services {
		if s := &now.Services[i]; !seen[[2]string{s.Stack, s.Name}] && len(s.Paths) > 0 {
			other = append(other, Change{Stack: s.Stack, Service: s.Name, Was: &s.Paths[0]})
		}
	}
	return append(wider, other...)
}

// newPaths lists the access paths of a service that another state of it does not have alike.
func newPaths(was, now *Service) []*AccessPath {
	var out []*AccessPath
	for i := range now.Paths {
		d := &now.Paths[i]
		if o := samePath(was, d); o == nil || o.Access != d.Access || !slices.Equal(o.Sources, d.Sources) ||
			o.Rule != d.Rule {
			out = append(out, d)
		}
	}
	return out
}

// samePath finds an access path again: by router and entry point, a port by what is published.
func samePath(s *Service, d *AccessPath) *AccessPath {
	for i := range s.Paths {
		o := &s.Paths[i]
		if o.Via != d.Via || o.Router != d.Router || o.EntryPoint != d.EntryPoint ||
			o.Traefik != d.Traefik && o.Traefik != "" && d.Traefik != "" {
			continue
		}
		if d.Via == "router" || o.Why == d.Why {
			return o
		}
	}
	return nil
}

// Lets reports whether an access path may let anybody in.
func (p *AccessPath) Lets() bool {
	return p.Access != "closed" && p.Access != "redirect" && p.Access != "internal"
}

// widerPath reports whether an access path lets in more than it did.
func widerPath(was, now *AccessPath) bool {
	return was.Access != now.Access && Wider(was.Access, now.Access) == now.Access || was.Access == now.Access &&
		!slices.Equal(was.Sources, now.Sources)
}

// ChangesText names what a file would change, the first three access paths of it.
func ChangesText(l *stack.LeftOut, changes []Change) string {
	const most = 3
	var parts []string
	for _, ch := range changes[:min(len(changes), most)] {
		switch {
		case ch.Path == nil:
			parts = append(parts, fmt.Sprintf("take %s from %s", ch.Was.Short(), ch.Service))
		case ch.Was == nil:
			parts = append(parts, fmt.Sprintf("add %s to %s (%s)", ch.Path.Short(), ch.Service, ch.Path.Brief()))
		default:
			parts = append(parts, fmt.Sprintf("change %s of %s from %s to %s", ch.Path.Short(), ch.Service,
				ch.Was.Brief(), ch.Path.Brief()))
		}
	}
	if more := len(changes) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("change %d more", more))
	}
	why := ""
	if l.Role == stack.Override {
		why = ", though Docker Compose takes it where no file is named,"
	}
	return l.Path + " is left out" + why + " and would " + strings.Join(parts, ", ")
}

// Short is an access path in a few words, within a sentence.
func (p *AccessPath) Short() string {
	switch {
	case p.Via == "port":
		return "port " + p.port
	case p.Via != "router":
		return "the " + p.Via
	case p.EntryPoint != "":
		return "router " + p.Router + " on " + p.EntryPoint
	}
	return "router " + p.Router
}

// Brief is who may take an access path, in one word or the ranges.
func (p *AccessPath) Brief() string {
	switch p.Access {
	case "public":
		return "everybody"
	case "closed", "redirect":
		return "nobody"
	case "allowlisted":
		return "only " + strings.Join(p.Sources, ", ")
	}
	return p.Access
}

// Touches reports whether a file that is left out writes labels for Traefik, ports or another network mode into a
// service.
func Touches(l *stack.LeftOut, svc *stack.Service) bool {
	if l.With == nil {
		return false
	}
	for i := range l.With.Services {
		o := &l.With.Services[i]
		if o.Name != svc.Name {
			continue
		}
		return o.NetworkMode != svc.NetworkMode || len(o.Ports) != len(svc.Ports) ||
			traefikLabels(o.Labels) != traefikLabels(svc.Labels) ||
			traefikLabels(o.DeployLabels) != traefikLabels(svc.DeployLabels)
	}
	return false
}

// traefikLabels is what a list of labels says to Traefik, as one text to compare.
func traefikLabels(ls []stack.Label) string {
	var lines []string
	for i := range ls {
		if ForTraefik(strings.ToLower(ls[i].Key)) {
			lines = append(lines, ls[i].Key+"="+ls[i].Value)
		}
	}
	return strings.Join(lines, "\n")
}
