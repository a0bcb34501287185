package lockfile

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// directOnly are the manifests that name what a project wants and never what that needs in turn. Lists of requirements
// and conda's environments are none of them: with one version each they are how teams write down all that is installed,
// as "pip freeze" and "conda env export" do.
var directOnly = []string{
	"package.json", "pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml", "composer.json", "Gemfile", "gems.rb",
	"Pipfile", "pyproject.toml", "setup.py", "setup.cfg", "Directory.Packages.props",
	"Directory.Build.props", "Directory.Build.targets",
}

var errDirectOnly = errors.New("no lockfile says what its packages need in turn: those are not known")

// DirectOnly is told of a manifest that gave packages with one version each, so that nothing of them is left to be
// said, and that no lockfile completes. A manifest with a range is told by that.
func DirectOnly(name string, ps []inventory.Package) error {
	base := path.Base(name)
	manifest := slices.Contains(directOnly, base) || strings.HasSuffix(base, ".versions.toml") ||
		slices.Contains([]string{".csproj", ".fsproj", ".vbproj"}, path.Ext(base))
	if !manifest || strings.Contains("/"+name, "/node_modules/") || len(ps) == 0 ||
		slices.ContainsFunc(ps, func(p inventory.Package) bool { return p.Range }) {
		return nil
	}
	return errDirectOnly
}
