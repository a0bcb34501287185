package taint

import "github.com/drydock/drydock/internal/code/ast"

// domain is what a flow computes with. Statements mean the same whatever it is: a flow runs them in order, and asks its
// domain what a value is. There are two, each in files of its own:
//
//	within  taints that are there: what one function does by itself, as semgrep has it                    (within.go)
//	tracer  nodes of the function's graph: what it would do with whatever it is given                     (trace.go)
//
// They are two, and not always the graph, because they differ in what a place is. Within a function the elements of a
// container are one place, fields of a class are variables that are seen in its methods, and what a file assigns once
// holds everywhere; a graph has elements with constant keys apart, and takes fields and variables of the file for
// places that other functions fill. Rules that were written for the first find what they did.
type domain interface {
	// begin and end are told of the function's start and of its end, last of the value of its body, param of a
	// parameter that has been bound, enter and exit of a function within it.
	begin(fl *flow, s state)
	end(fl *flow, s state)
	last(fl *flow, body ast.ID, m taintSet, s state)
	param(fl *flow, at int, p, name ast.ID, s state)
	enter()
	exit()
	// closures reports whether a function is run where it is defined.
	closures() bool

	// namePlace, memberPlace and indexPlace are the places of a name, of a member and of an element of a place; ""
	// where the usual one is meant, or there is none.
	namePlace(fl *flow, id ast.ID) string
	memberPlace(fl *flow, id, obj, name ast.ID) string
	indexPlace(fl *flow, id ast.ID, base string, s state) string
	// stored is where an assignment to a place puts a value, and what the place then holds.
	stored(fl *flow, left ast.ID, key string, m taintSet, s state) (string, taintSet)

	// unset is what a state knows of a place that is not in it.
	unset(fl *flow, key string, s state) taintSet
	// read is the value of a variable, field that of a member or element of which m is the object's value.
	read(fl *flow, id ast.ID, key string, s state) taintSet
	field(fl *flow, id ast.ID, m taintSet) taintSet
	// member is the value of a member, which in some languages may be a call.
	member(fl *flow, id ast.ID, m taintSet, s state) taintSet
	// call is the value of a call or of a new object.
	call(fl *flow, id ast.ID, s state) taintSet
	// returned, classBody and note are told of what is returned, of a class whose statements were run, and of each
	// value.
	returned(fl *flow, id ast.ID, m taintSet, s state)
	classBody(id ast.ID, s state)
	note(fl *flow, id ast.ID, m taintSet)
	// kept is the text of a step of the trace that says where a value is kept.
	kept(fl *flow, id ast.ID) string

	// source is the taint of a source, where cur is what its value has already.
	source(h *hit, cur taintSet) taintSet
	// sanitizes reports whether a sanitizer takes away what a value has; gated is what it leaves where that is not
	// known.
	sanitizes(h *hit, cur taintSet) bool
	gated(fl *flow, id ast.ID, m taintSet) taintSet
	// propagated is what a propagator brings on, false for nothing.
	propagated(h *hit, id ast.ID, m taintSet) (taintSet, bool)
	// lazy reports whether a sink looks at the parts of what it is given even where the whole has a taint.
	lazy() bool
	// sink notes what comes to a sink.
	sink(fl *flow, h *hit, id ast.ID, m taintSet)
}
