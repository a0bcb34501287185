package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/search"
)

// partHits finds where parts match; the number of a hit is that of its part.
func partHits(e *search.Evaluator, parts []search.TaintPart) (out []hit) {
	for i := range parts {
		for _, r := range e.Eval(parts[i].Match, nil) {
			out = append(out, hitOf(r, &parts[i], int32(i)))
		}
	}
	return out
}

// keepHits makes facts of sources or sinks and numbers them as such, in the order of their parts.
func keepHits(e *search.Evaluator, hits []hit) []facts.Hit {
	out := make([]facts.Hit, len(hits))
	for i := range hits {
		h := &hits[i]
		out[i] = facts.Hit{Start: h.Start, End: h.End, Part: h.index}
		for v := range h.Env {
			if b := &h.Env[v]; b.Kind != pattern.Unbound {
				text := e.Content(b)
				out[i].Env = append(
					out[i].Env,
					facts.Binding{Var: int32(v), Start: b.Start, End: b.End, Text: string(text[:min(len(text), 500)])},
				)
			}
		}
		h.index = int32(i)
	}
	return out
}

// touch reports whether any part matches at a place, in it or around it.
func (h *taintHits) touch(start, end uint32) bool {
	for _, list := range [][]hit{h.sources, h.sinks, h.sanitizers, h.propagators} {
		for i := range list {
			if list[i].Start < end && start < list[i].End {
				return true
			}
		}
	}
	return false
}

// hit is a place where a part matches.
type hit struct {
	search.Range
	part  *search.TaintPart
	prop  *search.Propagator
	index int32 // number among the sources or sinks of the file; of the part for sanitizers and propagators
	// place is where values are looked at, exact whether at the whole of it alone: for sinks, see placeSinks
	place ast.Span
	exact bool
}

// taintHits are all places where the parts of a taint rule match in a file.
type taintHits struct {
	sources, sinks, sanitizers, propagators []hit
}

// findHits finds where the parts match. It stops early where there is no source or no sink, since then nothing can
// flow.
func findHits(e *search.Evaluator, tp *search.TaintProgram) (h taintHits, any bool) {
	if h.sinks = partHits(e, tp.Sinks); len(h.sinks) == 0 {
		return h, false
	}
	if h.sources = partHits(e, tp.Sources); len(h.sources) == 0 {
		return h, false
	}
	h.pass(e)
	return h, true
}

// conflictFree drops the not_conflicting sanitizers that match just what a source or sink matches.
func conflictFree(sans []hit, others ...[]hit) []hit {
	out := sans[:0]
	for _, s := range sans {
		drop := false
		if s.part.Spec.NotConfl {
			for _, list := range others {
				for _, o := range list {
					drop = drop || o.Start == s.Start && o.End == s.End
				}
			}
		}
		if !drop {
			out = append(out, s)
		}
	}
	return out
}

// covers reports whether a part's match applies to a node: the very same place, or around it where the part is not
// exact.
func (h *hit) covers(n *ast.Node) bool {
	if h.exact {
		return h.place.Start == n.Start && h.place.End == n.End
	}
	return n.Start >= h.place.Start && n.End <= h.place.End
}

// valued reports whether a node has a value that may come to a sink.
func valued(n *ast.Node) bool {
	switch n.Kind {
	case ast.KwArg, ast.Spread, ast.VarDef, ast.Return, ast.ExprStmt:
		return true
	}
	return n.Flags&ast.FlagExpr != 0 || n.Role == ast.Ident
}

// placeSinks works out what exact sinks look at. The match of an assignment's pattern begins at the name where the
// definition begins with a type or keyword. What is no expression, as statements with a body, several of them or a
// piece of text, has no value of its own: it is reached by whatever comes to an expression in it.
func placeSinks(t *ast.Tree, sinks []hit) {
	exact := map[ast.Span]bool{}
	for i := range sinks {
		if sinks[i].exact {
			exact[sinks[i].place] = false
		}
	}
	if len(exact) == 0 || t == nil {
		return
	}
	moved := map[ast.Span]ast.Span{}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		span := ast.Span{Start: n.Start, End: n.End}
		if _, ok := exact[span]; ok && (valued(n) || n.Kind == ast.FuncDef || n.Kind == ast.ClassDef) {
			exact[span] = true // what a definition holds runs another time
		}
		if n.Kind != ast.VarDef {
			continue
		}
		if name := t.Child(ast.ID(i), ast.Ident); name != ast.Nil && t.Nodes[name].Start != n.Start {
			moved[ast.Span{Start: t.Nodes[name].Start, End: n.End}] = span
		}
	}
	for i := range sinks {
		h := &sinks[i]
		if def, ok := moved[h.place]; !h.exact || exact[h.place] {
			continue
		} else if ok {
			h.place = def
		} else {
			h.exact = false
		}
	}
}

// hitOf is a place where a part matches, and looks at values there.
func hitOf(r search.Range, part *search.TaintPart, index int32) hit {
	return hit{Range: r, part: part, index: index, place: ast.Span{Start: r.Start, End: r.End}, exact: part.Exact}
}
