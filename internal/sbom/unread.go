package sbom

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

const (
	bareManifest = "the short list of rpm's packages"
	wordPress    = "WordPress' folder of plugins and themes"
	moduleCache  = "Go's module cache"
)

// store is a place of packages that are not read.
type store struct{ below, suffix, name string }

// foreign are the databases and stores that are recognised and not read, by where their files are: below a folder of
// the root, or of any other folder where it begins with a star.
var foreign = []store{
	{"*/auto/", "/.packlist", "CPAN"},
	{"*/lib/luarocks/rocks", "/rock_manifest", "LuaRocks"},
	{"*/.opam-switch/packages/", "/opam", "opam"},
	{"*/.julia/packages/", "/Project.toml", "Julia's package folder"},
	{"*/.spack-db/", ".json", "Spack"},
	{"*/.yarn/cache/", ".zip", "Yarn's Plug'n'Play cache"},
	{"*/wp-content/plugins/", ".php", wordPress},
	{"*/wp-content/themes/", ".php", wordPress},
	{"*/pkg/mod/cache/download/", ".zip", moduleCache},
	{"nix/store/", "", "Nix"},
	{"gnu/store/", "", "GNU Guix"},
	{"var/db/xbps/", ".plist", "Void Linux's xbps"},
	{"var/lib/pkgtools/packages/", "", "Slackware's pkgtools"},
	{"var/log/packages/", "", "Slackware's pkgtools"},
	{"home/linuxbrew/.linuxbrew/Cellar/", "", "Homebrew"},
	{"var/db/pkg/local.sqlite", "", "FreeBSD's pkg"},
	{"var/lib/eopkg/package/", "", "Solus' eopkg"},
	{"var/lib/pisi/package/", "", "Pisi"},
	{"usr/share/clear/bundles/", "", "Clear Linux's swupd"},
	{"var/lib/snapd/snaps/", ".snap", "snap"},
	{"var/lib/flatpak/app/", "", "Flatpak"},
	{"var/db/paludis/", "", "Exherbo's Paludis"},
	{"var/db/kiss/installed/", "", "KISS Linux"},
	{"var/lib/pkg/db", "", "CRUX's pkgutils"},
	{"usr/pkg/pkgdb/", "", "pkgsrc"},
	{"usr/local/tce.installed/", "", "Tiny Core Linux"},
	{"var/lib/rpmmanifest/container-manifest-1", "", bareManifest},
	{"Files/Windows/System32/", "", "Windows"},
}

// unread tells of package databases that are there and not read, and of a distribution without any.
func (c *composer) unread() {
	found := c.foreign()
	if c.listed() {
		delete(found, bareManifest) // the list with versions stands beside it
	}
	if p := found[moduleCache]; p != "" && c.goProgram() {
		delete(found, moduleCache)
		c.inv.Remarks = append(c.inv.Remarks, inventory.Problem{Path: p,
			Reason: moduleCache + " is not read: the programs in the image tell which modules they hold"})
	}
	for name, p := range found {
		c.inv.Problems = append(c.inv.Problems, inventory.Problem{Path: p, Reason: notRead(name)})
	}
	if d := c.inv.Distro; d != nil && len(found) == 0 && !c.listed() && !c.isMissing() {
		name := d.PrettyName
		if name == "" {
			name = d.ID
		}
		c.inv.Problems = append(c.inv.Problems, inventory.Problem{Path: "etc/os-release",
			Reason: fmt.Sprintf("the image is of %s, and no package database that can be read is in it", name)})
	}
}

func notRead(name string) string {
	return name + ": its packages are not read, and nothing is known of what they bring"
}

// foreign finds one file of each database and store that is recognised.
func (c *composer) foreign() map[string]string {
	found := map[string]string{}
	for _, l := range c.layers {
		if l == nil {
			continue
		}
		for _, hidden := range [][]string{l.Hidden, l.Opaque} {
			for _, dir := range hidden {
				maps.DeleteFunc(found, func(_, p string) bool { return extract.Within(p, dir) })
			}
		}
		l.Paths.each(func(path []byte) {
			if len(path) == 0 || path[len(path)-1] == '/' {
				return
			}
			for i := range foreign {
				f := &foreign[i]
				if !f.holds(path) {
					continue
				}
				if old := found[f.name]; old == "" || string(path) < old {
					found[f.name] = string(path)
				}
			}
		})
	}
	return found
}

// holds reports whether a file lies in the store. The empty index.php that WordPress puts into its folders is none.
func (s *store) holds(path []byte) bool {
	if !bytes.HasSuffix(path, []byte(s.suffix)) || s.name == wordPress && bytes.HasSuffix(path, []byte("s/index.php")) {
		return false
	}
	if part, ok := strings.CutPrefix(s.below, "*"); ok {
		return bytes.Contains(path, []byte(part)) || bytes.HasPrefix(path, []byte(part[1:]))
	}
	return bytes.HasPrefix(path, []byte(s.below))
}

// goProgram reports whether a program of the image tells which modules of Go it holds.
func (c *composer) goProgram() bool {
	return slices.ContainsFunc(c.inv.Packages, func(p inventory.Package) bool { return p.Ecosystem == ecosystem.Go })
}

// listed reports whether a distribution's database named any package.
func (c *composer) listed() bool {
	any := false
	c.seen(func(_ int, f *extract.Facts) {
		any = any || f.DB != nil && f.DB.Kind != "copyright" && len(f.DB.Packages) > 0
	})
	return any
}

// isMissing reports whether the absence of a database was told already.
func (c *composer) isMissing() bool {
	for _, p := range c.inv.Problems {
		if p.Missing || p.Database {
			return true
		}
	}
	return false
}

// dark tells of an image with programs of which no package explains any.
func (c *composer) dark() {
	w := c.inv.Completeness
	if w.ExecutableBytes == 0 || w.ExplainedBytes > 0 {
		return
	}
	first := w.Unexplained[0].Path
	reason := "a program that tells nothing of what it was made of, and no package does"
	if n := len(w.Unexplained); n > 1 {
		reason = fmt.Sprintf("of %d programs, this the largest, none tells what it was made of, and no package does", n)
	}
	c.inv.Problems = append(c.inv.Problems, inventory.Problem{Path: first, Reason: reason})
}
