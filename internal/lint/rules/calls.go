package rules

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

// call is a simple command as hadolint looks at it: the name exactly as written (a path is another program), exec,
// command, builtin and busybox seen through, options by letter or by name.
type call struct {
	cmd  *dockerfile.Command
	name string
	args []string
}

// calls lists the commands of a RUN, also of one within an ONBUILD. The JSON form is read as one command line.
func calls(in *dockerfile.Instruction) []call {
	if in.Keyword != "RUN" || in.Script == nil {
		return nil
	}
	s := in.Script
	if in.JSON {
		s = in.Joined()
	}
	out := make([]call, 0, len(s.Commands))
	for _, c := range s.Commands {
		k, ok := newCall(c)
		if !ok {
			continue
		}
		out = append(out, k)
		if timed, ok := k.timed(); ok {
			out = append(out, timed)
		}
	}
	return out
}

// timed is the command that time runs: a word of bash's syntax, but a program with arguments to sh.
func (c *call) timed() (call, bool) {
	args := c.args
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if c.name != "time" || len(args) == 0 {
		return call{}, false
	}
	return call{cmd: c.cmd, name: args[0], args: args[1:]}, true
}

func newCall(c *dockerfile.Command) (call, bool) {
	// tests are no commands
	if len(c.Words) == 0 || !c.Words[0].Literal || c.Words[0].Text == "[" || c.Words[0].Text == "[[" {
		return call{}, false
	}
	k := call{cmd: c, name: c.Words[0].Text}
	for _, w := range c.Args() {
		k.args = append(k.args, w.Text)
	}
	for (k.name == "exec" || k.name == "command" || k.name == "builtin" || k.name == "busybox") && len(k.args) > 0 &&
		!strings.HasPrefix(k.args[0], "-") {
		k.name, k.args = k.args[0], k.args[1:]
	}
	return k, true
}

// flag reports whether one of the options is given: a letter alone or in a bundle, a word with or without a value.
func (c *call) flag(names ...string) bool {
	for _, a := range c.args {
		for _, n := range names {
			if flagIs(a, n) {
				return true
			}
		}
	}
	return false
}

func flagIs(arg, name string) bool {
	if long, ok := strings.CutPrefix(arg, "--"); ok {
		long, _, _ = strings.Cut(long, "=")
		return len(name) > 1 && long == name
	}
	return len(name) == 1 && len(arg) > 1 && arg[0] == '-' && strings.Contains(arg[1:], name)
}

// count counts how often a letter is given, in bundles too.
func (c *call) count(letter string) int {
	n := 0
	for _, a := range c.args {
		if len(a) > 1 && a[0] == '-' && a[1] != '-' {
			n += strings.Count(a[1:], letter)
		}
	}
	return n
}

// times counts how often an argument is given.
func (c *call) times(word string) int {
	n := 0
	for _, a := range c.args {
		if a == word {
			n++
		}
	}
	return n
}

// rest are the arguments that are no options, without the values of the options named.
func (c *call) rest(valued ...string) []string {
	var out []string
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		if !strings.HasPrefix(a, "-") {
			out = append(out, a)
			continue
		}
		for _, v := range valued {
			if flagIs(a, v) && !strings.Contains(a, "=") {
				i++
				break
			}
		}
	}
	return out
}

// has reports whether an argument is exactly one of the words.
func (c *call) has(words ...string) bool {
	return slices.ContainsFunc(c.args, func(a string) bool { return slices.Contains(words, a) })
}

// after is the argument that follows an option's letter.
func (c *call) after(letter string) (string, bool) {
	for i, a := range c.args {
		if flagIs(a, letter) && i+1 < len(c.args) {
			return c.args[i+1], true
		}
	}
	return "", false
}

func without(list []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(words, v) })
}

// runs calls f for every RUN, also those within ONBUILD, with its commands.
func runs(p *lint.Pass, f func(*dockerfile.Instruction, []call)) {
	p.File.Walk(func(in *dockerfile.Instruction) {
		if cs := calls(in); len(cs) > 0 {
			f(in, cs)
		}
	})
}

// each reports every RUN of which a command is wrong, once, at the first such command.
func each(p *lint.Pass, title string, wrong func(*call) bool) {
	runs(p, func(in *dockerfile.Instruction, cs []call) {
		for i := range cs {
			if wrong(&cs[i]) {
				p.ReportAt(in, cs[i].cmd.Span, title)
				return
			}
		}
	})
}

// unpinned reports every RUN that installs packages without a version, once, with the packages' names.
func unpinned(p *lint.Pass, what string, find func(*call) []string) {
	unpinnedIn(p, what, func(_ *dockerfile.Instruction, c *call) []string { return find(c) })
}

// unpinnedIn is unpinned where it matters which instruction a command stands in.
func unpinnedIn(p *lint.Pass, what string, find func(*dockerfile.Instruction, *call) []string) {
	runs(p, func(in *dockerfile.Instruction, cs []call) {
		var names []string
		var at dockerfile.Span
		for i := range cs {
			found := find(in, &cs[i])
			if len(found) > 0 && len(names) == 0 {
				at = cs[i].cmd.Span
			}
			names = append(names, found...)
		}
		if len(names) > 0 {
			p.ReportAt(in, at, what+list(names))
		}
	})
}

// list names a few things: ": curl, git and 3 more". Names that hold an address are not repeated.
func list(names []string) string {
	var shown []string
	for _, n := range names {
		if plainName.MatchString(n) {
			shown = append(shown, n)
		}
	}
	if len(shown) == 0 {
		return ""
	}
	if len(shown) > 5 {
		return ": " + strings.Join(shown[:4], ", ") + " and others"
	}
	return ": " + strings.Join(shown, ", ")
}

var plainName = lazyregexp.New(`^[A-Za-z0-9@._+/-]{1,60}$`)

// lacking are the names for which ok does not hold.
func lacking(names []string, ok func(string) bool) []string {
	var out []string
	for _, n := range names {
		if !ok(n) {
			out = append(out, n)
		}
	}
	return out
}

// cached reports whether a RUN keeps a folder out of the layer: a cache or tmpfs mount whose target fits.
func cached(in *dockerfile.Instruction, fits func(target string) bool) bool {
	for _, m := range in.Mounts() {
		if (m.Type == "cache" || m.Type == "tmpfs") && fits(strings.TrimSuffix(m.Target, "/")) {
			return true
		}
	}
	return false
}

// cleanedAfter reports whether the first command that cleans stands after the first that needs it. needs is false where
// no command needs it.
func cleanedAfter(cs []call, need, clean func(*call) bool) (needs, cleaned bool) {
	n, c := -1, -1
	for i := range cs {
		if n < 0 && need(&cs[i]) {
			n = i
		}
		if c < 0 && clean(&cs[i]) {
			c = i
		}
	}
	return n >= 0, n >= 0 && c > n
}

// lasting tells of an instruction whether its stage is the last one or another stage builds on it: what lies in the
// layers of the others is gone. Stages of one name, or without a name on one image, are not told apart, as in hadolint.
func lasting(p *lint.Pass) func(*dockerfile.Instruction) bool {
	stages := p.File.Stages
	keep := make([]bool, len(stages))
	builtOn := map[string]bool{} // the images of the stages that come later
	for i := len(stages) - 1; i >= 0; i-- {
		s, last := stages[i], stages[len(stages)-1]
		keep[i] = s.Base.Raw == last.Base.Raw && s.Platform == last.Platform &&
			alias(p.File, s) == alias(p.File, last) ||
			s.Name != "" && builtOn[alias(p.File, s)]
		builtOn[imageName(s.Base.Raw)] = true
	}
	return func(in *dockerfile.Instruction) bool { return in.Stage == nil || keep[in.Stage.Index] }
}

// stageKey is what hadolint knows a stage by: its name, or its image without registry and version.
func stageKey(f *dockerfile.File, s *dockerfile.Stage) string {
	if s.Name != "" {
		return alias(f, s)
	}
	return imageName(s.Base.Raw)
}

// imageName is an image as it is written, without registry, tag and digest.
func imageName(raw string) string {
	raw, _, _ = strings.Cut(raw, "@")
	if first, rest, ok := strings.Cut(raw, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		raw = rest
	}
	raw, _, _ = strings.Cut(raw, ":")
	return raw
}

// top calls f for every instruction that does not stand within an ONBUILD.
func top(p *lint.Pass, keyword string, f func(*dockerfile.Instruction)) {
	for _, in := range p.File.Instructions {
		if in.Keyword == keyword {
			f(in)
		}
	}
}

// unquoted drops one pair of quotes around an argument that the builder's parser leaves quoted.
func unquoted(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
