package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/index"
	"github.com/drydock/drydock/internal/code/search"
)

// Facts finds where a rule's parts match in a file and makes the graphs of the functions that they are in; nil where
// none does.
func Facts(p *search.Program, x *index.Indexer, f *search.File) *facts.Rule {
	e := &search.Evaluator{Prog: p, File: f}
	h := taintHits{sources: partHits(e, p.Taint.Sources), sinks: partHits(e, p.Taint.Sinks)}
	h.sanitizers = conflictFree(partHits(e, p.Taint.Sanitizers), h.sources, h.sinks)
	for i := range p.Taint.Propagators {
		for _, r := range e.Eval(p.Taint.Propagators[i].Match, nil) {
			g := hitOf(r, &p.Taint.Propagators[i].TaintPart, int32(i))
			g.prop = &p.Taint.Propagators[i]
			h.propagators = append(h.propagators, g)
		}
	}
	placeSinks(f.Tree, h.sinks)
	if !p.Applies(f.Path) {
		h.sources, h.sinks = nil, nil
	}
	rf := &facts.Rule{Graphs: map[int32]*facts.Graph{}}
	rf.Sources, rf.Sinks = keepHits(e, h.sources), keepHits(e, h.sinks)
	for i := range x.Facts.Functions {
		u := &x.Facts.Functions[i]
		if u.Body && (h.touch(u.Start, u.End)) {
			rf.Graphs[int32(i)] = graphOf(p, x, f, int32(i), h, rf)
		}
	}
	if len(rf.Graphs) == 0 {
		return nil
	}
	return rf
}

// graphOf makes the graph of a function.
func graphOf(p *search.Program, x *index.Indexer, f *search.File, at int32, h taintHits, rf *facts.Rule) *facts.Graph {
	u := &x.Facts.Functions[at]
	fl := &flow{
		Evaluator: &search.Evaluator{Prog: p, File: f},
		t:         f.Tree,
		h:         h,
		stash:     map[*hit]taintSet{},
		given:     map[ast.ID]taintSet{},
		budget:    100_000 + 60*int(u.End-u.Start),
	}
	tr := newTracer(x, at, rf)
	fl.dom = tr
	if !p.Rule.Options.NoValues {
		fl.vals = newValuation(x, u.Node)
	}
	fl.global = newState(fl.vals != nil)
	fl.scope(u.Node)
	if fl.budget <= 0 || len(tr.g.Nodes) >= maxGraphNodes {
		f.Bounded = true
	}
	return tr.g
}

// PlainGraph makes the graph of a function that no part of a rule is in.
func PlainGraph(p *search.Program, x *index.Indexer, f *search.File, at int32) *facts.Graph {
	return graphOf(p, x, f, at, taintHits{}, &facts.Rule{})
}
