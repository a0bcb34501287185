package stack

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
)

func TestWhichProjectsAFolderHolds(t *testing.T) {
	const svc = "services: {%: {image: x}}\n"
	file := func(name, service string) string {
		return "-- " + name + " --\n" + strings.ReplaceAll(svc, "%", service)
	}
	for name, c := range map[string]struct {
		files string
		want  []string // the files of each project
		warns []string // parts of the warnings, in order
	}{
		"compose.yaml before docker-compose.yml": {file("compose.yaml", "a") + file("docker-compose.yml", "b"),
			[]string{"compose.yaml"}, []string{"docker-compose.yml is left out: Docker Compose takes compose.yaml"}},
		"the override is for development": {file("docker-compose.yml", "a") +
			"-- docker-compose.override.yml --\nservices: {a: {ports: ['80:80']}}\n",
			[]string{"docker-compose.yml"},
			[]string{"docker-compose.override.yml is left out: it is for development, the verdict is about " +
				"docker-compose.yml alone (to have both: -f docker-compose.yml -f docker-compose.override.yml)"}},
		"an override belongs to the file of its own name": {file("docker-compose.yml",
			"a") + file("docker-compose.traefik.yml", "t") +
			"-- docker-compose.traefik.override.yml --\nservices: {t: {ports: ['80:80']}}\n",
			[]string{"docker-compose.yml", "docker-compose.traefik.yml"},
			[]string{"the verdict is about docker-compose.traefik.yml alone (to have both: -f " +
				"docker-compose.traefik.yml -f docker-compose.traefik.override.yml)"}},
		"an override of a file that is not the default one": {file("compose.shop.yaml", "a") +
			"-- compose.shop.override.yml --\nservices: {a: {ports: ['80:80']}}\n",
			[]string{"compose.shop.yaml"}, []string{"the verdict is about compose.shop.yaml alone"}},
		"Compose's own override goes over any default file": {file("compose.yaml", "a") + file("compose.shop.yaml",
			"b") + "-- docker-compose.override.yml --\nservices: {a: {ports: ['80:80']}}\n",
			[]string{"compose.yaml", "compose.shop.yaml"}, []string{"the verdict is about compose.yaml alone"}},
		"an override of nothing that is here": {file("compose.yaml", "a") + file("compose.shop.override.yaml", "b"),
			[]string{"compose.yaml", "compose.shop.override.yaml"}, nil},
		"networks alone": {file("compose.yaml", "a") + "-- compose.networks.yaml --\nnetworks: {edge: {}}\n",
			[]string{"compose.yaml"}, nil},
		"volumes, configs and secrets alone": {file("compose.yaml", "a") +
			"-- compose.data.yaml --\nvolumes: {d: {}}\n-- compose.conf.yml --\nconfigs: {c: {content: x}}\nsecrets: " +
			"{s: {file: s}}\n",
			[]string{"compose.yaml"}, nil},
		"an included file is part of the project": {"-- compose.yaml --\ninclude: [compose.db.yaml, {path: " +
			"[./compose.cache.yaml]}]\n" +
			file("compose.db.yaml", "db") + file("compose.cache.yaml", "cache") + file("compose.other.yaml", "other"),
			[]string{"compose.yaml compose.cache.yaml compose.db.yaml", "compose.other.yaml"}, nil},
		"Traefik beside the app": {file("docker-compose.yml", "a") + file("docker-compose.traefik.yml", "traefik"),
			[]string{"docker-compose.yml", "docker-compose.traefik.yml"}, nil},
		"no default file": {file("docker-compose.traefik.yml", "traefik") + file("docker-compose.app.yml", "app"),
			[]string{"docker-compose.app.yml", "docker-compose.traefik.yml"}, nil},
		"an overlay for production": {file("compose.yaml", "a") + "-- compose.prod.yaml --\nservices: {a: {restart: " +
			"always}}\n",
			[]string{"compose.yaml"}, []string{"compose.prod.yaml is left out: it changes services of compose.yaml"}},
		"an overlay that adds a service": {file("compose.yaml", "a") +
			"-- compose.extra.yaml --\nservices: {b: {command: x}}\n",
			[]string{"compose.yaml"}, []string{"compose.extra.yaml is left out"}},
		"development and tests": {file("compose.yaml", "a") + file("compose.dev.yaml",
			"b") + file("docker-compose.test.yml", "c") + file("docker-compose-local.yml", "d"),
			[]string{"compose.yaml"}, []string{"compose.dev.yaml", "docker-compose-local.yml",
				"docker-compose.test.yml"}},
		"an override of the file of its own name": {file("docker-compose.app.yml", "a") +
			"-- docker-compose.app.override.yml --\nservices: {a: {image: y}}\n" + file("docker-compose.traefik.yml",
			"t"),
			[]string{"docker-compose.app.yml", "docker-compose.traefik.yml"},
			[]string{"(to have both: -f docker-compose.app.yml -f docker-compose.app.override.yml)"}},
		"an overlay belongs to the project whose services it changes": {file("compose.yml",
			"a") + file("compose.proxy.yml", "t") + "-- compose.proxy2.yml --\nservices: {t: {user: x}}\n",
			[]string{"compose.yml", "compose.proxy.yml"}, []string{"it changes services of compose.proxy.yml"}},
		"another name": {file("docker-compose.yml", "a") + file("production.yml", "a") +
			"-- traefik.yml --\nentryPoints: {}\n" + file("other.yml", "b"),
			[]string{"docker-compose.yml"},
			[]string{"production.yml is left out: it has services of docker-compose.yml"}},
		"a word that only looks like dev": {file("compose.yaml", "a") + file("compose.devices.yaml", "b"),
			[]string{"compose.yaml", "compose.devices.yaml"}, nil},
		"nothing but an overlay": {"-- docker-compose.dev.yml --\nservices: {a: {image: x}}\n",
			[]string{"docker-compose.dev.yml"}, nil},
		"COMPOSE_FILE in .env": {file("a.yml", "a") + "-- b.yml --\nservices: {a: {user: u}}\n" +
			file("compose.yaml", "c") + "-- .env --\nCOMPOSE_FILE=a.yml:b.yml\n",
			[]string{"a.yml b.yml"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := load(t, tree(t, c.files))
			var got []string
			for _, s := range h.Stacks {
				got = append(got, strings.Join(s.Files, " "))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("projects %q, want %q", got, c.want)
			}
			if len(h.Warnings) != len(c.warns) {
				t.Fatalf("warnings %+v, want %q", h.Warnings, c.warns)
			}
			for i, w := range c.warns {
				if !strings.Contains(h.Warnings[i].Text, w) || h.Warnings[i].Location.Path == "" {
					t.Errorf("warning %+v, want %q", h.Warnings[i], w)
				}
			}
		})
	}
}

// TestWhatIsLeftOutIsReadBesideItsProject looks at the project as it would be with each file that is left out.
func TestWhatIsLeftOutIsReadBesideItsProject(t *testing.T) {
	h := load(t, tree(t, `
-- compose.yml --
services: {a: {image: x, labels: [one=1]}}
-- compose.deploy.yml --
services: {a: {labels: [two=2], ports: ["80:80"]}}
-- compose.override.yml --
services: {a: {labels: [three=3]}}
-- compose.dev.yml --
services: {a: {labels: [four=4]}}
-- compose.bad.yml --
services: [a]
-- docker-compose.yml --
services: {b: {image: y}}
-- .env --
COMPOSE_PROJECT_NAME=named
`))
	got := map[string]string{}
	for _, l := range h.LeftOut {
		what := string(l.Role) + " " + l.Base
		if l.With == nil {
			what += " unreadable"
		} else {
			what += " " + l.With.Name
			for _, s := range l.With.Services {
				what += " " + s.Name
				for _, label := range s.Labels {
					what += " " + label.Key
				}
			}
		}
		got[l.Path] = what
	}
	for path, want := range map[string]string{
		"docker-compose.yml":   "otherDefault compose.yml named b",
		"compose.deploy.yml":   "sibling compose.yml named a one two",
		"compose.override.yml": "override compose.yml named a one three",
		"compose.dev.yml":      "development compose.yml named a one four",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
}

func TestAProjectFromStandardInput(t *testing.T) {
	t.Chdir(tree(t, "-- .env --\nNAME=given\n-- more.yaml --\nservices: {b: {image: y}}\n"))
	h, err := Load(context.Background(), nil,
		Options{Files: []string{"-", "more.yaml"},
			Stdin: []byte("services: {a: {image: x, labels: [\"n=${NAME}\"]}}\n"), Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	if l := label(t, service(t, h, "a"), "n"); l.Value != "given" || l.Location.Path != "-" ||
		len(h.Stacks[0].Services) != 2 {
		t.Errorf("%+v, %+v", l, h.Stacks)
	}
}

func TestProjectsOfASettingsFileWithoutFiles(t *testing.T) {
	dir := tree(t, "-- app/compose.yaml --\nservices: {a: {image: x}}\n-- app/compose.prod.yaml --\nservices: {a: "+
		"{user: u}}\n-- empty/readme --\n")
	h, err := LoadProjects(context.Background(), []Project{{Name: "shop", Dir: filepath.Join(dir, "app")},
		{Dir: filepath.Join(dir, "empty")}}, Options{Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Stacks) != 1 || h.Stacks[0].Name != "shop" || len(h.LeftOut) != 1 || len(h.Problems) != 1 {
		t.Errorf("%+v, left out %+v, problems %+v", h.Stacks, h.LeftOut, h.Problems)
	}
}

func TestHolds(t *testing.T) {
	dir := tree(t, `
-- with/compose.yaml --
services: {}
-- without/readme --
-- other.yml --
# a comment
services:
  a: {image: x}
-- traefik.yml --
entryPoints: {}
`)
	for name, want := range map[string]bool{"with": true, "without": false, "other.yml": true, "traefik.yml": false,
		"lost": false} {
		if got := Holds(filepath.Join(dir, name)); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestProjectName(t *testing.T) {
	for name, c := range map[string]struct {
		files string
		opts  Options
		want  string
	}{
		"the folder": {"-- My.App_1/compose.yaml --\nservices: {}\n", Options{}, "myapp_1"},
		"name: in the file": {"-- My.App_1/compose.yaml --\nname: \"shop\" # ours\nservices: {}\n",
			Options{}, "shop"},
		"name: with a variable": {"-- My.App_1/compose.yaml --\nname: shop-${STAGE:-dev}\nservices: {}\n",
			Options{}, "shop-dev"},
		"name: depends on nothing": {"-- My.App_1/compose.yaml --\nname: ${STAGE}\nservices: {}\n", Options{},
			"myapp_1"},
		"COMPOSE_PROJECT_NAME in .env": {"-- My.App_1/compose.yaml --\nname: shop\nservices: {}\n-- My.App_1/.env " +
			"--\nCOMPOSE_PROJECT_NAME=fromenv\n", Options{}, "fromenv"},
		"-p before all": {"-- My.App_1/compose.yaml --\nname: shop\nservices: {}\n-- My.App_1/.env " +
			"--\nCOMPOSE_PROJECT_NAME=fromenv\n", Options{Name: "flag"}, "flag"},
		"a name inside is not the name": {"-- My.App_1/compose.yaml --\nservices: {}\nnetworks:\n  n:\n    name: net\n",
			Options{}, "myapp_1"},
	} {
		dir := tree(t, c.files)
		c.opts.Env = noEnv
		h, err := Load(context.Background(), []string{filepath.Join(dir, "My.App_1")}, c.opts)
		if err != nil {
			t.Fatal(name, err)
		}
		if h.Stacks[0].Name != c.want {
			t.Errorf("%s: %q, want %q", name, h.Stacks[0].Name, c.want)
		}
	}
}

func TestNetworksHaveTheirRealNames(t *testing.T) {
	dir := tree(t, `
-- app/compose.yaml --
services:
  a: {image: x, networks: [one, two, three, four, five]}
  b: {image: x}
networks:
  one:
  two: {external: true}
  three: {name: "real-three", internal: true}
  four: {external: {name: real-four}}
  five: {external: true, name: "${LOST}"}
`)
	h := load(t, dir, "app")
	for key, want := range map[string]Network{
		"one": {Name: "app_one"}, "two": {Name: "two", External: true}, "three": {Name: "real-three", Internal: true},
		"four": {Name: "real-four", External: true}, "five": {Name: "five", External: true, Unset: []string{"LOST"}},
		"default": {Name: "app_default"},
	} {
		got := h.Stacks[0].Networks[key]
		if got.Key != key || got.Name != want.Name || got.External != want.External || got.Internal != want.Internal ||
			!slices.Equal(got.Unset, want.Unset) {
			t.Errorf("%s: %+v, want %+v", key, got, want)
		}
	}
	if got := service(t, h, "b").Networks; !slices.Equal(got, []string{"default"}) {
		t.Errorf("b joins %v", got)
	}
}

func TestUnsetVariablesNeverStop(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
include: ["${INC}/x.yaml"]
services:
  a:
    image: ${REG}/app:${TAG}
    build: {context: "${CTX}", dockerfile: D}
    privileged: ${P}
    ports: ["${PORT}:80", "80:${TARGET}", "${ALL}", {target: "${T}", published: "1"}, "${IP}:81:81"]
    volumes: ["${DATA}:/data:ro", "./x:/x", "${WHOLE}"]
    env_file: ["${E}", {path: "${E}/x", required: true}]
    label_file: ${L}
    labels:
      - ${KEY}=v
      - traefik.http.routers.a.rule=Host(`+"`${HOST?set it}`"+`)
      - ok=${SET:-yes}
    environment: {A: "${X}", B: b, C}
    command: run ${CMD}
    networks: ["${NET}"]
    healthcheck: {retries: "${R}"}
    deploy: {replicas: "${N}"}
    extends: {service: "${SVC}"}
`)
	h := load(t, dir)
	s := service(t, h, "a")
	if !slices.Equal(s.ImageUnset, []string{"REG", "TAG"}) || s.Build == nil ||
		!slices.Equal(s.Build.Unset, []string{"CTX"}) ||
		s.Build.Context != "" || s.Build.Dockerfile != "" || !slices.Equal(s.CommandUnset, []string{"CMD"}) {
		t.Errorf("service %+v, build %+v", s, s.Build)
	}
	if len(s.Ports) != 5 {
		t.Fatalf("%d ports: %+v", len(s.Ports), s.Ports)
	}
	for i, want := range []Port{{Target: 80, Unset: []string{"PORT"}}, {Unset: []string{"TARGET"}},
		{Unset: []string{"ALL"}},
		{Published: "1", Unset: []string{"T"}}, {Published: "81", Target: 81, Unset: []string{"IP"}}} {
		got := s.Ports[i]
		if got.Published != want.Published || got.Target != want.Target || !slices.Equal(got.Unset, want.Unset) {
			t.Errorf("port %d is %+v, want %+v", i, got, want)
		}
	}
	if m := s.Volumes; len(m) != 3 || m[0].Target != "/data" || m[0].Type != "" ||
		!slices.Equal(m[0].Unset, []string{"DATA"}) ||
		m[1].Source != filepath.Join(dir, "x") {
		t.Errorf("mounts %+v", m)
	}
	if l := s.Labels; l[0].RawKey != "${KEY}" || !slices.Equal(l[0].Unset, []string{"KEY"}) ||
		l[1].Value != "Host(``)" ||
		!slices.Equal(l[1].Unset, []string{"HOST"}) || l[2].Value != "yes" || len(l[2].Unset) != 0 {
		t.Errorf("labels %+v", l)
	}
	for _, e := range s.Environment {
		if e.Known != (e.Name == "B") {
			t.Errorf("%s known: %t", e.Name, e.Known)
		}
	}
	for _, w := range h.Warnings {
		if w.Location.Line == 0 {
			t.Errorf("no place: %+v", w)
		}
	}
	if len(h.Problems) > 0 {
		t.Errorf("problems: %v", h.Problems)
	}
	if len(h.Warnings) < 15 {
		t.Errorf("only %d warnings", len(h.Warnings))
	}
}

func TestEnvironmentComesFirstThenDotEnv(t *testing.T) {
	dir := tree(t, `
-- .env --
A=file
B=file
-- prod.env --
B=prod
-- compose.yaml --
services: {s: {image: "${A}-${B}", environment: [A, C]}}
`)
	env := func(name string) (string, bool) { return "process", name == "A" || name == "C" }
	for _, c := range []struct {
		files []string
		want  string
	}{{nil, "process-file"}, {[]string{filepath.Join(dir, "prod.env")}, "process-prod"}} {
		h, err := Load(context.Background(), []string{dir}, Options{Env: env, EnvFiles: c.files})
		if err != nil {
			t.Fatal(err)
		}
		s := service(t, h, "s")
		if s.Image != c.want || len(s.Environment) != 2 || !s.Environment[1].Known ||
			s.Environment[1].Value != "process" {
			t.Errorf("image %q, want %q; %d variables", s.Image, c.want, len(s.Environment))
		}
	}
	_, err := Load(context.Background(), []string{dir},
		Options{Env: env, EnvFiles: []string{filepath.Join(dir, "lost.env")}})
	if err == nil || clierr.Hint(err) == "" {
		t.Errorf("error %v", err)
	}
}

func TestSharedLabelsAreMarked(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
include: [inc.yaml]
x-labels: &common [c=1]
x-map: &map {m: "1"}
services:
  alias: {image: x, labels: *common}
  merge: {image: x, labels: {<<: *map, own: "1"}}
  anchor:
    image: x
    labels: &here [h=1]
  other: {image: x, labels: *here}
  base: {image: x, labels: [b=1]}
  child: {extends: base, labels: [own=1]}
  free: {image: x, labels: [f=1]}
-- inc.yaml --
services: {inc: {image: x, labels: [i=1]}}
`)
	h := load(t, dir)
	for svc, want := range map[string]map[string]bool{
		"alias": {"c": true}, "merge": {"m": true, "own": false}, "anchor": {"h": true}, "other": {"h": true},
		"base": {"b": true}, "child": {"b": true, "own": false}, "free": {"f": false}, "inc": {"i": false},
	} {
		s := service(t, h, svc)
		if s.Extends != (svc == "child") {
			t.Errorf("%s extends: %t", svc, s.Extends)
		}
		for key, shared := range want {
			if l := label(t, s, key); l.Shared != shared {
				t.Errorf("%s: label %s shared %t", svc, key, l.Shared)
			}
		}
	}
}

// TestLabelsOfAFileThatTwoProjectsInclude are not one project's to change.
func TestLabelsOfAFileThatTwoProjectsInclude(t *testing.T) {
	dir := tree(t, `
-- a/compose.yaml --
include: [../common.yaml]
services: {own: {image: x, labels: [o=1]}}
-- b/compose.yaml --
include: [../common.yaml]
-- common.yaml --
services: {inc: {image: x, labels: [i=1]}}
`)
	h := load(t, dir, "a", "b")
	if l := label(t, service(t, h, "inc"), "i"); !l.Shared {
		t.Error("the label of both is not marked")
	}
	if l := label(t, service(t, h, "own"), "o"); l.Shared {
		t.Error("the label of one is marked")
	}
}

func TestLabelFile(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
services: {a: {image: x, label_file: [l.txt], labels: [two=compose]}}
-- l.txt --
# labels
one=1
two="from file"
`)
	s := service(t, load(t, dir), "a")
	one := label(t, s, "one")
	if two := label(t, s, "two"); one.Value != "1" || one.Location.String() != "l.txt:2:1" || two.Value != "compose" ||
		len(s.Labels) != 2 {
		t.Errorf("labels %+v", s.Labels)
	}
}

func TestRootIsWhereTheInputsAre(t *testing.T) {
	dir := tree(t, "-- a/b/compose.yaml --\nservices: {s: {image: x}}\n-- a/c/compose.yaml --\nservices: {s: {image: "+
		"x}}\n")
	h, err := Load(context.Background(), []string{filepath.Join(dir, "a", "b"), filepath.Join(dir, "a", "c")},
		Options{Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	if h.Root != filepath.Join(dir, "a") || h.Stacks[1].Files[0] != "c/compose.yaml" {
		t.Errorf("root %s, files %v", h.Root, h.Stacks[1].Files)
	}
	t.Chdir(dir)
	h, err = Load(context.Background(), []string{"a/b"}, Options{Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if h.Root != wd || h.Stacks[0].Files[0] != "a/b/compose.yaml" {
		t.Errorf("root %s, files %v", h.Root, h.Stacks[0].Files)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Load(ctx, []string{tree(t, "-- compose.yaml --\nservices: {}\n")},
		Options{Env: noEnv}); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}
