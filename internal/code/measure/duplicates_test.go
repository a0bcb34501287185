package measure

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"
)

// function is a function of n statements that differ.
func function(name string, n, seed int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "def %s(a, b):\n", name)
	for i := range n {
		fmt.Fprintf(&b, "    x%d = a.get(%d, b) + call%d(b)\n", i, i+seed, i)
	}
	return b.String() + "    return a\n"
}

func duplicated(t *testing.T, sources ...string) []int {
	t.Helper()
	d := &Duplicates{}
	for _, src := range sources {
		d.Add(TokensOf([]byte(src), Of(parse(t, "a.py", src)).Ignored))
	}
	return d.Lines()
}

func TestDuplicates(t *testing.T) {
	f := function("f", 20, 1) // 22 lines
	other := function("other", 20, 5000)
	for _, c := range []struct {
		name    string
		sources []string
		want    []int
	}{
		{"alone", []string{f}, []int{0}},
		{"in two files", []string{f, f}, []int{22, 22}},
		{"in three, between others", []string{other + f, f, "y = 1\n" + f + other}, []int{44, 22, 44}},
		{"twice in one file", []string{f + "y = 1\n" + f}, []int{44}},
		{"with comments and laid out anew", []string{f, strings.ReplaceAll(f, "(b)\n", "(\n        b)  # why\n\n")},
			[]int{22, 42}},
		{"its name changed: all but the first line", []string{f, strings.Replace(f, "def f", "def g", 1)},
			[]int{21, 21}},
		{"every variable renamed: not a duplicate as it counts here", []string{f, strings.ReplaceAll(f, "x", "y")},
			[]int{0, 0}},
		{"other numbers", []string{f, function("f", 20, 700)}, []int{0, 0}},
		{"too short", []string{function("f", 4, 1), function("f", 4, 1)}, []int{0, 0}},
		{"long enough, in too few lines", []string{"x = [" + numbers(80) + "]\n", "x = [" + numbers(80) + "]\n"},
			[]int{0, 0}},
		{"only comments", []string{strings.Repeat("# a b c d e f g\n", 50), strings.Repeat("# a b c d e f g\n", 50)},
			[]int{0, 0}},
		{"none", nil, []int{}},
	} {
		if got := duplicated(t, c.sources...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d, ", i)
	}
	return b.String()
}

// Wherever a copy of the least length stands, it is found.
func TestEveryCopyIsFound(t *testing.T) {
	random := rand.New(rand.NewSource(7))
	words := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("w%d", random.Int63())
		}
		return out
	}
	for range 200 {
		run := words(LeastTokens + random.Intn(10))
		text := func() string {
			return strings.Join(slices.Concat(words(random.Intn(200)), run, words(random.Intn(200))), "\n")
		}
		d := &Duplicates{}
		d.Add(TokensOf([]byte(text()), nil))
		d.Add(TokensOf([]byte(text()), nil))
		if got := d.Lines(); got[0] != len(run) || got[1] != len(run) {
			t.Fatalf("a run of %d lines: found %v", len(run), got)
		}
	}
}

// The worst text is no worse than linear by far: the same over and over.
func TestRepetitionIsBounded(t *testing.T) {
	begin := time.Now()
	d := &Duplicates{}
	for _, text := range []string{"0,", "a b c d e f g ", "0,\n"} {
		d.Add(TokensOf([]byte(strings.Repeat(text, 2_000_000/len(text))), nil))
	}
	d.Lines()
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestTooManyTokens(t *testing.T) {
	d := &Duplicates{}
	big := TokensOf([]byte(strings.Repeat(".", maxTokens-200)), nil)
	copied := TokensOf([]byte(function("f", 20, 1)), nil)
	if n := d.Add(big); n != 0 {
		t.Fatal(n)
	}
	if n := d.Add(copied); n != -1 || !d.Full {
		t.Fatal("a bound was not kept", n)
	}
	if got := d.Lines(); len(got) != 1 {
		t.Error(got)
	}
}
