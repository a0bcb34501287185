package taint

import (
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
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

// places is what is known of each place that a value can be kept in: a variable, a field of it, an object and its
// elements. A place that is in taint with nothing is clean, though what it is part of may not be. value is what the
// places are known to hold, nil where the domain does not ask for that.
type places struct {
	taint map[string]taintSet
	value map[string]value.Value
}

// state is what is known at one point of a function.
type state = *places

func newState(values bool) state {
	s := &places{taint: map[string]taintSet{}}
	if values {
		s.value = map[string]value.Value{}
	}
	return s
}

func (s *places) clone() state { return &places{maps.Clone(s.taint), maps.Clone(s.value)} }

// get looks a place up; a place that is not known is as tainted as what it is part of.
func (s *places) get(key string) taintSet {
	for {
		if m, ok := s.taint[key]; ok {
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
func (s *places) below(key string) (m taintSet) {
	for _, k := range slices.Sorted(maps.Keys(s.taint)) {
		if v := s.taint[k]; len(v) > 0 && partOfPlace(k, key) {
			m = m.union(v)
		}
	}
	return m
}

// set replaces what is known of a place and of its parts.
func (s *places) set(key string, m taintSet) {
	s.forget(key)
	s.taint[key] = m
}

// taints adds to the taint of a place, of which the value is not known any more.
func (s *places) taints(key string, old, more taintSet) {
	if v := s.value[key]; len(more) > 0 && v.Kind != value.Object && v.Kind != value.Shape {
		delete(s.value, key)
	}
	s.taint[key] = old.union(more)
}

// forget drops what is known of a place's value, and all that is known of its parts.
func (s *places) forget(key string) {
	for k := range s.taint {
		if partOfPlace(k, key) {
			delete(s.taint, k)
		}
	}
	for k := range s.value {
		if k == key || partOfPlace(k, key) {
			delete(s.value, k)
		}
	}
}

// partOfPlace reports whether a place is a part of another.
func partOfPlace(k, key string) bool {
	return len(k) > len(key) && k[len(key)] == '.' && strings.HasPrefix(k, key)
}

// maxParts bounds how deep the parts of a place go that are copied.
const maxParts = 5

// copyParts gives a place what is known of another's parts, as where a variable is made another name of an object.
func (s *places) copyParts(to, from string) {
	if strings.HasPrefix(to+".", from+".") || strings.HasPrefix(from+".", to+".") {
		return
	}
	added := map[string]taintSet{}
	for k, v := range s.taint {
		if partOfPlace(k, from) {
			if part := to + k[len(from):]; strings.Count(part, ".") <= maxParts {
				added[part] = v
			}
		}
	}
	for k, v := range added {
		s.taint[k] = v
	}
}

// become makes a state another.
func (s *places) become(o state) {
	s.taint, s.value = maps.Clone(o.taint), maps.Clone(o.value)
}

// known is what a state knows of a place, by what it is part of where nothing else is known.
func (fl *flow) known(key string, s state) taintSet {
	if m, ok := s.taint[key]; ok {
		return m
	}
	return fl.dom.unset(fl, key, s)
}

// join adds what the other branch knows.
func (fl *flow) join(s, o state) (changed bool) {
	o, changed = s.agree(o)
	added := map[string]taintSet{}
	for k, v := range o.taint {
		if _, ok := s.taint[k]; !ok { // as tainted as what it is part of, before that is joined
			old := fl.dom.unset(fl, k, s)
			added[k] = old.union(v)
			changed = changed || len(added[k]) != len(old)
		}
	}
	for k, v := range o.taint {
		if old, ok := s.taint[k]; ok {
			if u := old.union(v); len(u) != len(old) {
				s.taint[k] = u
				changed = true
			}
		}
	}
	for k, v := range s.taint {
		if _, ok := o.taint[k]; !ok {
			if u := v.union(fl.dom.unset(fl, k, o)); len(u) != len(v) {
				s.taint[k] = u
				changed = true
			}
		}
	}
	for k, v := range added {
		s.taint[k] = v
	}
	return changed
}
