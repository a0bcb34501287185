package ast

import (
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/syntax"
)

// Lang is a language that rules may name.
type Lang struct {
	Name    string   // as rules and reports spell it
	Aliases []string // other spellings in rules
	Exts    []string // file name extensions, with the dot
	Files   []string // whole file names, and prefixes ending in "*"
	Grammar syntax.Grammar
	Also    map[string]syntax.Grammar // grammar by extension where it is another one
	Spec    *Spec
	// BareExprs: expressions stand in blocks without anything around them.
	BareExprs bool
	// BareWords: a word without quotes is a string too.
	BareWords bool
	// Enclosed: a source is an expression and is put in parentheses for the grammar.
	Enclosed bool
	// Mask gives a text of the same length for a source that the grammar does not read whole.
	Mask func(path string, src []byte) []byte
	// Given makes what the grammar is given in place of a source: of the same length, without what it misreads.
	Given func(src []byte) []byte
	// Newer are constructs that the grammar is too old for.
	Newer []respelling
	// Read makes the tree itself, where no grammar does well by the language.
	Read    func(l *Lang, src []byte) *Tree
	Pattern PatternSpec
	Names   NameSpec
	Objects ObjectSpec
	Flow    FlowSpec

	once  sync.Mutex
	specs map[syntax.Grammar]*compiled
}

// PatternSpec says how a pattern of the language is made into text that its grammar accepts: what stands for an
// ellipsis by place, and within which surroundings the pattern is tried, in this order.
type PatternSpec struct {
	// Name makes the stand-in for a metavariable from a word and the text around it; nil leaves the word as it is.
	Name func(word, before, after string) string
	// QuotedPieces: metavariables and ellipses between double quotes count, too.
	QuotedPieces bool
	// Statement, Argument, Param, Field and Member are the texts tried for an ellipsis where a statement, an argument
	// or element, a parameter, a key-value or a class member may stand; %s is the stand-in's name.
	Statement, Argument, Param, Field, Member []string
	// Deep is what a deep ellipsis around an expression becomes; "%s(" and ")" where empty.
	DeepOpen, DeepClose string
	// Readings are the surroundings.
	Readings []Reading
	// Prepare rewrites a pattern's text before all else.
	Prepare func(text string) string
	// Unwrap: a pattern of one pair or of one element stands for it wherever it is.
	Unwrap bool
	// QuotedDots: "..." in quotes is that text and no ellipsis.
	QuotedDots bool
	// TextPieces: $X in a string of several parts is a piece of its text.
	TextPieces bool
	// Blank is what a pattern without a word stands for; "" where it is an error.
	Blank string
	// Whole: a pattern is a statement, even where it holds nothing but an expression.
	Whole bool
	// Other gives the language that a pattern is written in where it is not this one; nil where it is.
	Other func(text string) *Lang
	// Parts are patterns that are a part of something, by their first word, and what completes them.
	Parts []Part
	// Rewrite is done to a pattern's text before all else: spellings that no grammar could be brought to read.
	Rewrite []Rewrite
	// Wider names the language whose grammar is tried where this one's does not read a pattern.
	Wider string
	// TypedParens: the grammar reads (x: T) as an expression too.
	TypedParens bool
	// TypeFirst: a typed metavariable is written (T $X), else ($X: T).
	TypeFirst bool
	// Spread: three dots right before a name are the language's own; TrailingSpread: after one, too.
	Spread, TrailingSpread bool
	// Interpolation gives what opens an expression in a string, by its quote and the text before it.
	Interpolation func(quote byte, before string) string
}

// Reading is one way to read a pattern: the text around it and what it then is.
type Reading struct {
	Prefix, Suffix string
	Starts         string // only for patterns that start so
	// Into descends from the program to the node whose children are the pattern: kinds, outermost first.
	Into []Kind
}

// Part completes a pattern that is only a part of a statement: `else ...`, `catch (...) {...}`, `if (x)`.
type Part struct {
	Word           string
	Prefix, Suffix string
	Pick           Kind // the node within that the pattern stands for
	// Only, where given, is what the whole pattern looks like; such a part is tried before all else.
	Only *regexp.Regexp
}

// Rewrite replaces a regular expression's matches.
type Rewrite struct {
	From *regexp.Regexp
	To   string
}

// Parts by what the whole of them looks like: an if without a body, a try without what has to follow, a field.
var (
	headOnly = regexp.MustCompile(`^if\s*\([^;{]*\)$`)
	pairOnly = regexp.MustCompile(`^["'\x60]?[\w$-]+["'\x60]?\s*:[^:=][^;]*$`) // key: value
	tryOnly  = regexp.MustCompile(`^try\s*\{[^}]*\}$`)
)

// NameSpec says how names get their meaning in the language.
type NameSpec struct {
	// Constants turns constant propagation on.
	Constants bool
	// Declared: an assignment to a name that no declaration made is not one by itself.
	Declared bool
	// ImportFirst: an import of a.b.c without another name makes a known here.
	ImportFirst bool
	// ClassScope: a class's fields are seen from its methods by their bare names.
	ClassScope bool
	// TypeAliases are types that go for another: of boxed ones the plain.
	TypeAliases map[string]string
	// BoolOps: && and || give truth values, not one of their sides.
	BoolOps bool
	// Returns says of functions and methods by name that they give a truth value or a number.
	Returns map[string]Kind
	// Requires: require("m") imports a module.
	Requires bool
	// ModuleLast: an imported thing goes by the last part of its path, and rules call it so.
	ModuleLast bool
	// FoldNames: names of functions and classes have no case.
	FoldNames bool
	// OpenDicts: a pattern of an object matches one that has more fields.
	OpenDicts bool
	// ImplicitReturn: a function returns what its last statement is worth.
	ImplicitReturn bool
	// OpenPairs: pairs among arguments are in any order, and there may be more than the pattern has.
	OpenPairs bool
	// Literals names the types of literals: of Str, Num (integers), Unary (other numbers) and Bool.
	Literals map[Kind]string
	// Makes tells the types of what functions and methods of libraries give: by package or class and name
	// ("sql.Open"), or by the type of the object and name ("*sql.DB.Begin").
	Makes map[string]string
	// NewMakes: pkg.NewThing() gives a *pkg.Thing.
	NewMakes bool
	// InferredType is written where the type of a variable is that of its value.
	InferredType string
	// AlsoLiterals names further types that literals of a kind have.
	AlsoLiterals map[Kind]string
	// NestedModules: what is imported from a.b.c is imported from a.b too.
	NestedModules bool
	// NaryBool: a chain of and, or of or, is one operation; its beginning is no expression of its own.
	NaryBool bool
	// OpenMods: visibility and static in a pattern of a function do not matter.
	OpenMods bool
	// VarConst: var in a pattern stands for const, too.
	VarConst bool
	// Concat is the operator that joins strings where it is not +.
	Concat string
}

// ObjectSpec says how the language writes classes, objects and their fields: what following values from function to
// function (code/index, code/taint) needs to know of it.
type ObjectSpec struct {
	// Types are kinds of the grammar, beside class definitions, that define a type by their field "name"; true where
	// such a type has no code of its own.
	Types map[string]bool
	// Structs: the fields of a type are declared in it, and T{...} makes a value of it.
	Structs bool
	// TypeNames: the names of types are looked up in imports and the package, not among variables.
	TypeNames bool
	// This is the name of the object that a method is called on, where that is an ordinary name.
	This string
	// SelfParam: that object is the first parameter.
	SelfParam bool
	// StaticDecorator is the decorator of methods without an object.
	StaticDecorator string
	// Class are names for the class around, Super one for its base.
	Class []string
	Super string
	// SuperCall: super() is the object as one of its base.
	SuperCall bool
	// SuperMethod: super(...) calls the base's method of the same name.
	SuperMethod bool
	// FieldSigil is what the names of the object's fields begin with, where they stand alone.
	FieldSigil string
	// BareMembers: a name that nothing declares may be a member of the class around; BareCalls: what is called by its
	// name is one before all else.
	BareMembers, BareCalls bool
	// New: C.new makes an object.
	New bool
	// AnonymousClasses: new C {...} is an object of a class of its own.
	AnonymousClasses bool
	// Results: a function gives several results, x, err := f().
	Results bool
	// KeyedFields: o[k] is the field k.
	KeyedFields bool
	// CopiedArrays: assigning an array copies it.
	CopiedArrays bool
	// References: &$x makes another name of a variable.
	References bool
	// Accessors: getX() and setX(v) are the field x.
	Accessors bool
	// Appending are methods that add their argument to the object.
	Appending []string
}

// ConcatOp is the operator that joins strings.
func (n *NameSpec) ConcatOp() string {
	if n.Concat != "" {
		return n.Concat
	}
	return "+"
}

// Languages are all languages with a tree.
var Languages = []*Lang{
	python,
	javascript,
	typescript,
	java,
	golang,
	php,
	ruby,
	bash,
	dockerfile,
	yamlLang,
	jsonLang,
	htmlLang,
	cssLang,
}

// LangByName finds a language by the name or alias that a rule gives, nil if there is none.
func LangByName(name string) *Lang {
	name = strings.ToLower(name)
	for _, l := range Languages {
		if l.Name == name {
			return l
		}
		for _, a := range l.Aliases {
			if a == name {
				return l
			}
		}
	}
	return nil
}

// PatternLang is the language in which a rule's patterns are written that is run on files of l: that of the rule's
// first language where the two share a form.
func (l *Lang) PatternLang(first string) *Lang {
	if l == yamlLang && LangByName(first) == jsonLang {
		return yamlAsJSON
	}
	return l
}

// LangOf finds the language of a file by its name, nil if it has none.
func LangOf(path string) *Lang {
	base := filepath.Base(path)
	ext := strings.ToLower(filepath.Ext(base))
	for _, l := range Languages {
		for _, e := range l.Exts {
			if e == ext {
				return l
			}
		}
		for _, f := range l.Files {
			if f == base || strings.HasSuffix(f, "*") && strings.HasPrefix(base, f[:len(f)-1]) {
				return l
			}
		}
	}
	return nil
}

// GrammarFor is the grammar for a file of the language.
func (l *Lang) GrammarFor(path string) syntax.Grammar {
	if g, ok := l.Also[strings.ToLower(filepath.Ext(path))]; ok {
		return g
	}
	return l.Grammar
}

// SymbolName is the grammar's name for a symbol, for dumps.
func (l *Lang) SymbolName(sym uint16) string {
	if s := syntax.LanguageOf(l.Grammar); s != nil && int(sym) < len(s.Symbols) {
		return s.Symbols[sym]
	}
	return "?"
}

// FieldName is the grammar's name for a field, for dumps.
func (l *Lang) FieldName(f uint16) string {
	if s := syntax.LanguageOf(l.Grammar); s != nil && int(f) < len(s.Fields) {
		return s.Fields[f]
	}
	return "?"
}

func (l *Lang) compiled(g syntax.Grammar) (*compiled, error) {
	l.once.Lock()
	defer l.once.Unlock()
	if c := l.specs[g]; c != nil {
		return c, nil
	}
	c, err := compileSpec(l.Spec, g)
	if err != nil {
		return nil, err
	}
	if l.specs == nil {
		l.specs = map[syntax.Grammar]*compiled{}
	}
	l.specs[g] = c
	return c, nil
}

// Parse parses and lowers one source of the language.
func (l *Lang) Parse(path string, src []byte, lim syntax.Limits) (*Tree, error) {
	text := src
	if l.Given != nil && path != "" {
		text = l.Given(src)
	}
	t, err := l.parse(path, src, text, lim)
	if err == nil && l.Mask != nil && path != "" && len(t.Errors) > 0 {
		if m, err := l.parse(path, src, l.Mask(path, src), lim); err == nil && len(m.Errors) < len(t.Errors) {
			return m, nil
		}
	}
	if err == nil && len(l.Newer) > 0 && path != "" && len(t.Errors) > 0 {
		t = l.respelt(path, src, text, t, lim)
	}
	if err != nil || l.Pattern.Wider == "" || path == "" || len(t.Errors) == 0 && !typeArguments.Match(src) {
		return t, err
	}
	// Scripts with types in them are not rare. What the wider grammar reads whole is taken as it reads it.
	wider := LangByName(l.Pattern.Wider)
	w, err := wider.parse(path+".tsx", src, src, lim)
	if err != nil {
		return t, nil
	}
	if len(w.Errors) > 0 {
		w = wider.respelt(path+".tsx", src, src, w, lim)
	}
	if len(w.Errors) == 0 {
		w.Path, w.Lang = path, l
		return w, nil
	}
	return t, nil
}

// typeArguments is f<T>(x), which the grammar without types reads as two comparisons.
var typeArguments = regexp.MustCompile(`[\w$]<[\w$.,|&\[\]{}:; ]+>\(`)

// parse parses and lowers a source. text is what the grammar is given: the source, or one of the same length.
func (l *Lang) parse(path string, src, text []byte, lim syntax.Limits) (*Tree, error) {
	if l.Read != nil {
		t := l.Read(l, src)
		t.Path = path
		return t, nil
	}
	if l.Enclosed {
		text = append(append([]byte{'('}, text...), ')')
	}
	cst, err := syntax.Parse(l.GrammarFor(path), text, lim)
	if err != nil {
		return nil, err
	}
	defer cst.Release()
	if l.Enclosed {
		for i := range cst.Nodes {
			n := &cst.Nodes[i]
			n.Start = min(max(n.Start, 1)-1, uint32(len(src)))
			n.End = min(max(n.End, 1)-1, uint32(len(src)))
		}
	}
	t, err := Lower(l, cst, src)
	if err != nil {
		return nil, err
	}
	t.Path = path
	return t, nil
}

// Spreads reports whether three dots before a name are the language's own.
func (l *Lang) Spreads() bool { return l.Pattern.Spread }

// TrailingSpread reports whether three dots after a name are the language's own.
func (l *Lang) TrailingSpread() bool { return l.Pattern.TrailingSpread }

// Interpolation is what opens an expression within a string that opens with the quote q after before; "" if nothing
// does.
func (l *Lang) Interpolation(q byte, before string) string {
	if l.Pattern.Interpolation == nil {
		return ""
	}
	return l.Pattern.Interpolation(q, before)
}
