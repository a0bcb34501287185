package ast

import (
	"bytes"

	"github.com/drydock/drydock/internal/syntax"
)

var bash = &Lang{
	Name: "bash", Aliases: []string{"sh"}, Exts: []string{".sh", ".bash"}, Grammar: syntax.Bash,
	Spec: &Spec{
		Table: `
word number: Str @
variable_name special_variable_name: Name @
raw_string ansi_c_string: !string
string translated_string: !template
string_content heredoc_content: Str @
comment: -
simple_expansion: !expansion
expansion: !braces
concatenation: Interp
command: !command
command_name: ^
variable_assignment: !assign
compound_statement do_group: Block
if_statement: !if
while_statement: While condition=cond body=body
for_statement: ForEach variable=left value=value body=body
case_statement: Switch value=cond
case_item: Case value=key
function_definition: FuncDef name=name body=body
list: !list
pipeline: !pipeline
negated_command: Unary "!" *=value
redirected_statement: Other body=obj redirect=mods
program: Program
`,
		Hooks: map[string]Hook{
			"string": quoted, "template": bashString, "expansion": bashExpansion, "braces": bashBraces, "command": bashCommand, "if": bashIf, "assign": bashAssign, "list": bashList, "pipeline": bashPipeline,
		},
	},
	BareExprs: true, BareWords: true,
	Pattern: PatternSpec{
		DeepOpen: "$(zqDeep ", DeepClose: ")",
		Statement: []string{"%s", "%s;"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{},
}

func bashString(l *lowering, n uint32, parent ID, r Role) {
	plain := true
	l.kids(n, func(c uint32) { plain = plain && l.sym(c) == "string_content" })
	if plain {
		quoted(l, n, parent, r)
		return
	}
	l.children(n, l.make(n, parent, Interp, r))
}

// bashExpansion: $x and ${x} are the same name.
func bashExpansion(l *lowering, n uint32, parent ID, r Role) {
	var name uint32
	l.kids(n, func(c uint32) { name = c })
	if name == 0 {
		l.other(n, parent, r)
		return
	}
	l.str(n, parent, Name, r, "$"+string(l.raw(name)))
}

// bashAssign gives the variable the name that its uses have.
func bashAssign(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Assign, r)
	if op := l.kid(n, "+="); op != 0 {
		l.Nodes[id].Kind = AugAssign
		l.setString(id, "+")
	}
	if name := l.field(n, "name"); name != 0 && l.sym(name) == "variable_name" {
		l.str(name, id, Name, Left, "$"+string(l.raw(name)))
	} else {
		l.opt(name, id, Left)
	}
	l.opt(l.field(n, "value"), id, Right)
}

func bashBraces(l *lowering, n uint32, parent ID, r Role) {
	if raw := l.raw(n); l.kid(n, "variable_name") != 0 && bytes.Equal(raw[2:max(2, len(raw)-1)], l.raw(l.kid(n, "variable_name"))) {
		bashExpansion(l, n, parent, r)
		return
	}
	l.other(n, parent, r)
}

// bashCommand is a call; assignments before it are its modifiers.
func bashCommand(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Call, r)
	name := l.field(n, "name")
	if name != 0 {
		if c := l.kid(name, "word"); c != 0 {
			l.leaf(c, id, Name, Fn)
		} else {
			l.splice(name, id, Fn)
		}
	}
	var args ID = Nil
	l.kids(n, func(c uint32) {
		switch {
		case c == name:
		case l.sym(c) == "variable_assignment" && args == Nil && l.cst.Nodes[c].Start < l.cst.Nodes[max(name, n)].Start:
			l.node(c, id, Mods)
		case l.cst.Nodes[c].Field == l.spec.field["redirect"]:
			l.node(c, id, Mods)
		default:
			if args == Nil {
				args = l.add(id, Args, Arguments, l.cst.Nodes[c].Start, l.cst.Nodes[n].End)
			}
			l.node(c, args, Elem)
		}
	})
	if args == Nil {
		l.add(id, Args, Arguments, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

func bashIf(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, If, r)
	then := Nil
	l.kids(n, func(c uint32) {
		switch {
		case l.sym(c) == "elif_clause":
			b := l.make(c, id, Block, Else)
			bashIf(l, c, b, Elem)
		case l.sym(c) == "else_clause":
			l.children(c, l.make(c, id, Block, Else))
		case then == Nil && (l.cst.Nodes[c].Field == l.spec.field["condition"] || l.Child(id, Cond) == Nil):
			l.node(c, id, Cond)
		default:
			if then == Nil {
				then = l.make(c, id, Block, Then)
			}
			l.node(c, then, Elem)
			l.Nodes[then].End = l.cst.Nodes[c].End
		}
	})
	if then == Nil {
		l.make(n, id, Block, Then)
	}
}

// bashList is a && b or a || b.
func bashList(l *lowering, n uint32, parent ID, r Role) { bashBinary(l, n, parent, r, Bin) }

func bashBinary(l *lowering, n uint32, parent ID, r Role, k Kind) {
	id := l.make(n, parent, k, r)
	i := 0
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		switch {
		case !l.named(c):
			l.setText(id, l.cst.Nodes[c].Start, l.cst.Nodes[c].End)
		case l.cst.Nodes[c].Flags&syntax.Extra != 0:
		default:
			l.node(c, id, [...]Role{Left, Right}[min(i, 1)])
			i++
		}
	}
}

func bashPipeline(l *lowering, n uint32, parent ID, r Role) {
	var c []uint32
	l.kids(n, func(x uint32) { c = append(c, x) })
	l.pipe(n, c, parent, r)
}

// pipe makes a | b | c a chain of operators from left to right.
func (l *lowering) pipe(n uint32, c []uint32, parent ID, r Role) {
	if len(c) == 1 {
		l.node(c[0], parent, r)
		return
	}
	if len(c) == 0 {
		return
	}
	last := c[len(c)-1]
	id := l.add(parent, Bin, r, l.cst.Nodes[c[0]].Start, l.cst.Nodes[last].End)
	l.setString(id, "pipe")
	l.pipe(n, c[:len(c)-1], id, Left)
	l.node(last, id, Right)
}

// embed lowers a part of the source as another language.
func (l *lowering) embed(lang *Lang, start, end uint32, parent ID) {
	cst, err := syntax.Parse(lang.Grammar, l.Src[start:end], syntax.DefaultLimits)
	if err != nil {
		return
	}
	defer cst.Release()
	spec, err := lang.compiled(lang.Grammar)
	if err != nil || len(cst.Nodes) == 0 {
		return
	}
	for i := range cst.Nodes {
		cst.Nodes[i].Start += start
		cst.Nodes[i].End += start
	}
	sub := &lowering{Tree: l.Tree, cst: cst, spec: spec, depth: l.depth, embedded: true, bare: lang.BareExprs}
	sub.errors()
	sub.children(0, parent)
}
