package scan

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/loaded"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/stack"
)

// reach tells for the packages of each service whether its code loads them, and for their findings too. A package that
// several services have is judged by the one that is nearest to it.
func reach(ctx context.Context, t *target.Target, r *report.Report) error {
	if !slices.ContainsFunc(r.Packages, func(p inventory.Package) bool { return loaded.Judges(p.PURL) }) {
		return nil
	}
	for _, u := range t.Sources() {
		tree, err := source.Walk(u.Context, source.Options{Wanted: loaded.Wanted})
		if err != nil || len(tree.Files) == 0 {
			continue // the code gate tells of it
		}
		uses, err := loaded.Read(ctx, tree)
		if err != nil {
			return err
		}
		for _, built := range t.Units() {
			if built.Dockerfile != "" && filepath.Clean(built.Context) == filepath.Clean(u.Context) {
				started(t, &built, uses)
			}
		}
		if t.Host != nil {
			ref := t.Host.Refs()
			t.Host.Services(func(st *stack.Stack, s *stack.Service) {
				if slices.Contains(u.Services, ref(st.Name, s.Name)) {
					at := loaded.Place{Path: s.Location.Path, Line: s.Location.Line, Shown: true}
					uses.Started(slices.Concat(s.Entrypoint, s.Command), at)
				}
			})
		}
		place := func(at loaded.Place) string {
			if at.Shown {
				return at.Path
			}
			return t.Rel(filepath.Join(tree.Root, filepath.FromSlash(at.Path)))
		}
		noteLoads(r, &u, uses, place)
	}
	spread(r)
	return nil
}

// started notes the programs that the image starts: gunicorn and its like are imported by nobody.
func started(t *target.Target, u *target.Unit, uses *loaded.Uses) {
	f, err := t.Dockerfile(u.Dockerfile)
	if err != nil {
		return
	}
	final, err := f.Target(u.Target)
	if err != nil {
		return
	}
	for _, stage := range f.Lineage(final) {
		for _, in := range stage.Instructions {
			if in.Keyword != "CMD" && in.Keyword != "ENTRYPOINT" {
				continue
			}
			line, _ := f.Position(in.Span.Start)
			words := strings.FieldsFunc(f.Text(in.Span), func(c rune) bool { return strings.ContainsRune(" \t\n\"',[]", c) })
			uses.Started(words[1:], loaded.Place{Path: t.Rel(u.Dockerfile), Line: line, Shown: true})
		}
	}
}

// noteLoads notes what the code of one build context loads of its services' packages.
func noteLoads(r *report.Report, u *target.Unit, uses *loaded.Uses, place func(loaded.Place) string) {
	var mine []*inventory.Package
	for i := range r.Packages {
		p := &r.Packages[i]
		refs := p.Refs()
		shared := slices.ContainsFunc(refs, func(s string) bool { return slices.Contains(u.Services, s) })
		if loaded.Judges(p.PURL) && (shared || len(refs) == 0 && len(u.Services) == 0) {
			mine = append(mine, p)
		}
	}
	for p, v := range uses.Of(mine) {
		if nearer(v.Reachable, finding.Reachable(p.Reachable)) {
			p.Reachable = string(v.Reachable)
		}
		if v.Reachable == finding.ReachableDirect {
			service := ""
			if len(u.Services) > 0 {
				service = u.Services[0]
			}
			p.LoadedBy = append(p.LoadedBy, inventory.Load{Service: service, Path: place(v.At),
				Line: v.At.Line})
		}
	}
}

// near orders the answers for a package of several services: what is not known of one may be so, what one does not load
// another may.
var near = map[finding.Reachable]int{"": 0, finding.ReachableNo: 1, finding.ReachableUnknown: 2,
	finding.ReachableTransitive: 3, finding.ReachableDirect: 4}

func nearer(a, b finding.Reachable) bool { return near[a] > near[b] }

// spread gives the findings of packages what is known of the packages.
func spread(r *report.Report) {
	by := map[string]*inventory.Package{}
	for i := range r.Packages {
		p := &r.Packages[i]
		if old := by[p.PURL]; old == nil || nearer(finding.Reachable(p.Reachable), finding.Reachable(old.Reachable)) {
			by[p.PURL] = p
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Package == nil {
			continue
		}
		p := by[f.Package.PURL]
		if p == nil || p.Reachable == "" {
			continue
		}
		f.Reachable = finding.Reachable(p.Reachable)
		for _, l := range p.LoadedBy {
			at := finding.Location{Path: l.Path, Line: l.Line}
			f.Evidence = append(f.Evidence, "imported at "+at.String())
		}
	}
}
