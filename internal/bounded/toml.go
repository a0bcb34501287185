package bounded

import (
	"bytes"
	"errors"
)

// maxTOMLDepth is far beyond what people write. The decoder has no bound of its own: it recurses with each bracket, and
// the time it takes for a key grows with the square of its parts.
const maxTOMLDepth = 200

// ErrTOMLDepth says that a TOML text is nested more deeply than anything that people write.
var ErrTOMLDepth = errors.New("nested more than 200 levels deep")

// TOML reports with ErrTOMLDepth a text that is nested too deeply to be decoded: by brackets, or by the parts of a key.
func TOML(text []byte) error {
	depth, dots := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			i = stringEnd(text, i)
		case '#':
			end := bytes.IndexByte(text[i:], '\n')
			if end < 0 {
				return nil
			}
			i += end - 1
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '.':
			dots++
		case '=', ',', '\n':
			dots = 0
		}
		if depth > maxTOMLDepth || dots > maxTOMLDepth {
			return ErrTOMLDepth
		}
	}
	return nil
}

// stringEnd is the last byte of the string that begins at a place, of one line or, with three quotes, of several.
func stringEnd(text []byte, at int) int {
	quote := text[at]
	long := []byte{quote, quote, quote}
	triple := bytes.HasPrefix(text[at:], long)
	i := at + 1
	if triple {
		i = at + 3
	}
	for ; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case triple && bytes.HasPrefix(text[i:], long):
			return i + 2
		case !triple && (text[i] == quote || text[i] == '\n'):
			return i
		}
	}
	return len(text)
}
