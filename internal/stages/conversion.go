package stages

import (
	"io/fs"
	"path"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// conversion is a Dockerfile on its way through a conversion.
type conversion struct {
	f            *dockerfile.File
	st           *dockerfile.Stage
	ctx          fs.FS
	o            Options
	instructions []*instruction
	language     string
	head         []string // comments above everything
	out          []*stage // the stages of the result
	res          *Result
	sources      *sources            // the context's source code, read once
	base         Inherited           // what the original's base image sets
	instead      *dockerfile.File    // what is converted in the place of the file: the app's build has moved into a RUN
	dependents   []*dockerfile.Stage // stages that build on this one
	needs        []need              // what the app's libraries need when they run, read once
	// what the builder leaves outside of the app's own folder and the final stage takes along
	left []string

	// each changes a command of a start script, where the script is more than one plain command.
	each func([]string) ([]string, string)
	// gone are programs that stay in the builder, with what brings them: nothing that runs may call them.
	gone map[string]string

	// pattern gives the words of a command that a shell would have to expand, if what it expands to is known.
	pattern func(*instruction) ([]string, bool)
}

// instruction is an instruction with what belongs to it.
type instruction struct {
	in       *dockerfile.Instruction
	comments []remark // comment lines above it and inside it
	blank    bool     // an empty line stands before it
	dir      string   // the working folder in force
	env      map[string]string
	commands []*command // of a RUN: the commands of its list
}

// remark is a comment line that goes where its instruction goes.
type remark struct {
	text string
	line int // where it stands between an instruction's lines, else 0
}

// command is one member of a RUN's list.
type command struct {
	from    *instruction
	step    dockerfile.Step
	text    string // on one line
	alone   string // the same where it stands without those behind it: its failure is borne where the original bears it
	runtime string // what the final stage runs in its place, where that differs
	dir     string // the folder in which it runs
	kind    kind
	install *dockerfile.Install // the first package manager's command in it, if any
	inner   *dockerfile.Script  // the script of a `sh -c`, if it is one
	simple  bool                // one plain command, no control structure, pipe or redirection
	group   bool                // several commands that cannot be taken apart: `a && b || c`
	stmts   []*syntax.Stmt      // those of a group
	// a whole RUN with its heredoc, which takes no other command beside it
	document bool

	background bool // something of it goes on running: a server for the build's own use
}

// kind is what a command does, as far as it decides where the command goes.
type kind int

const (
	other   kind = iota // a command of the application: stays where it can run
	state               // changes the shell for what follows: cd, export, set
	system              // installs packages of the distribution
	refresh             // apt-get update and the like
	upgrade             // brings the distribution's packages up to date
	clean               // removes caches
	tooling             // brings a tool that only builds use: a newer pip, poetry, a version of npm
	depend              // installs the application's dependencies
	account             // makes users and groups
	files               // mkdir, chmod, ln …
	fetch               // curl, wget, git clone
	compile             // compiles or bundles
)

func newConversion(f *dockerfile.File, st *dockerfile.Stage, ctx fs.FS, o Options) *conversion {
	a := &conversion{f: f, st: st, ctx: ctx, o: o, res: &Result{}}
	a.base = a.inherit()
	dir, env := a.base.WorkDir, a.base.Env
	prev := st.From.EndLine
	for _, c := range f.Comments {
		if c.Span.Start < st.From.Span.Start {
			a.head = append(a.head, f.Text(c.Span))
		}
	}
	seen := map[*dockerfile.Comment]bool{}
	for _, in := range st.Instructions {
		p := &instruction{in: in, dir: dir, env: env}
		first := in.Line
		for _, c := range f.Comments {
			if !seen[c] && c.Span.Start > st.From.Span.Start &&
				(c.Inside == in || c.Inside == nil && c.Span.Start < in.Span.Start) {
				seen[c] = true
				r := remark{text: "# " + c.Text}
				if c.Inside == in {
					r.line = c.Line
				}
				p.comments = append(p.comments, r)
				first = min(first, c.Line)
			}
		}
		p.blank = first > prev+1
		prev = in.EndLine
		if in.Keyword == "WORKDIR" && len(in.Args) > 0 {
			dir = join(dir, a.expand(p, in.Args[0].Text))
			p.dir = dir
		}
		env = a.environment(env, in)
		if in.Keyword == "RUN" {
			p.commands = a.split(p)
		}
		a.instructions = append(a.instructions, p)
	}
	a.parts(func(c *command) {
		if c.kind == system && !c.simple && c.inner == nil && onlySystem(c) {
			c.group = true // a condition or a loop: both stages run it as it stands
		}
	})
	a.language = a.guessLanguage()
	a.res.Language = a.language
	return a
}

// join is a path as the builder resolves it against the working folder.
func join(dir, p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

// classify tells what a part does by its commands.
func classify(p *command) kind {
	if p.install != nil {
		return installKind(p.install)
	}
	k, own := clean, 0
	for _, c := range p.step.Commands {
		if !c.Nested { // what only makes a word for another says nothing of what that does
			k = wider(k, commandKind(c))
			own++
		}
	}
	if own == 0 {
		return other
	}
	if k == state && !p.simple {
		return other // a loop or a subshell changes nothing for what follows
	}
	return k
}

// wider keeps the kind that says more of two commands in one part.
func wider(a, b kind) kind {
	switch {
	case a == clean || a == state:
		return b
	case b == clean || b == state || a == b:
		return a
	case (a == files || a == account) && (b == files || b == account):
		return files
	}
	return other
}

func installKind(in *dockerfile.Install) kind {
	switch in.Manager {
	case "apt", "apk", "dnf", "zypper", "pacman":
		return system
	}
	if in.Manager == "pip" && in.Verb == "install" && len(in.Packages) > 0 && len(in.Requirements) == 0 &&
		allTools(in) {
		return tooling
	}
	if in.Manager == "npm" && in.Has("-g", "--global", "--location=global") && allTools(in) {
		return tooling
	}
	return depend
}

// buildTools are packages that build others and that no application runs.
var buildTools = map[string]bool{"pip": true, "setuptools": true, "wheel": true, "poetry": true, "poetry-core": true,
	"uv": true, "pdm": true, "pipenv": true,
	"virtualenv": true, "build": true, "cython": true, "setuptools-scm": true, "poetry-plugin-export": true,
	"maturin": true, "scikit-build": true, "cmake": true, "ninja": true,
	"npm": true, "yarn": true, "pnpm": true, "corepack": true, "typescript": true, "node-gyp": true,
	"@angular/cli": true, "gulp": true, "gulp-cli": true, "grunt-cli": true,
	"webpack": true, "webpack-cli": true, "turbo": true, "lerna": true, "rimraf": true, "@nestjs/cli": true,
	"@vue/cli": true, "vite": true, "n": true}

// managerParts are what Python's package managers stand on, and what people pin beside them.
var managerParts = words("hishel httpx requests urllib3 cachecontrol certifi charset-normalizer keyring packaging " +
	"platformdirs filelock importlib-metadata dulwich distlib installer tomlkit unearth")

func allTools(in *dockerfile.Install) bool {
	manager := false
	for _, p := range in.Packages {
		manager = manager || managersOfPython[strings.ToLower(p.Name)]
	}
	for _, p := range in.Packages {
		name, _, _ := strings.Cut(strings.ToLower(p.Name), "[")
		if p.Local || !buildTools[name] && !(manager && managerParts[name]) {
			return false
		}
	}
	return true
}

// cacheDir are the folders that hold nothing but what can be had again.
var cacheDir = lazyregexp.New(
	`^(/var/lib/apt|/var/cache|/tmp|/var/tmp|/var/log|(/root|~|\$HOME|\$\{HOME\})/\.(cache|npm|cargo|m2|gradle)|/usr/share/(doc|man|info|locale))`)

// toolCache are the folders in which tools keep what they can fetch again; anything else in a home may be the app's.
var toolCache = lazyregexp.New(
	`^(/var/lib/apt|/var/cache|/tmp|/var/tmp|/var/log|/root/\.(npm|cargo|m2|gradle|yarn|cache/(pip|pypoetry|uv|pdm|pipenv|yarn|go-build|composer)))(/|$)`)

func commandKind(c *dockerfile.Command) kind {
	name, words := c.Effective()
	first := ""
	for _, w := range words[min(1, len(words)):] {
		if !strings.HasPrefix(w.Text, "-") {
			first = w.Text
			break
		}
	}
	switch name {
	case "":
		if len(c.Words) == 0 {
			return state // nothing but assignments
		}
		return other
	case "cd", "set", "export", "source", ".", "eval", "umask", "ulimit", "unset", "alias", "shopt", "trap", "pushd",
		"popd", "readonly", "declare", "local":
		return state
	case "apt-get", "apt", "apk", "aptitude":
		switch first {
		case "update":
			return refresh
		case "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade":
			return upgrade
		case "clean", "autoclean", "autoremove", "purge", "remove", "del":
			return clean
		}
		return other
	case "rm":
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.Text, "-") && !cacheDir.MatchString(w.Text) {
				return files
			}
		}
		return clean
	case "useradd", "adduser", "groupadd", "addgroup", "usermod", "groupmod", "passwd", "chpasswd", "userdel",
		"deluser":
		return account
	case "mkdir", "chmod", "chown", "ln", "touch", "cp", "mv", "echo", "printf", "sed", "install", "locale-gen",
		"localedef", "update-ca-certificates", "update-alternatives",
		"ldconfig", "fc-cache", "dpkg-reconfigure", "chgrp", "tee", "true", ":", "test", "[",
		"false", "exit", "cat", "ls", "which", "command", "sleep", "date", "uname", "grep", "head", "tail", "id",
		"whoami", "pwd", "env", "wc", "sort", "awk", "rmdir", "readlink":
		return files
	case "curl", "wget", "git", "svn", "hg", "tar", "unzip", "gpg", "apt-key", "add-apt-repository":
		return fetch
	case "make", "cmake", "gcc", "g++", "cc", "ninja", "meson", "cargo", "go", "mvn", "mvnw", "gradle", "gradlew",
		"javac", "tsc", "rustc", "dotnet":
		return compile
	case "poetry", "pdm", "pipenv", "uv", "corepack", "pipx":
		return tooling
	case "pip", "pip3":
		return clean // pip cache purge and the like: an install was told before
	case "npm", "yarn", "pnpm":
		if first == "cache" || first == "store" {
			return clean
		}
		return compile
	case "npx", "bunx", "ng", "vite", "next", "nuxt", "webpack":
		return compile
	case "bundle", "gem", "composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable",
		"pecl":
		return tooling
	}
	return other
}

// envWithout is an ENV without some of its variables, "" if none are left.
func (a *conversion) envWithout(o *instruction, drop func(key string) bool) string {
	var keep []string
	for _, pair := range o.in.Pairs {
		if !drop(pair.Key) {
			keep = append(keep, a.f.Text(pair.Span))
		}
	}
	switch len(keep) {
	case len(o.in.Pairs):
		return a.text(o)
	case 0:
		return ""
	}
	return "ENV " + strings.Join(keep, " \\\n    ")
}

// withoutEnv is envWithout for the final stage: what is left out there is a change that is meant. A variable that an
// instruction of the final stage uses stays.
func (a *conversion) withoutEnv(o *instruction, drop func(o *instruction, key string) bool) string {
	unused := func(key string) bool { return drop(o, key) && !a.usedLater(key, drop) }
	for _, pair := range o.in.Pairs {
		if unused(pair.Key) {
			a.change("env "+pair.Key, "only the build reads it")
		}
	}
	return a.envWithout(o, unused)
}

// usedLater reports whether an instruction that says how the image runs uses a variable; ENVs that are left out
// themselves do not count.
func (a *conversion) usedLater(name string, drop func(o *instruction, key string) bool) bool {
	for _, o := range a.instructions {
		switch o.in.Keyword {
		case "ENV":
			for _, pair := range o.in.Pairs {
				if uses(pair.Value, name) && !drop(o, pair.Key) {
					return true
				}
			}
		case "WORKDIR", "CMD", "ENTRYPOINT", "EXPOSE", "USER":
			if uses(a.text(o), name) {
				return true
			}
		}
	}
	return false
}

// uses reports whether a text names a variable.
func uses(text, name string) bool {
	i := strings.Index(text, "$"+name)
	return strings.Contains(text, "${"+name) || i >= 0 && !variableName.MatchString(text[i+1+len(name):])
}

var variableName = lazyregexp.New(`^\w`)

// parts calls f for every part of every RUN.
func (a *conversion) parts(f func(*command)) {
	for _, p := range a.instructions {
		for _, pt := range p.commands {
			f(pt)
		}
	}
}

// is reports whether a part's commands include one of the names.
func (p *command) is(names ...string) bool {
	for _, c := range p.step.Commands {
		n, _ := c.Effective()
		for _, name := range names {
			if n == name {
				return true
			}
		}
	}
	return false
}

// has reports whether the context holds a path.
func (a *conversion) has(name string) bool {
	if a.ctx == nil {
		return false
	}
	_, err := fs.Stat(a.ctx, path.Clean(name))
	return err == nil
}

// read returns a file of the context, "" if it cannot be read or is larger than a source file is.
func (a *conversion) read(name string) string {
	if a.ctx == nil || !fs.ValidPath(path.Clean(name)) {
		return ""
	}
	st, err := fs.Stat(a.ctx, path.Clean(name))
	if err != nil || st.IsDir() || st.Size() > 4<<20 {
		return ""
	}
	b, err := fs.ReadFile(a.ctx, path.Clean(name))
	if err != nil {
		return ""
	}
	return string(b)
}

// top lists the context's own entries, sorted: folders with a slash at the end.
func (a *conversion) top(dir string) []string {
	if a.ctx == nil {
		return nil
	}
	entries, err := fs.ReadDir(a.ctx, dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() {
			n += "/"
		}
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// copied is one source of a COPY or ADD from the context.
type copied struct {
	op   *instruction
	from string // in the context, "." for all of it
	to   string // in the image, absolute; of a file: its own path
}

// copies lists what instructions before the given line bring from the context; 0 is all.
func (a *conversion) copies(before int) []copied {
	var out []copied
	for _, p := range a.instructions {
		if !p.fromContext() || before > 0 && p.in.Line >= before {
			continue
		}
		args := p.in.Args
		dest := a.expand(p, args[len(args)-1].Text)
		toDir := strings.HasSuffix(dest, "/") || len(args) > 2 || dest == "." || dest == "./"
		for _, w := range args[:len(args)-1] {
			for _, src := range a.glob(a.expand(p, w.Text)) {
				to := join(p.dir, dest)
				if st, err := statIn(a.ctx, src); err == nil && !st.IsDir() && (toDir || to == p.dir) {
					to = path.Join(to, path.Base(src))
				}
				out = append(out, copied{p, src, to})
			}
		}
	}
	return out
}

func statIn(ctx fs.FS, name string) (fs.FileInfo, error) {
	if ctx == nil {
		return nil, fs.ErrNotExist
	}
	return fs.Stat(ctx, name)
}

// glob expands a source of COPY against the context. One that matches nothing stays as it is.
func (a *conversion) glob(src string) []string {
	clean := strings.TrimPrefix(path.Clean("/"+src), "/")
	if clean == "" {
		clean = "."
	}
	if !strings.ContainsAny(clean, "*?[") || a.ctx == nil {
		return []string{clean}
	}
	found, err := fs.Glob(a.ctx, clean)
	if err != nil || len(found) == 0 {
		return []string{clean}
	}
	return found
}

// fromStage: the instruction takes files from another stage or image.
func (p *instruction) fromStage() bool {
	_, ok := p.in.Flag("from")
	return ok
}

// inline reports whether a COPY or ADD brings a file that stands in the Dockerfile itself.
func (p *instruction) inline() bool {
	return (p.in.Keyword == "COPY" || p.in.Keyword == "ADD") && len(p.in.Heredocs) > 0
}

// fromContext reports whether the op copies from the build context.
func (p *instruction) fromContext() bool {
	if p.in.Keyword != "COPY" && p.in.Keyword != "ADD" || len(p.in.Args) < 2 || p.inline() {
		return false
	}
	_, elsewhere := p.in.Flag("from")
	return !elsewhere && !strings.Contains(p.in.Args[0].Text, "://")
}

// source finds the file of the context that stands at a path of the image when line is run.
func (a *conversion) source(image string, line int) (string, bool) {
	cs := a.copies(line)
	for i := len(cs) - 1; i >= 0; i-- {
		c := cs[i]
		if c.to == image && c.from != "." {
			return c.from, true
		}
		if rel, ok := strings.CutPrefix(image, strings.TrimSuffix(c.to, "/")+"/"); ok {
			if name := path.Join(c.from, rel); a.ctx == nil || a.has(name) {
				return name, true
			}
		}
	}
	return "", false
}
