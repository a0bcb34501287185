// Package lockfile reads what the package managers of languages write: lockfiles and manifests, and what an installed
// package says of itself.
package lockfile

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/extractor/filesystem/language/cpp/conanlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dart/pubspec"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/packagesconfig"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/packageslockjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/elixir/mixlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/haskell/stacklock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/gradlelockfile"
	"github.com/google/osv-scalibr/extractor/filesystem/language/r/renvlock"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// declared are the readers of lockfiles and manifests, by file name: what a project says it needs. They are used on
// source trees only. In an image such a file is often a left-over of the build, and what is installed speaks for
// itself.
var declared = map[string]extract.Reader{
	"package-lock.json":   readNPMLock,
	"npm-shrinkwrap.json": readNPMLock,
	"yarn.lock":           readYarnLock,
	"pnpm-lock.yaml":      readPNPMLock,
	"bun.lock":            readBunLock,
	"bun.lockb":           readBunBinaryLock,
	"deno.lock":           readDenoLock,
	"package.json":        readPackageJSONRanges,

	"poetry.lock":    readPyLock,
	"uv.lock":        readPyLock,
	"pdm.lock":       readPyLock,
	"Pipfile.lock":   readPipfileLock,
	"pyproject.toml": readPyproject,

	"Pipfile":   readPipfile,
	"setup.py":  readSetupPy,
	"setup.cfg": readSetupCfg,

	"go.mod":        readGoMod,
	"Cargo.lock":    readCargoLock,
	"composer.lock": readComposerLock,
	"Gemfile.lock":  readGemfileLock,
	"gems.locked":   readGemfileLock,
	"Cargo.toml":    readCargoToml,
	"composer.json": readComposerJSON,
	"Gemfile":       readGemfile,
	"gems.rb":       readGemfile,

	"pom.xml":                     readPOM,
	"gradle.lockfile":             extract.Scalibr(gradlelockfile.New),
	"buildscript-gradle.lockfile": extract.Scalibr(gradlelockfile.New),
	"build.gradle":                readGradle,
	"build.gradle.kts":            readGradle,
	"Directory.Packages.props":    readNuGetProject,
	"Directory.Build.props":       readNuGetProject,
	"Directory.Build.targets":     readNuGetProject,
	"packages.lock.json":          extract.Scalibr(packageslockjson.New),
	"packages.config":             extract.Scalibr(packagesconfig.New),
	"pubspec.lock":                extract.Scalibr(pubspec.New),
	"mix.lock":                    extract.Scalibr(mixlock.New),
	"renv.lock":                   extract.Scalibr(renvlock.New),
	"conan.lock":                  extract.Scalibr(conanlock.New),
	"stack.yaml.lock":             extract.Scalibr(stacklock.New),
	"Package.resolved":            readPackageResolved,
}

// Readers lists the files of a source tree that have a reader, by name or by an example of their pattern.
func Readers() []string {
	names := append(slices.Sorted(maps.Keys(declared)),
		"requirements.txt", "requirements.in", "pylock.toml", "app.csproj",
		"gradle/dependency-locks/compileClasspath.lockfile")
	for i := range notRead {
		if u := &notRead[i]; u.needs == "" && u.holds == nil {
			names = append(names, cmp.Or(u.name, "app"+u.suffix))
		}
	}
	return names
}

// Project gives the readers of one tree's files. Those of Maven share what they parsed of it.
type Project struct{ poms *pomTree }

// Reader returns the reader for a lockfile or manifest of the tree, nil if the file is neither.
func (p *Project) Reader(name string) extract.Reader {
	if path.Base(name) != "pom.xml" {
		return ReaderOf(name)
	}
	return asUTF8(func(f *extract.File) ([]inventory.Package, error) {
		if p.poms == nil {
			p.poms = newPOMTree(f.Tree)
		}
		return p.poms.project(f)
	})
}

// ReaderOf returns the reader for a lockfile or manifest, in whatever encoding, nil if the file is neither.
func ReaderOf(name string) extract.Reader {
	if r := byName(name); r != nil {
		return asUTF8(r)
	}
	return nil
}

func byName(name string) extract.Reader {
	base := path.Base(name)
	if r := declared[base]; r != nil {
		return r
	}
	switch {
	case isRequirements(name):
		return readRequirements
	case isPylockToml(name):
		return readPylockToml
	case strings.HasSuffix(base, ".csproj"), strings.HasSuffix(base, ".fsproj"), strings.HasSuffix(base, ".vbproj"):
		return readNuGetProject
	case strings.HasSuffix(base, ".versions.toml"):
		return readVersionCatalogue
	case isCondaEnvironment(base):
		return readCondaEnvironment
	case isCompiled(base):
		return readCompiled
	case isGradleLock(name):
		return readGradleLock
	case carried[path.Ext(base)].name != nil:
		return readCarried
	}
	return tellUnread(name)
}
