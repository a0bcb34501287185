package stack

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/yamlerr"
)

// Bounds of what is read. A host with 200 services has some 6,000 nodes.
const (
	maxFile  = 8 << 20 // bytes of one compose file
	maxNodes = 400_000 // nodes of one file after aliases: a few lines of YAML can stand for billions
	maxDepth = 100
)

// parser turns one file into nodes.
type parser struct {
	unit    *unit
	env     lookup
	left    *int                // nodes
	putIn   *int                // bytes that variables may still put in
	aliased map[*yaml.Node]bool // targets of aliases
	open    map[*yaml.Node]bool // aliases being followed
	missing func(name string, loc finding.Location)
	problem func(*clierr.Error)
}

// readSource reads a compose file.
func readSource(path, rel string) (lines, error) {
	text, err := bounded.ReadFile(path, maxFile)
	switch {
	case errors.Is(err, bounded.ErrTooLarge):
		return lines{}, clierr.Input(rel, "too large for a compose file: at most %d MB are read", maxFile>>20).
			WithHint("Check that this is the compose file and not data beside it.")
	case err != nil:
		return lines{}, clierr.InputErr(rel, reasonOf(err)).WithHint("Name a compose file, or a folder that holds one.")
	}
	return newLines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), nil
}

// reasonOf is the cause alone: the path stands before it already.
func reasonOf(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// documents reads every YAML document of the unit's source.
func (p *parser) documents() ([]*node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(p.unit.src.text))
	var docs []*node
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, yamlerr.Explain(p.unit.rel, p.unit.src.text, err)
		}
		p.aliased, p.open = map[*yaml.Node]bool{}, map[*yaml.Node]bool{}
		p.findAliases(&doc)
		if len(doc.Content) == 0 {
			continue
		}
		n, err := p.convert(doc.Content[0], 0, false)
		if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
}

func (p *parser) findAliases(n *yaml.Node) {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		p.aliased[n.Alias] = true
	}
	for _, c := range n.Content {
		p.findAliases(c)
	}
}

func (p *parser) fail(n *yaml.Node, format string, args ...any) *clierr.Error {
	return clierr.Input(p.unit.rel, format, args...).At(n.Line, n.Column)
}

func (p *parser) convert(y *yaml.Node, depth int, shared bool) (*node, error) {
	if *p.left--; *p.left < 0 {
		return nil, p.fail(y, "more than %d values once aliases are followed", maxNodes).
			WithHint("Anchors that repeat anchors multiply: write the repeated parts once.")
	}
	if depth > maxDepth {
		return nil, p.fail(y, "nested more than %d levels deep", maxDepth).WithHint("No compose file needs that: check what made it.")
	}
	if y.Kind == yaml.AliasNode {
		return p.follow(y, depth)
	}
	n := &node{
		unit:   p.unit,
		loc:    finding.Location{Path: p.unit.rel, Line: y.Line, Column: y.Column},
		shared: shared || p.aliased[y],
	}
	n.reset, n.override = y.Tag == "!reset", y.Tag == "!override"
	switch y.Kind {
	case yaml.ScalarNode:
		return n, p.scalar(n, y)
	case yaml.SequenceNode:
		n.kind = listKind
		n.items = make([]*node, 0, len(y.Content))
		for _, c := range y.Content {
			it, err := p.convert(c, depth+1, n.shared)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, it)
		}
		return n, nil
	case yaml.MappingNode:
		n.kind = mapKind
		return n, p.mapping(n, y, depth)
	}
	return nil, p.fail(y, "unexpected YAML")
}

func (p *parser) follow(y *yaml.Node, depth int) (*node, error) {
	if p.open[y.Alias] {
		return nil, p.fail(y, "the alias *%s stands inside what it refers to", y.Value).WithHint("Break the circle: refer to another anchor.")
	}
	p.open[y.Alias] = true
	defer delete(p.open, y.Alias)
	return p.convert(y.Alias, depth+1, true)
}

// scalar fills in a scalar: strings get their variables put in, everything else is rendered as Compose renders it.
func (p *parser) scalar(n *node, y *yaml.Node) error {
	switch {
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style = single
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style = double
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		n.style = block
	}
	p.unit.src.span(&n.loc, n.style, y.Value)
	n.raw = y.Value
	tag := y.ShortTag()
	if tag == "!!null" && !n.reset && !n.override {
		n.kind, n.raw = nullKind, ""
		return nil
	}
	n.kind = scalarKind
	if tag == "!!int" || tag == "!!float" || tag == "!!bool" || tag == "!!timestamp" {
		var v any
		if y.Decode(&v) == nil {
			n.text = fmt.Sprint(v)
			return nil
		}
	}
	n.str = true
	sub := substitute(y.Value, p.env)
	if *p.putIn -= maxPutIn - sub.left; sub.over || *p.putIn < 0 {
		return p.fail(y, "the variables put in too much text: at most %d MB in one value", maxPutIn>>20).
			WithHint("Look for a variable with a very long value.")
	}
	n.text, n.unset = sub.text, sub.unset
	for _, name := range sub.unset {
		p.missing(name, n.loc)
	}
	if sub.bad {
		p.problem(clierr.Input(n.loc.Path, "`${` that begins no variable").At(n.loc.Line, n.loc.Column).
			WithHint("Write `$${` if it is meant as text: Docker Compose refuses the file as it is."))
	}
	return nil
}

// mapping fills in a mapping. What a merge key brings comes after the mapping's own keys, and only where it has none of
// that name.
func (p *parser) mapping(n *node, y *yaml.Node, depth int) error {
	n.keys = make([]entry, 0, len(y.Content)/2)
	seen := make(map[string]int, len(y.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			return p.fail(k, "a key that is not a word").WithHint("Keys of a compose file are plain words.")
		}
		if line, dup := seen[k.Value]; dup {
			return p.fail(k, "key %q is already defined on line %d", k.Value, line).WithHint("Keep one of the two: YAML allows each key once.")
		}
		seen[k.Value] = k.Line
		if k.ShortTag() == "!!merge" {
			merges = append(merges, v)
			continue
		}
		val, err := p.convert(v, depth+1, n.shared)
		if err != nil {
			return err
		}
		loc := finding.Location{Path: p.unit.rel, Line: k.Line, Column: k.Column}
		st := plain
		switch {
		case k.Style&yaml.SingleQuotedStyle != 0:
			st = single
		case k.Style&yaml.DoubleQuotedStyle != 0:
			st = double
		}
		p.unit.src.span(&loc, st, k.Value)
		n.keys = append(n.keys, entry{name: k.Value, loc: loc, val: val})
	}
	for _, m := range merges {
		if err := p.merge(n, m, depth, true); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) merge(n *node, y *yaml.Node, depth int, lists bool) error {
	target := y
	if y.Kind == yaml.AliasNode {
		target = y.Alias
	}
	switch {
	case target.Kind == yaml.MappingNode:
		from, err := p.convert(y, depth+1, true)
		if err != nil {
			return err
		}
		for _, e := range from.keys {
			switch old := n.entry(e.name); {
			case old == nil:
				n.add(e)
			case old.val.reset: // which takes away what other files have, and not what is merged here
				e.val.override = true
				*old = e
			}
		}
		return nil
	case target.Kind == yaml.SequenceNode && lists:
		for _, c := range target.Content {
			if err := p.merge(n, c, depth, false); err != nil {
				return err
			}
		}
		return nil
	}
	return p.fail(y, "a merge key (<<) needs a mapping or a list of mappings").WithHint("Point it to an anchor of a mapping: `<<: *name`.")
}
