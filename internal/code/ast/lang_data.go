package ast

import (
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

var jsonLang = &Lang{
	Name: "json", Exts: []string{".json"}, Grammar: syntax.JavaScript, Enclosed: true,
	Spec: &Spec{Table: jsTable, Hooks: jsHooks},
	Pattern: PatternSpec{
		Statement: []string{
			"%s",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}, {Prefix: "{", Suffix: "}", Into: []Kind{ExprStmt, Dict}}},
	},
	Names: NameSpec{OpenDicts: true},
}

var htmlLang = &Lang{
	Name: "html", Aliases: []string{"xml"}, Exts: []string{".html", ".htm", ".xhtml", ".xml"}, Grammar: syntax.HTML,
	BareExprs: true,
	Mask:      maskMarkup,
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
		Name: htmlStandIn,
		Statement: []string{
			"%s",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{},
}

// htmlStandIn spells the stand-in for an element's name without the underscore that no such name has.
func htmlStandIn(word, before, _ string) string {
	if strings.HasSuffix(before, "<") || strings.HasSuffix(before, "</") {
		return strings.ReplaceAll(word, "_", htmlUnderscore)
	}
	return word
}

const htmlUnderscore = "-zq-"

func htmlElement(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Element, r)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "start_tag", "self_closing_tag":
			l.kids(c, func(x uint32) {
				if l.sym(x) == "tag_name" {
					l.str(x, id, Name, Ident, strings.ReplaceAll(string(l.raw(x)), htmlUnderscore, "_"))
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
		Statement: []string{
			"%s {}",
			"%s: x;",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s: %s;"}, Member: []string{"%s: %s;"},
		Readings: []Reading{
			{},
			{Prefix: "a {", Suffix: "}", Into: []Kind{Other, ClassBody}},
			{Prefix: "a {", Suffix: ";}", Into: []Kind{Other, ClassBody}},
		},
	},
	Names: NameSpec{},
}
