package ast

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
)

// Markup that is written by a template, and XML, are more than the grammar of HTML reads. Where it does not read a
// source whole it is given a masked one: of the same length, so that places agree, with what it does not know out of
// its way. Texts, names and values are taken from the source as it is.

// A mark begins something that the grammar does not know and that ends with another one.
type mark struct {
	open, close string
	fill        byte // 0: whatever fits the place
}

// templateMarks are what templates put into a page: Jinja, Twig, Handlebars, Blade, ERB, JSP and PHP.
var templateMarks = []mark{
	{"{{{", "}}}", 0}, {"{{", "}}", 0}, {"{%", "%}", 0}, {"{#", "#}", 0}, {"{!!", "!!}", 0}, {"<%", "%>", 0},
	{"<?", "?>", 0},
}

// xmlMarks are what XML has beside elements. A text that may hold anything stays a text.
var xmlMarks = []mark{{"<?", "?>", ' '}, {"<![CDATA[", "]]>", 'x'}, {"<!DOCTYPE", ">", ' '}}

// directive is a line of Blade's.
var directive = regexp.MustCompile(`(?m)^[ \t]*@[a-z]\w*(?:[ \t]*\([^\n]*\))?[ \t\r]*$`)

// tagName is the name of an element of XML with what stands before it.
var tagName = regexp.MustCompile(`</?[^\s<>/!?="']+`)

// maskMarkup masks a page or a document.
func maskMarkup(path string, src []byte) []byte {
	out := bytes.Clone(src)
	start := bytes.TrimLeft(src, "\ufeff \t\r\n")
	if strings.ToLower(filepath.Ext(path)) == ".xml" || bytes.HasPrefix(start, []byte("<?xml")) {
		maskMarks(src, out, xmlMarks)
		return tagName.ReplaceAllFunc(out, plainName)
	}
	maskMarks(src, out, templateMarks)
	return directive.ReplaceAllFunc(out, func(b []byte) []byte { return filled(b, ' ') })
}

// plainName spells an element's name with letters that names of HTML have, and so that it is none that HTML has rules
// for.
func plainName(b []byte) []byte {
	out := bytes.Clone(b)
	from := bytes.LastIndexByte(b, '<') + 1
	if from < len(b) && b[from] == '/' {
		from++
	}
	for i := from; i < len(out); i++ {
		if c := out[i]; !WordByte(c) || c == '_' {
			out[i] = '-'
		}
	}
	if from < len(out) {
		out[from] = 'q'
	}
	return out
}

// maskMarks fills in out what stands between marks in src.
func maskMarks(src, out []byte, marks []mark) {
	unclosed := make([]bool, len(marks)) // those whose end stands nowhere in the rest
	tag, quote, at := false, byte(0), 0
	for i := 0; i < len(src); {
		end, fill := 0, byte(0)
		for k, m := range marks {
			if unclosed[k] || !bytes.HasPrefix(src[i:], []byte(m.open)) {
				continue
			}
			if n := closing(src[i+len(m.open):], m); n >= 0 {
				end, fill = i+len(m.open)+n, m.fill
			} else if m.open == "<?" {
				end = len(src) // PHP need not be closed
			} else {
				unclosed[k] = true
				continue
			}
			break
		}
		if end == 0 {
			i++
			continue
		}
		tag, quote = within(src[at:i], tag, quote)
		if fill == 0 {
			fill = 'x'
			value := bytes.HasSuffix(bytes.TrimRight(src[at:i], " \t"), []byte{'='})
			if tag && quote == 0 && !value {
				fill = ' '
			}
		}
		copy(out[i:], filled(src[i:end], fill))
		i, at = end, end
	}
}

// closing is where what a mark begins ends, from the mark on; -1 where it does not. The definitions within <!DOCTYPE
// are a part of it.
func closing(rest []byte, m mark) int {
	end := bytes.Index(rest, []byte(m.close))
	if m.open == "<!DOCTYPE" && end >= 0 {
		if list := bytes.IndexByte(rest[:end], '['); list >= 0 {
			last := bytes.IndexByte(rest, ']')
			if last < 0 {
				return -1
			}
			if end = bytes.IndexByte(rest[last:], '>'); end >= 0 {
				end += last
			}
		}
	}
	if end < 0 {
		return -1
	}
	return end + len(m.close)
}

// within tells where a text of HTML leads: into a tag, and there into quotes.
func within(text []byte, tag bool, quote byte) (inTag bool, inQuote byte) {
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case tag && (c == '"' || c == '\''):
			quote = c
		case tag:
			tag = c != '>'
		case c == '<' && i+1 < len(text):
			next := text[i+1]
			tag = next == '/' || next|32 >= 'a' && next|32 <= 'z'
		}
	}
	return tag, quote
}

// filled is a text of the same lines, all else replaced by one byte.
func filled(b []byte, with byte) []byte {
	out := bytes.Repeat([]byte{with}, len(b))
	for i, c := range b {
		if c == '\n' {
			out[i] = c
		}
	}
	return out
}
