package stages

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// buildOnly are packages of distributions that compile or fetch and that nothing needs at run time.
var buildOnly = words(`gcc g++ cc make cmake ninja-build meson build-essential pkg-config pkgconf autoconf automake
	libtool m4 bison flex
	dpkg-dev debhelper fakeroot patch cargo rustc rustup golang golang-go clang llvm lld gdb valgrind strace cython3
	swig nasm yasm
	git git-core subversion mercurial curl wget gnupg gnupg2 apt-transport-https software-properties-common lsb-release
	dirmngr unzip zip xz-utils bzip2 tar rsync
	vim vim-tiny nano less htop tree man-db python3-pip python3-wheel python3-setuptools python3-distutils python3-venv
	python3-virtualenv virtualenv
	build-base musl-dev linux-headers openssh-client nodejs npm yarn maven gradle default-jdk default-jdk-headless
	composer g++-multilib gcc-multilib
	ruby-bundler cmake-data autotools-dev`)

// baseTools are the programs that the large variants of language images bring and the slim ones lack, with the
// package of each.
var baseTools = map[string]string{"git": "git", "curl": "curl", "wget": "wget", "ssh": "openssh-client",
	"scp": "openssh-client", "convert": "imagemagick", "identify": "imagemagick",
	"mogrify": "imagemagick", "gpg": "gnupg", "hg": "mercurial", "svn": "subversion", "file": "file", "ps": "procps",
	"pgrep": "procps", "pkill": "procps", "unzip": "unzip", "xz": "xz-utils"}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// dropsProgram are those of buildOnly that a running app may call all the same.
var dropsProgram = words(`git git-core subversion mercurial curl wget gnupg gnupg2 unzip zip xz-utils bzip2 tar rsync
	openssh-client nodejs npm yarn
	default-jdk default-jdk-headless composer cython3`)

// headersOnly are development packages of the compilers and interpreters themselves: what runs has its interpreter
// from the base image.
var headersOnly = words(`python3-dev python-dev python-dev-is-python3 libpython3-dev python2-dev ruby-dev php-dev
	libc6-dev libc-dev libstdc++-dev
	linux-libc-dev libperl-dev`)

// ubuntuRuntime are those of Ubuntu whose names differ from Debian's; the release stands with those that differ again.
var ubuntuRuntime = map[string]string{
	"libjpeg-dev": "libjpeg-turbo8", "libjpeg8-dev": "libjpeg-turbo8", "libjpeg-turbo8-dev": "libjpeg-turbo8",
	"default-libmysqlclient-dev": "libmysqlclient21", "libmysqlclient-dev": "libmysqlclient21",
	"libffi-dev": "libffi8", "libssl-dev": "libssl3", "libicu-dev@focal": "libicu66", "libicu-dev@jammy": "libicu70",
	"libicu-dev@noble": "libicu74", "libtiff-dev@focal": "libtiff5", "libtiff-dev@jammy": "libtiff5",
	"libzip-dev": "libzip4", "libldap2-dev@focal": "libldap-2.4-2", "libldap2-dev@jammy": "libldap-2.5-0",
	"libldap2-dev@noble": "libldap2", "libldap-dev@jammy": "libldap-2.5-0", "libldap-dev@noble": "libldap2",
	"libffi-dev@focal": "libffi7", "libssl-dev@focal": "libssl1.1", "libwebp-dev": "libwebp7 libwebpmux3 libwebpdemux2",
	"libwebp-dev@focal": "libwebp6 libwebpmux3 libwebpdemux2",
}

var (
	devPackage  = lazyregexp.New(`-(dev|dev-compat|headers|devel)$`)
	kernelFiles = lazyregexp.New(`^linux-(headers|libc)`)
	versionedC  = lazyregexp.New(
		`^(gcc|g\+\+|clang|llvm|python3\.\d+-dev|openjdk-\d+-jdk(-headless)?|libstdc\+\+-\d+-dev)(-\d+)?$`)
)

// runtimeOf says what of a package the final stage needs: nothing for one that only builds, the library behind a
// development package, or the package itself. sure is false where it had to be kept whole for want of the name.
func (a *conversion) runtimeOf(pkg string) (names []string, sure bool) {
	switch {
	case a.keeps(pkg):
		return []string{pkg}, true
	case a.alpine():
		return a.alpineRuntime(pkg), true
	case a.language == "Ruby" && pkg == "nodejs" && a.javascriptGem() != "":
		return []string{pkg}, true
	case buildOnly[pkg] || headersOnly[pkg] || kernelFiles.MatchString(pkg) || versionedC.MatchString(pkg) ||
		a.language == "Node" && nodeGyp[pkg]:
		return nil, true
	case !devPackage.MatchString(pkg):
		return []string{pkg}, true
	}
	if libs, ok := a.o.Facts.RuntimeDeps[pkg]; ok {
		return libs, true
	}
	if a.ubuntu() {
		for _, key := range []string{pkg + "@" + a.release(), pkg} {
			if libs, ok := ubuntuRuntime[key]; ok {
				return strings.Fields(libs), true
			}
		}
	}
	if libs, ok := a.librariesBehind(pkg); ok {
		return libs, true
	}
	return []string{pkg}, false
}

// busterRuntime are the libraries behind the usual development packages of Debian buster, whose index is not in the
// table; every other package of that release stays whole.
var busterRuntime = map[string]string{
	"libtesseract-dev": "libtesseract4", "libleptonica-dev": "liblept5", "libpq-dev": "libpq5",
	"libssl-dev": "libssl1.1", "libffi-dev": "libffi6", "libxml2-dev": "libxml2",
	"libxslt1-dev": "libxslt1.1", "libxslt-dev": "libxslt1.1", "libjpeg-dev": "libjpeg62-turbo",
	"libjpeg62-turbo-dev": "libjpeg62-turbo", "libpng-dev": "libpng16-16",
	"zlib1g-dev": "zlib1g", "libfreetype6-dev": "libfreetype6", "libicu-dev": "libicu63", "libzip-dev": "libzip4",
	"default-libmysqlclient-dev": "libmariadb3",
	"libmariadb-dev":             "libmariadb3", "libcurl4-openssl-dev": "libcurl4", "libsqlite3-dev": "libsqlite3-0",
	"libyaml-dev": "libyaml-0-2", "libgmp-dev": "libgmp10",
	"libldap2-dev": "libldap-2.4-2", "libsasl2-dev": "libsasl2-2", "libwebp-dev": "libwebp6 libwebpmux3 libwebpdemux2",
	"libtiff-dev": "libtiff5", "libtiff5-dev": "libtiff5",
	"unixodbc-dev": "unixodbc", "libgeos-dev": "libgeos-c1v5", "libsnappy-dev": "libsnappy1v5",
	"libmemcached-dev": "libmemcached11", "libonig-dev": "libonig5",
}

// librariesBehind looks a development package up in the table of the base's own release. A release that the table does
// not have tells nothing: names change from one to the next.
func (a *conversion) librariesBehind(pkg string) (libs []string, known bool) {
	switch release := a.release(); release {
	case "bullseye", "bookworm", "trixie":
		return runtimeDependencies(pkg, release)
	case "":
		if a.recent() {
			return runtimeDependencies(pkg, "")
		}
	case "buster":
		if names, ok := busterRuntime[pkg]; ok {
			return strings.Fields(names), true
		}
	}
	return nil, false
}

// nodeGyp is what compiling a module of Node's asks for besides a compiler.
var nodeGyp = words("python3 python python3-minimal python-is-python3 python2 node-gyp")

// keeps reports whether the application itself calls a program that usually only builds: in what it starts, in its
// scripts, or as a child process in its source.
func (a *conversion) keeps(pkg string) bool {
	name := map[string]string{"nodejs": "node", "openssh-client": "ssh", "xz-utils": "xz", "gnupg": "gpg",
		"gnupg2": "gpg", "git-core": "git", "subversion": "svn", "mercurial": "hg"}[pkg]
	if name == "" {
		name = pkg
	}
	return a.src().calls[name] || a.needsPackage(pkg)
}

var alpineRuntimeNames = map[string]string{"postgresql-dev": "libpq", "libpq-dev": "libpq",
	"mariadb-dev": "mariadb-connector-c", "mariadb-connector-c-dev": "mariadb-connector-c",
	"openssl-dev": "libssl3 libcrypto3",
	"jpeg-dev":    "libjpeg-turbo", "musl-dev": "", "python3-dev": "", "libc-dev": "", "linux-headers": "",
	"ruby-dev": "",
	"zlib-dev": "zlib", "icu-dev": "icu-libs", "sqlite-dev": "sqlite-libs",
	"imagemagick-dev": "imagemagick-libs", "ncurses-dev": "ncurses-libs", "mysql-dev": "mariadb-connector-c",
	"unixodbc-dev": "unixodbc", "gfortran": "libgfortran", "curl-dev": "libcurl", "krb5-dev": "krb5-libs",
	"bzip2-dev": "libbz2", "xz-dev": "xz-libs", "openldap-dev": "libldap", "zeromq-dev": "libzmq",
	"cyrus-sasl-dev": "libsasl", "file-dev": "libmagic", "gettext-dev": "libintl", "expat-dev": "libexpat",
	"util-linux-dev": "libuuid libblkid libmount", "libmemcached-dev": "libmemcached-libs"}

// compilerLibraries are those that a compiler of Alpine's brings and that the modules it compiles are linked with.
// Programs of Go and Rust are linked without.
var compilerLibraries = map[string]string{"gcc": "libgcc", "g++": "libstdc++", "build-base": "libstdc++",
	"cargo": "libgcc", "rust": "libgcc"}

// alpineSameName are libraries of Alpine's in packages of the name that the development package has without its end.
var alpineSameName = words(`libffi libxml2 libxslt libpng freetype libwebp tiff lcms2 libjpeg-turbo pcre pcre2 libzip
	oniguruma gmp yaml libsodium glib cairo pango vips geos proj gdal libevent gdbm giflib librsvg fontconfig openjpeg
	fribidi harfbuzz libedit readline libgit2 libssh2 nettle gnutls libmagic`)

func (a *conversion) alpineRuntime(pkg string) []string {
	name := strings.TrimPrefix(pkg, "!")
	if libs, ok := alpineRuntimeNames[name]; ok {
		return strings.Fields(libs)
	}
	if buildOnly[name] || kernelFiles.MatchString(name) || compilerLibraries[name] != "" {
		if a.language == "Go" || a.language == "Rust" {
			return nil
		}
		return strings.Fields(compilerLibraries[name])
	}
	lib, dev := strings.CutSuffix(name, "-dev")
	if dev && !alpineSameName[lib] {
		a.guesses("the libraries behind "+name+" are in "+lib,
			"that is how Alpine names most, and this one is in no table")
	}
	return []string{lib}
}

// systemPackages are the distribution's packages that the original installs, as two lists: what the builder needs,
// which
// is all of them, and what the final stage needs; sorted and without doubles.
func (a *conversion) systemPackages() (builder, final []string) {
	b := map[string]bool{}
	for _, o := range a.instructions {
		build, _ := a.packagesOf(o)
		for _, p := range build {
			b[p] = true
		}
	}
	return slices.Sorted(maps.Keys(b)), a.finalPackages()
}

// finalPackages are what the final stage needs: the run-time part of what the original installs, and what the app, its
// libraries and its health check call or load by name and the larger base image brings.
func (a *conversion) finalPackages() []string {
	f := map[string]bool{}
	for _, o := range a.instructions {
		_, run := a.packagesOf(o)
		for _, p := range run {
			f[p] = true
		}
	}
	for _, e := range a.o.Extra {
		f[e] = true
	}
	for _, n := range a.loaded() {
		if _, named := a.packageNamed(n.pkg); named {
			a.knows("the final stage needs "+n.pkg, "%s calls or loads it when it runs", n.by)
		} else if a.brings(n.pkg) || a.language == "Rust" {
			f[n.pkg] = true
			a.knows("the final stage needs "+n.pkg, "%s calls or loads it, and %s brings it", n.by, a.st.Base.Text)
		}
	}
	if a.res.Final != a.st.Base.Text && !a.alpine() {
		for call := range a.src().calls {
			if pkg := baseTools[call]; pkg != "" {
				f[pkg] = true
			}
		}
	}
	if a.ownInterpreter() {
		f["python3"] = true
	}
	return slices.Sorted(maps.Keys(f))
}

// packageNamed reports whether the original installs a package by name.
func (a *conversion) packageNamed(name string) (version string, named bool) {
	a.parts(func(c *command) {
		if c.kind != system || c.install == nil {
			return
		}
		for _, p := range c.install.Packages {
			if p.Name == name {
				version, named = p.Version, true
			}
		}
	})
	return version, named
}

// packagesOf are the packages of one RUN: for the builder, and for the final stage.
func (a *conversion) packagesOf(o *instruction) (builder, final []string) {
	b, f := map[string]bool{}, map[string]bool{}
	if a.whole(o) {
		return nil, nil
	}
	for _, p := range o.commands {
		if p.kind != system || p.install == nil || p.group {
			continue
		}
		for _, pk := range p.install.Packages {
			name := pk.Word.Text
			if !pk.Word.Literal || strings.HasPrefix(name, "-") {
				continue
			}
			if !a.addsSource(o) {
				b[name] = true
			}
			run, sure := a.runtimeOf(pk.Name)
			if !sure {
				a.note("The library behind %s is not known for this release, so the final stage keeps the package "+
					"whole.", pk.Name)
			}
			if len(run) == 0 && dropsProgram[pk.Name] {
				a.guesses("nothing calls "+pk.Name+" when the app runs",
					"neither its source nor its start scripts name it, as far as they are read")
			}
			for _, r := range run {
				if r == pk.Name {
					r = name // with its version
				}
				f[r] = true
			}
			if len(run) > 0 && !p.install.Has("--no-install-recommends") && !a.alpine() && !a.o.Recommends {
				a.res.Recommended = true
				a.note("apt-get installs what packages recommend in the original and not in the final stage " +
					"(--no-install-recommends).")
				a.guesses("nothing needs the packages that others only recommend",
					"apt-get installs them in the original, and the app is not known to use them")
			}
		}
	}
	return slices.Sorted(maps.Keys(b)), slices.Sorted(maps.Keys(f))
}

var ownSource = lazyregexp.New(
	`sources\.list|add-apt-repository|apt-key |/keyrings/|trusted\.gpg\.d|deb\.nodesource\.com|/etc/apk/repositories`)

// servedBy are sources of packages that have but a few, by the host in their address.
var servedBy = []struct {
	host     *lazyregexp.Regexp
	packages map[string]bool
}{
	{lazyregexp.New(`\bdeb\.nodesource\.com`), words("nodejs")},
	{lazyregexp.New(`\bdl\.yarnpkg\.com`), words("yarn")},
	{lazyregexp.New(`\bcli\.github\.com/packages`), words("gh")},
	{lazyregexp.New(`\bdl(-ssl)?\.google\.com`), words("google-chrome-stable google-chrome-beta")},
	{lazyregexp.New(`\bdownload\.docker\.com`), words("docker-ce docker-ce-cli containerd.io docker-buildx-plugin " +
		"docker-compose-plugin")},
	{lazyregexp.New(`\bapt\.releases\.hashicorp\.com`), words("terraform vault consul packer nomad")},
}

// fromSource are those of some packages that may come from the sources that a RUN adds: all of them where one of the
// sources is not known.
func fromSource(o *instruction, packages []string) []string {
	text := o.in.Script.Source
	for _, address := range sourceAddress.FindAllString(text, -1) {
		known := false
		for _, s := range servedBy {
			known = known || s.host.MatchString(address)
		}
		if !known {
			return packages
		}
	}
	if strings.Contains(text, "add-apt-repository") || !sourceAddress.MatchString(text) {
		return packages
	}
	return slices.DeleteFunc(slices.Clone(packages), func(pkg string) bool {
		name, _, _ := strings.Cut(pkg, "=")
		for _, s := range servedBy {
			if s.host.MatchString(text) && s.packages[name] {
				return false
			}
		}
		return true
	})
}

var sourceAddress = lazyregexp.New(`https?://[^\s"'|;&)]+`)

// addsSource: a RUN that adds a source of packages beside the distribution's and installs from it.
func (a *conversion) addsSource(o *instruction) bool {
	return o.in.Keyword == "RUN" && o.in.Script != nil && kindOf(o, system) && ownSource.MatchString(o.in.Script.Source)
}

// bringsSource: a RUN that adds a source of packages for a later one to install from.
func (a *conversion) bringsSource(o *instruction) bool {
	return o.in.Keyword == "RUN" && o.in.Script != nil && !kindOf(o, system) &&
		ownSource.MatchString(o.in.Script.Source)
}

// bringSources runs, in a builder that is put together from parts, what adds the sources of packages, and the
// installations that stay as they stand.
func (a *conversion) bringSources(b *stage) {
	for _, o := range a.instructions {
		if a.bringsSource(o) || a.addsSource(o) || a.whole(o) {
			for _, arg := range a.instructions {
				if (arg.in.Keyword == "ARG" || arg.in.Keyword == "ENV") && arg.in.Line < o.in.Line &&
					a.readsAny(o, arg) {
					b.addOnce(a.text(arg))
				}
			}
			b.keep(o, a.text(o))
		}
	}
}

// readsAny reports whether a RUN uses a variable that an ARG or ENV sets.
func (a *conversion) readsAny(o, arg *instruction) bool {
	return slices.ContainsFunc(arg.in.Pairs, func(pair dockerfile.Pair) bool { return uses(a.text(o), pair.Key) })
}

// whole: a RUN that installs packages in a list that cannot be taken apart. Both stages run it as it stands.
func (a *conversion) whole(o *instruction) bool {
	return slices.ContainsFunc(o.commands, func(c *command) bool { return c.group && c.kind == system })
}

// sources are the files by which RUNs add sources of packages, and the keys for them; ok is false where they come from
// a script and cannot be told.
func (a *conversion) packageSources() (paths []string, ok bool) {
	ok = true
	for _, o := range a.instructions {
		if o.in.Keyword != "RUN" || o.in.Script == nil || !ownSource.MatchString(o.in.Script.Source) {
			continue
		}
		found := false
		for _, c := range o.commands {
			if c.kind == system || c.kind == clean || strings.HasPrefix(c.text, "rm ") {
				continue
			}
			written, known := a.written(c)
			ok = ok && known && !c.is("apt-key", "add-apt-repository") && !pipesIntoShell(c)
			for _, p := range written {
				if a.ofSource(o, p) {
					paths, found = append(paths, p), true
				}
			}
		}
		ok = ok && found
	}
	return paths, ok
}

var signedBy = lazyregexp.New(`signed-by=([^\s\]"']+)`)

// ofSource reports whether a file that a RUN writes is a source of packages or the key of one.
func (a *conversion) ofSource(o *instruction, file string) bool {
	if within(file, "/etc/apt") || within(file, "/usr/share/keyrings") {
		return file != "/etc/apt" && file != "/usr/share/keyrings" && file != "/etc/apt/keyrings"
	}
	for _, m := range signedBy.FindAllStringSubmatch(o.in.Script.Source, -1) {
		if m[1] == file {
			return true
		}
	}
	return false
}

// onlySources: a command that writes nothing but sources of packages and their keys, which the final stage copies.
func (a *conversion) onlySources(c *command) bool {
	if c.from.in.Script == nil || !ownSource.MatchString(c.from.in.Script.Source) {
		return false
	}
	paths, known := a.written(c)
	for _, p := range paths {
		if !a.ofSource(c.from, p) && !within(path.Dir(p), "/etc/apt") && p != "/etc/apt/keyrings" &&
			p != "/usr/share/keyrings" {
			return false
		}
	}
	return known && len(paths) > 0
}

// keepSources copies the sources of packages that the original adds, where the final stage installs from them.
func (a *conversion) keepSources(s *stage) {
	if !a.installsFromSources() {
		return
	}
	paths, _ := a.packageSources()
	for _, p := range paths {
		s.add("COPY --from=builder " + p + " " + p)
	}
	if len(paths) > 0 && !a.brings("ca-certificates") {
		s.add("COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt")
	}
}

// installsFromSources reports whether a package of the final stage may come from a source that the original adds.
func (a *conversion) installsFromSources() bool {
	final := a.finalPackages()
	return slices.ContainsFunc(a.instructions, func(o *instruction) bool {
		return (a.addsSource(o) || a.bringsSource(o)) && len(fromSource(o, final)) > 0
	})
}

// upgraded reports whether a RUN before this one brings the packages up to date.
func (a *conversion) upgraded(o *instruction) bool {
	for _, before := range a.instructions {
		if before == o {
			return false
		}
		if kindOf(before, upgrade) {
			return true
		}
	}
	return false
}

// upgradeLine brings the final stage's packages up to date as the original's are: it may have fixed something.
func (a *conversion) upgradeLine(o *instruction) string {
	for _, c := range o.commands {
		if c.kind == upgrade && c.is("apk") {
			return run("apk upgrade --no-cache")
		}
	}
	return run("apt-get update", "apt-get upgrade -y", "rm -rf /var/lib/apt/lists/*")
}

// buildPackages writes what the builder needs of a RUN's packages. whole tells that it kept the RUN as it is, because
// it brings a source of packages of its own, or cannot be taken apart.
func (a *conversion) buildPackages(b *stage, o *instruction) (whole bool) {
	switch {
	case !kindOf(o, system):
		return false
	case a.addsSource(o), a.whole(o):
		b.keep(o, a.text(o))
		return true
	}
	if pkgs, _ := a.packagesOf(o); len(pkgs) > 0 {
		a.keepPackages(b, o, pkgs)
	}
	return false
}

// keepPackages puts the installation of packages in the place of the original's. A comment between the original's lines
// goes with the packages that follow it.
func (a *conversion) keepPackages(s *stage, o *instruction, pkgs []string) {
	s.keepWith(o, a.installLine(pkgs), func(r remark) bool {
		if r.line == 0 {
			return true
		}
		next := o.in.EndLine + 1
		for _, other := range o.comments {
			if other.line > r.line {
				next = min(next, other.line)
			}
		}
		any := false
		for _, pt := range o.commands {
			if pt.kind != system || pt.install == nil {
				continue
			}
			for _, pk := range pt.install.Packages {
				line, _ := a.f.Position(pk.Word.Span.Start)
				if line < r.line || line >= next {
					continue
				}
				any = true
				if slices.Contains(pkgs, pk.Word.Text) {
					return true
				}
			}
		}
		return !any
	})
}

// installLine is a RUN that installs packages of the distribution and leaves no cache behind, with the variables and
// options that the original gives the package manager.
func (a *conversion) installLine(pkgs []string) string {
	before, options := a.installSettings()
	if a.alpine() {
		return run(before + "apk add --no-cache " + options + strings.Join(pkgs, " "))
	}
	if !a.o.Recommends {
		options = "--no-install-recommends " + options
	}
	return run("apt-get update", before+"apt-get install -y "+options+wrap(pkgs), "rm -rf /var/lib/apt/lists/*")
}

// installSettings are the variables and options of the original's installations that change what is installed:
// ACCEPT_EULA=Y before the command, a target release, another repository.
func (a *conversion) installSettings() (before, options string) {
	a.parts(func(c *command) {
		if c.kind != system || c.install == nil || c.group {
			return
		}
		for _, as := range c.install.Command.Assigns {
			if text := as.Name + "=" + as.Value.Text + " "; as.Value.Literal &&
				!strings.ContainsAny(as.Value.Text, " \t'\"") && !strings.Contains(before, text) {
				before += text
			}
		}
		for _, o := range c.install.Options {
			if !installOptions[o.Name] || o.Value == "" {
				continue
			}
			if text := o.Name + " " + o.Value + " "; !strings.Contains(options, text) {
				options += text
			}
		}
	})
	return before, options
}

// installOptions are those that say from where packages are installed.
var installOptions = words("-t --target-release --default-release -X --repository")

// wrap sets a list of more than four packages one a line.
func wrap(pkgs []string) string {
	if len(pkgs) <= 4 {
		return strings.Join(pkgs, " ")
	}
	return "\\\n        " + strings.Join(pkgs, " \\\n        ")
}

// run is a RUN of a chain of commands, one a line.
func run(commands ...string) string { return "RUN " + strings.Join(commands, " \\\n    && ") }
