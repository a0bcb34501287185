package engine

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/testenv"
)

// live opens the engine and builds the tests' own static program into an image without any base.
func live(t *testing.T) (*Engine, *Run, string) {
	t.Helper()
	testenv.Slow(t)
	docker := testenv.Engine(t)
	ctx := t.Context()
	e, err := Open(ctx, docker)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	run, err := e.NewRun()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error("cleaning up:", err)
		}
		left(t, docker, run.ID)
	})
	image, err := run.Build(ctx, "app", BuildOptions{Context: program(t), Dockerfile: []byte(`FROM scratch
COPY app /app
ENV COLOUR=blue API_TOKEN=canary-image
EXPOSE 8080 9090/udp
USER 1000:1000
VOLUME /data
ENTRYPOINT ["/app"]
CMD ["serve"]
`)})
	if err != nil {
		t.Fatal(err)
	}
	return e, run, image
}

func program(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "app"), "./testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// left fails if the engine still holds anything of the run.
func left(t *testing.T, docker, id string) {
	t.Helper()
	for _, args := range [][]string{
		{"ps", "-aq", "--filter", "label=" + Label + "=" + id},
		{"network", "ls", "-q", "--filter", "label=" + Label + "=" + id},
		{"images", "-q", "drydock-run/" + id},
	} {
		if out, _ := exec.Command(docker, args...).Output(); len(out) > 0 {
			t.Errorf("docker %s: %s is left", strings.Join(args, " "), out)
		}
	}
}

func TestLiveServe(t *testing.T) {
	e, run, image := live(t)
	ctx := t.Context()
	img, err := e.Inspect(ctx, image)
	if err != nil {
		t.Fatal(err)
	}
	if img.Size < 1<<20 || img.Config.User != "1000:1000" ||
		strings.Join(img.Config.ExposedPorts, " ") != "8080/tcp 9090/udp" ||
		strings.Join(img.Config.Volumes, " ") != "/data" || strings.Join(img.Config.Entrypoint, " ") != "/app" {
		t.Errorf("inspect: %+v", img)
	}
	net, err := run.Network(ctx, "net")
	if err != nil {
		t.Fatal(err)
	}
	c, err := run.Start(ctx, Spec{Role: "web", Image: image, Network: net})
	if err != nil {
		t.Fatal(err)
	}
	open, err := c.WaitOpen(ctx, []int{8080, 9999}, 10*time.Second)
	if err != nil || len(open) != 1 || open[0] != 8080 {
		t.Fatalf("open ports %v, %v", open, err)
	}
	res, err := c.Do(ctx, Request{Port: 8080, Path: "/x?y=1"})
	if err != nil || res.Status != 200 || string(res.Body) != "host localhost path /x" ||
		res.Header.Get("X-App") != "yes" {
		t.Errorf("%+v, %v", res, err)
	}
	if res, err := c.Do(ctx, Request{Port: 8080, Path: "/away"}); err != nil || res.Status != 302 {
		t.Errorf("a redirect: %+v, %v", res, err)
	}
	if err := c.Alive(ctx); err != nil {
		t.Error(err)
	}
}

func TestLiveFailures(t *testing.T) {
	_, run, image := live(t)
	ctx := t.Context()
	net, err := run.Network(ctx, "net")
	if err != nil {
		t.Fatal(err)
	}
	c, err := run.Start(ctx, Spec{Role: "fails", Image: image, Network: net, Cmd: []string{"fail"},
		Env: []string{"TOKEN=canary-env"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.WaitOpen(ctx, []int{8080}, 10*time.Second)
	var f *Failure
	if !errors.As(err, &f) || f.Exit != 7 || !strings.Contains(f.Error(), "libfoo.so.1") {
		t.Errorf("a program that ends: %v", err)
	}
	if f != nil && strings.Contains(f.Log, "canary") {
		t.Error("an environment value stands in the log")
	}
	if _, err := run.Start(ctx, Spec{Role: "absent", Image: image, Entrypoint: []string{"/bin/sh"}}); !errors.As(err,
		&f) {
		t.Errorf("no such executable: %v", err)
	}
	c, err = run.Start(ctx, Spec{Role: "echo", Image: image, Network: net, Cmd: []string{"echo"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitOpen(ctx, []int{8080}, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(ctx, Request{Port: 8080}); !errors.Is(err, ErrNotHTTP) {
		t.Errorf("a port without HTTP: %v", err)
	}
	arg := "canary-argument"
	_, err = run.Build(ctx, "broken", BuildOptions{Context: t.TempDir(), Args: map[string]*string{"TOKEN": &arg},
		Dockerfile: []byte("FROM " + image + "\nARG TOKEN\nRUN echo $TOKEN\n")})
	if !errors.As(err, &f) || strings.Contains(f.Log, arg) {
		t.Errorf("a build that fails: %v", err)
	}
}

func TestLiveConfinement(t *testing.T) {
	_, run, image := live(t)
	ctx := t.Context()
	net, err := run.Network(ctx, "net")
	if err != nil {
		t.Fatal(err)
	}
	exit, out, errs, err := run.Output(ctx, Spec{Role: "look", Image: image, Network: net, User: "0",
		Cmd: []string{"look"}})
	if err != nil || exit != 0 {
		t.Fatalf("%d %v %s", exit, err, errs)
	}
	for _, want := range []string{"CapEff:\t0000000000000000", "NoNewPrivs:\t1", "outside: true"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %q", want, out)
		}
	}
}

func TestLiveExport(t *testing.T) {
	_, run, image := live(t)
	rc, err := run.Export(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, rc)
	if err != nil || n < 1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := rc.Close(); err != nil {
		t.Error(err)
	}
}

// A run that is interrupted removes what it made all the same: live's clean-up looks for remains.
func TestLiveInterrupted(t *testing.T) {
	_, run, image := live(t)
	ctx, cancel := context.WithCancel(t.Context())
	net, err := run.Network(ctx, "net")
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, cancel)
	c, err := run.Start(ctx, Spec{Role: "long", Image: image, Network: net, Cmd: []string{"echo"}})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err == nil {
		if _, err := c.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v", err)
		}
	}
}
