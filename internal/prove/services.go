package prove

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/engine"
)

// besideError is the failure of what stands beside an app: no contender is to blame for it.
type besideError struct {
	name string
	err  error
}

func (e *besideError) Error() string { return e.name + " beside it: " + e.err.Error() }
func (e *besideError) Unwrap() error { return e.err }

// services starts what compose names beside the app, one after the other, and waits until each is ready: until its
// health check succeeds, else until it takes connections. What was started is returned with an error too. first has
// it tell what stood there.
func (p *prover) services(ctx context.Context, role string, net *engine.Network, first bool) ([]*engine.Container,
	error) {
	if first && len(p.Absent) > 0 {
		p.check("answers", Noted, "%s was not started beside it: it is built itself", strings.Join(p.Absent, ", "))
	}
	var out []*engine.Container
	for _, s := range p.Services {
		img, err := p.run.Engine().Inspect(ctx, s.Image)
		if errors.Is(err, engine.ErrNoImage) {
			if first {
				p.check("answers", Noted, "%s was not started beside it: the engine does not hold %s", s.Name, s.Image)
			}
			continue
		}
		if err != nil {
			return out, err
		}
		c, err := p.run.Start(ctx, engine.Spec{Role: role + "-" + s.Name, Image: s.Image, Network: net,
			Aliases:  []string{s.Name},
			Hostname: s.Name, Env: s.Env, Entrypoint: s.Entrypoint, Cmd: s.Command, Caps: userSwitch})
		if err != nil {
			return out, &besideError{s.Name, err}
		}
		out = append(out, c)
		if err := p.waitReady(ctx, c, s, img); err != nil {
			return out, &besideError{s.Name, err}
		}
		if first {
			p.check("answers", Noted, "%s (%s) stood beside it", s.Name, s.Image)
		}
	}
	return out, nil
}

// waitReady waits until a service takes connections and its health check succeeds.
func (p *prover) waitReady(ctx context.Context, c *engine.Container, s Service, img *engine.Image) error {
	var ports []int
	for _, e := range img.Config.ExposedPorts {
		var n int
		if _, err := fmt.Sscanf(e, "%d/tcp", &n); err == nil {
			ports = append(ports, n)
		}
	}
	if len(ports) > 0 {
		switch open, err := c.WaitOpen(ctx, ports, p.Patience); {
		case err != nil:
			return err
		case len(open) == 0:
			return fmt.Errorf("no port of %s was open after %s", ints(ports), p.Patience)
		}
	}
	health := s.Health
	if len(health) == 0 {
		health = img.Config.Healthcheck
	}
	argv := healthCommand(health, img.Config.Shell)
	if argv == nil {
		return c.Alive(ctx)
	}
	for deadline := time.Now().Add(p.Patience); ; {
		code, err := p.exec(ctx, c, argv)
		if err == nil && code == 0 {
			return nil
		}
		if dead := c.Alive(ctx); dead != nil {
			return dead
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("its health check does not succeed within %s", p.Patience)
		}
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
}

// healthCommand is what a health check runs, nil without one.
func healthCommand(test, shell []string) []string {
	if len(test) < 2 || test[0] == "NONE" {
		return nil
	}
	if test[0] != "CMD-SHELL" {
		return test[1:]
	}
	if len(shell) == 0 {
		shell = []string{"/bin/sh", "-c"}
	}
	return append(append([]string{}, shell...), test[1])
}

const healthTime = 30 * time.Second // Docker's own default

// exec runs a health check inside a container, for a bounded time.
func (p *prover) exec(ctx context.Context, c *engine.Container, argv []string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	code, _, err := c.Exec(ctx, argv)
	return code, err
}
