package stages

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// planPHP runs composer and compiles extensions in the builder; the final stage is on the same base, which is the
// smallest that PHP has, and gets the extensions, their settings and the app.
func planPHP(a *app) error {
	if !strings.Contains(a.st.Base.Name(), "php") {
		return refuse(a.st.From, "PHP comes from the distribution here; start FROM an image of PHP")
	}
	if _, err := a.final(a.st.Base.Text); err != nil {
		return err
	}
	builds := func(p *part) bool {
		return p.is("composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl", "npm", "yarn", "npx", "make", "phpize", "php") || p.kind == fetch || p.kind == compile || p.install != nil && p.kind != system
	}
	any, extensions := false, false
	last := 0
	for i, o := range a.ops {
		for _, p := range o.parts {
			if builds(p) {
				any, last = true, i
			}
			extensions = extensions || p.is("docker-php-ext-install", "docker-php-ext-enable", "pecl")
		}
	}
	if !any {
		return refuse(nil, "it installs nothing by composer and compiles no extension, so there is nothing to build apart")
	}
	b := a.stage("The builder compiles the extensions and fetches the dependencies.", a.from(), "builder")
	pkgs, _ := a.systemPackages()
	packaged := len(pkgs) == 0
	for i, o := range a.ops {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "ENV", "SHELL", "COPY", "ADD":
			b.keep(o, a.text(o))
		case "RUN":
			if kindOf(o, system) && !packaged {
				packaged = true
				b.keep(o, a.installLine(pkgs))
			}
			composer := false
			var texts []string
			for _, p := range o.parts {
				if builds(p) || p.kind == files && i < last {
					composer = composer || p.is("composer")
					texts = append(texts, composerText(p.text))
				}
			}
			switch {
			case len(texts) == 0:
			case composer:
				b.keep(o, a.cached("/root/.composer/cache", texts...))
			default:
				b.keep(o, run(texts...))
			}
		}
	}
	dir := a.workDir()
	if dir == "/" {
		dir = "/var/www/html"
	}
	f := a.stage("The final stage has the app, its extensions and the libraries behind them.", a.res.Final, "")
	w := a.finalWalk(f)
	w.install = func() {
		if extensions {
			f.add("COPY --from=builder /usr/local/lib/php/extensions /usr/local/lib/php/extensions",
				"COPY --from=builder /usr/local/etc/php/conf.d /usr/local/etc/php/conf.d")
		}
		f.add("COPY --from=builder " + dir + " " + dir)
	}
	w.drop = func(o *op) bool {
		if from, ok := o.in.Flag("from"); ok {
			return strings.HasPrefix(from.Value, "composer")
		}
		return o.fromContext() && strings.HasPrefix(join(o.dir, o.in.Args[len(o.in.Args)-1].Text)+"/", dir+"/")
	}
	w.runs = func(p *part) bool { return !builds(p) && (p.kind == other || p.kind == account || p.kind == files) }
	return w.walkAsIs()
}

// composerText leaves development packages out, unless they were asked for.
func composerText(t string) string {
	if regexp.MustCompile(`\bcomposer (install|i)\b`).MatchString(t) && !hasAny(t, "--no-dev", "--dev") {
		t = regexp.MustCompile(`\bcomposer (install|i)\b`).ReplaceAllString(t, "composer install --no-dev")
	}
	return t
}

// walkAsIs adds no account: the server of the base image changes user itself.
func (w *walk) walkAsIs() error {
	w.hasUser = true
	return w.walk()
}

// planRuby installs the gems in the builder and copies them with the app.
func planRuby(a *app) error {
	if !strings.Contains(a.st.Base.Name(), "ruby") {
		return refuse(a.st.From, "Ruby comes from the distribution here; start FROM an image of Ruby, which has a slim twin")
	}
	var install *part
	a.parts(func(p *part) {
		if p.install != nil && p.install.Manager == "bundle" {
			install = p
		}
	})
	if install == nil {
		return refuse(nil, "it installs no bundle, so there is nothing to build apart")
	}
	if _, err := a.final(slimTwins(a.st.Base)...); err != nil {
		return err
	}
	last := 0
	for i, o := range a.ops {
		for _, p := range o.parts {
			if p.kind != account && p.kind != clean && p.kind != files {
				last = i
			}
		}
	}
	b := a.stage("The builder installs the gems and prepares the app.", a.from(), "builder")
	pkgs, final := a.systemPackages()
	for _, p := range final {
		pkgs = appendOnce(pkgs, p)
	}
	slices.Sort(pkgs)
	packaged := len(pkgs) == 0
	for i, o := range a.ops {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL", "COPY", "ADD", "ENV":
			b.add(a.text(o))
		case "RUN":
			if kindOf(o, system) && !packaged {
				packaged = true
				b.add(a.installLine(pkgs))
			}
			var texts []string
			for _, p := range o.parts {
				if p.kind == clean || p.kind == account || p.kind == system || p.kind == refresh {
					continue
				}
				texts = append(texts, p.text)
				if p == install {
					texts = append(texts, `rm -rf "$GEM_HOME"/cache "$GEM_HOME"/bundler/gems/*/.git`)
				}
			}
			switch {
			case len(texts) == 0:
			case unchanged(o, texts):
				b.keep(o, a.text(o))
			default:
				b.keep(o, run(texts...))
			}
		}
	}
	f := a.stage("The final stage runs the app with the gems.", a.res.Final, "")
	w := a.finalWalk(f)
	dir := install.op.dir
	w.install = func() {
		gems := "/usr/local/bundle"
		f.add("COPY --from=builder " + gems + " " + gems)
		f.add("COPY --from=builder " + dir + " " + dir)
	}
	w.drop = func(o *op) bool {
		return o.fromContext() && strings.HasPrefix(join(o.dir, o.in.Args[len(o.in.Args)-1].Text)+"/", dir+"/")
	}
	w.runs = func(p *part) bool { return p.kind == account || p.kind == files && p.op.in.Line > install.op.in.Line }
	// A Rails app writes its log, its temporary files and often its database below its own folder.
	if a.has("config/application.rb") && a.last("USER") == nil {
		a.note("It still runs as root: Rails writes below its own folder (log, tmp, storage).")
		return w.walkAsIs()
	}
	return w.walk()
}

// planRust copies the program onto the distribution that it was linked on.
func planRust(a *app) error {
	var build *part
	a.parts(func(p *part) {
		if p.is("cargo") && (strings.Contains(p.text, "build") || strings.Contains(p.text, "install")) {
			build = p
		}
	})
	start := a.startWords()
	if build == nil || len(start) == 0 {
		return refuse(nil, "which program cargo builds and the image starts could not be told")
	}
	binary, why := rustBinary(a, start)
	if binary == "" {
		return refuse(a.last("CMD"), "%s", why)
	}
	bases := debianSlims(a.st.Base)
	if a.alpine() {
		bases = []string{"alpine:" + alpineTag(a.st.Base.Tag)}
	}
	if _, err := a.final(bases...); err != nil {
		return err
	}
	b := a.stage("The builder has the compiler.", a.from(), "builder")
	pkgs, _ := a.systemPackages()
	packaged := len(pkgs) == 0
	for _, o := range a.ops {
		if o.in.Line > build.op.in.Line {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL", "COPY", "ADD", "ENV":
			b.add(a.text(o))
		case "RUN":
			if kindOf(o, system) && !packaged {
				packaged = true
				b.keep(o, a.installLine(pkgs))
			}
			b.keep(o, a.rebuild(o, func(p *part) bool {
				return p.kind != system && p.kind != refresh && p.kind != clean && p.kind != account
			}))
		}
	}
	f := a.stage("The final stage holds the program.", a.res.Final, "")
	w := a.finalWalk(f)
	w.install = func() {
		f.add("COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt", "COPY --from=builder "+binary+" "+binary)
		g := &golang{app: a, binary: binary}
		f.add(g.assets()...)
	}
	w.drop = func(o *op) bool { return o.fromContext() && !startsWithIt(a, o) }
	w.runs = func(p *part) bool { return p.kind == account }
	w.start = func(words []string) ([]string, string) {
		if words[0] == "cargo" {
			return []string{binary}, "cargo is not in the final stage"
		}
		return words, ""
	}
	return w.walk()
}

var crateName = regexp.MustCompile(`(?m)^name\s*=\s*"([^"]+)"`)

func rustBinary(a *app, start []string) (string, string) {
	if start[0] != "cargo" {
		if strings.Contains(start[0], "/") {
			return join(a.workDir(), start[0]), ""
		}
		return "/usr/local/cargo/bin/" + path.Base(start[0]), ""
	}
	m := crateName.FindStringSubmatch(a.read("Cargo.toml"))
	if m == nil {
		return "", "the program's name could not be told from Cargo.toml"
	}
	return join(a.workDir(), "target/release/"+m[1]), ""
}
