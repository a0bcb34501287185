package value

import "testing"

// TestCut takes parts of texts of which only the ends are known.
func TestCut(t *testing.T) {
	end := func(n int) *int { return &n }
	s := Join(Of("abc"), OpenText(1), Of("xyz"))
	for _, c := range []struct {
		from  int
		to    *int
		want  Value
		known bool
	}{
		{0, end(2), Of("ab"), true},
		{1, end(3), Of("bc"), true},
		{0, end(4), Value{}, false},
		{3, nil, Join(OpenText(1), Of("xyz")), true},
		{4, nil, Value{}, false},
		{-2, nil, Of("yz"), true},
		{-3, end(-1), Of("xy"), true},
		{0, end(-3), Join(Of("abc"), OpenText(1)), true},
		{-1, end(-2), Value{Kind: Text}, true},
	} {
		if got, known := s.Cut(c.from, c.to); known != c.known || known && !got.Same(c.want) {
			t.Errorf("from %d: %v, %v; want %v", c.from, got, known, c.want)
		}
	}
	if v, ok := Of("abc").Cut(-2, nil); !ok || !v.Same(Of("bc")) {
		t.Errorf("a text that is known: %v", v)
	}
}

// TestSplit parts texts around what is not known.
func TestSplit(t *testing.T) {
	front, back, all := Join(Of("a,b,"), OpenText(1), Of(",c")).Split(",", -1)
	if all || len(front) != 2 || !front[1].Same(Of("b")) || len(back) != 1 || !back[0].Same(Of("c")) {
		t.Errorf("%v %v %v", front, back, all)
	}
	front, _, all = Join(Of("a="), OpenText(1)).Split("=", 2)
	if !all || len(front) != 2 || !front[1].Same(OpenText(1)) {
		t.Errorf("with a limit: %v %v", front, all)
	}
}

// TestLanguagesDiffer holds operators to what each language makes of them.
func TestLanguagesDiffer(t *testing.T) {
	seven, two := Number(7), Number(2)
	for _, c := range []struct {
		lang, op string
		a, b     Value
		want     Value
	}{
		{"java", "/", seven, two, Number(3)},
		{"python", "/", seven, two, Value{Kind: Float, Float: 3.5}},
		{"python", "//", Number(-7), two, Number(-4)},
		{"ruby", "/", Number(-7), two, Number(-4)},
		{"go", "/", Number(-7), two, Number(-3)},
		{"javascript", "/", seven, two, Value{Kind: Float, Float: 3.5}},
		{"php", "+", Of("a"), Of("b"), Value{}},
		{"php", ".", Of("a"), Of("b"), Of("ab")},
		{"python", "+", Of("a"), seven, Value{}},
		{"javascript", "+", Of("a"), seven, Of("a7")},
		{"python", "*", Of("ab"), two, Of("abab")},
		{"java", "==", Of("a"), Of("a"), Value{}},
		{"python", "==", Of("a"), Of("a"), Truth(true)},
		{"javascript", "==", Of("1"), Number(1), Value{}},
		{"javascript", "===", Of("1"), Number(1), Truth(false)},
		{"php", "==", Of("1e0"), Of("1"), Value{}},
		{"python", "==", Join(Of("a"), OpenText(1)), Of("b"), Truth(false)},
		{"python", "==", Join(Of("a"), OpenText(1)), Of("ab"), Value{}},
		{"java", "*", Number(1 << 20), Number(1 << 20), Value{}},
		{"go", "/", seven, Number(0), Value{}},
	} {
		if got := LangNamed(c.lang).Binary(c.op, c.a, c.b); !got.Same(c.want) {
			t.Errorf("%s: %v %s %v is %v, want %v", c.lang, c.a, c.op, c.b, got, c.want)
		}
	}
	for _, c := range []struct {
		lang       string
		v          Value
		yes, known bool
	}{
		{"php", Of("0"), false, true},
		{"python", Of("0"), true, true},
		{"ruby", Of(""), true, true},
		{"javascript", Of(""), false, true},
		{"python", Join(Of("a"), OpenText(1)), true, true},
		{"python", OpenText(1), false, false},
		{"ruby", Number(0), true, true},
		{"go", Value{}, false, false},
	} {
		if yes, known := LangNamed(c.lang).IsTrue(c.v); yes != c.yes || known != c.known {
			t.Errorf("%s: %v is %v, %v", c.lang, c.v, yes, known)
		}
	}
}
