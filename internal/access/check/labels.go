package check

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// The ids that the code of this family names.
const (
	ruleBadRoot      = "invalid-label-root"
	ruleUnknownField = "unknown-label-field"
	ruleV3OnV2       = "v3-label-on-v2"
)

var duplicateLabelOverrides = Rule{
	Rule: finding.Rule{
		ID: "duplicate-label-overrides", Severity: finding.Medium,
		Title: "The same label stands twice; only the last counts",
		Description: "In a list of labels a second line with the same key replaces the first without a word. A " +
			"middleware that the first one attached is gone.",
		Remedy: "Keep one of the lines, with all that is meant in its value.",
	},
	Effect: finding.EffectWarn,
	Check:  onContainers((*search).duplicates),
}

var unsupportedLabelSyntax = Rule{
	Rule: finding.Rule{
		ID: "unsupported-label-syntax", Severity: finding.High,
		Title: "A label in a form that Traefik passes over",
		Description: "Traefik reads lists in labels as values separated by commas. A list written with an index, " +
			"such as `middlewares[0]=`, is ignored without a word.",
		Remedy: "Write the list as one value: `middlewares=a,b`.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).syntax),
}

var ignoredLabel = Rule{
	Rule: finding.Rule{
		ID: "ignored-label", Severity: finding.High,
		Title: "A label outside what Traefik reads",
		Description: "Traefik reads labels that begin with traefik.http, traefik.tcp, traefik.udp, traefik.docker " +
			"and traefik.enable. This one has another beginning, often a misspelling, and is passed over " +
			"without a word.",
		Remedy: "Correct the label's beginning, or remove it.",
	},
	Effect: finding.EffectOpen,
	Check:  (*search).ignoredLabels,
}

var unsetVariable = Rule{
	Rule: finding.Rule{
		ID: "unset-variable", Severity: finding.Medium,
		CWE:   []string{"CWE-1188"},
		Title: "A label's variable has no value",
		Description: "An unset variable becomes an empty text. An empty `middlewares` attaches nothing and leaves " +
			"the router open; an empty `sourcerange` stops the router.",
		Remedy: "Set the variable, or write `${NAME:?}` so that compose refuses to start without it.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).unset),
}

var deployLabelsIgnored = Rule{
	Rule: finding.Rule{
		ID: "deploy-labels-ignored", Severity: finding.Medium,
		Title: "Labels stand where Traefik does not read them",
		Description: "Traefik's docker provider reads a container's own labels. What stands under `deploy.labels` " +
			"reaches only a swarm's services, and of those the swarm provider reads nothing else.",
		Remedy: "Move the labels from `deploy.labels` to `labels`, or the other way round in a swarm.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).deployLabels),
}

var allowlistOnPhantomRouter = Rule{
	Rule: finding.Rule{
		ID: "allowlist-on-phantom-router", Severity: finding.High,
		Title: "The allowlist is attached to a router that does not exist",
		Description: "A label names a router that has no rule of its own. Traefik says nothing: it makes a second " +
			"router with the default rule, which takes the allowlist, and the real router stays open.",
		Remedy: "Name the router exactly as its `rule` label does.",
	},
	Effect: finding.EffectOpen,
	Check:  onContainers((*search).phantoms),
}

var unknownLabelField = Rule{
	Rule: finding.Rule{
		ID: ruleUnknownField, Severity: finding.Medium,
		Title: "A label that Traefik does not know drops the container",
		Description: "One label that cannot be decoded takes all others of its container with it: nothing of the " +
			"container is served.",
		Remedy: "Correct or remove the label.",
	},
	Effect: finding.EffectClosed,
	Check:  onContainers((*search).labelErrors),
}

var invalidLabelRoot = Rule{
	Rule: finding.Rule{
		ID: ruleBadRoot, Severity: finding.Medium,
		Title: "A label's root is not spelt traefik",
		Description: "The first part of a label must be exactly `traefik`. Another case there drops the whole " +
			"container.",
		Remedy: "Write `traefik` in small letters.",
	},
	Effect: finding.EffectClosed,
	Check:  onContainers((*search).labelErrors),
}

var v3LabelOnV2 = Rule{
	Rule: finding.Rule{
		ID: ruleV3OnV2, Severity: finding.Medium,
		Title:       "A label of a later Traefik",
		Description: "The running version does not know this label yet and drops the whole container.",
		Remedy:      "Use the version's own name (ipwhitelist before 2.11), or update Traefik.",
	},
	Effect: finding.EffectClosed,
	Check:  onContainers((*search).labelErrors),
}

var unescapedDollar = Rule{
	Rule: finding.Rule{
		ID: "unescaped-dollar", Severity: finding.Medium,
		Title: "The dollar signs of a password's hash are not doubled",
		Description: "Compose takes $NAME in a label for a variable and puts nothing in its place, so that the hash " +
			"is cut and no password fits.",
		Remedy: "Double every dollar sign of the hash: `$$apr1$$…`.",
	},
	Effect: finding.EffectClosed,
	Check:  onContainers((*search).dollars),
}

// labelErrors tells why Traefik drops a container.
func (s *search) labelErrors(m *exposure.Container) {
	v := s.verdict(m)
	if v == nil {
		return
	}
	err := v.Err
	if err == nil || err.Kind == traefik.PortMissing {
		return
	}
	s.explained[m] = true
	rule := ruleUnknownField
	d := builder{m: m, router: s.mainRouter(m), place: m.KeyPlace(err.Key), key: err.Key}
	switch {
	case err.Kind == traefik.BadRoot:
		rule = ruleBadRoot
		d.title = fmt.Sprintf("the label's root %q is not \"traefik\": Traefik drops the container", err.Field)
		if l := m.Label(err.Key); l != nil {
			d.edits = edit.RenameKey(l, "traefik"+strings.TrimPrefix(l.Key, err.Field))
		}
	case err.Since.Known() && s.g.Version.Before(err.Since) && s.g.Version.Major == 2:
		rule = ruleV3OnV2
		d.title = fmt.Sprintf("Traefik %s does not know %s, which came with %s: it drops the container", s.g.Version,
			err.Field, err.Since)
		d.fix = "Use the name that this version knows, or update Traefik."
		if l := m.Label(err.Key); l != nil && strings.EqualFold(err.Field, "ipallowlist") {
			d.fix = "Write ipwhitelist, which this version knows."
		}
	default:
		d.title = fmt.Sprintf("Traefik cannot decode this label and drops the container: %s", err.Msg)
	}
	d.evidence = []string{err.Msg}
	if rule == s.rule.ID {
		s.report(d)
	}
}

// mainRouter is the router of a container that a reader looks for, by its labels alone: one that does not redirect,
// over TLS.
func (s *analysis) mainRouter(m *exposure.Container) string {
	names := map[string]int{}
	for k, l := range m.Labels {
		if name, field, ok := routerLabel(k); ok {
			switch {
			case strings.HasPrefix(field, "tls"):
				names[name] += 2
			case field == "middlewares" && strings.Contains(strings.ToLower(l.Value), "redirect"):
				names[name]--
			default:
				names[name] += 0
			}
		}
	}
	best := ""
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if best == "" || names[n] > names[best] {
			best = n
		}
	}
	if best == "" {
		return ""
	}
	return m.Qualified(best)
}

var routerKey = lazyregexp.New(`(?i)^traefik\.(?:http|tcp|udp)\.routers\.([^.]+)\.(.+)$`)

// routerLabel takes a router's label apart: its name as written and the field in small letters.
func routerLabel(key string) (name, field string, ok bool) {
	m := routerKey.FindStringSubmatch(key)
	if m == nil {
		return "", "", false
	}
	return m[1], strings.ToLower(m[2]), true
}

var middlewareKey = lazyregexp.New(`(?i)^traefik\.(http|tcp)\.middlewares\.([^.]+)\.(.+)$`)

// routerOf is the router that a label is about: the one that it names, or one that uses the middleware that it sets.
func (s *analysis) routerOf(m *exposure.Container, key string) string {
	if name, _, ok := routerLabel(key); ok {
		return m.Qualified(name)
	}
	if r := s.routeOf(m, key); r != nil {
		return r.Router.Name
	}
	return ""
}

// routeOf is the route that a label decides on, nil if it decides on none.
func (s *analysis) routeOf(m *exposure.Container, key string) *exposure.Route {
	if name, _, ok := routerLabel(key); ok {
		var best *exposure.Route
		for _, r := range s.g.Routes {
			if r.Owner() == m && strings.EqualFold(r.Router.Name, m.Qualified(name)) &&
				(best == nil || r.Class == exposure.Public) {
				best = r
			}
		}
		return best
	}
	x := middlewareKey.FindStringSubmatch(key)
	if x == nil {
		return nil
	}
	var users []*exposure.Route
	for _, r := range s.g.Routes {
		for _, f := range r.Faults {
			if strings.EqualFold(f.Middleware, m.Qualified(x[2])) {
				users = append(users, r)
			}
		}
		for _, w := range r.Chain {
			if strings.EqualFold(w.Name, m.Qualified(x[2])) && !slices.Contains(users, r) {
				users = append(users, r)
			}
		}
	}
	sort.SliceStable(users, func(i, j int) bool {
		if a, b := users[i].Owner() == m, users[j].Owner() == m; a != b {
			return a
		}
		return s.g.Before(users[i], users[j])
	})
	if len(users) == 0 {
		return nil
	}
	return users[0]
}

// duplicates tells of labels that stand twice with different values.
func (s *search) duplicates(m *exposure.Container) {
	type lost struct{ first, last *stack.Label }
	byKey := map[string][]*stack.Label{}
	var order []string
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		if !exposure.ForTraefik(l.Key) {
			continue
		}
		k := strings.ToLower(l.Key)
		if byKey[k] == nil {
			order = append(order, k)
		}
		byKey[k] = append(byKey[k], l)
	}
	for _, k := range order {
		ls := byKey[k]
		if len(ls) < 2 {
			continue
		}
		// Of keys that differ by case the one that sorts last counts, of equal keys the last one.
		sort.SliceStable(ls, func(i, j int) bool { return ls[i].Key < ls[j].Key })
		x := lost{ls[0], ls[len(ls)-1]}
		same := true
		for _, l := range ls {
			same = same && strings.TrimSpace(l.Value) == strings.TrimSpace(x.last.Value)
		}
		if same {
			continue
		}
		s.explained[m] = true
		d := builder{m: m, router: s.routerOf(m, x.last.Key), place: x.last.Location, key: k}
		d.title = fmt.Sprintf("%s stands %d times; only the last counts", x.last.Key, len(ls))
		for _, l := range ls[:len(ls)-1] {
			d.flow = append(d.flow, finding.Step{Location: l.Location, Text: "this line is lost"})
		}
		d.flow = append(d.flow, finding.Step{Location: x.last.Location, Text: "this line counts"})
		if _, field, ok := routerLabel(x.last.Key); ok && field == "middlewares" {
			d.evidence = append(d.evidence, "lost: "+strings.Join(lostNames(ls), ", "))
			if r := s.routeOf(m, x.last.Key); r != nil && r.Live() && r.Class.Open() && s.lostGuard(ls) && s.g.Sure() {
				d.severity, d.effect = finding.High, finding.EffectOpen
				d.why = []string{"the line that is lost held what kept strangers out"}
			}
			d.edits = edit.MergeLabels(s.model, s.g, m, ls, strings.Join(allNames(ls), ","))
			d.fix = "Write one label: " + x.last.Key + "=" + strings.Join(allNames(ls), ",")
		} else if ok && field == "rule" {
			d.fix = "Keep one of the lines. A router that serves both takes one rule, its parts joined by ||."
		}
		s.report(d)
	}
}

func lostNames(ls []*stack.Label) []string {
	kept := allNames(ls[len(ls)-1:])
	var out []string
	for _, n := range allNames(ls) {
		if !slices.Contains(kept, n) {
			out = append(out, n)
		}
	}
	return out
}

// lostGuard reports whether one of the names that are lost would have kept strangers out.
func (s *analysis) lostGuard(ls []*stack.Label) bool {
	return slices.ContainsFunc(lostNames(ls), s.g.Guards)
}

var listField = lazyregexp.New(
	`(?i)^traefik\.(?:http|tcp|udp)\.(?:routers\.[^.]+\.(middlewares|entrypoints)|` +
		`middlewares\.[^.]+\.(?:.+\.)?(sourcerange|middlewares|excludedips|users))(\[[^\]]*\]|\.[^.]+)$`)

// syntax tells of lists that are written with an index.
func (s *search) syntax(m *exposure.Container) {
	if v := s.verdict(m); v == nil || v.Config == nil {
		return
	}
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		x := listField.FindStringSubmatch(l.Key)
		if x == nil || m.Label(l.Key) != l {
			continue
		}
		s.explained[m] = true
		base := strings.TrimSuffix(l.Key, x[3])
		d := builder{m: m, router: s.routerOf(m, base), place: l.Location, key: l.Key}
		d.title = fmt.Sprintf("Traefik passes over %s: a list in a label has no index", l.Key)
		r := s.routeOf(m, base)
		switch {
		case strings.EqualFold(x[2], "sourcerange"):
			d.severity, d.effect = finding.Medium, finding.EffectClosed
		case r == nil || !r.Class.Open():
			d.severity = finding.Medium
		}
		if m.Label(base) == nil && x[3] == "[0]" && s.only(m, base) {
			d.edits = edit.RenameKey(l, base)
		}
		d.fix = fmt.Sprintf("Write %s=VALUE, with several values separated by commas.", base)
		s.report(d)
	}
}

// only reports whether just one label is written below a key with an index.
func (s *analysis) only(m *exposure.Container, base string) bool {
	n := 0
	for k := range m.Labels {
		if strings.HasPrefix(strings.ToLower(k), strings.ToLower(base)+"[") {
			n++
		}
	}
	return n == 1
}

// read are the beginnings of labels that Traefik reads.
var read = []string{"traefik.http", "traefik.tcp", "traefik.udp", "traefik.docker.", "traefik.swarm.", "traefik.enable",
	"traefik.tls.stores.default"}

// anyRouter is the name of a router in a label of whatever beginning.
var anyRouter = lazyregexp.New(`(?i)\.routers\.([^.]+)\.`)

var routingWord = lazyregexp.New(
	`(?i)\.(routers|middlewares|services|frontend|backend|rule|ipallowlist|ipwhitelist|entrypoints|loadbalancer)(\.|$)`)

// ignored tells of labels that Traefik passes over although they look as if they were meant for it.
func (s *search) ignored(m *exposure.Container) {
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		key := strings.ToLower(l.Key)
		root, rest, _ := strings.Cut(key, ".")
		switch {
		case m.Label(l.Key) != l:
			continue
		case root == "traefik" || root == "traefik_":
			if slices.ContainsFunc(read, func(p string) bool { return strings.HasPrefix(key, p) }) {
				continue
			}
		case distance(root, "traefik", 2) > 2 || !strings.HasPrefix(rest, "http.") &&
			!strings.HasPrefix(rest, "tcp.") && rest != "enable":
			continue
		}
		if !routingWord.MatchString(key) && rest != "enable" || s.inConstraint(l.Key) || ofVersion1.MatchString(key) {
			continue // a label of the user's own, such as traefik.tags, or one that is told below
		}
		s.explained[m] = true
		d := builder{m: m, place: l.Location, key: l.Key}
		d.title = fmt.Sprintf("Traefik reads no label that begins like %s", l.Key)
		if x := anyRouter.FindStringSubmatch(l.Key); x != nil {
			d.router = m.Qualified(x[1])
		}
		if !s.g.Open(m) || !s.g.Sure() {
			d.severity, d.effect = finding.Medium, finding.EffectWarn
		}
		s.report(d)
	}
}

// ofVersion1 are the labels of Traefik 1, which no later version reads.
var ofVersion1 = lazyregexp.New(`(?i)^traefik\.(?:[^.]+\.)?(?:frontend|backend|port|protocol|weight)(?:\.|$)`)

// leftover tells of labels of version 1 that nobody took out, once a service.
func (s *search) leftover(m *exposure.Container) {
	if v := s.g.Version; v.Known() && v.Major < 2 {
		return
	}
	var old []*stack.Label
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		if key := strings.ToLower(l.Key); ofVersion1.MatchString(key) && m.Label(l.Key) == l &&
			!s.inConstraint(l.Key) &&
			!slices.ContainsFunc(read, func(p string) bool { return strings.HasPrefix(key, p) }) {
			old = append(old, l)
		}
	}
	if len(old) == 0 {
		return
	}
	d := builder{m: m, place: old[0].Location, key: "version 1", severity: finding.Info,
		effect: finding.EffectWarn}
	d.title = fmt.Sprintf("%s is a label of Traefik 1, which later versions pass over", old[0].Key)
	if len(old) > 1 {
		d.title = fmt.Sprintf("%d labels of %s are of Traefik 1, which later versions pass over", len(old), m.Name())
	}
	d.fix = "Remove the labels: the routers under `traefik.http` are what counts."
	s.report(d)
}

func (s *analysis) inConstraint(key string) bool {
	return slices.ContainsFunc(s.g.Runtime.Static.Engines(), func(d *traefik.DockerProvider) bool {
		return strings.Contains(d.Constraints, key)
	})
}

// distance is the number of letters by which two words differ, as far as max+1.
func distance(a, b string, max int) int {
	return levenshtein.Distance(a, b, levenshtein.NewParams().MaxCost(max))
}

var decisive = lazyregexp.New(
	`(?i)^traefik\.(?:enable$|(?:http|tcp)\.routers\.[^.]+\.(?:middlewares|entrypoints|tls|priority)$|` +
		`(?:http|tcp)\.middlewares\.[^.]+\.(?:ip(?:allow|white)list\.(?:sourcerange|ipstrategy\..+)|chain\.middlewares)$)`)

// unset tells of labels whose variables have no value, where the value decides on access.
func (s *search) unset(m *exposure.Container) {
	for i := range m.Service.Labels {
		l := &m.Service.Labels[i]
		if len(l.Unset) == 0 || exposure.Insists(l) || m.Label(l.Key) != l || !decisive.MatchString(l.Key) {
			continue
		}
		s.explained[m] = true
		d := builder{m: m, router: s.routerOf(m, l.Key), place: l.Location, key: l.Key,
			effect: finding.EffectClosed}
		d.title = fmt.Sprintf("%s depends on %s, which has no value here", l.Key, strings.Join(l.Unset, ", "))
		if r := s.routeOf(m, l.Key); r != nil && r.Live() && r.Class.Open() && strings.TrimSpace(l.Value) == "" {
			d.effect = finding.EffectOpen
			if s.g.Sure() {
				d.severity = finding.High
			}
			d.why = []string{"empty, it attaches nothing and the router stays open"}
		}
		s.report(d)
	}
}

// misplaced are the labels of a service that its Traefik does not read for where they stand: those under deploy, which
// only a swarm reads, or with the swarm provider alone all others.
func (s *search) misplaced(m *exposure.Container) (labels []stack.Label, title, fix string) {
	static := s.g.Runtime.Static
	switch {
	case s.g.Assumed:
	case !static.ReadsServices():
		return m.Service.DeployLabels, "the labels of %s stand under deploy, which Traefik's docker provider " +
				"does not read",
			"Move the labels from `deploy.labels` to `labels`."
	case static.Docker == nil || static.SwarmMode:
		return m.Service.Labels, "the labels of %s stand outside deploy, where Traefik does not read a swarm's " +
				"services",
			"Move the labels from `labels` to `deploy.labels`."
	}
	return nil, "", ""
}

// deployLabels tells of labels that stand where the provider that runs does not read them.
func (s *search) deployLabels(m *exposure.Container) {
	labels, title, fix := s.misplaced(m)
	var first *stack.Label
	var routers []string
	for i := range labels {
		l := &labels[i]
		if !exposure.ForTraefik(l.Key) {
			continue
		}
		if first == nil {
			first = l
		}
		if name, _, ok := routerLabel(l.Key); ok && !slices.Contains(routers, name) {
			routers = append(routers, name)
		}
	}
	if first == nil {
		return
	}
	s.explained[m] = true
	d := builder{m: m, place: first.Location, effect: finding.EffectClosed,
		severity: finding.Medium, fix: fix}
	if len(routers) > 0 {
		d.router = m.Qualified(mainRouter(labels, routers))
	}
	d.title = fmt.Sprintf(title, m.Name())
	if s.g.Open(m) {
		d.effect, d.severity = finding.EffectOpen, finding.High
	}
	s.report(d)
}

// mainRouter is the router with TLS among some labels, else their first one.
func mainRouter(labels []stack.Label, names []string) string {
	for _, l := range labels {
		if name, field, ok := routerLabel(l.Key); ok && strings.HasPrefix(field, "tls") {
			return name
		}
	}
	return names[0]
}

// phantoms tells of allowlists on routers that a misspelt label made.
func (s *search) phantoms(m *exposure.Container) {
	seen := map[*traefik.Router]bool{}
	for _, r := range s.g.Routes {
		if r.Owner() != m || seen[r.Router] || !s.g.Phantom(r) {
			continue
		}
		if len(r.Lists)+len(r.Past) == 0 && !slices.ContainsFunc(r.Middlewares, s.g.Guards) {
			continue
		}
		seen[r.Router] = true
		s.explained[m] = true
		d := builder{m: m, router: r.Router.Name,
			place: s.g.OriginPlace(r.Router.Origin, ".middlewares")}
		d.title = fmt.Sprintf("%s names no router that exists: Traefik makes a second one for %s",
			exposure.Unqualified(r.Router.Name), exposure.ShownRule(r.Router.Rule))
		var real []string
		for _, o := range s.g.Routes {
			if o.Owner() == m && o.Router != r.Router && !o.Router.DefaultRule &&
				!slices.Contains(real, o.Router.Name) {
				real = append(real, o.Router.Name)
			}
		}
		d.evidence = []string{"routers with a rule: " + strings.Join(real, ", ")}
		d.edits = edit.ReplacePhantom(s.model, s.g, r, m)
		if !s.g.Open(m) {
			d.severity = finding.Low
			d.why = []string{"the real routers are guarded all the same"}
		}
		if s.g.Assumed {
			d.severity = finding.Medium
		}
		s.report(d)
	}
}

// dropped tells of routers that never come to be.
func (s *search) dropped(m *exposure.Container) {
	v := s.verdict(m)
	if v == nil {
		return
	}
	for _, x := range v.Dropped {
		s.explained[m] = true
		s.report(builder{
			m: m, router: m.Qualified(x.Router), key: x.Reason, evidence: []string{x.Reason},
			title: fmt.Sprintf("Traefik leaves %s out: %s", x.Router, x.Reason),
		})
	}
}

// allNames joins the values of several labels, each name once.
func allNames(ls []*stack.Label) []string {
	var out []string
	for _, l := range ls {
		for _, n := range strings.Split(l.Value, ",") {
			if n = strings.TrimSpace(n); n != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// verdict is what Traefik makes of a container's labels, nil where no Traefik sees it.
func (s *analysis) verdict(m *exposure.Container) *traefik.Verdict {
	for i := range s.g.Containers {
		if &s.g.Containers[i] == m {
			return &s.g.Runtime.Verdicts[i]
		}
	}
	return nil
}

// ignoredLabels tells of labels that Traefik passes over: misspelt ones, and those of version 1.
func (s *search) ignoredLabels() {
	for _, m := range s.containers {
		s.ignored(m)
		s.leftover(m)
	}
}

// hash is the beginning of a password's hash: $apr1$, $2y$ and their like, with dollars as written.
var hash = lazyregexp.New(`^[^:]+:(\$+)(?:apr1|2[abxy]?|1|5|6|argon2id?|y)(\$+)`)

// dollars tells of password hashes in labels whose dollar signs compose takes for variables.
func (s *search) dollars(m *exposure.Container) {
	if s.model.Host.Live {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m.Labels)) {
		l := m.Labels[k]
		x := middlewareKey.FindStringSubmatch(k)
		if x == nil || !userField.MatchString(x[3]) {
			continue
		}
		if !slices.ContainsFunc(strings.Split(l.RawValue, ","), undoubled) {
			continue
		}
		s.report(builder{
			m: m, router: s.routerOf(m, k), place: l.Location, key: k,
			title: fmt.Sprintf("compose takes the dollar signs of %s for variables: nobody can log in", l.Key),
			fix:   "Double every dollar sign of the hash, or keep the users in a file (`usersfile`).",
		})
	}
}

var userField = lazyregexp.New(`(?i)^(?:basicauth|digestauth)\.users$`)

// undoubled reports whether one user's hash has a dollar sign that compose takes for the beginning of a variable.
func undoubled(user string) bool {
	user = strings.Trim(strings.TrimSpace(user), `"'`)
	if !hash.MatchString(user) {
		return false
	}
	return strings.Contains(strings.ReplaceAll(user, "$$", ""), "$")
}

// noPort tells of a container that is not served because no port of it is known.
func (s *search) noPort(m *exposure.Container) {
	v := s.verdict(m)
	if v == nil || v.Err == nil || v.Err.Kind != traefik.PortMissing || !s.speaks(m) {
		return
	}
	s.explained[m] = true
	s.report(builder{
		m: m, router: s.mainRouter(m), place: m.KeyPlace(v.Err.Key), key: v.Err.Key, evidence: []string{v.Err.Msg},
		title: fmt.Sprintf("Traefik does not serve %s: no port is known to which its requests could go", m.Name()),
		fix:   "Add a label for the port: traefik.http.services." + m.Name() + ".loadbalancer.server.port.",
	})
}
