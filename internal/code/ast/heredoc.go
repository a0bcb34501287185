package ast

import (
	"bytes"
	"errors"

	"mvdan.cc/sh/v3/syntax"
)

// The grammar of Bash takes what follows a here-document on its line for a part of it, and loses it: the `| sh` of
// `cat <<END | sh`. So here-documents, which no pattern looks at, are found by a parser of the shell and not given to
// the grammar at all.

// maxShell and maxShellNesting bound what the shell's parser is given: it takes kilobytes of stack for each bracket.
const (
	maxShell        = 1 << 20
	maxShellNesting = 500
)

// withoutHeredocs blanks the here-documents of a script, but what is run within them: that stands as commands of its own
// where their text was. A script that the shell's parser does not read is left as it is.
func withoutHeredocs(src []byte) []byte {
	if !bytes.Contains(src, []byte("<<")) {
		return src
	}
	tree, err := parseShell(src)
	if err != nil {
		return src
	}
	out, next := bytes.Clone(src), 0
	syntax.Walk(tree, func(n syntax.Node) bool {
		if r, ok := n.(*syntax.Redirect); ok && (r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc) {
			next = blankHeredoc(src, out, r, next)
		}
		return true
	})
	return out
}

// blankHeredoc blanks one here-document and returns where it ends; the one before it ended at next.
func blankHeredoc(src, out []byte, r *syntax.Redirect, next int) int {
	head, from := int(r.OpPos.Offset()), int(r.Word.End().Offset())
	fill(out[head:from])
	if r.N != nil {
		fill(out[r.N.Pos().Offset():head])
	}
	if next < from {
		next = lineEnd(src, from)
	}
	if r.Hdoc == nil { // nothing but the line that ends it
		to := lineEnd(src, next)
		if bytes.Equal(bytes.Trim(src[next:to], "\t\r\n"), bytes.Trim(src[head:from], "<-\t '\"\\")) {
			fill(out[next:to])
			return to
		}
		return next
	}
	body, to := int(r.Hdoc.Pos().Offset()), lineEnd(src, int(r.Hdoc.End().Offset()))
	fill(out[body:to])
	if !statementMayFollow(src[bytes.LastIndexByte(src[:head], '\n')+1 : lineEnd(src, from)]) {
		return to
	}
	for _, part := range r.Hdoc.Parts {
		if c, ok := part.(*syntax.CmdSubst); ok {
			copy(out[c.Pos().Offset():c.End().Offset()], src[c.Pos().Offset():])
		}
	}
	return to
}

// statementMayFollow reports whether the line after this one may be a statement of its own.
func statementMayFollow(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	return len(line) > 0 && bytes.IndexByte([]byte(`|&\(`), line[len(line)-1]) < 0 && !bytes.HasSuffix(line, []byte(";;"))
}

// fill blanks all but the ends of lines.
func fill(b []byte) { copy(b, filled(b, ' ')) }

// lineEnd is where the line ends that a place is in, after its newline.
func lineEnd(src []byte, from int) int {
	if from = min(from, len(src)); bytes.IndexByte(src[from:], '\n') < 0 {
		return len(src)
	}
	return from + bytes.IndexByte(src[from:], '\n') + 1
}

var errShell = errors.New("the shell's parser does not read this")

// parseShell parses a script; a panic of the parser is an error.
func parseShell(src []byte) (tree *syntax.File, err error) {
	open, most := 0, 0
	for _, c := range src {
		open = max(0, open+bracket(c))
		most = max(most, open)
	}
	if len(src) > maxShell || most > maxShellNesting {
		return nil, errShell
	}
	defer func() {
		if recover() != nil {
			err = errShell
		}
	}()
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(bytes.NewReader(src), "")
}
