package traefik

import (
	"strings"
	"testing"
)

// TestRefused tells which settings keep a Traefik from starting; TestStaticAgainstTraefik holds the whole list against
// real ones.
func TestRefused(t *testing.T) {
	flags := func(s string) *Static { return StaticFromFlags(strings.Fields(s)) }
	file := func(name, text string) *Static {
		s, err := StaticFromFile(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, c := range map[string]struct {
		s       *Static
		version string
		want    string // the field, "" for none
		line    int
	}{
		"right": {flags("--entrypoints.web.address=:80 --providers.docker --api.insecure --accesslog " +
			"--log.level=INFO"), "3.7", "", 0},
		"unknown flag":  {flags("--entrypoints.web.address=:80 --nosuch=1"), "3.7", "nosuch", 0},
		"unknown below": {flags("--entrypoints.web.adress=:80"), "3.7", "adress", 0},
		"gone": {flags("--providers.docker.swarmmode --entrypoints.web.address=:80"), "3.1",
			"swarmmode", 0},
		"there in version 2": {flags("--providers.docker.swarmmode --entrypoints.web.address=:80"), "2.11", "", 0},
		"too new":            {flags("--entrypoints.web.http.sanitizepath=false"), "3.2", "sanitizepath", 0},
		"new enough":         {flags("--entrypoints.web.http.sanitizepath=false"), "3.7", "", 0},
		"no switch":          {flags("--api.insecure=maybe"), "3.7", "insecure", 0},
		"file":               {file("t.yml", "entryPoints:\n  web:\n    adress: ':80'\n"), "3.7", "adress", 3},
		"file, section":      {file("t.yml", "nosuch: 1\nentryPoints:\n  web:\n    address: ':80'\n"), "3.7", "", 0},
		"file, any case": {file("t.yml", "entrypoints:\n  web:\n    Address: ':80'\n    http: {tls: {}}\n"),
			"3.7", "", 0},
		"file, lists": {file("t.yml",
			"entryPoints: {web: {http: {middlewares: [a], tls: {domains: [{main: a, sans: [b]}]}}}}\n"), "3.7", "", 0},
		"plugins": {file("t.yml", "experimental: {plugins: {x: {moduleName: a, version: b}}}\n"), "3.7",
			"", 0},
		"toml": {file("t.toml", "[entryPoints.web]\nadress = \":80\"\n"), "3.7", "adress", 0},
		"environment": {StaticFromEnv(map[string]string{"TRAEFIK_ENTRYPOINTS_WEB_ADRESS": ":80"}), "3.7",
			"adress", 0},
		"environment, section": {StaticFromEnv(map[string]string{"TRAEFIK_NOSUCH": "1",
			"TRAEFIK_ENTRYPOINTS_WEB_ADDRESS": ":80"}), "3.7", "", 0},
		"version not known": {flags("--entrypoints.web.http.sanitizepath=false"), "", "", 0},
	} {
		got, line := "", 0
		if err := c.s.Refused(ParseVersion(c.version)); err != nil {
			got, line = err.Field, err.Line()
		}
		if got != c.want || line != c.line {
			t.Errorf("%s: %q at %d, want %q at %d", name, got, line, c.want, c.line)
		}
	}
}
