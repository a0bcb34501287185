// Package rebuild builds the images of a host's services anew, proves by the same advisories that they got better, and
// puts them live or takes them back. Its parts know nothing of each other; here stands their order.
package rebuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/rebuild/build"
	"github.com/drydock/drydock/internal/rebuild/compare"
	"github.com/drydock/drydock/internal/rebuild/deploy"
	"github.com/drydock/drydock/internal/rebuild/due"
	"github.com/drydock/drydock/internal/rebuild/journal"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// Options is what a run may depend on besides its target.
type Options struct {
	Check       due.Options // how the image from before is judged; Services are those that are rebuilt
	Data        string      // drydock's data folder
	Deploy      bool
	AcceptWorse bool
	How         deploy.Options
	Progress    io.Writer // the builder's output goes here too; nil = to the log alone
	Say         func(format string, args ...any)
	Prune       Prune
}

// Run rebuilds what the target builds. The result is whole also where the error is not nil; what failed of one image
// stands in its own verdict.
func Run(ctx context.Context, t *target.Target, opt Options) (*result.Rebuild, error) {
	start := time.Now()
	out := &result.Rebuild{Tool: opt.Check.Scan.Tool, Target: t.Name, Started: start.UTC()}
	defer func() { out.DurationMs = time.Since(start).Milliseconds(); out.Normalize() }()
	if t.Host == nil || len(t.Host.Stacks) == 0 {
		return out, errors.Join(append(slices.Clone(t.Unread), clierr.Input(t.Name, "there is no compose project to "+
			"rebuild").WithHint("Name a folder with a compose file, or the file with -f."))...)
	}
	plans, err := build.Plans(t.Host, opt.Check.Services)
	if err != nil {
		return out, err
	}
	e, err := engine.Open(ctx, "")
	if err != nil {
		return out, err
	}
	defer e.Close()
	r := &run{opt: opt, engine: e, builder: build.Docker(e), out: out, root: t.Root}
	if r.opt.Deploy {
		if r.compose, err = deploy.FindCompose(ctx, e.Docker()); err != nil {
			return out, err
		}
	}
	for _, st := range stacksOf(plans) {
		if err := r.stack(ctx, st, plans); err != nil {
			return out, err
		}
	}
	return out, errors.Join(t.Unread...)
}

func stacksOf(plans []*build.Plan) []*stack.Stack {
	var out []*stack.Stack
	for _, p := range plans {
		if !slices.Contains(out, p.Stack) {
			out = append(out, p.Stack)
		}
	}
	return out
}

type run struct {
	opt     Options
	engine  *engine.Engine
	builder build.Builder
	compose deploy.Compose
	out     *result.Rebuild
	root    string
	// projects are those that were worked on, as their images' names have them
	projects []string
}

func (r *run) say(format string, args ...any) {
	if r.opt.Say != nil {
		r.opt.Say(format, args...)
	}
}

func (r *run) warn(format string, args ...any) {
	r.out.Warnings = append(r.out.Warnings, fmt.Sprintf(format, args...))
}

// stack works on one stack under its lock: an interrupted run first, then each image.
func (r *run) stack(ctx context.Context, st *stack.Stack, plans []*build.Plan) error {
	before, err := r.fingerprint(st)
	if err != nil {
		return err
	}
	j, err := journal.Open(r.opt.Data, st.Name, absolute(st.Dir))
	if err != nil {
		return err
	}
	defer j.Close()
	r.projects = append(r.projects, strings.ToLower(st.Name))
	d := &deploy.Deployer{Engine: r.engine, Compose: r.compose, Journal: j, Options: r.opt.How}
	d.Options.Say = r.opt.Say
	for _, e := range j.Entries() {
		said, err := d.Recover(ctx, e)
		if err != nil {
			return err
		}
		if said != "" {
			r.warn("%s: %s", strings.Join(e.Services, ", "), said)
		}
	}
	started := time.Now().UTC()
	var done []Kept
	var ended error
	for _, p := range plans {
		if p.Stack != st {
			continue
		}
		w := &work{run: r, plan: p, journal: j, deployer: d, files: before, started: started}
		ended = w.do(ctx)
		if ended == nil || w.res.Deployed || w.res.RolledBack {
			r.out.Services = append(r.out.Services, w.res)
			done = append(done, Kept{Service: w.res, Before: w.before, After: w.after})
		}
		if ended != nil {
			break
		}
	}
	if len(done) > 0 {
		ended = errors.Join(ended, record(j.Dir, r.out, started, done))
	}
	if ended != nil {
		return ended
	}
	if err := r.prune(ctx); err != nil {
		r.warn("old images were not cleared away: %v", err)
	}
	return nil
}

// work is the rebuild of one image.
type work struct {
	*run
	plan     *build.Plan
	journal  *journal.Journal
	deployer *deploy.Deployer
	files    string // fingerprint of the compose files before the build
	started  time.Time

	res           result.Service
	before, after *report.Report
	old, new      string // image ids
}

// do rebuilds the image. Its error ends the run; what only fails this image is a verdict.
func (w *work) do(ctx context.Context) error {
	w.res = result.Service{Service: w.plan.Services[0], Services: w.plan.Services, Image: w.plan.Image}
	err := w.rebuild(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		w.res.Verdict, w.res.Reason = result.Failed, err.Error()
		if hint := clierr.Hint(err); hint != "" {
			w.res.Reason += ". " + hint
		}
	}
	return nil
}

func (w *work) rebuild(ctx context.Context) error {
	if err := build.Check(ctx, w.builder, w.plan); err != nil {
		return err
	}
	if err := w.findOld(ctx); err != nil {
		return err
	}
	if err := w.scanOld(ctx); err != nil {
		return err
	}
	if err := w.build(ctx); err != nil {
		return err
	}
	if err := w.compare(ctx); err != nil {
		return err
	}
	if !w.opt.Deploy {
		return nil
	}
	if why := w.notToDeploy(); why != "" {
		w.say("%s: %s: not deployed", w.res.Service, why)
		return nil
	}
	return w.deploy(ctx)
}

// notToDeploy says why the new image stays where it is.
func (w *work) notToDeploy() string {
	switch {
	case w.old == "":
		return "there was no image before, so that nothing runs that it could replace"
	case w.res.Unchanged:
		return "the new image holds the same packages and files"
	case w.res.Verdict == result.Failed:
		return "the new image could not be judged"
	case w.res.Verdict == result.Worse && !w.opt.AcceptWorse:
		return "the new image is worse (--accept-worse deploys it all the same)"
	}
	return ""
}

// findOld is the image from before: what the service's container runs, else what its name means.
func (w *work) findOld(ctx context.Context) error {
	running, err := deploy.Running(ctx, w.engine, w.plan.Stack.Name, w.plan.Services)
	if err != nil {
		return err
	}
	if len(running) > 1 {
		return clierr.Input(w.plan.Stack.Name, "the services %s run different images of the name %s",
			strings.Join(w.plan.Services, ", "), w.plan.Image).
			WithHint("Bring them to one with docker compose up first.")
	}
	if len(running) == 1 {
		w.old = running[0]
		return nil
	}
	img, err := w.engine.Inspect(ctx, w.plan.Image)
	if errors.Is(err, engine.ErrNoImage) {
		return nil
	}
	if err == nil {
		w.old = img.ID
	}
	return err
}

// name gives an image a name of drydock's, so that nothing prunes it and scans find it.
func (w *work) name(ctx context.Context, prefix, id string) (string, error) {
	ref := deploy.NameFor(prefix, w.plan.Stack.Name, w.plan.Services[0], id)
	return ref, w.engine.Tag(ctx, id, ref)
}

// target is the plan's services alone, as if they ran an image.
func (w *work) target(ref string) *target.Target {
	st := *w.plan.Stack
	st.Services = nil
	for _, s := range w.plan.Stack.Services {
		if slices.Contains(w.plan.Services, s.Name) {
			s.Image, s.ImageUnset = ref, nil
			st.Services = append(st.Services, s)
		}
	}
	return &target.Target{
		Name: w.plan.Image,
		Root: w.root,
		Host: &stack.Host{Stacks: []stack.Stack{st}, Root: w.root},
	}
}

func (w *work) scanOld(ctx context.Context) error {
	if w.old == "" {
		return nil
	}
	ref, err := w.name(ctx, deploy.KeptPrefix, w.old)
	if err != nil {
		return err
	}
	opt := w.opt.Check
	opt.Services = nil
	if w.before, err = due.Check(ctx, w.target(ref), opt); err != nil {
		return err
	}
	w.res.Due = w.before.Due
	return nil
}

func (w *work) build(ctx context.Context) (err error) {
	dir := filepath.Join(w.journal.Dir, "logs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return clierr.InputErr(dir, err)
	}
	name := w.started.Format("20060102-150405") + "-" + w.plan.Services[0] + ".log"
	log, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return clierr.InputErr(dir, err).WithHint("The build's output is kept there; is the disk full?")
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	w.res.Log = log.Name()
	var progress io.Writer = log
	if w.opt.Progress != nil {
		progress = io.MultiWriter(log, w.opt.Progress)
	}
	w.say("building %s for %s", w.plan.Image, strings.Join(w.plan.Services, ", "))
	if w.new, err = w.builder.Build(ctx, w.plan, progress); err != nil {
		var f *engine.Failure
		if errors.As(err, &f) {
			return clierr.Input("", "%s", f.Error()).
				WithHint("The service and its image are as they were; the log is %s.", log.Name())
		}
	}
	return err
}

// compare scans the new image as the old one was scanned, and tells how it stands beside it.
func (w *work) compare(ctx context.Context) error {
	ref, err := w.name(ctx, newPrefix, w.new)
	if err != nil {
		return err
	}
	opt := w.opt.Check.Scan
	opt.Gates = []finding.Gate{finding.GateImage}
	if w.after, err = scan.Run(ctx, w.target(ref), scan.Gates, opt); err != nil {
		return err
	}
	res := w.res
	if w.old == "" {
		w.res = compare.Images(w.after, w.after, nil)
		w.res.Before, w.res.Fixed, w.res.New, w.res.Forecast = result.Side{}, nil, nil, result.Score{}
		w.res.Reason = "there was no image before to compare with"
	} else {
		w.res = compare.Images(w.before, w.after, nil)
		w.res.Before.Image = w.old
	}
	w.res.After.Image = w.new
	w.res.Service, w.res.Services, w.res.Image, w.res.Due, w.res.Log = res.Service, res.Services, res.Image, res.Due,
		res.Log
	if w.res.Unchanged, err = w.unchanged(ctx, opt.Platform); err != nil {
		return err
	}
	w.say("%s: %s (%s)", w.res.Service, w.res.Verdict, w.res.Reason)
	return nil
}

// unchanged reports whether the new image would do just what the old one does: the same packages and files, and run the
// same way. When and in which layers it was built does not count.
func (w *work) unchanged(ctx context.Context, platform string) (bool, error) {
	switch {
	case w.old == "":
		return false, nil
	case w.old == w.new:
		return true, nil
	case !compare.SamePackages(w.before, w.after, nil):
		return false, nil
	}
	old, err := w.engine.Inspect(ctx, w.old)
	if err != nil {
		return false, err
	}
	now, err := w.engine.Inspect(ctx, w.new)
	if err != nil || !reflect.DeepEqual(old.Config, now.Config) {
		return false, err
	}
	same, _, err := compare.SameFiles(ctx, "docker:"+w.old, "docker:"+w.new, image.Options{Platform: platform})
	return same, err
}

// newPrefix begins the names of images that were built and perhaps deployed.
const newPrefix = "drydock-new/"

func (w *work) deploy(ctx context.Context) error {
	now, err := w.fingerprint(w.plan.Stack)
	if err != nil {
		return err
	}
	if now != w.files {
		return clierr.Input(w.plan.Stack.Files[0], "the project's files have changed since the build began: nothing "+
			"was deployed").WithHint("Run drydock rebuild again, so that what is deployed is what was judged.")
	}
	req := deploy.Request{Project: w.plan.Stack.Name, Services: w.plan.Services, Image: w.plan.Image, Old: w.old,
		New: w.new, Labels: labelsOf(w.plan)}
	for _, f := range w.plan.Stack.Files {
		req.Files = append(req.Files, w.path(f))
	}
	out, err := w.deployer.Deploy(ctx, req)
	if out != nil {
		w.res.Deployed, w.res.RolledBack = out.Deployed, out.RolledBack
	}
	if err != nil {
		return err
	}
	w.tell(out)
	if out.Left != nil {
		w.warn("%s: the new image is live, but something is left over, which the next run clears away: %v",
			w.res.Service, out.Left)
	}
	return nil
}

// tell puts in words how the deploy went.
func (w *work) tell(out *deploy.Outcome) {
	if out.RolledBack {
		w.res.Reason += "; rolled back: " + out.Reason + ". The old image answers again; what the new version did to " +
			"volumes and databases is not undone"
		return
	}
	w.res.Rolled, w.res.GapMs = out.Rolled, out.Gap.Milliseconds()
	if len(out.Rolled) > 0 {
		w.say("%s: deployed without a gap", strings.Join(out.Rolled, ", "))
	}
	for _, s := range out.Stopped {
		w.res.Stopped = append(w.res.Stopped, result.Stopped(s))
		w.warn("%s was stopped and started (no answer for %s): %s", s.Service, out.Gap, s.Why)
	}
}

func labelsOf(p *build.Plan) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, s := range p.Stack.Services {
		if !slices.Contains(p.Services, s.Name) {
			continue
		}
		out[s.Name] = map[string]string{}
		for _, l := range s.Labels {
			if len(l.Unset) == 0 {
				out[s.Name][l.Key] = l.Value
			}
		}
	}
	return out
}

// path is a path of the report as one that can be opened from anywhere.
func (r *run) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return absolute(filepath.Join(r.root, p))
}

func absolute(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		return abs
	}
	return p
}

// fingerprint reports whether the files of a project are what they were.
func (r *run) fingerprint(st *stack.Stack) (string, error) {
	sum := sha256.New()
	files := []string{filepath.Join(absolute(st.Dir), ".env")}
	for _, f := range st.Files {
		files = append(files, r.path(f))
	}
	for _, s := range st.Services {
		files = append(files, s.EnvFiles...)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", clierr.InputErr(f, err)
		}
		fmt.Fprintf(sum, "%s %d\n", f, len(b))
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
