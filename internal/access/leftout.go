package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
)

// Compose files that lie beside a project and are no part of it by default: compose.deploy.yml, an override. Where one of them
// would change a door, the verdict is about a part of what may be deployed, and an edit of the other files may not hold.

// leftOut is such a file with what it would change.
type leftOut struct {
	*stack.LeftOut
	changes []doorChange
}

// compareLeftOut works out which doors each file would change.
func (c *checker) compareLeftOut() {
	for i := range c.host.LeftOut {
		l := leftOut{LeftOut: &c.host.LeftOut[i]}
		if l.With != nil {
			l.changes = doorChanges(c.res, Check(laidOver(c.host, l.LeftOut), c.opts))
		}
		c.res.leftOut = append(c.res.leftOut, l)
	}
}

// tellLeftOut tells of files beside the projects that would change who may enter. What a development file would change is no
// part of a deployment; the reader of the projects tells that it is left out.
func (c *checker) tellLeftOut() {
	for _, l := range c.res.leftOut {
		in := report.Input{Path: l.Path, Status: report.Partial}
		switch {
		case l.Role == stack.Development || l.With != nil && len(l.changes) == 0:
			continue
		case l.With == nil:
			in.Reason = l.Path + " may belong to what is deployed and cannot be read: " + bothFiles(l.LeftOut)
		default:
			in.Reason = changesText(l.LeftOut, l.changes) + ": " + bothFiles(l.LeftOut)
		}
		var refs []string
		for _, d := range l.changes {
			if ref := c.ref(d.stack, d.service); !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
		in.Service = strings.Join(refs, ",")
		c.res.Inputs = append(c.res.Inputs, in)
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

// bothFiles says what makes a verdict whole that a file was left out of.
func bothFiles(l *stack.LeftOut) string {
	if l.Role == stack.OtherDefault {
		return fmt.Sprintf("say what is deployed, `-f %s` or `-f %s`, or `files` in drydock.yaml", l.Base, l.Path)
	}
	return fmt.Sprintf("say what is deployed, `-f %s` or `-f %s -f %s`, or `files` in drydock.yaml", l.Base, l.Base, l.Path)
}

// doorChange is a door of one service that another set of files would change.
type doorChange struct {
	stack, service string
	door           *Door // as it would be; nil where it would be gone
	was            *Door // nil where it is new
}

// doorChanges lists the doors that differ, those that are new or wider first.
func doorChanges(now, then *Result) []doorChange {
	var wider, other []doorChange
	seen := map[[2]string]bool{}
	for i := range then.Services {
		s := &then.Services[i]
		seen[[2]string{s.Stack, s.Name}] = true
		was := &Service{}
		if old := now.Service(s.Stack, s.Name); old != nil {
			was = old
		}
		for _, d := range newDoors(was, s) {
			ch := doorChange{s.Stack, s.Name, d, sameDoor(was, d)}
			if ch.was == nil && d.lets() || ch.was != nil && widerDoor(ch.was, d) {
				wider = append(wider, ch)
			} else if ch.was != nil {
				other = append(other, ch)
			}
		}
		for _, d := range newDoors(s, was) {
			if sameDoor(s, d) == nil {
				other = append(other, doorChange{stack: s.Stack, service: s.Name, was: d})
			}
		}
	}
	for i := range now.Services {
		if s := &now.Services[i]; !seen[[2]string{s.Stack, s.Name}] && len(s.Doors) > 0 {
			other = append(other, doorChange{stack: s.Stack, service: s.Name, was: &s.Doors[0]})
		}
	}
	return append(wider, other...)
}

// newDoors lists the doors of a service that another state of it does not have alike.
func newDoors(was, now *Service) []*Door {
	var out []*Door
	for i := range now.Doors {
		d := &now.Doors[i]
		if o := sameDoor(was, d); o == nil || o.Access != d.Access || !slices.Equal(o.Sources, d.Sources) || o.Rule != d.Rule {
			out = append(out, d)
		}
	}
	return out
}

// sameDoor finds a door again: by router and entry point, a port by what is published.
func sameDoor(s *Service, d *Door) *Door {
	for i := range s.Doors {
		o := &s.Doors[i]
		if o.Via != d.Via || o.Router != d.Router || o.EntryPoint != d.EntryPoint || o.Traefik != d.Traefik {
			continue
		}
		if d.Via == "router" || o.Why == d.Why {
			return o
		}
	}
	return nil
}

// lets reports whether a door may let anybody in.
func (d *Door) lets() bool {
	return d.Access != "closed" && d.Access != "redirect" && d.Access != "internal"
}

// widerDoor reports whether a door lets in more than it did.
func widerDoor(was, now *Door) bool {
	return was.Access != now.Access && wider(was.Access, now.Access) == now.Access || was.Access == now.Access && !slices.Equal(was.Sources, now.Sources)
}

// changesText names what a file would change, the first three doors of it.
func changesText(l *stack.LeftOut, changes []doorChange) string {
	const most = 3
	var parts []string
	for _, ch := range changes[:min(len(changes), most)] {
		switch {
		case ch.door == nil:
			parts = append(parts, fmt.Sprintf("take %s from %s", ch.was.short(), ch.service))
		case ch.was == nil:
			parts = append(parts, fmt.Sprintf("add %s to %s (%s)", ch.door.short(), ch.service, ch.door.brief()))
		default:
			parts = append(parts, fmt.Sprintf("change %s of %s from %s to %s", ch.door.short(), ch.service, ch.was.brief(), ch.door.brief()))
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

// short is a door in a few words, within a sentence.
func (d *Door) short() string {
	switch {
	case d.Via == "port":
		return "port " + d.port
	case d.Via != "router":
		return "the " + d.Via
	case d.EntryPoint != "":
		return "router " + d.Router + " on " + d.EntryPoint
	}
	return "router " + d.Router
}

// brief is who may take a door, in one word or the ranges.
func (d *Door) brief() string {
	switch d.Access {
	case "public":
		return "everybody"
	case "closed", "redirect":
		return "nobody"
	case "allowlisted":
		return "only " + strings.Join(d.Sources, ", ")
	}
	return d.Access
}

// touches reports whether a file that is left out writes labels for Traefik, ports or another network mode into a service.
func touches(l *stack.LeftOut, svc *stack.Service) bool {
	if l.With == nil {
		return false
	}
	for i := range l.With.Services {
		o := &l.With.Services[i]
		if o.Name != svc.Name {
			continue
		}
		return o.NetworkMode != svc.NetworkMode || len(o.Ports) != len(svc.Ports) || traefikLabels(o.Labels) != traefikLabels(svc.Labels) ||
			traefikLabels(o.DeployLabels) != traefikLabels(svc.DeployLabels)
	}
	return false
}

// traefikLabels is what a list of labels says to Traefik, as one text to compare.
func traefikLabels(ls []stack.Label) string {
	var lines []string
	for i := range ls {
		if forTraefik(strings.ToLower(ls[i].Key)) {
			lines = append(lines, ls[i].Key+"="+ls[i].Value)
		}
	}
	return strings.Join(lines, "\n")
}
