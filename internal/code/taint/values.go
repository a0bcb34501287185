package taint

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/index"
	"github.com/drydock/drydock/internal/code/value"
)

// valuation keeps what expressions are known to be worth while a function is run. Only the tracer has one: it decides
// branches, tells elements apart and cuts texts, which rules that stay within functions do not ask for.
type valuation struct {
	lang   *value.Lang
	x      *index.Indexer
	scope  ast.ID // the function that is run
	worth  map[ast.ID]worth
	native map[ast.ID]value.Value // calls that were worked out: what they give
	made   []taintSet             // what open pieces of texts were made of, by number from 1
	found  map[string]ast.ID      // m[k] by the variables that say whether m has k: v, ok := m[k] of Go
	gave   map[string]ast.ID      // calls by the variables that were last given their only, or last, result
	held   int                    // variables that hold a condition, which is looked at by way of them
	inner  int                    // functions within, which may run at another time
	depth  int
	// each is the element that the loop which is run one by one is at; rounds are the rounds that were run so.
	each   map[ast.ID]element
	rounds int
}

// worth is what an expression was worth when it was run last.
type worth struct {
	v value.Value
	m taintSet
}

// newValuation prepares a valuation, nil where the function cannot be followed or the rule does not want it.
func newValuation(x *index.Indexer, fn ast.ID) *valuation {
	lang := value.LangNamed(x.Tree.Lang.Name)
	if lang == nil || x.Written().Jumps(fn) {
		return nil
	}
	return &valuation{lang: lang, x: x, scope: fn, worth: map[ast.ID]worth{}, native: map[ast.ID]value.Value{},
		each: map[ast.ID]element{}, found: map[string]ast.ID{}, gave: map[string]ast.ID{}}
}

// valueOf is what an expression was worth when it was run last.
func (fl *flow) valueOf(id ast.ID) value.Value {
	if fl.vals == nil || id == ast.Nil {
		return value.Value{}
	}
	return fl.vals.worth[id].v
}

// taintOf is the taint that an expression had when it was run last.
func (fl *flow) taintOf(id ast.ID) taintSet { return fl.vals.worth[id].m }

// rerun is the taint of an expression that was just run as a part of another.
func (fl *flow) rerun(id ast.ID, s state) taintSet {
	if fl.vals != nil {
		return fl.taintOf(id)
	}
	return fl.eval(id, s.clone())
}

// keepWorth notes what an expression is worth, after the rule's parts were looked at: a text of which they changed the
// taint is one of which no more is known.
func (fl *flow) keepWorth(id ast.ID, v value.Value, before, m taintSet) {
	if v.IsText() && !slices.EqualFunc(before, m, func(a, b taint) bool { return a.node == b.node }) {
		v = value.OpenText(fl.vals.madeOf(m))
	} else if len(m) > 0 && v.Fixed() {
		v = value.Value{}
	}
	if len(m) == 0 && v.Kind == value.Unknown {
		delete(fl.vals.worth, id)
		return
	}
	fl.vals.worth[id] = worth{v, m}
}

// maxMade bounds the pieces of texts of one function.
const maxMade = 1 << 14

// madeOf numbers a taint that a piece of text has; 0 for none.
func (w *valuation) madeOf(m taintSet) int32 {
	if len(m) == 0 {
		return 0
	}
	for i := len(w.made) - 1; i >= max(0, len(w.made)-8); i-- {
		if slices.EqualFunc(w.made[i], m, func(a, b taint) bool { return a.node == b.node && a.trace == b.trace }) {
			return int32(i + 1)
		}
	}
	if len(w.made) >= maxMade {
		return -1
	}
	w.made = append(w.made, m)
	return int32(len(w.made))
}

// textTaint is the taint of the pieces of a text; false where it is not known.
func (w *valuation) textTaint(v value.Value) (m taintSet, ok bool) {
	for _, p := range v.Pieces {
		switch {
		case p.From < 0:
			return nil, false
		case p.From > 0:
			m = m.union(w.made[p.From-1])
		}
	}
	return m, true
}

// asText is a value as a piece of a text.
func (fl *flow) asText(v value.Value, m taintSet) value.Value {
	if v.IsText() || v.Kind == value.Int {
		return v
	}
	return value.OpenText(fl.vals.madeOf(m))
}

// sharpen works out what an expression is worth, and takes from its taint what its value cannot have.
func (fl *flow) sharpen(id ast.ID, m taintSet, s state) (value.Value, taintSet) {
	v := fl.worthOf(id, s)
	switch {
	case v.Kind == value.Unknown:
	case v.Fixed() && !v.IsText():
		m = nil
	case v.IsText():
		if of, ok := fl.vals.textTaint(v); ok {
			m = m.only(of)
		} else {
			v = value.Value{}
		}
	case v.Kind == value.Object && fl.t.Nodes[id].Kind == ast.Name:
		m = m.union(s.contents(v.Ref))
	}
	if fl.plainKind(id) {
		m = nil
	}
	return v, m
}

// only keeps the taints that another set has too.
func (a taintSet) only(b taintSet) (out taintSet) {
	for _, x := range a {
		if b.has(x) {
			out = append(out, x)
		}
	}
	return out
}

// without takes the taints of another set away.
func (a taintSet) without(b taintSet) (out taintSet) {
	for _, x := range a {
		if !b.has(x) {
			out = append(out, x)
		}
	}
	return out
}

// plainKind reports whether an expression is a number or a truth value, which carry no text.
func (fl *flow) plainKind(id ast.ID) bool {
	t := fl.t
	o := &fl.Prog.Rule.Options
	switch t.Nodes[id].Kind {
	case ast.Bin:
		if comparison(string(t.Text(id))) || t.HasText(id, "instanceof") {
			return !o.TaintComparisons
		}
	case ast.Unary:
		if t.HasText(id, "!") || t.HasText(id, "not") {
			return !o.TaintBooleans
		}
	case ast.Assign, ast.VarDef, ast.AugAssign:
		return false
	case ast.Member:
		if name := t.Child(id, ast.Ident); name != ast.Nil && t.HasText(name, "length") && t.Nodes[id].Role != ast.Fn {
			return !o.TaintNumbers
		}
	}
	switch t.ValueKind(id) {
	case ast.Bool:
		return !o.TaintBooleans
	case ast.Num:
		return !o.TaintNumbers
	}
	return false
}

// worthOf is what is known of an expression's value, of which the parts were just run.
func (fl *flow) worthOf(id ast.ID, s state) value.Value {
	t := fl.t
	switch n := &t.Nodes[id]; n.Kind {
	case ast.Str, ast.Num, ast.Bool, ast.Null:
		return literal(t, id)
	case ast.Name:
		if v, ok := s.value[fl.place(id, s)]; ok {
			return v
		}
		return fl.vals.lasting(id)
	case ast.Member:
		return fl.memberWorth(id, s)
	case ast.Index, ast.Slice:
		return fl.indexWorth(id, s)
	case ast.Assign:
		return fl.valueOf(t.Child(id, ast.Right))
	case ast.Bin:
		return fl.binary(id)
	case ast.Unary:
		return fl.unary(id)
	case ast.Interp:
		return fl.interpolated(id)
	case ast.Cast, ast.Await:
		return fl.cast(id)
	case ast.Call:
		if text, ok := t.Setting(id); ok {
			return value.Of(text)
		}
		return fl.vals.native[id]
	case ast.Ternary, ast.If, ast.Switch, ast.New, ast.List, ast.Dict, ast.Tuple:
		return fl.vals.native[id]
	case ast.ExprStmt:
		return fl.valueOf(n.First)
	case ast.Block:
		last := ast.Nil
		for c := n.First; c != ast.Nil; c = t.Nodes[c].Next {
			last = c
		}
		return fl.valueOf(last)
	case ast.Other:
		switch t.Lang.SymbolName(n.Sym) {
		case "character_literal", "rune_literal":
			if text := t.Source(id); len(text) == 3 {
				v := value.Of(string(text[1:2]))
				v.Kind = value.Char
				return v
			}
		}
		return fl.vals.native[id]
	}
	return value.Value{}
}

// literal is the value of a literal.
func literal(t *ast.Tree, id ast.ID) value.Value {
	switch t.Nodes[id].Kind {
	case ast.Str:
		if t.AnyConst(id) || bytes.HasPrefix(t.Source(id), []byte("b")) && t.Lang.Name == "python" {
			return value.Value{}
		}
		return value.Of(string(t.Text(id)))
	case ast.Num:
		return number(string(t.Text(id)), t.AnyConst(id))
	case ast.Bool:
		if t.AnyConst(id) {
			return value.Value{}
		}
		return value.Truth(t.HasText(id, "true"))
	case ast.Null:
		return value.Nothing()
	}
	return value.Value{}
}

func number(s string, unknown bool) value.Value {
	if unknown {
		return value.Value{}
	}
	s = strings.ReplaceAll(s, "_", "")
	if n, err := strconv.ParseInt(strings.TrimRight(s, "lL"), 0, 64); err == nil {
		if len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
			return value.Value{} // octal, or not
		}
		return value.Number(n)
	}
	if f, err := strconv.ParseFloat(strings.TrimRight(s, "dDfF"), 64); err == nil && !strings.HasPrefix(s, "0x") {
		return value.Value{Kind: value.Float, Float: f}
	}
	return value.Value{}
}

// lasting is the value of a variable that is given one once, outside of the function that is run, for good.
func (w *valuation) lasting(id ast.ID) value.Value {
	t := w.x.Tree
	decl := t.Decl(id)
	d, ok := t.Declared(decl)
	if !ok || d.Value == ast.Nil || d.Scope == w.scope || !t.AssignedOnce(decl) && !t.IsConstant(decl) ||
		w.x.Written().Elsewhere(t, id) {
		return value.Value{}
	}
	return w.constant(d.Value)
}

// constant is the value of an expression of constants.
func (w *valuation) constant(id ast.ID) value.Value {
	if w.depth++; w.depth > maxConstant {
		w.depth--
		return value.Value{}
	}
	defer func() { w.depth-- }()
	t := w.x.Tree
	switch t.Nodes[id].Kind {
	case ast.Str, ast.Num, ast.Bool, ast.Null:
		return literal(t, id)
	case ast.Name:
		return w.lasting(id)
	case ast.Bin:
		if l, r := t.Child(id, ast.Left), t.Child(id, ast.Right); l != ast.Nil && r != ast.Nil {
			return w.lang.Binary(string(t.Text(id)), w.constant(l), w.constant(r))
		}
	}
	return value.Value{}
}

// maxConstant bounds how deep an expression of constants, and the names in it, are looked into.
const maxConstant = 20

// binary is what an operator makes of its sides.
func (fl *flow) binary(id ast.ID) value.Value {
	t := fl.t
	if v, ok := fl.vals.native[id]; ok {
		return v
	}
	l, r := t.Child(id, ast.Left), t.Child(id, ast.Right)
	if l == ast.Nil || r == ast.Nil {
		return value.Value{}
	}
	op := string(t.Text(id))
	a, b := fl.valueOf(l), fl.valueOf(r)
	if comparison(op) && fl.vals.lang.Name == "python" && t.Nodes[l].Kind == ast.Bin && comparison(string(t.Text(l))) {
		return value.Value{} // a < b < c
	}
	switch {
	case op == "%" && a.Kind == value.Text && (fl.vals.lang.Name == "python" || fl.vals.lang.Name == "ruby"):
		return fl.formatted(a, fl.elementsOf(r))
	case op == t.Lang.Names.ConcatOp():
		if a.Kind == value.Text && b.Kind != value.Text {
			b = fl.joined(b, r)
		} else if b.Kind == value.Text && a.Kind != value.Text {
			a = fl.joined(a, l)
		}
	}
	return fl.vals.lang.Binary(op, a, b)
}

// joined is what is no text, as a piece of one that it is joined with.
func (fl *flow) joined(v value.Value, id ast.ID) value.Value {
	switch v.Kind {
	case value.Int, value.Char:
		return v
	}
	return value.OpenText(fl.vals.madeOf(fl.taintOf(id)))
}

// elementsOf are the operands of a format: the elements of a tuple or list, or the expression alone.
func (fl *flow) elementsOf(id ast.ID) (out []value.Value) {
	t := fl.t
	if k := t.Nodes[id].Kind; k == ast.Tuple || k == ast.List && fl.vals.lang.Name == "ruby" {
		for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
			if t.Nodes[c].Kind == ast.Spread {
				return nil
			}
			out = append(out, fl.asText(fl.valueOf(c), fl.taintOf(c)))
		}
		return out
	}
	return []value.Value{fl.asText(fl.valueOf(id), fl.taintOf(id))}
}

// formatted fills %s and %d in a text.
func (fl *flow) formatted(format value.Value, args []value.Value) value.Value {
	s, ok := format.Constant()
	if !ok {
		return value.Value{}
	}
	var out []value.Value
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			break
		}
		if i+1 >= len(s) || !strings.ContainsRune("sdvq%", rune(s[i+1])) {
			return value.Value{}
		}
		out = append(out, value.Of(s[:i]))
		if s[i+1] == '%' {
			out = append(out, value.Of("%"))
		} else {
			if len(args) == 0 {
				return value.Value{}
			}
			out = append(out, args[0])
			args = args[1:]
		}
		s = s[i+2:]
	}
	if len(args) > 0 {
		return value.Value{}
	}
	return value.Join(append(out, value.Of(s))...)
}

func (fl *flow) unary(id ast.ID) value.Value {
	t := fl.t
	v := fl.valueOf(t.Child(id, ast.Value))
	switch string(t.Text(id)) {
	case "!", "not":
		if yes, known := fl.isTrue(v); known {
			return value.Truth(!yes)
		}
	case "-":
		switch v.Kind {
		case value.Int:
			return value.Number(-v.Int)
		case value.Float:
			v.Float = -v.Float
			return v
		}
	case "+":
		if v.Kind == value.Int || v.Kind == value.Float {
			return v
		}
	case ":":
		if name := t.Child(id, ast.Ident); name != ast.Nil {
			v := value.Of(string(t.Text(name)))
			v.Kind = value.Symbol
			return v
		}
	case "&", "*":
		if v.Kind == value.Object {
			return v
		}
	}
	return value.Value{}
}

// isTrue reports whether a value counts as true.
func (fl *flow) isTrue(v value.Value) (yes, known bool) {
	if v.Kind == value.Object && !fl.vals.lang.ListsFalse {
		return true, true
	}
	return fl.vals.lang.IsTrue(v)
}

// interpolated is a text with expressions in it.
func (fl *flow) interpolated(id ast.ID) value.Value {
	t := fl.t
	var parts []value.Value
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		v := fl.valueOf(c)
		if t.Nodes[c].Kind == ast.Str {
			v = literal(t, c)
		}
		if v.Kind == value.Int && fl.vals.lang.Name == "python" && t.Nodes[c].Next != ast.Nil {
			v = value.OpenText(0) // there may be a format
		}
		parts = append(parts, fl.asText(v, fl.taintOf(c)))
	}
	return value.Join(parts...)
}

// cast is a value under another type; one that may have changed it is not known any more.
func (fl *flow) cast(id ast.ID) value.Value {
	v := fl.valueOf(fl.t.Child(id, ast.Value))
	switch v.Kind {
	case value.Text, value.Object, value.Null:
		if fl.t.Nodes[id].Kind == ast.Await || fl.vals.lang.Name != "php" {
			return v
		}
	}
	return value.Value{}
}

// agree makes two states know the same of values before they are joined: what only one of them knows, or what they do
// not agree on, neither does. It gives the other state, which it does not change.
func (s *places) agree(o state) (other state, changed bool) {
	if s.value == nil {
		return o, false
	}
	var differ []string
	for k, v := range s.value {
		if w, ok := o.value[k]; !ok || !v.Same(w) {
			differ = append(differ, k)
		}
	}
	changed = len(differ) > 0
	for k := range o.value {
		if _, ok := s.value[k]; !ok {
			differ = append(differ, k)
		}
	}
	if len(differ) == 0 {
		return o, false
	}
	slices.Sort(differ)
	o = o.clone()
	for _, k := range differ {
		s.meet(k, o)
	}
	return o, changed
}

// meet lets two states know of a place what both do.
func (s *places) meet(k string, o state) {
	v, w := s.value[k], o.value[k]
	if v.Kind == value.Shape && w.Kind == value.Shape && v.Form == value.Map && w.Form == value.Map {
		v.Whole = v.Whole && w.Whole
		s.value[k], o.value[k] = v, v
		return
	}
	s.loosen(k)
	o.loosen(k)
	if v.Kind == value.Unknown || w.Kind == value.Unknown {
		delete(s.value, k)
		delete(o.value, k)
	}
}

// loosen drops what is known of a place's value: what it refers to may be another object from now on, and the
// elements of a list may be anywhere in it.
func (s *places) loosen(k string) {
	v, ok := s.value[k]
	if !ok {
		return
	}
	switch {
	case v.Kind == value.Object:
		s.taint[k] = s.taint[k].union(s.contents(v.Ref))
	case v.Kind == value.Shape && v.Form == value.List:
		s.scatter(k)
	}
	if v.Kind == value.Shape && v.Form != value.Builder {
		v.Len, v.Whole = -1, false
		s.value[k] = v
		return
	}
	delete(s.value, k)
}

// forgetValues drops all that is known of values, where a loop does not come to rest.
func (s *places) forgetValues() {
	for _, k := range slices.Sorted(maps.Keys(s.value)) {
		s.loosen(k)
	}
}

// shared drops what is known of the values of places that other functions may write: fields and the file's variables.
func (fl *flow) shared(s state) {
	if fl.vals == nil {
		return
	}
	for k := range s.value {
		if k[0] == '#' {
			continue
		}
		d, _, ok := strings.Cut(k, "\x00")
		if strings.Contains(k, ".") || k[0] == '$' && fl.vals.lang.Name == "ruby" {
			s.loosen(k)
			continue
		}
		if !ok {
			continue
		}
		n, _ := strconv.Atoi(d)
		if decl, known := fl.t.Declared(int32(n)); known && decl.Scope == 0 && decl.Value == ast.Nil {
			s.loosen(k)
		}
	}
}

// setValue notes what an assignment gave a place.
func (fl *flow) setValue(left ast.ID, key string, v value.Value, s state) {
	switch {
	case fl.vals == nil || v.Kind == value.Unknown || strings.Contains(key, anyIndex):
	case fl.t.Nodes[left].Kind == ast.Name && fl.vals.x.Written().Elsewhere(fl.t, left):
	default:
		s.value[key] = v
	}
}

// anyElement is the taint of any element of what a value is.
func (fl *flow) anyElement(id ast.ID, m taintSet) taintSet {
	if tr, ok := fl.dom.(*tracer); ok && fl.valueOf(id).Kind != value.Object {
		return tr.partOf(m, facts.AnyPart)
	}
	return m
}
