package stages

import (
	"encoding/json"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
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
func (a *app) manifest() manifest {
	var m manifest
	name := "package.json"
	if src, ok := a.source(join(a.workDir(), "package.json"), 0); ok {
		name = src
	}
	_ = json.Unmarshal([]byte(a.read(name)), &m) // what does not parse is as good as empty: every use checks what it needs
	return m
}

type node struct {
	*app
	m       manifest
	manager string // npm, yarn, pnpm
	root    string // folder of package.json in the context
	dir     string // the same in the image
	lock    string // the lock file, "" without one
	insync  bool   // npm: the lock file fits package.json
	berry   bool   // yarn 2 and newer
	builds  []*part
	extra   []*part // commands that are neither the installation nor the build
	install *part
	output  []string // folders that the build writes, in the image's project folder
	dev     bool     // what it starts comes from a development dependency
}

// planNode makes three stages where it can: one builds with every dependency, one installs those that run, and the
// final one takes from both. A build that does more than install and build prunes what it has instead.
func planNode(a *app) error {
	n := &node{app: a, m: a.manifest()}
	n.look()
	if n.install == nil {
		return refuse(nil, "it installs no packages, so there is nothing to build apart; a slim base in the place of %s would do", a.st.Base.Text)
	}
	if static := n.staticSite(); static != nil {
		return n.planStatic(static)
	}
	if cmd := n.devServer(); cmd != "" {
		return refuse(a.last("CMD"), "it runs the development server (%s); a production build and its command have to be chosen first", cmd)
	}
	twins := slimTwins(a.st.Base)
	if !strings.Contains(a.st.Base.Name(), "node") {
		twins = distroTwins(a.st.Base)
	}
	if _, err := a.final(twins...); err != nil {
		return err
	}
	if !strings.Contains(a.st.Base.Name(), "node") {
		return refuse(a.st.From, "Node comes from the distribution or a script here; start FROM an image of Node, which has a slim twin")
	}
	switch {
	case len(n.builds) == 0 && len(n.extra) == 0 && !n.workspaces():
		return n.planTwo()
	case len(n.output) > 0 && len(n.extra) == 0 && !n.dev && !n.workspaces():
		return n.planThree()
	}
	return n.planPrune()
}

func (n *node) workspaces() bool { return len(n.m.Workspaces) > 0 || n.app.has("pnpm-workspace.yaml") }

var nodeRunner = map[string]bool{"npm": true, "yarn": true, "pnpm": true, "npx": true}

// look finds the installation, the build, the lock file and the folders involved.
func (n *node) look() {
	n.parts(func(p *part) {
		in := p.install
		if in != nil && p.kind == depend && (in.Manager == "npm" || in.Manager == "yarn" || in.Manager == "pnpm") && !in.Has("-g", "--global", "--location=global") && len(in.Packages) == 0 {
			if n.install == nil {
				n.install, n.manager, n.dir = p, in.Manager, p.op.dir
			}
			return
		}
		switch {
		case p.is("npm", "yarn", "pnpm", "npx") && n.isBuild(p):
			n.builds = append(n.builds, p)
		case p.kind == compile || p.kind == depend || p.kind == fetch || p.kind == other && !p.is("node") && p.is("npm", "yarn", "pnpm", "npx"):
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
	for _, l := range map[string][]string{"npm": {"package-lock.json", "npm-shrinkwrap.json"}, "yarn": {"yarn.lock"}, "pnpm": {"pnpm-lock.yaml"}}[n.manager] {
		if n.app.has(path.Join(n.root, l)) {
			n.lock = l
			break
		}
	}
	n.berry = n.manager == "yarn" && (n.app.has(path.Join(n.root, ".yarnrc.yml")) || berryVersion.MatchString(n.m.PackageManager))
	n.insync = n.lock != "" && (n.manager != "npm" || n.lockFits())
	n.output = n.outputs()
	n.dev = n.startsDev()
}

var berryVersion = regexp.MustCompile(`^yarn@([2-9]|\d\d)`)

// isBuild: `npm run build`, `yarn build`, `npx tsc` and the like.
func (n *node) isBuild(p *part) bool {
	for _, c := range p.step.Commands {
		name, w := c.Effective()
		if !nodeRunner[name] || len(w) < 2 {
			continue
		}
		first := w[1].Text
		if first == "run" && len(w) > 2 {
			first = w[2].Text
		}
		if first == "tsc" || first == "build" || strings.HasPrefix(first, "build:") || first == "compile" {
			return true
		}
	}
	return false
}

// lockFits tells whether `npm ci` would take the lock file: it names what package.json names, and every optional
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

// outputs are the folders that the build writes, as far as its own settings tell.
func (n *node) outputs() []string {
	if len(n.builds) == 0 {
		return nil
	}
	script := n.m.Scripts["build"]
	for _, b := range n.builds {
		script += " && " + b.text
		for name, s := range n.m.Scripts {
			if strings.Contains(b.text, " "+name) && strings.HasPrefix(name, "build") {
				script += " && " + s
			}
		}
	}
	var out []string
	for _, tool := range []struct{ mark, dir string }{
		{`\bnext build\b`, ".next"}, {`\bnuxi? build\b`, ".output"}, {`\bvite build\b`, "dist"}, {`\breact-scripts build\b`, "build"}, {`\bnest build\b`, "dist"},
		{`\btsup\b`, "dist"}, {`\bwebpack\b`, "dist"}, {`\bng build\b`, "dist"}, {`\bremix\b.*build`, "build"}, {`\bastro build\b`, "dist"}, {`\bvue-cli-service build\b`, "dist"}, {`\bparcel build\b`, "dist"},
	} {
		if regexp.MustCompile(tool.mark).MatchString(script) {
			out = append(out, tool.dir)
		}
	}
	if m := regexp.MustCompile(`--out(?:dir|-dir|Dir)[= ](\S+)`).FindStringSubmatch(script); m != nil {
		return []string{path.Clean(m[1])}
	}
	if regexp.MustCompile(`\btsc\b`).MatchString(script) {
		if d := n.tscOut(script); d != "" {
			out = append(out, d)
		}
	}
	return out
}

var (
	outDir     = regexp.MustCompile(`"outDir"\s*:\s*"([^"]+)"`)
	projectArg = regexp.MustCompile(`(?:-p|--project)\s+(\S+\.json)`)
)

func (n *node) tscOut(script string) string {
	config := "tsconfig.json"
	if m := projectArg.FindStringSubmatch(script); m != nil {
		config = m[1]
	}
	for i := 0; i < 3; i++ {
		text := n.read(path.Join(n.root, config))
		if m := outDir.FindStringSubmatch(text); m != nil {
			return path.Clean(m[1])
		}
		m := regexp.MustCompile(`"extends"\s*:\s*"(\./[^"]+)"`).FindStringSubmatch(text)
		if m == nil {
			return ""
		}
		config = path.Clean(m[1])
	}
	return ""
}

// command is what the image starts after `npm start` and the like were looked up; why is "" if nothing was.
func (n *node) command(words []string) (out []string, why string) {
	if len(words) < 2 || words[0] != "npm" && words[0] != "yarn" && words[0] != "pnpm" {
		return words, ""
	}
	name := words[1]
	if (name == "run" || name == "run-script") && len(words) > 2 {
		name = words[2]
	}
	script, ok := n.m.Scripts[name]
	if ok && words[0] == "pnpm" && (n.m.Scripts["pre"+name] != "" || n.m.Scripts["post"+name] != "") {
		return append([]string{"npm", "run"}, words[len(words)-1]), "pnpm is not in the final stage, and npm runs the same script"
	}
	if !ok || n.m.Scripts["pre"+name] != "" || n.m.Scripts["post"+name] != "" || words[len(words)-1] != name {
		return words, ""
	}
	f := dockerfile.Parse([]byte("FROM scratch\nCMD " + strings.ReplaceAll(script, "\n", " ") + "\n"))
	if len(f.Instructions) != 2 {
		return words, ""
	}
	argv, ok := argv(f.Instructions[1])
	if !ok || len(argv) == 0 {
		return words, ""
	}
	if argv[0] != "node" {
		argv[0] = "node_modules/.bin/" + argv[0]
	}
	return argv, words[0] + " " + strings.Join(words[1:], " ") + " starts this, and passes no signals on"
}

// started are the words that the image starts, npm's scripts looked up.
func (n *node) started() []string {
	for _, k := range []string{"CMD", "ENTRYPOINT"} {
		if in := n.last(k); in != nil {
			if words, ok := argv(in); ok {
				out, _ := n.command(words)
				if len(out) > 1 && out[0] == "npx" {
					out = out[1:]
				}
				return out
			}
			if in.Script != nil {
				return strings.Fields(in.Script.Source)
			}
		}
	}
	return nil
}

// startsDev tells whether what it starts comes with a development dependency.
func (n *node) startsDev() bool {
	for _, w := range n.started() {
		bin := path.Base(w)
		for _, candidate := range []string{bin, map[string]string{"tsc": "typescript", "ts-node-dev": "ts-node-dev"}[bin]} {
			if _, ok := n.m.DevDependencies[candidate]; ok && candidate != "" {
				return true
			}
		}
	}
	return false
}

var devCommands = regexp.MustCompile(`^(vite|vite dev|vite serve|next dev|nuxt dev|nuxi dev|react-scripts start|ng serve|vue-cli-service serve|webpack serve|webpack-dev-server|astro dev)\b`)

// devServer is the development server that the image starts, "" if it starts none.
func (n *node) devServer() string {
	words := n.started()
	if len(words) == 0 {
		return ""
	}
	words = append([]string{path.Base(words[0])}, words[1:]...)
	line := strings.Join(words, " ")
	if devCommands.MatchString(line) && !strings.HasPrefix(line, "vite preview") && !strings.HasPrefix(line, "vite build") {
		return words[0]
	}
	return ""
}

// installCommand is the installation; production leaves the development dependencies out.
func (n *node) installCommand(production bool) string {
	text := n.install.text
	in := n.install.install
	if n.manager == "npm" && in.Verb != "ci" && n.insync {
		text = regexp.MustCompile(`\bnpm (install|i)\b`).ReplaceAllString(text, "npm ci")
	}
	for _, flag := range []string{" --omit=dev", " --only=production", " --production=true", " --production", " --prod", " -P"} {
		if !production && len(n.builds)+len(n.extra) > 0 {
			break // as it was: a build that worked without them goes on without
		}
		if production {
			text = strings.ReplaceAll(text+" ", flag+" ", " ")
			text = strings.TrimSpace(text)
		}
	}
	if !production || n.dev {
		return text
	}
	switch {
	case n.berry:
		return text
	case n.manager == "npm":
		return text + " --omit=dev"
	case n.manager == "pnpm":
		return text + " --prod"
	}
	return text + " --production"
}

func (n *node) cacheDir() string {
	return map[string]string{"npm": "/root/.npm", "yarn": "/usr/local/share/.cache/yarn", "pnpm": "/root/.local/share/pnpm/store"}[n.manager]
}

// manifests are the files that an installation reads, in the context.
func (n *node) manifests() []string {
	out := []string{path.Join(n.root, "package.json")}
	for _, f := range []string{n.lock, ".npmrc", ".yarnrc", ".yarnrc.yml"} {
		if f != "" && n.app.has(path.Join(n.root, f)) && !(f == ".npmrc" && strings.Contains(n.read(path.Join(n.root, f)), "_authToken")) {
			out = append(out, path.Join(n.root, f))
		}
	}
	return out
}

// installs writes a stage's part up to and including the installation.
func (n *node) installs(s *stage, production bool) {
	pkgs, _ := n.systemPackages()
	if len(pkgs) > 0 {
		n.keepSystem(s, pkgs)
	}
	s.add("WORKDIR " + n.dir)
	n.buildSettings(s, production)
	n.tools(s)
	s.add("COPY " + strings.Join(n.manifests(), " ") + " ./")
	for _, extra := range n.installInputs() {
		s.add("COPY " + extra + "/ ./" + path.Base(extra) + "/")
	}
	if production && len(n.out) > 1 {
		s.add(n.cached(n.install.op, n.cacheDir(), n.installCommand(true)))
		return
	}
	s.keep(n.install.op, n.cached(n.install.op, n.cacheDir(), n.installCommand(production)))
}

// installInputs are the folders that an installation reads besides: a schema that a package's own script compiles,
// patches, the package manager itself.
func (n *node) installInputs() []string {
	var out []string
	for _, d := range []string{"prisma", "patches", ".yarn"} {
		if n.app.has(path.Join(n.root, d)) && (d != "prisma" || n.m.Dependencies["@prisma/client"] != "" || strings.Contains(n.m.Scripts["postinstall"], "prisma")) {
			out = append(out, path.Join(n.root, d))
		}
	}
	return out
}

// tools repeats what brings the package manager: corepack enable, npm install -g pnpm.
func (n *node) tools(s *stage) {
	for _, o := range n.ops {
		if o.in.Keyword == "RUN" && o.in.Line <= n.install.op.in.Line {
			if t := n.rebuild(o, func(p *part) bool { return p.kind == tooling }); t != "" {
				s.add(t)
			}
		}
	}
}

// buildSettings repeats the ARGs and ENVs that stand before the build, but for NODE_ENV, which would leave out what a
// build needs unless the original built with it.
func (n *node) buildSettings(s *stage, production bool) {
	last := n.install.op.in.Line
	if !production && len(n.builds) > 0 {
		last = n.builds[len(n.builds)-1].op.in.Line
	}
	for _, o := range n.ops {
		if o.in.Line < last && (o.in.Keyword == "ARG" || o.in.Keyword == "ENV") && !onlyServes(o.in) {
			s.add(n.text(o))
		}
	}
}

// onlyServes: an ENV that only the running app reads.
func onlyServes(in *dockerfile.Instruction) bool {
	for _, p := range in.Pairs {
		if p.Key != "PORT" && p.Key != "HOST" && p.Key != "HOSTNAME" {
			return false
		}
	}
	return in.Keyword == "ENV"
}

// planTwo: nothing is built, so the builder only installs.
func (n *node) planTwo() error {
	b := n.stage("The builder installs the dependencies that the app runs with.", n.from(), "builder")
	n.installs(b, true)
	f := n.stage("The final stage adds the app's own files.", n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWalk(f)
	w.install = func() {
		f.add("COPY --from=builder " + path.Join(n.dir, "node_modules") + " " + n.into("node_modules"))
	}
	w.drop = n.manifestCopy
	w.start = n.command
	n.unlocked()
	return w.walkAs("1000")
}

// into is a path of the project as COPY's target from the final stage's working folder.
func (n *node) into(name string) string {
	if n.dir == n.workDir() {
		return "./" + name
	}
	return path.Join(n.dir, name)
}

// manifestCopy: a COPY of the manifests alone, where a later one brings everything.
func (n *node) manifestCopy(o *op) bool {
	if !o.fromContext() || !n.copiesAll() {
		return false
	}
	for _, c := range n.copies(0) {
		if c.op == o && !strings.HasPrefix(path.Base(c.from), "package") && path.Base(c.from) != n.lock && !strings.HasPrefix(path.Base(c.from), ".npmrc") && !strings.HasPrefix(path.Base(c.from), ".yarnrc") && !strings.HasPrefix(path.Base(c.from), "pnpm-") {
			return false
		}
	}
	return true
}

func (a *app) copiesAll() bool {
	for _, c := range a.copies(0) {
		if c.from == "." {
			return true
		}
	}
	return false
}

// planThree: build, dependencies, final.
func (n *node) planThree() error {
	b := n.stage("The builder has every dependency and builds the app.", n.from(), "builder")
	n.installs(b, false)
	for _, o := range n.ops {
		switch {
		case o.fromContext() && !n.manifestCopy(o) && o.in.Line < n.builds[len(n.builds)-1].op.in.Line:
			b.add(n.text(o))
		case o.in.Keyword == "RUN":
			b.keep(o, n.rebuild(o, n.building))
		}
	}
	d := n.stage("Only the dependencies that the app runs with.", n.from(), "deps")
	n.installs(d, true)

	f := n.stage("The final stage takes the app from one and its dependencies from the other.", n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWalk(f)
	w.install = func() {
		f.add("COPY --from=deps " + path.Join(n.dir, "node_modules") + " " + n.into("node_modules"))
		for _, o := range n.output {
			f.add("COPY --from=builder " + path.Join(n.dir, o) + " " + n.into(o))
		}
		f.add(n.ownFiles()...)
	}
	w.drop = func(o *op) bool { return o.fromContext() && n.inProject(o) }
	w.runs = func(p *part) bool { return p.kind == account || p.kind == files && !n.beforeBuild(p) }
	w.start = n.command
	n.unlocked()
	return w.walkAs("1000")
}

func (n *node) beforeBuild(p *part) bool { return p.op.in.Line < n.builds[len(n.builds)-1].op.in.Line }

func (n *node) building(p *part) bool {
	for _, b := range n.builds {
		if b == p {
			return true
		}
	}
	return false
}

// inProject: the COPY goes into the project's folder, whose files the final stage lists one by one.
func (n *node) inProject(o *op) bool {
	dest := join(o.dir, o.in.Args[len(o.in.Args)-1].Text)
	return dest == n.dir || strings.HasPrefix(dest+"/", strings.TrimSuffix(n.dir, "/")+"/")
}

// toolFiles are entries of a project that only its tools read.
var toolFiles = regexp.MustCompile(`^(\..*|Dockerfile.*|.*\.Dockerfile|docker-compose.*|compose.*\.ya?ml|Makefile|README.*|CHANGELOG.*|LICEN[CS]E.*|.*\.md|tsconfig.*\.json|jsconfig\.json|jest\.config\..*|vitest\.config\..*|babel\.config\..*|eslint.*|prettier.*|webpack\..*|rollup\.config\..*|vite\.config\..*|tsup\.config\..*|nodemon\.json|nest-cli\.json|postcss\.config\..*|tailwind\.config\..*|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|turbo\.json|nx\.json|lerna\.json|cypress.*|playwright.*|renovate\.json|sonar-project.*|k8s/|helm/|charts/|docs?/|tests?/|__tests__/|spec/|e2e/|coverage/|node_modules/|scripts/|.*\.test\..*|.*\.spec\..*|.*\.tsx?|.*\.log)$`)

// ownFiles are the COPYs of what the running app may read of the context: everything but its tools' files and the
// source that the build has turned into its output.
func (n *node) ownFiles() []string {
	var files, dirs []string
	for _, e := range n.top(n.root) {
		dir := strings.HasSuffix(e, "/")
		name := strings.TrimSuffix(e, "/")
		if toolFiles.MatchString(e) && e != "next.config.js" || n.isOutput(name) || dir && n.onlySource(path.Join(n.root, name)) && !n.startsIn(name) {
			continue
		}
		if dir {
			dirs = append(dirs, "COPY "+path.Join(n.root, name)+" "+n.into(name))
		} else {
			files = append(files, path.Join(n.root, name))
		}
	}
	sort.Strings(files)
	out := dirs
	if len(files) > 0 {
		to := "./"
		if n.dir != n.workDir() {
			to = n.dir + "/"
		}
		out = append([]string{"COPY " + strings.Join(files, " ") + " " + to}, dirs...)
	}
	return out
}

func (n *node) isOutput(name string) bool {
	for _, o := range n.output {
		if o == name {
			return true
		}
	}
	return false
}

// onlySource: a folder in which everything is source that a build compiles.
func (n *node) onlySource(dir string) bool {
	for _, e := range n.top(dir) {
		switch {
		case strings.HasSuffix(e, "/"):
			if !n.onlySource(path.Join(dir, strings.TrimSuffix(e, "/"))) {
				return false
			}
		case !compiledSource.MatchString(e):
			return false
		}
	}
	return true
}

var compiledSource = regexp.MustCompile(`\.(ts|tsx|mts|cts|jsx|vue|svelte|css|scss|sass|less|d\.ts)$|\.(test|spec)\.[jt]sx?$`)

// startsIn tells whether the command names something in that folder.
func (n *node) startsIn(dir string) bool {
	for _, w := range n.started() {
		if strings.HasPrefix(strings.TrimPrefix(w, "./"), dir+"/") {
			return true
		}
	}
	return false
}

// planPrune runs everything in the builder, takes the development dependencies away again and copies the project.
func (n *node) planPrune() error {
	b := n.stage("The builder builds the app and leaves only the dependencies that it runs with.", n.from(), "builder")
	lastBuild := n.install.op
	for _, o := range n.ops {
		for _, p := range o.parts {
			if p.kind != clean && p.kind != account {
				lastBuild = o
			}
		}
	}
	for _, o := range n.ops {
		if o.in.Line > lastBuild.in.Line {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL", "COPY", "ADD":
			b.add(n.text(o))
		case "ENV":
			if !onlyServes(o.in) {
				b.add(n.text(o))
			}
		case "RUN":
			if n.buildPackages(b, o) {
				continue
			}
			if o == n.install.op {
				var texts []string
				for _, p := range o.parts {
					switch {
					case p == n.install:
						texts = append(texts, n.installCommand(false))
					case p.kind != clean && p.kind != system && p.kind != refresh && p.kind != account:
						texts = append(texts, p.text)
					}
				}
				b.keep(o, n.cached(o, n.cacheDir(), texts...))
				continue
			}
			b.keep(o, n.rebuild(o, func(p *part) bool {
				return p.kind != clean && p.kind != system && p.kind != refresh && p.kind != account
			}))
		}
	}
	prune := n.pruneCommand()
	if n.isOutput(".next") {
		prune = strings.TrimPrefix(prune+" && rm -rf .next/cache", " && ")
	}
	if prune != "" {
		b.add("RUN " + prune)
	}
	f := n.stage("The final stage runs the app.", n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWalk(f)
	w.install = func() {
		f.add("COPY --from=builder " + n.dir + " " + n.into(""))
	}
	w.drop = func(o *op) bool { return o.fromContext() && n.inProject(o) }
	w.runs = func(p *part) bool {
		return p.kind == account || p.kind == depend && p.install != nil && p.install.Has("-g", "--global")
	}
	w.start = n.command
	n.unlocked()
	return w.walkAs("1000")
}

func (n *node) pruneCommand() string {
	switch {
	case n.dev || n.berry || n.workspaces():
		n.note("The development dependencies stay: what it starts, or its package manager's workspaces, needs them.")
		return ""
	case n.manager == "pnpm":
		return "CI=true pnpm prune --prod"
	case n.manager == "yarn":
		return n.installCommand(true)
	}
	return "npm prune --omit=dev"
}

func (n *node) unlocked() {
	switch {
	case n.lock == "":
		n.note("There is no lock file, so %s may choose other versions at every build.", n.manager)
	case n.manager == "npm" && !n.insync && n.install.install.Verb != "ci":
		n.note("%s does not fit package.json, so npm install stays where npm ci would be better.", n.lock)
	}
	if n.dev {
		n.note("What it starts comes with a development dependency, so these stay too.")
	}
}

func (n *node) nodeEnv(f *stage) {
	if !n.setsEnv("NODE_ENV") && !n.dev {
		f.add("ENV NODE_ENV=production")
	}
}

// walkAs walks with an account that the base image has already.
func (w *walk) walkAs(id string) error {
	_, w.user = w.a.user("", id)
	w.hasUser = true
	return w.walk()
}
