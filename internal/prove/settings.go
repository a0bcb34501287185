package prove

import (
	"context"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/engine"
	"mvdan.cc/sh/v3/syntax"
)

// settings compares what the two images say of how they are run. Values of the environment and of labels are
// compared and never shown.
func (p *prover) settings(context.Context) error {
	a, b := &p.imgs[0].Config, &p.imgs[1].Config
	for _, d := range p.differences(a, b) {
		if why, ok := p.intended(d.what); ok {
			p.check("settings", Noted, "%s: %s", d.text, why)
			continue
		}
		if !d.harmless {
			return p.refuse(Settings, "%s", d.text)
		}
		p.check("settings", Noted, "%s", d.text)
	}
	if bad := p.commandsGone(b); bad != "" {
		return p.refuse(Settings, "%s", bad)
	}
	p.check("settings", Same, "command, environment, ports, user, volumes and folder were compared")
	return nil
}

type difference struct {
	what     string
	text     string
	harmless bool
}

func (p *prover) differences(a, b *engine.Config) []difference {
	var out []difference
	add := func(harmless bool, what, text string) { out = append(out, difference{what, text, harmless}) }

	if ca, cb := commandLine(a), commandLine(b); ca != cb {
		add(false, "command", "the command is "+quoteEmpty(cb)+", not "+quoteEmpty(ca))
	}
	if wa, wb := workDir(a), workDir(b); wa != wb {
		add(false, "workdir", "the working folder is "+wb+", not "+wa)
	}
	for _, port := range a.ExposedPorts {
		if !slices.Contains(b.ExposedPorts, port) {
			add(false, "ports", "port "+port+" is not exposed any more")
		}
	}
	for _, v := range a.Volumes {
		if !slices.Contains(b.Volumes, v) {
			add(false, "volumes", "the volume "+v+" is not declared any more")
		}
	}
	switch ra, rb := isRoot(a.User), isRoot(b.User); {
	case ra && !rb:
		add(true, "user", "it runs as "+b.User+", not as root")
	case !ra && rb:
		add(false, "user", "it runs as root, not as "+a.User)
	case a.User != b.User && !ra:
		add(false, "user", "it runs as "+b.User+", not as "+a.User)
	}
	if sa, sb := a.StopSignal, b.StopSignal; sa != sb {
		add(false, "stop signal", "the stop signal is "+quoteEmpty(sb)+", not "+quoteEmpty(sa))
	}
	if len(a.Healthcheck) > 0 && len(b.Healthcheck) == 0 {
		add(false, "healthcheck", "the health check is gone")
	}
	out = append(out, p.lostEnv(a, b)...)
	for name, v := range a.Labels {
		if b.Labels[name] != v && !p.baseLabel(name, v) && (p.orig.base != nil || p.declares("LABEL")[name]) {
			add(false, "label "+name, "the label "+name+" is not the same")
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].what < out[j].what })
	return out
}

// lostEnv compares the variables that the original's Dockerfile sets. What only its base image sets belongs to the
// base: the new image has another.
func (p *prover) lostEnv(a, b *engine.Config) []difference {
	var out []difference
	after := envMap(b.Env)
	declared := p.declares("ENV")
	var base map[string]string
	if p.orig.base != nil {
		base = envMap(p.orig.base.Config.Env)
	}
	for _, e := range a.Env {
		name, v, _ := strings.Cut(e, "=")
		now, ok := after[name]
		if now == v && ok || base != nil && base[name] == v || base == nil && !declared[name] {
			continue
		}
		switch {
		case name == "PATH":
			if gone := pathGone(v, now, base["PATH"], p.fs[1]); gone != "" {
				out = append(out, difference{"env PATH", "PATH does not hold " + gone + " any more", false})
			}
		case !ok:
			out = append(out, difference{"env " + name, "the variable " + name + " is not set any more", false})
		default:
			out = append(out, difference{"env " + name, "the variable " + name + " has another value", false})
		}
	}
	for name := range after {
		if !set(envMap(a.Env), name) {
			out = append(out, difference{"env " + name, "the variable " + name + " is new", true})
		}
	}
	return out
}

// pathGone is a folder that the original's Dockerfile put into PATH, that exists in the new image's file system or
// held programs, and that the new PATH lacks.
func pathGone(before, after, base string, fs *files) string {
	for _, d := range strings.Split(before, ":") {
		if strings.Contains(":"+base+":", ":"+d+":") || strings.Contains(":"+after+":", ":"+d+":") {
			continue
		}
		if _, ok := fs.resolve(d); ok {
			return d
		}
	}
	return ""
}

// declares are the names that the original's Dockerfile itself gives in ENV or LABEL. They are asked where the engine
// does not hold the base: BuildKit keeps what it pulled to itself.
func (p *prover) declares(keyword string) map[string]bool {
	out := map[string]bool{}
	f := dockerfile.Parse(p.Original.Dockerfile)
	st, err := f.Target(p.Original.Target)
	if err != nil {
		return out
	}
	for _, s := range f.Lineage(st) {
		for _, in := range s.Instructions {
			if in.Keyword != keyword {
				continue
			}
			for _, pair := range in.Pairs {
				out[pair.Key] = true
			}
		}
	}
	return out
}

func (p *prover) baseLabel(name, v string) bool {
	return p.orig.base != nil && p.orig.base.Config.Labels[name] == v
}

// commandsGone looks at the shell scripts that the image starts with and at its health check: a program that they
// call and that the original holds must be there still.
func (p *prover) commandsGone(b *engine.Config) string {
	var scripts [][2]string // where, text
	argv := append(append([]string{}, b.Entrypoint...), b.Cmd...)
	if len(argv) > 0 {
		for _, w := range argv[:min(len(argv), 3)] {
			if real, ok := p.fs[1].find(w, b.WorkingDir); ok {
				if text, ok := p.fs[1].scripts[real]; ok {
					scripts = append(scripts, [2]string{"/" + real, string(text)})
				}
			}
		}
		if s, ok := shellCommand(argv); ok {
			scripts = append(scripts, [2]string{"the command", s})
		}
	}
	if h := b.Healthcheck; len(h) > 1 {
		text := h[1]
		if h[0] == "CMD" {
			if s, ok := shellCommand(h[1:]); ok {
				text = s
			}
		}
		scripts = append(scripts, [2]string{"the health check", text})
	}
	for _, s := range scripts {
		for _, name := range commandNames(s[1]) {
			_, was := p.fs[0].find(name, b.WorkingDir)
			if _, is := p.fs[1].find(name, b.WorkingDir); was && !is {
				return s[0] + " calls " + name + ", which is not in the new image"
			}
		}
	}
	return ""
}

// commandNames are the literal names of the commands in a shell script; a script that does not parse has none.
func commandNames(script string) []string {
	tree, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return nil
	}
	var names []string
	syntax.Walk(tree, func(n syntax.Node) bool {
		c, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		words := c.Args
		for len(words) > 0 && wrapsCommand(words[0].Lit()) {
			words = words[1:]
		}
		if len(words) > 0 && words[0].Lit() != "" {
			names = append(names, words[0].Lit())
		}
		return true
	})
	return names
}

func wrapsCommand(s string) bool {
	switch s {
	case "exec", "command", "nohup", "time":
		return true
	}
	return false
}

// commandLine is what an image starts, in a form in which the shell form and the exec form of a simple command are
// the same text.
func commandLine(c *engine.Config) string {
	argv := append(append([]string{}, c.Entrypoint...), c.Cmd...)
	if s, ok := shellCommand(argv); ok {
		if words, ok := simpleWords(s); ok {
			argv = words
		}
	}
	for i, w := range argv {
		if w == "" || strings.ContainsAny(w, " \t\n\"'") {
			argv[i] = strconv.Quote(w)
		}
	}
	return strings.Join(argv, " ")
}

// shellCommand is the script of `sh -c script`.
func shellCommand(argv []string) (string, bool) {
	if len(argv) == 3 && strings.HasPrefix(argv[1], "-") && strings.HasSuffix(argv[1], "c") {
		switch path.Base(argv[0]) {
		case "sh", "bash", "dash", "ash":
			return argv[2], true
		}
	}
	return "", false
}

// simpleWords are the words of a script that is one command without expansions, redirections or assignments.
func simpleWords(script string) ([]string, bool) {
	tree, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil || len(tree.Stmts) != 1 {
		return nil, false
	}
	st := tree.Stmts[0]
	call, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 || len(st.Redirs) > 0 || st.Negated || st.Background {
		return nil, false
	}
	var words []string
	for _, w := range call.Args {
		s, ok := literal(w)
		if !ok {
			return nil, false
		}
		words = append(words, s)
	}
	if len(words) > 1 && words[0] == "exec" {
		words = words[1:]
	}
	return words, len(words) > 0
}

// literal is a shell word without its quotes, if nothing in it is expanded.
func literal(w *syntax.Word) (string, bool) {
	var b strings.Builder
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(part.Value, `\*?[~`) {
				return "", false
			}
			b.WriteString(part.Value)
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			for _, q := range part.Parts {
				l, ok := q.(*syntax.Lit)
				if !ok || strings.Contains(l.Value, `\`) {
					return "", false
				}
				b.WriteString(l.Value)
			}
		default:
			return "", false
		}
	}
	return b.String(), true
}

func workDir(c *engine.Config) string { return path.Clean("/" + c.WorkingDir) }

func isRoot(user string) bool {
	u, _, _ := strings.Cut(user, ":")
	return u == "" || u == "0" || u == "root"
}

func envMap(env []string) map[string]string {
	m := make(map[string]string, len(env))
	for _, e := range env {
		name, v, _ := strings.Cut(e, "=")
		m[name] = v
	}
	return m
}

func set[V any](m map[string]V, k string) bool { _, ok := m[k]; return ok }

func quoteEmpty(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
