package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/syntax"
	"github.com/drydock/drydock/internal/testenv"
)

func fileOf(t testing.TB, path, src string) *File {
	t.Helper()
	tree, err := ast.LangOf(path).Parse(path, []byte(src), syntax.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	tree.Resolve()
	return NewFile(tree)
}

// Every check is named by a rule of the pack, whose fixture is its test.
func TestEveryCheckHasARule(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "internal", "code", "rules", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, rest, ok := strings.Cut(string(text), "\n    check: "); ok {
			name, _, _ := strings.Cut(rest, "\n")
			named[name] = true
		}
	}
	for _, name := range Names() {
		if !named[name] {
			t.Errorf("no rule names %s", name)
		}
	}
}

// What the grammar does not understand makes no check guess.
func TestBrokenFiles(t *testing.T) {
	f := fileOf(t, "a.py", "import os\ndef f(:\n  return 1\n  return 2\n")
	for _, name := range Names() {
		if hits := f.Run(name); len(hits) > 0 {
			t.Errorf("%s: %v", name, hits)
		}
	}
}

// The checks are fast on what is deep, long or the same over and over, in any language.
func TestHostile(t *testing.T) {
	begin := time.Now()
	const n = 3000
	for path, src := range map[string]string{
		"a.js":   strings.Repeat("if (a) { x(); } else ", n) + "{}",
		"b.js":   strings.Repeat("if (a) { return; } else { ", 500) + strings.Repeat("}", 500),
		"c.js":   "x = {" + strings.Repeat("a: 1, ", n) + "};",
		"a.py":   strings.Repeat("def f(a=[]):\n    a.append(1)\n    x = open(a)\n    return f(a)\n", n),
		"b.py":   "x = " + strings.Repeat("a and ", n) + "a\n",
		"c.py":   "def f():\n" + strings.Repeat("    a = 1\n    b = open(a)\n", n),
		"A.java": "class A { void f() { switch (a) { " + strings.Repeat("case 1: g(); ", n) + "} } }",
		"a.go":   "package a\nfunc f() {\n" + strings.Repeat("\tfmt.Printf(\"%s %s %\", a)\n", n) + "}\n",
		"a.rb":   strings.Repeat("begin\nf\nrescue Exception\n", 300) + strings.Repeat("end\n", 300),
		"a.php":  "<?php " + strings.Repeat("function f() { return f(); } ", n),
	} {
		f := fileOf(t, path, src)
		for _, name := range Names() {
			f.Run(name)
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestVerbs(t *testing.T) {
	for text, want := range map[string]int{"": 0, "%s": 1, "100%%": 0, "%-5d|%05.2f": 2, "%(a)s": -1, "%*d": -1, "%": -1,
		"%1$s": -1, "% d": 1} {
		n, ok := verbs(text, "python")
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
	for text, want := range map[string]int{"{}": 1, "{{}}": 0, "{0}{0}": 1, "{1}": 2, "{a}": 0, "{:>{w}}": -1, "{": -1,
		"{!r} {:d}": 2, "{99999}": 0} {
		n, ok := fields(text)
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
}
