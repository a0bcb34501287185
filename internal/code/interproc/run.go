package interproc

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/resolve"
)

// Try is run; what goes wrong within it is an error.
func (s *Summaries) Try() (found []Reach, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, fmt.Errorf("internal error: %v", p)
		}
	}()
	return s.run(), nil
}

// summary finds or works out what a function does in a context, for one that uses it.
func (s *Summaries) summary(k resolve.FuncKey, ctx *entry, user *summary) *summary {
	byCtx := s.memo[k]
	if byCtx == nil {
		byCtx = map[string]*summary{}
		s.memo[k] = byCtx
	}
	key := ctx.String()
	sum := byCtx[key]
	if sum == nil && len(byCtx) >= maxContexts {
		ctx = ctx.coarse()
		key = ctx.String()
		sum = byCtx[key]
	}
	if sum == nil {
		sum = &summary{key: k, ctx: ctx, known: map[*summary]bool{}}
		if len(byCtx) >= maxCoarse || s.spent() {
			s.Bounded = true
			return sum
		}
		byCtx[key] = sum
		if s.depth < maxCallDepth {
			s.depth++
			s.work(sum)
			s.depth--
		} else {
			s.again(sum)
		}
	}
	if user != nil && !sum.known[user] {
		sum.known[user] = true
		sum.users = append(sum.users, user)
	}
	return sum
}

// spent reports whether the bounds on work are reached.
func (s *Summaries) spent() bool {
	return s.runs >= maxRuns || s.nodes >= maxRunNodes || time.Since(s.began) > maxRuleTime
}

// work runs a function in its context. If more comes out than before, those that use it are to be run again.
func (s *Summaries) work(sum *summary) {
	g := s.graph(sum.key)
	if g == nil {
		return
	}
	before := sum.size()
	sum.busy, sum.again = true, false
	s.runs++
	(&callFrame{Summaries: s, g: g, key: sum.key, ctx: sum.ctx, sum: sum}).run()
	sum.busy = false
	if sum.again {
		s.again(sum)
	}
	if sum.size() <= before {
		return
	}
	for _, u := range sum.users {
		if u.busy {
			u.again = true
		} else {
			s.again(u)
		}
	}
}

func (s *Summaries) again(sum *summary) {
	if !sum.queued {
		sum.queued = true
		s.queue = append(s.queue, sum)
	}
}

// settle runs again what waits for it, until nothing grows.
func (s *Summaries) settle() {
	for len(s.queue) > 0 {
		sum := s.queue[0]
		s.queue = s.queue[1:]
		sum.queued = false
		if s.spent() {
			s.Bounded = true
			s.queue = nil
			return
		}
		s.work(sum)
	}
}

// callFrame is one run of a function.
type callFrame struct {
	*Summaries
	g     *facts.Graph
	key   resolve.FuncKey
	ctx   *entry
	sum   *summary
	vals  []abstractValue
	calls []called // this round
	round int
}

// called is a call that was run.
type called struct {
	round  int
	size   int // of what is given
	got    int // the size of what came back
	known  bool
	to     resolve.Target
	sum    *summary
	params []abstractValue
	bind   []binds
}

// binds says which parameter an argument goes to.
type binds struct {
	slot  int32 // -1 for what the call is made on
	param int32
	part  string // of the parameter that it becomes
	take  string // part of the argument that goes there, where not all of it
}

func (f *callFrame) run() {
	f.vals = make([]abstractValue, len(f.g.Nodes))
	f.calls = make([]called, len(f.g.Calls))
	for f.round = 1; f.round <= 10; f.round++ {
		changed := false
		f.nodes += len(f.g.Nodes)
		for i := range f.g.Nodes {
			v := f.node(int32(i))
			if v.size() != f.vals[i].size() {
				changed = true
			}
			f.vals[i] = v
		}
		if !changed || f.nodes >= maxRunNodes {
			break
		}
	}
	f.round++
	f.finish()
}

// val is the value of a node, nothing where there was no room for it.
func (f *callFrame) val(n int32) *abstractValue {
	if n < 0 {
		return &abstractValue{}
	}
	return &f.vals[n]
}

// node is the value of a node from those before it.
func (f *callFrame) node(i int32) abstractValue {
	n := &f.g.Nodes[i]
	switch n.Kind {
	case facts.NodeParam:
		return f.param(n.A)
	case facts.NodeField:
		base := &f.g.Nodes[n.A]
		v := f.vals[n.A].field(n.Name)
		if u := &f.Files[f.key.File].Functions[f.key.Func]; base.Kind == facts.NodeParam && base.A == 0 &&
			u.Class >= 0 {
			v.whole = v.whole.union(f.cells[heapCell{f.key.File, u.Class, n.Name}])
		}
		return v
	case facts.NodeSource:
		part := &f.compiled(f.key.File).Taint.Sources[f.Files[f.key.File].Rules[f.rule].Sources[n.A].Part]
		if part.Requires != nil {
			in := f.incoming(n)
			if !f.holds(part.Requires, in.whole.mask()) {
				return abstractValue{}
			}
		}
		h := &f.Files[f.key.File].Rules[f.rule].Sources[n.A]
		way := (*TraceStep)(nil).add(f.key.File, facts.Span{Start: h.Start, End: h.End}, "the value comes from here")
		return abstractValue{
			whole: taintSet{
				{label: f.label(part.Label), From: Origin{source: true, File: f.key.File, N: n.A}, Trace: way},
			},
		}
	case facts.NodeResult:
		return f.result(n.A)
	case facts.NodeOut:
		return f.out(n.A, n.B)
	case facts.NodeGate:
		v := f.incoming(n)
		if f.holds(f.compiled(f.key.File).Taint.Sanitizers[n.A].Requires, v.whole.mask()) {
			return abstractValue{}
		}
		return v
	case facts.NodeGuard:
		v := f.incoming(n)
		if !v.none() && f.guards(n) {
			return abstractValue{}
		}
		return v
	case facts.NodeLabel:
		return f.relabelled(n)
	case facts.NodeCell:
		return abstractValue{whole: f.cells[heapCell{f.key.File, -1, n.Name}]}
	}
	return f.incoming(n)
}

// param is what the context says of a parameter.
func (f *callFrame) param(p int32) abstractValue {
	v := abstractValue{}
	for part, mask := range f.ctx.params[p] {
		var fs taintSet
		for l := range f.labels {
			if mask>>l&1 == 1 {
				fs = fs.with(Taint{label: int8(l), From: Origin{N: p, part: part}})
			}
		}
		if part == "" {
			v.whole = fs
			continue
		}
		if v.parts == nil {
			v.parts = map[string]taintSet{}
		}
		v.parts[part] = fs
	}
	return v
}

// incoming joins what comes to a node.
func (f *callFrame) incoming(n *facts.Node) abstractValue {
	v := abstractValue{}
	var wholes abstractValue
	for i := range n.In {
		if e := &n.In[i]; e.To == "" {
			w := &f.vals[e.From]
			if !w.none() {
				wholes.join(f.moved(w, e))
			}
		}
	}
	v = wholes
	if len(n.Known) == 0 {
		return v
	}
	parts := map[string]taintSet{}
	for k, p := range v.parts {
		parts[k] = p
	}
	for _, k := range n.Known {
		parts[k] = nil
	}
	for i := range n.In {
		if e := &n.In[i]; e.To != "" {
			w := f.moved(&f.vals[e.From], e)
			parts[e.To] = parts[e.To].union(w.whole)
			for _, k := range w.names() {
				if !strings.Contains(k, facts.PartOf) && !strings.Contains(e.To, facts.PartOf) {
					inner := e.To + facts.PartOf + k
					parts[inner] = parts[inner].union(w.parts[k])
				}
			}
		}
	}
	v.parts = parts
	v.tidy()
	return v
}

// moved is a value after the steps of an edge.
func (f *callFrame) moved(v *abstractValue, e *facts.Edge) abstractValue {
	if len(e.Steps) == 0 || v.none() {
		return *v
	}
	return v.each(func(x Taint) taintSet {
		for _, p := range e.Steps {
			x.Trace = x.Trace.add(f.key.File, p, "")
		}
		return taintSet{x}
	})
}

// relabelled gives what comes to a node the label of a propagator.
func (f *callFrame) relabelled(n *facts.Node) abstractValue {
	p := &f.compiled(f.key.File).Taint.Propagators[n.A]
	v := f.incoming(n)
	if p.Requires != nil && !f.holds(p.Requires, v.whole.mask()) {
		return abstractValue{}
	}
	if p.Label == "" {
		return v
	}
	to := f.label(p.Label)
	return v.each(func(x Taint) taintSet {
		all := len(p.Replace) == 0
		for _, l := range p.Replace {
			all = all || f.labels[x.label] == l
		}
		if all {
			x.label = to
		}
		return taintSet{x}
	})
}

// finish makes the summary of what the last round found.
func (f *callFrame) finish() {
	sum := f.sum
	sum.ret = *f.val(f.g.Ret)
	sum.outs = map[int32]abstractValue{}
	for p, n := range f.g.Outs {
		v := f.val(n).each(func(x Taint) taintSet { return taintSet{x} })
		for k, fs := range v.parts {
			var others taintSet
			for _, x := range fs {
				if x.From != (Origin{N: p, part: k}) {
					others = append(others, x)
				}
			}
			v.parts[k] = others
		}
		sum.outs[p] = v
	}
	sum.reaches, sum.found, sum.calls = nil, nil, nil
	for i := range f.g.Sinks {
		f.sink(&f.g.Sinks[i])
	}
	for i := range f.calls {
		c := f.call(int32(i))
		if c.sum == nil {
			continue
		}
		sum.calls = append(sum.calls, c.sum)
		for _, r := range c.sum.reaches {
			for _, x := range f.here(int32(i), c, r.Taint, false) {
				f.reached(Reach{r.File, r.Sink, x})
			}
		}
	}
	f.keep()
}

// sink notes the taint that comes to a sink.
func (f *callFrame) sink(site *facts.SinkSite) {
	v := f.val(site.Node)
	fs := v.whole
	if len(fs) == 0 {
		fs = v.all()
	}
	if len(fs) == 0 {
		return
	}
	h := &f.Files[f.key.File].Rules[f.rule].Sinks[site.Hit]
	part := &f.compiled(f.key.File).Taint.Sinks[h.Part]
	if part.Requires != nil {
		if !f.holds(part.Requires, fs.mask()) {
			return
		}
		fs = fs[:1]
	}
	for _, x := range fs {
		f.reached(Reach{f.key.File, site.Hit, x})
	}
}

func (f *callFrame) reached(r Reach) {
	list := &f.sum.reaches
	if r.From.source {
		if !f.unified(r) {
			return
		}
		list = &f.sum.found
	}
	for i := range *list {
		if o := &(*list)[i]; o.File == r.File && o.Sink == r.Sink && o.From == r.From && o.label == r.label {
			return
		}
	}
	if len(*list) >= maxReaches {
		f.Bounded = true
		return
	}
	*list = append(*list, r)
}

// unified reports whether source and sink agree on the metavariables that both have, where the rule asks for it.
func (f *callFrame) unified(r Reach) bool {
	if !f.compiled(r.File).Rule.Options.TaintUnifyMvars {
		return true
	}
	a, b := f.Files[r.File].Rules[f.rule].Sinks[r.Sink].Env, f.Files[r.From.File].Rules[f.rule].Sources[r.From.N].Env
	for i := range a {
		for j := range b {
			if a[i].Var == b[j].Var && a[i].Text != b[j].Text {
				return false
			}
		}
	}
	return true
}

// keep notes what the function leaves in fields of its class and in variables of its file: taint of sources, which is
// there for all.
func (f *callFrame) keep() {
	put := func(c heapCell, fs taintSet) {
		for _, x := range fs {
			if !x.From.source {
				continue
			}
			old := f.cells[c]
			if now := old.with(x); len(now) > len(old) {
				f.cells[c] = now
				f.grown[c] = true
			}
		}
	}
	if u := &f.Files[f.key.File].Functions[f.key.Func]; u.Class >= 0 {
		if v, ok := f.sum.outs[0]; ok {
			for k, fs := range v.parts {
				put(heapCell{f.key.File, u.Class, k}, fs)
			}
		}
	}
	for name, n := range f.g.Cells {
		c := heapCell{f.key.File, -1, name}
		if class, field, ok := strings.Cut(name, "\x00"); ok {
			k, _ := strconv.Atoi(class)
			c = heapCell{f.key.File, int32(k), field}
		}
		put(c, f.val(n).whole)
	}
}
