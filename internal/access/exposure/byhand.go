package exposure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// Checked is what somebody found out by hand of routes that cannot be read here: those of a provider of Traefik's
// such as Redis, or of another reverse proxy. It stands for a time only, and is shown as that person's word.
type Checked struct {
	Source string         // "redis", "consulcatalog", "nginx-proxy", or the service that is the proxy
	Routes []CheckedRoute // none: it leads to no service of the host
	By     string         // who looked
	Until  time.Time      // the last day on which that counts
}

// CheckedRoute is a service to which something leads, and who may enter there.
type CheckedRoute struct {
	Service string // "app", or "stack/app"
	Access  finding.Exposure
}

// leads reports whether a route is to a service.
func (r *CheckedRoute) leads(s *stack.Service) bool {
	return r.Service == s.Name || r.Service == s.Stack+"/"+s.Name
}

// names reports whether one of the routes leads to a service.
func (k *Checked) names(s *stack.Service) bool {
	return slices.ContainsFunc(k.Routes, func(r CheckedRoute) bool { return r.leads(s) })
}

// expired reports whether the time is over for which somebody's word counts.
func (k *Checked) expired(now time.Time) bool { return !now.Before(k.Until.AddDate(0, 0, 1)) }

const day = time.DateOnly

// checkedBy is what somebody says of a source, by one of its names; nil if nothing is said, or the time is over.
func (c *builder) checkedBy(names ...string) *Checked {
	for i := range c.Options.Checked {
		k := &c.Options.Checked[i]
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, k.Source) }) {
			continue
		}
		c.found[k] = true
		if !k.expired(c.now()) {
			return k
		}
	}
	return nil
}

func (c *builder) now() time.Time {
	if c.Options.Now.IsZero() {
		return time.Now()
	}
	return c.Options.Now
}

// checkIt is the remedy for what cannot be read here: to look, and to say so for a time.
func (c *builder) checkIt(source string) string {
	for i := range c.Options.Checked {
		if k := &c.Options.Checked[i]; strings.EqualFold(source, k.Source) && k.expired(c.now()) {
			return fmt.Sprintf("what %s said of it in drydock.yaml counted until %s; look again", k.By,
				k.Until.Format(day))
		} else if strings.EqualFold(source, k.Source) {
			return "list the route to it under `access.checked` in drydock.yaml, where others of " + source + " stand"
		}
	}
	return "look at what it leads to, and list that under `access.checked` in drydock.yaml"
}

// byHand adds the access paths that somebody says there are, and tells of each such word: none of it was judged here.
func (c *builder) byHand(services []*Service) {
	for i := range c.Options.Checked {
		k := &c.Options.Checked[i]
		switch {
		case !c.found[k]:
			c.Warnings = append(c.Warnings, report.Warning{Text: fmt.Sprintf("`access.checked` in drydock.yaml "+
				"names %q, "+
				"which is neither a provider of Traefik's nor a reverse proxy here", k.Source)})
		case !k.expired(c.now()):
			c.say(k, services)
		}
	}
}

func (c *builder) say(k *Checked, services []*Service) {
	var routes []string
	for i := range k.Routes {
		r := &k.Routes[i]
		routes = append(routes, fmt.Sprintf("%s (%s)", r.Service, r.Access))
		known := false
		for _, s := range services {
			if !r.leads(&stack.Service{Name: s.Name, Stack: s.Stack}) {
				continue
			}
			known = true
			word := fmt.Sprintf("%s says so until %s; it was not judged here", k.By, k.Until.Format(day))
			if r.Access == finding.ExposureAllowlisted {
				word = "only some addresses: " + word
			}
			s.Said = true
			s.Paths = append(s.Paths, AccessPath{Via: k.Source + " (by hand)", Access: string(r.Access), Why: word})
			s.widen(classOf(r.Access))
		}
		if !known {
			c.input(nil, "drydock.yaml", report.Partial, fmt.Sprintf("`access.checked` says that %s leads to "+
				"%s, which is "+
				"no service of these projects: correct the name", k.Source, r.Service))
		}
	}
	where := "to no service of these projects"
	if len(routes) > 0 {
		where = "to " + strings.Join(routes, ", ") + " and nowhere else"
	}
	c.Warnings = append(c.Warnings, report.Warning{Text: fmt.Sprintf("not judged here, but looked at by %s, "+
		"which counts "+
		"until %s: %s leads %s", k.By, k.Until.Format(day), k.Source, where)})
}

func classOf(e finding.Exposure) Class {
	switch e {
	case finding.ExposurePublic:
		return Public
	case finding.ExposureAuthenticated:
		return Authenticated
	case finding.ExposureAllowlisted:
		return Allowlisted
	case finding.ExposureUnknown:
		return Unknown
	}
	return Internal
}

// decided is what drydock.yaml says of a middleware whose definition cannot be read here.
func (c *builder) decided(name string) traefik.Decision {
	return c.told(&traefik.Middleware{Name: name}, nil)
}

// misnamed tells of the names under `access.logins` and `access.bouncers` that are nothing's here: what they were meant
// to say is not said.
func (c *builder) misnamed() {
	known := map[string]bool{}
	note := func(name string) {
		base, _, _ := strings.Cut(name, "@")
		known[strings.ToLower(name)], known[strings.ToLower(base)] = true, true
	}
	for _, g := range c.Gateways {
		for name := range g.Runtime.Middlewares {
			note(name)
		}
		for _, r := range g.Routes {
			for _, name := range r.Middlewares {
				note(name)
			}
		}
	}
	c.Host.Services(func(st *stack.Stack, s *stack.Service) {
		note(s.Name)
		note(st.Name + "/" + s.Name)
	})
	for _, list := range []struct {
		key   string
		names []string
	}{{"logins", c.Options.Logins}, {"bouncers", c.Options.Bouncers}} {
		for _, name := range list.names {
			if !known[strings.ToLower(name)] {
				c.Warnings = append(c.Warnings, report.Warning{Text: fmt.Sprintf("`access.%s` in drydock.yaml "+
					"names %q, which is "+
					"neither a middleware nor a service here", list.key, name)})
			}
		}
	}
}
