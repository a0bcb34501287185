package check

import (
	"path"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// unusedImport: the word that an import brings stands nowhere else. Words in texts count as uses: annotations are
// written so, and lists of what a module gives.
func unusedImport(f *File) {
	base := path.Base(f.t.Path)
	if base == "__init__.py" || strings.HasSuffix(base, ".d.ts") || strings.HasSuffix(base, ".pyi") {
		return
	}
	count := map[string]int{} // imports that bring a name
	var ids, unused []ast.ID
	f.each(func(id ast.ID) {
		if n := f.imported(id); n != ast.Nil {
			count[f.name(n)]++
			ids = append(ids, id)
		}
	}, ast.Import)
	for _, id := range ids {
		n := f.imported(id)
		word := f.name(n)
		if word == "" || word == "_" || count[word] > 1 || f.kept(id) {
			continue
		}
		if f.only(word) && !f.documented(word) {
			unused = append(unused, n)
		}
	}
	const few = 3
	if len(unused) > few && 2*len(unused) > len(ids) || strings.Contains(base, "compat") {
		return // a module that hands on what others have
	}
	for _, n := range unused {
		f.report(n, n)
	}
}

// documented reports whether a comment names what is imported, as links of Java's documentation do.
func (f *File) documented(word string) bool {
	if f.lang == "python" || f.lang == "javascript" {
		return false
	}
	for _, c := range f.t.Comments {
		if strings.Contains(string(f.t.Src[c.Start:c.End]), word) {
			return true
		}
	}
	return false
}

// imported is the name that an import brings, Nil where it brings none, all of a module, or its effects alone.
func (f *File) imported(id ast.ID) ast.ID {
	t := f.t
	if a := t.Child(id, ast.Alias); a != ast.Nil {
		if f.lang == "python" && f.name(a) == f.name(f.last(id)) {
			return ast.Nil // `import a as a` hands it on
		}
		return a
	}
	switch f.lang {
	case "python":
		p := t.Child(id, ast.Path)
		if f.t.HasText(p, "__future__") {
			return ast.Nil
		}
		if t.Child(id, ast.Ident) == ast.Nil && t.Kind(p) == ast.Member {
			return ast.Nil // import a.b: for its effects too
		}
		return f.last(id)
	case "java":
		if t.Kind(t.Child(id, ast.Ident)) == ast.Token {
			return ast.Nil
		}
		return f.last(id)
	case "php":
		return f.last(id)
	}
	return ast.Nil // of JavaScript each has an alias; of Go the compiler asks for it, of Ruby there are none
}

// last is the last name of an import's path.
func (f *File) last(id ast.ID) ast.ID {
	if n := f.t.Child(id, ast.Ident); n != ast.Nil {
		return n
	}
	p := f.t.Child(id, ast.Path)
	if f.t.Kind(p) == ast.Member {
		return f.t.Child(p, ast.Ident)
	}
	return p
}

// kept reports whether an import is made for more than its name: to see whether it can be (in a try), in a class, or as
// what a module gives (an export of JavaScript, a comment that tells other checkers to leave it).
func (f *File) kept(id ast.ID) bool {
	if f.around(id, ast.Try, ast.ClassDef) != ast.Nil {
		return true
	}
	end := int(f.t.Nodes[id].End)
	line := f.t.Src[end:]
	if i := strings.IndexByte(string(line[:min(len(line), 400)]), '\n'); i >= 0 {
		line = line[:i]
	}
	text := strings.ToLower(string(line))
	return strings.Contains(text, "noqa") || strings.Contains(text, "eslint-") || strings.Contains(text, "pylint:") ||
		f.lang != "python" && f.lang != "java" && f.lang != "php" && f.isType(id)
}

// isType reports whether an import stands in a file in which JSX may use a name that never stands there.
func (f *File) isType(id ast.ID) bool {
	n := f.name(f.imported(id))
	return (n == "React" || n == "h" || n == "jsx") &&
		(len(f.byKind[ast.Element]) > 0 || strings.HasSuffix(f.t.Path, "x"))
}

// only reports whether a word stands at one place of the source alone.
func (f *File) only(word string) bool { return len(f.occurrences(strings.TrimLeft(word, "$#@"))) == 1 }

// reflective are words by which a function sees variables that it does not name.
var reflective = []string{
	"locals",
	"vars",
	"eval",
	"exec",
	"globals",
	"compact",
	"extract",
	"get_defined_vars",
	"include",
	"require",
	"include_once",
	"require_once",
	"binding",
	"local_variables",
	"instance_eval",
	"class_eval",
	"nonlocal",
	"global",
	"debugger",
	"__LINE__",
	"render",
}

// unusedVariable: a variable of a function to which values are given and which nothing reads.
func unusedVariable(f *File) {
	if f.lang == "go" { // its compiler refuses it
		return
	}
	type variable struct {
		function ast.ID
		name     string
	}
	writes := map[variable][]ast.ID{}
	f.each(func(id ast.ID) {
		n := f.written(id)
		if n == ast.Nil {
			return
		}
		fn := f.outermost(id)
		if fn == ast.Nil {
			return
		}
		key := variable{fn, f.name(n)}
		writes[key] = append(writes[key], n)
	}, ast.Assign, ast.VarDef)
	var unused []ast.ID
	for v, at := range writes {
		if v.name == "" || strings.HasPrefix(strings.TrimLeft(v.name, "$"), "_") || v.name == "$this" {
			continue
		}
		if f.countWithin(v.name, v.function) == len(at) && !f.reflects(v.function) && !f.handsOn(at) {
			first := at[0]
			for _, n := range at {
				if f.t.Nodes[n].Start < f.t.Nodes[first].Start {
					first = n
				}
			}
			unused = append(unused, first)
		}
	}
	sort.Slice(unused, func(i, j int) bool { return unused[i] < unused[j] })
	for _, n := range unused {
		f.report(n, n)
	}
}

// written is the plain variable that an assignment or a definition of a function gives a value, Nil for any other.
func (f *File) written(id ast.ID) ast.ID {
	t := f.t
	up := f.parent(id)
	if t.Kind(id) == ast.VarDef {
		k := t.Kind(up)
		if k != ast.Block || t.Child(id, ast.Value) == ast.Nil || f.modifier(id, "export") ||
			f.modifier(id, "static") {
			return ast.Nil
		}
		n := t.Child(id, ast.Ident)
		if n != ast.Nil && f.next(n) != ast.Nil && f.name(f.next(n)) != "" && t.Nodes[f.next(n)].Role == ast.Ident {
			return ast.Nil // several at once
		}
		return n
	}
	if t.Kind(up) != ast.ExprStmt || f.around(id, ast.ClassDef, ast.FuncDef, ast.Lambda) == ast.Nil ||
		t.Kind(f.around(id, ast.ClassDef, ast.FuncDef, ast.Lambda)) == ast.ClassDef {
		return ast.Nil
	}
	left := t.Child(id, ast.Left)
	if f.lang == "javascript" || f.lang == "typescript" || f.lang == "java" {
		return ast.Nil // a variable that is declared elsewhere
	}
	if f.lang == "ruby" && strings.ContainsAny(f.name(left), "@$ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return ast.Nil
	}
	if f.lang == "bash" {
		return ast.Nil
	}
	return left
}

// outermost is the function around a node that stands in no other.
func (f *File) outermost(id ast.ID) ast.ID {
	out := ast.Nil
	for p := f.parent(id); p != ast.Nil; p = f.parent(p) {
		if k := f.t.Kind(p); k == ast.FuncDef || k == ast.Lambda {
			out = p
		}
	}
	return out
}

// countWithin counts a word within a node, outside of comments.
func (f *File) countWithin(word string, id ast.ID) int {
	n := 0
	start, end := f.t.Nodes[id].Start, f.t.Nodes[id].End
	for _, at := range f.occurrences(strings.TrimLeft(word, "$#@")) {
		if at >= start && at < end {
			n++
		}
	}
	return n
}

func (f *File) reflects(fn ast.ID) bool {
	for _, word := range reflective {
		if f.countWithin(word, fn) > 0 {
			return true
		}
	}
	return false
}

// handsOn reports whether a write is more than that: the last statement of a function or block of Ruby gives its value,
// and in PHP `$a = &$b` makes another name.
func (f *File) handsOn(writes []ast.ID) bool {
	for _, n := range writes {
		assign := f.parent(n)
		if f.lang == "ruby" && (f.next(f.parent(assign)) == ast.Nil || f.around(n, ast.Try) != ast.Nil) {
			return true
		}
		if f.lang == "php" && strings.Contains(f.text(assign), "&") {
			return true
		}
		if f.t.Kind(f.t.Child(assign, ast.Right)) == ast.Assign { // a = b = c
			return true
		}
		if f.isUnderscored(n) {
			return true
		}
	}
	return false
}

func (f *File) isUnderscored(n ast.ID) bool {
	s := f.name(n)
	return strings.HasSuffix(s, "_") && f.lang == "python" || s == "ignored" || s == "ignore" || s == "unused" ||
		s == "dummy"
}

// unusedPrivate: what only its class, or its module, can see and what nothing there names.
func unusedPrivate(f *File) {
	check := func(id ast.ID) {
		n := f.t.Child(id, ast.Ident)
		word := f.name(n)
		if word == "" || !f.private(id, word) || !f.only(word) {
			return
		}
		f.report(n, n)
	}
	f.each(check, ast.FuncDef)
	f.each(func(id ast.ID) {
		if f.t.Kind(f.parent(id)) == ast.ClassBody {
			check(id)
		}
	}, ast.VarDef)
}

// calledByName are members that the language itself, or its library, looks for.
var calledByName = []string{"readObject", "writeObject", "readResolve", "writeReplace", "readObjectNoData",
	"serialVersionUID", "serialPersistentFields", "constructor"}

func (f *File) private(id ast.ID, word string) bool {
	t := f.t
	for _, w := range calledByName {
		if word == w {
			return false
		}
	}
	class := f.around(id, ast.ClassDef, ast.FuncDef, ast.Lambda)
	if t.Kind(class) != ast.ClassDef {
		return false
	}
	switch f.lang {
	case "python":
		return strings.HasPrefix(word, "__") && !strings.HasSuffix(word, "__") && !f.decorated(id)
	case "javascript":
		return strings.HasPrefix(word, "#")
	case "typescript":
		return strings.HasPrefix(word, "#") || f.modifier(id, "private") && !f.decorated(id)
	case "java":
		constructor := t.Kind(id) == ast.FuncDef && t.Child(id, ast.Ret) == ast.Nil
		constant := t.Kind(id) == ast.VarDef && f.modifier(id, "static") && f.modifier(id, "final")
		// annotations of a class, as Lombok's, may make code that uses its fields
		return f.modifier(id, "private") && !f.decorated(id) && !constructor && !constant && !f.decorated(class)
	case "php":
		return f.modifier(id, "private") && !strings.HasPrefix(word, "__") && !f.decorated(id) &&
			len(f.occurrences("__call"))+len(f.occurrences("__get"))+len(f.occurrences("use")) == 0
	}
	return false
}

func (f *File) decorated(id ast.ID) bool {
	for c := f.first(id); c != ast.Nil; c = f.next(c) {
		if f.t.Kind(c) == ast.Decorator {
			return true
		}
	}
	return false
}
