package code

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/finding"
)

// Rules with `options.interfile: true` follow taint from function to function, in one file and from file to file:
//
//	file      -> indexFile -> fileFacts   what it defines, imports and calls         (project_index.go, project_refs.go)
//	function  -> tracer    -> graph       how values flow through it                 (trace.go, trace_call.go, by way of flow)
//	fileFacts -> family                   what a name of another file stands for     (project_resolve.go, project_modules.go)
//	graphs    -> summaries -> []reach     what sources reach, through all functions  (summary.go, summary_run.go)
//
// Facts and graphs come from one file alone and are kept with its content; summaries are worked out anew in each run.
// A sink that is reached by several ways is one finding, at the sink, with the shortest of them.

// interRule is a rule that looks across files, with its program for each of its languages.
type interRule struct {
	rule  *rule.Rule
	progs map[*ast.Lang]*Program
}

// follows says whether a program looks across functions.
func (p *Program) follows() bool {
	return p.taint != nil && p.Rule.Options.Interfile && p.Lang != nil && projectLanguages[p.Lang.Name]
}

// addInter takes a program of a rule that looks across files.
func (e *Engine) addInter(p *Program) {
	if n := len(e.inter); n == 0 || e.inter[n-1].rule != p.Rule {
		e.inter = append(e.inter, &interRule{p.Rule, map[*ast.Lang]*Program{}})
	}
	e.inter[len(e.inter)-1].progs[p.Lang] = p
}

// hasInter says whether a rule that looks across files is for a language.
func (e *Engine) hasInter(l *ast.Lang) bool {
	for _, r := range e.inter {
		if r.progs[l] != nil {
			return true
		}
	}
	return false
}

// facts lists what rules that look across files need of a file.
func (e *Engine) facts(f *File, have map[string]struct{}) *fileFacts {
	x := indexFile(f.Tree)
	for i, r := range e.inter {
		if p := r.progs[f.Tree.Lang]; p != nil && p.anyPart(have) {
			if rf := p.trace(x, f); rf != nil {
				if x.f.rules == nil {
					x.f.rules = map[int]*ruleFacts{}
				}
				x.f.rules[i] = rf
			}
		}
	}
	return x.f
}

// across adds to the results of files what is found across functions and files. root is the folder of the files, "" for
// none; read gives a file's source. It returns what could not be looked at in full.
func (e *Engine) across(results []FileResult, root string, read func(int) []byte) []Partial {
	pr := &project{e: e, facts: make([]*fileFacts, len(results)), read: read, root: root}
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
			if r := &results[i]; r.facts != nil && r.facts.grown {
				r.facts.grown = false
				e.cache.keepFacts(r.key, r.facts.pack())
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
	f, err := unpack(r.Facts)
	r.facts = f
	return err == nil
}

// anyPart says whether a source, sink, sanitizer or propagator can match in a file with these words.
func (p *Program) anyPart(have map[string]struct{}) bool {
	for _, parts := range [][]taintPart{p.taint.sources, p.taint.sinks, p.taint.sanitizers} {
		for i := range parts {
			if needsOf(parts[i].match).met(have) {
				return true
			}
		}
	}
	for i := range p.taint.propagators {
		if needsOf(p.taint.propagators[i].match).met(have) {
			return true
		}
	}
	return false
}

// trace finds where a rule's parts match in a file and makes the graphs of the functions that they are in; nil where
// none does.
func (p *Program) trace(x *indexer, f *File) *ruleFacts {
	e := &evaluator{p: p, f: f}
	h := taintHits{sources: e.partHits(p.taint.sources), sinks: e.partHits(p.taint.sinks)}
	h.sanitizers = conflictFree(e.partHits(p.taint.sanitizers), h.sources, h.sinks)
	for i := range p.taint.propagators {
		for _, r := range e.eval(p.taint.propagators[i].match, nil) {
			h.propagators = append(h.propagators, hit{Range: r, part: &p.taint.propagators[i].taintPart, prop: &p.taint.propagators[i], index: int32(i)})
		}
	}
	if !p.applies(f.Path) {
		h.sources, h.sinks = nil, nil
	}
	rf := &ruleFacts{graphs: map[int32]*graph{}}
	rf.sources, rf.sinks = e.keepHits(h.sources), e.keepHits(h.sinks)
	for i := range x.f.units {
		u := &x.f.units[i]
		if u.body && (h.touch(u.start, u.end)) {
			rf.graphs[int32(i)] = p.graphOf(x, f, int32(i), h, rf)
		}
	}
	if len(rf.graphs) == 0 {
		return nil
	}
	return rf
}

// partHits finds where parts match; the number of a hit is that of its part.
func (e *evaluator) partHits(parts []taintPart) (out []hit) {
	for i := range parts {
		for _, r := range e.eval(parts[i].match, nil) {
			out = append(out, hit{Range: r, part: &parts[i], index: int32(i)})
		}
	}
	return out
}

// keepHits makes facts of sources or sinks and numbers them as such.
func (e *evaluator) keepHits(hits []hit) []hitFacts {
	out := make([]hitFacts, len(hits))
	for i := range hits {
		h := &hits[i]
		out[i] = hitFacts{start: h.Start, end: h.End, part: h.index}
		for v := range h.Env {
			if b := &h.Env[v]; b.Kind != pattern.Unbound {
				text := e.content(b)
				out[i].env = append(out[i].env, binding{int32(v), b.Start, b.End, string(text[:min(len(text), 500)])})
			}
		}
		h.index = int32(i)
	}
	return out
}

// touch says whether any part matches at a place, in it or around it.
func (h *taintHits) touch(start, end uint32) bool {
	for _, list := range [][]hit{h.sources, h.sinks, h.sanitizers, h.propagators} {
		for i := range list {
			if list[i].Start < end && start < list[i].End {
				return true
			}
		}
	}
	return false
}

// graphOf makes the graph of a function.
func (p *Program) graphOf(x *indexer, f *File, at int32, h taintHits, rf *ruleFacts) *graph {
	u := &x.f.units[at]
	fl := &flow{evaluator: &evaluator{p: p, f: f}, t: f.Tree, h: h, stash: map[*hit]marks{}, given: map[ast.ID]marks{}, budget: 100_000 + 60*int(u.end-u.start)}
	fl.tr = newTracer(x, at, rf)
	fl.scope(u.node)
	if fl.budget <= 0 || len(fl.tr.g.nodes) >= maxGraphNodes {
		f.Bounded = true
	}
	return fl.tr.g
}

// project is the files of one run, for working out what rules find across them.
type project struct {
	e     *Engine
	facts []*fileFacts
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
			l := familyOf(f.lang)
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

// found across files, by file of the group.
type reachOf struct {
	rule int
	reach
}

// group works out the rules of one language on its files.
func (pr *project) group(lang string, at []int, out *across) {
	var roots map[string]string
	if lang == "go" {
		roots = pr.goModules(at)
	}
	files := make([]*fileFacts, len(at))
	for i, n := range at {
		files[i] = pr.facts[n]
	}
	var fam *family
	g := &graphs{pr: pr, at: at, files: files}
	byFile := map[int32][]reachOf{}
	for ri, r := range pr.e.inter {
		sources, sinks := false, false
		for _, f := range files {
			if rf := f.rules[ri]; rf != nil {
				sources = sources || len(rf.sources) > 0
				sinks = sinks || len(rf.sinks) > 0
			}
		}
		if !sources || !sinks {
			continue
		}
		if fam == nil {
			fam = newFamily(lang, files, roots)
		}
		s := &summaries{family: fam, rule: ri}
		s.program = func(file int32) *Program { return r.progs[ast.LangByName(files[file].lang)] }
		s.graph = func(k unitKey) *graph { return g.get(k, ri, s.program(k.file)) }
		s.label("")
		for _, p := range r.progs {
			for i := range p.taint.propagators {
				s.relabels = s.relabels || p.taint.propagators[i].label != ""
			}
		}
		found, err := s.try()
		if err != nil {
			out.partial = append(out.partial, Partial{r.rule.File, fmt.Sprintf("rule %s across files: %v", r.rule.ID, err)})
		}
		if len(found) > maxPerRule {
			found, s.bounded = found[:maxPerRule], true
		}
		if s.bounded || fam.exhausted {
			out.partial = append(out.partial, Partial{r.rule.File, fmt.Sprintf("rule %s: a bound on the work across functions was reached; some flows may be missing", r.rule.ID)})
		}
		for _, x := range found {
			file, _ := s.place(x)
			byFile[file] = append(byFile[file], reachOf{ri, x})
		}
	}
	t := &teller{pr: pr, at: at, files: files, lines: map[int32]*lines{}}
	for n, list := range byFile {
		out.findings[at[n]], out.unused[at[n]] = t.tell(n, list)
	}
}

// try is run; what goes wrong within it is an error.
func (s *summaries) try() (found []reach, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, fmt.Errorf("internal error: %v", p)
		}
	}()
	return s.run(), nil
}

// graphs makes the graphs of functions that no part of a rule is in, when they are asked for. They are the same for all
// rules that treat calls and operators alike.
type graphs struct {
	pr    *project
	at    []int
	files []*fileFacts
	open  []openFile // the last that were read
}

type openFile struct {
	file int32
	x    *indexer
	f    *File
}

// maxOpen bounds the trees that are kept for making graphs.
const maxOpen = 12

func (g *graphs) get(k unitKey, ri int, p *Program) *graph {
	if rf := g.files[k.file].rules[ri]; rf != nil {
		if made := rf.graphs[k.unit]; made != nil {
			return made
		}
	}
	f := g.files[k.file]
	options := optionsKey(&p.Rule.Options)
	if made, ok := f.made[options][k.unit]; ok {
		return made
	}
	o := g.file(k.file)
	if o == nil || int(k.unit) >= len(o.x.f.units) {
		return nil
	}
	made := p.graphOf(o.x, o.f, k.unit, taintHits{}, &ruleFacts{})
	f.refs = o.x.f.refs // references are numbered as they are met
	if f.made == nil {
		f.made = map[string]map[int32]*graph{}
	}
	if f.made[options] == nil {
		f.made[options] = map[int32]*graph{}
	}
	f.made[options][k.unit], f.grown = made, true
	return made
}

// optionsKey tells apart the options that change how values flow.
func optionsKey(o *rule.Options) string {
	return fmt.Sprint(o.TaintAssumeSafeFuncs, o.TaintAssumeSafeIndex, o.TaintAssumeSafeBools, o.TaintAssumeSafeNums, o.TaintAssumeSafeCmp, o.TaintOnlyAssignment, o.NoConstants, o.Symbolic)
}

// file reads and indexes a file again.
func (g *graphs) file(n int32) *openFile {
	for i := range g.open {
		if g.open[i].file == n {
			return &g.open[i]
		}
	}
	src := g.pr.read(g.at[n])
	if src == nil {
		return nil
	}
	facts := g.files[n]
	tree, err := parseTree(ast.LangByName(facts.lang), facts.rel, src, g.pr.e.opt.Limits)
	if err != nil {
		return nil
	}
	x := indexFile(tree)
	x.adopt(facts)
	if len(g.open) >= maxOpen {
		g.open = g.open[1:]
	}
	g.open = append(g.open, openFile{n, x, NewFile(facts.rel, src, tree)})
	return &g.open[len(g.open)-1]
}

// adopt goes on with the references of facts that were made of the same source.
func (x *indexer) adopt(f *fileFacts) {
	x.f.refs = f.refs
	x.known = make(map[ref]int32, len(f.refs))
	for i, r := range f.refs {
		x.known[r] = int32(i)
	}
}

// goModules finds the modules of Go that files lie in: go.mod in the folders around them.
func (pr *project) goModules(at []int) map[string]string {
	out := map[string]string{}
	if pr.root == "" {
		return out
	}
	seen := map[string]bool{}
	for _, n := range at {
		for d := folder(pr.facts[n].rel); !seen[d]; d = folder(d) {
			seen[d] = true
			if mod := goModule(filepath.Join(pr.root, filepath.FromSlash(d), "go.mod")); mod != "" {
				out[d] = mod
			}
		}
	}
	return out
}

// goModule is the module path that a go.mod names, "" without one.
func goModule(path string) string {
	if st, err := os.Lstat(path); err != nil || !st.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(b), "\n") {
		if w := strings.Fields(line); len(w) >= 2 && w[0] == "module" {
			return strings.Trim(w[1], `"`)
		}
	}
	return ""
}

// teller makes findings of what was reached.
type teller struct {
	pr    *project
	at    []int
	files []*fileFacts
	lines map[int32]*lines
}

func (t *teller) source(n int32) *lines {
	if l, ok := t.lines[n]; ok {
		return l
	}
	l := newLines(t.pr.read(t.at[n]))
	t.lines[n] = l
	return l
}

// tell makes the findings of one file, and says which of its suppressions serve none of them.
func (t *teller) tell(n int32, list []reachOf) (out []Finding, unused []Unused) {
	l := t.source(n)
	f := NewFile(t.files[n].rel, l.src, nil)
	sup := suppressions(l.src, l)
	for _, x := range list {
		if !t.pr.e.many.room(t.pr.e.inter[x.rule].rule, 1) || len(out) >= maxPerFile {
			continue
		}
		fd := t.finding(f, l, x)
		fd.Suppressed = sup.covers(fd.Rule, fd.Location.Line, fd.Location.EndLine)
		out = append(out, fd)
	}
	return out, sup.unused(f.Path)
}

func (t *teller) finding(f *File, l *lines, x reachOf) Finding {
	p := t.pr.e.inter[x.rule].progs[ast.LangByName(t.files[x.file].lang)]
	sink := &t.files[x.file].rules[x.rule].sinks[x.sink]
	source := &t.files[x.from.file].rules[x.rule].sources[x.from.n]
	m := found{p: p}
	at := sink
	if p.Rule.Options.TaintFocusOn == "source" {
		at = source
	}
	m.Start, m.End, m.Node = at.start, min(at.end, uint32(len(l.src))), ast.Nil
	m.Env = make(pattern.Env, len(p.vars.Names))
	for _, env := range [][]binding{sink.env, source.env} {
		for _, b := range env {
			if int(b.v) < len(m.Env) && m.Env[b.v].Kind == pattern.Unbound {
				m.Env[b.v] = pattern.Binding{Kind: pattern.BindText, A: ast.Nil, B: ast.Nil, Start: b.start, End: b.end, Text: b.text}
			}
		}
	}
	fd := m.tell(f, l)
	secret := secretRule(p.Rule)
	add := func(file int32, at span, text string) {
		fl := t.source(file)
		at.end = min(at.end, uint32(len(fl.src)))
		at.start = min(at.start, at.end)
		if text == "" {
			text = "is kept in " + string(fl.src[at.start:at.end])
		}
		if secret {
			text = mask(text)
		}
		fd.Flow = append(fd.Flow, finding.Step{Location: fl.location(t.files[file].rel, at.start, at.end), Text: text})
	}
	for _, w := range x.way.stations(nil) {
		add(w.file, w.place, w.text)
	}
	add(x.file, span{sink.start, sink.end}, "and reaches this")
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
