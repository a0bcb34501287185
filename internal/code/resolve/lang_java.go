package resolve

import "github.com/drydock/drydock/internal/code/facts"

var java = language{
	module:        func(p *Program, _ int32, spec string) entity { return p.dotted(spec) },
	packageMember: func(p *Program, pkg, s string) entity { return p.dotted(joinDots(pkg, s)) },
	global:        (*Program).javaName,
	pkg:           func(f *facts.File) string { return f.Package },
	fullName:      func(f *facts.File, name string) string { return joinDots(f.Package, name) },
	constructor: func(class string) string {
		_, last, _ := cutLast(class)
		return last
	},
	overloads: true,
}

// javaName is a class of the package, one that is imported with all others of its package, or a package.
func (p *Program) javaName(file int32, s string) entity {
	if e := unique(p.names[joinDots(p.Files[file].Package, s)]); e.kind != isNothing {
		return e
	}
	if e := p.wildcard(file, s); e.kind != isNothing || s == "" || s[0] < 'a' {
		return e
	}
	return entity{kind: isPackage, s: s}
}
