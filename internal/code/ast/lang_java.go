package ast

import (
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

var java = &Lang{
	Name: "java", Exts: []string{".java"}, Grammar: syntax.Java, Newer: newerJava,
	Spec: &Spec{
		Table: `
identifier type_identifier integral_type floating_point_type boolean_type void_type: Name @
decimal_integer_literal hex_integer_literal octal_integer_literal binary_integer_literal decimal_floating_point_literal hex_floating_point_literal: Num @
true: Bool "true"
false: Bool "false"
null_literal: Null
this: This
super: This "super"
string_literal: !string
line_comment block_comment comment: -
parenthesized_expression: !paren
expression_statement: ExprStmt *=value
method_invocation: !call
argument_list: Args
object_creation_expression: !new
field_access: Member object=obj field=name
scoped_identifier scoped_type_identifier: !scoped
array_access: Index array=obj index=elem
binary_expression: Bin @operator left=left right=right
instanceof_expression: Bin "instanceof" left=left right=right name=name
unary_expression: Unary @operator operand=value
update_expression: !update
assignment_expression: !assign
ternary_expression: Ternary condition=cond consequence=then alternative=else
cast_expression: Cast type=type value=value
lambda_expression: !lambda
array_initializer: List
array_creation_expression: New type=type value=args dimensions=elem
method_reference: Member *=obj
block constructor_body: Block
explicit_constructor_invocation: !ctor
if_statement: If condition=cond consequence=then% alternative=else%
while_statement: While condition=cond body=body%
do_statement: DoWhile body=body% condition=cond
for_statement: For init=init condition=cond update=update body=body%
enhanced_for_statement: ForEach type=type name=left value=value body=body% *=mods
return_statement: Return *=value
throw_statement: Throw *=value
break_statement: Break *=value
continue_statement: Continue *=value
try_statement try_with_resources_statement: !try
catch_clause: !catch
switch_expression switch_statement: Switch condition=cond body=elem
switch_block: ^
switch_block_statement_group switch_rule: Case
switch_label: !label
local_variable_declaration field_declaration constant_declaration: !vars
method_declaration: FuncDef name=name type=ret parameters=params body=body type_parameters=- dimensions=- *=mods
constructor_declaration compact_constructor_declaration: FuncDef name=name parameters=params body=body type_parameters=- *=mods
throws: -
formal_parameters: Params
formal_parameter receiver_parameter: Param type=type name=name *=mods
spread_parameter: !spread
inferred_parameters: !inferred
class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration: !class
class_body interface_body annotation_type_body: ClassBody
enum_body: ClassBody
enum_body_declarations: ^
modifiers: !modifiers
annotation marker_annotation: !annotation
annotation_argument_list: Args
element_value_pair: KwArg key=name value=value
element_value_array_initializer: List
import_declaration: !import
package_declaration: Other *=path
program: Program
`,
		Hooks: map[string]Hook{
			"string": quoted, "paren": paren, "call": javaCall, "new": javaNew, "scoped": scoped, "update": postfix,
			"assign": opAssign, "lambda": javaLambda, "ctor": javaCtor,
			"try": javaTry, "catch": javaCatch, "label": javaLabel, "vars": javaVars, "spread": javaSpread,
			"inferred": javaInferred, "class": javaClass,
			"modifiers": javaModifiers, "annotation": javaAnnotation, "import": javaImport,
		},
	},
	Pattern: PatternSpec{
		Statement: []string{
			"%s;",
		}, Argument: []string{"%s"}, Param: []string{"%s %s", "%s = %s"}, Field: []string{"%s"},
		Member:    []string{"%s %s;"},
		TypeFirst: true,
		Readings: []Reading{
			{},
			{Suffix: ";"},
			{Prefix: "class zq_whole {", Suffix: "\n}", Into: []Kind{ClassDef, ClassBody}},
			{Prefix: "class zq_whole {", Suffix: ";\n}", Into: []Kind{ClassDef, ClassBody}},
			{
				Prefix: "class zq_whole { zq_whole() {",
				Suffix: "; } }",
				Into:   []Kind{ClassDef, ClassBody, FuncDef, Block},
			},
			{
				Prefix: "class zq_whole { zq_whole() {",
				Suffix: " } }",
				Into:   []Kind{ClassDef, ClassBody, FuncDef, Block},
			},
		},
		Prepare: javaParams,
		Rewrite: []Rewrite{{regexp.MustCompile(`for\s*\(\s*\.\.\.\s*\)`), "for (...;;)"}},
		Parts: []Part{
			{
				Word:   "new ",
				Prefix: "class zq_whole { Object zq_whole = ",
				Suffix: "; }",
				Pick:   New,
				Only:   regexp.MustCompile(`(?s)^new\s[^;={}]*\([^;{}]*\)\s*\{.*\}$`),
			},
			{Word: "catch", Prefix: "try {} ", Pick: Catch},
			{Word: "finally", Prefix: "try {} ", Pick: Finally},
			{Word: "try", Suffix: " finally {}", Pick: Try, Only: tryOnly},
			{Word: "if", Suffix: " zqDots;", Pick: If, Only: headOnly},
			{Word: "@", Suffix: " class zq_whole {}", Pick: Decorator},
			{Word: "", Suffix: " { zqDots; }", Pick: ClassDef},
			{Word: "", Prefix: "class zq_whole {", Suffix: " { zqDots; } }", Pick: FuncDef},
		},
	},
	Names: NameSpec{
		Constants:    true,
		Declared:     true,
		ClassScope:   true,
		BoolOps:      true,
		Returns:      javaReturns,
		TypeAliases:  javaTypes,
		Literals:     map[Kind]string{Str: "String", Num: "int", Unary: "double", Bool: "boolean"},
		Makes:        javaMakes,
		InferredType: "var",
	},
	Objects: ObjectSpec{TypeNames: true, BareMembers: true, BareCalls: true, AnonymousClasses: true, Accessors: true},
	Flow: FlowSpec{
		BreakCases:  true,
		FallThrough: map[string]bool{"switch_block_statement_group": true},
		Binds:       lastNames("type_pattern", "record_pattern_component"),
	},
}

var (
	javaHeader    = regexp.MustCompile(`[\w$<>\[\].]+\s+[\w$]+\s*\(([^()]*)\)\s*(?:throws\s[^{]*)?\{`)
	javaLoneParam = regexp.MustCompile(`(^|,)(\s*)(\$[A-Z_][A-Z_0-9]*\s*)(,|$)`)
)

// javaParams gives metavariables that stand for whole parameters in a method's head a type, any.
func javaParams(text string) string {
	var out strings.Builder
	from := 0
	for _, m := range javaHeader.FindAllStringSubmatchIndex(text, -1) {
		switch word, _, _ := strings.Cut(text[m[0]:m[1]], " "); word {
		case "new", "return", "else", "throw":
			continue
		}
		params := text[m[2]:m[3]]
		for range 2 { // neighbours share a comma
			params = javaLoneParam.ReplaceAllString(params, "$1$2... $3$4")
		}
		out.WriteString(text[from:m[2]] + params)
		from = m[3]
	}
	return out.String() + text[from:]
}

// javaTypes are the boxed types and their plain ones.
var javaTypes = map[string]string{
	"Boolean": "boolean", "Integer": "int", "Long": "long", "Short": "short", "Byte": "byte", "Character": "char",
	"Float": "float", "Double": "double",
	"java.lang.Boolean": "boolean", "java.lang.Integer": "int", "java.lang.Long": "long", "java.lang.Double": "double",
	"java.lang.String": "String",
}

// javaReturns are methods of the library that give no text.
var javaReturns = map[string]Kind{
	"parseInt": Num, "parseLong": Num, "parseShort": Num, "parseByte": Num, "parseFloat": Num, "parseDouble": Num,
	"parseUnsignedInt": Num,
	"intValue":         Num, "longValue": Num, "doubleValue": Num, "floatValue": Num, "length": Num, "size": Num,
	"hashCode": Num, "indexOf": Num, "lastIndexOf": Num,
	"compareTo": Num, "compareToIgnoreCase": Num, "parseBoolean": Bool, "booleanValue": Bool, "equals": Bool,
	"equalsIgnoreCase": Bool, "isEmpty": Bool,
	"contains": Bool, "containsKey": Bool, "startsWith": Bool, "endsWith": Bool, "matches": Bool,
}

// quoted is a string literal between quotes.
func quoted(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Str, r)
	from, to := unquote(l.raw(n))
	start := l.cst.Nodes[n].Start
	l.setText(id, start+uint32(from), start+uint32(max(from, to)))
}

// callOf adds a call whose function is name, or a member of object.
func (l *lowering) callOf(n, object, name, args uint32, parent ID, r Role) ID {
	id := l.make(n, parent, Call, r)
	if object == 0 {
		if raw := string(l.raw(name)); name != 0 && (raw == "super" || raw == "this") {
			l.leaf(name, id, This, Fn)
		} else {
			l.opt(name, id, Fn)
		}
	} else {
		m := l.add(id, Member, Fn, l.cst.Nodes[n].Start, l.cst.Nodes[max(name, object)].End)
		l.node(object, m, Obj)
		l.opt(name, m, Ident)
	}
	if args != 0 {
		l.node(args, id, Arguments)
	}
	return id
}

func javaCall(l *lowering, n uint32, parent ID, r Role) {
	l.callOf(n, l.field(n, "object"), l.field(n, "name"), l.field(n, "arguments"), parent, r)
}

func javaNew(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, New, r)
	l.opt(l.field(n, "type"), id, Type)
	l.opt(l.field(n, "arguments"), id, Arguments)
	l.opt(l.kid(n, "class_body"), id, Body)
}

// scoped is a dotted name.
func scoped(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Member, r)
	var last uint32
	l.kids(n, func(c uint32) { last = c })
	l.kids(n, func(c uint32) {
		if c == last {
			l.node(c, id, Ident)
		} else {
			l.node(c, id, Obj)
		}
	})
}

// postfix is x++ or ++x, told from the token.
func postfix(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Unary, r)
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.named(c) {
			l.node(c, id, Value)
		} else {
			l.setText(id, l.cst.Nodes[c].Start, l.cst.Nodes[c].End)
		}
	}
}

// opAssign is an assignment whose operator may be a compound one.
func opAssign(l *lowering, n uint32, parent ID, r Role) {
	if op := l.field(n, "operator"); op != 0 && string(l.raw(op)) != "=" {
		augAssign(l, n, parent, r)
		return
	}
	id := l.make(n, parent, Assign, r)
	l.opt(l.field(n, "left"), id, Left)
	l.opt(l.field(n, "right"), id, Right)
}

func javaLambda(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Lambda, r)
	if p := l.field(n, "parameters"); p != 0 && l.sym(p) == "identifier" {
		ps := l.make(p, id, Params, Parameters)
		l.node(p, l.make(p, ps, Param, Elem), Ident)
	} else {
		l.opt(p, id, Parameters)
	}
	l.opt(l.field(n, "body"), id, Body)
}

func javaInferred(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Params, r)
	l.kids(n, func(c uint32) { l.node(c, l.make(c, id, Param, Elem), Ident) })
}

func javaCtor(l *lowering, n uint32, parent ID, r Role) {
	s := l.make(n, parent, ExprStmt, r)
	l.callOf(n, l.field(n, "object"), l.field(n, "constructor"), l.field(n, "arguments"), s, Value)
}

func javaTry(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Try, r)
	if res := l.field(n, "resources"); res != 0 {
		l.kids(res, func(c uint32) {
			v := l.make(c, id, VarDef, Init)
			l.opt(l.field(c, "type"), v, Type)
			l.opt(l.field(c, "name"), v, Ident)
			l.opt(l.field(c, "value"), v, Value)
		})
	}
	l.opt(l.field(n, "body"), id, Body)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "catch_clause":
			l.node(c, id, Handler)
		case "finally_clause":
			f := l.make(c, id, Finally, Final)
			l.opt(l.kid(c, "block"), f, Body)
		}
	})
}

func javaCatch(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Catch, r)
	if p := l.kid(n, "catch_formal_parameter"); p != 0 {
		if t := l.kid(p, "catch_type"); t != 0 {
			types := 0
			l.kids(t, func(uint32) { types++ })
			if types > 1 { // A | B is one type, which one name may stand for
				l.children(t, l.make(t, id, Other, Type))
			} else {
				l.splice(t, id, Type)
			}
		}
		l.opt(l.field(p, "name"), id, Ident)
	}
	l.opt(l.field(n, "body"), id, Body)
}

func javaLabel(l *lowering, n uint32, parent ID, r Role) { l.splice(n, parent, Key) }

// javaVars splits a declaration into one definition a name.
func javaVars(l *lowering, n uint32, parent ID, r Role) {
	l.kids(n, func(c uint32) {
		if l.sym(c) != "variable_declarator" {
			return
		}
		id := l.make(n, parent, VarDef, r)
		if m := l.kid(n, "modifiers"); m != 0 {
			l.node(m, id, Mods)
		}
		l.opt(l.field(n, "type"), id, Type)
		l.opt(l.field(c, "name"), id, Ident)
		l.opt(l.field(c, "value"), id, Value)
	})
}

func javaSpread(l *lowering, n uint32, parent ID, r Role) {
	id := l.str(n, parent, Param, r, "...")
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "variable_declarator":
			l.opt(l.field(c, "name"), id, Ident)
		case "modifiers":
			l.node(c, id, Mods)
		default:
			l.node(c, id, Type)
		}
	})
}

func javaClass(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassDef, r)
	l.classKind(n, id)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "modifiers":
			l.node(c, id, Mods)
		case "superclass", "super_interfaces", "extends_interfaces":
			l.kids(c, func(x uint32) {
				if l.sym(x) == "type_list" || l.sym(x) == "interface_type_list" {
					l.splice(x, id, Parents)
				} else {
					l.node(x, id, Parents)
				}
			})
		}
	})
	l.opt(l.field(n, "name"), id, Ident)
	l.opt(l.field(n, "parameters"), id, Parameters)
	l.opt(l.field(n, "body"), id, Body)
}

// classKind notes what a class-like thing is where it is no class.
func (l *lowering) classKind(n uint32, id ID) {
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.named(c) {
			continue
		}
		switch w := string(l.raw(c)); w {
		case "interface", "enum", "record", "@interface", "trait", "module":
			l.setString(id, w)
		}
	}
}

// javaModifiers puts annotations and keywords in their place.
func javaModifiers(l *lowering, n uint32, parent ID, r Role) {
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		switch {
		case l.cst.Nodes[c].Flags&syntax.Extra != 0:
		case l.named(c):
			l.node(c, parent, Mods)
		default:
			l.leaf(c, parent, Mod, Mods)
		}
	}
}

func javaAnnotation(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Decorator, Mods)
	call := l.make(n, id, Call, Value)
	l.opt(l.field(n, "name"), call, Fn)
	if a := l.field(n, "arguments"); a != 0 {
		l.node(a, call, Arguments)
	} else {
		l.add(call, Args, Arguments, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

func javaImport(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Import, r)
	if s := l.kid(n, "static"); s != 0 {
		l.leaf(s, id, Mod, Mods)
	}
	l.kids(n, func(c uint32) {
		if l.sym(c) == "asterisk" {
			l.str(c, id, Token, Ident, "*")
		} else {
			l.node(c, id, Path)
		}
	})
}
