package edit

import (
	"bytes"
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/finding"
)

// insertion is an edit that adds whole lines behind a line, in the file's own line ends.
func insertion(data []byte, loc finding.Location, after int, lines []string) (finding.Edit, error) {
	eol := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		eol = "\r\n"
	}
	e := finding.Edit{Location: finding.Location{Path: loc.Path, Line: after + 1, Column: 1, EndLine: after + 1,
		EndColumn: 1}}
	at, err := finding.Offset(data, after+1, 1)
	if err != nil {
		return e, err
	}
	text := strings.Join(lines, eol) + eol
	if at == len(data) && len(data) > 0 && data[len(data)-1] != '\n' {
		text = eol + strings.TrimSuffix(text, eol)
	}
	e.NewText = text
	return e, nil
}

// sourceLine is a line's text without its end.
func sourceLine(data []byte, line int) (string, error) {
	from, err := finding.Offset(data, line, 1)
	if err != nil {
		return "", err
	}
	rest := data[from:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSuffix(string(rest), "\r"), nil
}

// sourceText is what stands in a span.
func sourceText(data []byte, loc finding.Location) (string, error) {
	from, err := finding.Offset(data, loc.Line, loc.Column)
	if err != nil {
		return "", err
	}
	to, err := finding.Offset(data, loc.EndLine, loc.EndColumn)
	if err != nil || to < from {
		return "", errors.New("the span is not in the file")
	}
	return string(data[from:to]), nil
}

// yamlOf reads the tree of a compose file's bytes: the independent judge of an edit.
func yamlOf(data []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, errors.New("the file is not one YAML document")
	}
	return &doc, nil
}

// cutPairs takes the labels out of a tree, so that the rest can be compared, and returns them: an item of a list as its
// text, an entry of a mapping as key and value.
func cutPairs(labels *yaml.Node) [][2]string {
	if labels == nil {
		return nil
	}
	var out [][2]string
	switch labels.Kind {
	case yaml.SequenceNode:
		for _, e := range labels.Content {
			out = append(out, [2]string{e.Value})
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(labels.Content); i += 2 {
			out = append(out, [2]string{labels.Content[i].Value, labels.Content[i+1].Value})
		}
	}
	labels.Content = nil
	return out
}

func find(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// sameTree compares two YAML trees, comments and order included, places not.
func sameTree(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor ||
		len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.AliasNode {
		return true // the anchor is compared where it stands
	}
	for i := range a.Content {
		if !sameTree(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
