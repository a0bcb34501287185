// Package syntax parses source code into concrete syntax trees. It is the only package that needs cgo: with
// CGO_ENABLED=0 every grammar reports itself as unavailable and all else still builds.
//
// A tree is one array of small nodes in pre-order, made in a single C call: no pointer a node, no call a node. A
// node is its index; its first child is the next index, and its subtree ends where Next says.
package syntax

import (
	"errors"
	"fmt"
	"time"
)

// Grammar is one of the bundled grammars.
type Grammar int

// The grammars, numbered as in flatten.c. JSON is read by JavaScript's.
const (
	Python Grammar = iota
	JavaScript
	TypeScript
	TSX
	Java
	Go
	PHP
	Ruby
	Bash
	Dockerfile
	YAML
	HTML
	CSS
	grammars
)

var grammarNames = [grammars]string{"python", "javascript", "typescript", "tsx", "java", "go", "php", "ruby", "bash",
	"dockerfile", "yaml", "html", "css"}

// String is the grammar's name, in lower case.
func (g Grammar) String() string {
	if g < 0 || g >= grammars {
		return fmt.Sprintf("grammar %d", int(g))
	}
	return grammarNames[g]
}

// Flags of a node.
const (
	Named    = 1 << iota // not a keyword or a punctuation mark
	Error                // text that the grammar could not place
	Missing              // put in by the parser, has no text
	Extra                // may stand anywhere: a comment
	HasError             // an error or a missing node stands below
)

// Node is one node of a tree; its layout is dd_node's in flatten.h.
type Node struct {
	Start, End uint32 // bytes, the end exclusive
	Next       uint32 // index of the first node after this one's subtree
	Kind       uint16 // symbol of the grammar
	Field      uint16 // field of the parent's rule that this node fills, 0 if none
	Flags      uint8
}

// Is reports whether all the flags are set.
func (n *Node) Is(flags uint8) bool { return n.Flags&flags == flags }

// Tree is a flattened syntax tree. Node 0 is the root. Release it after use: its memory is not Go's.
type Tree struct {
	Grammar Grammar
	Nodes   []Node
	free    func()
}

// Release gives the nodes' memory back. The tree must not be used afterwards. It may be called twice.
func (t *Tree) Release() {
	if t.free != nil {
		t.free()
		t.free, t.Nodes = nil, nil
	}
}

// Limits bound one parse.
type Limits struct {
	Bytes int           // longest source
	Nodes int           // most nodes of a tree
	Time  time.Duration // longest parse, before flattening
}

// DefaultLimits let a source of 8 MiB through and ten seconds. The parser takes up to 130 bytes for each byte of dense
// code.
var DefaultLimits = Limits{Bytes: 8 << 20, Nodes: 6 << 20, Time: 10 * time.Second}

// Errors of Parse. They are wrapped with the bound that was hit.
var (
	ErrUnavailable = errors.New("this build has no syntax trees: it was made without cgo")
	ErrTooLarge    = errors.New("source is too large for a syntax tree")
	ErrTimeout     = errors.New("parsing took too long")
)

// Language describes a grammar's symbols.
type Language struct {
	Symbols []string // name of each symbol
	Named   []bool   // whether it is a named one
	Fields  []string // name of each field, "" at 0
}
