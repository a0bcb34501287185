// Package resolve finds what a reference of one file stands for in the others: functions and classes (resolve.go) by
// way of each language's modules and packages (modules.go).
package resolve

import (
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/code/facts"
)

// Program is the files of a project whose code can call one another.
type Program struct {
	lang    *language
	Files   []*facts.File
	paths   map[string]int32   // by path
	tails   map[string][]int32 // by path without folders
	pkgs    map[string][]int32 // Go: by folder; Java and PHP: by package
	names   map[string][]entity
	roots   map[string]string // Go: module path by the folder of its go.mod
	seen    []map[int32]entity
	subs    map[classKey][]classKey
	calls   map[FuncKey][]FuncKey      // callers
	named   map[string][]entity        // methods of Go
	methods map[string]map[string]bool // of Go: the names of the methods of a type, by folder and name

	// What a project says may lead in circles, or in more ways than anybody would write. Three things bound it:
	// references that are being resolved stand for nothing (seen), star imports and bases are visited once a search,
	// and all searches together take at most maxLookups.
	depth     int  // references that are being resolved, one for the sake of the other
	steps     int  // modules, classes and files that searches have looked into
	Exhausted bool // maxLookups was reached
}

// Bounds on resolving the references of one language's files.
const (
	maxResolving = 60
	maxLookups   = 20_000_000
)

// step counts what a search looks into; false when there was too much.
func (p *Program) step(n int) bool {
	p.steps += n
	p.Exhausted = p.Exhausted || p.steps > maxLookups
	return !p.Exhausted
}

// entityKind is what a reference turns out to be.
type entityKind uint8

const (
	isNothing entityKind = iota
	isFile               // a module, or package, that is a file
	isPackage            // a folder or namespace: s
	isFunction
	isClass
	isInstance // of a class
	isSuper    // an instance of a class, seen as one of its bases
	isParam
)

// entity is what a reference stands for. n is a function, class or parameter of the file.
type entity struct {
	kind    entityKind
	file, n int32
	s       string
}

type classKey struct{ file, class int32 }

// New joins the files of a language. roots are the modules of Go by folder.
func New(lang string, files []*facts.File, roots map[string]string) *Program {
	p := &Program{
		lang: languages[lang], Files: files, roots: roots, paths: map[string]int32{}, tails: map[string][]int32{},
		pkgs: map[string][]int32{}, names: map[string][]entity{},
	}
	p.seen = make([]map[int32]entity, len(files))
	for i, f := range files {
		n := int32(i)
		p.paths[f.Path] = n
		tail := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
		p.tails[tail] = append(p.tails[tail], n)
		p.seen[i] = map[int32]entity{}
		if p.lang.pkg != nil {
			p.pkgs[p.lang.pkg(f)] = append(p.pkgs[p.lang.pkg(f)], n)
		}
		if p.lang.fullName == nil {
			continue
		}
		for name, r := range f.Globals {
			if e := p.own(n, r); e.kind == isFunction || e.kind == isClass {
				full := p.lang.fullName(f, name)
				p.names[full] = append(p.names[full], e)
			}
		}
	}
	return p
}

// own is an entity of the file itself that a reference names directly.
func (p *Program) own(file, r int32) entity {
	if r < 0 {
		return entity{}
	}
	switch x := &p.Files[file].Refs[r]; x.Kind {
	case facts.RefFunction:
		return entity{kind: isFunction, file: file, n: x.Of}
	case facts.RefClass:
		return entity{kind: isClass, file: file, n: x.Of}
	}
	return entity{}
}

func joinDots(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

// Folder is the folder that a path lies in, "" for the outermost.
func Folder(rel string) string {
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		return rel[:i]
	}
	return ""
}

// unique is the only one of several entities, nothing where there is none or more.
func unique(es []entity) entity {
	if len(es) == 1 {
		return es[0]
	}
	return entity{}
}

// resolve finds what a reference of a file stands for.
func (p *Program) resolve(file, r int32) entity {
	if r < 0 || int(r) >= len(p.Files[file].Refs) {
		return entity{}
	}
	if e, ok := p.seen[file][r]; ok {
		return e
	}
	if !p.step(1) {
		return entity{}
	}
	if p.depth++; p.depth > maxResolving {
		p.depth--
		return entity{}
	}
	p.seen[file][r] = entity{} // a reference that leads back to itself stands for nothing
	e := p.find(file, &p.Files[file].Refs[r])
	p.seen[file][r] = e
	p.depth--
	return e
}

func (p *Program) find(file int32, r *facts.Ref) entity {
	switch r.Kind {
	case facts.RefModule:
		return p.module(file, r.Name)
	case facts.RefGlobal:
		return p.global(file, r.Name)
	case facts.RefBare:
		if e := p.method(entity{kind: isInstance, file: file, n: r.Of}, r.Name); e.kind != isNothing {
			return e
		}
		if outer, _, ok := cutLast(p.Files[file].Classes[r.Of].Name); ok { // a method of the class around
			if g, ok := p.Files[file].Globals[outer]; ok && p.own(file, g).kind == isClass {
				if e := p.method(p.own(file, g), r.Name); e.kind != isNothing {
					return e
				}
			}
		}
		return p.global(file, r.Name)
	case facts.RefMember:
		return p.memberOf(p.resolve(file, r.Of), r.Name)
	case facts.RefResult:
		return p.result(p.resolve(file, r.Of))
	case facts.RefInstance:
		if e := p.callable(p.resolve(file, r.Of)); e.kind == isClass {
			e.kind = isInstance
			return e
		}
	case facts.RefFunction:
		return entity{kind: isFunction, file: file, n: r.Of}
	case facts.RefClass:
		return entity{kind: isClass, file: file, n: r.Of}
	case facts.RefThis:
		return entity{kind: isInstance, file: file, n: r.Of}
	case facts.RefSuper:
		return entity{kind: isSuper, file: file, n: r.Of}
	case facts.RefParam:
		return entity{kind: isParam, file: file, n: r.Of}
	}
	return entity{}
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// result is what calling something gives: an object of a class, or of the type that a function says it returns.
func (p *Program) result(e entity) entity {
	switch e.kind {
	case isClass:
		e.kind = isInstance
		return e
	case isFunction:
		u := &p.Files[e.file].Functions[e.n]
		if t := p.resolve(e.file, u.ReturnType); t.kind == isClass {
			t.kind = isInstance
			return t
		}
		if t := p.resolve(e.file, u.Returned); t.kind == isInstance {
			return t
		}
	case isFile: // require("./f")(...)
		if e = p.callable(e); e.kind != isFile {
			return p.result(e)
		}
	}
	return entity{}
}

// maxModules bounds how many modules, each of which is the next, stand for one thing.
const maxModules = 20

// callable is what is run when something is called: a module of JavaScript may be a function, or another module.
func (p *Program) callable(e entity) entity {
	for range maxModules {
		if e.kind != isFile || p.lang.callable == nil {
			return e
		}
		next := p.lang.callable(p, e.file)
		if next == e {
			return e
		}
		e = next
	}
	return entity{}
}

// memberOf is e.s.
func (p *Program) memberOf(e entity, s string) entity {
	switch e.kind {
	case isFile:
		return p.moduleMember(e.file, s)
	case isPackage:
		return p.packageMember(e.s, s)
	case isClass, isInstance, isSuper:
		if m := p.method(e, s); m.kind != isNothing {
			return m
		}
		if e.kind != isSuper {
			if f := p.field(e, s); f.kind != isNothing {
				return f
			}
		}
		if e.kind == isClass { // a class within the class
			if g, ok := p.Files[e.file].Globals[p.Files[e.file].Classes[e.n].Name+"."+s]; ok {
				return p.resolve(e.file, g)
			}
		}
	}
	return entity{}
}

// maxBases bounds how far up bases are looked at.
const maxBases = 12

// method finds a method of a class, its own or inherited; nothing where several could be meant.
func (p *Program) method(e entity, s string) entity {
	found, _ := p.inherited(e, 0, map[classKey]bool{}, func(c entity) (entity, bool) {
		if c.kind == isSuper {
			return entity{}, false
		}
		m := p.ownMethod(c, s)
		return m, m.kind != isNothing
	})
	return found
}

// inherited asks a class and then, depth first, its bases, each once, until one has an answer.
func (p *Program) inherited(
	e entity,
	depth int,
	asked map[classKey]bool,
	ask func(entity) (entity, bool),
) (entity, bool) {
	if asked[classKey{e.file, e.n}] || depth > maxBases || !p.step(1) {
		return entity{}, false
	}
	asked[classKey{e.file, e.n}] = true
	if answer, ok := ask(e); ok {
		return answer, true
	}
	for _, b := range p.Files[e.file].Classes[e.n].Bases {
		if base := p.callable(p.resolve(e.file, b)); base.kind == isClass {
			base.kind = isInstance
			if answer, ok := p.inherited(base, depth+1, asked, ask); ok {
				return answer, true
			}
		}
	}
	return entity{}, false
}

// ownMethod finds a method among those of the class itself, or the only implementation of an interface's.
func (p *Program) ownMethod(e entity, s string) entity {
	c := &p.Files[e.file].Classes[e.n]
	var with []int32
	for _, u := range p.methodsNamed(e, s) {
		if p.Files[e.file].Functions[u].Body {
			with = append(with, u)
		}
	}
	switch {
	case len(with) == 1:
		return entity{kind: isFunction, file: e.file, n: with[0]}
	case len(with) > 1:
		return entity{kind: isFunction, file: e.file, n: with[0], s: s} // overloads: told apart at the call
	case c.Abstract:
		return p.implementation(e, s)
	case !p.lang.openTypes:
		return entity{}
	}
	for _, f := range p.pkgs[Folder(p.Files[e.file].Path)] { // methods may stand in other files of the package
		if f == e.file || !p.step(1+len(p.Files[f].Classes)) {
			continue
		}
		for i := range p.Files[f].Classes {
			if o := &p.Files[f].Classes[i]; o.Name == c.Name && len(o.Methods[s]) == 1 {
				return entity{kind: isFunction, file: f, n: o.Methods[s][0]}
			}
		}
	}
	return entity{}
}

// methodsNamed are the methods of a class by a name. The constructor has one of its own in each language.
func (p *Program) methodsNamed(e entity, s string) []int32 {
	c := &p.Files[e.file].Classes[e.n]
	if s != facts.Constructor {
		if p.lang.foldMethods {
			for name, us := range c.Methods {
				if strings.EqualFold(name, s) {
					return us
				}
			}
		}
		return c.Methods[s]
	}
	return c.Methods[p.lang.constructor(c.Name)]
}

// implementation is the only implementation of an interface's method in the project.
func (p *Program) implementation(e entity, s string) entity {
	if p.subs == nil {
		p.subs = map[classKey][]classKey{}
		for fi, f := range p.Files {
			for ci := range f.Classes {
				for _, b := range f.Classes[ci].Bases {
					if base := p.callable(p.resolve(int32(fi), b)); base.kind == isClass {
						k := classKey{base.file, base.n}
						p.subs[k] = append(p.subs[k], classKey{int32(fi), int32(ci)})
					}
				}
			}
		}
	}
	if p.lang.openTypes {
		return p.goImplementation(e, s)
	}
	var found []entity
	for _, k := range p.subs[classKey{e.file, e.n}] {
		if p.Files[k.file].Classes[k.class].Abstract || !p.step(1) {
			continue
		}
		if m := p.ownMethod(entity{kind: isInstance, file: k.file, n: k.class}, s); m.kind == isFunction {
			found = append(found, m)
		}
	}
	return unique(found)
}

// goImplementation is the only method of a name in the project of a type that has all methods of the interface: types
// of Go do not say which interfaces they are for.
func (p *Program) goImplementation(e entity, s string) entity {
	if p.named == nil {
		p.noteMethods()
	}
	var found []entity
	for _, m := range p.named[s] {
		has := p.methods[p.typeKey(m)]
		all := p.step(1)
		for name := range p.Files[e.file].Classes[e.n].Methods {
			all = all && has[name]
		}
		if all {
			found = append(found, m)
		}
	}
	return unique(found)
}

// noteMethods notes the methods of all types of Go, by name and by type.
func (p *Program) noteMethods() {
	p.named, p.methods = map[string][]entity{}, map[string]map[string]bool{}
	for fi, f := range p.Files {
		for ui := range f.Functions {
			u := &f.Functions[ui]
			if u.Class < 0 || !u.Body {
				continue
			}
			m := entity{kind: isFunction, file: int32(fi), n: int32(ui)}
			p.named[u.Name] = append(p.named[u.Name], m)
			key := p.typeKey(m)
			if p.methods[key] == nil {
				p.methods[key] = map[string]bool{}
			}
			p.methods[key][u.Name] = true
		}
	}
}

// typeKey names the type of a method of Go: its methods may stand in several files of the package.
func (p *Program) typeKey(m entity) string {
	f := p.Files[m.file]
	return Folder(f.Path) + "\x00" + f.Classes[f.Functions[m.n].Class].Name
}

// field is what a class's field holds.
func (p *Program) field(e entity, s string) entity {
	found, _ := p.inherited(e, 0, map[classKey]bool{}, func(c entity) (entity, bool) {
		r, ok := p.Files[c.file].Classes[c.n].Fields[s]
		return p.resolve(c.file, r), ok
	})
	return found
}

// Target is a function that a call runs.
type Target struct {
	File, Func int32
	Made       bool // the call makes an object and runs its constructor
	Bound      bool // the call has an object that goes to parameter 0
}

// Callee finds the function that a call runs; false where none or several could be meant.
func (p *Program) Callee(file int32, c *facts.CallSite) (Target, bool) {
	e := p.callable(p.resolve(file, c.Ref))
	switch e.kind {
	case isClass:
		m := p.method(entity{kind: isInstance, file: e.file, n: e.n}, facts.Constructor)
		if m = p.overload(m, c); m.kind != isFunction {
			return Target{}, false
		}
		return Target{m.file, m.n, true, false}, true
	case isFunction:
		if e = p.overload(e, c); e.kind != isFunction {
			return Target{}, false
		}
		u := &p.Files[e.file].Functions[e.n]
		if !u.Body {
			return Target{}, false
		}
		return Target{e.file, e.n, false, u.Class >= 0 && !u.Static && p.onObject(file, c.Ref)}, true
	}
	return Target{}, false
}

// onObject reports whether a reference to a method goes through an object, and not through its class.
func (p *Program) onObject(file, r int32) bool {
	switch x := &p.Files[file].Refs[r]; x.Kind {
	case facts.RefMember:
		k := p.resolve(file, x.Of).kind
		return k == isInstance || k == isSuper || k == isNothing || p.lang.classesAsValue
	case facts.RefBare:
		return true
	}
	return false
}

// overload picks the only one of several methods of a name that takes as many arguments as the call has.
func (p *Program) overload(e entity, c *facts.CallSite) entity {
	if e.kind != isFunction || e.s == "" {
		return e
	}
	u := &p.Files[e.file].Functions[e.n]
	if u.Class < 0 || !p.lang.overloads {
		return entity{}
	}
	var fit []entity
	for _, m := range p.methodsNamed(entity{kind: isClass, file: e.file, n: u.Class}, e.s) {
		o := &p.Files[e.file].Functions[m]
		rest := len(o.Params) > 1 && o.Params[len(o.Params)-1].Kind == facts.ParamRest
		if n := len(o.Params) - 1; o.Body && (len(c.Slots) == n || rest && len(c.Slots) >= n-1) {
			fit = append(fit, entity{kind: isFunction, file: e.file, n: m})
		}
	}
	return unique(fit)
}

// Function is the one function that a reference stands for.
func (p *Program) Function(file, r int32) (FuncKey, bool) {
	e := p.resolve(file, r)
	return FuncKey{e.file, e.n}, e.kind == isFunction && e.s == ""
}

// Callers lists for each function those that call it, in a fixed order.
func (p *Program) Callers() map[FuncKey][]FuncKey {
	if p.calls != nil {
		return p.calls
	}
	out := map[FuncKey][]FuncKey{}
	p.calls = out
	for fi, f := range p.Files {
		for ui := range f.Functions {
			seen := map[FuncKey]bool{}
			for _, r := range f.Functions[ui].Calls {
				for _, k := range p.mayRun(int32(fi), r) {
					if !seen[k] {
						seen[k] = true
						out[k] = append(out[k], FuncKey{int32(fi), int32(ui)})
					}
				}
			}
		}
	}
	for _, list := range out {
		sort.Slice(list, func(i, j int) bool { return list[i].Less(list[j]) })
	}
	return out
}

// mayRun are the functions that a reference may run, all overloads of them.
func (p *Program) mayRun(file, r int32) []FuncKey {
	e := p.callable(p.resolve(file, r))
	if e.kind == isClass {
		e = p.method(entity{kind: isInstance, file: e.file, n: e.n}, facts.Constructor)
	}
	if e.kind != isFunction {
		return nil
	}
	u := &p.Files[e.file].Functions[e.n]
	if e.s == "" || u.Class < 0 {
		return []FuncKey{{e.file, e.n}}
	}
	var out []FuncKey
	for _, m := range p.methodsNamed(entity{kind: isClass, file: e.file, n: u.Class}, e.s) {
		out = append(out, FuncKey{e.file, m})
	}
	return out
}

// FuncKey names a function of the project.
type FuncKey struct{ File, Func int32 }

// Less orders functions by file and place.
func (a FuncKey) Less(b FuncKey) bool {
	if a.File != b.File {
		return a.File < b.File
	}
	return a.Func < b.Func
}

// SelfArgument reports whether a method that is called by way of its class is given the object first.
func (p *Program) SelfArgument() bool { return p.lang.selfArgument }
