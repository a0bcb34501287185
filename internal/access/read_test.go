package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// around fills what the cases have in common into a compose file: Traefik's part is given, indented by four; the app
// has a router, the worker none.
func around(traefik string) string {
	return "-- compose.yaml --\nservices:\n  edge:\n    ports: [\"80:80\", \"443:443\"]\n" + traefik + `
  app:
    image: example/app
    labels:
      - traefik.enable=true
      - traefik.http.routers.app.rule=Host(` + "`a.example.com`" + `)
  worker: {image: example/worker}
  apart: {image: redis, networks: [back]}
networks: {back: {internal: true}}
`
}

// TestConfigurationThatIsNotHereIsUnknown reads Traefiks whose configuration, or part of it, is not among the files:
// what they serve is unknown, and what is missing is an input that is named.
func TestConfigurationThatIsNotHereIsUnknown(t *testing.T) {
	const image = "    image: traefik:v3.5\n"
	for name, c := range map[string]struct {
		files  string
		input  string // path of a partial input
		reason string
	}{
		"a file mounted at the root": {around(image + "    volumes: ['./data/traefik.toml:/traefik.toml:ro']"),
			"data/traefik.toml", "is not here"},
		"a yml at the root": {around(image + "    volumes: ['./traefik.yml:/traefik.yml']"), "traefik.yml",
			"mounted at /traefik.yml"},
		"a yaml under /etc/traefik": {around(image + "    volumes: ['./t.yaml:/etc/traefik/traefik.yaml']"), "t.yaml",
			"is not here"},
		"in the user's folder": {around(image + "    volumes: ['./t.yml:/root/.config/traefik.yml']"), "t.yml",
			"is not here"},
		"a host path": {around(image + "    volumes: ['/nowhere-here/traefik.yml:/traefik.yml:ro']"),
			"/nowhere-here/traefik.yml", "is not here"},
		"a folder": {around(image + "    volumes: ['./conf:/etc/traefik']"), "conf",
			"mounted at /etc/traefik, is not here"},
		"a folder without the file": {around(image+"    volumes: ['./conf:/etc/traefik']") +
			"-- conf/acme.json --\n{}\n", "/etc/traefik", "may be written to what is mounted"},
		"a volume": {around(image + "    volumes: ['conf:/etc/traefik']"), "/etc/traefik",
			"what the volume at /etc/traefik holds"},
		"a path by a variable": {around(image + "    volumes: ['${CONF}/traefik.yml:/traefik.yml']"),
			"/traefik.yml", "depends on a variable"},
		"configFile": {around(image + "    command: [--configFile=/conf/t.yml]\n    volumes: " +
			"['./conf:/conf']"), "conf", "is not here"},
		"configFile in the image": {around(image + "    command: [--configFile=/conf/t.yml]"), "/conf/t.yml",
			"in no folder that can be read"},
		"configFile as a variable": {around(image + "    environment: {TRAEFIK_CONFIGFILE: /conf/t.yml}\n    " +
			"volumes: ['./conf:/conf']"), "conf", "is not here"},
		"configFile before flags": {around(image +
			"    command: [--configFile=/c/t.yml, '--entrypoints.web.address=:80']"), "/c/t.yml", "in no folder"},
		"a file before flags": {around(image + "    command: ['--entrypoints.web.address=:80', --providers.docker]\n " +
			"   volumes: ['./t.yml:/etc/traefik/traefik.yml']"),
			"t.yml", "is not here"},
		"an external config": {around(image+
			"    configs: [{source: t, target: /etc/traefik/traefik.yml}]") + "configs: {t: {external: true}}\n",
			"/etc/traefik/traefik.yml", "is external"},
		"a config that lacks": {around(image+"    configs: [{source: t, target: /traefik.yml}]") +
			"configs: {t: {file: ./lost.yml}}\n", "lost.yml", "is not here"},
		"an external secret": {around(image+
			"    secrets: [{source: t, target: /etc/traefik/traefik.yml}]") + "secrets: {t: {external: true}}\n",
			"/etc/traefik/traefik.yml", "is external"},
		"a secret that lacks": {around(image+"    command: [--configFile=/run/secrets/t.yml]\n    "+
			"secrets: [t.yml]") + "secrets: {t.yml: {file: ./lost.yml}}\n", "lost.yml", "is not here"},
		"an env file": {around(image + "    env_file: .env.traefik"), ".env.traefik",
			"is not here"},
		"an optional env file beside variables": {around(image + "    env_file: [{path: t.env, required: false}]\n   " +
			" environment: {TRAEFIK_PROVIDERS_DOCKER: 'true'}"), "t.env", "is not here"},
		"a variable without a value": {around(image + "    environment: [TRAEFIK_PROVIDERS_DOCKER_EXPOSEDBYDEFAULT, " +
			"'TRAEFIK_PROVIDERS_DOCKER=true']"), "edge", "has no value here"},
		"an entrypoint of its own": {around(image + "    entrypoint: /start.sh\n    volumes: ['./start.sh:/start.sh']"),
			"/start.sh", "is started by /start.sh"},
		"a wrapper in the image": {around(image + "    entrypoint: [/opt/wrap]"), "/opt/wrap",
			"is started by /opt/wrap"},
		"a shell that writes it": {around(image +
			"    entrypoint: [sh, -c, 'envsubst < /t.tmpl > /etc/traefik/traefik.yml && exec traefik']"),
			"a shell script", "may write or name it"},
		"a script that writes it": {around(image+"    entrypoint: [/s.sh]\n    volumes: ['./s.sh:/s.sh']") +
			"-- s.sh --\n#!/bin/sh\nsed s/x/y/ /t > /traefik.yml\nexec traefik\n",
			"/s.sh", "may write or name it"},
		"another's image of that name": {around("    image: acme/traefik:3.5"), "edge",
			"what the image acme/traefik:3.5 brings"},
		"a Dockerfile that is not here": {around("    image: acme/traefik\n    build: ./lost"), "lost/Dockerfile",
			"could not be read"},
		"a remote build": {around(
			"    image: acme/traefik\n    build: https://git.example.com/x.git"), "https://git.example.com/x.git",
			"no connection is opened"},
		"a base of its own": {around("    build: ./t\n    command: [traefik]") +
			"-- t/Dockerfile --\nFROM acme/base\n", "t/Dockerfile", "starts from"},
		"COPY of what is not here": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nCOPY t.yml /etc/traefik/traefik.yml\n", "t/Dockerfile",
			"is not here"},
		"COPY from another image": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nCOPY --from=acme/conf /conf /etc/traefik\n", "t/Dockerfile",
			"comes from the image acme/conf"},
		"ADD from elsewhere": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nADD https://example.com/t.yml /etc/traefik/traefik.yml\n",
			"t/Dockerfile", "is fetched from elsewhere"},
		"COPY by a variable": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nARG CONF\nCOPY ${CONF} /etc/traefik/\n", "t/Dockerfile",
			"a variable without a value"},
		"a RUN that rewrites it": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nCOPY t.yml /etc/traefik/traefik.yml\nRUN sed -i s/x/y/ " +
			"/etc/traefik/traefik.yml\n-- t/t.yml --\n{}\n", "t/Dockerfile", "the RUN on line 3"},
		"a RUN that writes it": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nRUN echo 'api: {}' > /traefik.yml\n", "t/Dockerfile",
			"the RUN on line 2"},
		"ENV by a variable": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nARG X\nENV TRAEFIK_PROVIDERS_DOCKER=$X\n", "edge",
			"TRAEFIK_PROVIDERS_DOCKER"},
		"an entrypoint of the image's own": {around("    build: ./t") +
			"-- t/Dockerfile --\nFROM traefik:v3.5\nCOPY go.sh /go.sh\nENTRYPOINT [\"/go.sh\"]\n", "/go.sh",
			"is started by /go.sh"},
	} {
		t.Run(name, func(t *testing.T) {
			res := Check(accesstest.Host(t, filesOf(c.files), "."), exposure.Options{})
			if res.Unknown == "" || !strings.Contains(res.Unknown, "--traefik-config") {
				t.Errorf("it is not said, or without a remedy: %q", res.Unknown)
			}
			for service, want := range map[string]finding.Exposure{
				"app": finding.ExposureUnknown, "worker": finding.ExposureUnknown, "apart": finding.ExposureInternal,
			} {
				checkExposure(t, res, service, want)
			}
			if !slices.ContainsFunc(res.Inputs, func(in report.Input) bool {
				return in.Path == c.input && in.Status == report.Partial && strings.Contains(in.Reason, c.reason) &&
					in.Service == "edge"
			}) {
				t.Errorf("no input %s with %q: %+v", c.input, c.reason, res.Inputs)
			}
		})
	}
}

// filesOf are the files of an archive.
func filesOf(text string) map[string]string {
	out := map[string]string{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

// TestConfigurationThatIsHereIsWhole reads Traefiks whose configuration can be found: nothing is unknown.
func TestConfigurationThatIsHereIsWhole(t *testing.T) {
	const static = "entryPoints: {web: {address: ':80'}}\nproviders: {docker: {exposedByDefault: false}}\n"
	const image = "    image: traefik:v3.5\n"
	const file = "-- t.yml --\n" + static
	built := func(dockerfile string) string {
		return around("    build: ./t") + "-- t/Dockerfile --\n" + dockerfile + "-- t/t.yml --\n" + static +
			"-- t/conf/traefik.yml --\n" + static
	}
	for name, files := range map[string]string{
		"flags": around(image +
			"    command: ['--entrypoints.web.address=:80', --providers.docker.exposedbydefault=false]"),
		"flags and an env file": around(image +
			"    env_file: lost.env\n    command: ['--entrypoints.web.address=:80', " +
			"--providers.docker.exposedbydefault=false]"),
		"flags and certificates": around(image +
			"    volumes: ['./letsencrypt:/letsencrypt', 'acme:/etc/traefik/acme']\n    command: " +
			"['--entrypoints.web.address=:80', --providers.docker.exposedbydefault=false]"),
		"variables": around(image + "    environment: {TRAEFIK_PROVIDERS_DOCKER_EXPOSEDBYDEFAULT: " +
			"'false', TRAEFIK_ENTRYPOINTS_WEB_ADDRESS: ':80'}"),
		"a file at the root": around(image+"    volumes: ['./t.yml:/traefik.yml:ro']") + file,
		"a config": around(image+"    configs: [{source: t, target: /traefik.yml}]") +
			"configs: {t: {file: ./t.yml}}\n" + file,
		"a secret": around(image+"    command: [--configFile=/run/secrets/t.yml]\n    secrets: "+
			"[t.yml, other]") + "secrets: {t.yml: {file: ./t.yml}, other: {external: true}}\n" + file,
		"a shell that only starts": around(image + "    entrypoint: [sh, -c, 'sleep 3; exec traefik " +
			"--entrypoints.web.address=:80 --providers.docker.exposedbydefault=false']"),
		"a script that only starts": around(image+
			"    entrypoint: [/s.sh]\n    command: ['--entrypoints.web.address=:80', "+
			"--providers.docker.exposedbydefault=false]\n    volumes: ['./s.sh:/s.sh']") +
			"-- s.sh --\n#!/bin/sh\nset -e\nexec traefik \"$@\"\n",
		"COPY of a file": built("FROM traefik:v3.5\nCOPY t.yml /etc/traefik/traefik.yml\n"),
		"COPY into a new folder": built("FROM docker.io/library/traefik:v3.5\nRUN mkdir -p /etc/traefik/acme && " +
			"chmod 700 /etc/traefik/acme\nCOPY ./conf/traefik.yml /etc/traefik\n"),
		"COPY of a folder":  built("FROM traefik:v3.5\nCOPY conf /etc/traefik\n"),
		"COPY by a pattern": built("FROM traefik:v3.5\nCOPY conf/*.yml /etc/traefik/\n"),
		"ADD to the root":   built("FROM traefik:v3.5\nADD t.yml /traefik.yml\n"),
		"COPY to where a flag points": built("FROM traefik:v3.5\nWORKDIR /app\nCOPY t.yml .\nCMD " +
			"[\"--configFile=/app/t.yml\"]\n"),
		"COPY to where ENV points": built("FROM traefik:v3.5\nENV TRAEFIK_CONFIGFILE=/x/t.yml\nCOPY t.yml /x/\n"),
		"through stages": built("ARG V=v3.5\nFROM traefik:${V} AS base\nFROM alpine AS conf\nCOPY t.yml " +
			"/out/traefik.yml\nFROM base\nCOPY --from=conf /out /etc/traefik\n"),
		"a file of a stage": built("FROM alpine AS conf\nCOPY conf/ /c/\nFROM traefik:v3.5\nCOPY " +
			"--from=conf /c/traefik.yml /etc/traefik/traefik.yml\n"),
		"a heredoc": built("FROM traefik:v3.5\nCOPY <<EOF /traefik.yml\n" + static + "EOF\n"),
		"an argument with a default": built(
			"FROM traefik:v3.5\nARG CONF=t.yml\nCOPY ${CONF} /etc/traefik/traefik.yml\n"),
		"ENV": built("FROM traefik:v3.5\nENV TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:80 " +
			"TRAEFIK_PROVIDERS_DOCKER_EXPOSEDBYDEFAULT=false\n"),
		"CMD": built("FROM traefik:v3.5\nCMD [\"--entrypoints.web.address=:80\", " +
			"\"--providers.docker.exposedbydefault=false\"]\n"),
		"ENTRYPOINT": built("FROM traefik:v3.5\nENTRYPOINT [\"traefik\", \"--entrypoints.web.address=:80\", " +
			"\"--providers.docker.exposedbydefault=false\"]\n"),
		"the shell form": built("FROM traefik:v3.5\nCMD traefik --entrypoints.web.address=:80 " +
			"--providers.docker.exposedbydefault=false\n"),
		"dockerfile_inline": around("    build:\n      context: ./t\n      dockerfile_inline: |\n        FROM "+
			"traefik:v3.5\n        COPY t.yml /etc/traefik/traefik.yml") + "-- t/t.yml --\n" + static,
		"a Dockerfile of another folder": around("    build: {context: ., dockerfile: docker/traefik/Dockerfile}") +
			"-- docker/traefik/Dockerfile --\nFROM docker.io/traefik:3.5\nCOPY docker/traefik/traefik.yml " +
			"/etc/traefik/traefik.yml\n-- docker/traefik/traefik.yml --\n" + static,
		"a binary in another image": around("    build: ./t") +
			"-- t/Dockerfile --\nFROM alpine\nCOPY --from=traefik:v3.5 /usr/local/bin/traefik /bin/traefik\nCOPY " +
			"t.yml /traefik.yml\nENTRYPOINT [\"/bin/traefik\"]\n-- t/t.yml --\n" + static,
	} {
		t.Run(name, func(t *testing.T) {
			res := Check(accesstest.Host(t, filesOf(files), "."), exposure.Options{})
			if res.Unknown != "" {
				t.Errorf("unknown: %s", res.Unknown)
			}
			for service, want := range map[string]finding.Exposure{
				"app": finding.ExposurePublic, "worker": finding.ExposureInternal, "apart": finding.ExposureInternal,
			} {
				checkExposure(t, res, service, want)
			}
			for _, in := range res.Inputs {
				if in.Status != report.Checked {
					t.Errorf("%+v", in)
				}
			}
			for _, f := range res.Findings {
				if f.Service == "edge" && f.Rule == "published-port-bypasses-proxy" {
					t.Errorf("Traefik's own ports lead past it: %s", f.Title)
				}
			}
		})
	}
}

// TestFilesOfTheFileProviderThatAreNotHere: a router may stand in them, so that nothing is internal; a service with a
// known access path keeps it.
func TestFilesOfTheFileProviderThatAreNotHere(t *testing.T) {
	const flags = "    image: traefik:v3.5\n    command: ['--entrypoints.web.address=:80', " +
		"--providers.docker.exposedbydefault=false, "
	for name, c := range map[string]struct{ files, input string }{
		"a folder": {around(flags + "--providers.file.directory=/dynamic]\n    volumes: " +
			"['./dynamic:/dynamic']"), "/dynamic"},
		"a folder of the image's": {around(flags + "--providers.file.directory=/dynamic]"), "/dynamic"},
		"a file": {around(flags + "--providers.file.filename=/d/x.yml]\n    volumes: " +
			"['./x.yml:/d/x.yml']"), "x.yml"},
		"a volume": {around(flags + "--providers.file.directory=/dynamic]\n    volumes: ['d:/dynamic']"),
			"/dynamic"},
		"a part of the folder": {around(flags+"--providers.file.directory=/dynamic]\n    volumes: "+
			"['./here:/dynamic', './lost.yml:/dynamic/lost.yml']") + "-- here/a.yml --\n{}\n", "/dynamic"},
		"a template": {around(flags+"--providers.file.filename=/d/x.yml]\n    volumes: ['./x.yml:/d/x.yml']") +
			"-- x.yml --\n{{ range $i := list 1 2 }}\n{{ end }}\n", "x.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			res := Check(accesstest.Host(t, filesOf(c.files), "."), exposure.Options{})
			for service, want := range map[string]finding.Exposure{
				"app": finding.ExposurePublic, "worker": finding.ExposureUnknown, "apart": finding.ExposureInternal,
			} {
				checkExposure(t, res, service, want)
			}
			if !slices.ContainsFunc(res.Inputs, func(in report.Input) bool {
				return in.Path == c.input &&
					in.Status == report.Partial
			}) {
				t.Errorf("no partial input %s: %+v", c.input, res.Inputs)
			}
		})
	}
}

// TestTheNamedConfigurationMakesItWhole gives what is not here by Options.TraefikConfig.
func TestTheNamedConfigurationMakesItWhole(t *testing.T) {
	const elsewhere = `
-- elsewhere/traefik.yml --
entryPoints: {web: {address: ':80'}}
providers: {docker: {exposedByDefault: false}, file: {directory: /etc/traefik/dynamic}}
-- elsewhere/dynamic/a.yml --
http:
  routers: {w: {rule: "Host(` + "`w`" + `)", service: w}}
  services: {w: {loadBalancer: {servers: [{url: "http://worker:80"}]}}}
`
	traefik := around("    image: traefik:v3.5\n    volumes: ['/nowhere-here/traefik:/etc/traefik']")
	alone := "-- compose.yaml --\nservices:\n  app: {image: x, labels: ['traefik.enable=true', " +
		"'traefik.http.routers.app.rule=Host(`a`)']}\n  worker: {image: x}\n"
	for name, c := range map[string]struct{ files, path string }{
		"a file":                          {traefik + elsewhere, "elsewhere/traefik.yml"},
		"its folder":                      {traefik + elsewhere, "elsewhere"},
		"Traefik is not among the inputs": {alone + elsewhere, "elsewhere/traefik.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			h := accesstest.Host(t, filesOf(c.files), ".")
			res := Check(h, exposure.Options{TraefikConfig: filepath.Join(h.Stacks[0].Dir, c.path)})
			if res.Unknown != "" {
				t.Errorf("unknown: %s", res.Unknown)
			}
			checkExposure(t, res, "app", finding.ExposurePublic)
			checkExposure(t, res, "worker", finding.ExposurePublic)
			for _, in := range res.Inputs {
				if in.Status != report.Checked {
					t.Errorf("%+v", in)
				}
			}
		})
	}
	h := accesstest.Host(t, filesOf(traefik+"-- bad.yml --\na: [\n"), ".")
	if res := Check(h, exposure.Options{TraefikConfig: filepath.Join(h.Stacks[0].Dir, "bad.yml")}); !strings.Contains(
		res.Unknown, "bad.yml") {
		t.Errorf("%q", res.Unknown)
	}
}

// TestStagesThatCopyFromOneAnotherEnd copies twice from the stage before, forty times.
func TestStagesThatCopyFromOneAnotherEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("FROM traefik:v3.5 AS s0\nCOPY compose.yaml /a\n")
	for i := range 40 {
		fmt.Fprintf(&b, "FROM traefik:v3.5 AS s%d\nCOPY --from=s%d / /\nCOPY --from=s%d / /etc/traefik/\n", i+1, i, i)
	}
	res := Check(accesstest.Host(t, filesOf(around("    build: .")+"-- Dockerfile --\n"+b.String()), "."),
		exposure.Options{})
	if !strings.Contains(res.Unknown, "copies too much to be followed") {
		t.Errorf("%q", res.Unknown)
	}
}
