package target

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// in writes the files of a txtar archive into a new folder and goes there.
func in(t *testing.T, files string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(files)).Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

// What is named is told by what it is, and by its name only where there is nothing else.
func TestWhatIsNamed(t *testing.T) {
	in(t, `-- project/compose.yml --
services: {a: {image: x}}
-- sources/a.py --
x = 1
-- notes.txt --
words
-- Dockerfile --
FROM a
-- bom.json --
{"bomFormat": "CycloneDX", "specVersion": "1.6"}
-- my.spdx.json --
{}
-- broken-compose.yml --
services: [
-- nginx/index.html --
x
`)
	gz := append([]byte{0x1f, 0x8b, 8, 0}, make([]byte, 20)...)
	tar := append(make([]byte, 257), []byte("ustar\x0000")...)
	for name, data := range map[string][]byte{"a.bin": gz, "b.bin": append(tar, make([]byte, 250)...)} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	type kinds struct {
		Host                       bool
		Images, Dirs, Files, SBOMs string
		Unread                     int
	}
	for arg, want := range map[string]kinds{
		"project":                {Host: true},
		"sources":                {Dirs: "sources"},
		"notes.txt":              {Files: "notes.txt"},
		"Dockerfile":             {Files: "Dockerfile"},
		"bom.json":               {SBOMs: "bom.json"},
		"my.spdx.json":           {SBOMs: "my.spdx.json"},
		"sbom:anything":          {SBOMs: "anything"},
		"b.bin":                  {Images: "b.bin"},
		"docker-archive:x.tar":   {Images: "docker-archive:x.tar"},
		"registry:example.com/a": {Images: "registry:example.com/a"},
		"nginx":                  {Dirs: "nginx"}, // a folder goes before an image of that name
		"redis":                  {Images: "docker:redis"},
		"example.com/a/b:1":      {Images: "docker:example.com/a/b:1"},
		"broken-compose.yml":     {Unread: 1},
		"nowhere/":               {Unread: 1},
		"./nowhere":              {Unread: 1},
		"app.tar":                {Unread: 1},
		"no image":               {Unread: 1},
	} {
		r := Resolve(context.Background(), Inputs{Args: []string{arg}})
		got := kinds{r.Host != nil && len(r.Unread) == 0, strings.Join(r.Images, " "), strings.Join(r.Dirs, " "),
			strings.Join(r.Files, " "), strings.Join(r.SBOMs, " "), len(r.Unread)}
		if got != want {
			t.Errorf("%s: %+v, want %+v (%v)", arg, got, want, r.Unread)
		}
		for _, err := range r.Unread {
			if clierr.Code(err) != clierr.ExitInput {
				t.Errorf("%s: %v exits %d", arg, err, clierr.Code(err))
			}
		}
	}
}

// One thing that several services run is one unit; another target, other arguments or another place make another.
func TestUnits(t *testing.T) {
	one, two := "1", "2"
	build := func(target string, arg *string) *stack.Build {
		return &stack.Build{Context: "/c", Dockerfile: "/c/Dockerfile", Target: target,
			Args: map[string]*string{"V": arg}}
	}
	inline := &stack.Build{Context: "/c", Inline: "FROM a"}
	h := &stack.Host{Stacks: []stack.Stack{{Name: "s", Services: []stack.Service{
		{Name: "web", Image: "app", Build: build("", &one)}, {Name: "worker", Image: "app", Build: build("", &one)},
		{Name: "other-args", Image: "app", Build: build("", &two)},
		{Name: "unset-arg", Image: "app", Build: build("", nil)},
		{Name: "test", Image: "app", Build: build("test", &one)}, {Name: "db", Image: "postgres:16"},
		{Name: "in1", Build: inline, BuildLocation: finding.Location{Path: "compose.yml", Line: 3}},
		{Name: "in2", Build: inline, BuildLocation: finding.Location{Path: "compose.yml", Line: 9}},
		{Name: "far", Build: &stack.Build{Context: "https://example.com/a.git", Remote: true}},
	}}}}
	target := &Target{Host: h, Dirs: []string{"/d"}}
	var got []string
	for _, u := range target.Units() {
		got = append(got, strings.Join(u.Services, "+"))
	}
	if want := []string{"web+worker", "other-args", "unset-arg", "test", "db", "in1", "in2", "far",
		""}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	sources := target.Sources()
	if len(sources) != 2 || sources[0].Context != "/c" || len(sources[0].Services) != 7 || sources[1].Context != "/d" {
		t.Errorf("%+v", sources)
	}
	if hidden := target.Hidden(); len(hidden) != 1 || hidden[0].Service != "far" {
		t.Errorf("%+v", hidden)
	}
}

// A folder that is mounted over an image runs there; one that is built from is read already, and what lies elsewhere on
// the machine is not the project's.
func TestMountedCode(t *testing.T) {
	dir := in(t, `-- compose.yml --
services:
  a:
    image: x
    volumes: [./src:/app, ./nowhere:/n, /etc:/host, ./compose.yml:/file]
  b:
    build: ./b
    volumes: [./b/code:/code]
-- src/a.py --
-- b/Dockerfile --
FROM a
-- b/code/b.py --
`)
	r := Resolve(context.Background(), Inputs{Args: []string{"."}})
	if len(r.Unread) > 0 {
		t.Fatal(r.Unread)
	}
	var mounted []string
	for _, u := range r.Units() {
		if u.Mounted {
			abs, _ := filepath.Abs(u.Context)
			rel, _ := filepath.Rel(dir, abs)
			mounted = append(mounted, rel+" of "+strings.Join(u.Services, "+"))
		}
	}
	if want := []string{"src of a"}; !reflect.DeepEqual(mounted, want) {
		t.Errorf("%q, want %q", mounted, want)
	}
}

func TestDockerfileIsParsedOnce(t *testing.T) {
	in(t, "-- Dockerfile --\nFROM a\n")
	r := &Target{}
	a, err := r.Dockerfile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	abs, _ := filepath.Abs("Dockerfile")
	if b, err := r.Dockerfile(abs); err != nil || a != b {
		t.Errorf("parsed again: %v", err)
	}
	if _, err := r.Dockerfile("nowhere"); err == nil {
		t.Error("a file that is not there has no error")
	}
}

// The ignore file of the Dockerfile's own goes before the context's, as the builder has it.
func TestIgnoreFile(t *testing.T) {
	in(t, "-- .dockerignore --\na.txt\n-- Own.dockerignore --\nb.txt\n-- Dockerfile --\n-- Own --\n-- "+
		"bad/.dockerignore --\n[a-\n")
	root := os.DirFS(".")
	for file, want := range map[string]string{"Dockerfile": ".dockerignore a.txt", "Own": "Own.dockerignore b.txt"} {
		ig := ReadIgnore(root, file)
		got := ig.Name
		for _, name := range []string{"a.txt", "b.txt"} {
			if ig.Hides(name) {
				got += " " + name
			}
		}
		if got != want || ig.Problem != "" {
			t.Errorf("%s: %s %s, want %s", file, got, ig.Problem, want)
		}
	}
	if ig := ReadIgnore(os.DirFS("bad"), "bad/Dockerfile"); ig == nil || ig.Problem == "" || ig.Hides("a") {
		t.Errorf("%+v", ig)
	}
	if ig := ReadIgnore(os.DirFS(t.TempDir()), ""); ig != nil {
		t.Errorf("%+v", ig)
	}
}

func TestPathsAreRelativeToTheRoot(t *testing.T) {
	dir := in(t, "-- a/b --\n")
	r := &Target{Root: "a"}
	for path, want := range map[string]string{
		"a/b": "b", filepath.Join(dir, "a", "b"): "b", "a": ".", "other": "other", "a/../..": "a/../..", "": "",
	} {
		if got := r.Rel(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
