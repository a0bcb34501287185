package stages

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Which files of a Node project the running app may read.

// toolFiles are entries of a project that only its tools read.
var toolFiles = lazyregexp.New(
	`^(\..*|Dockerfile.*|.*\.Dockerfile|docker-compose.*|compose.*\.ya?ml|Makefile|README.*|CHANGELOG.*|LICEN[CS]E.*|.*\.md|tsconfig.*\.json|jsconfig\.json|jest\.config\..*|vitest\.config\..*|babel\.config\..*|eslint.*|prettier.*|webpack\..*|rollup\.config\..*|vite\.config\..*|tsup\.config\..*|nodemon\.json|nest-cli\.json|postcss\.config\..*|tailwind\.config\..*|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|turbo\.json|nx\.json|lerna\.json|cypress.*|playwright.*|renovate\.json|sonar-project.*|k8s/|helm/|charts/|docs?/|tests?/|__tests__/|spec/|e2e/|coverage/|node_modules/|scripts/|.*\.test\..*|.*\.spec\..*|.*\.tsx?|.*\.log)$`)

// ownFiles are the COPYs of what the running app may read of the context: everything but its tools' files and the
// source that the build has turned into its output.
func (n *node) ownFiles(w *finalWriter) []string {
	var files, dirs, left []string
	for _, e := range n.top(n.root) {
		dir := strings.HasSuffix(e, "/")
		name := strings.TrimSuffix(e, "/")
		if toolFiles.MatchString(e) && !strings.HasPrefix(e, ".") && n.src().strings[name] && !installFiles[name] {
			// its tools read it, and the app names it
		} else if toolFiles.MatchString(e) && e != "next.config.js" && !n.isOutput(name) {
			if !strings.HasPrefix(e, ".") && !installFiles[name] && name != "node_modules" {
				left = append(left, name)
			}
			continue
		} else if n.isOutput(name) || dir && !n.served(name) && n.onlySource(path.Join(n.root, name)) &&
			!n.startsIn(name) {
			continue
		}
		if dir {
			dirs = append(dirs, "COPY "+path.Join(n.root, name)+" "+n.into(w, name))
		} else {
			files = append(files, path.Join(n.root, name))
		}
	}
	if len(left) > 0 {
		n.guesses("nothing reads "+strings.Join(left, ", ")+" when the app runs",
			"the names are those of tools' files, and no source file names them")
	}
	sort.Strings(files)
	out := dirs
	if len(files) > 0 {
		to := "./"
		if n.dir != w.dir {
			to = n.dir + "/"
		}
		out = append([]string{"COPY " + strings.Join(files, " ") + " " + to}, dirs...)
	}
	return out
}

// served: a folder that the source names, and whose files a browser takes as they are.
func (n *node) served(dir string) bool {
	return n.src().strings[dir] && n.hasStyles(path.Join(n.root, dir))
}

func (n *node) hasStyles(dir string) bool {
	return slices.ContainsFunc(n.top(dir), func(e string) bool {
		return strings.HasSuffix(e, ".css") || strings.HasSuffix(e, "/") && n.hasStyles(path.Join(dir, e))
	})
}

// installFiles are those that only an installation or a compiler reads, whatever names them.
var installFiles = words("package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml tsconfig.json Dockerfile")

func (n *node) isOutput(name string) bool {
	return slices.Contains(n.output, name)
}

// onlySource: a folder in which everything is source that a build compiles.
func (n *node) onlySource(dir string) bool {
	for _, e := range n.top(dir) {
		switch {
		case strings.HasSuffix(e, "/"):
			if !n.onlySource(path.Join(dir, strings.TrimSuffix(e, "/"))) {
				return false
			}
		case !compiledSource.MatchString(e):
			return false
		}
	}
	return true
}

var compiledSource = lazyregexp.New(
	`\.(ts|tsx|mts|cts|jsx|vue|svelte|css|scss|sass|less|d\.ts)$|\.(test|spec)\.[jt]sx?$`)

// startsIn reports whether the command names something in that folder.
func (n *node) startsIn(dir string) bool {
	for _, w := range n.started() {
		if strings.HasPrefix(strings.TrimPrefix(w, "./"), dir+"/") {
			return true
		}
	}
	return false
}
