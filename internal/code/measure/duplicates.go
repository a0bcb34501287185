package measure

import (
	"sort"

	"github.com/drydock/drydock/internal/code/ast"
)

// What counts as a duplicate: at least so many tokens in a row that stand elsewhere too, over at least so many lines.
// Tokens are words, numbers and single marks as they are written; spaces, line ends and comments are none. So a copy
// with other names is none, and a copy that was laid out anew is one.
const (
	LeastTokens = 100
	LeastLines  = 10
)

// block is the length of the pieces that are looked up. Any run of LeastTokens tokens holds a whole one that begins at
// a multiple of it.
const block = LeastTokens / 2

// maxTokens bounds what is kept of all sources: some four bytes a token.
const maxTokens = 24_000_000

// maxAlike bounds how many places a piece is compared with.
const maxAlike = 4

// Duplicates finds, in any number of sources, the lines that stand elsewhere too. Each piece of fifty tokens is noted by
// its hash; a window of that length then slides over all sources and looks itself up; what matches is compared token by
// token and followed in both directions. Time is linear in the tokens.
type Duplicates struct {
	files  []*Tokens
	tokens int
	Full   bool // no more sources fit: those added since were not looked at
}

// Tokens are a source's tokens, each as a hash, and the first token of each line.
type Tokens struct {
	hashes []uint32
	lines  []lineStart
}

type lineStart struct{ line, token uint32 }

var wordByte = func() (t [256]bool) {
	for i := range t {
		c := byte(i)
		t[i] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
	}
	return t
}()

// TokensOf cuts a source whose comments are known into tokens.
func TokensOf(src []byte, ignored []ast.Span) *Tokens {
	const usual = 6 // bytes for each token
	f := &Tokens{hashes: make([]uint32, 0, len(src)/usual)}
	line, last := uint32(1), uint32(0)
	for i := 0; i < len(src); {
		if len(ignored) > 0 && i >= int(ignored[0].Start) {
			for ; i < int(ignored[0].End) && i < len(src); i++ {
				if src[i] == '\n' {
					line++
				}
			}
			ignored = ignored[1:]
			continue
		}
		if src[i] <= ' ' {
			if src[i] == '\n' {
				line++
			}
			i++
			continue
		}
		hash, next := token(src, i)
		if line != last {
			f.lines = append(f.lines, lineStart{line, uint32(len(f.hashes))})
			last = line
		}
		f.hashes = append(f.hashes, hash)
		i = next
	}
	return f
}

// Add adds a source and returns its number; -1 where it does not fit any more.
func (d *Duplicates) Add(f *Tokens) int {
	if d.tokens+len(f.hashes) > maxTokens {
		d.Full = true
		return -1
	}
	d.tokens += len(f.hashes)
	d.files = append(d.files, f)
	return len(d.files) - 1
}

// token hashes the token at a place (FNV-1a) and returns where it ends.
func token(src []byte, i int) (uint32, int) {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	from := i
	for ; i < len(src) && (i == from || wordByte[src[from]] && wordByte[src[i]]); i++ {
		h = (h ^ uint32(src[i])) * prime
	}
	return h, i
}

// Lines counts, for each source by its number, the lines that stand elsewhere too.
func (d *Duplicates) Lines() []int {
	marked := make([][]bool, len(d.files))
	for i, f := range d.files {
		marked[i] = make([]bool, len(f.hashes))
	}
	index := d.index()
	for i := range d.files {
		d.slide(i, index, marked)
	}
	out := make([]int, len(d.files))
	for i, f := range d.files {
		for k, l := range f.lines {
			end := len(f.hashes)
			if k+1 < len(f.lines) {
				end = int(f.lines[k+1].token)
			}
			if marked[i][l.token] && marked[i][end-1] {
				out[i]++
			}
		}
	}
	return out
}

// at is a piece's place.
type at struct{ file, token int32 }

// The hash of a window: the tokens as digits of a number, modulo 2^64.
const base = 0x9E3779B97F4A7C15

var highest = func() uint64 { // the weight of a window's first token
	h := uint64(1)
	for range block - 1 {
		h *= base
	}
	return h
}()

func hashOf(tokens []uint32) uint64 {
	h := uint64(0)
	for _, t := range tokens {
		h = h*base + uint64(t)
	}
	return h
}

// index notes the pieces of all sources by their hashes.
func (d *Duplicates) index() map[uint64][]at {
	index := make(map[uint64][]at, d.tokens/block)
	for i, f := range d.files {
		for p := 0; p+block <= len(f.hashes); p += block {
			h := hashOf(f.hashes[p : p+block])
			if len(index[h]) < maxAlike {
				index[h] = append(index[h], at{int32(i), int32(p)})
			}
		}
	}
	return index
}

// slide looks up each window of a source, and marks what it shares with another place.
func (d *Duplicates) slide(i int, index map[uint64][]at, marked [][]bool) {
	f := d.files[i].hashes
	if len(f) < LeastTokens {
		return
	}
	h := hashOf(f[:block])
	for p := 0; ; {
		next := p + 1
		for _, other := range index[h] {
			next = max(next, d.compare(i, p, other, marked))
		}
		if next+block > len(f) {
			return
		}
		if next == p+1 {
			h = (h-uint64(f[p])*highest)*base + uint64(f[p+block])
		} else {
			h = hashOf(f[next : next+block])
		}
		p = next
	}
}

// compare follows what two places share in both directions and marks both, if it is long enough. It returns from where
// on the first one is to be looked at further.
func (d *Duplicates) compare(i, p int, o at, marked [][]bool) int {
	q := int(o.token)
	first, second := d.files[i], d.files[o.file]
	f, g := first.hashes, second.hashes
	apart := len(f) // two places of one source may not overlap
	if i == int(o.file) {
		if apart = max(p-q, q-p); apart < LeastTokens {
			return 0
		}
	}
	back := 0 // a piece of what came before would have been found before
	for back < min(apart, LeastTokens, p, q) && f[p-back-1] == g[q-back-1] {
		back++
	}
	on := 0
	for back+on < apart && p+on < len(f) && q+on < len(g) && f[p+on] == g[q+on] {
		on++
	}
	if on < block {
		return 0
	}
	if back+on >= LeastTokens && first.spans(p-back, p+on) >= LeastLines &&
		second.spans(q-back, q+on) >= LeastLines {
		for k := -back; k < on; k++ {
			marked[i][p+k], marked[o.file][q+k] = true, true
		}
	}
	return p + on - block + 1
}

// spans counts the lines from one token to another.
func (t *Tokens) spans(from, to int) int { return t.lineOf(to-1) - t.lineOf(from) + 1 }

// lineOf is the number of the line, among those with tokens, that a token stands in.
func (t *Tokens) lineOf(token int) int {
	return sort.Search(len(t.lines), func(i int) bool { return int(t.lines[i].token) > token })
}
