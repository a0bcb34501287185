package access

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Change is what an edit of a service's allowlist asks for.
type Change struct {
	Service string   // "app", or "stack/app" where several stacks have one
	Router  string   // only this router; "" takes all that serve the backend
	Ranges  []string // addresses and ranges to add or remove
	Name    string   // the middleware's name; "" takes the one that is there, else SERVICE-allowlist
	Remove  bool
	All     bool // remove the whole allowlist
	Force   bool // also what lets everybody in
}

// Edit is a change to one compose file, ready to be written.
type Edit struct {
	Path   string // can be opened
	Before []byte
	After  []byte
	Edits  []finding.Edit
	Notes  []string // what was chosen and why, in sentences
}

// Plan works out the edit of one compose file that makes a change. It refuses, with the reason and what to do by hand, what it
// cannot do in place, what would let everybody in, and what would not come out as meant.
func Plan(h *stack.Host, opts Options, c Change) (*Edit, error) {
	p, err := newPlanner(h, opts, c)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Remove:
		err = p.remove()
	default:
		err = p.addRanges()
	}
	if err != nil {
		return nil, err
	}
	return p.finish()
}

// planner is an edit in the making.
type planner struct {
	host   *stack.Host
	opts   Options
	change Change
	res    *Result
	g      *Gateway
	m      *member
	data   []byte
	path   string // of the file that is edited, as the labels' locations name it
	edits  []finding.Edit
	notes  []string
	guards []string // routers that must let in only who is listed afterwards
	// What the service's labels become, by the label that is changed.
	sets  map[*stack.Label]string
	gone  map[*stack.Label]bool
	added map[*stack.Label][]stack.Label // behind that label
}

func newPlanner(h *stack.Host, opts Options, c Change) (*planner, error) {
	p := &planner{host: h, opts: opts, change: c, res: Check(h, opts), sets: map[*stack.Label]string{}, gone: map[*stack.Label]bool{}, added: map[*stack.Label][]stack.Label{}}
	var found []*member
	for _, g := range p.res.Gateways {
		for i := range g.services {
			m := &g.services[i]
			if c.Service == m.service.Name || c.Service == m.stack.Name+"/"+m.service.Name {
				if n := len(found); n > 0 && found[n-1].service == m.service {
					// Of several Traefiks that see the service the one that serves it counts.
					if serves(p.g, found[n-1]) || !serves(g, m) {
						continue
					}
					found = found[:n-1]
				}
				found = append(found, m)
				p.g = g
			}
		}
	}
	switch len(found) {
	case 0:
		var names []string
		h.Services(func(_ *stack.Stack, s *stack.Service) { names = append(names, s.Name) })
		return nil, clierr.Usage("no service is called %q", c.Service).WithHint("Services: %s.", strings.Join(names, ", "))
	case 1:
		p.m = found[0]
	default:
		return nil, clierr.Usage("several stacks have a service %q", c.Service).WithHint("Say which, as %s/%s.", found[0].stack.Name, c.Service)
	}
	if h.Live {
		return nil, clierr.Usage("a running engine has no compose file to edit").WithHint("Name the compose file.")
	}
	return p, p.refuseLeftOut()
}

// refuseLeftOut refuses to edit a service that a file beside the project changes as well: whether the edit holds is for those
// to say who know which files are deployed. Of a development file it is only told.
func (p *planner) refuseLeftOut() error {
	for _, l := range p.res.leftOut {
		if len(p.m.stack.Files) == 0 || p.m.stack.Files[0] != l.Base {
			continue
		}
		changes := slices.DeleteFunc(slices.Clone(l.changes), func(ch doorChange) bool {
			return ch.stack != p.m.stack.Name || ch.service != p.m.service.Name
		})
		switch {
		case len(changes) == 0 && !touches(l.LeftOut, p.m.service):
		case l.Role == stack.Development:
			p.note("%s is for development and was left out; it changes %s as well.", l.Path, p.m.name())
		case len(changes) > 0:
			return p.refuse(sentence(bothFiles(l.LeftOut)), "%s", changesText(l.LeftOut, changes))
		default:
			return p.refuse(sentence(bothFiles(l.LeftOut)), "%s is left out and changes the labels or ports of %s", l.Path, p.m.name())
		}
	}
	return nil
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

// serves says whether a gateway leads strangers or friends to a service at all.
func serves(g *Gateway, m *member) bool {
	return slices.ContainsFunc(g.leading[m], func(r *route) bool { return r.live() && r.class != redirects })
}

// refuse says why an edit is not made and what to do by hand.
func (p *planner) refuse(hint string, format string, args ...any) error {
	e := clierr.Input("", format, args...)
	return e.WithHint("%s", hint)
}

// routers are those that the service declares and that serve its backend, over TLS if any does.
func (p *planner) routers() ([]*route, error) {
	var tls, plain []*route
	for _, r := range p.g.routes {
		if r.owner() != p.m || r.Router.Auto || r.UDP || r.class == redirects || !r.Served() {
			continue
		}
		if p.phantomRouter(r) || r.shadow != nil {
			continue
		}
		name := unqualified(r.Router.Name)
		if p.change.Router != "" && !strings.EqualFold(unqualified(p.change.Router), name) {
			continue
		}
		add := func(l *[]*route) {
			if !slices.ContainsFunc(*l, func(o *route) bool { return o.Router == r.Router }) {
				*l = append(*l, r)
			}
		}
		if r.TLS != nil {
			add(&tls)
		} else {
			add(&plain)
		}
	}
	switch {
	case len(tls) > 0:
		return tls, nil
	case len(plain) > 0:
		p.note("No router of %s has TLS; the allowlist goes on the one that serves it over plain HTTP or TCP.", p.m.name())
		return plain, nil
	case p.change.Router != "":
		return nil, p.refuse("`drydock access` lists the routers.", "service %s declares no router %q that serves its backend", p.m.name(), p.change.Router)
	}
	return nil, p.refuse("Declare a router with a rule in its labels first; `drydock access` shows what serves it now.",
		"service %s declares no router that serves its backend", p.m.name())
}

func (p *planner) phantomRouter(r *route) bool {
	s := &scene{g: p.g}
	return s.phantom(r)
}

func (p *planner) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// readRanges checks what is to be added.
func (p *planner) readRanges() ([]string, error) {
	var out []string
	for _, s := range p.change.Ranges {
		pre, err := traefik.ParseRange(s)
		if err != nil {
			return nil, clierr.Usage("%q is neither an address nor a range", s).WithHint("Write 203.0.113.10, 203.0.113.0/24 or 2001:db8::/48.")
		}
		if pre.Addr().IsUnspecified() && pre.Bits() == pre.Addr().BitLen() {
			return nil, clierr.Usage("%s is one address that no client has, not everybody", s)
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, clierr.Usage("no address is given").WithHint("drydock access add SERVICE ADDRESS...")
	}
	return out, nil
}

// refuseOpen refuses a list that holds everybody, or a great part of the internet.
func (p *planner) refuseOpen(list []string) error {
	rs, err := traefik.ParseRanges(list)
	if err != nil || p.change.Force {
		return nil
	}
	cover := rs.Cover()
	if all := everyone(cover); all != "" {
		return clierr.Usage("these ranges let all of %s in", all).WithHint("If that is meant, say --force.")
	}
	if cover.V4 >= broadV4 || cover.V6 >= broadV6 {
		return clierr.Usage("these ranges hold %s of the internet's addresses", part(cover)).WithHint("If that is meant, say --force.")
	}
	return nil
}

func (p *planner) addRanges() error {
	ranges, err := p.readRanges()
	if err != nil {
		return err
	}
	routers, err := p.routers()
	if err != nil {
		return err
	}
	mw, err := p.ownList(routers)
	if err != nil {
		return err
	}
	name := p.change.Name
	switch {
	case mw != nil:
		name = unqualified(mw.Name)
		if err := p.extend(mw, ranges); err != nil {
			return err
		}
	default:
		if err := p.refuseOpen(ranges); err != nil {
			return err
		}
		if name == "" {
			name = traefik.Normalize(p.m.name()) + "-allowlist"
		}
		if err := p.newList(routers[0], name, ranges); err != nil {
			return err
		}
	}
	for _, r := range routers {
		if err := p.attach(r, name); err != nil {
			return err
		}
		p.guards = append(p.guards, r.Router.Name)
	}
	return nil
}

var middlewareName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// ownList is the allowlist that the change is about: the one that the routers have or the service defines, if it is the
// service's own. One that stands elsewhere is not touched, and a second list beside it would let in only who is in both.
func (p *planner) ownList(routers []*route) (*traefik.Middleware, error) {
	if n := p.change.Name; n != "" && !middlewareName.MatchString(n) {
		return nil, clierr.Usage("%q is no name for a middleware", n).WithHint("Use letters, digits, - and _.")
	}
	all := p.g.Runtime.Middlewares
	if routers[0].TCP {
		all = p.g.Runtime.TCPMiddlewares
	}
	own := func(m *traefik.Middleware) bool {
		return m.Origin.Container >= 0 && &p.g.services[m.Origin.Container] == p.m
	}
	for _, r := range routers {
		for i := range r.lists {
			m := r.lists[i].mw
			if m == nil || p.change.Name != "" && m.Name == p.m.qualified(p.change.Name) && own(m) {
				continue
			}
			if !own(m) || p.change.Name != "" {
				where := finding.Location{Path: m.Origin.File, Line: m.Origin.Line}
				if m.Origin.Container >= 0 {
					where = (&scene{g: p.g}).originPlace(m.Origin, ".sourcerange")
				}
				return nil, p.refuse(fmt.Sprintf("Add the addresses there, at %s.", where),
					"router %s already goes through the allowlist %s; of two lists only who is in both gets in", r.Router.Name, m.Name)
			}
		}
	}
	var found []*traefik.Middleware
	for _, n := range sortedMiddlewares(all) {
		m := all[n]
		if m.AllowList == nil || !own(m) || p.change.Name != "" && n != p.m.qualified(p.change.Name) {
			continue
		}
		found = append(found, m)
	}
	if n := p.m.qualified(p.change.Name); p.change.Name != "" && len(found) == 0 {
		if all[n] != nil {
			return nil, p.refuse("Choose another name.", "a middleware %s is already defined, and not as an allowlist of this service", n)
		}
		return nil, nil
	}
	// Of several the one that the routers already have; without such a one, a choice would be a guess.
	for _, m := range found {
		for _, r := range routers {
			if slices.Contains(r.Chain, m) {
				return m, nil
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, p.refuse("Say which with --name.", "service %s defines several allowlists", p.m.name())
}

// listLabel is the label that holds a middleware's ranges.
func (p *planner) listLabel(m *traefik.Middleware) *stack.Label {
	for _, k := range m.Origin.Keys {
		if strings.HasSuffix(strings.ToLower(k), ".sourcerange") {
			return p.m.label(k)
		}
	}
	return nil
}

func (p *planner) extend(m *traefik.Middleware, ranges []string) error {
	l := p.listLabel(m)
	if l == nil {
		return p.refuse("Write its sourcerange label.", "the allowlist %s has no ranges in the labels of %s", m.Name, p.m.name())
	}
	if err := p.editable(l); err != nil {
		return err
	}
	var missing []string
	for _, r := range ranges {
		if !slices.ContainsFunc(m.AllowList.Ranges, func(o string) bool { return sameRange(o, r) }) {
			missing = append(missing, r)
		}
	}
	if err := p.refuseOpen(append(slices.Clone(m.AllowList.Ranges), missing...)); err != nil {
		return err
	}
	if len(missing) == 0 {
		p.note("%s already holds these addresses.", m.Name)
		return nil
	}
	sep := ","
	if strings.Contains(l.Value, ", ") || !strings.Contains(l.Value, ",") {
		sep = ", "
	}
	value := strings.Join(missing, sep)
	if strings.TrimSpace(l.Value) != "" {
		value = strings.TrimRight(l.Value, " ") + sep + value
	}
	p.note("The allowlist %s of this service is extended.", m.Name)
	return p.setValue(l, value)
}

func sameRange(a, b string) bool {
	x, err := traefik.ParseRange(a)
	if err != nil {
		return a == b
	}
	y, err := traefik.ParseRange(b)
	return err == nil && x == y
}

// spelling is the type's name in the version that runs.
func (p *planner) spelling() string {
	v := p.g.Version
	switch {
	case v.Known() && !v.AtLeast(2, 11):
		p.note("Traefik %s calls it ipwhitelist.", v)
		return "ipwhitelist"
	case !v.Known() && p.g.Service == nil:
		p.note("Traefik's version is not known: the name of version 3 (and 2.11) is used. With an older one say --traefik-version.")
	}
	return "ipallowlist"
}

// newList writes the sourcerange label of a new middleware behind the labels of a router.
func (p *planner) newList(r *route, name string, ranges []string) error {
	proto := "http"
	if r.TCP {
		proto = "tcp"
	}
	anchor, err := p.anchor(r)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("traefik.%s.middlewares.%s.%s.sourcerange", proto, name, p.spelling())
	return p.insert(anchor, key, strings.Join(ranges, ", "))
}

// anchor is the label behind which a router's new labels go: its last one in the file.
func (p *planner) anchor(r *route) (*stack.Label, error) {
	var last *stack.Label
	for _, k := range r.Router.Origin.Keys {
		l := p.m.label(k)
		if l == nil || l.Shared {
			continue
		}
		if last == nil || l.Location.Line > last.Location.Line {
			last = l
		}
	}
	if last == nil {
		return nil, p.refuse("Edit the place that they come from, or give the service labels of its own.",
			"the labels of %s come from an anchor, extends or include: editing them here would edit others too", p.m.name())
	}
	return last, p.use(last)
}

// attach puts a middleware on a router, before those that it has.
func (p *planner) attach(r *route, name string) error {
	if slices.ContainsFunc(r.Router.Middlewares, func(m string) bool { return strings.TrimSpace(m) == name || m == p.m.qualified(name) }) {
		return nil
	}
	for _, m := range r.Chain {
		if m.Name == p.m.qualified(name) {
			return nil // through a chain
		}
	}
	why := "it serves the backend"
	if r.TLS != nil {
		why += " over TLS"
	}
	p.note("It goes on router %s: %s (%s).", unqualified(r.Router.Name), why, r.Router.Rule)
	if key := labelOf(r, ".middlewares"); key != "" {
		l := p.m.label(key)
		if err := p.editable(l); err != nil {
			return err
		}
		if strings.TrimSpace(l.Value) == "" {
			return p.setValue(l, name)
		}
		return p.setValue(l, name+","+l.Value)
	}
	anchor, err := p.anchor(r)
	if err != nil {
		return err
	}
	// The key as the file writes it: the router's name may come from a variable.
	prefix := anchor.RawKey
	if i := len(anchor.Key) - len(fieldOf(anchor.Key)); i > 0 && strings.HasSuffix(anchor.RawKey, fieldOf(anchor.Key)) {
		prefix = anchor.RawKey[:len(anchor.RawKey)-len(fieldOf(anchor.Key))]
	}
	return p.insert(anchor, prefix+"middlewares", name)
}

// fieldOf is what follows the router's name in a label's key.
func fieldOf(key string) string {
	parts := strings.SplitN(key, ".", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}

// use reads the file that a label stands in; one edit touches one file.
func (p *planner) use(l *stack.Label) error {
	if p.path == "" {
		abs := filepath.FromSlash(l.Location.Path)
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(p.host.Root, abs)
		}
		data, err := bounded.ReadFile(abs, maxFile)
		if err != nil {
			return clierr.InputErr("", err)
		}
		p.path, p.data = l.Location.Path, data
		return nil
	}
	if p.path != l.Location.Path {
		return p.refuse("Edit them by hand.", "the labels of %s stand in several files, %s and %s", p.m.name(), p.path, l.Location.Path)
	}
	return nil
}

// editable refuses a label whose value cannot be changed in place.
func (p *planner) editable(l *stack.Label) error {
	if l == nil {
		return errors.New("the label is gone")
	}
	switch {
	case l.Shared:
		return p.refuse(fmt.Sprintf("Edit it at %s, where it is declared for all that share it.", l.Location),
			"the label %s is shared through an anchor, extends or include: editing it would edit others too", l.Key)
	case l.RawValue != l.Value:
		return p.refuse(fmt.Sprintf("Change the value of %s, at %s or in the .env file.", l.RawValue, l.ValueLoc),
			"the value of %s comes from a variable", l.Key)
	case l.ValueLoc.Line == 0 || l.ValueLoc.Line != l.ValueLoc.EndLine:
		return p.refuse(fmt.Sprintf("Edit it by hand, at %s.", l.Location), "the value of %s is not written on one line", l.Key)
	}
	return p.use(l)
}

// setValue replaces a label's value, inside the quotes that it stands in.
func (p *planner) setValue(l *stack.Label, value string) error {
	text, err := sourceText(p.data, l.ValueLoc)
	if err != nil {
		return err
	}
	loc := l.ValueLoc
	if n := len(text); n >= 2 && !l.List && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text = text[1 : n-1]
		loc.Column++
		loc.EndColumn--
	}
	if text != l.Value {
		return p.refuse(fmt.Sprintf("Edit it by hand, at %s.", l.Location), "the value of %s is written with escapes", l.Key)
	}
	if !l.List && loc == l.ValueLoc && strings.ContainsAny(value, ":#,") {
		value = `"` + value + `"`
	}
	p.edits = append(p.edits, finding.Edit{Location: loc, NewText: value})
	p.sets[l] = strings.Trim(value, `"`)
	return nil
}

var itemStart = lazyregexp.New(`^\s*-\s+$`)

// insert adds a label behind another one, in its form: list item or map entry, with the same indent and quotes.
func (p *planner) insert(anchor *stack.Label, key, value string) error {
	if err := p.use(anchor); err != nil {
		return err
	}
	line, err := sourceLine(p.data, anchor.Location.Line)
	if err != nil {
		return err
	}
	runes := []rune(line)
	col := anchor.Location.Column - 1
	if col > len(runes) {
		return errors.New("the label is not where it was read")
	}
	prefix := string(runes[:col])
	quote := ""
	if col < len(runes) && (runes[col] == '"' || runes[col] == '\'') {
		quote = string(runes[col])
	}
	var text string
	switch {
	case anchor.List && itemStart.MatchString(prefix):
		text = prefix + quote + key + "=" + value + quote
	case !anchor.List && strings.TrimSpace(prefix) == "":
		v := value
		if strings.ContainsAny(v, ":#,") {
			v = `"` + v + `"`
		}
		text = prefix + quote + key + quote + ": " + v
	default:
		return p.refuse(fmt.Sprintf("Write them one a line, or add %s=%s by hand, at %s.", key, value, anchor.Location),
			"the labels of %s are not written one a line", p.m.name())
	}
	end := max(anchor.Location.EndLine, anchor.ValueLoc.EndLine, anchor.Location.Line)
	e, err := insertion(p.data, anchor.Location, end, []string{text})
	if err != nil {
		return err
	}
	p.edits = append(p.edits, e)
	cooked := key
	if raw := strings.TrimSuffix(anchor.RawKey, fieldOf(anchor.Key)); raw != anchor.RawKey && strings.HasPrefix(key, raw) {
		cooked = strings.TrimSuffix(anchor.Key, fieldOf(anchor.Key)) + strings.TrimPrefix(key, raw)
	}
	p.added[anchor] = append(p.added[anchor], stack.Label{
		Key: cooked, RawKey: key, Value: value, RawValue: value, List: anchor.List, Location: anchor.Location, ValueLoc: anchor.Location,
	})
	return nil
}
