package traefik

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// maxDepth bounds the tree: no field of Traefik's lies deeper, and a hostile label must not cost a deep recursion.
const maxDepth = 24

// node is a part of the configuration as written: a label's path or a file's key.
type node struct {
	name     string
	value    string
	list     []string // a file's list of plain values
	isList   bool
	key      string // the whole label's key, where the value came from a label
	line     int    // in a file
	children []*node
	off      bool // an object switched off by its value (tls=false), or a field that labels may not set
	index    map[string]*node
}

// indexed is the number of children from which they are looked up by an index: a host may have thousands of routers.
const indexed = 16

func (n *node) child(name string) *node {
	if len(n.children) < indexed {
		for _, c := range n.children {
			if strings.EqualFold(c.name, name) {
				return c
			}
		}
		return nil
	}
	if len(n.index) != len(n.children) {
		n.index = make(map[string]*node, 2*len(n.children))
		for _, c := range n.children {
			if k := strings.ToLower(c.name); n.index[k] == nil {
				n.index[k] = c
			}
		}
	}
	return n.index[strings.ToLower(name)]
}

// add appends a child.
func (n *node) add(c *node) {
	n.children = append(n.children, c)
	if k := strings.ToLower(c.name); n.index != nil && n.index[k] == nil {
		n.index[k] = c
	}
}

// at walks down by names; nil where nothing stands or where it is switched off.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		if n == nil || n.off {
			return nil
		}
		n = n.child(name)
	}
	if n == nil || n.off {
		return nil
	}
	return n
}

// text is a plain value, "" where it is absent.
func (n *node) text(names ...string) string {
	if c := n.at(names...); c != nil {
		return c.value
	}
	return ""
}

func (n *node) truth(names ...string) bool {
	b, _ := strconv.ParseBool(n.text(names...))
	return b
}

func (n *node) number(names ...string) int {
	i, _ := strconv.Atoi(n.text(names...))
	return i
}

// strings is a list: of a file as it stands, of a label split at commas and trimmed. An index below it ("x[0]=") sets nothing.
func (n *node) strings(names ...string) []string {
	c := n.at(names...)
	if c == nil {
		return nil
	}
	if c.isList {
		return c.list
	}
	return splitList(c.value)
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// keys are the labels' keys at and below the node, in order.
func (n *node) keys() []string {
	var out []string
	if n.key != "" {
		out = append(out, n.key)
	}
	for _, c := range n.children {
		out = append(out, c.keys()...)
	}
	return out
}

// LabelError is why Traefik drops a container: one label that it cannot decode takes all others with it.
type LabelError struct {
	Key   string // the label's key; "" where no single label is to blame
	Field string // the part that was not understood
	Kind  LabelErrorKind
	Msg   string
	Since Version // the field exists from this version on, later than the one that runs
	Until Version // the field existed up to, not in, this version
	line  int     // in a file
}

// LabelErrorKind sorts the ways in which a label cannot be decoded.
type LabelErrorKind int

// The kinds.
const (
	UnknownField LabelErrorKind = iota // no such field, or a value of the wrong type
	BadRoot                            // the key's first part is not exactly "traefik"
	BadValue                           // a value that is no number, bool or duration
	BadService                         // labels that do not make a service
	PortMissing                        // no port is known to which a service's requests could go
)

func (e *LabelError) Error() string { return e.Msg }

// labelTree makes a tree of the labels whose key starts with one of the prefixes, in any letter case. It works as Traefik does:
// keys sorted, names compared without case and kept as first met, an index split from its name.
func labelTree(labels map[string]string, prefixes ...string) (*node, *LabelError) {
	var keys []string
	for k := range labels {
		for _, p := range prefixes {
			if len(k) >= len(p) && strings.EqualFold(k[:len(p)], p) {
				keys = append(keys, k)
				break
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	sort.Strings(keys)
	root := &node{name: "traefik"}
	for _, key := range keys {
		parts := strings.Split(key, ".")
		if parts[0] != "traefik" {
			return nil, &LabelError{Key: key, Field: parts[0], Kind: BadRoot, Msg: "invalid label root " + parts[0]}
		}
		if len(parts) > maxDepth {
			return nil, &LabelError{Key: key, Kind: UnknownField, Msg: "the label has too many parts"}
		}
		n := root
		for _, p := range parts[1:] {
			names, bad := splitIndex(p)
			if bad != "" {
				return nil, &LabelError{Key: key, Field: p, Kind: UnknownField, Msg: bad + ": " + key}
			}
			for _, name := range names {
				c := n.child(name)
				if c == nil {
					c = &node{name: name}
					n.add(c)
				}
				n = c
			}
		}
		n.value, n.key = labels[key], key
	}
	return root, nil
}

// splitIndex splits "domains[0]" into its two parts.
func splitIndex(p string) (names []string, bad string) {
	switch {
	case p == "":
		return nil, "invalid element"
	case p[0] == '[':
		return nil, "invalid leading character '['"
	case strings.HasSuffix(p, "]"):
		i := strings.IndexByte(p, '[')
		if i < 0 {
			return nil, "a ']' without its '['"
		}
		return []string{p[:i], p[i:]}, ""
	}
	return []string{p}, ""
}

// check holds a tree against the schema and switches off what Traefik passes over. The first thing that Traefik does not
// understand is the error.
func (n *node) check(f *field, v Version, file bool) *LabelError {
	for _, c := range n.children {
		if err := c.checkField(f, v, file); err != nil {
			return err
		}
	}
	return nil
}

// firstKey is a label at or below the node, for the place of an error.
func (n *node) firstKey() string {
	if k := n.keys(); len(k) > 0 {
		return k[0]
	}
	return ""
}

func (n *node) unknown(msg string) *LabelError {
	return &LabelError{Key: n.firstKey(), Field: n.name, Kind: UnknownField, Msg: msg, line: n.line}
}

func (n *node) checkField(parent *field, v Version, file bool) *LabelError {
	f := parent.children[strings.ToLower(n.name)]
	if f == nil {
		return n.unknown("field not found, node: " + n.name)
	}
	if !f.in(v) {
		err := n.unknown(fmt.Sprintf("field not found, node: %s (in Traefik %s)", n.name, v))
		err.Since, err.Until = f.from, f.until
		return err
	}
	if file && f.labelOnly {
		return n.unknown("field not found, node: " + n.name)
	}
	if !file && f.fileOnly {
		// A list that labels write in another form is no field of theirs; all else is passed over without a word.
		if strings.EqualFold(n.name, "servers") {
			return n.unknown("field not found, node: " + n.name)
		}
		// Read and passed over: what stands below must be known all the same, whatever its value.
		n.off = true
		if err := n.checkKind(f, v, file); err != nil && err.Kind != BadValue {
			return err
		}
		return nil
	}
	return n.checkKind(f, v, file)
}

func (n *node) checkKind(f *field, v Version, file bool) *LabelError {
	switch f.kind {
	case kindRaw:
		return nil
	case kindObject, kindEmpty, kindMap:
		if len(n.children) == 0 && f.kind != kindEmpty {
			return n.unknown(n.name + " cannot be a standalone element")
		}
		if f.kind == kindEmpty && n.value != "" && !strings.EqualFold(n.value, "true") {
			n.off = true
		}
		if f.kind != kindMap {
			return n.check(f, v, file)
		}
		for _, c := range n.children {
			if err := c.checkElem(f.elem, v, file); err != nil {
				return err
			}
		}
		return nil
	case kindList:
		for _, c := range n.children {
			if err := c.check(f.elem, v, file); err != nil {
				return err
			}
		}
		return nil
	case kindStrings:
		for _, c := range n.children {
			if len(c.children) > 0 {
				return c.unknown("field not found, node: " + c.children[0].name)
			}
		}
		return nil
	}
	if len(n.children) > 0 {
		return n.unknown("invalid node " + n.name)
	}
	return n.checkValue(f)
}

// checkElem checks an entry of a map: an object may be empty there.
func (n *node) checkElem(f *field, v Version, file bool) *LabelError {
	switch f.kind {
	case kindRaw:
		return nil
	case kindObject, kindEmpty:
		return n.check(f, v, file)
	case kindMap:
		for _, c := range n.children {
			if err := c.checkElem(f.elem, v, file); err != nil {
				return err
			}
		}
		return nil
	}
	return n.checkValue(f)
}

func (n *node) checkValue(f *field) *LabelError {
	var err error
	switch f.kind {
	case kindBool:
		_, err = strconv.ParseBool(n.value)
	case kindInt:
		_, err = strconv.ParseInt(n.value, 10, 64)
	case kindDuration:
		if _, err = strconv.ParseInt(n.value, 10, 64); err != nil {
			_, err = time.ParseDuration(n.value)
		}
	}
	if err != nil {
		return &LabelError{Key: n.key, Field: n.name, Kind: BadValue, Msg: fmt.Sprintf("%s takes a %s", n.name, valueWord[f.kind]), line: n.line}
	}
	return nil
}

var valueWord = map[kind]string{kindBool: "bool (true or false)", kindInt: "whole number", kindDuration: "duration"}
