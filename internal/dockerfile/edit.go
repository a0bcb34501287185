package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
)

// Edit replaces a span of the file by New; an empty span inserts.
type Edit struct {
	Span Span
	New  string
}

// Delete removes a span.
func Delete(s Span) Edit { return Edit{Span: s} }

// Insert puts text at an offset.
func Insert(at int, text string) Edit { return Edit{Span{at, at}, text} }

// Replace puts text in the place of a span.
func Replace(s Span, text string) Edit { return Edit{s, text} }

// Apply returns the file's bytes with the edits made; without edits they are the bytes that were parsed. Edits are in
// the offsets of the file as parsed, in any order; those at one place keep their order. Two that overlap, or one that
// reaches out of the file, are an error. Line ends of new text follow the file's own.
func (f *File) Apply(edits ...Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i].Span, sorted[j].Span
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		return a.End < b.End
	})
	var out bytes.Buffer
	at := 0
	for _, e := range sorted {
		switch {
		case e.Span.Start < 0 || e.Span.End > len(f.Src) || e.Span.End < e.Span.Start:
			return nil, fmt.Errorf("edit %d..%d lies outside the file of %d bytes", e.Span.Start, e.Span.End,
				len(f.Src))
		case e.Span.Start < at:
			return nil, fmt.Errorf("edits overlap at byte %d", e.Span.Start)
		}
		out.Write(f.Src[at:e.Span.Start])
		out.WriteString(f.lineEnds(e.New))
		at = e.Span.End
	}
	out.Write(f.Src[at:])
	return out.Bytes(), nil
}

// lineEnds gives text the line ends of the file.
func (f *File) lineEnds(s string) string {
	if f.EOL == "\n" {
		return s
	}
	return string(bytes.ReplaceAll(bytes.ReplaceAll([]byte(s), []byte("\r\n"), []byte("\n")), []byte("\n"),
		[]byte(f.EOL)))
}

// WholeLines widens a span to whole lines, the last line end included: what to delete so that no empty line stays.
func (f *File) WholeLines(s Span) Span {
	first, _ := f.Position(s.Start)
	last, _ := f.Position(max(s.Start, s.End-1))
	start, end := f.LineSpan(first).Start, len(f.Src)
	if last < len(f.lines) {
		end = f.lines[last]
	}
	return Span{start, end}
}
