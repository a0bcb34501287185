package ast

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

// A Dockerfile is lines that begin with a word, so it is read here and not by a grammar: each instruction is a call of
// that word. Options, an image's tag and digest and a user's group are keyword arguments, a list in brackets is a list,
// a command line is read as a shell reads it. ENV is a block that defines variables; each pair of LABEL is a call of
// its own.
var dockerfile = &Lang{
	Name: "dockerfile", Aliases: []string{"docker"}, Exts: []string{".dockerfile", ".containerfile"},
	Files:   []string{"Dockerfile*", "Containerfile*"},
	Grammar: syntax.Bash, Read: readDockerfile, BareExprs: true, BareWords: true, Spec: &Spec{},
	Pattern: dockerPattern(),
	Names:   NameSpec{OpenPairs: true},
}

func dockerPattern() PatternSpec {
	p := shellPattern
	p.Whole = true
	// A pattern whose lines are no instructions is one of commands.
	p.Other = func(text string) *Lang {
		for _, line := range strings.Split(text, "\n") {
			word, _, more := strings.Cut(strings.TrimSpace(line), " ")
			switch {
			case word == "" || word[0] == '#' || word == "..." || !more && word[0] == '$':
			case isDockerWord(strings.ToUpper(word)):
				return nil
			default:
				return bash
			}
		}
		return nil
	}
	return p
}

func readDockerfile(lang *Lang, src []byte) *Tree {
	t := &Tree{Lang: lang, Src: src, buf: src[:len(src):len(src)], Alt: map[ID][]ID{}}
	root := t.add(Nil, Program, Elem, 0, uint32(len(src)))
	d := &dockerReader{lowering: &lowering{Tree: t}, env: map[string]ID{}}
	for at := 0; at < len(src); {
		end := d.instructionEnd(at)
		d.instruction(at, end, root)
		at = end + 1
	}
	d.mark()
	t.last = nil
	return t
}

type dockerReader struct {
	*lowering
	env map[string]ID // values of the variables that ENV has set so far in the stage, where they are plain text
}

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
		for n < len(line) && (line[n] == '"' || line[n] == '\'' || line[n] == '_' || line[n]|32 >= 'a' &&
			line[n]|32 <= 'z' || n > 0 && line[n] >= '0' && line[n] <= '9') {
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
	word := d.firstWord(from, to)
	switch name := strings.ToUpper(string(d.Src[from:word])); {
	case word == to && !isDockerWord(name): // a pattern's metavariable or ellipsis
		d.text(d.add(parent, ExprStmt, Elem, uint32(from), uint32(to)), Name, Value, from, to)
	case name == "HEALTHCHECK" && string(bytes.TrimSpace(d.Src[word:to])) == wordDots:
		// rules that say so ask for any instruction
		d.text(d.add(parent, ExprStmt, Elem, uint32(from), uint32(to)), Name, Value, from, to)
		d.setString(d.lastOf(d.lastOf(parent)), wordDots)
	case name == "ENV":
		d.variables(word, to, d.add(parent, Block, Elem, uint32(from), uint32(to)))
	case name == "LABEL":
		d.labels(from, word, to, parent)
	default:
		if name == "FROM" {
			clear(d.env)
		}
		d.call(from, to, d.add(parent, ExprStmt, Elem, uint32(from), uint32(to)), Value)
	}
}

func (d *dockerReader) firstWord(from, to int) int {
	for from < to && !isBlank(d.Src[from]) {
		from++
	}
	return from
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

// head adds the call of an instruction and returns its arguments.
func (d *dockerReader) head(from, word, to int, parent ID, r Role) (name string, args ID) {
	name = strings.ToUpper(string(d.Src[from:word]))
	c := d.add(parent, Call, r, uint32(from), uint32(to))
	fn := d.text(c, Name, Fn, from, word)
	if isDockerWord(name) {
		d.setString(fn, name)
	}
	return name, d.add(c, Args, Arguments, uint32(word), uint32(to))
}

func (d *dockerReader) call(from, to int, parent ID, r Role) {
	word := d.firstWord(from, to)
	name, args := d.head(from, word, to, parent, r)
	var options []option
	at := d.options(word, to, args, &options)
	if at, to = d.trim(at, to); at < to {
		d.operands(name, at, to, args)
	}
	for _, o := range options {
		kw := d.add(args, KwArg, Elem, uint32(o.from), uint32(o.to))
		d.text(kw, Name, Ident, o.from, o.eq)
		if o.eq < o.to {
			d.optionValue(o.eq+1, o.to, kw)
		}
	}
}

// operands reads what follows an instruction's options.
func (d *dockerReader) operands(name string, at, to int, args ID) {
	switch name {
	case "RUN", "CMD", "ENTRYPOINT":
		d.command(at, to, args)
	case "HEALTHCHECK":
		if word := d.firstWord(at, to); strings.EqualFold(string(d.Src[at:word]), "CMD") {
			d.call(at, to, args, Elem)
			return
		}
		d.words(at, to, args)
	case "ONBUILD":
		if string(d.Src[at:to]) == wordDots || d.firstWord(at, to) == to {
			d.words(at, to, args)
			return
		}
		d.call(at, to, args, Elem)
	case "FROM":
		d.image(at, to, args)
	case "USER":
		from, end := d.word(at, to)
		d.colon(from, end, args)
	case "EXPOSE":
		d.ports(at, to, args)
	case "ARG":
		d.argument(at, to, args)
	case "MAINTAINER":
		d.value(at, to, args, Elem)
	default:
		if d.Src[at] == '[' && d.Src[to-1] == ']' {
			d.list(at, to, args)
			return
		}
		d.words(at, to, args)
	}
}

func isDockerWord(s string) bool {
	switch s {
	case "RUN",
		"CMD",
		"ENTRYPOINT",
		"HEALTHCHECK",
		"ONBUILD",
		"FROM",
		"ENV",
		"LABEL",
		"ARG",
		"ADD",
		"COPY",
		"EXPOSE",
		"USER",
		"WORKDIR",
		"VOLUME",
		"SHELL",
		"STOPSIGNAL",
		"MAINTAINER":
		return true
	}
	return false
}

type option struct{ from, eq, to int }

// options reads --name=value words and returns where they end.
func (d *dockerReader) options(at, to int, args ID, out *[]option) int {
	for {
		from, end := d.word(at, to)
		switch {
		case bytes.HasPrefix(d.Src[from:end], []byte("--")):
			eq := bytes.IndexByte(d.Src[from:end], '=')
			if eq < 0 {
				eq = end - from
			}
			*out = append(*out, option{from, from + eq, end})
		case string(d.Src[from:end]) == wordDots && end < to &&
			bytes.HasPrefix(d.Src[min(end+1, to):to], []byte("CMD")):
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
		d.value(from, to, kw, Value)
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
			d.value(from+eq+1, end, p, Value)
		}
		from = end + 1
	}
}

// word is the next word, quotes and all; continuations are blank.
func (d *dockerReader) word(at, to int) (from, end int) {
	for at < to && (isBlank(d.Src[at]) || d.Src[at] == '\\' && at+1 < to &&
		(d.Src[at+1] == '\n' || d.Src[at+1] == '\r')) {
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
			} else if c == '\\' && quote == '"' {
				at++
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

// value adds a text between two bytes: without its quotes, and with the variables that stand in it.
func (d *dockerReader) value(from, to int, parent ID, r Role) {
	start, end := from, to
	quote := byte(0)
	if n := to - from; n >= 2 && d.Src[from] == d.Src[to-1] && (d.Src[from] == '"' || d.Src[from] == '\'') {
		quote = d.Src[from]
		from, to = from+1, to-1
	}
	if quote == '\'' || bytes.IndexByte(d.Src[from:to], '$') < 0 {
		id := d.add(parent, Str, r, uint32(start), uint32(end))
		if quote == 0 &&
			(bytes.HasPrefix(d.Src[from:to], []byte("zqM_")) || bytes.HasPrefix(d.Src[from:to], []byte("zqE_")) ||
				string(d.Src[from:to]) == wordDots) {
			d.Nodes[id].Kind = Name
		}
		d.setText(id, uint32(from), uint32(to))
		return
	}
	if n := d.variable(from, to); n == to-from {
		d.expand(from, to, parent, r)
		return
	}
	id := d.add(parent, Interp, r, uint32(start), uint32(end))
	for at := from; at < to; {
		n := d.variable(at, to)
		if n > 0 {
			d.expand(at, at+n, id, Elem)
			at += n
			continue
		}
		text := at
		for at++; at < to && d.variable(at, to) == 0; at++ {
		}
		d.text(id, Str, Elem, text, at)
	}
}

// variable is the length of the $x or ${...} that begins at a byte, 0 if none does.
func (d *dockerReader) variable(at, to int) int {
	if d.Src[at] != '$' || at+1 >= to || at > 0 && d.Src[at-1] == '\\' {
		return 0
	}
	if d.Src[at+1] == '{' {
		depth := 0
		for i := at + 1; i < to; i++ {
			switch d.Src[i] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					return i + 1 - at
				}
			}
		}
		return 0
	}
	n := at + 1
	for n < to && nameByte(d.Src[n]) {
		n++
	}
	if n == at+1 {
		return 0
	}
	return n - at
}

func nameByte(c byte) bool { return c == '_' || c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9' }

// expand adds the variable that is written between two bytes. Where ENV gave it a text, it stands for that too.
func (d *dockerReader) expand(from, to int, parent ID, r Role) {
	name := from + 1
	if d.Src[name] == '{' {
		name++
	}
	end := name
	for end < to && nameByte(d.Src[end]) {
		end++
	}
	if s := string(d.Src[name:end]); strings.HasPrefix(s, wordPart) {
		d.setString(d.add(parent, Name, r, uint32(from), uint32(to)), s[len(wordPart):])
		return
	}
	id := d.add(parent, Unary, r, uint32(from), uint32(to))
	d.setString(id, "$")
	d.text(id, Name, Value, name, end)
	if v, ok := d.env[string(d.Src[name:end])]; ok {
		d.Alt[id] = append(d.Alt[id], v)
	}
}

func (d *dockerReader) words(at, to int, args ID) {
	for {
		from, end := d.word(at, to)
		if from >= end {
			return
		}
		d.value(from, end, args, Elem)
		at = end
	}
}

// split finds the last of some bytes outside of variables, -1 where there is none.
func (d *dockerReader) split(from, to int, any string) int {
	found := -1
	for at := from; at < to; {
		if n := d.variable(at, to); n > 0 {
			at += n
			continue
		}
		if strings.IndexByte(any, d.Src[at]) >= 0 {
			found = at
		}
		at++
	}
	return found
}

// keyword adds a part of a word as a keyword argument.
func (d *dockerReader) keyword(name string, from, to int, args ID) {
	kw := d.add(args, KwArg, Elem, uint32(from), uint32(to))
	d.setString(d.add(kw, Name, Ident, uint32(from), uint32(from)), name)
	d.value(from, to, kw, Value)
}

// colon reads user[:group].
func (d *dockerReader) colon(from, to int, args ID) {
	i := d.split(from, to, ":")
	if i < 0 {
		d.value(from, to, args, Elem)
		return
	}
	d.value(from, i, args, Elem)
	d.keyword(":", i+1, to, args)
}

// ports reads port[/protocol] words.
func (d *dockerReader) ports(at, to int, args ID) {
	for {
		from, end := d.word(at, to)
		if from >= end {
			return
		}
		at = end
		i := d.split(from, end, "/")
		if i < 0 {
			d.value(from, end, args, Elem)
			continue
		}
		t := d.add(args, Tuple, Elem, uint32(from), uint32(end))
		d.value(from, i, t, Elem)
		d.value(i+1, end, t, Elem)
	}
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
			d.item(i, end, id)
			i = end - 1
		case c == '$':
			if n := d.variable(i, to); n > 0 {
				d.expand(i, i+n, id, Elem)
				i += n - 1
			}
		case nameByte(c):
			end := i
			for end < to && nameByte(d.Src[end]) {
				end++
			}
			d.text(id, Name, Elem, i, end)
			i = end - 1
		}
	}
}

// item adds a string of a list. No variable is expanded in it; a pattern's metavariable stands for any string.
func (d *dockerReader) item(from, to int, parent ID) {
	if body := d.Src[from+1 : max(from+1, to-1)]; bytes.HasPrefix(body, []byte("${"+wordPart)) &&
		d.variable(from+1, to) == len(body) {
		d.expand(from+1, to-1, parent, Elem)
		return
	}
	d.setText(d.add(parent, Str, Elem, uint32(from), uint32(to)), uint32(from+1), uint32(max(from+1, to-1)))
}

// command is a list, a here-document, or a command line.
func (d *dockerReader) command(at, to int, args ID) {
	switch text := d.Src[at:to]; {
	case text[0] == '[' && text[len(text)-1] == ']':
		d.list(at, to, args)
	case string(text) == wordDots, bytes.HasPrefix(text, []byte("zqE_")) && d.firstWord(at, to) == to:
		d.text(args, Name, Elem, at, to)
	case bytes.HasPrefix(text, []byte("<<")):
		line, end := bytes.IndexByte(text, '\n'), bytes.LastIndexByte(text, '\n')
		d.setText(d.add(args, Str, Elem, uint32(at), uint32(to)), uint32(at+line+1), uint32(at+max(line, end)+1))
	default:
		at, _ = d.word(at, to)
		sh := d.add(args, Unary, Elem, uint32(at), uint32(to))
		d.setString(sh, "sh")
		d.embed(bash, uint32(at), uint32(to), d.add(sh, Block, Value, uint32(at), uint32(to)))
	}
}

// image reads name[:tag][@digest] [AS alias].
func (d *dockerReader) image(at, to int, args ID) {
	from, end := d.word(at, to)
	rest, name := end, end
	digest := d.split(from, end, "@")
	if digest >= 0 {
		name, end = digest, digest
	}
	tag := d.split(from, end, ":")
	if slash := d.split(from, end, "/"); tag > from && tag > slash {
		name = tag
	} else {
		tag = -1
	}
	d.value(from, name, args, Elem)
	if tag >= 0 {
		d.keyword(":", tag+1, end, args)
	}
	if digest >= 0 {
		d.keyword("@", digest+1, rest, args)
	}
	if as, asEnd := d.word(rest, to); asEnd > as && strings.EqualFold(string(d.Src[as:asEnd]), "as") {
		if from, end := d.word(asEnd, to); end > from {
			d.keyword("as", from, end, args)
		}
	}
}

// pair is one k=v word, a name alone, or the old form `k v`.
type pair struct{ key, keyEnd, value, end int }

func (d *dockerReader) pairs(at, to int) (out []pair) {
	first, firstEnd := d.word(at, to)
	if from, end := d.trim(firstEnd, to); from < end && d.split(first, firstEnd, "=") < 0 &&
		string(d.Src[first:firstEnd]) != wordDots {
		return []pair{{first, firstEnd, from, end}}
	}
	for {
		from, end := d.word(at, to)
		if from >= end {
			return out
		}
		at = end
		eq := bytes.IndexByte(d.Src[from:end], '=')
		if eq < 0 {
			out = append(out, pair{from, end, end, end})
			continue
		}
		out = append(out, pair{from, from + eq, from + eq + 1, end})
	}
}

// variables reads the pairs of ENV.
func (d *dockerReader) variables(at, to int, block ID) {
	for i, p := range d.pairs(at, to) {
		if i == 0 {
			d.Nodes[block].Start = uint32(p.key)
		}
		if string(d.Src[p.key:p.end]) == wordDots {
			d.text(d.add(block, ExprStmt, Elem, uint32(p.key), uint32(p.end)), Name, Value, p.key, p.end)
			continue
		}
		v := d.add(block, VarDef, Elem, uint32(p.key), uint32(p.end))
		d.text(v, Name, Ident, p.key, p.keyEnd)
		if p.value < p.end {
			d.value(p.value, p.end, v, Value)
		}
		name := string(d.Src[p.key:p.keyEnd])
		delete(d.env, name)
		if x := d.Child(v, Value); x != Nil && d.Nodes[x].Kind == Str {
			d.env[name] = x
		}
	}
}

// labels reads the pairs of LABEL, each an instruction of its own.
func (d *dockerReader) labels(from, word, to int, parent ID) {
	for _, p := range d.pairs(word, to) {
		_, args := d.head(from, word, p.end, d.add(parent, ExprStmt, Elem, uint32(from), uint32(p.end)), Value)
		d.value(p.key, p.keyEnd, args, Elem)
		if p.value < p.end {
			d.value(p.value, p.end, args, Elem)
		}
	}
}

// argument reads name or name=value.
func (d *dockerReader) argument(at, to int, args ID) {
	for _, p := range d.pairs(at, to) {
		d.text(args, Name, Elem, p.key, p.keyEnd)
		if p.value < p.end {
			d.value(p.value, p.end, args, Elem)
		}
	}
}
