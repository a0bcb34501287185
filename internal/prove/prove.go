// Package prove shows by trial that a converted Dockerfile makes the same thing as the original, only smaller: it
// builds both, looks into both, starts both, asks both the same questions and compares. Building well proves little:
// most wrong conversions build, and die at start or at the first request.
//
// What is built and started is taken for hostile: containers stand on an internal network without mounts of this
// machine, without capabilities and within bounds of memory, processes and time. See internal/engine.
package prove

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stages"
)

// Options say what is compared with what.
type Options struct {
	Context   string // build context of both
	Original  Side
	Candidate Side
	Args      map[string]*string // build arguments of both
	Secrets   []string           // --secret specifications of both builds

	Routes   []Route   // what the app's source says that it answers
	Probes   []Probe   // requests to send; none: they are found (see findProbes)
	Env      []string  // NAME=value for the app beside the images' own; stand-ins, never the real ones
	Services []Service // what the app needs beside it, started anew for every contender
	Absent   []string  // names of what it would need besides and cannot have, for a remark

	Run      *stages.Run // how compose runs the service, nil without a compose file
	Ports    []int       // of the container, as compose names them
	Files    []Mounted   // files of the project that compose mounts: both get a copy of them
	Unread   []string    // files of variables that could not be read, for a remark
	AfterEnv []string    // NAME=value for the new image alone: what a file held that it does not hold any more
	KeptOut  []string    // the files that AfterEnv comes from, for a remark

	Intended    []Change // differences that the conversion makes on purpose
	Improvement bool     // the original is multi-stage already: the result need not be smaller, only not larger

	// Scan is the image gate: what is inside an image of the engine and what of it is known to be vulnerable. nil
	// leaves the findings out and counts packages by their databases.
	Scan func(ctx context.Context, imageRef string) (Summary, error)

	Patience time.Duration // how long a contender may take to open its ports, 0 = 60 s
	Say      func(string)  // progress, a line at a time; nil = silent
}

// Side is one of the two Dockerfiles.
type Side struct {
	Name       string // for messages: the file's path
	Dockerfile []byte
	Ignore     []byte // .dockerignore in force, nil = the context's own
	File       string // path of the Dockerfile on disk, "" if it is not there; its own ignore file holds then
	Target     string
}

// Service is a dependency that compose names, started on the same internal network.
type Service struct {
	Name       string
	Image      string
	Env        []string
	Entrypoint []string
	Command    []string
	Health     []string // its health check as compose gives it, nil = its image's
}

// Change is a difference between the images that the conversion makes on purpose.
type Change struct {
	What string // "command", "user", "workdir", "ports", "healthcheck", "headers", "env NAME", "label NAME"
	Why  string
}

// Summary is what the image gate says of an image.
type Summary struct {
	Packages   int
	Findings   int            // open ones
	BySeverity map[string]int // of the findings
}

// Result is the outcome with everything that was looked at.
type Result struct {
	Proved bool
	Cause  Cause    // why it is not proved
	Reason string   // the same in one line; "" when proved
	Log    string   // the end of the output behind the reason, where there is one
	Lacks  []string // packages of the distribution that hold what the new image lacks
	Before Measure
	After  Measure
	Checks []Check
}

// Check is one thing that was compared.
type Check struct {
	Name   string // "original", "build", "libraries", "files", "settings", "answers", "modules", "size"
	Status string // one of the statuses below
	Text   string
}

// The statuses of a check.
const (
	Same    = "same"    // it was compared and nothing was lost
	Differs = "differs" // it was compared and refuses the proof
	Noted   = "noted"   // a difference that is meant or harmless
	Skipped = "skipped" // there was nothing to compare, or no way to
)

// Cause is why a proof ended without being one. What is done about it depends on this, never on the words of Reason.
type Cause int

// The causes of a refusal.
const (
	NoCause   Cause = iota // proved
	Original               // the original itself does not build, start or answer: there is nothing to compare with
	Build                  // the new Dockerfile does not build
	Libraries              // a program or script of the new image cannot be loaded
	Files                  // files that the app may read are not in the new image
	Home                   // files in the home of the original's user are out of the new user's reach
	Settings               // command, environment, ports and the like are not the same
	Start                  // the new image does not start
	Answers                // it answers something else
	Health                 // the original's health check, or compose's, fails in the new image
	NewHealth              // a health check that the original does not have fails
	Modules                // a module of an interpreter does not load
	Size                   // it works and is not worth it
	Findings               // it has more findings than the original
)

// checkNames are the names of the checks that a cause belongs to.
var checkNames = map[Cause]string{Original: "original", Build: "build", Libraries: "libraries", Files: "files",
	Home: "files", Settings: "settings", Start: "answers",
	Answers: "answers", Health: "answers", NewHealth: "answers", Modules: "modules", Size: "size", Findings: "findings"}

// errRefused ends a proof whose result holds the reason already.
var errRefused = errors.New("refused")

// Prover holds an original against one candidate after another.
type Prover struct {
	run      *engine.Run
	original original
	attempts int
}

// original is what is known of the original once it was built, looked into and asked.
type original struct {
	ref     string
	img     *engine.Image
	fs      *files
	base    *engine.Image // what it was built from, nil where the engine cannot tell
	baseFS  *files        // its files, nil until they are asked for
	caps    []string      // capabilities that it does not start without
	known   []Route       // what it is known to answer
	fragile bool          // requests that may change something end it
	once    *performance
	more    *performance
}

type prover struct {
	Options
	run     *engine.Run
	attempt int
	orig    *original
	res     *Result
	// of both sides: 0 is the original, 1 the candidate
	refs [2]string
	imgs [2]*engine.Image
	fs   [2]*files
}

// New starts a trial. The caller defers Close, which removes from the engine whatever the trial made there.
func New(e *engine.Engine) (*Prover, error) {
	run, err := e.NewRun()
	if err != nil {
		return nil, err
	}
	return &Prover{run: run}, nil
}

// Close removes what the trial made.
func (t *Prover) Close() error { return t.run.Close() }

// Prove runs one proof and cleans up.
func Prove(ctx context.Context, e *engine.Engine, o Options) (res *Result, err error) {
	t, err := New(e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	return t.Try(ctx, o)
}

// Learn builds the original and looks into it, before there is a candidate: which release it stands on, and which
// libraries are behind its development packages. An original that does not build is a result that says so.
func (t *Prover) Learn(ctx context.Context, o Options) (facts stages.Facts, res *Result, err error) {
	p := &prover{Options: o, run: t.run, orig: &t.original, res: &Result{}}
	if err = p.buildSide(ctx, 0); err == nil {
		err = p.lookInto(ctx, 0)
	}
	switch {
	case errors.Is(err, errRefused):
		return facts, p.res, nil
	case err != nil:
		return facts, nil, err
	}
	return p.fs[0].facts(), nil, nil
}

// Try proves a candidate. A conversion that is not proved is no error: Result says why. An error means that the trial
// itself could not be held (no engine, interrupted). Options.Original has to be the same in all tries.
func (t *Prover) Try(ctx context.Context, o Options) (*Result, error) {
	if o.Patience == 0 {
		o.Patience = 60 * time.Second
	}
	t.attempts++
	p := &prover{Options: o, run: t.run, attempt: t.attempts, orig: &t.original, res: &Result{}}
	for _, step := range []func(context.Context) error{
		p.build, p.look, p.libraries, p.appFiles, p.settings, p.answers, p.modules, p.measure,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch err := step(ctx); {
		case errors.Is(err, errRefused):
			return p.res, nil
		case ctx.Err() != nil:
			return nil, ctx.Err() // whatever broke, broke for that
		case err != nil:
			return nil, err
		}
	}
	p.res.Proved = true
	return p.res, nil
}

func (p *prover) say(format string, args ...any) {
	if p.Say != nil {
		p.Say(fmt.Sprintf(format, args...))
	}
}

func (p *prover) check(name, status, format string, args ...any) {
	p.res.Checks = append(p.res.Checks, Check{name, status, fmt.Sprintf(format, args...)})
}

// refuse records why the conversion is not proved and ends the proof.
func (p *prover) refuse(cause Cause, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	p.check(checkNames[cause], Differs, "%s", text)
	p.res.Cause, p.res.Reason = cause, text
	return errRefused
}

// failed refuses because something ended badly; the end of its log goes with the reason.
func (p *prover) failed(ctx context.Context, cause Cause, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var f *engine.Failure
	if errors.As(err, &f) {
		p.res.Log = lastLines(f.Log, 12)
		p.res.Lacks = p.named(f.Log)
		if r := f.Reason(); r != "" {
			return p.refuse(cause, "%s: %s", what, r)
		}
	}
	return p.refuse(cause, "%s: %v", what, err)
}

// intended finds a difference among those that the conversion makes on purpose.
func (p *prover) intended(what string) (string, bool) {
	for _, c := range p.Intended {
		if strings.EqualFold(c.What, what) {
			return c.Why, true
		}
	}
	return "", false
}

func (p *prover) sides() [2]Side { return [2]Side{p.Original, p.Candidate} }

var sideNames = [2]string{"original", "new"}

// build builds both and looks up what they say of themselves. The original is built once.
func (p *prover) build(ctx context.Context) error {
	for side := range p.sides() {
		if err := p.buildSide(ctx, side); err != nil {
			return err
		}
	}
	p.check("build", Same, "both build")
	return nil
}

func (p *prover) buildSide(ctx context.Context, side int) error {
	if side == 0 && p.orig.img != nil {
		p.refs[0], p.imgs[0] = p.orig.ref, p.orig.img
		return nil
	}
	s := p.sides()[side]
	p.say("building the %s image", sideNames[side])
	ref, err := p.run.Build(ctx, p.role([2]string{"original", "candidate"}[side]), engine.BuildOptions{
		Context: p.Context, File: s.File, Dockerfile: s.Dockerfile, Ignore: s.Ignore, Target: s.Target,
		Args: p.Args, Secrets: p.Secrets,
	})
	if err != nil {
		return p.failed(ctx, [2]Cause{Original, Build}[side], "the "+sideNames[side]+" Dockerfile does not build", err)
	}
	img, err := p.run.Engine().Inspect(ctx, ref)
	if err != nil {
		return err
	}
	p.refs[side], p.imgs[side] = ref, img
	if side == 0 {
		p.orig.ref, p.orig.img = ref, img
		p.orig.base = p.findBase(ctx)
	}
	return nil
}

// role names something that is made anew in every try.
func (p *prover) role(name string) string { return fmt.Sprintf("%s-%d", name, p.attempt) }

// findBase is the image below the original, recognised by its layers among the images that the engine holds.
func (p *prover) findBase(ctx context.Context) *engine.Image {
	tags, err := p.run.Engine().Tags(ctx)
	if err != nil {
		return nil
	}
	var best *engine.Image
	for _, t := range tags {
		if strings.HasPrefix(t, "drydock-run/") {
			continue
		}
		img, err := p.run.Engine().Inspect(ctx, t)
		if err != nil || len(img.Layers) >= len(p.imgs[0].Layers) || !prefix(img.Layers, p.imgs[0].Layers) {
			continue
		}
		if best == nil || len(img.Layers) > len(best.Layers) {
			best = img
		}
	}
	return best
}

func prefix(short, long []string) bool {
	for i := range short {
		if short[i] != long[i] {
			return false
		}
	}
	return len(short) > 0
}

// look reads the file systems of both.
func (p *prover) look(ctx context.Context) error {
	for side := range p.refs {
		if err := p.lookInto(ctx, side); err != nil {
			return err
		}
	}
	return nil
}

func (p *prover) lookInto(ctx context.Context, side int) error {
	if side == 0 && p.orig.fs != nil {
		p.fs[0] = p.orig.fs
		return nil
	}
	p.say("looking into the %s image", sideNames[side])
	rc, err := p.run.Export(ctx, p.refs[side])
	if err != nil {
		return err
	}
	p.fs[side], err = readFiles(rc, p.imgs[side].Config.Env)
	if err = errors.Join(err, rc.Close()); err != nil {
		return err
	}
	if side == 0 {
		p.orig.fs = p.fs[0]
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}
