package check

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/traefik"
)

// The ids that the code of this family names.
const (
	ruleUndefined  = "undefined-middleware"
	ruleConflict   = "middleware-conflict"
	ruleMultiType  = "multi-type-middleware"
	ruleBadRange   = "invalid-source-range"
	ruleEmptyRange = "empty-source-range"
	ruleNotBuilt   = "invalid-middleware"
	ruleDisabled   = "router-disabled"
)

var undefinedMiddleware = Rule{
	Rule: finding.Rule{
		ID: ruleUndefined, Severity: finding.Medium,
		Title: "The router names a middleware that does not exist",
		Description: "Traefik does not serve a router whose middleware it cannot find: wrong spelling or case, a " +
			"missing @file, or a definition that was dropped.",
		Remedy: "Name the middleware as it is defined.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
}

var middlewareConflict = Rule{
	Rule: finding.Rule{
		ID: ruleConflict, Severity: finding.Medium,
		Title: "Two containers define one middleware differently",
		Description: "Traefik removes a middleware that is declared twice with different content, and serves none " +
			"of the routers that use it.",
		Remedy: "Declare it once, or alike everywhere.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
}

var multiTypeMiddleware = Rule{
	Rule: finding.Rule{
		ID: ruleMultiType, Severity: finding.Medium,
		Title: "One middleware has two types",
		Description: "Traefik takes exactly one type under a middleware's name, and serves none of the routers that " +
			"use this one.",
		Remedy: "Give each type a middleware of its own, and chain them.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
}

var invalidSourceRange = Rule{
	Rule: finding.Rule{
		ID: ruleBadRange, Severity: finding.Medium,
		Title: "A range that Traefik cannot read",
		Description: "One element that is neither an address nor a range in CIDR form stops the middleware and " +
			"every router that uses it.",
		Remedy: "Write addresses or ranges, such as 203.0.113.10 or 203.0.113.0/24, separated by commas.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
}

var emptySourceRange = Rule{
	Rule: finding.Rule{
		ID: ruleEmptyRange, Severity: finding.Medium,
		Title:       "The allowlist is empty",
		Description: "Without any range the middleware is not made, and the routers that use it are not served.",
		Remedy:      "List at least one address.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
}

var invalidMiddleware = Rule{
	Rule: finding.Rule{
		ID: ruleNotBuilt, Severity: finding.Medium,
		Title: "A middleware that cannot be made",
		Description: "Traefik cannot make this middleware from its settings and serves none of the routers that use " +
			"it.",
		Remedy: "Correct the setting that is named.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).notServed,
	Advice: correctCause,
}

var routerDisabled = Rule{
	Rule: finding.Rule{
		ID: ruleDisabled, Severity: finding.Medium,
		Title:       "Traefik does not serve the router",
		Description: "The router is left out or disabled: nobody reaches its backend through it.",
		Remedy:      "Correct what the finding names.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).disabled,
	Advice: correctCause,
}

var invalidTraefikConfiguration = Rule{
	Rule: finding.Rule{
		ID: "invalid-traefik-configuration", Severity: finding.Medium,
		Title: "Traefik cannot read its configuration",
		Description: "With a setting that it does not know Traefik does not start, and one file that it does not " +
			"understand takes all files of the file provider with it.",
		Remedy: "Correct or remove the setting that is named.",
	},
	Effect: finding.EffectClosed,
	Check:  (*search).fileErrors,
	Advice: correctCause,
}

var faultRules = map[traefik.FaultKind]string{
	traefik.NoMiddleware: ruleUndefined, traefik.Recursion: ruleNotBuilt, traefik.MultiType: ruleMultiType,
	traefik.BadRange:   ruleBadRange,
	traefik.EmptyRange: ruleEmptyRange, traefik.BadMiddleware: ruleNotBuilt, traefik.BadRule: ruleDisabled,
	traefik.NoService:    ruleDisabled,
	traefik.NoEntryPoint: ruleDisabled, traefik.BadPriority: ruleDisabled, traefik.NoTLSOptions: ruleDisabled,
}

// unserved is why a router is not served.
type unserved struct {
	rule  string // the rule that tells of it
	route *exposure.Route
	m     *exposure.Container // that it is told of
	fault traefik.Fault
}

// findUnserved lists why routers are not served: once a service and cause, of the router that a reader looks for first.
func (s *analysis) findUnserved() []unserved {
	type seen struct {
		m     *exposure.Container
		cause string
	}
	var out []unserved
	told := map[seen]bool{}
	for _, r := range s.routes {
		m := s.g.About(r)
		if own := r.Owner(); own != nil {
			m = own
		}
		for _, f := range r.Faults {
			if s.g.Assumed && (f.Kind == traefik.NoEntryPoint || f.Kind == traefik.NoService) {
				continue
			}
			if s.g.Runtime.FilesBroken && strings.HasSuffix(f.Middleware, "@file") {
				s.explained[m] = true
				continue // a finding of its own tells that no file is used
			}
			rule := faultRules[f.Kind]
			if f.Kind == traefik.NoMiddleware && s.conflicting(f.Middleware) != nil {
				rule = ruleConflict
			}
			cause := rule + f.Middleware
			if f.Middleware == "" {
				cause += r.Router.Name + f.Msg
			}
			if told[seen{m, cause}] || s.unsetRule(r, f) || f.Kind == traefik.BadRule && s.oldRuleOf(r) {
				continue
			}
			told[seen{m, cause}] = true
			if m != nil {
				s.explained[m] = true
			}
			out = append(out, unserved{rule, r, m, f})
		}
	}
	return out
}

// notServed tells of the routers that are not served for the rule's cause.
func (s *search) notServed() {
	for _, u := range s.unserved {
		if u.rule == s.rule.ID {
			s.fault(u.route, u.m, u.fault)
		}
	}
}

// disabled tells of routers that are left out or disabled, for whichever cause has no rule of its own.
func (s *search) disabled() {
	for _, m := range s.containers {
		s.noPort(m)
		s.dropped(m)
	}
	s.notServed()
	s.routerConflicts()
	s.onRouters(s.shadowed)
}

// shadowed tells of a router whose every request another one takes that serves something else.
func (s *search) shadowed(r *exposure.Route) bool {
	o := r.Shadow
	if o == nil || o.TCP != r.TCP || !ofUser(r) || !ofUser(o) || r.Router.Auto || o.Class == exposure.Redirects ||
		r.Class == exposure.Redirects || o.Router == r.Router || o.Service == r.Service || s.g.Phantom(r) {
		return false
	}
	s.report(builder{
		m: s.g.About(r), router: r.Router.Name, place: s.g.Place(r), key: "shadowed", also: r.Targets(),
		title: fmt.Sprintf("%s is never asked on %s: %s takes every request first", r.Router.Name, r.EntryPoint,
			o.Router.Name),
		evidence: []string{fmt.Sprintf("priority %d, and %d of %s", r.Priority, o.Priority, o.Router.Name)},
		fix:      fmt.Sprintf("Give %s a lower priority than %s, or a narrower rule.", o.Router.Name, r.Router.Name),
	})
	return true
}

// routerConflicts tells of routers that several containers declare differently: Traefik removes them all.
func (s *search) routerConflicts() {
	for _, c := range s.g.Runtime.Conflict {
		if c.Kind != "router" {
			continue
		}
		var flow []finding.Step
		for _, o := range c.Origins {
			flow = append(flow, finding.Step{Location: s.g.OriginPlace(o, ".rule"),
				Text: "declared in " + s.g.Containers[o.Container].Name()})
		}
		for _, o := range c.Origins {
			m := &s.g.Containers[o.Container]
			s.explained[m] = true
			s.report(builder{
				m: m, router: c.Name, place: s.g.OriginPlace(o, ".rule", ".middlewares"),
				flow: flow, key: "conflict",
				title: fmt.Sprintf("%s is declared differently in several containers: Traefik serves none of them",
					c.Name),
				fix: "Declare the router on one container only, or give each its own name.",
			})
		}
	}
}

// unsetRule reports whether a rule is not valid only because a variable has no value here.
func (s *analysis) unsetRule(r *exposure.Route, f traefik.Fault) bool {
	own := r.Owner()
	if f.Kind != traefik.BadRule || own == nil {
		return false
	}
	for _, k := range r.Router.Origin.Keys {
		if l := own.Label(k); l != nil && len(l.Unset) > 0 && strings.HasSuffix(strings.ToLower(k), ".rule") {
			return true
		}
	}
	return false
}

func (s *analysis) conflicting(name string) *traefik.Conflict {
	for i := range s.g.Runtime.Conflict {
		if c := &s.g.Runtime.Conflict[i]; c.Kind == "middleware" && c.Name == name {
			return c
		}
	}
	return nil
}

func (s *search) fault(r *exposure.Route, m *exposure.Container, f traefik.Fault) {
	d := builder{
		m: m, router: r.Router.Name, place: s.g.Place(r), key: f.Middleware, evidence: []string{f.Msg},
		also: r.Targets(),
	}
	if f.Middleware != "" && r.FromEntry == 0 {
		d.place = s.g.OriginPlace(r.Router.Origin, ".middlewares", ".rule")
	}
	if len(f.Via) > 0 {
		d.evidence = append(d.evidence, "through "+strings.Join(f.Via, ", "))
	}
	base, provider, _ := strings.Cut(f.Middleware, "@")
	w := s.g.Runtime.Middlewares[f.Middleware]
	if r.TCP {
		w = s.g.Runtime.TCPMiddlewares[f.Middleware]
	}
	switch s.rule.ID {
	case ruleUndefined:
		d.title = fmt.Sprintf("%s names the middleware %s, which is nowhere defined: Traefik does not serve it",
			r.Router.Name, f.Middleware)
		if hint, why := s.similar(base, provider, r.TCP); hint != "" {
			d.fix = fmt.Sprintf("Write %s: %s.", hint, why)
		} else if why := s.vanished(base); why != "" {
			d.why = append(d.why, why)
		}
	case ruleConflict:
		d.title = fmt.Sprintf("the middleware %s is defined differently in several containers: Traefik removes it, "+
			"and %s is not served", f.Middleware, r.Router.Name)
		for _, o := range s.conflicting(f.Middleware).Origins {
			d.flow = append(d.flow,
				finding.Step{Location: s.g.OriginPlace(o), Text: "defined in " + s.g.Containers[o.Container].Name()})
		}
	case ruleMultiType:
		d.title = fmt.Sprintf("the middleware %s has several types (%s): %s is not served", f.Middleware,
			strings.Join(w.Types, ", "), r.Router.Name)
		d.place = s.g.OriginPlace(w.Origin)
	case ruleBadRange:
		d.title = fmt.Sprintf("Traefik cannot read the ranges of %s: %s is not served", f.Middleware, r.Router.Name)
		d.place = s.g.OriginPlace(w.Origin, ".sourcerange", ".excludedips")
		d.evidence = []string{s.badElement(w)}
	case ruleEmptyRange:
		d.title = fmt.Sprintf("the allowlist %s is empty: %s is not served", f.Middleware, r.Router.Name)
		d.place = s.g.OriginPlace(w.Origin, ".sourcerange")
	case ruleNotBuilt:
		d.title = fmt.Sprintf("Traefik cannot make the middleware %s: %s is not served", f.Middleware, r.Router.Name)
		if w != nil {
			d.place = s.g.OriginPlace(w.Origin)
		}
	default:
		d.title = fmt.Sprintf("Traefik does not serve %s: %s", r.Router.Name, f.Msg)
		if f.Kind == traefik.NoEntryPoint {
			d.place = s.g.OriginPlace(r.Router.Origin, ".entrypoints", ".rule")
		}
	}
	s.report(d)
}

// badElement tells which element of a range cannot be read, unless it came from a variable.
func (s *analysis) badElement(w *traefik.Middleware) string {
	if o := w.Origin; o.Container >= 0 {
		for _, k := range o.Keys {
			if l := s.g.Containers[o.Container].Label(k); l != nil && l.RawValue != l.Value &&
				strings.HasSuffix(strings.ToLower(k), ".sourcerange") {
				return "an element that comes from " + l.RawValue + " is neither an address nor a range"
			}
		}
	}
	for _, e := range append(append([]string{}, w.AllowList.Ranges...), w.AllowList.ExcludedIPs...) {
		if _, err := traefik.ParseRange(e); err != nil {
			return err.Error()
		}
	}
	return "the ranges cannot be read"
}

// similar looks for the middleware that was meant: of another provider, in another case, or a slip away.
func (s *analysis) similar(base, provider string, tcp bool) (name, why string) {
	all, other := s.g.Runtime.Middlewares, s.g.Runtime.TCPMiddlewares
	if tcp {
		all, other = other, all
	}
	best := 3
	for full := range all {
		b, p, _ := strings.Cut(full, "@")
		if p == "internal" {
			continue
		}
		d := distance(strings.ToLower(b), strings.ToLower(base), 2)
		if d > 2 || d > len(base)/3 {
			continue
		}
		if d < best || d == best && full < name {
			best, name = d, full
			switch {
			case b == base && p != provider:
				why = "it is defined by the " + p + " provider"
			case strings.EqualFold(b, base):
				why = "the case of the letters counts"
			default:
				why = "that is what is defined"
			}
		}
	}
	if name == "" && other[base+"@"+provider] != nil {
		return "", ""
	}
	if _, home, _ := strings.Cut(name, "@"); home != provider {
		return name, why // without its provider it would be looked for where the router is
	}
	return exposure.Unqualified(name), why
}

// vanished reports whether the name is defined on a container that Traefik does not take.
func (s *analysis) vanished(base string) string {
	for i := range s.g.Containers {
		m := &s.g.Containers[i]
		for k := range m.Labels {
			x := middlewareKey.FindStringSubmatch(k)
			if x != nil && strings.EqualFold(x[2], base) && s.g.Runtime.Verdicts[i].Config == nil {
				return fmt.Sprintf("service %s defines it, but Traefik does not take that container (%s)", m.Name(),
					s.g.Runtime.Verdicts[i].Excluded)
			}
		}
	}
	return ""
}

// fileErrors tells of files that Traefik does not understand: it does not start, or uses nothing of the file provider.
func (s *search) fileErrors() {
	for _, b := range s.g.BadFiles {
		s.report(builder{
			m: s.g.Self(), place: b.Place, key: b.Place.Path, evidence: []string{b.Why},
			title: fmt.Sprintf("Traefik cannot use %s, and with it no file of its file provider", b.Place.Path),
		})
	}
	err := s.g.Refused
	if err == nil {
		return
	}
	static := s.g.Runtime.Static
	d := builder{m: s.g.Self(), key: err.Field, evidence: []string{err.Msg}}
	if static.File != "" {
		d.place = finding.Location{Path: static.File, Line: err.Line()}
	} else if err.Key != "" {
		d.evidence = append(d.evidence, "set by "+err.Key)
		for _, e := range s.g.Service.Environment {
			if e.Name == err.Key {
				d.place = e.Location
			}
		}
	}
	d.title = fmt.Sprintf("Traefik does not start with this configuration: %s", err.Msg)
	d.why = []string{"the other findings hold for what it would serve without that setting"}
	switch {
	case err.Until.Known():
		d.fix = fmt.Sprintf("Remove it: version %s dropped it.", err.Until)
	case err.Since.Known():
		d.fix = fmt.Sprintf("Remove it, or update Traefik: it came with version %s.", err.Since)
	}
	s.report(d)
}
