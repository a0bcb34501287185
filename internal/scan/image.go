package scan

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/vuln"
)

// The image gate: what is inside, and which of it is known to be vulnerable? Each thing that ships is read once,
// whatever the number of services that run it; where no image is at hand the manifests of its build context stand in.

// held is what was read of one input.
type held struct {
	input report.Input
	inv   *inventory.Inventory // nil where nothing could be read
	err   error                // what was named by the user and could not be read
}

func runImage(ctx context.Context, t *Target, opt *Options) (*Result, error) {
	all, err := readAll(ctx, t, opt)
	if err != nil {
		return nil, err
	}
	res := &Result{}
	var pkgs []inventory.Package
	for _, h := range all {
		res.Inputs = append(res.Inputs, h.input)
		if h.inv != nil {
			pkgs = append(pkgs, h.inv.Packages...)
		}
	}
	if len(res.Inputs) == 0 {
		return res, nil
	}
	res.Packages = joinPackages(pkgs)
	if err := matchAdvisories(ctx, res); err != nil {
		return res, err
	}
	return res, nil
}

// readAll reads every input of the gate side by side, and keeps their order.
func readAll(ctx context.Context, t *Target, opt *Options) ([]held, error) {
	var work []func(context.Context) held
	for _, u := range t.Units() {
		work = append(work, func(ctx context.Context) held { return readUnit(ctx, t, u, opt) })
	}
	all := make([]held, len(work))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, w := range work {
		g.Go(func() error {
			all[i] = w(ctx)
			return ctx.Err()
		})
	}
	return all, g.Wait()
}

// readUnit reads what one unit ships.
func readUnit(ctx context.Context, t *Target, u Unit, opt *Options) held {
	in := report.Input{Service: strings.Join(u.Services, ", "), Path: u.Image, Status: report.Skipped}
	if u.Context == "" {
		in.Reason = fmt.Sprintf("image %s is not at hand", u.Image)
		return held{input: in}
	}
	in.Path = t.rel(u.Context)
	inv, err := sbom.FromDir(ctx, u.Context, sbom.Options{Progress: opt.progress(finding.GateImage, "reading "+in.Path)})
	if err != nil {
		in.Status, in.Reason = report.Failed, err.Error()
		return held{input: in, err: err}
	}
	in.Status = report.Checked
	if len(u.Services) > 0 {
		in.Status, in.Reason = report.Partial, "no image at hand: lockfiles and manifests of the build context only"
	}
	noteProblems(&in, inv)
	for i := range inv.Packages {
		p := &inv.Packages[i]
		p.Services = u.Services
		for j := range p.Paths {
			p.Paths[j] = path.Join(in.Path, p.Paths[j])
		}
	}
	return held{input: in, inv: inv}
}

// noteProblems makes an input partial where parts of it could not be read, and names the first ones.
func noteProblems(in *report.Input, inv *inventory.Inventory) {
	const named = 3
	for i, p := range inv.Problems {
		if in.Status == report.Checked {
			in.Status = report.Partial
		}
		if in.Reason != "" {
			in.Reason += "; "
		}
		if i == named {
			in.Reason += fmt.Sprintf("and %d more", len(inv.Problems)-named)
			break
		}
		in.Reason += strings.TrimPrefix(p.Path+": "+p.Reason, ": ")
	}
}

// progress adapts the listener to what readers call.
func (o *Options) progress(g finding.Gate, text string) func(done, total int64) {
	return func(done, total int64) { o.Listen(Event{Gate: g, Text: text, Done: done, Total: total}) }
}

// joinPackages makes one entry of a package that several inputs hold in the same place, with all their services.
func joinPackages(all []inventory.Package) []inventory.Package {
	index := map[[4]string]int{}
	var out []inventory.Package
	for _, p := range all {
		p.Normalize()
		where := ""
		if len(p.Paths) > 0 {
			where = p.Paths[0]
		}
		key := [4]string{p.PURL + "\x00" + p.Name + "\x00" + p.Version, p.Layer, where, p.OwnedBy}
		i, ok := index[key]
		if !ok {
			index[key] = len(out)
			p.Services = append([]string{}, p.Services...)
			out = append(out, p)
			continue
		}
		out[i].Services = union(out[i].Services, p.Services)
	}
	return out
}

func union(a, b []string) []string {
next:
	for _, s := range b {
		for _, t := range a {
			if s == t {
				continue next
			}
		}
		a = append(a, s)
	}
	return a
}

// matchAdvisories judges the result's packages.
func matchAdvisories(ctx context.Context, res *Result) error {
	dir, err := advisory.Dir()
	if err != nil {
		return err
	}
	db, err := advisory.Open(dir)
	if err != nil {
		return err
	}
	m, err := vuln.Match(ctx, db, res.Packages, vuln.Options{})
	if err != nil {
		return err
	}
	res.Findings = append(res.Findings, m.Findings...)
	res.Advisories = m.Advisories
	for _, w := range db.Warnings {
		res.Warnings = append(res.Warnings, report.Warning{Text: w})
	}
	res.Reason = gaps(m)
	return nil
}

// gaps says what the advisories could not judge.
func gaps(m *vuln.Result) string {
	var parts []string
	for _, a := range m.Absent {
		parts = append(parts, fmt.Sprintf("no advisories for %s (%s)", a.Ecosystem, count(a.Packages, "package")))
	}
	if n := len(m.NotJudged); n > 0 {
		first := m.NotJudged[0]
		parts = append(parts, fmt.Sprintf("%s not judged (%s: %s)", count(n, "package"), first.Package.Name, first.Reason))
	}
	return strings.Join(parts, "; ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
