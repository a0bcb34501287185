package binary

import (
	"debug/buildinfo"
	"debug/elf"
	"io"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Programs that are built from a checkout tell "(devel)" as their own version, as nearly all images do whose Go is
// older than 1.24. Most of them are told their version by the linker, `-ldflags "-X pkg.Version=1.2.3"`, which sets a
// string variable. It is found, in this order:
//
//  1. in the build information, which holds the linker's flags unless the build trimmed its paths;
//  2. by the variable's name in the table of symbols, unless the program was stripped;
//  3. among the program's string variables: the linker ends the texts of -X with a zero byte, which the compiler's own
//     texts lack. One version alone must be there, in one variable at least.
//
// What contradicts itself is no answer: the program is listed without a version then.

// goVersion is the version of a program's own module, as the module system writes it; "" where it is not told.
func goVersion(r io.ReaderAt, info *buildinfo.BuildInfo) string {
	module := info.Main.Path
	if v := versionFlag(info); v != "" {
		return moduleVersion(module, v, info)
	}
	f, err := elf.NewFile(r)
	if err != nil {
		return ""
	}
	p := &program{f: f, module: module}
	v := p.bySymbol()
	if v == "" {
		v = p.byText()
	}
	return moduleVersion(module, v, info)
}

// programModules are modules whose version in the module system is not what the program calls itself. The advisories
// speak of the former.
var programModules = map[string]func(version string, info *buildinfo.BuildInfo) string{
	"github.com/minio/minio":           minioVersion,
	"github.com/prometheus/prometheus": prometheusVersion,
}

// moduleVersion turns what a program says of itself into its module's version.
func moduleVersion(module, v string, info *buildinfo.BuildInfo) string {
	if v == "" {
		return ""
	}
	if convert := programModules[module]; convert != nil {
		return convert(v, info)
	}
	m := releaseRE.FindStringSubmatch(v)
	if m == nil {
		return ""
	}
	return "v" + m[1] + m[2]
}

var (
	// releaseRE is a release's version: what `git describe` adds after a tag (-3-gabcdef) and -dirty, and what follows
	// a plus, does not make another release of it.
	releaseRE = lazyregexp.New(
		`^v?(\d{1,5}\.\d{1,5}\.\d{1,8})(-(?:alpha|beta|rc|pre|preview|ea|M)[0-9A-Za-z.-]*?)?(?:-\d+-g[0-9a-f]{7,40})?(?:-dirty)?(?:\+[0-9A-Za-z.-]*)?$`)
	// minioRE is MinIO's: the time of the release.
	minioRE = lazyregexp.New(`^(?:RELEASE\.)?(\d{4}-\d{2}-\d{2})T(\d{2})[-:](\d{2})[-:](\d{2})Z$`)
)

// minioVersion is the pseudo-version by which the advisories know a release of MinIO.
func minioVersion(v string, info *buildinfo.BuildInfo) string {
	m := minioRE.FindStringSubmatch(v)
	if m == nil {
		return ""
	}
	at, err := time.Parse("2006-01-02 15 04 05", m[1]+" "+m[2]+" "+m[3]+" "+m[4])
	if err != nil {
		return ""
	}
	commit := setting(info, "vcs.revision")
	if len(commit) < 12 || !extract.IsHex(commit) {
		commit = "000000000000"
	}
	return "v0.0.0-" + at.Format("20060102150405") + "-" + commit[:12]
}

// prometheusVersion: version 2.45.0 of the program is v0.45.0 of the module, and 3.5.0 is v0.305.0.
func prometheusVersion(v string, _ *buildinfo.BuildInfo) string {
	m := prometheusRE.FindStringSubmatch(v)
	if m == nil {
		return ""
	}
	minor := m[2]
	if m[1] == "3" {
		minor = "3" + strings.Repeat("0", max(0, 2-len(minor))) + minor
	}
	return "v0." + minor + m[3]
}

var prometheusRE = lazyregexp.New(`^v?([23])\.(\d{1,2})(\.\d{1,3}(?:-rc\.\d+)?)$`)

func setting(info *buildinfo.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// versionNames are what the variable is called that the linker sets, in lower case. Those of the usual programs:
//
//	traefik         github.com/traefik/traefik/v2/pkg/version.Version
//	grafana         main.version
//	oauth2-proxy    main.VERSION, github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION
//	authelia        github.com/authelia/authelia/v4/internal/utils.BuildTag
//	prometheus, alertmanager, node_exporter, ...   github.com/prometheus/common/version.Version
//	minio           github.com/minio/minio/cmd.ReleaseTag
//	caddy           github.com/caddyserver/caddy/v2.CustomVersion (its own module is a dependency, which has a version)
//	gitea           main.Version
//	vault           github.com/hashicorp/vault/sdk/version.Version
//	portainer, dex, rclone, nats-server, consul ...   a Version of main or of a package of theirs
var versionNames = map[string]bool{
	"version": true, "buildversion": true, "appversion": true, "gitversion": true, "releaseversion": true,
	"buildtag": true,
	"gittag":   true, "tag": true, "releasetag": true, "fullversion": true, "customversion": true,
	"programversion": true,
	"serverversion":  true,
}

// ownSymbol reports whether a symbol is the variable of a program's own version: one of the module's packages, of main,
// or of the package that Prometheus' family shares.
func ownSymbol(module, symbol string) bool {
	slash := strings.LastIndexByte(symbol, '/')
	dot := strings.IndexByte(symbol[slash+1:], '.')
	if dot < 0 {
		return false
	}
	pkg, name := symbol[:slash+1+dot], symbol[slash+1+dot+1:]
	if !versionNames[strings.ToLower(strings.ReplaceAll(name, "_", ""))] {
		return false
	}
	pkg = strings.ReplaceAll(pkg, "%2e", ".")
	return pkg == "main" || pkg == "github.com/prometheus/common/version" || extract.Within(pkg, module) &&
		module != "" ||
		extract.Within(pkg, strings.TrimSuffix(module, majorRE.FindString(module))) && module != ""
}

var majorRE = lazyregexp.New(`/v\d+$`)

// isOwnVersion reports whether a text is a version of the kind that the module's program has.
func isOwnVersion(module, v string) bool {
	if module == "github.com/minio/minio" {
		return minioRE.MatchString(v)
	}
	return releaseRE.MatchString(v)
}

// versionFlag is the version that the linker's flags set.
func versionFlag(info *buildinfo.BuildInfo) string {
	found := versions{}
	for _, flag := range linkerValues(setting(info, "-ldflags")) {
		symbol, value, _ := strings.Cut(flag, "=")
		if ownSymbol(info.Main.Path, symbol) && isOwnVersion(info.Main.Path, value) {
			found.add(value)
		}
	}
	return found.only()
}

// linkerValues are the values of the flag -X: `-X a=b`, `-X=a=b`, `-X 'a=b c'`.
func linkerValues(flags string) []string {
	var out []string
	next := false
	for _, word := range splitQuoted(flags) {
		switch {
		case next:
			out, next = append(out, strings.Trim(word, `'"`)), false
		case word == "-X" || word == "--X":
			next = true
		default:
			for _, begin := range []string{"-X=", "--X="} {
				if v, ok := strings.CutPrefix(word, begin); ok {
					out = append(out, strings.Trim(v, `'"`))
				}
			}
		}
	}
	return out
}

// splitQuoted splits a text at spaces outside quotes; the quotes are dropped.
func splitQuoted(s string) []string {
	var out []string
	var word strings.Builder
	quote, inWord := byte(0), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if inWord {
				out, inWord = append(out, word.String()), false
				word.Reset()
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		out = append(out, word.String())
	}
	return out
}

// versions collects what several places say.
type versions map[string]bool

func (v versions) add(text string) { v[strings.TrimPrefix(text, "v")] = true }

// only is the version where there is one alone, "" where there is none or several contradict each other.
func (v versions) only() string {
	if len(v) != 1 {
		return ""
	}
	for text := range v {
		return text
	}
	return ""
}
