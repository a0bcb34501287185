package stages

import (
	"path"
	"slices"
	"strings"
)

// planTwo: nothing is built, so the builder only installs.
func (n *node) planTwo() error {
	b := n.stage("The builder installs the dependencies that the app runs with.", n.from(), "builder")
	n.installs(b, true)
	f := n.stage("The final stage adds the app's own files.", n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWriter(f)
	w.install = func() {
		f.add(n.modulesLine(w, "builder"))
	}
	w.drop = n.manifestCopy
	w.runs = func(p *command) bool {
		return n.isGlobal(p) || p.kind == account || p.kind == files && !n.movesModules(p)
	}
	w.start = n.command
	n.unlocked()
	w.writeAs("1000")
	return nil
}

// modulesLine brings the dependencies to where the original has them in the end.
func (n *node) modulesLine(w *finalWriter, stage string) string {
	from := path.Join(n.dir, "node_modules")
	if n.modules != from {
		return "COPY --from=" + stage + " " + from + " " + n.modules
	}
	return "COPY --from=" + stage + " " + from + " " + n.into(w, "node_modules")
}

// movesModules: a command that puts the dependencies elsewhere, where the final stage has them from the start.
func (n *node) movesModules(c *command) bool {
	return n.modules != path.Join(n.dir, "node_modules") && c.is("mv", "cp") && strings.Contains(c.text, "node_modules")
}

// into is a path of the project as COPY's target from the folder where the final stage stands.
func (n *node) into(w *finalWriter, name string) string {
	if n.dir == w.dir {
		return "./" + name
	}
	return path.Join(n.dir, name)
}

// manifestCopy: a COPY of the manifests alone, where a later one brings everything.
func (n *node) manifestCopy(o *instruction) bool {
	if !o.fromContext() || !n.copiesAll() {
		return false
	}
	for _, c := range n.copies(0) {
		if c.op == o && !strings.HasPrefix(path.Base(c.from), "package") && path.Base(c.from) != n.lock &&
			!strings.HasPrefix(path.Base(c.from), ".npmrc") && !strings.HasPrefix(path.Base(c.from), ".yarnrc") &&
			!strings.HasPrefix(path.Base(c.from), "pnpm-") {
			return false
		}
	}
	return true
}

func (a *conversion) copiesAll() bool {
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
	for _, o := range n.instructions {
		switch {
		case (o.inline() || o.fromContext() && !n.manifestCopy(o)) &&
			o.in.Line < n.builds[len(n.builds)-1].from.in.Line:
			b.keep(o, n.text(o))
		case o.in.Keyword == "RUN":
			b.keep(o, n.rebuild(o, n.building))
		}
	}
	comment := "The final stage takes the app from one and its dependencies from the other."
	bundled := n.isOutput(".output") || len(n.m.Dependencies) == 0 // what is built holds its dependencies
	if bundled {
		comment = "The final stage runs what was built, which holds its dependencies."
	} else {
		n.installs(n.stage("Only the dependencies that the app runs with.", n.from(), "deps"), true)
	}
	f := n.stage(comment, n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWriter(f)
	w.install = func() {
		if !bundled {
			f.add(n.modulesLine(w, "deps"))
		}
		for _, o := range n.output {
			own := ""
			if o == ".next" && w.user != "" {
				own = "--chown=1000:1000 " // Next keeps its cache there
			}
			f.add("COPY --from=builder " + own + path.Join(n.dir, o) + " " + n.into(w, o))
		}
		f.add(n.ownFiles(w)...)
	}
	w.drop = func(o *instruction) bool { return o.fromContext() && n.inProject(o) }
	w.runs = func(p *command) bool {
		return n.isGlobal(p) || p.kind == account || p.kind == files && !n.beforeBuild(p) && !n.movesModules(p)
	}
	w.start = n.command
	n.unlocked()
	w.writeAs("1000")
	return nil
}

func (n *node) beforeBuild(p *command) bool {
	return p.from.in.Line < n.builds[len(n.builds)-1].from.in.Line
}

func (n *node) building(p *command) bool {
	return slices.Contains(n.builds, p)
}

// inProject: the COPY goes into the project's folder, whose files the final stage lists one by one.
func (n *node) inProject(o *instruction) bool {
	return within(o.dest(), n.dir)
}

// planPrune runs everything in the builder, takes the development dependencies away again and copies the project.
func (n *node) planPrune() error {
	b := n.stage("The builder builds the app and leaves only the dependencies that it runs with.", n.from(), "builder")
	lastBuild := n.install.from
	for _, o := range n.instructions {
		for _, p := range o.commands {
			if p.kind != clean && p.kind != account {
				lastBuild = o
			}
		}
	}
	for _, o := range n.instructions {
		if o.in.Line > lastBuild.in.Line {
			break
		}
		switch o.in.Keyword {
		case "COPY", "ADD":
			b.keep(o, n.text(o))
		case "WORKDIR", "ARG", "SHELL":
			b.add(n.text(o))
		case "ENV":
			if !onlyServes(o.in) {
				b.add(n.text(o))
			}
		case "RUN":
			if n.buildPackages(b, o) {
				continue
			}
			keep := func(c *command) bool {
				return c.kind != clean && c.kind != system && c.kind != refresh && c.kind != upgrade
			}
			if o == n.install.from {
				b.keep(o, n.cached(o, n.cacheDir(), n.pick(o, keep, func(c *command) string {
					if c == n.install {
						return n.installCommand(false)
					}
					return c.text
				})...))
				continue
			}
			b.keep(o, n.rebuild(o, keep))
		}
	}
	inBuilder := func(c *command) bool { return c.from.in.Line <= lastBuild.in.Line && !n.isGlobal(c) }
	if err := n.leftBehind(inBuilder, n.dir); err != nil {
		return err
	}
	prune := n.pruneCommand()
	if prune == "" && len(n.m.DevDependencies) > 0 {
		b.comment = "The builder installs what is needed and builds the app."
	}
	if n.isOutput(".next") {
		n.keepsRoot("Next keeps its cache in the app's own folder")
		prune = strings.TrimPrefix(prune+" && rm -rf .next/cache", " && ")
	}
	if prune != "" {
		b.add("RUN " + prune)
	}
	f := n.stage("The final stage runs the app.", n.res.Final, "")
	n.nodeEnv(f)
	w := n.finalWriter(f)
	w.install = func() {
		f.add("COPY --from=builder " + n.dir + " " + n.into(w, ""))
	}
	w.drop = func(o *instruction) bool { return o.fromContext() && n.inProject(o) && o.in.Line <= lastBuild.in.Line }
	w.runs = func(p *command) bool { return p.kind == account || n.isGlobal(p) }
	w.start = n.command
	n.unlocked()
	w.writeAs("1000")
	return nil
}

// pruneCommand takes the development dependencies away. Workspaces of npm and of yarn 1 are pruned as one project is.
func (n *node) pruneCommand() string {
	switch {
	case n.several:
		n.note("The development dependencies stay: several projects are installed, and which of them runs is not " +
			"told here.")
		return ""
	case n.decides:
		n.note("What is installed stays: a condition decides whether development dependencies are.")
		return ""
	case n.dev || n.berry || n.workspaces() && n.manager == "pnpm":
		n.note("The development dependencies stay: what it starts, or its package manager's workspaces, needs them.")
		return ""
	case len(n.m.DevDependencies) == 0 && !n.workspaces():
		return ""
	case n.manager == "pnpm":
		return "CI=true pnpm prune --prod"
	case n.manager == "yarn":
		if dev, reads := n.lifecycle(); len(dev) > 0 || reads {
			n.note("The development dependencies stay: yarn would run the project's own scripts again without them.")
			return ""
		}
		return n.installCommand(true)
	}
	if n.oldNpm() {
		return "npm prune --production"
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

// nodeEnv says that the app runs in production, unless its own code or a library chooses its settings by that word:
// then it would start with others than the original does.
func (n *node) nodeEnv(f *stage) {
	if !n.setsEnv("NODE_ENV") && !n.dev && !n.decides && !n.choosesByEnv() {
		f.add("ENV NODE_ENV=production")
	}
}

// settingsLibraries read another file of settings for each value of NODE_ENV.
var settingsLibraries = []string{"config", "sequelize", "sequelize-cli", "knex", "dotenv-flow", "node-config-ts",
	"objection", "@feathersjs/configuration", "getconfig", "rc-config-loader"}

func (n *node) choosesByEnv() bool {
	for _, lib := range settingsLibraries {
		if _, ok := n.m.Dependencies[lib]; ok {
			return true
		}
	}
	for _, text := range n.src().text {
		if strings.Contains(text, "NODE_ENV") {
			return true
		}
	}
	return false
}

// writeAs writes with an account that the base image has already.
func (w *finalWriter) writeAs(id string) {
	_, w.user = w.a.user("", id, w.ownRuns())
	w.hasUser = true
	w.write()
}
