package plan

import (
	"context"
	"os"
	"slices"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stages"
)

// Conversion is what is known of the image that a Dockerfile would give once it is split.
type Conversion struct {
	Dockerfile string              // as the report names it
	Services   []string            // that run its image, as findings name them
	Base       []inventory.Package // of the final stage's base
	Installs   []string            // packages of the distribution that the final stage installs on it
}

// Conversions tells what the Dockerfiles that are worth a split would ship, as far as the bases of their final stages are
// at hand: base lists the packages of an image, none where it is not.
func Conversions(ctx context.Context, t *target.Target, r *report.Report,
	base func(ctx context.Context, image string) []inventory.Package) []Conversion {
	worth := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Gate == finding.GateDockerfile && f.Status == finding.Open {
			worth[f.Location.Path] = true
		}
	}
	var out []Conversion
	for _, u := range t.Units() {
		if u.Dockerfile == "" || u.Context == "" || len(u.Services) == 0 || !worth[t.Rel(u.Dockerfile)] {
			continue
		}
		f, err := t.Dockerfile(u.Dockerfile)
		if err != nil {
			continue // the Dockerfile gate tells of it
		}
		split, err := stages.Split(f, os.DirFS(u.Context), stages.Options{Path: u.Dockerfile, Target: u.Target})
		if err != nil {
			continue // it is not converted: no action says that it is
		}
		installs, whole := installedLast(split)
		if !whole {
			continue
		}
		if packages := base(ctx, split.Final); len(packages) > 0 {
			out = append(out, Conversion{Dockerfile: t.Rel(u.Dockerfile), Services: u.Services, Base: packages,
				Installs: installs})
		}
	}
	return out
}

// installedLast are the packages of the distribution that the stage that ships installs by name; whole is false where it
// may install more than that.
func installedLast(split *stages.Result) (names []string, whole bool) {
	f := dockerfile.Parse(split.Dockerfile)
	st, err := f.Target(split.Target)
	if err != nil {
		return nil, false
	}
	for _, stage := range f.Lineage(st) {
		for _, in := range stage.Instructions {
			if in.Keyword != "RUN" || in.Script == nil {
				continue
			}
			for _, c := range in.Script.Commands {
				install := c.Install()
				if install == nil || install.Manager != "apt" {
					continue
				}
				if !install.Has("--no-install-recommends") {
					return nil, false
				}
				for _, p := range install.Packages {
					if p.Local {
						return nil, false
					}
					names = append(names, p.Name)
				}
			}
		}
	}
	return names, true
}

// Leaving tells which open findings leave the images with conversions: those of a distribution's packages that are
// neither in the final stage's base nor needed by what the final stage installs. It gives by a finding's id the
// Dockerfiles that all have to be split for it to be gone. A package of which it is not known what it needs keeps
// everything in: then nothing is told of that image.
func Leaving(r *report.Report, conversions []Conversion) map[string][]string {
	by := map[string]*Conversion{} // by service
	kept := map[*Conversion]map[string]bool{}
	for i := range conversions {
		c := &conversions[i]
		names := c.kept(r)
		if names == nil {
			continue
		}
		kept[c] = names
		for _, s := range c.Services {
			by[s] = c
		}
	}
	out := map[string][]string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open || f.Package == nil || !pkgver.IsDistro(f.Package.PURL) || len(f.Refs()) == 0 {
			continue
		}
		var files []string
		for _, ref := range f.Refs() {
			c := by[ref]
			if c == nil || kept[c][f.Package.Name] {
				files = nil
				break
			}
			if !slices.Contains(files, c.Dockerfile) {
				files = append(files, c.Dockerfile)
			}
		}
		if len(files) > 0 {
			slices.Sort(files)
			out[f.ID] = files
		}
	}
	return out
}

// kept are the names of the distribution's packages that the converted image has, nil where that is not known.
func (c *Conversion) kept(r *report.Report) map[string]bool {
	needs := map[string][]inventory.Requirement{}
	told := false
	note := func(p *inventory.Package) {
		needs[p.Name] = append(needs[p.Name], p.Requires...)
		told = told || len(p.Requires) > 0
	}
	for i := range r.Packages {
		p := &r.Packages[i]
		if pkgver.IsDistro(p.PURL) && slices.ContainsFunc(p.Refs(), func(s string) bool { return slices.Contains(c.Services, s) }) {
			note(p)
		}
	}
	names := map[string]bool{}
	for i := range c.Base {
		if p := &c.Base[i]; pkgver.IsDistro(p.PURL) {
			names[p.Name] = true
		}
	}
	if !told || len(names) == 0 {
		return nil
	}
	queue := slices.Clone(c.Installs)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if names[name] {
			continue
		}
		names[name] = true
		for _, need := range needs[name] {
			queue = append(queue, need.Name)
		}
	}
	return names
}
