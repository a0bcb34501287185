package rule

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// Bounds on a rule file whose aliases are followed.
const (
	maxDepth = 200
	maxNodes = 5_000_000
)

// nesting walks a document as reading it does, with its aliases followed, and refuses what would not end.
type nesting struct {
	open map[*yaml.Node]bool // anchors that are being followed
	left int
}

// check returns the place and the reason why a node cannot be read, nil if it can.
func (w *nesting) check(n *yaml.Node, depth int) (*yaml.Node, error) {
	if w.left--; w.left < 0 {
		return n, fmt.Errorf("more than %d values once aliases are followed", maxNodes)
	}
	if depth > maxDepth {
		return n, fmt.Errorf("nested more than %d levels deep", maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		if w.open[n.Alias] {
			return n, fmt.Errorf("the alias *%s stands inside what it refers to", n.Value)
		}
		w.open[n.Alias] = true
		defer delete(w.open, n.Alias)
		return w.check(n.Alias, depth+1)
	}
	for _, inner := range n.Content {
		if at, err := w.check(inner, depth+1); err != nil {
			return at, err
		}
	}
	return nil, nil
}
