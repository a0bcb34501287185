package code

// What a file says of itself for the analysis across files. It is made from the file's tree alone, so that it can be
// kept with the file's content: what a name of another file stands for is found when all files are known
// (project_resolve.go).

// refKind is a kind of reference.
type refKind uint8

const (
	refNone     refKind = iota
	refModule           // s: a module, as imports spell it
	refGlobal           // s: a name of the file, of its package or of all files, as the language has it
	refBare             // s: a name that may be a method of class a, else as refGlobal
	refMember           // s of a
	refResult           // what calling a gives
	refInstance         // a value of type a
	refUnit             // function number a of the file
	refClass            // class number a of the file
	refThis             // an instance of class number a
	refSuper            // the same, looked at as one of its bases
	refParam            // parameter number a of function number s
)

// ref says how a file refers to something that may be defined elsewhere. a is another ref, or a number in the file.
type ref struct {
	kind refKind
	a    int32
	s    string
}

// noRef is the number of no reference.
const noRef int32 = -1

// paramKind tells how arguments reach a parameter.
type paramKind uint8

const (
	paramPlain paramKind = iota
	paramRest            // all other arguments by position
	paramNamed           // all other arguments by name
	paramOnly            // by name only
)

// param is one parameter.
type param struct {
	name string
	kind paramKind
}

// unit is one function, method or lambda of a file, or the file's own statements. Parameter 0 is what a method is called on.
type unit struct {
	name       string
	class      int32 // of the file; -1 for none
	node       int32 // in the file's tree
	start, end uint32
	params     []param
	static     bool // of a class, not of an instance
	body       bool // it has one
	lambda     bool
	ret        int32   // its declared type
	gives      int32   // what all its return statements give
	calls      []int32 // what it calls
}

// class is one class of a file, or a struct with methods.
type class struct {
	name     string
	bases    []int32
	methods  map[string][]int32 // units
	fields   map[string]int32   // types
	abstract bool               // an interface
}

// fileFacts is what a file defines and refers to.
type fileFacts struct {
	rel     string
	lang    string
	pkg     string // package or namespace
	refs    []ref
	units   []unit
	classes []class
	globals map[string]int32 // names of the file
	exports map[string]int32 // of a JavaScript module; "=" for module.exports itself
	wild    []int32          // modules that give all their names to the file
	rules   map[int]*ruleFacts
	made    map[string]map[int32]*graph // graphs without any rule's parts, by options and unit
	grown   bool                        // made has grown in this run
}

// ruleFacts is what one rule found in a file, with the flow of the functions that it is in.
type ruleFacts struct {
	sources, sinks []hitFacts
	graphs         map[int32]*graph // by unit
}

// hitFacts is one source or sink.
type hitFacts struct {
	start, end uint32
	part       int32
	env        []binding
}

// binding is the value of a metavariable as text.
type binding struct {
	v          int32
	start, end uint32
	text       string
}

// span is a place in a file.
type span struct{ start, end uint32 }

// nodeKind is what a node of a graph stands for.
type nodeKind uint8

const (
	nodeJoin   nodeKind = iota // what comes in
	nodeParam                  // parameter a
	nodeField                  // part s of node a
	nodeSource                 // source a; where it has `requires`, it looks at what comes in
	nodeResult                 // what call a gives
	nodeOut                    // what call a leaves in its argument b
	nodeGate                   // what comes in, unless sanitizer part a holds
	nodeLabel                  // what comes in, with the labels of propagator part a
	nodeCell                   // variable s of the file
)

// gnode is a node of a graph.
type gnode struct {
	kind  nodeKind
	a, b  int32
	s     string
	in    []edge
	known []string // parts that are known even if nothing comes in for them
}

// edge brings the value of a node, or puts it into a part.
type edge struct {
	from  int32
	to    string
	steps []span
}

// graph is how values flow through one function: from parameters, sources and calls to calls, sinks and what it returns.
type graph struct {
	nodes []gnode
	calls []callSite
	sinks []sinkSite
	ret   int32           // the node of what it returns
	outs  map[int32]int32 // nodes of what it leaves in parameters
	cells map[string]int32
}

// callSite is a call of something that may be defined in the project.
type callSite struct {
	ref   int32
	place span
	recv  int32 // node of what it is called on, -1 for none
	slots []slot
	pass  int32 // node of what it gives if the callee is not known
}

// slotKind tells how an argument is given.
type slotKind uint8

const (
	slotPlain slotKind = iota
	slotNamed
	slotSpread
	slotSpreadNamed
)

// slot is one argument.
type slot struct {
	kind slotKind
	name string
	node int32
	fn   int32 // reference to a function that is given, -1 for none
}

// sinkSite is a sink, and what comes to one place in it.
type sinkSite struct{ hit, node int32 }
