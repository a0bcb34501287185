package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/suggest"
	"github.com/drydock/drydock/internal/yamlerr"
)

const maxErrors = 10

// decoder reads YAML nodes and collects what is wrong with them.
type decoder struct {
	path string
	dir  string
	errs []error
}

func (d *decoder) fail(n *yaml.Node, hint, format string, args ...any) {
	if len(d.errs) < maxErrors {
		d.errs = append(d.errs, clierr.Input(d.path, format, args...).At(n.Line, n.Column).WithHint("%s", hint))
	}
}

// root parses the file. It returns nil for an empty one, which is a configuration that says nothing.
func (d *decoder) root(text []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		d.errs = append(d.errs, yamlerr.Explain(d.path, text, err))
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			d.errs = append(d.errs, yamlerr.Explain(d.path, text, err))
		} else {
			d.fail(&more, "Keep one of the two.", "a second document")
		}
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		return nil
	}
	return doc.Content[0]
}

// fields reads a mapping, calling for each key the function that reads its value.
func (d *decoder) fields(n *yaml.Node, of string, readers map[string]func(*yaml.Node)) {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		d.fail(n, "Write one `key: value` on each line.", "%s must be a mapping", of)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		if line, ok := seen[key.Value]; ok {
			d.fail(key, "Keep one of the two.", "%q is already set on line %d", key.Value, line)
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
			d.fail(key, suggest.Hint(key.Value, known, "Known here: "+strings.Join(known, ", ")+"."),
				"%s has no key %q", of, key.Value)
			continue
		}
		if value.ShortTag() != "!!null" {
			read(value)
		}
	}
}

// target follows an alias. The library has refused aliases that contain themselves only while decoding, so that the
// one step taken here is all: an alias to an alias does not exist in YAML.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func (d *decoder) config(c *Config, n *yaml.Node) {
	d.fields(n, "drydock.yaml", map[string]func(*yaml.Node){
		"version": func(n *yaml.Node) {
			if v, err := strconv.Atoi(n.Value); err != nil || v != Version {
				d.fail(n, fmt.Sprintf("Write `version: %d`.", Version),
					"this drydock does not know version %s of the file", quote(n))
			}
		},
		"stacks": func(n *yaml.Node) { d.each(n, "stacks", func(n *yaml.Node) { d.stack(c, n) }) },
		"images": func(n *yaml.Node) { d.each(n, "images", func(n *yaml.Node) { d.image(c, n) }) },
		"groups": func(n *yaml.Node) { d.groups(c, n) },
		"public": func(n *yaml.Node) { c.Public = d.texts(n, "public") },
		"gates":  func(n *yaml.Node) { d.each(n, "gates", func(n *yaml.Node) { d.gate(c, n) }) },
		"access": func(n *yaml.Node) { d.access(&c.Access, n) },
		"policy": func(n *yaml.Node) {
			d.fields(n, "policy", map[string]func(*yaml.Node){
				"failOn": func(n *yaml.Node) {
					s, err := finding.ParseSeverity(n.Value)
					if err != nil {
						d.fail(n, "Use critical, high, medium, low or info.", "%s is no severity", quote(n))
					}
					c.Policy.FailOn = s
				},
				"onlyFixed": func(n *yaml.Node) { c.Policy.OnlyFixed = d.flag(n, "onlyFixed") },
				"efficiency": func(n *yaml.Node) {
					share, err := strconv.ParseFloat(n.Value, 64)
					if err != nil || !(share >= 0 && share <= 1) {
						d.fail(n, "Write a number from 0 to 1, such as 0.95.", "%s is no efficiency", quote(n))
						return
					}
					c.Policy.Efficiency = share
				},
				"allowPartial": func(n *yaml.Node) { c.Policy.AllowPartial = d.flag(n, "allowPartial") },
			})
		},
		"advisories": func(n *yaml.Node) {
			d.fields(n, "advisories", map[string]func(*yaml.Node){
				"from":       func(n *yaml.Node) { c.Advisories.From = d.source(n) },
				"ecosystems": func(n *yaml.Node) { c.Advisories.Ecosystems = d.texts(n, "ecosystems") },
				"maxAge":     func(n *yaml.Node) { c.Advisories.MaxAge = d.age(n) },
			})
		},
	})
}

func (d *decoder) stack(c *Config, n *yaml.Node) {
	var s Stack
	if target(n).Kind == yaml.ScalarNode {
		s.Path = d.file(target(n), "a stack")
		c.Stacks = append(c.Stacks, s)
		return
	}
	var files, envFiles []string
	d.fields(n, "a stack", map[string]func(*yaml.Node){
		"name":     func(n *yaml.Node) { s.Name = d.text(n, "name") },
		"path":     func(n *yaml.Node) { s.Path = d.file(n, "path") },
		"files":    func(n *yaml.Node) { files = d.texts(n, "files") },
		"envFiles": func(n *yaml.Node) { envFiles = d.texts(n, "envFiles") },
	})
	if s.Path == "" {
		if len(files) == 0 {
			d.fail(n, "Give its folder: `path: infra`.", "a stack without a path")
			return
		}
		s.Path = d.dir
	}
	s.Files, s.EnvFiles = below(s.Path, files), below(s.Path, envFiles)
	c.Stacks = append(c.Stacks, s)
}

func below(dir string, names []string) []string {
	var out []string
	for _, f := range names {
		if !filepath.IsAbs(f) {
			f = filepath.Join(dir, f)
		}
		out = append(out, f)
	}
	return out
}

func (d *decoder) image(c *Config, n *yaml.Node) {
	img := Image{Context: d.dir}
	d.fields(n, "an image", map[string]func(*yaml.Node){
		"name":       func(n *yaml.Node) { img.Name = d.text(n, "name") },
		"context":    func(n *yaml.Node) { img.Context = d.file(n, "context") },
		"dockerfile": func(n *yaml.Node) { img.Dockerfile = d.text(n, "dockerfile") },
		"target":     func(n *yaml.Node) { img.Target = d.text(n, "target") },
	})
	if img.Name == "" {
		d.fail(n, "Give the name that `image:` has in the compose file.", "an image without a name")
		return
	}
	c.Images = append(c.Images, img)
}

func (d *decoder) groups(c *Config, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "Write `office: [203.0.113.7/32]`.", "groups must be a mapping of names to addresses")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if _, ok := c.Groups[name.Value]; ok {
			d.fail(name, "Keep one of the two.", "group %q is there twice", name.Value)
			continue
		}
		if _, err := netip.ParseAddr(name.Value); err == nil || !groupName.MatchString(name.Value) {
			d.fail(name, "Use letters, digits, - and _.", "%s cannot be the name of a group", quote(name))
			continue
		}
		var ranges []string
		d.each(target(n.Content[i+1]), "group "+name.Value, func(n *yaml.Node) {
			if _, err := netip.ParsePrefix(n.Value); err != nil {
				if _, err := netip.ParseAddr(n.Value); err != nil {
					d.fail(n, "Write 203.0.113.7, 203.0.113.0/24 or an IPv6 address.", "%s is no address and no range",
						quote(n))
					return
				}
			}
			ranges = append(ranges, n.Value)
		})
		c.Groups[name.Value] = ranges
	}
}

func (d *decoder) access(a *Access, n *yaml.Node) {
	d.fields(n, "access", map[string]func(*yaml.Node){
		"logins":        func(n *yaml.Node) { a.Logins = d.texts(n, "logins") },
		"bouncers":      func(n *yaml.Node) { a.Bouncers = d.texts(n, "bouncers") },
		"traefikConfig": func(n *yaml.Node) { a.TraefikConfig = d.file(n, "traefikConfig") },
	})
	for _, name := range a.Bouncers {
		if slices.Contains(a.Logins, name) {
			d.fail(n, "A login asks for a name; a bouncer lets in whoever it does not know. Keep one of the two.",
				"%q is in `logins` and in `bouncers`", name)
		}
	}
}

var groupName = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]*$`)

var gates = []finding.Gate{finding.GateDockerfile, finding.GateImage, finding.GateRebuild, finding.GateCode,
	finding.GateAccess}

func (d *decoder) gate(c *Config, n *yaml.Node) {
	names := make([]string, len(gates))
	for i, g := range gates {
		if names[i] = string(g); names[i] == n.Value {
			if !slices.Contains(c.Gates, g) {
				c.Gates = append(c.Gates, g)
			}
			return
		}
	}
	d.fail(n, suggest.Hint(n.Value, names, "Gates: "+strings.Join(names, ", ")+"."), "%s is no gate", quote(n))
}

// each reads a list, or one value as a list of one.
func (d *decoder) each(n *yaml.Node, of string, read func(*yaml.Node)) {
	if n.Kind == yaml.ScalarNode {
		read(n)
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "Write each item on a line of its own, after a dash.", "%s must be a list", of)
		return
	}
	for _, it := range n.Content {
		read(target(it))
	}
}

func (d *decoder) texts(n *yaml.Node, of string) []string {
	var out []string
	d.each(n, of, func(n *yaml.Node) {
		if s := d.text(n, of); s != "" {
			out = append(out, s)
		}
	})
	return out
}

func (d *decoder) text(n *yaml.Node, of string) string {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || n.ShortTag() == "!!null" {
		d.fail(n, "Write a text.", "%s must be a text", of)
		return ""
	}
	return n.Value
}

func (d *decoder) flag(n *yaml.Node, of string) bool {
	b, err := strconv.ParseBool(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		d.fail(n, "Write true or false.", "%s must be true or false", of)
	}
	return b
}

// file is a path, made absolute.
func (d *decoder) file(n *yaml.Node, of string) string {
	s := d.text(n, of)
	if s == "" || filepath.IsAbs(s) {
		return s
	}
	return filepath.Join(d.dir, s)
}

// source is a folder or a URL.
func (d *decoder) source(n *yaml.Node) string {
	if strings.HasPrefix(n.Value, "https://") || strings.HasPrefix(n.Value, "http://") {
		return n.Value
	}
	return d.file(n, "from")
}

var days = lazyregexp.New(`^(\d{1,5})([dw])$`)

// age is a time in Go's form (36h), or in days (14d) or weeks (2w).
func (d *decoder) age(n *yaml.Node) time.Duration {
	if m := days.FindStringSubmatch(n.Value); m != nil {
		count, _ := strconv.Atoi(m[1])
		if m[2] == "w" {
			count *= 7
		}
		return time.Duration(count) * 24 * time.Hour
	}
	age, err := time.ParseDuration(n.Value)
	if err != nil || age <= 0 || n.Kind != yaml.ScalarNode {
		d.fail(n, "Write 14d, 2w or 36h.", "%s is no time", quote(n))
		return 0
	}
	return age
}

func quote(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return "this"
	}
	if len(n.Value) > 40 {
		return strconv.Quote(n.Value[:40]) + "..."
	}
	return strconv.Quote(n.Value)
}
