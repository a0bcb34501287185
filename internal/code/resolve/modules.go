package resolve

import (
	"slices"
	"strings"
)

// How names are looked up in modules and packages, in all languages.

// module is what an import names.
func (p *Program) module(file int32, spec string) entity {
	if p.lang.module == nil {
		return entity{}
	}
	return p.lang.module(p, file, spec)
}

// fileAt is the file at the first of some paths that is one.
func (p *Program) fileAt(paths ...string) entity {
	for _, s := range paths {
		if n, ok := p.paths[strings.TrimPrefix(s, "./")]; ok {
			return entity{kind: isFile, file: n}
		}
	}
	return entity{}
}

// packageMember is a name of a folder or namespace.
func (p *Program) packageMember(pkg, s string) entity {
	if p.lang.packageMember == nil {
		return entity{}
	}
	return p.lang.packageMember(p, pkg, s)
}

// moduleMember is a name of a module that is a file.
func (p *Program) moduleMember(file int32, s string) entity {
	found, modules := p.ownMember(file, s)
	return p.searchModules(found, modules, file, s)
}

// wildcard looks a name up in the modules that give a file all their names.
func (p *Program) wildcard(file int32, s string) entity {
	found, modules := p.starImports(file, s)
	return p.searchModules(found, modules, file, s)
}

// searchModules looks a name up in modules and, where they do not have it, in those that they take all their names
// from. Each module is looked into once: they may import one another in circles. What several define is nothing.
func (p *Program) searchModules(found []entity, modules []int32, from int32, s string) entity {
	seen := map[int32]bool{from: true}
	for queue := modules; len(queue) > 0; queue = queue[1:] {
		file := queue[0]
		if seen[file] {
			continue
		}
		if !p.step(1) {
			return entity{}
		}
		seen[file] = true
		own, next := p.ownMember(file, s)
		for _, e := range own {
			if e.kind != isPackage && !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
		queue = append(queue, next...)
	}
	return unique(found)
}

// ownMember is a name that a module defines, or else the modules that may give it.
func (p *Program) ownMember(file int32, s string) (found []entity, modules []int32) {
	if p.lang.member == nil {
		return nil, nil
	}
	return p.lang.member(p, file, s)
}

// starImports is what a file's star imports give by a name: entities, and modules that are files and may give it.
func (p *Program) starImports(file int32, s string) (found []entity, modules []int32) {
	for _, w := range p.Files[file].StarImports {
		if !p.step(1) {
			return nil, nil
		}
		switch e := p.resolve(file, w); e.kind {
		case isNothing:
		case isFile:
			modules = append(modules, e.file)
		default:
			if m := p.memberOf(e, s); m.kind != isNothing && m.kind != isPackage {
				found = append(found, m)
			}
		}
	}
	return found, modules
}

// something is a list of an entity, empty if it is nothing.
func something(e entity) []entity {
	if e.kind == isNothing {
		return nil
	}
	return []entity{e}
}

// global is a name that a file uses without saying where it comes from.
func (p *Program) global(file int32, s string) entity {
	if r, ok := p.Files[file].Globals[s]; ok {
		if e := p.resolve(file, r); e.kind != isNothing || !p.lang.laxGlobals {
			return e
		}
	}
	if p.lang.global == nil {
		return entity{}
	}
	return p.lang.global(p, file, s)
}

// dotted finds a class, a function or a package by its full name, and members of it.
func (p *Program) dotted(name string) entity {
	if e := unique(p.names[name]); e.kind != isNothing {
		return e
	}
	if len(p.pkgs[name]) > 0 {
		return entity{kind: isPackage, s: name}
	}
	if before, last, ok := cutLast(name); ok && strings.Count(name, ".") < 20 {
		if e := unique(p.names[before]); e.kind == isClass {
			return p.memberOf(e, last)
		}
	}
	return entity{kind: isPackage, s: name}
}
