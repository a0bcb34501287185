package resolve

import (
	"path"
	"strings"
)

// javascript is TypeScript too.
var javascript = language{
	module:      (*Program).jsModule,
	member:      (*Program).ownExport,
	constructor: fixed("constructor"),
	callable: func(p *Program, file int32) entity {
		if e := p.moduleMember(file, "="); e.kind != isNothing {
			return e
		}
		return p.moduleMember(file, "default")
	},
}

var jsExts = []string{"", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"}

// jsModule finds a module by a relative path, or from the root of the sources as @/ and ~/ usually mean.
func (p *Program) jsModule(file int32, spec string) entity {
	var at string
	switch {
	case strings.HasPrefix(spec, "./"), strings.HasPrefix(spec, "../"), spec == ".", spec == "..":
		at = path.Join(Folder(p.Files[file].Path), spec)
	case strings.HasPrefix(spec, "@/"), strings.HasPrefix(spec, "~/"):
		for d := Folder(p.Files[file].Path); p.step(1); d = Folder(d) {
			for _, sub := range []string{"src", ""} {
				if e := p.jsAt(path.Join(d, sub, spec[2:])); e.kind != isNothing {
					return e
				}
			}
			if d == "" {
				return entity{}
			}
		}
	default:
		return entity{}
	}
	return p.jsAt(at)
}

func (p *Program) jsAt(at string) entity {
	for _, base := range []string{at, at + "/index", strings.TrimSuffix(strings.TrimSuffix(at, ".js"), ".mjs")} {
		for _, ext := range jsExts {
			if e := p.fileAt(base + ext); e.kind != isNothing {
				return e
			}
		}
	}
	return entity{}
}

// ownExport is what a module of JavaScript exports by a name, or else the modules that may give it.
func (p *Program) ownExport(file int32, s string) (found []entity, modules []int32) {
	f := p.Files[file]
	if r, ok := f.Exports[s]; ok {
		return something(p.resolve(file, r)), nil
	}
	if r, ok := f.Exports["="]; ok && s != "=" {
		e := p.resolve(file, r)
		switch {
		case s == "default":
			return something(e), nil
		case e.kind == isFile: // module.exports = require("./other")
			return nil, []int32{e.file}
		}
		return something(p.memberOf(e, s)), nil
	}
	if s == "default" && len(f.Exports) > 0 { // the default import of a CommonJS module is all that it exports
		return []entity{{kind: isFile, file: file}}, nil
	}
	if s == "=" {
		return nil, nil
	}
	return p.starImports(file, s)
}
