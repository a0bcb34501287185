package stages

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// manifest is the part of package.json and its lock file that matters here.
type manifest struct {
	Name            string            `json:"name"`
	Main            string            `json:"main"`
	Scripts         map[string]string `json:"scripts"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Workspaces      json.RawMessage   `json:"workspaces"`
	PackageManager  string            `json:"packageManager"`
}

// manifest reads the package.json that the installation uses.
func (a *conversion) manifest() manifest {
	var m manifest
	name := "package.json"
	if src, ok := a.source(join(a.workDir(), "package.json"), 0); ok {
		name = src
	}
	_ = json.Unmarshal([]byte(a.read(name)),
		&m) // what does not parse is as good as empty: every use checks what it needs
	return m
}

type node struct {
	*conversion
	m       manifest
	manager string // npm, yarn, pnpm
	root    string // folder of package.json in the context
	dir     string // the same in the image
	lock    string // the lock file, "" without one
	insync  bool   // npm: the lock file fits package.json
	several bool   // more than one project is installed; dir is the folder that holds them all
	berry   bool   // yarn 2 and newer
	builds  []*command
	extra   []*command // commands that are neither the installation nor the build
	globals []*command // installations of programs beside the project
	install *command
	decides bool     // a condition, a loop or a list with || decides what is installed
	output  []string // folders that the build writes, in the image's project folder
	dev     bool     // what it starts comes from a development dependency
	modules string   // where node_modules lies in the image in the end

	binsRead, binsInstall bool
	binsDev               map[string]bool
}

// planNode makes three stages where it can: one builds with every dependency, one installs those that run, and the
// final one takes from both. A build that does more than install and build prunes what it has instead.
func planNode(a *conversion) error {
	n := &node{conversion: a, m: a.manifest()}
	n.look()
	if n.install == nil {
		return refuse(nil,
			"it installs no packages, so there is nothing to build apart; a slim base in the place of %s would do",
			a.st.Base.Text)
	}
	if n.berry && !strings.Contains(n.read(path.Join(n.root, ".yarnrc.yml")), "nodeLinker: node-modules") {
		return refuse(n.install.from.in,
			"yarn installs without node_modules here (Plug'n'Play), and which files then run is not told; set "+
				"nodeLinker: node-modules")
	}
	a.leaves("start the program by its path in node_modules/.bin, or with npm", "bun", "bunx", "turbo", "nx", "lerna",
		"corepack")
	if static := n.staticSite(); static != nil && n.buildsAtStart() == "" {
		return n.planStatic(static)
	}
	if n.servedByOther() {
		return n.planServed()
	}
	if cmd := n.devServer(); cmd != "" {
		return refuse(a.last("CMD"),
			"it runs the development server (%s); a production build and its command have to be chosen first", cmd)
	}
	if cmd := n.buildsAtStart(); cmd != "" {
		if f := n.builtBefore(); f != nil && len(n.f.Stages) == 1 {
			n.instead = f
			return nil
		}
		return refuse(a.last("CMD"),
			"it compiles whenever it starts (%s), with what only a build needs; build in a RUN, and start what was "+
				"built", cmd)
	}
	twins := a.slimTwins()
	if !strings.Contains(a.st.Base.Name(), "node") {
		twins = a.distroTwins()
	}
	if err := a.final(twins...); err != nil {
		return err
	}
	if !strings.Contains(a.st.Base.Name(), "node") {
		return refuse(a.st.From,
			"Node comes from the distribution or a script here; start FROM an image of Node, which has a slim twin")
	}
	if n.several && n.dir == "/" {
		return refuse(n.install.from.in,
			"it installs the packages of several projects that lie in no folder together; put them below one")
	}
	scripts, reads := n.lifecycle()
	switch {
	case a.o.Whole || n.several || n.decides || n.install.from.dir != n.dir:
	case reads || len(scripts) > 0 && n.oldNpm():
	case len(n.builds) == 0 && len(n.extra) == 0 && !n.workspaces():
		return n.planTwo()
	case len(n.output) > 0 && len(n.extra) == 0 && !n.dev && !n.workspaces():
		return n.planThree()
	}
	return n.planPrune()
}

func (n *node) workspaces() bool {
	return len(n.m.Workspaces) > 0 || n.conversion.has("pnpm-workspace.yaml")
}

var nodeRunner = map[string]bool{"npm": true, "yarn": true, "pnpm": true, "npx": true}

// look finds the installation, the build, the lock file and the folders involved.
func (n *node) look() {
	n.parts(func(p *command) {
		in := p.install
		if in != nil && p.kind == depend && (in.Manager == "npm" || in.Manager == "yarn" || in.Manager == "pnpm") &&
			!in.Has("-g", "--global", "--location=global") && len(in.Packages) == 0 {
			switch {
			case n.install == nil:
				n.install, n.manager, n.dir = p, in.Manager, n.installDir(p)
				n.decides = !p.simple
			case n.installDir(p) != n.dir:
				n.several, n.dir = true, commonDir(n.dir, n.installDir(p))
			}
			return
		}
		switch {
		case in != nil && p.kind == depend && in.Has("-g", "--global", "--location=global"):
			n.globals = append(n.globals, p)
			p.runtime = withoutTools(p)
		case n.isBuild(p):
			n.builds = append(n.builds, p)
		case p.kind == compile || p.kind == depend || p.kind == fetch || p.kind == other && !p.is("node") &&
			p.is("npm", "yarn", "pnpm", "npx"):
			n.extra = append(n.extra, p)
		case p.kind == other:
			n.extra = append(n.extra, p)
		}
	})
	if n.install == nil {
		return
	}
	n.root = "."
	if src, ok := n.source(path.Join(n.dir, "package.json"), 0); ok {
		n.root = path.Dir(src)
	}
	for _, l := range map[string][]string{"npm": {"package-lock.json", "npm-shrinkwrap.json"}, "yarn": {"yarn.lock"},
		"pnpm": {"pnpm-lock.yaml"}}[n.manager] {
		if n.conversion.has(path.Join(n.root, l)) {
			n.lock = l
			break
		}
	}
	n.berry = n.manager == "yarn" && (n.conversion.has(path.Join(n.root, ".yarnrc.yml")) ||
		berryVersion.MatchString(n.m.PackageManager))
	n.insync = n.lock != "" && (n.manager != "npm" || n.lockFits())
	n.output = n.outputs()
	n.dev = n.startsDev() != ""
	n.keepManagers()
	n.modules, _ = n.movedTo(path.Join(n.dir, "node_modules"), n.install.from)
}

// installDir is the folder of the project that an installation is told to install.
func (n *node) installDir(c *command) string {
	for _, o := range c.install.Options {
		if (o.Name == "--prefix" || o.Name == "-C" || o.Name == "--cwd" || o.Name == "--dir") && o.Value != "" {
			return join(c.dir, n.expand(c.from, o.Value))
		}
	}
	return c.dir
}

var berryVersion = lazyregexp.New(`^yarn@([2-9]|\d\d)`)

// withoutTools is an installation of programs without those that only build.
func withoutTools(p *command) string {
	text := p.text
	for _, pk := range p.install.Packages {
		if name := strings.ToLower(pk.Name); buildTools[name] {
			text = strings.Replace(text, " "+pk.Word.Text, "", 1)
		}
	}
	return text
}

// commonDir is the nearest folder above both.
func commonDir(a, b string) string {
	for !within(b, a) {
		a = path.Dir(a)
	}
	return a
}

func (n *node) isGlobal(p *command) bool { return slices.Contains(n.globals, p) }

// bundlers are programs that build when they are called by themselves.
var bundlers = words("tsc webpack rollup esbuild tsup swc")

// frameworks are programs that build when they are told to.
var frameworks = words("ng nest vite next nuxt nuxi vue-cli-service astro parcel remix react-scripts gatsby svelte-kit")

// isBuild: `npm run build`, `yarn build`, `npx tsc`, `ng build` and the like.
func (n *node) isBuild(p *command) bool {
	for _, c := range p.step.Commands {
		name, w := c.Effective()
		if bundlers[name] || frameworks[name] && hasWord(texts(w), "build") {
			return true
		}
		if !nodeRunner[name] || len(w) < 2 {
			continue
		}
		first := w[1].Text
		if first == "run" && len(w) > 2 {
			first = w[2].Text
		}
		if name == "npx" && (bundlers[first] || frameworks[first] && hasWord(texts(w), "build")) {
			return true
		}
		if first == "tsc" || first == "build" || strings.HasPrefix(first, "build:") || first == "compile" {
			return true
		}
	}
	return false
}

func texts(words []dockerfile.Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.Text)
	}
	return out
}

// lockFits reports whether `npm ci` would take the lock file: it names what package.json names, and every optional
// package that an entry asks for is there, which npm of some versions forgets.
func (n *node) lockFits() bool {
	var lock struct {
		Version  int `json:"lockfileVersion"`
		Packages map[string]struct {
			Dependencies         map[string]string `json:"dependencies"`
			DevDependencies      map[string]string `json:"devDependencies"`
			OptionalDependencies map[string]string `json:"optionalDependencies"`
		} `json:"packages"`
	}
	if json.Unmarshal([]byte(n.read(path.Join(n.root, n.lock))), &lock) != nil || lock.Version < 2 {
		return false
	}
	root, ok := lock.Packages[""]
	if !ok || !sameMap(root.Dependencies, n.m.Dependencies) || !sameMap(root.DevDependencies, n.m.DevDependencies) {
		return false
	}
	names := map[string]bool{}
	for k := range lock.Packages {
		if i := strings.LastIndex(k, "node_modules/"); i >= 0 {
			names[k[i+len("node_modules/"):]] = true
		}
	}
	for _, p := range lock.Packages {
		for o := range p.OptionalDependencies {
			if !names[o] {
				return false
			}
		}
	}
	return true
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}
