package code

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// Step is one station on a taint's way.
type Step struct {
	Start, End uint32
	Text       string
}

// mark is one taint: where it came from and how it got here.
type mark struct {
	src   *hit
	label string
	via   *via
	node  int32 // where the flow of one function is traced: the node that it stands for, from 1
}

// via is a list of the places that a taint passed, the last first.
type via struct {
	start, end uint32
	text       string
	before     *via
	n          int
}

// maxSteps bounds a taint's recorded path.
const maxSteps = 12

func (m mark) step(n *ast.Node, text string) mark {
	if m.via == nil || m.via.n < maxSteps {
		k := 1
		if m.via != nil {
			k = m.via.n + 1
		}
		m.via = &via{start: n.Start, end: n.End, text: text, before: m.via, n: k}
	}
	return m
}

// marks is a set of taints, by source place and label.
type marks []mark

func (a marks) has(m mark) bool {
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

func (a marks) union(b marks) marks {
	out := a
	for _, m := range b {
		if !out.has(m) {
			out = append(out[:len(out):len(out)], m)
		}
	}
	return out
}

func (a marks) hasLabel(l string) bool {
	for _, m := range a {
		if m.label == l {
			return true
		}
	}
	return false
}

// state is what is known of each place a value can be kept in: a variable, a field of it. A place that is there with
// no taint is clean, though what it is part of may not be.
type state map[string]marks

func (s state) clone() state {
	out := make(state, len(s))
	for k, v := range s {
		out[k] = v
	}
	return out
}

// get looks a place up; a place that is not known is as tainted as what it is part of.
func (s state) get(key string) marks {
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
func (s state) below(key string) (m marks) {
	for _, k := range sortedKeys(s) {
		if v := s[k]; len(v) > 0 && len(k) > len(key) && k[len(key)] == '.' && strings.HasPrefix(k, key) {
			m = m.union(v)
		}
	}
	return m
}

// set replaces what is known of a place and of its parts.
func (s state) set(key string, m marks) {
	for k := range s {
		if strings.HasPrefix(k, key) && len(k) > len(key) && k[len(key)] == '.' {
			delete(s, k)
		}
	}
	s[key] = m
}

// join adds what the other branch knows.
func (s state) join(o state) (changed bool) {
	added := state{}
	for k, v := range o {
		if _, ok := s[k]; !ok { // as tainted as what it is part of, before that is joined
			old := s.get(k)
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
			if u := v.union(o.get(k)); len(u) != len(v) {
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
