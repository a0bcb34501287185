package engine

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
)

// An engine that answers and speaks another version of the API, or something else, is told with its address and with
// what to do.
func TestOpenRefusesOtherAPIs(t *testing.T) {
	for name, body := range map[string]string{
		"too new": `{"message":"client version 1.41 is too old. Minimum supported API version is 1.99"}`,
		"no API":  "<html>",
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/_ping") {
				w.Header().Set("API-Version", "1.99")
				return
			}
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(body))
		}))
		host := "tcp://" + strings.TrimPrefix(s.URL, "http://")
		t.Setenv("DOCKER_HOST", host)
		_, err := Open(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), host) || !strings.Contains(clierr.Hint(err), "DOCKER_HOST") {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

func TestClientMajor(t *testing.T) {
	for in, want := range map[string]int{
		"Docker version 20.10.24+dfsg1, build 297e128": 20,
		"Docker version 28.2.2, build e6534b4":         28,
	} {
		if got, ok := clientMajor(in); !ok || got != want {
			t.Errorf("%q: %d, %v", in, got, ok)
		}
	}
	if _, ok := clientMajor("podman"); ok {
		t.Error("a version was read from podman")
	}
}

// Podman by Docker's API is built with as an engine without BuildKit, whatever the docker client can do.
func TestPodmanHasNoBuildKit(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("API-Version", "1.41")
		if strings.HasSuffix(r.URL.Path, "/version") {
			w.Write([]byte(`{"Version":"4.3.1","Os":"linux","Arch":"amd64","Components":[{"Name":"Podman Engine"}]}`))
		}
	}))
	defer s.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(s.URL, "http://"))
	e, err := Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.Kind() != "Podman" || e.Version() != "4.3.1" || e.BuildKit() || e.BuildContexts() {
		t.Errorf("%s %s, BuildKit %v, contexts %v", e.Kind(), e.Version(), e.BuildKit(), e.BuildContexts())
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	tl := &tail{max: 10}
	for i := 0; i < 100; i++ {
		tl.Write([]byte{'a' + byte(i%26)})
	}
	if got, want := tl.String(), "mnopqrstuv"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if tl.buf.Len() > 20 {
		t.Errorf("%d bytes are kept", tl.buf.Len())
	}
}

func TestReason(t *testing.T) {
	for name, c := range map[string]struct{ log, want string }{
		"the cause and not the builder's repetition of the command": {`#9 [4/5] RUN pip install -r requirements.txt
#9 4.371     error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory
#9 4.400 done
#9 ERROR: executor failed running [/bin/sh -c pip install]: exit code: 1
------
 > [4/5] RUN pip install -r requirements.txt:
------
executor failed running [/bin/sh -c pip install -r requirements.txt]: exit code: 1`,
			"error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory"},
		"what was missing, not what failed for it": {"gcc: command not found\nerror: legacy-install-failure\n× " +
			"Encountered error while trying to install package.\n", "gcc: command not found"},
		"a traceback": {"Traceback (most recent call last):\n  File \"app.py\"\nImportError: libpq.so.5: cannot " +
			"open shared object file\n[INFO] Shutting down\n",
			"ImportError: libpq.so.5: cannot open shared object file"},
		"no error word at all": {"one\ntwo\n\n", "two"},
		"what the command said last": {"#9 2.6 WARNING: Lockfile does not exist\n#9 2.7 Please run `pdm lock`\n#9 " +
			"ERROR: executor failed running [/bin/sh -c pdm install]: exit code: 1\n------\nexecutor failed running " +
			"[/bin/sh -c pdm install]: exit code: 1",
			"Please run `pdm lock`"},
		"advice is no cause": {"[ERROR] Failed to execute goal compile: a.java is wrong -> [Help 1]\n[ERROR] " +
			"Re-run Maven using the -X switch\n[ERROR] [Help 1] MojoFailureException\n",
			"[ERROR] Failed to execute goal compile: a.java is wrong -> [Help 1]"},
		"escape codes":     {"\x1b[31mError: boom\x1b[0m\r\n", "Error: boom"},
		"only the builder": {"failed to solve: base: not there", "failed to solve: base: not there"},
		"nothing":          {"", ""},
	} {
		if got := Reason(c.log); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
	if got := Reason(strings.Repeat("é", 1000)); len(got) > 310 {
		t.Errorf("a line of %d bytes", len(got))
	}
}

func TestRedactor(t *testing.T) {
	r := newRedactor([]string{"A=hunter22", "B=hunter", "C=on", "D"})
	if got, want := r.clean("hunter22 hunter on"), "*** *** on"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	var out bytes.Buffer
	l := &lineRedactor{w: &out, r: r}
	for _, part := range []string{"x hun", "ter2", "2 y\nhu", "nter\n"} {
		l.Write([]byte(part))
	}
	if got, want := out.String(), "x *** y\n***\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	hidden := secretPairs([]string{"PATH=/usr/bin", "DB_PASSWORD=canary-1", "CACHE=redis://:canary-2@cache"})
	if len(hidden) != 2 {
		t.Errorf("%d of 2 secrets are hidden", len(hidden))
	}
}

func TestBuildCommandHidesArguments(t *testing.T) {
	value := "canary-argument"
	e := &Engine{docker: "docker", buildKit: true}
	args, env, err := e.buildCommand(BuildOptions{Context: "-ctx",
		Args: map[string]*string{"TOKEN": &value, "FROM_ENV": nil},
		Tags: []string{"a:b"}, Target: "final", Pull: true}, t.TempDir(), "id")
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Join(args, " ")
	if strings.Contains(line, value) {
		t.Error("the value of a build argument stands on the command line")
	}
	for _, want := range []string{"--build-arg FROM_ENV --build-arg TOKEN", "--tag a:b", "--target final", "--pull",
		"-- -ctx"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q is missing in %q", want, line)
		}
	}
	if strings.Contains(line, "--no-cache") {
		t.Error("--no-cache was not asked for")
	}
	if !contains(env, "TOKEN="+value) || !contains(env, "DOCKER_BUILDKIT=1") {
		t.Error("the value does not reach the builder through the environment")
	}
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}
