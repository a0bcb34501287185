package stages

import (
	"sort"
	"strings"
	"testing"
)

const someIndex = `Package: libc6
Essential: yes

Package: apt
Depends: libz1 (>= 1), libc6

Package: libz1

Package: libz-dev
Depends: libz1 (= 1.2), libc6-dev | libc-dev

Package: libpq-dev
Depends: libpq5 (= 15.1), libssl-dev, libpq-doc (= 15.1)
Provides: postgresql-dev

Package: libpq5

Package: libssl-dev
Depends: libssl3:amd64 (= 3.0)

Package: default-db-dev
Depends: db-compat-dev

Package: db-compat-dev
Depends: db-dev (= 1), libc6-dev

Package: db-dev
Depends: libdb3 (= 1)

Package: circle-a-dev
Depends: circle-b-dev (= 1)

Package: circle-b-dev
Depends: circle-a-dev (= 1)
`

func TestIndex(t *testing.T) {
	x := NewIndex()
	if err := x.Read(strings.NewReader(someIndex)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"libz-dev":       "", // every image holds it: apt needs it
		"libpq-dev":      "libpq5",
		"libssl-dev":     "libssl3",
		"default-db-dev": "libdb3",
		"postgresql-dev": "libpq5",
		"circle-a-dev":   "",
	} {
		got, ok := x.RuntimeDependencies(name)
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s: %v, not %s", name, got, want)
		}
	}
	if _, ok := x.RuntimeDependencies("nothing-dev"); ok {
		t.Error("a package that is not there has an answer")
	}
	if n := strings.Join(x.Names(), " "); !strings.Contains(n, "postgresql-dev") || strings.Contains(n, "libpq5") {
		t.Error(n)
	}
}

func TestRuntimeTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(runtimeTable), "\n")
	if len(lines) < 5000 {
		t.Fatalf("%d lines", len(lines))
	}
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i], _, _ = strings.Cut(l, " ")
	}
	if !sort.StringsAreSorted(names) {
		t.Fatal("not sorted")
	}
	for i := 0; i < len(lines); i += 97 { // the look-up finds lines wherever they stand
		pkg, release, _ := strings.Cut(names[i], "@")
		_, want, _ := strings.Cut(lines[i], " ")
		if got, ok := runtimeDependencies(pkg, release); !ok || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v", lines[i], got, ok)
		}
	}
	for _, c := range []struct{ pkg, release, want string }{
		{"libpq-dev", "", "libpq5"}, {"default-libmysqlclient-dev", "bookworm", "libmariadb3"}, {"libicu-dev", "trixie",
			"libicu76"}, {"zlib1g-dev", "", ""}, {"libxslt1-dev", "bookworm", "libxslt1.1"},
	} {
		if got, ok := runtimeDependencies(c.pkg, c.release); !ok || strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v %v", c, got, ok)
		}
	}
	for _, pkg := range []string{"libicu-dev", "a-dev", "zzz-dev", ""} {
		if got, ok := runtimeDependencies(pkg, ""); ok {
			t.Errorf("%s without a release: %v", pkg, got)
		}
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(someIndex)
	f.Add("Depends: a\nPackage: \nProvides: x-dev, | (=\n")
	f.Fuzz(func(t *testing.T, text string) {
		x := NewIndex()
		if x.Read(strings.NewReader(text)) != nil {
			return
		}
		for _, n := range x.Names() {
			x.RuntimeDependencies(n)
		}
	})
}
