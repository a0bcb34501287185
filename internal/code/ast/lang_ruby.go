package ast

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

var ruby = &Lang{
	Name: "ruby", Aliases: []string{"rb"}, Exts: []string{".rb", ".rake", ".gemspec", ".ru"},
	Files:   []string{"Rakefile", "Gemfile"},
	Grammar: syntax.Ruby, BareExprs: true,
	Spec: &Spec{
		Table: `
identifier constant instance_variable class_variable global_variable hash_key_symbol: Name @
integer float: Num @
true: Bool "true"
false: Bool "false"
nil: Null
self: This
super: This "super"
string bare_string: !string
subshell: !subshell
simple_symbol: !symbol
chained_string: Interp
regex: !string
heredoc_beginning: !heredoc
comment heredoc_body heredoc_end empty_statement: -
parenthesized_statements: !paren
call: !call
method_call: !call
argument_list: Args
element_reference: Index object=obj *=elem
scope_resolution: Member scope=obj name=name
binary: Bin @operator left=left right=right
unary: Unary @operator operand=value
assignment: Assign left=left right=right
operator_assignment: !augassign
left_assignment_list right_assignment_list destructured_left_assignment: Tuple
conditional: Ternary condition=cond consequence=then alternative=else
splat_argument: Spread "*" *=value
hash_splat_argument: Spread "**" *=value
block_argument: Spread "&" *=value
array string_array symbol_array: List
hash: Dict
pair: !pair
block do_block: Lambda parameters=params body=body%
block_body: Block
lambda: !lambda
body_statement: !body
then do: Block
else: Block
program: Program
if unless: !if
elsif: !if
if_modifier unless_modifier: !ifmod
while until: While condition=cond body=body%
while_modifier until_modifier: While condition=cond body=body%
for: ForEach pattern=left value=value body=body
in: ^
return: !return
break: Break *=value
next: Continue *=value
yield: Yield *=value
begin: !body
rescue: Catch exceptions=type variable=name body=body
exceptions exception_variable: ^
ensure: !ensure
case: Switch value=cond
when: Case pattern=key body=elem
pattern: ^
method: FuncDef name=name parameters=params body=body%
singleton_method: FuncDef object=mods name=name parameters=params body=body%
method_parameters block_parameters lambda_parameters: !params
class: !class
module: !class
singleton_class: Other value=name body=body
superclass: ^
`,
		Ends: rubyEnds,
		Hooks: map[string]Hook{
			"string": rubyString, "pair": rubyPair, "heredoc": rubyHeredoc, "paren": rubyParen,
			"subshell": rubySubshell, "symbol": rubySymbol, "call": rubyCall, "augassign": augAssign,
			"lambda": rubyLambda, "body": rubyBody, "if": rubyIf, "ifmod": rubyIfMod,
			"return": rubyReturn, "ensure": rubyEnsure, "params": rubyParams, "class": rubyClass,
		},
	},
	Pattern: PatternSpec{
		Statement: []string{
			"%s",
		}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s => %s", "%s"}, Member: []string{"%s"},
		Name: rubyStandIn,
		Interpolation: func(q byte, _ string) string {
			if q == '"' || q == '`' {
				return "#{"
			}
			return ""
		},
		Readings: []Reading{
			{},
			{Prefix: "x = ", Into: []Kind{ExprStmt, Assign}},
			{Prefix: "zq_whole(", Suffix: ")", Into: []Kind{ExprStmt, Call, Args}},
		},
		Parts: []Part{
			{Word: "rescue", Prefix: "begin\n", Suffix: "\nend", Pick: Catch},
			{Prefix: "zq_whole = {", Suffix: "}", Pick: Pair, Only: rubyPairOnly},
		},
	},
	Names: NameSpec{
		Constants:      true,
		ImplicitReturn: true,
		Literals:       map[Kind]string{Str: "String", Num: "Integer", Bool: "Boolean"},
	},
	Objects: ObjectSpec{
		FieldSigil:  "@",
		BareMembers: true,
		SuperMethod: true,
		New:         true,
		Appending:   []string{"concat"},
	},
	Flow: FlowSpec{Arms: map[string]bool{"in_clause": true}, Binds: rubyBinds},
}

// rubyPairOnly is a pair of a hash by itself, which the grammar takes for a match with a pattern.
var rubyPairOnly = regexp.MustCompile(`^(?::[\w$]+|"[^"\n]*"|'[^'\n]*')\s*=>\s*[^\n]*$`)

// rubyStandIn makes a constant where only one may stand.
func rubyStandIn(word, before, _ string) string {
	b := strings.TrimRight(before, " \t")
	if strings.HasSuffix(b, "class") || strings.HasSuffix(b, "module") || strings.HasSuffix(b, "::") ||
		strings.HasSuffix(b, "<") && !strings.Contains(b, "<<") && strings.Contains(b, "class ") {
		return "Z" + word[1:]
	}
	return word
}

// rubyString tells plain text from text with expressions in it; of a regular expression it keeps the kind.
func rubyString(l *lowering, n uint32, parent ID, r Role) {
	k := Str
	if l.sym(n) == "regex" {
		k = Regex
	}
	if l.kid(n, "interpolation") == 0 {
		id := l.make(n, parent, k, r)
		first, last := uint32(0), uint32(0)
		l.kids(n, func(c uint32) {
			if l.sym(c) != "heredoc_end" {
				if first == 0 {
					first = c
				}
				last = c
			}
		})
		if first != 0 {
			l.setText(id, l.cst.Nodes[first].Start, l.cst.Nodes[last].End)
		}
		return
	}
	id := l.make(n, parent, Interp, r)
	if k == Regex {
		l.setString(id, "regex") // which no string is
	}
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "interpolation":
			l.splice(c, id, Elem)
		case "heredoc_end":
		default:
			l.leaf(c, id, Str, Elem)
		}
	})
}

// rubySubshell: a command in backquotes is a call of its own.
func rubySubshell(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Call, r)
	l.str(n, id, Name, Fn, "`")
	in := l.make(n, l.make(n, id, Args, Arguments), Interp, Elem)
	l.kids(n, func(c uint32) {
		if l.sym(c) == "interpolation" {
			l.splice(c, in, Elem)
		} else {
			l.leaf(c, in, Str, Elem)
		}
	})
}

// rubySymbol is :name.
func rubySymbol(l *lowering, n uint32, parent ID, r Role) {
	id := l.str(n, parent, Unary, r, ":")
	name := l.str(n, id, Name, Ident, strings.TrimPrefix(string(l.raw(n)), ":"))
	l.Nodes[name].Start = l.Nodes[name].End - uint32(len(l.Text(name)))
}

func rubyParen(l *lowering, n uint32, parent ID, r Role) {
	count := 0
	l.kids(n, func(uint32) { count++ })
	if count == 1 {
		paren(l, n, parent, r)
		return
	}
	l.children(n, l.make(n, parent, Block, r))
}

func rubyCall(l *lowering, n uint32, parent ID, r Role) {
	recv, name, args := l.field(n, "receiver"), l.field(n, "method"), l.field(n, "arguments")
	block := l.field(n, "block")
	if args == 0 && block == 0 && recv != 0 {
		id := l.make(n, parent, Member, r)
		l.node(recv, id, Obj)
		l.opt(name, id, Ident)
		return
	}
	id := l.callOf(n, recv, name, 0, parent, r)
	if args != 0 {
		a := l.make(args, id, Args, Arguments)
		l.kids(args, func(c uint32) {
			if l.sym(c) == "pair" {
				rubyKwArg(l, c, a)
				return
			}
			l.node(c, a, Elem)
		})
	} else {
		l.add(id, Args, Arguments, l.cst.Nodes[n].End, l.cst.Nodes[n].End)
	}
	l.opt(block, id, Body)
}

// rubyKwArg: k: v and :k => v among arguments are keyword arguments.
func rubyKwArg(l *lowering, c uint32, args ID) {
	key := l.field(c, "key")
	if key == 0 || l.sym(key) != "hash_key_symbol" && l.sym(key) != "simple_symbol" {
		l.node(c, args, Elem)
		return
	}
	id := l.make(c, args, KwArg, Elem)
	name := l.str(key, id, Name, Ident, string(bytes.TrimPrefix(l.raw(key), []byte(":"))))
	l.Nodes[name].Start = l.Nodes[name].End - uint32(len(l.Text(name)))
	rubyValue(l, c, id)
}

// rubyPair is a pair of a hash.
func rubyPair(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Pair, r)
	l.opt(l.field(n, "key"), id, Key)
	rubyValue(l, n, id)
}

// rubyValue is the value of a pair or keyword argument; {key:} is {key: key}.
func rubyValue(l *lowering, n uint32, id ID) {
	if v := l.field(n, "value"); v != 0 {
		l.node(v, id, Value)
	} else if key := l.field(n, "key"); key != 0 {
		l.leaf(key, id, Name, Value)
	}
}

// rubyHeredoc is <<X: the text stands further down, in the order of those that begin.
func rubyHeredoc(l *lowering, n uint32, parent ID, r Role) {
	if l.heredocs == nil {
		l.heredocs = map[uint32]uint32{}
		var open []uint32
		for c := range uint32(len(l.cst.Nodes)) {
			switch l.sym(c) {
			case "heredoc_beginning":
				open = append(open, c)
			case "heredoc_body":
				if len(open) > 0 {
					l.heredocs[open[0]] = c
					open = open[1:]
				}
			}
		}
	}
	body, ok := l.heredocs[n]
	if !ok {
		l.make(n, parent, Str, r)
		return
	}
	before := l.lastOf(parent)
	rubyString(l, body, parent, r)
	if id := l.after(parent, before); id != Nil {
		l.Nodes[id].Start, l.Nodes[id].End = l.cst.Nodes[n].Start, l.cst.Nodes[n].End
	}
}

// rubyEnds gives each method and class a body: an empty one has none in the grammar.
func rubyEnds(t *Tree) {
	for i := range t.Nodes {
		if k := t.Nodes[i].Kind; (k == FuncDef || k == ClassDef) && t.Child(ID(i), Body) == Nil {
			t.add(ID(i), Block, Body, t.Nodes[i].End, t.Nodes[i].End)
		}
	}
}

func rubyLambda(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Lambda, r)
	l.opt(l.field(n, "parameters"), id, Parameters)
	if b := l.field(n, "body"); b != 0 {
		l.block(l.field(b, "body"), id, Body)
	}
}

// rubyBody is a block; with rescue or ensure it is a try.
func rubyBody(l *lowering, n uint32, parent ID, r Role) {
	rescue := l.kid(n, "rescue") != 0 || l.kid(n, "ensure") != 0
	if !rescue {
		l.children(n, l.make(n, parent, Block, r))
		return
	}
	if r != Elem {
		parent, r = l.make(n, parent, Block, r), Elem
	}
	id := l.make(n, parent, Try, r)
	body := l.make(n, id, Block, Body)
	l.kids(n, func(c uint32) {
		switch l.sym(c) {
		case "rescue":
			l.node(c, id, Handler)
		case "ensure":
			l.node(c, id, Final)
		case "else":
			l.node(c, id, Else)
		default:
			l.node(c, body, Elem)
		}
	})
}

func rubyEnsure(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Finally, r)
	l.children(n, l.make(n, id, Block, Body))
}

func rubyIf(l *lowering, n uint32, parent ID, r Role) {
	if l.sym(n) == "elsif" {
		parent, r = l.make(n, parent, Block, r), Elem
	}
	id := l.make(n, parent, If, r)
	rubyCond(l, n, id)
	if t := l.field(n, "consequence"); t != 0 {
		l.block(t, id, Then)
	} else {
		l.make(n, id, Block, Then)
	}
	l.opt(l.field(n, "alternative"), id, Else)
}

func rubyCond(l *lowering, n uint32, id ID) {
	if strings.HasPrefix(l.sym(n), "unless") {
		id = l.str(n, id, Unary, Cond, "!")
		l.opt(l.field(n, "condition"), id, Value)
		return
	}
	l.opt(l.field(n, "condition"), id, Cond)
}

func rubyIfMod(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, If, r)
	rubyCond(l, n, id)
	l.block(l.field(n, "body"), id, Then)
}

func rubyReturn(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Return, r)
	l.kids(n, func(c uint32) { l.splice(c, id, Value) })
}

func rubyParams(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, Params, r)
	l.kids(n, func(c uint32) {
		p := l.make(c, id, Param, Elem)
		switch l.sym(c) {
		case "optional_parameter", "keyword_parameter":
			l.opt(l.field(c, "name"), p, Ident)
			l.opt(l.field(c, "value"), p, Value)
		case "splat_parameter", "hash_splat_parameter", "block_parameter":
			l.setString(p, strings.TrimSuffix(string(l.raw(c)[:1+len(l.sym(c))/20]), ""))
			l.opt(l.field(c, "name"), p, Ident)
		default:
			l.node(c, p, Ident)
		}
	})
}

func rubyClass(l *lowering, n uint32, parent ID, r Role) {
	id := l.make(n, parent, ClassDef, r)
	l.classKind(n, id)
	l.opt(l.field(n, "name"), id, Ident)
	l.opt(l.field(n, "superclass"), id, Parents)
	if b := l.field(n, "body"); b != 0 {
		l.children(b, l.make(b, id, Block, Body))
	}
}
