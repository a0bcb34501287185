package resolve

import (
	"strings"

	"github.com/drydock/drydock/internal/code/facts"
)

var php = language{
	module:        func(p *Program, _ int32, spec string) entity { return p.dotted(strings.ToLower(spec)) },
	packageMember: func(p *Program, pkg, s string) entity { return p.dotted(strings.ToLower(joinDots(pkg, s))) },
	global:        (*Program).phpName,
	pkg:           func(f *facts.File) string { return f.Package },
	fullName:      func(f *facts.File, name string) string { return strings.ToLower(joinDots(f.Package, name)) },
	constructor:   fixed("__construct"),
	foldMethods:   true,
}

// phpName is a name of the namespace, of none, or a namespace.
func (p *Program) phpName(file int32, s string) entity {
	if e := unique(p.names[joinDots(p.Files[file].Package, s)]); e.kind != isNothing {
		return e
	}
	if e := unique(p.names[s]); e.kind != isNothing {
		return e
	}
	return entity{kind: isPackage, s: s}
}
