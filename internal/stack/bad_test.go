package stack

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

func loadErr(t testing.TB, dir string) error {
	t.Helper()
	_, err := Load(context.Background(), []string{dir}, Options{Env: noEnv, Root: dir})
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func TestBadProjectsAreRefusedWithPlaceAndHint(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"no YAML": {"-- compose.yaml --\nservices:\n  a: b: c\n",
			"compose.yaml:2:6: not valid YAML: mapping value is not allowed in this context"},
		"a tab": {"-- compose.yaml --\nservices:\n\ta: {}\n",
			"compose.yaml:2:1: not valid YAML: found character '\t' that cannot start any token"},
		"an unknown alias": {"-- compose.yaml --\nservices:\n  a: *b\n",
			"compose.yaml:2:7: not valid YAML: unknown anchor 'b' referenced"},
		"a control character": {"-- compose.yaml --\nservices:\n  a:\n    image: \x01\n",
			"compose.yaml:3: not valid YAML: control characters are not allowed"},
		"an alias in itself": {"-- compose.yaml --\nx: &x\n  y: *x\nservices: {}\n",
			"compose.yaml:2:6: the alias *x stands inside what it refers to"},
		"a key twice": {"-- compose.yaml --\nservices:\n  a:\n    labels:\n      k: 1\n      k: 2\n",
			`compose.yaml:5:7: key "k" is already defined on line 4`},
		"a service twice": {"-- compose.yaml --\nservices:\n  a: {image: x}\n  a: {image: y}\n",
			`compose.yaml:3:3: key "a" is already defined on line 2`},
		"a list": {"-- compose.yaml --\n- a\n",
			"compose.yaml:1:1: not a compose file: it holds a list, not a mapping"},
		"no services": {"-- compose.yaml --\nentryPoints: {web: {address: ':80'}}\n",
			"compose.yaml: not a compose file: it has no `services:`"},
		"the first format": {"-- compose.yaml --\nweb:\n  image: x\n",
			"compose.yaml:1:1: a compose file of the first format, without `services:`"},
		"only networks": {"-- compose.yaml --\nnetworks: {a: {}}\n",
			"compose.yaml: no service in this compose file"},
		"empty": {"-- compose.yaml --\n", "compose.yaml: not a compose file: it has no `services:`"},
		"services are a list": {"-- compose.yaml --\nservices: [a]\n",
			"compose.yaml:1:11: `services` must be a mapping, this is a list"},
		"a service is a text": {"-- compose.yaml --\nservices:\n  a: nginx\n",
			`compose.yaml:2:6: service "a" must be a mapping, this is a value`},
		"extends itself": {"-- compose.yaml --\nservices:\n  a: {extends: b}\n  b: {extends: a}\n",
			`compose.yaml:2:16: service "a" extends itself, in a circle`},
		"extends nothing": {"-- compose.yaml --\nservices:\n  a: {extends: {file: x.yaml}}\n",
			`compose.yaml:2:16: service "a" extends nothing: no service is named`},
		"extends a ghost": {"-- compose.yaml --\nservices:\n  a: {extends: b}\n",
			`compose.yaml:2:16: service "a" extends "b", which is not in this file`},
		"extends a lost file": {"-- compose.yaml --\nservices:\n  a: {extends: {file: x.yaml, service: b}}\n",
			`compose.yaml:2:16: service "a" extends a file that cannot be read: x.yaml: no such file or directory`},
		"extends across, round": {"-- compose.yaml --\nservices:\n  a: {extends: {file: b.yaml, service: b}}\n-- " +
			"b.yaml --\nservices:\n  b: {extends: {file: compose.yaml, service: a}}\n",
			`compose.yaml:2:16: service "a" extends itself, in a circle`},
		"includes nothing": {"-- compose.yaml --\ninclude: [x/y.yaml]\nservices: {}\n",
			"compose.yaml:1:11: the included file x/y.yaml cannot be read: no such file or directory"},
		"includes itself": {"-- compose.yaml --\ninclude: [b.yaml]\n-- b.yaml --\ninclude: [compose.yaml]\n",
			"b.yaml:1:11: the include runs in a circle: compose.yaml -> b.yaml -> compose.yaml"},
		"a bad included file": {"-- compose.yaml --\ninclude: [b.yaml]\n-- b.yaml --\nservices: {a: [}\n",
			"b.yaml:1:16: not valid YAML: could not find '{' character corresponding to '}'"},
		"a merge of a text": {"-- compose.yaml --\nservices:\n  a:\n    <<: text\n",
			"compose.yaml:3:9: a merge key (<<) needs a mapping or a list of mappings"},
		"a key that is a list": {"-- compose.yaml --\nservices:\n  ? [a]\n  : {}\n",
			"compose.yaml:2:5: a key that is not a word"},
		"a merged mismatch": {"-- compose.yaml --\nservices:\n  a: {image: x, secrets: {b: 1}}\n---\nservices:\n  a: " +
			"{secrets: [b]}\n", "compose.yaml:5:16: a list cannot override a mapping (compose.yaml:2:26)"},
	} {
		t.Run(name, func(t *testing.T) {
			err := loadErr(t, tree(t, c.files))
			if err.Error() != c.want {
				t.Errorf("\n got %s\nwant %s", err, c.want)
			}
			if clierr.Hint(err) == "" || clierr.Code(err) != clierr.ExitInput {
				t.Errorf("hint %q, code %d", clierr.Hint(err), clierr.Code(err))
			}
		})
	}
}

func TestWhatComposeRefusesIsReadOnAndReported(t *testing.T) {
	for name, c := range map[string]struct{ file, want, hint string }{
		"a misspelt key": {"services:\n  a:\n    image: x\n    lables: [k=v]\n",
			`compose.yaml:4:5: service a has an unknown key "lables"`, "Did you mean `labels`?"},
		"an invented key": {"services:\n  a:\n    image: x\n    qqq: 1\n",
			`compose.yaml:4:5: service a has an unknown key "qqq"`,
			"Remove it, or let it start with `x-`: Docker Compose refuses it."},
		"a key at the top": {"servces: {}\nservices:\n  a: {image: x}\n",
			`compose.yaml:1:1: the file has an unknown key "servces"`, "Did you mean `services`?"},
		"a label that is a map": {"services:\n  a:\n    image: x\n    labels:\n      - traefik.enable: true\n",
			"compose.yaml:5:9: an item of `labels` must be a text, this is a mapping",
			"In a list an item is written `- key=value`."},
		"labels are a text": {"services:\n  a:\n    image: x\n    labels: k=v\n",
			"compose.yaml:4:13: `labels` must be a list or a mapping, this is a value",
			"Write a list of `- key=value`, or a mapping."},
		"a bad port": {"services:\n  a:\n    image: x\n    ports: [\"a:b\"]\n",
			`compose.yaml:4:13: a port that cannot be read: "a:b"`, `Write "8080:80", in quotes.`},
		"a lost network": {"services:\n  a:\n    image: x\n    networks: [web]\n",
			"compose.yaml:2:3: service \"a\" joins the network \"web\", which is defined nowhere",
			"Add it below the file's `networks:`, with `external: true` if another stack makes it."},
		"a bad variable": {"services:\n  a:\n    image: x\n    user: ${}\n",
			"compose.yaml:4:11: `${` that begins no variable",
			"Write `$${` if it is meant as text: Docker Compose refuses the file as it is."},
		"a lost label file": {"services:\n  a:\n    image: x\n    label_file: l\n",
			"compose.yaml:4:17: the label file l cannot be read: no such file or directory",
			"The labels of this service are incomplete without it."},
	} {
		t.Run(name, func(t *testing.T) {
			h := load(t, tree(t, "-- compose.yaml --\n"+c.file))
			if service(t, h, "a").Image != "x" {
				t.Error("the service was not read")
			}
			if len(h.Problems) != 1 {
				t.Fatalf("%d problems: %v", len(h.Problems), h.Problems)
			}
			p := h.Problems[0]
			if p.Err.Error() != c.want || p.Err.Hint != c.hint || p.Path != "compose.yaml" {
				t.Errorf("\n got %s | %s\nwant %s | %s", p.Err, p.Err.Hint, c.want, c.hint)
			}
		})
	}
}

func TestOneBadProjectLeavesTheOthers(t *testing.T) {
	dir := tree(t, `
-- good/compose.yaml --
services: {a: {image: x}}
-- bad/compose.yaml --
services: [
-- empty/readme --
`)
	h := load(t, dir, "good", "bad", "empty", "lost")
	if len(h.Stacks) != 1 || h.Stacks[0].Name != "good" {
		t.Errorf("stacks %+v", h.Stacks)
	}
	var paths []string
	for _, p := range h.Problems {
		paths = append(paths, p.Path)
		if p.Err.Hint == "" {
			t.Errorf("no hint for %v", p.Err)
		}
	}
	want := []string{filepath.Join(dir, "empty"), filepath.Join(dir, "lost"), "bad/compose.yaml"}
	if fmt.Sprint(paths) != fmt.Sprint(want) {
		t.Errorf("problems of %v, want %v", paths, want)
	}
	_, err := Load(context.Background(), []string{filepath.Join(dir, "bad"), filepath.Join(dir, "lost")},
		Options{Env: noEnv})
	if err == nil || !strings.Contains(err.Error(), "(and 1 more)") {
		t.Errorf("error %v", err)
	}
}

// heap is what the program holds after f, at most what it held on the way.
func heap(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHostileFilesAreBounded(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("x0: &x0 [a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&laughs, "x%d: &x%d [%s*x%d]\n", i, i, strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 8), i-1)
	}
	laughs.WriteString("services: {a: {image: x}}\n")

	var merges strings.Builder
	merges.WriteString("x0: &x0 {a: 1}\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&merges, "x%d: &x%d {<<: [*x%d, *x%d]}\n", i, i, i-1, i-1)
	}
	merges.WriteString("services: {a: {image: x}}\n")

	var extends strings.Builder
	extends.WriteString("services:\n  s0: {image: x, labels: [" + strings.Repeat("k=v, ", 20000) + "k=v]}\n")
	for i := range 200 {
		fmt.Fprintf(&extends, "  e%d: {extends: s0}\n", i)
	}

	for name, c := range map[string]struct{ text, want string }{
		"aliases of aliases": {laughs.String(), "once aliases are followed"},
		"merges of merges":   {merges.String(), "once aliases are followed"},
		"much is extended":   {extends.String(), "once all that is extended is counted"},
		"deep lists": {"services: {a: {image: x}}\nx-a: " + strings.Repeat("[", 5000) + strings.Repeat("]",
			5000) + "\n", "nested more than"},
		"deeper than YAML": {"x: " + strings.Repeat("[", 200000), "not valid YAML"},
		"deep blocks":      {"services: {a: {image: x}}\nx:\n" + deepBlocks(300), "nested more than"},
		"a huge file": {"services:\n  a: {image: x}\n#" + strings.Repeat("x", maxFile),
			"too large for a compose file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, "")
			write(t, dir, "compose.yaml", c.text)
			start := time.Now()
			var err error
			used := heap(func() { _, err = Load(context.Background(), []string{dir}, Options{Env: noEnv, Root: dir}) })
			if err == nil || !strings.Contains(err.Error(), c.want) || clierr.Hint(err) == "" {
				t.Errorf("error %v, hint %q", err, clierr.Hint(err))
			}
			if took := time.Since(start); took > 10*time.Second || used > 1<<30 {
				t.Errorf("took %v and %d MB", took, used>>20)
			}
		})
	}
}

func TestVariablesAreBounded(t *testing.T) {
	long := strings.Repeat("x", maxEnvFile-100)
	dir := tree(t, "-- .env --\nA="+long+"\n-- compose.yaml --\nservices: {a: {image: x, labels: ['k="+
		strings.Repeat("$A", 100_000)+"']}}\n")
	if err := loadErr(t, dir); !strings.Contains(err.Error(), "the variables put in too much text") {
		t.Errorf("error %v", err)
	}
	dir = tree(t, "-- .env --\nA="+long+"\n-- compose.yaml --\nservices: {a: {image: x, labels: ['k=$A'"+
		strings.Repeat(", k=$A", 1000)+"]}}\n")
	if err := loadErr(t, dir); !strings.Contains(err.Error(), "the variables put in too much text") {
		t.Errorf("error %v", err)
	}
	var doubling strings.Builder
	doubling.WriteString("A0=xxxxxxxxxx\n")
	for i := range 60 {
		fmt.Fprintf(&doubling, "A%d=$A%d${A%d}\n", i+1, i, i)
	}
	dir = tree(t, "-- .env --\n"+doubling.String()+"-- compose.yaml --\nservices: {a: {image: x}}\n")
	h := load(t, dir)
	if len(h.Problems) != 1 ||
		!strings.Contains(h.Problems[0].Err.Error(), ".env: its variables put more than 1 MB into one another") {
		t.Errorf("problems %v", h.Problems)
	}
	var makefile strings.Builder
	makefile.WriteString("A0 = x\n")
	for i := range 6 {
		fmt.Fprintf(&makefile, "A%d = %s\n", i+1, strings.Repeat(fmt.Sprintf("$(A%d)", i), 500))
	}
	start := time.Now()
	buildCommands("Makefile", makefile.String()+"x:\n\tdocker build -t $(A6) .\n")
	if took := time.Since(start); took > slow {
		t.Errorf("took %v", took)
	}
}

func deepBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i+1) + "k:\n")
	}
	return b.String()
}

func TestIncludesAreBounded(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		next := fmt.Sprintf("f%d.yaml", i+1)
		write(t, dir, fmt.Sprintf("f%d.yaml", i), "include: ["+next+", "+next+"]\nservices: {s"+fmt.Sprint(i)+
			": {image: x}}\n")
	}
	write(t, dir, "f20.yaml", "services: {z: {image: x}}\n")
	_, err := Load(context.Background(), []string{filepath.Join(dir, "f0.yaml")}, Options{Env: noEnv, Root: dir})
	if err == nil || !strings.Contains(err.Error(), "files are included or extended") {
		t.Errorf("error %v", err)
	}
}

func TestFilesThatAreNoFilesAreNotOpened(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
include: [/dev/zero]
services: {a: {image: x}}
`)
	if err := loadErr(t, dir); !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
	dir = tree(t, `
-- compose.yaml --
services: {a: {image: x, env_file: /dev/zero, label_file: /dev/zero}}
`)
	if h := load(t, dir); len(h.Problems) == 0 {
		t.Error("no problem")
	}
}

func TestManyLabels(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	b.WriteString("services:\n  a:\n    image: x\n    labels:\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "      - traefik.http.routers.r%d.rule=Host(`h`)\n", i)
	}
	write(t, dir, "compose.yaml", b.String())
	start := time.Now()
	h := load(t, dir)
	if n := len(service(t, h, "a").Labels); n != 50_000 {
		t.Errorf("%d labels", n)
	}
	if took := time.Since(start); took > slow {
		t.Errorf("took %v", took)
	}
}

// What stands in .env, env_file and environment never shows in a warning or an error.
func TestValuesStayInside(t *testing.T) {
	const canary = "canary-5f1c"
	dir := tree(t, `
-- .env --
SECRET=`+canary+`
"BROKEN `+canary+`
-- app.env --
TOKEN `+canary+`
-- compose.yaml --
services:
  a:
    image: x
    env_file: [app.env, lost.env]
    environment: {P: "`+canary+`"}
    ports: ["${UNSET}:x"]
    volumes: ["a:b:c:d:`+canary+`"]
    command: "unbalanced ' `+canary+`"
    build: {context: "https://user:`+canary+`@example.com/x.git"}
`)
	h := load(t, dir)
	var all strings.Builder
	for _, p := range h.Problems {
		fmt.Fprintln(&all, p.Path, p.Err, p.Err.Hint)
	}
	for _, w := range h.Warnings {
		fmt.Fprintln(&all, w.Text, w.Location)
	}
	if len(h.Problems) < 3 {
		t.Errorf("only these problems:\n%s", all.String())
	}
	if strings.Contains(all.String(), canary) || strings.Contains(service(t, h, "a").Build.Context, canary) {
		t.Errorf("a value shows:\n%s%s", all.String(), service(t, h, "a").Build.Context)
	}
	if strings.Contains(fmt.Sprintf("%v", service(t, h, "a").Environment), canary) {
		t.Error("printing the environment shows its values")
	}
}
