package stages

import (
	"path"
	"strings"
)

// byLanguage keeps the list short: what cannot be there need not be named.
var byLanguage = map[string][]string{
	"Python": {"**/__pycache__", "**/*.pyc", ".venv", "venv"},
	"Node":   {"node_modules"},
	"Java":   {"target", "build", ".gradle"},
	"PHP":    {"vendor"},
	"Ruby":   {"vendor/bundle", "log/*", "tmp/*"},
	"Rust":   {"target"},
	"static": {"node_modules"},
}

var everywhere = []string{".git", ".env", ".env.*", "*.pem", "*.key", "Dockerfile*", ".dockerignore", "docker-compose*.yml"}

// ignoreFile is the .dockerignore that goes with the conversion: the present one with what is missing added at its
// end, never anything that the Dockerfile copies by name or that the build itself asks for. nil leaves it as it is.
func (a *conversion) ignoreFile() []byte {
	if a.ctx == nil {
		return nil
	}
	old := a.read(".dockerignore")
	have := map[string]bool{}
	for _, l := range strings.Split(old, "\n") {
		have[strings.Trim(strings.TrimSpace(l), "/")] = true
	}
	var add []string
	for _, p := range append(append([]string{}, everywhere...), byLanguage[a.language]...) {
		if !have[p] && !have["**/"+p] && !have["!"+p] && !a.copiesNamed(p) && !(p == ".git" && a.needsHistory()) {
			add = append(add, p)
		}
	}
	if len(add) == 0 {
		return nil
	}
	if old != "" && !strings.HasSuffix(old, "\n") {
		old += "\n"
	}
	return []byte(old + strings.Join(add, "\n") + "\n")
}

// copiesNamed reports whether a COPY names a path that the pattern would keep out.
func (a *conversion) copiesNamed(pattern string) bool {
	bare := strings.TrimPrefix(pattern, "**/")
	for _, c := range a.copies(0) {
		if c.from == "." {
			continue
		}
		for _, part := range []string{c.from, path.Base(c.from), strings.SplitN(c.from, "/", 2)[0]} {
			if ok, _ := path.Match(bare, part); ok {
				return true
			}
		}
	}
	return false
}

// needsHistory: versions taken from git's tags, or a command that asks git.
func (a *conversion) needsHistory() bool {
	asks := false
	a.parts(func(p *command) {
		asks = asks || strings.Contains(p.text, "git rev-parse") || strings.Contains(p.text, "git describe")
	})
	for _, f := range []string{"pyproject.toml", "setup.py", "setup.cfg"} {
		t := a.read(f)
		asks = asks || strings.Contains(t, "setuptools_scm") || strings.Contains(t, "setuptools-scm") || strings.Contains(t, "hatch-vcs") || strings.Contains(t, "versioneer") || strings.Contains(t, "poetry-dynamic-versioning")
	}
	return asks
}
