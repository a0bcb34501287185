package stages

import (
	"maps"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// Inherited is what a stage has before its first instruction: what its base image sets.
type Inherited struct {
	WorkDir    string
	User       string
	Entrypoint []string
	Env        map[string]string
	Source     string // how that is known
}

const (
	systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	imageFiles = "the Dockerfile of the official image"
)

// knownBases are the official images' own settings that a conversion has to know, by repository: each taken from the
// image's published Dockerfile. Versions are left out: they change no path.
var knownBases = map[string]Inherited{
	"python": {WorkDir: "/", Env: map[string]string{"PATH": "/usr/local/bin:" + systemPath, "LANG": "C.UTF-8"}},
	"pypy":   {WorkDir: "/", Env: map[string]string{"PATH": "/opt/pypy/bin:" + systemPath, "LANG": "C.UTF-8"}},
	"node":   {WorkDir: "/", Entrypoint: []string{"docker-entrypoint.sh"}, Env: map[string]string{"PATH": systemPath}},
	"golang": {WorkDir: "/go", Env: map[string]string{"PATH": "/go/bin:/usr/local/go/bin:" + systemPath,
		"GOPATH": "/go"}},
	"rust": {WorkDir: "/", Env: map[string]string{"PATH": "/usr/local/cargo/bin:" + systemPath,
		"CARGO_HOME":  "/usr/local/cargo",
		"RUSTUP_HOME": "/usr/local/rustup"}},
	"ruby": {WorkDir: "/", Env: map[string]string{"PATH": "/usr/local/bundle/bin:" + systemPath,
		"GEM_HOME":          "/usr/local/bundle",
		"BUNDLE_APP_CONFIG": "/usr/local/bundle", "LANG": "C.UTF-8"}},
	"php": {WorkDir: "/var/www/html", Entrypoint: []string{"docker-php-entrypoint"},
		Env: map[string]string{"PATH": systemPath,
			"PHP_INI_DIR": "/usr/local/etc/php"}},
	"composer": {WorkDir: "/app", Entrypoint: []string{"/docker-entrypoint.sh"},
		Env: map[string]string{"PATH": systemPath}},
	"maven": {WorkDir: "/", Entrypoint: []string{"/usr/local/bin/mvn-entrypoint.sh"},
		Env: map[string]string{"PATH": systemPath}},
	"gradle": {WorkDir: "/home/gradle",
		Env: map[string]string{"PATH": systemPath, "GRADLE_HOME": "/opt/gradle"}},
	"tomcat": {WorkDir: "/usr/local/tomcat", Env: map[string]string{"PATH": "/usr/local/tomcat/bin:" +
		systemPath, "CATALINA_HOME": "/usr/local/tomcat"}},
	"openjdk":        {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
	"amazoncorretto": {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
	"eclipse-temurin": {WorkDir: "/", Entrypoint: []string{"/__cacert_entrypoint.sh"},
		Env: map[string]string{"JAVA_HOME": "/opt/java/openjdk",
			"PATH": "/opt/java/openjdk/bin:" + systemPath}},
	"debian":         {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
	"ubuntu":         {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
	"alpine":         {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
	"buildpack-deps": {WorkDir: "/", Env: map[string]string{"PATH": systemPath}},
}

// officialMirrors are the places besides Docker Hub that carry its official images under a path of their own.
var officialMirrors = []string{"docker/library/", "dockerhub/library/", "library/"}

// official is the name of the official image that a reference means, "" if it means another.
func official(b dockerfile.Ref) string {
	if b.Official() {
		return b.Repository
	}
	if b.Registry != "docker.io" {
		for _, p := range officialMirrors {
			if name, ok := strings.CutPrefix(b.Repository, p); ok && !strings.Contains(name, "/") {
				return name
			}
		}
	}
	return ""
}

// inherit finds what the base sets: the image's own configuration where the engine holds it, else what is known of the
// official images.
func (a *conversion) inherit() Inherited {
	in, known := knownBases[official(a.st.Base)]
	switch {
	case a.o.Base != nil:
		in = *a.o.Base
		in.Source = "the image that the engine holds"
	case known:
		in.Source = imageFiles + " " + official(a.st.Base)
	default:
		in = Inherited{}
	}
	in.Env = maps.Clone(in.Env)
	if in.Env == nil {
		in.Env = map[string]string{}
	}
	if in.Env["PATH"] == "" {
		in.Env["PATH"] = systemPath
	}
	in.WorkDir = path.Clean("/" + in.WorkDir)
	return in
}

// environment adds an ENV or ARG to the variables in force. What an instruction sets it does not see itself.
func (a *conversion) environment(env map[string]string, in *dockerfile.Instruction) map[string]string {
	if in.Keyword != "ENV" && in.Keyword != "ARG" {
		return env
	}
	next := maps.Clone(env)
	for _, pair := range in.Pairs {
		switch {
		case pair.HasValue || in.Keyword == "ENV":
			if in.Keyword == "ARG" && env[pair.Key] != "" {
				continue // an ENV wins over an argument of its name
			}
			next[pair.Key], _ = dockerfile.Expand(pair.Value, a.f.Escape, env)
		default:
			if v, ok := a.f.MetaArg(pair.Key); ok {
				next[pair.Key] = v
			}
		}
	}
	return next
}

// expand replaces the variables of a word by what they are where the instruction stands; those without a value stay.
func (a *conversion) expand(o *instruction, s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	text, _ := dockerfile.Expand(s, a.f.Escape, o.env)
	return text
}
