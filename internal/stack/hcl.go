package stack

import "strings"

// hclParser reads as much of HCL as tells the texts and lists of texts in blocks: words, texts with their ${...} left in,
// lists, nested blocks. Everything else is an expression whose value is not known.
type hclParser struct {
	text  string
	pos   int
	line  int // of the present token
	kind  hclKind
	value string
	began bool // the present token is the first of its line
}

type hclKind uint8

const (
	hclEnd hclKind = iota
	hclWord
	hclText
	hclSign
)

// next reads a token.
func (p *hclParser) next() {
	p.began = p.pos == 0
	for p.pos < len(p.text) {
		rest := p.text[p.pos:]
		switch {
		case rest[0] == '\n':
			p.line++
			p.began = true
			p.pos++
		case strings.IndexByte(" \t\r", rest[0]) >= 0:
			p.pos++
		case rest[0] == '#' || strings.HasPrefix(rest, "//"):
			if i := strings.IndexByte(rest, '\n'); i >= 0 {
				p.pos += i
			} else {
				p.pos = len(p.text)
			}
		case strings.HasPrefix(rest, "/*"):
			i := strings.Index(rest, "*/")
			if i < 0 {
				i = len(rest) - 2
			}
			p.line += strings.Count(rest[:i+2], "\n")
			p.pos += i + 2
		default:
			p.token(rest)
			return
		}
	}
	p.kind, p.value = hclEnd, ""
}

func (p *hclParser) token(rest string) {
	if rest[0] == '"' {
		n := quoted(rest)
		p.kind, p.value = hclText, unescape(strings.Trim(rest[:n], `"`))
		p.pos += n
		return
	}
	n := 0
	for n < len(rest) && (rest[n] == '_' || rest[n] == '-' || rest[n] == '.' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	if n > 0 {
		p.kind, p.value = hclWord, rest[:n]
		p.pos += n
		return
	}
	p.kind, p.value = hclSign, rest[:1]
	p.pos++
}

// quoted is the length of a text in quotes, which ends at the latest with its line; ${...} in it may hold quotes.
func quoted(s string) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			return i
		case s[i] == '\\':
			i++
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			depth++
		case s[i] == '}' && depth > 0:
			depth--
		case s[i] == '"' && depth == 0:
			return i + 1
		}
	}
	return len(s)
}

func unescape(s string) string {
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

// block reads the attributes of the block at whose brace the parser stands, up to and with its end. What nested blocks
// hold is passed over.
func (p *hclParser) block() map[string][]string {
	values := map[string][]string{}
	p.next()
	for depth := 1; p.kind != hclEnd; {
		switch {
		case p.kind == hclSign && p.value == "{":
			depth++
			p.next()
		case p.kind == hclSign && p.value == "}":
			p.next()
			if depth--; depth == 0 {
				return values
			}
		case p.kind == hclWord && depth == 1:
			name := p.value
			if p.next(); p.kind == hclSign && p.value == "=" {
				p.next()
				values[name] = p.expression(0)
			}
		default:
			p.next()
		}
	}
	return values
}

// expression reads a value: a text or word as one, a list of them. Of anything else it is known that it is not known.
func (p *hclParser) expression(depth int) []string {
	var out []string
	switch {
	case p.kind == hclText:
		out = []string{p.value}
		p.next()
	case p.kind == hclWord:
		out = []string{"${" + p.value + "}"}
		p.next()
	case p.kind == hclSign && p.value == "[" && depth < maxDepth:
		out = []string{}
		p.next()
		for p.kind != hclEnd && !(p.kind == hclSign && p.value == "]") {
			if p.kind == hclSign && p.value == "," {
				p.next()
				continue
			}
			before := p.pos
			out = append(out, p.expression(depth+1)...)
			if p.pos == before {
				p.next() // what no expression begins with
			}
		}
		p.next()
		return out
	}
	if known := p.ends(); known && out != nil {
		return out
	}
	p.skip()
	return []string{unknownPart}
}

// ends reports whether a value ends before the present token.
func (p *hclParser) ends() bool {
	return p.kind == hclEnd || p.began || p.kind == hclSign && strings.Contains(",]}", p.value)
}

// skip passes over the rest of an expression.
func (p *hclParser) skip() {
	for depth := 0; p.kind != hclEnd; p.next() {
		if p.kind != hclSign {
			if depth == 0 && p.began {
				return
			}
			continue
		}
		switch {
		case strings.Contains("([{", p.value):
			depth++
		case depth > 0 && strings.Contains(")]}", p.value):
			depth--
		case depth == 0 && p.ends():
			return
		}
	}
}
