// Package value computes with what is known of values: constants, texts of which some pieces are known, and which
// object an expression is. It knows how each language adds, compares and cuts, and nothing of trees.
package value

import (
	"math"
	"strconv"
	"strings"
)

// Kind is what kind of value is known.
type Kind uint8

// The kinds. The zero Value is one of which nothing is known.
const (
	Unknown Kind = iota
	Text         // pieces
	Char         // one character that is no text, as Java and Go have it: pieces
	Symbol       // of Ruby: pieces
	Int
	Float
	Bool // Int is 0 or 1
	Null
	Object // the one that Ref names
	Shape  // what an object is: a list of Len elements, a map, a builder of text
)

// Form is what an object is.
type Form uint8

// The forms of objects.
const (
	List Form = iota
	Map
	Builder
	Sections // a map of sections of keys
)

// Piece is a part of a text: a known one, or one that is open, of which no more is known than what it was made of.
// From is the number that the caller gave to what it was made of, 0 where that says nothing.
type Piece struct {
	Text string
	Open bool
	From int32
}

// Value is what is known of a value.
type Value struct {
	Kind   Kind
	Form   Form // of a Shape
	Copied bool // of a Shape: assigning the object copies it
	Whole  bool // of a Shape: it has no other elements than those that are known
	Int    int64
	Float  float64
	Len    int // of a list, -1 where that is not known
	Pieces []Piece
	Ref    string
}

// Bounds on a text: its pieces, and the bytes that are known of it.
const (
	maxPieces = 40
	maxText   = 1 << 12
)

// maxInt bounds the whole numbers that are computed with: languages differ in what is beyond.
const maxInt = math.MaxInt32

// Of makes a text that is known.
func Of(s string) Value {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '\\' { // characters are counted in many ways, and written in more
			return OpenText(0)
		}
	}
	if len(s) > maxText {
		return OpenText(0)
	}
	if s == "" {
		return Value{Kind: Text}
	}
	return Value{Kind: Text, Pieces: []Piece{{Text: s}}}
}

// OpenText makes a text of which no more is known than what it was made of.
func OpenText(from int32) Value { return Value{Kind: Text, Pieces: []Piece{{Open: true, From: from}}} }

// Number makes a whole number, unknown where it is too large.
func Number(n int64) Value {
	if n > maxInt || n < -maxInt-1 {
		return Value{}
	}
	return Value{Kind: Int, Int: n}
}

// Truth makes a truth value.
func Truth(b bool) Value {
	if b {
		return Value{Kind: Bool, Int: 1}
	}
	return Value{Kind: Bool}
}

// Nothing is null.
func Nothing() Value { return Value{Kind: Null} }

// IsText reports whether a value is a text, a character or a symbol.
func (v Value) IsText() bool { return v.Kind == Text || v.Kind == Char || v.Kind == Symbol }

// Constant is the text of a value all of whose pieces are known.
func (v Value) Constant() (string, bool) {
	if !v.IsText() {
		return "", false
	}
	switch len(v.Pieces) {
	case 0:
		return "", true
	case 1:
		return v.Pieces[0].Text, !v.Pieces[0].Open
	}
	return "", false
}

// Fixed reports whether all of a value is known.
func (v Value) Fixed() bool {
	switch v.Kind {
	case Text, Char, Symbol:
		_, ok := v.Constant()
		return ok
	case Int, Float, Bool, Null:
		return true
	}
	return false
}

// Key is the name of the element that a value stands for as an index, "" where that is not known.
func (v Value) Key() string {
	switch v.Kind {
	case Text, Char, Symbol:
		if s, ok := v.Constant(); ok {
			return strings.ReplaceAll(s, ".", "\x01")
		}
	case Int:
		return strconv.FormatInt(v.Int, 10)
	}
	return ""
}

// Same reports whether two values are known to be the same thing.
func (v Value) Same(w Value) bool {
	if v.Kind != w.Kind || v.Form != w.Form || v.Copied != w.Copied || v.Whole != w.Whole || v.Int != w.Int ||
		v.Float != w.Float || v.Len != w.Len || v.Ref != w.Ref || len(v.Pieces) != len(w.Pieces) {
		return false
	}
	for i := range v.Pieces {
		if v.Pieces[i] != w.Pieces[i] {
			return false
		}
	}
	return true
}

// text makes a text of pieces, unknown where they are too many.
func text(pieces []Piece) Value {
	var out []Piece
	size := 0
	for _, p := range pieces {
		if !p.Open && p.Text == "" {
			continue
		}
		size += len(p.Text)
		if n := len(out); n > 0 && !p.Open && !out[n-1].Open {
			out[n-1].Text += p.Text
			continue
		} else if n > 0 && p == out[n-1] && p.Open {
			continue
		}
		out = append(out, p)
	}
	if len(out) > maxPieces || size > maxText {
		return Value{}
	}
	return Value{Kind: Text, Pieces: out}
}

// Join puts texts one after the other. What is none has to be given as an open text; of a number it is its digits.
func Join(vs ...Value) Value {
	var pieces []Piece
	for _, v := range vs {
		switch v.Kind {
		case Text, Char, Symbol:
			pieces = append(pieces, v.Pieces...)
		case Int:
			pieces = append(pieces, Piece{Text: strconv.FormatInt(v.Int, 10)})
		default:
			return Value{}
		}
	}
	return text(pieces)
}

// head is how much of a text's beginning is known, and whether that is all.
func (v Value) head() (string, bool) {
	if len(v.Pieces) == 0 {
		return "", true
	}
	if v.Pieces[0].Open {
		return "", false
	}
	return v.Pieces[0].Text, len(v.Pieces) == 1
}

// tail is how much of a text's end is known, and whether that is all.
func (v Value) tail() (string, bool) {
	if len(v.Pieces) == 0 {
		return "", true
	}
	if p := v.Pieces[len(v.Pieces)-1]; !p.Open {
		return p.Text, len(v.Pieces) == 1
	}
	return "", false
}

// Size is the length of a text that is known in full.
func (v Value) Size() (int, bool) {
	s, ok := v.Constant()
	return len(s), ok
}

// splitAt parts a text at a place: counted from its beginning, or from its end where n is below zero.
func (v Value) splitAt(n int) (before, after Value, ok bool) {
	if n >= 0 {
		head, all := v.head()
		if n > len(head) {
			if !all {
				return v, v, false
			}
			n = len(head)
		}
		if len(v.Pieces) == 0 {
			return v, v, true
		}
		if n == 0 {
			return Value{Kind: Text}, v, true
		}
		rest := append([]Piece{{Text: head[n:]}}, v.Pieces[1:]...)
		return text([]Piece{{Text: head[:n]}}), text(rest), true
	}
	tail, all := v.tail()
	if -n > len(tail) {
		if !all {
			return v, v, false
		}
		n = -len(tail)
	}
	if len(v.Pieces) == 0 {
		return v, v, true
	}
	last := len(v.Pieces) - 1
	rest := append(append([]Piece(nil), v.Pieces[:last]...), Piece{Text: tail[:len(tail)+n]})
	return text(rest), text([]Piece{{Text: tail[len(tail)+n:]}}), true
}

// Cut is the part of a text from one place to another, each counted from the end where it is below zero; to is nil for
// the end.
func (v Value) Cut(from int, to *int) (Value, bool) {
	if size, ok := v.Size(); ok { // all known: places may cross
		at := func(n int) int {
			if n < 0 {
				n += size
			}
			return max(0, min(n, size))
		}
		from = at(from)
		end := size
		if to != nil {
			end = at(*to)
		}
		s, _ := v.Constant()
		return Of(s[from:max(from, end)]), true
	}
	out := v
	if to != nil {
		before, _, ok := out.splitAt(*to)
		if !ok {
			return Value{}, false
		}
		out = before
		if from < 0 && *to >= 0 || from >= 0 && *to >= 0 && from > *to {
			return Value{}, false
		}
		if from < 0 {
			from -= *to
			if from >= 0 {
				return Value{Kind: Text}, true
			}
		}
	}
	_, after, ok := out.splitAt(from)
	return after, ok
}

// At is the character at a place of a text.
func (v Value) At(n int) (Value, bool) {
	if size, ok := v.Size(); ok {
		if n < 0 {
			n += size
		}
		if n < 0 || n >= size {
			return Value{}, false
		}
	}
	if n == -1 {
		return v.Cut(-1, nil)
	}
	end := n + 1
	out, ok := v.Cut(n, &end)
	return out, ok
}

// Map changes each known piece of a text by a function that treats each character by itself.
func (v Value) Map(change func(string) string) Value {
	out := make([]Piece, len(v.Pieces))
	for i, p := range v.Pieces {
		if out[i] = p; !p.Open {
			out[i].Text = change(p.Text)
		}
	}
	return text(out)
}

// Trim takes spaces off both ends, as far as they are known.
func (v Value) Trim(left, right bool) Value {
	out := append([]Piece(nil), v.Pieces...)
	if n := len(out); n > 0 && left && !out[0].Open {
		out[0].Text = strings.TrimLeft(out[0].Text, " \t\r\n")
	}
	if n := len(out); n > 0 && right && !out[n-1].Open {
		out[n-1].Text = strings.TrimRight(out[n-1].Text, " \t\r\n")
	}
	return text(out)
}

// Split parts a text at each separator: the parts that are known before the first open piece, and those after the last
// one, which are counted from the end. all reports that these are all parts.
func (v Value) Split(sep string, limit int) (front, back []Value, all bool) {
	if sep == "" {
		return nil, nil, false
	}
	if s, ok := v.Constant(); ok {
		for _, part := range strings.SplitN(s, sep, limit) {
			front = append(front, Of(part))
		}
		return front, front, true
	}
	head, _ := v.head()
	parts := strings.SplitN(head, sep, limit)
	if limit > 0 && len(parts) == limit {
		_, rest, _ := v.splitAt(len(head) - len(parts[limit-1]))
		for _, part := range parts[:limit-1] {
			front = append(front, Of(part))
		}
		return append(front, rest), append(front, rest), true
	}
	for _, part := range parts[:max(0, len(parts)-1)] {
		front = append(front, Of(part))
	}
	if limit > 0 {
		return front, nil, false
	}
	tail, _ := v.tail()
	parts = strings.Split(tail, sep)
	for _, part := range parts[1:] {
		back = append(back, Of(part))
	}
	return front, back, false
}

// Replace replaces a text that is known by another in a text that is known.
func (v Value) Replace(old string, with Value, times int) (Value, bool) {
	s, ok := v.Constant()
	if !ok || old == "" || !with.IsText() {
		return Value{}, false
	}
	if times >= 0 {
		times++
	}
	var pieces []Piece
	for i, part := range strings.SplitN(s, old, times) {
		if i > 0 {
			pieces = append(pieces, with.Pieces...)
		}
		pieces = append(pieces, Piece{Text: part})
	}
	return text(pieces), true
}
