package code

import "strconv"

// call runs a call, once a round.
func (f *frame) call(at int32) *called {
	c := &f.calls[at]
	if c.round == f.round {
		return c
	}
	first := c.round == 0
	c.round = f.round
	site := &f.g.calls[at]
	size := f.val(site.recv).size()
	for i := range site.slots {
		size += f.val(site.slots[i].node).size()
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
	u := &f.files[c.to.file].units[c.to.unit]
	c.params = make([]held, len(u.params))
	ctx := &entry{}
	tainted := false
	for _, b := range c.bind {
		v := held{}
		if b.slot < 0 {
			v = *f.val(site.recv)
		} else {
			v = *f.val(site.slots[b.slot].node)
		}
		if b.take != "" {
			v = held{whole: v.part(b.take)}
		}
		if b.part != "" {
			v = held{parts: map[string]facts{b.part: v.all()}}
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
	k := unitKey{c.to.file, c.to.unit}
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
func (f *frame) target(site *callSite) (target, bool) {
	if r := &f.files[f.key.file].refs[site.ref]; r.kind == refParam {
		k, ok := f.given(r)
		return target{file: k.file, unit: k.unit}, ok
	}
	return f.callee(f.key.file, site)
}

// given is the function that was given for a parameter.
func (f *frame) given(r *ref) (unitKey, bool) {
	if r.s != strconv.Itoa(int(f.key.unit)) {
		return unitKey{}, false // of a function around or within
	}
	k, ok := f.ctx.fns[r.a]
	return k, ok
}

// functions are the parameters of a callee that are functions of the project.
func (f *frame) functions(site *callSite, c *called) map[int32]unitKey {
	var out map[int32]unitKey
	for _, b := range c.bind {
		if b.slot < 0 || b.part != "" || b.take != "" || site.slots[b.slot].fn < 0 {
			continue
		}
		r := &f.files[f.key.file].refs[site.slots[b.slot].fn]
		var k unitKey
		if r.kind == refParam {
			given, ok := f.given(r)
			if !ok {
				continue
			}
			k = given
		} else if e := f.resolve(f.key.file, site.slots[b.slot].fn); e.kind == isUnit && e.s == "" {
			k = unitKey{e.file, e.n}
		} else {
			continue
		}
		if out == nil {
			out = map[int32]unitKey{}
		}
		out[b.param] = k
	}
	return out
}

// bind says which argument goes to which parameter.
func (f *frame) bind(site *callSite, to target) (out []binds) {
	u := &f.files[to.file].units[to.unit]
	out = []binds{}
	var plain []int32
	rest, named := int32(-1), int32(-1)
	for i := 1; i < len(u.params); i++ {
		switch u.params[i].kind {
		case paramPlain:
			plain = append(plain, int32(i))
		case paramRest:
			rest = int32(i)
		case paramNamed:
			named = int32(i)
		}
	}
	switch {
	case to.made:
	case to.bound:
		if site.recv >= 0 {
			out = append(out, binds{slot: -1, param: 0})
		}
	case u.class >= 0 && !u.static && f.lang == "python" && u.params[0].name != "cls":
		plain = append([]int32{0}, plain...)
	}
	next := 0
	for i := range site.slots {
		at := int32(i)
		switch sl := &site.slots[i]; sl.kind {
		case slotPlain:
			switch {
			case next < len(plain):
				out = append(out, binds{slot: at, param: plain[next]})
				next++
			case rest >= 0:
				out = append(out, binds{slot: at, param: rest})
			}
		case slotSpread:
			for _, p := range plain[min(next, len(plain)):] {
				out = append(out, binds{slot: at, param: p, take: anyPart})
			}
			if rest >= 0 {
				out = append(out, binds{slot: at, param: rest})
			}
			next = len(plain)
		case slotNamed:
			found := false
			for p := range u.params {
				if u.params[p].name == sl.name && u.params[p].kind != paramRest && u.params[p].kind != paramNamed {
					out = append(out, binds{slot: at, param: int32(p)})
					found = true
				}
			}
			if !found && named >= 0 {
				out = append(out, binds{slot: at, param: named, part: sl.name})
			}
		case slotSpreadNamed:
			for p := range u.params {
				if q := &u.params[p]; p > 0 && q.name != "" && (q.kind == paramPlain || q.kind == paramOnly) {
					out = append(out, binds{slot: at, param: int32(p), take: q.name})
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
func (f *frame) result(at int32) held {
	c := f.call(at)
	if !c.known {
		return held{whole: f.val(f.g.calls[at].pass).all()}
	}
	if c.sum == nil {
		return held{}
	}
	if c.to.made {
		v := c.sum.outs[0]
		return f.brought(at, c, &v)
	}
	return f.brought(at, c, &c.sum.ret)
}

// out is what a call leaves in an argument, or in the object that it is made on.
func (f *frame) out(at, arg int32) (v held) {
	c := f.call(at)
	if !c.known || c.sum == nil || len(c.sum.outs) == 0 {
		return held{}
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

// brought is a callee's value with the caller's taint in the place of the parameters'.
func (f *frame) brought(at int32, c *called, v *held) held {
	return v.each(func(x fact) facts { return f.here(at, c, x, true) })
}

// here is a callee's fact, seen from the caller.
func (f *frame) here(at int32, c *called, x fact, back bool) (out facts) {
	site := &f.g.calls[at]
	name := f.files[c.to.file].units[c.to.unit].name
	if name == "" {
		name = "a function without a name"
	}
	if x.from.source {
		if back {
			x.way = x.way.add(f.key.file, site.place, "comes back from "+name)
		}
		return facts{x}
	}
	if int(x.from.n) >= len(c.params) {
		return nil
	}
	given := c.params[x.from.n].whole
	switch {
	case x.from.part != "":
		given = c.params[x.from.n].one(x.from.part)
	case c.sum.ctx.whole:
		given = c.params[x.from.n].all()
	}
	for _, g := range given {
		if !f.sameLabel(x, g) {
			continue
		}
		y := fact{label: x.label, from: g.from}
		y.way = g.way.add(f.key.file, site.place, "is passed to "+name).through(x.way)
		out = out.with(y)
	}
	return out
}

// sameLabel says whether a fact of a parameter can come from a given one: labels are kept, unless a propagator changed
// them on the way.
func (f *frame) sameLabel(x, given fact) bool {
	return x.label == given.label || f.relabels
}
