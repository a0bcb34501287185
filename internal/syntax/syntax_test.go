package syntax

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	if !Available {
		t.Skip("built without cgo")
	}
	for g := Grammar(0); g < grammars; g++ {
		l := LanguageOf(g)
		if len(l.Symbols) < 10 || len(l.Symbols) != len(l.Named) {
			t.Errorf("%s: %d symbols", g, len(l.Symbols))
		}
	}
	src := []byte("def f(x):\n  return (x + 1)\n")
	tree, err := Parse(Python, src, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Release()
	l := LanguageOf(Python)
	var got []string
	for i := range tree.Nodes {
		if n := &tree.Nodes[i]; n.Is(Named) {
			got = append(got, l.Symbols[n.Kind]+"/"+l.Fields[n.Field])
		}
	}
	want := "module/ function_definition/ identifier/name parameters/parameters identifier/ block/body " +
		"return_statement/ parenthesized_expression/ binary_operator/ identifier/left integer/right"
	if s := string(bytes.Join(toBytes(got), []byte(" "))); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	check(t, tree)
}

func toBytes(s []string) (b [][]byte) {
	for _, x := range s {
		b = append(b, []byte(x))
	}
	return b
}

// check holds what every tree promises: subtrees nest, in the text and in the array.
func check(t *testing.T, tree *Tree) {
	t.Helper()
	n := tree.Nodes
	for i := range n {
		if n[i].Next <= uint32(i) || int(n[i].Next) > len(n) || n[i].Start > n[i].End {
			t.Fatalf("node %d: %+v", i, n[i])
		}
		for c := uint32(i + 1); c < n[i].Next; c = n[c].Next {
			if n[c].Next > n[i].Next {
				t.Fatalf("child %d of %d overruns: %+v %+v", c, i, n[c], n[i])
			}
		}
	}
}

func TestBounds(t *testing.T) {
	if !Available {
		t.Skip("built without cgo")
	}
	deep := bytes.Repeat([]byte("["), 100_000)
	if tree, err := Parse(JavaScript, deep, DefaultLimits); err == nil {
		check(t, tree)
		tree.Release()
	}
	lim := DefaultLimits
	lim.Nodes = 10
	if _, err := Parse(JavaScript, deep, lim); !errors.Is(err, ErrTooLarge) {
		t.Errorf("nodes: %v", err)
	}
	lim = DefaultLimits
	lim.Bytes = 10
	if _, err := Parse(JavaScript, deep, lim); !errors.Is(err, ErrTooLarge) {
		t.Errorf("bytes: %v", err)
	}
	lim = DefaultLimits
	lim.Time = time.Millisecond
	if _, err := Parse(JavaScript, bytes.Repeat([]byte("a.b(c);"), 1_000_000), lim); !errors.Is(err, ErrTimeout) {
		t.Errorf("time: %v", err)
	}
	if _, err := Parse(grammars, deep, DefaultLimits); !errors.Is(err, ErrUnavailable) {
		t.Errorf("unknown grammar: %v", err)
	}
	tree, err := Parse(Python, nil, DefaultLimits)
	if err != nil || len(tree.Nodes) != 1 {
		t.Errorf("empty source: %v %v", tree, err)
	}
	tree.Release()
	tree.Release()
}

func FuzzParse(f *testing.F) {
	if !Available {
		f.Skip("built without cgo")
	}
	for g, s := range []string{"def f(:\n", "a => <b/>", "x as T", "<a>{b}</a>", "class A{", "func (", "<?php a(",
		"a do |b| end", "a | b", "FROM a\n", "a: [b", "<a b", "a{b"} {
		f.Add(g, []byte(s))
	}
	f.Fuzz(func(t *testing.T, g int, src []byte) {
		lim := Limits{Bytes: 1 << 16, Nodes: 1 << 18, Time: time.Second}
		tree, err := Parse(Grammar(g), src, lim)
		if err != nil {
			return
		}
		check(t, tree)
		tree.Release()
	})
}
