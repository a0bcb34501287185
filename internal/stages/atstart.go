package stages

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// An app that is compiled whenever it starts: what compiles belongs into a RUN, and the command starts what was built.

// builtBefore is the Dockerfile with the build in a RUN of its own before the command, and the command without it; nil
// where the two cannot be told apart. The conversion goes on with that file, and the proof compares with the original.
func (n *node) builtBefore() *dockerfile.File {
	in := n.last("CMD")
	if in == nil || in.Script == nil || n.last("ENTRYPOINT") != nil || n.o.Run != nil &&
		(len(n.o.Run.Command) > 0 || len(n.o.Run.Entrypoint) > 0) {
		return nil
	}
	builds, start := n.startParts(in.Script)
	if len(builds) == 0 || start == "" {
		return nil
	}
	text, err := n.f.Apply(dockerfile.Replace(in.Span, "RUN "+strings.Join(builds, " \\\n    && ")+"\nCMD "+start))
	if err != nil {
		return nil
	}
	f := dockerfile.Parse(text)
	if len(f.Problems) > 0 {
		return nil
	}
	return f
}

// startParts takes a start script to the commands that build and the one that starts.
func (n *node) startParts(s *dockerfile.Script) (builds []string, start string) {
	for i, st := range s.Steps {
		if len(st.Commands) != 1 || i > 0 && st.Op != "&&" {
			return nil, ""
		}
		_, w := st.Commands[0].Effective()
		words := texts(w)
		for _, word := range w {
			if !word.Literal {
				return nil, ""
			}
		}
		if i < len(s.Steps)-1 {
			if !n.buildsOnly(words) {
				return nil, ""
			}
			builds = append(builds, strings.Join(words, " "))
			continue
		}
		more, last := n.startOf(words, 0)
		builds, start = append(builds, more...), last
	}
	return builds, start
}

// buildsOnly: every command that this one comes to builds.
func (n *node) buildsOnly(words []string) bool {
	calls := n.calls(scriptOf(words), 0)
	found := false
	for _, c := range calls {
		name := path.Base(c[0])
		switch {
		case nodeRunner[name], name == "rimraf", name == "rm", name == "cross-env":
		case bundlers[name], frameworks[name] && hasWord(c, "build"):
			found = true
		default:
			return false
		}
	}
	return found
}

// startOf is the command that a last command comes to, with the builds that go before it.
func (n *node) startOf(words []string, depth int) (builds []string, start string) {
	if len(words) == 0 || depth > maxScriptDepth {
		return nil, ""
	}
	if words[0] == "nest" && hasWord(words, "start") && !hasWord(words, "--watch", "-w", "--debug") &&
		n.holds("tsconfig.json") {
		return []string{"npx nest build"}, `["node", "dist/main"]`
	}
	if n.buildsIn(n.calls(scriptOf(words), 0)) == "" {
		if depth > 0 && !nodeRunner[words[0]] && !usualPrograms[words[0]] && !strings.Contains(words[0], "/") {
			words = append([]string{"node_modules/.bin/" + words[0]}, words[1:]...)
		}
		return nil, execForm(words)
	}
	names := n.scriptNames(words)
	if len(names) != 1 || words[len(words)-1] != names[0] {
		return nil, ""
	}
	name := names[0]
	if pre := n.m.Scripts["pre"+name]; pre != "" {
		if !n.buildsOnly([]string{"npm", "run", "pre" + name}) {
			return nil, ""
		}
		builds = append(builds, "npm run pre"+name)
	}
	if n.m.Scripts["post"+name] != "" {
		return nil, ""
	}
	s := dockerfile.NewScript("sh", n.m.Scripts[name])
	if s.Err != nil || len(s.Steps) == 0 {
		return nil, ""
	}
	if len(s.Steps) == 1 {
		argv, ok := plainCommand(s)
		if !ok {
			return nil, ""
		}
		more, last := n.startOf(argv, depth+1)
		return append(builds, more...), last
	}
	more, last := n.startParts(s)
	return append(builds, more...), last
}

// holds reports whether the project holds a file.
func (n *node) holds(name string) bool { return n.conversion.has(path.Join(n.root, name)) }
