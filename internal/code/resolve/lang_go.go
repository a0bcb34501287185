package resolve

import (
	"io"
	"os"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/code/facts"
)

var golang = language{
	module:        (*Program).goPackage,
	packageMember: (*Program).goName,
	global:        func(p *Program, file int32, s string) entity { return p.goName(Folder(p.Files[file].Path), s) },
	pkg:           func(f *facts.File) string { return Folder(f.Path) },
	constructor:   fixed(facts.Constructor),
	goModules:     true,
	laxGlobals:    true,
	openTypes:     true,
}

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
