package stages

import (
	"slices"
	"strings"

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
	build, final := p.systemPackages()
	if p.plain {
		build = append(build, "python3-venv")
	}
	if p.heavy || p.local { // its commands may need the final stage's packages too
		build = append(build, final...)
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
			if text := p.envWithout(o, func(key string) bool { return key == "UV_SYSTEM_PYTHON" }); p.finalEnv(o) == "" {
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
			if p.addsSource(o) {
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
				if text := p.rebuild(o, func(pt *command) bool { return pt.kind == tooling && pt.install != nil }); text != "" && mixed(o) {
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
		f.add("COPY --from=builder " + p.venv + " " + p.venv)
		if !p.pathHolds(p.venv + "/bin") {
			f.add("ENV PATH=" + p.venv + "/bin:$PATH")
		}
		if p.heavy {
			f.add("COPY --from=builder " + p.workDir() + " " + p.workDir())
		}
	}
	w.drop = func(o *instruction) bool {
		return p.manifestOnly(o) || p.brings(o, "/uv") || p.heavy && o.fromContext() && strings.HasPrefix(join(o.dir, o.in.Args[len(o.in.Args)-1].Text)+"/", p.workDir()+"/")
	}
	w.runs = func(pt *command) bool {
		return !p.builds[pt] && (pt.kind == other || pt.kind == account || pt.kind == files) && !strings.HasPrefix(pt.text, "set -") && !p.afterBuilder(pt)
	}
	w.start = stripRunner
	w.replace = func(o *instruction) (string, bool) {
		if o.in.Keyword != "ENV" {
			return "", false
		}
		return p.withoutEnv(o, func(key string) bool { return p.onlyInstalls(o, key) }), true
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
	toolDirs   = lazyregexp.New(`^(/root|~|\$HOME|\$\{HOME\})/\.(local|cargo|poetry)/bin$|/poetry/bin$|^\$PATH$|^\$\{PATH\}$`)
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
		for _, d := range strings.Split(p.expand(o, pair.Value), ":") {
			if !toolDirs.MatchString(d) {
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
	if p.manager == "pip" || p.manager == "poetry" {
		return "RUN " + interpreter + " -m venv " + venvPath
	}
	return "RUN " + interpreter + " -m venv --without-pip " + venvPath
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
		case files, other:
			return p.heavy && (pt.kind == files || p.builds[pt] || o.in.Line < p.instructions[p.lastBuild()].in.Line)
		case compile:
			return true
		}
		return false
	}
	var texts []string
	deps := false
	for _, pt := range o.commands {
		if wanted(pt) {
			texts = append(texts, p.adjust(pt))
			deps = deps || p.own(pt)
		}
	}
	if len(texts) > 0 && deps {
		b.keep(o, p.cached(o, p.cacheDir(), texts...))
		return
	}
	b.keep(o, p.runOf(o, texts))
}

func (p *python) cacheDir() string {
	return map[string]string{"pip": "/root/.cache/pip", "poetry": "/root/.cache/pypoetry", "uv": "/root/.cache/uv", "pdm": "/root/.cache/pdm", "pipenv": "/root/.cache/pipenv"}[p.manager]
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
			if pair.Key == "PATH" && slices.ContainsFunc(strings.Split(a.expand(o, pair.Value), ":"), func(d string) bool { return join(o.dir, d) == dir }) {
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

// stripRunner takes `poetry run` and the like off the command: the environment's programs are in PATH.
func stripRunner(words []string) ([]string, string) {
	if len(words) < 2 || words[1] != "run" || !managersOfPython[words[0]] {
		return words, ""
	}
	rest := words[2:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		rest = rest[1:]
	}
	return rest, words[0] + " is not in the final stage, and the environment's programs are in PATH"
}
