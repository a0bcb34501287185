package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
)

// A compose file is read into a tree of nodes that keep their place, so that what Docker Compose merges away (which
// file a value came from, a label that stands twice, which variable had no value) is still there when a finding needs
// it. The tree is what YAML means after aliases and merge keys, with variables put in.

type kind uint8

const (
	nullKind kind = iota
	scalarKind
	listKind
	mapKind
)

func (k kind) String() string {
	return [...]string{"nothing", "a value", "a list", "a mapping"}[k]
}

// unit is one reading of one file: the same file read for two projects has two units, since variables differ.
type unit struct {
	path string // absolute
	rel  string // as findings show it
	base string // folder that its relative paths start from
	home string // folder of the project, or of the include, that the file was read for
	src  lines
}

// at is the unit with relative paths that start elsewhere.
func (u *unit) at(dir string) *unit {
	moved := *u
	moved.base = dir
	return &moved
}

type node struct {
	kind  kind
	raw   string   // scalar: the text before variables were put in
	text  string   // scalar: the text as Compose renders it
	str   bool     // scalar: YAML takes it for a string, not a number or a boolean
	unset []string // scalar: variables without a value
	items []*node
	keys  []entry
	index map[string]int // of keys, once there are many
	parts []*node        // lists of key=value merged from several places, the later ones winning
	loc   finding.Location
	unit  *unit
	style style

	shared   bool // reached through an alias, a merge key, extends or include, or the target of one
	reset    bool // !reset: takes away what was merged so far
	override bool // !override: replaces what was merged so far
}

type entry struct {
	name string
	loc  finding.Location
	val  *node
}

// get returns the value of a key, nil where n is nil, no mapping, or has no such key.
func (n *node) get(name string) *node {
	if e := n.entry(name); e != nil {
		return e.val
	}
	return nil
}

func (n *node) entry(name string) *entry {
	if n == nil {
		return nil
	}
	if len(n.keys) > 16 {
		if n.index == nil {
			n.index = make(map[string]int, len(n.keys))
			for i := range n.keys {
				n.index[n.keys[i].name] = i
			}
		}
		if i, ok := n.index[name]; ok {
			return &n.keys[i]
		}
		return nil
	}
	for i := range n.keys {
		if n.keys[i].name == name {
			return &n.keys[i]
		}
	}
	return nil
}

// set replaces the value of a key, or adds the key at the end.
func (n *node) set(e entry) {
	if old := n.entry(e.name); old != nil {
		*old = e
		return
	}
	n.add(e)
}

// add adds a key that the mapping does not have.
func (n *node) add(e entry) {
	if n.index != nil {
		n.index[e.name] = len(n.keys)
	}
	n.keys = append(n.keys, e)
}

func (n *node) remove(name string) {
	n.keys = slices.DeleteFunc(n.keys, func(e entry) bool { return e.name == name })
	n.index = nil
}

// value is the text of a scalar, "" for everything else.
func (n *node) value() string {
	if n == nil {
		return ""
	}
	return n.text
}

func (n *node) isTrue() bool {
	if n == nil || n.kind != scalarKind {
		return false
	}
	switch strings.ToLower(n.text) {
	case "true", "1", "yes", "y", "on", "t":
		return true
	}
	return false
}

// clone copies the tree, marking every node as shared where share is set. Scalars are copied too: a mark must not reach
// the original.
func (n *node) clone(share bool) *node {
	if n == nil {
		return nil
	}
	c := *n
	c.index = nil
	c.shared = n.shared || share
	c.items = make([]*node, len(n.items))
	for i, it := range n.items {
		c.items[i] = it.clone(share)
	}
	c.parts = make([]*node, len(n.parts))
	for i, p := range n.parts {
		c.parts[i] = p.clone(share)
	}
	c.keys = make([]entry, len(n.keys))
	for i, e := range n.keys {
		c.keys[i] = entry{name: e.name, loc: e.loc, val: e.val.clone(share)}
	}
	return &c
}

// size is the number of nodes of the tree.
func (n *node) size() int {
	if n == nil {
		return 0
	}
	total := 1
	for _, it := range n.items {
		total += it.size()
	}
	for _, p := range n.parts {
		total += p.size()
	}
	for _, e := range n.keys {
		total += e.val.size()
	}
	return total
}

// share marks the tree in place.
func (n *node) share() {
	if n == nil {
		return
	}
	n.shared = true
	for _, it := range n.items {
		it.share()
	}
	for _, p := range n.parts {
		p.share()
	}
	for _, e := range n.keys {
		e.val.share()
	}
}

// settle takes out what `!reset` marks, and the marks of `!override`: they have done their work.
func (n *node) settle() {
	if n == nil {
		return
	}
	n.override = false
	for _, p := range n.parts {
		p.settle()
	}
	keys := n.keys[:0]
	for _, e := range n.keys {
		if e.val != nil && e.val.reset {
			continue
		}
		e.val.settle()
		keys = append(keys, e)
	}
	n.keys, n.index = keys, nil
	items := n.items[:0]
	for _, it := range n.items {
		if it.reset {
			continue
		}
		it.settle()
		items = append(items, it)
	}
	n.items = items
}

// meaning writes the tree so that two of them read the same exactly where they mean the same: a relative path does not,
// if it starts elsewhere.
func (n *node) meaning() string {
	var b strings.Builder
	n.writeMeaning(&b)
	return b.String()
}

func (n *node) writeMeaning(b *strings.Builder) {
	if n == nil {
		return
	}
	fmt.Fprintf(b, "%d%t%q", n.kind, n.str, n.text)
	if n.kind == scalarKind && n.unit != nil && strings.HasPrefix(n.text, ".") {
		fmt.Fprintf(b, "%q", n.unit.base)
	}
	for _, list := range [][]*node{n.items, n.parts} {
		b.WriteByte('[')
		for _, it := range list {
			it.writeMeaning(b)
		}
		b.WriteByte(']')
	}
	keys := slices.Clone(n.keys)
	slices.SortFunc(keys, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range keys {
		fmt.Fprintf(b, "%q:", e.name)
		e.val.writeMeaning(b)
	}
}
