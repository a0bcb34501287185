package dockerfile

import (
	"errors"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// maxScript bounds what is parsed as shell: it keeps the depth of a hostile script's nesting within the stack.
const maxScript = 128 << 10

// maxNesting bounds the brackets within brackets: the parser takes kilobytes of stack for each.
const maxNesting = 500

// deepest is how many brackets are open at once, as far as can be told without parsing.
func deepest(script string) int {
	open, most := 0, 0
	for i := range len(script) {
		switch script[i] {
		case '(', '[', '{':
			open++
			most = max(most, open)
		case ')', ']', '}':
			open = max(0, open-1)
		}
	}
	return most
}

// Script is the command line of an instruction, taken to pieces.
type Script struct {
	// "sh", "bash", "zsh" ...; "exec" for the JSON form without a shell; "powershell", "cmd", "python" ... are not
	// parsed
	Dialect  string
	Source   string     // what the shell is given, continuation lines joined, comments between them dropped
	Commands []*Command // every simple command, in order, those of substitutions and functions too
	Steps    []Step     // the commands joined by &&, ||, ; and line ends on the top level
	Pipes    []Span     // the pipelines of two commands or more
	Err      error      // it could not be parsed; Commands is empty then
	ErrSpan  Span
	Fault    string // what the shell would stop at, "" where Err has another reason

	from  joined
	fixed *Span // the place of everything, where the source cannot be mapped
}

// Step is one link of a script's top-level chain.
type Step struct {
	Op       string // what joins it to the one before: "", ";", "&&" or "||"
	Span     Span   // without the operator
	Commands []*Command
	Stmt     *syntax.Stmt // offsets are those of Script.Source
}

// Command is a simple command with its arguments.
type Command struct {
	Name    string // the last path element of the first word, "" where that is not literal
	Words   []Word // Words[0] is the name as written
	Assigns []Assign
	Span    Span
	Nested  bool // within a command or process substitution
	Script  *Script
	Call    *syntax.CallExpr // nil for the exec form, and for export and the like

	at int // offset in Script.Source
}

// Assign is a variable set for one command, or for the rest of the script.
type Assign struct {
	Name  string
	Value Word
	Span  Span
}

// Args are the words after the name.
func (c *Command) Args() []Word {
	if len(c.Words) == 0 {
		return nil
	}
	return c.Words[1:]
}

// HasArg reports whether one of the arguments is exactly one of the given.
func (c *Command) HasArg(any ...string) bool {
	return slices.ContainsFunc(c.Args(), func(w Word) bool { return slices.Contains(any, w.Text) })
}

// Place maps a range of Source to the file.
func (s *Script) Place(start, end int) Span {
	if s.fixed != nil {
		return *s.fixed
	}
	return s.from.span(start, end)
}

// Within reports whether the script is a text within the span: the body of a heredoc that a shell runs.
func (s *Script) Within(span Span) bool {
	return len(s.from.pieces) > 0 && span.Contains(s.from.pieces[0].src)
}

// Shells are the shells whose scripts are parsed, with the language of each.
var shells = map[string]syntax.LangVariant{
	"sh": syntax.LangPOSIX, "dash": syntax.LangPOSIX, "ash": syntax.LangPOSIX, "busybox": syntax.LangPOSIX,
	"bash": syntax.LangBash, "zsh": syntax.LangBash, "ksh": syntax.LangMirBSDKorn, "mksh": syntax.LangMirBSDKorn,
}

// Parsed reports whether the script is in a language that is taken to pieces here.
func (s *Script) Parsed() bool {
	_, shell := shells[s.Dialect]
	return shell || s.Dialect == "exec"
}

// IsShell reports whether a program, by its short name, is a shell whose scripts are parsed.
func IsShell(name string) bool {
	_, ok := shells[name]
	return ok
}

// ShellName is the short name of the program that a command line is given to: "bash" for "/usr/bin/bash", "powershell"
// for "powershell.exe". A shell that another program starts, as conda run and env do, is the one that counts.
func ShellName(argv []string) string {
	if shell, n := startedShell(argv); shell != "" && n == len(argv) && takesScript(argv[n-1]) {
		return shell
	}
	return shellName(argv)
}

// takesScript reports whether an option of a shell says that its script is the next word: -c, -ec.
func takesScript(option string) bool {
	return strings.HasPrefix(option, "-") && !strings.HasPrefix(option, "--") && strings.HasSuffix(option, "c")
}

// startedShell finds the shell that a command line starts, with the number of the words up to the end of its options:
// what follows is its script. The shell is "" where there is none.
func startedShell(argv []string) (shell string, n int) {
	i := slices.IndexFunc(argv, func(arg string) bool { return IsShell(path.Base(arg)) })
	if i < 0 {
		return "", 0
	}
	shell = path.Base(argv[i])
	for i++; i < len(argv) && len(argv[i]) > 1 && strings.ContainsAny(argv[i][:1], "-+"); i++ {
		if end := argv[i][len(argv[i])-1]; (end == 'o' || end == 'O') && !strings.HasPrefix(argv[i], "--") {
			i++ // -o pipefail
		}
	}
	return shell, min(i, len(argv))
}

func shellName(argv []string) string {
	seen := ""
	for _, arg := range argv {
		if seen == "env" && (strings.HasPrefix(arg, "-") || strings.Contains(arg, "=")) {
			continue // env's own option, or a variable
		}
		name := strings.ToLower(path.Base(strings.ReplaceAll(arg, `\`, "/")))
		if seen = strings.TrimSuffix(name, ".exe"); seen != "env" {
			break
		}
	}
	return seen
}

// scripts parses the command lines of all instructions, each with the SHELL in force where it stands.
func (f *File) scripts() {
	for _, in := range f.Instructions {
		if in.Stage == nil { // before the first FROM: wrong, but still to be looked into
			in.Shell = []string{"/bin/sh", "-c"}
			in.Script = f.script(in)
		}
	}
	final := map[*Stage][]string{}
	for _, st := range f.Stages {
		shell := []string{"/bin/sh", "-c"}
		switch {
		case st.Parent != nil:
			shell = final[st.Parent]
		case st.Windows():
			shell = []string{"cmd", "/S", "/C"}
		}
		for _, in := range st.Instructions {
			if in.Keyword == "SHELL" && in.JSON && len(in.Args) > 0 {
				shell = texts(in.Args)
			}
			for i := in; i != nil; i = i.Trigger {
				i.Shell = shell
				i.Script = f.script(i)
			}
		}
		final[st] = shell
	}
}

// Windows reports whether a stage runs Windows, whose default shell is cmd.
func (s *Stage) Windows() bool {
	if s.Parent != nil {
		return s.Parent.Windows()
	}
	n := strings.ToLower(s.Base.Text)
	// not every "windows" in a name: windows_exporter runs on Linux
	for _, name := range []string{"nanoserver", "servercore", "mcr.microsoft.com/windows"} {
		if strings.Contains(n, name) {
			return true
		}
	}
	return strings.HasPrefix(s.Platform, "windows")
}

func texts(ws []Word) []string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = w.Text
	}
	return out
}

func (f *File) script(in *Instruction) *Script {
	args, from := in.Args, in.args
	switch in.Keyword {
	case "RUN", "CMD", "ENTRYPOINT":
	case "HEALTHCHECK":
		if len(args) < 2 || !strings.EqualFold(args[0].Text, "CMD") {
			return nil
		}
		args = args[1:]
		from += len(in.line.text[from:]) - len(strings.TrimLeft(in.line.text[from:][3:], blanks))
	default:
		return nil
	}
	switch {
	case len(args) == 0:
		return nil
	case in.JSON:
		return f.exec(args)
	}
	s := &Script{Dialect: ShellName(in.Shell)}
	s.from = in.line.slice(from, from+len(args[0].Text))
	f.inline(in, s)
	s.parse()
	return s
}

// inline adds the heredocs' bodies as the builder does: a lone heredoc is the script itself, or a file for the program
// that its first line names; any other is left to the shell, body and end below the command line.
func (f *File) inline(in *Instruction, s *Script) {
	hs := in.Heredocs
	if len(hs) == 0 {
		return
	}
	if shell, ok := runsHeredoc(s.from.text); ok && len(hs) == 1 {
		if shell != "" {
			s.Dialect = shell
		}
		s.from = joined{}
		s.from.append(hs[0].Content, hs[0].BodySpan.Start)
		if first, _, _ := strings.Cut(hs[0].Content, "\n"); strings.HasPrefix(first, "#!") {
			s.Dialect = ShellName(strings.Fields(first[2:]))
		}
		return
	}
	for _, h := range hs {
		s.from.append("\n", -1)
		s.from.append(h.Content, h.BodySpan.Start)
		s.from.append(h.Name, -1)
	}
}

// runsHeredoc reports whether a command line does nothing but run its heredoc: it is alone, or given to a shell, whose
// name is returned then.
func runsHeredoc(line string) (shell string, ok bool) {
	var words []string
	heredocs := 0
	for _, word := range strings.Fields(line) {
		if strings.HasPrefix(word, "<<") && strings.TrimLeft(word, "<-") != "" {
			heredocs++
			continue
		}
		words = append(words, word)
	}
	if heredocs != 1 || len(words) == 0 {
		return "", heredocs == 1
	}
	for i, word := range words[1:] {
		if word[0] != '-' && !strings.HasSuffix(words[i], "o") { // bash -eo pipefail
			return "", false
		}
		if word[0] == '-' && strings.Contains(word, "c") {
			return "", false // the script is the next word
		}
	}
	shell = shellName(words[:1])
	_, ok = shells[shell]
	return shell, ok
}

// exec reads the JSON form: a command by itself, or a shell with a script.
func (f *File) exec(args []Word) *Script {
	s := &Script{Dialect: "exec"}
	whole := Span{args[0].Span.Start, args[len(args)-1].Span.End}
	if shell, n := startedShell(texts(args)); shell != "" && n < len(args) && takesScript(args[n-1].Text) {
		s.Dialect = shell
		f.shellOf(s, args, n)
		return s
	}
	c := &Command{Words: args, Span: whole, Script: s, Name: path.Base(args[0].Text)}
	s.Source = strings.Join(texts(args), " ")
	s.Commands = []*Command{c}
	s.Steps = []Step{{Span: whole, Commands: s.Commands}}
	return s
}

// shellOf reads the JSON form of a shell that is given a script, args[n]. What starts the shell is a command too.
func (f *File) shellOf(s *Script, args []Word, n int) {
	script := args[n]
	inner := Span{script.Span.Start + 1, script.Span.End - 1}
	if inner.Start <= inner.End && f.Text(inner) == script.Text {
		s.from.append(script.Text, inner.Start)
	} else {
		s.from.append(script.Text, -1)
		s.fixed = &script.Span
	}
	s.parse()
	at := slices.IndexFunc(args, func(w Word) bool { return IsShell(path.Base(w.Text)) })
	if at == 0 || shellName(texts(args[:at])) == "env" {
		return
	}
	starter := &Command{Words: args[:at], Span: Span{args[0].Span.Start, args[at-1].Span.End}, Script: s,
		Name: path.Base(args[0].Text)}
	s.Commands = append([]*Command{starter}, s.Commands...)
}

// Joined reads the words of a JSON form as one shell command line, as hadolint does: a lone "&&" among them is taken
// for an operator. Everything stands at the place of the whole array.
func (in *Instruction) Joined() *Script {
	s := &Script{Dialect: "bash", fixed: &in.ArgSpan}
	s.from.append(strings.Join(texts(in.Args), " "), -1)
	s.parse()
	return s
}

// NewScript parses a shell script that stands by itself: a start script, the argument of sh -c. Its spans are offsets
// into the text.
func NewScript(dialect, text string) *Script {
	s := &Script{Dialect: dialect}
	s.from.append(text, 0)
	s.parse()
	return s
}

// parse fills the script from its source. POSIX shells get a second try as bash: people use bash's syntax where sh is
// bash, and a linter should still see the commands.
func (s *Script) parse() {
	s.Source = s.from.text
	lang, ok := shells[s.Dialect]
	if !ok {
		return
	}
	if len(s.Source) > maxScript {
		s.Err = errors.New("the script is too long to be looked into")
		s.ErrSpan = s.Place(0, 1)
		return
	}
	if deepest(s.Source) > maxNesting {
		s.Err = errors.New("the script is nested too deeply to be looked into")
		s.ErrSpan = s.Place(0, 1)
		return
	}
	tree, err := parseShell(s.Source, lang)
	if err != nil && lang != syntax.LangBash {
		if t, err2 := parseShell(s.Source, syntax.LangBash); err2 == nil {
			tree, err = t, nil
		}
	}
	if err != nil {
		s.Err, s.ErrSpan = errUnparsed, s.Place(0, 1)
		var pe syntax.ParseError
		if errors.As(err, &pe) {
			off := min(int(pe.Pos.Offset()), max(0, len(s.Source)-1))
			s.Fault, s.ErrSpan = explainShell(pe.Text), s.Place(off, off+1)
		}
		return
	}
	w := &walker{s: s}
	w.chain(tree.Stmts, "")
	for _, st := range tree.Stmts {
		w.walk(st)
	}
	s.assign()
}

var (
	errUnparsed = errors.New("the shell does not parse this")
	shellToken  = lazyregexp.New("`[^`]*`|\"[^\"]*\"")
	shellWords  = lazyregexp.New(
		"^[`\"](?:[^A-Za-z0-9]{1,3}|if|then|elif|else|fi|for|while|until|do|done|case|esac|in|function|foo\\(?)[`\"]$")
)

// explainShell puts the parser's words into a message that repeats nothing of the script but the shell's own signs and
// words.
func explainShell(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text = strings.Replace(text, "reached EOF", "reached the end", 1)
	return shellToken.ReplaceAllStringFunc(text, func(token string) string {
		if shellWords.MatchString(token) {
			return token
		}
		return "a word"
	})
}

// parseShell parses; a panic of the parser is an error.
func parseShell(src string, lang syntax.LangVariant) (tree *syntax.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the shell's parser gives up")
		}
	}()
	return syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(src), "")
}

type walker struct {
	s     *Script
	depth int // of substitutions
}

// chain flattens the top level.
func (w *walker) chain(stmts []*syntax.Stmt, op string) {
	for _, st := range stmts {
		if op == "" && len(w.s.Steps) > 0 {
			op = ";"
		}
		w.link(st, op)
		op = ""
	}
}

func (w *walker) link(st *syntax.Stmt, op string) {
	if b, ok := st.Cmd.(*syntax.BinaryCmd); ok && (b.Op == syntax.AndStmt || b.Op == syntax.OrStmt) && !st.Negated &&
		len(st.Redirs) == 0 {
		w.link(b.X, op)
		w.link(b.Y, b.Op.String())
		return
	}
	start, end := int(st.Pos().Offset()), int(st.End().Offset())
	if st.Semicolon.IsValid() {
		end = start + len(strings.TrimRight(w.s.Source[start:st.Semicolon.Offset()], " \t\n"))
	}
	w.s.Steps = append(w.s.Steps, Step{Op: op, Span: w.s.Place(start, end), Stmt: st})
}

// assign gives every step its commands.
func (s *Script) assign() {
	i := 0
	for _, c := range s.Commands {
		for i+1 < len(s.Steps) && c.at >= int(s.Steps[i+1].Stmt.Pos().Offset()) {
			i++
		}
		if len(s.Steps) > 0 {
			s.Steps[i].Commands = append(s.Steps[i].Commands, c)
		}
	}
}

func (w *walker) place(n syntax.Node) Span {
	return w.s.Place(int(n.Pos().Offset()), int(n.End().Offset()))
}

func (w *walker) walk(root syntax.Node) {
	type frame struct{ sub bool }
	var stack []frame
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if top.sub {
				w.depth--
			}
			return true
		}
		fr := frame{}
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			fr.sub = true
			w.depth++
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
				w.s.Pipes = append(w.s.Pipes, w.place(n))
			}
		case *syntax.CallExpr:
			w.command(n)
		case *syntax.DeclClause:
			w.declaration(n)
		}
		stack = append(stack, fr)
		return true
	})
}

func (w *walker) command(call *syntax.CallExpr) {
	c := &Command{Span: w.place(call), Nested: w.depth > 0, Script: w.s, Call: call, at: int(call.Pos().Offset())}
	c.Assigns = w.assigns(call.Assigns)
	for _, a := range call.Args {
		c.Words = append(c.Words, w.word(a))
	}
	if len(c.Words) > 0 && c.Words[0].Literal {
		c.Name = path.Base(c.Words[0].Text)
	}
	w.s.Commands = append(w.s.Commands, c)
}

// declaration reads export, local and the like as the command that it is, its variables as Assigns.
func (w *walker) declaration(d *syntax.DeclClause) {
	c := &Command{Name: d.Variant.Value, Span: w.place(d), Nested: w.depth > 0, Script: w.s, at: int(d.Pos().Offset())}
	c.Words = []Word{{Text: d.Variant.Value, Literal: true, Span: w.place(d.Variant)}}
	for _, a := range d.Args {
		c.Words = append(c.Words, Word{Text: w.s.Source[a.Pos().Offset():a.End().Offset()], Span: w.place(a)})
	}
	c.Assigns = w.assigns(d.Args)
	w.s.Commands = append(w.s.Commands, c)
}

func (w *walker) assigns(list []*syntax.Assign) []Assign {
	var out []Assign
	for _, a := range list {
		if a.Name == nil {
			continue
		}
		as := Assign{Name: a.Name.Value, Span: w.place(a)}
		if a.Value != nil {
			as.Value = w.word(a.Value)
		} else {
			as.Value = Word{Literal: true, Span: Span{as.Span.End, as.Span.End}}
		}
		out = append(out, as)
	}
	return out
}

func (w *walker) word(n *syntax.Word) Word {
	var b strings.Builder
	literal := w.parts(&b, n.Parts, false)
	return Word{Text: b.String(), Literal: literal, Span: w.place(n)}
}

// parts writes the text of a word's parts: literal ones without quotes, the others as they are written.
func (w *walker) parts(b *strings.Builder, parts []syntax.WordPart, quoted bool) bool {
	literal := true
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			unescapeShell(b, p.Value, quoted)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			literal = w.parts(b, p.Parts, true) && literal
		default:
			literal = false
			b.WriteString(w.s.Source[p.Pos().Offset():p.End().Offset()])
		}
	}
	return literal
}

func unescapeShell(b *strings.Builder, s string, quoted bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (!quoted || strings.IndexByte("$`\"\\\n", s[i+1]) >= 0) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
}
