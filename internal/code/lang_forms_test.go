package code

import (
	"fmt"
	"testing"
)

func TestStatementForms(t *testing.T) {
	runLang(t, "javascript", []langCase{
		// an object that is made counts for the statement that makes it, a function's statements do not
		{
			"new Lamp(...);",
			"new Lamp(1);\nlet a = use(new Lamp(2));\nlet b = new Box(new Lamp(3));\nnew Bulb();\n",
			"1 2 3",
		},
		{"ring($B);", "later(() => {\n  ring(1);\n});\nuse(ring(2));\nreturn_(1);\n", "2 4"},
		// an ellipsis before a keyword is a statement, even in one line
		{"function $F() { ... knock(); ... }", "function a() { b(); knock(); c(); }\nfunction d() { e(); }\n", "1"},
		{"... if (a) { b(); } ...", "c();\nif (a) { b(); }\nd();\n", "1 2"},
		// what follows a statement with a body may stand in it or behind it
		{"a();\n...\nif (b) { ... }\nc();", "a();\nx();\nif (b) { y(); }\nc();\n", "1"},
		{"a();\n...\nif (b) { ... }\nc();", "a();\nx();\nc();\nif (b) { y(); }\n", ""},
		{"try { ... } catch ($E) { ... }", "try { a(); } catch { b(); }\ntry { a(); } finally { b(); }\n", "1"},
		{"`...`", "f(\"a\");\nf(`b`);\nf(`b${c}`);\nf(tag`b${c}`);\n", "2 3"},
		{"/$R/.test(...)", "const re = /x+/;\nre.test(a);\nother.test(a);\n", "2"},
		{"$X = $X + $Y", "a += 1;\na = a + 1;\na -= 1;\na = b + 1;\n", "1 2"},
		{"$X = f(...)", "a += f();\na = f();\n", "2"},
		{
			"import 'm'",
			"const {a} = require('m');\nimport b from 'm';\nconst c = require('n');\nconst d = load('m');\n",
			"1 2",
		},
		{"const [$A, $B] = keep(...)", "const [a, b] = keep<Node | null>(null);\nconst [c] = keep(1);\n", "1"},
		{"step(($N: float))", "step(2);\nstep(2.5);\nstep(\"2\");\nstep(j);\n", "1 2"},
	})
	runLang(t, "typescript", []langCase{
		{"class $C { ... $M(...) { ... } ... }", "class A {\n  public a() { g(); }\n}\nclass B {\n  b = 1;\n}\n", "1"},
		{"class $C { ... private $F = $V; ... }", "class A {\n  private a = 1;\n}\nclass B {\n  b = 1;\n}\n", "1"},
		// an element begins at its tag, not where the one before ends
		{"<b title={$X} />", "const a = (\n  <p>\n    <i>x</i>\n    <b title={h} />\n  </p>\n);\n", "4"},
	})
	runLang(t, "python", []langCase{
		{
			"match $X:\n  case \"a\": ...",
			"match c:\n  case \"a\":\n    x()\n  case _:\n    y()\nmatch d:\n  case \"b\":\n    x()\n",
			"1",
		},
		{"lamp.on", "@lamp.on(\"a\")\ndef f(): pass\n@lamp.off\ndef g(): pass\n", "1"},
		// an import holds until the next of the same name
		{"canvas.paint(...)", "from canvas import paint\npaint(1)\nfrom attic import paint\npaint(2)\n", "2"},
		{"plant.halt(...)", "halt(1)\nfrom plant import halt\nhalt(2)\n", "3"},
		{"import radio", "from radio import Set\nimport radio.parts\nfrom stereo import radio\n", "1 2"},
	})
}

func TestDefinitionForms(t *testing.T) {
	runLang(t, "go", []langCase{
		{"notes.Compose(...)", "package p\nvar a = []byte(notes.Compose(1))\nvar b = []byte(x)\n", "2"},
		{"send(<... f() ...>)", "package p\nvar a = send(map[string]int(f()))\nvar b = send(g())\n", "2"},
		{"[]string{\"...\", ...}", "package p\nvar a = []string{b, \"c\"}\nvar d = []string{\"e\", f}\n", "3"},
		{"T{A: 1, B: 2}", "package p\nvar a = T{B: 2, A: 1}\nvar b = T{A: 1}\n", "2"},
		{"var $X T = $V", "package p\nconst a T = 1\nvar b T = 2\nvar c U = 3\n", "2 3"},
		{"const $X T = $V", "package p\nconst a T = 1\nvar b T = 2\n", "2"},
		{"$X := open(...)", "package p\nfunc f() {\n\tx, err := open()\n\ty := open()\n\tz, err = open()\n}\n", "3 4"},
		{
			"($M : sync.Mutex).Lock()",
			"package p\ntype C struct {\n\tmu sync.Mutex\n\tn  int\n}\nfunc (c *C) f() {\n\tc.mu.Lock()\n" +
				"\tc.n.Lock()\n}\n",
			"7",
		},
		{
			"import (\n  ...\n  \"$P\"\n)\n...\n$X.Ask()",
			"package p\nimport (\n\t\"a\"\n\t\"b\"\n)\nfunc f() {\n\tx.Ask()\n}\n",
			"2",
		},
	})
	runLang(t, "java", []langCase{
		{
			"new Judge() {\n  ...\n}",
			"class A {\n  Judge j = new Judge() { void f() {} };\n  Judge k = new Judge();\n" +
				"  Clerk c = new Clerk() { };\n}\n",
			"2",
		},
		{"class $C {\n  ...\n  Pump $P;\n  ...\n  $R $M(...) {\n    ...\n    $P.push($A, ...);\n    ...\n  }\n  ...\n}",
			"class A {\n  int d;\n  Pump p;\n  void f() {\n    log();\n    p.push(1, 2);\n  }\n}\nclass B {\n  Pump " +
				"p;\n  void f() { }\n}\n", "1"},
		{
			"$X instanceof $T",
			"class A { boolean f(Object o) {\n  return o instanceof String s\n  || o instanceof Long\n" +
				"  || o == s;\n} }\n",
			"2 3",
		},
		{
			"try { ... } catch ($E $X) { ... }",
			"class A { void f() {\n  try { a(); } catch (B | C e) { d(); }\n  try { a(); } finally { d(); }\n} }\n",
			"2",
		},
		{"Lamp", "class A {\n  @Lamp(\"a\")\n  void f() {}\n  @Lump\n  void g() {}\n}\n", "2"},
		{
			"(java.lang.Process $P).waitFor()",
			"import java.lang.Process;\nclass A { void f(Process p, Proc q) {\n  p.waitFor();\n  q.waitFor();\n} }\n",
			"3",
		},
		{"(art.Brush $B).dip()", "class A { void f(Brush b, art.Brush c) {\n  b.dip();\n  c.dip();\n} }\n", "3"},
		{"(Brush $B).dip()", "class A { void f(Brush b, art.Brush c) {\n  b.dip();\n  c.dip();\n} }\n", "2"},
	})
}

func TestPHPAndRubyForms(t *testing.T) {
	runLang(t, "php", []langCase{
		{"@$F(...)", "<?php\nf(1);\n@g(2);\n", "3"},
		{"g(...)", "<?php\n@g(2);\n", "2"},
		{"throw $X;", "<?php\nfunction f() { throw new E('x'); }\n$a = 1;\n", "2"},
		{
			"public function $F(..., Letter $L, ...) {...}",
			"<?php\nclass A {\n  private static function f(Letter $l) { }\n  function g(Note $n) { }\n}\n",
			"3",
		},
		{"phone_dial($X)", "<?php\nphone_dial(1);\nPhone_Dial(2);\nphone_call(3);\n", "2 3"},
		{"$X->hangUp()", "<?php\n$a->hangUp();\n$a->HANGUP();\n", "2"},
		{"\"...$X...\"", "<?php\nf(\"a $b c\");\nf(\"a\");\nf(\"$b\");\n", "2"},
	})
	runLang(t, "ruby", []langCase{
		{"class $C < $D\n  ...\nend", "class A < B; end\nclass C; end\n", "1"},
		{"def $F(...)\n  ...\nend", "def a; end\nx = 1\n", "1"},
		{"foo(..., key: $V, ...)", "foo(key:)\nfoo(key: 1)\nfoo(other: 1)\n", "1 2"},
		{":$K => false", "a = {:b => false, :c => true}\nd = {:c => true}\nf(:b => false)\n", "1"},
		{"\"#{...}...\"", "a = \"#{b} c\"\nd = \"c #{b}\"\ne = \"c\"\n", "1"},
		{"\"...#{...}...\"", "a = \"#{b} c\"\nd = \"c #{b}\"\ne = \"c\"\n", "1 2"},
		{"`...#{\"...\"}...`", "a = `b #{c}`\nd = \"me\"\ne = `b #{d}`\n", "3"},
		{"/...#{...}.../", "a =~ /b#{c}/\na =~ /bc/\n", "1"},
		{"/.../", "a =~ /b#{c}/\na =~ /bc/\na =~ \"bc\"\n", "1 2"},
		{"$X = \"...#{...}...\"", "a = <<~S\n  b #{c}\nS\nd = <<~S\n  b\nS\n", "1"},
	})
}

func TestConditionForms(t *testing.T) {
	const head = "rules: [{id: x, languages: [%s], severity: LOW, message: m, "
	for _, c := range []struct{ lang, rule, src, want string }{
		{"python", "options: {symbolic_propagation: true}, pattern: \"seal($B)\\n...\\n$B.open()\"}]",
			"def f(crate):\n  box = crate\n  seal(crate)\n  box.open()\ndef g(crate):\n  box = other\n  seal(crate)\n" +
				"  box.open()\n", "3"},
		{"javascript", "options: {symbolic_propagation: true}, pattern: shelf(...).put($X)}]",
			"const s = shelf(1);\nfor (const i of a) {\n  s.put(i);\n}\nlet r = shelf(2);\nwhile (b) {\n  r.put(3);\n" +
				"  r = c;\n}\n", "3"},
		{"python", "patterns: [{pattern: $A + $B}, {metavariable-type: {metavariable: $A, type: string}}]}]",
			"a = 'b' + c\nd = c + 'b'\ndef f(t: str):\n  return t + c\n", "1"},
		{"go", "patterns: [{pattern: f($N)}, {metavariable-comparison: {metavariable: $N, comparison: $N > 255, " +
			"strip: true}}]}]",
			"package p\nvar a = f(\"300\")\nvar b = f(\"30\")\nvar c = f(400)\n", "2 4"},
		{"regex", "patterns: [{pattern-regex: 'T-[0-9]+'}, {pattern-not: T-0}, {pattern-not-inside: 'x T-\\d'}]}]",
			"T-1\nT-0\nx T-2\n", "1"},
		{"javascript", "patterns: [{pattern: f(\"$R\")}, {metavariable-analysis: {metavariable: $R, analyzer: " +
			"redos}}]}]",
			"f(\"(x+y)+z\");\nf(\"(x+y)+\");\nf(\"(x+){4}z\");\nf(\"(x+){3}z\");\nf(\"(x?y)+z\");\n", "1 3"},
		{"generic", "patterns: [{pattern-inside: a ... c}, {pattern-inside: b ... d}, {pattern: mid}]}]",
			"a b mid c d\nmid\n", "1"},
		{"generic", "patterns: [{pattern: \"door $...N:$...C#$E\"}, {metavariable-regex: {metavariable: $...C, " +
			"regex: '(?!.*\\s)\\w+'}}]}]",
			"door a:b1#c\n\ndoor a: b1#c\n", "1"},
		// a text tells much where it is neither words nor the same again and again
		{"regex", "patterns: [{pattern-regex: 'k=(?<V>\\S+)'}, {metavariable-analysis: {metavariable: $V, analyzer: " +
			"entropy}}]}]",
			"k=493827160518\nk=4938271605\nk=q7Zt2RkX9mWb\nk=BuyOneCoffeeAndGetAnotherForFree\n" +
				"k=aaaaaaaaaaaaaaaaaaaaaaaa\n", "1 3"},
		{"generic", "options: {generic_engine: aliengrep}, pattern: \"gate ... {\\n  ....\\n  latch;\\n  ....\\n}\"}]",
			"gate a {\n  path b;\n}\ngate c(1) {\n  x { y }\n  latch;\n}\n", "4"},
		{"generic", "options: {generic_engine: aliengrep}, pattern: a ... b}]", "a c b\na\nb\n", "1"},
	} {
		if got := linesOfRule(t, c.lang, fmt.Sprintf(head, c.lang)+c.rule, c.src); got != c.want {
			t.Errorf("%s finds lines %q, want %q, in:\n%s", c.rule, got, c.want, c.src)
		}
	}
	runLang(t, "generic", []langCase{
		// a match that begins in a block ends in it
		{"[peg ...] ... [peg ...]", "row\n    [peg 1]\nend\nrow\n    [peg 2]\n    [peg 3]\nend\n", "5"},
		{"row ... end", "row\n    [peg 1]\nend\n", "1"},
	})
}

func TestBashLineEnds(t *testing.T) {
	// A redirection that ends a pipeline does not make the lines above it its words.
	const src = "a | b | c\ntee one | sort\ntee \\\n  two | sort\na | tee > out\n"
	runLang(t, "bash", []langCase{{"tee $F | ...", src, "2 3"}, {"... | tee", src, "5"}, {"c tee ...", src, ""}})
}

func TestFirstLanguageOfYAML(t *testing.T) {
	const rules = `rules:
- id: x
  languages: [json, yaml]
  severity: LOW
  message: m
  patterns:
  - pattern: 'colour: "..."'
  - pattern-not: 'colour: "=~/^#[0-9a-f]{6}\s*$/"'
`
	if got := linesOfRule(t, "yaml", rules, "- colour: '#00ff00'\n- colour: green\n- colour: 7\n"); got != "2" {
		t.Errorf("patterns of JSON find lines %q of YAML", got)
	}
}
