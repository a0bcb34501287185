package stack

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/finding"
)

// The YAML library gives where a value starts. Where it ends, and where in it a part starts (the value of a label in
// the list form), is read off the source here; columns count code points.

type style uint8

const (
	plain style = iota
	single
	double
	block
)

// lines is a source with the offsets at which its lines start.
type lines struct {
	text  []byte
	start []int
	wide  []bool // which lines hold more than ASCII
}

func newLines(text []byte) lines {
	l := lines{text: text, start: []int{0}, wide: []bool{false}}
	for i, b := range text {
		if b == '\n' {
			l.start, l.wide = append(l.start, i+1), append(l.wide, false)
		} else if b >= utf8.RuneSelf {
			l.wide[len(l.wide)-1] = true
		}
	}
	return l
}

// line returns a line, counted from 1, without its line end.
func (l lines) line(n int) []byte {
	if n < 1 || n > len(l.start) {
		return nil
	}
	end := len(l.text)
	if n < len(l.start) {
		end = l.start[n] - 1
	}
	return bytes.TrimSuffix(l.text[l.start[n-1]:end], []byte("\r"))
}

// maxWide is the longest line with more than ASCII in which columns are counted: each look-up walks the line.
const maxWide = 4 << 10

// from returns what stands on a line from a column on, nil where counting the columns would take too long.
func (l lines) from(line, col int) []byte {
	b := l.line(line)
	if line < 1 || line > len(l.wide) || !l.wide[line-1] {
		return b[min(max(col-1, 0), len(b)):]
	}
	if len(b) > maxWide {
		return nil
	}
	for ; col > 1 && len(b) > 0; col-- {
		_, n := utf8.DecodeRune(b)
		b = b[n:]
	}
	return b
}

// skipProperties steps over anchors and tags that stand before a value.
func skipProperties(b []byte) (rest []byte, cols int) {
	for len(b) > 0 && (b[0] == '&' || b[0] == '!') {
		i := bytes.IndexAny(b, " \t")
		if i < 0 {
			return b, cols
		}
		for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
		cols += utf8.RuneCount(b[:i])
		b = b[i:]
	}
	return b, cols
}

// span sets the end of a scalar's location, where it ends on the line on which it starts, and moves its start past
// anchor and tag. A value over several lines keeps its end unknown.
func (l lines) span(loc *finding.Location, st style, value string) {
	b, cols := skipProperties(l.from(loc.Line, loc.Column))
	var n int
	switch st {
	case plain:
		if value == "" || !bytes.HasPrefix(b, []byte(value)) {
			return
		}
		n = len(value)
	case single, double:
		if n = quotedLen(b); n == 0 {
			return
		}
	default:
		return
	}
	loc.Column += cols
	loc.EndLine = loc.Line
	loc.EndColumn = loc.Column + utf8.RuneCount(b[:n])
}

// quotedLen is the length of the quoted scalar at the start of b, 0 if it does not end on this line.
func quotedLen(b []byte) int {
	if len(b) == 0 || b[0] != '\'' && b[0] != '"' {
		return 0
	}
	q := b[0]
	for i := 1; i < len(b); i++ {
		switch {
		case q == '"' && b[i] == '\\':
			i++
		case b[i] != q:
		case q == '\'' && i+1 < len(b) && b[i+1] == q:
			i++
		default:
			return i + 1
		}
	}
	return 0
}

// part returns the location of a scalar's text from the byte offset on. Where the scalar spans lines it is the
// location of the whole.
func (n *node) part(offset int) finding.Location {
	loc := n.loc
	if loc.EndLine != loc.Line || offset == 0 && n.style == plain {
		return loc
	}
	b := n.unit.src.from(loc.Line, loc.Column)
	skip, cols := 0, 0
	if n.style != plain {
		skip, cols = 1, 1
	}
	for decoded := 0; decoded < offset && skip < len(b); cols++ {
		size, width, runes := step(b[skip:], n.style)
		skip, decoded, cols = skip+size, decoded+width, cols+runes-1
	}
	loc.Column += cols
	if n.style != plain && loc.EndColumn > loc.Column {
		loc.EndColumn-- // the closing quote is not part of the text
	}
	return loc
}

// step reads one character of a scalar as it is written: its bytes, the bytes of what it stands for, its columns.
func step(b []byte, st style) (size, width, cols int) {
	if st == single && len(b) > 1 && b[0] == '\'' && b[1] == '\'' {
		return 2, 1, 2
	}
	if st == double && b[0] == '\\' && len(b) > 1 {
		digits := 0
		switch b[1] {
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		case 'N', '_':
			return 2, 2, 2
		case 'L', 'P':
			return 2, 3, 2
		default:
			return 2, 1, 2
		}
		if len(b) < 2+digits {
			return len(b), 1, len(b)
		}
		r, err := strconv.ParseUint(string(b[2:2+digits]), 16, 32)
		if err != nil {
			return 2 + digits, 1, 2 + digits
		}
		return 2 + digits, max(utf8.RuneLen(rune(r)), 1), 2 + digits
	}
	_, n := utf8.DecodeRune(b)
	return n, n, 1
}
