package stack

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Which projects a folder holds. Docker Compose takes one file by itself, and lays an override file over it that is
// meant for development; production names its files. So the verdict is about the file that Compose takes first, and
// about files beside it that are projects of their own; what is left out is said.

// defaultFiles are the names that Compose looks for, in its order.
var defaultFiles = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

var (
	overrideFile = lazyregexp.New(`^(docker-)?compose\.override\.ya?ml$`)
	siblingFile  = lazyregexp.New(`^(?:docker-)?compose[.-]([A-Za-z0-9_.-]+)\.ya?ml$`)
	// what stands in the name of a file that is no stack of a host: overlays for development and tests, and samples
	notDeployed = lazyregexp.New(`(?i)(^|[._-])(dev|devel|development|local|debug|test|tests|testing|ci|e2e|example|sample|template|tmpl|bak|old)([._-]|$)`)
)

// Holds reports whether a path is a compose file, by its content, or a folder with one.
func Holds(path string) bool {
	st, err := os.Stat(path)
	if err != nil {
		return false
	}
	if st.IsDir() {
		files, err := composeFiles(path)
		return err == nil && len(files) > 0
	}
	text, err := bounded.ReadFile(path, maxFile)
	return err == nil && looksLikeCompose.Match(text)
}

var looksLikeCompose = lazyregexp.New(`(?m)^["']?(services|include)["']?[ \t]*:`)

// composeFiles lists the files of a folder whose name says that they are compose files, the default one first.
func composeFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var first, rest []string
	for _, name := range defaultFiles {
		for _, e := range entries {
			if e.Name() == name {
				first = append(first, name)
			}
		}
	}
	for _, e := range entries {
		if !e.IsDir() && siblingFile.MatchString(e.Name()) {
			rest = append(rest, e.Name())
		}
	}
	slices.Sort(rest)
	return append(first, rest...), nil
}

type foundProjects struct {
	projects []Project
	left     []leftOut
}

// leftOut is a compose file that the verdict is not about.
type leftOut struct {
	path, why string
	role      Role
	base      string // first file of the project that it would be laid over
}

// findProjects resolves one argument: a compose file is one project, a folder may hold several.
func findProjects(arg string) (foundProjects, error) {
	st, err := os.Stat(arg)
	if err != nil {
		return foundProjects{}, clierr.InputErr(arg, reasonOf(err)).WithHint("Name a folder with a compose file, or a compose file.")
	}
	if !st.IsDir() {
		return foundProjects{projects: []Project{{Files: []string{arg}}}}, nil
	}
	files, err := composeFiles(arg)
	if err != nil {
		return foundProjects{}, clierr.InputErr(arg, reasonOf(err))
	}
	if named := filesOfEnv(arg); len(named) > 0 {
		return foundProjects{projects: []Project{{Dir: arg, Files: named}}}, nil
	}
	if len(files) == 0 {
		return foundProjects{}, clierr.Input(arg, "no compose file in this folder").
			WithHint("Docker Compose looks for %s; name the file if it has another name.", strings.Join(defaultFiles, ", "))
	}
	return folderProjects(arg, files), nil
}

// filesOfEnv is what COMPOSE_FILE in the folder's .env names.
func filesOfEnv(dir string) []string {
	vars, _ := readEnvFile(filepath.Join(dir, ".env"), "", nothingSet) // its errors are told when the project is read
	list := vars["COMPOSE_FILE"]
	if list == "" {
		return nil
	}
	sep := vars["COMPOSE_PATH_SEPARATOR"]
	if sep == "" {
		sep = string(os.PathListSeparator)
	}
	var files []string
	for _, f := range strings.Split(list, sep) {
		files = append(files, resolve(dir, f))
	}
	return files
}

// folderProjects decides which of a folder's compose files are stacks of the host, and what the others would be laid
// over.
func folderProjects(dir string, files []string) foundProjects {
	f := folder{dir: dir, files: files, outlines: map[string]outline{}, taken: map[string]string{}}
	if len(files) > 1 {
		for _, name := range files {
			f.outlines[name] = outlineOf(filepath.Join(dir, name))
		}
	}
	for i, name := range files {
		if !f.part(name) {
			f.sort(i, name)
		}
	}
	if len(f.found.projects) == 0 { // nothing but overlays: read the first, so that there is a verdict at all
		f.project(files[0], nil)
		f.out = slices.DeleteFunc(f.out, func(o overlay) bool { return o.name == files[0] })
	}
	for _, o := range f.out {
		f.leave(o)
	}
	f.others()
	return f.found
}

// folder is a project folder whose files are told apart.
type folder struct {
	dir      string
	files    []string
	outlines map[string]outline
	taken    map[string]string // services that a project has, with its file
	out      []overlay
	found    foundProjects
}

// part reports whether a file is no project because another one of the folder includes it, or because it only holds what
// services use: networks, volumes, configs and secrets.
func (f *folder) part(name string) bool {
	return f.included(name) || f.outlines[name].onlyShared && !slices.Contains(defaultFiles, name)
}

func (f *folder) included(name string) bool {
	path := filepath.Join(f.dir, name)
	for _, other := range f.files {
		if other != name && slices.Contains(f.outlines[other].includes, path) {
			return true
		}
	}
	return false
}

// overlay is a file that is no stack of its own.
type overlay struct {
	name     string
	why      string // "%s" stands for the file that it is laid over
	role     Role
	services []string
}

// sort reports whether a file is a project, or laid over one.
func (f *folder) sort(i int, name string) {
	isDefault := slices.Contains(defaultFiles, name)
	services := f.outlines[name].services
	clash := slices.ContainsFunc(services, func(s string) bool { return f.taken[s] != "" })
	leave := func(role Role, why string) {
		f.out = append(f.out, overlay{name, name + " is left out: " + why, role, services})
	}
	switch {
	case isDefault && i > 0:
		leave(OtherDefault, "Docker Compose takes "+f.files[0]+" in this folder")
	case overrideFile.MatchString(name) || f.ownName(name) != "":
		leave(Override, "it is for development, the verdict is about %s alone")
	case !isDefault && notDeployed.MatchString(siblingFile.FindStringSubmatch(name)[1]):
		leave(Development, "its name says that it is not deployed")
	case !isDefault && len(f.found.projects) > 0 && (clash || f.outlines[name].changes):
		leave(Sibling, "it changes services of %s and is no project of its own")
	default:
		f.project(name, services)
	}
}

func (f *folder) project(name string, services []string) {
	for _, s := range services {
		f.taken[s] = name
	}
	f.found.projects = append(f.found.projects, Project{Dir: f.dir, Files: []string{filepath.Join(f.dir, name)}})
}

// ownName is the file that an override belongs to by its name: compose.app.yml for compose.app.override.yml. "" if there
// is none.
func (f *folder) ownName(name string) string {
	stem, ext := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	own, isOverride := strings.CutSuffix(stem, ".override")
	if !isOverride {
		return ""
	}
	for _, n := range []string{own + ext, own + ".yml", own + ".yaml"} {
		if slices.Contains(f.files, n) {
			return n
		}
	}
	return ""
}

// leave notes a file that is left out, and the project that it belongs to: the one of its own name, else the one whose
// services it changes, else the first.
func (f *folder) leave(o overlay) {
	base := filepath.Base(f.found.projects[0].Files[0])
	for _, s := range o.services {
		if f.taken[s] != "" {
			base = f.taken[s]
			break
		}
	}
	if own := f.ownName(o.name); own != "" {
		base = own
	}
	why := strings.ReplaceAll(o.why, "%s", base)
	left := leftOut{filepath.Join(f.dir, o.name), why, o.role, filepath.Join(f.dir, base)}
	if o.role != OtherDefault {
		left.why += " (to have both: -f " + base + " -f " + o.name + ")"
	}
	f.found.left = append(f.found.left, left)
}

// maxOthers bounds how many files of other names are looked into.
const maxOthers = 64

// others notes files of the folder that no default name fits and that change services of its projects: production.yml
// beside docker-compose.yml.
func (f *folder) others() {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return
	}
	looked := 0
	for _, e := range entries {
		name, ext := e.Name(), filepath.Ext(e.Name())
		if e.IsDir() || ext != ".yml" && ext != ".yaml" || slices.Contains(f.files, name) || overrideFile.MatchString(name) {
			continue
		}
		if looked++; looked > maxOthers {
			return
		}
		if !Holds(filepath.Join(f.dir, name)) {
			continue
		}
		if len(f.files) == 1 && f.outlines[f.files[0]].services == nil { // it was not looked into yet
			f.outlines[f.files[0]] = outlineOf(filepath.Join(f.dir, f.files[0]))
			for _, s := range f.outlines[f.files[0]].services {
				f.taken[s] = f.files[0]
			}
		}
		services := outlineOf(filepath.Join(f.dir, name)).services
		if f.included(name) {
			continue
		}
		if !slices.ContainsFunc(services, func(s string) bool { return f.taken[s] != "" }) {
			continue
		}
		role := Sibling
		if notDeployed.MatchString(name) {
			role = Development
		}
		f.leave(overlay{name, name + " is left out: it has services of %s", role, services})
	}
}

// nothingSet is the environment without variables.
func nothingSet(string) (string, bool) { return "", false }

// outline is what can be told of a compose file without reading what it refers to.
type outline struct {
	services   []string
	includes   []string // files that it includes, as paths
	changes    bool     // some service could not run by itself: it is laid over another file's
	onlyShared bool     // it has no services and includes nothing, but what services use
}

// outlineOf reads a file's outline. One that cannot be read is a project, so that its error is reported.
func outlineOf(path string) outline {
	src, err := readSource(path, path)
	if err != nil {
		return outline{}
	}
	left, putIn := maxNodes, maxPutInAll
	p := &parser{unit: &unit{path: path, rel: path, src: src}, left: &left, putIn: &putIn,
		env:     nothingSet,
		missing: func(string, finding.Location) {}, problem: func(*clierr.Error) {}}
	docs, err := p.documents()
	if err != nil {
		return outline{}
	}
	var out outline
	own, shared := false, false
	for _, doc := range docs {
		for _, e := range keysOf(doc.get("services")) {
			out.services = append(out.services, e.name)
			if e.val.get("image") == nil && e.val.get("build") == nil && e.val.get("extends") == nil && e.val.get("provider") == nil {
				out.changes = true
			}
		}
		for _, f := range included(doc) {
			out.includes = append(out.includes, resolve(filepath.Dir(path), f))
		}
		own = own || doc.get("services") != nil || doc.get("include") != nil || doc.get("jobs") != nil
		for _, section := range []string{"networks", "volumes", "configs", "secrets"} {
			shared = shared || doc.get(section) != nil
		}
	}
	out.onlyShared = shared && !own
	return out
}

// included are the paths that a document includes, as written.
func included(doc *node) []string {
	list := doc.get("include")
	if list == nil || list.kind == nullKind {
		return nil
	}
	var out []string
	for _, item := range asSequence(list).items {
		if item.kind == mapKind {
			item = item.get("path")
		}
		if item == nil || item.kind == nullKind || item.kind == mapKind {
			continue
		}
		out = append(out, texts(asSequence(item).items)...)
	}
	return out
}
