// Package baseline restricts a report to what a change brought in: it scans the tree of an earlier commit in the same way
// and on the same advisories, or takes a recorded report, and keeps what is new.
package baseline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/attack"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/gitrepo"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// Baseline is what a report is compared with.
type Baseline struct {
	Name   string // as given
	Commit string // full hash, "" for a recorded report
	Report *report.Report
	Err    error // what of the baseline could not be read; Report has the rest
}

// Restrict leaves in r only the open findings that were not open in the baseline, with those of packages that did not
// change left out: what became known of them since is no work of the change. It says in r.Against what was left out.
// The findings that stay are ranked as before; r is finished.
func Restrict(r *report.Report, b *Baseline) {
	r.Finish()
	d := diff.Compare(b.Report, r)
	a := &report.Against{Name: b.Name, Commit: b.Commit, Before: len(d.Remaining), Fixed: len(d.Fixed),
		Unseen: len(d.Unseen)}
	stays := map[string]bool{}
	for i := range d.New {
		if c := &d.New[i]; c.Cause == diff.CauseAdvisories {
			a.Advisories++
		} else {
			stays[c.Finding.ID] = true
		}
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return !stays[f.ID] })
	r.Rules = slices.DeleteFunc(r.Rules, func(rule finding.Rule) bool {
		return !slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Rule == rule.ID })
	})
	r.Against = a
	for i := range r.Gates {
		g := &r.Gates[i]
		was := b.Report.Gate(g.Name)
		if g.Judged > 0 && len(b.Report.Gates) > 0 && g.Name != finding.GateWaiver && (was == nil || was.Judged == 0) {
			r.Warnings = append(r.Warnings, report.Warning{Text: fmt.Sprintf("the %s gate looked at nothing in %s, so that all "+
				"its findings count as new", g.Name, b.Name)})
		}
	}
	if b.Err != nil {
		r.Warnings = append(r.Warnings, report.Warning{Text: fmt.Sprintf("%s could not be read in full, so that more may "+
			"count as new than is: %v", b.Name, b.Err)})
	}
	if was := b.Report.Tool.Version; was != "" && was != r.Tool.Version {
		r.Warnings = append(r.Warnings, report.Warning{Text: fmt.Sprintf("%s was recorded by version %s of drydock, this is %s: "+
			"what only one of them looks for counts as new or fixed", b.Name, was, r.Tool.Version)})
	}
	r.Finish()
	r.Actions, r.AttackPaths = rank.Actions(r), attack.Paths(r)
}

// FromReport takes a recorded report as the baseline of r. One of another project is an error: everything would be new,
// or nothing.
func FromReport(name string, before, r *report.Report) (*Baseline, error) {
	if before.Listing || before.Against != nil {
		return nil, clierr.Input(name, "holds only a part of what was found there").
			WithHint("Record the baseline with 'drydock scan ... -o %s', without --against.", name)
	}
	for _, of := range []func(*report.Report) []string{stackNames, imageNames, placeNames} {
		was, is := of(before), of(r)
		if len(was) == 0 || len(is) == 0 {
			continue
		}
		if !slices.ContainsFunc(is, func(s string) bool { return slices.Contains(was, s) }) {
			return nil, clierr.Input(name, "is a report on something else: it speaks of %s, this run of %s",
				report.List(was, 3, ""), report.List(is, 3, "")).
				WithHint("Record a baseline with the same arguments, or give the commit to compare with.")
		}
		break
	}
	return &Baseline{Name: name, Report: before}, nil
}

func stackNames(r *report.Report) (names []string) {
	for _, s := range r.Stacks {
		names = append(names, s.Name)
	}
	return names
}

func imageNames(r *report.Report) (names []string) {
	for i := range r.Images {
		names = append(names, r.Images[i].Name)
	}
	return names
}

func placeNames(r *report.Report) (names []string) {
	for i := range r.Findings {
		if p := r.Findings[i].Location.Path; p != "" && !slices.Contains(names, p) {
			names = append(names, p)
		}
	}
	return names
}

// Scan scans what the given inputs name; the report is complete also where the error is not nil.
type Scan func(context.Context, *target.Target) (*report.Report, error)

// FromCommit scans the tree of a commit in the same way as t was resolved from in. Files that git does not have, the
// settings of this machine (.env), are taken as they are here: they are no part of the change.
func FromCommit(ctx context.Context, name string, in target.Inputs, t *target.Target, scan Scan) (*Baseline, error) {
	if in.Engine || t.Piped != nil {
		return nil, clierr.Usage("--against %s: only files have an earlier state in git", name).
			WithHint("Give the report of an earlier run instead: --against report.json.")
	}
	repo, err := gitrepo.Open(t.Root)
	if err != nil {
		return nil, err
	}
	hash, err := repo.Commit(name)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "drydock-baseline-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	// Compose names a project by its folder.
	m := &target.Copy{From: repo.Root, To: filepath.Join(tmp, filepath.Base(repo.Root))}
	if err := os.Mkdir(m.To, 0o755); err != nil {
		return nil, err
	}
	if err := repo.Export(hash, m.To); err != nil {
		return nil, clierr.Input(name, "cannot be read from %s: %v", repo.Root, err)
	}
	if err := copySettings(m, repo, t); err != nil {
		return nil, err
	}
	b := &Baseline{Name: name, Commit: hash}
	old, ok := m.Inputs(in, t)
	if !ok { // nothing of what is scanned was there
		b.Report = report.New(report.Tool{}, t.Name, time.Time{})
		return b, nil
	}
	was := target.Resolve(ctx, old)
	if was.Host == nil {
		was.Root = old.Stack.Root
	}
	b.Report, b.Err = scan(ctx, was)
	if b.Report == nil {
		return nil, b.Err
	}
	return b, ctx.Err()
}

// maxSettings bounds one file of settings.
const maxSettings = 1 << 20

// copySettings copies the environment files that git does not have into the commit's tree.
func copySettings(m *target.Copy, repo *gitrepo.Repo, t *target.Target) error {
	var files []string
	for _, dir := range t.Folders() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.Type().IsRegular() && isSettings(e.Name()) {
				files = append(files, filepath.Join(dir, e.Name()))
			}
		}
	}
	if t.Host != nil {
		t.Host.Services(func(_ *stack.Stack, s *stack.Service) { files = append(files, s.EnvFiles...) })
	}
	for _, file := range files {
		if err := copySetting(m, repo, file); err != nil {
			return err
		}
	}
	return nil
}

func isSettings(name string) bool {
	return name == ".env" || strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env")
}

func copySetting(m *target.Copy, repo *gitrepo.Repo, file string) error {
	mapped, there := m.Path(file)
	rel, err := filepath.Rel(m.To, mapped)
	if there || err != nil || !filepath.IsLocal(rel) {
		return nil
	}
	tracked, err := repo.Tracks(rel)
	if tracked || err != nil {
		return err
	}
	text, err := bounded.ReadFile(file, maxSettings)
	if err != nil {
		return nil // the scan of the working tree tells of it
	}
	err = os.WriteFile(mapped, text, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its folder is new
	}
	return err
}
