package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/suggest"
	"github.com/drydock/drydock/internal/yamlread"
)

// decoder reads drydock.yaml.
type decoder struct{ yamlread.Decoder }

func (d *decoder) config(c *Config, n *yaml.Node) {
	d.Fields(n, "drydock.yaml", map[string]func(*yaml.Node){
		"version": func(n *yaml.Node) {
			if v, err := strconv.Atoi(n.Value); err != nil || v != Version {
				d.Fail(n, fmt.Sprintf("Write `version: %d`.", Version),
					"this drydock does not know version %s of the file", yamlread.Quote(n))
			}
		},
		"stacks": func(n *yaml.Node) { d.Each(n, "stacks", func(n *yaml.Node) { d.stack(c, n) }) },
		"images": func(n *yaml.Node) { d.Each(n, "images", func(n *yaml.Node) { d.image(c, n) }) },
		"groups": func(n *yaml.Node) { d.groups(c, n) },
		"public": func(n *yaml.Node) { c.Public = d.Texts(n, "public") },
		"gates":  func(n *yaml.Node) { d.Each(n, "gates", func(n *yaml.Node) { d.gate(c, n) }) },
		"access": func(n *yaml.Node) { d.access(&c.Access, n) },
		"policy": func(n *yaml.Node) {
			d.Fields(n, "policy", map[string]func(*yaml.Node){
				"failOn": func(n *yaml.Node) {
					s, err := finding.ParseSeverity(n.Value)
					if err != nil {
						d.Fail(n, "Use critical, high, medium, low or info.", "%s is no severity", yamlread.Quote(n))
					}
					c.Policy.FailOn = s
				},
				"onlyFixed": func(n *yaml.Node) { c.Policy.OnlyFixed = d.Flag(n, "onlyFixed") },
				"efficiency": func(n *yaml.Node) {
					share, err := strconv.ParseFloat(n.Value, 64)
					if err != nil || !(share >= 0 && share <= 1) {
						d.Fail(n, "Write a number from 0 to 1, such as 0.95.", "%s is no efficiency", yamlread.Quote(n))
						return
					}
					c.Policy.Efficiency = share
				},
				"kinds":        func(n *yaml.Node) { d.Each(n, "kinds", func(n *yaml.Node) { d.kind(c, n) }) },
				"allowPartial": func(n *yaml.Node) { c.Policy.AllowPartial = d.Flag(n, "allowPartial") },
			})
		},
		"advisories": func(n *yaml.Node) {
			d.Fields(n, "advisories", map[string]func(*yaml.Node){
				"from":       func(n *yaml.Node) { c.Advisories.From = d.source(n) },
				"ecosystems": func(n *yaml.Node) { c.Advisories.Ecosystems = d.Texts(n, "ecosystems") },
				"maxAge":     func(n *yaml.Node) { c.Advisories.MaxAge = d.age(n) },
			})
		},
	})
}

// kind reads a kind that counts. Those that always count may be named too.
func (d *decoder) kind(c *Config, n *yaml.Node) {
	k := finding.Kind(n.Value)
	if !slices.Contains(finding.Kinds, k) {
		d.Fail(n, "Use bug or maintainability; vulnerability, secret and hygiene count always.", "%s is no kind of finding",
			yamlread.Quote(n))
		return
	}
	c.Policy.Kinds = append(c.Policy.Kinds, k)
}

func (d *decoder) stack(c *Config, n *yaml.Node) {
	var s Stack
	if yamlread.Target(n).Kind == yaml.ScalarNode {
		s.Path = d.File(yamlread.Target(n), "a stack")
		c.Stacks = append(c.Stacks, s)
		return
	}
	var files, envFiles []string
	d.Fields(n, "a stack", map[string]func(*yaml.Node){
		"name":     func(n *yaml.Node) { s.Name = d.Text(n, "name") },
		"path":     func(n *yaml.Node) { s.Path = d.File(n, "path") },
		"files":    func(n *yaml.Node) { files = d.Texts(n, "files") },
		"envFiles": func(n *yaml.Node) { envFiles = d.Texts(n, "envFiles") },
	})
	if s.Path == "" {
		if len(files) == 0 {
			d.Fail(n, "Give its folder: `path: infra`.", "a stack without a path")
			return
		}
		s.Path = d.Dir
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
	img := Image{Context: d.Dir}
	d.Fields(n, "an image", map[string]func(*yaml.Node){
		"name":       func(n *yaml.Node) { img.Name = d.Text(n, "name") },
		"context":    func(n *yaml.Node) { img.Context = d.File(n, "context") },
		"dockerfile": func(n *yaml.Node) { img.Dockerfile = d.Text(n, "dockerfile") },
		"target":     func(n *yaml.Node) { img.Target = d.Text(n, "target") },
	})
	if img.Name == "" {
		d.Fail(n, "Give the name that `image:` has in the compose file.", "an image without a name")
		return
	}
	c.Images = append(c.Images, img)
}

func (d *decoder) groups(c *Config, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "Write `office: [203.0.113.7/32]`.", "groups must be a mapping of names to addresses")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if _, ok := c.Groups[name.Value]; ok {
			d.Fail(name, "Keep one of the two.", "group %q is there twice", name.Value)
			continue
		}
		if _, err := netip.ParseAddr(name.Value); err == nil || !groupName.MatchString(name.Value) {
			d.Fail(name, "Use letters, digits, - and _.", "%s cannot be the name of a group", yamlread.Quote(name))
			continue
		}
		var ranges []string
		d.Each(yamlread.Target(n.Content[i+1]), "group "+name.Value, func(n *yaml.Node) {
			if _, err := netip.ParsePrefix(n.Value); err != nil {
				if _, err := netip.ParseAddr(n.Value); err != nil {
					d.Fail(n, "Write 203.0.113.7, 203.0.113.0/24 or an IPv6 address.", "%s is no address and no range",
						yamlread.Quote(n))
					return
				}
			}
			ranges = append(ranges, n.Value)
		})
		c.Groups[name.Value] = ranges
	}
}

func (d *decoder) access(a *Access, n *yaml.Node) {
	d.Fields(n, "access", map[string]func(*yaml.Node){
		"logins":        func(n *yaml.Node) { a.Logins = d.Texts(n, "logins") },
		"bouncers":      func(n *yaml.Node) { a.Bouncers = d.Texts(n, "bouncers") },
		"traefikConfig": func(n *yaml.Node) { a.TraefikConfig = d.File(n, "traefikConfig") },
		"checked":       func(n *yaml.Node) { d.Each(n, "checked", func(n *yaml.Node) { d.checked(a, n) }) },
	})
	for _, name := range a.Bouncers {
		if slices.Contains(a.Logins, name) {
			d.Fail(n, "A login asks for a name; a bouncer lets in whoever it does not know. Keep one of the two.",
				"%q is in `logins` and in `bouncers`", name)
		}
	}
}

// checked reads what somebody looked at by hand. Who, and until when that counts, must be said.
func (d *decoder) checked(a *Access, n *yaml.Node) {
	var k Checked
	said, before := false, len(d.Errs)
	d.Fields(n, "an item of checked", map[string]func(*yaml.Node){
		"source": func(n *yaml.Node) { k.Source = d.Text(n, "source") },
		"by":     func(n *yaml.Node) { k.By = d.Text(n, "by") },
		"until":  func(n *yaml.Node) { k.Until = d.day(n) },
		"routes": func(n *yaml.Node) { k.Routes, said = d.checkedRoutes(n), true },
	})
	switch {
	case len(d.Errs) > before:
	case k.Source == "":
		d.Fail(n, "Name the provider or the reverse proxy: `source: redis`.", "an item of checked without a source")
	case !said:
		d.Fail(n, "Write `routes: {app: public}`, or `routes: none`.", "nothing says where %s leads", k.Source)
	case k.By == "":
		d.Fail(n, "Write `by: NAME`.", "nobody answers for what is said of %s", k.Source)
	case k.Until.IsZero():
		d.Fail(n, "Write `until: 2027-06-30`: what is looked at by hand is looked at again.",
			"no day up to which what is said of %s counts", k.Source)
	default:
		a.Checked = append(a.Checked, k)
	}
}

// checkedRoutes reads `none`, or a mapping of services to who may enter.
func (d *decoder) checkedRoutes(n *yaml.Node) []CheckedRoute {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "Write `routes: {app: public}`, or `routes: none`.", "routes must be a mapping of services to "+
			"who may enter")
		return nil
	}
	words := []string{string(finding.ExposurePublic), string(finding.ExposureAuthenticated),
		string(finding.ExposureAllowlisted)}
	var out []CheckedRoute
	for i := 0; i+1 < len(n.Content); i += 2 {
		is := yamlread.Target(n.Content[i+1])
		if !slices.Contains(words, is.Value) {
			d.Fail(is, suggest.Hint(is.Value, words, "Use "+strings.Join(words, ", ")+"."),
				"%s does not say who may enter", yamlread.Quote(is))
			continue
		}
		out = append(out, CheckedRoute{Service: n.Content[i].Value, Access: finding.Exposure(is.Value)})
	}
	return out
}

// day is a date.
func (d *decoder) day(n *yaml.Node) time.Time {
	t, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		d.Fail(n, "Write 2027-06-30.", "%s is no day", yamlread.Quote(n))
	}
	return t
}

var groupName = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]*$`)

var gates = []finding.Gate{finding.GateDockerfile, finding.GateImage, finding.GateRebuild, finding.GateCode,
	finding.GateAccess, finding.GateCompose}

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
	d.Fail(n, suggest.Hint(n.Value, names, "Gates: "+strings.Join(names, ", ")+"."), "%s is no gate", yamlread.Quote(n))
}

// source is a folder or a URL.
func (d *decoder) source(n *yaml.Node) string {
	if strings.HasPrefix(n.Value, "https://") || strings.HasPrefix(n.Value, "http://") {
		return n.Value
	}
	return d.File(n, "from")
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
		d.Fail(n, "Write 14d, 2w or 36h.", "%s is no time", yamlread.Quote(n))
		return 0
	}
	return age
}
