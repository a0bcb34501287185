package ast

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

var php = &Lang{
	Name: "php", Exts: []string{".php", ".phtml", ".tpl", ".php5", ".php7"}, Grammar: syntax.PHP,
	Newer: newerPHP,
	Spec: &Spec{
		Table: `
name variable_name relative_scope primitive_type cast_type: Name @
integer float: Num @
boolean: !bool
null: Null
string: !string
encapsed_string heredoc nowdoc: !encapsed
shell_command_expression: !shell
const_declaration: !consts
attribute_group: ^
attribute: !attribute
comment php_tag: -
text_interpolation: !text
text: -
parenthesized_expression: !paren
expression_statement: !exprstmt
function_call_expression: Call function=fn arguments=args
member_call_expression nullsafe_member_call_expression: !call
scoped_call_expression: !call
arguments: Args
argument: !arg
object_creation_expression: !new
member_access_expression nullsafe_member_access_expression: Member object=obj name=name
scoped_property_access_expression: Member scope=obj name=name
class_constant_access_expression: !scoped
qualified_name: !qualified
namespace_name_as_prefix namespace_name: ^
subscript_expression: !index
binary_expression: !binary
unary_op_expression: Unary @operator argument=value
error_suppression_expression: !silent
update_expression: Unary @operator argument=value
assignment_expression: Assign left=left right=right
reference_assignment_expression: Assign left=left right=right
augmented_assignment_expression: !augassign
conditional_expression: Ternary condition=cond body=then alternative=else
cast_expression: Cast type=type value=value
anonymous_function_creation_expression arrow_function: Lambda parameters=params return_type=ret body=body *=mods
anonymous_function_use_clause: -
array_creation_expression: !array
list_literal: List
array_element_initializer: !element
include_expression: !keyword
include_once_expression require_expression require_once_expression print_intrinsic exit_statement echo_statement unset_statement clone_expression: !keyword
throw_expression: Throw *=value
compound_statement: Block
program: Program
if_statement: !if
while_statement: While condition=cond body=body%
do_statement: DoWhile body=body% condition=cond
for_statement: For initialize=init condition=cond update=update body=body%
foreach_statement: !foreach
return_statement: Return *=value
break_statement: Break *=value
continue_statement: Continue *=value
try_statement: !try
catch_clause: Catch type=type name=name body=body
type_list: ^
named_type: ^
finally_clause: Finally body=body
switch_statement: Switch condition=cond body=elem
switch_block: ^
case_statement: Case value=key
default_statement: Case
function_definition: FuncDef name=name parameters=params return_type=ret body=body *=mods
method_declaration: !method
formal_parameters: Params
simple_parameter property_promotion_parameter: Param type=type name=name default_value=value *=mods
variadic_parameter: Param "..." type=type name=name reference_modifier=-
class_declaration interface_declaration trait_declaration enum_declaration: !class
declaration_list enum_declaration_list: ClassBody
enum_case: !enumcase
property_declaration: !props
visibility_modifier static_modifier abstract_modifier final_modifier var_modifier readonly_modifier: Mod @
attribute_list: ^
namespace_use_declaration: !use
empty_statement: -
`,
		Hooks: map[string]Hook{
			"bool": phpBool, "silent": phpSilent, "exprstmt": phpExprStmt, "string": quoted, "encapsed": phpEncapsed,
			"paren": paren, "call": phpCall, "arg": phpArg, "new": phpNew, "scoped": scoped, "qualified": phpQualified,
			"index":     phpIndex,
			"augassign": augAssign, "array": phpArray, "element": phpElement, "keyword": phpKeyword, "if": phpIf,
			"foreach": phpForeach, "try": phpTry, "class": phpClass,
			"props": phpProps, "use": phpUse, "text": phpText, "shell": phpShell, "consts": phpConsts,
			"attribute": phpAttribute, "method": phpMethod, "enumcase": phpEnumCase, "binary": phpBinary,
		},
	},
	Pattern: PatternSpec{
		Name:       phpStandIn,
		TextPieces: true,
		Statement: []string{
			"%s;",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"},
		Member: []string{"public %s;", "function zqDots();"},
		Spread: true,
		Interpolation: func(q byte, _ string) string {
			if q == '"' {
				return "{"
			}
			return ""
		},
		Readings: []Reading{
			{Prefix: "<?php "},
			{Prefix: "<?php ", Suffix: ";"},
			{Prefix: "<?php class zq_whole {", Suffix: "\n}", Into: []Kind{ClassDef, ClassBody}},
		},
		Parts: []Part{
			{Word: "catch", Prefix: "<?php try {} ", Pick: Catch},
			{Word: "finally", Prefix: "<?php try {} ", Pick: Finally},
			{Word: "if", Prefix: "<?php ", Suffix: " zqDots;", Pick: If, Only: headOnly},
			{Word: "function", Prefix: "<?php ", Suffix: " { zqDots; }", Pick: FuncDef},
			{Word: "class", Prefix: "<?php ", Suffix: " { public $zqDots; }", Pick: ClassDef},
		},
	},
	Names: NameSpec{
		Constants: true,
		Concat:    ".",
		FoldNames: true,
		OpenMods:  true,
		Literals:  map[Kind]string{Str: "string", Num: "int", Unary: "float", Bool: "bool"},
	},
	Objects: ObjectSpec{References: true, CopiedArrays: true, This: "$this", Class: []string{"self", "static"}, Super: "parent"},
	Flow: FlowSpec{
		BreakCases:    true,
		ContinueCases: true,
		FallThrough:   map[string]bool{"case_statement": true, "default_statement": true},
		Arms:          map[string]bool{"match_conditional_expression": true, "match_default_expression": true},
		Default:       map[string]bool{"match_default_expression": true},
	},
}

var phpBare = regexp.MustCompile(
	`(->|::|\bfunction|\bclass|\binterface|\btrait|\benum|\bgoto|#\[|\bnew|\bextends|\bimplements|\binstanceof|\bnamespace|\buse|\\)\s*&?$`,
)

// phpStandIn gives a stand-in the dollar sign of a variable where it is not plainly a name.
func phpStandIn(word, before, _ string) string {
	if phpBare.MatchString(before) || strings.HasPrefix(word, "zqDeep") {
		return word
	}
	return "$" + word
}

// phpSilent: @f() is f(), but that errors are not told.
func phpSilent(l *lowering, n uint32, parent ID, r Role) {
	before := l.lastOf(parent)
	l.splice(n, parent, r)
	if c := l.after(parent, before); c != Nil {
		l.Nodes[c].Flags |= FlagSilent
	}
}

// phpExprStmt: a throw is an expression to the grammar; by itself it is a statement like any other.
func phpExprStmt(l *lowering, n uint32, parent ID, r Role) {
	if t := l.kid(n, "throw_expression"); t != 0 {
		id := l.make(n, parent, Throw, r)
		l.splice(t, id, Value)
		return
	}
	l.splice(n, l.make(n, parent, ExprStmt, r), Value)
}

func phpBool(l *lowering, n uint32, parent ID, r Role) {
	l.str(n, parent, Bool, r, strings.ToLower(string(l.raw(n))))
}

// phpEncapsed is a string in which variables stand.
func phpEncapsed(l *lowering, n uint32, parent ID, r Role) {
	plain := true
	body := n
	if v := l.field(n, "value"); v != 0 {
		body = v
	}
	l.kids(body, func(c uint32) {
		switch l.sym(c) {
		case "string_content", "escape_sequence", "string_value", "nowdoc_string", "heredoc_start", "heredoc_end":
		default:
			plain = false
		}
	})
	if plain && body == n && l.sym(n) == "encapsed_string" {
		quoted(l, n, parent, r)
		return
	}
	id := l.make(n, parent, Interp, r)
	l.kids(body, func(c uint32) {
		switch l.sym(c) {
		case "string_content", "escape_sequence", "string_value", "nowdoc_string":
			l.leaf(c, id, Str, Elem)
		case "heredoc_start", "heredoc_end":
		default:
			l.node(c, id, Elem)
		}
	})
}

// phpQualified is a\b\c as a chain of members.
func phpQualified(l *lowering, n uint32, parent ID, r Role) {
	var parts []uint32
	for c := n + 1; c < l.cst.Nodes[n].Next; c++ {
		if l.sym(c) == "name" {
			parts = append(parts, c)
		}
	}
	l.chain(n, parts, "", parent, r)
}

func phpCall(l *lowering, n uint32, parent ID, r Role) {
	obj := l.field(n, "object")
	if obj == 0 {
		obj = l.field(n, "scope")
	}
	l.callOf(n, obj, l.field(n, "name"), l.field(n, "arguments"), parent, r)
}

func phpArg(l *lowering, n uint32, parent ID, r Role) {
	if name := l.field(n, "name"); name != 0 {
		id := l.make(n, parent, KwArg, r)
		l.node(name, id, Ident)
		l.kids(n, func(c uint32) {
			if c != name {
				l.node(c, id, Value)
			}
		})
		return
	}
	l.splice(n, parent, r)
}

func phpNew(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, New, r)
	args := false
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "arguments":
			args = true
			l.node(c, id, Arguments)
		case "declaration_list":
			l.node(c, id, Body)
		default:
			l.node(c, id, Type)
		}
	})
	if !args {
		l.add(id, Args, Arguments, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

func phpIndex(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Index, r)
	i := 0
	l.kids(n, func(c uint32) {
		l.node(c, id, [...]Role{Obj, Elem}[min(i, 1)])
		i++
	})
}

// phpArray: an array with keys is a dictionary, one without a list.
func phpArray(l *lowering, n uint32, parent ID, r Role) {
	l.children(n, l.make(n, parent, List, r))
}

func phpElement(l *lowering, n uint32, parent ID, r Role) {
	if l.kid(n, "=>") == 0 {
		l.splice(n, parent, r)
		return
	}
	goPair(l, n, parent, r)
}

// phpKeyword: a construct such as echo or include is a call of that name.
func phpKeyword(l *lowering, n uint32, parent ID, r Role) {
	if strings.HasSuffix(l.sym(n), "_statement") {
		parent, r = l.make(n, parent, ExprStmt, r), Value
	}
	id := l.make(n, parent, Call, r)
	l.leaf(n+1, id, Name, Fn)
	l.children(n, l.make(n, id, Args, Arguments))
}

func phpIf(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, If, r)
	end := l.cst.Nodes[n].End
	l.opt(l.field(n, "condition"), id, Cond)
	l.block(l.field(n, "body"), id, Then)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "else_if_clause":
			b := l.add(id, Block, Else, l.cst.Nodes[c].Start, end)
			id = l.add(b, If, Elem, l.cst.Nodes[c].Start, end)
			l.opt(l.field(c, "condition"), id, Cond)
			l.block(l.field(c, "body"), id, Then)
		case "else_clause":
			l.block(l.field(c, "body"), id, Else)
		}
	})
}

func phpForeach(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ForEach, r)
	body := l.field(n, "body")
	var c []uint32
	l.kids(n, func(x uint32) {
		if x != body {
			c = append(c, x)
		}
	})
	if len(c) > 1 {
		if l.sym(c[1]) == "pair" {
			goPair(l, c[1], id, Left)
		} else {
			l.node(c[1], id, Left)
		}
	}
	if len(c) > 0 {
		l.node(c[0], id, Value)
	}
	l.block(body, id, Body)
}

func phpTry(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Try, r)
	l.opt(l.field(n, "body"), id, Body)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "catch_clause":
			l.node(c, id, Handler)
		case "finally_clause":
			l.node(c, id, Final)
		}
	})
}

func phpClass(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassDef, r)
	l.classKind(n, id)
	name, body := l.field(n, "name"), l.field(n, "body")
	l.kids(n, func(c uint32) {
		switch s := l.sym(c); {
		case c == name || c == body:
		case s == "base_clause" || s == "class_interface_clause":
			l.splice(c, id, Parents)
		case strings.HasSuffix(s, "_modifier"), s == "attribute_list":
			l.node(c, id, Mods)
		}
	})
	l.opt(name, id, Ident)
	l.opt(body, id, Body)
}

// phpProps splits a declaration of properties.
func phpProps(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) {
		if l.sym(c) != "property_element" {
			return
		}
		id := l.make(n, parent, VarDef, r)
		l.kids(n, func(x uint32) {
			if strings.HasSuffix(l.sym(x), "_modifier") {
				l.node(x, id, Mods)
			}
		})
		l.opt(l.field(n, "type"), id, Type)
		l.opt(l.kid(c, "variable_name"), id, Ident)
		if v := l.kid(c, "property_initializer"); v != 0 {
			l.splice(v, id, Value)
		}
	})
}

// phpUse makes one import of each name, those of a group below the group's name.
func phpUse(l *lowering, n uint32, parent ID, r Role) {
	var within []uint32
	names := func(c uint32) (out []uint32) {
		for x := c; x < l.cst.Nodes[c].Next; x++ {
			if l.sym(x) == "name" {
				out = append(out, x)
			}
		}
		return out
	}
	clause := func(c uint32) {
		id := l.make(n, parent, Import, r)
		path, alias := within[:len(within):len(within)], uint32(0)
		l.kids(c, func(x uint32) {
			if l.sym(x) == "namespace_aliasing_clause" {
				alias = x
			} else {
				path = append(path, names(x)...)
			}
		})
		l.chain(n, path, "", id, Path)
		if alias != 0 {
			l.splice(alias, id, Alias)
		}
	}
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "namespace_use_clause":
			clause(c)
		case "namespace_name":
			within = names(c)
		case "namespace_use_group":
			l.kids(c, clause)
		}
	})
}

// phpText is the text between ?> and <?php: it is written as echo writes.
func phpText(l *lowering, n uint32, parent ID, r Role) {
	raw := strings.TrimSuffix(strings.TrimPrefix(string(l.raw(n)), "?>"), "<?php")
	if raw == "" && int(l.cst.Nodes[n].End) >= len(bytes.TrimRight(l.Src, "\n")) &&
		len(l.Src) == int(l.cst.Nodes[n].End) {
		return
	}
	call := l.make(n, l.make(n, parent, ExprStmt, r), Call, Value)
	l.str(n, call, Name, Fn, "echo")
	l.str(n, l.make(n, call, Args, Arguments), Str, Elem, raw)
}

// phpShell is `command`: the text in it is run.
func phpShell(l *lowering, n uint32, parent ID, r Role) {
	phpEncapsed(l, n, l.str(n, parent, Unary, r, "`"), Value)
}

// phpConsts splits a declaration of constants.
func phpConsts(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) {
		if l.sym(c) != "const_element" {
			return
		}
		id := l.make(n, parent, VarDef, r)
		l.str(n+1, id, Mod, Mods, "const")
		l.opt(l.kid(c, "name"), id, Ident)
		i := 0
		l.kids(c, func(x uint32) {
			if i++; i == 2 {
				l.node(x, id, Value)
			}
		})
	})
}

// phpEnumCase is a case of an enum, or a constant of it that was respelt as one.
func phpEnumCase(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, VarDef, r)
	if bytes.HasPrefix(l.raw(n), []byte("const")) {
		l.str(n+1, id, Mod, Mods, "const")
	}
	l.opt(l.field(n, "name"), id, Ident)
	l.opt(l.field(n, "value"), id, Value)
}

// phpBinary: what |> hands on, which was respelt, is the argument of what it is handed to.
func phpBinary(l *lowering, n uint32, parent ID, r Role) {
	left, op, right := l.field(n, "left"), l.field(n, "operator"), l.field(n, "right")
	at := l.cst.Nodes[op].Start
	if op != 0 && at > 0 && l.Src[at-1] == '|' && l.Src[at] == '>' {
		id := l.make(n, parent, Call, r)
		callee := l.field(right, "function")
		if args := l.field(right, "arguments"); args == 0 || string(l.raw(args)) != "(...)" || callee == 0 {
			callee = right
		}
		l.opt(callee, id, Fn)
		l.opt(left, l.make(left, id, Args, Arguments), Elem)
		return
	}
	id := l.make(n, parent, Bin, r)
	if op != 0 {
		l.setText(id, l.cst.Nodes[op].Start, l.cst.Nodes[op].End)
	}
	l.opt(left, id, Left)
	l.opt(right, id, Right)
}

// phpAttribute is one of #[A(1), B].
func phpAttribute(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Decorator, r)
	args := l.field(n, "parameters")
	name := uint32(0)
	l.kids(n, func(c uint32) {
		if name == 0 {
			name = c
		}
	})
	if args == 0 {
		l.opt(name, id, Value)
		return
	}
	call := l.make(n, id, Call, Value)
	l.opt(name, call, Fn)
	l.node(args, call, Arguments)
}

// phpMethod: a method without a body has an empty one.
func phpMethod(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, FuncDef, r)
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		switch s := l.sym(c); {
		case !l.named(c) || l.cst.Nodes[c].Flags&syntax.Extra != 0:
		case strings.HasSuffix(s, "_modifier"), s == "attribute_list":
			l.node(c, id, Mods)
		case c == l.field(n, "name"):
			l.node(c, id, Ident)
		case c == l.field(n, "parameters"):
			l.node(c, id, Parameters)
		case c == l.field(n, "return_type"):
			l.node(c, id, Ret)
		case c == l.field(n, "body"):
			l.node(c, id, Body)
		}
	}
	if l.field(n, "body") == 0 {
		l.add(id, Block, Body, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}
