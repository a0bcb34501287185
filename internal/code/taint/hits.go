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
			out = append(out, hit{Range: r, part: &parts[i], index: int32(i)})
		}
	}
	return out
}

// keepHits makes facts of sources or sinks and numbers them as such.
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
}

// taintHits are all places where the parts of a taint rule match in a file.
type taintHits struct {
	sources, sinks, sanitizers, propagators []hit
}

// findHits finds where the parts match. It stops early where there is no source or no sink, since then nothing can
// flow.
func findHits(e *search.Evaluator, tp *search.TaintProgram) (h taintHits, any bool) {
	find := func(parts []search.TaintPart) (out []hit) {
		for i := range parts {
			for _, r := range e.Eval(parts[i].Match, nil) {
				out = append(out, hit{Range: r, part: &parts[i]})
			}
		}
		return out
	}
	if h.sinks = find(tp.Sinks); len(h.sinks) == 0 {
		return h, false
	}
	if h.sources = find(tp.Sources); len(h.sources) == 0 {
		return h, false
	}
	h.sanitizers = find(tp.Sanitizers)
	h.sanitizers = conflictFree(h.sanitizers, h.sources, h.sinks)
	for i := range tp.Propagators {
		for _, r := range e.Eval(tp.Propagators[i].Match, nil) {
			h.propagators = append(
				h.propagators,
				hit{Range: r, part: &tp.Propagators[i].TaintPart, prop: &tp.Propagators[i]},
			)
		}
	}
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
	if h.part.Exact {
		return h.Start == n.Start && h.End == n.End
	}
	return n.Start >= h.Start && n.End <= h.End
}
