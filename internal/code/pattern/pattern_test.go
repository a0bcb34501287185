package pattern

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/syntax"
)

// matches lists what a pattern finds in a source, each match as its text and what its metavariables hold.
func matches(t *testing.T, lang, pat, src string, opts Options) []string {
	t.Helper()
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	l := ast.LangByName(lang)
	tree, err := l.Parse("a", []byte(src), syntax.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	tree.Resolve()
	p, err := Compile(l, pat, &Vars{})
	if err != nil {
		t.Fatalf("%s: %q: %v", lang, pat, err)
	}
	var out []string
	m := &Matcher{T: tree, Opts: opts}
	m.Search(p, func(r Match) {
		text := strings.Join(strings.Fields(src[r.Start:r.End]), " ")
		var vars []string
		for i, name := range p.Vars.Names {
			if b := &r.Env[i]; b.Kind != Unbound {
				vars = append(vars, fmt.Sprintf("%s=%s", name, b.Content(tree)))
			}
		}
		sort.Strings(vars)
		out = append(out, strings.Join(append([]string{text}, vars...), " "))
	})
	sort.Strings(out)
	return slices.Compact(out) // there may be several ways to one match
}

func TestMatching(t *testing.T) {
	for _, c := range []struct{ lang, pat, src, want string }{
		// metavariables and ellipses
		{"python", "f($X)", "f(a)\nf(b, c)\ng(a)\n", "f(a) $X=a"},
		{"python", "$X == $X", "a == a\na == b\na.b(1) == a.b(1)\n", "a == a $X=a; a.b(1) == a.b(1) $X=a.b(1)"},
		{"python", "f(..., $X)", "f(a, b)\n", "f(a, b) $X=b"},
		{"python", "f($...A, 1)", "f(a, b, 1)\nf(1)\n", "f(1) $...A=; f(a, b, 1) $...A=a, b"},
		{"python", "f(..., k=$V, ...)", "f(a, j=2, k=1)\nf(k=3)\n", "f(a, j=2, k=1) $V=1; f(k=3) $V=3"},
		{"python", "f(<... g($X) ...>)", "f(1 + h(g(a)))\nf(h(a))\n", "f(1 + h(g(a))) $X=a"},
		{"python", "$X = 1\n...\nf($X)", "a = 1\nb()\nf(a)\nf(b)\n", "a = 1 b() f(a) $X=a"},
		{"python", "f(\"...\")", "f('a')\nf(a)\n", "f('a')"},
		{"python", "f(\"=~/^a+$/\")", "f('aa')\nf('ab')\n", "f('aa')"},
		// what a name stands for
		{"python", "os.system(...)", "from os import system as s\ns(a)\nt(a)\n", "s(a)"},
		{"python", "f(\"...\")", "x = 'a'\nf(x)\nf(y)\n", "f(x)"},
		// what a pattern may leave out
		{"python", "def $F(...): ...", "@d\ndef a(x: int) -> int:\n  return 1\n",
			"@d def a(x: int) -> int: return 1 $F=a"},
		{"java", "class $C { ... void $M(...) { ... } ... }", "class A { int x; public void f(int a) { g(); } }",
			"class A { int x; public void f(int a) { g(); } } $C=A $M=f"},
		{"java", "(String $X).f()", "class A { void g(String s, int i) { s.f(); i.f(); } }", "s.f() $X=s"},
		{"javascript", "f({a: $X, ...})", "f({b: 1, a: 2})", "f({b: 1, a: 2}) $X=2"},
		{"go", "func $F(...) error { ... }", "package a\nfunc f(x int) error { return nil }\nfunc g() {}\n",
			"func f(x int) error { return nil } $F=f"},
		{"php", "f($X)", "<?php f($a); g($a);", "f($a) $X=$a"},
		{"ruby", "f $X", "f(a)\ng a\n", "f(a) $X=a"},
		{"bash", "curl ... | sh", "curl -s a | sh\ncurl a\n", "curl -s a | sh"},
		{"dockerfile", "USER $U", "FROM a\nUSER root\n", "USER root $U=root"},
		{"yaml", "a: $X", "b:\n  a: 1\n", "a: 1 $X=1"},
		{"html", "<a href=$X>...</a>", "<p><a class='c' href='d'>e</a></p>", "<a class='c' href='d'>e</a> $X='d'"},
	} {
		if got := strings.Join(matches(t, c.lang, c.pat, c.src, Options{}), "; "); got != c.want {
			t.Errorf("%s: %q on %q\nfinds %s\nwant  %s", c.lang, c.pat, c.src, got, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	const src = "x = 'a'\nf(x)\na == b\nc and d\n"
	for _, c := range []struct {
		pat    string
		opts   Options
		unlike string // what the option changes
	}{
		{"f(\"...\")", Options{NoConstants: true}, "f(x)"},
		{"b == a", Options{SymmetricEq: true}, ""},
		{"d and c", Options{CommutBool: true}, ""},
		{"F(X)", Options{CaseFold: true}, ""},
	} {
		with, without := matches(t, "python", c.pat, src, c.opts), matches(t, "python", c.pat, src, Options{})
		if len(with) == len(without) {
			t.Errorf("%q finds the same with %+v: %v", c.pat, c.opts, with)
		}
		if got := strings.Join(without, "; "); got != c.unlike {
			t.Errorf("%q without options finds %q, want %q", c.pat, got, c.unlike)
		}
	}
}

// A pattern that can be tried in very many ways gives up, and the matcher says so.
func TestBound(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	l := ast.LangByName("python")
	tree, err := l.Parse("a", []byte("f("+strings.Repeat("a, b, c, d, e, ", 40)+"1)\n"), syntax.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(l, "f(..., $A, ..., $B, ..., $C, ..., $D, ..., $A, ..., 77)", &Vars{})
	if err != nil {
		t.Fatal(err)
	}
	m := &Matcher{T: tree}
	m.Search(p, func(Match) { t.Error("it matches") })
	if m.Exhausted == 0 {
		t.Error("no word of the bound")
	}
}

// What no reading of the grammar takes is an error that says so.
func TestWrongPatterns(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for _, c := range []struct{ lang, pat string }{{"python", "f(("}, {"go", "func {"}, {"javascript", "f(]"},
		{"java", "class {"}} {
		if _, err := Compile(ast.LangByName(c.lang), c.pat, &Vars{}); err == nil {
			t.Errorf("%s: %q is taken", c.lang, c.pat)
		}
	}
}

// Metavariables have one number in all patterns of a rule.
func TestVars(t *testing.T) {
	v := &Vars{}
	a, b := v.Index("$A"), v.Index("$1")
	if a == b || v.Index("$A") != a || v.Lookup("$A") != a || v.Lookup("$B") != -1 {
		t.Errorf("numbers %d and %d of %v", a, b, v.Names)
	}
	if v.Numbered(a) || !v.Numbered(b) {
		t.Error("$1 is a group's number, and $A is none")
	}
}
