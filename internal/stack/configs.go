package stack

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/finding"
)

// Config is a file that compose puts into a container from its top-level `configs` or `secrets`.
type Config struct {
	Target  string // path in the container
	File    string // file on this machine that it comes from, "" if it is none
	Content string // where it stands in the compose file itself; never shown
	// ContentLine is the line of the compose file before the content's first, 0 where it is not written as a block of lines.
	ContentLine int
	Known       bool // false: external, from a variable, or defined nowhere
	// Location is that of the service's own line.
	Location finding.Location
}

// configs reads a service's `configs` or `secrets` with what the top level says of each. folder is where one stands that names no
// target.
func (d *decoder) configs(n *node, kind, folder string) []Config {
	var out []Config
	top := d.top.get(kind)
	for _, it := range d.list(kind, n.get(kind)) {
		c := Config{Location: it.loc}
		name := it.value()
		if it.kind == mapKind {
			name, c.Target = it.get("source").value(), it.get("target").value()
		}
		if c.Target == "" {
			c.Target = name
		}
		if !path.IsAbs(c.Target) {
			c.Target = path.Join(folder, c.Target)
		}
		def := top.get(name)
		switch file, content := def.get("file"), def.get("content"); {
		case file != nil && len(file.unset) == 0 && file.value() != "":
			c.File, c.Known = resolve(file.unit.base, file.value()), true
		case content != nil && len(content.unset) == 0:
			c.Content, c.Known = content.value(), true
			if strings.Contains(c.Content, "\n") && content.loc.EndLine != content.loc.Line {
				c.ContentLine = content.loc.Line
			}
		}
		out = append(out, c)
	}
	return out
}

// aliases are the further names under which a service's networks know it.
func (d *decoder) aliases(n *node) []string {
	var out []string
	for _, e := range keysOf(n.get("networks")) {
		out = append(out, texts(d.list("aliases", e.val.get("aliases")))...)
	}
	return out
}
