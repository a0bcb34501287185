package ecosystem

import (
	"regexp"
	"strings"

	"github.com/package-url/packageurl-go"
)

// types maps the package URL types of language ecosystems to OSV's names for them.
var types = map[string]string{
	packageurl.TypePyPi: "PyPI", packageurl.TypeNPM: "npm", packageurl.TypeGolang: "Go",
	packageurl.TypeCargo: "crates.io",
	packageurl.TypeGem:   "RubyGems", packageurl.TypeMaven: "Maven", packageurl.TypeNuget: "NuGet",
	packageurl.TypeHex:      "Hex",
	packageurl.TypeComposer: "Packagist", packageurl.TypePub: "Pub", packageurl.TypeHackage: "Hackage",
	packageurl.TypeConda: "conda", packageurl.TypeCran: "CRAN", packageurl.TypeConan: "ConanCenter",
	packageurl.TypeSwift:   "SwiftURL",
	packageurl.TypeBitnami: "Bitnami", packageurl.TypeJulia: "Julia", "githubactions": "GitHub Actions",
	"pecl": PECL,
}

var typeOf = func() map[string]string {
	m := map[string]string{}
	for kind, name := range types {
		m[name] = kind
	}
	return m
}()

// OfType returns OSV's name of the ecosystem of a package URL's type, "" where it has none.
func OfType(kind string) string { return types[kind] }

// TypeOf returns the package URL's type of an ecosystem by OSV's name, "" where it has none.
func TypeOf(name string) string { return typeOf[name] }

// others are the names that people know of package URL types that no advisory database here speaks of.
var others = map[string]string{
	packageurl.TypeAlpm: "Arch Linux", "ebuild": "Gentoo", "portage": "Gentoo", packageurl.TypeBrew: "Homebrew",
	packageurl.TypeCocoapods: "CocoaPods", packageurl.TypeHuggingface: "Hugging Face", "luarocks": "LuaRocks",
	"nix": "Nix",
}

// unnamed are the types that tell where something came from and not what kind of package it is.
var unnamed = map[string]bool{
	packageurl.TypeGeneric: true, packageurl.TypeOCI: true, packageurl.TypeDocker: true, packageurl.TypeGithub: true,
	packageurl.TypeGitlab: true, packageurl.TypeBitbucket: true, packageurl.TypeSWID: true, "file": true,
}

// Other names the ecosystem of a package URL's type that has no advisories, so that what is missing can be told; "" for
// types that name no ecosystem.
func Other(kind string) string {
	if unnamed[kind] {
		return ""
	}
	if name := others[kind]; name != "" {
		return name
	}
	return kind
}

// runtimes are interpreters, servers and databases that are built from source and stand in no package database. The
// Bitnami ecosystem publishes advisories for them; the left side is what tools put into pkg:generic.
var runtimes = map[string]string{
	"httpd": "apache", "apache": "apache", "apache/httpd": "apache", "go": "golang", "golang": "golang",
	"java": "java", "openjdk": "java", "jdk": "java", "jre": "java", "oracle/openjdk": "java", "oracle/jdk": "java",
	"oracle/jre": "java", "java/openjdk": "java", "java/jdk": "java", "java/jre": "java", "eclipse/temurin": "java",
	"node": "node", "nodejs": "node", "node.js": "node", "python": "python", "cpython": "python", "python3": "python",
	"php": "php", "php-cli": "php", "php-fpm": "php", "libphp": "php", "ruby": "ruby", "postgresql": "postgresql",
	"postgres": "postgresql", "mongodb": "mongodb", "mongod": "mongodb", "redis": "redis", "redis-server": "redis",
	"wp-cli": "wp-cli", "elasticsearch": "elasticsearch", "fluent-bit": "fluent-bit", "fluentbit": "fluent-bit",
	"tomcat": "tomcat", "apache-tomcat": "tomcat", "dotnet": "dotnet", "aspnet-core": "aspnet-core",
}

func init() { // known under their own names alone
	for _, name := range strings.Fields(`activemq alertmanager apisix arangodb argo-cd brotli cassandra clickhouse
		composer consul couchdb discourse drupal envoy etcd fluentd ghost git gitea gitlab grafana haproxy harbor helm
		influxdb jaeger jenkins joomla kafka keydb kibana libmaxminddb logstash lua mariadb mastodon maven memcached minio
		moodle nats neo4j nextcloud nginx oauth2-proxy odoo openldap openresty opentelemetry-collector pgbouncer pgpool
		phpmyadmin powershell prometheus rabbitmq rclone redmine scylladb seaweedfs solr spark sqlite superset syncthing
		valkey varnish vault wildfly wordpress zookeeper`) {
		runtimes[name] = name
	}
}

// Runtime returns what the Bitnami ecosystem calls a program that a pkg:generic URL names, "" where it has none.
func Runtime(namespace, name string) string {
	name = strings.ToLower(name)
	if namespace == "" || strings.EqualFold(namespace, name) {
		return runtimes[name]
	}
	return runtimes[strings.ToLower(namespace)+"/"+name]
}

var (
	preRE   = regexp.MustCompile(`^(\d+\.\d+(?:\.\d+)?)(a|b|rc|beta|alpha|RC)(\d+)\+?$`)
	javaRE  = regexp.MustCompile(`^1\.(\d+)\.(\d+)[_-](?:b?0*)(\d+)`)
	plainRE = regexp.MustCompile(`^\d+(?:\.\d+)*$`)
)

// RuntimeVersion writes a runtime's version as semantic versioning has it: 16.1 is 16.1.0, 3.13.0rc1 is 3.13.0-rc1,
// Java's 1.8.0_392 is 8.0.392.
func RuntimeVersion(name, v string) string {
	if name == "java" {
		if m := javaRE.FindStringSubmatch(v); m != nil {
			return m[1] + "." + m[2] + "." + m[3]
		}
	}
	if name == "golang" {
		v = strings.TrimPrefix(v, "go")
	}
	pre := ""
	if m := preRE.FindStringSubmatch(v); m != nil {
		v, pre = m[1], "-"+m[2]+m[3]
	}
	v = strings.TrimSuffix(v, "+")
	if plainRE.MatchString(v) {
		for strings.Count(v, ".") < 2 {
			v += ".0"
		}
	}
	return v + pre
}

// BitnamiVersion leaves out the revision of Bitnami's packaging: 7.0.0-1 packages 7.0.0.
func BitnamiVersion(v string) string {
	if i := strings.LastIndexByte(v, '-'); i > 0 && isNumber(v[i+1:]) {
		return v[:i]
	}
	return v
}
