package stages

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// byLanguage keeps the list short: what cannot be there need not be named.
var byLanguage = map[string][]string{
	"Python": {"**/__pycache__", "**/*.pyc", ".venv", "venv"},
	"Node":   {"node_modules"},
	"Java":   {"target", "build", ".gradle"},
	"PHP":    {"vendor"},
	"Ruby":   {"vendor/bundle", "log/*.log", "tmp/cache"},
	"Rust":   {"target"},
	"static": {"node_modules"},
}

var everywhere = []string{".git", ".env", ".env.*", "*.pem", "*.key", "Dockerfile*", ".dockerignore",
	"docker-compose*.yml"}

// ignoreFile is the .dockerignore that goes with the conversion: the present one with what is missing added at its
// end, never anything that the Dockerfile copies by name or that the build itself asks for. nil leaves it as it is.
func (a *conversion) ignoreFile() []byte {
	if a.ctx == nil || a.o.OwnIgnore {
		return nil
	}
	old := a.read(".dockerignore")
	have := map[string]bool{}
	for _, l := range strings.Split(old, "\n") {
		have[strings.Trim(strings.TrimSpace(l), "/")] = true
	}
	var add []string
	for _, p := range append(append([]string{}, everywhere...), byLanguage[a.language]...) {
		if !have[p] && !have["**/"+p] && !have["!"+p] && !a.copiesNamed(p) && !(p == ".git" && a.needsHistory()) &&
			a.maySkip(p) {
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

// settingsFile are files of variables, which belong to where an app runs and not into its image.
var settingsFile = lazyregexp.New(`^\.env(\..+)?$`)

// maySkip reports whether files of the context may be kept out by a pattern, and notes which of them are: a file that
// the
// build itself reads is not, and neither is a key or certificate that the app opens.
func (a *conversion) maySkip(pattern string) bool {
	secret := strings.HasPrefix(pattern, ".env") || pattern == "*.pem" || pattern == "*.key"
	for _, name := range a.top(".") {
		name = strings.TrimSuffix(name, "/")
		if ok, _ := path.Match(pattern, name); !ok || !a.copiesTop(name) {
			continue
		}
		if a.buildReads(name) {
			a.note("%s stays in the image: the build reads it.", name)
			return false
		}
		by := a.readBy(name)
		if secret && !settingsFile.MatchString(name) && by != "" {
			a.note("%s stays in the image: %s reads it. Give it when the app runs instead (a secret, a mount).", name,
				by)
			return false
		}
		if settingsFile.MatchString(name) {
			switch {
			case by != "":
				a.note("%s is kept out of the image now, and %s reads it: give its variables when the app runs "+
					"(env_file: %s).", name, by, name)
			case name == ".env":
				a.note(".env is kept out of the image now: give its variables when the app runs (env_file: .env).")
			}
			a.res.KeptOut = append(a.res.KeptOut, name)
			if by != "" || name == ".env" {
				a.guesses("the variables of "+name+" are given when the app runs",
					"the image held the file, and a file of settings does not belong into one")
			}
		}
	}
	return true
}

// copiesTop reports whether the original copies an entry of the context's top folder.
func (a *conversion) copiesTop(name string) bool {
	for _, c := range a.copies(0) {
		if c.from == "." || c.from == name {
			return true
		}
	}
	return false
}

// buildReads reports whether a RUN names a file, or builds a front end, whose tools read files of variables.
func (a *conversion) buildReads(name string) bool {
	found := false
	a.parts(func(c *command) {
		found = found || strings.Contains(c.text, name+" ") || strings.HasSuffix(c.text, name) ||
			strings.Contains(c.text, name+`"`)
		found = found || c.kind == compile && settingsFile.MatchString(name) && a.language == "Node" &&
			strings.Contains(c.text, "build")
	})
	return found
}

var readsSettings = lazyregexp.New(
	`load_dotenv|dotenv_values|find_dotenv|env_file\s*=|read_env\(|Env\.read_env|decouple|require\(['"]dotenv|from ['"]dotenv|dotenv/config|import ['"]dotenv|godotenv|Dotenv\.|dotenvy|loadEnv\(|process\.loadEnvFile|vlucas/phpdotenv`)

// readBy is a source file that reads a file of the context, "" if none is seen to.
func (a *conversion) readBy(name string) string {
	text := a.src().text
	for _, file := range slices.Sorted(maps.Keys(text)) {
		if settingsFile.MatchString(name) && readsSettings.MatchString(text[file]) {
			return file
		}
		for _, quote := range []string{`"`, "'", "`", "/"} {
			if strings.Contains(text[file], quote+name) {
				return file
			}
		}
	}
	for _, lib := range []string{"python-dotenv", "django-environ", "python-decouple", "environs", "pydantic-settings",
		"dotenv", "laravel/framework", "vlucas/phpdotenv"} {
		if settingsFile.MatchString(name) && a.libraries()[lib] {
			return lib
		}
	}
	return ""
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
		asks = asks || strings.Contains(t, "setuptools_scm") || strings.Contains(t, "setuptools-scm") ||
			strings.Contains(t, "hatch-vcs") || strings.Contains(t, "versioneer") ||
			strings.Contains(t, "poetry-dynamic-versioning")
	}
	return asks
}
