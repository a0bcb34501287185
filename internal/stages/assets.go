package stages

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// What a compiled program reads besides itself.

var embedLine = lazyregexp.New(`(?m)^//go:embed\s+(.+)$`)

// assets are COPYs of the folders and files beside the source that its string literals, or the words of the command,
// name: without source code, what it embeds, and what a COPY after the build brings itself.
func (a *conversion) assets(build *instruction) []string {
	have := map[string]bool{}
	for name, text := range a.src().text {
		for _, m := range embedLine.FindAllStringSubmatch(text, -1) {
			for _, p := range strings.Fields(m[1]) {
				p = strings.TrimPrefix(strings.Trim(p, `"`+"`"), "all:")
				have[strings.SplitN(path.Join(path.Dir(name), p), "/", 2)[0]] = true
			}
		}
	}
	for _, c := range a.copies(0) {
		if c.op.in.Line > build.in.Line {
			have[strings.SplitN(c.from, "/", 2)[0]] = true
		}
	}
	var out, left []string
	for _, e := range a.top(".") {
		name := strings.TrimSuffix(e, "/")
		if have[name] || strings.HasPrefix(name, ".") || compiled.MatchString(name) || strings.HasSuffix(e, "/") &&
			a.onlyCompiled(name) {
			continue
		}
		if !a.src().strings[name] && !a.o.Whole {
			left = append(left, name)
			continue
		}
		out = append(out, "COPY "+name+" "+path.Join(a.workDir(), name))
	}
	if len(left) > 0 {
		a.guesses("the program does not read "+strings.Join(left, ", "),
			"no text in its source and no word of its command names them")
	}
	return out
}

// compiled are files and folders that only the compiler reads.
var compiled = lazyregexp.New(`\.(go|rs)$|^(go\.mod|go\.sum|go\.work|Cargo\.toml|Cargo\.lock|vendor|target|` +
	`Dockerfile.*)$`)

func (a *conversion) onlyCompiled(dir string) bool {
	for _, e := range a.top(dir) {
		if strings.HasSuffix(e, "/") {
			if !a.onlyCompiled(path.Join(dir, strings.TrimSuffix(e, "/"))) {
				return false
			}
		} else if !compiled.MatchString(e) {
			return false
		}
	}
	return true
}

// onlyBuilt reports whether a COPY brings what a build turns into something else: before it, and into its folder.
func (a *conversion) onlyBuilt(o, build *instruction, dir string) bool {
	return o.fromContext() && o.in.Line <= build.in.Line && (within(o.dest(), dir) || within(dir, o.dest()))
}

// aroundProgram: a command on files that a final stage runs itself beside a program that was built. What moves or
// marks what was built belongs to the builder; a start script's own marks stay.
func aroundProgram(p *command, build *instruction) bool {
	if p.kind != files || p.from.in.Line <= build.in.Line || p.is("cp", "mv", "install", "sed") {
		return false
	}
	return !p.is("chmod") || strings.Contains(p.text+" ", ".sh ")
}

// movedTo is where later commands put what was built (`mv app /usr/local/bin/`), and the instruction that does it last.
func (a *conversion) movedTo(from string, build *instruction) (string, *instruction) {
	last := build
	a.parts(func(p *command) {
		if p.from.in.Line < build.in.Line || len(p.step.Commands) != 1 {
			return
		}
		name, words := p.step.Commands[0].Effective()
		if name != "cp" && name != "mv" {
			return
		}
		_, args := operands(words[1:], nil)
		if len(args) != 2 || join(p.dir, a.expand(p.from, args[0])) != from {
			return
		}
		to := join(p.dir, a.expand(p.from, args[1]))
		if strings.HasSuffix(args[1], "/") || args[1] == "." || shared(to) {
			to = path.Join(to, path.Base(from))
		}
		from, last = to, p.from
	})
	return from, last
}

// within reports whether a path is a folder or something in it.
func within(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// dest is where a COPY or ADD puts things.
func (p *instruction) dest() string {
	to, _ := dockerfile.Expand(p.in.Args[len(p.in.Args)-1].Text, '\\', p.env)
	return join(p.dir, to)
}
