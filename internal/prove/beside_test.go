package prove

import (
	"context"
	"errors"
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
)

// board is the app with a database and a queue beside it, as its compose file says.
func board(t *testing.T) (*engine.Engine, *dockerfile.File, string, stages.Options, Options) {
	t.Helper()
	if os.Getenv("DRYDOCK_SLOW") == "" {
		t.Skip("slow: it makes a database's image; DRYDOCK_SLOW=1 runs it")
	}
	e := open(t, "python:3.11", "python:3.11-slim", "postgres:15", "redis:7")
	dir := unpack(t, "postgres")
	env := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(env, []byte("DB_PASSWORD=stand-in\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := stack.Load(t.Context(), []string{dir}, stack.Options{EnvFiles: []string{env},
		Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "Dockerfile")
	around, ok := Around(h, path)
	if !ok || len(around.Services) != 2 {
		t.Fatalf("%+v", around)
	}
	held, err := e.Tags(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, path)
	return e, dockerfile.Parse(text), dir, stages.Options{Held: held}, Options{Context: dir,
		Original: Side{Name: path, Dockerfile: text, File: path},
		Env:      around.Env, Services: around.Services, Say: func(s string) { t.Log(s) }}
}

// The database and the queue that compose names are started anew for every contender, and answers that need both are
// the same.
func TestLiveBeside(t *testing.T) {
	e, f, dir, so, o := board(t)
	_, res, err := Convert(t.Context(), e, f, os.DirFS(dir), so, o)
	if err != nil {
		t.Fatal(err)
	}
	stood := 0
	for _, c := range res.Checks {
		t.Logf("%-10s %-8s %s", c.Name, c.Status, c.Text)
		if strings.HasSuffix(c.Text, "stood beside it") {
			stood++
		}
	}
	if !res.Proved || stood != 2 {
		t.Errorf("%s; %d stood beside it", res.Line(), stood)
	}
}

// A database that does not come up is named, and no contender is blamed for it.
func TestLiveBesideBroken(t *testing.T) {
	e, f, dir, so, o := board(t)
	for i := range o.Services {
		o.Services[i].Env = nil // the database asks for a password
	}
	_, res, err := Convert(t.Context(), e, f, os.DirFS(dir), so, o)
	if err != nil {
		t.Fatal(err)
	}
	if res.Proved || !strings.Contains(res.Reason, "stands beside") {
		t.Error(res.Line())
	}
}

// An interrupt in the middle leaves nothing behind.
func TestLiveInterrupted(t *testing.T) {
	e, f, dir, so, o := board(t)
	conv, err := stages.Split(f, os.DirFS(dir), so)
	if err != nil {
		t.Fatal(err)
	}
	o.Candidate = Side{Name: o.Original.Name, Dockerfile: conv.Dockerfile, Ignore: conv.Ignore}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Say = func(s string) {
		t.Log(s)
		if strings.HasPrefix(s, "starting the new") {
			cancel()
		}
	}
	trial, err := New(e)
	if err != nil {
		t.Fatal(err)
	}
	id := trial.run.ID
	if _, err := trial.Try(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := trial.Close(); err != nil {
		t.Error(err)
	}
	docker := testenv.Engine(t)
	for _, list := range [][]string{{"ps", "-aq", "--filter", "label=" + engine.Label + "=" + id},
		{"network", "ls", "-q", "--filter", "label=" + engine.Label + "=" + id}, {"images", "-q", "drydock-run/" +
			id}} {
		out, err := exec.CommandContext(t.Context(), docker, list...).Output()
		if err != nil || len(strings.TrimSpace(string(out))) > 0 {
			t.Errorf("docker %v: %s %v", list, out, err)
		}
	}
}
