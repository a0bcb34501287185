package prove

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/engine"
)

// performance is what one contender did on its stage.
type performance struct {
	open    []int
	order   []string // requests in the order in which they were answered
	sent    []engine.Request
	answers map[string]*engine.Response
	exited  bool
	exit    int
	stdout  string
	health  *health // nil without a health check
}

// answers starts the original twice and the new image once, one after the other, each on a network of its own with
// its own dependencies, sends all of them the same requests and compares. Whatever the two originals disagree in
// (times, counters, addresses) is not compared.
func (p *prover) answers(ctx context.Context) error {
	if err := p.askOriginal(ctx); err != nil {
		return err
	}
	if len(p.AfterEnv) > 0 {
		p.check("answers", Noted,
			"the new image does not hold %s any more; it was given its variables, as env_file gives them",
			strings.Join(p.KeptOut, ", "))
	}
	third, err := p.perform(ctx, "candidate", 1, p.orig.once)
	if err != nil {
		return p.failed(ctx, Start, "the new image does not start", err)
	}
	return p.compare(p.orig.once, p.orig.more, third)
}

// errFragile: a request of ours that may change something has ended the original.
var errFragile = errors.New("it ends on this request")

// askOriginal starts the original twice, once for all tries.
func (p *prover) askOriginal(ctx context.Context) error {
	if p.orig.more != nil {
		return nil
	}
	first, err := p.perform(ctx, "original", 0, nil)
	if errors.Is(err, errFragile) {
		p.orig.fragile, p.orig.known = true, nil
		p.check("answers", Noted, "only requests that read were sent: the original ends on others (%v)", err)
		first, err = p.perform(ctx, "original-reads", 0, nil)
	}
	var beside *besideError
	if errors.As(err, &beside) {
		return p.failed(ctx, Original, "the original cannot be asked, because what stands beside it does not come up",
			err)
	}
	if err != nil && len(p.orig.caps) == 0 && ctx.Err() == nil && !errors.Is(err, errRefused) {
		p.orig.caps = userSwitch
		p.say("the original does not start without capabilities; trying with those that changing user needs")
		var again error
		if first, again = p.perform(ctx, "original-caps", 0, nil); again == nil {
			p.check("answers", Noted, "both were given the capabilities %s: the original does not start without",
				strings.Join(p.orig.caps, ", "))
			err = nil
		}
	}
	if err != nil {
		return p.failed(ctx, Original, "the original does not start by itself, so there is nothing to compare with",
			err)
	}
	second, err := p.perform(ctx, "original-again", 0, first)
	if err != nil {
		return p.failed(ctx, Original, "the original started once and not a second time", err)
	}
	p.orig.once, p.orig.more = first, second
	return nil
}

// userSwitch is what a program needs that starts as root and goes on as somebody else. It is half of what Docker
// gives by default.
var userSwitch = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "NET_BIND_SERVICE"}

const (
	settle  = 4 * time.Second // a program that opens no port has this long to show that it stays
	jobTime = 60 * time.Second
)

// perform starts one contender and asks it. like tells what an earlier one was asked; nil finds it out.
func (p *prover) perform(ctx context.Context, role string, side int, like *performance) (*performance, error) {
	p.say("starting the %s image", sideNames[side])
	role = p.role(role)
	net, err := p.run.Network(ctx, role)
	if err != nil {
		return nil, err
	}
	services, err := p.services(ctx, role, net, like == nil && len(p.orig.caps) == 0)
	defer func() {
		for _, s := range services {
			s.Remove(context.WithoutCancel(ctx))
		}
	}()
	if err != nil {
		return nil, err
	}
	spec := engine.Spec{Role: role, Image: p.refs[side], Network: net, Aliases: []string{"app"},
		Env: p.environment(side), Caps: p.orig.caps}
	p.asComposeRuns(&spec)
	c, err := p.run.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	defer c.Remove(context.WithoutCancel(ctx))
	out := &performance{answers: map[string]*engine.Response{}}
	if err := p.waitFor(ctx, c, like, out); err != nil {
		return nil, err
	}
	if out.exited {
		return out, nil
	}
	if len(out.open) > 0 {
		if err := p.ask(ctx, c, like, out); err != nil {
			return nil, err
		}
	}
	out.health = p.askHealth(ctx, c, side)
	return out, c.Alive(ctx)
}

// environment are the variables of a contender beside its image's own.
func (p *prover) environment(side int) []string {
	if side == 0 {
		return p.Env
	}
	return append(slices.Clone(p.AfterEnv), p.Env...) // compose's own win
}

// asComposeRuns gives a container what the compose file says of how the service runs.
func (p *prover) asComposeRuns(s *engine.Spec) {
	r := p.Run
	if r == nil {
		return
	}
	s.Entrypoint, s.Cmd, s.User, s.WorkingDir = r.Entrypoint, r.Command, r.User, r.WorkDir
	copied := map[string]bool{}
	for _, f := range p.Files {
		s.Files = append(s.Files, engine.Copied{Source: f.Source, Target: f.Target})
		copied[f.Target] = true
	}
	for _, m := range r.Mounts {
		if !copied[m] && strings.HasPrefix(m, "/") {
			s.Volumes = append(s.Volumes, m)
		}
	}
}

// waitFor waits until the contender's ports are open. One without ports has to stay up, or to end well.
func (p *prover) waitFor(ctx context.Context, c *engine.Container, like, out *performance) error {
	ports := p.ports()
	if like != nil {
		if like.exited {
			return p.waitJob(ctx, c, out)
		}
		ports = like.open
	}
	if len(ports) == 0 && like == nil {
		return p.searchPorts(ctx, c, out)
	}
	if len(ports) == 0 {
		if err := pause(ctx, settle); err != nil {
			return err
		}
		return c.Alive(ctx)
	}
	open, err := c.WaitOpen(ctx, ports, p.Patience)
	if err != nil {
		return p.endedEarly(ctx, err, like, out, c)
	}
	if len(open) == 0 && like == nil { // it listens elsewhere than it says, as its settings tell it
		open = p.openPorts(ctx, c)
		ports = open
	}
	if len(open) == 0 {
		return fmt.Errorf("no port of %s was open after %s, and no other one", ints(ports), p.Patience)
	}
	if out.open, err = p.allOpen(ctx, c, ports, open); err != nil {
		return err
	}
	if like != nil && len(out.open) < len(like.open) {
		return fmt.Errorf("of the ports %s only %s were open after a while", ints(like.open), ints(out.open))
	}
	return nil
}

// allOpen gives the remaining ports a moment longer.
func (p *prover) allOpen(ctx context.Context, c *engine.Container, ports, open []int) ([]int, error) {
	for end := time.Now().Add(settle); len(open) < len(ports) && time.Now().Before(end); {
		if err := pause(ctx, 250*time.Millisecond); err != nil {
			return nil, err
		}
		var err error
		if open, err = c.WaitOpen(ctx, ports, settle); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// endedEarly: a program that exposes a port and yet ends with 0 is a job with a port left over from its base.
func (p *prover) endedEarly(ctx context.Context, err error, like *performance, out *performance,
	c *engine.Container) error {
	var f *engine.Failure
	if like == nil && errors.As(err, &f) && f.Exit == 0 {
		return p.waitJob(ctx, c, out)
	}
	return err
}

// searchPorts looks which ports a program opens that does not say so, once it had time to.
func (p *prover) searchPorts(ctx context.Context, c *engine.Container, out *performance) error {
	for deadline := time.Now().Add(settle + 2*time.Second); ; time.Sleep(time.Second) {
		if err := c.Alive(ctx); err != nil {
			return p.endedEarly(ctx, err, nil, out, c)
		}
		if out.open = p.openPorts(ctx, c); len(out.open) > 0 {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			if err := c.Alive(ctx); err != nil { // it ended while its ports were searched
				return p.endedEarly(ctx, err, nil, out, c)
			}
			return ctx.Err()
		}
	}
}

// scanTime bounds a search of all ports: one takes a second or two, but of a container that has ended no port answers.
const scanTime = 10 * time.Second

func (p *prover) openPorts(ctx context.Context, c *engine.Container) []int {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	return c.OpenPorts(ctx)
}

// waitJob waits for a program that does its work and ends.
func (p *prover) waitJob(ctx context.Context, c *engine.Container, out *performance) error {
	ctx, cancel := context.WithTimeout(ctx, jobTime)
	defer cancel()
	code, err := c.Wait(ctx)
	if err != nil {
		return fmt.Errorf("it did not end as the original does: %w", err)
	}
	if code != 0 {
		return c.Alive(ctx)
	}
	out.exited, out.exit = true, code
	out.stdout, _, err = c.Logs(ctx)
	return err
}

// maxSilent is how many requests may go without an answer before no more are sent.
const maxSilent = 3

// asking is the state of a round of requests.
type asking struct {
	reqs   []engine.Request
	later  []engine.Request // those that may change something: sent when all others are answered
	deaf   map[int]bool     // ports that speak no HTTP
	spoke  map[int]bool     // ports that have answered
	silent int              // requests that got no answer in time
	script map[int]string   // of ports that speak FastCGI: the program that answers
}

// ask sends the requests. The first contender is asked what was given and found, and then for what its pages link to,
// what its OpenAPI document and its forms name, and what its source says that it answers; the others are asked the
// same.
func (p *prover) ask(ctx context.Context, c *engine.Container, like *performance, out *performance) error {
	q := &asking{reqs: p.findProbes(out.open), deaf: map[int]bool{}, spoke: map[int]bool{}, script: map[int]string{}}
	if like == nil {
		p.addRoutes(q, p.Routes, out.open)
	} else {
		q.reqs = like.sent
	}
	for i := 0; i < len(q.reqs) || len(q.later) > 0; i++ {
		if i == len(q.reqs) {
			q.reqs = addRequests(q.reqs, q.later[:1])
			if q.later = q.later[1:]; i == len(q.reqs) {
				i--
				continue
			}
		}
		r := q.reqs[i]
		if q.deaf[r.Port] {
			continue
		}
		r.Script = q.script[r.Port]
		res, err := p.patient(ctx, c, r, len(out.answers) == 0)
		switch {
		case errors.Is(err, engine.ErrNotHTTP) && c.Alive(ctx) == nil:
			if front := p.frontScript(); r.Script == "" && front != "" {
				q.script[r.Port] = front
				i-- // the same once more, as a web server would send it on
				continue
			}
			q.deaf[r.Port] = !q.spoke[r.Port] // a database, a queue: that it takes connections is all that is compared
			continue
		case err != nil:
			if dead := c.Alive(ctx); dead != nil {
				if like == nil && r.Method != "" && len(out.answers) > 0 {
					return fmt.Errorf("%s: %w", r, errFragile)
				}
				return dead
			}
			if len(out.answers) == 0 {
				return err
			}
			if q.silent++; q.silent == maxSilent { // what it waits for is not there: the rest would wait too
				q.reqs, q.later = q.reqs[:i+1], nil
			}
			continue // a request of ours that it does not answer at all
		}
		k := r.String()
		q.spoke[r.Port] = true
		out.answers[k], out.order = res, append(out.order, k)
		out.sent = append(out.sent, q.reqs[i])
		if like == nil {
			p.learn(q, r, res)
		}
	}
	return nil
}

// learn adds what an answer tells of further requests.
func (p *prover) learn(q *asking, r engine.Request, res *engine.Response) {
	q.reqs = addRequests(q.reqs, links(r, res))
	if res.Status != http.StatusOK {
		return
	}
	switch {
	case isOpenAPI(r):
		p.addRoutes(q, openAPI(res.Body), []int{r.Port})
	case strings.Contains(res.Header.Get("Content-Type"), "html"):
		if base, err := url.Parse(fmt.Sprintf("http://localhost:%d%s", r.Port, r.Path)); err == nil {
			p.addRoutes(q, forms(base, res.Body), []int{r.Port})
		}
	}
}

// addRoutes adds requests for routes: those that only read now, the others for later.
func (p *prover) addRoutes(q *asking, routes []Route, ports []int) {
	for _, r := range routes {
		p.orig.known = append(p.orig.known, r)
		for _, port := range ports {
			req, ok := r.request(port)
			switch {
			case !ok:
			case req.Method != "" && p.orig.fragile:
			case req.Method == "":
				q.reqs = addRequests(q.reqs, []engine.Request{req})
			default:
				q.later = append(q.later, req)
			}
		}
	}
}

// frontScript is the script that answers for the site behind PHP's FastCGI server, "" where there is none.
func (p *prover) frontScript() string {
	if _, ok := p.fs[0].find("php-fpm", "/"); !ok {
		return ""
	}
	for _, name := range []string{"public/index.php", "web/index.php", "index.php"} {
		script := path.Join("/", p.imgs[0].Config.WorkingDir, name)
		if _, ok := p.fs[0].resolve(script); ok {
			return script
		}
	}
	return ""
}

// addRequests adds what is not asked for already, up to a bound.
func addRequests(reqs, more []engine.Request) []engine.Request {
	const maxRequests = 80
	seen := map[string]bool{}
	for _, r := range reqs {
		seen[r.String()] = true
	}
	for _, r := range more {
		if k := r.String(); !seen[k] && len(reqs) < maxRequests {
			seen[k] = true
			reqs = append(reqs, r)
		}
	}
	return reqs
}

// patient repeats the first request while the program is still coming up: its port may be open before it can answer.
func (p *prover) patient(
	ctx context.Context, c *engine.Container, r engine.Request, first bool,
) (*engine.Response, error) {
	for deadline := time.Now().Add(p.Patience); ; time.Sleep(500 * time.Millisecond) {
		res, err := c.Do(ctx, r)
		starting := err != nil || res.Status == 502 || res.Status == 503
		if !first || !starting || time.Now().After(deadline) || ctx.Err() != nil {
			return res, err
		}
		if errors.Is(err, engine.ErrNotHTTP) && time.Until(deadline) < p.Patience-settle {
			return nil, err
		}
		if dead := c.Alive(ctx); dead != nil {
			return nil, dead
		}
	}
}

// health is the result of a health check: which one, and how it ended.
type health struct {
	compose bool // compose's own, which holds in the place of the image's
	code    int
	output  string
}

// healthTries is how often a health check may fail before it counts as failed: Docker tries three times.
const healthTries = 3

// askHealth runs the health check inside the container: compose's own where there is one, else the image's.
func (p *prover) askHealth(ctx context.Context, c *engine.Container, side int) *health {
	cfg := p.imgs[side].Config
	out := &health{}
	argv := healthCommand(cfg.Healthcheck, cfg.Shell)
	if p.Run != nil && len(p.Run.Health) > 0 {
		argv, out.compose = healthCommand(p.Run.Health, nil), true
	}
	if argv == nil {
		return nil
	}
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(ctx, healthTime)
		code, output, err := c.Exec(ctx, argv)
		cancel()
		if err != nil {
			code, output = -1, err.Error()
		}
		out.code, out.output = code, output
		if code == 0 || try == healthTries || pause(ctx, time.Second) != nil {
			return out
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func ints(n []int) string { return strings.Trim(fmt.Sprint(n), "[]") }
