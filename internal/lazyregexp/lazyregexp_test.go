package lazyregexp

import "testing"

// In tests an expression is compiled where it is declared.
func TestWrongExpression(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression is not told")
		}
	}()
	New(`(`)
}

func TestLater(t *testing.T) {
	r := &Regexp{text: `a(b+)`}
	if r.re != nil || !r.MatchString("xabb") || r.re == nil {
		t.Error("not compiled at the first use")
	}
	if got := r.FindStringSubmatch("xabb"); len(got) != 2 || got[1] != "bb" {
		t.Errorf("%q", got)
	}
}
