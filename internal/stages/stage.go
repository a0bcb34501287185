package stages

import (
	"strings"
)

// stage is a stage of the result, line by line.
type stage struct {
	comment string // the one comment above it
	from    string
	name    string
	lines   []line
}

type line struct {
	text     string
	comments []string
	blank    bool // an empty line before it
}

func (a *app) stage(comment, from, name string) *stage {
	s := &stage{comment: comment, from: from, name: name}
	a.out = append(a.out, s)
	return s
}

// add puts generated lines at the end.
func (s *stage) add(texts ...string) {
	for _, t := range texts {
		if t != "" {
			s.lines = append(s.lines, line{text: t})
		}
	}
}

// keep puts text in the place of an original instruction, with its comments, once each.
func (s *stage) keep(p *op, text string) {
	if text == "" {
		return
	}
	s.lines = append(s.lines, line{text, p.comments, p.blank})
	p.comments = nil
}

func (s *stage) print(b *strings.Builder) {
	if s.comment != "" {
		b.WriteString("# " + s.comment + "\n")
	}
	b.WriteString("FROM " + s.from)
	if s.name != "" {
		b.WriteString(" AS " + s.name)
	}
	b.WriteString("\n")
	for i, l := range s.lines {
		if l.blank && i > 0 {
			b.WriteString("\n")
		}
		for _, c := range l.comments {
			b.WriteString(c + "\n")
		}
		b.WriteString(l.text + "\n")
	}
}

// text is an instruction as it stands in the original.
func (a *app) text(p *op) string { return a.f.Text(p.in.Span) }

// has tells whether the stage holds a line with that text.
func (s *stage) has(text string) bool {
	for _, l := range s.lines {
		if strings.Contains(l.text, text) {
			return true
		}
	}
	return false
}

// cached is a RUN with a cache that outlives the build, or without one for builders that have no mounts.
func (a *app) cached(target string, commands ...string) string {
	if a.o.Plain || target == "" {
		return run(commands...)
	}
	return "RUN --mount=type=cache,target=" + target + " \\\n    " + strings.Join(commands, " \\\n    && ")
}

// onlyMoves: changing the folder for nothing that follows.
func onlyMoves(texts []string) bool {
	for _, t := range texts {
		if !strings.HasPrefix(t, "cd ") {
			return false
		}
	}
	return true
}

// rebuild is a RUN of those parts that are wanted: the original's own text if that is all of them.
func (a *app) rebuild(p *op, want func(*part) bool) string {
	var texts []string
	all := true
	for _, pt := range p.parts {
		if want(pt) {
			texts = append(texts, pt.text)
		} else {
			all = false
		}
	}
	switch {
	case all:
		return a.text(p)
	case len(texts) == 0 || onlyMoves(texts):
		return ""
	}
	return run(texts...)
}
