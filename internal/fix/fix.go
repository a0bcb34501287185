// Package fix applies the edits of a report's findings to a copy of the project, scans the copy, and keeps the edits
// that hold: after which the findings that they speak of are gone, and nothing as bad has come in their place.
package fix

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/scan/target"
)

// Schema is the name and version of a result's JSON. Within a version fields are only ever added.
const Schema = "drydock.fix/1"

// State is what became of a fix.
type State string

// The states: it holds; another program has to write a lockfile first; it was tried or looked at, and is not made.
const (
	Proved     State = "proved"
	Incomplete State = "incomplete"
	Refused    State = "refused"
)

// Fix is edits that are made together or not at all.
type Fix struct {
	Title    string         `json:"title"`
	State    State          `json:"state"`
	Reason   string         `json:"reason"` // why it is refused or incomplete
	Findings []Ref          `json:"findings"`
	Edits    []finding.Edit `json:"edits"` // in the files as they were when the fix was made: an earlier one may have moved lines
	Command  []string       `json:"command"`
	Folder   string         `json:"folder"` // in which the command is to be run, from the project's root

	version bool // it raises a package's version
}

// Ref names a finding.
type Ref struct {
	ID       string           `json:"id"`
	Rule     string           `json:"rule"`
	Title    string           `json:"title"`
	Severity finding.Severity `json:"severity"`
}

// File is a file that is changed.
type File struct {
	Path   string `json:"path"` // as the report names it
	Diff   string `json:"diff"` // unified
	Before []byte `json:"-"`
	After  []byte `json:"-"`
}

// Result is what can be fixed, and how.
type Result struct {
	Schema  string `json:"schema"`
	Target  string `json:"target"`
	Fixes   []Fix  `json:"fixes"`
	Files   []File `json:"files"`
	Gone    []Ref  `json:"gone"` // findings that the changes take away, as a scan of the changed copy says
	New     []Ref  `json:"new"`  // and those that they bring
	Written bool   `json:"written"`
	// Unproved is what a scan cannot tell of the changes, "" for nothing.
	Unproved string `json:"unproved"`

	root string
}

// Options say what is fixed.
type Options struct {
	// Only names findings by id, rules, gates, files, actions of a plan or kinds of action; nothing means every edit.
	Only []string
	// Dirty allows edits of files that git does not have as they are.
	Dirty bool
	// Shown is how a diff names a file, given its path; nil leaves it as the report has it.
	Shown func(path string) string
}

func (o *Options) shown(root, name string) string {
	if o.Shown == nil {
		return name
	}
	return filepath.ToSlash(o.Shown(filepath.Join(root, filepath.FromSlash(name))))
}

// Scan looks at a target as the command does.
type Scan func(context.Context, *target.Target) (*report.Report, error)

// maxRounds bounds how often what is left after some fixes is tried again: a fix may show the next one, or be in its
// way.
const maxRounds = 6

// Propose finds the fixes of a finished report on t, which was resolved from in. Nothing of the project is changed.
func Propose(ctx context.Context, in target.Inputs, t *target.Target, before *report.Report, opt Options,
	scan Scan) (*Result, error) {
	if in.Engine || t.Piped != nil {
		return nil, clierr.Usage("only files can be fixed").WithHint("Give the folder of the project.")
	}
	chosen, err := choose(before, opt.Only)
	if err != nil {
		return nil, err
	}
	res := &Result{
		Schema: Schema,
		Target: before.Target,
		Fixes:  []Fix{},
		Files:  []File{},
		Gone:   []Ref{},
		New:    []Ref{},
		root:   t.Root,
	}
	w := &work{
		in:     in,
		t:      t,
		scan:   scan,
		guard:  newGuard(t.Root, opt.Dirty),
		before: before,
		now:    before,
		chosen: chosen,
		texts:  map[string][]byte{},
		tried:  map[string]bool{},
	}
	defer w.close()
	for range maxRounds {
		more, err := w.round(ctx)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	res.Fixes = append(res.Fixes, w.fixes...)
	res.Fixes = append(res.Fixes, w.renewals()...)
	for _, name := range slices.Sorted(maps.Keys(w.texts)) {
		old := w.guard.text(name)
		res.Files = append(
			res.Files,
			File{Path: name, Diff: safefile.Diff(opt.shown(t.Root, name), old, w.texts[name]), Before: old,
				After: w.texts[name]},
		)
	}
	if len(w.texts) > 0 {
		res.settle(diff.Compare(before, w.now))
	}
	if slices.ContainsFunc(w.fixes, func(f Fix) bool { return f.State == Proved && f.version }) {
		res.Unproved = "Whether the new versions go together, and with the code, only an installation and the tests can tell."
	}
	return res, nil
}

func (r *Result) settle(d *diff.Diff) {
	r.Gone, r.New = []Ref{}, []Ref{}
	for i := range d.Fixed {
		r.Gone = append(r.Gone, refOf(&d.Fixed[i].Finding))
	}
	for i := range d.New {
		r.New = append(r.New, refOf(&d.New[i].Finding))
	}
}

// Settle says what became of the findings once the package managers have run: of a fix that was incomplete all are
// gone,
// or it says which are not.
func (r *Result) Settle(d *diff.Diff) {
	r.settle(d)
	gone := map[string]bool{}
	for _, ref := range r.Gone {
		gone[ref.ID] = true
	}
	for i := range r.Fixes {
		f := &r.Fixes[i]
		if f.State != Incomplete || len(f.Command) == 0 {
			continue
		}
		var left []string
		for _, ref := range f.Findings {
			if !gone[ref.ID] {
				left = append(left, ref.Rule)
			}
		}
		if f.State, f.Reason = Proved, ""; len(left) > 0 {
			f.State, f.Reason = Refused, "the command ran, and still found are "+report.List(left, 3, "")
		}
	}
}

func refOf(f *finding.Finding) Ref {
	return Ref{ID: f.ID, Rule: f.Rule, Title: f.Title, Severity: f.Severity}
}

// choose tells which findings are to be fixed: nil for all.
func choose(r *report.Report, only []string) (func(*finding.Finding) bool, error) {
	if len(only) == 0 {
		return nil, nil
	}
	ids, used := map[string]bool{}, map[string]bool{}
	for _, a := range rank.Plan(r, nil) {
		for _, name := range only {
			if name == a.ID || name == string(a.Kind) {
				used[name] = true
				for _, id := range a.Findings {
					ids[id] = true
				}
			}
		}
	}
	named := func(f *finding.Finding) bool {
		return slices.ContainsFunc(only, func(name string) bool {
			hit := name == f.ID || strings.EqualFold(name, f.Rule) || name == string(f.Gate) ||
				name == f.Location.Path ||
				slices.Contains(f.Aliases, name) ||
				f.Advisory != nil && slices.Contains(f.Advisory.Aliases, name) ||
				f.Package != nil && strings.EqualFold(name, f.Package.Name)
			used[name] = used[name] || hit
			return hit
		})
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; named(f) {
			ids[f.ID] = true
		}
	}
	for _, name := range only {
		if !used[name] {
			return nil, clierr.Usage("--only %s: no finding, rule, gate, package, file or action of this project is called that",
				name).
				WithHint("'drydock plan --format json' and 'drydock scan --all' name them.")
		}
	}
	return func(f *finding.Finding) bool { return ids[f.ID] || named(f) }, nil
}

// work is a proposal under way.
type work struct {
	in     target.Inputs
	t      *target.Target
	scan   Scan
	guard  *guard
	chosen func(*finding.Finding) bool
	copy   *target.Copy // nil until it is needed

	before, now *report.Report    // of the project, and of the copy with the texts below
	texts       map[string][]byte // of changed files, by the report's path
	fixes       []Fix
	tried       map[string]bool // findings of which a fix did not hold
}

// round makes the fixes that the present report offers, as far as they hold, and reports whether there were any.
func (w *work) round(ctx context.Context) (bool, error) {
	groups := w.offered()
	if len(groups) == 0 {
		return false, nil
	}
	for len(groups) > 0 {
		texts, placed := w.place(groups)
		if len(placed) == 0 {
			return false, nil
		}
		after, err := w.look(ctx, texts)
		if err != nil {
			return false, err
		}
		bad := failing(placed, w.now, after)
		if len(bad) == 0 {
			w.now, w.texts = after, texts
			for _, g := range placed {
				w.fixes = append(w.fixes, g.fix(Proved, ""))
			}
			return true, nil
		}
		groups = groups[:0]
		for i, g := range placed {
			if why := bad[i]; why != "" {
				w.refuse(g, why)
			} else {
				groups = append(groups, g)
			}
		}
	}
	return false, nil
}

func (w *work) refuse(g *group, why string) {
	for _, f := range g.findings {
		w.tried[f.ID] = true
	}
	w.fixes = append(w.fixes, g.fix(Refused, why))
}

// failing says of each group that does not hold why, by its index.
func failing(groups []*group, before, after *report.Report) map[int]string {
	d := diff.Compare(before, after)
	remaining, unseen := map[string]bool{}, map[string]bool{}
	for i := range d.Remaining {
		remaining[d.Remaining[i].Finding.ID] = true
	}
	for i := range d.Unseen {
		unseen[d.Unseen[i].Finding.ID] = true
	}
	out := map[int]string{}
	for i, g := range groups {
		for _, f := range g.findings {
			switch {
			case remaining[f.ID]:
				out[i] = fmt.Sprintf("%s is still found after it", f.Rule)
			case unseen[f.ID]:
				out[i] = fmt.Sprintf("whether %s is gone after it could not be looked at", f.Rule)
			}
		}
		if out[i] != "" {
			continue
		}
		for j := range d.New {
			n := &d.New[j].Finding
			if g.brings(n) && (g.touches(n.Location, groups) || !slices.ContainsFunc(groups, func(o *group) bool {
				return o.touches(n.Location, groups)
			})) {
				out[i] = fmt.Sprintf("it brings %s: %s", n.Rule, n.Title)
			}
		}
	}
	return out
}

// Summary counts the fixes of a state, and the findings that they speak of.
func (r *Result) Summary(s State) (fixes, findings int) {
	for i := range r.Fixes {
		if r.Fixes[i].State == s {
			fixes++
			findings += len(r.Fixes[i].Findings)
		}
	}
	return fixes, findings
}

// conflicted reports whether a text has the marks that a merge leaves behind.
func conflicted(text []byte) bool {
	marks := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "<<<<<<< ") || strings.HasPrefix(line, ">>>>>>> ") ||
			strings.TrimRight(line, "\r\n") == "=======" {
			marks++
		}
	}
	return marks >= 2
}
