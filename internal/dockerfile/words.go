package dockerfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of a text, as offsets into it.
type token struct {
	start, end int
	text       string // resolved
}

const blanks = "\t\v\f\r "

// cutWord splits at the first run of blanks.
func cutWord(s string) (word, rest string) {
	i := strings.IndexAny(s, blanks)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], blanks)
}

// flags reads the builder flags at the start of an instruction's arguments and returns where the rest begins. A lone
// "--" ends the flags.
func flags(s string, escape byte) (out []token, rest int) {
	i := 0
	for {
		for i < len(s) && isSpace(s[i]) {
			i++
		}
		if !strings.HasPrefix(s[i:], "--") {
			return out, i
		}
		t := token{start: i}
		var b strings.Builder
		var quote byte
		for ; i < len(s); i++ {
			c := s[i]
			switch {
			case quote == 0 && isSpace(c):
			case c == escape:
				if i++; i < len(s) {
					b.WriteByte(s[i])
				}
				continue
			case quote != 0 && c == quote:
				quote = 0
				continue
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
				continue
			default:
				b.WriteByte(c)
				continue
			}
			break
		}
		t.end, t.text = min(i, len(s)), b.String()
		if t.text == "--" {
			for i < len(s) && isSpace(s[i]) {
				i++
			}
			return out, min(i, len(s))
		}
		out = append(out, t)
		if i >= len(s) {
			return out, len(s)
		}
	}
}

// isSpace is unicode.IsSpace of a single byte taken as a code point, which is how BuildKit reads flags.
func isSpace(c byte) bool { return unicode.IsSpace(rune(c)) }

// fields splits at blanks as FROM, COPY, EXPOSE and VOLUME do.
func fields(s string) []token {
	var out []token
	for i := 0; i < len(s); {
		n := strings.IndexAny(s[i:], blanks)
		if n < 0 {
			n = len(s) - i
		}
		if n > 0 {
			out = append(out, token{i, i + n, s[i : i+n]})
		}
		i += n + 1
	}
	return out
}

// quoted splits at spaces outside quotes as ENV, LABEL and ARG do. The words keep their quotes.
func quoted(s string, escape byte) []token {
	var out []token
	start := -1
	var quote rune
	flush := func(end int) {
		if start >= 0 {
			out = append(out, token{start, end, s[start:end]})
		}
		start = -1
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if quote == 0 && unicode.IsSpace(r) {
			flush(i)
			i += n
			continue
		}
		if start < 0 {
			start = i
		}
		switch {
		case r == rune(escape) && quote != '\'':
			i += n
			if i < len(s) {
				_, n = utf8.DecodeRuneInString(s[i:])
			} else {
				n = 0
			}
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		i += n
	}
	flush(len(s))
	return out
}

var (
	errNotJSON    = errors.New("not a JSON array")
	errNotStrings = errors.New("the JSON form takes strings only")
)

// jsonWords reads a JSON array of strings with the place of each. errNotStrings means that it is an array of something
// else, any other error that it is none.
func jsonWords(s string) ([]token, error) {
	lead := len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	if !strings.HasPrefix(s[lead:], "[") {
		return nil, errNotJSON
	}
	var all []any
	if err := json.Unmarshal([]byte(s[lead:]), &all); err != nil {
		return nil, errNotJSON
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(s[lead:])))
	if _, err := dec.Token(); err != nil {
		return nil, errNotJSON
	}
	out := make([]token, 0, len(all))
	at := int(dec.InputOffset())
	for range all {
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, errNotJSON
		}
		text, ok := v.(string)
		if !ok {
			return nil, errNotStrings
		}
		start, end := lead+at, lead+int(dec.InputOffset())
		start += strings.IndexByte(s[start:end], '"')
		out = append(out, token{start, end, text})
		at = int(dec.InputOffset())
	}
	return out, nil
}

// unquote resolves quotes and escapes of a word.
func unquote(s string, escape byte) string {
	if !strings.ContainsAny(s, "'\"$"+string(rune(escape))) {
		return s
	}
	var b strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == escape && quote != '\'' && i+1 < len(s) &&
			(quote == 0 || s[i+1] == '"' || s[i+1] == '$' || s[i+1] == escape):
			i++
			b.WriteByte(s[i])
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
