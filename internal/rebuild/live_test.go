package rebuild

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/rebuild/deploy"
	"github.com/drydock/drydock/internal/rebuild/due"
	"github.com/drydock/drydock/internal/rebuild/journal"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/testenv"
)

// shop is a project with a build of its own, that runs.
type shop struct {
	t       *testing.T
	engine  *engine.Engine
	name    string
	dir     string
	data    string
	compose string
	opt     Options
}

const shopFile = `
name: NAME
services:
  web:
    build: .
    environment: {A: "${A:-1}"}
  reports:
    image: NAME-web
    command: [serve]
`

func dockerfile(env string) string {
	return "FROM scratch\nCOPY app /app\nENV VERSION=1 " + env +
		"\nEXPOSE 8080\nENTRYPOINT [\"/app\"]\nCMD [\"serve\"]\n"
}

func newShop(t *testing.T) *shop {
	t.Helper()
	testenv.Slow(t)
	docker := testenv.Engine(t)
	s := &shop{t: t, dir: t.TempDir(), data: t.TempDir(), compose: testenv.Tool(t, "docker-compose")}
	t.Setenv("DRYDOCK_HOME", s.data)
	var err error
	if s.engine, err = engine.Open(t.Context(), docker); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.engine.Close() })
	run, err := s.engine.NewRun()
	if err != nil {
		t.Fatal(err)
	}
	s.name = "ddr" + run.ID
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(s.dir, "app"), "./testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.write("compose.yaml", strings.ReplaceAll(shopFile, "NAME", s.name))
	s.write("Dockerfile", dockerfile(""))
	t.Cleanup(s.clean)
	id, err := s.engine.Build(t.Context(), engine.BuildOptions{Context: s.dir, Tags: []string{s.image()}})
	if err != nil {
		t.Fatal(err)
	}
	up := exec.Command(s.compose, "-f", filepath.Join(s.dir, "compose.yaml"), "up", "-d")
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.runs(id)
	s.opt = Options{Data: s.data, Deploy: true, Check: due.Options{Offline: true, MaxAge: time.Hour},
		How: deploy.Options{Wait: 20 * time.Second, Settle: time.Second, Drain: 5 * time.Second}}
	return s
}

func (s *shop) image() string { return s.name + "-web" }

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) clean() {
	ctx, api := context.Background(), s.engine.API()
	mine := make(client.Filters).Add("label", "com.docker.compose.project="+s.name)
	list, _ := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: mine})
	for _, c := range list.Items {
		api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	}
	nets, _ := api.NetworkList(ctx, client.NetworkListOptions{Filters: mine})
	for _, n := range nets.Items {
		api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
	}
	tags, _ := s.engine.Tags(ctx)
	for _, tag := range tags {
		if strings.Contains(tag, s.name) {
			s.engine.Remove(ctx, tag)
		}
	}
}

// runs fails unless both services run exactly this image, which the name means too.
func (s *shop) runs(id string) {
	s.t.Helper()
	ids, err := deploy.Running(s.t.Context(), s.engine, s.name, []string{"web", "reports"})
	if err != nil || len(ids) != 1 || ids[0] != id {
		s.t.Errorf("images %v run, not %s (%v)", ids, id, err)
	}
	img, err := s.engine.Inspect(s.t.Context(), s.image())
	if err != nil || img.ID != id {
		s.t.Errorf("the name means %+v, not %s (%v)", img, id, err)
	}
}

func (s *shop) rebuild() (*result.Rebuild, error) {
	s.t.Helper()
	return Run(s.t.Context(), target.Resolve(s.t.Context(), target.Inputs{Args: []string{s.dir}}), s.opt)
}

// one is the result of a run of one image.
func (s *shop) one() result.Service {
	s.t.Helper()
	out, err := s.rebuild()
	if err != nil || len(out.Services) != 1 {
		s.t.Fatalf("%+v, %v", out, err)
	}
	return out.Services[0]
}

// onWrite does something at the first line of a build.
type onWrite struct{ do func() }

func (o *onWrite) Write(p []byte) (int, error) {
	if o.do != nil {
		o.do()
		o.do = nil
	}
	return len(p), nil
}

// A project is rebuilt and deployed, all services of the image together; nothing is deployed that is the same, that
// does not build or whose project changed meanwhile; what is broken is taken back.
func TestLiveRebuild(t *testing.T) {
	s := newShop(t)
	s.opt.Prune.Keep = 1
	r := s.one()
	if !r.Unchanged || r.Deployed || r.Verdict != result.Same {
		t.Errorf("the same again: %+v", r)
	}
	s.write("Dockerfile", dockerfile("COLOUR=blue"))
	r = s.one()
	if r.Unchanged || !r.Deployed || r.Verdict != result.Same || len(r.Services) != 2 {
		t.Fatalf("a change: %+v", r)
	}
	live := r.After.Image
	s.runs(live)

	s.write("Dockerfile", dockerfile("BROKEN=1"))
	if r = s.one(); r.Deployed || !r.RolledBack || !strings.Contains(r.Reason, "this version is broken") {
		t.Errorf("a broken version: %+v", r)
	}
	s.runs(live)

	s.write("Dockerfile", "FROM scratch\nCOPY absent /app\n")
	if r = s.one(); r.Verdict != result.Failed || r.Deployed || !strings.Contains(r.Reason, "absent") || r.Log == "" {
		t.Errorf("a Dockerfile that does not build: %+v", r)
	}
	s.runs(live)

	s.write("Dockerfile", dockerfile("COLOUR=red"))
	s.opt.Progress = &onWrite{func() { s.write(".env", "A=2\n") }}
	if r = s.one(); r.Verdict != result.Failed || r.Deployed ||
		!strings.Contains(r.Reason, "changed since the build") {
		t.Errorf("a project that changed: %+v", r)
	}
	s.runs(live)
	s.history(5)
}

func (s *shop) history(want int) {
	s.t.Helper()
	runs, err := History(s.data, s.name, s.dir, true)
	if err != nil || len(runs) != want || len(runs[1].Reports) != 2 || !runs[1].Run.Services[0].Deployed {
		s.t.Errorf("%d runs in the history, %v", len(runs), err)
	}
	tags, err := s.engine.Tags(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	kept := 0
	for _, tag := range tags {
		if strings.HasPrefix(tag, newPrefix+s.name) {
			kept++
		}
	}
	if kept > s.opt.Prune.Keep+2 { // and those that the journal and a container name
		s.t.Errorf("%d new images are kept", kept)
	}
	entries, err := journal.All(s.data)
	if err != nil || len(entries) != 1 {
		s.t.Fatalf("%+v, %v", entries, err)
	}
	for _, id := range []string{entries[0].OldImage, entries[0].NewImage, entries[0].Live} {
		if _, err := s.engine.Inspect(s.t.Context(), id); err != nil {
			s.t.Errorf("an image that the journal names is gone: %v", err)
		}
	}
}

// A second run on the stack is refused; so is one whose state cannot be written. The services run on.
func TestLiveRefusals(t *testing.T) {
	s := newShop(t)
	ids, err := deploy.Running(t.Context(), s.engine, s.name, []string{"web"})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	live := ids[0]
	j, err := journal.Open(s.data, s.name, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.rebuild(); !errors.Is(err, journal.ErrBusy) || clierr.Hint(err) == "" {
		t.Errorf("two at once: %v", err)
	}
	j.Close()

	testenv.Userns(t)
	full := t.TempDir()
	if err := syscall.Mount("tmpfs", full, "tmpfs", 0, "size=64k"); err != nil {
		testenv.Absent(t, "the right to mount a small disk (%v)", err)
	}
	defer syscall.Unmount(full, 0)
	if err := os.WriteFile(filepath.Join(full, "filler"), make([]byte, 56<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s.write("Dockerfile", dockerfile("COLOUR=green"))
	s.opt.Data = full
	out, err := s.rebuild()
	text := ""
	if err != nil {
		text = err.Error() + clierr.Hint(err)
	}
	for _, r := range out.Services {
		text += r.Reason
		if r.Deployed {
			t.Error("it was deployed without a journal")
		}
	}
	if !strings.Contains(text, "no space left") || !strings.Contains(text, "is the disk full?") {
		t.Errorf("a full disk: %q", text)
	}
	s.runs(live)
}
