package stack

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// project reads one compose project.
func (h *hostReader) project(ctx context.Context, p Project) (*Stack, error) {
	env := h.opts.Env
	if len(p.EnvFiles) > 0 {
		for _, f := range p.EnvFiles {
			if _, err := os.Stat(f); err != nil {
				return nil, clierr.InputErr(f, reasonOf(err)).WithHint("Name an env file that can be read.")
			}
		}
		env = h.withEnvFiles(env, p.EnvFiles)
	} else {
		env = h.withEnvFiles(env, []string{filepath.Join(p.Dir, ".env")})
	}
	s := &Stack{Dir: p.Dir, Networks: map[string]Network{}}
	nameNow := func() string { return s.Name }
	inner := func(name string) (string, bool) {
		if name == "COMPOSE_PROJECT_NAME" && nameNow() != "" {
			return nameNow(), true
		}
		return env(name)
	}
	s.Name = normalName(p.Name)
	if s.Name == "" {
		if name, ok := env("COMPOSE_PROJECT_NAME"); ok {
			s.Name = normalName(name)
		}
	}
	named := s.Name != ""
	if !named {
		s.Name = normalName(filepath.Base(p.Dir))
	}
	r := &reader{ctx: ctx, host: h, left: maxNodes, putIn: maxPutInAll, sources: map[string]lines{}}
	if h.opts.Stdin != nil {
		r.sources[absolute("-")] = newLines(bytes.TrimPrefix(h.opts.Stdin, []byte("\xef\xbb\xbf")))
	}
	if !named {
		if name := normalName(r.nameIn(p.Files, env)); name != "" {
			s.Name = name
		}
	}
	model, err := r.model(p.Files, scope{dir: p.Dir, home: p.Dir, env: inner})
	if err != nil {
		return nil, err
	}
	model.settle()
	if model.get("services") == nil && len(r.leftOut) > 0 {
		return nil, clierr.Input(h.rel(p.Files[0]), "nothing is left to read: %s, on which what it includes hangs, has no value", variables(r.leftOut)).
			WithHint("To have it read, %s.", giveValue(r.leftOut))
	}
	if err := worthReading(h.rel(p.Files[0]), model); err != nil {
		return nil, err
	}
	s.Files = r.files(p.Files)
	h.decode(s, model, inner)
	return s, nil
}

// worthReading refuses YAML that is no compose file.
func worthReading(rel string, model *node) error {
	if model.get("services") != nil {
		return nil
	}
	if model != nil && (model.get("networks") != nil || model.get("volumes") != nil) {
		return clierr.Input(rel, "no service in this compose file").
			WithHint("Add `services:`, or name the file that holds them as well.")
	}
	for _, e := range keysOf(model) {
		if slices.ContainsFunc(e.val.keys, func(k entry) bool { return k.name == "image" || k.name == "build" }) {
			return clierr.Input(rel, "a compose file of the first format, without `services:`").
				At(e.loc.Line, e.loc.Column).
				WithHint("Put `services:` above and indent the rest below it: Docker Compose reads nothing else today.")
		}
	}
	return clierr.Input(rel, "not a compose file: it has no `services:`").
		WithHint("Name a compose file, or a folder that holds one.")
}

// containers are a model's services and its jobs, which run to their end: what a job's image holds ships as well.
func containers(model *node) []entry {
	all := slices.Clone(keysOf(model.get("services")))
	for _, e := range keysOf(model.get("jobs")) {
		if e.val.kind == mapKind && model.get("services").get(e.name) == nil {
			all = append(all, e)
		}
	}
	return all
}

func (h *hostReader) decode(s *Stack, model *node, env lookup) {
	d := &decoder{host: h, stack: s, top: model, env: env}
	for _, e := range containers(model) {
		s.Services = append(s.Services, d.service(e))
	}
	nets := model.get("networks")
	for _, e := range keysOf(nets) {
		s.Networks[e.name] = d.network(e.name, e.val)
	}
	for i := range s.Services {
		svc := &s.Services[i]
		for _, key := range svc.Networks {
			if _, ok := s.Networks[key]; ok {
				continue
			}
			if key != "default" {
				h.problem(
					clierr.Input(svc.Location.Path, "service %q joins the network %q, which is defined nowhere", svc.Name, key).
						At(svc.Location.Line, svc.Location.Column).
						WithHint("Add it below the file's `networks:`, with `external: true` if another stack makes it."),
				)
			}
			s.Networks[key] = d.network(key, nil)
		}
	}
	s.Volumes = names(model.get("volumes"))
	if d.ports > maxPorts {
		h.addWarning(finding.Location{Path: s.Files[0]}, "more than %d ports: the rest is left out", maxPorts)
	}
}

// nameIn is the `name:` of the last file that has one, read before the rest since other values may use it.
func (r *reader) nameIn(files []string, env lookup) string {
	name := ""
	for _, f := range files {
		src, ok := r.sources[f]
		if !ok {
			var err error
			if src, err = readSource(f, r.host.rel(f)); err != nil {
				continue
			}
			r.sources[f] = src
		}
		for line := range bytes.Lines(src.text) {
			m := topName.FindSubmatch(line)
			if m == nil {
				continue
			}
			if sub := substitute(strings.Trim(string(m[1]), `"'`), env); len(sub.unset) == 0 {
				name = sub.text
			}
		}
	}
	return name
}

// topName finds a top-level `name:`, which stands at the start of a line in every block mapping.
var topName = lazyregexp.New(
	`^["']?name["']?[ \t]*:[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s#][^\n#]*?)[ \t]*(?:#[^\n]*)?\r?\n?$`,
)

var nameLetters = lazyregexp.New(`[^a-z0-9_-]`)

// normalName makes a project name of any text, as Compose does.
func normalName(s string) string {
	return strings.TrimLeft(nameLetters.ReplaceAllString(strings.ToLower(s), ""), "_-")
}
