package binary

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/testenv"
)

// buildGo builds a program of a module in a folder of the test's own and reads it.
func buildGo(t *testing.T, module, source string, flags ...string) []inventory.Package {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                 "module " + module + "\n\ngo 1.21\n",
		"main.go":                source,
		"pkg/version/version.go": "package version\n\nvar Version = \"dev\"\n",
		"cmd/cmd.go":             "package cmd\n\nvar ReleaseTag = \"DEVELOPMENT.GOGET\"\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", append([]string{"build", "-o", "program"}, append(flags, ".")...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "program"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ps, err := readGoBinary(f)
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

const printsVersion = `package main

import "MODULE/pkg/version"

var version_ = "dev"

func main() { println("Version:", version.Version, version_) }
`

// What the linker told a program of its version is found, however it was built.
func TestGoProgramsOwnVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	const traefik = "github.com/traefik/traefik/v2"
	const set = "-X " + traefik + "/pkg/version.Version="
	for _, c := range []struct {
		name, module, source, want string
		flags                      []string
	}{
		{"flags", traefik, printsVersion, "2.10.4",
			[]string{"-ldflags", "-s -w " + set + "2.10.4 -X " + traefik + "/pkg/version.Codename=saintmarcelin"}},
		{"quoted", traefik, printsVersion, "2.10.4",
			[]string{"-ldflags", "-X '" + traefik + "/pkg/version.Version=v2.10.4'"}},
		{"symbols", traefik, printsVersion, "2.10.4", []string{"-trimpath", "-ldflags", set + "2.10.4"}},
		{"stripped", traefik, printsVersion, "2.10.4", []string{"-trimpath", "-ldflags", "-s -w " + set + "2.10.4"}},
		{"position-independent", traefik, printsVersion, "3.0.0-rc1",
			[]string{"-trimpath", "-buildmode=pie", "-ldflags", "-s -w " + set + "v3.0.0-rc1"}},
		{"described", traefik, printsVersion, "2.10.4",
			[]string{"-trimpath", "-ldflags", "-s -w " + set + "v2.10.4-14-gabcdef0-dirty"}},
		{"not told", traefik, printsVersion, "", []string{"-trimpath"}},
		{"no version", traefik, printsVersion, "", []string{"-trimpath", "-ldflags", set + "main"}},
		{"contradicts itself", traefik, printsVersion, "",
			[]string{"-trimpath", "-ldflags", "-s -w " + set + "2.10.4 -X main.version_=2.9.0"}},
		{"another's variable", traefik, printsVersion, "", []string{"-ldflags", "-X runtime.Version=2.10.4"}},
		{"main.version", "code.gitea.io/gitea",
			"package main\n\nvar Version = \"dev\"\n\nfunc main() { println(Version) }\n", "1.20.2",
			[]string{"-trimpath", "-ldflags", "-s -w -X main.Version=1.20.2+7-gabcdef0"}},
		{"a release's time", "github.com/minio/minio",
			"package main\n\nimport \"github.com/minio/minio/cmd\"\n\nfunc main() { println(cmd.ReleaseTag) }\n",
			"0.0.0-20230721211244-000000000000",
			[]string{"-trimpath", "-ldflags",
				"-s -w -X github.com/minio/minio/cmd.ReleaseTag=RELEASE.2023-07-21T21-12-44Z"}},
		{"the module's numbers", "github.com/prometheus/prometheus",
			"package main\n\nvar version = \"\"\n\nfunc main() { println(version) }\n",
			"0.45.1", []string{"-ldflags", "-X main.version=2.45.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ps := buildGo(t, c.module, strings.ReplaceAll(c.source, "MODULE", c.module), c.flags...)
			for _, p := range ps {
				if p.Name == c.module {
					if p.Version != c.want || p.Range {
						t.Errorf("version %q, want %q", p.Version, c.want)
					}
					return
				}
			}
			t.Errorf("the program itself is not listed: %+v", ps)
		})
	}
}

func TestLinkerValues(t *testing.T) {
	got := strings.Join(
		linkerValues(`-s -w -X a.b=1 -X "c.d=x y" -X=e.f=2 "-X g.h=3" -extldflags '-static -X no.no=1' -X`), "|")
	if want := "a.b=1|c.d=x y|e.f=2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOwnSymbol(t *testing.T) {
	for _, c := range []struct {
		module, symbol string
		want           bool
	}{
		{"github.com/a/b/v2", "github.com/a/b/v2/pkg/version.Version", true},
		{"github.com/a/b/v2", "github.com/a/b/pkg/version.Version", true},
		{"github.com/a/b", "main.VERSION", true},
		{"github.com/a/b", "main.build_version", true},
		{"github.com/a/b", "github.com/prometheus/common/version.Version", true},
		{"github.com/a/b", "github.com/a/bc/version.Version", false},
		{"github.com/a/b", "github.com/x/y/version.Version", false},
		{"github.com/a/b", "main.goVersion", false},
		{"github.com/a/b", "Version", false},
		{"", "github.com/x/y.Version", false},
	} {
		if got := ownSymbol(c.module, c.symbol); got != c.want {
			t.Errorf("%s in %s: %v", c.symbol, c.module, got)
		}
	}
}

// Traefik as its makers built it, where the machine has it.
func TestTraefiksOwnVersion(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a program of linux")
	}
	for name, want := range map[string]string{"traefik": "3.7.15", "traefik-3.0.4": "3.0.4"} {
		path := testenv.Tool(t, name)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := buildinfo.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		info.Main.Version = "(devel)" // as toolchains before 1.24 have it
		ps := ownModule(f, info)
		if len(ps) != 1 || ps[0].Version != want {
			t.Errorf("%s: %+v", name, ps)
		}
	}
}
