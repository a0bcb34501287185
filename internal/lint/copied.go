package lint

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Bounds on the scripts that are looked into: how many of one Dockerfile, and how large one may be.
const (
	maxCopiedScripts = 64
	maxCopiedScript  = 64 << 10
	maxJudgedAgain   = 16 << 20 // of the Dockerfile, which the rules look at once more for each script
)

// Unread is a script of the build context that a RUN starts and that no rule looked into.
type Unread struct {
	Line int    // of the RUN
	Name string // as the RUN names it
	Why  string
}

// copiedScript is a script of the build context, or of a heredoc that COPY writes, that a RUN starts.
type copiedScript struct {
	call
	name  string // as it is called
	file  string // in the build context; "" for a heredoc of the Dockerfile
	text  string
	start int // of a heredoc: its text's offset in the Dockerfile
}

// UnreadScripts tells of the scripts that RUN instructions start and that no rule can look into.
func UnreadScripts(f *dockerfile.File, ctx *Context) []Unread {
	_, unread := copiedScripts(f, ctx)
	return unread
}

// copiedScripts finds the shell scripts that RUN instructions start and that a COPY, ADD or bind mount brings from the
// build context. Scripts from elsewhere (of the base image, fetched, written by a command before) are none of its
// business, nor are programs in other languages.
func copiedScripts(f *dockerfile.File, ctx *Context) ([]copiedScript, []Unread) {
	finder := scriptFinder{file: f, ctx: ctx}
	states := map[*dockerfile.Stage]*buildState{}
	for _, s := range f.Stages {
		st := states[s.Parent].clone()
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "WORKDIR":
				st.workdir(f, in)
			case "ENV", "ARG":
				st.set(f, in, ctx.Args)
			case "COPY", "ADD":
				st.copy(f, in, states)
			case "RUN":
				finder.run(in, st)
			}
		}
		states[s] = st
	}
	return finder.found, finder.unread
}

// buildState is what is known at one place of a stage.
type buildState struct {
	dir    string // working folder, "" where a variable hides it
	vars   map[string]string
	copies []copyOf // the latest last
	full   bool     // there is more than is kept track of
}

// copyOf is one source of a COPY, ADD or bind mount.
type copyOf struct {
	source string              // in the build context
	target string              // in the image, clean
	into   bool                // the target is a folder that the source comes to stand in, where that is a file
	doc    *dockerfile.Heredoc // instead of a source
}

func (st *buildState) clone() *buildState {
	if st == nil {
		return &buildState{dir: "/", vars: map[string]string{}}
	}
	vars := make(map[string]string, len(st.vars))
	maps.Copy(vars, st.vars)
	return &buildState{dir: st.dir, vars: vars, copies: slices.Clip(st.copies), full: st.full}
}

// absolute is a path of the image, "" where it cannot be told.
func (st *buildState) absolute(name string) string {
	switch {
	case path.IsAbs(name):
		return path.Clean(name)
	case st.dir == "":
		return ""
	}
	return path.Join(st.dir, name)
}

func (st *buildState) workdir(f *dockerfile.File, in *dockerfile.Instruction) {
	if len(in.Args) == 0 {
		return
	}
	text, known := f.Expand(in.Args[0].Text, st.vars)
	if !known {
		st.dir = ""
		return
	}
	st.dir = st.absolute(text)
}

func (st *buildState) set(f *dockerfile.File, in *dockerfile.Instruction, args map[string]string) {
	for _, p := range in.Pairs {
		value, has := p.Value, p.HasValue
		if given, ok := args[p.Key]; ok && in.Keyword == "ARG" {
			value, has = given, true
		}
		if !has {
			if global, ok := f.MetaArg(p.Key); ok && in.Keyword == "ARG" {
				st.vars[p.Key] = global
			}
			continue
		}
		if text, known := f.Expand(value, st.vars); known {
			st.vars[p.Key] = text
		} else {
			delete(st.vars, p.Key)
		}
	}
}

// copy notes what a COPY or ADD brings: of the context, of a heredoc, or of what an earlier stage copied itself.
func (st *buildState) copy(f *dockerfile.File, in *dockerfile.Instruction, states map[*dockerfile.Stage]*buildState) {
	var words []string
	for _, a := range in.Args {
		text, known := f.Expand(a.Text, st.vars)
		if !known {
			return
		}
		words = append(words, text)
	}
	if len(words) < 2 {
		return
	}
	last := words[len(words)-1]
	target := st.absolute(last)
	if target == "" {
		return
	}
	into := strings.HasSuffix(last, "/") || len(words) > 2 || path.Base(last) == "." || path.Base(last) == ".."
	_, isFrom := in.Flag("from")
	from := states[f.CopiedFrom(in)]
	for _, source := range words[:len(words)-1] {
		switch doc := heredocOf(in, source); {
		case doc != nil:
			st.bring(copyOf{doc: doc, source: doc.Name, target: target, into: into})
		case isFrom && from != nil:
			st.bring(from.below(path.Clean("/"+source), target, into)...)
			st.full = st.full || from.full
		case isFrom || strings.Contains(source, "://") || strings.HasPrefix(source, "git@"):
		default:
			st.bring(copyOf{source: contextPath(source), target: target, into: into})
		}
	}
}

// maxCopies bounds what one stage brings; those that copy one another's would double it with every stage.
const maxCopies = 500

// bring notes copies. What was copied to the same place from the same source before is forgotten.
func (st *buildState) bring(more ...copyOf) {
	for _, c := range more {
		st.copies = slices.DeleteFunc(slices.Clone(st.copies), func(old copyOf) bool { return old == c })
		if len(st.copies) >= maxCopies {
			st.full = true
			return
		}
		st.copies = append(st.copies, c)
	}
}

// below are the copies of a stage that another takes over from a file or folder of it.
func (st *buildState) below(source, target string, into bool) []copyOf {
	var out []copyOf
	for _, c := range st.copies {
		whole := c.target
		if c.into && c.doc != nil || c.into && path.Ext(c.source) != "" {
			whole = path.Join(c.target, path.Base(c.source))
		}
		switch rest, inside := strings.CutPrefix(whole, strings.TrimSuffix(source, "/")+"/"); {
		case whole == source:
			out = append(out, copyOf{source: c.source, doc: c.doc, target: target, into: into})
		case inside:
			out = append(out, copyOf{source: c.source, doc: c.doc, target: path.Join(target, rest)})
		case c.doc == nil:
			if rest, inside := strings.CutPrefix(source, strings.TrimSuffix(c.target, "/")+"/"); inside {
				out = append(out, copyOf{source: path.Join(c.source, rest), target: target, into: into})
			}
		}
	}
	return out
}

func heredocOf(in *dockerfile.Instruction, source string) *dockerfile.Heredoc {
	if !strings.HasPrefix(source, "<<") {
		return nil
	}
	name := strings.Trim(strings.TrimLeft(source, "<-"), `"'`)
	i := slices.IndexFunc(in.Heredocs, func(h dockerfile.Heredoc) bool { return h.Name == name })
	if i < 0 {
		return nil
	}
	return &in.Heredocs[i]
}

// contextPath is a source as a path below the build context.
func contextPath(source string) string {
	if p := strings.TrimPrefix(path.Clean("/"+source), "/"); p != "" {
		return p
	}
	return "."
}

// scriptFinder looks for the scripts of one Dockerfile.
type scriptFinder struct {
	file   *dockerfile.File
	ctx    *Context
	found  []copiedScript
	unread []Unread
	seen   map[string]bool // scripts of one RUN
}

func (s *scriptFinder) run(in *dockerfile.Instruction, st *buildState) {
	if in.Script == nil || in.Script.Err != nil {
		return
	}
	here := st.clone()
	for _, m := range in.Mounts() {
		if m.Type == "bind" && m.From == "" {
			if target := here.absolute(m.Target); target != "" {
				here.bring(copyOf{source: contextPath(m.Source), target: target})
			}
		}
	}
	s.seen = map[string]bool{}
	for _, c := range in.Script.Commands {
		if !s.changesFolder(c, here) {
			s.command(call{in, c}, c, here)
		}
	}
}

// changesFolder follows a cd.
func (s *scriptFinder) changesFolder(c *dockerfile.Command, st *buildState) bool {
	args := c.Args()
	if c.Name != "cd" || len(args) == 0 {
		return false
	}
	to, known := s.file.Expand(args[0].Text, st.vars)
	if st.dir = st.absolute(to); !known || !args[0].Literal && !strings.HasPrefix(args[0].Text, "$") {
		st.dir = ""
	}
	return true
}

// call is a command of a RUN that starts a script.
type call struct {
	in *dockerfile.Instruction
	of *dockerfile.Command
}

// wholeVariable matches a word that is one variable and nothing else, as the one of a loop over scripts.
var wholeVariable = lazyregexp.New(`^\$\{?\w+\}?$`)

// searched are the folders in which a program without a path is looked for.
var searched = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// command looks at one command, of a RUN or of a script that it calls: does it start a script that was copied?
func (s *scriptFinder) command(by call, c *dockerfile.Command, st *buildState) {
	name, words := c.Effective()
	if len(words) == 0 {
		return
	}
	word, byShell := words[0], false
	if dockerfile.IsShell(name) || name == "." || name == "source" {
		args := words[1:]
		for len(args) > 0 && len(args[0].Text) > 1 && strings.ContainsAny(args[0].Text[:1], "-+") {
			if dockerfile.IsShell(name) && strings.Contains(args[0].Text, "c") {
				return // a command line follows
			}
			args = args[1:]
		}
		if len(args) == 0 {
			return
		}
		word, byShell = args[0], true
	}
	text, known := s.file.Expand(word.Text, st.vars)
	if !known && dockerfile.IsShell(name) && len(st.copies) > 0 && wholeVariable.MatchString(word.Text) {
		s.unread = append(s.unread, Unread{by.in.Line, "a script", "a variable names it"})
	}
	if !known || text == "" || !word.Literal && !strings.HasPrefix(word.Text, "$") {
		return
	}
	targets := []string{st.absolute(text)}
	if !strings.Contains(text, "/") && !byShell {
		targets = nil
		for _, dir := range searched {
			targets = append(targets, path.Join(dir, text))
		}
	}
	for _, target := range targets {
		if target != "" && s.script(by, st, target, text, byShell) {
			return
		}
	}
	if st.full && strings.Contains(text, "/") {
		s.unread = append(s.unread, Unread{by.in.Line, text, "more is copied than is kept track of"})
	}
}

// script notes the script that stands at a place of the image, and reports whether a COPY brings one there.
func (s *scriptFinder) script(by call, st *buildState, target, name string, byShell bool) bool {
	for _, c := range slices.Backward(st.copies) {
		file, exact := c.holds(target)
		if file == "" {
			continue
		}
		found := copiedScript{call: by, name: name, file: file}
		if c.doc != nil {
			found.file, found.text, found.start = "", c.doc.Content, c.doc.BodySpan.Start
			s.add(found, byShell, st)
			return true
		}
		text, why := s.read(file)
		switch {
		case why == "" && text == "", why == absent && !exact:
			continue // no script, or not brought by this COPY
		case why != "":
			s.unread = append(s.unread, Unread{by.in.Line, name, why})
			return true
		}
		found.text = text
		s.add(found, byShell, st)
		return true
	}
	return false
}

// holds returns which file of the context comes to stand at a place of the image, "" if none can. exact says that the
// COPY names this very file.
func (c *copyOf) holds(target string) (file string, exact bool) {
	base := path.Base(target)
	switch {
	case c.target == target && (!c.into || c.doc != nil):
		return c.source, true
	case c.doc != nil:
		if c.into && path.Join(c.target, c.source) == target {
			return c.source, true
		}
		return "", false
	case path.Dir(target) == c.target && path.Base(c.source) == base:
		return c.source, true
	}
	rest, inside := strings.CutPrefix(target, strings.TrimSuffix(c.target, "/")+"/")
	if !inside {
		return "", false
	}
	if ok, _ := path.Match(path.Base(c.source), base); ok && strings.ContainsAny(c.source, "*?[") && rest == base {
		return path.Join(path.Dir(c.source), base), false
	}
	return path.Join(c.source, rest), false
}

const (
	absent    = "it is not in the build context"
	noContext = "the build context is not known"
)

// read returns the text of a file of the build context, or why it cannot be read. Both are empty for a folder and for
// what is no text.
func (s *scriptFinder) read(name string) (text, why string) {
	switch {
	case s.ctx.Files == nil:
		return "", noContext
	case s.ctx.Ignored != nil && s.ctx.Ignored(name):
		return "", absent
	}
	info, err := fs.Stat(s.ctx.Files, name)
	switch {
	case err != nil:
		return "", absent
	case info.IsDir():
		return "", ""
	case !info.Mode().IsRegular():
		return "", "it is no regular file"
	}
	f, err := s.ctx.Files.Open(name)
	if err != nil {
		return "", "it cannot be read"
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := f.Read(head)
	if bytes.IndexByte(head[:n], 0) >= 0 {
		return "", "" // a program
	}
	rest, err := bounded.ReadAll(f, maxCopiedScript)
	if err != nil {
		return "", fmt.Sprintf("it has more than %d KB", maxCopiedScript>>10)
	}
	return string(head[:n]) + string(rest), ""
}

// add keeps a script for the rules, if it is one of a shell, and looks at what it starts in turn.
func (s *scriptFinder) add(c copiedScript, byShell bool, st *buildState) {
	key := fmt.Sprintf("%s:%d", c.file, c.start)
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	dialect := "sh"
	first, _, _ := strings.Cut(c.text, "\n")
	if line, ok := strings.CutPrefix(first, "#!"); ok {
		dialect = dockerfile.ShellName(strings.Fields(line))
	}
	if !byShell && !dockerfile.IsShell(dialect) {
		return // a program in another language
	}
	c.text = strings.ReplaceAll(c.text, "\r\n", "\n")
	script := dockerfile.NewScript("bash", c.text)
	switch {
	case script.Err != nil:
		s.unread = append(s.unread, Unread{c.in.Line, c.name, script.Err.Error()})
	case len(s.found) == maxCopiedScripts, len(s.found)*len(s.file.Src) > maxJudgedAgain:
		s.unread = append(s.unread, Unread{c.in.Line, c.name, fmt.Sprintf("%d other scripts were looked into",
			len(s.found))})
	case len(script.Commands) > 0:
		s.found = append(s.found, c)
		dir := st.dir
		for _, inner := range script.Commands {
			if !s.changesFolder(inner, st) {
				s.command(c.call, inner, st)
			}
		}
		st.dir = dir // where its caller goes on
	}
}

// inline is the Dockerfile with the script's text in place of its call, and the range of that text. It is nil where
// such a file does not read as the one that is judged.
func (c *copiedScript) inline(f *dockerfile.File) (*dockerfile.File, *dockerfile.Instruction, dockerfile.Span) {
	source := c.in.Script.Source
	start, end := 0, len(source)
	if expr := c.of.Call; expr != nil {
		start, end = int(expr.Pos().Offset()), int(expr.End().Offset())
	}
	mark := "END_OF_SCRIPT"
	for strings.Contains(source, mark) || strings.Contains(c.text, mark) {
		mark += "_"
	}
	head := string(f.Src[:c.in.ArgSpan.Start]) + "<<'" + mark + "'\n" + source[:start] + "{\n"
	tail := "\n}" + source[end:] + "\n" + mark + "\n" + string(f.Src[c.in.Span.End:])
	within := dockerfile.Span{Start: len(head), End: len(head) + len(c.text)}
	out := dockerfile.Parse([]byte(head + c.text + tail))
	at := slices.Index(f.Instructions, c.in)
	if at < 0 || len(out.Instructions) != len(f.Instructions) || len(out.Problems) > len(f.Problems) {
		return nil, nil, within
	}
	in := out.Instructions[at]
	if in.Script == nil || in.Script.Err != nil {
		return nil, nil, within
	}
	return out, in, within
}

// judgeScripts adds what the rules find in the scripts that a RUN starts: each is judged as if its text stood in the
// RUN itself.
func judgeScripts(f *dockerfile.File, path string, rules []Rule, cfg *Config, ctx *Context, own []result) []result {
	scripts, _ := copiedScripts(f, ctx)
	var out []result
	for i := range scripts {
		c := &scripts[i]
		whole, in, within := c.inline(f)
		if whole == nil {
			continue
		}
		for _, r := range judge(whole, rules, cfg, ctx) {
			if r.in != in || r.rule.OwnLine {
				continue
			}
			inside := within.Contains(r.span.Start)
			if !inside && slices.ContainsFunc(own, func(o result) bool { return o.in == c.in && o.rule == r.rule }) {
				continue // of the RUN itself
			}
			moved := c.locate(&r, f, whole, within, path, ctx, inside)
			if !slices.ContainsFunc(out, func(o result) bool { // another RUN that starts the same script
				return inside && o.rule == r.rule && o.f.Location == moved.f.Location
			}) {
				out = append(out, moved)
			}
		}
	}
	return out
}

// locate gives a finding about an inlined script its place in the script, or that of the RUN where it is about the
// whole of it.
func (c *copiedScript) locate(
	r *result, f, whole *dockerfile.File, within dockerfile.Span, dockerfilePath string, ctx *Context, inside bool,
) result {
	moved := *r
	moved.in, moved.span = c.in, c.in.KeywordSpan
	moved.f.Snippet, moved.f.Fix.Edits = snippet(c.in), nil
	moved.f.Evidence = append(slices.Clone(r.f.Evidence),
		fmt.Sprintf("the RUN of line %d starts %s", c.in.Line, c.name))
	at := func(start, end int) finding.Location {
		l := finding.Location{Path: dockerfilePath}
		l.Line, l.Column = f.Position(start)
		l.EndLine, l.EndColumn = f.Position(end)
		return l
	}
	switch {
	case !inside:
		moved.f.Location = at(moved.span.Start, moved.span.End)
	case c.file == "":
		shift := c.start - within.Start
		moved.span = dockerfile.Span{Start: r.span.Start + shift, End: r.span.End + shift}
		moved.f.Location = at(moved.span.Start, moved.span.End)
	default:
		shown := c.file
		if ctx.Shown != nil {
			shown = ctx.Shown(c.file)
		}
		first, _ := whole.Position(within.Start)
		moved.f.Location = r.f.Location
		moved.f.Location.Path = shown
		moved.f.Location.Line -= first - 1
		moved.f.Location.EndLine -= first - 1
	}
	moved.text = strings.Join(strings.Fields(whole.Text(r.span)), " ")
	return moved
}
