package pattern

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// strPattern is what a string literal in a pattern asks for.
type strPattern struct {
	any  bool         // "..."
	tmpl bool         // `...`, with values in it or without
	re   *regex.Regex // "=~/re/"
	v    int32        // "$X": the metavariable bound to the content; -1
}

var (
	wholeMeta  = lazyregexp.New(`^\$(?:[A-Z_][A-Z_0-9]*|\.\.\.[A-Z_][A-Z_0-9]*)$`)
	regexpText = lazyregexp.New(`(?s)^=~/(.*)/([mis]*)$`)
)

func (p *Pattern) compileStr(id ast.ID) strPattern {
	text := p.Tree.Text(id)
	s := strPattern{v: -1}
	switch {
	case string(text) == "..." && template(p.Tree, id):
		s.any, s.tmpl = true, true
	case string(text) == "...":
		s.any = !p.Tree.Lang.Pattern.QuotedDots
	case wholeMeta.Match(text):
		s.v = int32(p.Vars.Index(string(text)))
	default:
		switch k, name := standIn(text); k {
		case ast.Metavar:
			s.v = int32(p.Vars.Index(name))
		case ast.Dots:
			s.any = true
		}
		if m := regexpText.FindSubmatch(text); m != nil {
			src := string(m[1])
			if len(m[2]) > 0 {
				src = "(?" + string(m[2]) + ")" + src
			}
			if re, err := regex.Compile(src); err == nil {
				s.re = re
			}
		}
	}
	return s
}

// template reports whether a string literal is a template of JavaScript.
func template(t *ast.Tree, id ast.ID) bool {
	n := &t.Nodes[id]
	return t.Lang.Names.Requires && n.End > n.Start && t.Src[n.Start] == '`' && len(t.Text(id)) < int(n.End-n.Start)
}

// words are the names and strings that a file must have for the pattern to match, longest first.
func (p *Pattern) words() []string {
	t := p.Tree
	var out []string
	var walk func(id ast.ID)
	walk = func(id ast.ID) {
		n := &t.Nodes[id]
		switch n.Kind {
		case ast.Name:
			if txt := t.Text(id); n.Flags&ast.FlagSynth == 0 && len(txt) > 1 && !p.softName(id) {
				out = append(out, string(txt))
			}
		case ast.Member,
			ast.Call,
			ast.Args,
			ast.KwArg,
			ast.New,
			ast.Index,
			ast.Assign,
			ast.Block,
			ast.ExprStmt,
			ast.FuncDef,
			ast.ClassDef,
			ast.If,
			ast.Return,
			ast.Unary,
			ast.Await,
			ast.Throw,
			ast.Import,
			ast.Program,
			ast.Params,
			ast.Param,
			ast.ClassBody,
			ast.Decorator,
			ast.Deep:
			for c := n.First; c != ast.Nil; c = t.Nodes[c].Next {
				walk(c)
			}
		}
	}
	if p.Form == Statements {
		for c := p.Root; c != ast.Nil; c = t.Nodes[c].Next {
			walk(c)
		}
	} else {
		walk(p.Root)
	}
	return out
}

// softName says that a name may be matched by something spelt otherwise.
func (p *Pattern) softName(id ast.ID) bool {
	if n := &p.Tree.Nodes[id]; n.Start == n.End || n.Role == ast.Fn && p.Tree.Lang.Pattern.Whole {
		return true // of a sign, or of an instruction in any case
	}
	return bytes.HasPrefix(p.Tree.Text(id), []byte(".")) || strings.EqualFold(string(p.Tree.Text(id)), "default")
}

// Must are words all of which a file has to contain for the pattern to match.
func (p *Pattern) Must() []string { return p.must }
