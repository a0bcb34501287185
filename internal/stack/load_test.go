package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/testenv"
)

// tree writes the files of a txtar archive to a new folder.
func tree(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		p := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t testing.TB, dir string, args ...string) *Host {
	t.Helper()
	for i := range args {
		args[i] = filepath.Join(dir, args[i])
	}
	if len(args) == 0 {
		args = []string{dir}
	}
	h, err := Load(context.Background(), args, Options{Env: noEnv, Root: dir})
	if err != nil {
		t.Fatalf("%v (%s)", err, clierr.Hint(err))
	}
	return h
}

func service(t testing.TB, h *Host, name string) Service {
	t.Helper()
	for _, s := range h.Stacks {
		for _, svc := range s.Services {
			if svc.Name == name {
				return svc
			}
		}
	}
	t.Fatalf("no service %q", name)
	return Service{}
}

func label(t testing.TB, s Service, key string) Label {
	t.Helper()
	for _, l := range s.Labels {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("service %s has no label %q", s.Name, key)
	return Label{}
}

// source returns the text that a location covers.
func source(t testing.TB, dir string, l finding.Location) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, l.Path))
	if err != nil {
		t.Fatal(err)
	}
	if l.EndLine != l.Line {
		t.Fatalf("%+v does not end on its line", l)
	}
	line := []rune(strings.Split(string(b), "\n")[l.Line-1])
	return string(line[l.Column-1 : l.EndColumn-1])
}

func TestShopReads(t *testing.T) {
	dir := filepath.Join(testenv.Root(), "examples", "shop")
	h, err := Load(context.Background(), []string{dir}, Options{Env: noEnv, Root: testenv.Root()})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Problems) > 0 {
		t.Errorf("problems: %+v", h.Problems)
	}
	var names []string
	h.Services(func(_ *Stack, s *Service) { names = append(names, s.Name) })
	if want := []string{"traefik", "storefront", "insights", "reports", "db", "cache"}; !slices.Equal(names, want) {
		t.Errorf("services %v, want %v", names, want)
	}
	s := service(t, h, "insights")
	l := label(t, s, "traefik.http.routers.numbers-https.middlewares")
	if got := source(t, testenv.Root(), l.Location); got != "traefik.http.routers.numbers-https.middlewares=secured" {
		t.Errorf("location covers %q", got)
	}
	if got := source(t, testenv.Root(), l.ValueLoc); got != "secured" {
		t.Errorf("value location covers %q", got)
	}
	if s.Build == nil || s.Build.Dockerfile != filepath.Join(dir, "insights", "Dockerfile") {
		t.Errorf("build %+v", s.Build)
	}
	if n := h.Stacks[0].Networks["web"]; n.Name != "shop-web" || n.External {
		t.Errorf("network %+v", n)
	}
	if len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0].Text, "DB_PASSWORD") {
		t.Errorf("warnings %+v", h.Warnings)
	}
}

func TestLocationsOfLabelsInEveryForm(t *testing.T) {
	const doc = `
-- compose.yaml --
services:
  list:
    image: x
    labels:
      - plain=one
      - "dou\"ble=tw\u00f6 x"
      - 'sin''gle=thr''ee'
      - "é=ü"   # a comment
      - bare
      - "${K:-a=b}=v"
  map:
    image: x
    labels:
      plain: one
      "quoted": "two"
      number: 8080
      yes: true
      "float": 1.50
      nothing:
`
	dir := tree(t, doc)
	h := load(t, dir)
	type want struct{ key, value, raw, loc, valueLoc string }
	for name, wants := range map[string][]want{
		"list": {
			{"plain", "one", "one", "plain=one", "one"},
			{`dou"ble`, "twö x", "twö x", `"dou\"ble=tw\u00f6 x"`, `tw\u00f6 x`},
			{"sin'gle", "thr'ee", "thr'ee", `'sin''gle=thr''ee'`, `thr''ee`},
			{"é", "ü", "ü", `"é=ü"`, "ü"},
			{"bare", "", "", "bare", "bare"},
			{"a", "b=v", "v", `"${K:-a=b}=v"`, "v"},
		},
		"map": {
			{"plain", "one", "one", "plain", "one"},
			{"quoted", "two", "two", `"quoted"`, `"two"`},
			{"number", "8080", "8080", "number", "8080"},
			{"yes", "true", "true", "yes", "true"},
			{"float", "1.5", "1.50", `"float"`, "1.50"},
		},
	} {
		s := service(t, h, name)
		for i, w := range wants {
			l := s.Labels[i]
			got := want{l.Key, l.Value, l.RawValue, source(t, dir, l.Location), source(t, dir, l.ValueLoc)}
			if got != w {
				t.Errorf("%s label %d:\n got %q\nwant %q", name, i, got, w)
			}
			if l.List != (name == "list") {
				t.Errorf("%s label %d: list %t", name, i, l.List)
			}
		}
	}
}

func TestDuplicateLabelsStay(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
services:
  a:
    image: x
    labels:
      - k=first
      - other=1
      - k=second
-- over.yaml --
services:
  a:
    labels:
      k: third
`)
	h := load(t, dir, "compose.yaml")
	var values []string
	for _, l := range service(t, h, "a").Labels {
		values = append(values, l.Key+"="+l.Value)
	}
	if want := []string{"k=first", "other=1", "k=second"}; !slices.Equal(values, want) {
		t.Errorf("one file: %v, want %v", values, want)
	}
	h, err := Load(context.Background(), nil, Options{Env: noEnv, Root: dir,
		Files: []string{filepath.Join(dir, "compose.yaml"), filepath.Join(dir, "over.yaml")}})
	if err != nil {
		t.Fatal(err)
	}
	values = nil
	for _, l := range service(t, h, "a").Labels {
		values = append(values, l.Key+"="+l.Value+" "+l.Location.Path)
	}
	if want := []string{"other=1 compose.yaml", "k=third over.yaml"}; !slices.Equal(values, want) {
		t.Errorf("two files: %v, want %v", values, want)
	}
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func readAll(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWindowsLineEndsAndMarks(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "\ufeffname: shop\r\nservices:\r\n  a:\r\n    image: x\r\n    labels:\r\n      - "+
		"k=value\r\n      - \"q=quoted\"\r\n")
	h := load(t, dir)
	if h.Stacks[0].Name != "shop" || len(h.Problems) > 0 {
		t.Errorf("name %q, problems %v", h.Stacks[0].Name, h.Problems)
	}
	for i, want := range []string{"compose.yaml:6:11 to 16", "compose.yaml:7:12 to 18"} {
		l := service(t, h, "a").Labels[i]
		if got := fmt.Sprintf("%s to %d", l.ValueLoc, l.ValueLoc.EndColumn); got != want {
			t.Errorf("label %d at %s, want %s", i, got, want)
		}
		if l.Value != []string{"value", "quoted"}[i] {
			t.Errorf("label %d is %q", i, l.Value)
		}
	}
}

// A job is a container that ends: what its image holds ships as well.
func TestJobs(t *testing.T) {
	dir := tree(t, `
-- compose.yaml --
services:
  app: {image: "nginx:1.25"}
jobs:
  migrate:
    image: acme/migrate:1
    triggers: {manual: true}
    networks: [back]
  seed:
    build: ./seed
    triggers: {manual: true}
  app: {image: "other"}
  odd: [1]
networks:
  back: {}
-- seed/Dockerfile --
FROM x
`)
	h := load(t, dir)
	var got []string
	h.Services(func(_ *Stack, s *Service) {
		got = append(got, s.Name+" "+s.Image)
		if s.Name == "seed" && (s.Build == nil || filepath.Base(s.Build.Context) != "seed") {
			t.Errorf("build %+v", s.Build)
		}
	})
	if s := strings.Join(got, "|"); s != "app nginx:1.25|migrate acme/migrate:1|seed " {
		t.Error(s)
	}
}
