package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Install is a command of a package manager that brings packages in.
type Install struct {
	// "apt", "apk", "dnf", "zypper", "pacman", "pip", "npm", "yarn", "pnpm", "gem", "go", "cargo", ...
	Manager      string
	Program      string // as called: "apt-get", "pip3", "microdnf"
	Verb         string // "install", "add", "ci", "wheel", ...
	Packages     []Package
	Requirements []Word // files that list packages: pip -r, conda --file
	Constraints  []Word // pip -c
	Options      []Option
	Command      *Command
}

// Package is a package named on a command line.
type Package struct {
	Name    string // without version, extras and architecture kept
	Version string // what stands after the manager's version sign, "" if nothing
	Local   bool   // a path, an address or an archive: the name is not one of the manager's index
	Word    Word
}

// Option is an option of a command with its value, if it takes one.
type Option struct {
	Name  string // with its dashes: "-r", "--no-cache-dir"
	Value string
	Word  Word // the option; its value may be the next word
}

// Has reports whether one of the options was given.
func (in *Install) Has(names ...string) bool {
	for _, o := range in.Options {
		for _, n := range names {
			if o.Name == n {
				return true
			}
		}
	}
	return false
}

// manager describes a package manager's command line, as far as its documentation defines it.
type manager struct {
	name     string
	verbs    []string // those that install
	valued   []string // options whose value is the next word
	version  string   // what parts name and version: "=", "@", "=="
	bundled  bool     // short options may stand together: -yq
	declared bool     // an install without packages reads a manifest
}

var managers = map[string]*manager{
	"apt-get": {name: "apt", verbs: []string{"install", "build-dep", "satisfy"}, version: "=", bundled: true,
		valued: []string{"-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a",
			"--host-architecture", "-P", "--build-profiles"}},
	"apk": {name: "apk", verbs: []string{"add"}, version: "=<>~", bundled: true,
		valued: []string{"-t", "--virtual", "-X", "--repository", "-p", "--root", "--keys-dir", "--repositories-file",
			"--arch", "--cache-dir", "--wait", "--cache-max-age", "--timeout", "--progress-fd"}},
	"dnf": {name: "dnf", verbs: []string{"install", "localinstall", "reinstall", "groupinstall", "builddep"},
		bundled: true,
		valued: []string{"-c", "--config", "-d", "--debuglevel", "-e", "--errorlevel", "-x", "--exclude",
			"--enablerepo", "--disablerepo", "--installroot", "--releasever", "--setopt", "--repo", "--repoid"}},
	"zypper": {name: "zypper", verbs: []string{"install", "in"}, version: "=<>", bundled: true,
		valued: []string{"-t", "--type", "-r", "--repo", "--from", "-R", "--root", "--installroot", "-c", "--config",
			"-D", "--reposd-dir"}},
	"pacman": {name: "pacman", verbs: []string{"-S", "-Sy", "-Syu", "-Syyu"}, bundled: true},
	"pip": {name: "pip", verbs: []string{"install", "wheel", "download"}, version: "=<>~!", declared: true,
		valued: []string{"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url",
			"--extra-index-url", "-f", "--find-links", "-t", "--target",
			"--prefix", "--root", "--src", "--platform", "--python-version", "--implementation", "--abi", "--no-binary",
			"--only-binary", "--progress-bar", "--cache-dir", "--trusted-host", "--cert",
			"--client-cert", "--proxy", "--retries", "--timeout", "--exists-action", "--log", "--upgrade-strategy",
			"-w", "--wheel-dir", "-d", "--dest", "--report", "--python", "-C", "--config-settings",
			"--global-option", "--root-user-action", "--use-feature", "--build-option", "--group",
			"--keyring-provider"}},
	"npm": {name: "npm", verbs: []string{"install", "i", "add", "ci", "clean-install", "install-clean"}, version: "@",
		declared: true,
		valued: []string{"--prefix", "-C", "--registry", "--cache", "--loglevel", "--omit", "--include", "-w",
			"--workspace", "--fetch-retries", "--fetch-timeout", "--userconfig"}},
	"yarn": {name: "yarn", verbs: []string{"install", "add"}, version: "@", declared: true,
		valued: []string{"--cwd", "--cache-folder", "--modules-folder", "--registry", "--network-timeout", "--mutex"}},
	"pnpm": {name: "pnpm", verbs: []string{"install", "i", "add"}, version: "@", declared: true,
		valued: []string{"-C", "--dir", "--store-dir", "--filter", "-F", "--registry", "--reporter"}},
	"gem": {name: "gem", verbs: []string{"install", "i"}, version: ":",
		valued: []string{"-v", "--version", "-s", "--source", "-i", "--install-dir", "-n", "--bindir", "--platform",
			"-P", "--trust-policy"}},
	"go": {name: "go", verbs: []string{"install", "get"}, version: "@",
		valued: []string{"-C", "-tags", "-ldflags", "-gcflags", "-asmflags", "-o", "-p", "-mod", "-modfile",
			"-overlay"}},
	"cargo": {name: "cargo", verbs: []string{"install"}, version: "@",
		valued: []string{"--version", "--vers", "--git", "--branch", "--tag", "--rev", "--path", "--root", "--index",
			"--registry", "-F", "--features", "--profile", "--target", "--bin", "-j", "--jobs"}},
	"composer": {name: "composer", verbs: []string{"install", "i", "require", "update"}, version: ":", declared: true,
		valued: []string{"-d", "--working-dir"}},
	"bundle": {name: "bundle", verbs: []string{"install"}, declared: true,
		valued: []string{"--jobs", "-j", "--retry", "--path", "--without", "--with", "--gemfile"}},
	"poetry": {name: "poetry", verbs: []string{"install", "add", "sync"}, version: "=@", declared: true,
		valued: []string{"--with", "--without", "--only", "-E", "--extras", "-C", "--directory", "-G", "--group", "-P",
			"--project"}},
	"pipenv": {name: "pipenv", verbs: []string{"install", "sync"}, version: "=<>~!", declared: true,
		valued: []string{"-r", "--requirements", "--python", "-i", "--index", "--categories"}},
	"uv": {name: "uv", verbs: []string{"sync", "add"}, version: "=<>~!", declared: true,
		valued: []string{"--group", "--no-group", "--only-group", "--extra", "--no-install-package", "--python", "-p",
			"--index", "--index-url", "--extra-index-url", "--directory", "--project", "--package", "--cache-dir",
			"--link-mode"}},
	"conda": {name: "conda", verbs: []string{"install", "create"}, version: "=<>", declared: true,
		valued: []string{"-n", "--name", "-c", "--channel", "-p", "--prefix", "-f", "--file"}},
}

var aliases = map[string]string{
	"apt": "apt-get", "aptitude": "apt-get", "yum": "dnf", "microdnf": "dnf", "tdnf": "dnf", "mamba": "conda",
	"micromamba": "conda",
	"pip2":       "pip", "pip3": "pip", "bundler": "bundle", "gem2": "gem",
}

var (
	pipProgram    = lazyregexp.New(`^pip[0-9]?(\.[0-9]+)?$`)
	pythonProgram = lazyregexp.New(`^(python|pypy)[0-9]?(\.[0-9]+)?$`)
)

// wrappers run the command that follows them.
var wrappers = map[string]bool{"sudo": true, "exec": true, "command": true, "time": true, "nice": true, "env": true,
	"eatmydata": true, "nohup": true, "corepack": true}

// Effective is the command without what only wraps it: sudo, env NAME=value, exec and the like. Its name and words are
// those of the command that does the work.
func (c *Command) Effective() (name string, words []Word) {
	words = c.Words
	name = c.Name
	for wrappers[name] && len(words) > 1 {
		words = words[1:]
		for len(words) > 1 && (strings.HasPrefix(words[0].Text, "-") || strings.Contains(words[0].Text, "=")) {
			words = words[1:]
		}
		name = ""
		if words[0].Literal {
			name = path.Base(words[0].Text)
		}
	}
	return name, words
}

// Install reads the command as one of a package manager that installs, or returns nil.
func (c *Command) Install() *Install {
	name, words := c.Effective()
	program := name
	if pythonProgram.MatchString(name) {
		for i := 1; i+1 < len(words) && strings.HasPrefix(words[i].Text, "-"); i++ {
			if words[i].Text == "-m" {
				name, words = words[i+1].Text, words[i+1:]
				break
			}
		}
	}
	if name == "uv" && len(words) > 1 && words[1].Text == "pip" {
		name, words = "pip", words[1:]
	}
	if pipProgram.MatchString(name) {
		name = "pip"
	}
	if a, ok := aliases[name]; ok {
		name = a
	}
	m := managers[name]
	if m == nil || len(words) == 0 {
		return nil
	}
	in := &Install{Manager: m.name, Program: program, Command: c}
	m.read(in, words[1:])
	if in.Verb == "" {
		return nil
	}
	return in
}

func (m *manager) read(in *Install, words []Word) {
	var rest []Word
	ended := false
	for i := 0; i < len(words); i++ {
		w := words[i]
		if ended || !strings.HasPrefix(w.Text, "-") || w.Text == "-" || m.name == "pacman" && i == 0 {
			rest = append(rest, w)
			continue
		}
		if w.Text == "--" {
			ended = true
			continue
		}
		o := m.option(w)
		if o.Value == "" && slices.Contains(m.valued, o.Name) && !strings.Contains(w.Text, "=") && i+1 < len(words) {
			i++
			o.Value = words[i].Text
			m.file(in, o, words[i])
		} else if o.Value != "" {
			m.file(in, o, w)
		}
		in.Options = append(in.Options, o)
		if m.bundled && len(w.Text) > 2 && w.Text[1] != '-' {
			for _, c := range w.Text[1:] {
				in.Options = append(in.Options, Option{Name: "-" + string(c), Word: w})
			}
		}
	}
	m.verb(in, rest)
}

// option takes -r=x, --requirement=x and pip's -rfile to pieces.
func (m *manager) option(w Word) Option {
	name, value, _ := strings.Cut(w.Text, "=")
	if m.name == "pip" && len(name) > 2 && name[1] != '-' && slices.Contains(m.valued, name[:2]) {
		return Option{Name: w.Text[:2], Value: w.Text[2:], Word: w}
	}
	return Option{Name: name, Value: value, Word: w}
}

// file notes the options that name a list of packages or a package themselves.
func (m *manager) file(in *Install, o Option, w Word) {
	w.Text = o.Value
	switch {
	case m.name == "pip" && (o.Name == "-r" || o.Name == "--requirement"), m.name == "pipenv" &&
		(o.Name == "-r" || o.Name == "--requirements"),
		m.name == "conda" && (o.Name == "-f" || o.Name == "--file"):
		in.Requirements = append(in.Requirements, w)
	case m.name == "pip" && (o.Name == "-c" || o.Name == "--constraint"):
		in.Constraints = append(in.Constraints, w)
	case m.name == "pip" && (o.Name == "-e" || o.Name == "--editable"):
		in.Packages = append(in.Packages, Package{Name: o.Value, Local: true, Word: w})
	}
}

func (m *manager) verb(in *Install, rest []Word) {
	if m.name == "yarn" && len(rest) > 0 && rest[0].Text == "global" {
		rest = rest[1:]
	}
	switch {
	case len(rest) == 0 && m.name == "yarn":
		in.Verb = "install" // yarn alone installs
		return
	case len(rest) == 0 || !slices.Contains(m.verbs, rest[0].Text):
		return
	}
	in.Verb = rest[0].Text
	for _, w := range rest[1:] {
		in.Packages = append(in.Packages, m.pack(w))
	}
}

func (m *manager) pack(w Word) Package {
	p := Package{Name: w.Text, Word: w, Local: local(m.name, w.Text)}
	if p.Local || m.version == "" {
		return p
	}
	from := 0
	if m.version == "@" && strings.HasPrefix(p.Name, "@") {
		from = 1 // npm's scope
	}
	if i := strings.IndexAny(p.Name[from:], m.version); i >= 0 {
		i += from
		p.Name, p.Version = w.Text[:i], strings.TrimLeft(w.Text[i:], m.version)
	}
	return p
}

// local reports whether an argument is a path, an address or a file rather than a name.
func local(manager, s string) bool {
	switch {
	case strings.Contains(s, "://") || strings.HasPrefix(s, "git+") || strings.HasPrefix(s, "git@"):
		return true
	case strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~"):
		return true
	}
	for _, ext := range []string{".whl", ".tar.gz", ".tgz", ".zip", ".deb", ".rpm", ".apk", ".gem"} {
		if strings.HasSuffix(s, ext) {
			return true
		}
	}
	return manager == "pip" && strings.Contains(s, "/") || manager == "pip" && strings.Contains(s, " @ ")
}
