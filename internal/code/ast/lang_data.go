package ast

import (
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

var yamlLang = &Lang{
	Name: "yaml", Aliases: []string{"yml"}, Exts: []string{".yaml", ".yml"}, Grammar: syntax.YAML, BareExprs: true,
	Spec: &Spec{
		Table: `
string_scalar: Str @
integer_scalar float_scalar: Num @
boolean_scalar: !bool
null_scalar: Null
double_quote_scalar single_quote_scalar: !string
block_scalar: !block
plain_scalar: ^
flow_node block_node: !node
block_mapping flow_mapping: Dict
block_mapping_pair flow_pair: Pair key=key value=value
block_sequence flow_sequence: List
block_sequence_item: ^
anchor tag comment: -
alias: Name @
document stream: ^
`,
		Hooks: map[string]Hook{"bool": phpBool, "string": quoted, "block": yamlBlock, "node": yamlNode},
	},
	Pattern: PatternSpec{
		Statement: []string{"%s: %s", "- %s", "%s"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s: %s", "%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{},
}

// yamlNode: a tagged value is a call of its tag.
func yamlNode(l *lowering, n uint32, parent ID, r Role) {
	tag := l.kid(n, "tag")
	if tag == 0 {
		l.splice(n, parent, r)
		return
	}
	id := l.make(n, parent, Call, r)
	l.str(tag, id, Name, Fn, strings.TrimPrefix(string(l.raw(tag)), "!"))
	l.splice(n, l.make(n, id, Args, Arguments), Elem)
}

// yamlBlock is a block scalar: the text below its mark.
func yamlBlock(l *lowering, n uint32, parent ID, r Role) {
	raw := l.raw(n)
	for i, c := range raw {
		if c == '\n' {
			raw = raw[i+1:]
			break
		}
	}
	l.str(n, parent, Str, r, string(raw))
}

var jsonLang = &Lang{
	Name: "json", Exts: []string{".json"}, Grammar: syntax.JavaScript, Enclosed: true,
	Spec: &Spec{Table: jsTable, Hooks: jsHooks},
	Pattern: PatternSpec{
		Statement: []string{"%s"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}, {Prefix: "{", Suffix: "}", Into: []Kind{ExprStmt, Dict}}},
	},
	Names: NameSpec{OpenDicts: true},
}

var htmlLang = &Lang{
	Name: "html", Aliases: []string{"xml"}, Exts: []string{".html", ".htm", ".xhtml", ".xml"}, Grammar: syntax.HTML, BareExprs: true,
	Spec: &Spec{
		Table: `
element script_element style_element: !element
text: !text
raw_text: !text
attribute: !attr
attribute_value: Str @
comment doctype: -
document: Program
`,
		Hooks: map[string]Hook{"element": htmlElement, "text": htmlText, "attr": htmlAttr},
	},
	Pattern: PatternSpec{
		Statement: []string{"%s"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{},
}

func htmlElement(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Element, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "start_tag", "self_closing_tag":
			l.kids(c, func(x uint32) {
				if l.sym(x) == "tag_name" {
					l.leaf(x, id, Name, Ident)
				} else {
					l.node(x, id, Mods)
				}
			})
		case "end_tag":
		default:
			l.node(c, id, Elem)
		}
	})
}

func htmlText(l *lowering, n uint32, parent ID, r Role) {
	if len(trimSpace(l.raw(n))) > 0 {
		l.str(n, parent, Str, r, string(trimSpace(l.raw(n))))
	}
}

func htmlAttr(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Attr, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "attribute_name":
			l.leaf(c, id, Name, Ident)
		case "quoted_attribute_value":
			quoted(l, c, id, Value)
		default:
			l.node(c, id, Value)
		}
	})
}

var cssLang = &Lang{
	Name: "css", Exts: []string{".css"}, Grammar: syntax.CSS,
	Spec: &Spec{
		Table: `
tag_name class_name id_name property_name plain_value function_name feature_name identifier: Name @
integer_value float_value: Num @
string_value: !string
comment: -
call_expression: Call arguments=args *=fn
arguments: Args
block: ClassBody
stylesheet: Program
`,
		Hooks: map[string]Hook{"string": quoted},
	},
	Pattern: PatternSpec{
		Statement: []string{"%s {}", "%s: x;"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s: %s;"}, Member: []string{"%s: %s;"},
		Readings: []Reading{{}, {Prefix: "a {", Suffix: "}", Into: []Kind{Other, ClassBody}}, {Prefix: "a {", Suffix: ";}", Into: []Kind{Other, ClassBody}}},
	},
	Names: NameSpec{},
}
