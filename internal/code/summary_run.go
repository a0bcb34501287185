package code

import (
	"strconv"
	"strings"
	"time"
)

// summary finds or works out what a function does in a context, for one that uses it.
func (s *summaries) summary(k unitKey, ctx *entry, user *summary) *summary {
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
			s.bounded = true
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

// spent says whether the bounds on work are reached.
func (s *summaries) spent() bool {
	return s.runs >= maxRuns || s.nodes >= maxRunNodes || time.Since(s.began) > maxRuleTime
}

// work runs a function in its context. If more comes out than before, those that use it are to be run again.
func (s *summaries) work(sum *summary) {
	g := s.graph(sum.key)
	if g == nil {
		return
	}
	before := sum.size()
	sum.busy, sum.again = true, false
	s.runs++
	(&frame{summaries: s, g: g, key: sum.key, ctx: sum.ctx, sum: sum}).run()
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

func (s *summaries) again(sum *summary) {
	if !sum.queued {
		sum.queued = true
		s.queue = append(s.queue, sum)
	}
}

// settle runs again what waits for it, until nothing grows.
func (s *summaries) settle() {
	for len(s.queue) > 0 {
		sum := s.queue[0]
		s.queue = s.queue[1:]
		sum.queued = false
		if s.spent() {
			s.bounded = true
			s.queue = nil
			return
		}
		s.work(sum)
	}
}

// frame is one run of a function.
type frame struct {
	*summaries
	g     *graph
	key   unitKey
	ctx   *entry
	sum   *summary
	vals  []held
	calls []called // this round
	round int
}

// called is a call that was run.
type called struct {
	round  int
	size   int // of what is given
	got    int // the size of what came back
	known  bool
	to     target
	sum    *summary
	params []held
	bind   []binds
}

// binds says which parameter an argument goes to.
type binds struct {
	slot  int32 // -1 for what the call is made on
	param int32
	part  string // of the parameter that it becomes
	take  string // part of the argument that goes there, where not all of it
}

func (f *frame) run() {
	f.vals = make([]held, len(f.g.nodes))
	f.calls = make([]called, len(f.g.calls))
	for f.round = 1; f.round <= 10; f.round++ {
		changed := false
		f.nodes += len(f.g.nodes)
		for i := range f.g.nodes {
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
func (f *frame) val(n int32) *held {
	if n < 0 {
		return &held{}
	}
	return &f.vals[n]
}

// node is the value of a node from those before it.
func (f *frame) node(i int32) held {
	n := &f.g.nodes[i]
	switch n.kind {
	case nodeParam:
		return f.param(n.a)
	case nodeField:
		base := &f.g.nodes[n.a]
		v := held{whole: f.vals[n.a].part(n.s)}
		if u := &f.files[f.key.file].units[f.key.unit]; base.kind == nodeParam && base.a == 0 && u.class >= 0 {
			v.whole = v.whole.union(f.cells[cell{f.key.file, u.class, n.s}])
		}
		return v
	case nodeSource:
		part := &f.program(f.key.file).taint.sources[f.files[f.key.file].rules[f.rule].sources[n.a].part]
		if part.requires != nil {
			in := f.incoming(n)
			if !f.holds(part.requires, in.whole.mask()) {
				return held{}
			}
		}
		h := &f.files[f.key.file].rules[f.rule].sources[n.a]
		way := (*step)(nil).add(f.key.file, span{h.start, h.end}, "the value comes from here")
		return held{whole: facts{{label: f.label(part.label), from: origin{source: true, file: f.key.file, n: n.a}, way: way}}}
	case nodeResult:
		return f.result(n.a)
	case nodeOut:
		return f.out(n.a, n.b)
	case nodeGate:
		v := f.incoming(n)
		if f.holds(f.program(f.key.file).taint.sanitizers[n.a].requires, v.whole.mask()) {
			return held{}
		}
		return v
	case nodeLabel:
		return f.relabelled(n)
	case nodeCell:
		return held{whole: f.cells[cell{f.key.file, -1, n.s}]}
	}
	return f.incoming(n)
}

// param is what the context says of a parameter.
func (f *frame) param(p int32) held {
	v := held{}
	for part, mask := range f.ctx.params[p] {
		var fs facts
		for l := range f.labels {
			if mask>>l&1 == 1 {
				fs = fs.with(fact{label: int8(l), from: origin{n: p, part: part}})
			}
		}
		if part == "" {
			v.whole = fs
			continue
		}
		if v.parts == nil {
			v.parts = map[string]facts{}
		}
		v.parts[part] = fs
	}
	return v
}

// incoming joins what comes to a node.
func (f *frame) incoming(n *gnode) held {
	v := held{}
	var wholes held
	for i := range n.in {
		if e := &n.in[i]; e.to == "" {
			w := &f.vals[e.from]
			if !w.none() {
				wholes.join(f.moved(w, e))
			}
		}
	}
	v = wholes
	if len(n.known) == 0 {
		return v
	}
	parts := map[string]facts{}
	for k, p := range v.parts {
		parts[k] = p
	}
	for _, k := range n.known {
		parts[k] = nil
	}
	for i := range n.in {
		if e := &n.in[i]; e.to != "" {
			if w := f.moved(&f.vals[e.from], e); len(w.whole) > 0 {
				parts[e.to] = parts[e.to].union(w.whole)
			}
		}
	}
	v.parts = parts
	v.tidy()
	return v
}

// moved is a value after the steps of an edge.
func (f *frame) moved(v *held, e *edge) held {
	if len(e.steps) == 0 || v.none() {
		return *v
	}
	return v.each(func(x fact) facts {
		for _, p := range e.steps {
			x.way = x.way.add(f.key.file, p, "")
		}
		return facts{x}
	})
}

// relabelled gives what comes to a node the label of a propagator.
func (f *frame) relabelled(n *gnode) held {
	p := &f.program(f.key.file).taint.propagators[n.a]
	v := f.incoming(n)
	if p.requires != nil && !f.holds(p.requires, v.whole.mask()) {
		return held{}
	}
	if p.label == "" {
		return v
	}
	to := f.label(p.label)
	return v.each(func(x fact) facts {
		all := len(p.replace) == 0
		for _, l := range p.replace {
			all = all || f.labels[x.label] == l
		}
		if all {
			x.label = to
		}
		return facts{x}
	})
}

// finish makes the summary of what the last round found.
func (f *frame) finish() {
	sum := f.sum
	sum.ret = *f.val(f.g.ret)
	sum.outs = map[int32]held{}
	for p, n := range f.g.outs {
		v := f.val(n).each(func(x fact) facts { return facts{x} })
		for k, fs := range v.parts {
			var others facts
			for _, x := range fs {
				if x.from != (origin{n: p, part: k}) {
					others = append(others, x)
				}
			}
			v.parts[k] = others
		}
		sum.outs[p] = v
	}
	sum.reaches, sum.found, sum.calls = nil, nil, nil
	for i := range f.g.sinks {
		f.sink(&f.g.sinks[i])
	}
	for i := range f.calls {
		c := f.call(int32(i))
		if c.sum == nil {
			continue
		}
		sum.calls = append(sum.calls, c.sum)
		for _, r := range c.sum.reaches {
			for _, x := range f.here(int32(i), c, r.fact, false) {
				f.reached(reach{r.file, r.sink, x})
			}
		}
	}
	f.keep()
}

// sink notes the taint that comes to a sink.
func (f *frame) sink(site *sinkSite) {
	v := f.val(site.node)
	fs := v.whole
	if len(fs) == 0 {
		fs = v.all()
	}
	if len(fs) == 0 {
		return
	}
	h := &f.files[f.key.file].rules[f.rule].sinks[site.hit]
	part := &f.program(f.key.file).taint.sinks[h.part]
	if part.requires != nil {
		if !f.holds(part.requires, fs.mask()) {
			return
		}
		fs = fs[:1]
	}
	for _, x := range fs {
		f.reached(reach{f.key.file, site.hit, x})
	}
}

func (f *frame) reached(r reach) {
	list := &f.sum.reaches
	if r.from.source {
		if !f.unified(r) {
			return
		}
		list = &f.sum.found
	}
	for i := range *list {
		if o := &(*list)[i]; o.file == r.file && o.sink == r.sink && o.from == r.from && o.label == r.label {
			return
		}
	}
	if len(*list) >= maxReaches {
		f.bounded = true
		return
	}
	*list = append(*list, r)
}

// unified says whether source and sink agree on the metavariables that both have, where the rule asks for it.
func (f *frame) unified(r reach) bool {
	if !f.program(r.file).Rule.Options.TaintUnifyMvars {
		return true
	}
	a, b := f.files[r.file].rules[f.rule].sinks[r.sink].env, f.files[r.from.file].rules[f.rule].sources[r.from.n].env
	for i := range a {
		for j := range b {
			if a[i].v == b[j].v && a[i].text != b[j].text {
				return false
			}
		}
	}
	return true
}

// keep notes what the function leaves in fields of its class and in variables of its file: taint of sources, which is
// there for all.
func (f *frame) keep() {
	put := func(c cell, fs facts) {
		for _, x := range fs {
			if !x.from.source {
				continue
			}
			old := f.cells[c]
			if now := old.with(x); len(now) > len(old) {
				f.cells[c] = now
				f.grown[c] = true
			}
		}
	}
	if u := &f.files[f.key.file].units[f.key.unit]; u.class >= 0 {
		if v, ok := f.sum.outs[0]; ok {
			for k, fs := range v.parts {
				put(cell{f.key.file, u.class, k}, fs)
			}
		}
	}
	for name, n := range f.g.cells {
		c := cell{f.key.file, -1, name}
		if class, field, ok := strings.Cut(name, "\x00"); ok {
			k, _ := strconv.Atoi(class)
			c = cell{f.key.file, int32(k), field}
		}
		put(c, f.val(n).whole)
	}
}
