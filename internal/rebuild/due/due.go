// Package due reports whether a rebuild is due, and why: each reason with what shows it. It acts on nothing.
package due

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/suggest"
)

// Options is what a check may depend on besides its target.
type Options struct {
	Scan     gate.Options  // of the image gate
	Offline  bool          // ask no registry
	MaxAge   time.Duration // an older image is due
	Patience time.Duration // for a registry; 0 for the usual
	Services []string      // only the images of these; none for all
}

// Check scans the images that the target builds, forecasts what a rebuild would do to each finding and tells what is
// due. The report has the state of the check itself as the gate "rebuild": what could not be told stands there.
func Check(ctx context.Context, t *target.Target, opt Options) (*report.Report, error) {
	if err := only(t, opt.Services); err != nil {
		return nil, err
	}
	if opt.Scan.Now == nil {
		opt.Scan.Now = time.Now
	}
	opt.Scan.Gates = []finding.Gate{finding.GateImage}
	reg := &Registry{Patience: opt.Patience}
	if !opt.Offline {
		opt.Scan.Base = reg.Read
	}
	r, err := scan.Run(ctx, t, scan.Gates, opt.Scan)
	if r == nil || ctx.Err() != nil {
		return r, err
	}
	c := check{r: r, t: t, opt: &opt, registry: reg, now: opt.Scan.Now()}
	c.all(ctx)
	r.Finish()
	return r, err
}

// Told reports whether a check could tell everything; else the error says what not.
func Told(r *report.Report) error {
	g := r.Gate(finding.GateRebuild)
	if g == nil {
		return nil
	}
	var errs []error
	for _, in := range g.Inputs {
		if in.Status == report.Failed || in.Status == report.Skipped {
			e := clierr.Input(in.Path, "whether a rebuild is due cannot be told: %s", in.Reason)
			if g.Remedy != "" {
				e = e.WithHint("%s", g.Remedy)
			}
			errs = append(errs, e)
		}
	}
	if len(g.Inputs) == 0 {
		errs = append(errs, clierr.Input("", "%s", g.Reason).WithHint("%s", g.Remedy))
	}
	return errors.Join(errs...)
}

// only leaves those services in the target that are named.
func only(t *target.Target, names []string) error {
	if len(names) == 0 || t.Host == nil {
		return nil
	}
	known := map[string]bool{}
	for i := range t.Host.Stacks {
		st := &t.Host.Stacks[i]
		for _, s := range st.Services {
			known[s.Name], known[st.Name+"/"+s.Name] = true, true
		}
	}
	for _, n := range names {
		if !known[n] {
			all := []string{}
			for k := range known {
				all = append(all, k)
			}
			slices.Sort(all)
			return clierr.Usage("--service %s: no service is called that", n).
				WithHint("%s", suggest.Hint(n, all, "Services: "+strings.Join(all, ", ")+"."))
		}
	}
	for i := range t.Host.Stacks {
		st := &t.Host.Stacks[i]
		st.Services = slices.DeleteFunc(st.Services, func(s stack.Service) bool {
			return !slices.Contains(names, s.Name) && !slices.Contains(names, st.Name+"/"+s.Name)
		})
	}
	return nil
}

type check struct {
	r        *report.Report
	t        *target.Target
	opt      *Options
	registry *Registry
	now      time.Time
	gate     report.Gate
	remedies []string
}

// all goes through what is built here and adds the reasons and the gate to the report.
func (c *check) all(ctx context.Context) {
	start := time.Now()
	c.gate = report.Gate{Name: finding.GateRebuild, Status: report.Checked}
	built := 0
	for _, u := range c.t.Units() {
		if len(u.Services) == 0 || u.Mounted || u.Context == "" && u.Inline == "" && u.Dockerfile == "" {
			continue
		}
		built++
		c.unit(ctx, &u)
	}
	c.settle(built)
	c.gate.DurationMs = time.Since(start).Milliseconds()
	c.r.Gates = append(c.r.Gates, c.gate)
}

// settle derives the gate's state.
func (c *check) settle(built int) {
	g := &c.gate
	if built == 0 {
		g.Status, g.Reason = report.Skipped, "no service here is built from a Dockerfile that is at hand"
		g.Remedy = "Name the folder of a compose project that builds its images, or say in drydock.yaml (images) " +
			"from what they are built."
		return
	}
	n := map[report.GateStatus]int{}
	var reasons []string
	for _, in := range g.Inputs {
		n[in.Status]++
		if in.Reason != "" && !slices.Contains(reasons, in.Reason) {
			reasons = append(reasons, in.Reason)
		}
	}
	switch len(g.Inputs) {
	case n[report.Checked]:
	case n[report.Failed]:
		g.Status = report.Failed
	case n[report.Skipped]:
		g.Status = report.Skipped
	default:
		g.Status = report.Partial
	}
	g.Judged = n[report.Checked] + n[report.Partial]
	g.Read.Services = g.Judged
	if g.Status != report.Checked {
		g.Reason = strings.Join(reasons, "; ")
		g.Remedy = strings.Join(c.remedies, " ")
	}
}

func (c *check) remedy(text string) {
	if text != "" && !slices.Contains(c.remedies, text) {
		c.remedies = append(c.remedies, text)
	}
}

// unit looks at one image that is built here.
func (c *check) unit(ctx context.Context, u *target.Unit) {
	who := strings.Join(u.Services, ", ")
	in := report.Input{Service: who, Path: cmp.Or(u.Image, c.t.Rel(u.Context)), Status: report.Checked}
	img := c.image(u)
	if img == nil {
		in.Status, in.Reason = report.Skipped, c.absent(who)
		c.remedy("Build it once, or start the engine that holds it: drydock compares with the image that runs.")
		c.gate.Inputs = append(c.gate.Inputs, in)
		return
	}
	var unknown []string
	tell := func(due *report.Due, why string) {
		if why != "" {
			unknown = append(unknown, why)
		}
		if due != nil {
			due.Service = who
			c.r.Due = append(c.r.Due, *due)
		}
	}
	due, why, failed := c.base(img)
	tell(due, why)
	tell(c.fixes(u), "")
	tell(c.age(img))
	tell(c.release(img), "")
	tell(c.source(ctx, u, img))
	if len(unknown) > 0 {
		in.Status, in.Reason = report.Partial, strings.Join(unknown, "; ")
	}
	if failed {
		in.Status = report.Failed
	}
	c.gate.Inputs = append(c.gate.Inputs, in)
}

// image is the unit's image as the scan read it, nil where it did not.
func (c *check) image(u *target.Unit) *report.Image {
	for i := range c.r.Images {
		if slices.Equal(c.r.Images[i].Services, u.Services) {
			return &c.r.Images[i]
		}
	}
	return nil
}

// absent says why a unit's image was not read.
func (c *check) absent(service string) string {
	if g := c.r.Gate(finding.GateImage); g != nil {
		for _, in := range g.Inputs {
			if in.Service == service && in.Reason != "" {
				why, _, _ := strings.Cut(in.Reason, ": only lockfiles")
				why, _, _ = strings.Cut(why, ", and its build context")
				return why
			}
		}
	}
	return "its image was not read"
}

// base reports whether the base image moved. failed is true where the registry was asked and gave no answer.
func (c *check) base(img *report.Image) (due *report.Due, why string, failed bool) {
	q, asked := c.registry.Asked[img.ID]
	switch {
	case c.opt.Offline:
		return nil, "the registry was not asked whether the base moved (--offline)", false
	case !asked:
		return nil, "", false // FROM scratch, or a name that only the build knows
	case q.Err != nil:
		c.remedy(clierr.Hint(q.Err))
		return nil, "whether the base moved cannot be told: " + q.Err.Error(), true
	case !q.Moved:
		return nil, "", false
	}
	on := "other layers"
	if q.Had != "" {
		on = q.Had
	}
	return &report.Due{Reason: report.DueBaseMoved, Evidence: fmt.Sprintf("%s is %s now, the image was built on %s "+
		"(%s)", q.Base, q.Now.Digest, on, q.Now.Read)}, "", false
}

// fixes tells of findings that a rebuild fixes.
func (c *check) fixes(u *target.Unit) *report.Due {
	var fixed []*finding.Finding
	for i := range c.r.Findings {
		f := &c.r.Findings[i]
		if f.Status == finding.Open && f.Forecast == finding.ForecastRebuild && f.Package != nil &&
			slices.ContainsFunc(f.Refs(), func(s string) bool { return slices.Contains(u.Services, s) }) {
			fixed = append(fixed, f)
		}
	}
	if len(fixed) == 0 {
		return nil
	}
	return &report.Due{Reason: report.DueFixes,
		Evidence: fmt.Sprintf("a rebuild fixes %s: %s", report.Plural(len(fixed), "finding"), worst(fixed))}
}

// worst names the worst findings; the report has them worst first.
func worst(fs []*finding.Finding) string {
	const named = 3
	var names []string
	for _, f := range fs[:min(len(fs), named)] {
		names = append(names, fmt.Sprintf("%s in %s (%s)", f.Rule, f.Package.Name, f.Severity))
	}
	if more := len(fs) - named; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

const day = 24 * time.Hour

// age reports whether the image is older than it may be. An image from the future shows that a clock is wrong, one from
// long before there were images that its builder writes no time.
func (c *check) age(img *report.Image) (*report.Due, string) {
	made, why := madeAt(img, c.now)
	if why != "" || c.opt.MaxAge <= 0 {
		return nil, why
	}
	age := c.now.Sub(made)
	if age <= c.opt.MaxAge {
		return nil, ""
	}
	return &report.Due{Reason: report.DueAge, Evidence: fmt.Sprintf("it was built on %s, %d days ago; %d are allowed",
		made.Format(time.DateOnly), int(age/day), int(c.opt.MaxAge/day))}, ""
}

// madeAt is when an image was built, or why that cannot be told.
func madeAt(img *report.Image, now time.Time) (time.Time, string) {
	made, err := time.Parse(time.RFC3339Nano, img.Created)
	firstImages := time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case err != nil, made.Before(firstImages):
		return made, "how old it is cannot be told: its builder wrote no time"
	case made.After(now.Add(day)):
		return made, fmt.Sprintf("how old it is cannot be told: it says that it was built on %s, and today is %s: a "+
			"clock is wrong", made.Format(time.DateOnly), now.Format(time.DateOnly))
	}
	return made, ""
}

// release reports whether the distribution's release gets no fixes any more.
func (c *check) release(img *report.Image) *report.Due {
	end, ok := endOfLife(img.Distro.ID, img.Distro.Version)
	if !ok || c.now.Before(end) {
		return nil
	}
	return &report.Due{Reason: report.DueEndOfLife, Evidence: fmt.Sprintf("%s gets no fixes since %s: a rebuild "+
		"brings none, another base does", cmp.Or(img.Distro.Name, img.Distro.ID+" "+img.Distro.Version),
		end.Format(time.DateOnly))}
}
