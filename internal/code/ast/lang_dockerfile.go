package ast

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

// A Dockerfile is lines that begin with a word, so it is read here and not by a grammar: each instruction is a call of
// that word. Options are keyword arguments, a list in brackets is a list, a command line is read as a shell reads it.
var dockerfile = &Lang{
	Name: "dockerfile", Aliases: []string{"docker"}, Exts: []string{".dockerfile", ".containerfile"}, Files: []string{"Dockerfile*", "Containerfile*"},
	Grammar: syntax.Dockerfile, Read: readDockerfile, BareExprs: true, BareWords: true, Spec: &Spec{},
	Pattern: PatternSpec{
		DeepOpen: "$(zqDeep ", DeepClose: ")",
		Statement: []string{"%s"}, Argument: []string{"%s"}, Param: []string{"%s"}, Field: []string{"%s"}, Member: []string{"%s"},
		Readings: []Reading{{}},
	},
	Names: NameSpec{OpenPairs: true},
}

func readDockerfile(lang *Lang, src []byte) *Tree {
	t := &Tree{Lang: lang, Src: src, buf: src[:len(src):len(src)], Alt: map[ID][]ID{}}
	root := t.add(Nil, Program, Elem, 0, uint32(len(src)))
	d := &dockerReader{lowering: &lowering{Tree: t}}
	for at := 0; at < len(src); {
		end := d.instructionEnd(at)
		d.instruction(at, end, root)
		at = end + 1
	}
	d.mark()
	t.last = nil
	return t
}

type dockerReader struct{ *lowering }

// instructionEnd is where the instruction that begins in the line at `at` ends: over continued lines and the comments
// between them, and over here-documents.
func (d *dockerReader) instructionEnd(at int) int {
	var docs []string
	first := true
	for i := at; ; {
		end := bytes.IndexByte(d.Src[i:], '\n')
		if end < 0 {
			end = len(d.Src)
		} else {
			end += i
		}
		line := bytes.TrimSpace(d.Src[i:end])
		comment := len(line) > 0 && line[0] == '#'
		switch {
		case first && (comment || len(line) == 0):
			return end
		case len(docs) > 0:
			if string(bytes.TrimLeft(line, "\t")) == docs[0] {
				docs = docs[1:]
			}
			if len(docs) == 0 {
				return end
			}
		case !first && comment:
		default:
			docs = append(docs, hereDocs(line)...)
			if len(docs) == 0 && !bytes.HasSuffix(line, []byte(`\`)) {
				return end
			}
		}
		first = false
		if i = end + 1; i >= len(d.Src) {
			return len(d.Src)
		}
	}
}

// hereDocs are the words that end the documents that a line opens.
func hereDocs(line []byte) (out []string) {
	for {
		i := bytes.Index(line, []byte("<<"))
		if i < 0 {
			return out
		}
		line = bytes.TrimLeft(line[i+2:], "-")
		n := 0
		for n < len(line) && (line[n] == '"' || line[n] == '\'' || line[n] == '_' || line[n]|32 >= 'a' && line[n]|32 <= 'z' || n > 0 && line[n] >= '0' && line[n] <= '9') {
			n++
		}
		if w := strings.Trim(string(line[:n]), `"'`); w != "" {
			out = append(out, w)
		}
	}
}

// instruction reads one instruction between two bytes.
func (d *dockerReader) instruction(from, to int, parent ID) {
	from, to = d.trim(from, to)
	if from >= to || d.Src[from] == '#' {
		return
	}
	s := d.add(parent, ExprStmt, Elem, uint32(from), uint32(to))
	d.call(from, to, s, Value)
}

func (d *dockerReader) trim(from, to int) (int, int) {
	for from < to && isBlank(d.Src[from]) {
		from++
	}
	for to > from && isBlank(d.Src[to-1]) {
		to--
	}
	return from, to
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (d *dockerReader) text(parent ID, k Kind, r Role, from, to int) ID {
	id := d.add(parent, k, r, uint32(from), uint32(to))
	d.setText(id, uint32(from), uint32(to))
	return id
}

func (d *dockerReader) call(from, to int, parent ID, r Role) {
	word := from
	for word < to && !isBlank(d.Src[word]) {
		word++
	}
	if word == to && !isDockerWord(strings.ToUpper(string(d.Src[from:word]))) {
		d.text(parent, Name, r, from, to) // a pattern's metavariable or ellipsis
		return
	}
	name := strings.ToUpper(string(d.Src[from:word]))
	c := d.add(parent, Call, r, uint32(from), uint32(to))
	fn := d.text(c, Name, Fn, from, word)
	if isDockerWord(name) {
		d.setString(fn, name)
	}
	args := d.add(c, Args, Arguments, uint32(word), uint32(to))
	at := d.options(word, to, args)
	at, to = d.trim(at, to)
	if at >= to {
		return
	}
	switch name {
	case "RUN", "CMD", "ENTRYPOINT":
		d.command(at, to, args)
	case "HEALTHCHECK":
		if bytes.HasPrefix(d.Src[at:to], []byte("CMD")) {
			d.call(at, to, args, Elem)
			return
		}
		d.words(at, to, args)
	case "ONBUILD":
		d.call(at, to, args, Elem)
	case "FROM":
		d.image(at, to, args)
	case "ENV", "LABEL", "ARG":
		d.pairs(at, to, args)
	default:
		if d.Src[at] == '[' {
			d.list(at, to, args)
			return
		}
		d.words(at, to, args)
	}
}

func isDockerWord(s string) bool {
	switch s {
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD", "FROM", "ENV", "LABEL", "ARG", "ADD", "COPY", "EXPOSE", "USER", "WORKDIR", "VOLUME", "SHELL", "STOPSIGNAL", "MAINTAINER":
		return true
	}
	return false
}

// options reads --name=value words and returns where they end.
func (d *dockerReader) options(at, to int, args ID) int {
	for {
		from, end := d.word(at, to)
		switch {
		case bytes.HasPrefix(d.Src[from:end], []byte("--")):
			eq := bytes.IndexByte(d.Src[from:end], '=')
			if eq < 0 {
				eq = end - from
			}
			kw := d.add(args, KwArg, Elem, uint32(from), uint32(end))
			d.text(kw, Name, Ident, from, from+eq)
			if from+eq < end {
				d.optionValue(from+eq+1, end, kw)
			}
		case string(d.Src[from:end]) == wordDots && end < to && bytes.HasPrefix(d.Src[min(end+1, to):to], []byte("CMD")):
			d.text(args, Name, Elem, from, end)
		default:
			return at
		}
		at = end
	}
}

// wordDots is what a pattern's ellipsis is written as.
const wordDots = "zqDots"

// optionValue is a plain text, or a=b,c=d as parts in any order.
func (d *dockerReader) optionValue(from, to int, kw ID) {
	if !bytes.Contains(d.Src[from:to], []byte{'='}) {
		d.text(kw, Str, Value, from, to)
		return
	}
	dict := d.add(kw, Dict, Value, uint32(from), uint32(to))
	for _, part := range bytes.Split(d.Src[from:to], []byte{','}) {
		end := from + len(part)
		p := d.add(dict, Pair, Elem, uint32(from), uint32(end))
		eq := bytes.IndexByte(part, '=')
		if eq < 0 {
			eq = len(part)
		}
		d.text(p, Name, Key, from, from+eq)
		if from+eq < end {
			d.text(p, Str, Value, from+eq+1, end)
		}
		from = end + 1
	}
}

// word is the next word, quotes and all; continuations are blank.
func (d *dockerReader) word(at, to int) (from, end int) {
	for at < to && (isBlank(d.Src[at]) || d.Src[at] == '\\' && at+1 < to && (d.Src[at+1] == '\n' || d.Src[at+1] == '\r')) {
		at++
	}
	from = at
	quote := byte(0)
	for ; at < to; at++ {
		c := d.Src[at]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '\\' && at+1 < to && d.Src[at+1] != '\n' && d.Src[at+1] != '\r':
			at++
		case isBlank(c) || c == '\\':
			return from, at
		}
	}
	return from, min(at, to)
}

// str adds a word as a string, without its quotes.
func (d *dockerReader) str(parent ID, r Role, from, to int) {
	id := d.add(parent, Str, r, uint32(from), uint32(to))
	if n := to - from; n >= 2 && d.Src[from] == d.Src[to-1] && (d.Src[from] == '"' || d.Src[from] == '\'') {
		from, to = from+1, to-1
	}
	d.setText(id, uint32(from), uint32(to))
}

func (d *dockerReader) words(at, to int, args ID) {
	for {
		from, end := d.word(at, to)
		if from >= end {
			return
		}
		if sep := bytes.IndexAny(d.Src[from:end], ":/"); sep > 0 && d.Src[from] != '"' && (d.Src[from+sep] == ':' || digits(d.Src[from:from+sep])) {
			b := d.add(args, Param, Elem, uint32(from), uint32(end)) // user:group, port/protocol
			d.str(b, Ident, from, from+sep)
			d.str(b, Type, from+sep+1, end)
		} else {
			d.str(d.add(args, Param, Elem, uint32(from), uint32(end)), Ident, from, end)
		}
		at = end
	}
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// list reads ["a", "b"].
func (d *dockerReader) list(at, to int, args ID) {
	id := d.add(args, List, Elem, uint32(at), uint32(to))
	for i := at + 1; i < to; i++ {
		switch c := d.Src[i]; {
		case c == '"':
			end := i + 1
			for end < to && d.Src[end] != '"' {
				if d.Src[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, to)
			d.str(id, Elem, i, end)
			i = end - 1
		case c == '_' || c|32 >= 'a' && c|32 <= 'z':
			end := i
			for end < to && (d.Src[end] == '_' || d.Src[end]|32 >= 'a' && d.Src[end]|32 <= 'z' || d.Src[end] >= '0' && d.Src[end] <= '9') {
				end++
			}
			d.text(id, Name, Elem, i, end)
			i = end - 1
		}
	}
}

// command is a list, or a command line.
func (d *dockerReader) command(at, to int, args ID) {
	if d.Src[at] == '[' && d.Src[to-1] == ']' {
		d.list(at, to, args)
		return
	}
	if string(d.Src[at:to]) == wordDots {
		d.text(args, Name, Elem, at, to)
		return
	}
	b := d.add(args, Block, Elem, uint32(at), uint32(to))
	d.embed(bash, uint32(at), uint32(to), b)
	if c := d.Nodes[b].First; c != Nil && d.Nodes[c].Next == Nil && d.Nodes[c].Kind == ExprStmt {
		d.Nodes[c].Start, d.Nodes[c].End = uint32(at), uint32(to)
	}
}

// image reads name[:tag][@digest] [AS alias].
func (d *dockerReader) image(at, to int, args ID) {
	from, end := d.word(at, to)
	id := d.add(args, Param, Elem, uint32(from), uint32(end))
	rest := end
	name := end
	if i := bytes.IndexByte(d.Src[from:end], '@'); i >= 0 {
		name = from + i
		end = name
	}
	if i := bytes.LastIndexByte(d.Src[from:end], ':'); i > 0 && bytes.IndexByte(d.Src[from+i:end], '/') < 0 {
		name = from + i
	}
	d.text(id, Str, Ident, from, name)
	if name < end {
		d.text(id, Str, Type, name+1, end)
	}
	if end < rest {
		d.text(id, Str, Alias, end+1, rest)
	}
	if as, asEnd := d.word(rest, to); asEnd > as && strings.EqualFold(string(d.Src[as:asEnd]), "as") {
		if from, end := d.word(asEnd, to); end > from {
			m := d.add(id, Decorator, Mods, uint32(from), uint32(end))
			d.text(m, Str, Value, from, end)
		}
	}
}

// pairs reads k=v words, the old form `k v`, and names alone.
func (d *dockerReader) pairs(at, to int, args ID) {
	first, firstEnd := d.word(at, to)
	if !bytes.Contains(d.Src[first:firstEnd], []byte{'='}) {
		from, end := d.trim(firstEnd, to)
		if from >= end {
			d.text(args, Str, Elem, first, firstEnd)
			return
		}
		p := d.add(args, Pair, Elem, uint32(first), uint32(end))
		d.text(p, Name, Key, first, firstEnd)
		d.str(p, Value, from, end)
		return
	}
	for {
		from, end := d.word(at, to)
		if from >= end {
			return
		}
		at = end
		eq := bytes.IndexByte(d.Src[from:end], '=')
		if eq < 0 {
			d.text(args, Name, Elem, from, end)
			continue
		}
		p := d.add(args, Pair, Elem, uint32(from), uint32(end))
		d.text(p, Name, Key, from, from+eq)
		d.str(p, Value, from+eq+1, end)
	}
}
