package ast

import (
	"regexp"

	"github.com/drydock/drydock/internal/syntax"
)

var golang = &Lang{
	Name: "go", Aliases: []string{"golang"}, Exts: []string{".go"}, Grammar: syntax.Go, Newer: newerGo,
	Spec: &Spec{
		Table: `
identifier field_identifier type_identifier package_identifier blank_identifier label_name dot: Name @
int_literal float_literal imaginary_literal: Num @
true: Bool "true"
false: Bool "false"
nil: Null
iota: Name @
interpreted_string_literal raw_string_literal: !string
comment: -
parenthesized_expression: !paren
parenthesized_type: ^
expression_statement: ExprStmt *=value
call_expression: !call
type_declaration: ^
type_spec type_alias: Other name=name type=type type_parameters=-
field_declaration: Other name=name type=type tag=value
function_type: !functype
method_elem method_spec: Other name=name parameters=params result=ret
argument_list: Args
variadic_argument: Spread "..." *=value
type_conversion_expression: !conversion
selector_expression: Member operand=obj field=name
qualified_type: Member package=obj name=name
index_expression: Index operand=obj index=elem
slice_expression: Slice operand=obj start=left end=right capacity=update
binary_expression: Bin @operator left=left right=right
unary_expression: Unary @operator operand=value
type_assertion_expression: Cast operand=value type=type
composite_literal: New type=type body=args
literal_value: Dict
literal_element: ^
keyed_element: !pair
func_literal: Lambda parameters=params result=ret body=body
expression_list: !exprs
block: Block
if_statement: If initializer=init condition=cond consequence=then alternative=else%
for_statement: !for
return_statement: Return *=value
break_statement: Break *=value
continue_statement: Continue *=value
assignment_statement: !assign
short_var_declaration: !define
inc_statement dec_statement: !inc
expression_switch_statement: Switch initializer=init value=cond
expression_case: Case value=key
default_case: Case
var_declaration const_declaration: !vars
var_spec_list const_spec_list: ^
function_declaration: FuncDef name=name parameters=params result=ret body=body type_parameters=-
method_declaration: FuncDef receiver=mods name=name parameters=params result=ret body=body
parameter_list: !params
import_declaration: !import
package_clause: Other *=path
source_file: Program
empty_statement: -
`,
		Hooks: map[string]Hook{
			"string": quoted, "paren": paren, "pair": goPair, "call": goCall, "conversion": goConversion,
			"functype": goFuncType, "exprs": goExprs, "for": goFor, "assign": goAssign, "define": goDefine,
			"inc": goInc, "vars": goVars, "params": goParams, "import": goImport,
		},
	},
	Pattern: PatternSpec{
		Statement: []string{
			"%s",
		}, Argument: []string{"%s", `"%s"`}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Spread: true, TrailingSpread: true,
		Readings: []Reading{
			{},
			{Prefix: "func zq_whole() {\n", Suffix: "\n}", Into: []Kind{FuncDef, Block}},
			{Prefix: "var zq_whole = T{", Suffix: "}", Into: []Kind{VarDef, New, Dict}},
		},
		Rewrite: []Rewrite{
			{regexp.MustCompile(`for\s+\.\.\.\s*\{`), "for ...;; {"},
			{regexp.MustCompile(`(?m)(^\s*case\s+\.\.\.)\s*$`), "$1:"},
		},
		Parts: []Part{
			{
				Prefix: "var zq_whole = T{",
				Suffix: "}",
				Pick:   Pair,
				Only:   regexp.MustCompile(`^[A-Za-z_$]\w*\s*:\s*[^=:\s]`),
			},
			{Word: "func", Suffix: " { zqDots }", Pick: FuncDef},
			{Word: "if", Suffix: " { zqDots }", Pick: If},
			{Prefix: "var zq_whole = T{", Suffix: "}", Pick: Pair, Only: pairOnly},
			{Word: "{", Prefix: "var zq_whole = T", Pick: Dict},
		},
	},
	Names: NameSpec{
		Constants:   true,
		Declared:    true,
		ModuleLast:  true,
		VarConst:    true,
		TypeAliases: map[string]string{"float": "float64"},
		Literals:    map[Kind]string{Str: "string", Num: "int", Unary: "float64", Bool: "bool"},
		Makes:       goMakes,
		NewMakes:    true,
	},
	Objects: ObjectSpec{Types: map[string]bool{"type_spec": false}, Structs: true, TypeNames: true, Results: true},
	Flow:    FlowSpec{BreakCases: true, Arms: map[string]bool{"type_case": true, "communication_case": true}},
}

func goPair(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Pair, r)
	i := 0
	l.kids(n, func(c uint32) {
		l.node(c, id, [...]Role{Key, Value}[min(i, 1)])
		i++
	})
}

// goValues are arguments of new that can be no type.
var goValues = map[string]bool{
	"int_literal": true, "float_literal": true, "imaginary_literal": true, "rune_literal": true,
	"interpreted_string_literal": true, "raw_string_literal": true, "composite_literal": true, "func_literal": true,
	"call_expression": true, "binary_expression": true, "unary_expression": true, "parenthesized_expression": true,
	"index_expression": true, "slice_expression": true, "type_assertion_expression": true,
	"type_conversion_expression": true, "true": true, "false": true, "iota": true,
}

// goCall: make(T, n) makes a new T, new(T) is &T{}, and new(1) a call.
func goCall(l *lowering, n uint32, parent ID, r Role) {
	fn, args := l.field(n, "function"), l.field(n, "arguments")
	name := ""
	if fn != 0 && l.sym(fn) == "identifier" {
		name = string(l.raw(fn))
	}
	var typ uint32
	if args != 0 && (name == "make" || name == "new") {
		l.kids(args, func(c uint32) {
			if typ == 0 {
				typ = c
			}
		})
	}
	switch {
	case typ == 0, name == "new" && goValues[l.sym(typ)]:
		id := l.make(n, parent, Call, r)
		l.opt(fn, id, Fn)
		l.opt(args, id, Arguments)
	case name == "new":
		id := l.make(n, l.str(n, parent, Unary, r, "&"), New, Value)
		l.node(typ, id, Type)
		l.add(id, Dict, Arguments, l.cst.Nodes[args].End, l.cst.Nodes[args].End)
	default:
		id := l.make(n, parent, New, r)
		l.node(typ, id, Type)
		rest := l.make(args, id, Args, Arguments)
		l.kids(args, func(c uint32) {
			if c != typ || string(l.raw(c)) == wordDots { // which may be more than the type
				l.node(c, rest, Elem)
			}
		})
	}
}

// goConversion: []byte(x) is a call of the type with one argument.
func goConversion(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Call, r)
	typ, operand := l.field(n, "type"), l.field(n, "operand")
	l.opt(typ, id, Fn)
	if operand == 0 {
		return
	}
	from := &l.cst.Nodes[operand]
	l.opt(operand, l.add(id, Args, Arguments, from.Start, from.End), Elem)
}

// goFuncType is the type of a function; one that gives nothing gives void.
func goFuncType(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Other, r)
	l.opt(l.field(n, "parameters"), id, Parameters)
	if result := l.field(n, "result"); result != 0 {
		l.node(result, id, Type)
	} else {
		l.setString(l.add(id, Name, Type, l.cst.Nodes[n].End, l.cst.Nodes[n].End), "void")
	}
}

// goExprs: a list of one expression is the expression.
func goExprs(l *lowering, n uint32, parent ID, r Role) {
	count := 0
	l.kids(n, func(uint32) { count++ })
	if count == 1 || r == Key {
		l.splice(n, parent, r)
		return
	}
	l.children(n, l.make(n, parent, Tuple, r))
}

func goFor(l *lowering, n uint32, parent ID, r Role) {
	if c := l.kid(n, "range_clause"); c != 0 {
		id := l.make(n, parent, ForEach, r)
		l.opt(l.field(c, "left"), id, Left)
		l.opt(l.field(c, "right"), id, Value)
		l.opt(l.field(n, "body"), id, Body)
		return
	}
	id := l.make(n, parent, For, r)
	body := l.field(n, "body")
	l.kids(n, func(c uint32) {
		switch {
		case c == body:
		case l.sym(c) == "for_clause":
			l.opt(l.field(c, "initializer"), id, Init)
			l.opt(l.field(c, "condition"), id, Cond)
			l.opt(l.field(c, "update"), id, Update)
		default:
			l.node(c, id, Cond)
		}
	})
	l.opt(body, id, Body)
}

// goAssign: an assignment is a statement in Go.
func goAssign(l *lowering, n uint32, parent ID, r Role) {
	opAssign(l, n, l.make(n, parent, ExprStmt, r), Value)
}

// goDefine: x := e defines x; several at once are an assignment of a list.
func goDefine(l *lowering, n uint32, parent ID, r Role) {
	left, right := l.field(n, "left"), l.field(n, "right")
	count := 0
	if left != 0 {
		l.kids(left, func(uint32) { count++ })
	}
	if count == 1 {
		id := l.make(n, parent, VarDef, r)
		l.Nodes[id].Flags |= FlagExpr // what a metavariable may stand for
		l.opt(left, id, Ident)
		l.opt(right, id, Value)
		return
	}
	id := l.make(n, l.make(n, parent, ExprStmt, r), Assign, Value)
	l.opt(left, id, Left)
	l.opt(right, id, Right)
}

func goInc(l *lowering, n uint32, parent ID, r Role) {
	postfix(l, n, l.make(n, parent, ExprStmt, r), Value)
}

// goVars splits a declaration into one definition a name.
func goVars(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) {
		if s := l.sym(c); s != "var_spec" && s != "const_spec" {
			goVars(l, c, parent, r)
			return
		}
		var values []uint32
		if v := l.field(c, "value"); v != 0 {
			l.kids(v, func(x uint32) { values = append(values, x) })
		}
		name := l.spec.field["name"]
		i := 0
		l.kids(c, func(x uint32) {
			if l.cst.Nodes[x].Field != name {
				return
			}
			id := l.make(n, parent, VarDef, r)
			l.leaf(n+1, id, Mod, Mods)
			l.node(x, id, Ident)
			l.opt(l.field(c, "type"), id, Type)
			if i < len(values) {
				l.node(values[i], id, Value)
			}
			i++
		})
	})
}

// goImport makes one Import a path, each with the place of the whole declaration.
func goImport(l *lowering, n uint32, parent ID, r Role) {
	var spec func(c uint32)
	spec = func(c uint32) {
		if l.sym(c) != "import_spec" {
			l.kids(c, spec)
			return
		}
		id := l.make(n, parent, Import, r)
		l.opt(l.field(c, "path"), id, Path)
		l.opt(l.field(c, "name"), id, Alias)
	}
	l.kids(n, spec)
}

// goParams makes one parameter a name; one without a name has only its type.
func goParams(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Params, r)
	name := l.spec.field["name"]
	l.kids(n, func(c uint32) {
		typ := l.field(c, "type")
		named := false
		param := func(x uint32) {
			p := l.make(c, id, Param, Elem)
			if l.sym(c) == "variadic_parameter_declaration" {
				l.setString(p, "...")
			}
			l.opt(x, p, Ident)
			if x == 0 || string(l.raw(x)) != wordDots {
				l.opt(typ, p, Type)
			}
		}
		l.kids(c, func(x uint32) {
			if l.cst.Nodes[x].Field == name {
				named = true
				param(x)
			}
		})
		if !named {
			param(0)
		}
	})
}
