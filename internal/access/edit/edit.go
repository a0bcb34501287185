// Package edit changes the labels of compose files where they stand, as a function of the model: an allowlist before a
// service, or addresses out of it, and the edits of a finding's fix. An edit that would not come out as meant is refused.
package edit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
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

// Edit is a change to compose files, ready to be written.
type Edit struct {
	Files []FileEdit // those that change
	Notes []string   // what was chosen and why, in sentences
}

// FileEdit is what an edit changes in one file.
type FileEdit struct {
	Path   string // can be opened
	Before []byte
	After  []byte
	Edits  []finding.Edit
}

// Plan works out the edit of the compose files that makes a change. It refuses, with the reason and what to do by hand,
// what it cannot do in place, what would let everybody in, and what would not come out as meant.
func Plan(h *stack.Host, opts exposure.Options, c Change) (*Edit, error) {
	svc, err := target(h, c.Service)
	if err != nil {
		return nil, err
	}
	model := exposure.Build(h, opts)
	g, m := model.SeenBy(svc)
	if m == nil {
		return nil, refuse("Name the Traefik's project as well, with --path.", "no Traefik among the inputs sees %s",
			c.Service)
	}
	if h.Live {
		return nil, clierr.Usage("a running engine has no compose file to edit").WithHint("Name the compose file.")
	}
	edit, err := newEditor(model, g, m)
	if err != nil {
		return nil, err
	}
	p := &planner{editor: edit, change: c}
	if c.Remove {
		err = p.remove()
	} else {
		err = p.addRanges()
	}
	if err != nil {
		return nil, err
	}
	return p.finish()
}

// editor changes the labels of one service where they stand.
type editor struct {
	model *exposure.Model
	g     *exposure.Gateway
	m     *exposure.Container
	files map[string]*source // that hold the labels, by the path of their locations
	edits []finding.Edit
	notes []string
	// What the service's labels become, by the label that is changed.
	sets  map[*stack.Label]labelValue
	gone  map[*stack.Label]bool
	added map[*stack.Label][]stack.Label // behind that label
}

// planner is a change of a service's allowlist in the making.
type planner struct {
	*editor
	change Change
	guards []string // routers that must let in only who is listed afterwards
}

// labelValue is a label's value as the file has it, and with its variables put in.
type labelValue struct{ raw, value string }

// newEditor begins an edit of a service's labels. It refuses where it is not known which files are deployed.
func newEditor(model *exposure.Model, g *exposure.Gateway, m *exposure.Container) (*editor, error) {
	e := &editor{
		model: model, g: g, m: m, files: map[string]*source{},
		sets: map[*stack.Label]labelValue{}, gone: map[*stack.Label]bool{}, added: map[*stack.Label][]stack.Label{},
	}
	return e, e.refuseLeftOut()
}

// target finds the service that a change names.
func target(h *stack.Host, name string) (*stack.Service, error) {
	var found []*stack.Service
	var names []string
	h.Services(func(st *stack.Stack, svc *stack.Service) {
		names = append(names, svc.Name)
		if name == svc.Name || name == st.Name+"/"+svc.Name {
			found = append(found, svc)
		}
	})
	switch {
	case len(found) == 0:
		return nil, clierr.Usage("no service is called %q", name).WithHint("Services: %s.", strings.Join(names, ", "))
	case len(found) > 1:
		return nil, clierr.Usage("several stacks have a service %q", name).WithHint("Say which, as %s/%s.",
			found[0].Stack, name)
	}
	return found[0], nil
}

// refuseLeftOut refuses to edit a service that a file beside the project changes as well: whether the edit holds is for
// those to say who know which files are deployed. Of a development file it is only told.
func (e *editor) refuseLeftOut() error {
	for _, l := range e.model.LeftOut {
		if len(e.m.Stack.Files) == 0 || e.m.Stack.Files[0] != l.Base {
			continue
		}
		changes := slices.DeleteFunc(slices.Clone(l.Changes), func(ch exposure.Change) bool {
			return ch.Stack != e.m.Stack.Name || ch.Service != e.m.Service.Name
		})
		switch {
		case len(changes) == 0 && !exposure.Touches(l.LeftOut, e.m.Service):
		case l.Role == stack.Development:
			e.note("%s is for development and was left out; it changes %s as well.", l.Path, e.m.Name())
		case len(changes) > 0:
			return refuse(sentence(e.model.BothFiles(l.LeftOut)), "%s", exposure.ChangesText(l.LeftOut, changes))
		default:
			return refuse(sentence(e.model.BothFiles(l.LeftOut)),
				"%s is left out and changes the labels or ports of %s", l.Path, e.m.Name())
		}
	}
	return nil
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

// refuse says why an edit is not made and what to do by hand.
func refuse(hint string, format string, args ...any) error {
	e := clierr.Input("", format, args...)
	return e.WithHint("%s", hint)
}

// routers are those that the service declares and that serve its backend, those over TLS first. A router that only
// redirects serves nothing.
func (p *planner) routers() ([]*exposure.Route, error) {
	var tls, plain []*exposure.Route
	for _, r := range p.g.Routes {
		if r.Owner() != p.m || r.Router.Auto || r.UDP || r.Class == exposure.Redirects || !r.Served() ||
			r.Shadow != nil || r.Rule.Impossible() && !r.Router.OpaqueRule || p.g.Phantom(r) {
			continue
		}
		if p.change.Router != "" && !strings.EqualFold(baseName(p.change.Router), baseName(r.Router.Name)) {
			continue
		}
		to := &plain
		if r.TLS != nil {
			to = &tls
		}
		if !slices.ContainsFunc(append(tls, plain...), func(o *exposure.Route) bool { return o.Router == r.Router }) {
			*to = append(*to, r)
		}
	}
	switch {
	case len(tls)+len(plain) > 0:
		if len(tls) == 0 {
			p.note("No router of %s has TLS; the allowlist goes on what serves it over plain HTTP or TCP.", p.m.Name())
		}
		return append(tls, plain...), nil
	}
	if why, hint := p.unreached(); why != "" {
		return nil, refuse(hint, "%s", why)
	}
	if p.change.Router != "" {
		return nil, refuse("`drydock access` lists the routers.",
			"service %s declares no router %q that serves its backend", p.m.Name(), p.change.Router)
	}
	return nil, refuse("Declare a router with a rule in its labels first; `drydock access` shows what serves it now.",
		"service %s declares no router that serves its backend", p.m.Name())
}

// unreached says why no router of the service serves its backend although it declares one, and what to do first.
func (p *planner) unreached() (why, hint string) {
	for _, r := range p.g.Routes {
		if r.Owner() != p.m || r.Router.Auto || r.UDP ||
			p.change.Router != "" && !strings.EqualFold(baseName(p.change.Router), baseName(r.Router.Name)) {
			continue
		}
		switch {
		case !r.Served():
			return fmt.Sprintf("router %s of service %s is not served: %s", r.Router.Name, p.m.Name(), r.Faults[0].Msg),
				"Correct that first: nobody gets through it now."
		case r.Shadow != nil && r.Shadow.Class != exposure.Redirects:
			return fmt.Sprintf("router %s of service %s serves nobody: router %s takes every request first",
					r.Router.Name,
					p.m.Name(), r.Shadow.Router.Name), "Put the list before that one, or give it a lower priority " +
					"or an entry point of its own."
		}
	}
	return "", ""
}

// baseName is a name without its provider.
func baseName(name string) string {
	base, _, _ := strings.Cut(name, "@")
	return base
}

func (e *editor) note(format string, args ...any) {
	e.notes = append(e.notes, fmt.Sprintf(format, args...))
}

// readRanges checks what is to be added.
func (p *planner) readRanges() ([]string, error) {
	var out []string
	for _, s := range p.change.Ranges {
		pre, err := traefik.ParseRange(s)
		if err != nil {
			return nil, clierr.Usage("%q is neither an address nor a range",
				s).WithHint("Write 203.0.113.10, 203.0.113.0/24 or 2001:db8::/48.")
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
	if all := exposure.Everyone(cover); all != "" {
		return clierr.Usage("these ranges let all of %s in", all).WithHint("If that is meant, say --force.")
	}
	if cover.V4 >= exposure.BroadV4 || cover.V6 >= exposure.BroadV6 {
		return clierr.Usage("these ranges hold %s of the internet's addresses", exposure.Share(cover)).WithHint(
			"If that is meant, say --force.")
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
	if n := p.change.Name; n != "" && !middlewareName.MatchString(n) {
		return clierr.Usage("%q is no name for a middleware",
			n).WithHint("Use letters, digits, - and _; behind @ the provider of one that exists.")
	}
	// HTTP and TCP have middlewares of their own.
	for _, tcp := range []bool{false, true} {
		group := slices.DeleteFunc(slices.Clone(routers), func(r *exposure.Route) bool { return r.TCP != tcp })
		if err := p.guard(group, ranges); err != nil {
			return err
		}
	}
	return nil
}

// guard puts an allowlist before routers of one protocol.
func (p *planner) guard(routers []*exposure.Route, ranges []string) error {
	routers, err := p.unguarded(routers, ranges)
	if err != nil || len(routers) == 0 {
		return err
	}
	name, err := p.list(routers, ranges)
	if err != nil {
		return err
	}
	for _, r := range routers {
		if err := p.attach(r, name); err != nil {
			return err
		}
		p.guards = append(p.guards, r.Router.Name)
	}
	return nil
}

var middlewareName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]*(@[a-z]+)?$`)

// own reports whether a middleware is defined by the labels of the service.
func (e *editor) own(m *traefik.Middleware) bool {
	return m.Origin.Container >= 0 && &e.g.Containers[m.Origin.Container] == e.m
}

// unguarded are the routers without an allowlist that stands elsewhere. Such a list is not touched, and a second one
// beside it would let in only who is in both: one that holds the addresses already is enough, any other is for its
// owner to extend.
func (p *planner) unguarded(routers []*exposure.Route, ranges []string) ([]*exposure.Route, error) {
	var out []*exposure.Route
next:
	for _, r := range routers {
		for i := range r.Lists {
			m := r.Lists[i].Middleware
			if m == nil || p.own(m) && (p.change.Name == "" || baseName(m.Name) == baseName(p.change.Name)) {
				continue
			}
			if r.Class == exposure.Allowlisted &&
				!slices.ContainsFunc(ranges, func(s string) bool { return !holds(m, s) }) {
				p.note("Router %s already goes through %s, which holds these addresses.", baseName(r.Router.Name),
					m.Name)
				continue next
			}
			return nil, refuse(p.elsewhere(routers, m),
				"router %s already goes through the allowlist %s; of two lists only who is in both gets in",
				r.Router.Name, m.Name)
		}
		out = append(out, r)
	}
	return out, nil
}

// elsewhere says what to do where one of several routers has a list that is not the service's own.
func (p *planner) elsewhere(routers []*exposure.Route, m *traefik.Middleware) string {
	hint := fmt.Sprintf("Add the addresses there, at %s.", p.middlewarePlace(m))
	for _, r := range routers {
		if len(r.Lists) == 0 {
			hint = fmt.Sprintf("For router %s alone say --router %s; the list of the other one is at %s.",
				r.Router.Name,
				baseName(r.Router.Name), p.middlewarePlace(m))
			break
		}
	}
	return hint
}

func (e *editor) middlewarePlace(m *traefik.Middleware) finding.Location {
	if m.Origin.Container >= 0 {
		return e.g.OriginPlace(m.Origin, ".sourcerange")
	}
	return finding.Location{Path: m.Origin.File, Line: m.Origin.Line}
}

// holds reports whether an allowlist names a range.
func holds(m *traefik.Middleware, s string) bool {
	return slices.ContainsFunc(m.AllowList.Ranges, func(o string) bool { return sameRange(o, s) })
}

// middlewares are those of the routers' protocol.
func (e *editor) middlewares(tcp bool) map[string]*traefik.Middleware {
	if tcp {
		return e.g.Runtime.TCPMiddlewares
	}
	return e.g.Runtime.Middlewares
}

// list extends the service's own allowlist, takes one that exists elsewhere with this name and these addresses, or
// makes one. It returns the name that the routers give it.
func (p *planner) list(routers []*exposure.Route, ranges []string) (string, error) {
	mw, err := p.ownList(routers)
	if err != nil {
		return "", err
	}
	if mw != nil {
		return baseName(mw.Name), p.extend(mw, ranges)
	}
	if err := p.refuseOpen(ranges); err != nil {
		return "", err
	}
	name := p.change.Name
	if name == "" {
		name = traefik.Normalize(p.m.Name()) + "-allowlist"
	}
	_, home, _ := strings.Cut(routers[0].Router.Name, "@")
	base, provider, _ := strings.Cut(name, "@")
	all := p.middlewares(routers[0].TCP)
	for _, n := range slices.Sorted(maps.Keys(all)) {
		m := all[n]
		b, from, _ := strings.Cut(n, "@")
		if b != base || provider != "" && from != provider || m.AllowList == nil ||
			len(m.AllowList.Ranges) != len(ranges) ||
			slices.ContainsFunc(ranges, func(s string) bool { return !holds(m, s) }) {
			continue
		}
		p.note("The allowlist %s holds exactly these addresses and is used.", n)
		if from == home {
			return base, nil
		}
		return n, nil
	}
	if provider != "" && provider != home {
		return "", refuse("Write it without @"+provider+" to make a new one.",
			"no allowlist %s with these addresses is defined", name)
	}
	if m := all[base+"@"+home]; m != nil {
		return "", refuse(fmt.Sprintf("Choose another name, or add the addresses there, at %s.", p.middlewarePlace(m)),
			"a middleware %s is already defined, and not as an allowlist of these addresses", m.Name)
	}
	return base, p.newList(routers[0], base, ranges)
}

// ownList is the allowlist of the service's own that the change is about: the one that the routers have, or the only
// one that it defines. nil if there is none.
func (p *planner) ownList(routers []*exposure.Route) (*traefik.Middleware, error) {
	all := p.middlewares(routers[0].TCP)
	var found []*traefik.Middleware
	for _, n := range slices.Sorted(maps.Keys(all)) {
		if m := all[n]; m.AllowList != nil && p.own(m) &&
			(p.change.Name == "" || baseName(n) == baseName(p.change.Name)) {
			found = append(found, m)
		}
	}
	// Of several the one that the routers already have; without such a one, a choice would be a guess.
	for _, m := range found {
		if slices.ContainsFunc(routers, func(r *exposure.Route) bool { return slices.Contains(r.Chain, m) }) {
			return m, nil
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, refuse("Say which with --name.", "service %s defines several allowlists", p.m.Name())
}

// listLabel is the label that holds a middleware's ranges.
func (e *editor) listLabel(m *traefik.Middleware) *stack.Label {
	for _, k := range m.Origin.Keys {
		if strings.HasSuffix(strings.ToLower(k), ".sourcerange") {
			return e.m.Label(k)
		}
	}
	return nil
}

func (p *planner) extend(m *traefik.Middleware, ranges []string) error {
	l := p.listLabel(m)
	if l == nil {
		return refuse("Write its sourcerange label.", "the allowlist %s has no ranges in the labels of %s", m.Name,
			p.m.Name())
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
	return p.setValue(l, labelValue{value, value})
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
		p.note("Traefik's version is not known: the name of version 3 (and 2.11) is used. With an older one say " +
			"--traefik-version.")
	}
	return "ipallowlist"
}

// newList writes the sourcerange label of a new middleware behind the labels of a router.
func (p *planner) newList(r *exposure.Route, name string, ranges []string) error {
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
func (e *editor) anchor(r *exposure.Route) (*stack.Label, error) {
	var last *stack.Label
	for _, k := range r.Router.Origin.Keys {
		l := e.m.Label(k)
		if l == nil || l.Shared {
			continue
		}
		if last == nil || l.Location.Line > last.Location.Line || l.Location.Line == last.Location.Line &&
			l.Location.Column > last.Location.Column {
			last = l
		}
	}
	if last == nil {
		return nil, refuse("Edit the place that they come from, or give the service labels of its own.",
			"the labels of %s come from its image, a label file, an anchor, extends or an include of several "+
				"projects: none is its alone", e.m.Name())
	}
	return last, e.ownPlace(last)
}

// attach puts a middleware on a router, before those that it has.
func (e *editor) attach(r *exposure.Route, name string) error {
	full := name
	if _, home, _ := strings.Cut(r.Router.Name, "@"); !strings.Contains(name, "@") {
		full += "@" + home
	}
	if slices.ContainsFunc(r.Router.Middlewares, func(m string) bool {
		return strings.TrimSpace(m) == name ||
			m == full
	}) ||
		slices.ContainsFunc(r.Chain, func(m *traefik.Middleware) bool { return m.Name == full }) {
		return nil
	}
	why := "it serves the backend"
	if r.TLS != nil {
		why += " over TLS"
	}
	e.note("It goes on router %s: %s (%s).", baseName(r.Router.Name), why, r.Router.Rule)
	if key := exposure.LabelOf(r, ".middlewares"); key != "" {
		return e.prepend(e.m.Label(key), name)
	}
	anchor, err := e.anchor(r)
	if err != nil {
		return err
	}
	// The key as the file writes it: the router's name may come from a variable.
	prefix := anchor.RawKey
	if i := len(anchor.Key) - len(fieldOf(anchor.Key)); i > 0 && strings.HasSuffix(anchor.RawKey, fieldOf(anchor.Key)) {
		prefix = anchor.RawKey[:len(anchor.RawKey)-len(fieldOf(anchor.Key))]
	}
	return e.insert(anchor, prefix+"middlewares", name)
}

// fieldOf is what follows the router's name in a label's key.
func fieldOf(key string) string {
	parts := strings.SplitN(key, ".", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}
