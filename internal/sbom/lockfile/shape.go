package lockfile

import (
	"errors"
	"path"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// shapes are what a lockfile or manifest has also where it names no package, by file name. One that gave no package and
// has nothing of it is not of the form that its reader knows: an empty project and a lockfile of next year's version
// must not read alike. A reader that refuses what it does not know needs no row.
var shapes = map[string]*lazyregexp.Regexp{
	"package-lock.json":   lazyregexp.New(`"(?:packages|dependencies)"\s*:|"lockfileVersion"\s*:\s*1\b`),
	"npm-shrinkwrap.json": lazyregexp.New(`"(?:packages|dependencies)"\s*:|"lockfileVersion"\s*:\s*1\b`),
	"yarn.lock":           lazyregexp.New(`(?m)^# yarn lockfile v1|^__metadata:`),
	"pnpm-lock.yaml":      lazyregexp.New(`(?m)^(?:importers|packages|dependencies|settings):`),
	"bun.lock":            lazyregexp.New(`"(?:workspaces|packages)"\s*:`),
	"Pipfile.lock":        lazyregexp.New(`"_meta"\s*:`),
	"go.mod":              lazyregexp.New(`(?m)^\s*module\s`),
	"composer.lock":       lazyregexp.New(`"packages"\s*:`),
	"Gemfile.lock":        lazyregexp.New(`(?m)^(?:GEM|GIT|PATH|PLATFORMS|DEPENDENCIES)\b`),
	"gems.locked":         lazyregexp.New(`(?m)^(?:GEM|GIT|PATH|PLATFORMS|DEPENDENCIES)\b`),
	"gradle.lockfile":     lazyregexp.New(`(?m)^empty=|^# This is a Gradle generated file`),
	"packages.lock.json":  lazyregexp.New(`"dependencies"\s*:`),
	"pubspec.lock":        lazyregexp.New(`(?m)^packages:`),
	"mix.lock":            lazyregexp.New(`^\s*%\{`),
	"renv.lock":           lazyregexp.New(`"Packages"\s*:`),
	"conan.lock":          lazyregexp.New(`"(?:requires|graph_lock)"\s*:`),
	"stack.yaml.lock":     lazyregexp.New(`(?m)^(?:packages|snapshots):`),
	"Package.resolved":    lazyregexp.New(`"(?:pins|object)"\s*:`),
	"packages.config":     lazyregexp.New(`<packages\b`),
	"pom.xml":             lazyregexp.New(`<project\b`),

	"buildscript-gradle.lockfile": lazyregexp.New(`(?m)^empty=|^# This is a Gradle generated file`),
}

// emptyRequirements has nothing but comments and options.
var emptyRequirements = lazyregexp.New(`^(?:[ \t]*(?:#.*|-.*)?\r?\n)*[ \t]*(?:#.*|-.*)?$`)

// ErrUnfamiliar is told of a file that Familiar does not know.
var ErrUnfamiliar = errors.New("no package was read: it is not of a form that is known")

// Familiar reports whether a file that gave no package is what its name says.
func Familiar(name string, f *extract.File) bool {
	text, err := f.Bytes()
	if err != nil {
		return true // the reader has said so, or there was nothing to be said
	}
	if isCompiled(path.Base(name)) && compiled(f) {
		return true
	}
	if isRequirements(name) || isCompiled(path.Base(name)) {
		return emptyRequirements.Match(text)
	}
	shape := shapes[path.Base(name)]
	return shape == nil || shape.Match(text)
}
