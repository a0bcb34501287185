package code

import (
	"encoding/binary"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/measure"
)

// Measure is what was measured of a file of code.
type Measure struct {
	Path string
	measure.File
	Duplicated int // lines that stand elsewhere too, -1 where they were not looked for
}

// measured is a file's measures as they are kept until all files are known.
type measured struct {
	measure.File
	tokens *measure.Tokens
}

// measureOf measures a file that has a tree.
func measureOf(t *ast.Tree) *measured {
	f := measure.Of(t)
	f.Functions = nil
	m := &measured{File: f}
	m.tokens = measure.TokensOf(t.Src, m.Ignored)
	return m
}

// pack is what is kept of a file's measures in the cache.
func (m *measured) pack() []byte {
	if m == nil {
		return nil
	}
	var b []byte
	for _, n := range []int{m.Lines, m.Code, m.Comments, m.Complexity, m.Cognitive} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	at := uint32(0)
	for _, s := range m.Ignored {
		b = binary.AppendUvarint(b, uint64(s.Start-at))
		b = binary.AppendUvarint(b, uint64(s.End-s.Start))
		at = s.End
	}
	return b
}

// unpackMeasures reads what pack wrote of a source, nil where it is none.
func unpackMeasures(b, src []byte) *measured {
	if len(b) == 0 {
		return nil
	}
	ok := true
	next := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(src)) {
			ok, b = false, nil
			return 0
		}
		b = b[size:]
		return int(n)
	}
	m := &measured{}
	for _, n := range []*int{&m.Lines, &m.Code, &m.Comments, &m.Complexity, &m.Cognitive} {
		*n = next()
	}
	at := 0
	for ok && len(b) > 0 {
		from := at + next()
		at = from + next()
		if at > len(src) {
			return nil
		}
		m.Ignored = append(m.Ignored, ast.Span{Start: uint32(from), End: uint32(at)})
	}
	if !ok {
		return nil
	}
	m.tokens = measure.TokensOf(src, m.Ignored)
	return m
}

// measures are those of all files, with what stands in several of them. The tokens are given free on the way.
func measures(results []FileResult, path func(int) string) []Measure {
	var out []Measure
	var number []int
	d := &measure.Duplicates{}
	for i := range results {
		m := results[i].measured
		if m == nil {
			continue
		}
		number = append(number, d.Add(m.tokens))
		m.Ignored = nil
		out = append(out, Measure{Path: path(i), File: m.File, Duplicated: -1})
		results[i].measured = nil
	}
	lines := d.Lines()
	for i, n := range number {
		if n >= 0 {
			out[i].Duplicated = lines[n]
		}
	}
	return out
}
