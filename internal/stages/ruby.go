package stages

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// planRuby installs the gems in the builder and copies them with the app.
func planRuby(a *conversion) error {
	if !strings.Contains(a.st.Base.Name(), "ruby") {
		return refuse(a.st.From,
			"Ruby comes from the distribution here; start FROM an image of Ruby, which has a slim twin")
	}
	var install *command
	bundles := false
	a.parts(func(p *command) {
		if p.install != nil && p.install.Manager == "bundle" {
			install = p
		}
		bundles = bundles || p.is("npm", "yarn", "pnpm") && !(p.install != nil && p.install.Has("-g", "--global"))
	})
	if install == nil {
		return refuse(nil, "it installs no bundle, so there is nothing to build apart")
	}
	if err := a.final(a.slimTwins()...); err != nil {
		return err
	}
	last := 0
	for i, o := range a.instructions {
		for _, p := range o.commands {
			if p.kind != account && p.kind != clean && p.kind != files && p.kind != system && p.kind != refresh {
				last = i
			}
		}
	}
	b := a.stage("The builder installs the gems and prepares the app.", a.from(), "builder")
	for i, o := range a.instructions {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "COPY", "ADD":
			b.keep(o, a.text(o))
		case "WORKDIR", "ARG", "SHELL", "ENV":
			b.add(a.text(o))
		case "RUN":
			if kindOf(o, system) {
				b.keep(o, a.text(o)) // the gems' own programs may need any of it while the app is prepared
				continue
			}
			list := a.pick(o, builds, func(c *command) string {
				if c == install {
					return c.text + " \\\n    && " + `rm -rf "$GEM_HOME"/cache "$GEM_HOME"/bundler/gems/*/.git`
				}
				return c.text
			})
			b.keep(o, a.runOf(o, list))
		}
	}
	if bundles && !a.src().calls["node"] {
		b.add("RUN rm -rf node_modules")
	}
	f := a.stage("The final stage runs the app with the gems.", a.res.Final, "")
	w := a.finalWriter(f)
	dir := install.dir
	root := dir == "/" // then the app's own files are copied as the original copies them
	if root && a.prepares(install, last) {
		return refuse(install.from.in,
			"it prepares the app in the root folder, where its files cannot be told from the image's own; set a WORKDIR")
	}
	if !root {
		if err := a.leftBehind(func(c *command) bool { return c.from.in.Line <= a.instructions[last].in.Line },
			append(a.gemDirs(), dir)...); err != nil {
			return err
		}
	}
	w.install = func() {
		for _, gems := range a.gemDirs() {
			if root || !within(gems, dir) {
				f.add("COPY --from=builder " + gems + " " + gems)
			}
		}
		if !root {
			f.add("COPY --from=builder " + dir + " " + dir)
		}
	}
	w.drop = func(o *instruction) bool {
		return !root && o.fromContext() && within(o.dest(), dir) && o.in.Line < a.instructions[last].in.Line
	}
	w.runs = func(p *command) bool {
		return p.kind == account || p.kind == files && p.from.in.Line > install.from.in.Line
	}
	// A Rails app writes its log, its temporary files and often its database below its own folder.
	if (a.has("config/application.rb") || a.gems()["rails"] || a.gems()["railties"]) && a.last("USER") == nil {
		a.note("It still runs as root: Rails writes below its own folder (log, tmp, storage).")
		w.writeAsIs()
		return nil
	}
	w.write()
	return nil
}

// prepares reports whether commands beside the installation of the bundle change the app's files.
func (a *conversion) prepares(install *command, last int) bool {
	found := false
	a.parts(func(c *command) {
		if c != install && c.from.in.Line <= a.instructions[last].in.Line {
			switch c.kind {
			case other, compile, depend, files, fetch:
				found = true
			}
		}
	})
	return found
}

var bundlePath = lazyregexp.New(
	`\bbundle (?:config(?: set)?(?: --(?:local|global))? path|install.* --path)[ =]+([^\s'"]+)`)

// gemDirs are the folders in which the bundle's gems lie: the base image's own, and those that the original names.
func (a *conversion) gemDirs() []string {
	out := []string{"/usr/local/bundle"}
	if home := a.base.Env["GEM_HOME"]; home != "" {
		out = []string{home}
	}
	for _, o := range a.instructions {
		for _, pair := range o.in.Pairs {
			if o.in.Keyword == "ENV" && pair.Key == "BUNDLE_PATH" {
				out = append(out, join(o.dir, a.expand(o, pair.Value)))
			}
		}
		for _, p := range o.commands {
			if m := bundlePath.FindStringSubmatch(p.text); m != nil {
				out = append(out, join(o.dir, a.expand(o, m[1])))
			}
		}
	}
	return slices.Compact(out)
}
