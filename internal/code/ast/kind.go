package ast

// Kind says what a node is, across languages. Patterns are matched by kind, so two surface forms that a rule writer
// would call the same get the same kind.
type Kind uint8

// The kinds. At most 64: sets of them are bit masks.
const (
	None      Kind = iota
	Program        // the whole file: statements
	Name           // identifier; text is the name
	Str            // string literal; text is what stands between the quotes
	Num            // number; text is its canonical form
	Bool           // text is "true" or "false"
	Null           // nil, None, null
	This           // this, self where it is a keyword; super, with that text
	Regex          // regular expression literal; text is what stands between the delimiters
	Token          // keyword or operator that tells two forms apart; text is the token
	Call           // fn, args
	Args           // positional ones, KwArg, Spread
	KwArg          // name, value
	Spread         // value; text is the operator
	New            // type, args, body
	Member         // obj, name
	Index          // obj, elements
	Slice          // elements
	Bin            // left, right; text is the operator
	Unary          // value; text is the operator
	Assign         // left, right
	AugAssign      // left, right; text is the operator without =
	Ternary        // cond, then, else
	Lambda         // mods, params, ret, body
	List           // elements: array and list literals
	Tuple          // elements
	Dict           // elements: Pair, Spread, Name; objects of JavaScript too
	Set            // elements
	Pair           // key, value
	Interp         // string with expressions in it; elements: Str and expressions
	Cast           // type, value
	Await          // value
	Yield          // value
	Comp           // comprehension: value, elements; text is its bracket
	CompFor        // left, value
	Element        // XML, JSX or HTML element: name, attributes (mods), elements
	Attr           // name, value
	ExprStmt       // value
	Block          // statements
	If             // cond, then, else
	While          // cond, body
	DoWhile        // body, cond
	For            // init, cond, update, body
	ForEach        // left, value, body
	Return         // value
	Throw          // value
	Break          // value
	Continue       // value
	Try            // body, Catch, else, Finally
	Catch          // type, name, body
	Finally        // body
	Switch         // cond, elements: Case
	Case           // key, elements: statements; no key: the default
	With           // elements, body
	Import         // path, name, alias: one imported thing
	VarDef         // mods, name, type, value
	FuncDef        // mods, name, params, ret, body
	Params         // elements
	Param          // mods, name, type, value; text is * or ** or ... where it takes the rest
	ClassDef       // mods, name, params, parents, body
	ClassBody      // members
	Mod            // modifier; text is the word
	Decorator      // annotation: value
	Other          // what no kind covers: see Sym
	kinds
)

// Kinds that only patterns have.
const (
	Metavar  = kinds + iota // $X; text is the name with its $
	MetaDots                // $...X
	Dots                    // ...
	Deep                    // <... value ...>
	Typed                   // (value: type): a metavariable of a type
	patternKinds
)

var kindNames = [patternKinds]string{
	"None", "Program", "Name", "Str", "Num", "Bool", "Null", "This", "Regex", "Token", "Call", "Args", "KwArg",
	"Spread",
	"New", "Member", "Index", "Slice", "Bin", "Unary", "Assign", "AugAssign", "Ternary", "Lambda", "List", "Tuple",
	"Dict", "Set", "Pair",
	"Interp", "Cast", "Await", "Yield", "Comp", "CompFor", "Element", "Attr", "ExprStmt", "Block", "If", "While",
	"DoWhile", "For",
	"ForEach", "Return", "Throw", "Break", "Continue", "Try", "Catch", "Finally", "Switch", "Case", "With", "Import",
	"VarDef", "FuncDef",
	"Params", "Param", "ClassDef", "ClassBody", "Mod", "Decorator", "Other", "Metavar", "MetaDots", "Dots", "Deep",
	"Typed",
}

// String is the kind's name as it is spelt in the source.
func (k Kind) String() string {
	if k < patternKinds {
		return kindNames[k]
	}
	return "?"
}

// Role says what a child is to its parent.
type Role uint8

// The roles. A child without one is an element of its parent's list. Roles from fieldRole on stand for fields of the
// grammar under a node of kind Other.
const (
	Elem Role = iota
	Fn
	Arguments
	Obj
	Ident // a name that is no expression: of a definition, a member, a keyword argument
	Left
	Right
	Cond
	Then
	Else
	Body
	Value
	Type
	Parameters
	Mods
	Parents
	Init
	Update
	Key
	Handler
	Final
	TypeParams
	Ret
	Path
	Alias
	roles
	fieldRole Role = 64
)

var roleNames = [roles]string{
	"elem", "fn", "args", "obj", "name", "left", "right", "cond", "then", "else", "body", "value", "type", "params",
	"mods",
	"parents", "init", "update", "key", "handler", "final", "typeparams", "ret", "path", "alias",
}

// String is the role's name as specs spell it.
func (r Role) String() string {
	if r < roles {
		return roleNames[r]
	}
	return "field"
}

// Statement reports whether nodes of the kind stand in a block by themselves.
func (k Kind) Statement() bool {
	return k >= ExprStmt && k <= FuncDef && k != Catch && k != Finally && k != Case || k == ClassDef
}

// Sets of kinds are masks of 64 bits.
var _ [64 - kinds]struct{}
