package code

import (
	"fmt"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/syntax"
)

// DumpFile shows the tree that rules are matched on, of a file. The language is told from the name where lang is "".
func DumpFile(lang, path string) (string, error) {
	l := ast.LangOf(path)
	if lang != "" {
		l = ast.LangByName(lang)
	}
	if l == nil {
		return "", clierr.Usage("the language of %s is not known", path).WithHint("Name it with --lang.")
	}
	f := source.File{Path: path, Rel: path, Named: true}
	src, reason := f.Read(0)
	if reason != "" {
		return "", clierr.Input(path, "%s", reason)
	}
	t, err := search.ParseTree(l, path, src, syntax.DefaultLimits)
	if err != nil {
		return "", clierr.InputErr(path, err)
	}
	out := t.Dump(0)
	for _, e := range t.Errors {
		line, col := t.Line(e.Start)
		out += fmt.Sprintf("not understood: line %d, column %d\n", line, col)
	}
	return out, nil
}

// DumpPattern shows the tree that a pattern becomes.
func DumpPattern(lang, text string) (string, error) {
	l := ast.LangByName(lang)
	if l == nil {
		return "", clierr.Usage("language %q is not supported", lang)
	}
	p, err := pattern.Compile(l, text, &pattern.Vars{})
	if err != nil {
		return "", clierr.Input("pattern", "%v", err)
	}
	return p.Dump(), nil
}
