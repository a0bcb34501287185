package build

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
)

func host(t *testing.T, files map[string]string) *stack.Host {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := stack.Load(t.Context(), []string{dir}, stack.Options{Root: dir, Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

type lacking []string

func (lacking) Name() string                                                   { return "a builder" }
func (l lacking) Lacks(context.Context, *Plan) []string                        { return l }
func (lacking) Build(context.Context, *Plan, io.Writer) (id string, err error) { return "", nil }

// An image is planned once for all services that run it, also where only one of them is named.
func TestPlans(t *testing.T) {
	files := map[string]string{
		"compose.yaml": `
services:
  web: {build: ./web}
  insights: {build: ./web, image: "app:1"}
  reports: {image: "app:1", command: reports}
  cron: {image: "shop-web:latest", command: cron}
  db: {image: "postgres:15"}
`, "web/Dockerfile": "FROM x\n"}
	h := host(t, files)
	for only, want := range map[string]string{
		"":             "shop-web: web cron; app:1: insights reports",
		"reports":      "app:1: reports insights",
		"shop/web":     "shop-web: web cron",
		"web,insights": "shop-web: web cron; app:1: insights reports",
	} {
		var names []string
		if only != "" {
			names = strings.Split(only, ",")
		}
		plans, err := Plans(h, names)
		var got []string
		for _, p := range plans {
			got = append(got, p.Image+": "+strings.Join(p.Services, " "))
		}
		if strings.Join(got, "; ") != want || err != nil {
			t.Errorf("%q: %q, %v, not %q", only, got, err, want)
		}
	}
	if _, err := Plans(h, []string{"nothing"}); clierr.Code(err) != clierr.ExitUsage {
		t.Errorf("a service that is not there: %v", err)
	}
	if _, err := Plans(h, []string{"db"}); clierr.Code(err) != clierr.ExitInput || clierr.Hint(err) == "" {
		t.Errorf("a service that is not built: %v", err)
	}
}

// What cannot be built as the project builds it is refused with its place and what is lacking.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ compose, makefile, want string }{
		"another machine's files": {"{build: https://example.com/a.git}", "", "another machine"},
		"no value":                {`{build: "./${NOT_SET_HERE}/x"}`, "", "NOT_SET_HERE, which has no value"},
		"a setting that is not passed on": {"{build: {context: ., privileged: true}}", "",
			"it asks for privileged"},
		"two platforms": {"{build: {context: ., platforms: [linux/amd64, linux/arm64]}}", "", "several platforms"},
		"an argument from a command": {`{image: "mine:1"}`,
			"a:\n\tdocker build --build-arg V=$(shell date) -t mine:1 .\n",
			"the build argument V is not known from Makefile:2"},
		"what the builder lacks": {"{build: .}", "", "it has no wheels"},
	} {
		h := host(t, map[string]string{"compose.yaml": "services:\n  a: " + c.compose + "\n", "Dockerfile": "FROM x\n",
			"Makefile": c.makefile, ".git/HEAD": ""})
		plans, err := Plans(h, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = Check(t.Context(), lacking{"it has no wheels"}, plans[0])
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "compose.yaml:2:") ||
			clierr.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	h := host(t, map[string]string{"compose.yaml": "services: {a: {build: {context: ., args: {A: '${UNSET_HERE}'}}}}",
		"Dockerfile": "FROM x\n"})
	plans, err := Plans(h, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), lacking(nil), plans[0]); err != nil {
		t.Errorf("an argument that Compose takes for empty: %v", err)
	}
}

// Debian's engine and client, 20.10, have BuildKit without the plugin: they are told apart before the build.
func TestLiveOldEngineRefuses(t *testing.T) {
	docker := testenv.Engine(t)
	e, err := engine.Open(t.Context(), docker)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.BuildContexts() {
		t.Skip("this docker client has the buildx plugin, which can do all of it")
	}
	for name, want := range map[string]string{
		"{context: ., additional_contexts: {lib: .}}": "additional_contexts (lib) need the buildx plugin",
		"{context: ., platforms: [linux/s390x]}":      "linux/s390x is a foreign platform",
	} {
		h := host(t, map[string]string{"compose.yaml": "services: {a: {build: " + name + "}}\n",
			"Dockerfile": "FROM x\n"})
		plans, err := Plans(h, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(t.Context(), Docker(e), plans[0]); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(clierr.Hint(err), e.Version()) {
			t.Errorf("%s: %v (%s)", name, err, clierr.Hint(err))
		}
	}
	h := host(t, map[string]string{"Dockerfile": "FROM x\n",
		"compose.yaml": "services: {a: {build: {context: ., platforms: [" + e.Platform() + "]}}}\n"})
	plans, err := Plans(h, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), Docker(e), plans[0]); err != nil {
		t.Errorf("the engine's own platform: %v", err)
	}
}

// A build gets its arguments, target and secrets; no secret stands in what it prints, also where a command prints it;
// and nothing gets the image's name before it is deployed.
func TestLiveBuild(t *testing.T) {
	e, err := engine.Open(t.Context(), testenv.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const canary, canaryLine, canaryEnv = "canary-secret-file-1", "canary-second-line", "canary-secret-env-2"
	t.Setenv("REBUILD_TEST_SECRET", canaryEnv)
	h := host(t, map[string]string{
		"compose.yaml": `
services:
  a:
    image: drydock-test-build-unnamed:1
    build:
      context: .
      target: final
      args: {COLOUR: blue}
      secrets: [one, {source: two, target: second}]
      labels: {made.by: test}
secrets:
  one: {file: ./one.txt}
  two: {environment: REBUILD_TEST_SECRET}
`, "one.txt": canary + "\n" + canaryLine + "\n", "Dockerfile": `FROM scratch AS final
ARG COLOUR
LABEL colour=$COLOUR
COPY app /app
RUN --mount=type=secret,id=one --mount=type=secret,id=second ["/app", "cat", "/run/secrets/one", "/run/secrets/second"]
FROM final AS other
LABEL other=1
`})
	program(t, h.Stacks[0].Dir)
	plans, err := Plans(h, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	id, err := Docker(e).Build(t.Context(), plans[0], &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(func() { e.Remove(context.Background(), id) })
	img, err := e.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Count(text, "***") < 3 || strings.Contains(text, canary) ||
		strings.Contains(text, canaryLine) || strings.Contains(text, canaryEnv) {
		t.Errorf("the log shows a secret, or nothing of them was printed:\n%s", text)
	}
	l := img.Config.Labels
	if l["colour"] != "blue" || l["made.by"] != "test" || l["other"] != "" || len(img.Tags) > 0 {
		t.Errorf("labels %v, tags %v", l, img.Tags)
	}
}

// program builds the tests' own static program into a folder.
func program(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "app"), "../testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
