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
type leftOut struct{ path, why string }

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

// folderProjects decides which of a folder's compose files are stacks of the host.
func folderProjects(dir string, files []string) foundProjects {
	var out foundProjects
	taken := map[string]bool{}
	for i, name := range files {
		path := filepath.Join(dir, name)
		isDefault := slices.Contains(defaultFiles, name)
		var services []string
		whole := true
		if len(files) > 1 {
			services, whole = outline(path)
		}
		clash := slices.ContainsFunc(services, func(s string) bool { return taken[s] })
		base := ""
		if len(out.projects) > 0 {
			base = filepath.Base(out.projects[0].Files[0])
		}
		switch {
		case isDefault && i > 0:
			out.left = append(out.left, leftOut{path, name + " is left out: Docker Compose takes " + files[0] + " in this folder"})
			continue
		case overrideFile.MatchString(name):
			out.left = append(out.left, leftOut{path, name + " is left out: it is for development, the verdict is about " + orWord(base, "the other files") + " alone" + include(base, name)})
			continue
		case !isDefault && notDeployed.MatchString(siblingFile.FindStringSubmatch(name)[1]):
			out.left = append(out.left, leftOut{path, name + " is left out: its name says that it is not deployed" + include(base, name)})
			continue
		case !isDefault && len(out.projects) > 0 && (clash || !whole):
			out.left = append(out.left, leftOut{path, name + " is left out: it changes services of " + base + " and is no project of its own" + include(base, name)})
			continue
		}
		for _, s := range services {
			taken[s] = true
		}
		out.projects = append(out.projects, Project{Dir: dir, Files: []string{path}})
	}
	if len(out.projects) == 0 { // nothing but overlays: read the first, so that there is a verdict at all
		out.projects = []Project{{Dir: dir, Files: []string{filepath.Join(dir, files[0])}}}
		out.left = slices.DeleteFunc(out.left, func(l leftOut) bool { return l.path == filepath.Join(dir, files[0]) })
	}
	return out
}

// nothingSet is the environment without variables.
func nothingSet(string) (string, bool) { return "", false }

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

func include(base, name string) string {
	if base == "" {
		return ""
	}
	return " (to have both: -f " + base + " -f " + name + ")"
}

// outline reads which services a file has, and whether each of them could run by itself. A file that cannot be read is
// a project, so that its error is reported.
func outline(path string) (services []string, whole bool) {
	src, err := readSource(path, path)
	if err != nil {
		return nil, true
	}
	left, putIn := maxNodes, maxPutInAll
	p := &parser{unit: &unit{path: path, rel: path, src: src}, left: &left, putIn: &putIn,
		env:     nothingSet,
		missing: func(string, finding.Location) {}, problem: func(*clierr.Error) {}}
	docs, err := p.documents()
	if err != nil {
		return nil, true
	}
	whole = true
	for _, doc := range docs {
		for _, e := range keysOf(doc.get("services")) {
			services = append(services, e.name)
			if e.val.get("image") == nil && e.val.get("build") == nil && e.val.get("extends") == nil && e.val.get("provider") == nil {
				whole = false
			}
		}
	}
	return services, whole
}
