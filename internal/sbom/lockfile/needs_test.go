package lockfile

import (
	"slices"
	"testing"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Each lockfile that says who needs whom is read for it: without an image nothing else tells.
func TestLockfilesTellWhatIsNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		read func(*extract.File) ([]inventory.Package, error)
		text string
	}{
		"package-lock.json": {readNPMLock, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}},
			"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^2"}}, "node_modules/b": {"version": "2.0.0"}}}`},
		"npm-shrinkwrap.json": {readNPMLock, `{"lockfileVersion": 1, "requires": true, "dependencies": {
			"a": {"version": "1.0.0", "requires": {"b": "^2"}}, "b": {"version": "2.0.0"}}}`},
		"yarn.lock": {readYarnLock, "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^2\"\n\n" +
			"b@^2:\n  version \"2.0.0\"\n"},
		"pnpm-lock.yaml": {readPNPMLock, "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: x}}\n" +
			"  b@2.0.0: {resolution: {integrity: y}}\nsnapshots:\n  a@1.0.0: {dependencies: {b: 2.0.0}}\n  b@2.0.0: {}\n"},
		"poetry.lock": {readPyLock, "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[package.dependencies]\nB = \">=2\"\n" +
			"[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n"},
		"uv.lock": {readPyLock, "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [{ name = \"b\" }]\n" +
			"[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n"},
	} {
		f := &extract.File{Path: name, Size: int64(len(c.text)), Data: []byte(c.text)}
		packages, err := c.read(f)
		if err != nil || len(packages) != 2 {
			t.Errorf("%s: %v %+v", name, err, packages)
			continue
		}
		for _, p := range packages {
			has := slices.ContainsFunc(p.Requires, func(q inventory.Requirement) bool { return q.Name == "b" })
			if has != (p.Name == "a") {
				t.Errorf("%s: %s needs %v", name, p.Name, p.Requires)
			}
		}
	}
}
