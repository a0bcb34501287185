package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
)

// What is known of base images by their names: facts of the images' own documentation, no list of good and bad ones.

// toolchains are images whose purpose is to build: nothing needs them at run time.
var toolchains = map[string]bool{
	"golang": true, "rust": true, "maven": true, "gradle": true, "gcc": true, "buildpack-deps": true, "haskell": true,
	"swift": true, "dart": true,
	"sbt": true, "clojure": true, "emscripten": true, "sdk": true, "openjdk": true,
}

// languages are images that run a language and, unless the tag says slim or alpine, carry the compilers of
// buildpack-deps.
var languages = map[string]bool{"python": true, "node": true, "ruby": true, "php": false, "perl": true, "pypy": true}

// buildBase reports whether a base image is one to build with rather than to run: a toolchain, a JDK, or the full form
// of a language's image.
func buildBase(r dockerfile.Ref) bool {
	name, tag := r.Name(), strings.ToLower(r.Tag)
	switch {
	case !r.Known || r.Scratch():
		return false
	case strings.Contains(tag, "jre") || strings.Contains(tag, "runtime"):
		return false
	case toolchains[name]:
		return name != "sdk" || strings.Contains(r.Repository, "dotnet")
	case strings.Contains(tag, "jdk"), name == "amazoncorretto":
		return true
	}
	return languages[name] && r.Official() && !strings.Contains(tag, "slim") && !strings.Contains(tag, "alpine")
}

// rootBase is the image at the bottom of what ships.
func rootBase(p *lint.Pass) (dockerfile.Ref, *dockerfile.Stage, bool) {
	ss := p.Shipped()
	if len(ss) == 0 {
		return dockerfile.Ref{}, nil, false
	}
	return p.Base(ss[0]), ss[0], true
}

// unprivileged reports whether an image is known to set a user of its own.
func unprivileged(r dockerfile.Ref) bool {
	full := r.Registry + "/" + r.Repository
	switch {
	case strings.Contains(r.Tag, "nonroot"), strings.Contains(r.Tag, "rootless"),
		strings.Contains(r.Repository, "unprivileged"):
		return true
	case r.Registry == "cgr.dev", strings.HasPrefix(full, "docker.io/bitnami/"),
		strings.HasPrefix(full, "docker.io/bitnamilegacy/"):
		return true
	}
	return false
}

// dropsPrivileges are official images whose entrypoint starts as root and changes to a user of its own.
var dropsPrivileges = map[string]bool{
	"postgres": true, "mysql": true, "mariadb": true, "redis": true, "valkey": true, "mongo": true, "rabbitmq": true,
	"elasticsearch": true,
	"memcached":     true, "cassandra": true, "influxdb": true, "solr": true, "neo4j": true, "haproxy": true,
	"varnish": true, "ghost": true, "kibana": true,
	"logstash": true, "couchdb": true, "zookeeper": true, "jenkins": true, "sonarqube": true, "eclipse-mosquitto": true,
}

// development reports whether a stage is meant for people at work, by its name.
func development(s *dockerfile.Stage) bool {
	switch s.Name {
	case "dev", "devel", "development", "test", "tests", "testing", "ci", "lint", "debug", "devcontainer":
		return true
	}
	return strings.HasPrefix(s.Name, "build")
}

// shipped calls f for every instruction whose layer is in the image, the first one first.
func shipped(p *lint.Pass, f func(*dockerfile.Instruction)) {
	for _, s := range p.Shipped() {
		for _, in := range s.Instructions {
			f(in)
		}
	}
}

// multiStage reports whether what ships takes anything from another stage of the file.
func multiStage(p *lint.Pass) bool {
	n := 0
	for _, s := range p.File.Stages {
		if p.Needed(s) {
			n++
		}
	}
	return n > len(p.Shipped())
}
