package code

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/syntax"
)

// acrossTexts runs a rule on sources without a folder. What goes wrong inside is an error.
func acrossTexts(t *testing.T, eng *Engine, names []string, texts [][]byte) []FileResult {
	t.Helper()
	res := make([]FileResult, len(names))
	for i := range names {
		res[i] = eng.file(names[i], texts[i], true)
		if f := res[i].facts; f != nil {
			g, err := facts.Unpack(f.Pack())
			if err != nil {
				t.Fatalf("%s: facts do not survive storing", names[i])
			}
			res[i].facts = g
		}
		if strings.Contains(res[i].Problem, "internal error") {
			t.Fatalf("%s: %s", names[i], res[i].Problem)
		}
	}
	for _, p := range eng.across(res, "", func(i int) []byte { return texts[i] }) {
		if strings.Contains(p.Reason, "internal error") {
			t.Fatal(p.Reason)
		}
	}
	return res
}

// FuzzAcross follows taint through two files of a language.
func FuzzAcross(f *testing.F) {
	if !syntax.Available {
		f.Skip("built without cgo")
	}
	for i, s := range [][2]string{
		{"from b import *\ngo(src())\nclass A(B):\n def f(self): self.x = src(); sink(self.y)\n",
			"def go(*a, **k):\n sink(a[0]); go(*a)\n"},
		{"import d, {n as m} from './b'; d(src()); m({a: src(), ...x}); new K(src()).run()",
			"export default (x) => sink(x); export * from './a'; module.exports = {a, b(x) { this.c = x }}"},
		{"export class A extends B { constructor(private x: A) { super(src()) } }",
			"import {A} from './a'; sink(new A(1).x)"},
		{"package p; class A extends B { A(String x) { super(x); } void f() { f(src()); this.f(); } }",
			"package p; interface B { void f(String x); }"},
		{"package a\nfunc (s *S) F(x string) string { s.x = x; return s.F(src()) }",
			"package a\ntype S struct { S; x string }\nfunc f() { var s S; sink(s.F(s.x)) }"},
		{"<?php namespace A; use B\\C as D; class E extends D { function __construct(private $x) { " +
			"parent::__construct(src()); } }",
			"<?php namespace B; class C { static function f($x) { sink($x); self::f(...$x); } }"},
		{"class A < B\n def f(x) = sink(x)\n def g; f @a; super; end\nend",
			"class B\n def g(*a, k: 1, &b)\n @a = src\n end\nend"},
	} {
		f.Add(i, []byte(s[0]), []byte(s[1]))
	}
	rules, _ := rule.Parse("rules.yaml", []byte(acrossRule))
	eng, errs := New(rules, Options{Workers: 1, Limits: small})
	if len(errs) > 0 {
		f.Fatal(errs)
	}
	exts := []string{"py", "js", "ts", "java", "go", "php", "rb"}
	f.Fuzz(func(t *testing.T, lang int, a, b []byte) {
		if lang < 0 || len(a)+len(b) > 6000 {
			return
		}
		ext := exts[lang%len(exts)]
		acrossTexts(t, eng, []string{"a." + ext, "b." + ext}, [][]byte{a, b})
	})
}

// TestAcrossRandomPrograms follows taint through programs of many functions and classes that call one another in all
// ways, and holds the work to a bound.
func TestAcrossRandomPrograms(t *testing.T) {
	needTrees(t)
	rules, _ := rule.Parse("rules.yaml", []byte(acrossRule))
	eng, _ := New(rules, Options{Workers: 1})
	found := 0
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		const files = 4
		var names []string
		var texts [][]byte
		for f := range files {
			names = append(names, fmt.Sprintf("m%d.py", f))
			texts = append(texts, []byte(randomModule(r, f, files)))
		}
		began := time.Now()
		res := acrossTexts(t, eng, names, texts)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("seed %d took %v", seed, took)
		}
		for i := range res {
			found += len(res[i].Findings)
		}
		again := acrossTexts(t, eng, names, texts)
		for i := range res {
			for j := range res[i].Findings {
				if a, b := &res[i].Findings[j], &again[i].Findings[j]; a.Location != b.Location ||
					len(a.Flow) != len(b.Flow) {
					t.Fatalf("seed %d: two runs differ: %v and %v", seed, a, b)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no random program has a finding")
	}
}

// randomModule writes module f of several, with functions f0..f9 and classes C0..C2 that use those of all modules.
func randomModule(r *rand.Rand, f, files int) string {
	var b strings.Builder
	for m := range files {
		fmt.Fprintf(&b, "import m%d\n", m)
	}
	value := func() string {
		switch r.IntN(9) {
		case 0:
			return "src()"
		case 1:
			return fmt.Sprintf("m%d.f%d(%s, y)", r.IntN(files), r.IntN(10), []string{"x", "y", "v"}[r.IntN(3)])
		case 2:
			return fmt.Sprintf("m%d.C%d(x).get(y)", r.IntN(files), r.IntN(3))
		case 3:
			return "clean(x)"
		case 4:
			return "{'a': x, 'b': y}"
		case 5:
			return "v['a']"
		case 6:
			return fmt.Sprintf("m%d.f%d(*v, **y)", r.IntN(files), r.IntN(10))
		case 7:
			return fmt.Sprintf("m%d.f%d(lambda q: sink(q), x)", r.IntN(files), r.IntN(10))
		}
		return []string{"x", "y", "v", "x(y)", "'c'"}[r.IntN(5)]
	}
	body := func(indent string) {
		fmt.Fprintf(&b, "%sv = %s\n", indent, value())
		for range 1 + r.IntN(5) {
			switch r.IntN(6) {
			case 0:
				fmt.Fprintf(&b, "%sif y:\n%s    v = %s\n", indent, indent, value())
			case 1:
				fmt.Fprintf(&b, "%sfor x in y:\n%s    y.z = %s\n", indent, indent, value())
			case 2:
				fmt.Fprintf(&b, "%ssink(%s)\n", indent, value())
			case 3:
				fmt.Fprintf(&b, "%sx.p%d = %s\n", indent, r.IntN(3), value())
			default:
				fmt.Fprintf(&b, "%s%s = %s\n", indent, []string{"v", "x", "y"}[r.IntN(3)], value())
			}
		}
		fmt.Fprintf(&b, "%sreturn %s\n", indent, value())
	}
	for i := range 10 {
		fmt.Fprintf(&b, "def f%d(x, y=None):\n", i)
		body("    ")
	}
	for i := range 3 {
		fmt.Fprintf(
			&b,
			"class C%d(m%d.C%d):\n    def __init__(self, x, y=None):\n        self.a = x\n        self.b = "+
				"m%d.C%d(y)\n    def get(self, x, y=None):\n        x = self.a\n        y = self.b.get(x)\n",
			i,
			r.IntN(files),
			r.IntN(3),
			r.IntN(files),
			r.IntN(3),
		)
		body("        ")
	}
	return b.String()
}
