package taint

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/value"
)

// refine notes in a state what a condition says of values where it is true, or where it is not.
func (fl *flow) refine(cond ast.ID, truth bool, s state) { fl.refineBelow(cond, truth, s, 0) }

// maxGuardDepth bounds how deep a condition, and the variables in it that hold one, are looked into.
const maxGuardDepth = 20

func (fl *flow) refineBelow(cond ast.ID, truth bool, s state, depth int) {
	if fl.vals == nil || cond == ast.Nil || depth > maxGuardDepth || fl.Prog.Rule.Options.NoGuards {
		return
	}
	t := fl.t
	switch t.Nodes[cond].Kind {
	case ast.Unary:
		if t.HasText(cond, "!") || t.HasText(cond, "not") {
			fl.refineBelow(t.Child(cond, ast.Value), !truth, s, depth+1)
		}
	case ast.Bin:
		fl.refineBinary(cond, truth, s, depth)
	case ast.Call:
		fl.refineCall(cond, truth, s)
	case ast.Name:
		if d, ok := t.Declared(t.Decl(cond)); ok && d.Value != ast.Nil {
			fl.vals.held++
			fl.refineBelow(d.Value, truth, s, depth+1)
			fl.vals.held--
		} else if at, found := fl.vals.found[fl.place(cond, s)]; found && truth {
			fl.vals.held++
			fl.member(t.Child(at, ast.Elem), t.Child(at, ast.Obj), s)
			fl.vals.held--
		} else if call := fl.lastCall(cond, s); call != ast.Nil {
			fl.vals.held++
			fl.refineByCallee(call, truth, s)
			fl.vals.held--
		}
	case ast.Assign:
		fl.refineBelow(t.Child(cond, ast.Right), truth, s, depth+1)
	}
}

func (fl *flow) refineBinary(cond ast.ID, truth bool, s state, depth int) {
	t := fl.t
	l, r := t.Child(cond, ast.Left), t.Child(cond, ast.Right)
	if l == ast.Nil || r == ast.Nil {
		return
	}
	op := string(t.Text(cond))
	switch op {
	case "&&", "and":
		if truth {
			fl.refineBelow(l, true, s, depth+1)
			fl.refineBelow(r, true, s, depth+1)
		}
		return
	case "||", "or":
		if !truth {
			fl.refineBelow(l, false, s, depth+1)
			fl.refineBelow(r, false, s, depth+1)
		}
		return
	case "!=", "!==", "is not", "not in":
		truth = !truth
	}
	switch op {
	case "==", "===", "is", "!=", "!==", "is not":
		if truth {
			fl.equal(l, r, s)
		}
		fl.refineCompared(l, r, truth, s, depth)
	case "in", "not in":
		if truth {
			fl.member(l, r, s)
		}
	case ">", ">=":
		fl.refinePlace(l, r, op, truth, s)
	case "=~":
		if truth && t.Kind(r) == ast.Regex {
			fl.shaped(l, string(t.Text(r)), false, false, s)
		}
	}
}

// refineCompared: a check that is held against true or false, and a place in a list that is held against -1.
func (fl *flow) refineCompared(l, r ast.ID, same bool, s state, depth int) {
	switch v := fl.valueOf(r); {
	case fl.t.Kind(r) == ast.Null && fl.vals.lang.Name == "go":
		fl.refineBelow(l, !same, s, depth+1)
	case v.Kind == value.Bool && fl.t.Kind(r) == ast.Bool:
		fl.refineBelow(l, same == (v.Int == 1), s, depth+1)
	case v.Kind == value.Int && v.Int == -1 && !same:
		fl.placed(l, s)
	case v.Kind == value.Int && v.Int == 1 && same, v.Kind == value.Int && v.Int == 0 && !same:
		fl.refineCall(l, true, s) // preg_match of PHP gives a number
	}
}

// refinePlace: a place in a list that is no number below zero.
func (fl *flow) refinePlace(l, r ast.ID, op string, truth bool, s state) {
	if v := fl.valueOf(r); truth && v.Kind == value.Int && (op == ">=" && v.Int == 0 || op == ">" && v.Int == -1) {
		fl.placed(l, s)
	}
}

// placed: S.indexOf(x) found x in S.
func (fl *flow) placed(call ast.ID, s state) {
	if c := fl.guardCall(call); c != nil && c.recv != ast.Nil && (c.name == "indexOf" || c.name == "index") &&
		len(c.args) == 1 {
		fl.member(c.args[0].id, c.recv, s)
	}
}

// guardCall is a call as something that may say what is true of a value, nil for what is none.
func (fl *flow) guardCall(id ast.ID) *invocation {
	t := fl.t
	if t.Kind(id) != ast.Call {
		return nil
	}
	fn, args := t.Child(id, ast.Fn), t.Child(id, ast.Arguments)
	if fn == ast.Nil {
		return nil
	}
	c := &invocation{flow: fl, id: id, recv: ast.Nil}
	switch {
	case t.Nodes[fn].Kind == ast.Name:
		c.name = string(t.Text(fn))
	case t.Nodes[fn].Kind == ast.Member && t.Kind(t.Child(fn, ast.Ident)) == ast.Name:
		c.name, c.recv = string(t.Text(t.Child(fn, ast.Ident))), t.Child(fn, ast.Obj)
	default:
		return nil
	}
	if args == ast.Nil {
		return c
	}
	for a := t.Nodes[args].First; a != ast.Nil; a = t.Nodes[a].Next {
		if k := t.Nodes[a].Kind; k == ast.KwArg || k == ast.Spread {
			return nil
		}
		c.args = append(c.args, argument{id: a})
	}
	return c
}

// Calls that say of a value, where they are true, what it can be.
var (
	equalities = map[string]bool{"equals": true, "equalsIgnoreCase": true, "contentEquals": true, "eql?": true,
		"compare_digest": true, "hash_equals": true, "EqualFold": true}
	memberships = map[string]bool{"contains": true, "includes": true, "include?": true, "member?": true,
		"containsKey": true, "has": true, "key?": true, "has_key?": true, "hasOwnProperty": true, "Contains": true,
		"in_array": true, "array_key_exists": true, "isset": true, "containsValue": true}
	characters = map[string]bool{"isdigit": true, "isalnum": true, "isalpha": true, "isdecimal": true,
		"isnumeric": true, "isidentifier": true, "ctype_digit": true, "ctype_alnum": true, "ctype_alpha": true,
		"ctype_xdigit": true, "is_numeric": true, "is_int": true, "isNumeric": true, "isAlphanumeric": true,
		"isAlpha": true, "isInteger": true, "is_integer": true}
	patterns = map[string]bool{"fullmatch": true, "match": true, "matches": true, "test": true, "match?": true,
		"MatchString": true, "preg_match": true, "search": true}
)

// refineCall notes what a call says of its arguments, or of what it is made on.
func (fl *flow) refineCall(id ast.ID, truth bool, s state) {
	c := fl.guardCall(id)
	if c == nil {
		return
	}
	c.s = s
	fl.refineByCallee(id, truth, s)
	if !truth {
		return
	}
	t := fl.t
	switch {
	case equalities[c.name]:
		if c.recv != ast.Nil && len(c.args) == 1 {
			fl.equal(c.recv, c.args[0].id, s)
		} else if len(c.args) == 2 {
			fl.equal(c.args[0].id, c.args[1].id, s)
		}
	case c.name == "isset" && len(c.args) == 1 && t.Kind(c.args[0].id) == ast.Index:
		fl.member(t.Child(c.args[0].id, ast.Elem), t.Child(c.args[0].id, ast.Obj), s)
	case (c.name == "in_array" || c.name == "array_key_exists") && len(c.args) >= 2:
		fl.member(c.args[0].id, c.args[1].id, s)
	case c.name == "Contains" && len(c.args) == 2: // slices.Contains(list, x)
		if t.Lang.Name == "go" && t.HasText(c.recv, "slices") {
			fl.member(c.args[1].id, c.args[0].id, s)
		}
	case memberships[c.name] && c.recv != ast.Nil && len(c.args) == 1:
		fl.member(c.args[0].id, c.recv, s)
	case characters[c.name]:
		if len(c.args) == 1 {
			fl.becomes(c.args[0].id, value.OpenText(0), nil, s)
		} else if c.recv != ast.Nil && len(c.args) == 0 {
			fl.becomes(c.recv, value.OpenText(0), nil, s)
		}
	case patterns[c.name]:
		fl.matched(c)
	default:
		fl.contained(c)
	}
}

// equal notes that two expressions are worth the same: what is held against something that is clean, is clean.
func (fl *flow) equal(l, r ast.ID, s state) {
	if m := fl.taintOf(r); len(m) == 0 {
		fl.becomes(l, fl.valueOf(r), nil, s)
	} else if m := fl.taintOf(l); len(m) == 0 {
		fl.becomes(r, fl.valueOf(l), nil, s)
	}
}

// member notes that something is an element, or a key, of what has a taint of its own: it is that element.
func (fl *flow) member(x, of ast.ID, s state) {
	if x == ast.Nil || of == ast.Nil {
		return
	}
	m := fl.taintOf(of)
	if fl.constantCollection(of, 0) {
		m = nil
	}
	fl.becomes(x, value.Value{}, m, s)
}

// constantCollection reports whether an expression names what is made once, of constants alone.
func (fl *flow) constantCollection(id ast.ID, depth int) bool {
	t := fl.t
	d, ok := t.Declared(t.Decl(id))
	if !ok || d.Value == ast.Nil || depth > maxGuardDepth || fl.vals.x.Written().Elsewhere(t, id) {
		return false
	}
	constant := true
	t.Walk(d.Value, func(x ast.ID) bool {
		switch n := &t.Nodes[x]; n.Kind {
		case ast.Call:
			fn := t.Child(x, ast.Fn)
			name := ast.Nil
			if fn != ast.Nil {
				name = fn
				if t.Nodes[fn].Kind == ast.Member {
					name = t.Child(fn, ast.Ident)
				}
			}
			constant = constant && t.Kind(name) == ast.Name && collecting[string(t.Text(name))]
		case ast.Interp, ast.Lambda, ast.Index, ast.Comp, ast.Ternary, ast.Await:
			constant = false
		case ast.Name:
			if x == d.Value || n.Role == ast.Elem && t.Nodes[n.Parent].Kind != ast.Other || n.Role == ast.Value &&
				t.Nodes[n.Parent].Kind == ast.Pair {
				constant = constant && fl.constantCollection(x, depth+1)
			}
		case ast.Dict, ast.List, ast.Args: // one that is empty is filled later
			constant = constant && (n.First != ast.Nil || n.Kind == ast.Args && t.Kind(n.Parent) == ast.Call &&
				t.Kind(t.Child(n.Parent, ast.Fn)) == ast.Member)
		}
		return constant
	})
	return constant
}

// collecting are functions that make collections of what they are given.
var collecting = map[string]bool{"of": true, "asList": true, "freeze": true, "set": true, "frozenset": true,
	"tuple": true, "list": true, "dict": true, "unmodifiableList": true, "unmodifiableSet": true, "copyOf": true,
	"entry": true, "ofEntries": true, "unmodifiableMap": true, "array": true, "to_set": true, "Set": true}

// becomes notes that what an expression names is worth something that is not made of what it was given.
func (fl *flow) becomes(id ast.ID, v value.Value, m taintSet, s state) {
	switch fl.t.Kind(id) {
	case ast.Name, ast.Member, ast.Index:
	default:
		return
	}
	key := fl.place(id, s)
	if key == "" || fl.valueOf(id).Kind == value.Object || v.Kind == value.Null {
		return
	}
	if now, ok := s.taint[key]; ok && fl.vals.held > 0 && !fl.sameValue(now, fl.taintOf(id)) {
		return // it was given another value since the variable that holds the condition was
	}
	if len(fl.taintOf(id).union(s.taint[key]).without(m)) == 0 && !v.Fixed() {
		return // nothing is taken away
	}
	s.taint[key] = m
	if old := s.value[key]; old.Kind != value.Unknown && !old.Fixed() {
		delete(s.value, key)
	}
	if v.Fixed() && fl.valueOf(id).Kind == value.Unknown {
		fl.setValue(id, key, v, s)
	}
}

// sameValue reports whether a place has the taint that it had before, and no more than calls may have added.
func (fl *flow) sameValue(now, before taintSet) bool {
	tr, ok := fl.dom.(*tracer)
	if !ok || len(before.without(now)) > 0 {
		return false
	}
	for _, x := range now.without(before) {
		if x.node == 0 || tr.g.Nodes[x.node-1].Kind != facts.NodeOut {
			return false
		}
	}
	return true
}

// matched notes that a regular expression matches a text.
func (fl *flow) matched(c *invocation) {
	t := fl.t
	re, text := ast.Nil, ast.Nil
	switch {
	case c.recv == ast.Nil && len(c.args) >= 2: // preg_match(re, x)
		re, text = c.args[0].id, c.args[1].id
	case c.recv == ast.Nil:
		return
	case len(c.args) == 0: // RE.matcher(x).matches()
		if inner := fl.guardCall(c.recv); inner != nil && inner.name == "matcher" && len(inner.args) == 1 {
			re, text = inner.recv, inner.args[0].id
		}
	case len(c.args) == 1 && fl.regex(c.recv) != "": // RE.test(x)
		re, text = c.recv, c.args[0].id
	case len(c.args) == 1: // x.matches(re)
		re, text = c.args[0].id, c.recv
	case len(c.args) >= 2: // re.fullmatch(re, x)
		re, text = c.args[0].id, c.args[1].id
	}
	if re == ast.Nil || text == ast.Nil {
		return
	}
	full := c.name == "fullmatch" || c.name == "matches"
	start := full || c.name == "match" && t.Lang.Name == "python"
	fl.shaped(text, fl.regex(re), start, full, c.s)
}

// regex is the text of a regular expression: a literal, or what a variable holds or was compiled of.
func (fl *flow) regex(id ast.ID) string {
	t := fl.t
	for range 4 {
		if id == ast.Nil {
			return ""
		}
		switch t.Nodes[id].Kind {
		case ast.Regex:
			return string(t.Text(id))
		case ast.Str:
			text := string(t.Text(id))
			if t.Lang.Name == "php" && len(text) > 2 { // /.../i
				if end := strings.LastIndexByte(text, text[0]); end > 0 {
					text = text[1:end]
				}
			}
			return strings.ReplaceAll(text, `\\`, `\`)
		case ast.Name, ast.Member:
			d, ok := t.Declared(t.Decl(id))
			if !ok {
				return ""
			}
			id = d.Value
		case ast.Call, ast.New:
			args := t.Child(id, ast.Arguments)
			name := ast.Nil
			if fn := t.Child(id, ast.Fn); t.Kind(fn) == ast.Member {
				name = t.Child(fn, ast.Ident)
			} else if typ := t.Child(id, ast.Type); typ != ast.Nil {
				name = typ
			}
			if name == ast.Nil || args == ast.Nil || !slices.Contains(
				[]string{"compile", "MustCompile", "RegExp", "new", "Compile"}, string(t.Text(name))) {
				return ""
			}
			id = t.Nodes[args].First
		default:
			return ""
		}
	}
	return ""
}

// shaped notes that a text is of the shape of a regular expression, where that lets nothing through but characters that
// mean nothing anywhere. start and end say that it has to match from the beginning, and to the end.
func (fl *flow) shaped(text ast.ID, re string, start, end bool, s state) {
	if re != "" && harmlessShape(re, start, end) {
		fl.becomes(text, value.OpenText(0), nil, s)
	}
}

// harmlessShape reports whether all that a regular expression matches is made of letters, digits, spaces, _ - : and ,
// and of texts that the expression gives itself.
func harmlessShape(re string, start, end bool) bool {
	for _, p := range []string{`\A`, "^"} {
		if rest, ok := strings.CutPrefix(re, p); ok {
			re, start = rest, true
		}
	}
	for _, p := range []string{`\z`, `\Z`, "$"} {
		if rest, ok := strings.CutSuffix(re, p); ok && !strings.HasSuffix(rest, `\`) {
			re, end = rest, true
		}
	}
	if !start || !end || strings.Contains(re, "|") && !strings.HasPrefix(re, "(") {
		return false
	}
	for i := 0; i < len(re); i++ {
		switch c := re[i]; c {
		case '\\':
			i++
			if i >= len(re) || !strings.ContainsRune(`dw.-_`, rune(re[i])) {
				return false
			}
		case '[':
			n := strings.IndexByte(re[i:], ']')
			if n < 0 || !harmlessClass(re[i+1:i+n]) {
				return false
			}
			i += n
		case '(', ')', '?', '+', '*', '{', '}', '|', ',', ':', '-', '_', ' ', '=':
		default:
			if !isDigit(rune(c)) && !isLetter(rune(c)) {
				return false
			}
		}
	}
	return true
}

// harmlessClass reports whether all characters of a class mean nothing anywhere.
func harmlessClass(class string) bool {
	for i := 0; i < len(class); i++ {
		switch c := class[i]; {
		case c == '\\' && i+1 < len(class) && strings.ContainsRune("dw-_", rune(class[i+1])):
			i++
		case c == '-' && i > 0 && i+1 < len(class) && !sameSort(class[i-1], class[i+1]):
			return false
		case isDigit(rune(c)), isLetter(rune(c)), strings.IndexByte("_-:, ", c) >= 0:
		default:
			return false
		}
	}
	return class != ""
}

// sameSort reports whether a range of a class goes from a letter or digit to another of its sort.
func sameSort(a, b byte) bool {
	switch {
	case a >= '0' && a <= '9':
		return b >= '0' && b <= '9'
	case a >= 'a' && a <= 'z':
		return b >= 'a' && b <= 'z'
	case a >= 'A' && a <= 'Z':
		return b >= 'A' && b <= 'Z'
	}
	return a == 'w' || a == 'd'
}

// contained notes that a canonical path lies in a folder, which rules about paths take for safe.
func (fl *flow) contained(c *invocation) {
	if !fl.Prog.Rule.GuardsPaths() {
		return
	}
	path := c.recv
	switch c.name {
	case "startsWith", "startswith", "start_with?", "is_relative_to":
	case "HasPrefix", "str_starts_with":
		if len(c.args) != 2 {
			return
		}
		path = c.args[0].id
	default:
		return
	}
	if path == ast.Nil || !fl.canonical(path, 0) {
		return
	}
	fl.becomes(path, value.OpenText(0), nil, c.s)
	if call := fl.guardCall(path); call != nil { // file.getCanonicalPath().startsWith(...)
		if call.recv != ast.Nil {
			fl.becomes(call.recv, value.Value{}, nil, c.s)
		}
		for i := range call.args {
			fl.becomes(call.args[i].id, value.Value{}, nil, c.s)
		}
	}
}

// canonicals are functions that resolve what .. and links in a path lead to.
var canonicals = map[string]bool{
	"realpath": true, "abspath": true, "normpath": true, "resolve": true, "getCanonicalPath": true, "normalize": true,
	"getCanonicalFile": true, "toRealPath": true, "Clean": true, "EvalSymlinks": true, "Abs": true, "expand_path": true,
	"cleanpath": true, "realpathSync": true, "safe_join": true,
}

// canonical reports whether a path is the result of a function that resolves it.
func (fl *flow) canonical(id ast.ID, depth int) bool {
	t := fl.t
	if depth > maxGuardDepth || id == ast.Nil {
		return false
	}
	switch t.Nodes[id].Kind {
	case ast.Name:
		d, ok := t.Declared(t.Decl(id))
		return ok && fl.canonical(d.Value, depth+1)
	case ast.Cast, ast.Await:
		return fl.canonical(t.Child(id, ast.Value), depth+1)
	case ast.Call:
		c := fl.guardCall(id)
		if c == nil {
			return false
		}
		if canonicals[c.name] {
			return true
		}
		if c.recv != ast.Nil &&
			(c.name == "toString" || c.name == "getPath" || c.name == "to_s" || c.name == "toFile") {
			return fl.canonical(c.recv, depth+1)
		}
		return c.name == "str" && len(c.args) == 1 && fl.canonical(c.args[0].id, depth+1)
	}
	return false
}

// converted notes that a call which throws for what is no number, or no identifier, went on.
func (fl *flow) converted(id ast.ID, s state) {
	c := fl.guardCall(id)
	if c == nil || len(c.args) == 0 || fl.Prog.Rule.Options.NoGuards {
		return
	}
	name := c.name
	if c.recv != ast.Nil {
		name = fl.t.Dotted(fl.t.Child(id, ast.Fn))
	}
	if slices.Contains(converters[fl.vals.lang.Name], name) {
		fl.becomes(c.args[0].id, value.OpenText(0), nil, s)
	}
}

// converters throw where what they are given is not made of harmless characters.
var converters = map[string][]string{
	"python": {"int", "float", "UUID", "uuid.UUID", "ipaddress.ip_address", "ip_address", "Decimal"},
	"java": {"Integer.parseInt", "Long.parseLong", "Integer.valueOf", "Long.valueOf", "UUID.fromString",
		"Double.parseDouble", "Short.parseShort"},
	"ruby":       {"Integer", "Float"},
	"javascript": {"BigInt"},
}

// refineByCallee lets what a function of the project says of its arguments, where it gives true or false, hold.
func (fl *flow) refineByCallee(id ast.ID, truth bool, s state) {
	if tr, ok := fl.dom.(*tracer); ok {
		when := facts.GuardFalse
		if truth {
			when = facts.GuardTrue
		}
		tr.guarded(fl, id, when, s)
	}
}

// guarded leads what a call was given through a node that lets nothing through where the callee says so.
func (tr *tracer) guarded(fl *flow, id ast.ID, when facts.GuardWhen, s state) {
	at, ok := tr.callAt[id]
	args := fl.t.Child(id, ast.Arguments)
	if !ok || args == ast.Nil || fl.Prog.Rule.Options.NoGuards {
		return
	}
	slot := int32(0)
	for a := fl.t.Nodes[args].First; a != ast.Nil; a = fl.t.Nodes[a].Next {
		if fl.t.Nodes[a].Kind == ast.Name && int(slot) < len(tr.g.Calls[at].Slots) {
			key := fl.place(a, s)
			if fl.vals.held == 0 || tr.wasGiven(at, slot, s.taint[key]) {
				tr.guardedPlace(key, at, slot, when, s)
			}
		}
		slot++
	}
}

// wasGiven reports whether a call was given what a place holds now.
func (tr *tracer) wasGiven(at, slot int32, now taintSet) bool {
	given := &tr.g.Nodes[max(0, tr.g.Calls[at].Slots[slot].Node)]
	for _, x := range now {
		left := x.node > 0 && tr.g.Nodes[x.node-1].Kind == facts.NodeOut && tr.g.Nodes[x.node-1].A == at
		if !left && !slices.ContainsFunc(given.In, func(e facts.Edge) bool { return e.From == x.node-1 }) {
			return false
		}
	}
	return true
}

// guardedPlace leads what a place holds through the node of a guard. A text that is known in part keeps its pieces where
// the call only came back: checks look at what was given, and not at what was made of it.
func (tr *tracer) guardedPlace(key string, at, slot int32, when facts.GuardWhen, s state) {
	v := s.value[key]
	if key == "" || len(s.taint[key]) == 0 || v.Kind == value.Object || when == facts.GuardAlways && v.IsText() {
		return
	}
	n := tr.node(facts.NodeGuard, at, slot, string(rune('0'+when)))
	if n < 0 {
		return
	}
	tr.flowsTo(n, "", s.taint[key])
	s.taint[key] = one(n)
	delete(s.value, key)
}

// guards notes what a function that ends here says of its parameters: which of them are clean from now on, whatever
// they were. result is what it gives, Nil for nothing.
func (tr *tracer) guards(fl *flow, result ast.ID, s state) {
	if fl.vals == nil || tr.inner > 0 || tr.fn == 0 {
		return
	}
	yes, known := fl.isTrue(fl.valueOf(result))
	if fl.vals.lang.Name == "go" {
		result = lastOfTuple(fl.t, result)
		yes, known = fl.goOutcome(result)
	}
	if result == ast.Nil {
		yes, known = false, true
	}
	for key, p := range tr.params {
		var now facts.GuardWhen
		if !tr.fixed[key] {
			now = tr.guardNow(fl, key, result, known, yes, s)
		}
		old, ok := tr.g.Guards[p]
		if !ok {
			old = facts.GuardAlways | facts.GuardTrue | facts.GuardFalse
		}
		if tr.g.Guards == nil {
			tr.g.Guards = map[int32]facts.GuardWhen{}
		}
		tr.g.Guards[p] = old & now
	}
}

// guardNow is what one way out of a function says of a parameter.
func (tr *tracer) guardNow(
	fl *flow,
	key string,
	result ast.ID,
	known, yes bool,
	s state,
) (now facts.GuardWhen) {
	clean := func(st state) bool {
		m, ok := st.taint[key]
		return ok && len(m) == 0
	}
	if clean(s) {
		return facts.GuardAlways | facts.GuardTrue | facts.GuardFalse
	}
	for _, way := range []struct {
		when  facts.GuardWhen
		truth bool
	}{{facts.GuardTrue, true}, {facts.GuardFalse, false}} {
		if known && yes != way.truth {
			now |= way.when // it does not give that here
			continue
		}
		if result != ast.Nil && !known {
			st := s.clone()
			fl.refine(result, way.truth, st)
			if clean(st) {
				now |= way.when
			}
		}
	}
	return now
}
