package stages

import (
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// What every conversion has to hold, whatever made it.

// check looks at the result: no stage is copied whole into another, every path in it is told, and nothing that the
// final
// stage starts is a program that stayed behind.
func (a *conversion) check(f *dockerfile.File, final *dockerfile.Stage) error {
	for _, in := range final.Instructions {
		if from, ok := in.Flag("from"); in.Keyword != "COPY" || !ok || len(in.Args) < 2 || f.CopiedFrom(in) == nil ||
			a.copiesAsIs(in) {
			continue
		} else if src := in.Args[0].Text; path.Clean(src) == "/" {
			return refuse(nil,
				"the app lies in the root folder, so its files cannot be told from those of stage %s; set a WORKDIR",
				from.Value)
		} else if strings.Contains(src, "$") {
			return refuse(nil, "where the builder leaves %s is left to a variable without a value", src)
		}
	}
	for _, in := range final.Instructions {
		if (in.Keyword == "CMD" || in.Keyword == "ENTRYPOINT") && in.Script != nil {
			if err := a.startsGone(in, in.Script); err != nil {
				return err
			}
		}
	}
	if r := a.o.Run; r != nil {
		for _, argv := range [][]string{r.Entrypoint, r.Command} {
			if s := scriptOf(argv); s != nil {
				if err := a.startsGone(nil, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// copiesAsIs: a COPY that the original has too.
func (a *conversion) copiesAsIs(in *dockerfile.Instruction) bool {
	for _, o := range a.instructions {
		if o.in.Keyword == "COPY" && o.fromStage() && slices.Equal(texts(o.in.Args), texts(in.Args)) {
			return true
		}
	}
	return false
}

// startsGone refuses a command, or a script that it runs, that calls what the final stage does not have.
func (a *conversion) startsGone(in *dockerfile.Instruction, s *dockerfile.Script) error {
	where := "its command"
	if in == nil {
		where = "compose's command"
	}
	for i, script := range append([]*dockerfile.Script{s}, a.startScripts(s)...) {
		if i > 0 {
			where = "its start script"
		}
		for _, c := range script.Commands {
			name, _ := c.Effective()
			if what, ok := a.gone[name]; ok {
				return refuse(nil, "%s calls %s, which stays in the builder; %s", where, name, what)
			}
		}
	}
	return nil
}

// leaves says that programs stay in the builder, and what to do where one of them is called at run time.
func (a *conversion) leaves(remedy string, names ...string) {
	if a.gone == nil {
		a.gone = map[string]string{}
	}
	for _, n := range names {
		a.gone[n] = remedy
	}
}

// leftBehind finds what commands that only the builder runs leave outside of the folders that the final stage gets
// anyway, and has the final stage take it along.
func (a *conversion) leftBehind(inBuilder func(*command) bool, covered ...string) error {
	var err error
	a.parts(func(c *command) {
		if err != nil || !inBuilder(c) {
			return
		}
		switch c.kind {
		case other, files, fetch, compile:
		default:
			return
		}
		paths, known := a.written(c)
		if !known {
			err = refuse(c.from.in, "what RUN %s leaves behind cannot be told; put it into a folder of its own by name",
				shorten(c.text))
			return
		}
		for _, p := range paths {
			if !a.covered(p, covered) {
				a.left = append(a.left, p)
			}
		}
	})
	return err
}

// writesWithin reports whether a command writes nothing but below a folder, as far as its words tell.
func (a *conversion) writesWithin(c *command, dir string) bool {
	paths, known := a.written(c)
	for _, p := range paths {
		known = known && within(p, dir)
	}
	return known && len(paths) > 0
}

// touchesLeft: a command on something that the final stage takes along from the builder.
func (a *conversion) touchesLeft(c *command) bool {
	for _, call := range c.step.Commands {
		for _, w := range call.Args() {
			for _, p := range a.left {
				if within(join(c.dir, a.expand(c.from, w.Text)), p) {
					return true
				}
			}
		}
	}
	return false
}

// finalPrograms are those that the final stage of any language can be expected to have, besides a slim image's own.
var finalPrograms = words("python python3 pip pip3 node npm npx yarn ruby bundle gem rails rake php composer java " +
	"sh bash")

// callsKnown notes a guess where the final stage runs a program of which it is not known that it is there.
func (a *conversion) callsKnown(c *command) {
	if c.kind != other || a.res.Final == a.st.Base.Text {
		return
	}
	libraries := a.libraries()
	for _, call := range c.step.Commands {
		name, _ := call.Effective()
		if name == "" || slimPrograms[name] || finalPrograms[name] || strings.Contains(name, ".") ||
			libraries[pythonName(name)] || commandKind(call) != other {
			continue
		}
		a.guesses("the final stage has "+name+", which RUN "+shorten(c.text)+" calls",
			"a slim image does not have it, and no package of that name is known to bring it")
	}
}

// covered: the final stage has a path already, or has no use for it.
func (a *conversion) covered(p string, folders []string) bool {
	if toolCache.MatchString(p) || within(p, "/etc/apt") || within(p, "/usr/share/keyrings") || within(p, "/dev") ||
		p == "/" {
		return true
	}
	for _, f := range append(folders, a.left...) {
		if within(p, f) {
			return true
		}
	}
	return shared(p) // the folder alone, which every image has
}

// removedAgain reports whether the RUN that installs a package also removes it, so that no layer holds it.
func (a *conversion) removedAgain(pkg string) bool {
	found := false
	for _, o := range a.instructions {
		build, _ := a.packagesOf(o)
		if !slices.Contains(build, pkg) {
			continue
		}
		gone := false
		for _, c := range o.commands {
			for _, call := range c.step.Commands {
				name, words := call.Effective()
				if name != "apk" && name != "apt-get" && name != "apt" ||
					!hasWord(texts(words), "del", "purge", "remove") {
					continue
				}
				gone = gone || name == "apk" && a.virtual(o, texts(words)) || hasWord(texts(words), pkg)
			}
		}
		if !gone {
			return false
		}
		found = true
	}
	return found
}

// virtual reports whether words name the group under which a RUN installs Alpine's packages.
func (a *conversion) virtual(o *instruction, words []string) bool {
	for _, c := range o.commands {
		if c.install == nil {
			continue
		}
		for _, option := range c.install.Options {
			if (option.Name == "--virtual" || option.Name == "-t") && hasWord(words, option.Value) {
				return true
			}
		}
	}
	return false
}

// worthwhile refuses what would leave nothing behind: both stages on the same base, and nothing in the builder that the
// final stage does not get.
func (a *conversion) worthwhile() error {
	if a.res.Final != a.st.Base.Text && a.res.Final != a.st.Base.Raw || a.language == "PHP" {
		return nil // PHP has no smaller base, and leaves compilers and composer behind
	}
	_, final := a.systemPackages()
	build, _ := a.systemPackages()
	for _, p := range build {
		if !slices.Contains(final, p) && !a.removedAgain(p) {
			return nil
		}
	}
	builds := false
	a.parts(func(c *command) {
		builds = builds || c.kind == tooling || c.kind == compile || c.kind == fetch
		builds = builds || c.kind == depend && c.install != nil && c.install.Manager != "pip" && a.language == "Python"
	})
	if builds || a.language == "Node" && len(a.manifest().DevDependencies) > 0 {
		return nil
	}
	return refuse(a.st.From,
		"it stands on %s already and nothing that only builds stays in it, so there is nothing to leave behind",
		a.st.Base.Text)
}
