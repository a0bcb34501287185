package ast

import (
	"bytes"
	"slices"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/syntax"
)

var python = &Lang{
	Name: "python", Aliases: []string{"py", "python2", "python3"}, Exts: []string{".py", ".pyi"},
	Grammar: syntax.Python, Newer: newerPython,
	Spec: &Spec{
		Table: `
identifier: Name @
integer: Num @
float: Num @
true: Bool "true"
false: Bool "false"
none: Null
string: !string
concatenated_string: !strings
comment: -
line_continuation: -
parenthesized_expression: !wideparen
expression_statement: !exprstmt
call: Call function=fn arguments=args
argument_list: Args
keyword_argument: KwArg name=name value=value
list_splat list_splat_pattern: Spread "*" *=value
dictionary_splat: Spread "**" *=value
attribute: Member object=obj attribute=name
subscript: Index value=obj subscript=elem
slice: Slice
binary_operator: Bin @operator left=left right=right
boolean_operator: Bin @operator left=left right=right
comparison_operator: !compare
unary_operator: Unary @operator argument=value
not_operator: Unary "not" argument=value
assignment: !assign
augmented_assignment: !augassign
named_expression: Assign name=left value=right
conditional_expression: !ternary
lambda: Lambda parameters=params body=body
list: List
tuple: Tuple
pattern_list: Tuple
tuple_pattern: Tuple
list_pattern: List
expression_list: Tuple
dictionary: !dict
set: !dict
pair: Pair key=key value=value
await: Await *=value
yield: !yield
list_comprehension: Comp "list" body=value
set_comprehension: Comp "set" body=value
dictionary_comprehension: Comp "dict" body=value
generator_expression: !generator
for_in_clause: CompFor left=left right=value +async
type: ^
block: Block
module: Program
if_statement: !if
while_statement: While condition=cond body=body alternative=else
for_statement: ForEach left=left right=value body=body alternative=else +async
else_clause: ^
return_statement: Return *=value
raise_statement: Throw cause=alias *=value
break_statement: Break
continue_statement: Continue
try_statement: !try
with_statement: !with
with_item: ^
as_pattern: Other alias=alias
as_pattern_target: ^
import_statement: !import
import_from_statement: !importfrom
future_import_statement: !importfuture
function_definition: FuncDef name=name parameters=params return_type=ret body=body type_parameters=- +async
class_definition: !class
decorated_definition: !decorated
decorator: !decorator
parameters: !params
lambda_parameters: !params
match_statement: !match
case_clause: !case
`,
		Hooks: map[string]Hook{
			"string": pyString, "strings": pyStrings, "wideparen": wideParen, "exprstmt": pyExprStmt,
			"compare": pyCompare, "assign": pyAssign,
			"augassign": augAssign, "ternary": pyTernary, "dict": pyDict, "generator": pyGenerator, "yield": pyYield,
			"if": pyIf, "try": pyTry, "with": pyWith, "import": pyImport, "importfrom": pyImportFrom,
			"importfuture": pyImportFuture, "class": pyClass, "decorated": pyDecorated, "params": pyParams,
			"case": pyCase, "match": pyMatch, "decorator": decorator,
		},
		Ends: pyEnds,
	},
	Pattern: PatternSpec{
		Statement: []string{
			"%s",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s", "%s: %s"}, Member: []string{"%s"},
		Interpolation: func(_ byte, before string) string {
			if i := len(before) - 1; i >= 0 &&
				(before[i]|32 == 'f' || before[i]|32 == 'r' && i > 0 && before[i-1]|32 == 'f') {
				return "{"
			}
			return ""
		},
		Readings: []Reading{{}, {Prefix: "(", Suffix: ")"}},
		Parts: []Part{
			{Word: "@", Suffix: "\ndef zq_whole(): pass", Pick: Decorator},
			{Word: "except", Prefix: "try:\n  pass\n", Pick: Catch},
			{Word: "finally", Prefix: "try:\n  pass\n", Pick: Finally},
		},
	},
	Names: NameSpec{
		Constants:     true,
		ImportFirst:   true,
		NestedModules: true,
		NaryBool:      true,
		AlsoLiterals:  map[Kind]string{Str: "string"},
		Literals:      map[Kind]string{Str: "str", Num: "int", Unary: "float", Bool: "bool"},
	},
	Objects: ObjectSpec{SelfParam: true, StaticDecorator: "staticmethod", Class: []string{"cls"}, SuperCall: true},
	Flow:    FlowSpec{Binds: pyBinds, KeysBind: true},
}

// paren drops parentheses but remembers them.
func paren(l *lowering, n uint32, parent ID, r Role) {
	before := l.lastOf(parent)
	l.splice(n, parent, r)
	if c := l.after(parent, before); c != Nil {
		l.Nodes[c].Flags |= FlagParen
	}
}

// wideParen: parentheses belong to the place of what they enclose, as far as it is more than a name or a literal.
func wideParen(l *lowering, n uint32, parent ID, r Role) {
	before := l.lastOf(parent)
	paren(l, n, parent, r)
	if c := l.after(parent, before); c != Nil && l.Nodes[c].First != Nil {
		l.Nodes[c].Start, l.Nodes[c].End = l.cst.Nodes[n].Start, l.cst.Nodes[n].End
	}
}

// pyGenerator: one that is a call's only argument has no parentheses of its own, and looks like a list's content.
func pyGenerator(l *lowering, n uint32, parent ID, r Role) {
	if l.Nodes[parent].Kind == Call && r == Arguments {
		args := l.make(n, parent, Args, r)
		id := l.str(n, args, Comp, Elem, "list")
		pyComp(l, n, id)
		for c := l.Nodes[id].First; c != Nil; c = l.Nodes[c].Next {
			if c == l.Nodes[id].First {
				l.Nodes[id].Start = l.Nodes[c].Start
			}
			l.Nodes[id].End = l.Nodes[c].End
		}
		return
	}
	pyComp(l, n, l.str(n, parent, Comp, r, "gen"))
}

// pyComp adds a comprehension's value and clauses.
func pyComp(l *lowering, n uint32, id ID) {
	body := l.field(n, "body")
	l.opt(body, id, Value)
	l.kids(n, func(c uint32) {
		if c != body {
			l.node(c, id, Elem)
		}
	})
}

// pyWith nests several items, the later ones within the earlier; each begins at its own item.
func pyWith(l *lowering, n uint32, parent ID, r Role) {
	var items []uint32
	l.kids(n, func(c uint32) {
		if l.sym(c) == "with_clause" {
			l.kids(c, func(x uint32) { items = append(items, x) })
		}
	})
	for i, item := range items {
		if i > 0 {
			b := l.add(parent, Block, Body, l.cst.Nodes[item].Start, l.cst.Nodes[n].End)
			parent, r = b, Elem
		}
		id := l.add(parent, With, r, l.cst.Nodes[item].Start, l.cst.Nodes[n].End)
		if c := l.kid(n, "async"); c != 0 {
			l.leaf(c, id, Mod, Mods)
		}
		l.node(item, id, Elem)
		parent = id
	}
	l.opt(l.field(n, "body"), parent, Body)
}

// pyEnds takes off the ends of nodes what belongs to no statement in them: the comment behind a block's last statement,
// the else of a loop, the cause of an exception.
func pyEnds(t *Tree) {
	for i := len(t.Nodes) - 1; i >= 0; i-- {
		if k := t.Nodes[i].Kind; k != Block && k != ClassBody {
			continue
		}
		for id := ID(i); id != Nil && t.Nodes[id].Kind != Program; id = t.Nodes[id].Parent {
			old, end := t.Nodes[id].End, uint32(0)
			for c := t.Nodes[id].First; c != Nil; c = t.Nodes[c].Next {
				end = max(end, t.Nodes[c].End)
			}
			if end == 0 || end >= old {
				break
			}
			t.Nodes[id].End = end
			if p := t.Nodes[id].Parent; p == Nil || t.Nodes[p].End != old {
				break
			}
		}
	}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		last := Nil
		switch n.Kind {
		case ForEach, While:
			if t.Child(ID(i), Else) != Nil {
				last = t.Child(ID(i), Body)
			}
		case Throw:
			if t.Child(ID(i), Alias) != Nil {
				last = t.Child(ID(i), Value)
			}
		}
		if last != Nil {
			n.End = t.Nodes[last].End
		}
	}
}

func pyExprStmt(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ExprStmt, r)
	first, count := uint32(0), 0
	l.kids(n, func(c uint32) {
		if count++; count == 1 {
			first = c
		}
	})
	if count > 1 { // a tuple without parentheses
		id = l.make(n, id, Tuple, Value)
		l.children(n, id)
		return
	}
	l.opt(first, id, Value)
	if first != 0 && l.raw(n)[len(l.raw(n))-1] == ',' {
		c := l.unlink(id, l.Nodes[id].First)
		tu := l.make(n, id, Tuple, Value)
		for _, x := range c {
			l.Nodes[x].Role = Elem
			l.link(tu, x)
		}
	}
}

// Template is the text of an Interp that is no string: what is put into its places stays apart from what stands around
// them (t"..." of Python).
const Template = "t"

// pyString keeps a plain string's content, and an f-string's parts.
func pyString(l *lowering, n uint32, parent ID, r Role) {
	if q, _ := unquote(l.raw(n)); bytes.ContainsAny(l.raw(n)[:min(q, len(l.raw(n)))], "fFtT") {
		id := l.make(n, parent, Interp, r)
		if bytes.ContainsAny(l.raw(n)[:q], "tT") {
			l.setString(id, Template)
		}
		pyParts(l, n, id)
		return
	}
	id := l.make(n, parent, Str, r)
	from, to := unquote(l.raw(n))
	start := l.cst.Nodes[n].Start
	l.setText(id, start+uint32(from), start+uint32(max(from, to)))
}

// pyParts adds a string's pieces to an Interp.
func pyParts(l *lowering, n uint32, id ID) {
	from, to := unquote(l.raw(n))
	start := l.cst.Nodes[n].Start
	l.pieces(
		n,
		id,
		start+uint32(from),
		start+uint32(max(from, to)),
		func(c uint32) bool { return l.sym(c) == "interpolation" },
		func(c uint32) {
			l.opt(l.field(c, "expression"), id, Elem)
		},
	)
}

// pieces adds the literal text between interpolations as Str and lets put add each interpolation.
func (l *lowering) pieces(n uint32, id ID, from, to uint32, is func(uint32) bool, put func(uint32)) {
	text := func(a, b uint32) {
		if b > a {
			s := l.add(id, Str, Elem, a, b)
			l.setText(s, a, b)
		}
	}
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if !is(c) {
			continue
		}
		text(from, l.cst.Nodes[c].Start)
		put(c)
		from = l.cst.Nodes[c].End
	}
	text(from, to)
}

// pyStrings: adjacent literals are one string made of several.
func pyStrings(l *lowering, n uint32, parent ID, r Role) {
	l.children(n, l.str(n, parent, Interp, r, "+"))
}

// decorator: @f is the call f(), so that a pattern for one finds the other.
func decorator(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Decorator, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "identifier", "attribute", "member_expression":
			call := l.make(n, id, Call, Value)
			l.node(c, call, Fn)
			l.add(call, Args, Arguments, l.cst.Nodes[c].End, l.cst.Nodes[c].End)
		default:
			l.node(c, id, Value)
		}
	})
}

// pyCompare makes a < b < c into (a < b) and (b < c)'s left-deep form: operators from left to right.
func pyCompare(l *lowering, n uint32, parent ID, r Role) {
	type operand struct {
		n  uint32
		op string
	}
	var list []operand
	op := ""
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		switch {
		case l.cst.Nodes[c].Flags&syntax.Extra != 0:
		case l.named(c):
			list = append(list, operand{c, op})
			op = ""
		default:
			if op != "" {
				op += " "
			}
			op += string(l.raw(c))
		}
	}
	for len(list) > 2 { // outermost is the last operator
		last := list[len(list)-1]
		list = list[:len(list)-1]
		id := l.str(n, parent, Bin, r, last.op)
		defer l.node(last.n, id, Right)
		parent, r = id, Left
	}
	if len(list) < 2 {
		l.other(n, parent, r)
		return
	}
	id := l.str(n, parent, Bin, r, list[1].op)
	l.node(list[0].n, id, Left)
	l.node(list[1].n, id, Right)
}

// pyAssign: an annotated name without a value is a definition, all else an assignment whose type is optional.
func pyAssign(l *lowering, n uint32, parent ID, r Role) {
	k := Assign
	right := l.field(n, "right")
	if right == 0 {
		k = VarDef
	}
	id := l.make(n, parent, k, r)
	if k == VarDef {
		l.opt(l.field(n, "left"), id, Ident)
	} else {
		l.opt(l.field(n, "left"), id, Left)
		l.opt(right, id, Right)
	}
	l.opt(l.field(n, "type"), id, Type)
}

// augAssign is x op= y in any language with the fields left, operator and right.
func augAssign(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, AugAssign, r)
	if op := l.field(n, "operator"); op != 0 {
		c := &l.cst.Nodes[op]
		l.setText(id, c.Start, max(c.Start, c.End-1))
	}
	l.opt(l.field(n, "left"), id, Left)
	l.opt(l.field(n, "right"), id, Right)
}

func pyTernary(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Ternary, r)
	var c []uint32
	l.kids(n, func(x uint32) { c = append(c, x) })
	if len(c) == 3 {
		l.node(c[1], id, Cond)
		l.node(c[0], id, Then)
		l.node(c[2], id, Else)
	}
}

// pyDict tells {a: b} from {a}: an ellipsis alone may be either, and then it is a dictionary.
func pyDict(l *lowering, n uint32, parent ID, r Role) {
	k := Set
	if l.sym(n) == "dictionary" || l.kid(n, "pair") != 0 {
		k = Dict
	}
	l.children(n, l.make(n, parent, k, r))
}

func pyYield(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Yield, r)
	if c := l.kid(n, "from"); c != 0 {
		l.leaf(c, id, Token, Mods)
	}
	l.splice(n, id, Value)
}

// pyIf nests elif as an if within the else.
func pyIf(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, If, r)
	end := l.cst.Nodes[n].End
	l.opt(l.field(n, "condition"), id, Cond)
	l.opt(l.field(n, "consequence"), id, Then)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "elif_clause":
			b := l.add(id, Block, Else, l.cst.Nodes[c].Start, end)
			id = l.add(b, If, Elem, l.cst.Nodes[c].Start, end)
			l.opt(l.field(c, "condition"), id, Cond)
			l.opt(l.field(c, "consequence"), id, Then)
		case "else_clause":
			l.opt(l.field(c, "body"), id, Else)
		}
	})
}

func pyTry(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Try, r)
	l.opt(l.field(n, "body"), id, Body)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "except_clause", "except_group_clause":
			pyExcept(l, c, l.make(c, id, Catch, Handler))
		case "else_clause":
			l.opt(l.field(c, "body"), id, Else)
		case "finally_clause":
			f := l.make(c, id, Finally, Final)
			l.opt(l.kid(c, "block"), f, Body)
		}
	})
}

// pyExcept lowers a handler. What stands behind a comma is another type to Python 3.14, and to Python 2 the name that the
// exception gets.
func pyExcept(l *lowering, n uint32, h ID) {
	var types []uint32
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "block":
		case "as_pattern":
			pyAs(l, c, h, Type, Ident)
		default:
			types = append(types, l.listed(c)...)
		}
	})
	switch {
	case len(types) == 2 && l.pyBindsException(n, types[1]):
		l.node(types[0], h, Type)
		l.node(types[1], h, Ident)
	case len(types) > 1:
		tuple := l.add(h, Tuple, Type, l.cst.Nodes[types[0]].Start, l.cst.Nodes[types[len(types)-1]].End)
		for _, c := range types {
			l.node(c, tuple, Elem)
		}
	case len(types) == 1:
		l.node(types[0], h, Type)
	}
	l.opt(l.kid(n, "block"), h, Body)
}

// listed are the types of a handler that were respelt as operands of one operator; a star is the handler's own.
func (l *lowering) listed(n uint32) []uint32 {
	var out []uint32
	for ; ; n = l.field(n, "left") {
		op := l.field(n, "operator")
		if l.sym(n) != "binary_operator" || op == 0 || string(l.raw(op)) != "," {
			break
		}
		out = append(out, l.field(n, "right"))
	}
	if l.sym(n) == "list_splat" && n+1 < l.cst.Nodes[n].Next {
		l.kids(n, func(c uint32) { out = append(out, c) })
	} else {
		out = append(out, n)
	}
	slices.Reverse(out)
	return out
}

// pyBindsException reports whether the second of two things behind except is the name that Python 2 gives the
// exception: a plain name in lower case that the source neither imports nor defines as a class.
func (l *lowering) pyBindsException(n, second uint32) bool {
	name := l.raw(second)
	if l.sym(second) != "identifier" || len(name) == 0 || name[0] >= 'A' && name[0] <= 'Z' {
		return false
	}
	if head := bytes.TrimLeft(l.raw(n)[len("except"):], " \t"); bytes.HasPrefix(head, []byte("*")) {
		return false
	}
	if l.defined == nil {
		l.defined = pyDefined(l.Src)
	}
	return !l.defined[string(name)]
}

// pyDefinition is an import or the head of a class, pyWord a word of it.
var (
	pyDefinition = lazyregexp.New(
		`(?m)^[ \t]*(?:class[ \t]+\w+|(?:from[ \t]+\S+[ \t]+)?import\b(?:[ \t]*\([^)]*|[^#\n]*))`)
	pyWord = lazyregexp.New(`\w+`)
)

// pyDefined are the words of a source's imports and its classes' names.
func pyDefined(src []byte) map[string]bool {
	out := map[string]bool{}
	for _, def := range pyDefinition.FindAll(src, -1) {
		for _, word := range pyWord.FindAll(def, -1) {
			out[string(word)] = true
		}
	}
	return out
}

// pyAs lowers `value as target`.
func pyAs(l *lowering, n uint32, parent ID, value, target Role) {
	l.kids(n, func(c uint32) {
		if l.sym(c) == "as_pattern_target" {
			l.splice(c, parent, target)
		} else {
			l.node(c, parent, value)
		}
	})
}

func pyImport(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) { pyImported(l, n, c, 0, parent, r) })
}

// pyImported adds one Import: of a module, or of a name from one.
func pyImported(l *lowering, n, c, module uint32, parent ID, r Role) {
	id := l.make(n, parent, Import, r)
	name, alias := c, uint32(0)
	if l.sym(c) == "aliased_import" {
		name, alias = l.field(c, "name"), l.field(c, "alias")
	}
	if module != 0 {
		l.dotted(module, id, Path)
		if l.sym(name) == "wildcard_import" {
			l.str(name, id, Token, Ident, "*")
			return
		}
		l.dotted(name, id, Ident)
	} else {
		l.dotted(name, id, Path)
	}
	l.opt(alias, id, Alias)
}

// dotted lowers a dotted name as a chain of members.
func (l *lowering) dotted(n uint32, parent ID, r Role) {
	var parts []uint32
	prefix := ""
	switch l.sym(n) {
	case "identifier":
		parts = []uint32{n}
	case "dotted_name":
		l.kids(n, func(c uint32) { parts = append(parts, c) })
	case "relative_import":
		l.kids(n, func(c uint32) {
			if l.sym(c) == "import_prefix" {
				prefix = string(l.raw(c))
			} else {
				l.kids(c, func(x uint32) { parts = append(parts, x) })
			}
		})
	default:
		l.node(n, parent, r)
		return
	}
	l.chain(n, parts, prefix, parent, r)
}

// chain adds a.b.c for its parts; a prefix stands as a name before them.
func (l *lowering) chain(n uint32, parts []uint32, prefix string, parent ID, r Role) {
	if len(parts) == 0 {
		l.str(n, parent, Name, r, prefix)
		return
	}
	last := parts[len(parts)-1]
	if len(parts) == 1 && prefix == "" {
		l.leaf(last, parent, Name, r)
		return
	}
	id := l.add(parent, Member, r, l.cst.Nodes[n].Start, l.cst.Nodes[last].End)
	l.chain(n, parts[:len(parts)-1], prefix, id, Obj)
	l.leaf(last, id, Name, Ident)
}

func pyImportFrom(l *lowering, n uint32, parent ID, r Role) {
	module, last := l.field(n, "module_name"), n
	before := l.lastOf(parent)
	l.kids(n, func(c uint32) {
		if c != module {
			pyImported(l, n, c, module, parent, r)
			last = c
		}
	})
	// The bracket behind the names is no part of it.
	for c := l.after(parent, before); c != Nil; c = l.Nodes[c].Next {
		l.Nodes[c].End = l.cst.Nodes[last].End
	}
}

func pyImportFuture(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) {
		id := l.make(n, parent, Import, r)
		l.str(n, id, Name, Path, "__future__")
		l.dotted(c, id, Ident)
	})
}

func pyClass(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassDef, r)
	l.opt(l.field(n, "name"), id, Ident)
	if s := l.field(n, "superclasses"); s != 0 {
		l.splice(s, id, Parents)
	}
	if b := l.field(n, "body"); b != 0 {
		l.children(b, l.make(b, id, ClassBody, Body))
	}
}

// pyDecorated puts decorators among the modifiers of what they decorate.
func pyDecorated(l *lowering, n uint32, parent ID, r Role) {
	before := l.lastOf(parent)
	l.opt(l.field(n, "definition"), parent, r)
	def := l.after(parent, before)
	if def == Nil {
		l.other(n, parent, r)
		return
	}
	l.Nodes[def].Start = l.cst.Nodes[n].Start
	rest := l.unlink(def, l.Nodes[def].First)
	l.kids(n, func(c uint32) {
		if l.sym(c) == "decorator" {
			l.node(c, def, Mods)
		}
	})
	for _, x := range rest {
		l.link(def, x)
	}
}

func pyParams(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Params, r)
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.cst.Nodes[c].Flags&syntax.Extra != 0 || !l.named(c) {
			continue
		}
		p := l.make(c, id, Param, Elem)
		pyParam(l, c, p)
	}
}

func pyParam(l *lowering, c uint32, p ID) {
	switch l.sym(c) {
	case "default_parameter", "typed_default_parameter":
		l.opt(l.field(c, "name"), p, Ident)
		l.opt(l.field(c, "type"), p, Type)
		l.opt(l.field(c, "value"), p, Value)
	case "typed_parameter":
		typ := l.field(c, "type")
		l.kids(c, func(x uint32) {
			if x != typ {
				pyParam(l, x, p)
			}
		})
		l.opt(typ, p, Type)
	case "list_splat_pattern", "dictionary_splat_pattern":
		l.setString(p, string(l.raw(c)[:1+len(l.sym(c))/24]))
		l.splice(c, p, Ident)
	case "keyword_separator":
		l.setString(p, "*")
	case "positional_separator":
		l.setString(p, "/")
	default:
		l.node(c, p, Ident)
	}
}

// pyMatch is a switch. A block around its cases is not kept.
func pyMatch(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Switch, r)
	l.opt(l.field(n, "subject"), id, Cond)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "block":
			l.children(c, id)
		case "case_clause":
			l.node(c, id, Elem)
		}
	})
}

func pyCase(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Case, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "case_pattern":
			l.splice(c, id, Key)
		case "block":
			l.children(c, id)
		default:
			l.node(c, id, Cond)
		}
	})
}
