package exposure

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/traefik"
)

// The settings of a login service decide whom it lets in without a login: its flags, its variables, and the file that
// those name.

// setting is one of a program's, under the name that its flag, variable or file gives it.
type setting struct {
	name, value string
	shown       string // the name as it stands there, "" where that is it
	unset       string // the variable without a value on which it depends, "" if there is none
}

// configFile says where a login's own configuration stands.
type configFile struct {
	flags  []string // that name it
	env    string   // likewise
	usual  string   // where it stands where nothing names it, "" if it has none then
	format string   // "toml", "yaml" or "ini"
}

// given are the settings that a service's flags and variables make, and the path of the configuration file that they
// name.
func given(m *Container, file *configFile) (out []setting, name string) {
	s := m.Service
	if file != nil {
		name = file.usual
	}
	for _, e := range s.Environment {
		one := setting{name: e.Name, value: e.Value}
		if !e.Known {
			one.unset = e.Name
		}
		out = append(out, one)
		if file != nil && e.Name == file.env && e.Value != "" {
			name = e.Value
		}
	}
	words := slices.Concat(s.Entrypoint, s.Command)
	for i, word := range words {
		flag, value, ok := strings.Cut(word, "=")
		if !strings.HasPrefix(flag, "-") {
			continue
		}
		if !ok && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
			value = words[i+1]
		}
		one := setting{name: strings.TrimLeft(flag, "-"), value: value, shown: flag}
		if slices.Contains(s.CommandOpen, word) && len(s.CommandUnset) > 0 {
			one.unset = s.CommandUnset[0]
		}
		out = append(out, one)
		if file != nil && slices.Contains(file.flags, one.name) && value != "" {
			name = value
		}
	}
	return out, name
}

// settings are those of a service, with those of its configuration file. unread says why that is not known, with the
// path that the report names.
func (c *builder) settings(m *Container, file *configFile) (out []setting, at, unread string) {
	out, name := given(m, file)
	if name == "" {
		return out, "", ""
	}
	where := c.find(m.Stack, m.Service, path.Clean("/"+name))
	switch {
	case where.state == nothing && name == file.usual:
		return out, "", ""
	case where.state != seen:
		return out, orWord(where.shown, name), orWord(where.why, name+" is in no folder that can be read from here")
	}
	data, err := where.file.read(c.Options.ReadFile)
	if err == nil {
		var more []setting
		if more, err = readSettings(data, file.format); err == nil {
			return append(out, more...), where.file.shown, ""
		}
	}
	return out, where.file.shown, where.file.shown + " cannot be read"
}

// readSettings reads a configuration file as the settings that it makes.
func readSettings(data []byte, format string) ([]setting, error) {
	var out []setting
	content := map[string]any{}
	switch format {
	case "toml":
		if err := bounded.TOML(data); err != nil {
			return nil, err
		}
		if _, err := toml.NewDecoder(bytes.NewReader(data)).Decode(&content); err != nil {
			return nil, err
		}
	case "yaml":
		if err := yaml.Unmarshal(data, &content); err != nil {
			return nil, err
		}
	default:
		for line := range strings.Lines(string(data)) {
			key, value, ok := strings.Cut(line, "=")
			if key = strings.TrimSpace(key); ok && !strings.HasPrefix(key, "#") && !strings.HasPrefix(key, ";") {
				out = append(out, setting{name: key, value: strings.Trim(strings.TrimSpace(value), `"'`)})
			}
		}
	}
	flatten("", content, 0, &out)
	return out, nil
}

// maxSettingDepth bounds how deep a configuration is followed.
const maxSettingDepth = 20

// flatten makes settings of nested values: {vouch: {publicAccess: true}} is vouch_publicAccess. A list is one setting
// for each of its elements, and an element with keys of its own is written in one line.
func flatten(name string, v any, depth int, out *[]setting) {
	if depth > maxSettingDepth {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			flatten(strings.TrimPrefix(name+"_"+key, "_"), v[key], depth+1, out)
		}
	case []any:
		for _, e := range v {
			if inner, ok := e.(map[string]any); ok {
				var line []string
				for _, key := range slices.Sorted(maps.Keys(inner)) {
					line = append(line, fmt.Sprintf("%s=%v", key, inner[key]))
				}
				*out = append(*out, setting{name: name, value: strings.Join(line, "|")})
				continue
			}
			flatten(name, e, depth+1, out)
		}
	case nil:
	default:
		*out = append(*out, setting{name: name, value: fmt.Sprint(v)})
	}
}

// loginRules reads the settings of a known login for whom it lets in without one.
func (c *builder) loginRules(g *Gateway, m *Container, w *traefik.Middleware, known *decider) []setting {
	all, at, unread := c.settings(m, known.config)
	if unread != "" {
		c.input(m.Service, at, report.Partial, unread+": whom "+known.name+" lets in without a login is not "+
			"known; put the "+
			"file where the compose file says, or list "+m.Service.Name+" under `access.logins` in drydock.yaml")
	} else if at != "" {
		c.input(m.Service, at, report.Checked, "")
	}
	if known.skips == nil {
		return all
	}
	rest := all[:0:0]
	var skips []skip
	var networks []string
	for _, s := range all {
		name := strings.ReplaceAll(strings.ToLower(s.name), "_", "-")
		name = strings.TrimPrefix(name, known.skips.prefix)
		switch {
		case s.unset != "" || s.value == "":
			rest = append(rest, s)
		case slices.Contains(known.skips.routes, name):
			for _, one := range strings.Split(s.value, ",") {
				skips = append(skips, readSkip(one))
			}
		case slices.Contains(known.skips.networks, name):
			networks = append(networks, strings.Split(s.value, ",")...)
		default:
			rest = append(rest, s)
		}
	}
	c.skip(g, w, skips, networks)
	return rest
}

// skipNames are the settings by which a login skips routes and networks.
type skipNames struct {
	prefix           string // of its variables
	routes, networks []string
}

// skip is a route on which OAuth2 Proxy asks for no login: "GET=^/api", "POST!=^/", or an expression alone.
type skip struct {
	method string // "" for all
	not    bool   // the expression must not match
	path   *regexp.Regexp
}

var skipParts = regexp.MustCompile("^(?i:([a-z]+))?(!?=)(.*)$")

func readSkip(text string) skip {
	text = strings.TrimSpace(text)
	var s skip
	if p := skipParts.FindStringSubmatch(text); p != nil {
		s.method, s.not, text = strings.ToUpper(p[1]), p[2] == "!=", p[3]
	}
	s.path, _ = regexp.Compile(text) // nil: OAuth2 Proxy does not start with it
	return s
}

// takes reports whether a request is let through. Where OAuth2 Proxy does not believe the proxy in front, it compares
// the path by which it is asked itself.
func (s *skip) takes(uri, method string) bool {
	p, _, _ := strings.Cut(uri, "?")
	return s.path != nil && (s.method == "" || s.method == method) &&
		(s.path.MatchString(p) != s.not || !s.not && s.path.MatchString("/oauth2/auth"))
}

// skip notes on a middleware what its login lets through.
func (c *builder) skip(g *Gateway, w *traefik.Middleware, skips []skip, networks []string) {
	ranges, err := traefik.ParseRanges(networks)
	if len(networks) == 0 || err != nil {
		ranges = &traefik.Ranges{}
	}
	if len(skips) == 0 && len(ranges.Prefixes) == 0 {
		return
	}
	w.Exempts = func(_, uri, method string, from netip.Addr) bool {
		return ranges.Contains(from) || slices.ContainsFunc(skips, func(s skip) bool { return s.takes(uri, method) })
	}
	known := samples{networks: ranges.Prefixes}
	for _, s := range skips {
		if s.method != "" && !slices.Contains(known.methods, s.method) {
			known.methods = append(known.methods, s.method)
		}
		if s.path == nil || s.not {
			continue
		}
		p := traefik.Sample(s.path)
		known.paths = append(known.paths, "/"+strings.TrimPrefix(p, "/"))
	}
	g.exempt[w.Name] = known
}
