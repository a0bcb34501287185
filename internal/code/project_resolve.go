package code

import (
	"sort"
	"strings"
)

// family is the files of a project whose code can call one another.
type family struct {
	lang  string // javascript for TypeScript too
	files []*fileFacts
	paths map[string]int32   // by path
	tails map[string][]int32 // by path without folders
	pkgs  map[string][]int32 // Go: by folder; Java and PHP: by package
	names map[string][]entity
	roots map[string]string // Go: module path by the folder of its go.mod
	seen  []map[int32]entity
	subs  map[classKey][]classKey
	calls map[unitKey][]unitKey // callers
	named map[string][]entity   // methods of Go

	// What a project says may lead in circles, or in more ways than anybody would write. Three things bound it:
	// references that are being resolved stand for nothing (seen), star imports and bases are visited once a search,
	// and all searches together take at most maxLookups.
	depth     int // references that are being resolved, one for the sake of the other
	steps     int // modules, classes and files that searches have looked into
	exhausted bool
}

// Bounds on resolving the references of one language's files.
const (
	maxResolving = 60
	maxLookups   = 20_000_000
)

// step counts what a search looks into; false when there was too much.
func (p *family) step(n int) bool {
	p.steps += n
	p.exhausted = p.exhausted || p.steps > maxLookups
	return !p.exhausted
}

// entityKind is what a reference turns out to be.
type entityKind uint8

const (
	isNothing entityKind = iota
	isFile               // a module, or package, that is a file
	isPackage            // a folder or namespace: s
	isUnit
	isClass
	isInstance // of a class
	isSuper    // an instance of a class, seen as one of its bases
	isParam
)

// entity is what a reference stands for. n is a unit, class or parameter of the file.
type entity struct {
	kind    entityKind
	file, n int32
	s       string
}

type classKey struct{ file, class int32 }

// familyOf groups languages that share modules.
func familyOf(lang string) string {
	if lang == "typescript" {
		return "javascript"
	}
	return lang
}

// projectLanguages are the languages whose functions are followed across files.
var projectLanguages = map[string]bool{"python": true, "javascript": true, "typescript": true, "java": true, "go": true, "php": true, "ruby": true}

// newFamily joins the files of a language. roots are the modules of Go by folder.
func newFamily(lang string, files []*fileFacts, roots map[string]string) *family {
	p := &family{lang: lang, files: files, paths: map[string]int32{}, tails: map[string][]int32{}, pkgs: map[string][]int32{}, names: map[string][]entity{}, roots: roots}
	p.seen = make([]map[int32]entity, len(files))
	for i, f := range files {
		n := int32(i)
		p.paths[f.rel] = n
		tail := f.rel[strings.LastIndexByte(f.rel, '/')+1:]
		p.tails[tail] = append(p.tails[tail], n)
		p.seen[i] = map[int32]entity{}
		switch lang {
		case "go":
			p.pkgs[folder(f.rel)] = append(p.pkgs[folder(f.rel)], n)
		case "java", "php":
			p.pkgs[f.pkg] = append(p.pkgs[f.pkg], n)
		}
		if lang == "php" || lang == "ruby" || lang == "java" {
			for name := range f.globals {
				key := name
				switch lang {
				case "php":
					key = strings.ToLower(joinDots(f.pkg, name))
				case "java":
					key = joinDots(f.pkg, name)
				}
				if e := p.own(n, f.globals[name]); e.kind == isUnit || e.kind == isClass {
					p.names[key] = append(p.names[key], e)
				}
			}
		}
	}
	return p
}

// own is an entity of the file itself that a reference names directly.
func (p *family) own(file, r int32) entity {
	if r < 0 {
		return entity{}
	}
	switch x := &p.files[file].refs[r]; x.kind {
	case refUnit:
		return entity{kind: isUnit, file: file, n: x.a}
	case refClass:
		return entity{kind: isClass, file: file, n: x.a}
	}
	return entity{}
}

func joinDots(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

func folder(rel string) string {
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
func (p *family) resolve(file, r int32) entity {
	if r < 0 || int(r) >= len(p.files[file].refs) {
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
	e := p.find(file, &p.files[file].refs[r])
	p.seen[file][r] = e
	p.depth--
	return e
}

func (p *family) find(file int32, r *ref) entity {
	switch r.kind {
	case refModule:
		return p.module(file, r.s)
	case refGlobal:
		return p.global(file, r.s)
	case refBare:
		if e := p.method(entity{kind: isInstance, file: file, n: r.a}, r.s); e.kind != isNothing {
			return e
		}
		if outer, _, ok := cutLast(p.files[file].classes[r.a].name); ok { // a method of the class around
			if g, ok := p.files[file].globals[outer]; ok && p.own(file, g).kind == isClass {
				if e := p.method(p.own(file, g), r.s); e.kind != isNothing {
					return e
				}
			}
		}
		return p.global(file, r.s)
	case refMember:
		return p.memberOf(p.resolve(file, r.a), r.s)
	case refResult:
		return p.result(p.resolve(file, r.a))
	case refInstance:
		if e := p.callable(p.resolve(file, r.a)); e.kind == isClass {
			e.kind = isInstance
			return e
		}
	case refUnit:
		return entity{kind: isUnit, file: file, n: r.a}
	case refClass:
		return entity{kind: isClass, file: file, n: r.a}
	case refThis:
		return entity{kind: isInstance, file: file, n: r.a}
	case refSuper:
		return entity{kind: isSuper, file: file, n: r.a}
	case refParam:
		return entity{kind: isParam, file: file, n: r.a}
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
func (p *family) result(e entity) entity {
	switch e.kind {
	case isClass:
		e.kind = isInstance
		return e
	case isUnit:
		u := &p.files[e.file].units[e.n]
		if t := p.resolve(e.file, u.ret); t.kind == isClass {
			t.kind = isInstance
			return t
		}
		if t := p.resolve(e.file, u.gives); t.kind == isInstance {
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
func (p *family) callable(e entity) entity {
	for range maxModules {
		if e.kind != isFile || p.lang != "javascript" {
			return e
		}
		next := p.exported(e.file, "=")
		if next.kind == isNothing {
			next = p.exported(e.file, "default")
		}
		if next == e {
			return e
		}
		e = next
	}
	return entity{}
}

// memberOf is e.s.
func (p *family) memberOf(e entity, s string) entity {
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
			if g, ok := p.files[e.file].globals[p.files[e.file].classes[e.n].name+"."+s]; ok {
				return p.resolve(e.file, g)
			}
		}
	}
	return entity{}
}

// maxBases bounds how far up bases are looked at.
const maxBases = 12

// method finds a method of a class, its own or inherited; nothing where several could be meant.
func (p *family) method(e entity, s string) entity {
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
func (p *family) inherited(e entity, depth int, asked map[classKey]bool, ask func(entity) (entity, bool)) (entity, bool) {
	if asked[classKey{e.file, e.n}] || depth > maxBases || !p.step(1) {
		return entity{}, false
	}
	asked[classKey{e.file, e.n}] = true
	if answer, ok := ask(e); ok {
		return answer, true
	}
	for _, b := range p.files[e.file].classes[e.n].bases {
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
func (p *family) ownMethod(e entity, s string) entity {
	c := &p.files[e.file].classes[e.n]
	var with []int32
	for _, u := range p.methodsNamed(e, s) {
		if p.files[e.file].units[u].body {
			with = append(with, u)
		}
	}
	switch {
	case len(with) == 1:
		return entity{kind: isUnit, file: e.file, n: with[0]}
	case len(with) > 1:
		return entity{kind: isUnit, file: e.file, n: with[0], s: s} // overloads: told apart at the call
	case c.abstract:
		return p.implementation(e, s)
	case p.lang != "go":
		return entity{}
	}
	for _, f := range p.pkgs[folder(p.files[e.file].rel)] { // methods may stand in other files of the package
		if f == e.file || !p.step(1+len(p.files[f].classes)) {
			continue
		}
		for i := range p.files[f].classes {
			if o := &p.files[f].classes[i]; o.name == c.name && len(o.methods[s]) == 1 {
				return entity{kind: isUnit, file: f, n: o.methods[s][0]}
			}
		}
	}
	return entity{}
}

// methodsNamed are the methods of a class by a name. The constructor has one of its own in each language.
func (p *family) methodsNamed(e entity, s string) []int32 {
	c := &p.files[e.file].classes[e.n]
	if s != ctorName {
		if p.lang == "php" {
			for name, us := range c.methods {
				if strings.EqualFold(name, s) {
					return us
				}
			}
		}
		return c.methods[s]
	}
	switch p.lang {
	case "python":
		s = "__init__"
	case "javascript":
		s = "constructor"
	case "php":
		s = "__construct"
	case "ruby":
		s = "initialize"
	case "java":
		_, s, _ = cutLast(c.name)
	}
	return c.methods[s]
}

// implementation is the only implementation of an interface's method in the project.
func (p *family) implementation(e entity, s string) entity {
	if p.subs == nil {
		p.subs = map[classKey][]classKey{}
		for fi, f := range p.files {
			for ci := range f.classes {
				for _, b := range f.classes[ci].bases {
					if base := p.callable(p.resolve(int32(fi), b)); base.kind == isClass {
						k := classKey{base.file, base.n}
						p.subs[k] = append(p.subs[k], classKey{int32(fi), int32(ci)})
					}
				}
			}
		}
	}
	if p.lang == "go" {
		return p.goImplementation(s)
	}
	var found []entity
	for _, k := range p.subs[classKey{e.file, e.n}] {
		if p.files[k.file].classes[k.class].abstract || !p.step(1) {
			continue
		}
		if m := p.ownMethod(entity{kind: isInstance, file: k.file, n: k.class}, s); m.kind == isUnit {
			found = append(found, m)
		}
	}
	return unique(found)
}

// goImplementation is the only method of a name in the project: types of Go do not say which interfaces they are for.
func (p *family) goImplementation(s string) entity {
	if p.named == nil {
		p.named = map[string][]entity{}
		for fi, f := range p.files {
			for ui := range f.units {
				if u := &f.units[ui]; u.class >= 0 && u.body {
					p.named[u.name] = append(p.named[u.name], entity{kind: isUnit, file: int32(fi), n: int32(ui)})
				}
			}
		}
	}
	return unique(p.named[s])
}

// field is what a class's field holds.
func (p *family) field(e entity, s string) entity {
	found, _ := p.inherited(e, 0, map[classKey]bool{}, func(c entity) (entity, bool) {
		r, ok := p.files[c.file].classes[c.n].fields[s]
		return p.resolve(c.file, r), ok
	})
	return found
}

// target is a function that a call runs.
type target struct {
	file, unit int32
	made       bool // the call makes an object and runs its constructor
	bound      bool // the call has an object that goes to parameter 0
}

// callee finds the function that a call runs; false where none or several could be meant.
func (p *family) callee(file int32, c *callSite) (target, bool) {
	e := p.callable(p.resolve(file, c.ref))
	switch e.kind {
	case isClass:
		m := p.method(entity{kind: isInstance, file: e.file, n: e.n}, ctorName)
		if m = p.overload(m, c); m.kind != isUnit {
			return target{}, false
		}
		return target{m.file, m.n, true, false}, true
	case isUnit:
		if e = p.overload(e, c); e.kind != isUnit {
			return target{}, false
		}
		u := &p.files[e.file].units[e.n]
		if !u.body {
			return target{}, false
		}
		return target{e.file, e.n, false, u.class >= 0 && !u.static && p.onObject(file, c.ref)}, true
	}
	return target{}, false
}

// onObject says whether a reference to a method goes through an object, and not through its class.
func (p *family) onObject(file, r int32) bool {
	switch x := &p.files[file].refs[r]; x.kind {
	case refMember:
		k := p.resolve(file, x.a).kind
		return k == isInstance || k == isSuper || k == isNothing || p.lang == "ruby"
	case refBare:
		return true
	}
	return false
}

// overload picks the only one of several methods of a name that takes as many arguments as the call has.
func (p *family) overload(e entity, c *callSite) entity {
	if e.kind != isUnit || e.s == "" {
		return e
	}
	u := &p.files[e.file].units[e.n]
	if u.class < 0 || p.lang != "java" {
		return entity{}
	}
	var fit []entity
	for _, m := range p.methodsNamed(entity{kind: isClass, file: e.file, n: u.class}, e.s) {
		o := &p.files[e.file].units[m]
		rest := len(o.params) > 1 && o.params[len(o.params)-1].kind == paramRest
		if n := len(o.params) - 1; o.body && (len(c.slots) == n || rest && len(c.slots) >= n-1) {
			fit = append(fit, entity{kind: isUnit, file: e.file, n: m})
		}
	}
	return unique(fit)
}

// callers lists for each function those that call it, in a fixed order.
func (p *family) callers() map[unitKey][]unitKey {
	if p.calls != nil {
		return p.calls
	}
	out := map[unitKey][]unitKey{}
	p.calls = out
	for fi, f := range p.files {
		for ui := range f.units {
			seen := map[unitKey]bool{}
			for _, r := range f.units[ui].calls {
				for _, k := range p.mayRun(int32(fi), r) {
					if !seen[k] {
						seen[k] = true
						out[k] = append(out[k], unitKey{int32(fi), int32(ui)})
					}
				}
			}
		}
	}
	for _, list := range out {
		sort.Slice(list, func(i, j int) bool { return list[i].less(list[j]) })
	}
	return out
}

// mayRun are the functions that a reference may run, all overloads of them.
func (p *family) mayRun(file, r int32) []unitKey {
	e := p.callable(p.resolve(file, r))
	if e.kind == isClass {
		e = p.method(entity{kind: isInstance, file: e.file, n: e.n}, ctorName)
	}
	if e.kind != isUnit {
		return nil
	}
	u := &p.files[e.file].units[e.n]
	if e.s == "" || u.class < 0 {
		return []unitKey{{e.file, e.n}}
	}
	var out []unitKey
	for _, m := range p.methodsNamed(entity{kind: isClass, file: e.file, n: u.class}, e.s) {
		out = append(out, unitKey{e.file, m})
	}
	return out
}

// unitKey names a function of the project.
type unitKey struct{ file, unit int32 }

func (a unitKey) less(b unitKey) bool {
	if a.file != b.file {
		return a.file < b.file
	}
	return a.unit < b.unit
}
