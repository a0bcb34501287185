package stages

import (
	"regexp"
	"sort"
	"strings"
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

// runtimeHalves are the libraries behind Debian's development packages, where the name cannot be derived. Names that
// differ between releases carry the release; the bare name holds for all since Debian 11, or is provided by its
// successor.
var runtimeHalves = map[string]string{
	"libpq-dev": "libpq5", "libxml2-dev": "libxml2", "libxslt1-dev": "libxslt1.1", "libxslt-dev": "libxslt1.1", "zlib1g-dev": "", "libssl-dev": "libssl3", "libffi-dev": "libffi8",
	"libjpeg-dev": "libjpeg62-turbo", "libjpeg62-turbo-dev": "libjpeg62-turbo", "libpng-dev": "libpng16-16", "libwebp-dev": "libwebp7 libwebpmux3 libwebpdemux2",
	"libfreetype6-dev": "libfreetype6", "libfreetype-dev": "libfreetype6", "liblcms2-dev": "liblcms2-2", "libopenjp2-7-dev": "libopenjp2-7", "default-libmysqlclient-dev": "libmariadb3",
	"libmariadb-dev": "libmariadb3", "libmariadb-dev-compat": "libmariadb3", "libmysqlclient-dev": "libmysqlclient21", "libsqlite3-dev": "libsqlite3-0", "libcurl4-openssl-dev": "libcurl4",
	"libcurl4-gnutls-dev": "libcurl3-gnutls", "libgeos-dev": "libgeos-c1v5", "libsasl2-dev": "libsasl2-2", "libyaml-dev": "libyaml-0-2", "libreadline-dev": "libreadline8", "libbz2-dev": "",
	"liblzma-dev": "", "libncurses-dev": "libncursesw6", "libncurses5-dev": "libncursesw6", "libgmp-dev": "libgmp10", "libkrb5-dev": "libgssapi-krb5-2", "libmemcached-dev": "libmemcached11",
	"librdkafka-dev": "librdkafka1", "libsodium-dev": "libsodium23", "libzmq3-dev": "libzmq5", "libsnappy-dev": "libsnappy1v5", "libcairo2-dev": "libcairo2",
	"libpango1.0-dev": "libpango-1.0-0 libpangocairo-1.0-0", "libgirepository1.0-dev": "libgirepository-1.0-1", "libgl1-mesa-dev": "libgl1", "libglib2.0-dev": "libglib2.0-0",
	"libsndfile1-dev": "libsndfile1", "portaudio19-dev": "libportaudio2", "libmagic-dev": "libmagic1", "libvips-dev": "libvips42", "libopenblas-dev": "libopenblas0",
	"liblapack-dev": "liblapack3", "libblas-dev": "libblas3", "gfortran": "libgfortran5", "unixodbc-dev": "unixodbc", "freetds-dev": "libsybdb5", "libev-dev": "libev4", "libuv1-dev": "libuv1",
	"libpcre3-dev": "libpcre3", "libpcre2-dev": "libpcre2-8-0", "libonig-dev": "libonig5", "libzstd-dev": "libzstd1", "liblz4-dev": "", "libsystemd-dev": "", "libdbus-1-dev": "libdbus-1-3",
	"libusb-1.0-0-dev": "libusb-1.0-0", "libexpat1-dev": "libexpat1", "libfribidi-dev": "libfribidi0", "libharfbuzz-dev": "libharfbuzz0b", "libxmlsec1-dev": "libxmlsec1 libxmlsec1-openssl",
	"libmaxminddb-dev": "libmaxminddb0", "librabbitmq-dev": "librabbitmq4", "libxcb1-dev": "libxcb1", "libgd-dev": "libgd3", "libfontconfig1-dev": "libfontconfig1", "libx11-dev": "libx11-6",
	"python3-dev": "", "python-dev": "", "python-dev-is-python3": "", "libpython3-dev": "", "libc6-dev": "", "libc-dev": "", "libstdc++-dev": "", "linux-libc-dev": "", "ruby-dev": "",
	"libltdl-dev": "libltdl7", "uuid-dev": "", "libacl1-dev": "", "libattr1-dev": "", "libcap-dev": "libcap2", "libseccomp-dev": "libseccomp2", "libaio-dev": "libaio1",
	"libicu-dev@bullseye": "libicu67", "libicu-dev@bookworm": "libicu72", "libicu-dev@trixie": "libicu76", "libicu-dev@jammy": "libicu70", "libicu-dev@noble": "libicu74",
	"libtiff-dev@bullseye": "libtiff5", "libtiff-dev@bookworm": "libtiff6", "libtiff-dev@trixie": "libtiff6", "libtiff5-dev@bookworm": "libtiff6", "libtiff-dev@jammy": "libtiff5",
	"libzip-dev@bullseye": "libzip4", "libzip-dev@bookworm": "libzip4", "libzip-dev@trixie": "libzip5", "libzip-dev@jammy": "libzip4",
	"libldap2-dev@bullseye": "libldap-2.4-2", "libldap2-dev@bookworm": "libldap-2.5-0", "libldap2-dev@trixie": "libldap2", "libldap-dev@bookworm": "libldap-2.5-0", "libldap-dev@trixie": "libldap2",
	"libgdal-dev@bullseye": "libgdal28", "libgdal-dev@bookworm": "libgdal32", "libproj-dev@bullseye": "libproj19", "libproj-dev@bookworm": "libproj25", "libproj-dev@trixie": "libproj25",
	"libffi-dev@bullseye": "libffi7", "libssl-dev@bullseye": "libssl1.1", "libwebp-dev@bullseye": "libwebp6 libwebpmux3 libwebpdemux2", "libjpeg-dev@jammy": "libjpeg-turbo8",
	"libjpeg-dev@noble": "libjpeg-turbo8", "libevent-dev@bookworm": "libevent-2.1-7", "libevent-dev@bullseye": "libevent-2.1-7", "libhdf5-dev@bookworm": "libhdf5-103-1",
	"libmagickwand-dev@bookworm": "libmagickwand-6.q16-6", "libprotobuf-dev@bookworm": "libprotobuf32",
}

var (
	devPackage  = regexp.MustCompile(`-(dev|headers|devel)$`)
	kernelFiles = regexp.MustCompile(`^linux-(headers|libc)`)
	versionedC  = regexp.MustCompile(`^(gcc|g\+\+|clang|llvm|python3\.\d+-dev|openjdk-\d+-jdk(-headless)?|libstdc\+\+-\d+-dev)(-\d+)?$`)
	endsInDigit = regexp.MustCompile(`\d$`)
)

// runtimeOf says what of a package the final stage needs: nothing for one that only builds, the library behind a
// development package, or the package itself. sure is false where it had to be kept whole for want of the name.
func (a *app) runtimeOf(pkg string) (names []string, sure bool) {
	switch {
	case a.keeps(pkg):
		return []string{pkg}, true
	case a.alpine():
		return alpineRuntime(pkg), true
	case buildOnly[pkg] || kernelFiles.MatchString(pkg) || versionedC.MatchString(pkg):
		return nil, true
	}
	for _, key := range []string{pkg + "@" + a.release(), pkg} {
		if half, ok := runtimeHalves[key]; ok {
			return strings.Fields(half), true
		}
	}
	if !devPackage.MatchString(pkg) {
		return []string{pkg}, true
	}
	if stem := strings.TrimSuffix(pkg, "-dev"); strings.HasPrefix(stem, "lib") && endsInDigit.MatchString(stem) {
		return []string{stem}, true
	}
	return []string{pkg}, false
}

// keeps tells whether the application itself calls a program that usually only builds: in what it starts, in its
// scripts, or as a child process in its source.
func (a *app) keeps(pkg string) bool {
	name := map[string]string{"nodejs": "node", "openssh-client": "ssh", "xz-utils": "xz", "gnupg": "gpg", "gnupg2": "gpg", "git-core": "git", "subversion": "svn", "mercurial": "hg"}[pkg]
	if name == "" {
		name = pkg
	}
	return a.src().calls[name]
}

var alpineHalves = map[string]string{"postgresql-dev": "libpq", "libpq-dev": "libpq", "mariadb-dev": "mariadb-connector-c", "mariadb-connector-c-dev": "mariadb-connector-c", "openssl-dev": "libssl3 libcrypto3",
	"jpeg-dev": "libjpeg-turbo", "musl-dev": "", "python3-dev": "", "libc-dev": "", "linux-headers": "", "ruby-dev": "", "zlib-dev": "zlib", "icu-dev": "icu-libs", "sqlite-dev": "sqlite-libs",
	"imagemagick-dev": "imagemagick-libs", "ncurses-dev": "ncurses-libs", "mysql-dev": "mariadb-connector-c", "unixodbc-dev": "unixodbc", "gfortran": "libgfortran"}

func alpineRuntime(pkg string) []string {
	name := strings.TrimPrefix(pkg, "!")
	if half, ok := alpineHalves[name]; ok {
		return strings.Fields(half)
	}
	if buildOnly[name] || kernelFiles.MatchString(name) {
		return nil
	}
	return []string{strings.TrimSuffix(name, "-dev")}
}

// systemPackages are the distribution's packages that the original installs, split: what the builder needs and what
// the final stage needs, sorted and without doubles.
func (a *app) systemPackages() (builder, final []string) {
	b, f := map[string]bool{}, map[string]bool{}
	a.parts(func(p *part) {
		if p.kind != system || p.install == nil {
			return
		}
		for _, pk := range p.install.Packages {
			name := pk.Word.Text
			if !pk.Word.Literal || strings.HasPrefix(name, "-") {
				continue
			}
			run, sure := a.runtimeOf(pk.Name)
			if len(run) != 1 || run[0] != pk.Name {
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
	})
	for _, e := range a.o.Extra {
		f[e] = true
	}
	if a.language == "Node" && a.manifest().Dependencies["@prisma/client"] != "" {
		f["openssl"] = true // its query engine opens the library when it starts
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

func sorted(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// installLine is a RUN that installs packages of the distribution and leaves no cache behind.
func (a *app) installLine(pkgs []string) string {
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
