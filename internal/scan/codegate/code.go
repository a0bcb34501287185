// Package codegate asks which lines of the source break the OWASP Top Ten. Every build context of the host is looked at
// once, whatever the number of services that are built from it.
package codegate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/rules"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/secret"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/state"
)

// Gate is the code gate.
var Gate = gate.Gate{Name: finding.GateCode, Rules: describeAll, Run: run}

func run(ctx context.Context, t *target.Target, opt *gate.Options) (*gate.Result, error) {
	res, err := lookAll(ctx, t, opt)
	if res != nil && err == nil {
		addImported(t, opt, res)
	}
	return res, err
}

// lookAll runs the rules on all sources.
func lookAll(ctx context.Context, t *target.Target, opt *gate.Options) (*gate.Result, error) {
	roots := t.Sources()
	if len(roots) == 0 {
		res := &gate.Result{Inputs: t.Hidden(), Remedy: codeRemedy}
		if len(res.Inputs) == 0 {
			res.Reason = "no source code among the inputs"
		}
		return res, nil
	}
	eng, res, err := codeEngine(opt, languagesOf(roots))
	if err != nil {
		return nil, err
	}
	l := &looker{Result: res, t: t, opt: opt, eng: eng, byPlace: map[string]int{}, languages: map[string]*ast.Lang{}}
	for _, root := range roots {
		if err := l.at(ctx, root); err != nil {
			return res, err
		}
	}
	if opt.History {
		if err := l.lookBack(ctx, roots); err != nil {
			return res, err
		}
	}
	res.Inputs = append(res.Inputs, t.Hidden()...)
	if res.Judged == 0 {
		res.Remedy = codeRemedy
	}
	boundMeasures(res)
	res.OWASP = categories(eng.Rules(), l.languages)
	used := map[string]bool{}
	for i := range res.Findings {
		used[res.Findings[i].Rule] = true
	}
	for _, r := range eng.Rules() {
		if used[r.ID] {
			res.Rules = append(res.Rules, describeCode(r))
			delete(used, r.ID)
		}
	}
	for _, r := range secret.Rules() {
		if used[r.ID] {
			res.Rules = append(res.Rules, r)
		}
	}
	return res, nil
}

// codeRemedy is what to do where no source code was looked at.
const codeRemedy = "Name the sources: drydock code FOLDER."

// languagesOf are the languages of roots that are all files of known ones, nil where one is a folder or anything else:
// to look at a file of Python, the rules for Java need not be made ready.
func languagesOf(roots []target.Unit) []string {
	var out []string
	for _, root := range roots {
		st, err := os.Stat(root.Context)
		lang := ast.LangOf(root.Context)
		if err != nil || st.IsDir() || lang == nil {
			return nil
		}
		out = append(out, lang.Name)
	}
	return out
}

// codeEngine compiles the rules that the run asks for, of drydock's own those for some languages; nil is all. Rules of the user that are wrong are inputs that could not be
// read; the others run.
func codeEngine(opt *gate.Options, languages []string) (*code.Engine, *gate.Result, error) {
	res := &gate.Result{}
	var all []*rule.Rule
	if !opt.NoDefaultRules {
		own, errs := rules.LoadFor(languages...)
		if len(errs) > 0 {
			return nil, nil, errors.Join(errs...)
		}
		all = own
	}
	mine, errs := rules.Models().LoadPaths(opt.Rules...)
	all = append(all, mine...)
	co := code.Options{Build: opt.Tool.Version}
	if !opt.NoDefaultRules {
		co.Secrets = secretsIn
		co.Measure = true
	}
	if dir, err := state.Cache(); err == nil {
		co.Cache = filepath.Join(dir, "code")
	}
	if exe, err := os.Executable(); err == nil {
		if st, err := os.Stat(exe); err == nil {
			co.Build += fmt.Sprintf(" %d %d", st.Size(), st.ModTime().UnixNano())
		}
	}
	eng, more := code.New(all, co)
	errs = append(errs, more...)
	for _, err := range onceAKind(errs) {
		res.Unread = append(res.Unread, err)
		res.Inputs = append(res.Inputs, report.Input{Path: clierr.Path(err), Status: report.Failed,
			Reason: "a rule could not be used: " + err.Error()})
	}
	if len(eng.Rules()) == 0 && len(errs) == 0 {
		return nil, nil, clierr.Usage("there are no rules").WithHint(
			"Give rules with --rules, or leave out --no-default-rules.")
	}
	return eng, res, nil
}

// onceAKind tells what rules of a kind are not supported once for all of them.
func onceAKind(errs []error) []error {
	count := map[string]int{}
	for _, err := range errs {
		var u *rule.UnsupportedError
		if errors.As(err, &u) {
			count[u.What]++
		}
	}
	var out []error
	for _, err := range errs {
		var u *rule.UnsupportedError
		if !errors.As(err, &u) || count[u.What] == 1 {
			out = append(out, err)
			continue
		}
		if n := count[u.What]; n > 1 {
			count[u.What] = 0
			out = append(out, clierr.Input(clierr.Path(err), "%s is not supported: %d rules are left out", u.What, n))
		}
	}
	return out
}

// looker is the gate at work.
type looker struct {
	*gate.Result
	t       *target.Target
	opt     *gate.Options
	eng     *code.Engine
	byPlace map[string]int // what was found by rule and place, so that a context within another brings nothing twice

	languages map[string]*ast.Lang // that were met
}

// at runs the rules on one root and adds what they find.
func (res *looker) at(ctx context.Context, root target.Unit) error {
	t, eng := res.t, res.eng
	shown := t.Rel(root.Context)
	who := strings.Join(root.Services, ", ")
	read := newCensus(eng.Rules())
	envs := newEnvFiles(root.Context)
	wanted := func(path string) bool { return envs.wanted(path) && eng.Wanted(path) || read.unread(path) }
	tree, err := source.Walk(root.Context, source.Options{Wanted: wanted})
	if err != nil && who != "" {
		res.Inputs = append(res.Inputs, report.Input{Service: who, Path: shown, Status: report.Skipped,
			Reason: t.Absent("build context", root.Context, err)})
		return nil
	}
	if err != nil {
		res.Inputs = append(res.Inputs, report.Input{Service: who, Path: shown, Status: report.Failed,
			Reason: err.Error()})
		res.Unread = append(res.Unread, clierr.InputErr(root.Context, err))
		return nil
	}
	listen := func(done, total int) {
		res.opt.Told(gate.Event{Gate: finding.GateCode, Text: shown, Done: int64(done), Total: int64(total)})
	}
	found, err := eng.Run(ctx, tree, listen)
	if err != nil {
		return err
	}
	place := func(rel string) string { return t.Rel(filepath.Join(tree.Root, filepath.FromSlash(rel))) }
	named := slices.ContainsFunc(t.Files, func(f string) bool { return filepath.Clean(f) == root.Context })
	read.count(tree, found)
	noteLanguages(res.languages, tree, read.other)
	if named && read.judged == 0 && res.ofDockerfileGate(root.Context) {
		return nil
	}
	all := codeInputs(found, report.Input{Service: who, Path: shown}, read, named, place)
	if absent := submodules(tree.Root, who, place); len(absent) > 0 {
		all = append(all, absent...)
		all[0].Reason = cmp.Or(all[0].Reason, "sources of it are not here")
		if all[0].Status == report.Checked {
			all[0].Status = report.Partial
		}
	}
	res.Inputs = append(res.Inputs, all...)
	res.Read.Add(report.Read{Files: read.files, Services: len(root.Services), Bytes: bytesOf(tree)})
	res.Judged += read.judged
	byRule := map[string]*rule.Rule{}
	for _, r := range eng.Rules() {
		byRule[r.ID] = r
	}
	for i := range found.Findings {
		f := codeFinding(&found.Findings[i], byRule[found.Findings[i].Rule], place)
		f.Services = slices.Clone(root.Services)
		key := f.Rule + "\x00" + f.Location.String()
		if at, ok := res.byPlace[key]; ok {
			res.Findings[at].Services = gate.Union(res.Findings[at].Services, f.Services)
			continue
		}
		res.byPlace[key] = len(res.Findings)
		res.Findings = append(res.Findings, f)
	}
	addMeasures(res.Result, found.Measures, place)
	res.Warnings = append(res.Warnings, envs.remark(tree, place)...)
	for _, u := range found.Unused {
		u.Location.Path = place(u.Location.Path)
		res.Warnings = append(res.Warnings, report.Warning{Text: u.Text, Location: u.Location})
	}
	left := skippedWords(found.Skipped)
	if other := read.words(); other != "" && read.judged > 0 {
		left = append(left, "no rules for "+other)
	}
	if len(left) > 0 {
		text := fmt.Sprintf("code: %s looked at; left out: %s", report.Plural(read.judged, "file"),
			strings.Join(left, "; "))
		res.Warnings = append(res.Warnings, report.Warning{Text: text, Location: finding.Location{Path: shown}})
	}
	return nil
}

// ofDockerfileGate reports whether a file is a Dockerfile and the gate for those runs too: named among others, it is no
// gap of this one.
func (res *looker) ofDockerfileGate(path string) bool {
	return dockerfile.IsName(filepath.Base(path)) && res.opt.Runs(finding.GateDockerfile)
}

var submodulePath = lazyregexp.New(`(?m)^[ \t]*path[ \t]*=[ \t]*(\S.*?)[ \t]*$`)

// submodules are the git submodules of a folder that are not checked out: their code is not here to be looked at.
func submodules(root, service string, place func(string) string) []report.Input {
	const maxFile, maxNamed = 1 << 20, 100
	f, err := os.Open(filepath.Join(root, ".gitmodules"))
	if err != nil {
		return nil // no submodules
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	var out []report.Input
	for _, m := range submodulePath.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\r", ""), maxNamed) {
		dir := filepath.FromSlash(m[1])
		if !filepath.IsLocal(dir) {
			continue
		}
		if list, err := os.ReadDir(filepath.Join(root, dir)); len(list) > 0 || err != nil && !os.IsNotExist(err) {
			continue
		}
		out = append(out, report.Input{Service: service, Path: place(m[1]), Status: report.Skipped,
			Reason: "a git submodule that is not checked out: git submodule update --init"})
	}
	return out
}

func bytesOf(tree *source.Tree) int64 {
	var n int64
	for i := range tree.Files {
		n += tree.Files[i].Size
	}
	return n
}

// codeInputs are the root, every file in it that was not looked at in full, and what was left out though it may be
// code.
func codeInputs(r *code.Result, root report.Input, read *census, named bool, place func(string) string) []report.Input {
	var parts []report.Input
	sort.Slice(r.Partial, func(i, j int) bool { return r.Partial[i].Path < r.Partial[j].Path })
	for _, p := range r.Partial {
		parts = append(parts, report.Input{Service: root.Service, Path: place(p.Path), Status: report.Partial,
			Reason: p.Reason})
	}
	for _, s := range r.Skipped {
		if !couldBeCode[s.Reason] {
			continue
		}
		for _, path := range s.Examples {
			parts = append(parts, report.Input{Service: root.Service, Path: place(path), Status: report.Skipped,
				Reason: s.Reason})
		}
		if more := s.Files - len(s.Examples); more > 0 {
			why := fmt.Sprintf("%d more %s", more, s.Reason)
			parts = append(parts, report.Input{Service: root.Service, Path: root.Path, Status: report.Skipped,
				Reason: why})
		}
	}
	root.Status = report.Checked
	switch {
	case read.judged == 0 && len(read.other) > 0:
		root.Status, root.Reason = report.Skipped, "there are no rules for "+read.words()
	case read.judged == 0 && named: // a folder may well hold none, but this file was named
		root.Status, root.Reason = report.Skipped, "no code that the rules are for"
	case len(parts) > 0:
		root.Status, root.Reason = report.Partial, fmt.Sprintf("%d of %d files not in full", len(parts),
			max(len(parts), r.Scanned))
	case read.judged == 0:
		root.Reason = "it holds no source code"
	}
	return append([]report.Input{root}, parts...)
}

// couldBeCode are the reasons for which a file is left out though a rule may be for it. What git, its place or its own
// head declares to be no code of the project's is left out on purpose.
var couldBeCode = map[string]bool{source.TooLarge: true, source.Binary: true, source.Unreadable: true,
	source.TooMany: true}

func skippedWords(list []source.Skipped) []string {
	var parts []string
	for _, s := range list {
		if couldBeCode[s.Reason] {
			continue // an input
		}
		example := ""
		if len(s.Examples) > 0 {
			example = ", as " + s.Examples[0]
		}
		what := fmt.Sprintf("%d %s", s.Files, s.Reason)
		if s.Reason == source.Link {
			what = report.Plural(s.Files, s.Reason)
		}
		parts = append(parts, what+example)
	}
	return parts
}

// census counts the source files of a walk: those in a language that some rule is for, and the others by language.
// Rules for any text look at all files; that is no judgement of a program.
type census struct {
	ruled  map[*ast.Lang]bool // empty where all rules are for any text
	files  int                // source files
	judged int                // of them those that a rule for their language looked at
	other  map[string]int     // language to files that no rule is for
}

func newCensus(rules []*rule.Rule) *census {
	c := &census{ruled: map[*ast.Lang]bool{}, other: map[string]int{}}
	for _, r := range rules {
		for _, name := range r.Languages {
			if l := ast.LangByName(name); l != nil {
				c.ruled[l] = true
			}
		}
	}
	return c
}

// unread counts a file that nobody wants, by its name, and does not want it either.
func (c *census) unread(path string) bool {
	if lang := otherLanguages[strings.ToLower(filepath.Ext(path))]; lang != "" {
		c.other[lang]++
	}
	return false
}

func (c *census) count(tree *source.Tree, found *code.Result) {
	for i := range tree.Files {
		if l := ast.LangOf(tree.Files[i].Rel); l != nil && c.ruled[l] {
			c.judged++
		} else {
			c.unread(tree.Files[i].Rel)
		}
	}
	with := map[string]bool{}
	for i := range found.Findings {
		with[found.Findings[i].Location.Path] = true
	}
	c.judged = max(min(c.judged, found.Scanned), len(with))
	if len(c.ruled) == 0 {
		c.judged, c.other = found.Scanned, nil
	}
	c.files = c.judged
	for _, n := range c.other {
		c.files += n
	}
}

// words names the languages, most files first: "Rust (12 files) and C (1 file)".
func (c *census) words() string {
	langs := slices.Sorted(maps.Keys(c.other))
	sort.SliceStable(langs, func(i, j int) bool { return c.other[langs[i]] > c.other[langs[j]] })
	for i, lang := range langs {
		langs[i] = fmt.Sprintf("%s (%s)", lang, report.Plural(c.other[lang], "file"))
	}
	return strings.Join(langs, ", ")
}

// otherLanguages are programming languages that are often served, by the ending of their files. The engine does not
// read them, or has no rules for them in a run.
var otherLanguages = map[string]string{
	".c": "C", ".h": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".hpp": "C++", ".cs": "C#", ".fs": "F#",
	".vb": "Visual Basic",
	".rs": "Rust", ".kt": "Kotlin", ".kts": "Kotlin", ".scala": "Scala", ".groovy": "Groovy", ".clj": "Clojure",
	".swift": "Swift",
	".m":     "Objective-C", ".dart": "Dart", ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".hs": "Haskell",
	".ml":  "OCaml",
	".lua": "Lua", ".pl": "Perl", ".pm": "Perl", ".r": "R", ".jl": "Julia", ".cr": "Crystal", ".nim": "Nim",
	".zig": "Zig",
	".ps1": "PowerShell", ".bat": "Batch", ".cmd": "Batch", ".zsh": "Zsh", ".fish": "Fish", ".ksh": "Korn shell",
	".awk": "AWK",
	".tcl": "Tcl", ".ipynb": "Jupyter notebooks", ".pyw": "Python", ".pyx": "Cython", ".mojo": "Mojo",
	".coffee": "CoffeeScript",
	".elm":    "Elm", ".purs": "PureScript", ".res": "ReScript", ".re": "Reason", ".gleam": "Gleam", ".cljs": "Clojure",
	".fsx": "F#",
	".sol": "Solidity", ".move": "Move", ".cls": "Apex", ".trigger": "Apex", ".abap": "ABAP", ".cob": "COBOL",
	".cbl": "COBOL",
	".f90": "Fortran", ".f95": "Fortran", ".for": "Fortran", ".pas": "Pascal", ".adb": "Ada", ".d": "D", ".hx": "Haxe",
	".gd": "GDScript", ".qml": "QML", ".mm": "Objective-C", ".cu": "CUDA", ".asm": "assembly", ".s": "assembly",
	".sv":  "SystemVerilog",
	".vhd": "VHDL", ".lisp": "Lisp", ".scm": "Scheme", ".rkt": "Racket", ".el": "Emacs Lisp", ".sas": "SAS",
	".vbs":    "VBScript",
	".gradle": "Groovy", ".sql": "SQL", ".tf": "Terraform", ".bicep": "Bicep", ".rego": "Rego", ".nix": "Nix",
	".asp": "ASP", ".aspx": "ASP.NET", ".ascx": "ASP.NET", ".cshtml": "Razor", ".razor": "Razor", ".jsp": "JSP",
	".jspx": "JSP",
	".cfm":  "ColdFusion", ".ejs": "EJS", ".erb": "ERB", ".haml": "Haml", ".slim": "Slim", ".pug": "Pug",
	".hbs":      "Handlebars",
	".mustache": "Mustache", ".twig": "Twig", ".jinja": "Jinja", ".jinja2": "Jinja", ".j2": "Jinja",
	".liquid": "Liquid",
	".ftl":    "FreeMarker", ".vm": "Velocity", ".astro": "Astro", ".mdx": "MDX", ".vue": "Vue", ".svelte": "Svelte",
	".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript",
	".cjs": "JavaScript", ".jsx": "JavaScript", ".ts": "TypeScript", ".tsx": "TypeScript", ".java": "Java", ".go": "Go",
	".php": "PHP", ".rb": "Ruby", ".sh": "Bash",
}

func codeFinding(c *code.Finding, r *rule.Rule, place func(string) string) finding.Finding {
	var d finding.Rule
	sure := c.Confidence
	if r != nil {
		d, sure = describeCode(r), r.Meta.Confidence
	} else if own := secretRule(c.Rule); own != nil {
		d = *own
	}
	f := finding.Finding{
		Gate: finding.GateCode, Rule: c.Rule, Title: c.Message, Severity: c.Severity, Confidence: sure,
		Location: c.Location, Snippet: c.Snippet, Flow: c.Flow, CWE: d.CWE, OWASP: d.OWASP, Kind: d.Kind,
	}
	if r == nil {
		f.Fix.Text = d.Remedy
	}
	f.Location.Path = place(c.Location.Path)
	for i := range f.Flow {
		f.Flow[i].Location.Path = place(f.Flow[i].Location.Path)
	}
	id := *c
	id.Location.Path = f.Location.Path
	f.ID = id.ID()
	if c.Fix != nil {
		e := *c.Fix
		e.Path = f.Location.Path
		f.Fix = finding.Fix{Text: "Replace what was matched as the rule says.", Edits: []finding.Edit{e}}
	}
	if c.Suppressed != "" {
		f.Status = finding.Suppressed
		f.Evidence = []string{"a comment in the code: " + c.Suppressed}
	}
	return f
}

// describeCode tells a rule's data as every gate's rules are told.
func describeCode(r *rule.Rule) finding.Rule {
	return finding.Rule{
		ID: r.ID, Gate: finding.GateCode, Title: rules.Title(r), Severity: r.Severity,
		Description: rules.Description(r),
		Kind:        finding.Kind(rules.Kind(r)),
		CWE:         short(r.Meta.CWE), OWASP: short(r.Meta.OWASP), References: r.Meta.References,
	}
}

// short cuts "CWE-89: SQL injection" and "A05:2025 - Injection" down to their codes.
func short(list []string) []string {
	var out []string
	for _, s := range list {
		s, _, _ = strings.Cut(s, " ")
		out = append(out, strings.TrimSuffix(s, ":"))
	}
	return out
}

// describeAll describes the rules that come with drydock.
func describeAll() []finding.Rule {
	own, _ := rules.Load()
	out := make([]finding.Rule, len(own))
	for i, r := range own {
		out[i] = describeCode(r)
	}
	return append(out, secret.Rules()...)
}
