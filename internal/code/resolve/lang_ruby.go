package resolve

import "github.com/drydock/drydock/internal/code/facts"

var ruby = language{
	global:         func(p *Program, _ int32, s string) entity { return unique(p.names[s]) },
	fullName:       func(_ *facts.File, name string) string { return name },
	constructor:    fixed("initialize"),
	classesAsValue: true,
}
