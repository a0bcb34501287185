package stages

import (
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
	"mvdan.cc/sh/v3/syntax"
)

// A RUN's script is a list of commands. A conversion takes some of them to one stage and some to another, so it has to
// keep what the shell's grammar says of them: `a && b || c` is one thing that cannot be taken apart, `set -e; a; b`
// stops at the first failure as `a && b` does, `a; b` goes on after one, and `cd`, `export` and the like hold for
// whatever follows.

// split takes a RUN to the commands of its list.
func (a *conversion) split(o *instruction) []*command {
	s := o.in.Script
	if s == nil {
		return nil
	}
	reader := &listReader{a: a, o: o, script: s, dir: o.dir, stops: stopsAtFailure(o.in.Shell)}
	if len(o.in.Heredocs) > 0 && !reader.readsDocument() {
		reader.document()
		return reader.out
	}
	steps := s.Steps
	for len(steps) > 0 {
		end := 1
		for end < len(steps) && steps[end].Op != ";" {
			end++
		}
		reader.list(steps[:end], end < len(steps))
		steps = steps[end:]
	}
	return reader.out
}

// stopsAtFailure reports whether a SHELL is called with -e.
func stopsAtFailure(shell []string) bool {
	for _, w := range shell[min(1, len(shell)):] {
		if strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "e") {
			return true
		}
	}
	return slices.Contains(shell, "errexit")
}

// listReader reads the and-or lists of one script.
type listReader struct {
	a      *conversion
	o      *instruction
	script *dockerfile.Script
	dir    string
	stops  bool // set -e is in force
	lines  bool // the script is a heredoc's, whose commands end with their lines
	out    []*command
}

// list reads one and-or list: steps joined by && and ||. more tells that another list follows.
func (r *listReader) list(steps []dockerfile.Step, more bool) {
	alternative := slices.ContainsFunc(steps, func(st dockerfile.Step) bool { return st.Op == "||" })
	background := slices.ContainsFunc(steps, func(st dockerfile.Step) bool {
		return st.Stmt != nil &&
			st.Stmt.Background
	})
	if alternative || background {
		c := r.add(joined(steps), r.text(steps))
		c.group, c.simple, c.stmts = true, false, statementsOf(steps)
		if background {
			c.kind, c.background = other, true
		} else if len(r.out) > 1 || more {
			c.text = "{ " + c.text + "; }"
		}
		return
	}
	for _, st := range steps {
		text := oneLine(r.script.Source)
		if st.Stmt != nil {
			text = r.text([]dockerfile.Step{st})
		}
		c := r.add(st, text)
		r.follow(c)
	}
	if last := r.out[len(r.out)-1]; more && !r.stops && last.kind != state {
		last.alone = last.text + " || true" // the script goes on when it fails
	}
}

// joined is one step that stands for several.
func joined(steps []dockerfile.Step) dockerfile.Step {
	whole := dockerfile.Step{Op: steps[0].Op, Span: dockerfile.Span{Start: steps[0].Span.Start,
		End: steps[len(steps)-1].Span.End}}
	for _, st := range steps {
		whole.Commands = append(whole.Commands, st.Commands...)
	}
	return whole
}

func statementsOf(steps []dockerfile.Step) []*syntax.Stmt {
	var out []*syntax.Stmt
	for _, st := range steps {
		if st.Stmt != nil {
			out = append(out, st.Stmt)
		}
	}
	return out
}

// text is the source of some steps, on one line and without the separator behind them.
func (r *listReader) text(steps []dockerfile.Step) string {
	first, last := steps[0].Stmt, steps[len(steps)-1].Stmt
	if first == nil {
		return oneLine(r.script.Source)
	}
	if r.lines {
		text := ""
		for i, st := range steps {
			if i > 0 {
				text += " " + st.Op + " "
			}
			text += onOneLine(st.Stmt)
		}
		return text
	}
	end := last.End().Offset()
	if last.Semicolon.IsValid() && !last.Background {
		end = last.Semicolon.Offset()
	}
	text := oneLine(strings.TrimRight(r.script.Source[first.Pos().Offset():end], " \t\n"))
	if first == last && strings.Contains(text, "  ") {
		if printed := onOneLine(first); !strings.Contains(printed, "\n") {
			return printed
		}
	}
	return text
}

// add notes a command of the list.
func (r *listReader) add(st dockerfile.Step, text string) *command {
	c := &command{from: r.o, step: st, text: text, alone: text, dir: r.dir}
	c.simple = len(st.Commands) == 1
	if c.simple {
		call := st.Commands[0]
		c.simple = call.Call == nil || st.Stmt != nil && st.Stmt.Cmd == call.Call && len(st.Stmt.Redirs) == 0
	}
	if inner := nestedShell(st); inner != nil {
		c.inner = inner
		c.step.Commands = inner.Commands
	}
	for _, call := range c.step.Commands {
		if in := call.Install(); in != nil && c.install == nil {
			c.install = in
		}
	}
	c.kind = classify(c)
	r.out = append(r.out, c)
	return c
}

// follow keeps track of what a command changes for those behind it.
func (r *listReader) follow(c *command) {
	if len(c.step.Commands) != 1 || c.inner != nil {
		return
	}
	call := c.step.Commands[0]
	switch call.Name {
	case "cd":
		switch args := call.Args(); {
		case len(args) == 0:
			r.dir = r.a.home()
		case args[0].Text != "-":
			r.dir = join(r.dir, r.a.expand(r.o, args[0].Text))
		}
	case "set":
		for i, w := range call.Args() {
			on := strings.HasPrefix(w.Text, "-")
			switch {
			case (on || strings.HasPrefix(w.Text, "+")) && strings.Contains(w.Text, "e"):
				r.stops = on
			case w.Text == "errexit" && i > 0:
				r.stops = strings.HasPrefix(call.Args()[i-1].Text, "-")
			}
		}
	}
}

// nestedShell is the script of a step that is nothing but `sh -c 'script'`, nil for any other.
func nestedShell(st dockerfile.Step) *dockerfile.Script {
	if st.Stmt == nil || len(st.Commands) == 0 || st.Stmt.Cmd != st.Commands[0].Call {
		return nil
	}
	name, words := st.Commands[0].Effective()
	if !nestedShells[name] || len(words) < 3 {
		return nil
	}
	for i, w := range words[1 : len(words)-1] {
		if strings.HasPrefix(w.Text, "-") && strings.HasSuffix(w.Text, "c") && words[i+2].Literal {
			s := dockerfile.NewScript(name, words[i+2].Text)
			if s.Err == nil && len(s.Commands) > 0 {
				return s
			}
		}
	}
	return nil
}

var nestedShells = words("sh bash dash ash zsh ksh")

var lineBreak = lazyregexp.New(`[ \t]*\\?\n[ \t]*`)

// oneLine joins the lines of a command; quotes hold what stands between them.
func oneLine(s string) string {
	if !strings.Contains(s, "\n") && !strings.Contains(s, "  ") {
		return s
	}
	if strings.ContainsAny(s, `'"`) {
		return strings.TrimSpace(lineBreak.ReplaceAllString(s, " "))
	}
	return strings.Join(strings.Fields(lineBreak.ReplaceAllString(s, " ")), " ")
}

// pick are the commands of a RUN that one stage runs, in order: those that are wanted, with the changes of the shell's
// own state that stand before them. text may give another text than the command's own; "" leaves it out.
func (a *conversion) pick(o *instruction, want func(*command) bool, text func(*command) string) []string {
	var out, pending []string
	all, changed := true, false
	for _, c := range o.commands {
		switch {
		case c.kind == state:
			pending = append(pending, c.alone)
			continue
		case !want(c):
			all = false
			continue
		}
		t := c.alone
		if text != nil {
			if own := text(c); own != c.text {
				t, changed = own, true
			}
		}
		if t != "" {
			out, pending = append(append(out, pending...), t), nil
		}
	}
	if all && !changed && len(out) > 0 {
		return ownTexts(o)
	}
	return out
}

// ownTexts are a RUN's commands as they stand.
func ownTexts(o *instruction) []string {
	var out []string
	for _, c := range o.commands {
		out = append(out, c.text)
	}
	return out
}

// home is root's home, or what HOME says.
func (a *conversion) home() string {
	if h := a.base.Env["HOME"]; h != "" {
		return h
	}
	return "/root"
}

// written is what a command leaves behind outside of what its own project holds; known is false where that cannot be
// told from its words.
func (a *conversion) written(c *command) (paths []string, known bool) {
	known = true
	for _, call := range c.step.Commands {
		p, ok := a.writtenBy(c, call)
		paths, known = append(paths, p...), known && ok
	}
	for _, st := range c.statements() {
		for _, target := range redirected(st) {
			if t := a.expand(c.from, target); strings.Contains(t, "$") {
				known = false
			} else if !strings.HasPrefix(t, "/dev/") {
				paths = append(paths, join(c.dir, t))
			}
		}
	}
	return paths, known
}

// statements are those of a command, of a shell within it too.
func (c *command) statements() []*syntax.Stmt {
	out := slices.Clone(c.stmts)
	if c.step.Stmt != nil {
		out = append(out, c.step.Stmt)
	}
	if c.inner != nil {
		out = append(out, statementsOf(c.inner.Steps)...)
	}
	return out
}

// redirected are the files into which a statement and those within it write.
func redirected(st syntax.Node) []string {
	var out []string
	syntax.Walk(st, func(n syntax.Node) bool {
		r, ok := n.(*syntax.Redirect)
		if !ok {
			return true
		}
		switch r.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll, syntax.RdrClob:
			if word := r.Word.Lit(); word != "" {
				out = append(out, word)
			} else {
				out = append(out, "$")
			}
		}
		return true
	})
	return out
}

func (a *conversion) writtenBy(c *command, call *dockerfile.Command) (paths []string, known bool) {
	name, words := call.Effective()
	if len(words) == 0 {
		return nil, true
	}
	opts, args := operands(words[1:], valuedOptions[name])
	at := func(p string) string { return join(c.dir, a.expand(c.from, p)) }
	switch name {
	case "cp", "mv", "install", "ln":
		dest, sources := opts["-t"], args
		if dest == "" && len(args) > 1 {
			dest, sources = args[len(args)-1], args[:len(args)-1]
		}
		if name == "install" && opts["-d"] != "" || dest == "" {
			return each(args, at), true
		}
		return a.moved(c, sources, dest)
	case "mkdir", "touch", "tee":
		return each(args, at), true
	case "curl":
		switch file := opts["-o"] + opts["--output"]; {
		case file != "":
			return []string{at(file)}, true
		case hasPlain(words, "O") && len(args) > 0:
			return []string{at(path.Base(args[len(args)-1]))}, true
		}
		return nil, true
	case "wget":
		switch file := opts["-O"] + opts["--output-document"]; {
		case file == "-":
			return nil, true
		case file != "":
			return []string{at(file)}, true
		case len(args) > 0:
			return []string{at(path.Join(opts["-P"]+opts["--directory-prefix"], path.Base(args[len(args)-1])))}, true
		}
		return nil, true
	case "gpg":
		if file := opts["-o"] + opts["--output"]; file != "" {
			return []string{at(file)}, true
		}
		return nil, opts["--dearmor"] == "" || len(args) == 0 // to standard output, or beside the file that it is given
	case "tar", "unzip", "bsdtar":
		dir := opts["-C"] + opts["--directory"] + opts["-d"]
		if name == "tar" && hasPlain(words, "c") && !hasPlain(words, "x") {
			return nil, false
		}
		to := at(dir)
		return []string{to}, !shared(to)
	case "git":
		if len(args) > 1 && args[0] == "clone" {
			dir := strings.TrimSuffix(path.Base(args[1]), ".git")
			if len(args) > 2 {
				dir = args[2]
			}
			return []string{at(dir)}, true
		}
	}
	return nil, true
}

// moved is where files go that are copied or moved: to a name, or into a folder.
func (a *conversion) moved(c *command, sources []string, dest string) (paths []string, known bool) {
	to := join(c.dir, a.expand(c.from, dest))
	if strings.Contains(to, "$") {
		return nil, false
	}
	folder := strings.HasSuffix(dest, "/") || dest == "." || len(sources) > 1 || shared(to)
	if !folder {
		return []string{to}, true
	}
	known = true
	for _, s := range sources {
		switch base := path.Base(a.expand(c.from, s)); {
		case !strings.ContainsAny(base, "*?[$") && base != "." && base != "/":
			paths = append(paths, path.Join(to, base))
		case !shared(to):
			paths = append(paths, to) // whatever it is called, the folder holds it
		default:
			known = false
		}
	}
	return paths, known
}

// shared are folders that every image fills itself: what lies in them is copied by name, never the folder.
func shared(dir string) bool {
	switch strings.TrimPrefix(path.Clean(dir), "/usr/local") {
	case "", "/bin", "/sbin", "/lib", "/share", "/include", "/etc":
		return true
	}
	switch path.Clean(dir) {
	case "/", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/bin", "/sbin", "/lib", "/etc", "/var",
		"/var/lib", "/root", "/home", "/opt/":
		return true
	}
	return false
}

// valuedOptions are those whose value is the next word.
var valuedOptions = map[string][]string{
	"cp": {"-t"}, "mv": {"-t"}, "ln": {"-t"}, "install": {"-t", "-m", "-o", "-g"}, "mkdir": {"-m"},
	"curl": {"-o", "--output", "-H", "--header", "-d", "-u", "-A", "--retry", "-w", "-x", "--connect-timeout",
		"--max-time", "-m", "-X", "-e"},
	"wget": {"-O", "--output-document", "-P", "--directory-prefix", "-o", "-U", "-t", "-T", "--header"},
	"tar":  {"-C", "--directory", "-f", "--file"}, "unzip": {"-d", "-x"}, "bsdtar": {"-C", "-f"},
	"gpg": {"-o", "--output", "--keyring", "--homedir", "--recv-keys", "--keyserver"},
	"git": {"-b", "--branch", "--depth", "-c", "-C", "--origin"},
}

// operands takes the words of a command to options and arguments; short options may stand together (-sSLo FILE).
func operands(words []dockerfile.Word, valued []string) (opts map[string]string, args []string) {
	opts = map[string]string{}
	for i := 0; i < len(words); i++ {
		w := words[i].Text
		if !strings.HasPrefix(w, "-") || w == "-" {
			args = append(args, w)
			continue
		}
		name, value, ok := strings.Cut(w, "=")
		if !strings.HasPrefix(w, "--") && len(w) > 2 {
			for _, letter := range w[1:] {
				opts["-"+string(letter)] = "yes"
			}
			if last := "-" + w[len(w)-1:]; slices.Contains(valued, last) && i+1 < len(words) {
				i++
				opts[last] = words[i].Text
			} else if first := w[:2]; slices.Contains(valued, first) {
				opts[first] = w[2:]
			}
			continue
		}
		if !ok && slices.Contains(valued, name) && i+1 < len(words) {
			i++
			value = words[i].Text
		} else if !ok {
			value = "yes"
		}
		opts[name] = value
	}
	return opts, args
}

// hasPlain reports whether a letter stands among the short options, also where they have no dash (tar xzf).
func hasPlain(words []dockerfile.Word, letter string) bool {
	for i, w := range words[1:] {
		if (strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--") || i == 0 && words[0].Text == "tar") &&
			strings.Contains(w.Text, letter) {
			return true
		}
	}
	return false
}

func each(list []string, f func(string) string) []string {
	var out []string
	for _, s := range list {
		out = append(out, f(s))
	}
	return out
}
