package report

import (
	"bufio"
	"io"
)

// indenter is a writer of compact, valid JSON that passes it on indented by two spaces, byte for byte as json.Indent
// does. encoding/json would hold the whole report in memory twice to do so, and takes four times as long.
type indenter struct {
	w        *bufio.Writer
	depth    int
	inString bool
	escaped  bool // the last byte was a backslash in a string
	opened   bool // the last byte opened a list or an object, which may turn out to be empty
}

func newIndenter(w io.Writer) *indenter { return &indenter{w: bufio.NewWriterSize(w, 64<<10)} }

// Write indents p. Errors of the writer below show at Flush.
func (x *indenter) Write(p []byte) (int, error) {
	from := 0 // start of what was not passed on yet
	pass := func(to int) {
		x.w.Write(p[from:to])
		from = to
	}
	for i, c := range p {
		if x.inString {
			switch {
			case x.escaped:
				x.escaped = false
			case c == '\\':
				x.escaped = true
			case c == '"':
				x.inString = false
			}
			continue
		}
		if x.opened && c != ']' && c != '}' {
			pass(i)
			x.depth++
			x.newline()
		}
		switch c {
		case '"':
			x.inString = true
		case ',':
			pass(i + 1)
			x.newline()
		case ':':
			pass(i + 1)
			x.w.WriteByte(' ')
		case ']', '}':
			if !x.opened {
				pass(i)
				x.depth--
				x.newline()
			}
		}
		x.opened = c == '[' || c == '{'
	}
	pass(len(p))
	return len(p), nil
}

// spaces is as much indentation as is written at once.
const spaces = "                                "

func (x *indenter) newline() {
	x.w.WriteByte('\n')
	for n := 2 * x.depth; n > 0; n -= len(spaces) {
		x.w.WriteString(spaces[:min(n, len(spaces))])
	}
}

// Flush writes what is left and returns the first error of the writer below.
func (x *indenter) Flush() error { return x.w.Flush() }
