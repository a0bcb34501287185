package ast

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/syntax"
)

// tree parses a source and resolves its names.
func tree(t *testing.T, lang, src string) *Tree {
	t.Helper()
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	l := LangByName(lang)
	out, err := l.Parse("a", []byte(src), syntax.DefaultLimits)
	if err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	out.Resolve()
	return out
}

// What is written in two ways and means the same has one tree; what means something else has another.
func TestLowering(t *testing.T) {
	for _, c := range []struct{ lang, a, b, other string }{
		{"python", "f(a, k = 1)  # c\n", "f(\n  a,\n  k=1,\n)\n", "f(a, j=1)\n"},
		{"python", "x = 'a'\n", "x = \"a\"\n", "x = 'b'\n"},
		{"python", "if a:\n  f()\n", "if a: f()\n", "if b: f()\n"},
		{"javascript", "f(a)", "f( a /* c */ );", "f(b)"},
		{"javascript", "if (a) f();", "if (a) { f(); }", "if (a) { g(); }"},
		{"typescript", "let x: T = f()", "let x: T = (f());", "let y: T = f()"},
		{"java", "class A { void f() { g(1); } }", "class A\n{\n  void f() { g(1); /* c */ }\n}",
			"class A { void f() { g(2); } }"},
		{"go", "package a\nfunc f() { g(1) }\n", "package a\n\nfunc f() {\n\tg(1) // c\n}\n",
			"package a\nfunc f() { h(1) }\n"},
		{"php", "<?php f($a, [1]);", "<?php\nf( $a, array(1) ); // c\n", "<?php f($b, [1]);"},
		{"ruby", "f(a, 1)\n", "f a, 1 # c\n", "f(a, 2)\n"},
		{"bash", "f a \"b\"\n", "f   a 'b' # c\n", "f a c\n"},
		{"dockerfile", "FROM a\nRUN b c\n", "from a\n# c\nrun b \\\n  c\n", "FROM a\nRUN b d\n"},
		{"yaml", "a: [b, 1]\n", "a:\n- b\n- 1 # c\n", "a: [b, 2]\n"},
		{"json", `{"a": [1]}`, "{\n  \"a\": [ 1 ]\n}\n", `{"a": [2]}`},
		{"html", `<a href="b">c</a>`, "<a href='b' >c</a>", `<a href="d">c</a>`},
		{"css", "a { b: c; }", "a {\n  b: c\n}\n", "a { b: d; }"},
	} {
		a, b, other := tree(t, c.lang, c.a), tree(t, c.lang, c.b), tree(t, c.lang, c.other)
		if len(a.Errors)+len(b.Errors) > 0 {
			t.Errorf("%s: %q or %q is not understood", c.lang, c.a, c.b)
		}
		if a.Dump(0) != b.Dump(0) {
			t.Errorf("%s: %q and %q differ:\n%s%s", c.lang, c.a, c.b, a.Dump(0), b.Dump(0))
		}
		if a.Dump(0) == other.Dump(0) {
			t.Errorf("%s: %q and %q have one tree:\n%s", c.lang, c.a, c.other, a.Dump(0))
		}
	}
}

// Every node lies within its parent and after its neighbour, and has a place in the source.
func TestPlaces(t *testing.T) {
	src := "import os\ndef f(a, *b, k=1):\n    '''doc'''\n    x = [i for i in a if i]\n    return os.path.join(x[0], " +
		"f\"{k}\")\n"
	out := tree(t, "python", src)
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if n.Flags&FlagSynth != 0 {
			continue
		}
		if n.Start > n.End || int(n.End) > len(src) {
			t.Errorf("%s lies at %d..%d of %d", n.Kind, n.Start, n.End, len(src))
		}
		if n.Parent != Nil && (n.Start < out.Nodes[n.Parent].Start || n.End > out.Nodes[n.Parent].End) {
			t.Errorf("%s at %d..%d is not within its %s", n.Kind, n.Start, n.End, out.Nodes[n.Parent].Kind)
		}
	}
	if line, col := out.Line(uint32(strings.Index(src, "return"))); line != 5 || col != 5 {
		t.Errorf("return stands in line %d, column %d", line, col)
	}
}

// Names stand for what was imported and for what they hold, where nothing else can be meant.
func TestNames(t *testing.T) {
	for _, c := range []struct{ lang, src, want string }{
		{"python", "from os import system as s\ns(1)\n", `Name "s" = os.system`},
		{"python", "import os.path as p\np.join(1)\n", `Name "p" = os.path`},
		{"python", "x = 'a'\nf(x)\n", `Name "x" = Str "a"`},
		{"javascript", "const {a: b} = require('m'); b(1)", `fn: Name "b" = m.a`},
		{"go", "package a\nimport x \"net/http\"\nfunc f() { x.Get(1) }\n", `Name "x" = `},
		{"java", "import a.b.C; class D { void f() { C.g(); } }", `Name "C" = a.b.C`},
	} {
		if got := tree(t, c.lang, c.src).Dump(0); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q has no %s:\n%s", c.lang, c.src, c.want, got)
		}
	}
	if got := tree(t, "python", "x = 'a'\nx = g()\nf(x)\n").Dump(0); strings.Contains(
		got,
		`args: Args`+"\n"+`        Name "x" = Str`,
	) {
		t.Errorf("a variable that is assigned twice is taken for its first value:\n%s", got)
	}
}

// What lies too deep is left out, and the tree says so; what is broken is kept as far as it goes.
func TestDeepAndBroken(t *testing.T) {
	for _, l := range Languages {
		deep := tree(t, l.Name, strings.Repeat("(", 3*maxDepth)+strings.Repeat(")", 3*maxDepth))
		for i := range deep.Nodes {
			depth := 0
			for p := ID(i); p != Nil; p = deep.Nodes[p].Parent {
				if depth++; depth > 2*maxDepth {
					t.Fatalf("%s: a node lies more than %d deep", l.Name, depth)
				}
			}
		}
	}
	if out := tree(t, "python", "f(1)\nx = = 2\ng(2)\n"); len(out.Errors) == 0 ||
		!strings.Contains(out.Dump(0), `"g"`) {
		t.Errorf("broken code: %d errors\n%s", len(out.Errors), out.Dump(0))
	}
}

// Languages are found by each of their names and endings.
func TestLanguages(t *testing.T) {
	for _, l := range Languages {
		for _, name := range append([]string{l.Name}, l.Aliases...) {
			if LangByName(name) != l {
				t.Errorf("%s is not found by %q", l.Name, name)
			}
		}
		for _, ext := range l.Exts {
			if got := LangOf("a/b" + ext); got != l {
				t.Errorf("b%s is not of %s", ext, l.Name)
			}
		}
	}
	if LangByName("cobol") != nil || LangOf("a.unknown") != nil {
		t.Error("a language that is not there was found")
	}
}

func TestIsWord(t *testing.T) {
	for s, want := range map[string]bool{"a": true, "_a1": true, "": false, "a b": false, "a.b": false, "é": false} {
		if IsWord(s) != want {
			t.Errorf("IsWord(%q) = %v", s, !want)
		}
	}
}

// What is written once is not kept once a name: types of names, and texts that are put together from each other.
func TestNamesKeepNoTexts(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	var types, texts strings.Builder
	types.WriteString("var a0 = new (class { " + strings.Repeat("f() { g(); } ", 1000) + "})();\n")
	texts.WriteString("const a0 = `xxxxxxxxxxxxxxxx`;\n")
	for i := range 60 {
		fmt.Fprintf(&types, "var a%d = a%d;\n", i+1, i)
		fmt.Fprintf(&texts, "const a%d = `${a%d}${a%d}`;\n", i+1, i, i)
	}
	for _, src := range []string{types.String(), texts.String()} {
		tree, err := LangByName("javascript").Parse("a.js", []byte(src), syntax.DefaultLimits)
		if err != nil || len(tree.Errors) > 0 {
			t.Fatal(err, tree.Errors)
		}
		tree.Resolve()
		if grown := len(tree.buf) - len(src); grown > 64<<10 {
			t.Errorf("%d bytes were added to %d: %.40q", grown, len(src), src)
		}
	}
}

// The body of a method without an end is a statement like that of others.
func TestEndlessMethods(t *testing.T) {
	if dump := tree(t, "ruby", "def f(a) = eval(a)\n").Dump(0); !strings.Contains(dump, "ExprStmt\n") {
		t.Errorf("no statement in\n%s", dump)
	}
}
