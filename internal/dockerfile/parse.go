package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/drydock/drydock/internal/lazyregexp"
)

const (
	maxProblems     = 50         // a file that is no Dockerfile at all need not say so ten thousand times
	maxInstructions = 20000      // bounds what a hostile file costs
	maxPhysical     = 64<<10 - 1 // bytes of a line that BuildKit takes
)

var known = map[string]bool{
	"ADD": true, "ARG": true, "CMD": true, "COPY": true, "ENTRYPOINT": true, "ENV": true, "EXPOSE": true, "FROM": true,
	"HEALTHCHECK": true, "LABEL": true, "MAINTAINER": true, "ONBUILD": true, "RUN": true, "SHELL": true,
	"STOPSIGNAL": true, "USER": true, "VOLUME": true, "WORKDIR": true,
}

// Parse reads a Dockerfile. It never fails: what does not parse is in Problems, and the rest is read all the same.
// The bytes must not be changed afterwards.
func Parse(src []byte) *File {
	f := &File{Src: src, Escape: '\\', EOL: "\n", lines: lineStarts(src)}
	f.BOM = bytes.HasPrefix(src, bom)
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		f.EOL = "\r\n"
	}
	if !f.text() {
		return f
	}
	s := &splitter{f: f}
	for l := s.next(); l != nil; l = s.next() {
		if len(f.Instructions) == maxInstructions {
			f.problem(Problem{Text: fmt.Sprintf("more than %d instructions; the rest is not read", maxInstructions),
				Span: l.lineSpan})
			break
		}
		in := f.instruction(l)
		f.Instructions = append(f.Instructions, in)
		for _, c := range l.within {
			c.Inside = in
		}
	}
	if len(f.Instructions) == 0 && len(f.Problems) == 0 {
		f.problem(Problem{Text: "the file has no instruction", Span: Span{0, 0}})
	}
	f.stages()
	f.scripts()
	return f
}

// text reports whether the bytes can be a Dockerfile at all, and reports the first byte that is not text.
func (f *File) text() bool {
	if len(f.Src) > MaxSize {
		f.problem(Problem{Text: fmt.Sprintf("the file is larger than %d MiB", MaxSize>>20), Span: Span{0, 0}})
		return false
	}
	if i := bytes.IndexByte(f.Src, 0); i >= 0 {
		f.problem(Problem{Text: "a binary file: there is a zero byte here", Span: Span{i, i + 1}})
		return false
	}
	if !utf8.Valid(f.Src) {
		for i := 0; i < len(f.Src); {
			r, n := utf8.DecodeRune(f.Src[i:])
			if r == utf8.RuneError && n == 1 {
				f.problem(Problem{Text: "not UTF-8: this byte has no meaning", Span: Span{i, i + 1}})
				break
			}
			i += n
		}
	}
	return true
}

func (f *File) problem(p Problem) {
	switch n := len(f.Problems); {
	case n < maxProblems:
		f.Problems = append(f.Problems, p)
	case n == maxProblems:
		f.Problems = append(f.Problems,
			Problem{Text: "more lines do not parse; this is not a Dockerfile, or is broken throughout", Span: p.Span})
	}
}

// instruction reads a logical line.
func (f *File) instruction(l *logical) *Instruction {
	in := &Instruction{Span: l.span, Heredocs: l.heredocs, Comments: l.above, Before: l.before, Empty: l.empty,
		LineEnd: l.lineSpan.End, line: l.joined}
	in.Line, _ = f.Position(l.span.Start)
	in.EndLine, _ = f.Position(l.span.End)
	f.read(in, 0)
	switch {
	case l.problem != nil:
		in.Problem = l.problem
	case f.tooLong(l.span):
		in.Problem = &Problem{Text: fmt.Sprintf("the line is longer than the %d bytes that a builder takes",
			maxPhysical), Span: l.lineSpan}
	default:
		f.meaning(in)
	}
	if in.Problem != nil {
		f.problem(*in.Problem)
	}
	return in
}

// read fills keyword, flags and arguments from the logical line.
func (f *File) read(in *Instruction, depth int) {
	text := in.line.text
	lead := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	end := max(lead, len(strings.TrimRightFunc(text, unicode.IsSpace)))
	kw, _ := cutWord(text[lead:end])
	in.Keyword = strings.ToUpper(kw)
	in.KeywordSpan = in.line.span(lead, lead+len(kw))
	at := lead + len(kw)
	toks, n := flags(text[at:end], f.Escape)
	for _, t := range toks {
		in.Flags = append(in.Flags, in.flag(t, at))
	}
	at += n
	at += len(text[at:end]) - len(strings.TrimLeftFunc(text[at:end], unicode.IsSpace))
	in.args, in.ArgSpan = at, in.line.span(at, end)
	if in.Keyword == "ONBUILD" {
		f.trigger(in, at, depth)
		return
	}
	f.arguments(in, at, end)
}

func (in *Instruction) flag(t token, base int) Flag {
	fl := Flag{Span: in.line.span(base+t.start, base+t.end)}
	name, value, has := strings.Cut(strings.TrimPrefix(t.text, "--"), "=")
	fl.Name, fl.Value, fl.Bare = name, value, !has
	eq := t.end
	if i := strings.IndexByte(in.line.text[base+t.start:base+t.end], '='); has && i >= 0 {
		eq = t.start + i + 1
	}
	fl.ValueSpan = in.line.span(base+eq, base+t.end)
	return fl
}

// maxTriggers bounds ONBUILD ONBUILD ONBUILD ..., of which the second is wrong already.
const maxTriggers = 4

func (f *File) trigger(in *Instruction, at, depth int) {
	if at >= len(in.line.text) || depth == maxTriggers {
		return
	}
	t := &Instruction{Span: Span{in.line.source(at), in.Span.End}, Heredocs: in.Heredocs, OnBuild: true}
	t.line = in.line.slice(at, len(in.line.text))
	t.Line, _ = f.Position(t.Span.Start)
	t.EndLine = in.EndLine
	in.Trigger = t
	f.read(t, depth+1)
}

// arguments splits what follows the flags as the instruction's keyword asks for.
func (f *File) arguments(in *Instruction, at, end int) {
	rest := in.line.text[at:end]
	word := func(t token) Word {
		return Word{Text: t.text, Literal: !strings.Contains(t.text, "$"), Span: in.line.span(at+t.start, at+t.end)}
	}
	words := func(toks []token) {
		for _, t := range toks {
			in.Args = append(in.Args, word(t))
		}
	}
	whole := func(s string) {
		if s != "" {
			words([]token{{0, len(s), s}})
		}
	}
	json := func() bool {
		toks, err := jsonWords(rest)
		if err == nil {
			in.JSON = true
			words(toks)
		}
		return err == nil
	}
	switch in.Keyword {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL":
		if !json() {
			whole(rest)
		}
	case "ADD", "COPY", "VOLUME":
		if !json() {
			words(fields(rest))
		}
	case "HEALTHCHECK":
		kind, cmd := cutWord(rest)
		whole(kind)
		off := at
		at += len(rest) - len(cmd)
		rest = cmd
		if !json() {
			whole(rest)
		}
		at = off
	case "FROM", "EXPOSE":
		words(fields(rest))
	case "ENV", "LABEL", "ARG":
		f.pairs(in, rest, at)
	default:
		whole(rest)
	}
}

// pairs reads name=value words, and the old form of ENV and LABEL with a space between.
func (f *File) pairs(in *Instruction, rest string, at int) {
	toks := quoted(rest, f.Escape)
	if len(toks) == 0 {
		return
	}
	if in.Keyword != "ARG" && !strings.Contains(toks[0].text, "=") {
		key, value := cutWord(rest)
		v := len(rest) - len(value)
		in.Pairs = []Pair{f.pair(in, at, 0, len(key), v, len(rest), value != "")}
		in.Pairs[0].Legacy = true
		return
	}
	for _, t := range toks {
		in.Args = append(in.Args, Word{Text: t.text, Span: in.line.span(at+t.start, at+t.end)})
		eq := strings.IndexByte(t.text, '=')
		if eq < 0 {
			in.Pairs = append(in.Pairs, f.pair(in, at, t.start, t.end, t.end, t.end, false))
			continue
		}
		in.Pairs = append(in.Pairs, f.pair(in, at, t.start, t.start+eq, t.start+eq+1, t.end, true))
	}
}

func (f *File) pair(in *Instruction, at, key, keyEnd, value, valueEnd int, has bool) Pair {
	text := in.line.text[at:]
	p := Pair{HasValue: has, KeySpan: in.line.span(at+key, at+keyEnd), ValueSpan: in.line.span(at+value, at+valueEnd)}
	p.Span = Span{p.KeySpan.Start, max(p.KeySpan.End, p.ValueSpan.End)}
	p.Key = unquote(text[key:keyEnd], f.Escape)
	p.Value = unquote(text[value:valueEnd], f.Escape)
	return p
}

// tooLong reports whether a physical line within the span is longer than BuildKit takes.
func (f *File) tooLong(s Span) bool {
	if s.End-s.Start <= maxPhysical {
		return false
	}
	for line := range bytes.Lines(f.Src[s.Start:s.End]) {
		if len(line) > maxPhysical {
			return true
		}
	}
	return false
}

// meaning asks BuildKit what the instruction means. An ONBUILD is judged by the instruction within.
func (f *File) meaning(in *Instruction) {
	target := in
	for target.Trigger != nil {
		target = target.Trigger
	}
	if target.Keyword == "ONBUILD" { // empty, or a chain that is cut off
		in.Problem = &Problem{Text: "ONBUILD needs an instruction", Span: in.Span}
		return
	}
	cmd, err := f.typed(target)
	if err != nil {
		target.Problem = &Problem{Text: f.explain(target, err), Span: target.place()}
		in.Problem = target.Problem
		return
	}
	target.Cmd = cmd
}

// place is where a problem of the instruction is shown: its first line.
func (in *Instruction) place() Span {
	if len(in.line.pieces) > 0 {
		p := in.line.pieces[0]
		return Span{in.Span.Start,
			max(in.KeywordSpan.End, p.src+len(strings.TrimRight(in.line.text[p.at:p.at+p.n], blanks)))}
	}
	return in.Span
}

// typed runs BuildKit's parser on the instruction alone. A panic of it is an error like any other: the bytes are not
// ours, and one instruction must not end the run.
func (f *File) typed(in *Instruction) (cmd any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the builder's parser gives up on this instruction")
		}
	}()
	var b bytes.Buffer
	if f.Escape != '\\' {
		fmt.Fprintf(&b, "# escape=%c\n", f.Escape)
	}
	b.Write(f.Src[in.Span.Start:in.Span.End])
	b.WriteByte('\n')
	res, err := parser.Parse(&b)
	if err != nil {
		return nil, err
	}
	cmd, err = instructions.ParseInstruction(res.AST.Children[0])
	if run, ok := cmd.(*instructions.RunCommand); ok && err == nil {
		// Mounts are complete only once their variables are filled in; here they stay as they are written.
		if err = run.Expand(func(word string) (string, error) { return word, nil }); err != nil &&
			usesVariable(in.Flags) {
			err = nil
		}
	}
	return cmd, err
}

// Fresh parses an instruction anew: BuildKit's own methods that fill in variables change what they are called on. It is
// nil where the instruction does not parse.
func (f *File) Fresh(in *Instruction) any {
	if in.Problem != nil {
		return nil
	}
	cmd, err := f.typed(in)
	if err != nil {
		return nil
	}
	return cmd
}

func usesVariable(flags []Flag) bool {
	for _, f := range flags {
		if strings.Contains(f.Value, "$") {
			return true
		}
	}
	return false
}

var (
	plainKeyword = lazyregexp.New(`^[A-Za-z]{1,20}$`)
	quotedText   = lazyregexp.New(`"(?:[^"\\]|\\.)*"|'[^']*'|` + "`[^`]*`")
)

// explain puts BuildKit's error into words without repeating what may be a secret: values of ENV, ARG, LABEL and RUN,
// and whatever stands at the start of a line that was meant to be the continuation of one.
func (f *File) explain(in *Instruction, err error) string {
	if !known[in.Keyword] {
		if plainKeyword.MatchString(in.Keyword) {
			return fmt.Sprintf("there is no instruction %s", in.Keyword)
		}
		return "no instruction begins like this"
	}
	msg, _, _ := strings.Cut(err.Error(), "\n")
	switch in.Keyword {
	case "ENV", "ARG", "LABEL", "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		msg = quotedText.ReplaceAllString(msg, "a word")
	}
	if len(msg) > 200 {
		msg = strings.ToValidUTF8(msg[:200], "") + "..."
	}
	return in.Keyword + ": " + strings.TrimSuffix(strings.TrimPrefix(msg, in.Keyword+" "), ".")
}
