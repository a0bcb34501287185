// Package facts is what a file says of itself for the analysis across files. It is made from the file's tree alone
// (code/index, code/taint), so that it can be kept with the file's content: what a name of another file stands for is
// found when all files are known (code/resolve).
package facts

// RefKind is a kind of reference.
type RefKind uint8

const (
	RefNone     RefKind = iota
	RefModule           // Name: a module, as imports spell it
	RefGlobal           // Name: of the file, of its package or of all files, as the language has it
	RefBare             // Name: may be a method of class Of, else as RefGlobal
	RefMember           // Name of Of
	RefResult           // what calling Of gives
	RefInstance         // a value of type Of
	RefFunction         // function number Of of the file
	RefClass            // class number Of of the file
	RefThis             // an instance of class number Of
	RefSuper            // the same, looked at as one of its bases
	RefParam            // parameter number Of of function number Name
)

// Ref says how a file refers to something that may be defined elsewhere. Of is another reference, or a number in
// the file.
type Ref struct {
	Kind RefKind
	Of   int32
	Name string
}

// NoRef is the number of no reference.
const NoRef int32 = -1

// ParamKind tells how arguments reach a parameter.
type ParamKind uint8

const (
	ParamPlain ParamKind = iota
	ParamRest            // all other arguments by position
	ParamNamed           // all other arguments by name
	ParamOnly            // by name only
)

// Param is one parameter.
type Param struct {
	Name string
	Kind ParamKind
}

// Function is one function, method or lambda of a file, or the file's own statements. Parameter 0 is what a method is
// called on.
type Function struct {
	Name       string
	Class      int32 // of the file; -1 for none
	Node       int32 // in the file's tree
	Start, End uint32
	Params     []Param
	Static     bool // of a class, not of an instance
	Body       bool // it has one
	Lambda     bool
	ReturnType int32   // its declared type
	Returned   int32   // what all its return statements give
	Calls      []int32 // what it calls
}

// Class is one class of a file, or a struct with methods.
type Class struct {
	Name     string
	Bases    []int32
	Methods  map[string][]int32 // functions
	Fields   map[string]int32   // types
	Abstract bool               // an interface
}

// File is what a file defines and refers to.
type File struct {
	Path        string
	Lang        string
	Package     string // package or namespace
	Refs        []Ref
	Functions   []Function
	Classes     []Class
	Globals     map[string]int32 // names of the file
	Exports     map[string]int32 // of a JavaScript module; "=" for module.exports itself
	StarImports []int32          // modules that give all their names to the file
	Rules       map[int]*Rule
	Graphs      map[string]map[int32]*Graph // graphs without any rule's parts, by options and function
	Grown       bool                        // Graphs has grown in this run
}

// Rule is what one rule found in a file, with the flow of the functions that it is in.
type Rule struct {
	Sources, Sinks []Hit
	Graphs         map[int32]*Graph // by function
	Plain          map[int32]bool   // functions that no part of the rule is in, as far as they were asked for
}

// Hit is one source or sink.
type Hit struct {
	Start, End uint32
	Part       int32
	Env        []Binding
}

// Binding is the value of a metavariable as text.
type Binding struct {
	Var        int32
	Start, End uint32
	Text       string
}

// Span is a place in a file.
type Span struct{ Start, End uint32 }

// NodeKind is what a node of a graph stands for.
type NodeKind uint8

const (
	NodeJoin   NodeKind = iota // what comes in
	NodeParam                  // parameter A
	NodeField                  // part Name of node A
	NodeSource                 // source A; where it has `requires`, it looks at what comes in
	NodeResult                 // what call A gives
	NodeOut                    // what call A leaves in its argument B
	NodeGate                   // what comes in, unless sanitizer part A holds
	NodeLabel                  // what comes in, with the labels of propagator part A
	NodeCell                   // variable Name of the file
	NodeGuard                  // what comes in, unless call A says that its argument B is clean; Name: when, a digit
)

// Node is a node of a graph.
type Node struct {
	Kind  NodeKind
	A, B  int32
	Name  string
	In    []Edge
	Known []string // parts that are known even if nothing comes in for them
}

// Edge brings the value of a node, or puts it into a part.
type Edge struct {
	From  int32
	To    string
	Steps []Span
}

// Graph is how values flow through one function: from parameters, sources and calls to calls, sinks and what it
// returns.
type Graph struct {
	Nodes []Node
	Calls []CallSite
	Sinks []SinkSite
	Ret   int32           // the node of what it returns
	Outs  map[int32]int32 // nodes of what it leaves in parameters
	Cells map[string]int32
	// Guards tells of parameters that are clean where the function gave true or false, or came back at all.
	Guards map[int32]GuardWhen
}

// GuardWhen is a set of outcomes of a function.
type GuardWhen uint8

// The outcomes.
const (
	GuardAlways GuardWhen = 1 << iota
	GuardTrue
	GuardFalse
)

// CallSite is a call of something that may be defined in the project.
type CallSite struct {
	Ref   int32
	Place Span
	Recv  int32 // node of what it is called on, -1 for none
	Slots []Slot
	Pass  int32 // node of what it gives if the callee is not known
}

// SlotKind tells how an argument is given.
type SlotKind uint8

const (
	SlotPlain SlotKind = iota
	SlotNamed
	SlotSpread
	SlotSpreadNamed
)

// Slot is one argument.
type Slot struct {
	Kind SlotKind
	Name string
	Node int32
	Func int32 // reference to a function that is given, -1 for none
}

// SinkSite is a sink, and what comes to one place in it.
type SinkSite struct{ Hit, Node int32 }

// Constructor stands for a class's constructor, whatever the language calls it.
const Constructor = "\x00new"

// AnyPart is a part of which it is not known which it is.
const AnyPart = "\x02"

// PartOf stands between the name of a part and that of a part of it.
const PartOf = "\x04"
