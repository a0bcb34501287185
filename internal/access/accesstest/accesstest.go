// Package accesstest holds the hosts and the examples of rules that the tests of who reaches what are made of.
package accesstest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
)

// Said is what a test says as drydock.yaml would.
type Said struct {
	Public, Logins, Bouncers []string
	Checked                  []Checked
}

// Checked is an item of `access.checked`.
type Checked struct {
	Source, By string
	Until      time.Time
	Routes     [][2]string // service and who may enter
}

// Now is the time at which archives are judged.
var Now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// readChecked reads "SOURCE BY UNTIL SERVICE=ACCESS...".
func readChecked(t *testing.T, line string) Checked {
	t.Helper()
	words := strings.Fields(line)
	if len(words) < 3 {
		t.Fatal("not understood: ", line)
	}
	until, err := time.Parse(time.DateOnly, words[2])
	if err != nil {
		t.Fatal(err)
	}
	k := Checked{Source: words[0], By: words[1], Until: until}
	for _, w := range words[3:] {
		service, access, _ := strings.Cut(w, "=")
		k.Routes = append(k.Routes, [2]string{service, access})
	}
	return k
}

// Archives lists the archives of a kind: "hosts" or "rules".
func Archives(kind string) []string {
	files, _ := filepath.Glob(filepath.Join(testenv.Root(), "internal", "access", "testdata", kind, "*.txtar"))
	return files
}

// Load reads a project without the environment of the one who tests.
func Load(t testing.TB, dir string) *stack.Host {
	t.Helper()
	h, err := stack.Load(context.Background(), []string{dir},
		stack.Options{Name: "ddcase", Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Host writes several projects side by side and reads those that are named as one host.
func Host(t *testing.T, files map[string]string, args ...string) *stack.Host {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		f := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(f), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range args {
		args[i] = filepath.Join(dir, args[i])
	}
	h, err := stack.Load(context.Background(), args,
		stack.Options{Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// HostOf reads the projects of an archive, those that its line `args` names.
func HostOf(t *testing.T, a *txtar.Archive) *stack.Host {
	t.Helper()
	project := map[string]string{}
	for _, f := range a.Files {
		project[f.Name] = string(f.Data)
	}
	for _, line := range strings.Split(string(a.Comment), "\n") {
		if args, ok := strings.CutPrefix(line, "args "); ok {
			return Host(t, project, strings.Fields(args)...)
		}
	}
	t.Fatal("no line says which projects are meant")
	return nil
}

// OptionsOf are what the lines of a host say as drydock.yaml would.
func OptionsOf(t *testing.T, lines []string) Said {
	t.Helper()
	var o Said
	for _, line := range lines {
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "public":
			o.Public = append(o.Public, rest)
		case "login":
			o.Logins = append(o.Logins, rest)
		case "bouncer":
			o.Bouncers = append(o.Bouncers, rest)
		case "checked":
			o.Checked = append(o.Checked, readChecked(t, rest))
		}
	}
	return o
}

// proxyOfRules is the Traefik before which a rule's examples stand, unless they bring one of their own. FLAGS stands
// for more flags.
const proxyOfRules = `services:
  proxy:
    image: traefik:v3.5
    command:
      - --providers.docker.exposedbydefault=false
      - --entrypoints.web.address=:80
      - --entrypoints.websecure.address=:443
      - --entrypoints.websecure.http.tls=true
FLAGS    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`

// Example is one compose file of a rule, with what is wanted of it.
type Example struct {
	Rule, Name string
	Flags      []string
	Opts       Said
	Want       []string // "SERVICE ROUTER|- SEVERITY"; none: the rule must stay silent
	Exposure   [][2]string
	whole      bool // the file brings its own Traefik
	Body       string
}

// ReadExample reads one file of a rule's archive: its remarks, and the services below them.
func ReadExample(t *testing.T, rule string, f txtar.File) *Example {
	t.Helper()
	e := &Example{Rule: rule, Name: f.Name}
	for line := range strings.SplitSeq(string(f.Data), "\n") {
		if !strings.HasPrefix(line, "# ") {
			e.Body += line + "\n"
			continue
		}
		word, rest, _ := strings.Cut(line[2:], " ")
		switch word {
		case "fires":
			e.Want = append(e.Want, rest)
		case "exposure":
			who, is, _ := strings.Cut(rest, " ")
			e.Exposure = append(e.Exposure, [2]string{who, is})
		case "flag":
			e.Flags = append(e.Flags, rest)
		case "public":
			e.Opts.Public = append(e.Opts.Public, rest)
		default:
			t.Fatalf("%s/%s: not understood: %s", rule, f.Name, line)
		}
	}
	e.whole = strings.Contains(e.Body, "services:\n")
	return e
}

// compose is the whole compose file of an example.
func (e *Example) compose() string {
	if e.whole {
		return e.Body
	}
	var flags strings.Builder
	for _, f := range e.Flags {
		fmt.Fprintf(&flags, "      - %q\n", f)
	}
	return strings.Replace(proxyOfRules, "FLAGS", flags.String(), 1) + e.Body
}

// Host is the example as a host.
func (e *Example) Host(t *testing.T) *stack.Host {
	return Host(t, map[string]string{"a/compose.yaml": e.compose()}, "a")
}

// Project writes a compose file and reads it.
func Project(t testing.TB, text string) (*stack.Host, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := stack.Load(context.Background(), []string{dir},
		stack.Options{Name: "p", Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return h, file
}

// ProjectHead is a Traefik before which a test's services stand.
const ProjectHead = `# a host
services:
  traefik:
    image: traefik:v3.1
    command: [--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80, --entrypoints.websecure.address=:443]
`
