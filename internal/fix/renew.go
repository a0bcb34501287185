package fix

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/report"
)

// manager is how a package manager writes a lockfile with a package in another version. Scripts of packages are not run
// where it can be told so.
type manager struct {
	lock    string // the lockfile's name
	command []string
	each    string // what is added for a package; NAME and VERSION stand for it
	// indirect is the command for packages that the project does not name itself; nil where the first does for both,
	// empty where there is none.
	indirect []string
}

// managers are the lockfiles that only their own program writes, as its documentation has it.
var managers = []manager{
	{"package-lock.json", []string{"npm", "install", "--package-lock-only", "--ignore-scripts"}, "NAME@^VERSION",
		[]string{"npm", "update", "--package-lock-only", "--ignore-scripts"}},
	{"npm-shrinkwrap.json", []string{"npm", "install", "--package-lock-only", "--ignore-scripts"}, "NAME@^VERSION",
		[]string{"npm", "update", "--package-lock-only", "--ignore-scripts"}},
	{"yarn.lock", []string{"yarn", "upgrade", "--ignore-scripts"}, "NAME@^VERSION", []string{}},
	{
		"pnpm-lock.yaml",
		[]string{"pnpm", "update", "--lockfile-only", "--ignore-scripts", "--depth=Infinity"},
		"NAME",
		nil,
	},
	{"poetry.lock", []string{"poetry", "update", "--lock"}, "NAME", nil},
	{"uv.lock", []string{"uv", "lock"}, "--upgrade-package=NAME>=VERSION", nil},
	{"Pipfile.lock", []string{"pipenv", "upgrade", "--lock-only"}, "NAME>=VERSION", nil},
	{"go.mod", []string{"go", "get"}, "NAME@vVERSION", nil},
	{"Gemfile.lock", []string{"bundle", "lock", "--conservative", "--update"}, "NAME", nil},
	{
		"composer.lock",
		[]string{"composer", "update", "--no-install", "--no-scripts", "--with-dependencies"},
		"NAME",
		nil,
	},
	{"Cargo.lock", []string{"cargo", "update"}, "--package=NAME", nil},
}

// names that a package manager cannot take for an option or a path.
var packageName = lazyregexp.New(`^(@[A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// manifests are the files that people write beside a lockfile.
var manifests = map[string][]string{
	"package.json":   {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"},
	"pyproject.toml": {"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"},
	"Pipfile":        {"Pipfile.lock"},
	"go.mod":         {"go.sum"},
	"Gemfile":        {"Gemfile.lock"},
	"composer.json":  {"composer.lock"},
	"Cargo.toml":     {"Cargo.lock"},
}

// lockOf is the lockfile beside a manifest, which would keep the old version; "" for none.
func (g *guard) lockOf(name string) string {
	for _, lock := range manifests[path.Base(name)] {
		beside := path.Join(path.Dir(name), lock)
		if st, err := os.Stat(filepath.Join(g.root, filepath.FromSlash(beside))); err == nil &&
			st.Mode().IsRegular() {
			return beside
		}
	}
	return ""
}

// direct tells which packages the package.json beside a lockfile names; all where there is none to be read.
func (g *guard) direct(lock string) func(string) bool {
	var m struct {
		Dependencies, DevDependencies, OptionalDependencies map[string]any
	}
	beside := path.Join(path.Dir(lock), "package.json")
	if json.Unmarshal(g.text(beside), &m) != nil {
		return func(string) bool { return true }
	}
	return func(name string) bool {
		return m.Dependencies[name] != nil || m.DevDependencies[name] != nil || m.OptionalDependencies[name] != nil
	}
}

// wanted is what a lockfile is to hold.
type wanted struct {
	*manager
	versions map[string]string
	refs     []Ref
}

// renewals are the fixes that a package manager has to make, by lockfile.
func (w *work) renewals() []Fix {
	locks := map[[2]string]*wanted{} // by lockfile, and whether the project names the package itself
	for i := range w.now.Findings {
		f := &w.now.Findings[i]
		if f.Status != finding.Open || f.Package == nil || f.Advisory == nil || f.Advisory.Fixed == "" ||
			w.chosen != nil && !w.chosen(f) || !packageName.MatchString(f.Package.Name) {
			continue
		}
		lock := f.Location.Path
		if beside := w.guard.lockOf(lock); beside != "" && path.Base(lock) != "go.mod" {
			lock = beside
		}
		m := managerOf(lock)
		if m == nil {
			continue
		}
		key := [2]string{lock, ""}
		if m.indirect != nil && !w.guard.direct(lock)(f.Package.Name) {
			key[1] = "indirect"
		}
		l := locks[key]
		if l == nil {
			l = &wanted{manager: m, versions: map[string]string{}}
			locks[key] = l
		}
		l.versions[f.Package.Name] = pkgver.Higher(f.Package.PURL, l.versions[f.Package.Name], f.Advisory.Fixed)
		l.refs = append(l.refs, refOf(f))
	}
	out := []Fix{}
	keys := slices.SortedFunc(maps.Keys(locks), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	for _, key := range keys {
		out = append(out, locks[key].fix(key[0], key[1] != ""))
	}
	return out
}

// fix is the command that renews a lockfile.
func (l *wanted) fix(lock string, indirect bool) Fix {
	out := Fix{Title: fmt.Sprintf("Renew %s: %s", lock, l.names()), State: Incomplete, Findings: l.refs,
		Edits: []finding.Edit{}, Command: []string{}, Folder: path.Dir(lock)}
	command, each := l.command, l.each
	if indirect {
		command, each = l.indirect, "NAME"
		if len(command) == 0 {
			out.State = Refused
			out.Reason = "packages of the project ask for it: raise those, " + l.command[0] + " has no command for it"
			return out
		}
	}
	out.Reason = "a lockfile is written by its package manager: run the command, or give --run"
	out.Command = slices.Clone(command)
	for _, name := range slices.Sorted(maps.Keys(l.versions)) {
		out.Command = append(out.Command, strings.NewReplacer("NAME", name, "VERSION",
			strings.TrimPrefix(l.versions[name], "v")).Replace(each))
	}
	return out
}

func (l *wanted) names() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(l.versions)) {
		out = append(out, name+" "+l.versions[name])
	}
	return report.List(out, 3, "")
}

func managerOf(name string) *manager {
	for i := range managers {
		if managers[i].lock == path.Base(filepath.ToSlash(name)) {
			return &managers[i]
		}
	}
	return nil
}

// Run runs the commands that renew lockfiles, each in its folder under the project's root, and shows what they print.
// It is the one place where a program of this machine is started; the names in a command are checked, and no shell
// reads them.
func (r *Result) Run(ctx context.Context, out io.Writer) error {
	var errs []error
	for i := range r.Fixes {
		f := &r.Fixes[i]
		if f.State != Incomplete || len(f.Command) == 0 {
			continue
		}
		c := exec.CommandContext(ctx, f.Command[0], f.Command[1:]...)
		c.Dir = filepath.Join(r.root, filepath.FromSlash(f.Folder))
		c.Stdout, c.Stderr = out, out
		if err := c.Run(); err != nil {
			errs = append(errs, clierr.Input(strings.Join(f.Command, " "), "%v", err))
		}
	}
	return errors.Join(errs...)
}
