package stages

import (
	"slices"
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
	kept     bool // an original's instruction as it stands
}

func (a *conversion) stage(comment, from, name string) *stage {
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

// addOnce puts a generated line at the end, unless the stage has it already.
func (s *stage) addOnce(text string) {
	if !slices.ContainsFunc(s.lines, func(l line) bool { return l.text == text }) {
		s.add(text)
	}
}

// keep puts text in the place of an original instruction, with its comments, once each.
func (s *stage) keep(p *instruction, text string) {
	if text == "" {
		return
	}
	s.keepWith(p, text, func(remark) bool { return true })
}

// keepWith is keep with those of the comments that belong here; the others wait for another place.
func (s *stage) keepWith(p *instruction, text string, belongs func(remark) bool) {
	var here []string
	var rest []remark
	for _, r := range p.comments {
		if belongs(r) {
			here = append(here, r.text)
		} else {
			rest = append(rest, r)
		}
	}
	s.lines = append(s.lines, line{text: text, comments: here, blank: p.blank, kept: p.fromStage()})
	p.comments = rest
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
func (a *conversion) text(p *instruction) string { return a.f.Text(p.in.Span) }

// has reports whether the stage holds a line with that text.
func (s *stage) has(text string) bool {
	for _, l := range s.lines {
		if strings.Contains(l.text, text) {
			return true
		}
	}
	return false
}

// cached is a RUN with a cache that outlives the build, or without one for builders that have no mounts. What the
// original RUN mounts besides (secrets, files) stays; o may be nil.
func (a *conversion) cached(o *instruction, target string, commands ...string) string {
	return a.mounted(o, []string{target}, commands...)
}

// mounted is a RUN with several caches.
func (a *conversion) mounted(o *instruction, targets []string, commands ...string) string {
	var flags []string
	if o != nil {
		for _, fl := range o.in.Flags {
			if text := a.f.Text(fl.Span); !slices.ContainsFunc(targets,
				func(t string) bool { return t != "" && isCacheOf(fl.Value, t) }) {
				flags = append(flags, text)
			}
		}
	}
	for _, t := range targets {
		if t != "" && !a.o.Plain {
			flags = append(flags, "--mount=type=cache,target="+t)
		}
	}
	if len(flags) == 0 {
		return run(commands...)
	}
	return "RUN " + strings.Join(flags, " ") + " \\\n    " + strings.Join(commands, " \\\n    && ")
}

// isCacheOf reports whether a --mount is a cache at a path.
func isCacheOf(mount, target string) bool {
	fields := strings.Split(mount, ",")
	return slices.Contains(fields, "type=cache") && (slices.Contains(fields, "target="+target) ||
		slices.Contains(fields, "dst="+target) || slices.Contains(fields, "destination="+target))
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

// builds reports whether a builder runs a command as it stands: all but what installs the distribution's packages,
// which
// it does in its own way, and what removes caches.
func builds(c *command) bool {
	return c.kind != clean && c.kind != system && c.kind != refresh && c.kind != upgrade
}

// rebuild is a RUN of those commands that are wanted: the original's own text if that is all of them.
func (a *conversion) rebuild(o *instruction, want func(*command) bool) string {
	return a.runOf(o, a.pick(o, want, nil))
}

// runOf is a RUN of an original's commands, which may have been changed; "" if none are left.
func (a *conversion) runOf(o *instruction, texts []string) string {
	switch {
	case len(texts) == 0 || onlyMoves(texts):
		return ""
	case unchanged(o, texts):
		return a.text(o)
	}
	return a.cached(o, "", texts...)
}

func unchanged(o *instruction, texts []string) bool {
	return slices.EqualFunc(o.commands, texts, func(pt *command, t string) bool { return pt.text == t })
}
