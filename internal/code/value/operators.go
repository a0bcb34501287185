package value

import (
	"math"
	"strings"
)

// Lang is how a language computes.
type Lang struct {
	Name string
	// Divides: / of whole numbers is a whole number; Floors: it rounds down, where others round to zero.
	Divides, Floors bool
	// Loose: == takes texts and numbers for the same by what they look like.
	Loose bool
	// FalseEmpty: an empty text and zero are false; FalseZero: so is "0"; ListsFalse: so are empty lists and maps.
	FalseEmpty, FalseZero, ListsFalse bool
	// Sides: `and` and `or` give one of their sides.
	Sides bool
	// Texts: + joins a text with what is none; Repeats: * repeats a text.
	Texts, Repeats bool
	// Identity: == asks whether two things are one and the same, which texts need not be.
	Identity bool
	// FromEnd: an index below zero counts from the end.
	FromEnd bool
}

// LangNamed is how a language computes, by its name.
func LangNamed(name string) *Lang {
	switch name {
	case "python":
		return &Lang{Name: name, Floors: true, FalseEmpty: true, ListsFalse: true, Sides: true, Repeats: true,
			FromEnd: true}
	case "javascript", "typescript":
		return &Lang{Name: "javascript", Loose: true, FalseEmpty: true, Sides: true, Texts: true}
	case "java":
		return &Lang{Name: name, Divides: true, Texts: true, Identity: true}
	case "go":
		return &Lang{Name: name, Divides: true}
	case "php":
		return &Lang{Name: name, Loose: true, FalseEmpty: true, FalseZero: true, ListsFalse: true}
	case "ruby":
		return &Lang{Name: name, Divides: true, Floors: true, Sides: true, Repeats: true, FromEnd: true}
	}
	return nil
}

// IsTrue reports whether a value counts as true; known is false where that is not known.
func (l *Lang) IsTrue(v Value) (yes, known bool) {
	switch v.Kind {
	case Bool:
		return v.Int != 0, true
	case Null:
		return false, true
	case Int:
		return v.Int != 0 || !l.FalseEmpty, true
	case Float:
		return v.Float != 0 || !l.FalseEmpty, true
	case Symbol:
		return true, true
	case Text:
		if !l.FalseEmpty {
			return true, true
		}
		for _, p := range v.Pieces {
			if !p.Open && (p.Text != "0" || len(v.Pieces) > 1) {
				return true, true
			}
		}
		if s, ok := v.Constant(); ok {
			return s != "" && (s != "0" || !l.FalseZero), true
		}
	}
	return false, false
}

// Binary is what an operator makes of two values.
func (l *Lang) Binary(op string, a, b Value) Value {
	switch op {
	case "+", ".":
		if op == "." != (l.Name == "php") && (a.IsText() || b.IsText()) {
			return Value{}
		}
		if a.Kind == Text && b.Kind == Text || op == "." ||
			l.Texts &&
				(a.Kind == Text && (b.IsText() || b.Kind == Int) || b.Kind == Text && (a.IsText() || a.Kind == Int)) {
			return Join(a, b)
		}
	case "*":
		if s, ok := a.Constant(); ok && l.Repeats && a.Kind == Text && b.Kind == Int {
			if n := max(0, int(b.Int)); n*len(s) <= maxText {
				return Of(strings.Repeat(s, n))
			}
			return OpenText(0)
		}
	case "==", "===", "!=", "!==", "is", "is not", "eql?", "equal?":
		same, known := l.Equal(a, b, op)
		if !known {
			return Value{}
		}
		return Truth(same == (op[0] != '!' && op != "is not"))
	case "<", ">", "<=", ">=":
		return l.order(op, a, b)
	}
	if a.Kind == Int && b.Kind == Int {
		return l.whole(op, a.Int, b.Int)
	}
	if x, ok := a.real(); ok {
		if y, ok := b.real(); ok {
			return realOp(op, x, y)
		}
	}
	return Value{}
}

func (v Value) real() (float64, bool) {
	switch v.Kind {
	case Int:
		return float64(v.Int), true
	case Float:
		return v.Float, true
	}
	return 0, false
}

func realOp(op string, x, y float64) Value {
	switch op {
	case "+":
		x += y
	case "-":
		x -= y
	case "*":
		x *= y
	case "/":
		if y == 0 {
			return Value{}
		}
		x /= y
	default:
		return Value{}
	}
	return Value{Kind: Float, Float: x}
}

// whole computes with whole numbers.
func (l *Lang) whole(op string, x, y int64) Value {
	switch op {
	case "+":
		return Number(x + y)
	case "-":
		return Number(x - y)
	case "*":
		return Number(x * y)
	case "/", "//", "%":
		return l.divide(op, x, y)
	case "**":
		if y < 0 || y > 40 {
			return Value{}
		}
		return Number(int64(math.Min(math.Pow(float64(x), float64(y)), 1<<40)))
	case "&":
		return Number(x & y)
	case "|":
		return Number(x | y)
	case "^":
		return Number(x ^ y)
	case "<<", ">>":
		if y < 0 || y > 30 || x < 0 {
			return Value{}
		}
		if op == ">>" {
			return Number(x >> y)
		}
		return Number(x << y)
	}
	return Value{}
}

func (l *Lang) divide(op string, x, y int64) Value {
	if y == 0 {
		return Value{}
	}
	quotient, rest := x/y, x%y
	if l.Floors && rest != 0 && (rest < 0) != (y < 0) {
		quotient--
		rest += y
	}
	switch {
	case op == "%":
		return Number(rest)
	case op == "//" && l.Name != "python":
		return Value{}
	case op == "//" || l.Divides:
		return Number(quotient)
	case rest == 0 && l.Name != "python":
		return Number(quotient) // one kind of number, or one that shows itself as a whole one
	}
	return Value{Kind: Float, Float: float64(x) / float64(y)}
}

// order compares by size.
func (l *Lang) order(op string, a, b Value) Value {
	c := 0
	x, ok := a.real()
	y, ok2 := b.real()
	if ok && ok2 {
		switch {
		case x < y:
			c = -1
		case x > y:
			c = 1
		}
	} else {
		s, ok := a.Constant()
		t, ok2 := b.Constant()
		if !ok || !ok2 || a.Kind != b.Kind || l.Name == "php" {
			return Value{}
		}
		c = strings.Compare(s, t)
	}
	switch op {
	case "<":
		return Truth(c < 0)
	case ">":
		return Truth(c > 0)
	case "<=":
		return Truth(c <= 0)
	}
	return Truth(c >= 0)
}

// Equal reports whether two values are equal by an operator; known is false where that is not known.
func (l *Lang) Equal(a, b Value, op string) (same, known bool) {
	if a.Kind == Unknown || b.Kind == Unknown {
		return false, false
	}
	if x, ok := a.real(); ok {
		if y, ok := b.real(); ok {
			return x == y, a.Kind == b.Kind || l.Loose || l.Name == "python"
		}
	}
	if a.Kind != b.Kind {
		// Texts and numbers are compared in many ways, and nothing else is anything but itself.
		strict := op == "===" || op == "!==" || !l.Loose
		if a.Kind == Null || b.Kind == Null {
			return false, strict || l.Name != "php" && (a.Kind == Text || b.Kind == Text)
		}
		if a.Kind == Bool || b.Kind == Bool {
			return false, false
		}
		return false, strict && !(a.Kind == Char || b.Kind == Char) && a.Kind != Object && b.Kind != Object &&
			!l.Identity
	}
	switch a.Kind {
	case Text, Char, Symbol:
		if l.Identity && a.Kind == Text && op != "equals" {
			return false, false
		}
		if l.Loose && (op == "==" || op == "!=") && l.Name == "php" && a.numeric() && b.numeric() {
			return false, false
		}
		return sameText(a, b)
	case Bool:
		return a.Int == b.Int, true
	case Null:
		return true, true
	}
	return false, false
}

// numeric reports whether a text may look like a number.
func (v Value) numeric() bool {
	head, all := v.head()
	if head == "" {
		return !all
	}
	return strings.ContainsAny(head[:1], "0123456789.+- \t")
}

// sameText compares texts by what is known of them.
func sameText(a, b Value) (same, known bool) {
	s, ok := a.Constant()
	t, ok2 := b.Constant()
	if ok && ok2 {
		return s == t, true
	}
	x, _ := a.head()
	y, _ := b.head()
	if n := min(len(x), len(y)); x[:n] != y[:n] {
		return false, true
	}
	x, _ = a.tail()
	y, _ = b.tail()
	if n := min(len(x), len(y)); x[len(x)-n:] != y[len(y)-n:] {
		return false, true
	}
	switch { // one that is longer than the other can be is another
	case ok && a.known() < b.known(), ok2 && b.known() < a.known():
		return false, true
	}
	return false, false
}

// known is how much of a text is known.
func (v Value) known() (n int) {
	for _, p := range v.Pieces {
		if !p.Open {
			n += len(p.Text)
		}
	}
	return n
}

// Has reports whether a text contains another.
func (v Value) Has(part string) (yes, known bool) {
	for _, p := range v.Pieces {
		if !p.Open && strings.Contains(p.Text, part) {
			return true, true
		}
	}
	_, ok := v.Constant()
	return false, ok
}

// Begins and Ends report whether a text begins or ends with another.
func (v Value) Begins(part string) (yes, known bool) {
	head, all := v.head()
	n := min(len(head), len(part))
	if head[:n] != part[:n] {
		return false, true
	}
	return n == len(part), n == len(part) || all
}

// Ends is told of beside Begins.
func (v Value) Ends(part string) (yes, known bool) {
	tail, all := v.tail()
	n := min(len(tail), len(part))
	if tail[len(tail)-n:] != part[len(part)-n:] {
		return false, true
	}
	return n == len(part), n == len(part) || all
}

// Find is the first place of a text in another, -1 where it is not in it.
func (v Value) Find(part string) (int, bool) {
	head, all := v.head()
	i := strings.Index(head, part)
	return i, i >= 0 || all
}
