package ast

import (
	"bytes"

	"github.com/drydock/drydock/internal/syntax"
)

// A command is a call without a name: its name is the first of its words, so that a pattern may leave the name open as
// it may any other word. Words are:
//
//	word 'word' "word"   Str
//	"a $x"               Interp with the text of its quote
//	a$x                  Interp without a text
//	$x ${x} ${x:-y}      Unary $ of the Name
//	$(a) (a) <(a) a &    Unary $( ( <( & of what is run
//
// Redirections, here-documents and assignments before a command are left out: patterns match with and without them.
var bash = &Lang{
	Name: "bash", Aliases: []string{"sh"}, Exts: []string{".sh", ".bash"}, Grammar: syntax.Bash,
	Given: withoutHeredocs, Newer: newerBash,
	Spec: &Spec{
		Table: `
word number test_operator extglob_pattern regex: Str @
variable_name special_variable_name: Name @
raw_string: !string
ansi_c_string: Str @
string: !template
translated_string: ^
string_content heredoc_content: Str @
comment: -
simple_expansion: !expansion
expansion: !braces
concatenation brace_expression: Interp
command_substitution: !substitution
process_substitution: !process
arithmetic_expansion test_command: !opaque
command: !command
command_name: ^
variable_assignment variable_assignments: !assign
declaration_command unset_command: !declaration
array: List
subshell: !subshell
compound_statement do_group: !block
if_statement: !if
while_statement: !while
for_statement: ForEach variable=left value=value body=body
c_style_for_statement: !bodyOnly
case_statement: Switch value=cond
case_item: !case
function_definition: FuncDef name=name body=body%
list: !list
pipeline: !pipeline
negated_command: Unary "!" *=value
redirected_statement: !redirected
file_redirect heredoc_redirect herestring_redirect: -
program: Program
`,
		Hooks: map[string]Hook{
			"string": quoted, "template": bashString, "expansion": bashExpansion, "braces": bashBraces,
			"substitution": bashSubstitution, "process": bashProcess,
			"opaque": bashOpaque, "command": bashCommand, "if": bashIf, "assign": bashAssign,
			"declaration": bashDeclaration, "list": bashList, "pipeline": bashPipeline,
			"subshell": bashSubshell, "block": bashBlock, "while": bashWhile, "bodyOnly": bashBodyOnly,
			"case": bashCase, "redirected": bashRedirected,
		},
		Statements: bashStatements,
	},
	BareExprs: true, BareWords: true,
	Pattern: shellPattern,
	Names:   NameSpec{},
}

// shellPattern is how patterns of commands are written, those of Dockerfiles too. A stand-in that does not stand for a
// whole word is spelt ${zqW...}, so that the grammar sees where it ends.
var shellPattern = PatternSpec{
	Name: shellStandIn, QuotedPieces: true, Blank: "...;",
	DeepOpen: "$(zqDeep ", DeepClose: ")",
	Statement: []string{
		"%s",
		"%s;",
	}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
	Readings: []Reading{{}},
}

// wordPart marks a stand-in that is a part of a word.
const wordPart = "zqW"

func shellStandIn(word, before, after string) string {
	switch {
	case bytes.HasSuffix([]byte(before), []byte("${")):
		return word
	case wordEdge(before, true) && wordEdge(after, false):
		return word
	}
	return "${" + wordPart + word + "}"
}

// wordEdge reports whether a word may begin after, or end before, a text.
func wordEdge(s string, last bool) bool {
	if s == "" {
		return true
	}
	if last {
		c := s[len(s)-1]
		return bytes.IndexByte([]byte(" \t\n;|&(`{!"), c) >= 0
	}
	return bytes.IndexByte([]byte(" \t\n;|&)`"), s[0]) >= 0 ||
		s[0] == '=' && !bytes.HasPrefix([]byte(s), []byte("==")) ||
		bytes.HasPrefix([]byte(s), []byte("+=")) ||
		bytes.HasPrefix([]byte(s), []byte("()"))
}

// bashStatements lowers the statements among n's children; one before & runs in the background.
func bashStatements(l *lowering, n uint32, parent ID) {
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if l.cst.Nodes[c].Flags&(syntax.Named|syntax.Extra) != syntax.Named || l.cst.Nodes[c].Field != 0 {
			continue
		}
		l.bashStatement(c, parent)
	}
}

func (l *lowering) bashStatement(c uint32, parent ID) {
	if breaks := l.lineBreaks(c, nil); len(breaks) > 0 && !l.whole {
		from := l.cst.Nodes[c].Start
		for _, to := range append(breaks, l.cst.Nodes[c].End) {
			l.embed(l.Lang, from, to, parent)
			from = to
		}
		return
	}
	if next := l.cst.Nodes[c].Next; int(next) < len(l.cst.Nodes) && !l.named(next) && l.sym(next) == "&" {
		s := l.make(c, parent, ExprStmt, Elem)
		u := l.str(c, s, Unary, Value, "&")
		l.node(c, u, Value)
		return
	}
	l.node(c, parent, Elem)
}

// lineBreaks lists where a line ends within a command though nothing says that it goes on. Before a redirection that
// ends a pipeline the grammar takes whole lines for words of the commands above them.
func (l *lowering) lineBreaks(n uint32, out []uint32) []uint32 {
	nodes := l.cst.Nodes
	switch l.sym(n) {
	case "redirected_statement", "pipeline", "list", "negated_command":
		if l.kid(n, "heredoc_redirect") != 0 {
			return out
		}
		l.kids(n, func(c uint32) { out = l.lineBreaks(c, out) })
	case "command":
		end := uint32(0)
		for c := n + 1; c < nodes[n].Next; c = nodes[c].Next {
			if end > 0 && nodes[c].Start > end {
				gap := l.Src[end:nodes[c].Start]
				if i := bytes.IndexByte(gap, '\n'); i == 0 || i > 0 && gap[i-1] != '\\' {
					out = append(out, end+uint32(i))
				}
			}
			end = nodes[c].End
		}
	}
	return out
}

func bashString(l *lowering, n uint32, parent ID, r Role) {
	parts := 0
	plain := true
	l.kids(n, func(c uint32) {
		parts++
		plain = plain && l.sym(c) == "string_content"
	})
	if raw := l.raw(n); plain && len(raw) > 2 {
		quoted(l, n, parent, r)
		return
	}
	l.children(n, l.str(n, parent, Interp, r, `"`))
}

// bashExpansion is $x. In a pattern the name may be a stand-in, which is then all of it.
func bashExpansion(l *lowering, n uint32, parent ID, r Role) {
	var name uint32
	l.kids(n, func(c uint32) {
		if name == 0 {
			name = c
		}
	})
	if name == 0 {
		bashOpaque(l, n, parent, r)
		return
	}
	if raw := l.raw(name); bytes.HasPrefix(raw, []byte(wordPart)) {
		l.str(n, parent, Name, r, string(raw[len(wordPart):]))
		return
	}
	l.leaf(name, l.str(n, parent, Unary, r, "$"), Name, Value)
}

// bashBraces is ${x}, whatever is done to the value: what it is for a rule is x.
func bashBraces(l *lowering, n uint32, parent ID, r Role) {
	if l.kid(n, "variable_name") == 0 && l.kid(n, "special_variable_name") == 0 {
		bashOpaque(l, n, parent, r)
		return
	}
	bashExpansion(l, n, parent, r)
}

// bashOpaque is a test or arithmetic: what stands in it is no command, and no words of one.
func bashOpaque(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Other, r)
	l.Nodes[id].Sym = 0
	if c := n + 1; c < l.cst.Nodes[n].Next {
		l.setText(id, l.cst.Nodes[c].Start, l.cst.Nodes[c].End)
	}
}

// run lowers what a substitution runs: one command as it is, several as a block.
func (l *lowering) run(n uint32, parent ID) {
	var only uint32
	count := 0
	l.kids(n, func(c uint32) { only, count = c, count+1 })
	if count == 1 {
		l.node(only, parent, Value)
		return
	}
	bashStatements(l, n, l.make(n, parent, Block, Value))
}

func bashSubstitution(l *lowering, n uint32, parent ID, r Role) {
	l.run(n, l.str(n, parent, Unary, r, "$("))
}

func bashProcess(l *lowering, n uint32, parent ID, r Role) {
	l.run(n, l.str(n, parent, Unary, r, "<("))
}

func bashSubshell(l *lowering, n uint32, parent ID, r Role) {
	id := l.str(n, parent, Unary, r, "(")
	bashStatements(l, n, l.make(n, id, Block, Value))
}

func bashBlock(l *lowering, n uint32, parent ID, r Role) {
	bashStatements(l, n, l.make(n, parent, Block, r))
}

// bashBodyOnly: of for ((a; b; c)) rules see what it runs.
func bashBodyOnly(l *lowering, n uint32, parent ID, r Role) {
	l.opt(l.field(n, "body"), parent, r)
}

// bashRedirected is what is run, without where its output goes.
func bashRedirected(l *lowering, n uint32, parent ID, r Role) {
	l.opt(l.field(n, "body"), parent, r)
}

// bashAssign is x=1, x+=1 or x[i]=1.
func bashAssign(l *lowering, n uint32, parent ID, r Role) {
	if l.sym(n) == "variable_assignments" {
		l.assignments(n, parent, r)
		return
	}
	id := l.make(n, parent, Assign, r)
	if op := l.kid(n, "+="); op != 0 {
		l.Nodes[id].Kind = AugAssign
		l.setString(id, "+")
	}
	name := l.field(n, "name")
	if name != 0 && l.sym(name) == "subscript" {
		name = l.field(name, "name")
	}
	if name != 0 {
		l.leaf(name, id, Name, Left)
	}
	if v := l.field(n, "value"); v != 0 {
		l.node(v, id, Right)
	} else {
		l.add(id, Str, Right, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
}

// assignments lowers those among n's children: one as it is, any other number as a block.
func (l *lowering) assignments(n uint32, parent ID, r Role) {
	var all []uint32
	l.kids(n, func(c uint32) {
		if l.sym(c) == "variable_assignment" {
			all = append(all, c)
		}
	})
	if len(all) == 1 {
		bashAssign(l, all[0], parent, r)
		return
	}
	b := l.make(n, parent, Block, r)
	for _, c := range all {
		l.node(c, b, Elem)
	}
}

// bashDeclaration is declare, export, local, readonly, unset: what they assign.
func bashDeclaration(l *lowering, n uint32, parent ID, r Role) { l.assignments(n, parent, r) }

// bashCommand is a call whose arguments are all its words.
func bashCommand(l *lowering, n uint32, parent ID, r Role) {
	name := l.field(n, "name")
	if name == 0 {
		l.assignments(n, parent, r)
		return
	}
	id := l.make(n, parent, Call, r)
	start, end := l.cst.Nodes[name].Start, l.cst.Nodes[name].End
	args := l.add(id, Args, Arguments, start, end)
	l.kids(n, func(c uint32) {
		if s := l.sym(c); s == "variable_assignment" && c < name {
			return
		} else if before := l.lastOf(args); c >= name {
			l.node(c, args, Elem)
			if l.lastOf(args) != before {
				end = l.cst.Nodes[c].End
			}
		}
	})
	for _, x := range [...]ID{id, args} {
		l.Nodes[x].Start, l.Nodes[x].End = start, end
	}
}

func bashIf(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, If, r)
	then := Nil
	l.kids(n, func(c uint32) {
		switch {
		case l.sym(c) == "elif_clause":
			// those that follow belong to it
			if at := l.Child(id, Else); at == Nil {
				b := l.make(c, id, Block, Else)
				bashIf(l, c, b, Elem)
				l.Nodes[b].End = l.cst.Nodes[n].End
				id = l.Nodes[b].First
				l.Nodes[id].End = l.cst.Nodes[n].End
				then = l.Child(id, Then)
			}
		case l.sym(c) == "else_clause":
			b := l.make(c, id, Block, Else)
			bashStatements(l, c, b)
			if first := l.Nodes[b].First; first != Nil {
				l.Nodes[b].Start = l.Nodes[first].Start
			}
		case then == Nil && (l.cst.Nodes[c].Field == l.spec.field["condition"] || l.Child(id, Cond) == Nil):
			if l.Child(id, Cond) == Nil {
				l.node(c, id, Cond)
			}
		default:
			if then == Nil {
				then = l.make(c, id, Block, Then)
			}
			l.bashStatement(c, then)
			l.Nodes[then].End = l.cst.Nodes[c].End
		}
	})
	if then == Nil {
		l.make(n, id, Block, Then)
	}
}

// bashWhile: the condition is a list of commands.
func bashWhile(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, While, r)
	body := l.field(n, "body")
	cond := Nil
	for c := n + 1; c < l.cst.Nodes[n].Next; c = l.cst.Nodes[c].Next {
		if c == body || l.cst.Nodes[c].Flags&(syntax.Named|syntax.Extra) != syntax.Named {
			continue
		}
		if cond == Nil {
			cond = l.make(c, id, Block, Cond)
		}
		l.bashStatement(c, cond)
		l.Nodes[cond].End = l.cst.Nodes[c].End
	}
	l.opt(body, id, Body)
}

func bashCase(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Case, r)
	l.kids(n, func(c uint32) {
		if l.cst.Nodes[c].Field == l.spec.field["value"] {
			l.node(c, id, Key)
			return
		}
		l.bashStatement(c, id)
	})
}

// bashList is a && b or a || b.
func bashList(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Bin, r)
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
	l.pipe(c, parent, r)
}

// pipe makes a | b | c a chain of operators from left to right.
func (l *lowering) pipe(c []uint32, parent ID, r Role) {
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
	l.pipe(c[:len(c)-1], id, Left)
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
	sub := &lowering{
		Tree:       l.Tree,
		cst:        cst,
		spec:       spec,
		depth:      l.depth,
		statements: lang.Spec.Statements,
		bare:       lang.BareExprs,
		whole:      true,
	}
	sub.errors()
	sub.body(0, parent)
}
