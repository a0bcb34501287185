package imagegate

import (
	"context"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// foresee fills in what a rebuild would do to each vulnerability. Of an image that nothing here builds only that is
// told which no build changes.
func foresee(ctx context.Context, t *target.Target, db *advisory.DB, res *gate.Result, all []held, opt *gate.Options) {
	type found struct {
		build *forecast.Build
		pkg   *inventory.Package
	}
	holding := map[string][]found{}
	other := &releases{db: db, known: map[string][]release{}}
	for i := range all {
		h := &all[i]
		if h.inv == nil {
			continue
		}
		if h.build == nil {
			h.build = &forecast.Build{Image: h.inv.Image != nil || !declares(h.inv), Known: h.inv.Packages,
				FromBase: func(*inventory.Package) bool { return true }, Text: t.Text}
		}
		h.build.Elsewhere = other.fixedIn
		if h.declared != nil {
			h.build.Declared = sync.OnceValue(func() []inventory.Package { return h.declared(ctx) })
		}
		for j := range h.inv.Packages {
			p := &h.inv.Packages[j]
			k := p.PURL + "\x00" + p.Version
			holding[k] = append(holding[k], found{h.build, p})
		}
	}
	readBases(ctx, all, opt)
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Package == nil || f.Status == finding.Suppressed {
			continue
		}
		var outcomes []forecast.Outcome
		for _, at := range holding[f.Package.PURL+"\x00"+f.Package.Version] {
			outcomes = append(outcomes, at.build.Of(f, at.pkg))
		}
		forecast.Apply(f, outcomes)
	}
}

// declares reports whether an inventory lists what manifests name, and not what is installed.
func declares(inv *inventory.Inventory) bool {
	return slices.ContainsFunc(inv.Packages, func(p inventory.Package) bool { return p.Line > 0 || p.Range })
}

// readBases asks what the base images are now, each once, where somebody is to be asked.
func readBases(ctx context.Context, all []held, opt *gate.Options) {
	if opt.Base == nil {
		for i := range all {
			if b := all[i].build; b != nil {
				b.NotRead = "no registry was asked"
			}
		}
		return
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range all {
		h := &all[i]
		if h.build == nil || h.build.File == nil || !h.build.Image || h.build.Base.Scratch() {
			continue
		}
		b := h.build
		if !b.Base.Known {
			b.NotRead = "FROM leaves its name to a build argument"
			continue
		}
		g.Go(func() error {
			var had []inventory.Package
			for j := range h.inv.Packages {
				if p := &h.inv.Packages[j]; b.FromBase(p) {
					had = append(had, *p)
				}
			}
			var err error
			if b.Now, err = opt.Base(ctx, b.Base, h.inv.Image, had); err != nil {
				b.Now, b.NotRead = nil, clierr.Reason(err)
			}
			return nil
		})
	}
	_ = g.Wait()
}

// buildOf is how a unit is built, nil where nothing here tells.
func buildOf(t *target.Target, u target.Unit, h *held) *forecast.Build {
	a := &attributor{}
	if h.place != nil && h.place.file != nil {
		a = h.place
	} else {
		f, name := dockerfileOf(t, u)
		if f == nil {
			return nil
		}
		stage, err := f.Target(u.Target)
		if err != nil {
			return nil
		}
		a.use(f, stage, u.Args)
		a.path = name
	}
	b := &forecast.Build{Image: h.inv.Image != nil, File: a.file, Path: a.path, Stage: a.stage, Base: a.base,
		Refs: a.refs, Known: h.inv.Packages}
	b.FromBase = func(p *inventory.Package) bool { return b.Image && a.fromBase(p, h.inv.Image.Base) }
	b.Maker = func(p *inventory.Package) *dockerfile.Instruction { return a.maker(p.IntroducedBy) }
	if u.Context == "" {
		return b
	}
	b.Text = t.Text
	h.declared = func(ctx context.Context) []inventory.Package { return declaredBy(ctx, t, u, a.file) }
	return b
}

func dockerfileOf(t *target.Target, u target.Unit) (*dockerfile.File, string) {
	if u.Inline != "" {
		return dockerfile.Parse([]byte(u.Inline)), u.BuildLine.Path + " dockerfile_inline"
	}
	if u.Dockerfile == "" {
		return nil, ""
	}
	f, err := t.Dockerfile(u.Dockerfile)
	if err != nil {
		return nil, ""
	}
	return f, t.Rel(u.Dockerfile)
}

// declaredBy lists what the manifests and lockfiles say that the build takes from its context: those that are copied
// or mounted, and of several requirements files those that are installed.
func declaredBy(ctx context.Context, t *target.Target, u target.Unit, f *dockerfile.File) []inventory.Package {
	taken, wanted := target.Taken(f), requirementsOf(t, u.Context, f)
	hidden := func(name string) bool {
		return !taken(name) || len(wanted) > 0 && strings.HasSuffix(name, ".txt") && !wanted[path.Base(name)]
	}
	if ig := contextIgnore(u); ig != nil {
		most := hidden
		hidden = func(name string) bool { return ig.Hides(name) || most(name) }
	}
	inv, err := sbom.FromDir(ctx, u.Context, sbom.Options{Hidden: hidden})
	if err != nil {
		return nil
	}
	putBelow(inv, t.Rel(u.Context))
	return inv.Packages
}

var includedRequirements = lazyregexp.New(`(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]*(\S+)`)

// requirementsOf are the names of the requirements files that a Dockerfile installs, with those that they include; none
// where it installs none.
func requirementsOf(t *target.Target, context string, f *dockerfile.File) map[string]bool {
	wanted := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		const most = 50
		if wanted[path.Base(name)] || len(wanted) > most {
			return
		}
		wanted[path.Base(name)] = true
		for _, p := range []string{name, path.Base(name)} {
			local := strings.TrimPrefix(path.Clean("/"+p), "/")
			text := t.Text(t.Rel(filepath.Join(context, filepath.FromSlash(local))))
			if text == nil {
				continue
			}
			for _, m := range includedRequirements.FindAllStringSubmatch(string(text), -1) {
				visit(path.Join(path.Dir(local), m[1]))
			}
			return
		}
	}
	for _, in := range f.Instructions {
		if in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			if install := c.Install(); install != nil && install.Manager == "pip" {
				for _, w := range append(slices.Clone(install.Requirements), install.Constraints...) {
					visit(w.Text)
				}
			}
		}
	}
	return wanted
}

// release is a fix that a release of a distribution has.
type release struct{ id, name, fixed string }

// releases tells in which releases of a distribution vulnerabilities are fixed.
type releases struct {
	db    *advisory.DB
	known map[string][]release // by ecosystem and source package
}

// fixedIn names the oldest release after the package's own that has a fix, "" for none.
func (r *releases) fixedIn(f *finding.Finding, p *inventory.Package) string {
	eco, own := advisory.SplitEcosystem(p.Ecosystem)
	name := p.Source.Name
	if name == "" {
		name = p.Name
	}
	if own == "" {
		return ""
	}
	best := release{}
	for _, x := range r.of(eco, name) {
		if x.id != f.Rule && !slices.Contains(f.Aliases, x.id) || !later(x.name, own) {
			continue
		}
		if best.name == "" || later(best.name, x.name) {
			best = x
		}
	}
	if best.name == "" {
		return ""
	}
	return eco + " " + best.name + " has " + name + " " + best.fixed + ", which is fixed"
}

func (r *releases) of(eco, name string) []release {
	key := eco + "\x00" + name
	if list, ok := r.known[key]; ok {
		return list
	}
	var out []release
	err := r.db.Each(eco, name, func(h *advisory.Hit) error {
		for i := range h.Ranges {
			g := &h.Ranges[i]
			if g.End != advisory.Fixed || h.Release == "" {
				continue
			}
			rec, err := h.Record()
			if err != nil {
				return err
			}
			for _, id := range append([]string{rec.ID}, rec.Upstream...) {
				out = append(out, release{strings.Clone(id), strings.Clone(h.Release), strings.Clone(g.To)})
			}
		}
		return nil
	})
	if err != nil {
		out = nil // what was matched stands; only that another release has a fix is not told
	}
	r.known[key] = out
	return out
}
