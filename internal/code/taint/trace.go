package taint

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/index"
	"github.com/drydock/drydock/internal/code/value"
)

// tracer makes the graph of one function: while flow runs it, it gives every parameter, source and call that the
// project may define a node, and notes what comes to calls, sinks and what is returned. What a callee does with it is
// found when all functions are known (summary.go).
type tracer struct {
	x      *index.Indexer
	fn     int32
	rules  *facts.Rule
	g      *facts.Graph
	ids    map[gkey]int32
	callAt map[ast.ID]int32
	sinkAt map[[2]int32]int32
	objs   map[ast.ID]taintSet // what calls are made on
	params map[string]int32    // by place
	fixed  map[string]bool     // parameters that were given another value
	refs   map[string]bool     // parameters that are names of what is given
	inner  int                 // depth of lambdas: what they return is not the function's
}

// gkey finds a node that is there already.
type gkey struct {
	kind facts.NodeKind
	a, b int32
	s    string
}

// Bounds on the graph of one function.
const (
	maxGraphNodes = 20_000
	maxGraphEdges = 200 // into one node
	maxTaints     = 60  // of one value
	maxSlots      = 30  // arguments of one call
)

func newTracer(x *index.Indexer, fn int32, rules *facts.Rule) *tracer {
	tr := &tracer{
		x:      x,
		fn:     fn,
		rules:  rules,
		g:      &facts.Graph{Outs: map[int32]int32{}, Cells: map[string]int32{}},
		ids:    map[gkey]int32{},
		callAt: map[ast.ID]int32{},
		sinkAt: map[[2]int32]int32{},
		objs:   map[ast.ID]taintSet{},
		params: map[string]int32{},
		fixed:  map[string]bool{},
		refs:   map[string]bool{},
	}
	tr.g.Ret = tr.fresh()
	return tr
}

// node finds or makes a node.
func (tr *tracer) node(k facts.NodeKind, a, b int32, s string) int32 {
	key := gkey{k, a, b, s}
	if n, ok := tr.ids[key]; ok {
		return n
	}
	if len(tr.g.Nodes) >= maxGraphNodes {
		return facts.NoRef
	}
	n := int32(len(tr.g.Nodes))
	tr.g.Nodes = append(tr.g.Nodes, facts.Node{Kind: k, A: a, B: b, Name: s})
	tr.ids[key] = n
	return n
}

// fresh makes a node that only gathers.
func (tr *tracer) fresh() int32 {
	if len(tr.g.Nodes) >= maxGraphNodes {
		return facts.NoRef
	}
	tr.g.Nodes = append(tr.g.Nodes, facts.Node{Kind: facts.NodeJoin})
	return int32(len(tr.g.Nodes) - 1)
}

func one(n int32) taintSet {
	if n < 0 {
		return nil
	}
	return taintSet{{node: n + 1}}
}

// flowsTo lets the taints of a value come to a node, or to a part of it.
func (tr *tracer) flowsTo(n int32, part string, m taintSet) {
	if n < 0 {
		return
	}
	to := &tr.g.Nodes[n]
next:
	for _, x := range m {
		for i := range to.In {
			if to.In[i].From == x.node-1 && to.In[i].To == part {
				continue next
			}
		}
		if x.node == 0 || len(to.In) >= maxGraphEdges {
			continue
		}
		e := facts.Edge{From: x.node - 1, To: part}
		for v := x.trace; v != nil; v = v.before {
			e.Steps = append(e.Steps, facts.Span{Start: v.start, End: v.end})
		}
		for i, j := 0, len(e.Steps)-1; i < j; i, j = i+1, j-1 {
			e.Steps[i], e.Steps[j] = e.Steps[j], e.Steps[i]
		}
		to.In = append(to.In, e)
	}
}

// knows notes that a part of a node's value is known, though nothing may come to it.
func (tr *tracer) knows(n int32, part string) {
	if n < 0 {
		return
	}
	to := &tr.g.Nodes[n]
	for _, k := range to.Known {
		if k == part {
			return
		}
	}
	if len(to.Known) < maxGraphEdges {
		to.Known = append(to.Known, part)
	}
}

// value lets an expression's value, with the parts that are known of it, come to a node.
func (tr *tracer) value(fl *flow, n int32, id ast.ID, m taintSet, s state) {
	if v := fl.valueOf(id); v.Kind == value.Object && fl.t.Kind(id) != ast.Tuple {
		tr.objectValue(n, v.Ref, m, s)
		return
	}
	tr.flowsTo(n, "", m)
	key := ""
	if id != ast.Nil {
		id = fl.pointedTo(id)
		key = fl.place(id, s)
	}
	if key != "" {
		tr.parts(n, key, s)
		return
	}
	if id == ast.Nil {
		return
	}
	t := fl.t
	if t.Nodes[id].Kind == ast.Tuple {
		tr.elements(fl, n, id, s)
		return
	}
	if fl.literal(id) != ast.Nil {
		tr.literalValue(fl, n, id, s)
	}
}

// literalValue lets the fields of an object that is written out come to a node.
func (tr *tracer) literalValue(fl *flow, n int32, object ast.ID, s state) {
	t := fl.t
	dict := fl.literal(object)
	for c := t.Nodes[dict].First; c != ast.Nil; c = t.Nodes[c].Next {
		k, v := t.Child(c, ast.Key), t.Child(c, ast.Value)
		if t.Nodes[c].Kind == ast.Name { // {a} of JavaScript
			k, v = c, c
		}
		if k == ast.Nil || v == ast.Nil {
			return // not all parts are known
		}
		switch t.Nodes[k].Kind {
		case ast.Name, ast.Str, ast.Num:
			part := partName(string(t.Text(k)))
			tr.knows(n, part)
			if m := fl.rerun(v, s); fl.literal(v) == ast.Nil {
				tr.flowsTo(n, part, m)
			} else {
				e := tr.node(facts.NodeJoin, v, 0, "")
				tr.value(fl, e, v, m, s)
				tr.flowsTo(n, part, one(e))
			}
		default:
			return
		}
	}
	for _, name := range fl.zeroFields(object, dict) {
		tr.knows(n, name)
	}
}

// elements lets several results come to a node, each with its parts.
func (tr *tracer) elements(fl *flow, n int32, tuple ast.ID, s state) {
	i := 0
	for c := fl.t.Nodes[tuple].First; c != ast.Nil; c = fl.t.Nodes[c].Next {
		part := strconv.Itoa(i)
		e := tr.node(facts.NodeJoin, c, 0, "")
		tr.value(fl, e, c, fl.rerun(c, s), s)
		tr.knows(n, part)
		tr.flowsTo(n, part, one(e))
		i++
	}
}

// parts lets what is known of the parts of a place come to a node.
func (tr *tracer) parts(n int32, key string, s state) {
	for _, k := range s.partsOf(key) {
		tr.knows(n, k)
		at := key + "." + k
		m := s.all(at)
		if key[0] == '#' {
			m = m.union(s.below(at))
		}
		tr.flowsTo(n, k, m)
		for _, inner := range s.partsOf(at) {
			part := k + facts.PartOf + inner
			tr.knows(n, part)
			tr.flowsTo(n, part, s.all(at+"."+inner).union(s.below(at+"."+inner)))
		}
	}
}

// objectValue lets an object come to a node. A list is looked at as a whole by most who get one, a map by its keys.
func (tr *tracer) objectValue(n int32, ref string, m taintSet, s state) {
	if s.value[ref].Form == value.Map {
		m = m.without(s.contents(ref)).union(s.taint[ref])
	}
	tr.flowsTo(n, "", m)
	if s.value[ref].Form != value.Builder {
		tr.parts(n, ref, s)
	}
}

func partName(s string) string { return strings.ReplaceAll(s, ".", "\x01") }

// partsOf lists the parts of a place that are known, one level deep.
func (s *places) partsOf(key string) (out []string) {
	for k := range s.taint {
		if len(k) > len(key) && k[len(key)] == '.' && strings.HasPrefix(k, key) &&
			!strings.Contains(k[len(key)+1:], ".") {
			out = append(out, k[len(key)+1:])
		}
	}
	sort.Strings(out)
	return out
}

// begin gives the object that the function is called on its node.
func (tr *tracer) begin(fl *flow, s state) {
	u := &tr.x.Facts.Functions[tr.fn]
	if ps := fl.t.Child(u.Node, ast.Mods); tr.fn > 0 && fl.t.Kind(ps) == ast.Params { // the receiver of Go
		if p := fl.t.Nodes[ps].First; p != ast.Nil && fl.t.Child(p, ast.Ident) != ast.Nil {
			key := fl.name(fl.t.Child(p, ast.Ident))
			s.taint[key] = one(tr.node(facts.NodeParam, 0, 0, ""))
			tr.params[key] = 0
		}
	}
	if u.Class < 0 || u.Params[0].Name != "" {
		return
	}
	for _, key := range []string{"this", "$this"} {
		s.taint[key] = one(tr.node(facts.NodeParam, 0, 0, ""))
		tr.params[key] = 0
	}
}

// param gives a parameter its node. name is the node of its name, or of the pattern that takes it apart.
func (tr *tracer) param(fl *flow, at int, p, name ast.ID, s state) {
	if tr.inner > 0 {
		return
	}
	n := int32(-1)
	t := fl.t
	if t.Nodes[name].Kind == ast.Name {
		text := strings.TrimPrefix(string(t.Text(name)), "$")
		for i := range tr.x.Facts.Functions[tr.fn].Params {
			if tr.x.Facts.Functions[tr.fn].Params[i].Name == text {
				n = int32(i)
			}
		}
		if n >= 0 {
			key := fl.name(name)
			s.taint[key] = s.get(key).union(one(tr.node(facts.NodeParam, n, 0, "")))
			tr.params[key], tr.refs[key] = n, index.ByReference(t, p)
			if index.IsPromoted(t, tr.x.Facts.Functions[tr.fn].Name, p) {
				s.taint["this."+text], s.taint["$this."+text] = s.taint[key], s.taint[key]
			}
		}
		return
	}
	base := tr.node(facts.NodeParam, int32(at), 0, "")
	if at >= len(tr.x.Facts.Functions[tr.fn].Params) || base < 0 {
		return
	}
	t.Walk(name, func(c ast.ID) bool {
		if t.Nodes[c].Kind != ast.Name || t.Nodes[c].Role == ast.Key || t.Nodes[c].Role == ast.Right {
			return true
		}
		part := string(t.Text(c))
		if q := t.Nodes[c].Parent; t.Nodes[q].Kind == ast.Pair && t.Child(q, ast.Key) != ast.Nil {
			part = string(t.Text(t.Child(q, ast.Key)))
		}
		key := fl.name(c)
		s.taint[key] = s.get(key).union(one(tr.node(facts.NodeField, base, 0, partName(part))))
		return true
	})
}

// field is the value of a part of what taints stand for.
func (tr *tracer) field(fl *flow, id ast.ID, m taintSet) taintSet {
	return tr.partOf(m, fl.partKey(id))
}

func (tr *tracer) partOf(m taintSet, part string) taintSet {
	out := make(taintSet, 0, len(m))
	for _, x := range m {
		if x.node > 0 && !tr.whole(x.node-1) {
			if n := tr.node(facts.NodeField, x.node-1, 0, part); n >= 0 {
				x.node = n + 1
			}
		}
		if !out.has(x) {
			out = append(out, x)
		}
	}
	return out
}

// unset is what a place holds that nothing was put into: that part of what it is part of, or what was there before the
// function.
func (tr *tracer) unset(fl *flow, key string, s state) taintSet {
	parts := strings.Split(key, ".")
	for n := len(parts) - 1; n >= 0; n-- {
		var m taintSet
		known := false
		switch {
		case n > 0:
			m, known = s.taint[strings.Join(parts[:n], ".")]
		case parts[0] == "this":
			m = one(tr.node(facts.NodeParam, 0, 0, ""))
		default:
			d, name, _ := strings.Cut(key, "\x00")
			if i, err := strconv.Atoi(d); err == nil && len(parts) == 1 {
				m = tr.variable(fl, int32(i), name)
			}
		}
		if !known && n > 0 {
			continue
		}
		for _, part := range parts[max(n, 1):] {
			m = tr.partOf(m, part)
		}
		return m
	}
	return nil
}

// whole reports whether what a node stands for has no parts of its own, and those of parts are not followed.
func (tr *tracer) whole(n int32) bool {
	switch x := &tr.g.Nodes[n]; x.Kind {
	case facts.NodeSource, facts.NodeLabel, facts.NodeGate:
		return true
	case facts.NodeField:
		return tr.g.Nodes[x.A].Kind == facts.NodeField && tr.g.Nodes[tr.g.Nodes[x.A].A].Kind == facts.NodeField
	}
	return false
}

// partKey is the last part of what a member or an index names.
func (fl *flow) partKey(id ast.ID) string {
	t := fl.t
	switch t.Nodes[id].Kind {
	case ast.Member:
		if name := t.Child(id, ast.Ident); t.Kind(name) == ast.Name {
			return partName(strings.TrimPrefix(string(t.Text(name)), "$"))
		}
	case ast.Index:
		ix := t.Child(id, ast.Elem)
		if t.Kind(ix) == ast.Str || t.Kind(ix) == ast.Num {
			return partName(string(t.Text(ix)))
		}
		if v := fl.valueOf(ix); v.Kind != value.Int || v.Int >= 0 {
			if part := v.Key(); part != "" {
				return part
			}
		}
	}
	return facts.AnyPart
}

// ownField is the value of an instance variable of Ruby, which is written without the object.
func (tr *tracer) ownField(key string) taintSet {
	base := tr.node(facts.NodeParam, 0, 0, "")
	if base < 0 {
		return nil
	}
	return one(tr.node(facts.NodeField, base, 0, strings.TrimPrefix(key, "this.")))
}

// variable is what a variable of the file holds for a function that reads it before it writes it.
func (tr *tracer) variable(fl *flow, decl int32, name string) taintSet {
	if tr.fn == 0 {
		return nil
	}
	d, ok := fl.t.Declared(decl)
	if !ok || d.Scope != 0 || d.Import != ast.Nil || d.Module != ast.Nil {
		return nil
	}
	if p := fl.t.Nodes[d.Node].Parent; p == ast.Nil || fl.t.Nodes[p].Kind == ast.FuncDef ||
		fl.t.Nodes[p].Kind == ast.ClassDef {
		return nil
	}
	return one(tr.node(facts.NodeCell, 0, 0, name))
}

// returned notes what the function returns or yields.
func (tr *tracer) returned(fl *flow, id ast.ID, m taintSet, s state) {
	if tr.inner > 0 {
		return
	}
	v := id
	if fl.t.Nodes[id].Kind == ast.Return || fl.t.Nodes[id].Kind == ast.Yield {
		v = fl.t.Nodes[id].First
	}
	if v == ast.Nil {
		tr.flowsTo(tr.g.Ret, "", m)
		tr.namedResults(fl, id, s)
	} else {
		tr.oneReturn(fl, v, m, s)
	}
	if fl.t.Nodes[id].Kind == ast.Return {
		tr.guards(fl, v, s)
		tr.end(fl, s)
	}
}

// oneReturn notes what one way out of the function gives. It has a node of its own: what is known of its parts holds of
// it alone.
func (tr *tracer) oneReturn(fl *flow, v ast.ID, m taintSet, s state) {
	n := tr.node(facts.NodeJoin, v, 0, "")
	next := func(c ast.ID) ast.ID { return fl.t.Nodes[c].Next }
	if fl.t.Kind(fl.t.Nodes[v].Parent) != ast.Return || next(v) == ast.Nil {
		tr.value(fl, n, v, m, s)
		tr.flowsTo(tr.g.Ret, "", one(n))
		return
	}
	tr.flowsTo(n, "", m)
	for i := 0; v != ast.Nil; i, v = i+1, next(v) { // return a, b of Ruby
		tr.knows(n, strconv.Itoa(i))
		tr.flowsTo(n, strconv.Itoa(i), fl.rerun(v, s))
	}
	tr.flowsTo(tr.g.Ret, "", one(n))
}

// namedResults notes what the results hold that have names, as a return without values gives them.
func (tr *tracer) namedResults(fl *flow, id ast.ID, s state) {
	t := fl.t
	results := t.Child(tr.x.Facts.Functions[tr.fn].Node, ast.Ret)
	if tr.fn == 0 || t.Kind(results) != ast.Params {
		return
	}
	first := t.Nodes[results].First
	if first == ast.Nil || t.Nodes[first].Next == ast.Nil {
		if first != ast.Nil {
			tr.oneNamed(fl, tr.g.Ret, t.Child(first, ast.Ident), s)
		}
		return
	}
	n := tr.node(facts.NodeJoin, id, 0, "")
	i := 0
	for p := first; p != ast.Nil; p = t.Nodes[p].Next {
		if name := t.Child(p, ast.Ident); t.Kind(name) == ast.Name {
			part := tr.node(facts.NodeJoin, name, 0, "")
			tr.oneNamed(fl, part, name, s)
			tr.flowsTo(n, "", one(part))
			tr.knows(n, strconv.Itoa(i))
			tr.flowsTo(n, strconv.Itoa(i), one(part))
		}
		i++
	}
	tr.flowsTo(tr.g.Ret, "", one(n))
}

// oneNamed lets what a result with a name holds come to a node.
func (tr *tracer) oneNamed(fl *flow, n int32, name ast.ID, s state) {
	if fl.t.Kind(name) == ast.Name {
		tr.value(fl, n, name, fl.known(fl.name(name), s), s)
	}
}

// nthResult is what comes of the i-th of several results of a call, of which m is the taint of all; false where the
// project has no such function.
func (tr *tracer) nthResult(fl *flow, call ast.ID, i int, m taintSet) (taintSet, bool) {
	for fl.t.Kind(call) == ast.Await {
		call = fl.t.Child(call, ast.Value)
	}
	at, ok := tr.callAt[call]
	if !ok || call == ast.Nil {
		return m, false
	}
	out := make(taintSet, 0, len(m))
	for _, x := range m {
		if n := x.node - 1; n >= 0 && tr.g.Nodes[n].Kind == facts.NodeResult && tr.g.Nodes[n].A == at {
			if part := tr.node(facts.NodeField, n, 0, strconv.Itoa(i)); part >= 0 {
				x.node = part + 1
			}
		}
		out = append(out, x)
	}
	return out, true
}

// end notes what the function leaves in what it was given and in the file's variables.
func (tr *tracer) end(fl *flow, s state) {
	if tr.inner > 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(tr.params)) {
		if tr.fixed[key] {
			continue
		}
		p := tr.params[key]
		parts := s.partsOf(key)
		direct := tr.others(s.taint[key], p)
		if len(parts) == 0 && len(direct) == 0 {
			continue
		}
		n := tr.out(p)
		tr.flowsTo(n, "", direct)
		tr.parts(n, key, s)
	}
	if tr.fn != 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(s.taint)) {
		m := s.taint[key]
		if _, name, ok := strings.Cut(key, "\x00"); ok && !strings.Contains(name, ".") {
			if m = s.all(key).union(m); len(m) > 0 {
				tr.flowsTo(tr.cell(name), "", m)
			}
		}
	}
}

// classBody notes what a class's own statements put into its fields.
func (tr *tracer) classBody(id ast.ID, s state) {
	class, ok := tr.x.ClassOf[id]
	if !ok || tr.fn != 0 || tr.inner > 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(s.taint)) {
		name := ""
		if d, text, ok := strings.Cut(key, "\x00"); ok {
			n, err := strconv.Atoi(d)
			if decl, known := tr.x.Tree.Declared(int32(n)); err == nil && known && decl.Scope == id {
				name = text
			}
		} else if text, ok := strings.CutPrefix(key, "this."); ok {
			name = text
			defer delete(s.taint, key) // of this class alone
		}
		m := s.all(key)
		if name == "" || strings.Contains(name, ".") || len(m) == 0 {
			continue
		}
		tr.flowsTo(tr.cell(fieldCell(class, name)), "", m)
	}
}

// fieldCell names a field of a class among the cells of a file.
func fieldCell(class int32, name string) string {
	return strconv.Itoa(int(class)) + "\x00" + strings.TrimPrefix(name, "$")
}

func (tr *tracer) cell(name string) int32 {
	n, ok := tr.g.Cells[name]
	if !ok {
		n = tr.fresh()
		tr.g.Cells[name] = n
	}
	return n
}

func (tr *tracer) out(p int32) int32 {
	n, ok := tr.g.Outs[p]
	if !ok {
		n = tr.fresh()
		tr.g.Outs[p] = n
	}
	return n
}

// others are the taints that are not just the parameter itself.
func (tr *tracer) others(m taintSet, p int32) (out taintSet) {
	for _, x := range m {
		if x.node > 0 {
			if n := &tr.g.Nodes[x.node-1]; n.Kind == facts.NodeParam && n.A == p {
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

// isObject reports whether a place is the object that the method is called on.
func (tr *tracer) isObject(key string) bool {
	p, ok := tr.params[key]
	return ok && p == 0 && tr.x.Facts.Functions[tr.fn].Class >= 0 && !tr.x.Tree.Lang.Objects.KeyedFields
}

// assigned notes that a variable has a new value: what is done to it from now on is not done to what was given, unless
// it is another name of that.
func (tr *tracer) assigned(key string) {
	if _, ok := tr.params[key]; ok && !tr.refs[key] {
		tr.fixed[key] = true
	}
}

// note keeps the values that are asked for again: what calls are made on, and statements that a function may return.
func (tr *tracer) note(fl *flow, id ast.ID, m taintSet) {
	n := &fl.t.Nodes[id]
	if n.Role == ast.Obj || fl.t.Lang.Names.ImplicitReturn && n.Role == ast.Elem {
		tr.objs[id] = m
	}
}

// last notes what a function returns without a return: its body where that is an expression, and in some languages its
// last statement.
func (tr *tracer) last(fl *flow, body ast.ID, m taintSet, s state) {
	t := fl.t
	if t.Nodes[body].Flags&ast.FlagExpr != 0 && t.Nodes[body].Kind != ast.Block {
		tr.returned(fl, body, m, s)
		tr.guards(fl, body, s)
		return
	}
	if !fl.dead {
		tr.guards(fl, tr.lastOf(fl, body), s)
	}
	if !t.Lang.Names.ImplicitReturn {
		return
	}
	tr.tail(fl, body, s, 0)
}

// lastOf is the expression that a function gives at its end without a return, Nil for none.
func (tr *tracer) lastOf(fl *flow, body ast.ID) ast.ID {
	t := fl.t
	if !t.Lang.Names.ImplicitReturn {
		return ast.Nil
	}
	last := ast.Nil
	for c := t.Nodes[body].First; c != ast.Nil; c = t.Nodes[c].Next {
		last = c
	}
	if t.Kind(last) == ast.ExprStmt {
		last = t.Nodes[last].First
	}
	return last
}

// tail notes what a statement is worth where it is the last one that a function runs.
func (tr *tracer) tail(fl *flow, id ast.ID, s state, depth int) {
	t := fl.t
	if id == ast.Nil || depth > 40 {
		return
	}
	each := func(parent ast.ID, is func(ast.ID) bool) {
		for c := t.Nodes[parent].First; c != ast.Nil; c = t.Nodes[c].Next {
			if is(c) {
				tr.tail(fl, c, s, depth+1)
			}
		}
	}
	switch n := &t.Nodes[id]; {
	case n.Kind == ast.Try:
		each(id, func(c ast.ID) bool {
			r := t.Nodes[c].Role
			return r == ast.Body && t.Child(id, ast.Else) == ast.Nil || r == ast.Else || r == ast.Handler
		})
	case n.Kind == ast.If:
		tr.tail(fl, t.Child(id, ast.Then), s, depth+1)
		tr.tail(fl, t.Child(id, ast.Else), s, depth+1)
	case n.Kind == ast.Switch, n.Kind == ast.Other && fl.hasArms(id):
		each(id, func(c ast.ID) bool { return fl.isArm(c) || t.Nodes[c].Kind == ast.Block })
	case n.Kind == ast.Block, n.Kind == ast.Catch, fl.isArm(id):
		end := ast.Nil
		for c := n.First; c != ast.Nil; c = t.Nodes[c].Next {
			end = c
		}
		tr.tail(fl, end, s, depth+1)
	case n.Kind == ast.ExprStmt:
		tr.value(fl, tr.g.Ret, n.First, tr.objs[id], s)
	case n.Flags&ast.FlagExpr != 0:
		tr.value(fl, tr.g.Ret, id, tr.objs[id], s)
	}
}

// namePlace is the place of a field of the object that is written by its bare name, as Ruby and Java have it; "" for
// other names.
func (tr *tracer) namePlace(fl *flow, id ast.ID) string {
	t := fl.t
	n := &t.Nodes[id]
	switch {
	case t.Lang.Names.ImplicitReturn:
		if n.End > n.Start && t.Src[n.Start] == '@' {
			return "this." + strings.TrimLeft(string(t.Text(id)), "@")
		}
		if outer := tr.x.Written().Outer(t.Decl(id)); outer != 0 {
			return strconv.Itoa(int(outer)) + "\x00" + string(t.Text(id))
		}
	case t.Lang.Names.ClassScope:
		if d, ok := t.Declared(t.Decl(id)); ok && t.Kind(d.Scope) == ast.ClassDef &&
			t.Kind(t.Nodes[d.Node].Parent) == ast.VarDef {
			return "this." + string(t.Text(id))
		}
	}
	return ""
}

// read is the value of a variable.
func (tr *tracer) read(fl *flow, id ast.ID, key string, s state) taintSet {
	if _, ok := s.taint[key]; !ok && fl.t.Nodes[id].Kind == ast.Name && strings.HasPrefix(key, "this.") {
		return tr.ownField(key)
	}
	if m, ok := s.taint[key]; ok {
		return m
	}
	if index.BareCall(fl.t, id) {
		return tr.called(fl, id, s, nil, nil)
	}
	return tr.unset(fl, key, s)
}

// memberPlace: fields are parts of their object.
func (tr *tracer) memberPlace(*flow, ast.ID, ast.ID, ast.ID) string { return "" }

// indexPlace tells elements with constant keys apart.
func (tr *tracer) indexPlace(fl *flow, id ast.ID, base string, s state) string {
	if sh, ok := s.value[base]; ok && sh.Kind == value.Shape {
		if part := fl.partFor(fl.valueOf(fl.t.Child(id, ast.Elem)), sh); part != "" {
			return base + "." + part
		}
		return base + anyIndex
	}
	if part := fl.partKey(id); part != facts.AnyPart {
		return base + "." + part
	}
	return base + anyIndex
}

// stored: what is put into a container leaves there what else the key may stand for.
func (tr *tracer) stored(fl *flow, left ast.ID, key string, m taintSet, s state) (string, taintSet) {
	switch {
	case fl.t.Nodes[left].Kind != ast.Index:
		if fl.t.Nodes[left].Kind != ast.Unary {
			tr.assigned(key)
		}
		return key, m
	case tr.isObject(key):
		key += anyIndex // what the object holds by a key that is not known is none of its fields
		return key, s.taint[key].union(m)
	}
	return key, s.get(key).union(m)
}

// closures: a file's functions are run by themselves; those within a function see its variables.
func (tr *tracer) closures() bool { return tr.fn > 0 || tr.inner > 0 }

func (tr *tracer) enter() { tr.inner++ }
func (tr *tracer) exit()  { tr.inner-- }

// kept: the step is told when it is known to be one.
func (tr *tracer) kept(*flow, ast.ID) string { return "" }
