// Package pattern compiles semgrep patterns and matches them on trees.
//
// A pattern is parsed by the grammar of the code. What no grammar knows (metavariables, ellipses) is first replaced by
// names that fit its place (standin.go); the readings that the grammar allows are tried in the language's order, and
// the first without an error is taken. The tree is then lowered like code, and the names become pattern nodes
// (compile.go). Matching is a list of goals that is worked off with backtracking (match.go and its neighbours).
package pattern

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/syntax"
)

// Vars numbers the metavariables of a rule, so that all its patterns share them.
type Vars struct {
	Names []string // with the $
	index map[string]int
}

// Index returns the number of a metavariable, adding it.
func (v *Vars) Index(name string) int {
	if i, ok := v.index[name]; ok {
		return i
	}
	if v.index == nil {
		v.index = map[string]int{}
	}
	v.index[name] = len(v.Names)
	v.Names = append(v.Names, name)
	return len(v.Names) - 1
}

// Numbered reports whether a metavariable is a numbered group of a regular expression: each expression has its own.
func (v *Vars) Numbered(i int) bool { n := v.Names[i]; return len(n) > 1 && n[1] >= '0' && n[1] <= '9' }

// Lookup returns the number of a metavariable, -1 if no pattern has it.
func (v *Vars) Lookup(name string) int {
	if i, ok := v.index[name]; ok {
		return i
	}
	return -1
}

// Form is what a pattern describes.
type Form uint8

// The forms.
const (
	Expression Form = iota // any expression, one node
	Node                   // a statement, definition or part of one: one node
	Statements             // neighbours in a block
)

// Pattern is a compiled pattern. It is only read and may be shared.
type Pattern struct {
	Text string
	Tree *ast.Tree
	Form Form
	Root ast.ID // the node; of Statements the first one
	Vars *Vars

	vars     []int32           // by node: number of its metavariable, -1
	types    map[ast.ID]string // type of each Typed node
	typeVars map[ast.ID]int32  // and its metavariable, where it is one
	strs     map[ast.ID]strPattern
	must     []string // words that a file must have
	rootWord string   // last name of what Root calls or names, or its operator; "" if any
	kinds    uint64   // kinds of node that Root can match; 0: any
	altKinds uint64   // those of them that it matches only by what a node stands for
}

// Options of matching, from a rule's `options`.
type Options struct {
	NoConstants   bool // constant_propagation: false
	NoCommutative bool // ac_matching: false
	NoImplicitRet bool // implicit_return: false
	NoDeepExpr    bool // go_deeper_expr: false (implicit_deep_exprstmt)
	NoDeepStmt    bool // go_deeper_stmt: false
	NoVarDefs     bool // vardef_assign: false
	NoAttrExpr    bool // attr_expr: false
	Symbolic      bool // symbolic_propagation: true
	SymmetricEq   bool // symmetric_eq: true
	CommutBool    bool // commutative_boolop: true
	CaseFold      bool // case_sensitive: false
	FieldAssign   bool // flddef_assign: true
	StrictDicts   bool // implicit_ellipsis: false
	StrictAttrs   bool // xml_attrs_implicit_ellipsis: false
	StrictBody    bool // xml_singleton_loose_matching: false

	OrderedDecorators bool // decorators_order_matters: true
}

// ErrNoReading says that a pattern is no code of its language.
var ErrNoReading = errors.New("the pattern does not parse")

var limits = syntax.Limits{Bytes: 1 << 20, Nodes: 1 << 18, Time: 2 * time.Second}

// Compile compiles a pattern of a language.
func Compile(lang *ast.Lang, text string, vars *Vars) (compiled *Pattern, failed error) {
	if strings.TrimSpace(text) == "" {
		if lang.Pattern.Blank == "" {
			return nil, errors.New("the pattern is empty")
		}
		text = lang.Pattern.Blank
	}
	if lang.Pattern.Other != nil {
		if other := lang.Pattern.Other(text); other != nil {
			lang = other
		}
	}
	text = strings.TrimRight(text, " \t\r\n")
	text = strings.TrimLeft(text, "\r\n")
	for _, rw := range lang.Pattern.Rewrite {
		text = rw.From.ReplaceAllString(text, rw.To)
	}
	if lang.Pattern.Prepare != nil {
		text = lang.Pattern.Prepare(text)
	}
	p, err := compileAs(lang, "", text, vars)
	defer func() {
		if errors.Is(failed, ErrNoReading) {
			failed = fmt.Errorf("%w: %s", failed, shownText(text))
		}
	}()
	for ext := range lang.Also {
		if err != nil {
			if q, e := compileAs(lang, "pattern"+ext, text, vars); e == nil {
				return q, nil
			}
		}
	}
	if wider := ast.LangByName(lang.Pattern.Wider); err != nil && wider != nil {
		if q, e := compileAs(wider, "", text, vars); e == nil {
			return q, nil
		}
	}
	return p, err
}

// shownText is a pattern's text in an error, in one line and not too long.
func shownText(text string) string {
	const most = 120
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}

// compileAs compiles a pattern with the grammar of a file's name.
func compileAs(lang *ast.Lang, path, text string, vars *Vars) (*Pattern, error) {
	pieces := split(lang, text)
	p := &Pattern{
		Text:     text,
		Vars:     vars,
		types:    map[ast.ID]string{},
		typeVars: map[ast.ID]int32{},
		strs:     map[ast.ID]strPattern{},
	}
	var firstErr error
	for _, typed := range typedOrder(lang, pieces, text) {
		for v := range variants(lang, pieces) {
			body, types := render(lang, pieces, v, typed)
			for _, rd := range readings(lang, text) {
				ok, err := p.read(lang, path, rd, body)
				if ok {
					p.finish(types)
					return p, nil
				}
				if firstErr == nil {
					firstErr = err
				}
			}
		}
	}
	if firstErr == nil {
		firstErr = ErrNoReading
	}
	return nil, firstErr
}

// read parses the pattern in one reading. It fails where the grammar finds an error.
func (p *Pattern) read(lang *ast.Lang, path string, rd reading, body string) (bool, error) {
	src := []byte(rd.Prefix + body + rd.Suffix + "\n")
	t, err := lang.Parse(path, src, limits)
	if err != nil {
		return false, err
	}
	if len(t.Errors) > 0 {
		e := t.Errors[0]
		line, col := ast.Position([]byte(body), int(e.Start)-len(rd.Prefix))
		return false, fmt.Errorf("%w: line %d, column %d of it is not understood", ErrNoReading, line, max(col, 1))
	}
	at := ast.ID(0)
	for _, k := range rd.Into {
		if at = firstOf(t, at, k); at == ast.Nil {
			return false, ErrNoReading
		}
	}
	p.Tree = t
	if rd.pick != ast.None {
		for i := range t.Nodes {
			if t.Nodes[i].Kind == rd.pick {
				p.Form, p.Root = Node, ast.ID(i)
				t.Prune(p.Root, uint32(len(rd.Prefix)+len(body)))
				return true, nil
			}
		}
		return false, ErrNoReading
	}
	return p.form(at, body), ErrNoReading
}

func firstOf(t *ast.Tree, parent ast.ID, k ast.Kind) ast.ID {
	for c := t.Nodes[parent].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Kind == k {
			return c
		}
	}
	return ast.Nil
}

// form finds what the pattern is: one expression, one other node, or several statements.
func (p *Pattern) form(at ast.ID, body string) bool {
	t := p.Tree
	p.dropImportDots(at)
	first := t.Nodes[at].First
	if first == ast.Nil {
		return false
	}
	p.Root = first
	if t.Lang.Pattern.Unwrap && t.Nodes[first].Next == ast.Nil && p.unwrap(first) {
		return true
	}
	switch {
	case t.Nodes[first].Next != ast.Nil:
		p.Form = Statements
	case t.Nodes[first].Kind == ast.ExprStmt && !t.Lang.Pattern.Whole &&
		(t.Lang.BareWords || !strings.HasSuffix(strings.TrimSpace(body), ";")):
		p.Form, p.Root = Expression, t.Nodes[first].First
	case t.Nodes[first].Flags&ast.FlagExpr != 0 && t.Nodes[first].Flags&ast.FlagStmt == 0:
		p.Form = Expression
	default:
		p.Form = Node
	}
	return p.Root != ast.Nil
}

// unwrap takes what a pattern of one pair or one element stands for.
func (p *Pattern) unwrap(first ast.ID) bool {
	t := p.Tree
	if t.Nodes[first].Kind == ast.ExprStmt {
		first = t.Nodes[first].First
	}
	if first == ast.Nil || t.Nodes[first].Kind != ast.Dict && t.Nodes[first].Kind != ast.List {
		return false
	}
	only := t.Nodes[first].First
	if only == ast.Nil || t.Nodes[only].Next != ast.Nil || t.HasText(only, wordDots) ||
		t.Nodes[only].Kind == ast.Pair && t.HasText(t.Nodes[only].First, wordDots) {
		return false
	}
	if c := t.Src[t.Nodes[first].Start]; c == '[' {
		return false
	}
	p.Form, p.Root = Expression, only
	if t.Nodes[only].Kind == ast.Pair {
		p.Form = Node
	}
	return true
}

// dropImportDots: an ellipsis among imported names says what holds anyway, that there may be others.
func (p *Pattern) dropImportDots(at ast.ID) {
	t := p.Tree
	prev := ast.Nil
	for c := t.Nodes[at].First; c != ast.Nil; c = t.Nodes[c].Next {
		name := ast.Nil
		if t.Nodes[c].Kind == ast.Import {
			// An ellipsis on a line before a path looks like the name that it goes by.
			if as := t.Child(c, ast.Alias); as != ast.Nil && t.HasText(as, wordDots) {
				t.Remove(as)
			}
			if name = t.Child(c, ast.Ident); name == ast.Nil {
				name = t.Child(c, ast.Path)
			}
		}
		if name == ast.Nil || !t.HasText(name, wordDots) || prev == ast.Nil && t.Nodes[c].Next == ast.Nil {
			prev = c
			continue
		}
		if prev == ast.Nil {
			t.Nodes[at].First = t.Nodes[c].Next
		} else {
			t.Nodes[prev].Next = t.Nodes[c].Next
		}
	}
}

// finish turns stand-ins into pattern nodes.
func (p *Pattern) finish(types []string) {
	t := p.Tree
	p.vars = make([]int32, len(t.Nodes))
	for i := range t.Nodes {
		p.vars[i] = -1
	}
	p.convertBelow(0, types)
	p.dropEmptyBodies()
	p.dropMods()
	if p.Form == Node && t.Nodes[p.Root].Kind == ast.Dots && !t.Lang.Pattern.Whole {
		p.Form = Expression
	}
	for i := range t.Nodes {
		p.wholeVariable(ast.ID(i))
		if up := t.Nodes[i].Parent; up != ast.Nil && t.Nodes[up].Kind == ast.Interp {
			p.piece(ast.ID(i))
		}
		if k := t.Nodes[i].Kind; k == ast.Str || k == ast.Regex {
			p.strs[ast.ID(i)] = p.compileStr(ast.ID(i))
		}
	}
	p.word()
	p.kinds = p.rootKinds(p.Root)
	p.altKinds = p.viaAlt()
	p.rootWord = p.rootName()
	p.must = p.words()
}

// dropEmptyBodies: a definition without a body leaves open which the code's has.
func (p *Pattern) dropEmptyBodies() {
	t := p.Tree
	for i := range t.Nodes {
		if k := t.Nodes[i].Kind; k != ast.FuncDef && k != ast.ClassDef {
			continue
		}
		b := t.Child(ast.ID(i), ast.Body)
		if b != ast.Nil && t.Nodes[b].First == ast.Nil && t.Nodes[b].Start == t.Nodes[b].End {
			t.Remove(b)
		}
	}
}

// dropMods takes away modifiers that do not matter.
func (p *Pattern) dropMods() {
	t := p.Tree
	if !t.Lang.Names.OpenMods {
		return
	}
	for i := range t.Nodes {
		if n := &t.Nodes[i]; n.Kind != ast.Mod || t.Kind(n.Parent) != ast.FuncDef {
			continue
		}
		switch string(t.Text(ast.ID(i))) {
		case "public", "protected", "private", "static":
			t.Remove(ast.ID(i))
		}
	}
}

// piece converts a part of a string of several parts. An ellipsis of the text is any number of parts; one that stands
// as an expression is one value.
func (p *Pattern) piece(id ast.ID) {
	t := p.Tree
	n := &t.Nodes[id]
	switch {
	case n.Kind == ast.Str && t.HasText(id, "...") && n.End-n.Start == 3:
		n.Kind = ast.Dots
	case n.Kind == ast.Name && t.Lang.Pattern.TextPieces && wholeMeta.Match(t.Text(id)):
		n.Kind, p.vars[id] = ast.Metavar, int32(p.Vars.Index(string(t.Text(id))))
	}
}

// meta reads a stand-in from a leaf's text, tolerant of what a language makes of the first letter's case or puts
// before it.
func standIn(text []byte) (kind ast.Kind, name string) {
	text = bytes.Trim(text, "$@:&{}")
	if len(text) < 4 || text[0]|32 != 'z' {
		return ast.None, ""
	}
	s := "z" + string(text[1:])
	switch {
	case strings.HasPrefix(s, wordMeta):
		return ast.Metavar, "$" + s[len(wordMeta):]
	case s == wordDots:
		return ast.Dots, "..."
	case strings.HasPrefix(s, wordMDots):
		return ast.MetaDots, "$..." + s[len(wordMDots):]
	case s == wordDeep:
		return ast.Deep, ""
	case strings.HasPrefix(s, wordTyped):
		return ast.Typed, s[len(wordTyped):]
	}
	return ast.None, ""
}

// convertBelow converts the nodes below one, then the node.
func (p *Pattern) convertBelow(id ast.ID, types []string) {
	for c := p.Tree.Nodes[id].First; c != ast.Nil; c = p.Tree.Nodes[c].Next {
		p.convertBelow(c, types)
	}
	p.convert(id, types)
}

// convert makes pattern nodes of one node whose children are converted already.
func (p *Pattern) convert(id ast.ID, types []string) {
	t := p.Tree
	n := &t.Nodes[id]
	if n.First == ast.Nil {
		p.convertLeaf(id, types)
		return
	}
	switch n.Kind {
	case ast.Call:
		if fn := t.Child(id, ast.Fn); fn != ast.Nil && t.Nodes[fn].Kind == ast.Deep {
			if args := t.Child(id, ast.Arguments); args != ast.Nil && t.Nodes[args].First != ast.Nil {
				n.Kind, n.First = ast.Deep, t.Nodes[args].First
			}
		} else if fn == ast.Nil {
			p.command(id)
		}
	case ast.Unary:
		if c := n.First; t.Nodes[c].Kind == ast.Deep && t.HasText(id, "$(") {
			n.Kind, n.First = ast.Deep, t.Nodes[c].First
		}
	case ast.ExprStmt,
		ast.Param,
		ast.Pair,
		ast.VarDef,
		ast.KwArg,
		ast.Attr,
		ast.Spread,
		ast.Other,
		ast.FuncDef,
		ast.CompFor,
		ast.Case:
		p.collapse(id)
	}
}

func (p *Pattern) convertLeaf(id ast.ID, types []string) {
	t := p.Tree
	n := &t.Nodes[id]
	k, name := standIn(t.Text(id))
	switch k {
	case ast.None:
		return
	case ast.Typed:
		i := 0
		if _, err := fmt.Sscanf(name, "%d", &i); err != nil || i >= len(types) {
			return
		}
		v, typ, _ := strings.Cut(types[i], ":")
		p.types[id] = typ
		if wholeMeta.MatchString(typ) {
			p.typeVars[id] = int32(p.Vars.Index(typ))
		}
		name = "$" + v
	}
	if n.Kind == ast.Regex || n.Kind == ast.Token || n.Kind == ast.Str && len(t.Source(id)) != len(t.Text(id)) {
		return // strPattern says what it asks for
	}
	if k == ast.Metavar && n.Kind == ast.Str && n.Role == ast.Elem && t.Nodes[n.Parent].Kind == ast.Element {
		return // the text of an element, and nothing else in it
	}
	if k == ast.Dots && n.Kind == ast.Name && t.Kind(n.Parent) == ast.Interp && !t.Lang.BareWords {
		n.Kind = ast.Metavar // one value, whichever
		return
	}
	n.Kind = k
	if k == ast.Metavar || k == ast.MetaDots || k == ast.Typed {
		p.vars[id] = int32(p.Vars.Index(name))
		if name == "$_" || name == "$..._" {
			p.vars[id] = -1
		}
	}
}

// command: one that is nothing but an ellipsis is one, and the stand-in for a deep ellipsis is that.
func (p *Pattern) command(id ast.ID) {
	t := p.Tree
	args := t.Child(id, ast.Arguments)
	if args == ast.Nil {
		return
	}
	n, first := &t.Nodes[id], t.Nodes[args].First
	switch {
	case p.lone(args):
		n.Kind, n.First = t.Nodes[first].Kind, ast.Nil
		p.vars[id] = p.vars[first]
	case first != ast.Nil && t.Nodes[first].Kind == ast.Deep && t.Nodes[first].Next != ast.Nil:
		n.Kind, n.First = ast.Deep, t.Nodes[first].Next
	}
}

// lone reports whether a node holds an ellipsis and nothing else.
func (p *Pattern) lone(id ast.ID) bool {
	t := p.Tree
	c := t.Nodes[id].First
	return c != ast.Nil && t.Nodes[c].Next == ast.Nil &&
		(t.Nodes[c].Kind == ast.Dots || t.Nodes[c].Kind == ast.MetaDots)
}

// word: a command of one word, with nothing that makes it a command, stands for the word wherever it is.
func (p *Pattern) word() {
	t := p.Tree
	if !t.Lang.BareWords || p.Form != Expression || t.Nodes[p.Root].Kind != ast.Call ||
		t.Child(p.Root, ast.Fn) != ast.Nil {
		return
	}
	args := t.Child(p.Root, ast.Arguments)
	if c := t.Nodes[args].First; c != ast.Nil && t.Nodes[c].Next == ast.Nil &&
		len(bytes.TrimSpace(t.Src)) == int(t.Nodes[c].End-t.Nodes[c].Start) {
		p.Root = c
	}
}

// collapse makes Dots of a node that holds nothing but an ellipsis: the statement, parameter or pair that it stands
// for.
func (p *Pattern) collapse(id ast.ID) {
	t := p.Tree
	var kind ast.Kind
	v := int32(-1)
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		switch k := t.Nodes[c].Kind; {
		case k == ast.Dots || k == ast.MetaDots:
			kind, v = k, p.vars[c]
		case k == ast.Deep && t.Nodes[c].Next == ast.Nil && t.Nodes[id].Kind == ast.Other:
			t.Nodes[id].Kind, t.Nodes[id].First = ast.Deep, t.Nodes[c].First
			return
		case k == ast.Mod, k == ast.Params && t.Nodes[c].First == ast.Nil:
		default:
			return
		}
	}
	if kind != ast.None && !(t.Lang.BareWords && t.Nodes[id].Kind == ast.Other) {
		n := &t.Nodes[id]
		n.Kind, n.First = kind, ast.Nil
		p.vars[id] = v
	}
}

// Dump shows the pattern's tree.
func (p *Pattern) Dump() string {
	out := [...]string{"an expression", "a node", "statements"}[p.Form] + ":\n"
	for id := p.Root; id != ast.Nil; id = p.Tree.Nodes[id].Next {
		out += p.Tree.Dump(id)
		if p.Form != Statements {
			break
		}
	}
	// as the rule's writer spells them
	out = dumpedVar.ReplaceAllString(out, "$1 $$$2")
	out = dumpedVars.ReplaceAllString(out, "$1 $$...$2")
	return dumpedDots.ReplaceAllString(out, "$1")
}

// The stand-ins as a dump shows them.
var (
	dumpedVar  = lazyregexp.New(`(Metavar) "[^"]?[zZ]qM_(\w+)"`)
	dumpedVars = lazyregexp.New(`(MetaDots) "[^"]?[zZ]qE_(\w+)"`)
	dumpedDots = lazyregexp.New(`(Dots|Deep|Typed) "[^"]?[zZ]q\w+"`)
)
