package code

import (
	"errors"

	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/rule"
)

type genericPattern struct{}
type genericFile struct{}

func compileGeneric(text string, vars *pattern.Vars, o *rule.Options) (*genericPattern, error) {
	return nil, errors.New("generic patterns are not supported")
}
func (e *evaluator) generic(g *genericPattern, ctx *Range) []Range { return nil }
