package fix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/pkgver"
)

// span is the place of an edit.
type span struct {
	path                          string
	line, column, endLine, endCol int
}

func spanOf(e *finding.Edit) span { return span{e.Path, e.Line, e.Column, e.EndLine, e.EndColumn} }

// before reports whether one span ends before or where the other begins.
func (s span) before(o span) bool {
	return cmp.Or(cmp.Compare(s.endLine, o.line), cmp.Compare(s.endCol, o.column)) <= 0
}

func (s span) overlaps(o span) bool { return s.path == o.path && !s.before(o) && !o.before(s) }

// empty tells an insertion from a replacement.
func (s span) empty() bool { return s.line == s.endLine && s.column == s.endCol }

// group is findings whose edits are the same or change the same places.
type group struct {
	findings []*finding.Finding
	edits    []finding.Edit
}

// offered groups the fixes of the present report that were not tried, the worst first.
func (w *work) offered() []*group {
	var groups []*group
	at := map[span]*group{}
	for i := range w.now.Findings {
		f := &w.now.Findings[i]
		if f.Status != finding.Open || len(f.Fix.Edits) == 0 || w.tried[f.ID] || w.chosen != nil && !w.chosen(f) {
			continue
		}
		if f.Package != nil && w.guard.lockOf(f.Location.Path) != "" {
			continue // the lockfile would keep the old version
		}
		var g *group
		for j := range f.Fix.Edits {
			if old := at[spanOf(&f.Fix.Edits[j])]; old != nil && !spanOf(&f.Fix.Edits[j]).empty() {
				g = old
			}
		}
		if g == nil {
			g = &group{}
			groups = append(groups, g)
		}
		if !g.add(f) {
			continue // it comes again in the next round, in what the others have made of the file
		}
		for j := range g.edits {
			at[spanOf(&g.edits[j])] = g
		}
	}
	return groups
}

// add takes a finding into the group, if its edits are those of the group, or versions of the same package of which the
// higher is taken.
func (g *group) add(f *finding.Finding) bool {
	edits := slices.Clone(g.edits)
	for _, e := range f.Fix.Edits {
		i := slices.IndexFunc(edits, func(o finding.Edit) bool { return spanOf(&o) == spanOf(&e) })
		switch {
		case i < 0 && len(g.findings) > 0 && f.Package == nil:
			return false
		case i < 0:
			edits = append(edits, e)
		case edits[i].NewText == e.NewText:
		case !g.samePackage(f):
			return false
		case g.higher(f):
			edits[i] = e
		}
	}
	g.edits = edits
	g.findings = append(g.findings, f)
	return true
}

func (g *group) samePackage(f *finding.Finding) bool {
	return f.Package != nil && f.Advisory != nil && !slices.ContainsFunc(g.findings, func(o *finding.Finding) bool {
		return o.Package == nil || o.Advisory == nil || o.Package.Name != f.Package.Name
	})
}

// higher reports whether a finding asks for a higher version than those of the group.
func (g *group) higher(f *finding.Finding) bool {
	return !slices.ContainsFunc(g.findings, func(o *finding.Finding) bool {
		reaches, known := pkgver.Reaches(f.Package.PURL, o.Advisory.Fixed, f.Advisory.Fixed)
		return known && reaches
	})
}

// brings reports whether a finding that was not there before is the group's doing, and as bad as what it takes away.
// A
// further weakness of a package whose version was raised is offered in the next round.
func (g *group) brings(f *finding.Finding) bool {
	touches := slices.ContainsFunc(g.edits, func(e finding.Edit) bool { return e.Path == f.Location.Path })
	if !touches || f.Status != finding.Open {
		return false
	}
	worst := 0
	for _, mine := range g.findings {
		worst = max(worst, mine.Weight().Rank())
		if f.Package != nil && mine.Package != nil {
			if f.Package.Name != mine.Package.Name {
				return false // another line of the same file
			}
			if len(f.Fix.Edits) > 0 {
				return false
			}
		}
	}
	return (f.Package == nil) == (g.findings[0].Package == nil) && f.Gate == g.findings[0].Gate &&
		f.Weight().Rank() >= worst
}

// touches reports whether a place, in the file as all groups leave it, lies in a line that the group has written.
func (g *group) touches(at finding.Location, all []*group) bool {
	return slices.ContainsFunc(g.edits, func(e finding.Edit) bool {
		if e.Path != at.Path {
			return false
		}
		first := e.Line
		for _, o := range all {
			for _, earlier := range o.edits {
				if earlier.Path == e.Path && spanOf(&earlier).before(spanOf(&e)) && spanOf(&earlier) != spanOf(&e) {
					first += strings.Count(earlier.NewText, "\n") - (earlier.EndLine - earlier.Line)
				}
			}
		}
		return first <= at.Line && at.Line <= first+strings.Count(e.NewText, "\n")
	})
}

func (g *group) fix(s State, why string) Fix {
	out := Fix{State: s, Reason: why, Edits: slices.Clone(g.edits), Findings: []Ref{}, Command: []string{}}
	for _, f := range g.findings {
		out.Findings = append(out.Findings, refOf(f))
	}
	first := g.findings[0]
	out.version = first.Package != nil
	switch {
	case first.Package != nil:
		to := ""
		for _, f := range g.findings {
			if f.Advisory != nil {
				to = pkgver.Higher(f.Package.PURL, to, f.Advisory.Fixed)
			}
		}
		if to == "" {
			out.Title = first.Title
			break
		}
		out.Title = fmt.Sprintf("Raise %s from %s to %s", first.Package.Name, first.Package.Version, to)
	case first.Fix.Text != "":
		out.Title = strings.TrimSuffix(first.Fix.Text, ".")
	default:
		out.Title = "Fix " + first.Rule
	}
	if len(g.edits) > 0 {
		at := g.edits[0].Location
		out.Title += " (" + finding.Location{Path: at.Path, Line: at.Line}.String() + ")"
	}
	return out
}

// place applies the groups to the texts that there are, as far as their files may be edited and they do not overlap:
// the first comes first, the others again when the file has been scanned with it.
func (w *work) place(groups []*group) (texts map[string][]byte, placed []*group) {
	texts = map[string][]byte{}
	for name, text := range w.texts {
		texts[name] = text
	}
	edits := map[string][]finding.Edit{}
next:
	for _, g := range groups {
		for i := range g.edits {
			e := &g.edits[i]
			if why := w.guard.refuses(e.Path); why != "" {
				w.refuse(g, why)
				continue next
			}
			for j := range edits[e.Path] {
				if s := spanOf(&edits[e.Path][j]); s.overlaps(spanOf(e)) {
					continue next
				}
			}
		}
		trial := map[string][]finding.Edit{}
		for _, e := range g.edits {
			trial[e.Path] = append(trial[e.Path], e)
		}
		for name, mine := range trial {
			if _, err := finding.ApplyEdits(w.text(name), append(slices.Clone(edits[name]), mine...)); err != nil {
				w.refuse(g, fmt.Sprintf("%s: %v", name, err))
				continue next
			}
		}
		for name, mine := range trial {
			edits[name] = append(edits[name], mine...)
		}
		placed = append(placed, g)
	}
	for name, all := range edits {
		text, err := finding.ApplyEdits(w.text(name), all)
		if err != nil { // each was tried above
			continue
		}
		texts[name] = text
	}
	return texts, placed
}

// text is what a file holds by now.
func (w *work) text(name string) []byte {
	if text, ok := w.texts[name]; ok {
		return text
	}
	return w.guard.text(name)
}
