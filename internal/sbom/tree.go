package sbom

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
)

// maxTreeFiles bounds a source tree; the largest public repositories hold a fifth of it.
const maxTreeFiles = 2_000_000

// FromDir finds the packages of a source tree or build context: what its lockfiles say, and what its manifests want
// where no lockfile stands beside them (Range is set then). Installed packages (node_modules, virtual environments) are
// read only where no lockfile or manifest stands for them: they are what one developer's machine holds, and an image
// installs its own.
//
// Paths are relative to dir. The error is a clierr.Input; what is wrong with single files is told in Problems.
func FromDir(ctx context.Context, dir string, opt Options) (*inventory.Inventory, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, clierr.InputErr(dir, errors.Unwrap(err)).WithHint("Name a folder that can be read.")
	}
	defer root.Close()
	t := &tree{fs: root.FS(), inv: &inventory.Inventory{Target: dir}, hidden: opt.Hidden}
	if t.hidden != nil {
		t.fs = hidingFS{root.FS(), t.hidden}
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return t.visit(name, d, err, &opt)
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, clierr.InputErr(dir, err)
	}
	t.inv.Packages = merge(t.inv.Packages)
	sortProblems(t.inv.Problems)
	return t.inv, nil
}

type tree struct {
	fs      fs.FS // what readers see
	inv     *inventory.Inventory
	hidden  func(string) bool // nil for nothing
	project lockfile.Project

	wordPress bool // plugins of it were told of
}

// hidingFS is a build context as the build sees it: a reader that looks for a file beside its own finds none that is
// hidden.
type hidingFS struct {
	fs.FS
	hidden func(string) bool
}

func (h hidingFS) Open(name string) (fs.File, error) {
	if name != "." && h.hidden(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return h.FS.Open(name)
}

// maxHidden bounds how many hidden manifests are named.
const maxHidden = 100

func (t *tree) visit(name string, d fs.DirEntry, err error, opt *Options) error {
	if err != nil {
		if name == "." {
			return err
		}
		t.problem(name, err)
		return nil // WalkDir itself passes over a folder that cannot be listed
	}
	if t.inv.Files++; t.inv.Files > maxTreeFiles {
		return errors.New("more than 2,000,000 files: this is not one source tree")
	}
	if t.inv.Files%1000 == 0 {
		opt.progress(int64(t.inv.Files), 0)
	}
	if d.IsDir() {
		if name != "." && t.skipDir(name) {
			return fs.SkipDir
		}
		return nil
	}
	if !d.Type().IsRegular() && d.Type() != fs.ModeSymlink { // a link out of the tree cannot be opened, which is told
		return nil
	}
	read := treeReader(&t.project, name)
	switch {
	case read == nil:
		t.plugins(name)
	case t.hidden == nil || !t.hidden(name):
		t.read(name, read)
	case lockfile.ReaderOf(name) != nil && len(t.inv.Hidden) < maxHidden:
		t.inv.Hidden = append(t.inv.Hidden, name)
	}
	return nil
}

// plugins tells once of WordPress' plugins and themes, which have no manifest that could be read.
func (t *tree) plugins(name string) {
	if t.wordPress || t.hidden != nil && t.hidden(name) {
		return
	}
	t.wordPress = slices.ContainsFunc(foreign, func(s store) bool {
		return s.name == wordPress && s.holds([]byte(name))
	})
	if t.wordPress {
		t.problem(name, errors.New(notRead(wordPress)))
	}
}

// readTreeJar reads a Java archive that a project carries along. The wrappers of Gradle and Maven, which fetch those,
// are no part of what is built.
func readTreeJar(f *extract.File) ([]inventory.Package, error) {
	switch path.Base(f.Path) {
	case "gradle-wrapper.jar", "maven-wrapper.jar":
		return nil, nil
	}
	ps, err := binary.ReadJar(f)
	if err == nil && len(ps) == 0 {
		err = errors.New("an archive of Java that names no package: nothing is known of what is in it")
	}
	for i := range ps {
		ps[i].Dev = strings.Contains("/"+f.Path, "/src/test/")
	}
	return ps, err
}

// treeReader returns the reader for a file of a source tree: that of an installed package inside a folder of installed
// packages, else that of a lockfile or manifest.
func treeReader(project *lockfile.Project, name string) extract.Reader {
	if strings.Contains("/"+name, "/node_modules/") || strings.Contains("/"+name, "/site-packages/") {
		return lockfile.Installed(name)
	}
	if r := project.Reader(name); r != nil {
		return r
	}
	switch base := path.Base(name); {
	case base == "installed.json": // Composer's vendor folder
		return lockfile.Installed(name)
	case binary.IsJar(base):
		return readTreeJar
	}
	return nil
}

// skipDir tells folders that are not looked into, each for its reason.
func (t *tree) skipDir(name string) bool {
	parent := path.Dir(name)
	has := func(files ...string) bool {
		for _, f := range files {
			if extract.Exists(t.fs, path.Join(parent, f)) {
				return true
			}
		}
		return false
	}
	base := path.Base(name)
	if t.hidden != nil &&
		(base == "node_modules" || base == "vendor" || extract.Exists(t.fs, path.Join(name, "pyvenv.cfg"))) &&
		t.hidden(name+"/x") {
		return true // installed, and not for this build: its manifests would say nothing of what ships
	}
	switch base {
	case ".git", ".hg", ".svn": // history, not source
		return true
	case "testdata": // Go's folder for a test's own inputs
		return true
	case "node_modules":
		return has("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock")
	case "vendor":
		return has("composer.lock", "go.mod", "Gemfile.lock", "Cargo.lock")
	case "target":
		return has("Cargo.lock", "pom.xml") // build results
	default:
		if extract.Exists(t.fs, path.Join(name, "pyvenv.cfg")) { // a Python virtual environment, whatever its name
			return has("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock",
				"Pipfile")
		}
		return strings.HasPrefix(base, ".") && (base == ".tox" || base == ".nox")
	}
}

func (t *tree) read(name string, read extract.Reader) {
	h, err := t.fs.Open(name)
	if err != nil {
		t.problem(name, err)
		return
	}
	defer h.Close()
	st, err := h.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return
	}
	at, ok := h.(io.ReaderAt)
	if !ok {
		return
	}
	f := &extract.File{Path: name, Size: st.Size(), At: at, Tree: t.fs}
	t.inv.Bytes += st.Size()
	ps, err := readSafely(read, f)
	t.inv.Packages = append(t.inv.Packages, ps...)
	if err == nil && len(ps) == 0 && !lockfile.Familiar(name, f) {
		err = lockfile.ErrUnfamiliar
	}
	if err == nil {
		err = lockfile.DirectOnly(name, ps)
	}
	if err != nil {
		t.problem(name, err)
	}
}

func (t *tree) problem(name string, err error) {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	t.inv.Problems = append(t.inv.Problems, inventory.Problem{Path: name, Reason: err.Error()})
}
