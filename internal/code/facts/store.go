package facts

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// Facts are kept with a file's results as bytes: numbers of variable length, each string once. What is read back may be
// of anybody's making, as any file on disk; it is checked so far that no number leads out of its list.

// factsVersion is the first number of what is kept.
const factsVersion = 2

var errFacts = errors.New("facts that cannot be read")

type packer struct {
	b    []byte
	strs map[string]int
}

func (w *packer) num(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *packer) n32(n int32) { w.num(int64(n)) }

func (w *packer) size(n int) { w.num(int64(n)) }

func (w *packer) at(s Span) { w.num(int64(s.Start)); w.num(int64(s.End)) }

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

func (w *packer) named(m map[string]int32) {
	w.size(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.str(k)
		w.n32(m[k])
	}
}

// Pack writes a file's facts.
func (f *File) Pack() []byte {
	w := &packer{strs: map[string]int{}}
	w.size(factsVersion)
	w.str(f.Path)
	w.str(f.Lang)
	w.str(f.Package)
	w.size(len(f.Refs))
	for _, r := range f.Refs {
		w.size(int(r.Kind))
		w.n32(r.Of)
		w.str(r.Name)
	}
	w.size(len(f.Functions))
	for i := range f.Functions {
		w.function(&f.Functions[i])
	}
	w.size(len(f.Classes))
	for i := range f.Classes {
		c := &f.Classes[i]
		w.str(c.Name)
		w.ints(c.Bases)
		w.size(len(c.Methods))
		for _, k := range slices.Sorted(maps.Keys(c.Methods)) {
			w.str(k)
			w.ints(c.Methods[k])
		}
		w.named(c.Fields)
		w.bits(c.Abstract)
	}
	w.named(f.Globals)
	w.named(f.Exports)
	w.ints(f.StarImports)
	w.size(len(f.Rules))
	for _, k := range slices.Sorted(maps.Keys(f.Rules)) {
		w.size(k)
		w.rule(f.Rules[k])
	}
	w.size(len(f.Graphs))
	for _, k := range slices.Sorted(maps.Keys(f.Graphs)) {
		w.str(k)
		w.graphs(f.Graphs[k])
	}
	return w.b
}

func (w *packer) function(u *Function) {
	w.str(u.Name)
	w.n32(u.Class)
	w.n32(u.Node)
	w.at(Span{u.Start, u.End})
	w.size(len(u.Params))
	for _, p := range u.Params {
		w.str(p.Name)
		w.size(int(p.Kind))
	}
	w.bits(u.Static, u.Body, u.Lambda)
	w.n32(u.ReturnType)
	w.n32(u.Returned)
	w.ints(u.Calls)
}

func (w *packer) rule(r *Rule) {
	for _, list := range [][]Hit{r.Sources, r.Sinks} {
		w.size(len(list))
		for _, h := range list {
			w.at(Span{h.Start, h.End})
			w.n32(h.Part)
			w.size(len(h.Env))
			for _, b := range h.Env {
				w.n32(b.Var)
				w.at(Span{b.Start, b.End})
				w.str(b.Text)
			}
		}
	}
	w.graphs(r.Graphs)
	w.ints(slices.Sorted(maps.Keys(r.Plain)))
}

func (w *packer) graphs(m map[int32]*Graph) {
	w.size(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.n32(k)
		w.graph(m[k])
	}
}

func (w *packer) graph(g *Graph) {
	w.size(len(g.Nodes))
	for i := range g.Nodes {
		n := &g.Nodes[i]
		w.size(int(n.Kind))
		w.n32(n.A)
		w.n32(n.B)
		w.str(n.Name)
		w.size(len(n.In))
		for _, e := range n.In {
			w.n32(e.From)
			w.str(e.To)
			w.size(len(e.Steps))
			for _, s := range e.Steps {
				w.at(s)
			}
		}
		w.size(len(n.Known))
		for _, k := range n.Known {
			w.str(k)
		}
	}
	w.size(len(g.Calls))
	for i := range g.Calls {
		c := &g.Calls[i]
		w.n32(c.Ref)
		w.at(c.Place)
		w.n32(c.Recv)
		w.size(len(c.Slots))
		for _, s := range c.Slots {
			w.size(int(s.Kind))
			w.str(s.Name)
			w.n32(s.Node)
			w.n32(s.Func)
		}
		w.n32(c.Pass)
	}
	w.size(len(g.Sinks))
	for _, s := range g.Sinks {
		w.n32(s.Hit)
		w.n32(s.Node)
	}
	w.n32(g.Ret)
	w.size(len(g.Outs))
	for _, k := range slices.Sorted(maps.Keys(g.Outs)) {
		w.n32(k)
		w.n32(g.Outs[k])
	}
	w.named(g.Cells)
	w.size(len(g.Guards))
	for _, k := range slices.Sorted(maps.Keys(g.Guards)) {
		w.n32(k)
		w.size(int(g.Guards[k]))
	}
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

func (r *unpacker) at() Span { return Span{uint32(r.num()), uint32(r.num())} }

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

// Unpack reads a file's facts.
func Unpack(b []byte) (*File, error) {
	r := &unpacker{b: b}
	if r.num() != factsVersion {
		return nil, errFacts
	}
	f := &File{Path: r.str(), Lang: r.str(), Package: r.str()}
	f.Refs = make([]Ref, r.size())
	for i := range f.Refs {
		f.Refs[i] = Ref{RefKind(r.num()), int32(r.num()), r.str()}
	}
	f.Functions = make([]Function, r.size())
	for i := range f.Functions {
		f.Functions[i] = r.function(len(f.Refs))
	}
	f.Classes = make([]Class, r.size())
	for i := range f.Classes {
		c := Class{Name: r.str(), Bases: r.ints(len(f.Refs), true), Methods: map[string][]int32{}}
		for range r.size() {
			s := r.str()
			c.Methods[s] = r.ints(len(f.Functions), false)
		}
		c.Fields = r.named(len(f.Refs))
		c.Abstract = r.num()&1 == 1
		f.Classes[i] = c
	}
	f.Globals, f.Exports = r.named(len(f.Refs)), r.named(len(f.Refs))
	f.StarImports = r.ints(len(f.Refs), true)
	f.Rules = map[int]*Rule{}
	for range r.size() {
		k := int(r.num())
		f.Rules[k] = r.rule(f)
	}
	f.Graphs = map[string]map[int32]*Graph{}
	for range r.size() {
		s := r.str()
		f.Graphs[s] = r.graphs(f, &Rule{})
	}
	if r.bad || len(f.Functions) == 0 || !f.sound() {
		return nil, errFacts
	}
	return f, nil
}

// sound reports whether what facts refer to is there.
func (f *File) sound() bool {
	for _, r := range f.Refs {
		n := len(f.Refs)
		switch r.Kind {
		case RefFunction:
			n = len(f.Functions)
		case RefClass, RefThis, RefSuper, RefBare:
			n = len(f.Classes)
		case RefMember, RefResult, RefInstance, RefParam:
		default:
			continue
		}
		if r.Of < 0 || int(r.Of) >= n {
			return false
		}
	}
	for i := range f.Functions {
		if u := &f.Functions[i]; int(u.Class) >= len(f.Classes) || len(u.Params) == 0 {
			return false
		}
	}
	return true
}

func (r *unpacker) function(refs int) Function {
	u := Function{Name: r.str(), Class: int32(r.num()), Node: int32(r.num())}
	u.Class = max(u.Class, -1)
	at := r.at()
	u.Start, u.End = at.Start, at.End
	u.Params = make([]Param, r.size())
	for i := range u.Params {
		u.Params[i] = Param{r.str(), ParamKind(r.num())}
	}
	b := r.num()
	u.Static, u.Body, u.Lambda = b&1 == 1, b&2 == 2, b&4 == 4
	u.ReturnType, u.Returned = r.below(refs, true), r.below(refs, true)
	u.Calls = r.ints(refs, false)
	return u
}

func (r *unpacker) rule(f *File) *Rule {
	out := &Rule{}
	for _, list := range []*[]Hit{&out.Sources, &out.Sinks} {
		*list = make([]Hit, r.size())
		for i := range *list {
			h := &(*list)[i]
			at := r.at()
			h.Start, h.End, h.Part = at.Start, at.End, int32(r.num())
			h.Env = make([]Binding, r.size())
			for j := range h.Env {
				v := int32(r.num())
				at := r.at()
				h.Env[j] = Binding{v, at.Start, at.End, r.str()}
			}
		}
	}
	out.Graphs = r.graphs(f, out)
	out.Plain = map[int32]bool{}
	for _, fn := range r.ints(len(f.Functions), false) {
		out.Plain[fn] = true
	}
	return out
}

func (r *unpacker) graphs(f *File, rf *Rule) map[int32]*Graph {
	n := r.size()
	out := make(map[int32]*Graph, n)
	for range n {
		k := r.below(len(f.Functions), false)
		out[k] = r.graph(f, rf)
	}
	return out
}

func (r *unpacker) graph(f *File, rf *Rule) *Graph {
	g := &Graph{Nodes: make([]Node, r.size()), Outs: map[int32]int32{}}
	nodes := len(g.Nodes)
	for i := range g.Nodes {
		n := &g.Nodes[i]
		n.Kind, n.A, n.B, n.Name = NodeKind(r.num()), int32(r.num()), int32(r.num()), r.str()
		n.In = make([]Edge, r.size())
		for j := range n.In {
			e := &n.In[j]
			e.From, e.To = r.below(nodes, false), r.str()
			if k := r.size(); k > 0 {
				e.Steps = make([]Span, k)
				for l := range e.Steps {
					e.Steps[l] = r.at()
				}
			}
		}
		if k := r.size(); k > 0 {
			n.Known = make([]string, k)
			for l := range n.Known {
				n.Known[l] = r.str()
			}
		}
	}
	g.Calls = make([]CallSite, r.size())
	for i := range g.Calls {
		c := &g.Calls[i]
		c.Ref, c.Place, c.Recv = r.below(len(f.Refs), false), r.at(), r.below(nodes, true)
		c.Slots = make([]Slot, r.size())
		for j := range c.Slots {
			c.Slots[j] = Slot{SlotKind(r.num()), r.str(), r.below(nodes, true), r.below(len(f.Refs), true)}
		}
		c.Pass = r.below(nodes, true)
	}
	g.Sinks = make([]SinkSite, r.size())
	for i := range g.Sinks {
		g.Sinks[i] = SinkSite{r.below(len(rf.Sinks), false), r.below(nodes, true)}
	}
	g.Ret = r.below(nodes, true)
	for range r.size() {
		k := int32(r.num())
		g.Outs[k] = r.below(nodes, true)
	}
	g.Cells = r.named(nodes)
	for range r.size() {
		if g.Guards == nil {
			g.Guards = map[int32]GuardWhen{}
		}
		k := int32(r.num())
		g.Guards[k] = GuardWhen(r.num())
	}
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Kind == NodeSource && int(n.A) >= len(rf.Sources) ||
			(n.Kind == NodeResult || n.Kind == NodeOut || n.Kind == NodeGuard) && int(n.A) >= len(g.Calls) ||
			n.Kind == NodeField && int(n.A) >= nodes ||
			n.A < 0 {
			r.bad = true
		}
	}
	return g
}
