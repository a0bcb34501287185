// Package yamlread reads the YAML files that people write for drydock (drydock.yaml, waivers): each key is checked, and
// what is wrong is told with its place and what to write instead.
package yamlread

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/suggest"
	"github.com/drydock/drydock/internal/yamlerr"
)

// MaxErrors is how many mistakes of a file are told.
const MaxErrors = 10

// Decoder reads YAML nodes and collects what is wrong with them.
type Decoder struct {
	Path string // of the file, for errors
	Dir  string // that relative paths in the file start at
	Errs []error
}

// Fail notes that something is wrong at a node; hint says what to write. At most ten are kept.
func (d *Decoder) Fail(n *yaml.Node, hint, format string, args ...any) {
	if len(d.Errs) < MaxErrors {
		d.Errs = append(d.Errs, clierr.Input(d.Path, format, args...).At(n.Line, n.Column).WithHint("%s", hint))
	}
}

// Root parses a file of one document. It returns nil for an empty one, which is a configuration that says nothing.
func (d *Decoder) Root(text []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		d.Errs = append(d.Errs, yamlerr.Explain(d.Path, text, err))
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			d.Errs = append(d.Errs, yamlerr.Explain(d.Path, text, err))
		} else {
			d.Fail(&more, "Keep one of the two.", "a second document")
		}
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		return nil
	}
	return doc.Content[0]
}

// Fields reads a mapping, calling for each key the function that reads its value.
func (d *Decoder) Fields(n *yaml.Node, of string, readers map[string]func(*yaml.Node)) {
	n = Target(n)
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "Write one `key: value` on each line.", "%s must be a mapping", of)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], Target(n.Content[i+1])
		if line, ok := seen[key.Value]; ok {
			d.Fail(key, "Keep one of the two.", "%q is already set on line %d", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		read, ok := readers[key.Value]
		if !ok {
			var known []string
			for k := range readers {
				known = append(known, k)
			}
			slices.Sort(known)
			d.Fail(key, suggest.Hint(key.Value, known, "Known here: "+strings.Join(known, ", ")+"."),
				"%s has no key %q", of, key.Value)
			continue
		}
		if value.ShortTag() != "!!null" {
			read(value)
		}
	}
}

// Target follows an alias. The library has refused aliases that contain themselves only while decoding, so that the
// one step taken here is all: an alias to an alias does not exist in YAML.
func Target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// Each reads a list, or one value as a list of one.
func (d *Decoder) Each(n *yaml.Node, of string, read func(*yaml.Node)) {
	if n.Kind == yaml.ScalarNode {
		read(n)
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.Fail(n, "Write each item on a line of its own, after a dash.", "%s must be a list", of)
		return
	}
	for _, it := range n.Content {
		read(Target(it))
	}
}

// Texts reads a list of texts, or one text as a list of one; of names it in errors.
func (d *Decoder) Texts(n *yaml.Node, of string) []string {
	var out []string
	d.Each(n, of, func(n *yaml.Node) {
		if s := d.Text(n, of); s != "" {
			out = append(out, s)
		}
	})
	return out
}

// Text reads a text that is not empty; "" where the node holds none, which is noted.
func (d *Decoder) Text(n *yaml.Node, of string) string {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || n.ShortTag() == "!!null" {
		d.Fail(n, "Write a text.", "%s must be a text", of)
		return ""
	}
	return n.Value
}

// Flag reads true or false.
func (d *Decoder) Flag(n *yaml.Node, of string) bool {
	b, err := strconv.ParseBool(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		d.Fail(n, "Write true or false.", "%s must be true or false", of)
	}
	return b
}

// File reads a path and makes it absolute: it starts at the Decoder's folder.
func (d *Decoder) File(n *yaml.Node, of string) string {
	s := d.Text(n, of)
	if s == "" || filepath.IsAbs(s) {
		return s
	}
	return filepath.Join(d.Dir, s)
}

// Quote is what a node says, for an error: short, and never more than one value.
func Quote(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return "this"
	}
	if len(n.Value) > 40 {
		return strconv.Quote(n.Value[:40]) + "..."
	}
	return strconv.Quote(n.Value)
}
