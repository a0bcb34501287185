package finding

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Offset is the byte at which a line and column (code points, both from 1) stand in data. The line after the last is
// its end.
func Offset(data []byte, line, col int) (int, error) {
	at := 0
	for l := 1; l < line; l++ {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			if l == line-1 && col == 1 {
				return len(data), nil
			}
			return 0, fmt.Errorf("the file has no line %d", line)
		}
		at += i + 1
	}
	for c := 1; c < col; c++ {
		if at >= len(data) || data[at] == '\n' {
			return 0, fmt.Errorf("line %d has no column %d", line, col)
		}
		_, n := utf8.DecodeRune(data[at:])
		at += n
	}
	return at, nil
}

// ApplyEdits makes edits that do not overlap in the text of one file. Bytes outside their spans stay as they are.
func ApplyEdits(data []byte, edits []Edit) ([]byte, error) {
	type span struct {
		from, to int
		text     string
	}
	var spans []span
	for _, e := range edits {
		from, err := Offset(data, e.Line, e.Column)
		if err != nil {
			return nil, err
		}
		to, err := Offset(data, e.EndLine, e.EndColumn)
		if err != nil {
			return nil, err
		}
		spans = append(spans, span{from, to, e.NewText})
	}
	sort.SliceStable(spans, func(i, j int) bool { return spans[i].from < spans[j].from })
	var out bytes.Buffer
	at := 0
	for _, s := range spans {
		if s.from < at || s.to < s.from {
			return nil, errors.New("the edits overlap")
		}
		out.Write(data[at:s.from])
		out.WriteString(s.text)
		at = s.to
	}
	out.Write(data[at:])
	return out.Bytes(), nil
}
