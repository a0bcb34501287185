package resolve

import (
	"path"
	"strings"
)

var python = language{
	module:        (*Program).pyModule,
	member:        (*Program).pyMember,
	packageMember: func(p *Program, pkg, s string) entity { return p.pyAt(path.Join(pkg, s)) },
	global:        (*Program).wildcard,
	constructor:   fixed("__init__"),
	selfArgument:  true,
}

// pyModule finds a module of Python: relative to the package where it begins with dots, else in the folders around
// the importing file from the innermost on, else the only one of the project whose path ends so.
func (p *Program) pyModule(file int32, spec string) entity {
	dir := Folder(p.Files[file].Path)
	dots := 0
	for dots < len(spec) && spec[dots] == '.' {
		dots++
	}
	rel := strings.ReplaceAll(spec[dots:], ".", "/")
	if dots > 0 {
		for range dots - 1 {
			if dir == "" {
				return entity{}
			}
			dir = Folder(dir)
		}
		return p.pyAt(path.Join(dir, rel))
	}
	for d := dir; p.step(1); d = Folder(d) {
		if e := p.pyAt(path.Join(d, rel)); e.kind != isNothing {
			return e
		}
		if d == "" {
			break
		}
	}
	if !strings.Contains(rel, "/") {
		return p.pyAt(path.Join("src", rel))
	}
	var found []entity
	tail := rel[strings.LastIndexByte(rel, '/')+1:] + ".py"
	for _, n := range p.tails[tail] {
		if !p.step(1) {
			break
		}
		if strings.HasSuffix(p.Files[n].Path, "/"+rel+".py") {
			found = append(found, entity{kind: isFile, file: n})
		}
	}
	return unique(found)
}

func (p *Program) pyAt(at string) entity {
	if e := p.fileAt(at+".py", at+"/__init__.py", at+".pyi"); e.kind != isNothing {
		return e
	}
	if at != "" && at != "." && p.hasFolder(at) {
		return entity{kind: isPackage, s: at}
	}
	return entity{}
}

// hasFolder reports whether files of the language lie below a folder.
func (p *Program) hasFolder(dir string) bool {
	if p.pkgs["\x00"] == nil { // made once
		p.pkgs["\x00"] = []int32{}
		for i, f := range p.Files {
			for d := Folder(f.Path); d != ""; d = Folder(d) {
				if _, ok := p.pkgs[d]; ok {
					break
				}
				p.pkgs[d] = []int32{int32(i)}
			}
		}
	}
	_, ok := p.pkgs[dir]
	return ok
}

// pyMember is a name that a module defines, a module in its package, or else a name that it imports with all others.
func (p *Program) pyMember(file int32, s string) (found []entity, modules []int32) {
	f := p.Files[file]
	if r, ok := f.Globals[s]; ok {
		if e := p.resolve(file, r); e.kind != isNothing {
			return []entity{e}, nil
		}
	}
	if strings.HasSuffix(f.Path, "/__init__.py") || f.Path == "__init__.py" {
		if e := p.pyAt(path.Join(Folder(f.Path), s)); e.kind != isNothing {
			return []entity{e}, nil
		}
	}
	return p.starImports(file, s)
}
