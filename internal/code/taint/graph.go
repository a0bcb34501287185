package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/index"
	"github.com/drydock/drydock/internal/code/search"
)

// Facts finds where a rule's sources and sinks match in a file and makes the graphs of the functions that hold sources;
// nil where neither matches. The graphs of other functions are made when something flows to them: most are never
// asked for.
func Facts(p *search.Program, x *index.Indexer, f *search.File) *facts.Rule {
	if !p.Applies(f.Path) {
		return nil
	}
	e := &search.Evaluator{Prog: p, File: f}
	h := taintHits{sources: partHits(e, p.Taint.Sources), sinks: partHits(e, p.Taint.Sinks)}
	if len(h.sources) == 0 && len(h.sinks) == 0 {
		return nil
	}
	rf := &facts.Rule{Graphs: map[int32]*facts.Graph{}}
	rf.Sources, rf.Sinks = keepHits(e, h.sources), keepHits(e, h.sinks)
	if len(h.sources) == 0 {
		return rf
	}
	begin := taintHits{sources: h.sources}
	h.pass(e)
	for i := range x.Facts.Functions {
		u := &x.Facts.Functions[i]
		if u.Body && begin.touch(u.Start, u.End) {
			rf.Graphs[int32(i)] = graphOf(p, x, f, int32(i), h, rf)
		}
	}
	return rf
}

// pass adds where the rule's sanitizers and propagators match.
func (h *taintHits) pass(e *search.Evaluator) {
	parts := e.Prog.Taint
	h.sanitizers = conflictFree(partHits(e, parts.Sanitizers), h.sources, h.sinks)
	for i := range parts.Propagators {
		for _, r := range e.Eval(parts.Propagators[i].Match, nil) {
			g := hitOf(r, &parts.Propagators[i].TaintPart, int32(i))
			g.prop = &parts.Propagators[i]
			h.propagators = append(h.propagators, g)
		}
	}
	placeSinks(e.File.Tree, h.sinks)
}

// Hits is where the parts of a rule match in a file.
type Hits struct{ h taintHits }

// FindHits finds them, for a file whose facts are made.
func FindHits(p *search.Program, f *search.File) *Hits {
	e := &search.Evaluator{Prog: p, File: f}
	var h taintHits
	if p.Applies(f.Path) {
		h.sources, h.sinks = partHits(e, p.Taint.Sources), partHits(e, p.Taint.Sinks)
		keepHits(e, h.sources)
		keepHits(e, h.sinks)
	}
	h.pass(e)
	return &Hits{h}
}

// Graph makes the graph of a function; nil where nothing of the rule is in it, and PlainGraph makes one for all rules.
func (h *Hits) Graph(p *search.Program, x *index.Indexer, f *search.File, at int32, rf *facts.Rule) *facts.Graph {
	if u := &x.Facts.Functions[at]; !h.h.touch(u.Start, u.End) {
		return nil
	}
	return graphOf(p, x, f, at, h.h, rf)
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
