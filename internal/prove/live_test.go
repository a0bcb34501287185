package prove

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/stages"
	"github.com/drydock/drydock/internal/testenv"
	"golang.org/x/tools/txtar"
)

// open returns the engine, or skips if it does not hold the base images that are named.
func open(t *testing.T, bases ...string) *engine.Engine {
	t.Helper()
	testenv.Slow(t)
	e, err := engine.Open(t.Context(), testenv.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	for _, b := range bases {
		if !e.Has(t.Context(), b) && os.Getenv("DRYDOCK_SLOW") != "" {
			makeBase(t, b)
		}
		if !e.Has(t.Context(), b) {
			testenv.Absent(t, "the base image %s in the engine (the shared testbed has a script that makes a stand-in)",
				b)
		}
	}
	return e
}

// makeBase makes one of the stand-ins that stay with the engine for the next run.
func makeBase(t *testing.T, name string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), filepath.Join(testenv.Root(), ".ci", "bases"),
		name).CombinedOutput(); err != nil {
		t.Logf("%s was not made: %v\n%s", name, err, out)
	}
}

func read(t *testing.T, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func try(t *testing.T, e *engine.Engine, context string, original, candidate []byte, intended ...Change) *Result {
	t.Helper()
	res, err := Prove(t.Context(), e, Options{
		Context: context, Original: Side{Name: "Dockerfile",
			Dockerfile: original}, Candidate: Side{Name: "Dockerfile.new", Dockerfile: candidate},
		Intended: intended, Say: func(s string) { t.Log(s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range res.Checks {
		t.Logf("%-10s %-8s %s", c.Name, c.Status, c.Text)
	}
	t.Log(res.Line())
	return res
}

// The hand-written conversions of the testbed are right, and the proof says so.
func TestLiveHandWritten(t *testing.T) {
	for app, bases := range map[string][]string{
		"flask-cext":   {"python:3.11", "python:3.11-slim"},
		"node-express": {"node:20", "node:20-slim"},
	} {
		t.Run(app, func(t *testing.T) {
			dir := testenv.Shared(t, "testbed", "apps", app)
			e := open(t, bases...)
			var meant []Change
			if app == "node-express" {
				meant = append(meant, Change{"command", "npm start runs this"})
			}
			res := try(t, e, dir, read(t, dir, "Dockerfile"), read(t, dir, "Dockerfile.multi"), meant...)
			if !res.Proved {
				t.Errorf("not proved: %s\n%s", res.Reason, res.Log)
			}
		})
	}
}

// Wrong conversions are refused, for the reason that they are wrong.
func TestLiveWrongConversions(t *testing.T) {
	apps := func(t *testing.T, name string) string { return testenv.Shared(t, "testbed", "apps", name) }
	own := func(_ *testing.T, name string) string { return filepath.Join("testdata", name) }
	for _, c := range []struct {
		name   string
		dir    func(*testing.T, string) string
		app    string
		reason string
		bases  []string
		meant  []Change
	}{
		{"slim-swap-cext", apps, "flask-cext", "x86_64-linux-gnu-gcc", []string{"python:3.11", "python:3.11-slim"},
			nil},
		{"no-runtime-libs", own, "pq", "libpq.so.5", []string{"python:3.11", "python:3.11-slim"}, nil},
		{"omit-dev-before-build", apps, "node-express", "tsc", []string{"node:20"}, nil},
		{"cgo-into-static", apps, "go-http", "linked dynamically",
			[]string{"golang:1.22", "gcr.io/distroless/static-debian12:nonroot"}, nil},
		{"venv-moved", apps, "flask-cext", "/opt/venv/bin/python", []string{"python:3.11", "python:3.11-slim"}, nil},
		{"shell-cmd-in-distroless", apps, "go-http", "/bin/sh",
			[]string{"golang:1.22", "gcr.io/distroless/static-debian12:nonroot"}, nil},
		{"nonroot-port80", own, "front", "Permission denied", []string{"node:20", "nginx:1.22"},
			[]Change{{"command", "nginx serves the files"}, {"workdir", "nginx has its own"},
				{"headers", "another server"}, {"stop signal", "nginx has its own"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wrong := read(t, testenv.Shared(t, "testbed", "apps-neg", c.name+".Dockerfile"))
			dir := c.dir(t, c.app)
			e := open(t, c.bases...)
			res := try(t, e, dir, read(t, dir, "Dockerfile"), wrong, c.meant...)
			if res.Proved || !strings.Contains(res.Reason, c.reason) {
				t.Errorf("%q, which is to speak of %q\n%s", res.Line(), c.reason, res.Log)
			}
		})
	}
}

// The conversions that drydock makes itself are proved, and for the testbed's apps they are as small as those made by
// hand, give or take a tenth.
func TestLiveConvert(t *testing.T) {
	shared := func(name string) func(*testing.T) string {
		return func(t *testing.T) string { return testenv.Shared(t, "testbed", "apps", name) }
	}
	own := func(elem ...string) func(*testing.T) string {
		return func(*testing.T) string { return filepath.Join(elem...) }
	}
	app := func(name string) func(*testing.T) string { return func(t *testing.T) string { return unpack(t, name) } }
	python, node := []string{"python:3.11", "python:3.11-slim"}, []string{"node:20", "node:20-slim"}
	static := []string{"golang:1.22", "gcr.io/distroless/static-debian12:nonroot"}
	for _, c := range []struct {
		name   string
		dir    func(*testing.T) string
		bases  []string
		byHand float64 // MB
		extra  bool    // left out of .ci/run, which has half an hour
	}{
		{"flask-cext", shared("flask-cext"), python, 153.9, false},
		{"dash-uvicorn", shared("dash-uvicorn"), python, 465.2, false},
		{"node-express", shared("node-express"), node, 189.1, false},
		{"go-http", shared("go-http"), static, 6.4, false},
		{"insights", own(testenv.Root(), "examples", "shop", "insights"), python, 0, false},
		{"storefront", own(testenv.Root(), "examples", "shop", "storefront"), node, 0, false},
		{"a library that no line names", own("testdata", "pq"), python, 0, true},
		{"files in root's home", app("home"), python, 0, false},
		{"settings that the image no longer holds", app("settings"), python, 0, false},
		{"a condition that installs", app("condition"), python, 0, true},
		{"what a RUN leaves outside", app("left-outside"), python, 0, true},
		{"modules moved away", app("modules-moved"), node, 0, true},
		{"a lifecycle script that needs a development dependency", app("lifecycle"), node, 0, true},
		{"the folder and the path of the base", app("go-base-folder"), static, 0, true},
		{"an app in the root folder", app("ruby-root"), []string{"ruby:3.1", "ruby:3.1-slim"}, 0, true},
		{"uv", app("uv"), python, 0, true},
		{"poetry", app("poetry"), python, 0, true},
		{"pdm", app("pdm"), python, 0, true},
		{"pipenv", app("pipenv"), python, 0, true},
		{"a package installed in place", app("editable"), python, 0, true},
		{"django with static files", app("django"), python, 0, true},
		{"pnpm", app("pnpm"), node, 0, true},
		{"npm workspaces", app("npm-workspaces"), node, 0, true},
		{"a site", app("front-serve"), append(node, "nginx:1.22"), 0, true},
		{"go with files", app("go-assets"), static, 0, true},
		{"go with C", app("go-cgo"), append(static, "debian:bookworm-slim"), 0, true},
		{"java, built by Maven", app("maven"), []string{"maven:3-eclipse-temurin-17", "eclipse-temurin:17-jre"}, 0,
			true},
		{"ruby with a compiled gem", app("sinatra"), []string{"ruby:3.1", "ruby:3.1-slim"}, 0, true},
		{"php under apache", app("php-apache"), []string{"php:8.2-apache", "composer:2"}, 0, true},
		{"php-fpm", app("php-fpm"), []string{"php:8.2-fpm"}, 0, true},
		{"two stages that miss the point", app("two-stages-wheels"), python, 0, true},
		{"two stages and a copied cache", app("two-stages-cache"), append(python, "python:3.11-light"), 0, true},
		{"two stages, both on the compiler's base", app("two-stages-go"), append(static, "debian:bookworm-slim"), 0,
			true},
		{"rust", app("rust"), []string{"rust:1", "debian:bookworm-slim"}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.extra && os.Getenv("DRYDOCK_SLOW") == "" {
				t.Skip("slow: one of the further shapes of app; DRYDOCK_SLOW=1 proves them too")
			}
			dir := c.dir(t)
			e := open(t, c.bases...)
			held, err := e.Tags(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := read(t, dir, "Dockerfile")
			conv, res, err := Convert(t.Context(), e, dockerfile.Parse(text), os.DirFS(dir), stages.Options{Held: held},
				Options{
					Context: dir, Original: Side{Name: "Dockerfile",
						Dockerfile: text}, Say: func(s string) { t.Log(s) }})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range res.Checks {
				t.Logf("%-10s %-8s %s", c.Name, c.Status, c.Text)
			}
			t.Log(res.Line())
			if !res.Proved {
				t.Fatalf("not proved: %s\n%s\n%s", res.Reason, res.Log, conv.Dockerfile)
			}
			if mb := float64(res.After.Size) / 1e6; c.byHand > 0 && mb > 1.1*c.byHand {
				t.Errorf("%.1f MB, by hand %.1f", mb, c.byHand)
			}
		})
	}
}

// The service is proved as compose runs it: with its health check, whose program stays, and copies of what it mounts.
func TestLiveCompose(t *testing.T) {
	e := open(t, "python:3.11", "python:3.11-slim")
	dir := unpack(t, "health")
	path := filepath.Join(dir, "web", "Dockerfile")
	h, err := stack.Load(t.Context(), []string{dir}, stack.Options{EnvFiles: []string{os.DevNull},
		Env: stack.StandIns(dir, "stand-in")})
	if err != nil {
		t.Fatal(err)
	}
	around, ok := Around(h, path)
	if !ok {
		t.Fatal("no service is built from it")
	}
	text := read(t, path)
	o := Options{Context: around.Context, Original: Side{Name: path, Dockerfile: text, File: path},
		Probes: around.Probes, Env: around.Env,
		Run: around.Run, Files: around.Files, Say: func(s string) { t.Log(s) }}
	conv, res, err := Convert(t.Context(), e, dockerfile.Parse(text), os.DirFS(around.Context), stages.Options{}, o)
	if err != nil {
		t.Fatal(err)
	}
	checked := ""
	for _, c := range res.Checks {
		t.Logf("%-10s %-8s %s", c.Name, c.Status, c.Text)
		checked += c.Text + "\n"
	}
	if !res.Proved || !strings.Contains(checked, "compose's health check succeeds in both") ||
		!strings.Contains(string(conv.Dockerfile), "--no-install-recommends curl") {
		t.Errorf("%s\n%s", res.Line(), conv.Dockerfile)
	}
	t.Run("without the health check's program", func(t *testing.T) {
		wrong := strings.NewReplacer("FROM python:3.11\n", "FROM python:3.11-slim\n",
			"RUN apt-get update && apt-get install -y --no-install-recommends curl\n", "",
			"HEALTHCHECK CMD curl -f http://localhost:5000/ || exit 1", "HEALTHCHECK NONE")
		o.Candidate = Side{Name: "new", Dockerfile: []byte(wrong.Replace(string(text)))}
		o.Intended = []Change{{"healthcheck", "compose has one"}}
		res, err := Prove(t.Context(), e, o)
		if err != nil {
			t.Fatal(err)
		}
		if res.Proved || res.Cause != Health {
			t.Errorf("%d %s", res.Cause, res.Line())
		}
	})
}

// Files in root's home that a user of the new image does not find refuse the proof, though no request asks for them.
func TestLiveHome(t *testing.T) {
	e := open(t, "python:3.11", "python:3.11-slim")
	dir := unpack(t, "home")
	text := string(read(t, dir, "Dockerfile"))
	wrong := strings.Replace(strings.Replace(text, "FROM python:3.11\n", "FROM python:3.11-slim\n", 1), "EXPOSE",
		"USER 1000\nEXPOSE", 1)
	res := try(t, e, dir, []byte(text), []byte(wrong), Change{"user", "it needs no root"})
	if res.Proved || res.Cause != Home {
		t.Errorf("%d %s", res.Cause, res.Line())
	}
}

// What becomes of a heredoc does what the same commands do without one: an engine of before 23 builds both.
func TestLiveHeredoc(t *testing.T) {
	if os.Getenv("DRYDOCK_SLOW") == "" {
		t.Skip("slow: DRYDOCK_SLOW=1 proves it")
	}
	e := open(t, "python:3.11", "python:3.11-slim")
	dir := unpack(t, "heredoc")
	conv, err := stages.Split(dockerfile.Parse(read(t, dir, "Dockerfile")), os.DirFS(dir), stages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(conv.Dockerfile), "<<") {
		t.Fatalf("a heredoc is left\n%s", conv.Dockerfile)
	}
	var meant []Change
	for _, c := range conv.Changes {
		meant = append(meant, Change{c.What, c.Why})
	}
	if res := try(t, e, dir, read(t, dir, "plain.Dockerfile"), conv.Dockerfile, meant...); !res.Proved {
		t.Errorf("not proved: %s\n%s\n%s", res.Reason, res.Log, conv.Dockerfile)
	}
}

// unpack writes an app of testdata/apps into a folder of its own.
func unpack(t *testing.T, name string) string {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "apps", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
