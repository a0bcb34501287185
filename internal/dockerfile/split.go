package dockerfile

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

var bom = []byte{0xEF, 0xBB, 0xBF}

// logical is one logical line of the file, before it is read as an instruction.
type logical struct {
	joined
	span     Span // from the first byte that is not space to the last before the line end, heredoc bodies included
	lineSpan Span // without the heredoc bodies
	heredocs []Heredoc
	above    []*Comment
	before   []string
	within   []*Comment
	empty    []Span // empty lines between continuation lines
	problem  *Problem
}

// splitter cuts a file into logical lines, line by line as BuildKit's parser does, but keeps where everything stood.
type splitter struct {
	f          *File
	line       int // index of the next physical line
	directives parser.DirectiveParser
	above      []*Comment
	before     []string
}

// physical returns the span of the next physical line without its end, and moves on.
func (s *splitter) physical() (Span, bool) {
	if s.line >= len(s.f.lines) {
		return Span{}, false
	}
	s.line++
	if s.line == len(s.f.lines) && s.f.lines[s.line-1] == len(s.f.Src) {
		return Span{}, false // nothing after the last line end
	}
	return s.f.LineSpan(s.line), true
}

func trimSpaceLeft(src []byte, s Span) Span {
	s.Start = s.End - len(bytes.TrimLeftFunc(src[s.Start:s.End], unicode.IsSpace))
	return s
}

// next returns the next logical line, or nil at the end of the file.
func (s *splitter) next() *logical {
	src := s.f.Src
	for {
		sp, ok := s.physical()
		if !ok {
			return nil
		}
		sp = trimSpaceLeft(src, sp)
		if s.directive(sp) {
			continue
		}
		if sp.Empty() {
			s.above = nil
			continue
		}
		if src[sp.Start] == '#' {
			c := s.comment(sp, nil)
			if s.above = append(s.above, c); c.Text == "" {
				s.before = nil
			} else {
				s.before = append(s.before, c.Text)
			}
			continue
		}
		l := &logical{above: s.above, before: s.before, span: sp}
		s.above, s.before = nil, nil
		s.join(l, sp)
		s.heredocs(l)
		return l
	}
}

// directive takes the line as a parser directive where it is one.
func (s *splitter) directive(sp Span) bool {
	d, err := s.directives.ParseLine(s.f.Src[sp.Start:sp.End])
	if err != nil {
		s.f.problem(Problem{Text: err.Error(), Span: sp})
		return true
	}
	if d == nil {
		return false
	}
	if d.Name == "escape" {
		if d.Value != "`" && d.Value != `\` {
			s.f.problem(Problem{Text: "the escape directive takes \\ or ` only", Span: sp})
			return true
		}
		s.f.Escape = d.Value[0]
	}
	s.f.Directives = append(s.f.Directives, Directive{Name: d.Name, Value: d.Value, Line: s.line, Span: sp})
	return true
}

func (s *splitter) comment(sp Span, inside *Instruction) *Comment {
	c := &Comment{Text: strings.TrimSpace(string(s.f.Src[sp.Start+1 : sp.End])), Line: s.line, Span: sp, Inside: inside}
	s.f.Comments = append(s.f.Comments, c)
	return c
}

// continued returns the line without its continuation character, and whether it had one: the escape character at the
// end, with blanks after it allowed, unless another stands before it.
func (s *splitter) continued(sp Span) (Span, bool) {
	src := s.f.Src
	end := sp.Start + len(bytes.TrimRight(src[sp.Start:sp.End], " \t"))
	if end == sp.Start || src[end-1] != s.f.Escape || end-2 >= sp.Start && src[end-2] == s.f.Escape {
		return sp, false
	}
	return Span{sp.Start, end - 1}, true
}

// join adds the continuation lines to the logical line.
func (s *splitter) join(l *logical, sp Span) {
	var j joiner
	content, more := s.continued(sp)
	j.add(s.f.Src, content)
	l.span.End = sp.End
	for more {
		sp, ok := s.physical()
		if !ok {
			break
		}
		trimmed := trimSpaceLeft(s.f.Src, sp)
		switch {
		case trimmed.Empty():
			l.empty = append(l.empty, sp)
			continue
		case s.f.Src[trimmed.Start] == '#':
			l.within = append(l.within, s.comment(trimmed, nil))
			continue
		}
		content, more = s.continued(sp)
		j.add(s.f.Src, content)
		l.span.End = sp.End
	}
	l.joined = j.done()
	l.lineSpan = l.span
}

// heredocs reads the bodies that the logical line announces.
func (s *splitter) heredocs(l *logical) {
	if !strings.Contains(l.text, "<<") || !s.takesHeredoc(l.text) {
		return
	}
	for _, h := range heredocsOf(l.text) {
		start, at := s.offset(), s.line
		for {
			sp, ok := s.physical()
			if !ok {
				s.unterminated(l, at, start)
				return
			}
			text := s.f.Src[sp.Start:sp.End]
			if h.Chomp {
				text = bytes.TrimLeft(text, "\t")
			}
			if string(text) == h.Name {
				h.BodySpan = Span{start, s.f.lines[s.line-1]}
				h.Content = s.f.Text(h.BodySpan)
				l.heredocs = append(l.heredocs, h)
				l.span.End = sp.End
				break
			}
		}
	}
}

// offset is where the next physical line begins.
func (s *splitter) offset() int {
	if s.line < len(s.f.lines) {
		return s.f.lines[s.line]
	}
	return len(s.f.Src)
}

// unterminated recovers from a heredoc without end: its body is taken to reach to the next line that opens with an
// instruction in capitals, so that the rest of the file is still read.
func (s *splitter) unterminated(l *logical, line, start int) {
	l.problem = &Problem{Text: "the heredoc's end is missing", Span: l.lineSpan}
	for s.line = line; s.line < len(s.f.lines); s.line++ {
		word, _, _ := bytes.Cut(s.f.Src[s.f.lines[s.line]:], []byte{' '})
		if len(word) < 12 && known[string(word)] {
			break
		}
	}
	l.span.End = max(l.span.End, start+len(bytes.TrimRight(s.f.Src[start:s.offset()], "\r\n")))
}

// takesHeredoc reports whether the line's instruction can have a heredoc: ADD, COPY or RUN, not in JSON form.
func (s *splitter) takesHeredoc(line string) bool {
	kw, rest := cutWord(strings.TrimSpace(line))
	if strings.EqualFold(kw, "ONBUILD") {
		kw, rest = cutWord(rest)
	}
	switch strings.ToUpper(kw) {
	case "ADD", "COPY", "RUN":
	default:
		return false
	}
	_, at := flags(rest, s.f.Escape)
	_, err := jsonWords(rest[at:])
	return err != nil
}

// heredocsOf lists the heredocs that a line announces, as BuildKit reads them.
func heredocsOf(line string) []Heredoc {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, _ := lex.ProcessWords(line, noEnv{})
	var out []Heredoc
	for _, w := range words {
		if h, err := parser.ParseHeredoc(w); err == nil && h != nil {
			out = append(out, Heredoc{Name: h.Name, Expand: h.Expand, Chomp: h.Chomp})
		}
	}
	return out
}

type noEnv struct{}

func (noEnv) Get(string) (string, bool) { return "", false }
func (noEnv) Keys() []string            { return nil }
