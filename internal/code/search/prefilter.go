package search

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rule"
)

// EndPossible reports whether a source or sink can match in a file with these words.
func (p *Program) EndPossible(have map[string]struct{}) bool {
	if p.Rule.Options.CaseFold {
		return true
	}
	for _, parts := range [][]TaintPart{p.Taint.Sources, p.Taint.Sinks} {
		for i := range parts {
			if needsOf(parts[i].Match).met(have) {
				return true
			}
		}
	}
	return false
}

// A rule is run on a file only where the words that its patterns need are all there. The words of a file are found in
// one pass before anything is parsed.

// needs is a condition on a file's words: all of `all`, and one of each list of `any`.
type needs struct {
	all []string
	any [][]*needs
}

// met reports whether a file has the words.
func (n *needs) met(have map[string]struct{}) bool {
	if n == nil {
		return true
	}
	for _, w := range n.all {
		if _, ok := have[w]; !ok {
			return false
		}
	}
	for _, alt := range n.any {
		ok := false
		for _, a := range alt {
			if ok = a.met(have); ok {
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// needsOf is what a file has to have for a formula to match; nil where anything may match.
func needsOf(f *formula) *needs {
	switch f.kind {
	case rule.Pattern:
		if f.pat == nil {
			return nil
		}
		n := &needs{}
		for _, w := range f.pat.pat.Must() {
			if ast.IsWord(w) {
				n.all = append(n.all, w)
			}
		}
		if len(n.all) == 0 {
			return nil
		}
		return n
	case rule.Inside, rule.Anywhere:
		return needsOf(f.kids[0])
	case rule.Or:
		return needsAny(f.kids)
	case rule.And:
		n := &needs{}
		for _, k := range f.kids {
			if k.kind == rule.Not {
				continue
			}
			if kn := needsOf(k); kn != nil {
				n.all = append(n.all, kn.all...)
				n.any = append(n.any, kn.any...)
			}
		}
		if len(n.all) == 0 && len(n.any) == 0 {
			return nil
		}
		return n
	}
	return nil
}

func needsAny(fs []*formula) *needs {
	var alt []*needs
	for _, f := range fs {
		n := needsOf(f)
		if n == nil {
			return nil
		}
		alt = append(alt, n)
	}
	return &needs{any: [][]*needs{alt}}
}

// Possible reports whether a program can find anything in a file with these words.
func (p *Program) Possible(have map[string]struct{}) bool {
	return p.Rule.Options.CaseFold || p.needs.met(have) // a file has its words in a case of its own
}

// setNeeds works out what the program needs of a file.
func (p *Program) setNeeds() {
	if p.Taint == nil {
		p.needs = needsOf(p.match)
		return
	}
	n := &needs{}
	for _, parts := range [][]TaintPart{p.Taint.Sources, p.Taint.Sinks} {
		fs := make([]*formula, len(parts))
		for i := range parts {
			fs[i] = parts[i].Match
		}
		if k := needsAny(fs); k != nil {
			n.any = append(n.any, k.any...)
		}
	}
	p.needs = n
}

// WordsOf is the set of words in a source.
func WordsOf(src []byte) map[string]struct{} {
	have := make(map[string]struct{}, len(src)/40+16)
	for i := 0; i < len(src); {
		if !ast.WordByte(src[i]) {
			i++
			continue
		}
		from := i
		for i < len(src) && ast.WordByte(src[i]) {
			i++
		}
		if _, ok := have[string(src[from:i])]; !ok {
			have[string(src[from:i])] = struct{}{}
		}
	}
	return have
}
