package prove

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/engine"
)

// image is a file system for tests: path -> content; "-> x" is a link, "+x" in front makes it executable.
func image(t *testing.T, env []string, content map[string]string) *files {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(content)) {
		text := content[name]
		h := &tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg}
		if to, ok := strings.CutPrefix(text, "-> "); ok {
			h.Typeflag, h.Linkname, text = tar.TypeSymlink, to, ""
		}
		if rest, ok := strings.CutPrefix(text, "+x"); ok {
			h.Mode, text = 0o755, rest
		}
		h.Size = int64(len(text))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := readFiles(&b, env)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPackageCounts(t *testing.T) {
	f := image(t, nil, map[string]string{
		"var/lib/dpkg/status": "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok " +
			"config-files\n\nPackage: c\nStatus: install ok installed\n",
		"usr/lib/python3/dist-packages/x-1.dist-info/METADATA": "Name: x\n",
		"app/node_modules/a/package.json":                      "{}",
		"app/node_modules/@s/b/package.json":                   "{}",
		"app/node_modules/a/lib/package.json":                  "{}",
		"app/package.json":                                     "{}",
		"usr/local/bundle/specifications/rack-3.gemspec":       "x",
	})
	for kind, want := range map[string]int{"dpkg": 2, "pip": 1, "npm": 2, "gem": 1} {
		if f.packages[kind] != want {
			t.Errorf("%s: %d packages, not %d", kind, f.packages[kind], want)
		}
	}
	if !f.dists["x"] || len(f.manifest) != 1 {
		t.Errorf("%v %d", f.dists, len(f.manifest))
	}
}

func TestResolveFollowsLinks(t *testing.T) {
	f := image(t, []string{"PATH=/opt/bin:/bin"}, map[string]string{
		"bin": "-> usr/bin", "usr/bin/sh": "-> dash", "usr/bin/dash": "+x", "opt/bin/a": "-> ../../usr/bin/sh",
		"loop": "-> loop", "gone": "-> nowhere", "up": "-> ../../../usr/bin/dash"})
	for in, want := range map[string]string{"/bin/sh": "usr/bin/dash", "/opt/bin/a": "usr/bin/dash",
		"/up": "usr/bin/dash"} {
		if got, ok := f.resolve(in); !ok || got != want {
			t.Errorf("%s -> %s, %v", in, got, ok)
		}
	}
	for _, in := range []string{"/loop", "/gone", "/absent"} {
		if got, ok := f.resolve(in); ok {
			t.Errorf("%s -> %s", in, got)
		}
	}
	if got, ok := f.find("sh", "/"); !ok || got != "usr/bin/dash" {
		t.Errorf("sh in PATH: %s, %v", got, ok)
	}
	if exe := f.executables(); !exe["sh"] || !exe["a"] || len(exe) != 3 {
		t.Errorf("%v", exe)
	}
}

func TestMissingInterpreters(t *testing.T) {
	before := image(t, nil, map[string]string{"usr/local/bin/app": "+x#!/opt/venv/bin/python\n",
		"opt/venv/bin/python": "+xx", "usr/bin/env": "+xx", "usr/bin/tool": "+x#!/usr/bin/perl\n"})
	after := image(t, []string{"PATH=/srv/venv/bin"},
		map[string]string{"srv/venv/bin/app": "+x#!/opt/venv/bin/python\n", "srv/venv/bin/tool": "+x#!/usr/bin/perl\n"})
	bad := missingInterpreters(before, after)
	if len(bad) != 1 || !strings.Contains(bad[0], "/srv/venv/bin/app runs under /opt/venv/bin/python") {
		t.Errorf("%v", bad)
	}
	if bad := missingInterpreters(before, before); len(bad) != 0 {
		t.Errorf("an image against itself: %v", bad)
	}
}

// dynamic is a program of this machine that is linked dynamically, with what it needs.
func dynamic(t *testing.T) (string, *elfFile) {
	t.Helper()
	for _, name := range []string{"/bin/ls", "/bin/cat", "/usr/bin/env"} {
		real, err := filepath.EvalSymlinks(name)
		if err != nil {
			continue
		}
		b, err := os.ReadFile(real)
		if err != nil {
			continue
		}
		f := image(t, nil, map[string]string{"p": string(b)})
		if e := f.elfs["p"]; e != nil && e.interp != "" && len(e.needed) > 0 {
			return string(b), e
		}
	}
	t.Skip("absent: a program that is linked dynamically")
	return "", nil
}

func TestMissingLibraries(t *testing.T) {
	program, e := dynamic(t)
	whole := map[string]string{"app/p": program, strings.Trim(e.interp, "/"): "x",
		"var/lib/dpkg/info/libx1:amd64.list": "/usr/lib/" + e.needed[0] + "\n"}
	for _, l := range e.needed {
		whole["usr/lib/"+l] = "x"
	}
	before := image(t, nil, whole)
	if bad, _ := missingLibraries(before, before); len(bad) != 0 {
		t.Errorf("an image against itself: %v", bad)
	}
	without := func(name string) *files {
		c := map[string]string{}
		for k, v := range whole {
			if k != name {
				c[k] = v
			}
		}
		return image(t, nil, c)
	}
	bad, lacks := missingLibraries(before, without("usr/lib/"+e.needed[0]))
	if len(bad) != 1 || !strings.Contains(bad[0], "/app/p needs "+e.needed[0]) || strings.Join(lacks, " ") != "libx1" {
		t.Errorf("%v %v", bad, lacks)
	}
	bad, _ = missingLibraries(before, without(strings.Trim(e.interp, "/")))
	if len(bad) != 1 || !strings.Contains(bad[0], "its loader "+e.interp) {
		t.Errorf("%v", bad)
	}
	own := without("usr/lib/" + e.needed[0])
	own.owners["app/p"] = "libp1"
	if bad, _ := missingLibraries(before, own); len(bad) != 0 {
		t.Errorf("a program of the distribution: %v", bad)
	}
	if bad, _ := missingLibraries(without("usr/lib/"+e.needed[0]), without("usr/lib/"+e.needed[0])); len(bad) != 0 {
		t.Errorf("what the original lacks too is held against the new image: %v", bad)
	}
}

func TestElfOfThisTest(t *testing.T) {
	dir := t.TempDir()
	src := filepath.Join(dir, "main.go")
	if err := os.WriteFile(src, []byte("package main\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "static"), src)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "static"))
	if err != nil {
		t.Fatal(err)
	}
	f := image(t, nil, map[string]string{"static": string(b)})
	e := f.elfs["static"]
	if e == nil || e.interp != "" || len(f.unresolved("static", e)) != 0 {
		t.Errorf("a static program: %+v", e)
	}
}

func TestSettings(t *testing.T) {
	base := engine.Config{Env: []string{"PATH=/bin", "GPG_KEY=canary"}}
	for _, known := range []bool{true, false} {
		settingsCases(t, base, known)
	}
}

func settingsCases(t *testing.T, base engine.Config, known bool) {
	shell := []string{"/bin/sh", "-c"}
	config := func(change func(*engine.Config)) *engine.Image {
		c := engine.Config{Env: []string{"PATH=/bin", "MODE=canary"},
			Cmd: append(shell,
				"exec gunicorn -b :8000 'app:app'"), WorkingDir: "/app/", ExposedPorts: []string{"8000/tcp"},
			Volumes: []string{"/data"}}
		change(&c)
		return &engine.Image{Config: c}
	}
	files := image(t, nil, map[string]string{"bin/sh": "+xx"})
	for name, c := range map[string]struct {
		change func(*engine.Config)
		want   string // part of the reason, "" = accepted
		meant  string
	}{
		"nothing": {func(c *engine.Config) {}, "", ""},
		"the exec form": {func(c *engine.Config) { c.Cmd = []string{"gunicorn", "-b", ":8000", "app:app"} },
			"", ""},
		"another command": {func(c *engine.Config) { c.Cmd = []string{"gunicorn"} }, "the command is gunicorn",
			""},
		"another command, meant": {func(c *engine.Config) { c.Cmd = []string{"gunicorn"} }, "", "command"},
		"a folder": {func(c *engine.Config) { c.WorkingDir = "/" }, "the working folder is /, not /app",
			""},
		"a port gone": {func(c *engine.Config) { c.ExposedPorts = nil }, "port 8000/tcp", ""},
		"a port more": {func(c *engine.Config) { c.ExposedPorts = append(c.ExposedPorts, "9000/tcp") }, "",
			""},
		"a volume gone":   {func(c *engine.Config) { c.Volumes = nil }, "the volume /data", ""},
		"a user":          {func(c *engine.Config) { c.User = "10001" }, "", ""},
		"a variable gone": {func(c *engine.Config) { c.Env = []string{"PATH=/bin"} }, "MODE is not set", ""},
		"another value": {func(c *engine.Config) { c.Env = []string{"PATH=/bin", "MODE=x"} },
			"MODE has another value", ""},
		"a variable of the base": {func(c *engine.Config) { c.Env = append(c.Env, "NEW=1") }, "", ""},
		"the stop signal":        {func(c *engine.Config) { c.StopSignal = "SIGQUIT" }, "stop signal", ""},
	} {
		p := &prover{res: &Result{}, orig: &original{}}
		p.Original.Dockerfile = []byte("FROM base\nENV MODE=canary\n")
		if known {
			p.orig.base = &engine.Image{Config: base}
		}
		p.imgs[0], p.imgs[1] = config(func(c *engine.Config) {
			c.Env = append(c.Env,
				"GPG_KEY=canary")
		}), config(c.change)
		p.fs[0], p.fs[1] = files, files
		if c.meant != "" {
			p.Intended = []Change{{c.meant, "meant"}}
		}
		err := p.settings(context.Background())
		if (err != nil) != (c.want != "") || !strings.Contains(p.res.Reason, c.want) ||
			strings.Contains(p.res.Reason, "canary") {
			t.Errorf("%s: %q %v", name, p.res.Reason, err)
		}
	}
}

func TestCommandsGone(t *testing.T) {
	script := "+x#!/bin/sh\nset -e\nif [ -n \"$WAIT\" ]; then\n  curl -s db && exec gosu app \"$@\"\nfi\n"
	before := image(t, nil, map[string]string{"usr/bin/curl": "+xx", "bin/sh": "+xx", "start.sh": script})
	after := image(t, nil, map[string]string{"bin/sh": "+xx", "start.sh": script})
	p := &prover{}
	p.fs[0], p.fs[1] = before, after
	if got := p.commandsGone(&engine.Config{Entrypoint: []string{"/start.sh"}}); got != "/start.sh calls curl, "+
		"which is not in the new image" {
		t.Errorf("%q", got)
	}
	if got := p.commandsGone(&engine.Config{Healthcheck: []string{"CMD-SHELL",
		"curl -f localhost || exit 1"}}); !strings.Contains(got, "the health check calls curl") {
		t.Errorf("%q", got)
	}
	p.fs[1] = before
	if got := p.commandsGone(&engine.Config{Entrypoint: []string{"/start.sh"}}); got != "" {
		t.Errorf("%q", got)
	}
}

// What a log names, the original holds and the new image lacks, is found by its package.
func TestNamed(t *testing.T) {
	side := func(names ...string) *files {
		f := &files{entries: map[string]entry{}, owners: map[string]string{}, path: []string{"usr/bin"},
			libDirs: []string{"usr/lib"}}
		for _, n := range names {
			path, pkg, _ := strings.Cut(n, "=")
			f.entries[path] = entry{kind: '0', exec: true}
			f.owners[path] = pkg
		}
		return f
	}
	p := &prover{fs: [2]*files{side("usr/lib/libmagic.so.1=libmagic1", "usr/bin/ffmpeg=ffmpeg",
		"usr/lib/libboth.so=both", "usr/bin/git=git", "usr/bin/own="), side("usr/lib/libboth.so=both")}}
	for log, want := range map[string]string{
		"OSError: libmagic.so.1: cannot open shared object file":           "libmagic1",
		"libboth.so: wrong version":                                        "",
		"FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'": "ffmpeg",
		"/app/run.sh: line 3: git: command not found":                      "git",
		"sh: 1: git: not found\nspawn own ENOENT":                          "git",
		"nothing is missing":                                               "",
	} {
		if got := strings.Join(p.named(log), " "); got != want {
			t.Errorf("%q: %q, not %q", log, got, want)
		}
	}
}
