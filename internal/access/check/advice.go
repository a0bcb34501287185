package check

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/clierr"
)

// correctCause is the advice where the rule's remedy would be for one of several causes only: the finding's own
// decides.
func correctCause(_ *analysis, d *builder) string {
	if len(d.evidence) == 0 || d.evidence[0] == "" {
		return ""
	}
	return "Correct what Traefik refuses: " + strings.TrimSuffix(d.evidence[0], ".") + "."
}

// addCommand is the command that puts a list before a service, or before one router of it.
func (s *analysis) addCommand(m *exposure.Container, router string) string {
	command := "drydock access add" + s.model.Options.Given
	if router != "" {
		command += " --router " + router
	}
	return "`" + command + " " + s.model.Ref(m.Stack.Name, m.Service.Name) + " RANGE...`"
}

// guardTCP is the advice for a TCP router that takes all plain traffic of an entry point.
func (s *analysis) guardTCP(r *exposure.Route, m *exposure.Container) string {
	how := fmt.Sprintf("Name a TCP allowlist in the middlewares of router %s, in %s", r.Router.Name,
		r.Router.Origin.File)
	if r.Router.Origin.File == "" && !m.Outside {
		how = "Put an allowlist before the TCP router: " + s.addCommand(m, "")
	}
	if s.model.IsStore(m.Service) {
		return how + ", or remove the router: a database belongs on no public port."
	}
	return how + ", and give it a port of its own: the HTTP routers of this one get nothing."
}

// addFix is what closes an open route: the command, where it would make the change, else what to do by hand.
func (s *analysis) addFix(r *exposure.Route, m *exposure.Container) string {
	const meant = " If it is public on purpose, list it under `public` in drydock.yaml."
	switch own := r.Owner(); {
	case r.UDP:
		return "Traefik has no middlewares for UDP: publish the port on a private address, or allow the clients in a " +
			"firewall." + meant
	case own == nil && r.Router.Origin.File != "":
		return fmt.Sprintf("Name an allowlist in the middlewares of router %s, in %s.", r.Router.Name,
			r.Router.Origin.File) + meant
	case s.model.Host.Live:
		return "Put an allowlist before it in the compose file: `drydock access add` makes the change." + meant
	case own != nil && own != m:
		m = own
	}
	err := s.addRefused(m, "")
	if err == nil {
		return "Put the allowlist before it: " + s.addCommand(m, "") + "." + meant
	}
	if base := exposure.Unqualified(r.Router.Name); s.addRefused(m, base) == nil {
		// Another router of the service goes through a list that is not the service's own.
		return "Put an allowlist before it: " + s.addCommand(m, base) + s.likewise(r, m) + "." + meant
	}
	text := "Put an allowlist before it by hand: " + err.Error() + "."
	if hint := clierr.Hint(err); hint != "" {
		text += " " + hint
	}
	return text + meant
}

// likewise names the list that a router beside an open one has: to name that is another way.
func (s *analysis) likewise(r *exposure.Route, m *exposure.Container) string {
	for _, o := range s.g.RoutesOf(m) {
		if o != r && o.Live() && o.Class == exposure.Allowlisted && o.TCP == r.TCP && len(o.Lists) > 0 &&
			o.Lists[0].Middleware != nil {
			return fmt.Sprintf(", or name %s in its middlewares, as router %s does", o.Lists[0].Middleware.Name,
				o.Router.Name)
		}
	}
	return ""
}

// addRefused is why `drydock access add` would not put a list before a service, or one router of it; nil if it would.
func (s *analysis) addRefused(m *exposure.Container, router string) error {
	key := refusal{m, router}
	err, known := s.refused[key]
	if !known {
		err = edit.AddRefused(s.model, m.Service, router)
		s.refused[key] = err
	}
	return err
}

// refusal is what an edit is asked of: a service, and one router of it or "" for all.
type refusal struct {
	m      *exposure.Container
	router string
}
