package stages

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// What libraries of a language call or open by name when they run. No linker and no package manager tells of it: a
// missing program shows only when the feature is used.

// need is a package of the distribution that something of the app needs when it runs.
type need struct {
	pkg string
	by  string // what needs it
}

// librariesNeed are the packages of the distribution behind a language's libraries, by language and library: the
// programs that they call, the shared libraries that they open by name or are compiled against where there is no wheel.
var librariesNeed = map[string]map[string]string{
	"Python": {
		"gitpython": "git", "python-magic": "libmagic1", "pdf2image": "poppler-utils",
		"pytesseract": "tesseract-ocr", "ocrmypdf": "tesseract-ocr ghostscript",
		"pydub": "ffmpeg", "ffmpeg-python": "ffmpeg", "moviepy": "ffmpeg", "openai-whisper": "ffmpeg",
		"wand": "imagemagick", "graphviz": "graphviz", "pydot": "graphviz",
		"psycopg2": "libpq5", "psycopg": "libpq5", "mysqlclient": "libmariadb3", "pycurl": "libcurl4",
		"pyzbar": "libzbar0", "sounddevice": "libportaudio2",
		"weasyprint": "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0", "cairosvg": "libcairo2",
		"cairocffi": "libcairo2", "pycairo": "libcairo2", "opencv-python": "libgl1 libglib2.0-0",
		"opencv-contrib-python": "libgl1 libglib2.0-0", "pyodbc": "unixodbc", "pyvips": "libvips42",
		"textract": "poppler-utils antiword", "docx2pdf": "libreoffice",
		"pdfkit": "wkhtmltopdf", "imgkit": "wkhtmltopdf", "xmlsec": "libxmlsec1-openssl", "rpy2": "r-base-core",
		"soundfile": "libsndfile1", "pypandoc": "pandoc",
		"ansible": "openssh-client", "ansible-core": "openssh-client", "pymssql": "freetds-bin", "gdal": "gdal-bin",
		"pyaudio":       "libportaudio2",
		"python-snappy": "libsnappy1v5", "leveldb": "libleveldb1d", "pycups": "libcups2",
		"pyexiftool": "libimage-exiftool-perl", "camelot-py": "ghostscript",
		"svn": "subversion", "git-python": "git", "fabric": "openssh-client", "scapy": "tcpdump",
		"python-nmap": "nmap", "lightgbm": "libgomp1", "pyrasite": "gdb", "speechrecognition": "flac",
		"uwsgi":  "libxml2",
		"yt-dlp": "ffmpeg", "unoconv": "libreoffice", "tabula-py": "default-jre-headless",
		"pyspark": "default-jre-headless procps", "jpype1": "default-jre-headless",
	},
	"Node": {
		"simple-git": "git", "fluent-ffmpeg": "ffmpeg",
		"gm": "imagemagick graphicsmagick", "imagemagick": "imagemagick", "pdf-image": "imagemagick poppler-utils",
		"node-poppler": "poppler-utils", "pdf-poppler": "poppler-utils", "tesseractocr": "tesseract-ocr",
		"node-tesseract-ocr": "tesseract-ocr", "wkhtmltopdf": "wkhtmltopdf", "ping": "iputils-ping",
		"mysqldump": "default-mysql-client", "pg-dump-restore": "postgresql-client", "@prisma/client": "openssl",
		"prisma": "openssl", "python-shell": "python3", "libreoffice-convert": "libreoffice",
		"textract": "poppler-utils antiword", "exiftool-vendored": "perl", "ssh-exec": "openssh-client",
		"git-clone": "git", "degit": "git", "ps-list": "procps", "find-process": "procps",
		"pidusage": "procps", "tree-kill": "procps"},
	"Ruby": {
		"rails": "tzdata", "activesupport": "tzdata", "tzinfo": "tzdata", "mini_magick": "imagemagick",
		"rmagick": "imagemagick", "pg": "libpq5", "mysql2": "libmariadb3", "sqlite3": "libsqlite3-0",
		"git": "git", "ruby-vips": "libvips42", "curb": "libcurl4", "wkhtmltopdf": "wkhtmltopdf",
		"wicked_pdf": "wkhtmltopdf", "pdfkit": "wkhtmltopdf",
		"streamio-ffmpeg": "ffmpeg", "rtesseract": "tesseract-ocr", "ruby-filemagic": "libmagic1",
		"typhoeus": "libcurl4", "ethon": "libcurl4", "tiny_tds": "freetds-bin",
		"image_processing": "imagemagick", "puma_worker_killer": "procps", "get_process_mem": "procps",
		"ruby-graphviz": "graphviz", "gnupg": "gnupg", "gpgme": "gnupg",
	},
	"PHP": {
		"knplabs/knp-snappy": "wkhtmltopdf", "php-ffmpeg/php-ffmpeg": "ffmpeg",
		"spatie/pdf-to-text": "poppler-utils", "thiagoalessio/tesseract_ocr": "tesseract-ocr",
		"cpliakas/git-wrapper": "git", "czproject/git-php": "git", "gitonomy/gitlib": "git",
		"spatie/image-optimizer": "jpegoptim optipng pngquant", "spatie/db-dumper": "default-mysql-client",
		"spatie/laravel-backup": "default-mysql-client",
	},
}

// javascript are the gems that call a JavaScript runtime, and those that bring one of their own.
var (
	javascriptGems = []string{"execjs", "uglifier", "coffee-rails", "coffee-script", "autoprefixer-rails",
		"sprockets-es6", "babel-transpiler", "therubyracer-execjs", "webpacker", "terser"}
	runtimeGems = []string{"mini_racer", "therubyracer", "duktape", "alaska"}
)

// largeBase are the packages of buildpack-deps that something may call or load, which the large variants of the
// language images stand on and the slim ones lack.
var largeBase = words(`git mercurial subversion openssh-client curl wget gnupg procps file unzip xz-utils imagemagick
	libmagic1 libpq5 libmariadb3 libcurl4
	libsqlite3-0 libxml2 libxslt1.1 tzdata ca-certificates perl netbase patch make libglib2.0-0 libyaml-0-2 openssl
	libwebp7 libgomp1 default-mysql-client-core`)

// brings reports whether the original's base holds a package that is not installed by name.
func (a *conversion) brings(pkg string) bool {
	if pkg == "ca-certificates" && official(a.st.Base) != "" && languageOfBase(a.st.Base.Name()) != "" {
		return true
	}
	return largeBase[pkg] && bigBase(a.st.Base) && a.res.Final != a.st.Base.Text && !a.alpine()
}

// libraries are the names of the app's own dependencies, as its manifests and lock files tell, in lower case.
func (a *conversion) libraries() map[string]bool {
	switch a.language {
	case "Python":
		return a.pythonNames()
	case "Node":
		out := map[string]bool{}
		for name := range a.manifest().Dependencies {
			out[name] = true
		}
		return out
	case "Ruby":
		return a.gems()
	case "PHP":
		out := map[string]bool{}
		for _, m := range composerName.FindAllStringSubmatch(
			a.read(a.projectFile("composer.lock"))+a.read(a.projectFile("composer.json")), -1) {
			out[m[1]] = true
		}
		return out
	}
	return nil
}

var (
	composerName = lazyregexp.New(`"(?:name"\s*:\s*")?([a-z0-9_.-]+/[a-z0-9_.-]+)"`)
	gemLine      = lazyregexp.New(`(?m)^\s*gem\s*\(?\s*['"]([A-Za-z0-9_-]+)['"]`)
	gemLocked    = lazyregexp.New(`(?m)^    ([A-Za-z0-9_-]+) \(`)
)

// projectFile is the path in the context of a file that the image has in its working folder.
func (a *conversion) projectFile(name string) string {
	if src, ok := a.source(path.Join(a.workDir(), name), 0); ok {
		return src
	}
	return name
}

// gems are those of the bundle: of the lock file where there is one.
func (a *conversion) gems() map[string]bool {
	out := map[string]bool{}
	for _, m := range gemLine.FindAllStringSubmatch(a.read(a.projectFile("Gemfile")), -1) {
		out[m[1]] = true
	}
	for _, m := range gemLocked.FindAllStringSubmatch(a.read(a.projectFile("Gemfile.lock")), -1) {
		out[m[1]] = true
	}
	return out
}

// javascriptGem is a gem that needs a JavaScript runtime, "" if there is none or one brings its own.
func (a *conversion) javascriptGem() string {
	gems := a.gems()
	if slices.ContainsFunc(runtimeGems, func(g string) bool { return gems[g] }) {
		return ""
	}
	for _, g := range javascriptGems {
		if gems[g] {
			return g
		}
	}
	return ""
}

// loaded are the packages of the distribution that the app's libraries need when they run.
func (a *conversion) loaded() []need {
	if a.needs != nil {
		return a.needs
	}
	a.needs = []need{}
	table := librariesNeed[a.language]
	found := a.libraries()
	for _, lib := range slices.Sorted(maps.Keys(found)) {
		for _, pkg := range strings.Fields(table[lib]) {
			a.needs = append(a.needs, need{pkg, lib})
		}
	}
	if a.language == "Python" {
		for _, text := range a.src().text { // the standard library opens it by name
			if ctypesLibrary.MatchString(text) {
				for _, m := range ctypesLibrary.FindAllStringSubmatch(text, -1) {
					a.needs = append(a.needs, need{"lib" + m[1], "ctypes in the source"})
				}
			}
		}
	}
	if a.language == "Rust" {
		a.needs = append(a.needs, a.crateNeeds()...)
	}
	return a.needs
}

var ctypesLibrary = lazyregexp.New(`find_library\(["']([a-z0-9]+)["']\)`)

// needsPackage reports whether a library of the app needs a package when it runs.
func (a *conversion) needsPackage(pkg string) bool {
	return slices.ContainsFunc(a.loaded(), func(n need) bool { return n.pkg == pkg })
}

// cratesNeed are the packages of Debian whose libraries a crate links by default, where it does not build its own.
var cratesNeed = map[string]string{
	"openssl-sys": "libssl-dev", "pq-sys": "libpq-dev", "mysqlclient-sys": "default-libmysqlclient-dev",
	"libsqlite3-sys": "libsqlite3-dev", "curl-sys": "libcurl4-openssl-dev",
	"libz-sys": "zlib1g-dev", "libxml": "libxml2-dev", "alsa-sys": "libasound2-dev", "zmq-sys": "libzmq3-dev",
	"libudev-sys": "libudev-dev", "libdbus-sys": "libdbus-1-dev",
	"servo-fontconfig-sys": "libfontconfig-dev", "yeslogic-fontconfig-sys": "libfontconfig-dev",
	"freetype-sys": "libfreetype-dev", "libgssapi-sys": "libkrb5-dev", "rdkafka-sys": "librdkafka-dev",
	"libusb1-sys": "libusb-1.0-0-dev", "sodiumoxide": "libsodium-dev", "libsodium-sys": "libsodium-dev",
	"glib-sys": "libglib2.0-dev", "cairo-sys-rs": "libcairo2-dev", "pcap": "libpcap-dev",
	"magick_rust": "libmagickwand-dev", "odbc-sys": "unixodbc-dev", "unbound-sys": "libunbound-dev",
	"tss-esapi-sys": "libtss2-dev", "libarchive3-sys": "libarchive-dev",
	"gstreamer-sys": "libgstreamer1.0-dev", "leptonica-sys": "libleptonica-dev", "tesseract-sys": "libtesseract-dev",
	"openblas-src": "libopenblas-dev", "ffmpeg-sys-next": "libavcodec-dev",
}

// vendoring are crates whose presence in the lock file tells that the library is compiled in.
var vendoring = map[string]string{"openssl-sys": "openssl-src", "curl-sys": "curl-src",
	"libsodium-sys": "libsodium-src", "pq-sys": "pq-src"}

var lockedCrate = lazyregexp.New(`(?m)^name\s*=\s*"([^"]+)"`)

// crates are those of the lock file.
func (a *conversion) crates() map[string]bool {
	out := map[string]bool{}
	for _, m := range lockedCrate.FindAllStringSubmatch(a.read(a.projectFile("Cargo.lock")), -1) {
		out[m[1]] = true
	}
	return out
}

// crateNeeds are the libraries that the lock file's crates link.
func (a *conversion) crateNeeds() []need {
	var out []need
	crates := a.crates()
	for _, c := range slices.Sorted(maps.Keys(crates)) {
		dev := cratesNeed[c]
		if dev == "" || crates[vendoring[c]] {
			continue
		}
		libs, known := a.runtimeOf(dev)
		if !known {
			libs = []string{dev}
		}
		for _, l := range libs {
			out = append(out, need{l, "the crate " + c})
		}
	}
	return out
}

// ownInterpreter: Python is the distribution's, and came with a package that only builds.
func (a *conversion) ownInterpreter() bool {
	return a.language == "Python" && plainDistribution(a) && !a.alpine()
}

// systemModules are packages of the distribution that hold Python modules, which an environment of its own does not see
// by itself.
var systemModules = regexp.MustCompile(`^python3-(.+)$`)

// plainDistribution: the base is a distribution, not an image of a language.
func plainDistribution(a *conversion) bool { return languageOfBase(a.st.Base.Name()) == "" }
