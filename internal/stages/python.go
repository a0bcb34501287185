package stages

import (
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// venvPath is where the builder's virtual environment lies, and the final stage's: its scripts name it.
const venvPath = "/opt/venv"

// planPython makes wheels in the builder and installs them without an index in the final stage. Where wheels cannot
// say it all (a project installed from its folder, poetry, uv and the like, build steps that need the builder's
// tools) the builder fills a virtual environment, which is copied whole.
func planPython(a *conversion) error {
	twins := a.slimTwins()
	plain := plainDistribution(a)
	if plain {
		twins = a.distroTwins()
	}
	if err := a.final(twins...); err != nil {
		return err
	}
	p := &python{conversion: a, plain: plain}
	if err := p.look(); err != nil {
		return err
	}
	if !p.installs {
		return refuse(nil,
			"it installs no packages, so there is nothing to build apart; FROM %s in the place of %s would do",
			a.res.Final, a.st.Base.Text)
	}
	a.leaves("take it off the command: the environment's programs are in PATH", "poetry", "pipenv", "pdm", "uv", "uvx",
		"pipx", "hatch", "rye")
	a.each = p.stripRunner
	plan := p.planVenv
	if p.wheels() {
		plan = p.planWheels
	}
	if err := plan(); err != nil {
		return err
	}
	if p.badRunner != "" {
		return refuse(nil, "%s", p.badRunner)
	}
	return nil
}

type python struct {
	*conversion
	plain    bool // a distribution's own Python
	installs bool
	manager  string // "pip", "poetry", "pipenv", "uv", "pdm"
	venv     string // the virtual environment that the original makes itself, or its manager
	heavy    bool   // commands of the app need what only the builder has
	uvPip    bool   // uv stands in for pip: it has no environment of its own
	bundles  bool   // Node's packages are installed on the way
	local    bool   // pip installs from a folder, a repository or in place

	badRunner string            // why what its package manager runs cannot be told
	builds    map[*command]bool // parts that only the builder can run
}

// ownTool are the paths where the installers of package managers put them.
var ownTool = lazyregexp.New(`/poetry\b|/\.local/bin|/\.cargo/bin|/uvx?\b|/pdm\b`)

var managersOfPython = map[string]bool{"poetry": true, "pipenv": true, "uv": true, "pdm": true}

// look finds out how packages are installed and which commands only the builder can run.
func (p *python) look() error {
	p.manager, p.builds = "pip", map[*command]bool{}
	var err error
	p.parts(func(pt *command) {
		if in := pt.install; in != nil && pt.kind == depend {
			switch {
			case in.Manager == "pip":
				p.installs = true
				if pt.is("uv") {
					p.manager, p.uvPip = "uv", true
				}
				for _, pk := range in.Packages {
					p.local = p.local || pk.Local
				}
				p.local = p.local || !pt.simple || in.Has("-e", "--editable") || p.localRequirements(pt, in)
			case managersOfPython[in.Manager]:
				p.installs, p.manager = true, in.Manager
			case in.Manager == "conda":
				err = refuse(pt.from.in, "it uses conda, whose environments cannot be taken apart into wheels")
			}
		}
		if pt.is("pdm", "uv", "poetry", "pipenv") && pt.kind == tooling {
			for _, c := range pt.step.Commands {
				if n, w := c.Effective(); len(w) > 1 && (w[1].Text == "install" || w[1].Text == "sync") {
					p.installs, p.manager, pt.kind = true, n, depend
				}
			}
		}
		if pt.kind != depend && (toolInstall.MatchString(pt.text) && !p.addsSource(pt.from) || pt.kind == files &&
			ownTool.MatchString(pt.text)) {
			pt.kind = tooling
		}
		if v := p.makesVenv(pt); v != "" {
			p.venv = join(pt.from.dir, v)
			pt.kind = tooling
		}
	})
	if err != nil {
		return err
	}
	if p.venv == "" && (p.manager == "uv" && !p.uvPip || p.manager == "pdm") {
		p.venv = join(p.projectDir(), ".venv")
		for _, o := range p.instructions {
			for _, pair := range o.in.Pairs {
				if o.in.Keyword == "ENV" && pair.Key == "UV_PROJECT_ENVIRONMENT" {
					p.venv = join(o.dir, pair.Value)
				}
			}
		}
	}
	p.parts(func(pt *command) {
		foreign := pt.kind == depend && pt.install != nil && pt.install.Manager != "pip" &&
			pt.install.Manager != p.manager
		if pt.kind == compile || pt.kind == fetch && !p.addsSource(pt.from) && !addsOnlySource(pt) ||
			(pt.kind == other || foreign) && p.needsBuilder(pt) {
			p.heavy, p.builds[pt] = true, true
			p.bundles = p.bundles || pt.is("npm", "npx", "yarn", "pnpm", "bun")
		}
	})
	return nil
}

// projectDir is the folder in which the dependencies are installed.
func (p *python) projectDir() string {
	dir := p.workDir()
	p.parts(func(pt *command) {
		if pt.kind == depend {
			dir = pt.from.dir
		}
	})
	return dir
}

// makesVenv is the path of `python -m venv PATH`, `virtualenv PATH` or `uv venv PATH`.
func (p *python) makesVenv(pt *command) string {
	for _, c := range pt.step.Commands {
		name, words := c.Effective()
		var args []dockerfile.Word
		switch {
		case strings.HasPrefix(name, "python") && len(words) > 3 && words[1].Text == "-m" &&
			(words[2].Text == "venv" || words[2].Text == "virtualenv"):
			args = words[3:]
		case name == "virtualenv" && len(words) > 1:
			args = words[1:]
		case name == "uv" && len(words) > 2 && words[1].Text == "venv":
			args = words[2:]
		default:
			continue
		}
		for i := len(args) - 1; i >= 0; i-- {
			if v := p.expand(pt.from, args[i].Text); !strings.HasPrefix(v, "-") && !strings.ContainsAny(v, "$*") {
				return v
			}
		}
	}
	return ""
}

// needsBuilder reports whether a command calls what only the builder has: compilers, fetchers, other languages' tools.
func (p *python) needsBuilder(pt *command) bool {
	for _, c := range pt.step.Commands {
		name, _ := c.Effective()
		if builderPrograms[name] || p.globalTool(name) {
			return true
		}
	}
	return false
}

// globalTool reports whether a program comes with a package that npm installs for all.
func (p *python) globalTool(name string) (found bool) {
	p.parts(func(c *command) {
		if c.install == nil || c.install.Manager != "npm" && c.install.Manager != "yarn" &&
			c.install.Manager != "pnpm" {
			return
		}
		for _, pk := range c.install.Packages {
			found = found || path.Base(pk.Name) == name
		}
	})
	return found
}

var builderPrograms = words(`make cmake gcc g++ cc cargo rustc go git curl wget svn hg npm npx yarn pnpm node bun tsc
	mvn gradle unzip bzip2 msgfmt sassc protoc pybabel-c bower gulp grunt webpack vite`)

var editableLine = lazyregexp.New(`(?m)^\s*(-e|--editable|\.{1,2}/|/|file:|git\+|[A-Za-z0-9_.\[\]-]+\s*@\s*)`)

// localRequirements: a requirements file that names folders or repositories, or one that cannot be read.
func (p *python) localRequirements(pt *command, in *dockerfile.Install) bool {
	for _, r := range append(append([]dockerfile.Word{}, in.Requirements...), in.Constraints...) {
		files, ok := p.requirementFiles(join(pt.from.dir, r.Text), pt.from.in.Line)
		if !ok {
			return true
		}
		for _, f := range files {
			if editableLine.MatchString(p.read(f)) {
				return true
			}
		}
	}
	return false
}

var nestedFile = lazyregexp.New(`(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]*(\S+)`)

// requirementFiles is a requirements file of the image as files of the context, with those that it names itself.
func (p *python) requirementFiles(image string, line int) ([]string, bool) {
	first, ok := p.source(image, line)
	if !ok || !p.conversion.has(first) {
		return nil, false
	}
	found := []string{first}
	for i := 0; i < len(found) && i < 20; i++ {
		for _, m := range nestedFile.FindAllStringSubmatch(p.read(found[i]), -1) {
			next := path.Join(path.Dir(found[i]), m[1])
			if strings.Contains(m[1], "://") || !p.conversion.has(next) {
				return nil, false
			}
			if !slices.Contains(found, next) {
				found = append(found, next)
			}
		}
	}
	return found, true
}

var requirementName = lazyregexp.New(`(?m)^\s*"?'?([A-Za-z0-9][A-Za-z0-9._-]*)`)

// pythonNames are the distributions that the context's manifests and the command lines name, normalised.
func (a *conversion) pythonNames() map[string]bool {
	out := map[string]bool{}
	a.parts(func(p *command) {
		if p.install != nil && p.install.Manager == "pip" {
			for _, pk := range p.install.Packages {
				name, _, _ := strings.Cut(pk.Name, "[")
				out[pythonName(name)] = true
			}
		}
	})
	for _, dir := range []string{".", "requirements", path.Dir(a.projectFile("requirements.txt"))} {
		for _, f := range a.top(dir) {
			if strings.HasPrefix(f, "requirements") && strings.HasSuffix(f, ".txt") || f == "Pipfile" ||
				dir == "requirements" && strings.HasSuffix(f, ".txt") {
				for _, m := range requirementName.FindAllStringSubmatch(a.read(path.Join(dir, f)), -1) {
					out[pythonName(m[1])] = true
				}
			}
		}
	}
	for _, f := range []string{"pyproject.toml", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"} {
		for _, m := range quotedName.FindAllStringSubmatch(a.read(a.projectFile(f)), -1) {
			out[pythonName(m[1]+m[2]+m[3])] = true
		}
	}
	return out
}

var (
	quotedName = lazyregexp.New(
		`(?m)^name\s*=\s*"([A-Za-z0-9._-]+)"|^\s*"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]"]*\])?\s*(?:[<>=~!;,"]|:\s*\{)|^([A-Za-z0-9][A-Za-z0-9._-]*)\s*=\s*["{]`)
	nameBreak = lazyregexp.New(`[-_.]+`)
)

// pythonName normalises a distribution's name as PEP 503 says.
func pythonName(s string) string { return nameBreak.ReplaceAllString(strings.ToLower(s), "-") }

// addsOnlySource: a command that fetches a source of packages or its key.
func addsOnlySource(c *command) bool { return ownSource.MatchString(c.text) }

// wheels reports whether wheels can say it all.
func (p *python) wheels() bool {
	return p.manager == "pip" && !p.o.Whole && p.venv == "" && !p.local && !p.heavy && !p.plain
}

func (p *python) planWheels() error {
	b := p.stage("The builder compiles every dependency into a wheel. Nothing else of it is used.", p.from(), "builder")
	p.builderHead(b)
	p.bringSources(b)
	if pkgs := p.toCompile(); len(pkgs) > 0 {
		p.keepSystem(b, pkgs)
	}
	p.keepInline(b, p.firstInstall())
	b.add("WORKDIR /build")
	copies, lines := p.wheelLines()
	for _, o := range p.instructions { // the comment on the original's COPY of the manifests goes with the first
		if p.manifestOnly(o) && len(copies) > 0 {
			b.keep(o, copies[0])
			copies = copies[1:]
			break
		}
	}
	b.add(copies...)
	p.parts(func(pt *command) {
		if pt.kind == tooling && pt.install != nil {
			b.add(run(pt.text))
		}
	})
	for _, o := range p.instructions {
		if kindOf(o, depend) && len(lines) > 0 {
			b.keep(o, p.cached(o, "/root/.cache/pip", lines...))
			lines = nil
		}
	}

	f := p.stage("The final stage installs the wheels and runs the app.", p.res.Final, "")
	p.pythonEnv(f)
	w := p.finalWriter(f)
	w.install = func() {
		if p.o.Plain {
			f.add("COPY --from=builder /wheels /wheels", run("pip install --no-cache-dir --no-index /wheels/*.whl",
				"rm -rf /wheels"))
			return
		}
		f.add("RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels \\\n    pip install --no-cache-dir " +
			"--no-index --find-links=/wheels " + p.breakFlag() + "/wheels/*.whl")
	}
	w.drop = p.manifestOnly
	w.write()
	return nil
}

// firstInstall is the line of the first installation of the app's dependencies.
func (p *python) firstInstall() int {
	for _, o := range p.instructions {
		if kindOf(o, depend) {
			return o.in.Line
		}
	}
	return 0
}

// toCompile are the packages of the distribution that compiling wheels may need: all but those that are only run.
func (p *python) toCompile() []string {
	build, final := p.systemPackages()
	return slices.DeleteFunc(build, func(pkg string) bool {
		return slices.Contains(final, pkg) &&
			!devPackage.MatchString(pkg)
	})
}

// breakFlag keeps the flag that lets pip write where the distribution's packages are.
func (p *python) breakFlag() string {
	flag := ""
	p.parts(func(pt *command) {
		if pt.install != nil && pt.install.Has("--break-system-packages") {
			flag = "--break-system-packages "
		}
	})
	return flag
}

// builderHead repeats what commands of the builder read: build arguments, and the settings of pip and of its proxies.
func (p *python) builderHead(b *stage) {
	var used strings.Builder
	p.parts(func(pt *command) {
		if pt.kind == depend || pt.kind == system || pt.kind == tooling || p.builds[pt] {
			used.WriteString(pt.text + "\n")
		}
	})
	wanted := map[string]bool{}
	text := used.String()
	for i := len(p.instructions) - 1; i >= 0; i-- { // what a variable is made of stands before it
		o := p.instructions[i]
		for _, pair := range o.in.Pairs {
			reads := strings.Contains(text, "$"+pair.Key) || strings.Contains(text, "${"+pair.Key)
			if o.in.Keyword == "ARG" && reads || o.in.Keyword == "ENV" && (reads || pipSetting.MatchString(pair.Key)) {
				wanted[p.text(o)] = true
				text += pair.Value + "\n"
			}
		}
	}
	for _, o := range p.instructions {
		if t := p.text(o); wanted[t] && !b.has(t) {
			b.add(t)
		}
	}
}

var pipSetting = lazyregexp.New(`^(PIP|UV|POETRY|PDM|PIPENV)_`)

// keepSystem installs packages with the original's comments on them.
func (a *conversion) keepSystem(s *stage, pkgs []string) {
	for _, o := range a.instructions {
		if kindOf(o, system) {
			a.keepPackages(s, o, pkgs)
			return
		}
	}
	s.add(a.installLine(pkgs))
}

func kindOf(o *instruction, k kind) bool {
	for _, pt := range o.commands {
		if pt.kind == k {
			return true
		}
	}
	return false
}

// pipDrops are pip's options that mean nothing for a wheel, with whether a value follows.
var pipDrops = map[string]bool{"--upgrade": false, "-U": false, "--no-cache-dir": false, "--no-cache": false,
	"--force-reinstall": false, "--ignore-installed": false, "-I": false,
	"--break-system-packages": false, "--compile": false, "--no-compile": false, "--system": false,
	"--root-user-action": true, "--upgrade-strategy": true, "--no-warn-script-location": false}

// wheelLines are the COPY of the manifests and one `pip wheel` for each `pip install`, in the original's order. The
// installs without options of their own become one, so that their versions are chosen together.
func (p *python) wheelLines() (copies, lines []string) {
	manifests := p.manifests()
	flat := sameDir(manifests)
	plain := -1
	p.parts(func(pt *command) {
		if pt.kind != depend {
			return
		}
		args, own := p.wheelArgs(pt, flat)
		switch {
		case !own && plain >= 0:
			lines[plain] += " " + args
			return
		case !own:
			plain = len(lines)
		}
		lines = append(lines, "pip wheel --wheel-dir /wheels "+args)
	})
	byDir := map[string][]string{}
	var dirs []string
	for _, m := range manifests {
		d := path.Dir(m)
		if byDir[d] == nil {
			dirs = append(dirs, d)
		}
		byDir[d] = append(byDir[d], m)
	}
	for _, d := range dirs {
		to := "./"
		if !flat && d != "." {
			to = "./" + d + "/"
		}
		copies = append(copies, "COPY "+strings.Join(byDir[d], " ")+" "+to)
	}
	return copies, lines
}

// wheelArgs are an installation's arguments as `pip wheel` takes them; own reports whether it has options that others
// must not share.
func (p *python) wheelArgs(pt *command, flat bool) (args string, own bool) {
	_, words := pt.install.Command.Effective()
	var out []string
	skip, verb := false, false
	file := func(name string) string { return p.manifest(name, pt, flat) }
	for i, w := range words[1:] {
		name, value, valued := strings.Cut(w.Text, "=")
		takes, drop := pipDrops[name]
		switch {
		case skip:
			skip = false
		case !verb:
			verb = w.Text == "install"
		case drop:
			skip = takes && !valued
		case valued && (name == "--requirement" || name == "--constraint"):
			out = append(out, name, file(value))
		case w.Text == "-r" || w.Text == "--requirement" || w.Text == "-c" || w.Text == "--constraint":
			skip = true
			if i+2 < len(words) {
				out = append(out, w.Text, file(words[i+2].Text))
			}
		case strings.HasPrefix(w.Text, "-r") && len(w.Text) > 2:
			out = append(out, "-r", file(w.Text[2:]))
		default:
			own = own || strings.HasPrefix(w.Text, "-")
			out = append(out, p.f.Text(w.Span))
		}
	}
	return strings.Join(out, " "), own
}

// manifests are the requirements and constraints files of all installations, with those that they name.
func (p *python) manifests() []string {
	var out []string
	p.parts(func(pt *command) {
		if pt.kind != depend {
			return
		}
		for _, w := range append(append([]dockerfile.Word{}, pt.install.Requirements...), pt.install.Constraints...) {
			files, _ := p.requirementFiles(join(pt.from.dir, w.Text), pt.from.in.Line)
			for _, f := range files {
				if !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
	})
	return out
}

// manifest is a requirements file's path in the builder's folder.
func (p *python) manifest(image string, pt *command, flat bool) string {
	files, _ := p.requirementFiles(join(pt.from.dir, image), pt.from.in.Line)
	switch {
	case len(files) == 0:
		return image
	case flat:
		return path.Base(files[0])
	}
	return files[0]
}

func sameDir(files []string) bool {
	for _, f := range files {
		if path.Dir(f) != path.Dir(files[0]) {
			return false
		}
	}
	return true
}

// manifestOnly reports whether a COPY brings nothing but what only the installation reads.
func (p *python) manifestOnly(o *instruction) bool {
	if !o.fromContext() {
		return false
	}
	any := false
	for _, c := range p.copies(0) {
		if c.op != o {
			continue
		}
		any = true
		base := strings.TrimSuffix(path.Base(c.from), "*") // a pattern that matches nothing here
		if base == "pyproject.toml" && p.manager != "pip" && !p.src().strings[base] {
			continue
		}
		if !(strings.HasPrefix(base, "requirements") || strings.HasPrefix(base, "constraints") ||
			base == "poetry.lock" || base == "uv.lock" || base == "pdm.lock" || base == "Pipfile" ||
			base == "Pipfile.lock") {
			return false
		}
	}
	return any
}

// pythonEnv are the two settings that every container of Python wants: output at once, no byte code at run time.
func (p *python) pythonEnv(f *stage) {
	var add []string
	for _, name := range []string{"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} {
		if !p.setsEnv(name) {
			add = append(add, name+"=1")
		}
	}
	if len(add) > 0 {
		f.add("ENV " + strings.Join(add, " "))
	}
}

func (a *conversion) setsEnv(name string) bool {
	for _, o := range a.instructions {
		if o.in.Keyword == "ENV" {
			for _, pair := range o.in.Pairs {
				if pair.Key == name {
					return true
				}
			}
		}
	}
	return false
}
