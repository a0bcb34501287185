package imagegate

import (
	"strings"
	"unicode"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/scan/target"
)

// attributor finds the line in the repository that brought a package into an image.
type attributor struct {
	fallback finding.Location  // the line of compose that brings the image
	path     string            // the Dockerfile, as the report names it
	file     *dockerfile.File  // nil where there is no Dockerfile at hand
	stage    *dockerfile.Stage // that the build ends with
	refs     []dockerfile.Ref  // of the stages, with the build arguments filled in
	from     *dockerfile.Instruction
	base     dockerfile.Ref            // of from
	makes    []*dockerfile.Instruction // the instructions whose layers are in the image
}

// attribute reads the unit's Dockerfile, if there is one; without it every package stands at the image's own line.
func attribute(t *target.Target, u target.Unit) *attributor {
	a := &attributor{fallback: u.Location}
	if u.Dockerfile == "" || u.Inline != "" {
		return a // an inline Dockerfile has no lines of its own: the service's line is the place
	}
	f, err := t.Dockerfile(u.Dockerfile)
	if err != nil {
		return a
	}
	stage, err := f.Target(u.Target)
	if err != nil {
		return a
	}
	a.use(f, stage, u.Args)
	a.path = t.Rel(u.Dockerfile)
	return a
}

// use takes over the Dockerfile that the image is built from.
func (a *attributor) use(f *dockerfile.File, stage *dockerfile.Stage, args map[string]string) {
	a.file, a.stage, a.refs = f, stage, f.WithArgs(args)
	for _, s := range f.Lineage(stage) {
		a.from, a.base = s.From, a.refs[s.Index]
		a.makes = append(a.makes, s.Instructions...)
	}
}

// fromBase reports whether a package came with the base image. Images of the engine that share more layers than the
// base's, those of earlier builds, tell nothing: of their layers this Dockerfile has the instructions.
func (a *attributor) fromBase(p *inventory.Package, base inventory.Base) bool {
	switch {
	case p.IntroducedBy == "" || p.FromBase != nil && !*p.FromBase:
		return p.FromBase != nil && *p.FromBase
	case p.FromBase != nil && dockerfile.ParseRef(base.Name).Repository == a.base.Repository:
		return true
	}
	return a.maker(p.IntroducedBy) == nil
}

// place is the line for a package: its base's FROM, the instruction that made its layer, else the image's own line.
func (a *attributor) place(p *inventory.Package) finding.Location {
	if a.file == nil {
		return a.fallback
	}
	if p.FromBase != nil && *p.FromBase && a.from != nil {
		return a.at(a.from)
	}
	if in := a.maker(p.IntroducedBy); in != nil {
		return a.at(in)
	}
	if p.FromBase == nil && p.IntroducedBy != "" && a.from != nil {
		// no instruction of this Dockerfile made the layer, so the base brought it
		return a.at(a.from)
	}
	return a.fallback
}

func (a *attributor) at(in *dockerfile.Instruction) finding.Location {
	line, col := a.file.Position(in.Span.Start)
	endLine, endCol := a.file.Position(in.Span.End)
	return finding.Location{Path: a.path, Line: line, Column: col, EndLine: endLine, EndColumn: endCol}
}

// maker finds the instruction that the image's history names. History has no flags, no comments, and variables
// replaced, so that letters are compared without space, and of several candidates of one keyword the one with the
// longest common beginning wins if it agrees in more than half.
func (a *attributor) maker(history string) *dockerfile.Instruction {
	keyword, rest, _ := strings.Cut(history, " ")
	want := squeeze(rest)
	if want == "" {
		return nil
	}
	var best *dockerfile.Instruction
	bestLen := len(want) / 2
	for _, in := range a.makes {
		if !strings.EqualFold(in.Keyword, keyword) {
			continue
		}
		if n := commonPrefix(squeeze(a.arguments(in)), want); n > bestLen {
			best, bestLen = in, n
		}
	}
	return best
}

// arguments is an instruction's text after its flags, as one line without comments and continuations.
func (a *attributor) arguments(in *dockerfile.Instruction) string {
	var b strings.Builder
	for _, line := range strings.Split(a.file.Text(in.ArgSpan), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		b.WriteString(strings.TrimSuffix(line, string(rune(a.file.Escape))))
		b.WriteByte(' ')
	}
	for _, h := range in.Heredocs {
		b.WriteString(h.Content)
	}
	return b.String()
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
