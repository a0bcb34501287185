package ast

import (
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/syntax"
)

// newer are constructs that the grammars are too old for: language, source, and lines that its tree has to have.
var newer = []struct {
	lang, src string
	want      []string
}{
	{"python", "class A[T = int, *Ts = *tuple[int, ...]]: pass\n", []string{`ClassDef`, `name: Name "A"`}},
	{"python", "def f[T: str = a[b]](x: T) -> T: return x\n", []string{`type: Name "T"`, `Return`}},
	{"python", "x = t\"a {b}\" + rt'{c!r}' + Rt'''{d:>{w}}'''\n", []string{`Interp "t"`, `Str "a "`, `Name "b"`, `Name "d"`}},
	{"python", "try: f()\nexcept A, B, c.D: g()\n", []string{`type: Tuple`, `Name "A"`, `Name "B"`, `obj: Name "c"`}},
	{"python", "try: f()\nexcept* A, b: g()\n", []string{`type: Tuple`, `Name "b"`}},
	{"typescript", "interface A<in T, out U, in out V> { x: T }\n", []string{`type_parameters: Other(type_parameters)`}},
	{"typescript", "class A<in T> { f(x: T) { g(x) } }\n", []string{`name: Name "A"`, `fn: Name "g"`}},
	{"typescript", "export type * from 'x'\nexport type * as y from 'x'\n", []string{`Other(namespace_export)`, `source: Str "x"`}},
	{"typescript", "for (using x of y) { f(x) }\nfor (await using z of y) {}\n", []string{`ForEach "of"`, `left: Name "x"`, `left: Name "z"`}},
	{"javascript", "{ using x = f(); await using y = g() }\n", []string{`mods: Mod "using"`, `name: Name "x"`, `name: Name "y"`}},
	{"typescript", "[a as any, b] = c;\n({ x: (y as A<B>[]) } = z);\n", []string{`left: List`, `key: Name "x"`, `value: Name "y"`}},
	{"javascript", "a = <p>b & c &amp; d</p>\n", []string{`Str "b & c "`}},
	{"typescript", "a = <p t={b & c}>{d} & e</p>\n", []string{`Bin "&"`}},
	{"java", "class A { void f(Object o) { switch (o) { case B _, C.D _ -> g(); default -> h(); } } }\n",
		[]string{`key: Name "B"`, `fn: Name "g"`, `fn: Name "h"`}},
	{"java", "class A { void f(String @N(1) @M ... xs) { g(xs); } }\n", []string{`Param "..."`, `name: Name "xs"`}},
	{"java", "class A extends B { A(int x) { g(x); super(x); } A() { h(); this(1); } }\n",
		[]string{`fn: This "super"`, `fn: This "this"`, `fn: Name "g"`}},
	{"go", "package a\ntype A[K comparable, V any] = map[K]V\ntype (\n\tB[T any] = []T\n\tC = int\n)\n",
		[]string{`name: Name "A"`, `name: Name "B"`, `Other(type_alias)`}},
	{"go", "package a\nvar x, y = new(1), new(f(2))\nvar z = new(T)\n",
		[]string{`fn: Name "new"`, `fn: Name "f"`, `type: Name "T"`}},
	{"php", "<?php enum A: string { case B = 'b'; final public const string C = 'c'; const D = self::B; }\n",
		[]string{`mods: Mod "const"`, `name: Name "C"`, `value: Str "c"`}},
	{"php", "<?php class A { public protected(set) string $x; private(set) int $y = 1; }\n",
		[]string{`mods: Mod "public"`, `name: Name "$x"`, `mods: Mod "private"`, `value: Num "1"`}},
	{"php", "<?php class A { function __construct(public private(set) string $z) {} }\n", []string{`name: Name "$z"`}},
	{"php", "<?php $x = $a . 'b' |> system(...) |> $this->f(...);\n",
		[]string{`fn: Name "system"`, `Bin "."`, `name: Name "f"`}},
	{"bash", "for i do\n  f \"$i\"\ndone\n", []string{`ForEach`, `left: Name "i"`, `Str "f"`}},
	{"bash", "rm !(a|*.b).c @(x|+($y|z))\ncase $a in ?(b|c)*) f;; esac\n",
		[]string{`Str "!(a|*.b).c"`, `Str "rm"`, `Str "f"`, `value: Name "y"`}},
	{"bash", "f <<A <<'B' 3<<-C | sh; g\na $(h 1)\nA\n$(no)\nB\n\tc\n\tC\nk\n",
		[]string{`Bin "pipe"`, `Str "f"`, `Str "sh"`, `Str "g"`, `Str "h"`, `Str "k"`}},
	{"bash", "if f <<A; then\nA\ng; fi\nh <<A && k\n(\nA\n", []string{`If`, `Str "g"`, `Str "h"`, `Str "k"`}},
	{"bash", "f <<A | # to\n$(no)\nA\nsh\n", []string{`Str "sh"`}},
}

// Constructs that are younger than the grammars are read, and what is put in their place is nowhere in the tree.
func TestNewerConstructs(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for _, c := range newer {
		lang := LangByName(c.lang)
		path := "a" + lang.Exts[0]
		if strings.Contains(c.src, "</") {
			path += "x"
		}
		tree, err := lang.Parse(path, []byte(c.src), syntax.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Errors) > 0 {
			t.Errorf("%s: %q: not understood: %v", c.lang, c.src, tree.Errors)
		}
		dump := tree.Dump(0)
		for _, line := range c.want {
			if !strings.Contains(dump, line+"\n") {
				t.Errorf("%s: %q: no %s in\n%s", c.lang, c.src, line, dump)
			}
		}
		for i := range tree.Nodes {
			if n := &tree.Nodes[i]; n.End > uint32(len(c.src)) || n.Start > n.End {
				t.Errorf("%q: a node from %d to %d", c.src, n.Start, n.End)
			}
		}
	}
}

// What is broken stays so, and what a grammar reads is not respelt.
func TestRespellingsKeepWhatIsBroken(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for _, c := range [][2]string{
		{"python", "class A[T = int: pass\n"},
		{"python", "x = t\"a\" = = 1\n"},
		{"typescript", "export type * from\nlet = in T\n"},
		{"java", "class A { void f() { case B _, C _ -> } }\n"},
		{"go", "package a\nvar x = new(1\n"},
		{"php", "<?php $a |> ;\n"},
		{"bash", "for i do\n  f\n"},
		{"bash", "rm !(a|b\n"},
	} {
		lang := LangByName(c[0])
		tree, err := lang.Parse("a"+lang.Exts[0], []byte(c[1]), syntax.DefaultLimits)
		if err != nil || len(tree.Errors) == 0 {
			t.Errorf("%s: %q is understood: %v", c[0], c[1], err)
		}
	}
	tree, err := LangByName("typescript").Parse("a.ts", []byte("x = a as B; y = = 1;\n"), syntax.DefaultLimits)
	if err != nil || !strings.Contains(tree.Dump(0), "Cast") {
		t.Errorf("a cast is gone: %v", err)
	}
}

// A name behind a comma is what Python 2 gives the exception, a class or something imported is a type.
func TestHandlersOfBothPythons(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for src, name := range map[string]bool{
		"try: f()\nexcept IOError, e: g(e)\n":   true,
		"try: f()\nexcept (A, b.C), err: g()\n": true,
		"try: f()\nexcept A, B: g()\n":          false,
		"try: f()\nexcept A, b.c: g()\n":        false,
		"from socket import (\n    error,\n    timeout)\ntry: f()\nexcept error, timeout: g()\n": false,
		"import e\ntry: f()\nexcept A, e: g()\n":                                                 false,
		"class e(Exception): pass\ntry: f()\nexcept A, e: g()\n":                                 false,
		"try: f()\nexcept* A, e: g()\n":                                                          false,
	} {
		tree, err := python.Parse("a.py", []byte(src), syntax.DefaultLimits)
		if err != nil || len(tree.Errors) > 0 {
			t.Fatalf("%q: %v %v", src, err, tree.Errors)
		}
		for i := range tree.Nodes {
			if id := ID(i); tree.Nodes[i].Kind == Catch && (tree.Child(id, Ident) != Nil) != name {
				t.Errorf("%q: the handler has a name: %v", src, !name)
			}
		}
	}
}

// A long line of nothing but beginnings is looked through in time that grows with it.
func TestRespellingIsLinear(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for name, unit := range map[string]string{
		"python": "except a, ", "typescript": "<in T as B} ", "java": "case A _, super( ", "go": "new( type a[b c]",
		"php": "const |> private(set) ", "bash": "!(a for i do <<A ",
	} {
		lang := LangByName(name)
		src := []byte(strings.Repeat(unit, 4_000))
		tree, err := lang.parse("a", src, src, syntax.DefaultLimits)
		if err != nil {
			continue // a bound of the parser
		}
		out := append([]byte{}, src...)
		began := time.Now()
		for _, part := range nearErrors(src, tree.Errors) {
			for _, r := range lang.Newer {
				r.within(src, out, part)
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
