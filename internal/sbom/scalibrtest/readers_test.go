// Package scalibrtest compares our readers of lockfiles with another project's, on that project's own files. It is a
// package of its own so that its dependencies do not weigh on fuzzing.
package scalibrtest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/csproj"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/nugetcpm"
	"github.com/google/osv-scalibr/extractor/filesystem/language/golang/gomod"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/gradleversioncatalog"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/pomxml"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/packagelockjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/pnpmlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/yarnlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/php/composerlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pdmlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pipfilelock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/poetrylock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pylock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/uvlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/ruby/gemfilelock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/rust/cargolock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/swift/packageresolved"
	scalibrfs "github.com/google/osv-scalibr/fs"

	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/testenv"
)

type newExtractor = func(*cpb.PluginConfig) (filesystem.Extractor, error)

var readers = []struct {
	folder, file string // where its files are, and what such a file is called
	make         newExtractor
}{
	{"javascript/packagelockjson", "package-lock.json", packagelockjson.New},
	{"javascript/yarnlock", "yarn.lock", yarnlock.New},
	{"javascript/pnpmlock", "pnpm-lock.yaml", pnpmlock.New},
	{"python/poetrylock", "poetry.lock", poetrylock.New},
	{"python/uvlock", "uv.lock", uvlock.New},
	{"python/pdmlock", "pdm.lock", pdmlock.New},
	{"python/pipfilelock", "Pipfile.lock", pipfilelock.New},
	{"python/pylock", "pylock.toml", pylock.New},
	{"golang/gomod", "go.mod", gomod.New},
	{"rust/cargolock", "Cargo.lock", cargolock.New},
	{"php/composerlock", "composer.lock", composerlock.New},
	{"ruby/gemfilelock", "Gemfile.lock", gemfilelock.New},
	{"dotnet/csproj", "app.csproj", csproj.New},
	{"dotnet/nugetcpm", "Directory.Packages.props", nugetcpm.New},
	{"java/gradleversioncatalog", "libs.versions.toml", gradleversioncatalog.New},
	{"java/pomxml", "pom.xml", pomxml.New},
	{"swift/packageresolved", "Package.resolved", packageresolved.New},
}

// explained are the packages that one side alone lists, by the end of the file's name, and why that is meant.
var explained = map[string]struct{ why, only string }{
	"files.v2.json":             {"a folder of the project itself, linked in", "etag 1.8.0"},
	"workspaces-object.v3.json": {"the project's own workspace", "@my-monorepo/pkg-b 2.0.0"},
	"workspaces.v3.json": {"the project's own workspaces",
		"@my-monorepo/client 1.0.0, @my-monorepo/pkg-a 1.0.0, @my-monorepo/excluded 1.0.0"},
	"exclude-root.v2.lock": {"the project's own workspace", "@ws/ansi-regex 0.0.0-use.local"},
	"pipfilelock/testdata/multiple-packages.json": {"one environment holds one version, and that of the default " +
		"section is the one that ships", "pluggy 1.0.0"},
	"two-packages-with-local.lock": {"the project itself", "local-rust-pkg 0.1.0"},
	"interpolation.xml": {"a range, of which they take the least version",
		"org.mine:ranged-package 9.4.35.v20201120"},
	"has-local-gem.lock": {"a folder of the project", "backbone-on-rails 1.2.0.0"},
}

// meant reports whether a difference is one that is meant.
func meant(file, pkg string) bool {
	name, version, _ := strings.Cut(pkg, " ")
	if version == "" || name == "stdlib" {
		return true // a commit without a version; and of the toolchain go.mod says no more than the least
	}
	for end, e := range explained {
		if strings.HasSuffix(file, "/"+end) && slices.Contains(strings.Split(e.only, ", "), pkg) {
			return true
		}
	}
	return false
}

func TestAgainstScalibr(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/osv-scalibr").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "extractor", "filesystem", "language")
	if _, err := os.Stat(root); err != nil {
		testenv.Absent(t, "osv-scalibr's own files: %v", err)
	}
	files := 0
	for _, r := range readers {
		ex, err := r.make(&cpb.PluginConfig{})
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(filepath.Join(root, r.folder, "testdata"),
			func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() || strings.Contains(path, ".license") {
					return err
				}
				data, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				theirs, err := packagesOf(ex, r.file, data)
				if err != nil {
					return nil // a file that is meant to be refused
				}
				files++
				name, _ := filepath.Rel(root, path)
				t.Run(filepath.ToSlash(name), func(t *testing.T) {
					ours, err := read(t, r.file, data)
					if err != nil {
						t.Fatal(err)
					}
					for _, p := range theirs {
						if !slices.Contains(ours, p) && !meant(path, p) {
							t.Errorf("only there: %s", p)
						}
					}
					for _, p := range ours {
						if !slices.Contains(theirs, p) && !meant(path, p) {
							t.Errorf("only here: %s", p)
						}
					}
				})
				return nil
			})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 100 {
		t.Errorf("only %d files", files)
	}
}

func packagesOf(ex filesystem.Extractor, name string, data []byte) ([]string, error) {
	dir, err := os.MkdirTemp("", "drydock-scalibr-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		return nil, err
	}
	st, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	inv, err := ex.Extract(context.Background(), &filesystem.ScanInput{FS: scalibrfs.DirFS(dir), Path: name, Info: st,
		Reader: bytes.NewReader(data)})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range inv.Packages {
		out = append(out, p.Name+" "+p.Version)
	}
	return out, nil
}

func read(t *testing.T, name string, data []byte) ([]string, error) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		return nil, err
	}
	inv, err := sbom.FromDir(context.Background(), dir, sbom.Options{})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range inv.Packages {
		if p.Range { // an address or a range, of which the others say no version
			p.Version = ""
		}
		out = append(out, p.Name+" "+p.Version)
	}
	for _, p := range inv.Problems {
		t.Logf("problem: %s: %s", p.Path, p.Reason)
	}
	return out, nil
}
