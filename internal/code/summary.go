package code

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Taint between functions. Each function has a graph of how values flow through it (trace.go). A function is run on a
// context: which of its parameters have which labels. What comes out is its summary for that context: the taint of what
// it returns and leaves in its arguments, and the sinks that are reached. Callers put their own taint in the place of
// the parameters'. Summaries are kept by context, so a function that is called from a hundred places with the same
// labels is run once.

// fact is one taint of a value: a label, where it began, and the way that it took.
type fact struct {
	label int8
	from  origin
	way   *step
}

// origin is where a taint began, seen from the function that is run: a source, or a parameter of its own.
type origin struct {
	source  bool
	file, n int32 // of a source: its number in its file. Of a parameter: n
	part    string
}

// step is a station on a way, the last first. Where within is not nil it stands for a whole way: the one through a callee.
type step struct {
	file   int32
	place  span
	text   string // "" for a variable that keeps the value
	before *step
	within *step
	n      int // stations up to here
}

// Bounds on one way: the stations that are told, and those that are kept.
const (
	maxWay  = 40
	maxKept = 400
)

func (s *step) add(file int32, place span, text string) *step {
	if s == nil {
		return &step{file: file, place: place, text: text, n: 1}
	}
	if s.n >= maxKept || s.within == nil && s.file == file && s.place == place {
		return s
	}
	return &step{file: file, place: place, text: text, before: s, n: s.n + 1}
}

// through is the way s, gone on with the way t.
func (s *step) through(t *step) *step {
	if t == nil || s == nil || s.n+t.n > maxKept {
		return s
	}
	return &step{before: s, within: t, n: s.n + t.n}
}

// stations lists a way from its beginning.
func (s *step) stations(out []*step) []*step {
	if s == nil || len(out) >= maxWay {
		return out
	}
	out = s.before.stations(out)
	switch {
	case len(out) >= maxWay:
	case s.within != nil:
		out = s.within.stations(out)
	default:
		if n := len(out); n == 0 || out[n-1].file != s.file || out[n-1].place != s.place {
			out = append(out, s)
		}
	}
	return out
}

type facts []fact

const maxFacts = 40

func (a facts) with(f fact) facts {
	for i := range a {
		if a[i].label == f.label && a[i].from == f.from {
			return a
		}
	}
	if len(a) >= maxFacts {
		return a
	}
	return append(a[:len(a):len(a)], f)
}

func (a facts) union(b facts) facts {
	for _, f := range b {
		a = a.with(f)
	}
	return a
}

func (a facts) mask() (m uint64) {
	for i := range a {
		m |= 1 << a[i].label
	}
	return m
}

// held is the taint of a value. A part that is known has its own, the others that of the whole.
type held struct {
	whole facts
	parts map[string]facts
}

// part is the taint of a part; of one that is not known it may be that of any.
func (v *held) part(s string) facts {
	if s == anyPart {
		return v.all()
	}
	return v.one(s)
}

// all is the taint of the value and of all its parts.
func (v *held) all() facts {
	out := v.whole
	for _, k := range v.names() {
		out = out.union(v.parts[k])
	}
	return out
}

func (v *held) names() []string {
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

func (v *held) empty() bool {
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

// size tells whether a value has grown.
func (v *held) size() int {
	n := len(v.whole)
	for _, p := range v.parts {
		n += len(p) + 1
	}
	return n
}

const maxParts = 40

// join adds another value. A part that only one of them knows has in the other the taint of the whole.
func (v *held) join(o held) {
	switch {
	case o.none():
		return
	case v.none():
		v.whole, v.parts = o.whole, o.parts
		return
	case len(o.parts) > 0 || len(v.parts) > 0:
		parts := make(map[string]facts, len(v.parts)+len(o.parts))
		for _, w := range []*held{v, &o} {
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

// none says whether nothing at all is known of a value.
func (v *held) none() bool { return len(v.whole) == 0 && len(v.parts) == 0 }

// tidy forgets parts that are known to be clean where the whole is clean too. The parts must not be shared.
func (v *held) tidy() {
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
func (v *held) one(s string) facts {
	if p, ok := v.parts[s]; ok {
		return p
	}
	if s == anyPart {
		return nil
	}
	return v.whole
}

// each makes a value of the same shape from changed facts.
func (v *held) each(change func(fact) facts) held {
	out := held{}
	if v.none() {
		return out
	}
	for _, f := range v.whole {
		out.whole = out.whole.union(change(f))
	}
	if len(v.parts) > 0 {
		out.parts = make(map[string]facts, len(v.parts))
		for k, p := range v.parts {
			var fs facts
			for _, f := range p {
				fs = fs.union(change(f))
			}
			out.parts[k] = fs
		}
		out.tidy()
	}
	return out
}

// reach is a sink that a taint reaches.
type reach struct {
	file, sink int32
	fact
}

// summary is what comes out of a function in one context.
type summary struct {
	key     unitKey
	ret     held
	outs    map[int32]held // by parameter
	reaches []reach        // of taint that came by parameters
	found   []reach        // of taint that began in sources
	calls   []*summary     // that it was worked out with
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
	fns    map[int32]unitKey           // parameters that are functions
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
		keys = append(keys, fmt.Sprintf("%d()=%d:%d", p, u.file, u.unit))
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

// summaries works out one rule on the files of one language.
type summaries struct {
	*family
	rule     int                  // number of the rule among those that look across files
	program  func(int32) *Program // for a file
	graph    func(unitKey) *graph
	labels   []string
	memo     map[unitKey]map[string]*summary
	sourcing map[unitKey]bool // may give taint of a source though nothing tainted is given to it
	cells    map[cell]facts   // fields of classes, variables of files
	grown    map[cell]bool
	runs     int
	nodes    int
	depth    int
	bounded  bool
	queue    []*summary // to be worked out again
	began    time.Time
	relabels bool // propagators change labels
}

// cell is a place that outlives functions: a field of a class, or a variable of a file (class -1).
type cell struct {
	file, class int32
	name        string
}

// label numbers a label.
func (s *summaries) label(l string) int8 {
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

func (s *summaries) holds(req labels, mask uint64) bool {
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
func (s *summaries) run() []reach {
	s.began = time.Now()
	callers := s.callers()
	var start []unitKey
	for fi, f := range s.files {
		rf := f.rules[s.rule]
		if rf == nil {
			continue
		}
		for ui, g := range rf.graphs {
			for i := range g.nodes {
				if g.nodes[i].kind == nodeSource {
					start = append(start, unitKey{int32(fi), ui})
					break
				}
			}
		}
	}
	sort.Slice(start, func(i, j int) bool { return start[i].less(start[j]) })
	s.sourcing = map[unitKey]bool{}
	for queue := append([]unitKey(nil), start...); len(queue) > 0; queue = queue[1:] {
		if k := queue[0]; !s.sourcing[k] {
			s.sourcing[k] = true
			queue = append(queue, callers[k]...)
		}
	}
	s.cells = map[cell]facts{}
	var roots []*summary
	for range 3 { // what functions leave in fields and variables others read
		s.memo, s.grown = map[unitKey]map[string]*summary{}, map[cell]bool{}
		roots = s.from(start, callers)
		if len(s.grown) == 0 || s.bounded {
			break
		}
		start = s.readers(start)
	}
	return s.report(roots)
}

// from runs functions without anything given to them, and those that call one which gives taint back.
func (s *summaries) from(start []unitKey, callers map[unitKey][]unitKey) (roots []*summary) {
	seen := map[unitKey]bool{}
	for queue := append([]unitKey(nil), start...); len(queue) > 0; queue = queue[1:] {
		k := queue[0]
		if seen[k] {
			continue
		}
		seen[k] = true
		sum := s.summary(k, &entry{}, nil)
		s.settle()
		if u := &s.files[k.file].units[k.unit]; !u.lambda || u.class >= 0 {
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
func (s *summaries) readers(start []unitKey) []unitKey {
	have := map[unitKey]bool{}
	for _, k := range start {
		have[k] = true
	}
	var cells []cell
	for c := range s.cells {
		cells = append(cells, c)
	}
	sort.Slice(cells, func(i, j int) bool { return fmt.Sprint(cells[i]) < fmt.Sprint(cells[j]) })
	for _, c := range cells {
		for ui := range s.files[c.file].units {
			u := &s.files[c.file].units[ui]
			if k := (unitKey{c.file, int32(ui)}); !have[k] && (c.class < 0 || u.class == c.class) {
				have[k] = true
				s.sourcing[k] = true
				start = append(start, k)
			}
		}
	}
	return start
}

// report takes the sinks that were reached in the functions that roots run.
func (s *summaries) report(roots []*summary) []reach {
	best := map[[3]int32]reach{}
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
			file, h := s.place(r)
			key := [3]int32{file, int32(h.start), int32(h.end)}
			if old, ok := best[key]; !ok || s.shorter(r, old) {
				best[key] = r
			}
		}
	}
	out := make([]reach, 0, len(best))
	for _, r := range best {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool {
		f, a := s.place(out[i])
		g, b := s.place(out[j])
		if f != g {
			return f < g
		}
		if a.start != b.start {
			return a.start < b.start
		}
		return a.end < b.end
	})
	return out
}

// place is the file and the hit that a finding stands at: the sink, or the source where the rule asks for it.
func (s *summaries) place(r reach) (int32, *hitFacts) {
	if s.program(r.file).Rule.Options.TaintFocusOn == "source" {
		return r.from.file, &s.files[r.from.file].rules[s.rule].sources[r.from.n]
	}
	return r.file, &s.files[r.file].rules[s.rule].sinks[r.sink]
}

// shorter orders ways to one sink: fewer stations first, then by the place of the source.
func (s *summaries) shorter(a, b reach) bool {
	la, lb := 0, 0
	if a.way != nil {
		la = a.way.n
	}
	if b.way != nil {
		lb = b.way.n
	}
	if la != lb {
		return la < lb
	}
	if a.from.file != b.from.file {
		return a.from.file < b.from.file
	}
	if a.from.n != b.from.n {
		return a.from.n < b.from.n
	}
	return a.sink < b.sink
}
