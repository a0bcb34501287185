package code

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/code/rule"
)

// linesOf runs a pattern on a source of a language and lists the lines where matches begin.
func linesOf(t *testing.T, lang, pattern, src string) string {
	t.Helper()
	text, err := yaml.Marshal(map[string]any{"rules": []any{map[string]any{
		"id": "x", "languages": []string{lang}, "severity": "LOW", "message": "m", "pattern": pattern,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return linesOfRule(t, lang, string(text), src)
}

// linesOfRule is linesOf for the first rule of a rule file.
func linesOfRule(t *testing.T, lang, text, src string) string {
	t.Helper()
	needTrees(t)
	rules, errs := rule.Parse("rules.yaml", []byte(text))
	eng, more := New(rules, Options{Workers: 1})
	for _, err := range append(errs, more...) {
		t.Fatal(err)
	}
	names := map[string]string{
		"bash": "a.sh", "dockerfile": "Dockerfile", "yaml": "a.yaml", "html": "a.html", "generic": "a.txt",
		"json": "a.json",
		"php":  "a.php", "go": "a.go", "python": "a.py", "javascript": "a.js", "typescript": "a.tsx", "java": "A.java",
		"ruby": "a.rb",
	}
	var out []string
	for _, f := range eng.File(names[lang], []byte(src)).Findings {
		if l := fmt.Sprint(f.Location.Line); len(out) == 0 || out[len(out)-1] != l {
			out = append(out, l)
		}
	}
	return strings.Join(out, " ")
}

type langCase struct{ pattern, src, want string }

func runLang(t *testing.T, lang string, cases []langCase) {
	t.Helper()
	for _, c := range cases {
		if got := linesOf(t, lang, c.pattern, c.src); got != c.want {
			t.Errorf("%s: %q finds lines %q, want %q, in:\n%s", lang, c.pattern, got, c.want, c.src)
		}
	}
}

func TestBashPatterns(t *testing.T) {
	runLang(t, "bash", []langCase{
		// one word is a word anywhere; with anything that makes it a command, a command of that word
		{"wget", "wget\ncurl wget\nwget x\nwget=1\n", "1 2 3"},
		{"wget;", "wget\ncurl wget\nwget > out\nwget x\n", "1 3"},
		{"sleep ... &", "sleep 1\nsleep 1 &\n", "2"},
		// the command's name is a word like others
		{"... rm ...", "sudo rm x\nrm\ncp a b\n", "1 2"},
		{"$CMD --force", "git --force\ngit push --force\n", "1"},
		// quotes: a text without expansions is the same in all of them, one with expansions is not
		{"echo hi", "echo hi\necho 'hi'\necho \"hi\"\necho \"hi $x\"\n", "1 2 3"},
		{`eval "$X"`, "eval $a\neval \"$a\"\neval 'a'\n", "2"},
		{`eval "...$X..."`, "eval \"a $b c\"\neval a\n", "1"},
		{`eval ${$X}`, "eval $a\neval \"$a\"\neval ${a:-b}\neval a\n", "1 3"},
		{"run --key=$K", "run --key=a\nrun --key=$a\nrun --key $a\n", "2"},
		// pipelines, lists, redirections
		{"curl ... | ... sh", "curl -s u | sh\ncurl u | sudo sh\ncurl u 2>/dev/null | sh\ncurl u > sh\n", "1 2 3"},
		{"... || exit 1", "cd /x || exit 1\ncd /x && exit 1\n", "1"},
		{"make\nmake install", "make\n\nmake install > log\n", "1"},
		{"$X=$(mktemp ...)", "f=$(mktemp)\nlocal g=$(mktemp -d)\nh=`mktemp`\ni=mktemp\n", "1 2 3"},
		{"(cd ...)", "(cd x)\ncd x\n", "1"},
		{"foo <... bar ...>", "foo bar\nfoo $(baz bar)\nfoo\n", "1 2"},
	})
}

func TestDockerfilePatterns(t *testing.T) {
	runLang(t, "dockerfile", []langCase{
		{"FROM $IMAGE", "FROM a\nFROM a:1 AS b\nFROM --platform=x a@sha256:00\n", "1 2 3"},
		{"FROM $IMAGE:latest", "FROM a:latest\nFROM a:1\nFROM registry:5000/a\nFROM ${B}:latest\n", "1 4"},
		{"FROM ... AS $NAME", "FROM a AS b\nFROM a\n", "1"},
		{"RUN make", "run make\n", "1"},
		{"USER root", "USER root\nUSER root:x\nUSER other\n", "1 2"},
		{"ARG $X", "ARG a\nARG a=1\n", "1"},
		{"ARG $X=$Y", "ARG a\nARG a=1\n", "2"},
		{"ENV ... $K=secret ...", "ENV a=b c=secret d=e\nENV c=secret\nENV c=d\n", "1 2"},
		{"LABEL a=$V", "LABEL a=1\nLABEL b=1 a=2\nLABEL b=1\n", "1 2"},
		{"EXPOSE 22", "EXPOSE 22\nEXPOSE 22/tcp\nEXPOSE 80 22\n", "1"},
		{"EXPOSE ... 22 ...", "EXPOSE 22\nEXPOSE 22/tcp\nEXPOSE 80 22\n", "1 3"},
		{"EXPOSE 22", "ENV P=22\nEXPOSE $P\nFROM b\nEXPOSE $P\n", "2"},
		{"COPY --from=$S ... $D", "COPY --from=a b c d\nCOPY b c\n", "1"},
		{"WORKDIR /srv/$X", "WORKDIR /srv/${a}\nWORKDIR /srv\nWORKDIR /opt/$a\n", "1"},
		{
			"RUN apt-get install ...",
			"RUN apt-get install x\nRUN apt-get update && apt-get install x\nCMD apt-get install x\n",
			"1 2",
		},
		{"apt-get install ...", "RUN apt-get update && \\\n  apt-get install x\nCMD apt-get install x\n", "2 3"},
		{"CMD [..., \"$LAST\"]", "CMD [\"a\", \"b\"]\nCMD a b\n", "1"},
		{"HEALTHCHECK ... CMD ...", "HEALTHCHECK --interval=5s CMD a\nHEALTHCHECK NONE\n", "1"},
		{"CMD $...ARGS", "CMD [\"a\"]\nCMD a\nRUN a\n", "1 2"},
		{"USER $X\n...\nUSER $Y", "USER a\nRUN b\nUSER c\n", "1"},
		// a pattern without an instruction is one of commands
		{"sudo ...", "RUN sudo a\nRUN a | sudo b\nLABEL sudo=b\n", "1 2"},
	})
}

func TestGenericPatterns(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("x\n", n) }
	runLang(t, "generic", []langCase{
		{"user $U;", "user www;\nuser  root ;\nuser;\n", "1 2"},
		// an ellipsis passes over brackets, blocks and ten lines, two of them over twenty
		{"open ... close", "open\n" + lines(9) + "close\nopen\n" + lines(10) + "close\n", "1"},
		{"open ... ... close", "open\n" + lines(12) + "close\n", "1"},
		{"f(...)", "f(1, (2), 3)\ng(f(\n1))\n", "1 2"},
		{"$K: $...V", "a: b c\nd:\n", "1"},
		// the shortest of those that end together, the first of those that take all
		{"a ... b", "a 1 a\na b\n", "2"},
		{"a ...", "a 1\na 2\n", "1"},
		// a block in the pattern is a block of the text, in full
		{"server {\n  $X;\n}", "server {\n  a;\n}\nserver {\n  a;\n  b;\n}\nserver { c; }\n", "1 8"},
		{"server {\n  ...\n  root $R;\n  ...\n}", "server {\n  a;\n  root b;\n}\nserver {\n  root\n}\n", "1"},
		{"if $X:\n  ...", "if a:\n  b\n  c\nd\nif e:\n", "1 5"},
		{"a\nb", "a b\na\n  b\n", "1 2"},
		// at its beginning an ellipsis begins with the file
		{"... b", "a b\nb\n", "1"},
	})
	one := `rules: [{id: x, languages: [generic], severity: LOW, message: m, pattern: "a ... b", options: {generic_ellipsis_max_span: 0}}]`
	if got := linesOfRule(t, "generic", one, "a c b\na\nb\n"); got != "1" {
		t.Errorf("an ellipsis of no lines finds %q", got)
	}
	long := "a " + strings.Repeat("x", 700)
	if got := linesOf(t, "generic", "a", long); got != "" {
		t.Errorf("a minified text is looked at: %q", got)
	}
}

func TestYAMLPatterns(t *testing.T) {
	runLang(t, "yaml", []langCase{
		// one pair is that pair in any mapping, several are all of a mapping
		{"image: $I", "a:\n  image: x\n  run: y\nimage: [z]\n", "2 4"},
		{"a: 1\nb: 2", "x:\n  b: 2\n  a: 1\ny: {a: 1, b: 2, c: 3}\n", "2"},
		{"a: 1\n...\nb: 2\n", "x:\n  b: 2\n  a: 1\ny: {a: 1, b: 2, c: 3}\n", "2 4"},
		{"steps:\n  ...\n  - uses: $U\n  ...\n", "steps:\n  - run: x\n  - uses: y\n  - run: z\n", "1"},
		{"steps:\n- ...\n- uses: $U\n  ...\n", "steps:\n  - run: x\n  - with: y\n    uses: z\n", "1"},
		{"- $X", "a: [b]\n", "1"},
		{"on:\n  ...\n", "on:\n  push: main\n", "1"},
		{"[..., $X]", "a: [b, c]\nd: []\n", "1"},
		// values
		{"a: true", "- a: yes\n- a: on\n- a: 'yes'\n- a: false\n", "1 2"},
		{"a: ''", "- a:\n- a: \"\"\n- a: null\n", "1 2"},
		{"a: \"say \\\"hi\\\"\"", "a: 'say \"hi\"'\n", "1"},
		{"a: !Ref $X", "- a: !Ref b\n- a: b\n", "1"},
		{"a: b", "- a: !Ref b\n", "1"},
		{"a: {x: $V}", "d: &d {x: 1}\na: *d\n", "2"},
	})
	block := `rules: [{id: x, languages: [yaml], severity: LOW, message: m, patterns: [{pattern: "run: $R"},
  {metavariable-pattern: {metavariable: $R, language: generic, pattern-regex: '\Aecho x\n  y\n\Z'}}]}]`
	if got := linesOfRule(t, "yaml", block, "a:\n  run: |\n    echo x\n      y\nb:\n  run: echo x\n"); got != "2" {
		t.Errorf("a block scalar is not its text: lines %q", got)
	}
}

func TestHTMLPatterns(t *testing.T) {
	runLang(t, "html", []langCase{
		{"<$TAG id=\"x\" ...>...</$TAG>", "<p id=\"x\">a</p>\n<b class=\"c\" id=\"x\"></b>\n<i id=\"y\"></i>\n", "1 2"},
		{"<a href=\"$U\">...</a>", "<a href=\"x\">t</a>\n<a class=\"c\" href=\"y\"><b>t</b></a>\n<a></a>\n", "1 2"},
		// what a pattern leaves out of an element's end may be there, what it names in its beginning has to be
		{"<p>a</p>", "<p>a <b>c</b></p>\n<p><b>c</b> a</p>\n<p></p>\n", "1"},
		{"<p></p>", "<p>a</p>\n<b></b>\n", "1"},
		{"<p>$TEXT</p>", "<p>a</p>\n<p><b>a</b></p>\n", "1"},
		{"<script ...>$...JS</script>", "<script src=\"x\">\na()\n</script>\n<style>a {}</style>\n", "1"},
		{
			"<form ...>...<input ...>...</form>",
			"<form>\n<p>a</p>\n<input name=\"b\">\n</form>\n<form><p></p></form>\n",
			"1",
		},
	})
	runLang(t, "javascript", []langCase{
		{"<p>{$X}</p>", "a = <p>{b}</p>;\nc = <p><b/></p>;\nd = <p>text</p>;\n", "1"},
		{"<p ...></p>", "a = <p>{b}</p>;\nc = <p d=\"e\"/>;\n", "1 2"},
	})
}

func TestGoPatterns(t *testing.T) {
	runLang(t, "go", []langCase{
		// types are no expressions, what a field's tag says is one
		{"string", "package p\ntype T struct {\n\tname string\n}\nvar v = string(x)\n", "5"},
		{"`json:\"a\"`", "package p\ntype T struct {\n\tA int `json:\"a\"`\n}\n", "3"},
		{"\"x\"", "package p\nfunc f() {\n\tswitch v {\n\tcase \"x\":\n\t\tg(\"x\")\n\t}\n}\n", "5"},
		{"$C := make(..., $N)", "package p\nfunc f() {\n\ta := make([]int, 3)\n\tb := make(chan int)\n}\n", "3"},
		{"&http.Client{...}", "package p\nvar a = new(http.Client)\nvar b = &http.Client{Timeout: 1}\n", "2 3"},
		{"($C : *http.Client).Do(...)", "package p\nfunc f() {\n\tc := &http.Client{}\n\tc.Do(r)\n\td.Do(r)\n}\n", "4"},
		{"jwt.Parse(...)", "package p\nimport j \"example.com/x/jwt-go/v4\"\nfunc f() { j.Parse(a) }\n", "3"},
		{"InsecureSkipVerify: true", "package p\nvar c = tls.Config{\n\tInsecureSkipVerify: true,\n}\n", "3"},
		{
			"func $F(..., $CB func(...) $T, ...) { ... }",
			"package p\nfunc a(f func(int) error) {}\nfunc b(i int, f func(), j int) {}\nfunc c(i int) {}\n",
			"2 3",
		},
		// what a condition has before it is a statement of its own beside others
		{
			"if $X { ... }\nif $X { ... }",
			"package p\nfunc f() {\n\tif e := a(); e {\n\t}\n\tif e := b(); e {\n\t}\n\tif e {\n\t}\n\tif e {\n\t}\n}\n",
			"7",
		},
		{"if $X { ... }", "package p\nfunc f() {\n\tif e := a(); e {\n\t}\n}\n", "3"},
		{"import (\n  ...\n  \"unsafe\"\n  ...\n)", "package p\nimport (\n\t\"os\"\n\t\"unsafe\"\n)\n", "2"},
	})
}

func TestPHPPatterns(t *testing.T) {
	runLang(t, "php", []langCase{
		// what stands outside of the tags is echoed
		{"echo ...;", "<?php f(); ?>\n<b>x</b>\n<?php echo $a;\n", "1 3"},
		{"`...`;", "<?php\n`ls $a`;\nf(\"a $b\");\n", "2"},
		{"exec(\"...\")", "<?php\nconst CMD = 'ls';\nexec(CMD);\nexec($_GET['x']);\n", "3"},
		{"new A\\B\\C()", "<?php\nuse A\\B\\{C as D, E};\n$x = new D();\n$y = new E();\n", "3"},
		{
			"interface $I extends Countable { ... }",
			"<?php\ninterface A extends Countable { function f(); }\ninterface B {}\n",
			"2",
		},
		{"function $F(...) { ... }", "<?php\ninterface A {\n  function f();\n}\n", "3"},
		{
			"#[Route(...)]\nfunction $F(...) { ... }",
			"<?php\nclass A {\n  #[Route('/x')]\n  function f() {}\n  function g() {}\n}\n",
			"3",
		},
		{"goto $L;", "<?php\ngoto end;\nend:\n", "2"},
	})
}

func TestJavaScriptPatterns(t *testing.T) {
	runLang(t, "javascript", []langCase{
		{"{key: $V}", "a = {key};\nb = {key: 1, c: 2};\nd = {e};\n", "1 2"},
		{"const {$X} = $Y", "const {a} = b;\nconst {c: d} = b;\n", "1"},
		{"import x from $M", "import x from 'm';\nimport y from 'm';\n", "1"},
		{"new $C(...)", "new A;\nnew B(1);\n", "1 2"},
		{"$D.query(...)", "db?.query(1);\ndb.query(2);\ndb?.other(1);\n", "1 2"},
		{"$D?.query(...)", "db?.query(1);\ndb.query(2);\n", "1"},
		{"$A[$I]", "a?.[b];\na?.(c);\n", "1"},
		{"function $F(...) { ... }", "class A {\n  @log\n  f() {}\n}\n", "2"},
		{"`...${$X}...`", "a = `b${c}`;\nd`b${c}`;\n", "1"},
		// of a class a pattern names what matters
		{"class $C { run() { ... } }", "class A { init() {} run() {} }\nclass B { init() {} }\n", "1"},
		{"class $C {}", "class A { f() {} }\n", "1"},
	})
	runLang(t, "java", []langCase{{"class $C { int x; }", "class A { int y; int x; }\nclass B { int y; }\n", "1"}})
	runLang(t, "python", []langCase{{"class $C:\n  x = 1", "class A:\n  y = 2\n  x = 1\nclass B:\n  y = 2\n", "1"}})
}

func TestTypeScriptPatterns(t *testing.T) {
	runLang(t, "typescript", []langCase{
		{"function $F(...) { ... }", "const a = {\n  run: () => 1,\n  b: 2,\n};\n", "2"},
		{"Component", "class A extends Component {}\nf(Component);\n", "2"},
	})
}
