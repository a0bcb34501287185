package taint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/value"
)

// invocation is a call of something that the language or its library brings, with what is known of what it is given.
type invocation struct {
	*flow
	s    state
	id   ast.ID
	recv ast.ID // what it is called on, Nil for none
	on   value.Value
	name string
	args []argument
}

// native works out a call of what languages bring for texts, lists, maps and builders; false where it is another one.
func (fl *flow) native(id ast.ID, args []argument, s state) (m taintSet, ok bool) {
	t := fl.t
	delete(fl.vals.native, id)
	fn := id
	if t.Nodes[id].Kind == ast.Call {
		fn = t.Child(id, ast.Fn)
	}
	c := &invocation{flow: fl, s: s, id: id, recv: ast.Nil, args: args}
	switch {
	case t.Nodes[id].Kind == ast.New:
		return c.all(), !s.crowded() && c.construct(simpleType(t, t.Child(id, ast.Type)))
	case fn == ast.Nil:
		return nil, false
	case t.Nodes[fn].Kind == ast.Name:
		if d := t.Decl(fn); d != 0 {
			if decl, known := t.Declared(d); !known || decl.Import == ast.Nil {
				return nil, false
			}
		}
		c.name = string(t.Text(fn))
		return c.function(c.name)
	case t.Nodes[fn].Kind != ast.Member || t.Kind(t.Child(fn, ast.Ident)) != ast.Name:
		return nil, false
	}
	c.recv, c.name = t.Child(fn, ast.Obj), string(t.Text(t.Child(fn, ast.Ident)))
	c.on = fl.valueOf(c.recv)
	if sh, ok := s.shape(c.on); ok {
		return c.method(sh)
	}
	switch c.on.Kind {
	case value.Text, value.Char, value.Symbol:
		if op := textMethods[c.name]; op != nil {
			return c.text(op, c.on, c.values()), true
		}
		return nil, false
	case value.Unknown:
		if m, ok := c.function(t.Dotted(fn)); ok {
			return m, true
		}
		if m, ok := c.selected(); ok {
			return m, true
		}
		return c.untracked()
	}
	return nil, false
}

// simpleType is the last part of a type's name without its arguments, "" where it has none.
func simpleType(t *ast.Tree, typ ast.ID) string {
	if typ == ast.Nil {
		return ""
	}
	name, _, _ := strings.Cut(string(t.Source(typ)), "<")
	name = strings.TrimSpace(name)
	return name[strings.LastIndexAny(name, ".*\\")+1:]
}

// all is the taint of all that the call is given.
func (c *invocation) all() (m taintSet) {
	if c.recv != ast.Nil {
		m = c.taintOf(c.recv)
	}
	for i := range c.args {
		m = m.union(c.args[i].taints)
	}
	return m
}

// given is the taint of the arguments.
func (c *invocation) given() (m taintSet) {
	for i := range c.args {
		m = m.union(c.args[i].taints)
	}
	return m
}

// values are the values of the arguments, nil where they are not plain.
func (c *invocation) values() []value.Value {
	out := make([]value.Value, len(c.args))
	for i := range c.args {
		if c.args[i].kind != facts.SlotPlain {
			return nil
		}
		out[i] = c.valueOf(c.args[i].id)
	}
	return out
}

// arg is an argument as an element.
func (c *invocation) arg(i int) element {
	return element{c.valueOf(c.args[i].id), c.deep(c.args[i].id, c.s)}
}

// whole is an argument that is a whole number.
func (c *invocation) whole(i int) (int, bool) {
	if i >= len(c.args) {
		return 0, false
	}
	v := c.valueOf(c.args[i].id)
	return int(v.Int), v.Kind == value.Int
}

// plain reports whether there are so many arguments by position.
func (c *invocation) plain(n int) bool { return len(c.args) == n && c.values() != nil }

// gives notes what the call is worth.
func (c *invocation) gives(v value.Value) {
	if v.Kind != value.Unknown {
		c.vals.native[c.id] = v
	}
}

// element gives an element of an object.
func (c *invocation) element(e element) taintSet {
	c.gives(e.v)
	return c.s.elementTaint(e)
}

// text works out a function of a text.
func (c *invocation) text(op textOp, on value.Value, args []value.Value) taintSet {
	if args == nil && len(c.args) > 0 {
		return c.all()
	}
	v, ok := op(c, on, args)
	if ok {
		c.gives(v)
	}
	return c.all()
}

// construct makes the objects that types of libraries stand for.
func (c *invocation) construct(typ string) bool {
	t := c.t
	if t.Child(c.id, ast.Body) != ast.Nil {
		return false
	}
	args := t.Child(c.id, ast.Arguments)
	switch c.vals.lang.Name {
	case "java":
		if args != ast.Nil && t.Nodes[args].Kind == ast.List { // new T[] {...}
			c.gives(c.valueOf(args))
			return true
		}
	case "go":
		return c.constructGo(args, typ)
	}
	form, ok := constructed[typ]
	if !ok || form.lang != c.vals.lang.Name {
		return false
	}
	sh := value.Value{Form: form.form, Len: -1, Whole: true}
	if form.form == value.List {
		sh.Len = 0
	}
	ref := c.allocate(c.id, sh, c.s)
	c.gives(object(ref))
	switch {
	case form.form == value.Builder:
		content := element{v: value.Value{Kind: value.Text}}
		if len(c.args) == 1 && t.ValueKind(c.args[0].id) != ast.Num {
			content = element{c.asText(c.valueOf(c.args[0].id), c.args[0].taints), c.args[0].taints}
		}
		c.s.put(ref, builderText, content)
	case form.unordered:
		c.s.spill(ref)
		c.s.taint[ref] = c.given()
	case len(c.args) == 1 && t.ValueKind(c.args[0].id) != ast.Num && c.valueOf(c.args[0].id).Kind != value.Int:
		c.copyFrom(ref, form.form)
	case len(c.args) > 1 && c.vals.lang.Name == "javascript" && c.values() != nil:
		for i := range c.args {
			c.push(ref, c.arg(i))
		}
	case len(c.args) == 1 && c.vals.lang.Name == "javascript":
		c.s.add(ref, c.given())
	}
	return true
}

// copyFrom fills a new list or map with what the only argument has.
func (c *invocation) copyFrom(ref string, form value.Form) {
	v := c.valueOf(c.args[0].id)
	sh, ok := c.s.shape(v)
	list, known := c.s.list(v.Ref)
	own := c.own(c.args[0].id, c.args[0].taints, c.s)
	switch {
	case !ok || len(own) > 0 || sh.Form != form && form != value.Map:
		c.s.add(ref, c.args[0].taints)
	case form == value.List && known:
		c.s.setList(ref, list)
	case form == value.Map && known: // new Map([[k, v]])
		for _, pair := range list {
			two, ok := c.s.list(pair.v.Ref)
			if !ok || pair.v.Kind != value.Object || len(two) != 2 {
				c.s.add(ref, c.s.elementTaint(pair))
				continue
			}
			c.setPartOf(ref, c.s.value[ref], two[0].v, two[1], c.s)
		}
	case form == value.Map && sh.Form == value.Map:
		c.putAll(ref, v.Ref)
	default:
		c.s.add(ref, c.args[0].taints)
	}
}

// constructGo makes what a composite literal or make() of Go makes.
func (c *invocation) constructGo(args ast.ID, typ string) bool {
	t := c.t
	node := t.Child(c.id, ast.Type)
	kind := ""
	if t.Kind(node) == ast.Other {
		kind = t.Lang.SymbolName(t.Nodes[node].Sym)
	}
	switch {
	case kind == "map_type" && args != ast.Nil && t.Nodes[args].Kind == ast.Dict:
		c.gives(c.valueOf(args))
	case kind == "map_type":
		c.gives(object(c.allocate(c.id, value.Value{Form: value.Map, Len: -1, Whole: true}, c.s)))
	case (kind == "slice_type" || kind == "implicit_length_array_type") && args != ast.Nil &&
		t.Nodes[args].Kind == ast.Dict && !c.keyed(args):
		c.newGoList(args)
	case kind == "slice_type" && args != ast.Nil && t.Nodes[args].Kind == ast.Args:
		if n, ok := c.whole(0); ok && n >= 0 && n <= maxElements {
			c.newList(c.id, make([]element, n), c.s)
		} else {
			return false
		}
	case typ == "Builder" || typ == "Buffer":
		c.newBuilder()
	default:
		return false
	}
	return true
}

// newGoList makes a list of the elements of a literal of Go.
func (c *invocation) newGoList(args ast.ID) {
	var list []element
	for e := c.t.Nodes[args].First; e != ast.Nil; e = c.t.Nodes[e].Next {
		list = append(list, element{c.valueOf(e), c.deep(e, c.s)})
	}
	c.newList(c.id, list, c.s)
}

// newBuilder makes a builder without text.
func (c *invocation) newBuilder() {
	ref := c.allocate(c.id, value.Value{Form: value.Builder, Len: -1, Whole: true}, c.s)
	c.s.put(ref, builderText, element{v: value.Value{Kind: value.Text}})
	c.gives(object(ref))
}

// selected is what a map gives for a key, which is no part of it: one of constants, or of a type that is a map.
func (c *invocation) selected() (taintSet, bool) {
	switch c.name {
	case "get", "getOrDefault", "fetch":
	default:
		return nil, false
	}
	if c.recv == ast.Nil || len(c.args) == 0 {
		return nil, false
	}
	var m taintSet
	if !c.constantCollection(c.recv, 0) {
		if c.vals.lang.Name != "java" || !strings.HasSuffix(simpleType(c.t, c.t.TypeNode(c.recv)), "Map") {
			return nil, false
		}
		m = c.taintOf(c.recv)
	}
	for i := 1; i < len(c.args); i++ {
		m = m.union(c.args[i].taints)
	}
	return m, true
}

// untracked follows what is added to something of which it is not known what it is.
func (c *invocation) untracked() (taintSet, bool) {
	if !adding[c.name] || len(c.args) == 0 || c.recv == ast.Nil {
		return nil, false
	}
	if c.vals.lang.Name == "java" && !collectionType(c.t, c.recv) {
		return nil, false
	}
	key := c.root(c.recv, c.s)
	if key == "" || c.t.Kind(c.recv) == ast.Name && !holdsValue(c.t, c.recv) {
		return nil, false
	}
	m := taintSet{}
	for i := range c.args {
		if c.args[i].kind == facts.SlotPlain {
			m = m.union(c.s.elementTaint(c.arg(i)))
		}
	}
	if len(m) > 0 {
		c.s.taints(key, c.known(key, c.s), c.passed(c.recv, m))
	}
	return nil, false
}

// adding are methods that put what they are given into what they are called on, whatever that is.
var adding = map[string]bool{
	"append": true, "push": true, "extend": true, "appendleft": true, "unshift": true, "add": true, "addAll": true,
	"insert": true, "addElement": true, "addFirst": true, "addLast": true, "put": true, "putAll": true,
	"offer": true, "<<": true,
}

// collectionType reports whether something is declared as a collection or a builder of text.
func collectionType(t *ast.Tree, id ast.ID) bool {
	typ := simpleType(t, t.TypeNode(id))
	for _, end := range []string{"List", "Map", "Set", "Queue", "Deque", "Collection", "Vector", "Stack", "Hashtable",
		"Builder", "Buffer"} {
		if strings.HasSuffix(typ, end) {
			return true
		}
	}
	return false
}

// hand notes what a call's method gives to the functions that it is given: elements of what it is called on. It
// returns what the call around it gives.
func (fl *flow) hand(fn ast.ID) (before taintSet) {
	before = fl.handed
	fl.handed = nil
	if fl.vals == nil || fl.t.Kind(fn) != ast.Member {
		return before
	}
	obj, name := fl.t.Child(fn, ast.Obj), fl.t.Child(fn, ast.Ident)
	if obj != ast.Nil && fl.t.Kind(name) == ast.Name && givesElements[string(fl.t.Text(name))] {
		fl.handed = fl.anyElement(obj, fl.taintOf(obj))
	}
	return before
}

// givesElements are methods that call what they are given with what they are called on, or with its elements.
var givesElements = map[string]bool{
	"forEach": true, "map": true, "filter": true, "flatMap": true, "some": true, "every": true, "find": true,
	"findIndex": true, "reduce": true, "reduceRight": true, "sort": true, "then": true, "each": true, "select": true,
	"collect": true, "reject": true, "detect": true, "inject": true, "each_with_index": true, "each_with_object": true,
	"each_pair": true, "each_value": true, "flat_map": true, "any?": true, "all?": true, "tap": true, "yield_self": true,
	"ifPresent": true, "orElseGet": true, "peek": true, "anyMatch": true, "allMatch": true, "noneMatch": true,
	"collect_concat": true, "each_slice": true, "times": true, "sum": true, "min_by": true, "max_by": true,
	"sort_by": true, "group_by": true, "partition": true, "computeIfPresent": true, "removeIf": true, "replaceAll": true,
	"mapToObj": true, "let": true, "also": true, "apply": true, "filter_map": true, "zip": true, "takeWhile": true,
}

// handedOut spills the lists that a call which may change them was given.
func (fl *flow) handedOut(id ast.ID, args []argument, s state) {
	t := fl.t
	fn := t.Child(id, ast.Fn)
	name := ""
	switch t.Kind(fn) {
	case ast.Name:
		name = string(t.Text(fn))
	case ast.Member:
		if n := t.Child(fn, ast.Ident); n != ast.Nil {
			name = string(t.Text(n))
		}
	}
	if readOnly[name] {
		return
	}
	for i := range args {
		if args[i].id == ast.Nil {
			continue
		}
		v := fl.valueOf(args[i].id)
		sh, ok := s.shape(v)
		if ok && sh.Form != value.Map && !sh.Copied && !(t.Nodes[args[i].id].Kind == ast.Tuple) {
			fl.opened(v.Ref, s)
		}
	}
}

// opened is an object that others may change.
func (fl *flow) opened(ref string, s state) {
	sh := s.value[ref]
	if sh.Form == value.List {
		s.spill(ref)
		return
	}
	m := s.contents(ref)
	s.put(ref, builderText, element{value.OpenText(fl.vals.madeOf(m)), m})
}

// readOnly are functions that do not change the list that they are given.
var readOnly = map[string]bool{
	"len": true, "print": true, "println": true, "str": true, "repr": true, "isinstance": true, "type": true, "iter": true,
	"enumerate": true, "sorted": true, "reversed": true, "map": true, "filter": true, "sum": true, "min": true,
	"max": true, "zip": true, "any": true, "all": true, "list": true, "tuple": true, "set": true, "dict": true,
	"dumps": true, "join": true, "log": true, "debug": true, "info": true, "warning": true, "error": true, "format": true,
	"stringify": true, "count": true, "sizeof": true, "implode": true, "in_array": true, "var_dump": true, "echo": true,
	"is_array": true, "isset": true, "empty": true, "puts": true, "p": true, "Println": true, "Printf": true,
	"Sprintf": true, "Join": true, "execute": true, "run": true, "call": true, "Popen": true, "check_output": true,
	"spawn": true, "exec": true, "write": true, "render": true, "unmodifiableList": true, "asList": true,
}

// holdsValue reports whether a name is a variable, and not a module, a function or a class.
func holdsValue(t *ast.Tree, id ast.ID) bool {
	d, ok := t.Declared(t.Decl(id))
	if !ok || d.Import != ast.Nil || d.Module != ast.Nil {
		return false
	}
	p := t.Nodes[d.Node].Parent
	return p != ast.Nil && t.Nodes[p].Kind != ast.FuncDef && t.Nodes[p].Kind != ast.ClassDef
}

// hasSigil reports whether a name says by its first letter that it is a variable, declared or not, as PHP's do.
func hasSigil(t *ast.Tree, id ast.ID) bool {
	return t.Nodes[id].End > t.Nodes[id].Start && t.Src[t.Nodes[id].Start] == '$'
}

// constructed are the types of libraries that make lists, maps and builders.
var constructed = map[string]struct {
	lang      string
	form      value.Form
	unordered bool
}{
	"ArrayList": {"java", value.List, false}, "LinkedList": {"java", value.List, false},
	"Vector": {"java", value.List, false}, "Stack": {"java", value.List, false},
	"ArrayDeque": {"java", value.List, false}, "CopyOnWriteArrayList": {"java", value.List, false},
	"HashMap": {"java", value.Map, false}, "LinkedHashMap": {"java", value.Map, false},
	"TreeMap": {"java", value.Map, false}, "Hashtable": {"java", value.Map, false},
	"ConcurrentHashMap": {"java", value.Map, false}, "IdentityHashMap": {"java", value.Map, false},
	"WeakHashMap": {"java", value.Map, false}, "HashSet": {"java", value.List, true},
	"LinkedHashSet": {"java", value.List, true}, "TreeSet": {"java", value.List, true},
	"PriorityQueue": {"java", value.List, true}, "StringBuilder": {"java", value.Builder, false},
	"StringBuffer": {"java", value.Builder, false}, "Map": {"javascript", value.Map, false},
	"Array": {"javascript", value.List, false}, "Set": {"javascript", value.List, true},
}

// frontStack reports whether push and pop work at the front of a list.
func (c *invocation) frontStack() bool {
	if c.vals.lang.Name != "java" {
		return false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(c.on.Ref, "#"))
	if err != nil || n >= len(c.t.Nodes) {
		return false
	}
	return slices.Contains([]string{"ArrayDeque", "LinkedList"}, simpleType(c.t, c.t.Child(ast.ID(n), ast.Type)))
}
