package stages

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// What a Node image starts, once the scripts of package.json are looked up.

// command is what the image starts after `npm start` and the like were looked up; why is "" if nothing was.
func (n *node) command(words []string) (out []string, why string) {
	if len(words) < 2 || words[0] != "npm" && words[0] != "yarn" && words[0] != "pnpm" {
		return words, ""
	}
	name := words[1]
	if (name == "run" || name == "run-script") && len(words) > 2 {
		name = words[2]
	}
	script, ok := n.m.Scripts[name]
	if ok && words[0] == "pnpm" && (n.m.Scripts["pre"+name] != "" || n.m.Scripts["post"+name] != "") {
		return append([]string{"npm", "run"},
			words[len(words)-1]), "pnpm is not in the final stage, and npm runs the same script"
	}
	if !ok || n.m.Scripts["pre"+name] != "" || n.m.Scripts["post"+name] != "" || words[len(words)-1] != name {
		return words, ""
	}
	f := dockerfile.Parse([]byte("FROM scratch\nCMD " + strings.ReplaceAll(script, "\n", " ") + "\n"))
	if len(f.Instructions) != 2 {
		return words, ""
	}
	argv, ok := argv(f.Instructions[1])
	if !ok || len(argv) == 0 {
		return words, ""
	}
	if _, ownScript := n.m.Scripts[argv[0]]; ownScript && (argv[0] == "npm" || argv[0] == "yarn") {
		return words, ""
	}
	switch {
	case nodeRunner[argv[0]]:
		return words, "" // a script that runs another
	case strings.Contains(argv[0], "/") || usualPrograms[argv[0]]:
	default:
		if n.modules != path.Join(n.dir, "node_modules") || n.workDir() != n.dir {
			return words, "" // npm finds it, a path from here would not
		}
		argv[0] = "node_modules/.bin/" + argv[0]
	}
	return argv, words[0] + " " + strings.Join(words[1:], " ") + " starts this, and passes no signals on"
}

// startPrograms are the programs by which the app starts, once the scripts of package.json are looked up as the final
// stage has them.
func (n *node) startPrograms() map[string]bool {
	out := map[string]bool{}
	for _, s := range n.startedScripts() {
		script := s.script
		if words, ok := plainCommand(script); ok && s.name == "the command" {
			words, _ = n.command(words)
			script = scriptOf(words)
		}
		for _, words := range n.calls(script, 0) {
			out[path.Base(words[0])] = true
			if path.Base(words[0]) == "npx" && len(words) > 1 {
				out[path.Base(words[1])] = true
			}
		}
	}
	return out
}

// keepManagers has the final stage install the package managers that the app starts with, where npm brings them. Those
// that come otherwise stay behind: corepack keeps them in the home of whoever called it.
func (n *node) keepManagers() {
	starts := n.startPrograms()
	for _, name := range []string{"pnpm", "yarn"} {
		if !starts[name] || name == "yarn" && !n.berry {
			continue // every image of Node has yarn 1
		}
		kept := false
		n.parts(func(c *command) {
			if c.kind != tooling || c.install == nil || c.install.Manager != "npm" {
				return
			}
			for _, pk := range c.install.Packages {
				if pk.Name == name && !n.berry {
					c.runtime = "npm install -g " + pk.Word.Text
					n.globals, kept = append(n.globals, c), true
				}
			}
		})
		if !kept {
			n.leaves("start the program that the script of package.json starts", name)
		}
	}
}

// usualPrograms are those that a script of package.json means itself, not a package's.
var usualPrograms = words("node sh bash echo exec env python python3")

// started are the words that the image starts, npm's scripts looked up.
func (n *node) started() []string {
	for _, k := range []string{"CMD", "ENTRYPOINT"} {
		if in := n.last(k); in != nil {
			if words, ok := argv(in); ok {
				out, _ := n.command(words)
				if len(out) > 1 && out[0] == "npx" {
					out = out[1:]
				}
				return out
			}
			if in.Script != nil {
				return strings.Fields(in.Script.Source)
			}
		}
	}
	return nil
}

var devCommands = lazyregexp.New(
	`^(vite|vite dev|vite serve|next dev|nuxt dev|nuxi dev|react-scripts start|ng serve|vue-cli-service serve|webpack serve|webpack-dev-server|astro dev)\b`)

// devServer is the development server that the image starts, "" if it starts none.
func (n *node) devServer() string {
	words := n.started()
	if len(words) == 0 {
		return ""
	}
	words = append([]string{path.Base(words[0])}, words[1:]...)
	line := strings.Join(words, " ")
	if devCommands.MatchString(line) && !strings.HasPrefix(line, "vite preview") &&
		!strings.HasPrefix(line, "vite build") {
		return words[0]
	}
	return ""
}
