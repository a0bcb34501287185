package stages

import (
	"fmt"
	"slices"
)

// Assumption is something that a conversion rests on. Where it is a guess, only a proof settles it: the evidence is
// what speaks for it, and it is not enough to write the file on.
type Assumption struct {
	Text     string // what is taken to be so
	Evidence string // why
	Guess    bool
}

// Guesses are the assumptions that only a proof settles.
func (r *Result) Guesses() []Assumption {
	var out []Assumption
	for _, s := range r.Assumptions {
		if s.Guess {
			out = append(out, s)
		}
	}
	return out
}

// knows notes what the conversion rests on and what is known for certain.
func (a *conversion) knows(text, evidence string, args ...any) {
	a.rests(false, text, evidence, args...)
}

// guesses notes what the conversion rests on without being certain.
func (a *conversion) guesses(text, evidence string, args ...any) {
	a.rests(true, text, evidence, args...)
}

func (a *conversion) rests(guess bool, text, evidence string, args ...any) {
	s := Assumption{text, fmt.Sprintf(evidence, args...), guess}
	if !slices.ContainsFunc(a.res.Assumptions, func(have Assumption) bool { return have.Text == s.Text }) {
		a.res.Assumptions = append(a.res.Assumptions, s)
	}
}
