// Package dockerfilegate asks whether the image ships only what it runs. Every Dockerfile is read once and judged once
// for each target that a service builds of it.
package dockerfilegate

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stages"
)

// file is a Dockerfile with the units that are built of it.
type file struct {
	path  string           // that can be opened; "" for one whose text is given
	shown string           // as the report names it
	text  []byte           // nil: it is read from path
	place finding.Location // of an inline one: the service's line
	units []target.Unit    // none where nothing says what is built of it
}

// Gate is the Dockerfile gate.
var Gate = gate.Gate{Name: finding.GateDockerfile, Rules: rules.Described, Run: run}

func run(ctx context.Context, t *target.Target, opt *gate.Options) (*gate.Result, error) {
	cfg, err := Config(t, opt)
	if err != nil {
		return nil, err
	}
	all, unwalked, err := files(ctx, t)
	if err != nil {
		return nil, err
	}
	results := make([]gate.Result, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	known, images := services(t), &heldImages{opt: opt}
	for i, f := range all {
		g.Go(func() error {
			results[i] = f.lint(t, cfg, opt, known, images.of(ctx))
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	res := &gate.Result{Rules: rules.Described()}
	for _, r := range results {
		res.Inputs = append(res.Inputs, r.Inputs...)
		res.Findings = append(res.Findings, r.Findings...)
		res.Warnings = append(res.Warnings, r.Warnings...)
		res.Read.Add(r.Read)
		res.Judged += r.Judged
	}
	res.Inputs = append(res.Inputs, unwalked...)
	res.Inputs = append(res.Inputs, t.Hidden()...)
	if len(res.Inputs) == 0 {
		res.Reason = "no Dockerfile among the inputs"
	}
	if res.Judged == 0 {
		res.Remedy = "Name a Dockerfile: drydock dockerfile lint FILE."
	}
	return res, nil
}

// Config finds the .hadolint.yaml that counts (the one named, the working folder's, the target's, the user's) and
// adds hadolint's environment variables to it.
func Config(t *target.Target, opt *gate.Options) (*lint.Config, error) {
	cfg, err := lintFile(t, opt)
	if err != nil {
		return nil, err
	}
	return cfg.Environment(os.Getenv)
}

func lintFile(t *target.Target, opt *gate.Options) (*lint.Config, error) {
	if opt.LintConfig != "" {
		return lint.ReadConfig(opt.LintConfig)
	}
	folders := []string{"."}
	if t.Root != "" {
		folders = append(folders, t.Root)
	}
	return lint.FindConfig(folders...)
}

// lint judges the file for each of the units that are built of it and joins the findings.
func (d *file) lint(
	t *target.Target, cfg *lint.Config, opt *gate.Options, known map[string]lint.Service,
	images func(string) (*heldImage, bool),
) gate.Result {
	names := d.serviceNames()
	in := report.Input{Path: d.shown, Status: report.Checked, Service: strings.Join(names, ", ")}
	f, err := d.parse(t)
	if err != nil {
		in.Status, in.Reason = report.Failed, clierr.Reason(err)
		if in.Service != "" {
			in.Status, in.Reason = report.Skipped, t.Absent("Dockerfile", d.path, err)
		}
		return gate.Result{Inputs: []report.Input{in}}
	}
	res := gate.Result{Read: report.Read{Files: 1, Services: len(names), Bytes: int64(len(f.Src))}, Judged: 1}
	var notRead []string
	switch {
	case len(f.Instructions) == 0:
		notRead, res.Judged = append(notRead, "there is nothing in it that could be checked"), 0
	case len(f.Stages) == 0:
		notRead = append(notRead, "it has no FROM: no image is built from it, and no rule about images looked at it")
		if len(f.MetaArgs) == len(f.Instructions) {
			res.Judged = 0
		}
	}
	notRead = append(notRead, notUnderstood(f)...)
	units := d.units
	if len(units) == 0 {
		units = []target.Unit{{}}
		if d.path != "" {
			units[0].Context = likelyContext(d.path)
		}
	}
	joined := joiner{index: map[string]int{}}
	for _, u := range units {
		c, warn, done := about(u, d.path, known)
		if warn != "" {
			res.Warnings = append(res.Warnings, report.Warning{Text: warn, Location: finding.Location{Path: d.shown}})
		}
		c.Now = opt.Now()
		c.Platform = cmp.Or(opt.Platform, "linux/"+runtime.GOARCH)
		c.Base = func(ref string) (lint.Base, bool) {
			image, ok := images(ref)
			if !ok {
				return lint.Base{}, false
			}
			return image.base, true
		}
		c.Estimate = func(f *dockerfile.File, _ *dockerfile.Stage) string {
			return saving(f, c.Files, u.Target, func(ref string) (int64, bool) {
				image, ok := images(ref)
				if !ok {
					return 0, false
				}
				return image.size, true
			})
		}
		c.Shown = func(name string) string { return t.Rel(filepath.Join(u.Context, filepath.FromSlash(name))) }
		joined.add(lint.Run(f, d.shown, rules.All, cfg, c))
		notRead = append(notRead, unreadScripts(f, c)...)
		done()
	}
	if len(notRead) > 0 {
		slices.Sort(notRead[1:])
		in.Status, in.Reason = report.Partial, strings.Join(slices.Compact(notRead), "; ")
	}
	atInstruction(f, d.shown, joined.list)
	if d.place.Path != "" {
		for i := range joined.list {
			if joined.list[i].Location.Path == d.shown { // an inline file has no lines of its own
				joined.list[i].Location, joined.list[i].Fix.Edits = d.place, nil
			}
		}
	}
	res.Inputs, res.Findings = []report.Input{in}, joined.list
	return res
}

// notUnderstood says what of a Dockerfile no rule looked into, with the lines: another builder's syntax, and scripts
// that no shell parses or that are written for no shell. It is empty where all was understood. An instruction that does
// not parse is a finding and needs no word here.
func notUnderstood(f *dockerfile.File) []string {
	var parts []string
	for _, d := range f.Directives {
		if d.Name == "syntax" && !usualFrontend.MatchString(d.Value) {
			parts = append(parts,
				fmt.Sprintf("line %d: the syntax is that of %s, which is read as a usual Dockerfile's", d.Line,
					d.Value))
		}
	}
	broken := map[string][]string{} // why to the lines
	var order []string
	note := func(why string, line int) {
		if broken[why] == nil {
			order = append(order, why)
		}
		broken[why] = append(broken[why], fmt.Sprint(line))
	}
	f.Walk(func(in *dockerfile.Instruction) {
		switch s := in.Script; {
		case s == nil:
		case s.Err != nil:
			line, _ := f.Position(s.ErrSpan.Start)
			note(fmt.Sprintf("%s is not looked into: %v", in.Keyword, s.Err), line)
		case !s.Parsed():
			note(fmt.Sprintf("%s is not looked into: it is written for %s", in.Keyword,
				cmp.Or(s.Dialect, "a shell that is not known")), in.Line)
		}
	})
	for _, why := range order {
		lines := broken[why]
		word := "line "
		if len(lines) > 1 {
			word = "lines "
		}
		parts = append(parts, word+strings.Join(lines, ", ")+": "+why)
	}
	return parts
}

// unreadScripts says which scripts of the build context a RUN starts that no rule looked into.
func unreadScripts(f *dockerfile.File, c *lint.Context) []string {
	var parts []string
	for _, u := range lint.UnreadScripts(f, c) {
		parts = append(parts,
			fmt.Sprintf("line %d: RUN starts %s, which is not looked into: %s", u.Line, u.Name, u.Why))
	}
	return parts
}

// usualFrontend matches the builders' frontends whose language is the Dockerfile's.
var usualFrontend = lazyregexp.New(
	`^(docker\.io/)?(docker/dockerfile|docker/dockerfile-upstream)(:[\w.-]+)?(@sha256:[0-9a-f]+)?$`)

// atFirstLine reports whether hadolint or BuildKit, whose name a check has, gives the line on which an instruction
// begins.
func atFirstLine(alias string) bool {
	return strings.HasPrefix(alias, "DL") || rules.BuildCheck(alias) && alias != "NoEmptyContinuation"
}

// atInstruction lets the findings that carry a name of hadolint's or BuildKit's begin where those say they are, at the
// line of the instruction: who comes from there, or compares, finds the same places. They still end where the word that
// they are about ends.
func atInstruction(f *dockerfile.File, path string, list []finding.Finding) {
	for i := range list {
		at := &list[i].Location
		if at.Path != path || list[i].Rule == lint.SyntaxRule.ID || !slices.ContainsFunc(list[i].Aliases, atFirstLine) {
			continue
		}
		n := sort.Search(len(f.Instructions), func(n int) bool { return f.Instructions[n].Line > at.Line }) - 1
		if n >= 0 && f.Instructions[n].Line < at.Line && at.Line <= f.Instructions[n].EndLine {
			at.Line, at.Column = f.Position(f.Instructions[n].Span.Start)
		}
	}
}

// likelyContext is the folder that a Dockerfile without a project is most likely built from: its own, or the nearest
// one above it, within the same repository, that has an ignore file.
func likelyContext(path string) string {
	own := filepath.Dir(path)
	dir, err := filepath.Abs(own)
	if err != nil {
		return own
	}
	for range maxAbove {
		if _, err := os.Stat(filepath.Join(dir, ".dockerignore")); err == nil {
			return dir
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			break // the root of the repository, or of the file system
		}
		dir = filepath.Dir(dir)
	}
	return own
}

// maxAbove is how many folders above a Dockerfile are looked at.
const maxAbove = 4

// saving says what a split would save, or why there is no telling.
func saving(f *dockerfile.File, files fs.FS, target string, size func(string) (int64, bool)) string {
	if files == nil {
		return "no estimate: the build context is not known"
	}
	e, err := stages.Saving(f, files, stages.Options{Target: target}, size)
	if err != nil {
		return "no estimate: drydock would not split it by itself: " + err.Error()
	}
	return e.Text
}

// parse is the file as it is read, once a run whoever asks for it.
func (d *file) parse(t *target.Target) (*dockerfile.File, error) {
	if d.text != nil {
		return dockerfile.Parse(d.text), nil
	}
	return t.Dockerfile(d.path)
}

func (d *file) serviceNames() []string {
	var out []string
	for _, u := range d.units {
		out = append(out, u.Services...)
	}
	sort.Strings(out)
	return out
}

// joiner joins the findings of several builds of one file: the same finding is one, with the services of all, and with
// the severity of the build that it is worst for.
type joiner struct {
	list  []finding.Finding
	index map[string]int
}

func (j *joiner) add(found []finding.Finding) {
	for _, f := range found {
		i, ok := j.index[f.ID]
		if !ok {
			j.index[f.ID] = len(j.list)
			j.list = append(j.list, f)
			continue
		}
		old := j.list[i]
		services := append(slices.Clone(old.Services), f.Services...)
		if f.Severity.Rank() > old.Severity.Rank() || old.Forecast == finding.ForecastNotShipped {
			j.list[i] = f
		}
		j.list[i].Services = services
	}
}

// about is what a rule may ask about a unit beyond the file, until done is called. warn is what is wrong with the
// ignore file, "" for nothing.
func about(u target.Unit, path string, known map[string]lint.Service) (c *lint.Context, warn string, done func()) {
	c = &lint.Context{Target: u.Target, Args: u.Args, Contexts: u.Contexts}
	for _, name := range u.Services {
		c.Services = append(c.Services, known[name])
	}
	if u.Context == "" {
		return c, "", func() {}
	}
	root, err := os.OpenRoot(u.Context)
	if err != nil {
		return c, "", func() {}
	}
	c.Files = root.FS()
	if ig := target.ReadIgnore(c.Files, path); ig != nil {
		c.Ignored, c.Patterns, warn = ig.Hides, ig.Lines, ig.Problem
	}
	return c, warn, func() { root.Close() }
}
