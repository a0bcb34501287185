package stages

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// What the scripts of package.json call, and which of it comes with development dependencies only.

// usualBins are programs whose package has another name, for projects whose lock file does not tell.
var usualBins = map[string]string{
	"nest": "@nestjs/cli", "tsc": "typescript", "ng": "@angular/cli", "babel-node": "@babel/node",
	"babel": "@babel/cli", "vue-cli-service": "@vue/cli-service",
	"run-s": "npm-run-all", "run-p": "npm-run-all", "sb": "storybook", "remix": "@remix-run/dev",
	"remix-serve": "@remix-run/serve", "svelte-kit": "@sveltejs/kit",
	"swc": "@swc/cli", "nuxi": "nuxt", "strapi": "@strapi/strapi", "medusa": "@medusajs/medusa",
	"graphql-codegen": "@graphql-codegen/cli", "sequelize": "sequelize-cli",
	"tailwindcss": "tailwindcss", "react-router-serve": "@react-router/serve", "typeorm-ts-node-commonjs": "typeorm",
	"dotenv": "dotenv-cli", "playwright": "@playwright/test",
}

// lockedPackage is an entry of npm's lock file.
type lockedPackage struct {
	Dev        bool            `json:"dev"`
	Bin        json.RawMessage `json:"bin"`
	HasInstall bool            `json:"hasInstallScript"`
}

// bins are the programs that npm's lock file puts into node_modules/.bin: whether each comes with a development
// dependency only. installs reports whether a dependency that runs has a script for its installation.
func (n *node) bins() (dev map[string]bool, installs bool) {
	if n.binsRead {
		return n.binsDev, n.binsInstall
	}
	n.binsRead, n.binsDev = true, map[string]bool{}
	var lock struct {
		Packages map[string]lockedPackage `json:"packages"`
	}
	if n.manager != "npm" || n.lock == "" || json.Unmarshal([]byte(n.read(path.Join(n.root, n.lock))), &lock) != nil {
		return n.binsDev, false
	}
	for key, p := range lock.Packages {
		name, ok := strings.CutPrefix(key, "node_modules/")
		if !ok || strings.Contains(name, "/node_modules/") {
			continue // only what lies on top has its programs there
		}
		n.binsInstall = n.binsInstall || p.HasInstall && !p.Dev
		var one string
		var several map[string]string
		if json.Unmarshal(p.Bin, &several) == nil {
			for b := range several {
				n.binsDev[b] = p.Dev
			}
		} else if json.Unmarshal(p.Bin, &one) == nil && one != "" {
			n.binsDev[path.Base(name)] = p.Dev
		}
	}
	return n.binsDev, n.binsInstall
}

// comesWithDev reports whether a program or module comes with a development dependency only.
func (n *node) comesWithDev(name string) bool {
	if dev, _ := n.bins(); len(dev) > 0 {
		if d, known := dev[name]; known {
			return d
		}
	}
	for _, pkg := range []string{name, usualBins[name]} {
		if _, runs := n.m.Dependencies[pkg]; runs && pkg != "" {
			return false
		}
		if _, ok := n.m.DevDependencies[pkg]; ok && pkg != "" {
			return true
		}
	}
	return false
}

// moduleWord takes the package's name out of a word: "ts-node/register" is of ts-node, "@swc-node/register" of itself.
func moduleWord(w string) string {
	w = strings.TrimPrefix(strings.TrimPrefix(w, "node_modules/.bin/"), "./node_modules/.bin/")
	parts := strings.Split(w, "/")
	switch {
	case strings.HasPrefix(w, "@") && len(parts) > 1:
		return parts[0] + "/" + parts[1]
	case strings.HasPrefix(w, ".") || strings.HasPrefix(w, "/"):
		return path.Base(w)
	}
	return parts[0]
}

// maxScriptDepth bounds how far scripts that call scripts are followed.
const maxScriptDepth = 8

// calls lists the commands of a script with those of the scripts of package.json that it runs in their place, each as
// its words.
func (n *node) calls(s *dockerfile.Script, depth int) [][]string {
	var out [][]string
	if s == nil || depth > maxScriptDepth {
		return nil
	}
	for _, c := range s.Commands {
		_, w := c.Effective()
		words := texts(w)
		if len(words) == 0 {
			continue
		}
		if names := n.scriptNames(words); len(names) > 0 {
			out = append(out, words[:1])
			for _, name := range names {
				for _, part := range []string{"pre" + name, name, "post" + name} {
					if text := n.m.Scripts[part]; text != "" {
						out = append(out, n.calls(dockerfile.NewScript("sh", text), depth+1)...)
					}
				}
			}
			continue
		}
		out = append(out, words)
	}
	return out
}

// scriptNames are the scripts of package.json that a command runs.
func (n *node) scriptNames(words []string) []string {
	var args []string
	for _, w := range words[1:] {
		if w == "--" {
			break
		}
		if !strings.HasPrefix(w, "-") {
			args = append(args, w)
		}
	}
	switch path.Base(words[0]) {
	case "npm", "pnpm", "yarn", "bun":
		if len(args) > 1 && (args[0] == "run" || args[0] == "run-script") {
			return args[1:2]
		}
		if len(args) == 0 {
			return nil
		}
		_, isScript := n.m.Scripts[args[0]]
		if lifecycle := args[0] == "start" || args[0] == "test" || args[0] == "stop"; isScript &&
			(lifecycle || path.Base(words[0]) != "npm") {
			return args[:1]
		}
	case "run-s", "run-p", "npm-run-all", "npm-run-all2":
		var names []string
		for _, a := range args {
			if n.m.Scripts[a] != "" {
				names = append(names, a)
			}
		}
		return names
	}
	return nil
}

// startCalls are all the commands by which the app starts: the image's, compose's, those of start scripts, with the
// scripts of package.json in their place.
func (n *node) startCalls() [][]string {
	var out [][]string
	for _, s := range n.startedScripts() {
		out = append(out, n.calls(s.script, 0)...)
	}
	return out
}

// devIn is what in a command comes with a development dependency only, "" if nothing does.
func (n *node) devIn(words []string) string {
	for _, w := range words {
		if w = moduleWord(strings.TrimPrefix(w, "--import=")); n.comesWithDev(w) {
			return w
		}
	}
	return ""
}

// startsDev is what the app starts with and that comes with a development dependency, "" if nothing does.
func (n *node) startsDev() string {
	for _, words := range n.startCalls() {
		if name := n.devIn(words); name != "" {
			return name
		}
	}
	return ""
}

// buildsAtStart is the command by which the app is compiled whenever it starts, "" if it is not.
func (n *node) buildsAtStart() string { return n.buildsIn(n.startCalls()) }

// buildsIn is the first of some commands that compiles, "" if none does.
func (n *node) buildsIn(calls [][]string) string {
	for _, words := range calls {
		name := path.Base(words[0])
		if name == "npx" && len(words) > 1 {
			words = words[1:]
			name = words[0]
		}
		switch {
		case name == "nest" && hasWord(words, "start"), bundlers[name] && !hasWord(words, "--watch", "-w"),
			frameworks[name] && hasWord(words, "build"):
			return strings.Join(words, " ")
		}
	}
	return ""
}

// lifecycleScripts are those that an installation runs, in order.
var lifecycleScripts = []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare",
	"postprepare"}

// lifecycle sorts the scripts of the project's own that an installation runs: those that need a development dependency,
// which an installation without them cannot run, and whether one reads files of the project.
func (n *node) lifecycle() (dev []string, reads bool) {
	for _, name := range lifecycleScripts {
		text := n.m.Scripts[name]
		if text == "" {
			continue
		}
		for _, words := range n.calls(dockerfile.NewScript("sh", text), 0) {
			if len(words) == 0 {
				continue
			}
			prog := path.Base(words[0])
			switch {
			case n.devIn(words) != "" || prog == "npx" && len(words) > 1 && n.devIn(words[1:]) != "":
				if len(dev) == 0 || dev[len(dev)-1] != name {
					dev = append(dev, name)
				}
				// what it leaves in the dependencies or in the project, the app runs with
				reads = reads || !hasWord(words, gitHooks...)
			case bundlers[prog] || frameworks[prog]:
				reads = true
			case prog == "prisma" || prog == "patch-package" || prog == "npx" &&
				hasWord(words, "prisma", "patch-package"):
			case fileWord.MatchString(strings.Join(words, " ")):
				reads = true
			}
		}
	}
	return dev, reads
}

// gitHooks are programs that are for whoever works on the project: nothing that runs needs what they do.
var gitHooks = []string{"husky", "lefthook", "simple-git-hooks", "lint-staged", "is-ci", "pinst", "only-allow",
	"check-engines", "check-engine", "npm-force-resolutions"}

var fileWord = lazyregexp.New(`\.(c|m)?[jt]s\b|\.sh\b|^\./|\bcp |\bmv `)

// dropLifecycle takes the scripts out of package.json that an installation without development dependencies cannot run.
func (n *node) dropLifecycle() string {
	dev, _ := n.lifecycle()
	if len(dev) == 0 {
		return ""
	}
	keys := "scripts." + strings.Join(dev, " scripts.")
	n.note("%s of package.json needs a development dependency, so the installation without these leaves it out.",
		strings.Join(dev, ", "))
	return "npm pkg delete " + keys
}

// oldNpm: the image's npm has no `npm pkg`, which came with Node 16.
func (n *node) oldNpm() bool {
	m := versionTag.FindStringSubmatch(n.st.Base.Tag)
	return m != nil && len(m[1]) < 3 && (len(m[1]) == 1 || m[1] < "16")
}
