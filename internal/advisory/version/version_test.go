package version

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/semantic"

	"github.com/drydock/drydock/internal/testenv"
)

// Each corpus is a file of lines "a < b" or "a = b", named by its ecosystem.
func TestCorpora(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 16 {
		t.Fatalf("%d corpora, %v", len(files), err)
	}
	for _, file := range files {
		eco := strings.TrimSuffix(filepath.Base(file), ".txt")
		o, ok := For(eco)
		if !ok {
			t.Errorf("%s: no order", eco)
			continue
		}
		for _, l := range corpus(t, file) {
			got, err1 := o.Compare(l.a, l.b)
			back, err2 := o.Compare(l.b, l.a)
			if got != l.want || back != -l.want || err1 != nil || err2 != nil {
				t.Errorf("%s: %q and %q: %d and back %d, want %d; %v %v", eco, l.a, l.b, got, back, l.want, err1, err2)
			}
		}
	}
}

type pair struct {
	a, b string
	want int
}

func corpus(t testing.TB, file string) []pair {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []pair
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		f := strings.Fields(sc.Text())
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 3 || f[1] != "<" && f[1] != "=" {
			t.Fatalf("%s: %q", file, sc.Text())
		}
		out = append(out, pair{f[0], f[2], map[string]int{"<": -1, "=": 0}[f[1]]})
	}
	return out
}

// random builds versions from words, seeded, so that a failure can be seen again.
func random(words ...string) func() string {
	r := rand.New(rand.NewPCG(1, 2))
	return func() string {
		var b strings.Builder
		for _, w := range words {
			choices := strings.Split(w, "|")
			b.WriteString(choices[r.IntN(len(choices))])
		}
		return b.String()
	}
}

var (
	debianVersions = random("|||1:|0:|2:", "0|1|2|10|2023", "|.|.0|.1|.10|a|b1|~|~rc1|~~|+|+dfsg|-|z",
		"|.0|.9|1|~a|+b|g", "|||-1|-0|-1+deb12u1|-1+deb12u10|-1~bpo1|-1.1|-~", "||+b1|~")
	pypiVersions = random("|||1!|0!|v", "0|1|2|10|2023", "|.0|.1|.10|.0.0",
		"|||a1|b2|rc1|.alpha|-beta.3|_pre|c0|preview1", "|||.post1|-1|.rev2|post|r3", "|||.dev1|dev|-dev2", "")
	npmVersions = random("0|1|2|10", ".0|.1|.9|.10", ".0|.1|.10",
		"|||-0|-alpha|-alpha.1|-alpha.beta|-beta.11|-beta.2|-rc1|-rc.1|-1.x-y", "||+build|+1.2")
)

// TestAgainstDpkg compares with dpkg itself.
func TestAgainstDpkg(t *testing.T) {
	dpkg := testenv.Tool(t, "dpkg")
	pairs := corpus(t, "testdata/Debian.txt")
	for range 300 {
		pairs = append(pairs, pair{a: debianVersions(), b: debianVersions()})
	}
	for _, p := range pairs {
		want := 0
		switch {
		case exec.Command(dpkg, "--compare-versions", p.a, "lt", p.b).Run() == nil:
			want = -1
		case exec.Command(dpkg, "--compare-versions", p.a, "gt", p.b).Run() == nil:
			want = 1
		}
		got, err := Order{debian}.Compare(p.a, p.b)
		if err != nil || got != want {
			t.Errorf("%q and %q: %d, dpkg says %d; %v", p.a, p.b, got, want, err)
		}
	}
}

// ask has a program compare pairs, given a line each, and reads -1, 0 or 1 a line.
func ask(t *testing.T, eco string, next func() string, tool string, args ...string) {
	t.Helper()
	o, _ := For(eco)
	var in strings.Builder
	var pairs []pair
	pairs = append(pairs, corpus(t, "testdata/"+eco+".txt")...)
	for range 3000 {
		pairs = append(pairs, pair{a: next(), b: next()})
	}
	for _, p := range pairs {
		fmt.Fprintf(&in, "%s %s\n", p.a, p.b)
	}
	cmd := exec.Command(tool, args...)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("absent: %s cannot compare: %v", tool, err)
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(pairs) {
		t.Fatalf("%d answers to %d pairs", len(answers), len(pairs))
	}
	compared := 0
	for i, p := range pairs {
		if answers[i] == "x" { // not a version to the tool
			continue
		}
		compared++
		if got, err := o.Compare(p.a, p.b); err != nil || fmt.Sprint(got) != answers[i] {
			t.Errorf("%q and %q: %d, %s says %s; %v", p.a, p.b, got, tool, answers[i], err)
		}
	}
	if compared < 2000 {
		t.Errorf("only %d pairs were compared", compared)
	}
}

// TestAgainstPackaging compares with the library that pip uses. A local part on one side only does not count here.
func TestAgainstPackaging(t *testing.T) {
	ask(t, "PyPI", pypiVersions, testenv.Tool(t, "python3"), "-c", `
import sys
try:
    from packaging.version import Version
except ImportError:
    from pip._vendor.packaging.version import Version
for line in sys.stdin:
    a, b = line.split()
    try:
        a, b = Version(a), Version(b)
    except Exception:
        print("x"); continue
    if bool(a.local) != bool(b.local): a, b = Version(a.public), Version(b.public)
    print((a > b) - (a < b))
`)
}

// TestAgainstNodeSemver compares with the module that npm brings along.
func TestAgainstNodeSemver(t *testing.T) {
	ask(t, "npm", npmVersions, testenv.Tool(t, "node"), "-e", `
const path = require('path'), fs = require('fs'), cp = require('child_process')
const npm = fs.realpathSync(cp.execSync('command -v npm', {encoding: 'utf8'}).trim())
const semver = require(path.join(npm, '..', '..', 'node_modules', 'semver'))
for (const line of fs.readFileSync(0, 'utf8').trim().split('\n')) {
  const [a, b] = line.split(' ')
  console.log(semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : 'x')
}`)
}

// TestAgainstMaven compares the corpus with Maven's own library, which prints each version with its relation to the
// next.
func TestAgainstMaven(t *testing.T) {
	java := testenv.Tool(t, "java")
	jar := "/usr/share/java/maven-artifact-3.x.jar"
	if _, err := os.Stat(jar); err != nil {
		t.Skip("absent: maven-artifact (Debian's libmaven3-core-java)")
	}
	o, _ := For("Maven")
	for _, p := range corpus(t, "testdata/Maven.txt") {
		out, err := exec.Command(java, "-cp", jar+":/usr/share/java/commons-lang3.jar:/usr/share/java/plexus-utils.jar",
			"org.apache.maven.artifact.versioning.ComparableVersion", p.a, p.b).Output()
		if err != nil {
			t.Skipf("absent: maven-artifact does not run: %v", err)
		}
		want := 0
		switch {
		case strings.Contains(string(out), p.a+" < "+p.b):
			want = -1
		case strings.Contains(string(out), p.a+" > "+p.b):
			want = 1
		}
		if got, err := o.Compare(p.a, p.b); got != want || err != nil {
			t.Errorf("%q and %q: %d, Maven says %d; %v", p.a, p.b, got, want, err)
		}
	}
}

// TestAgainstLibrary compares our own orders with osv-scalibr's, which are slower and agree where both are right.
func TestAgainstLibrary(t *testing.T) {
	rpms := random("||1:|2:", "1|2|10|1a|a1", "|.0|.10|_1|~rc1|^git1|.a", "-1|-2|-10", "|.el9|.el9_1|.el9_10|+b")
	for eco, next := range map[string]func() string{"Debian": debianVersions, "PyPI": pypiVersions, "npm": npmVersions,
		"AlmaLinux": rpms} {
		o, _ := For(eco)
		for range 3000 {
			a, b := next(), next()
			v, err1 := semantic.Parse(a, eco)
			w, err2 := semantic.Parse(b, eco)
			if err1 != nil || err2 != nil {
				continue
			}
			want, _ := v.Compare(w)
			if got, err := o.Compare(a, b); err != nil || got != want {
				t.Errorf("%s: %q and %q: %d, the library says %d; %v", eco, a, b, got, want, err)
			}
		}
	}
}

func TestNoVersion(t *testing.T) {
	for eco, v := range map[string]string{"Debian": "x:1", "npm": "latest", "PyPI": "2.6.0-NA", "AlmaLinux": "",
		"Go": "(devel)", "crates.io": strings.Repeat("1", maxLen+1)} {
		o, _ := For(eco)
		if _, err := o.Parse(v); err == nil {
			t.Errorf("%s: %.20q is a version", eco, v)
		}
	}
	if _, ok := For("Nowhere"); ok {
		t.Error("an unknown ecosystem has an order")
	}
	a, _ := Order{debian}.Parse("1")
	b, _ := SemVer.Parse("1")
	if _, err := a.Compare(b); err == nil {
		t.Error("versions of two ecosystems were compared")
	}
}

// Comparing must not fail, and must be antisymmetric, for whatever is a version.
func FuzzCompare(f *testing.F) {
	names := []string{"Alpine", "AlmaLinux", "Bitnami", "CRAN", "Debian", "Go", "Hackage", "Maven", "NuGet",
		"Packagist", "Pub", "PyPI", "RubyGems", "npm"}
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		for _, p := range corpus(f, file) {
			f.Add(p.a, p.b)
		}
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, n := range names {
			o, ok := For(n)
			if !ok {
				t.Fatal(n)
			}
			x, err1 := o.Compare(a, b)
			y, err2 := o.Compare(b, a)
			if (err1 == nil) != (err2 == nil) {
				t.Errorf("%s: %q and %q: %v, back %v", n, a, b, err1, err2)
			}
			own := map[string]bool{"AlmaLinux": true, "Bitnami": true, "Debian": true, "Go": true, "PyPI": true,
				"npm": true}
			if own[n] && x != -y {
				t.Errorf("%s: %q and %q: %d, back %d", n, a, b, x, y)
			}
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	for eco, p := range map[string][2]string{"Debian": {"7.88.1-10+deb12u7", "7.88.1-10+deb12u14"},
		"PyPI": {"2023.7.22", "2024.2.2"}, "npm": {"1.0.0-beta.2", "1.0.0-beta.11"},
		"AlmaLinux": {"1:3.0.1-41.el9_0", "1:3.0.1-47.el9_1"}} {
		o, _ := For(eco)
		v, err := o.Parse(p[0])
		if err != nil {
			b.Fatal(err)
		}
		w, err := o.Parse(p[1])
		if err != nil {
			b.Fatal(err)
		}
		b.Run(eco, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Compare(w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
