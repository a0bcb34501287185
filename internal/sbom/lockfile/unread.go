package lockfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// unread is a lockfile or manifest that is recognised by its name and not read: what it lists is not known, which must
// not read as if there was nothing. beside are files of which one says the same in a form that is read, or that the
// name needs beside it to be told from others (after "+").
type unread struct {
	name, suffix string // the whole name, or its end
	what         string
	saidBy       []string // said already by one of these, in the folder or one above
	needs        string   // told from others of its name by this file beside it
	// holds is what its text has where it lists packages at all; nil for one that always does
	holds *lazyregexp.Regexp
}

var notRead = []unread{
	{name: "deno.json", what: "Deno's manifest", saidBy: []string{"deno.lock"}, holds: denoImports},
	{name: "deno.jsonc", what: "Deno's manifest", saidBy: []string{"deno.lock"}, holds: denoImports},
	{name: "bower.json", what: "Bower's manifest"},
	{name: "conda-lock.yml", what: "conda-lock's lockfile"},
	{name: "pixi.lock", what: "pixi's lockfile"},
	{name: "pixi.toml", what: "pixi's manifest", saidBy: []string{"pixi.lock"}}, // which is told instead
	{name: "go.sum", what: "Go's list of checksums", saidBy: []string{"go.mod", "go.work"}},
	{name: "Gopkg.lock", what: "dep's lockfile", saidBy: []string{"go.mod"}},
	{name: "glide.lock", what: "Glide's lockfile", saidBy: []string{"go.mod"}},
	{suffix: ".gemspec", what: "a gem's specification", saidBy: []string{"Gemfile.lock", "gems.locked"}},
	{name: "Podfile.lock", what: "CocoaPods' lockfile"},
	{name: "Podfile", what: "CocoaPods' manifest", saidBy: []string{"Podfile.lock"}},
	{name: "Cartfile.resolved", what: "Carthage's lockfile"},
	{name: "Package.swift", what: "Swift's manifest", saidBy: []string{"Package.resolved"}},
	{name: "pubspec.yaml", what: "Dart's manifest", saidBy: []string{"pubspec.lock"}},
	{name: "mix.exs", what: "Mix's manifest", saidBy: []string{"mix.lock"}},
	{name: "rebar.lock", what: "Rebar's lockfile"},
	{name: "rebar.config", what: "Rebar's manifest", saidBy: []string{"rebar.lock"}},
	{name: "manifest.toml", what: "Gleam's lockfile", needs: "gleam.toml"},
	{name: "cpanfile", what: "Perl's manifest", saidBy: []string{"cpanfile.snapshot"}},
	{name: "cpanfile.snapshot", what: "Carton's lockfile"},
	{name: "Manifest.toml", what: "Julia's lockfile", needs: "Project.toml"},
	{name: "DESCRIPTION", what: "R's manifest", saidBy: []string{"renv.lock"}, needs: "NAMESPACE"},
	{name: "cabal.project.freeze", what: "Cabal's lockfile", saidBy: []string{"stack.yaml.lock"}},
	{suffix: ".cabal", what: "Cabal's manifest", saidBy: []string{"stack.yaml.lock", "cabal.project.freeze"}},
	{suffix: ".opam.locked", what: "opam's lockfile"},
	{suffix: ".opam", what: "opam's manifest"},
	{name: "conanfile.txt", what: "Conan's manifest", saidBy: []string{"conan.lock"}},
	{name: "conanfile.py", what: "Conan's manifest", saidBy: []string{"conan.lock"}},
	{name: "vcpkg.json", what: "vcpkg's manifest"},
	{name: "paket.lock", what: "Paket's lockfile", saidBy: []string{"packages.lock.json"}},
	{name: "build.sbt", what: "sbt's manifest"},
	{name: "deps.edn", what: "Clojure's manifest"},
	{name: "project.clj", what: "Leiningen's manifest"},
	{name: "ivy.xml", what: "Ivy's manifest"},
	{name: "maven_install.json", what: "Bazel's list of Maven packages"},
	{name: "MODULE.bazel", what: "Bazel's manifest", saidBy: []string{"maven_install.json"}},
	{name: "WORKSPACE", what: "Bazel's manifest", saidBy: []string{"maven_install.json"}, holds: bazelPackages},
	{name: "WORKSPACE.bazel", what: "Bazel's manifest", saidBy: []string{"maven_install.json"}, holds: bazelPackages},
	{suffix: ".aar", what: "an archive of Android's"},
	{suffix: ".phar", what: "an archive of PHP's"},
	{suffix: ".podspec", what: "a pod's specification", saidBy: []string{"Podfile.lock"}},
	{name: "shard.lock", what: "Shards' lockfile"},
	{name: "shard.yml", what: "Shards' manifest", saidBy: []string{"shard.lock"}},
	{name: "nimble.lock", what: "Nimble's lockfile"},
	{name: "dub.selections.json", what: "DUB's lockfile"},
	{name: "dub.json", what: "DUB's manifest", saidBy: []string{"dub.selections.json"}},
	{name: "dub.sdl", what: "DUB's manifest", saidBy: []string{"dub.selections.json"}},
	{suffix: ".rockspec", what: "LuaRocks' manifest"},
	{name: "elm.json", what: "Elm's manifest"},
	{name: "spago.lock", what: "Spago's lockfile"},
}

var (
	denoImports   = lazyregexp.New(`"(?:imports|importMap)"\s*:`)
	bazelPackages = lazyregexp.New(`\b(?:maven_install|http_archive|git_repository|go_repository|pip_parse|npm_\w+)\(`)
)

// tellUnread returns the reader that says of a file that it is not read, nil for any other file. What others wrote and
// a project carries along has manifests of its own, which say nothing of this project.
func tellUnread(name string) extract.Reader {
	if strings.Contains("/"+name, "/vendor/") || strings.Contains("/"+name, "/bower_components/") {
		return nil
	}
	base := path.Base(name)
	i := slices.IndexFunc(notRead, func(u unread) bool {
		return base == u.name || u.suffix != "" && base != u.suffix && strings.HasSuffix(base, u.suffix)
	})
	if i < 0 {
		return nil
	}
	return notRead[i].tell
}

func (u *unread) tell(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(true, u.saidBy...) || u.needs != "" && !f.Locked(false, u.needs) {
		return nil, nil
	}
	if u.holds != nil {
		if text, err := f.Bytes(); err != nil || !u.holds.Match(text) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s is not read: what it lists is not known. Name what was built from it: an image or an "+
		"SBOM", u.what)
}
