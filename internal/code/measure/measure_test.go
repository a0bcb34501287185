package measure

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/syntax"
)

func parse(t testing.TB, path, src string) *ast.Tree {
	t.Helper()
	l := ast.LangOf(path)
	if l == nil {
		t.Fatalf("%s has no language", path)
	}
	tree, err := l.Parse(path, []byte(src), syntax.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	tree.Resolve()
	return tree
}

// Each program of testdata says in comments what every line adds: "+N" to McCabe's figure, "/N" to Campbell's.
// Their sums are what is measured.
func TestComplexity(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 8 {
		t.Fatal(len(files), err)
	}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			tree := parse(t, path, string(src))
			if len(tree.Errors) > 0 {
				t.Fatal("does not parse")
			}
			wantMcCabe, wantCampbell := marked(string(src))
			f := Of(tree)
			if f.Complexity != wantMcCabe || f.Cognitive != wantCampbell {
				t.Errorf("complexity %d, cognitive %d; want %d and %d", f.Complexity, f.Cognitive, wantMcCabe,
					wantCampbell)
				explain(t, string(src), path)
			}
		})
	}
}

// marked adds up the marks of a program.
func marked(src string) (mccabe, campbell int) {
	for line := range strings.Lines(src) {
		_, mark, ok := strings.Cut(line, "@")
		if !ok {
			continue
		}
		var a, b int
		if _, err := fmt.Sscanf(mark, "+%d/%d", &a, &b); err != nil {
			panic("not a mark: " + line)
		}
		mccabe, campbell = mccabe+a, campbell+b
	}
	return mccabe, campbell
}

// explain tells the figures of each function that stands in no other, beside the marks in its lines.
func explain(t *testing.T, src, path string) {
	tree := parse(t, path, src)
	for _, f := range Of(tree).Functions {
		text := string(tree.Source(f.Node))
		a, b := marked(text)
		if a != f.Complexity || b != f.Cognitive {
			head, _, _ := strings.Cut(text, "\n")
			t.Errorf("%s: %d and %d, marked %d and %d", head, f.Complexity, f.Cognitive, a, b)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		path, src             string
		lines, code, comments int
	}{
		{"a.py", "\"\"\"What it is.\n\nMore.\n\"\"\"\n\nx = 1  # why\n\n# a\n####\ny = \"# no comment\"\n", 10, 2, 4},
		{"a.js", "/*\n * a\n *\n */\nf(); // b\nconst s = `\n// text\n`;\n", 8, 4, 2},
		{"A.java", "// a\nclass A {\n  /** b */ int x; // c\n}\n", 4, 3, 2},
		{"a.go", "package a\n\n// a\nvar s = `// no`\n", 4, 2, 1},
		{"a.php", "<?php\n# a\n// b\n/* c\n d */\n$x = '# no';\n", 6, 2, 4},
		{"a.rb", "# a\n=begin\nb\n=end\nx = '# no'\n", 5, 1, 4},
		{"a.sh", "#!/bin/sh\n# a\necho \"# no\" # b\n", 3, 1, 3},
		{"a.css", "/* a */\na { color: red; } /* b */\n", 2, 1, 2},
		{"a.html", "<!-- a\nb -->\n<p>c</p>\n", 3, 1, 2},
		{"Dockerfile", "# a\nFROM x\nRUN a # no comment here\n", 3, 2, 1},
		{"a.py", "", 0, 0, 0},
		{"a.py", "x = 1", 1, 1, 0},
	} {
		f := Of(parse(t, c.path, c.src))
		if f.Lines != c.lines || f.Code != c.code || f.Comments != c.comments {
			t.Errorf("%s %q: %d lines, %d of code, %d of comments; want %d, %d, %d", c.path, c.src, f.Lines, f.Code,
				f.Comments, c.lines, c.code, c.comments)
		}
	}
}

// A comment changes no complexity, wherever a line ends, and no line of code.
func TestCommentsChangeNothing(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.*")
	random := rand.New(rand.NewSource(1))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		mark := "//"
		switch filepath.Ext(path) {
		case ".py", ".rb", ".sh":
			mark = "#"
		}
		want := Of(parse(t, path, string(b)))
		for range 20 {
			lines := strings.SplitAfter(string(b), "\n")
			at := 1 + random.Intn(len(lines)-1) // not before <?php
			lines[at-1] += mark + " if x and y or for while {\n"
			f := Of(parse(t, path, strings.Join(lines, "")))
			if f.Complexity != want.Complexity || f.Cognitive != want.Cognitive || f.Code != want.Code {
				t.Errorf("%s, a comment after line %d: %d, %d, %d lines; want %d, %d, %d", path, at, f.Complexity,
					f.Cognitive, f.Code, want.Complexity, want.Cognitive, want.Code)
			}
			if f.Comments != want.Comments+1 {
				t.Errorf("%s: the comment does not count", path)
			}
		}
	}
}

func TestDeepNesting(t *testing.T) {
	for path, src := range map[string]string{
		"a.js": strings.Repeat("if (a) { ", 20_000) + strings.Repeat("}", 20_000),
		"a.py": "x = " + strings.Repeat("a and (", 20_000) + "b" + strings.Repeat(")", 20_000),
		"b.js": strings.Repeat("() => ", 20_000) + "1",
	} {
		if f := Of(parse(t, path, src)); f.Complexity < 1000 {
			t.Errorf("%s: complexity %d", path, f.Complexity)
		}
	}
	var circle strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&circle, "def f%d():\n    f%d()\n", i, (i+1)%50_000)
	}
	if f := Of(parse(t, "c.py", circle.String())); f.Cognitive != 50_000 {
		t.Errorf("a circle of 50000 functions has %d", f.Cognitive)
	}
}
