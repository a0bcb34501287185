package stages

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// planVenv runs the original's own installation in the builder, inside a virtual environment that the final stage
// gets at the same path with the same interpreter.
func (p *python) planVenv() error {
	b := p.stage("The builder installs the dependencies into a virtual environment.", p.from(), "builder")
	own := p.venv == ""
	if own {
		p.venv = venvPath
	}
	build, _ := p.systemPackages()
	if p.plain {
		build = append(build, "python3-venv")
	}
	slices.Sort(build)
	build = slices.Compact(build)
	made, packaged := !own, false
	lastBuild := p.lastBuild()
	for i, o := range p.instructions {
		if i > lastBuild {
			break
		}
		switch o.in.Keyword {
		case "ENV":
			if text := p.envWithout(o,
				func(key string) bool { return key == "UV_SYSTEM_PYTHON" }); p.finalEnv(o) == "" {
				b.keep(o, text)
			} else {
				b.add(text)
			}
		case "COPY", "ADD":
			if p.manifestOnly(o) || p.heavy {
				b.keep(o, p.text(o))
			} else {
				b.add(p.text(o))
			}
		case "ARG", "WORKDIR", "SHELL":
			b.add(p.text(o))
		case "RUN":
			if p.addsSource(o) || p.whole(o) || p.bringsSource(o) {
				b.keep(o, p.text(o))
				continue
			}
			if kindOf(o, system) && !packaged && len(build) > 0 {
				packaged = true
				p.keepPackages(b, o, build)
			}
			if !made && p.installsHere(o) {
				if !packaged && len(build) > 0 {
					packaged = true
					b.add(p.installLine(build))
				}
				if text := p.rebuild(o, func(pt *command) bool {
					return pt.kind == tooling &&
						pt.install != nil
				}); text != "" && mixed(o) {
					b.add(text)
				}
				made = true
				b.add(p.makeVenv(), "ENV VIRTUAL_ENV="+venvPath+" PATH="+venvPath+"/bin:$PATH")
			}
			p.builderRun(b, o, own)
		}
	}
	if !made {
		return refuse(nil, "where its packages are installed could not be told")
	}
	heavyDir := []string{p.venv}
	if p.heavy {
		heavyDir = append(heavyDir, p.workDir())
	}
	if err := p.leftBehind(func(c *command) bool {
		return c.from.in.Line <= p.instructions[lastBuild].in.Line && (p.builds[c] || p.heavy &&
			(c.kind == files || p.afterBuilder(c)))
	}, heavyDir...); err != nil {
		return err
	}
	if p.bundles {
		b.add("RUN find . -name node_modules -prune -exec rm -rf {} +")
	}
	f := p.stage("The final stage takes the environment as it is and runs the app.", p.res.Final, "")
	p.pythonEnv(f)
	if p.manager != "pip" {
		p.change("env PATH", "the environment's programs come first")
	}
	w := p.finalWriter(f)
	w.install = func() {
		if !slices.ContainsFunc(p.left, func(dir string) bool { return within(p.venv, dir) }) {
			f.add("COPY --from=builder " + p.venv + " " + p.venv)
		}
		if !p.pathHolds(p.venv + "/bin") {
			f.add("ENV PATH=" + p.venv + "/bin:$PATH")
		}
		if p.heavy {
			f.add("COPY --from=builder " + p.workDir() + " " + p.workDir())
		}
	}
	i := func(o *instruction) int { return slices.Index(p.instructions, o) }
	w.drop = func(o *instruction) bool { // what the builder copied comes with its folder
		return p.manifestOnly(o) || p.brings(o, "/uv") || p.heavy && i(o) <= lastBuild && o.fromContext() &&
			within(o.dest(), p.workDir())
	}
	w.runs = func(pt *command) bool {
		return !p.builds[pt] && (pt.kind == other || pt.kind == account || pt.kind == files) && !p.afterBuilder(pt)
	}
	w.start = p.command
	w.replace = func(o *instruction) (string, bool) {
		if o.in.Keyword != "ENV" {
			return "", false
		}
		return p.withoutEnv(o, p.onlyInstalls), true
	}
	w.write()
	return nil
}

// finalEnv is an ENV for the final stage, without what only the installation reads.
func (p *python) finalEnv(o *instruction) string {
	return p.envWithout(o, func(key string) bool { return p.onlyInstalls(o, key) })
}

var (
	managerEnv = lazyregexp.New(`^(POETRY|PDM|PIPENV|UV)_`)
	toolDirs   = lazyregexp.New(
		`^(/root|~|\$HOME|\$\{HOME\})/\.(local|cargo|poetry)/bin$|/poetry/bin$|^\$PATH$|^\$\{PATH\}$`)
)

// onlyInstalls: a variable that only the package manager reads, or a PATH to nothing but the manager itself.
func (p *python) onlyInstalls(o *instruction, key string) bool {
	if p.manager == "pip" {
		return false
	}
	for _, pair := range o.in.Pairs {
		if pair.Key != key || key != "PATH" {
			continue
		}
		before := strings.Split(o.env["PATH"], ":")
		for _, d := range strings.Split(p.expand(o, pair.Value), ":") {
			if !toolDirs.MatchString(d) && !slices.Contains(before, d) {
				return false
			}
		}
		return true
	}
	return managerEnv.MatchString(key)
}

// mixed: one RUN brings a tool and installs with it.
func mixed(o *instruction) bool { return kindOf(o, tooling) && kindOf(o, depend) }

// makeVenv makes the environment; only pip needs a pip of its own in it.
func (p *python) makeVenv() string {
	interpreter := "python"
	if p.plain {
		interpreter = "python3"
	}
	flags := ""
	if p.manager != "pip" && p.manager != "poetry" {
		flags = "--without-pip "
	}
	if p.plain && slices.ContainsFunc(p.finalPackages(), systemModules.MatchString) {
		flags += "--system-site-packages " // modules that the distribution installs
	}
	return "RUN " + interpreter + " -m venv " + flags + venvPath
}

// own reports whether a part installs Python packages, and not those of another language.
func (p *python) own(pt *command) bool {
	return pt.kind == depend && (pt.install == nil || pt.install.Manager == "pip" || pt.install.Manager == p.manager)
}

func (p *python) installsHere(o *instruction) bool {
	for _, pt := range o.commands {
		if p.own(pt) {
			return true
		}
	}
	return false
}

// lastBuild is the last instruction that the builder has to run.
func (p *python) lastBuild() int {
	last := 0
	for i, o := range p.instructions {
		if kindOf(o, depend) || p.runsBuild(o) {
			last = i
		}
	}
	return last
}

func (p *python) runsBuild(o *instruction) bool {
	for _, pt := range o.commands {
		if p.builds[pt] {
			return true
		}
	}
	return false
}

// afterBuilder: in a heavy build, commands between two builder commands already ran there, with their results copied.
func (p *python) afterBuilder(pt *command) bool {
	return p.heavy && pt.kind == other && pt.from.in.Line < p.instructions[p.lastBuild()].in.Line
}

// builderRun writes what the builder runs of a RUN: the installation, the tools for it, and commands that only it can.
func (p *python) builderRun(b *stage, o *instruction, own bool) {
	wanted := func(pt *command) bool {
		switch pt.kind {
		case tooling:
			return !(own && mixed(o) && pt.install != nil)
		case depend, fetch:
			return true
		case account:
			return p.heavy
		case files, other:
			return p.heavy && (pt.kind == files || p.builds[pt] || o.in.Line < p.instructions[p.lastBuild()].in.Line)
		case compile:
			return true
		}
		return false
	}
	deps := false
	list := p.pick(o, wanted, func(c *command) string {
		deps = deps || p.own(c)
		return p.adjust(c)
	})
	if len(list) > 0 && deps {
		b.keep(o, p.cached(o, p.cacheDir(), list...))
		return
	}
	b.keep(o, p.runOf(o, list))
}

func (p *python) cacheDir() string {
	return map[string]string{"pip": "/root/.cache/pip", "poetry": "/root/.cache/pypoetry", "uv": "/root/.cache/uv",
		"pdm": "/root/.cache/pdm", "pipenv": "/root/.cache/pipenv"}[p.manager]
}

// adjust takes an installation's options to what the builder needs: into the environment, without development
// dependencies unless they were asked for, from the lock file if there is one.
func (p *python) adjust(pt *command) string {
	t := pt.text
	if pt.kind != depend {
		return t
	}
	switch {
	case pt.is("pip", "pip3", "python", "python3") || p.uvPip:
		for _, flag := range []string{" --no-cache-dir", " --no-cache", " --break-system-packages", " --system"} {
			t = strings.ReplaceAll(t, flag, "")
		}
	case !pt.simple: // which of its commands runs is the shell's matter
	case pt.is("pipenv"):
		t = strings.ReplaceAll(t, " --system", "")
	case pt.is("poetry") && !hasAny(t, "--with", "--without", "--only", "--no-dev", "--extras", "--all-extras", "-E "):
		t = strings.Replace(t, "poetry install", "poetry install --only main", 1)
	case pt.is("pdm") && !hasAny(t, "--prod", "--production", "-G", "--group", "--dev"):
		t = strings.NewReplacer("pdm install", "pdm install --prod", "pdm sync", "pdm sync --prod").Replace(t)
	case pt.is("uv") && strings.Contains(t, "uv sync"):
		add := ""
		if !hasAny(t, "--frozen", "--locked") && p.conversion.has("uv.lock") {
			add += " --frozen"
		}
		if !hasAny(t, "--no-dev", "--group", "--all-groups", "--only-group", "--dev") {
			add += " --no-dev"
		}
		t = strings.Replace(t, "uv sync", "uv sync"+add, 1)
	}
	return t
}

func hasAny(s string, subs ...string) bool {
	for _, x := range subs {
		if strings.Contains(s, x) {
			return true
		}
	}
	return false
}

// pathHolds reports whether the original puts a folder into PATH itself.
func (a *conversion) pathHolds(dir string) bool {
	for _, o := range a.instructions {
		if o.in.Keyword != "ENV" {
			continue
		}
		for _, pair := range o.in.Pairs {
			if pair.Key == "PATH" && slices.ContainsFunc(strings.Split(a.expand(o, pair.Value), ":"),
				func(d string) bool { return join(o.dir, d) == dir }) {
				return true
			}
		}
	}
	return false
}

// brings reports whether a COPY --from another image brings a program that only installs.
func (p *python) brings(o *instruction, program string) bool {
	if _, ok := o.in.Flag("from"); !ok {
		return false
	}
	for _, w := range o.in.Args[:max(len(o.in.Args)-1, 0)] {
		if strings.HasPrefix(w.Text, program) {
			return true
		}
	}
	return false
}

// command is what the image starts, without the package manager in front of it and without the interpreter's own path,
// which would pass the environment by.
func (p *python) command(words []string) ([]string, string) {
	out, why := p.stripRunner(words)
	if len(out) > 0 && p.venv == venvPath && systemInterpreter.MatchString(out[0]) {
		return append([]string{path.Base(out[0])}, out[1:]...), "the environment's interpreter is the first in PATH"
	}
	return out, why
}

var systemInterpreter = lazyregexp.New(`^/usr/(local/)?bin/python[\d.]*$`)

// stripRunner takes `poetry run` and the like off a command: the environment's programs are in PATH.
func (p *python) stripRunner(words []string) ([]string, string) {
	if len(words) > 3 && strings.HasPrefix(path.Base(words[0]), "python") && words[1] == "-m" {
		if out, why := p.stripRunner(words[2:]); why != "" {
			return out, why
		}
		return words, ""
	}
	if len(words) < 3 || words[1] != "run" || !managersOfPython[path.Base(words[0])] {
		return words, ""
	}
	manager := path.Base(words[0])
	rest, module := words[2:], false
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		flag, _, valued := strings.Cut(rest[0], "=")
		switch {
		case flag == "-m" || flag == "--module":
			module = true
		case runnerFlags[flag]:
			if !valued && runnerValued[flag] {
				rest = rest[1:]
			}
		default:
			p.bad("%s run is given %s, which only %s itself understands; start the program by itself", manager, flag,
				manager)
			return words, ""
		}
		if len(rest) > 0 {
			rest = rest[1:]
		}
	}
	const why = " is not in the final stage, and the environment's programs are in PATH"
	switch {
	case len(rest) == 0:
		return words, ""
	case module:
		return append([]string{"python", "-m"}, rest...), manager + why
	case strings.HasSuffix(rest[0], ".py") && manager != "poetry":
		return append([]string{"python"}, rest...), manager + why
	}
	if script, ok := p.scripts(manager)[rest[0]]; ok {
		s := dockerfile.NewScript("sh", script)
		argv, plain := plainCommand(s)
		if s.Err != nil || !plain || len(argv) == 0 {
			p.bad("%s run %s is a script of the project's own that is more than one command; write it into the command",
				manager, rest[0])
			return words, ""
		}
		return append(argv, rest[1:]...), manager + why
	}
	return rest, manager + why
}

// bad notes why the command cannot be taken from its package manager.
func (p *python) bad(format string, args ...any) { p.badRunner = fmt.Sprintf(format, args...) }

var (
	runnerFlags = words("--no-dev --frozen --locked --no-sync --offline --no-cache -q --quiet -v --no-progress " +
		"--extra --all-extras --group --no-group --only-group --no-default-groups -s --site-packages --skip -n " +
		"--no-interaction --no-project --active")

	runnerValued = words("--extra --group --no-group --only-group")
)

// scripts are the commands that a package manager's own settings give a name.
func (p *python) scripts(manager string) map[string]string {
	out := map[string]string{}
	switch manager {
	case "pipenv":
		var f struct {
			Scripts map[string]any `toml:"scripts"`
		}
		if _, err := toml.Decode(p.read(p.projectFile("Pipfile")), &f); err == nil {
			addScripts(out, f.Scripts)
		}
	case "pdm":
		var f struct {
			Tool struct {
				PDM struct {
					Scripts map[string]any `toml:"scripts"`
				} `toml:"pdm"`
			} `toml:"tool"`
		}
		if _, err := toml.Decode(p.read(p.projectFile("pyproject.toml")), &f); err == nil {
			addScripts(out, f.Tool.PDM.Scripts)
		}
	}
	return out
}

// addScripts reads scripts that are one text, or a table with a command; anything else is no plain command.
func addScripts(out map[string]string, scripts map[string]any) {
	for name, v := range scripts {
		switch v := v.(type) {
		case string:
			out[name] = v
		case map[string]any:
			cmd, _ := v["cmd"].(string)
			if len(v) > 1 || cmd == "" {
				cmd = ";"
			}
			out[name] = cmd
		default:
			out[name] = ";"
		}
	}
}
