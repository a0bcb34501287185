package traefik

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed schema.txt
var schemaText string

// kind is what a field holds.
type kind uint8

const (
	kindObject kind = iota
	kindEmpty
	kindMap
	kindList // of objects
	kindString
	kindStrings
	kindBool
	kindInt
	kindDuration
	kindRaw
)

var kinds = map[string]kind{
	"string": kindString, "strings": kindStrings, "bool": kindBool, "int": kindInt, "duration": kindDuration, "empty": kindEmpty, "raw": kindRaw,
}

// field is one place in the configuration's tree of fields.
type field struct {
	kind      kind
	elem      *field // of a map or list
	children  map[string]*field
	from      Version // zero: always there
	until     Version // zero: still there
	fileOnly  bool
	labelOnly bool
}

// schema is the tree that schema.txt describes. Its children are http, tcp, udp and tls.
var schema = sync.OnceValue(func() *field { return parseSchema(schemaText) })

func parseSchema(text string) *field {
	root := &field{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		f := root
		for _, part := range strings.Split(words[0], ".") {
			f = f.child(part)
		}
		if f.kind == kindObject {
			f.kind = kinds[words[1]]
		}
		for _, w := range words[2:] {
			switch {
			case w == "file":
				f.fileOnly = true
			case w == "label":
				f.labelOnly = true
			case strings.HasPrefix(w, ">="):
				f.from = ParseVersion(w[2:])
			case strings.HasPrefix(w, "<"):
				f.until = ParseVersion(w[1:])
			}
		}
	}
	root.inherit()
	return root
}

func (f *field) child(part string) *field {
	switch part {
	case "*", "[]":
		f.kind = kindMap
		if part == "[]" {
			f.kind = kindList
		}
		if f.elem == nil {
			f.elem = &field{}
		}
		return f.elem
	}
	if f.children == nil {
		f.children = map[string]*field{}
	}
	c := f.children[part]
	if c == nil {
		c = &field{}
		f.children[part] = c
	}
	return c
}

// inherit gives an inner field what all fields below it have in common: an object whose every field came with 3.3 came
// with 3.3 itself.
func (f *field) inherit() {
	var below []*field
	if f.elem != nil {
		below = append(below, f.elem)
	}
	for _, c := range f.children {
		below = append(below, c)
	}
	for i, c := range below {
		c.inherit()
		if f.kind != kindObject && f.kind != kindMap && f.kind != kindList {
			continue
		}
		if i == 0 {
			f.from, f.until, f.fileOnly, f.labelOnly = c.from, c.until, c.fileOnly, c.labelOnly
			continue
		}
		if c.from.Before(f.from) {
			f.from = c.from
		}
		if f.until.Known() && (!c.until.Known() || f.until.Before(c.until)) {
			f.until = c.until
		}
		f.fileOnly = f.fileOnly && c.fileOnly
		f.labelOnly = f.labelOnly && c.labelOnly
	}
}

// at is the field below one that a name leads to, nil if there is none.
func (f *field) at(name string) *field {
	if c := f.children[name]; c != nil {
		return c
	}
	return f.elem
}

// in reports whether the field exists in a version. A version that is not known has every field.
func (f *field) in(v Version) bool {
	if !v.Known() {
		return true
	}
	return !v.Before(f.from) && (!f.until.Known() || v.Before(f.until))
}
