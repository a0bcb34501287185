package resolve

import (
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// GoModule is the module path that a go.mod names, "" without one.
func GoModule(path string) string {
	if st, err := os.Lstat(path); err != nil || !st.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(b), "\n") {
		if w := strings.Fields(line); len(w) >= 2 && w[0] == "module" {
			return strings.Trim(w[1], `"`)
		}
	}
	return ""
}

// How each language finds the file of a module, and the names in it.

// module is what an import names.
func (p *Program) module(file int32, spec string) entity {
	switch p.Lang {
	case "python":
		return p.pyModule(file, spec)
	case "javascript":
		return p.jsModule(file, spec)
	case "go":
		return p.goPackage(file, spec)
	case "java", "php":
		return p.dotted(spec)
	}
	return entity{}
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

// hasFolder says whether files of the language lie below a folder.
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

// goPackage finds the folder of an import path from the modules of the project.
func (p *Program) goPackage(file int32, spec string) entity {
	best, dir := -1, ""
	for root, mod := range p.roots {
		if spec != mod && !strings.HasPrefix(spec, mod+"/") || len(mod) <= best {
			continue
		}
		best, dir = len(mod), path.Join(root, strings.TrimPrefix(strings.TrimPrefix(spec, mod), "/"))
	}
	if best < 0 || len(p.pkgs[cleanDir(dir)]) == 0 {
		return entity{}
	}
	return entity{kind: isPackage, s: cleanDir(dir)}
}

func cleanDir(d string) string {
	if d == "." {
		return ""
	}
	return d
}

// dotted finds a class, a function or a package by its full name, and members of it.
func (p *Program) dotted(name string) entity {
	if p.Lang == "php" {
		name = strings.ToLower(name)
	}
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

// packageMember is a name of a folder or namespace.
func (p *Program) packageMember(pkg, s string) entity {
	switch p.Lang {
	case "python":
		return p.pyAt(path.Join(pkg, s))
	case "go":
		return p.goName(pkg, s)
	case "java", "php":
		return p.dotted(joinDots(pkg, s))
	}
	return entity{}
}

// goName is a name of a package of Go.
func (p *Program) goName(dir, s string) entity {
	var found []entity
	var typ entity
	for _, f := range p.pkgs[dir] {
		if !p.step(1) {
			break
		}
		r, ok := p.Files[f].Globals[s]
		if !ok {
			continue
		}
		if e := p.resolve(f, r); e.kind == isClass {
			// A type's methods may make it known in several files; the one that defines it knows its fields.
			if typ.kind == isNothing || len(p.Files[f].Classes[e.n].Fields) > 0 {
				typ = e
			}
		} else if e.kind != isNothing {
			found = append(found, e)
		}
	}
	if typ.kind != isNothing {
		return typ
	}
	return unique(found)
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

// searchModules looks a name up in modules and, where they do not have it, in those that they take all their names from.
// Each module is looked into once: they may import one another in circles. What several define is nothing.
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
	f := p.Files[file]
	switch p.Lang {
	case "python":
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
	case "javascript":
		return p.ownExport(file, s)
	}
	return nil, nil
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

// exported is what a module of JavaScript gives by a name.
func (p *Program) exported(file int32, s string) entity { return p.moduleMember(file, s) }

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

// something is a list of an entity, empty if it is nothing.
func something(e entity) []entity {
	if e.kind == isNothing {
		return nil
	}
	return []entity{e}
}

// global is a name that a file uses without saying where it comes from.
func (p *Program) global(file int32, s string) entity {
	f := p.Files[file]
	if r, ok := f.Globals[s]; ok {
		if e := p.resolve(file, r); e.kind != isNothing || p.Lang != "go" {
			return e
		}
	}
	switch p.Lang {
	case "python":
		return p.wildcard(file, s)
	case "go":
		return p.goName(Folder(f.Path), s)
	case "java":
		if e := unique(p.names[joinDots(f.Package, s)]); e.kind != isNothing {
			return e
		}
		if e := p.wildcard(file, s); e.kind != isNothing || s == "" || s[0] < 'a' {
			return e
		}
		return entity{kind: isPackage, s: s}
	case "php":
		if e := unique(p.names[joinDots(f.Package, s)]); e.kind != isNothing {
			return e
		}
		if e := unique(p.names[s]); e.kind != isNothing {
			return e
		}
		return entity{kind: isPackage, s: s}
	case "ruby":
		return unique(p.names[s])
	}
	return entity{}
}
