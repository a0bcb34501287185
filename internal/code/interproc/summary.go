// Package interproc works out what sources reach through all functions of a program. Each function has a graph of how
// values flow through it (code/taint). A function is run on a context: which of its parameters have which labels. What
// comes out is its summary for that context: the taint of what it returns and leaves in its arguments, and the sinks
// that are reached. Callers put their own taint in the place of the parameters'. Summaries are kept by context, so a
// function that is called from a hundred places with the same labels is run once.
package interproc

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/resolve"
	"github.com/drydock/drydock/internal/code/search"
)

// Taint is one taint of a value: a label, where it began, and the way that it took.
type Taint struct {
	label int8
	From  Origin
	Trace *TraceStep
}

// Origin is where a taint began, seen from the function that is run: a source, or a parameter of its own.
type Origin struct {
	source  bool
	File, N int32 // of a source: its number in its file. Of a parameter: n
	part    string
}

// TraceStep is a station on a way, the last first. Where within is not nil it stands for a whole way: the one through a
// callee.
type TraceStep struct {
	File   int32
	Place  facts.Span
	Text   string // "" for a variable that keeps the value
	before *TraceStep
	within *TraceStep
	n      int // stations up to here
}

// Bounds on one way: the stations that are told, and those that are kept.
const (
	maxTrace = 40
	maxKept  = 400
)

func (s *TraceStep) add(file int32, place facts.Span, text string) *TraceStep {
	if s == nil {
		return &TraceStep{File: file, Place: place, Text: text, n: 1}
	}
	if s.n >= maxKept || s.within == nil && s.File == file && s.Place == place {
		return s
	}
	return &TraceStep{File: file, Place: place, Text: text, before: s, n: s.n + 1}
}

// through is the way s, gone on with the way t.
func (s *TraceStep) through(t *TraceStep) *TraceStep {
	if t == nil || s == nil || s.n+t.n > maxKept {
		return s
	}
	return &TraceStep{before: s, within: t, n: s.n + t.n}
}

// Steps lists a way from its beginning.
func (s *TraceStep) Steps(out []*TraceStep) []*TraceStep {
	if s == nil || len(out) >= maxTrace {
		return out
	}
	out = s.before.Steps(out)
	switch {
	case len(out) >= maxTrace:
	case s.within != nil:
		out = s.within.Steps(out)
	default:
		if n := len(out); n == 0 || out[n-1].File != s.File || out[n-1].Place != s.Place {
			out = append(out, s)
		}
	}
	return out
}

type taintSet []Taint

const maxFacts = 40

func (a taintSet) with(f Taint) taintSet {
	for i := range a {
		if a[i].label == f.label && a[i].From == f.From {
			return a
		}
	}
	if len(a) >= maxFacts {
		return a
	}
	return append(a[:len(a):len(a)], f)
}

func (a taintSet) union(b taintSet) taintSet {
	for _, f := range b {
		a = a.with(f)
	}
	return a
}

func (a taintSet) mask() (m uint64) {
	for i := range a {
		m |= 1 << a[i].label
	}
	return m
}

// abstractValue is the taint of a value. A part that is known has its own, the others that of the whole.
type abstractValue struct {
	whole taintSet
	parts map[string]taintSet
}

// part is the taint of a part; of one that is not known it may be that of any.
func (v *abstractValue) part(s string) taintSet {
	if s == facts.AnyPart {
		return v.all()
	}
	return v.one(s)
}

// all is the taint of the value and of all its parts.
func (v *abstractValue) all() taintSet {
	out := v.whole
	for _, k := range v.names() {
		out = out.union(v.parts[k])
	}
	return out
}

func (v *abstractValue) names() []string {
	if len(v.parts) == 0 {
		return nil
	}
	out := make([]string, 0, len(v.parts))
	for k := range v.parts {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func (v *abstractValue) empty() bool {
	if len(v.whole) > 0 {
		return false
	}
	for _, p := range v.parts {
		if len(p) > 0 {
			return false
		}
	}
	return true
}

// size reports whether a value has grown.
func (v *abstractValue) size() int {
	n := len(v.whole)
	for _, p := range v.parts {
		n += len(p) + 1
	}
	return n
}

const maxParts = 40

// join adds another value. A part that only one of them knows has in the other the taint of the whole.
func (v *abstractValue) join(o abstractValue) {
	switch {
	case o.none():
		return
	case v.none():
		v.whole, v.parts = o.whole, o.parts
		return
	case len(o.parts) > 0 || len(v.parts) > 0:
		parts := make(map[string]taintSet, len(v.parts)+len(o.parts))
		for _, w := range []*abstractValue{v, &o} {
			for _, k := range w.names() {
				if _, ok := parts[k]; !ok && len(parts) < maxParts {
					parts[k] = v.one(k).union(o.one(k))
				}
			}
		}
		v.parts = parts
	}
	v.whole = v.whole.union(o.whole)
	v.tidy()
}

// none reports whether nothing at all is known of a value.
func (v *abstractValue) none() bool { return len(v.whole) == 0 && len(v.parts) == 0 }

// tidy forgets parts that are known to be clean where the whole is clean too. The parts must not be shared.
func (v *abstractValue) tidy() {
	if len(v.whole) > 0 {
		return
	}
	for k, p := range v.parts {
		if len(p) == 0 {
			delete(v.parts, k)
		}
	}
	if len(v.parts) == 0 {
		v.parts = nil
	}
}

// one is the taint of a part by its name.
func (v *abstractValue) one(s string) taintSet {
	if p, ok := v.parts[s]; ok {
		return p
	}
	if s == facts.AnyPart {
		return nil
	}
	if of, _, ok := strings.Cut(s, facts.PartOf); ok {
		return v.one(of)
	}
	return v.whole
}

// field is a part with the parts that are known of it.
func (v *abstractValue) field(s string) abstractValue {
	out := abstractValue{whole: v.part(s)}
	for _, k := range v.names() {
		if inner, ok := strings.CutPrefix(k, s+facts.PartOf); ok {
			if out.parts == nil {
				out.parts = map[string]taintSet{}
			}
			out.parts[inner] = v.parts[k]
		}
	}
	out.tidy()
	return out
}

// each makes a value of the same shape from changed facts.
func (v *abstractValue) each(change func(Taint) taintSet) abstractValue {
	out := abstractValue{}
	if v.none() {
		return out
	}
	for _, f := range v.whole {
		out.whole = out.whole.union(change(f))
	}
	if len(v.parts) > 0 {
		out.parts = make(map[string]taintSet, len(v.parts))
		for k, p := range v.parts {
			var fs taintSet
			for _, f := range p {
				fs = fs.union(change(f))
			}
			out.parts[k] = fs
		}
		out.tidy()
	}
	return out
}

// Reach is a sink that a taint reaches.
type Reach struct {
	File, Sink int32
	Taint
}

// summary is what comes out of a function in one context.
type summary struct {
	key     resolve.FuncKey
	ret     abstractValue
	outs    map[int32]abstractValue // by parameter
	reaches []Reach                 // of taint that came by parameters
	found   []Reach                 // of taint that began in sources
	calls   []*summary              // that it was worked out with
	ctx     *entry
	users   []*summary // that were worked out with it
	known   map[*summary]bool
	busy    bool
	queued  bool
	again   bool // something that it uses has grown while it was worked out
}

func (s *summary) size() int {
	n := s.ret.size() + len(s.reaches) + len(s.found)
	for _, v := range s.outs {
		n += v.size()
	}
	return n
}

// entry is what is known of a function's parameters.
type entry struct {
	params map[int32]map[string]uint64 // labels by parameter and part; "" is the whole
	fns    map[int32]resolve.FuncKey   // parameters that are functions
	whole  bool                        // parts are not told apart
}

func (c *entry) String() string {
	var keys []string
	for p, parts := range c.params {
		for k, m := range parts {
			keys = append(keys, fmt.Sprintf("%d.%s=%x", p, k, m))
		}
	}
	for p, u := range c.fns {
		keys = append(keys, fmt.Sprintf("%d()=%d:%d", p, u.File, u.Func))
	}
	if c.whole {
		keys = append(keys, "whole")
	}
	sort.Strings(keys)
	return strings.Join(keys, ";")
}

// coarse is the entry without parts: a parameter has what any part of it has.
func (c *entry) coarse() *entry {
	out := &entry{params: map[int32]map[string]uint64{}, whole: true}
	for p, parts := range c.params {
		var all uint64
		for _, m := range parts {
			all |= m
		}
		out.params[p] = map[string]uint64{"": all}
	}
	return out
}

// Bounds on the work for one rule.
const (
	maxCallDepth = 200
	maxRuns      = 50_000     // functions run
	maxRunNodes  = 30_000_000 // nodes of graphs
	maxContexts  = 16         // of one function with parts told apart
	maxCoarse    = 32         // of one function in all
	maxReaches   = 200        // of one function
	maxRuleTime  = 20 * time.Second
)

// Summaries works out one rule on the files of one language.
type Summaries struct {
	*resolve.Program
	rule     int                         // number of the rule among those that look across files
	compiled func(int32) *search.Program // for a file
	graph    func(resolve.FuncKey) *facts.Graph
	labels   []string
	memo     map[resolve.FuncKey]map[string]*summary
	sourcing map[resolve.FuncKey]bool // may give taint of a source though nothing tainted is given to it
	cells    map[heapCell]taintSet    // fields of classes, variables of files
	grown    map[heapCell]bool
	runs     int
	nodes    int
	depth    int
	Bounded  bool
	queue    []*summary // to be worked out again
	began    time.Time
	relabels bool // propagators change labels
}

// New prepares a rule, by its number among those that look across files, for the files of one language. program
// gives the rule compiled for a file, graph that of a function.
func New(
	fam *resolve.Program,
	rule int,
	program func(int32) *search.Program,
	graph func(resolve.FuncKey) *facts.Graph,
) *Summaries {
	s := &Summaries{Program: fam, rule: rule, compiled: program, graph: graph}
	s.label("")
	seen := map[*search.Program]bool{}
	for i := range fam.Files {
		p := program(int32(i))
		if p == nil || seen[p] {
			continue
		}
		seen[p] = true
		for j := range p.Taint.Propagators {
			s.relabels = s.relabels || p.Taint.Propagators[j].Label != ""
		}
	}
	return s
}

// heapCell is a place that outlives functions: a field of a class, or a variable of a file (class -1).
type heapCell struct {
	file, class int32
	name        string
}

// label numbers a label.
func (s *Summaries) label(l string) int8 {
	if l == "" {
		l = "__SOURCE__"
	}
	for i := range s.labels {
		if s.labels[i] == l {
			return int8(i)
		}
	}
	if len(s.labels) >= 60 {
		return 0
	}
	s.labels = append(s.labels, l)
	return int8(len(s.labels) - 1)
}

func (s *Summaries) holds(req search.Labels, mask uint64) bool {
	return req(func(l string) bool {
		for i := range s.labels {
			if s.labels[i] == l {
				return mask>>i&1 == 1
			}
		}
		return false
	})
}

// run works out all that sources reach. It returns the sinks by file and place, each with the shortest way.
func (s *Summaries) run() []Reach {
	s.began = time.Now()
	callers := s.Callers()
	var start []resolve.FuncKey
	for fi, f := range s.Files {
		rf := f.Rules[s.rule]
		if rf == nil {
			continue
		}
		for ui, g := range rf.Graphs {
			for i := range g.Nodes {
				if g.Nodes[i].Kind == facts.NodeSource {
					start = append(start, resolve.FuncKey{File: int32(fi), Func: ui})
					break
				}
			}
		}
	}
	sort.Slice(start, func(i, j int) bool { return start[i].Less(start[j]) })
	s.sourcing = map[resolve.FuncKey]bool{}
	for queue := append([]resolve.FuncKey(nil), start...); len(queue) > 0; queue = queue[1:] {
		if k := queue[0]; !s.sourcing[k] {
			s.sourcing[k] = true
			queue = append(queue, callers[k]...)
		}
	}
	s.cells = map[heapCell]taintSet{}
	var roots []*summary
	for range 3 { // what functions leave in fields and variables others read
		s.memo, s.grown = map[resolve.FuncKey]map[string]*summary{}, map[heapCell]bool{}
		roots = s.from(start, callers)
		if len(s.grown) == 0 || s.Bounded {
			break
		}
		start = s.readers(start)
	}
	return s.report(roots)
}

// from runs functions without anything given to them, and those that call one which gives taint back.
func (s *Summaries) from(start []resolve.FuncKey, callers map[resolve.FuncKey][]resolve.FuncKey) (roots []*summary) {
	seen := map[resolve.FuncKey]bool{}
	for queue := append([]resolve.FuncKey(nil), start...); len(queue) > 0; queue = queue[1:] {
		k := queue[0]
		if seen[k] {
			continue
		}
		seen[k] = true
		sum := s.summary(k, &entry{}, nil)
		s.settle()
		if u := &s.Files[k.File].Functions[k.Func]; !u.Lambda || u.Class >= 0 {
			roots = append(roots, sum)
		}
		gives := !sum.ret.empty()
		for _, v := range sum.outs {
			gives = gives || !v.empty()
		}
		if gives {
			queue = append(queue, callers[k]...)
		}
	}
	return roots
}

// readers adds to the functions to begin with those that may read a field or variable that has taint.
func (s *Summaries) readers(start []resolve.FuncKey) []resolve.FuncKey {
	have := map[resolve.FuncKey]bool{}
	for _, k := range start {
		have[k] = true
	}
	var cells []heapCell
	for c := range s.cells {
		cells = append(cells, c)
	}
	sort.Slice(cells, func(i, j int) bool { return fmt.Sprint(cells[i]) < fmt.Sprint(cells[j]) })
	for _, c := range cells {
		for ui := range s.Files[c.file].Functions {
			u := &s.Files[c.file].Functions[ui]
			if k := (resolve.FuncKey{File: c.file, Func: int32(ui)}); !have[k] && (c.class < 0 || u.Class == c.class) {
				have[k] = true
				s.sourcing[k] = true
				start = append(start, k)
			}
		}
	}
	return start
}

// report takes the sinks that were reached in the functions that roots run.
func (s *Summaries) report(roots []*summary) []Reach {
	best := map[[3]int32]Reach{}
	seen := map[*summary]bool{}
	for stack := roots; len(stack) > 0; {
		sum := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[sum] {
			continue
		}
		seen[sum] = true
		stack = append(stack, sum.calls...)
		for _, r := range sum.found {
			file, h := s.Place(r)
			key := [3]int32{file, int32(h.Start), int32(h.End)}
			if old, ok := best[key]; !ok || s.shorter(r, old) {
				best[key] = r
			}
		}
	}
	out := make([]Reach, 0, len(best))
	for _, r := range best {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool {
		f, a := s.Place(out[i])
		g, b := s.Place(out[j])
		if f != g {
			return f < g
		}
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		return a.End < b.End
	})
	return out
}

// Place is the file and the hit that a finding stands at: the sink, or the source where the rule asks for it.
func (s *Summaries) Place(r Reach) (int32, *facts.Hit) {
	if s.compiled(r.File).Rule.Options.TaintFocusOn == "source" {
		return r.From.File, &s.Files[r.From.File].Rules[s.rule].Sources[r.From.N]
	}
	return r.File, &s.Files[r.File].Rules[s.rule].Sinks[r.Sink]
}

// shorter orders ways to one sink: fewer stations first, then by the place of the source.
func (s *Summaries) shorter(a, b Reach) bool {
	la, lb := 0, 0
	if a.Trace != nil {
		la = a.Trace.n
	}
	if b.Trace != nil {
		lb = b.Trace.n
	}
	if la != lb {
		return la < lb
	}
	if a.From.File != b.From.File {
		return a.From.File < b.From.File
	}
	if a.From.N != b.From.N {
		return a.From.N < b.From.N
	}
	return a.Sink < b.Sink
}
