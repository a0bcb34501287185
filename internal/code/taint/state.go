package taint

import (
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// Step is one station on a taint's way.
type Step struct {
	Start, End uint32
	Text       string
}

// taint is one taint: where it came from and how it got here.
type taint struct {
	src   *hit
	label string
	trace *trace
	node  int32 // where the flow of one function is traced: the node that it stands for, from 1
}

// trace is a list of the places that a taint passed, the last first.
type trace struct {
	start, end uint32
	text       string
	before     *trace
	n          int
}

// maxSteps bounds a taint's recorded path.
const maxSteps = 12

func (m taint) step(n *ast.Node, text string) taint {
	if m.trace == nil || m.trace.n < maxSteps {
		k := 1
		if m.trace != nil {
			k = m.trace.n + 1
		}
		m.trace = &trace{start: n.Start, end: n.End, text: text, before: m.trace, n: k}
	}
	return m
}

// taintSet is a set of taints, by source place and label.
type taintSet []taint

func (a taintSet) has(m taint) bool {
	for _, x := range a {
		if m.node > 0 {
			if x.node == m.node {
				return true
			}
			continue
		}
		if x.label == m.label && x.src.Start == m.src.Start && x.src.End == m.src.End && x.src.part == m.src.part {
			return true
		}
	}
	return false
}

func (a taintSet) union(b taintSet) taintSet {
	out := a
	for _, m := range b {
		if !out.has(m) {
			out = append(out[:len(out):len(out)], m)
		}
	}
	return out
}

func (a taintSet) hasLabel(l string) bool {
	for _, m := range a {
		if m.label == l {
			return true
		}
	}
	return false
}

// state is what is known of each place a value can be kept in: a variable, a field of it. A place that is there with
// no taint is clean, though what it is part of may not be.
type state map[string]taintSet

func (s state) clone() state {
	out := make(state, len(s))
	for k, v := range s {
		out[k] = v
	}
	return out
}

// get looks a place up; a place that is not known is as tainted as what it is part of.
func (s state) get(key string) taintSet {
	for {
		if m, ok := s[key]; ok {
			return m
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return nil
		}
		key = key[:i]
	}
}

// anyIndex is the part of a place that an index stands for: all elements are one. At the end of a place it is left
// out, so that what is put into a container taints the container, and so that what is put there next replaces it.
const anyIndex = ".\x02"

// control is the place of what `control: true` sources give to all that runs after them.
const control = "\x03"

// below is the taint of what a place has parts of.
func (s state) below(key string) (m taintSet) {
	for _, k := range slices.Sorted(maps.Keys(s)) {
		if v := s[k]; len(v) > 0 && len(k) > len(key) && k[len(key)] == '.' && strings.HasPrefix(k, key) {
			m = m.union(v)
		}
	}
	return m
}

// set replaces what is known of a place and of its parts.
func (s state) set(key string, m taintSet) {
	for k := range s {
		if strings.HasPrefix(k, key) && len(k) > len(key) && k[len(key)] == '.' {
			delete(s, k)
		}
	}
	s[key] = m
}

// maxParts bounds how deep the parts of a place go that are copied.
const maxParts = 5

// copyParts gives a place what is known of another's parts, as where a variable is made another name of an object.
func (s state) copyParts(to, from string) {
	if strings.HasPrefix(to+".", from+".") || strings.HasPrefix(from+".", to+".") {
		return
	}
	added := state{}
	for k, v := range s {
		if len(k) > len(from) && k[len(from)] == '.' && strings.HasPrefix(k, from) {
			if part := to + k[len(from):]; strings.Count(part, ".") <= maxParts {
				added[part] = v
			}
		}
	}
	for k, v := range added {
		s[k] = v
	}
}

// become makes a state another.
func (s state) become(o state) {
	for k := range s {
		if _, ok := o[k]; !ok {
			delete(s, k)
		}
	}
	for k, v := range o {
		s[k] = v
	}
}

// known is what a state knows of a place, by what it is part of where nothing else is known.
func (fl *flow) known(key string, s state) taintSet {
	if m, ok := s[key]; ok {
		return m
	}
	return fl.dom.unset(fl, key, s)
}

// join adds what the other branch knows.
func (fl *flow) join(s, o state) (changed bool) {
	added := state{}
	for k, v := range o {
		if _, ok := s[k]; !ok { // as tainted as what it is part of, before that is joined
			old := fl.dom.unset(fl, k, s)
			added[k] = old.union(v)
			changed = changed || len(added[k]) != len(old)
		}
	}
	for k, v := range o {
		if old, ok := s[k]; ok {
			if u := old.union(v); len(u) != len(old) {
				s[k] = u
				changed = true
			}
		}
	}
	for k, v := range s {
		if _, ok := o[k]; !ok {
			if u := v.union(fl.dom.unset(fl, k, o)); len(u) != len(v) {
				s[k] = u
				changed = true
			}
		}
	}
	for k, v := range added {
		s[k] = v
	}
	return changed
}
