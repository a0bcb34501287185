package lint

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// A pragma is a comment that silences rules by code or id: for the instruction on the next line, for the rest of the
// stage after that instruction (usually FROM), or for the whole file. hadolint's form is understood, and the same with
// drydock's name for rules that have no code.
var pragmaForm = lazyregexp.New(
	`^(?:hadolint|drydock)\s+(?:(global|stage)\s+)?ignore\s*=\s*([A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*)\s*(?:#.*)?$`)

type pragma struct {
	scope string // "", "stage" or "global"
	line  int
	span  dockerfile.Span
	names []string
}

func pragmas(f *dockerfile.File) []pragma {
	var out []pragma
	for _, c := range f.Comments {
		if c.Inside != nil {
			continue // a comment between continuation lines belongs to no instruction of its own
		}
		m := pragmaForm.FindStringSubmatch(c.Text)
		if m == nil {
			continue
		}
		p := pragma{scope: m[1], line: c.Line, span: c.Span}
		for _, n := range strings.Split(m[2], ",") {
			p.names = append(p.names, strings.TrimSpace(n))
		}
		out = append(out, p)
	}
	return out
}

// silence drops the findings that a pragma is about.
func silence(p *Pass, all []result) []result {
	if p.Config.DisableIgnorePragma {
		return all
	}
	ps := pragmas(p.File)
	if len(ps) == 0 {
		return all
	}
	kept := all[:0]
	for _, r := range all {
		silent := false
		for i := range ps {
			silent = silent || ps[i].silences(p.File, &r)
		}
		if !silent {
			kept = append(kept, r)
		}
	}
	return kept
}

func (p *pragma) silences(f *dockerfile.File, r *result) bool {
	named := false
	for _, n := range p.names {
		named = named || n == r.rule.ID || n == r.rule.Code() || n == r.rule.BuildCheck
	}
	if !named {
		return false
	}
	switch p.scope {
	case "global":
		return true
	case "stage":
		return r.in != nil && r.in.Stage != nil && p.stage(f) == r.in.Stage && r.in.Line > p.line+1
	}
	line, _ := f.Position(r.span.Start)
	if r.in != nil {
		line = r.in.Line
	}
	return line == p.line+1
}

// stage is the stage of the instruction below the pragma, nil if there is none; the pragma is about what follows it.
func (p *pragma) stage(f *dockerfile.File) *dockerfile.Stage {
	for _, in := range f.Instructions {
		if in.Line == p.line+1 {
			return in.Stage
		}
	}
	return nil
}

// Pragmas lists the places of the pragmas that silence single instructions, for the rule that forbids them.
func (p *Pass) Pragmas() []dockerfile.Span {
	var out []dockerfile.Span
	for _, pr := range pragmas(p.File) {
		if pr.scope == "" {
			out = append(out, pr.span)
		}
	}
	return out
}
