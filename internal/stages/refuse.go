package stages

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/secretname"
)

var (
	toolInstall = lazyregexp.New(
		`install\.python-poetry\.org|get-poetry|astral\.sh/uv|sh\.rustup\.rs|deb\.nodesource\.com|getcomposer\.org/installer|get\.pnpm\.io|pdm-project\.org|bootstrap\.pypa\.io`)
	cudaDevel    = lazyregexp.New(`-devel\b`)
	runtimeBuild = map[string]string{"gcc": "a compiler", "g++": "a compiler", "cc": "a compiler", "make": "make",
		"node-gyp": "node-gyp", "cargo": "cargo", "jupyter": "Jupyter",
		"jupyter-lab": "Jupyter", "jupyter-notebook": "Jupyter"}
	supervisors = words("supervisord systemd init cron crond runsvdir s6-svscan service my_init")
	// jit are Python packages that call a compiler when they run.
	jit = map[string]bool{"numba": true, "cppyy": true, "pythran": true}
)

// refusals are the cases that no planner takes.
func (a *conversion) refusals() error {
	for _, check := range []func() error{a.refuseBase, a.refuseInstructions, a.refuseRuns, a.refuseSources,
		a.refuseStart, a.refuseRequirements} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (a *conversion) refuseBase() error {
	b := a.st.Base
	name := strings.ToLower(b.Text)
	switch {
	case a.developed() != "":
		return refuse(a.st.From, "it is made to work in, not to run: %s; leave it as it is", a.developed())
	case !b.Known:
		return refuse(a.st.From, "the base image is left to a build argument that has no default; give the ARG one")
	case b.Scratch():
		return refuse(a.st.From, "it is built from scratch: there is nothing to leave behind, and nothing to do")
	case a.f.Escape == '`' || strings.Contains(name, "windows") || strings.Contains(name, "nanoserver"):
		return refuse(a.st.From, "it is for Windows, whose images drydock does not convert")
	case b.Repository == "docker" || strings.Contains(b.Tag, "dind"):
		return refuse(a.st.From, "it runs Docker within Docker")
	case strings.Contains(name, "conda") || strings.Contains(name, "mamba"):
		return refuse(a.st.From,
			"it uses conda, whose environments cannot be taken apart into wheels; conda-pack in a builder, or pip in "+
				"conda's place, is work for a person")
	case strings.Contains(name, "jupyter"):
		return refuse(a.st.From, "it is a workbench: its tools are what it is for")
	case strings.HasPrefix(b.Repository, "nixos/"):
		return refuse(a.st.From, "it uses nix")
	case cudaDevel.MatchString(b.Tag):
		return a.refuseNvcc()
	case a.o.Base != nil && a.o.Base.User != "" && a.o.Base.User != "root" && a.o.Base.User != "0" &&
		a.o.FinalImage == "":
		return refuse(a.st.From,
			"its base runs as %s, which the final stage's base may not know; name one that does with --final-image",
			a.o.Base.User)
	case a.o.Base != nil && len(a.o.Base.Entrypoint) > 0 && official(b) == "" && a.last("ENTRYPOINT") == nil &&
		a.o.FinalImage == "":
		return refuse(a.st.From,
			"its base has an ENTRYPOINT of its own, through which the command goes; name a final base that has the "+
				"same with --final-image")
	}
	return nil
}

// developed is why an image is one to develop in: a dev container, or one that only waits for somebody; "" if it is
// not.
func (a *conversion) developed() string {
	text := strings.ToLower(a.st.Base.Text)
	for _, mark := range []string{"devcontainers/", "vscode/devcontainers", "gitpod/", "codespaces", "dev-containers",
		"devcontainer"} {
		if strings.Contains(text, mark) {
			return "its base is a dev container's"
		}
	}
	if strings.Contains("/"+a.o.Path, "/.devcontainer/") || strings.Contains(a.o.Path, "devcontainer") {
		return "it belongs to a dev container"
	}
	if r := a.o.Run; r != nil && len(r.Command) > 0 {
		return ""
	}
	start := a.startWords()
	line := strings.Join(start, " ")
	switch {
	case line == "sleep infinity" || strings.HasPrefix(line, "tail -f /dev/null"):
		return "its command only waits"
	case len(start) == 1 && nestedShells[path.Base(start[0])]:
		return "its command is a shell"
	}
	return ""
}

func (a *conversion) refuseNvcc() error {
	var err error
	a.parts(func(p *command) {
		if strings.Contains(p.text, "nvcc") {
			err = refuse(p.from.in,
				"it compiles for the graphics card (nvcc) where it cannot be told what of CUDA is needed at run time")
		}
	})
	return err
}

func (a *conversion) refuseInstructions() error {
	for _, p := range a.instructions {
		in := p.in
		switch in.Keyword {
		case "ONBUILD":
			return refuse(in,
				"ONBUILD is for images that are built on this one, and they would build on the final stage; move its "+
					"steps into those")
		case "ENV", "ARG":
			for _, pair := range in.Pairs {
				if secretname.Holds(pair.Key) && (in.Keyword == "ARG" || pair.Value != "") {
					return refuse(in,
						"%s holds a secret in the image's own settings; pass it with RUN --mount=type=secret or at "+
							"run time first", pair.Key)
				}
			}
		}
		if p.inline() && len(in.Args) > len(in.Heredocs)+1 {
			return refuse(in, "it copies files of the context and one of the Dockerfile's own at once; write two COPYs")
		}
		if in.Script != nil && in.Keyword == "RUN" && !in.Script.Parsed() {
			return refuse(in, "what it runs is no shell's but %s's, which is not read", in.Script.Dialect)
		}
		if in.Script != nil && in.Script.Err != nil {
			return refuse(in, "the shell command does not parse; fix it first")
		}
	}
	return nil
}

func (a *conversion) refuseRuns() error {
	var err error
	fail := func(p *command, text string, args ...any) {
		if err == nil {
			err = refuse(p.from.in, text, args...)
		}
	}
	a.parts(func(p *command) {
		switch {
		case p.is("conda", "mamba", "micromamba"):
			fail(p, "it uses conda, whose environments cannot be taken apart into wheels; conda-pack in a builder, "+
				"or pip in conda's place, is work for a person")
		case p.is("nix", "nix-env", "nix-build"):
			fail(p, "it uses nix")
		case p.is("bazel", "bazelisk"):
			fail(p, "it uses bazel, whose outputs cannot be told from here")
		case p.is("sudo", "visudo"):
			fail(p, "it sets up sudo: whoever runs in it is meant to install more; without sudo it can be converted")
		case pipesIntoShell(p) && !toolInstall.MatchString(p.text):
			fail(p, "it runs a script from the network, and which files that brings cannot be told; install from "+
				"packages, or COPY the one file that is needed")
		case p.is("make", "ninja", "cmake") && installs(p):
			fail(p, "it installs what it compiled all over the file system, and which files that brings cannot be "+
				"told; install into a folder of its own (make install DESTDIR=…, --prefix) in a stage by hand")
		case p.background:
			fail(p, "a RUN starts something that goes on running beside the build, and what it leaves behind cannot "+
				"be told; prepare such things in a stage by hand")
		case p.inner != nil && mixedKinds(p):
			fail(p, "RUN %s: not understood: it does several things within one shell; write its commands as a list "+
				"of the RUN's own", shorten(p.text))
		case p.inner == nil && hidesScript(p):
			fail(p, "RUN %s: not understood: what the inner shell runs is put together from variables; write its "+
				"commands as a list of the RUN's own", shorten(p.text))
		case p.is("dpkg") && strings.Contains(p.text, " -i") || p.is("gdebi"):
			fail(p, "it installs a package from a file by dpkg, and what that brings cannot be told; install it from "+
				"a repository")
		case p.install != nil && p.document && p.kind != system:
			fail(p, "it installs packages within a heredoc that cannot be written as a list of commands; write the "+
				"installation as a command by itself")
		case p.install != nil && p.inner == nil && !p.simple && !(p.kind == system && onlySystem(p) ||
			p.kind != system && onlyInstalls(p)):
			fail(p, "it installs packages and does other things in a list, a condition or a loop that cannot be taken "+
				"apart; write the installation as a command by itself")
		}
		if in := p.install; in != nil {
			for _, pk := range in.Packages {
				switch pk.Name {
				case "docker.io", "docker-ce", "docker-ce-cli":
					fail(p, "it installs Docker: it means to start containers")
				case "sudo":
					fail(p, "it sets up sudo: whoever runs in it is meant to install more; without sudo it can be "+
						"converted")
				case "supervisor", "systemd", "runit":
					fail(p, "it runs several services under %s; a container for each can be converted", pk.Name)
				}
			}
			if in.Manager == "pip" {
				if in.Has("--user") {
					fail(p, "pip install --user puts packages into a home folder that the final stage's user may not "+
						"share; leave --user out")
				}
				if in.Has("-t", "--target", "--prefix", "--root") {
					fail(p, "pip installs into a folder of its own choosing, which a wheel cannot follow; leave the "+
						"option out")
				}
				for _, pk := range in.Packages {
					if strings.HasPrefix(pk.Name, "..") {
						fail(p, "it installs a project from outside the working folder; set WORKDIR above both")
					}
				}
			}
		}
	})
	return err
}

// mixedKinds: the script of a nested shell does things that belong to different stages.
func mixedKinds(c *command) bool {
	first := clean
	for _, call := range c.inner.Commands {
		k := commandKind(call)
		if in := call.Install(); in != nil {
			k = installKind(in)
		}
		if call.Nested || k == clean || k == state || k == refresh {
			continue
		}
		if first != clean && k != first {
			return true
		}
		first = k
	}
	return false
}

// hidesScript: a nested shell whose script is not plain text.
func hidesScript(c *command) bool {
	for _, call := range c.step.Commands {
		name, words := call.Effective()
		if nestedShells[name] && len(words) > 2 && strings.HasPrefix(words[1].Text, "-") &&
			strings.HasSuffix(words[1].Text, "c") && !words[2].Literal {
			return !pipesIntoShell(c)
		}
	}
	return false
}

// onlySystem: a list that only installs packages of the distribution, with what a slim base has to say and test.
func onlySystem(c *command) bool {
	for _, call := range c.step.Commands {
		k := commandKind(call)
		if in := call.Install(); in != nil {
			k = installKind(in)
		}
		switch k {
		case system, refresh, clean, state, files, account, upgrade:
		default:
			if name, _ := call.Effective(); !slimPrograms[name] {
				return false
			}
		}
	}
	for _, other := range c.from.commands {
		if other.kind == depend || other.kind == fetch || other.kind == compile || other.kind == tooling {
			return false
		}
	}
	return true
}

// onlyInstalls: a list, condition or loop that only installs packages by one language's package manager, with what the
// shell itself and the distribution have to test by.
func onlyInstalls(c *command) bool {
	for _, call := range c.step.Commands {
		name, _ := call.Effective()
		if in := call.Install(); in != nil {
			if in.Manager != c.install.Manager {
				return false
			}
			continue
		}
		switch commandKind(call) {
		case state, files, clean, tooling:
		default:
			if !slimPrograms[name] {
				return false
			}
		}
	}
	return true
}

// slimPrograms are some that every image of a distribution has.
var slimPrograms = words("uname dpkg dpkg-query arch id cat grep sed awk cut tr head tail ls exit false basename " +
	"dirname date sleep command which expr find xargs sort")

// refuseSources: packages that run and that come from a source beside the distribution's.
func (a *conversion) refuseSources() error {
	var earlier []*instruction
	for _, o := range a.instructions {
		if o.in.Keyword != "RUN" || o.in.Script == nil {
			continue
		}
		_, run := a.packagesOf(o)
		for _, before := range earlier {
			if from := fromSource(before, run); len(from) > 0 && !a.sourcesKnown() {
				return refuse(o.in,
					"it installs %s after a source of packages was added by a script, which the final stage would "+
						"have to add too; name a base that has it with --final-image", strings.Join(from, ", "))
			}
		}
		if ownSource.MatchString(o.in.Script.Source) && !kindOf(o, system) {
			earlier = append(earlier, o)
		}
		if a.addsSource(o) && !a.sourcesKnown() {
			if from := fromSource(o, run); len(from) > 0 {
				return refuse(o.in,
					"it installs %s from a source of packages of its own, which the final stage would have to add "+
						"too; name a base that has it with --final-image", strings.Join(from, ", "))
			}
		}
	}
	return nil
}

// sourcesKnown: the sources of packages that the original adds are files that can be copied.
func (a *conversion) sourcesKnown() bool {
	paths, ok := a.packageSources()
	return ok && len(paths) > 0
}

// pipesIntoShell: curl … | sh, or sh -c "$(curl …)".
func pipesIntoShell(p *command) bool {
	if !p.is("curl", "wget") {
		return false
	}
	for _, c := range p.step.Commands {
		name, words := c.Effective()
		switch name {
		case "sh", "bash", "python", "python3", "perl", "node", "php", "ruby":
			return len(words) < 2 || strings.HasPrefix(words[1].Text, "-") || strings.Contains(words[1].Text, "$(")
		}
	}
	return false
}

func installs(p *command) bool {
	for _, c := range p.step.Commands {
		for _, w := range c.Args() {
			if w.Text == "install" || w.Text == "--install" {
				return true
			}
		}
	}
	return false
}

// refuseStart looks at what the image starts.
func (a *conversion) refuseStart() error {
	in := a.last("CMD")
	if in == nil {
		in = a.last("ENTRYPOINT")
	}
	for _, s := range a.startedScripts() {
		for _, c := range s.script.Commands {
			name, _ := c.Effective()
			if supervisors[name] {
				return refuse(in, "it runs several services under %s; a container for each can be converted", name)
			}
			if what, ok := runtimeBuild[name]; ok && !(name == "cargo" && a.language == "Rust") {
				return refuse(in,
					"it needs %s when it runs, so nothing of the builder can be left behind; compile in a RUN instead",
					what)
			}
		}
	}
	return nil
}

// startScripts are the shell scripts of the context that a command starts, parsed.
func (a *conversion) startScripts(s *dockerfile.Script) []*dockerfile.Script {
	var out []*dockerfile.Script
	for _, c := range s.Commands {
		for _, w := range c.Words {
			if !strings.HasSuffix(w.Text, ".sh") && !strings.Contains(w.Text, "entrypoint") &&
				!strings.Contains(w.Text, "/") {
				continue
			}
			text, ok := a.inlineFile(join(a.workDir(), w.Text))
			if !ok {
				name, copied := a.source(join(a.workDir(), w.Text), 0)
				if !copied {
					continue
				}
				text = a.read(name)
			}
			if first, _, _ := strings.Cut(text, "\n"); shellLine.MatchString(first) {
				if inner := dockerfile.NewScript("bash", text); inner.Err == nil {
					out = append(out, inner)
				}
			}
		}
	}
	return out
}

var shellLine = lazyregexp.New(`^#!.*\b(ba|da|a|z|k)?sh\b`)

// refuseRequirements: packages that need a compiler when they run, or browsers that their installation puts elsewhere.
func (a *conversion) refuseRequirements() error {
	if a.language == "Python" {
		for name := range a.pythonNames() {
			if jit[name] {
				return refuse(nil,
					"%s compiles when it runs, so its tools have to stay; a slim base by hand may do if its wheels "+
						"bring a compiler of their own", name)
			}
		}
	}
	if a.language == "Node" {
		m := a.manifest()
		for _, name := range []string{"puppeteer", "playwright", "cypress", "@playwright/test"} {
			if _, ok := m.Dependencies[name]; ok {
				return refuse(nil,
					"%s downloads a browser into a cache outside node_modules when it is installed; use an image "+
						"that brings the browser", name)
			}
		}
	}
	return nil
}

// unconverted are languages that drydock recognises by their base images and does not convert.
var unconverted = []struct{ base, language string }{
	{"dotnet", ".NET"}, {"bun", "Bun"}, {"deno", "Deno"}, {"elixir", "Elixir"}, {"erlang", "Erlang"},
	{"swift", "Swift"}, {"haskell", "Haskell"}, {"gcc", "C or C++"}, {"dart", "Dart"},
	{"r-base", "R"}, {"rocker", "R"}, {"julia", "Julia"}, {"perl", "Perl"}, {"sbt", "Scala"},
	{"clojure", "Clojure"}, {"crystal", "Crystal"},
}

// unknownLanguage says why nothing is known of what a file builds, and what can be done.
func (a *conversion) unknownLanguage() string {
	const converts = "drydock converts Python, Node, Go, Java, PHP, Ruby and Rust"
	for _, u := range unconverted {
		if strings.Contains("/"+strings.ToLower(a.st.Base.Text), "/"+u.base) ||
			strings.HasPrefix(a.st.Base.Name(), u.base) {
			return "it builds " + u.language + ", and " + converts +
				"; write a second stage by hand: FROM the base that only runs, and COPY --from the first what was built"
		}
	}
	return "what it builds could not be told: neither its base image nor its commands name a language; " + converts
}

// last is the last instruction of that keyword, the one that counts.
func (a *conversion) last(keyword string) *dockerfile.Instruction {
	for i := len(a.instructions) - 1; i >= 0; i-- {
		if a.instructions[i].in.Keyword == keyword {
			return a.instructions[i].in
		}
	}
	return nil
}

// workDir is the working folder in which the image starts.
func (a *conversion) workDir() string {
	if len(a.instructions) == 0 {
		return "/"
	}
	return a.instructions[len(a.instructions)-1].dir
}

// languageOfBase tells the language by the name of a base image, "" if it does not say.
func languageOfBase(name string) string {
	name = strings.ToLower(name)
	for _, l := range []struct{ base, language string }{
		{"python", "Python"}, {"pypy", "Python"}, {"node", "Node"}, {"golang", "Go"}, {"maven", "Java"},
		{"gradle", "Java"}, {"temurin", "Java"}, {"openjdk", "Java"},
		{"corretto", "Java"}, {"zulu", "Java"}, {"php", "PHP"}, {"composer", "PHP"}, {"ruby", "Ruby"}, {"rust", "Rust"},
	} {
		if strings.Contains(name, l.base) {
			return l.language
		}
	}
	return ""
}

// guessLanguage tells it by the base image, else by what the commands install and start.
func (a *conversion) guessLanguage() string {
	if l := languageOfBase(a.st.Base.Name()); l != "" {
		return l
	}
	votes := map[string]int{}
	a.parts(func(p *command) {
		for _, c := range p.step.Commands {
			n, _ := c.Effective()
			votes[languageOf(n)]++
		}
		if p.install != nil {
			votes[languageOf(p.install.Manager)]++
		}
	})
	for _, in := range []*dockerfile.Instruction{a.last("CMD"), a.last("ENTRYPOINT")} {
		if in != nil && in.Script != nil {
			for _, c := range in.Script.Commands {
				n, _ := c.Effective()
				votes[languageOf(n)] += 10
			}
		}
	}
	delete(votes, "")
	best := ""
	for _, l := range []string{"Python", "Node", "Java", "Ruby", "PHP", "Go", "Rust"} {
		if votes[l] > votes[best] {
			best = l
		}
	}
	return best
}

func languageOf(name string) string {
	switch {
	case strings.HasPrefix(name, "python") || strings.HasPrefix(name, "pip"):
		return "Python"
	}
	switch name {
	case "gunicorn", "uvicorn", "flask", "celery", "poetry", "uv", "hypercorn", "daphne", "streamlit", "waitress-serve":
		return "Python"
	case "node", "npm", "yarn", "pnpm", "npx", "pm2-runtime":
		return "Node"
	case "go":
		return "Go"
	case "java", "mvn", "gradle", "mvnw", "gradlew":
		return "Java"
	case "php", "composer", "php-fpm", "apache2-foreground":
		return "PHP"
	case "ruby", "bundle", "rails", "puma", "rackup":
		return "Ruby"
	case "cargo":
		return "Rust"
	}
	return ""
}
