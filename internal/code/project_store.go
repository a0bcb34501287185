package code

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Facts are kept with a file's results as bytes: numbers of variable length, each string once. What is read back may be
// of anybody's making, as any file on disk; it is checked so far that no number leads out of its list.

// factsVersion is the first number of what is kept.
const factsVersion = 1

var errFacts = errors.New("facts that cannot be read")

type packer struct {
	b    []byte
	strs map[string]int
}

func (w *packer) num(n int64) { w.b = binary.AppendVarint(w.b, n) }
func (w *packer) n32(n int32) { w.num(int64(n)) }
func (w *packer) size(n int)  { w.num(int64(n)) }
func (w *packer) at(s span)   { w.num(int64(s.start)); w.num(int64(s.end)) }
func (w *packer) bits(b ...bool) {
	n := int64(0)
	for i, x := range b {
		if x {
			n |= 1 << i
		}
	}
	w.num(n)
}

func (w *packer) str(s string) {
	if i, ok := w.strs[s]; ok {
		w.size(i + 1)
		return
	}
	w.strs[s] = len(w.strs)
	w.size(0)
	w.size(len(s))
	w.b = append(w.b, s...)
}

func (w *packer) ints(list []int32) {
	w.size(len(list))
	for _, n := range list {
		w.n32(n)
	}
}

func sortedKeys[K int32 | int | string, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (w *packer) named(m map[string]int32) {
	w.size(len(m))
	for _, k := range sortedKeys(m) {
		w.str(k)
		w.n32(m[k])
	}
}

// pack writes a file's facts.
func (f *fileFacts) pack() []byte {
	w := &packer{strs: map[string]int{}}
	w.size(factsVersion)
	w.str(f.rel)
	w.str(f.lang)
	w.str(f.pkg)
	w.size(len(f.refs))
	for _, r := range f.refs {
		w.size(int(r.kind))
		w.n32(r.a)
		w.str(r.s)
	}
	w.size(len(f.units))
	for i := range f.units {
		w.unit(&f.units[i])
	}
	w.size(len(f.classes))
	for i := range f.classes {
		c := &f.classes[i]
		w.str(c.name)
		w.ints(c.bases)
		w.size(len(c.methods))
		for _, k := range sortedKeys(c.methods) {
			w.str(k)
			w.ints(c.methods[k])
		}
		w.named(c.fields)
		w.bits(c.abstract)
	}
	w.named(f.globals)
	w.named(f.exports)
	w.ints(f.wild)
	w.size(len(f.rules))
	for _, k := range sortedKeys(f.rules) {
		w.size(k)
		w.rule(f.rules[k])
	}
	w.size(len(f.made))
	for _, k := range sortedKeys(f.made) {
		w.str(k)
		w.graphs(f.made[k])
	}
	return w.b
}

func (w *packer) unit(u *unit) {
	w.str(u.name)
	w.n32(u.class)
	w.n32(u.node)
	w.at(span{u.start, u.end})
	w.size(len(u.params))
	for _, p := range u.params {
		w.str(p.name)
		w.size(int(p.kind))
	}
	w.bits(u.static, u.body, u.lambda)
	w.n32(u.ret)
	w.n32(u.gives)
	w.ints(u.calls)
}

func (w *packer) rule(r *ruleFacts) {
	for _, list := range [][]hitFacts{r.sources, r.sinks} {
		w.size(len(list))
		for _, h := range list {
			w.at(span{h.start, h.end})
			w.n32(h.part)
			w.size(len(h.env))
			for _, b := range h.env {
				w.n32(b.v)
				w.at(span{b.start, b.end})
				w.str(b.text)
			}
		}
	}
	w.graphs(r.graphs)
}

func (w *packer) graphs(m map[int32]*graph) {
	w.size(len(m))
	for _, k := range sortedKeys(m) {
		w.n32(k)
		w.graph(m[k])
	}
}

func (w *packer) graph(g *graph) {
	w.size(len(g.nodes))
	for i := range g.nodes {
		n := &g.nodes[i]
		w.size(int(n.kind))
		w.n32(n.a)
		w.n32(n.b)
		w.str(n.s)
		w.size(len(n.in))
		for _, e := range n.in {
			w.n32(e.from)
			w.str(e.to)
			w.size(len(e.steps))
			for _, s := range e.steps {
				w.at(s)
			}
		}
		w.size(len(n.known))
		for _, k := range n.known {
			w.str(k)
		}
	}
	w.size(len(g.calls))
	for i := range g.calls {
		c := &g.calls[i]
		w.n32(c.ref)
		w.at(c.place)
		w.n32(c.recv)
		w.size(len(c.slots))
		for _, s := range c.slots {
			w.size(int(s.kind))
			w.str(s.name)
			w.n32(s.node)
			w.n32(s.fn)
		}
		w.n32(c.pass)
	}
	w.size(len(g.sinks))
	for _, s := range g.sinks {
		w.n32(s.hit)
		w.n32(s.node)
	}
	w.n32(g.ret)
	w.size(len(g.outs))
	for _, k := range sortedKeys(g.outs) {
		w.n32(k)
		w.n32(g.outs[k])
	}
	w.named(g.cells)
}

// unpacker reads what a packer wrote. After the first thing that is wrong all reads give nothing.
type unpacker struct {
	b    []byte
	strs []string
	bad  bool
}

func (r *unpacker) num() int64 {
	n, k := binary.Varint(r.b)
	if k <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[k:]
	return n
}

// below reads a number from 0 to less than n; -1 where none is allowed.
func (r *unpacker) below(n int, none bool) int32 {
	x := r.num()
	if x < 0 && !(none && x == -1) || x >= int64(n) {
		r.bad = true
		return 0
	}
	return int32(x)
}

// size reads how many things follow, each of at least one byte.
func (r *unpacker) size() int {
	n := r.num()
	if n < 0 || n > int64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *unpacker) str() string {
	i := r.num()
	if i > 0 && i <= int64(len(r.strs)) {
		return r.strs[i-1]
	}
	n := r.size()
	if i != 0 || r.bad {
		r.bad = true
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	r.strs = append(r.strs, s)
	return s
}

func (r *unpacker) at() span { return span{uint32(r.num()), uint32(r.num())} }

func (r *unpacker) ints(n int, none bool) []int32 {
	k := r.size()
	if k == 0 {
		return nil
	}
	out := make([]int32, k)
	for i := range out {
		out[i] = r.below(n, none)
	}
	return out
}

func (r *unpacker) named(n int) map[string]int32 {
	k := r.size()
	out := make(map[string]int32, k)
	for range k {
		s := r.str()
		out[s] = r.below(n, true)
	}
	return out
}

// unpack reads a file's facts.
func unpack(b []byte) (*fileFacts, error) {
	r := &unpacker{b: b}
	if r.num() != factsVersion {
		return nil, errFacts
	}
	f := &fileFacts{rel: r.str(), lang: r.str(), pkg: r.str()}
	f.refs = make([]ref, r.size())
	for i := range f.refs {
		f.refs[i] = ref{refKind(r.num()), int32(r.num()), r.str()}
	}
	f.units = make([]unit, r.size())
	for i := range f.units {
		f.units[i] = r.unit(len(f.refs))
	}
	f.classes = make([]class, r.size())
	for i := range f.classes {
		c := class{name: r.str(), bases: r.ints(len(f.refs), true), methods: map[string][]int32{}}
		for range r.size() {
			s := r.str()
			c.methods[s] = r.ints(len(f.units), false)
		}
		c.fields = r.named(len(f.refs))
		c.abstract = r.num()&1 == 1
		f.classes[i] = c
	}
	f.globals, f.exports = r.named(len(f.refs)), r.named(len(f.refs))
	f.wild = r.ints(len(f.refs), true)
	f.rules = map[int]*ruleFacts{}
	for range r.size() {
		k := int(r.num())
		f.rules[k] = r.rule(f)
	}
	f.made = map[string]map[int32]*graph{}
	for range r.size() {
		s := r.str()
		f.made[s] = r.graphs(f, &ruleFacts{})
	}
	if r.bad || len(f.units) == 0 || !f.sound() {
		return nil, errFacts
	}
	return f, nil
}

// sound says whether what facts refer to is there.
func (f *fileFacts) sound() bool {
	for _, r := range f.refs {
		n := len(f.refs)
		switch r.kind {
		case refUnit:
			n = len(f.units)
		case refClass, refThis, refSuper, refBare:
			n = len(f.classes)
		case refMember, refResult, refInstance, refParam:
		default:
			continue
		}
		if r.a < 0 || int(r.a) >= n {
			return false
		}
	}
	for i := range f.units {
		if u := &f.units[i]; int(u.class) >= len(f.classes) || len(u.params) == 0 {
			return false
		}
	}
	return projectLanguages[f.lang]
}

func (r *unpacker) unit(refs int) unit {
	u := unit{name: r.str(), class: int32(r.num()), node: int32(r.num())}
	u.class = max(u.class, -1)
	at := r.at()
	u.start, u.end = at.start, at.end
	u.params = make([]param, r.size())
	for i := range u.params {
		u.params[i] = param{r.str(), paramKind(r.num())}
	}
	b := r.num()
	u.static, u.body, u.lambda = b&1 == 1, b&2 == 2, b&4 == 4
	u.ret, u.gives = r.below(refs, true), r.below(refs, true)
	u.calls = r.ints(refs, false)
	return u
}

func (r *unpacker) rule(f *fileFacts) *ruleFacts {
	out := &ruleFacts{}
	for _, list := range []*[]hitFacts{&out.sources, &out.sinks} {
		*list = make([]hitFacts, r.size())
		for i := range *list {
			h := &(*list)[i]
			at := r.at()
			h.start, h.end, h.part = at.start, at.end, int32(r.num())
			h.env = make([]binding, r.size())
			for j := range h.env {
				v := int32(r.num())
				at := r.at()
				h.env[j] = binding{v, at.start, at.end, r.str()}
			}
		}
	}
	out.graphs = r.graphs(f, out)
	return out
}

func (r *unpacker) graphs(f *fileFacts, rf *ruleFacts) map[int32]*graph {
	n := r.size()
	out := make(map[int32]*graph, n)
	for range n {
		k := r.below(len(f.units), false)
		out[k] = r.graph(f, rf)
	}
	return out
}

func (r *unpacker) graph(f *fileFacts, rf *ruleFacts) *graph {
	g := &graph{nodes: make([]gnode, r.size()), outs: map[int32]int32{}}
	nodes := len(g.nodes)
	for i := range g.nodes {
		n := &g.nodes[i]
		n.kind, n.a, n.b, n.s = nodeKind(r.num()), int32(r.num()), int32(r.num()), r.str()
		n.in = make([]edge, r.size())
		for j := range n.in {
			e := &n.in[j]
			e.from, e.to = r.below(nodes, false), r.str()
			if k := r.size(); k > 0 {
				e.steps = make([]span, k)
				for l := range e.steps {
					e.steps[l] = r.at()
				}
			}
		}
		if k := r.size(); k > 0 {
			n.known = make([]string, k)
			for l := range n.known {
				n.known[l] = r.str()
			}
		}
	}
	g.calls = make([]callSite, r.size())
	for i := range g.calls {
		c := &g.calls[i]
		c.ref, c.place, c.recv = r.below(len(f.refs), false), r.at(), r.below(nodes, true)
		c.slots = make([]slot, r.size())
		for j := range c.slots {
			c.slots[j] = slot{slotKind(r.num()), r.str(), r.below(nodes, true), r.below(len(f.refs), true)}
		}
		c.pass = r.below(nodes, true)
	}
	g.sinks = make([]sinkSite, r.size())
	for i := range g.sinks {
		g.sinks[i] = sinkSite{r.below(len(rf.sinks), false), r.below(nodes, true)}
	}
	g.ret = r.below(nodes, true)
	for range r.size() {
		k := int32(r.num())
		g.outs[k] = r.below(nodes, true)
	}
	g.cells = r.named(nodes)
	for i := range g.nodes {
		if n := &g.nodes[i]; n.kind == nodeSource && int(n.a) >= len(rf.sources) || (n.kind == nodeResult || n.kind == nodeOut) && int(n.a) >= len(g.calls) ||
			n.kind == nodeField && int(n.a) >= nodes || n.a < 0 {
			r.bad = true
		}
	}
	return g
}
