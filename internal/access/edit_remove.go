package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// remove takes addresses out of the service's allowlists, or the allowlists out of its labels.
func (p *planner) remove() error {
	var lists []*traefik.Middleware
	for _, all := range []map[string]*traefik.Middleware{p.g.Runtime.Middlewares, p.g.Runtime.TCPMiddlewares} {
		for _, n := range sortedMiddlewares(all) {
			m := all[n]
			if m.AllowList != nil && m.Origin.Container >= 0 && &p.g.services[m.Origin.Container] == p.m && (p.change.Name == "" || n == p.m.qualified(p.change.Name)) {
				lists = append(lists, m)
			}
		}
	}
	if len(lists) == 0 {
		return p.refuse("`drydock access` shows where the allowlist of a router is defined.", "the labels of %s define no allowlist", p.m.name())
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
		return clierr.Usage("no address is given").WithHint("drydock access remove SERVICE ADDRESS..., or --all for the whole allowlist.")
	}
	for _, r := range p.change.Ranges {
		if !slices.ContainsFunc(lists, func(m *traefik.Middleware) bool {
			return slices.ContainsFunc(m.AllowList.Ranges, func(o string) bool { return sameRange(o, r) })
		}) {
			return clierr.Usage("%s is in no allowlist of %s", r, p.m.name()).WithHint("There is: %s.", strings.Join(lists[0].AllowList.Ranges, ", "))
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
		return p.refuse("Say --all to remove the allowlist itself, which opens the service.",
			"%s would be empty, and Traefik would stop serving the routers that use it", m.Name)
	}
	if err := p.editable(l); err != nil {
		return err
	}
	kept[0] = strings.TrimLeft(kept[0], " ")
	p.note("%s keeps %s.", m.Name, strings.TrimSpace(strings.Join(kept, ",")))
	return p.setValue(l, strings.Join(kept, ","))
}

// removeList takes a whole allowlist out: its labels, and its name where the service's labels use it.
func (p *planner) removeList(m *traefik.Middleware) error {
	name := unqualified(m.Name)
	for _, r := range p.g.routes {
		uses := slices.Contains(r.Middlewares, m.Name) || slices.Contains(r.Chain, m)
		if uses && r.owner() != p.m {
			return p.refuse("Take it off there first, or give that router an allowlist of its own.",
				"router %s of %s uses %s too", r.Router.Name, r.owner().name(), m.Name)
		}
	}
	for i := range p.m.service.Labels {
		l := &p.m.service.Labels[i]
		key := strings.ToLower(l.Key)
		if !strings.HasSuffix(key, ".middlewares") || !forTraefik(key) || p.m.label(l.Key) != l {
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
		if err := p.setValue(l, strings.Join(kept, ",")); err != nil {
			return err
		}
	}
	for _, k := range m.Origin.Keys {
		l := p.m.label(k)
		if l == nil {
			continue
		}
		if l.Shared {
			return p.editable(l)
		}
		if err := p.use(l); err != nil {
			return err
		}
		if err := p.deleteLabel(l); err != nil {
			return err
		}
	}
	p.note("The allowlist %s is removed: what it guarded is open unless something else guards it.", m.Name)
	return nil
}

// deleteLabel takes a label's line out.
func (p *planner) deleteLabel(l *stack.Label) error {
	line, err := sourceLine(p.data, l.Location.Line)
	if err != nil {
		return err
	}
	runes := []rune(line)
	prefix := string(runes[:min(l.Location.Column-1, len(runes))])
	end := max(l.Location.EndLine, l.ValueLoc.EndLine)
	if end != l.Location.Line || l.List && !itemStart.MatchString(prefix) || !l.List && strings.TrimSpace(prefix) != "" {
		return p.refuse(fmt.Sprintf("Remove %s by hand, at %s.", l.Key, l.Location), "the labels of %s are not written one a line", p.m.name())
	}
	p.edits = append(p.edits, finding.Edit{Location: finding.Location{Path: l.Location.Path, Line: end, Column: 1, EndLine: end + 1, EndColumn: 1}})
	p.gone[l] = true
	return nil
}

// finish makes the bytes, and holds them against what was meant: the file parses to the same as before but for the labels, the
// labels are the intended ones, and Traefik's model of them guards the routers.
func (p *planner) finish() (*Edit, error) {
	if len(p.edits) == 0 {
		return &Edit{Path: p.file(), Before: p.data, After: p.data, Notes: append(p.notes, "Nothing is left to change.")}, nil
	}
	after, err := applyEdits(p.data, p.edits)
	if err != nil {
		return nil, err
	}
	labels := p.intended()
	if err := p.sameButLabels(after, labels); err != nil {
		return nil, err
	}
	if err := p.guardsHold(labels); err != nil {
		return nil, err
	}
	return &Edit{Path: p.file(), Before: p.data, After: after, Edits: p.edits, Notes: p.notes}, nil
}

func (p *planner) file() string {
	f := filepath.FromSlash(p.path)
	if p.path == "" || filepath.IsAbs(f) {
		return f
	}
	return filepath.Join(p.host.Root, f)
}

// intended is the service's labels as they shall be.
func (p *planner) intended() []stack.Label {
	var out []stack.Label
	for i := range p.m.service.Labels {
		l := &p.m.service.Labels[i]
		if p.gone[l] {
			continue
		}
		cp := *l
		if v, ok := p.sets[l]; ok {
			cp.Value, cp.RawValue = v, v
		}
		out = append(out, cp)
		out = append(out, p.added[l]...)
	}
	return out
}

// errNotAsMeant means that an edit did not come out as intended: it is not made.
func (p *planner) errNotAsMeant(what string) error {
	return p.refuse("Edit the file by hand; `drydock access` tells whether it holds.", "the edit of %s would not come out as meant: %s", p.path, what)
}

func (p *planner) sameButLabels(after []byte, labels []stack.Label) error {
	_, before, err := labelPairs(p.data, p.m.service.Name)
	if err != nil {
		return err
	}
	got, doc, err := labelPairs(after, p.m.service.Name)
	if err != nil {
		return err
	}
	if !sameTree(before, doc) {
		return p.errNotAsMeant("something else than the labels would change")
	}
	var want [][2]string
	for _, l := range labels {
		if l.Location.Path == p.path && !l.Shared {
			want = append(want, [2]string{l.RawKey, l.RawValue})
		}
	}
	if len(got) != len(want) {
		return p.errNotAsMeant("the labels are not the intended ones")
	}
	for i := range want {
		if got[i] != want[i] {
			return p.errNotAsMeant("the label " + want[i][0] + " is not the intended one")
		}
	}
	return nil
}

// guardsHold works the host out anew with the intended labels.
func (p *planner) guardsHold(labels []stack.Label) error {
	if p.change.Remove || p.change.Force {
		return nil
	}
	h := *p.host
	h.Stacks = slices.Clone(h.Stacks)
	for i := range h.Stacks {
		st := &h.Stacks[i]
		if st.Name != p.m.stack.Name || st.Dir != p.m.stack.Dir {
			continue
		}
		st.Services = slices.Clone(st.Services)
		for j := range st.Services {
			if st.Services[j].Name == p.m.service.Name {
				st.Services[j].Labels = labels
			}
		}
	}
	res := Check(&h, p.opts)
	for _, g := range res.Gateways {
		for _, r := range g.routes {
			if !slices.Contains(p.guards, r.Router.Name) || r.class == redirects || r.shadow != nil || !r.Served() {
				continue
			}
			if len(r.sources) == 0 {
				return p.errNotAsMeant(fmt.Sprintf("router %s would be %s, %s", r.Router.Name, r.class, r.why))
			}
		}
	}
	for _, s := range res.Services {
		if s.Stack == p.m.stack.Name && s.Name == p.m.service.Name {
			for _, d := range s.Doors {
				if d.Access == "public" {
					p.note("Another way stays open: %s, %s.", strings.TrimSpace(d.name()), d.Why)
				}
			}
		}
	}
	return nil
}
