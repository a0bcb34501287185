package stages

import (
	"path"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// How a Node project is installed and built, and what that writes.

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
		{`\bnext build\b`, ".next"}, {`\bnux[ti] build\b`, ".output"}, {`\bvite build\b`,
			"dist"}, {`\breact-scripts build\b`, "build"}, {`\bnest build\b`, "dist"},
		{`\btsup\b`, "dist"}, {`\bwebpack\b`, "dist"}, {`\bng build\b`, "dist"}, {`\bremix\b.*build`,
			"build"}, {`\bastro build\b`, "dist"}, {`\bvue-cli-service build\b`, "dist"}, {`\bparcel build\b`,
			"dist"}, {`\bgatsby build\b`, "public"},
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
	outDir     = lazyregexp.New(`"outDir"\s*:\s*"([^"]+)"`)
	projectArg = lazyregexp.New(`(?:-p|--project)\s+(\S+\.json)`)
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

// installCommand is the installation; production leaves the development dependencies out.
func (n *node) installCommand(production bool) string {
	text := n.install.text
	if n.decides {
		return text
	}
	in := n.install.install
	if n.manager == "npm" && in.Verb != "ci" && n.insync {
		text = regexp.MustCompile(`\bnpm (install|i)\b`).ReplaceAllString(text, "npm ci")
	}
	for _, flag := range []string{" --omit=dev", " --only=production", " --production=true", " --production", " --prod",
		" -P"} {
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
	case n.manager == "npm" && n.oldNpm():
		return text + " --production"
	case n.manager == "npm":
		return text + " --omit=dev"
	case n.manager == "pnpm":
		return text + " --prod"
	}
	return text + " --production"
}

func (n *node) cacheDir() string {
	return map[string]string{"npm": "/root/.npm", "yarn": "/usr/local/share/.cache/yarn",
		"pnpm": "/root/.local/share/pnpm/store"}[n.manager]
}

// manifests are the files that an installation reads, in the context.
func (n *node) manifests() []string {
	out := []string{path.Join(n.root, "package.json")}
	for _, f := range []string{n.lock, ".npmrc", ".yarnrc", ".yarnrc.yml"} {
		if f != "" && n.conversion.has(path.Join(n.root, f)) &&
			!(f == ".npmrc" && strings.Contains(n.read(path.Join(n.root, f)), "_authToken")) {
			out = append(out, path.Join(n.root, f))
		}
	}
	return out
}

// installs writes a stage's part up to and including the installation.
func (n *node) installs(s *stage, production bool) {
	if len(n.out) == 1 {
		n.bringSources(s)
	}
	pkgs, _ := n.systemPackages()
	if len(pkgs) > 0 {
		n.keepSystem(s, pkgs)
	}
	n.keepInline(s, n.install.from.in.Line)
	s.add("WORKDIR " + n.dir)
	n.buildSettings(s, production)
	n.tools(s, !production)
	manifests := "COPY " + strings.Join(n.manifests(), " ") + " ./"
	if o := n.manifestOp(); o != nil {
		s.keep(o, manifests)
	} else {
		s.add(manifests)
	}
	for _, extra := range n.installInputs() {
		s.add("COPY " + extra + "/ ./" + path.Base(extra) + "/")
	}
	commands := []string{n.installCommand(production)}
	if production && !n.dev {
		if drop := n.dropLifecycle(); drop != "" {
			commands = append([]string{drop}, commands...)
		}
	}
	if production && len(n.out) > 1 {
		s.add(n.cached(n.install.from, n.cacheDir(), commands...))
		return
	}
	s.keep(n.install.from, n.cached(n.install.from, n.cacheDir(), commands...))
}

// manifestOp is the COPY by which the original brings the manifests, nil where it copies everything at once.
func (n *node) manifestOp() *instruction {
	for _, o := range n.instructions {
		if o.fromContext() && n.copiesAll() && n.manifestCopy(o) {
			return o
		}
	}
	return nil
}

// installInputs are the folders that an installation reads besides: a schema that a package's own script compiles,
// patches, the package manager itself.
func (n *node) installInputs() []string {
	var out []string
	for _, d := range []string{"prisma", "patches", ".yarn"} {
		if n.conversion.has(path.Join(n.root, d)) && (d != "prisma" || n.m.Dependencies["@prisma/client"] != "" ||
			strings.Contains(n.m.Scripts["postinstall"], "prisma")) {
			out = append(out, path.Join(n.root, d))
		}
	}
	return out
}

// tools repeats what brings the package manager (corepack enable, npm install -g pnpm), and for a build the programs
// that are installed beside the project.
func (n *node) tools(s *stage, building bool) {
	last := n.install.from.in.Line
	if building && len(n.builds) > 0 {
		last = n.builds[len(n.builds)-1].from.in.Line
	}
	for _, o := range n.instructions {
		if o.in.Keyword == "RUN" && o.in.Line <= last {
			s.add(n.rebuild(o, func(p *command) bool { return p.kind == tooling || building && n.isGlobal(p) }))
		}
	}
}

// buildSettings repeats the ARGs and ENVs that stand before the build, but for NODE_ENV, which would leave out what a
// build needs unless the original built with it.
func (n *node) buildSettings(s *stage, production bool) {
	last := n.install.from.in.Line
	if !production && len(n.builds) > 0 {
		last = n.builds[len(n.builds)-1].from.in.Line
	}
	for _, o := range n.instructions {
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
