package dockerfile

import "sort"

// joined is a text put together from pieces of the file, with the way back: a logical line without its continuation
// characters and the comments between, or a script that goes on in a heredoc's body.
type joined struct {
	text   string
	pieces []piece
}

// piece says that text from offset at is the file's from offset src.
type piece struct{ at, src, n int }

// builder puts a joined text together.
type joiner struct {
	buf    []byte
	pieces []piece
}

func (j *joiner) add(src []byte, s Span) {
	if s.Empty() {
		return
	}
	j.pieces = append(j.pieces, piece{len(j.buf), s.Start, s.End - s.Start})
	j.buf = append(j.buf, src[s.Start:s.End]...)
}

func (j *joiner) done() joined { return joined{string(j.buf), j.pieces} }

// source maps an offset of the text to the file: the offset of the byte that stands there.
func (j *joined) source(off int) int {
	i := sort.Search(len(j.pieces), func(i int) bool { return j.pieces[i].at > off }) - 1
	if i < 0 {
		if len(j.pieces) == 0 {
			return 0
		}
		return j.pieces[0].src
	}
	return j.pieces[i].src + min(off-j.pieces[i].at, j.pieces[i].n)
}

// span maps a range of the text to the file. The end is the one of the range's last byte, so that a range which ends at
// a line's end does not reach over the continuation character.
func (j *joined) span(start, end int) Span {
	s := j.source(start)
	if end <= start {
		return Span{s, s}
	}
	return Span{s, j.source(end-1) + 1}
}

// slice is the joined text from start to end, still mapped.
func (j *joined) slice(start, end int) joined {
	out := joined{text: j.text[start:end]}
	for _, p := range j.pieces {
		lo, hi := max(p.at, start), min(p.at+p.n, end)
		if lo < hi {
			out.pieces = append(out.pieces, piece{lo - start, p.src + lo - p.at, hi - lo})
		}
	}
	return out
}

// append adds text of the file, or of nowhere where src is negative.
func (j *joined) append(text string, src int) {
	if src >= 0 && text != "" {
		j.pieces = append(j.pieces, piece{len(j.text), src, len(text)})
	}
	j.text += text
}
