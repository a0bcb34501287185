package ast

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

// yamlLang: a document is a value; an alias stands for what its anchor names; plain words that YAML reads as truth
// values are those, in keys too.
var yamlLang = &Lang{
	Name: "yaml", Aliases: []string{"yml"}, Exts: []string{".yaml", ".yml"}, Grammar: syntax.YAML, BareExprs: true,
	Spec: &Spec{
		Table: `
string_scalar: !plain
integer_scalar float_scalar: Num @
boolean_scalar: !plain
null_scalar: Null
double_quote_scalar single_quote_scalar: !string
block_scalar: !block
plain_scalar: ^
flow_node block_node: !node
block_mapping flow_mapping: Dict
block_mapping_pair flow_pair: !pair
block_sequence flow_sequence: List
block_sequence_item: ^
anchor tag comment: -
alias: !alias
document stream: ^
`,
		Hooks: map[string]Hook{
			"plain":  yamlPlain,
			"string": yamlQuoted,
			"block":  yamlBlock,
			"node":   yamlNode,
			"pair":   yamlPair,
			"alias":  yamlAlias,
		},
	},
	Pattern: PatternSpec{
		Prepare: yamlEllipses, Unwrap: true, QuotedDots: true,
		Statement: []string{
			"%s: %s",
			"- %s",
			"%s",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s: %s", "%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{},
}

// yamlAsJSON reads patterns that are written as JSON for files of YAML: "..." is any text, and a backslash before what
// JSON has no escape for is one.
var yamlAsJSON = &Lang{
	Name: "yaml", Grammar: syntax.YAML, BareExprs: true, Spec: yamlLang.Spec,
	Pattern: PatternSpec{
		Prepare:   func(text string) string { return yamlEllipses(jsonBackslashes(text)) },
		Unwrap:    true,
		Statement: yamlLang.Pattern.Statement,
		Argument:  yamlLang.Pattern.Argument,
		Param:     yamlLang.Pattern.Param,
		Field:     yamlLang.Pattern.Field,
		Member:    yamlLang.Pattern.Member,
		Readings:  yamlLang.Pattern.Readings,
	},
}

// jsonBackslashes doubles backslashes that begin no escape.
func jsonBackslashes(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		out.WriteByte(text[i])
		if text[i] != '\\' {
			continue
		}
		if i+1 < len(text) && strings.IndexByte(`"\/bfnrtu`, text[i+1]) >= 0 {
			i++
			out.WriteByte(text[i])
			continue
		}
		out.WriteByte('\\')
	}
	return out.String()
}

// yamlNode: a tagged value is a call of its tag.
func yamlNode(l *lowering, n uint32, parent ID, r Role) {
	before := l.lastOf(parent)
	if tag := l.kid(n, "tag"); tag == 0 {
		l.splice(n, parent, r)
	} else {
		id := l.make(n, parent, Call, r)
		l.str(tag, id, Name, Fn, strings.TrimPrefix(string(l.raw(tag)), "!"))
		args := l.make(n, id, Args, Arguments)
		l.splice(n, args, Elem)
		if v := l.Nodes[args].First; v != Nil {
			l.Alt[id] = append(l.Alt[id], v) // a pattern may leave the tag out
		}
	}
	if anchor := l.kid(n, "anchor"); anchor != 0 {
		if id := l.after(parent, before); id != Nil {
			if l.anchors == nil {
				l.anchors = map[string]ID{}
			}
			l.anchors[string(l.raw(anchor)[1:])] = id
		}
	}
}

// yamlAlias stands for the value that its anchor names.
func yamlAlias(l *lowering, n uint32, parent ID, r Role) {
	id := l.leaf(n, parent, Name, r)
	if v, ok := l.anchors[string(l.raw(n)[1:])]; ok {
		l.Alt[id] = append(l.Alt[id], v)
	}
}

// yamlPair is a key with its value, the empty text where it has none.
func yamlPair(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Pair, r)
	l.opt(l.field(n, "key"), id, Key)
	if v := l.field(n, "value"); v != 0 {
		l.node(v, id, Value)
	} else {
		l.add(id, Str, Value, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

// yamlPlain is a word without quotes.
func yamlPlain(l *lowering, n uint32, parent ID, r Role) {
	switch strings.ToLower(string(l.raw(n))) {
	case "y", "yes", "on", "true":
		l.str(n, parent, Bool, r, "true")
	case "n", "no", "off", "false":
		l.str(n, parent, Bool, r, "false")
	default:
		l.leaf(n, parent, Str, r)
	}
}

// yamlQuoted is a quoted text, its escaped quotes and backslashes read.
func yamlQuoted(l *lowering, n uint32, parent ID, r Role) {
	raw := l.raw(n)
	switch {
	case len(raw) < 2:
		l.leaf(n, parent, Str, r)
	case raw[0] == '\'' && bytes.Contains(raw, []byte("''")) && len(raw) > 2:
		l.str(n, parent, Str, r, strings.ReplaceAll(string(raw[1:len(raw)-1]), "''", "'"))
	case raw[0] == '"' && bytes.IndexByte(raw, '\\') >= 0:
		l.str(n, parent, Str, r, yamlEscapes.Replace(string(raw[1:len(raw)-1])))
	default:
		quoted(l, n, parent, r)
	}
}

var yamlEscapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\/`, "/", `\0`, "\x00")

// yamlBlock is a block scalar: the lines below its mark without their indentation; > joins them.
func yamlBlock(l *lowering, n uint32, parent ID, r Role) {
	mark, body, _ := strings.Cut(string(l.raw(n)), "\n")
	lines := strings.Split(strings.TrimRight(body, " \t\r\n"), "\n")
	indent := -1
	for _, s := range lines {
		if t := strings.TrimLeft(s, " "); t != "" && (indent < 0 || len(s)-len(t) < indent) {
			indent = len(s) - len(t)
		}
	}
	for i, s := range lines {
		lines[i] = s[min(max(indent, 0), len(s)):]
	}
	text := strings.Join(lines, "\n")
	if strings.HasPrefix(mark, ">") {
		text = strings.Join(lines, " ")
	}
	if !strings.Contains(mark, "-") && text != "" {
		text += "\n"
	}
	l.str(n, parent, Str, r, text)
}

// yamlEllipses gives each ellipsis that has a line to itself the form of its neighbours: of a pair, of an item, or of a
// value where it is alone.
func yamlEllipses(text string) string {
	lines := strings.Split(text, "\n")
	// column of each line's content, and what it is; an item's content is another line within it
	type entry struct {
		line, col int
		text      string
	}
	var es []entry
	for i, s := range lines {
		col := len(s) - len(strings.TrimLeft(s, " "))
		rest := strings.TrimSpace(s)
		for strings.HasPrefix(rest, "- ") {
			es = append(es, entry{i, col, "- "})
			inner := strings.TrimLeft(rest[2:], " ")
			col += len(rest) - len(inner)
			rest = inner
		}
		if rest != "" && rest[0] != '#' {
			es = append(es, entry{i, col, rest})
		}
	}
	for k, e := range es {
		if e.text != "..." {
			continue
		}
		form := ""
		for _, step := range [...]int{1, -1} {
			for j := k + step; j >= 0 && j < len(es) && form == ""; j += step {
				if es[j].col < e.col {
					break
				}
				if es[j].col == e.col && es[j].text != "..." {
					form = "pair"
					if strings.HasPrefix(es[j].text, "-") {
						form = "item"
					}
				}
			}
		}
		to := wordDots
		switch form {
		case "pair":
			to = wordDots + ": " + wordDots
		case "item":
			to = "- " + wordDots
		}
		at := strings.LastIndex(lines[e.line], "...")
		lines[e.line] = lines[e.line][:at] + to
	}
	return strings.Join(lines, "\n")
}
