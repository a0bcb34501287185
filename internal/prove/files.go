package prove

import (
	"archive/tar"
	"bufio"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/debian"
	"github.com/drydock/drydock/internal/stages"
)

// files is an image's file system as far as the proof looks at it: every path, what each program and library needs,
// what each script runs under, and how many packages the databases count.
type files struct {
	entries  map[string]entry    // by path without the leading slash
	elfs     map[string]*elfFile // programs and shared libraries
	shebang  map[string]string   // scripts: path -> first line after "#!"
	scripts  map[string][]byte   // text of shell scripts
	path     []string            // PATH of the image, without leading slashes
	libDirs  []string            // where the loader looks
	packages map[string]int      // "dpkg", "apk", "pip", "npm", "gem" -> count
	dists    map[string]bool     // Python distributions, normalised names
	manifest map[string][]byte   // package.json of the top folders
	owners   map[string]string   // shared library or program -> package of the distribution
	index    *stages.Index       // of the packages that Debian's tool has installed
	release  string              // code name of the distribution's release
	homes    map[string]string   // home folder by name and by id of the user
}

type entry struct {
	kind byte // tar type flag
	link string
	exec bool
	size int64
}

type elfFile struct {
	interp string
	needed []string
	rpath  []string // RPATH or RUNPATH, $ORIGIN as it stands
}

const (
	maxEntries  = 2 << 20
	maxInMemory = 64 << 20 // larger programs go through a temporary file
	maxText     = 1 << 20
	maxDatabase = 256 << 20
)

// readFiles reads the archive of a whole file system once, forward.
func readFiles(r io.Reader, env []string) (*files, error) {
	f := &files{entries: map[string]entry{}, elfs: map[string]*elfFile{}, shebang: map[string]string{},
		scripts: map[string][]byte{}, packages: map[string]int{}, dists: map[string]bool{},
		manifest: map[string][]byte{}, owners: map[string]string{}, index: stages.NewIndex()}
	f.environment(env)
	tr := tar.NewReader(bufio.NewReaderSize(r, 1<<20))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return nil, err
		}
		if len(f.entries) == maxEntries {
			return nil, errors.New("the image holds more files than drydock looks at")
		}
		if err := f.add(h, tr); err != nil {
			return nil, err
		}
	}
}

func (f *files) environment(env []string) {
	f.libDirs = []string{"lib", "usr/lib", "lib64", "usr/lib64", "usr/local/lib", "usr/local/lib64"}
	search := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		switch name, v, _ := strings.Cut(e, "="); name {
		case "PATH":
			search = v
		case "LD_LIBRARY_PATH":
			for _, d := range strings.Split(v, ":") {
				f.libDirs = append(f.libDirs, strings.Trim(d, "/"))
			}
		}
	}
	for _, d := range strings.Split(search, ":") {
		f.path = append(f.path, strings.Trim(d, "/"))
	}
}

func (f *files) add(h *tar.Header, r io.Reader) error {
	name := strings.Trim(path.Clean("/"+h.Name), "/")
	f.entries[name] = entry{kind: h.Typeflag, link: h.Linkname, exec: h.Mode&0o111 != 0, size: h.Size}
	for d := path.Dir(name); d != "." && !set(f.entries, d); d = path.Dir(d) {
		f.entries[d] = entry{kind: tar.TypeDir} // an archive need not name its folders
	}
	if h.Typeflag == tar.TypeDir {
		f.count(name + "/")
	}
	if h.Typeflag != tar.TypeReg || h.Size == 0 {
		return nil
	}
	f.count(name)
	switch {
	case debian.IsStatus(name):
		return f.dpkg(io.LimitReader(r, maxDatabase))
	case isAPK(name):
		return f.apk(io.LimitReader(r, maxDatabase))
	case debian.IsList(name):
		return f.owned(debian.Owner(name), r)
	}
	if name == "etc/os-release" || name == "usr/lib/os-release" {
		return f.osRelease(r)
	}
	if name == "etc/passwd" {
		return f.passwd(r)
	}
	if strings.HasPrefix(name, "etc/ld.so.conf") {
		return f.loaderConf(r)
	}
	if keep := keepsManifest(name); keep {
		b, err := bounded.ReadAll(r, maxText)
		if err == nil {
			f.manifest[name] = b
		}
		return ignoreTooLarge(err)
	}
	var magic [4]byte
	n, err := io.ReadFull(r, magic[:])
	if err != nil && err != io.ErrUnexpectedEOF {
		return err
	}
	switch rest := io.MultiReader(bytes.NewReader(magic[:n]), r); {
	case string(magic[:n]) == elf.ELFMAG:
		return f.program(name, rest, h.Size)
	case magic[0] == '#' && magic[1] == '!':
		return f.script(name, rest)
	}
	return nil
}

func ignoreTooLarge(err error) error {
	if errors.Is(err, bounded.ErrTooLarge) {
		return nil
	}
	return err
}

// keepsManifest: the application's own package.json lies at most three folders deep and outside node_modules.
func keepsManifest(name string) bool {
	return path.Base(name) == "package.json" && strings.Count(name, "/") <= 3 &&
		!strings.Contains(name, "node_modules/")
}

func (f *files) script(name string, r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(text[2:]), "\n")
	f.shebang[name] = strings.TrimSpace(line)
	if isShell(f.shebang[name]) {
		f.scripts[name] = text
	}
	return nil
}

func isShell(shebang string) bool {
	for _, w := range strings.Fields(shebang) {
		switch path.Base(w) {
		case "sh", "bash", "dash", "ash":
			return true
		}
	}
	return false
}

func (f *files) program(name string, r io.Reader, size int64) error {
	ra, done, err := randomAccess(r, size)
	if err != nil {
		return err
	}
	defer done()
	ef, err := elf.NewFile(ra)
	if err != nil {
		return nil // not a whole program: a core file, a fragment
	}
	if ef.Type != elf.ET_EXEC && ef.Type != elf.ET_DYN {
		return nil
	}
	e := &elfFile{}
	for _, p := range ef.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			b := make([]byte, p.Filesz)
			if _, err := p.ReadAt(b, 0); err == nil {
				e.interp = strings.TrimRight(string(b), "\x00")
			}
		}
	}
	e.needed, _ = ef.ImportedLibraries()
	for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		v, _ := ef.DynString(tag)
		for _, s := range v {
			e.rpath = append(e.rpath, strings.Split(s, ":")...)
		}
	}
	f.elfs[name] = e
	return nil
}

// randomAccess makes a stream readable at any offset: in memory, or through a temporary file when it is large.
func randomAccess(r io.Reader, size int64) (io.ReaderAt, func(), error) {
	if size <= maxInMemory {
		b, err := io.ReadAll(r)
		return bytes.NewReader(b), func() {}, err
	}
	tmp, err := os.CreateTemp("", "drydock-elf-")
	if err != nil {
		return nil, nil, err
	}
	done := func() { tmp.Close(); os.Remove(tmp.Name()) }
	if _, err := io.Copy(tmp, r); err != nil {
		done()
		return nil, nil, err
	}
	return tmp, done, nil
}

// owned notes the shared libraries and programs that a package's list of files names.
func (f *files) owned(pkg string, r io.Reader) error {
	return debian.Lines(io.LimitReader(r, maxDatabase),
		func(line []byte) { f.own(pkg, strings.Trim(string(line), "/")) })
}

// own notes a shared library or program of a package.
func (f *files) own(pkg, name string) {
	if strings.Contains(name, ".so") || strings.Contains(name, "bin/") {
		f.owners[name] = pkg
	}
}

// passwd reads where users have their homes.
func (f *files) passwd(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	f.homes = map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if v := strings.Split(line, ":"); len(v) >= 6 {
			f.homes[v[0]], f.homes[v[2]] = v[5], v[5]
		}
	}
	return err
}

// homeOf is the home folder of a USER, "/" where the image does not know him.
func (f *files) homeOf(user string) string {
	name, _, _ := strings.Cut(user, ":")
	if h := f.homes[name]; h != "" {
		return h
	}
	return "/"
}

func (f *files) osRelease(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	for _, line := range strings.Split(string(text), "\n") {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			f.release = strings.Trim(name, `"'`)
		}
	}
	return err
}

// facts are what the file system tells a conversion.
func (f *files) facts() stages.Facts {
	facts := stages.Facts{Release: f.release, RuntimeDeps: map[string][]string{}}
	for _, n := range f.index.Names() {
		facts.RuntimeDeps[n], _ = f.index.RuntimeDependencies(n)
	}
	return facts
}

func (f *files) loaderConf(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "/") {
			f.libDirs = append(f.libDirs, strings.Trim(line, "/"))
		}
	}
	return err
}

// resolve follows the links of a path and returns where it leads; ok is false where it leads nowhere.
func (f *files) resolve(name string) (string, bool) {
	name = strings.Trim(path.Clean("/"+name), "/")
	for hops := 0; hops < 40; hops++ {
		if name == "" {
			return "", true
		}
		next, moved := f.follow(name)
		if !moved {
			_, ok := f.entries[name]
			return name, ok
		}
		name = next
	}
	return "", false
}

// follow replaces the first link on the way.
func (f *files) follow(name string) (string, bool) {
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		e, ok := f.entries[name[:i]]
		if !ok || e.kind != tar.TypeSymlink {
			continue
		}
		target := e.link
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(name[:i]), target)
		}
		return strings.Trim(path.Clean(target+name[i:]), "/"), true
	}
	return name, false
}

// find looks a command up as a shell would: as it stands if it holds a slash, else in PATH.
func (f *files) find(command, workDir string) (string, bool) {
	if strings.Contains(command, "/") {
		if !strings.HasPrefix(command, "/") {
			command = path.Join("/", workDir, command)
		}
		return f.resolve(command)
	}
	for _, d := range f.path {
		if real, ok := f.resolve(path.Join(d, command)); ok {
			return real, true
		}
	}
	return "", false
}

// executables are the names of the programs in PATH.
func (f *files) executables() map[string]bool {
	dirs := map[string]bool{}
	for _, d := range f.path {
		if real, ok := f.resolve(d); ok {
			dirs[real] = true
		}
	}
	out := map[string]bool{}
	for name, e := range f.entries {
		if dir, base := path.Split(name); dirs[strings.TrimSuffix(dir, "/")] &&
			(e.kind == tar.TypeSymlink || e.exec && e.kind != tar.TypeDir) {
			out[base] = true
		}
	}
	return out
}
