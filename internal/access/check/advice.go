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

// guardTCP is the advice for a TCP router that takes all plain traffic.
func guardTCP(s *analysis, d *builder) string {
	how := fmt.Sprintf("Put an allowlist before the TCP router: `drydock access add %s RANGE...`", d.m.Name())
	if d.m != nil && s.model.IsStore(d.m.Service) {
		return how + ", or remove the router: a database belongs on no public port."
	}
	return how + ", and give it a port of its own."
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
	if err := s.addRefused(m); err != nil {
		text := "Put an allowlist before it by hand: " + err.Error() + "."
		if hint := clierr.Hint(err); hint != "" {
			text += " " + hint
		}
		return text + meant
	}
	return fmt.Sprintf("Put the allowlist before it: `drydock access add %s RANGE...`.",
		s.model.Ref(m.Stack.Name, m.Service.Name)) + meant
}

// addRefused is why `drydock access add` would not put a list before a service, nil if it would.
func (s *analysis) addRefused(m *exposure.Container) error {
	err, known := s.refused[m]
	if !known {
		err = edit.AddRefused(s.model, m.Service)
		s.refused[m] = err
	}
	return err
}
