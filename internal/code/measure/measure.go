// Package measure takes the measures of a source: its lines, its complexity by two definitions, and what of it stands
// elsewhere too. Comments and blank lines change none but the count of lines.
package measure

import (
	"bytes"
	"sort"

	"github.com/drydock/drydock/internal/code/ast"
)

// File is what is measured of one source.
type File struct {
	Lines    int // all of them
	Code     int // with something other than comments
	Comments int // with words in a comment, whether there is code beside it or not

	// Complexity is McCabe's: one for each function and each decision, the text outside of functions not being one.
	Complexity int
	// Cognitive is Campbell's cognitive complexity: what breaks the flow of reading, more where it nests.
	Cognitive int
	// Functions are the functions that stand in no other, by place; what they contain counts to them.
	Functions []Function

	// Ignored are the spans of comments, by place: what is no code.
	Ignored []ast.Span
}

// Function is a function with its complexity.
type Function struct {
	Node                  ast.ID
	Complexity, Cognitive int
}

// Wanted reports whether sources of a language are measured: data is not.
func Wanted(l *ast.Lang) bool { return l != nil && l.Name != "yaml" && l.Name != "json" }

// Of measures a source by its tree.
func Of(t *ast.Tree) File {
	f := File{Ignored: ignored(t)}
	f.lines(t.Src)
	w := walker{t: t, calls: callsOf(t)}
	w.node(0, place{})
	f.Complexity, f.Cognitive, f.Functions = w.complexity, w.cognitive, w.functions
	return f
}

// ignored are the comments of a tree, and what serves as such: in Python texts that are statements by themselves.
func ignored(t *ast.Tree) []ast.Span {
	spans := t.Comments
	switch t.Lang.Name {
	case "python":
		spans = append(spans[:len(spans):len(spans)], freeTexts(t)...)
	case "dockerfile": // its tree is made without a grammar
		spans = hashLines(t.Src)
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	out := spans[:0:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

func freeTexts(t *ast.Tree) []ast.Span {
	var out []ast.Span
	t.WalkInto(0, func(id ast.ID) bool {
		if t.Nodes[id].Kind != ast.ExprStmt {
			return true
		}
		if v := t.Child(id, ast.Value); t.Kind(v) == ast.Str {
			out = append(out, ast.Span{Start: t.Nodes[id].Start, End: t.Nodes[id].End})
		}
		return false
	})
	return out
}

// hashLines are the lines that begin with #.
func hashLines(src []byte) []ast.Span {
	var out []ast.Span
	at := 0
	for line := range bytes.Lines(src) {
		if text := bytes.TrimLeft(line, " \t"); len(text) > 0 && text[0] == '#' {
			out = append(out, ast.Span{Start: uint32(at), End: uint32(at + len(line))})
		}
		at += len(line)
	}
	return out
}

// lines counts lines.
func (f *File) lines(src []byte) {
	spans := f.Ignored
	at := 0
	for line := range bytes.Lines(src) {
		f.Lines++
		code, words := false, false
		for i, c := range line {
			for len(spans) > 0 && int(spans[0].End) <= at+i {
				spans = spans[1:]
			}
			switch {
			case c <= ' ':
			case len(spans) == 0 || int(spans[0].Start) > at+i:
				code = true
			default:
				words = words || wordByte[c]
			}
		}
		if code {
			f.Code++
		}
		if words {
			f.Comments++
		}
		at += len(line)
	}
}
