package stages

import (
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// planPHP runs composer and compiles extensions in the builder; the final stage is on the same base, which is the
// smallest that PHP has, and gets the extensions, their settings and the app.
func planPHP(a *conversion) error {
	if !strings.Contains(a.st.Base.Name(), "php") {
		return refuse(a.st.From, "PHP comes from the distribution here; start FROM an image of PHP")
	}
	if err := a.final(a.st.Base.Text); err != nil {
		return err
	}
	any, extensions, bundles := false, false, false
	last := 0
	for i, o := range a.instructions {
		for _, p := range o.commands {
			if phpBuilds(p) {
				any, last = true, i
			}
			extensions = extensions || p.is("docker-php-ext-install", "docker-php-ext-enable", "pecl")
			bundles = bundles || p.is("npm", "yarn", "pnpm")
		}
	}
	if !any {
		return refuse(nil,
			"it installs nothing by composer and compiles no extension, so there is nothing to build apart")
	}
	b := a.stage("The builder compiles the extensions and fetches the dependencies.", a.from(), "builder")
	for i, o := range a.instructions {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "ENV", "SHELL", "COPY", "ADD":
			b.keep(o, a.text(o))
		case "RUN":
			if a.bringsSource(o) {
				b.keep(o, a.text(o))
				continue
			}
			if a.buildPackages(b, o) {
				continue
			}
			composer := false
			list := a.pick(o, func(c *command) bool {
				return phpBuilds(c) || (c.kind == files || c.kind == account) &&
					i <= last
			}, func(c *command) string {
				composer = composer || c.is("composer")
				return composerText(c.text)
			})
			if composer {
				b.keep(o, a.cached(o, "/root/.composer/cache", list...))
				continue
			}
			b.keep(o, a.runOf(o, list))
		}
	}
	if bundles && !a.src().calls["node"] {
		b.add("RUN rm -rf node_modules")
	}
	dir := a.workDir()
	a.leaves("run it in a RUN", "composer")
	if err := a.leftBehind(func(c *command) bool {
		return phpBuilds(c) && !a.bringsSource(c.from) &&
			!c.is("composer", "pecl")
	}, dir, "/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d"); err != nil {
		return err
	}
	f := a.stage("The final stage has the app, its extensions and the libraries behind them.", a.res.Final, "")
	w := a.finalWriter(f)
	w.install = func() {
		if extensions {
			f.add("COPY --from=builder /usr/local/lib/php/extensions /usr/local/lib/php/extensions",
				"COPY --from=builder /usr/local/etc/php/conf.d /usr/local/etc/php/conf.d")
		}
		f.add("COPY --from=builder " + dir + " " + dir)
	}
	w.drop = func(o *instruction) bool {
		if from, ok := o.in.Flag("from"); ok {
			return strings.HasPrefix(from.Value, "composer")
		}
		return o.fromContext() && within(o.dest(), dir) && o.in.Line < a.instructions[last].in.Line
	}
	w.runs = func(p *command) bool {
		if p.kind == files && p.from.in.Line <= a.instructions[last].in.Line && a.writesWithin(p, dir) {
			return false // it comes along as the builder left it
		}
		return !phpBuilds(p) && (p.kind == other || p.kind == account || p.kind == files)
	}
	w.writeAsIs()
	return nil
}

// phpBuilds: a command that only the builder runs.
func phpBuilds(p *command) bool {
	return p.is("composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl",
		"npm", "yarn", "pnpm", "npx", "make", "phpize", "php") ||
		p.kind == fetch || p.kind == compile || p.install != nil && p.kind != system
}

var composerInstall = lazyregexp.New(`\bcomposer (install|i)\b`)

// composerText leaves development packages out, unless they were asked for.
func composerText(t string) string {
	if composerInstall.MatchString(t) && !hasAny(t, "--no-dev", "--dev") {
		t = composerInstall.ReplaceAllString(t, "composer install --no-dev")
	}
	return t
}

// writeAsIs adds no account: the server of the base image changes user itself.
func (w *finalWriter) writeAsIs() {
	w.hasUser = true
	w.write()
}
