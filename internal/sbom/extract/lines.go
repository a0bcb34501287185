package extract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// LineIndex turns byte offsets into line numbers.
type LineIndex []int

// NewLineIndex makes the index of a text.
func NewLineIndex(data []byte) LineIndex {
	ix := LineIndex{}
	for i := 0; ; {
		j := bytes.IndexByte(data[i:], '\n')
		if j < 0 {
			return ix
		}
		i += j + 1
		ix = append(ix, i)
	}
}

// Line is the line, from 1, that holds the byte at off.
func (ix LineIndex) Line(off int64) int {
	return sort.Search(len(ix), func(i int) bool { return int64(ix[i]) > off }) + 1
}

// JSONLines returns, for a JSON text, the line of each member of the objects and each element of the arrays at the
// given paths ("packages", "dependencies"); the result's key is path, a NUL, and the member's name or the element's
// index. A text that is not JSON gives what could be read.
func JSONLines(data []byte, paths ...string) map[string]int {
	want := map[string]bool{}
	for _, p := range paths {
		want[p] = true
	}
	w := &jsonWalk{dec: json.NewDecoder(bytes.NewReader(data)), ix: NewLineIndex(data), want: want,
		lines: map[string]int{}}
	w.value("", 0)
	return w.lines
}

type jsonWalk struct {
	dec   *json.Decoder
	ix    LineIndex
	want  map[string]bool
	lines map[string]int
}

// MaxJSONDepth is far below what the decoder itself allows; lockfiles have a depth of less than ten.
const MaxJSONDepth = 200

func (w *jsonWalk) value(path string, depth int) bool {
	tok, err := w.dec.Token()
	if err != nil || depth > MaxJSONDepth {
		return false
	}
	d, _ := tok.(json.Delim)
	for i := 0; d != 0 && w.dec.More(); i++ {
		name := ""
		if d == '{' {
			key, err := w.dec.Token()
			if err != nil {
				return false
			}
			name, _ = key.(string)
		} else if w.want[path] {
			name = fmt.Sprint(i)
		}
		if w.want[path] {
			off := w.dec.InputOffset()
			if d == '{' {
				off-- // within the key
			} else {
				// past the bracket or comma; the element begins on this line or, where it stands alone, on the next
				off++
			}
			w.lines[path+"\x00"+name] = w.ix.Line(off)
		}
		child := name
		if path != "" {
			child = path + "." + name
		}
		if !w.value(child, depth+1) {
			return false
		}
	}
	if d != 0 {
		_, err := w.dec.Token()
		return err == nil
	}
	return true
}

// BlockLines returns the line of the first `name = ` in each [[package]] table of a TOML lockfile, in file order, which
// is the order in which a TOML decoder returns the tables.
func BlockLines(data []byte) []int {
	var out []int
	open := false
	for n, rest := 1, data; len(rest) > 0; n++ {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		line = bytes.TrimSpace(line)
		switch {
		case string(line) == "[[package]]":
			out, open = append(out, n), true
		case open && bytes.HasPrefix(line, []byte("name")) && strings.HasPrefix(strings.TrimSpace(string(line[4:])),
			"="):
			out[len(out)-1], open = n, false
		}
	}
	return out
}

// LineAt is the line of the i-th block, 0 where it is not known.
func LineAt(lines []int, i int) int {
	if i < len(lines) {
		return lines[i]
	}
	return 0
}

// Mentions are the lines on which names are first mentioned: at the begin of a line or of a part in double quotes,
// spaces and single quotes apart.
type Mentions map[string]int

// NewMentions finds the names of a text.
func NewMentions(data []byte) Mentions {
	m := Mentions{}
	for n, line := range strings.Split(string(data), "\n") {
		for part := range strings.SplitSeq(line, `"`) {
			part = strings.TrimLeft(part, " \t'")
			end := strings.IndexFunc(part, func(r rune) bool { return !isNameRune(r) })
			if end < 0 {
				end = len(part)
			}
			if name := part[:end]; name != "" && m[name] == 0 {
				m[name] = n + 1
			}
		}
	}
	return m
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
}

// JSONError says where a JSON text is broken.
func JSONError(data []byte, err error) error {
	var off int64 = -1
	switch e := err.(type) {
	case *json.SyntaxError:
		off = e.Offset
	case *json.UnmarshalTypeError:
		off = e.Offset
	}
	if off < 0 {
		return err
	}
	return fmt.Errorf("line %d: %w", NewLineIndex(data).Line(off-1), err)
}
