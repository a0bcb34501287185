package traefik

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// maxNodes bounds a file's tree, so that a file of aliases cannot grow without end.
const maxNodes = 200_000

// fileTree reads a Traefik file, YAML (and JSON) or TOML by the name's ending.
func fileTree(name string, data []byte) (*node, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".toml":
		return tomlTree(name, data)
	case ".yml", ".yaml", ".json":
		return yamlTree(name, data)
	}
	return nil, clierr.Input(name, "Traefik reads files that end in .yml, .yaml or .toml only")
}

func tomlTree(name string, data []byte) (*node, error) {
	if err := bounded.TOML(data); err != nil {
		return nil, clierr.InputErr(name, err)
	}
	var m map[string]any
	if _, err := toml.NewDecoder(bytes.NewReader(data)).Decode(&m); err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			// The parser's own message may quote the file, which may be any file that a compose file names.
			return nil, clierr.Input(name, "not TOML").At(pe.Position.Line, pe.Position.Col)
		}
		return nil, clierr.Input(name, "not TOML")
	}
	root := &node{name: "traefik"}
	left := maxNodes
	if err := fillAny(root, m, &left); err != nil {
		return nil, clierr.InputErr(name, err)
	}
	return root, nil
}

// errTwice is a key that stands twice in one mapping, with its place.
type errTwice struct{ line, column int }

func (errTwice) Error() string { return "a key stands twice in one mapping" }

var errTooBig = errors.New("too many settings in one file")

func fillAny(n *node, m map[string]any, left *int) error {
	keys := slices.Sorted(maps.Keys(m))
	for _, k := range keys {
		if *left--; *left < 0 {
			return errTooBig
		}
		c := &node{name: k}
		n.children = append(n.children, c)
		switch v := m[k].(type) {
		case map[string]any:
			if err := fillAny(c, v, left); err != nil {
				return err
			}
		case []map[string]any:
			for i, e := range v {
				ch := &node{name: "[" + strconv.Itoa(i) + "]"}
				c.children = append(c.children, ch)
				if err := fillAny(ch, e, left); err != nil {
					return err
				}
			}
		case []any:
			c.isList = true
			for i, e := range v {
				if em, ok := e.(map[string]any); ok {
					ch := &node{name: "[" + strconv.Itoa(i) + "]"}
					c.children = append(c.children, ch)
					if err := fillAny(ch, em, left); err != nil {
						return err
					}
					continue
				}
				c.list = append(c.list, fmt.Sprint(e))
			}
		default:
			c.value = fmt.Sprint(v)
		}
	}
	return nil
}

func yamlTree(name string, data []byte) (*node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		line := 0
		if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
			line, _ = strconv.Atoi(rest[:strings.IndexFunc(rest+" ", func(r rune) bool { return r < '0' || r > '9' })])
		}
		return nil, clierr.Input(name, "not YAML").At(line, 0).WithHint("The line or one before it is not indented or quoted as YAML asks.")
	}
	root := &node{name: "traefik"}
	if len(doc.Content) == 0 {
		return root, nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return nil, clierr.Input(name, "the file is not a mapping").At(doc.Content[0].Line, doc.Content[0].Column)
	}
	left := maxNodes
	if err := fillYAML(root, doc.Content[0], 0, &left); err != nil {
		if twice := (errTwice{}); errors.As(err, &twice) {
			return nil, clierr.InputErr(name, err).At(twice.line, twice.column).WithHint("Traefik refuses such a file. Keep one of the two.")
		}
		return nil, clierr.InputErr(name, err)
	}
	return root, nil
}

func resolve(y *yaml.Node) *yaml.Node {
	for i := 0; y.Kind == yaml.AliasNode && i < maxDepth; i++ {
		y = y.Alias
	}
	return y
}

func fillYAML(n *node, y *yaml.Node, depth int, left *int) error {
	if depth > 2*maxDepth {
		return errTooBig
	}
	seen := make(map[string]bool, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		if *left--; *left < 0 {
			return errTooBig
		}
		k, v := y.Content[i], resolve(y.Content[i+1])
		if seen[k.Value] && k.Value != "<<" {
			return errTwice{k.Line, k.Column}
		}
		seen[k.Value] = true
		if k.Value == "<<" && k.Tag == "!!merge" {
			if v.Kind == yaml.MappingNode {
				if err := fillYAML(n, v, depth+1, left); err != nil {
					return err
				}
			}
			continue
		}
		if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
			continue // as if it were not there
		}
		c := &node{name: k.Value, line: k.Line}
		n.children = append(n.children, c)
		switch v.Kind {
		case yaml.MappingNode:
			if err := fillYAML(c, v, depth+1, left); err != nil {
				return err
			}
		case yaml.SequenceNode:
			if err := fillSequence(c, v, depth, left); err != nil {
				return err
			}
		default:
			c.value = v.Value
		}
	}
	return nil
}

func fillSequence(c *node, v *yaml.Node, depth int, left *int) error {
	c.isList = true
	for i, e := range v.Content {
		if *left--; *left < 0 {
			return errTooBig
		}
		e = resolve(e)
		if e.Kind == yaml.MappingNode {
			ch := &node{name: "[" + strconv.Itoa(i) + "]", line: e.Line}
			c.children = append(c.children, ch)
			if err := fillYAML(ch, e, depth+1, left); err != nil {
				return err
			}
			continue
		}
		c.list = append(c.list, e.Value)
	}
	return nil
}

// File is one file of the file provider, read.
type File struct {
	Path      string
	Config    *Dynamic    // nil where the file could not be used
	Err       *LabelError // what Traefik would not understand in it
	Broken    bool        // Traefik cannot use it, and with it nothing of the file provider
	Templated bool        // it holds a template, which is not run: what it defines is not fully known
}

// ReadFile reads a file of the file provider. An error means that it is neither YAML nor TOML, in which case the File says that
// it is broken; what Traefik does not understand in it is File.Err. A file with a template in it is read as it stands if that can
// be done.
func ReadFile(name string, data []byte, v Version) (*File, error) {
	f := &File{Path: name, Templated: bytes.Contains(data, []byte("{{"))}
	tree, err := fileTree(name, data)
	if err != nil {
		if f.Templated {
			return f, nil
		}
		f.Broken = true
		return f, err
	}
	tree.keep("http", "tcp", "udp", "tls")
	if err := tree.check(schema(), v, true); err != nil {
		if !f.Templated {
			f.Err, f.Broken = err, true
		}
		return f, nil
	}
	f.Config = dynamicOf(tree, "file", Origin{Container: NoContainer, File: name})
	return f, nil
}

// keep drops the sections at the top of a file that Traefik passes over: all that it does not know.
func (n *node) keep(known ...string) {
	n.children = slices.DeleteFunc(n.children, func(c *node) bool {
		return !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, c.name) })
	})
}
