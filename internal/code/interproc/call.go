package interproc

import (
	"strconv"

	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/resolve"
)

// call runs a call, once a round.
func (f *callFrame) call(at int32) *called {
	c := &f.calls[at]
	if c.round == f.round {
		return c
	}
	first := c.round == 0
	c.round = f.round
	site := &f.g.Calls[at]
	size := f.val(site.Recv).size()
	for i := range site.Slots {
		size += f.val(site.Slots[i].Node).size()
	}
	if !first && size == c.size && (c.sum == nil || c.got == c.sum.size()) {
		return c // values only grow
	}
	c.size = size
	if c.bind == nil {
		c.to, c.known = f.target(site)
		if c.known {
			c.bind = f.bind(site, c.to)
		}
	}
	if !c.known {
		return c
	}
	u := &f.Files[c.to.File].Functions[c.to.Func]
	c.params = make([]abstractValue, len(u.Params))
	ctx := &entry{}
	tainted := false
	for _, b := range c.bind {
		v := abstractValue{}
		if b.slot < 0 {
			v = *f.val(site.Recv)
		} else {
			v = *f.val(site.Slots[b.slot].Node)
		}
		if b.take != "" {
			v = abstractValue{whole: v.part(b.take)}
		}
		if b.part != "" {
			v = abstractValue{parts: map[string]taintSet{b.part: v.all()}}
		}
		c.params[b.param].join(v)
	}
	for p := range c.params {
		v := &c.params[p]
		if v.empty() {
			continue
		}
		tainted = true
		parts := map[string]uint64{"": v.whole.mask()}
		for k, fs := range v.parts {
			parts[k] = fs.mask()
		}
		if ctx.params == nil {
			ctx.params = map[int32]map[string]uint64{}
		}
		ctx.params[int32(p)] = parts
	}
	k := resolve.FuncKey{File: c.to.File, Func: c.to.Func}
	if !tainted && !f.sourcing[k] {
		c.sum = nil
		return c
	}
	ctx.fns = f.functions(site, c)
	c.sum = f.summary(k, ctx, f.sum)
	c.got = c.sum.size()
	return c
}

// target is the function that a call runs: one of the project, or one that was given as a parameter.
func (f *callFrame) target(site *facts.CallSite) (resolve.Target, bool) {
	if r := &f.Files[f.key.File].Refs[site.Ref]; r.Kind == facts.RefParam {
		k, ok := f.given(r)
		return resolve.Target{File: k.File, Func: k.Func}, ok
	}
	return f.Callee(f.key.File, site)
}

// given is the function that was given for a parameter.
func (f *callFrame) given(r *facts.Ref) (resolve.FuncKey, bool) {
	if r.Name != strconv.Itoa(int(f.key.Func)) {
		return resolve.FuncKey{}, false // of a function around or within
	}
	k, ok := f.ctx.fns[r.Of]
	return k, ok
}

// functions are the parameters of a callee that are functions of the project.
func (f *callFrame) functions(site *facts.CallSite, c *called) map[int32]resolve.FuncKey {
	var out map[int32]resolve.FuncKey
	for _, b := range c.bind {
		if b.slot < 0 || b.part != "" || b.take != "" || site.Slots[b.slot].Func < 0 {
			continue
		}
		r := &f.Files[f.key.File].Refs[site.Slots[b.slot].Func]
		var k resolve.FuncKey
		if r.Kind == facts.RefParam {
			given, ok := f.given(r)
			if !ok {
				continue
			}
			k = given
		} else if named, ok := f.Function(f.key.File, site.Slots[b.slot].Func); ok {
			k = named
		} else {
			continue
		}
		if out == nil {
			out = map[int32]resolve.FuncKey{}
		}
		out[b.param] = k
	}
	return out
}

// bind says which argument goes to which parameter.
func (f *callFrame) bind(site *facts.CallSite, to resolve.Target) (out []binds) {
	u := &f.Files[to.File].Functions[to.Func]
	out = []binds{}
	var plain []int32
	rest, named := int32(-1), int32(-1)
	for i := 1; i < len(u.Params); i++ {
		switch u.Params[i].Kind {
		case facts.ParamPlain:
			plain = append(plain, int32(i))
		case facts.ParamRest:
			rest = int32(i)
		case facts.ParamNamed:
			named = int32(i)
		}
	}
	switch {
	case to.Made:
	case to.Bound:
		if site.Recv >= 0 {
			out = append(out, binds{slot: -1, param: 0})
		}
	case u.Class >= 0 && !u.Static && f.SelfArgument() && u.Params[0].Name != "cls":
		plain = append([]int32{0}, plain...)
	}
	next := 0
	for i := range site.Slots {
		at := int32(i)
		switch sl := &site.Slots[i]; sl.Kind {
		case facts.SlotPlain:
			switch {
			case next < len(plain):
				out = append(out, binds{slot: at, param: plain[next]})
				next++
			case rest >= 0:
				out = append(out, binds{slot: at, param: rest})
			}
		case facts.SlotSpread:
			for _, p := range plain[min(next, len(plain)):] {
				out = append(out, binds{slot: at, param: p, take: facts.AnyPart})
			}
			if rest >= 0 {
				out = append(out, binds{slot: at, param: rest})
			}
			next = len(plain)
		case facts.SlotNamed:
			found := false
			for p := range u.Params {
				if u.Params[p].Name == sl.Name && u.Params[p].Kind != facts.ParamRest &&
					u.Params[p].Kind != facts.ParamNamed {
					out = append(out, binds{slot: at, param: int32(p)})
					found = true
				}
			}
			if !found && named >= 0 {
				out = append(out, binds{slot: at, param: named, part: sl.Name})
			}
		case facts.SlotSpreadNamed:
			for p := range u.Params {
				if q := &u.Params[p]; p > 0 && q.Name != "" &&
					(q.Kind == facts.ParamPlain || q.Kind == facts.ParamOnly) {
					out = append(out, binds{slot: at, param: int32(p), take: q.Name})
				}
			}
			if named >= 0 {
				out = append(out, binds{slot: at, param: named})
			}
		}
	}
	return out
}

// result is what a call gives.
func (f *callFrame) result(at int32) abstractValue {
	c := f.call(at)
	if !c.known {
		return abstractValue{whole: f.val(f.g.Calls[at].Pass).all()}
	}
	if c.sum == nil {
		return abstractValue{}
	}
	if c.to.Made {
		v := c.sum.outs[0]
		v.join(c.sum.ret) // functions that are both are called either way
		return f.brought(at, c, &v)
	}
	return f.brought(at, c, &c.sum.ret)
}

// out is what a call leaves in an argument, or in the object that it is made on.
func (f *callFrame) out(at, arg int32) (v abstractValue) {
	c := f.call(at)
	if !c.known || c.sum == nil || len(c.sum.outs) == 0 {
		return abstractValue{}
	}
	for _, b := range c.bind {
		if b.slot != arg || b.part != "" || b.take != "" {
			continue
		}
		if o, ok := c.sum.outs[b.param]; ok {
			v.join(f.brought(at, c, &o))
		}
	}
	// A part that the callee knows to be clean says nothing of the others.
	return v
}

// guards reports whether the callee of a call says that what it was given is clean.
func (f *callFrame) guards(n *facts.Node) bool {
	c := f.call(n.A)
	if !c.known || n.Name == "" {
		return false
	}
	g := f.graph(resolve.FuncKey{File: c.to.File, Func: c.to.Func})
	if g == nil {
		return false
	}
	for _, b := range c.bind {
		if b.slot == n.B && b.part == "" && b.take == "" {
			return g.Guards[b.param]&facts.GuardWhen(n.Name[0]-'0') != 0
		}
	}
	return false
}

// brought is a callee's value with the caller's taint in the place of the parameters'.
func (f *callFrame) brought(at int32, c *called, v *abstractValue) abstractValue {
	return v.each(func(x Taint) taintSet { return f.here(at, c, x, true) })
}

// here is a callee's fact, seen from the caller.
func (f *callFrame) here(at int32, c *called, x Taint, back bool) (out taintSet) {
	site := &f.g.Calls[at]
	name := f.Files[c.to.File].Functions[c.to.Func].Name
	if name == "" {
		name = "a function without a name"
	}
	if x.From.source {
		if back {
			x.Trace = x.Trace.add(f.key.File, site.Place, "comes back from "+name)
		}
		return taintSet{x}
	}
	if int(x.From.N) >= len(c.params) {
		return nil
	}
	given := c.params[x.From.N].whole
	switch {
	case x.From.part != "":
		given = c.params[x.From.N].one(x.From.part)
	case c.sum.ctx.whole:
		given = c.params[x.From.N].all()
	}
	for _, g := range given {
		if !f.sameLabel(x, g) {
			continue
		}
		y := Taint{label: x.label, From: g.From}
		y.Trace = g.Trace.add(f.key.File, site.Place, "is passed to "+name).through(x.Trace)
		out = out.with(y)
	}
	return out
}

// sameLabel reports whether a fact of a parameter can come from a given one: labels are kept, unless a propagator
// changed them on the way.
func (f *callFrame) sameLabel(x, given Taint) bool {
	return x.label == given.label || f.relabels
}
