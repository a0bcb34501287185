package code

import (
	"testing"
	"time"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/syntax"
)

var small = syntax.Limits{Bytes: 1 << 14, Nodes: 1 << 16, Time: time.Second}

// FuzzRules feeds the loader and the compiler.
func FuzzRules(f *testing.F) {
	f.Add([]byte("rules:\n- id: a\n  languages: [python]\n  severity: ERROR\n  message: m\n  pattern: foo($X, ...)\n"))
	f.Add(
		[]byte(
			"rules:\n- id: a\n  languages: [js]\n  severity: LOW\n  message: m\n  match:\n    all:\n    - f($X)\n    " +
				"- not: f(1)\n    where:\n    - comparison: $X > 1\n",
		),
	)
	f.Add(
		[]byte(
			"rules:\n- id: a\n  languages: [go]\n  severity: INFO\n  mode: taint\n  message: m\n  pattern-sources: " +
				"[{pattern: f(), label: A}]\n  pattern-sinks: [{pattern: g(...), requires: A and not B}]\n",
		),
	)
	f.Add([]byte("rules: [{id: a, languages: [regex], severity: HIGH, message: m, pattern-regex: '(?<!a)b'}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		rules, _ := rule.Parse("fuzz.yaml", text)
		eng, _ := New(rules, Options{Workers: 1, Limits: small})
		eng.File("a.py", []byte("import os\nfoo(1, x)\nos.system(input())\n"))
	})
}

// FuzzMatch reads a pattern and a source in each language and matches them.
func FuzzMatch(f *testing.F) {
	if !syntax.Available {
		f.Skip("built without cgo")
	}
	for i, s := range [][2]string{
		{"foo(..., $X, ...)", "foo(1, 2, *a, k=3)\n"}, {"$X = $Y;\n...\nf($X)", "var a = 1; if (b) { f(a); }"},
		{"class A { ... $F() {...} ... }", "class A { b() {} c() {} }"},
		{"(String $X).foo($...A)", "class A { void f(String s) { s.foo(1, 2); } }"},
		{"func $F(...) { ... }", "package a\nfunc (t T) f(x int) { for i := range x {} }"},
		{"$O->m(...)", "<?php $a->m(1, 'x' . $b);"}, {"foo ... do ... end", "foo 1 do |x| x end\n"},
		{"curl ... | sh", "curl x | sh -s\n"}, {"RUN ... && rm $X", "FROM a\nRUN b \\\n && rm c\n"},
		{"a:\n  ...\n  b: $X", "a:\n  c: 1\n  b: [2]\n"}, {"{\"a\": $X}", "{\"a\": 1, \"b\": [2]}"},
		{"<a href=$X>...</a>", "<p><a href='x'>y</a></p>"}, {"a { color: $X; }", "a { color: red; }"},
	} {
		f.Add(i, s[0], []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, lang int, pat string, src []byte) {
		if lang < 0 || len(pat) > 500 || len(src) > 4000 {
			return
		}
		l := ast.Languages[lang%len(ast.Languages)]
		tree, err := search.ParseTree(l, "x", src, small)
		if err != nil {
			return
		}
		tree.Dump(0)
		p, err := pattern.Compile(l, pat, &pattern.Vars{})
		if err != nil {
			return
		}
		m := &pattern.Matcher{T: tree}
		n := 0
		m.Search(p, func(r pattern.Match) {
			if n++; r.Start > r.End || int(r.End) > len(src) {
				t.Fatalf("match out of place: %d..%d of %d", r.Start, r.End, len(src))
			}
		})
	})
}

// FuzzRegex compiles expressions and searches with them.
func FuzzRegex(f *testing.F) {
	for _, s := range []string{"a*+b", "(?<n>x)\\k<n>", "(?<!a)b", "[[:alpha:]]+", "(a+)+$", "\\Qa.b\\E", "(?i)x|y"} {
		f.Add(s, []byte("aaaa xx b"))
	}
	f.Fuzz(func(t *testing.T, re string, text []byte) {
		r, err := regex.Compile(re)
		if err != nil || len(text) > 1000 {
			return
		}
		found, _ := r.FindAll(text, 10)
		for _, m := range found {
			if m.Groups[0][0] < 0 || m.Groups[0][1] > len(text) || m.Groups[0][0] > m.Groups[0][1] {
				t.Fatalf("%q on %q: %v", re, text, m)
			}
		}
		r.MatchPrefix(text)
	})
}
