package ast

import (
	"bytes"
	"regexp"

	"github.com/drydock/drydock/internal/syntax"
)

const jsTable = `
identifier property_identifier private_property_identifier statement_identifier type_identifier: Name @
number: Num @
true: Bool "true"
false: Bool "false"
null: Null
undefined: Name @
this: This
super: This "super"
string: !string
template_string: !template
regex: !regex
comment html_comment hash_bang_line: -
parenthesized_expression: !paren
expression_statement: ExprStmt *=value
empty_statement: -
call_expression: !call
arguments: Args
spread_element: Spread "..." *=value
rest_pattern: Spread "..." *=value
new_expression: !new
member_expression: Member object=obj property=name
subscript_expression: Index object=obj index=elem
binary_expression: Bin @operator left=left right=right
unary_expression: Unary @operator argument=value
update_expression: !update
assignment_expression: Assign left=left right=right
augmented_assignment_expression: !augassign
assignment_pattern: Assign left=left right=right
object_assignment_pattern: Assign left=left right=right
ternary_expression: Ternary condition=cond consequence=then alternative=else
sequence_expression: Tuple
arrow_function: !arrow
function_expression function generator_function: Lambda name=name parameters=params return_type=ret body=body type_parameters=- +async +*
function_declaration generator_function_declaration: FuncDef name=name parameters=params return_type=ret body=body type_parameters=- +async +*
method_definition: FuncDef decorator=mods name=name parameters=params return_type=ret body=body type_parameters=- *=mods +async +static +get +set +*
formal_parameters: !params
array: List
array_pattern: List
object: Dict
object_pattern: Dict
shorthand_property_identifier shorthand_property_identifier_pattern: !shorthand
pair: Pair key=key value=value
pair_pattern: Pair key=key value=value
computed_property_name: !computed
optional_chain: !chain
await_expression: Await *=value
yield_expression: Yield *=value
statement_block: Block
program: Program
if_statement: If condition=cond consequence=then% alternative=else%
else_clause: ^
while_statement: While condition=cond body=body%
do_statement: DoWhile body=body% condition=cond
for_statement: For initializer=init condition=cond increment=update body=body%
for_in_statement: !forin
return_statement: Return *=value
throw_statement: Throw *=value
break_statement: Break *=value
continue_statement: Continue *=value
try_statement: Try body=body handler=handler finalizer=final
catch_clause: Catch parameter=name body=body
finally_clause: Finally body=body
switch_statement: Switch value=cond
switch_body: ^
switch_case: Case value=key
switch_default: Case
variable_declaration lexical_declaration: !vardecl
class_declaration class: !class
class_body: !classbody
field_definition public_field_definition: VarDef property=name name=name value=value type=type decorator=mods *=mods +static +readonly
class_static_block: Block
decorator: !decorator
import_statement: !import
export_statement: !export
jsx_element: !jsx
jsx_self_closing_element: !jsx
jsx_fragment: !jsx
jsx_expression: ^
jsx_attribute: !jsxattr
jsx_text: Str @
`

const tsTable = jsTable + `
as_expression satisfies_expression: !as
non_null_expression: ^
type_assertion: ^
accessibility_modifier override_modifier: Mod @
type_annotation: ^
type_arguments: -
predefined_type: Name @
nested_type_identifier: Member module=obj name=name
nested_identifier: Member object=obj property=name
abstract_class_declaration: !class
abstract_method_signature method_signature: FuncDef name=name parameters=params return_type=ret type_parameters=- *=mods +static
function_signature: FuncDef name=name parameters=params return_type=ret type_parameters=-
ambient_declaration: ^
`

var jsHooks = map[string]Hook{
	"string": jsString, "template": jsTemplate, "regex": jsRegex, "paren": jsParen, "computed": paren, "chain": jsChain,
	"update": jsUpdate, "call": jsCall, "augassign": augAssign, "arrow": jsArrow, "params": jsParams,
	"forin": jsForIn, "vardecl": jsVarDecl, "class": jsClass, "import": jsImport, "export": jsExport, "jsx": jsElement,
	"jsxattr": jsAttr, "as": jsAs, "decorator": decorator, "classbody": jsClassBody, "shorthand": jsShorthand,
	"new": jsNew,
}

// jsPattern is how patterns of JavaScript and TypeScript are read.
func jsPattern(wider string, typed bool) PatternSpec {
	p := jsPatterns
	p.Wider, p.TypedParens = wider, typed
	return p
}

var jsPatterns = PatternSpec{
	Statement: []string{
		"%s;",
	}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s;"},
	Name: jsStandIn, Spread: true,
	Interpolation: func(q byte, _ string) string {
		if q == '`' {
			return "${"
		}
		return ""
	},
	Readings: []Reading{
		{Prefix: "(", Suffix: "\n)", Starts: "{"},
		{},
		{Prefix: "(", Suffix: "\n)"},
		{Prefix: "async function* zq_whole() {", Suffix: "\n}", Into: []Kind{FuncDef, Block}},
		{Prefix: "class zq_whole {", Suffix: "\n}", Into: []Kind{ClassDef, ClassBody}},
		{Prefix: "x = {", Suffix: "\n}", Into: []Kind{ExprStmt, Assign, Dict}},
	},
	Parts: []Part{
		{Word: "catch", Prefix: "try {} ", Pick: Catch},
		{Word: "finally", Prefix: "try {} ", Pick: Finally},
		{Word: "case", Prefix: "switch (x) {", Suffix: "}", Pick: Case},
		{Word: "try", Suffix: " finally {}", Pick: Try, Only: tryOnly},
		{Word: "if", Suffix: " zqDots;", Pick: If, Only: headOnly},
		{Prefix: "({", Suffix: "})", Pick: Pair, Only: pairOnly},
		{Word: "class", Suffix: " { zqDots; }", Pick: ClassDef},
		{Word: "function", Suffix: " { zqDots; }", Pick: FuncDef},
		{Word: "async function", Suffix: " { zqDots; }", Pick: FuncDef},
		{Word: "@", Suffix: "\nclass zq_whole {}", Pick: Decorator},
		{Word: "@", Prefix: "class zq_whole {", Suffix: " { zqDots; } }", Pick: FuncDef},
		{Word: "@", Prefix: "class zq_whole {", Suffix: "}", Pick: FuncDef},
		{Word: "@", Prefix: "class zq_whole {", Suffix: "(zqDots) { zqDots; } }", Pick: FuncDef},
	},
	Rewrite: []Rewrite{
		{regexp.MustCompile(`for\s*\(\s*\.\.\.\s*\)`), "for (...;;)"},
		{regexp.MustCompile(`^(\{[^{}\n]*\}\s*=[^=>\n;][^\n;]*);?`), "($1);"}, // an assignment to parts
	},
}

var jsFlow = FlowSpec{
	BreakCases:  true,
	FallThrough: map[string]bool{"switch_case": true, "switch_default": true},
}

var javascript = &Lang{
	Name: "javascript", Aliases: []string{"js"}, Exts: []string{".js", ".jsx", ".mjs", ".cjs"},
	Grammar: syntax.JavaScript,
	Newer:   newerJavaScript,
	Spec:    &Spec{Table: jsTable, Hooks: jsHooks},
	Pattern: jsPattern("typescript", false),
	Names: NameSpec{
		Requires:  true,
		OpenDicts: true,
		Constants: true,
		Declared:  true,
		Literals:  map[Kind]string{Str: "string", Num: "number", Bool: "boolean"},

		AlsoLiterals: map[Kind]string{Num: "float"},
	},
	Objects: ObjectSpec{KeyedFields: true},
	Flow:    jsFlow,
}

var typescript = &Lang{
	Name: "typescript", Aliases: []string{"ts"}, Exts: []string{".ts", ".tsx", ".mts", ".cts"},
	Grammar: syntax.TypeScript,
	Newer:   newerTypeScript,
	Also:    map[string]syntax.Grammar{".tsx": syntax.TSX},
	Spec:    &Spec{Table: tsTable, Hooks: jsHooks},
	Pattern: jsPattern("", true),
	Names: NameSpec{
		Requires:  true,
		OpenDicts: true,
		Constants: true,
		Declared:  true,
		Literals:  map[Kind]string{Str: "string", Num: "number", Bool: "boolean"},

		AlsoLiterals: map[Kind]string{Num: "float"},
	},
	Objects: ObjectSpec{Types: map[string]bool{"interface_declaration": true}, KeyedFields: true},
	Flow:    jsFlow,
}

var jsAttrValue = regexp.MustCompile(`<[A-Za-z$][^<>]*=$`)

// jsFrom is what stands before the name of a module.
var jsFrom = regexp.MustCompile(`(?m)^\s*(?:import|export)\b.*\bfrom\s+$`)

// jsStandIn puts a stand-in that is an attribute's value in braces.
func jsStandIn(word, before, _ string) string {
	if jsAttrValue.MatchString(before) {
		return "{" + word + "}"
	}
	if jsFrom.MatchString(before) {
		return `"` + word + `"`
	}
	return word
}

func jsString(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Str, r)
	from, to := unquote(l.raw(n))
	start := l.cst.Nodes[n].Start
	l.setText(id, start+uint32(from), start+uint32(max(from, to)))
}

// jsShorthand: {a} is {a: a}.
func jsShorthand(l *lowering, n uint32, parent ID, r Role) {
	if string(l.raw(n)) == wordDots {
		l.leaf(n, parent, Name, r)
		return
	}
	id := l.make(n, parent, Pair, r)
	l.leaf(n, id, Name, Key)
	l.leaf(n, id, Name, Value)
}

// jsChain: a pattern without the question mark finds what has it, too.
func jsChain(l *lowering, n uint32, parent ID, _ Role) { l.leaf(n, parent, Mod, Mods) }

// jsNew: without arguments it has an empty list of them.
func jsNew(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, New, r)
	l.opt(l.field(n, "constructor"), id, Type)
	if args := l.field(n, "arguments"); args != 0 {
		l.node(args, id, Arguments)
	} else {
		l.add(id, Args, Arguments, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

func jsTemplate(l *lowering, n uint32, parent ID, r Role) {
	c := &l.cst.Nodes[n]
	if l.kid(n, "template_substitution") == 0 {
		jsString(l, n, parent, r)
		return
	}
	id := l.make(n, parent, Interp, r)
	l.pieces(
		n,
		id,
		c.Start+1,
		max(c.Start+1, c.End-1),
		func(x uint32) bool { return l.sym(x) == "template_substitution" },
		func(x uint32) {
			l.splice(x, id, Elem)
		},
	)
}

func jsRegex(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Regex, r)
	if p := l.field(n, "pattern"); p != 0 {
		l.setText(id, l.cst.Nodes[p].Start, l.cst.Nodes[p].End)
	}
	if f := l.field(n, "flags"); f != 0 {
		l.leaf(f, id, Token, Mods)
	}
}

// jsCall: a tagged template is a call of the tag with the template.
func jsCall(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Call, r)
	l.opt(l.field(n, "function"), id, Fn)
	a := l.field(n, "arguments")
	if a == 0 {
		return
	}
	if l.sym(a) == "template_string" {
		args := l.make(a, id, Args, Arguments)
		l.node(a, args, Elem)
		if t := l.Nodes[args].First; t != Nil && l.Nodes[t].Kind == Interp {
			l.setString(t, "tagged") // its parts are given to the tag, not joined
		}
		return
	}
	l.node(a, id, Arguments)
}

func jsArrow(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Lambda, r)
	if a := l.kid(n, "async"); a != 0 {
		l.leaf(a, id, Mod, Mods)
	}
	if p := l.field(n, "parameter"); p != 0 {
		ps := l.make(p, id, Params, Parameters)
		l.node(p, l.make(p, ps, Param, Elem), Ident)
	}
	l.opt(l.field(n, "parameters"), id, Parameters)
	l.opt(l.field(n, "return_type"), id, Ret)
	l.opt(l.field(n, "body"), id, Body)
}

func jsParams(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Params, r)
	l.kids(n, func(c uint32) {
		p := l.make(c, id, Param, Elem)
		jsParam(l, c, p)
	})
}

func jsParam(l *lowering, c uint32, p ID) {
	switch l.sym(c) {
	case "assignment_pattern":
		jsParam(l, l.field(c, "left"), p)
		l.opt(l.field(c, "right"), p, Value)
	case "rest_pattern":
		l.setString(p, "...")
		l.splice(c, p, Ident)
	case "required_parameter", "optional_parameter":
		l.kids(c, func(x uint32) {
			switch l.sym(x) {
			case "decorator", "accessibility_modifier", "override_modifier":
				l.node(x, p, Mods)
			}
		})
		if x := l.field(c, "pattern"); x != 0 {
			jsParam(l, x, p)
		}
		l.opt(l.field(c, "type"), p, Type)
		l.opt(l.field(c, "value"), p, Value)
	default:
		l.node(c, p, Ident)
	}
}

func jsForIn(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ForEach, r)
	if op := l.field(n, "operator"); op != 0 {
		l.setText(id, l.cst.Nodes[op].Start, l.cst.Nodes[op].End)
	}
	l.opt(l.field(n, "left"), id, Left)
	l.opt(l.field(n, "right"), id, Value)
	l.block(l.field(n, "body"), id, Body)
}

// jsParen: the parentheses of a condition are the statement's, all others belong to the place of what they enclose.
// JSON has none: they are put around it to be read at all.
func jsParen(l *lowering, n uint32, parent ID, r Role) {
	if r == Cond || l.Lang.Name == "json" {
		paren(l, n, parent, r)
		return
	}
	wideParen(l, n, parent, r)
}

// jsUpdate tells x++ from ++x.
func jsUpdate(l *lowering, n uint32, parent ID, r Role) {
	op, arg := l.field(n, "operator"), l.field(n, "argument")
	if op == 0 || arg == 0 {
		l.other(n, parent, r)
		return
	}
	text := string(l.raw(op))
	if op > arg {
		text = "x" + text
	}
	l.node(arg, l.str(n, parent, Unary, r, text), Value)
}

// jsVarDecl splits a declaration into one definition a name; the keyword is a modifier.
func jsVarDecl(l *lowering, n uint32, parent ID, r Role) {
	var kw uint32
	if l.cst.Nodes[n].Next > n+1 && !l.named(n+1) {
		kw = n + 1
	}
	first := true
	l.kids(n, func(c uint32) {
		if l.sym(c) != "variable_declarator" {
			return
		}
		id := l.make(c, parent, VarDef, r)
		if first {
			l.Nodes[id].Start = l.cst.Nodes[n].Start
			first = false
		}
		l.Nodes[id].End = max(l.Nodes[id].End, l.cst.Nodes[n].End*b2u(l.cst.Nodes[c].Next == l.cst.Nodes[n].Next))
		// var is any of them in a pattern
		if kw != 0 && string(l.raw(kw)) != "var" {
			l.leaf(kw, id, Mod, Mods)
		}
		l.opt(l.field(c, "name"), id, Ident)
		l.opt(l.field(c, "type"), id, Type)
		l.opt(l.field(c, "value"), id, Value)
	})
}

func b2u(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func jsClass(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassDef, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "decorator":
			l.node(c, id, Mods)
		case "class_heritage":
			l.heritage(c, id)
		case "class_body", "type_parameters":
		default:
			l.node(c, id, Ident)
		}
	})
	l.opt(l.field(n, "body"), id, Body)
}

// jsClassBody gives decorators that stand before a member to it.
func jsClassBody(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassBody, r)
	var decs []uint32
	l.kids(n, func(c uint32) {
		if l.sym(c) == "decorator" {
			decs = append(decs, c)
			return
		}
		before := l.lastOf(id)
		l.node(c, id, Elem)
		m := l.after(id, before)
		if m == Nil || len(decs) == 0 {
			return
		}
		l.decorate(m, decs)
		decs = nil
	})
}

// decorate puts decorators first among what a definition has, and begins it with them.
func (l *lowering) decorate(def ID, decs []uint32) {
	rest := []ID{}
	if f := l.Nodes[def].First; f != Nil {
		rest = l.unlink(def, f)
	}
	for _, d := range decs {
		l.node(d, def, Mods)
	}
	for _, x := range rest {
		l.link(def, x)
	}
	l.Nodes[def].Start = min(l.Nodes[def].Start, l.cst.Nodes[decs[0]].Start)
}

// heritage adds the classes and interfaces that a class builds on.
func (l *lowering) heritage(n uint32, id ID) {
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "extends_clause", "implements_clause":
			l.heritage(c, id)
		case "type_arguments":
		default:
			l.node(c, id, Parents)
		}
	})
}

// jsImport splits an import into one node a name. Path is the module's string, name what is taken from it (default
// for the default, * for all of it), alias how it is called here.
func jsImport(l *lowering, n uint32, parent ID, r Role) {
	src := l.field(n, "source")
	clause := l.kid(n, "import_clause")
	if clause == 0 {
		id := l.make(n, parent, Import, r)
		l.opt(src, id, Path)
		return
	}
	l.kids(clause, func(c uint32) {
		switch l.sym(c) {
		case "identifier":
			id := l.make(n, parent, Import, r)
			l.opt(src, id, Path)
			l.str(c, id, Name, Ident, "default")
			l.leaf(c, id, Name, Alias)
		case "namespace_import":
			id := l.make(n, parent, Import, r)
			l.opt(src, id, Path)
			l.str(c, id, Token, Ident, "*")
			l.splice(c, id, Alias)
		case "named_imports":
			l.kids(c, func(x uint32) {
				id := l.make(n, parent, Import, r)
				l.opt(src, id, Path)
				l.opt(l.field(x, "name"), id, Ident)
				l.opt(l.field(x, "alias"), id, Alias)
			})
		}
	})
}

// jsExport: what is exported stands by itself, marked.
func jsExport(l *lowering, n uint32, parent ID, r Role) {
	if d := l.field(n, "declaration"); d != 0 {
		before := l.lastOf(parent)
		l.node(d, parent, r)
		if c := l.after(parent, before); c != Nil {
			var decs []uint32
			l.kids(n, func(x uint32) {
				if l.sym(x) == "decorator" {
					decs = append(decs, x)
				}
			})
			if len(decs) > 0 {
				l.decorate(c, decs)
			}
			if e := l.kid(n, "export"); e != 0 {
				l.leaf(e, c, Mod, Mods)
			}
		}
		return
	}
	l.other(n, parent, r)
}

func jsElement(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Element, r)
	// The grammar counts the space before an element that stands in another one to it.
	for l.Nodes[id].Start < l.Nodes[id].End && bytes.IndexByte([]byte(" \t\r\n"), l.Src[l.Nodes[id].Start]) >= 0 {
		l.Nodes[id].Start++
	}
	open := n
	if l.sym(n) == "jsx_element" {
		open = l.field(n, "open_tag")
	}
	l.opt(l.field(open, "name"), id, Ident)
	l.kids(open, func(c uint32) {
		switch l.sym(c) {
		case "jsx_attribute":
			l.node(c, id, Mods)
		case "jsx_expression":
			if open != n || l.sym(n) == "jsx_self_closing_element" {
				l.node(c, id, Mods)
			}
		}
	})
	if l.sym(n) == "jsx_self_closing_element" {
		return
	}
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "jsx_opening_element", "jsx_closing_element":
		case "jsx_text":
			if len(trimSpace(l.raw(c))) > 0 {
				l.node(c, id, Elem)
			}
		default:
			l.node(c, id, Elem)
		}
	})
}

func jsAttr(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Attr, r)
	i := 0
	l.kids(n, func(c uint32) {
		l.node(c, id, [...]Role{Ident, Value}[min(i, 1)])
		i++
	})
}

func jsAs(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Cast, r)
	i := 0
	l.kids(n, func(c uint32) {
		l.node(c, id, [...]Role{Value, Type}[min(i, 1)])
		i++
	})
}
