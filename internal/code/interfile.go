package code

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/index"
	"github.com/drydock/drydock/internal/code/interproc"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/resolve"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/code/taint"
	"github.com/drydock/drydock/internal/finding"
)

// Rules with `options.interfile: true` follow taint from function to function, in one file and from file to file:
//
//	file        -> index.File          -> facts.File       what it defines, imports and calls         (code/index)
//	function    -> taint.Facts         -> facts.Graph      how values flow through it                 (code/taint)
//	facts.File  -> resolve.Program                         what a name of another file stands for     (code/resolve)
//	facts.Graph -> interproc.Summaries -> interproc.Reach  what sources reach, through all functions  (code/interproc)
//
// Facts and graphs come from one file alone and are kept with its content; summaries are worked out anew in each run.
// A sink that is reached by several ways is one finding, at the sink, with the shortest of them.

// interRule is a rule that looks across files, with its program for each of its languages.
type interRule struct {
	rule  *rule.Rule
	progs map[*ast.Lang]*search.Program
}

// follows reports whether a program looks across functions.
func follows(p *search.Program) bool {
	return p.Taint != nil && p.Rule.Options.Interfile && p.Lang != nil && resolve.Follows(p.Lang.Name)
}

// addInter takes a program of a rule that looks across files.
func (e *Engine) addInter(p *search.Program) {
	if n := len(e.inter); n == 0 || e.inter[n-1].rule != p.Rule {
		e.inter = append(e.inter, &interRule{p.Rule, map[*ast.Lang]*search.Program{}})
	}
	e.inter[len(e.inter)-1].progs[p.Lang] = p
}

// hasInter reports whether a rule that looks across files is for a language.
func (e *Engine) hasInter(l *ast.Lang) bool {
	for _, r := range e.inter {
		if r.progs[l] != nil {
			return true
		}
	}
	return false
}

// facts lists what rules that look across files need of a file.
func (e *Engine) facts(f *search.File, have map[string]struct{}) *facts.File {
	x := index.File(f.Tree)
	for i, r := range e.inter {
		if p := r.progs[f.Tree.Lang]; p != nil && p.EndPossible(have) {
			if rf := taint.Facts(p, x, f); rf != nil {
				if x.Facts.Rules == nil {
					x.Facts.Rules = map[int]*facts.Rule{}
				}
				x.Facts.Rules[i] = rf
			}
		}
	}
	return x.Facts
}

// across adds to the results of files what is found across functions and files. root is the folder of the files, "" for
// none; read gives a file's source. It returns what could not be looked at in full.
func (e *Engine) across(results []FileResult, root string, read func(int) []byte) []Partial {
	pr := &project{e: e, facts: make([]*facts.File, len(results)), read: read, root: root}
	for i := range results {
		pr.facts[i] = results[i].facts
	}
	out := pr.run()
	for i := range results {
		if len(out.findings[i]) == 0 {
			continue
		}
		r := &results[i]
		r.Findings = append(r.Findings[:len(r.Findings):len(r.Findings)], out.findings[i]...)
		r.Unused = stillUnused(r.Unused, out.unused[i])
	}
	if e.cache != nil {
		for i := range results {
			if r := &results[i]; r.key != "" && r.facts != nil && r.facts.Grown {
				r.facts.Grown = false
				e.cache.keepFacts(r.key, r.facts.Pack())
			}
		}
	}
	return out.partial
}

// restore reads the facts of kept results; false where they cannot be read.
func (r *FileResult) restore() bool {
	if len(r.Facts) == 0 {
		return true
	}
	f, err := facts.Unpack(r.Facts)
	r.facts = f
	return err == nil && resolve.Follows(f.Lang)
}

// project is the files of one run, for working out what rules find across them.
type project struct {
	e     *Engine
	facts []*facts.File
	read  func(file int) []byte // a file's source; nil if it cannot be had
	root  string                // folder that the paths are relative to, "" for none
}

// across is what rules found in one file across functions and files, with what is to be told of it.
type across struct {
	findings [][]Finding // by file
	unused   [][]Unused  // by file: suppressions that serve none of these findings; nil where no file has findings
	partial  []Partial
}

// run works out all rules that look across files.
func (pr *project) run() *across {
	out := &across{findings: make([][]Finding, len(pr.facts)), unused: make([][]Unused, len(pr.facts))}
	groups := map[string][]int{}
	for i, f := range pr.facts {
		if f != nil {
			l := resolve.ModuleGroup(f.Lang)
			groups[l] = append(groups[l], i)
		}
	}
	var langs []string
	for l := range groups {
		langs = append(langs, l)
	}
	sort.Strings(langs)
	for _, l := range langs {
		pr.group(l, groups[l], out)
	}
	return out
}

// reachOf across files, by file of the group.
type reachOf struct {
	rule int
	interproc.Reach
}

// group works out the rules of one language on its files.
func (pr *project) group(lang string, at []int, out *across) {
	var roots map[string]string
	if resolve.GoModules(lang) {
		roots = pr.goModules(at)
	}
	files := make([]*facts.File, len(at))
	for i, n := range at {
		files[i] = pr.facts[n]
	}
	var fam *resolve.Program
	g := &graphs{pr: pr, at: at, files: files}
	byFile := map[int32][]reachOf{}
	for ri, r := range pr.e.inter {
		sources, sinks := false, false
		for _, f := range files {
			if rf := f.Rules[ri]; rf != nil {
				sources = sources || len(rf.Sources) > 0
				sinks = sinks || len(rf.Sinks) > 0
			}
		}
		if !sources || !sinks {
			continue
		}
		if fam == nil {
			fam = resolve.New(lang, files, roots)
		}
		program := func(file int32) *search.Program { return r.progs[ast.LangByName(files[file].Lang)] }
		s := interproc.New(
			fam,
			ri,
			program,
			func(k resolve.FuncKey) *facts.Graph { return g.get(k, ri, program(k.File)) },
		)
		found, err := s.Try()
		if err != nil {
			out.partial = append(
				out.partial,
				Partial{r.rule.File, fmt.Sprintf("rule %s across files: %v", r.rule.ID, err)},
			)
		}
		if len(found) > maxPerRule {
			found, s.Bounded = found[:maxPerRule], true
		}
		if s.Bounded || fam.Exhausted {
			out.partial = append(
				out.partial,
				Partial{
					r.rule.File,
					fmt.Sprintf(
						"rule %s: a bound on the work across functions was reached; some flows may be missing",
						r.rule.ID,
					),
				},
			)
		}
		for _, x := range found {
			file, _ := s.Place(x)
			byFile[file] = append(byFile[file], reachOf{ri, x})
		}
	}
	t := &teller{pr: pr, at: at, files: files, lines: map[int32]*Lines{},
		hidden: map[int32]*secrets{}}
	for n, list := range byFile {
		out.findings[at[n]], out.unused[at[n]] = t.tell(n, list)
	}
}

// graphs makes the graphs of functions that no part of a rule is in, when they are asked for. They are the same for all
// rules that treat calls and operators alike.
type graphs struct {
	pr    *project
	at    []int
	files []*facts.File
	open  []*openFile // the last that were read
}

type openFile struct {
	file int32
	x    *index.Indexer
	f    *search.File
	hits map[int]*taint.Hits // by rule
}

// maxOpen bounds the trees that are kept for making graphs, in bytes of source.
const maxOpen = 1 << 20

// get is the graph of a function for a rule: made with the rule's facts, or now.
func (g *graphs) get(k resolve.FuncKey, ri int, p *search.Program) *facts.Graph {
	f := g.files[k.File]
	rf := f.Rules[ri]
	if rf != nil {
		if made := rf.Graphs[k.Func]; made != nil {
			return made
		}
	}
	options := optionsKey(p.Rule)
	if made, ok := f.Graphs[options][k.Func]; ok && rf != nil && rf.Plain[k.Func] {
		return made
	}
	o := g.file(k.File)
	if o == nil || int(k.Func) >= len(o.x.Facts.Functions) {
		return nil
	}
	if rf == nil {
		rf = &facts.Rule{Graphs: map[int32]*facts.Graph{}}
		if f.Rules == nil {
			f.Rules = map[int]*facts.Rule{}
		}
		f.Rules[ri] = rf
	}
	f.Grown = true
	defer func() { f.Refs = o.x.Facts.Refs }() // references are numbered as they are met
	if made := o.hitsOf(ri, p).Graph(p, o.x, o.f, k.Func, rf); made != nil {
		rf.Graphs[k.Func] = made
		return made
	}
	if rf.Plain == nil {
		rf.Plain = map[int32]bool{}
	}
	rf.Plain[k.Func] = true
	if made, ok := f.Graphs[options][k.Func]; ok {
		return made
	}
	made := taint.PlainGraph(p, o.x, o.f, k.Func)
	if f.Graphs == nil {
		f.Graphs = map[string]map[int32]*facts.Graph{}
	}
	if f.Graphs[options] == nil {
		f.Graphs[options] = map[int32]*facts.Graph{}
	}
	f.Graphs[options][k.Func] = made
	return made
}

// hitsOf is where the parts of a rule match in the file.
func (o *openFile) hitsOf(ri int, p *search.Program) *taint.Hits {
	if o.hits[ri] == nil {
		o.hits[ri] = taint.FindHits(p, o.f)
	}
	return o.hits[ri]
}

// optionsKey tells apart the options that change how values flow.
func optionsKey(r *rule.Rule) string {
	o := &r.Options
	return fmt.Sprint(
		o.TaintAssumeSafeFuncs,
		o.TaintAssumeSafeIndex,
		o.TaintAssumeSafeBools,
		o.TaintAssumeSafeNums,
		o.TaintAssumeSafeCmp,
		o.TaintOnlyAssignment,
		o.TaintBooleans,
		o.TaintNumbers,
		o.TaintComparisons,
		o.NoValues,
		o.NoGuards,
		r.GuardsPaths(),
		o.NoConstants,
		o.Symbolic,
	)
}

// file reads and indexes a file again.
func (g *graphs) file(n int32) *openFile {
	for i, o := range g.open {
		if o.file == n {
			g.open = append(append(g.open[:i], g.open[i+1:]...), o) // the last that was asked for is kept longest
			return o
		}
	}
	src := g.pr.read(g.at[n])
	if src == nil {
		return nil
	}
	facts := g.files[n]
	tree, err := search.ParseTree(ast.LangByName(facts.Lang), facts.Path, src, g.pr.e.opt.Limits)
	if err != nil {
		return nil
	}
	if s := g.pr.e.settings; s != nil {
		tree.Settings = s
	}
	x := index.File(tree)
	x.Adopt(facts)
	o := &openFile{n, x, search.NewFile(facts.Path, src, tree), map[int]*taint.Hits{}}
	g.open = append(g.open, o)
	size := 0
	for i := len(g.open) - 1; i >= 0; i-- {
		if size += len(g.open[i].f.Src); size > maxOpen && i < len(g.open)-1 {
			g.open = slices.Clone(g.open[i+1:])
			break
		}
	}
	return o
}

// goModules finds the modules of Go that files lie in: go.mod in the folders around them.
func (pr *project) goModules(at []int) map[string]string {
	out := map[string]string{}
	if pr.root == "" {
		return out
	}
	seen := map[string]bool{}
	for _, n := range at {
		for d := resolve.Folder(pr.facts[n].Path); !seen[d]; d = resolve.Folder(d) {
			seen[d] = true
			if mod := resolve.GoModule(filepath.Join(pr.root, filepath.FromSlash(d), "go.mod")); mod != "" {
				out[d] = mod
			}
		}
	}
	return out
}

// teller makes findings of what was reached.
type teller struct {
	pr    *project
	at    []int
	files []*facts.File
	lines map[int32]*Lines
	// what is to be hidden of each file that a finding shows
	hidden map[int32]*secrets
}

func (t *teller) secrets(n int32) *secrets {
	if s, ok := t.hidden[n]; ok {
		return s
	}
	s := t.pr.e.secrets(t.files[n].Path, t.source(n).src)
	t.hidden[n] = s
	return s
}

func (t *teller) source(n int32) *Lines {
	if l, ok := t.lines[n]; ok {
		return l
	}
	l := NewLines(t.pr.read(t.at[n]))
	t.lines[n] = l
	return l
}

// tell makes the findings of one file, and says which of its suppressions serve none of them.
func (t *teller) tell(n int32, list []reachOf) (out []Finding, unused []Unused) {
	l := t.source(n)
	f := search.NewFile(t.files[n].Path, l.src, nil)
	sup := suppressions(l.src, l)
	for _, x := range list {
		if !t.pr.e.many.room(t.pr.e.inter[x.rule].rule, 1) || len(out) >= maxPerFile {
			continue
		}
		fd := t.finding(f, l, x)
		fd.Suppressed = sup.covers(fd.Rule, fd.Location.Line)
		out = append(out, fd)
	}
	return out, sup.unused(f.Path)
}

func (t *teller) finding(f *search.File, l *Lines, x reachOf) Finding {
	p := t.pr.e.inter[x.rule].progs[ast.LangByName(t.files[x.File].Lang)]
	sink := &t.files[x.File].Rules[x.rule].Sinks[x.Sink]
	source := &t.files[x.From.File].Rules[x.rule].Sources[x.From.N]
	m := found{p: p}
	at := sink
	if p.Rule.Options.TaintFocusOn == "source" {
		at = source
	}
	m.Start, m.End, m.Node = at.Start, min(at.End, uint32(len(l.src))), ast.Nil
	m.Env = make(pattern.Env, len(p.Vars.Names))
	for _, env := range [][]facts.Binding{sink.Env, source.Env} {
		for _, b := range env {
			if int(b.Var) < len(m.Env) && m.Env[b.Var].Kind == pattern.Unbound {
				m.Env[b.Var] = pattern.Binding{
					Kind:  pattern.BindText,
					A:     ast.Nil,
					B:     ast.Nil,
					Start: b.Start,
					End:   b.End,
					Text:  b.Text,
				}
			}
		}
	}
	fd := m.tell(f, l)
	secret := secretRule(p.Rule)
	add := func(file int32, at facts.Span, text string) {
		fl := t.source(file)
		at.End = min(at.End, uint32(len(fl.src)))
		at.Start = min(at.Start, at.End)
		if text == "" {
			text = "is kept in " + string(fl.src[at.Start:at.End])
		}
		place := fl.location(t.files[file].Path, at.Start, at.End)
		text = t.secrets(file).hide(text)
		fd.Flow = append(fd.Flow, finding.Step{Location: place, Text: shown(text, secret)})
	}
	for _, w := range x.Trace.Steps(nil) {
		add(w.File, w.Place, w.Text)
	}
	add(x.File, facts.Span{Start: sink.Start, End: sink.End}, "and reaches this")
	for _, file := range []int32{x.File, x.From.File} {
		t.secrets(file).hideIn(&fd)
	}
	return fd
}

// stillUnused keeps the suppressions that served neither what was found within files nor what was found across them.
func stillUnused(a, b []Unused) (out []Unused) {
	for _, u := range a {
		for _, v := range b {
			if u.Location == v.Location {
				out = append(out, u)
				break
			}
		}
	}
	return out
}
