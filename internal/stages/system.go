package stages

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// buildOnly are packages of distributions that compile or fetch and that nothing needs at run time.
var buildOnly = words(`gcc g++ cc make cmake ninja-build meson build-essential pkg-config pkgconf autoconf automake libtool m4 bison flex
	dpkg-dev debhelper fakeroot patch cargo rustc rustup golang golang-go clang llvm lld gdb valgrind strace cython3 swig nasm yasm
	git git-core subversion mercurial curl wget gnupg gnupg2 apt-transport-https software-properties-common lsb-release dirmngr unzip zip xz-utils bzip2 tar rsync
	vim vim-tiny nano less htop tree man-db python3-pip python3-wheel python3-setuptools python3-distutils python3-venv python3-virtualenv virtualenv
	build-base musl-dev linux-headers openssh-client nodejs npm yarn maven gradle default-jdk default-jdk-headless composer g++-multilib gcc-multilib
	ruby-bundler cmake-data autotools-dev`)

// baseTools are the programs that the large variants of language images bring and the slim ones lack, with the
// package of each.
var baseTools = map[string]string{"git": "git", "curl": "curl", "wget": "wget", "ssh": "openssh-client", "scp": "openssh-client", "convert": "imagemagick", "identify": "imagemagick",
	"mogrify": "imagemagick", "gpg": "gnupg", "hg": "mercurial", "svn": "subversion", "file": "file", "ps": "procps", "pgrep": "procps", "pkill": "procps", "unzip": "unzip", "xz": "xz-utils"}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// headersOnly are development packages of the compilers and interpreters themselves: what runs has its interpreter
// from the base image.
var headersOnly = words(`python3-dev python-dev python-dev-is-python3 libpython3-dev python2-dev ruby-dev php-dev libc6-dev libc-dev libstdc++-dev
	linux-libc-dev libperl-dev`)

// ubuntuRuntime are those of Ubuntu whose names differ from Debian's; the release stands with those that differ again.
var ubuntuRuntime = map[string]string{
	"libjpeg-dev": "libjpeg-turbo8", "libjpeg8-dev": "libjpeg-turbo8", "libjpeg-turbo8-dev": "libjpeg-turbo8", "default-libmysqlclient-dev": "libmysqlclient21", "libmysqlclient-dev": "libmysqlclient21",
	"libffi-dev": "libffi8", "libssl-dev": "libssl3", "libicu-dev@focal": "libicu66", "libicu-dev@jammy": "libicu70", "libicu-dev@noble": "libicu74", "libtiff-dev@focal": "libtiff5", "libtiff-dev@jammy": "libtiff5",
	"libzip-dev": "libzip4", "libldap2-dev@focal": "libldap-2.4-2", "libldap2-dev@jammy": "libldap-2.5-0", "libldap2-dev@noble": "libldap2", "libldap-dev@jammy": "libldap-2.5-0", "libldap-dev@noble": "libldap2",
	"libffi-dev@focal": "libffi7", "libssl-dev@focal": "libssl1.1", "libwebp-dev": "libwebp7 libwebpmux3 libwebpdemux2", "libwebp-dev@focal": "libwebp6 libwebpmux3 libwebpdemux2",
}

var (
	devPackage  = lazyregexp.New(`-(dev|dev-compat|headers|devel)$`)
	kernelFiles = lazyregexp.New(`^linux-(headers|libc)`)
	versionedC  = lazyregexp.New(`^(gcc|g\+\+|clang|llvm|python3\.\d+-dev|openjdk-\d+-jdk(-headless)?|libstdc\+\+-\d+-dev)(-\d+)?$`)
	endsInDigit = lazyregexp.New(`\d$`)
)

// runtimeOf says what of a package the final stage needs: nothing for one that only builds, the library behind a
// development package, or the package itself. sure is false where it had to be kept whole for want of the name.
func (a *conversion) runtimeOf(pkg string) (names []string, sure bool) {
	switch {
	case a.keeps(pkg):
		return []string{pkg}, true
	case a.alpine():
		return alpineRuntime(pkg), true
	case buildOnly[pkg] || headersOnly[pkg] || kernelFiles.MatchString(pkg) || versionedC.MatchString(pkg) || a.language == "Node" && nodeGyp[pkg]:
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
	if libs, ok := runtimeDependencies(pkg, a.release()); ok {
		return libs, true
	}
	if stem := strings.TrimSuffix(pkg, "-dev"); strings.HasPrefix(stem, "lib") && endsInDigit.MatchString(stem) {
		return []string{stem}, true
	}
	return []string{pkg}, false
}

// nodeGyp is what compiling a module of Node's asks for besides a compiler.
var nodeGyp = words("python3 python python3-minimal python-is-python3 python2 node-gyp")

// keeps reports whether the application itself calls a program that usually only builds: in what it starts, in its
// scripts, or as a child process in its source.
func (a *conversion) keeps(pkg string) bool {
	name := map[string]string{"nodejs": "node", "openssh-client": "ssh", "xz-utils": "xz", "gnupg": "gpg", "gnupg2": "gpg", "git-core": "git", "subversion": "svn", "mercurial": "hg"}[pkg]
	if name == "" {
		name = pkg
	}
	return a.src().calls[name]
}

var alpineRuntimeNames = map[string]string{"postgresql-dev": "libpq", "libpq-dev": "libpq", "mariadb-dev": "mariadb-connector-c", "mariadb-connector-c-dev": "mariadb-connector-c", "openssl-dev": "libssl3 libcrypto3",
	"jpeg-dev": "libjpeg-turbo", "musl-dev": "", "python3-dev": "", "libc-dev": "", "linux-headers": "", "ruby-dev": "", "zlib-dev": "zlib", "icu-dev": "icu-libs", "sqlite-dev": "sqlite-libs",
	"imagemagick-dev": "imagemagick-libs", "ncurses-dev": "ncurses-libs", "mysql-dev": "mariadb-connector-c", "unixodbc-dev": "unixodbc", "gfortran": "libgfortran"}

func alpineRuntime(pkg string) []string {
	name := strings.TrimPrefix(pkg, "!")
	if libs, ok := alpineRuntimeNames[name]; ok {
		return strings.Fields(libs)
	}
	if buildOnly[name] || kernelFiles.MatchString(name) {
		return nil
	}
	return []string{strings.TrimSuffix(name, "-dev")}
}

// systemPackages are the distribution's packages that the original installs, split: what the builder needs and what
// the final stage needs, sorted and without doubles.
func (a *conversion) systemPackages() (builder, final []string) {
	b, f := map[string]bool{}, map[string]bool{}
	for _, o := range a.instructions {
		build, run := a.packagesOf(o)
		for _, p := range build {
			b[p] = true
		}
		for _, p := range run {
			f[p] = true
		}
	}
	for _, e := range a.o.Extra {
		f[e] = true
	}
	if a.language == "Node" && a.manifest().Dependencies["@prisma/client"] != "" {
		f["openssl"] = true // its query engine opens the library when it starts
	}
	if a.language == "Ruby" && !a.alpine() {
		for gem, pkg := range gemPrograms {
			if regexp.MustCompile(`(?m)^\s*gem\s+['"]` + gem + `['"]`).MatchString(a.read("Gemfile")) {
				f[pkg] = true
			}
		}
	}
	if a.res.Final != a.st.Base.Text && !a.alpine() {
		for call := range a.src().calls {
			if pkg := baseTools[call]; pkg != "" {
				f[pkg] = true
			}
		}
	}
	return sorted(b), sorted(f)
}

// gemPrograms are the packages that gems open or call by name, and that the large base image brings.
var gemPrograms = map[string]string{"rails": "tzdata", "activesupport": "tzdata", "tzinfo": "tzdata", "mini_magick": "imagemagick", "rmagick": "imagemagick"}

// packagesOf splits the packages of one RUN.
func (a *conversion) packagesOf(o *instruction) (builder, final []string) {
	b, f := map[string]bool{}, map[string]bool{}
	for _, p := range o.commands {
		if p.kind != system || p.install == nil {
			continue
		}
		for _, pk := range p.install.Packages {
			name := pk.Word.Text
			if !pk.Word.Literal || strings.HasPrefix(name, "-") {
				continue
			}
			run, sure := a.runtimeOf(pk.Name)
			if own := a.addsSource(o); !own && (len(run) != 1 || run[0] != pk.Name) {
				b[name] = true
			}
			if !sure {
				b[name] = true
				a.note("The library behind %s is not known for this release, so the final stage keeps the package whole.", pk.Name)
			}
			for _, r := range run {
				if r == pk.Name {
					r = name // with its version
				}
				f[r] = true
			}
		}
	}
	return sorted(b), sorted(f)
}

var ownSource = lazyregexp.New(`sources\.list|add-apt-repository|apt-key |/keyrings/|deb\.nodesource\.com`)

// addsSource: a RUN that adds a source of packages beside the distribution's and installs from it.
func (a *conversion) addsSource(o *instruction) bool {
	return o.in.Keyword == "RUN" && o.in.Script != nil && kindOf(o, system) && ownSource.MatchString(o.in.Script.Source)
}

// buildPackages writes what the builder needs of a RUN's packages. whole tells that it kept the RUN as it is, because
// it brings a source of packages of its own.
func (a *conversion) buildPackages(b *stage, o *instruction) (whole bool) {
	switch {
	case !kindOf(o, system):
		return false
	case a.addsSource(o):
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

func sorted(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// installLine is a RUN that installs packages of the distribution and leaves no cache behind.
func (a *conversion) installLine(pkgs []string) string {
	if a.alpine() {
		return run("apk add --no-cache " + strings.Join(pkgs, " "))
	}
	return run("apt-get update", "apt-get install -y --no-install-recommends "+wrap(pkgs), "rm -rf /var/lib/apt/lists/*")
}

// wrap sets a list of more than four packages one a line.
func wrap(pkgs []string) string {
	if len(pkgs) <= 4 {
		return strings.Join(pkgs, " ")
	}
	return "\\\n        " + strings.Join(pkgs, " \\\n        ")
}

// run is a RUN of a chain of commands, one a line.
func run(commands ...string) string { return "RUN " + strings.Join(commands, " \\\n    && ") }
