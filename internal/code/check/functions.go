package check

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/measure"
)

// hard is the cognitive complexity from which on a function is told.
const hard = 25

// complexFunction: a function that is hard to follow.
func complexFunction(f *File) {
	for _, fn := range measure.Of(f.t).Functions {
		if fn.Cognitive > hard {
			n := f.t.Child(fn.Node, ast.Ident)
			if n == ast.Nil {
				n = fn.Node
			}
			f.report(n, n)
		}
	}
}

// mutableDefault: a default value that is made once and that the function changes or hands out.
func mutableDefault(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		def := t.Child(id, ast.Value)
		switch t.Kind(def) {
		case ast.List, ast.Dict, ast.Set, ast.Comp:
		case ast.Call:
			switch f.text(t.Child(def, ast.Fn)) {
			case "list", "dict", "set", "defaultdict", "collections.defaultdict", "OrderedDict", "deque":
			default:
				return
			}
		default:
			return
		}
		name := f.name(t.Child(id, ast.Ident))
		fn := f.around(id, ast.FuncDef, ast.Lambda)
		if lower := strings.ToLower(name); strings.Contains(lower, "cache") || strings.Contains(lower, "memo") {
			return // kept from call to call on purpose
		}
		if name != "" && t.Kind(fn) == ast.FuncDef && f.changed(t.Child(fn, ast.Body), name) {
			f.report(def, t.Child(id, ast.Ident))
		}
	}, ast.Param)
}

// mutators are methods that change a list, a dictionary or a set.
var mutators = map[string]bool{
	"append":     true,
	"extend":     true,
	"insert":     true,
	"add":        true,
	"update":     true,
	"pop":        true,
	"remove":     true,
	"clear":      true,
	"setdefault": true,
	"sort":       true,
	"reverse":    true,
	"popitem":    true,
	"discard":    true,
	"appendleft": true,
}

// changed reports whether a body changes what a name stands for, or keeps or returns it, before it gives the name
// another value.
func (f *File) changed(body ast.ID, name string) bool {
	t := f.t
	changed, over := false, false
	t.WalkInto(body, func(x ast.ID) bool {
		if changed || over {
			return false
		}
		isName := func(id ast.ID) bool { return f.name(id) == name }
		switch t.Kind(x) {
		case ast.Call:
			if fn := t.Child(x, ast.Fn); t.Kind(fn) == ast.Member && isName(t.Child(fn, ast.Obj)) &&
				mutators[f.text(t.Child(fn, ast.Ident))] {
				changed = true
			}
		case ast.Assign:
			left, right := t.Child(x, ast.Left), t.Child(x, ast.Right)
			switch {
			case t.Kind(left) == ast.Index && isName(t.Child(left, ast.Obj)),
				t.Kind(left) == ast.Member && isName(right) && f.changesField(f.text(t.Child(left, ast.Ident))):
				changed = true
			case isName(left):
				over = true
			}
		case ast.AugAssign:
			changed = isName(t.Child(x, ast.Left))
		case ast.Return:
			changed = isName(t.Child(x, ast.Value))
		}
		return true
	})
	return changed
}

// changesField reports whether the source changes the list or dictionary in a field.
func (f *File) changesField(field string) bool {
	src := string(f.t.Src)
	for m := range mutators {
		if strings.Contains(src, "."+field+"."+m+"(") {
			return true
		}
	}
	return strings.Contains(src, "."+field+" +=")
}

// missingAwait: an asynchronous function of the file is called, and what it gives is dropped: in Python it never runs.
func missingAwait(f *File) {
	t := f.t
	plain, methods := map[string]ast.ID{}, map[string]ast.ID{}
	count := map[string]int{}
	f.each(func(id ast.ID) {
		name := f.name(t.Child(id, ast.Ident))
		count[name]++
		if !f.modifier(id, "async") || f.decorated(id) || f.has(t.Child(id, ast.Body), ast.Yield) {
			return
		}
		if t.Kind(f.around(id, ast.ClassDef, ast.FuncDef, ast.Lambda)) == ast.ClassDef {
			methods[name] = id
		} else {
			plain[name] = id
		}
	}, ast.FuncDef)
	f.each(func(id ast.ID) {
		call := t.Child(id, ast.Value)
		if t.Kind(call) != ast.Call {
			return
		}
		around := f.around(id, ast.FuncDef, ast.Lambda)
		if f.lang != "python" && (around == ast.Nil || !f.modifier(around, "async")) {
			return // nothing could wait for it there
		}
		fn := t.Child(call, ast.Fn)
		var name string
		var target ast.ID
		switch t.Kind(fn) {
		case ast.Name:
			name = f.name(fn)
			target = plain[name]
			if target == 0 || !f.refers(fn, t.Child(target, ast.Ident)) {
				return
			}
		case ast.Member:
			obj := t.Child(fn, ast.Obj)
			if t.Kind(obj) != ast.This && f.name(obj) != "self" {
				return
			}
			name = f.text(t.Child(fn, ast.Ident))
			target = methods[name]
			if target != 0 && f.around(target, ast.ClassDef) != f.around(id, ast.ClassDef) {
				return
			}
		}
		if target != 0 && count[name] == 1 {
			f.report(call, fn)
		}
	}, ast.ExprStmt)
}

// loopClosure: a function that is kept sees the last value of the loop's variable.
func loopClosure(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		loop := f.around(id, ast.ForEach, ast.For, ast.FuncDef, ast.Lambda)
		k := t.Kind(loop)
		if k != ast.ForEach && k != ast.For || !f.keptIn(id) {
			return
		}
		if body := t.Child(loop, ast.Body); body == ast.Nil || t.Nodes[id].Start < t.Nodes[body].Start {
			return
		}
		for _, v := range f.loopNames(loop) {
			name := f.name(v)
			if name == "" || f.ownParam(id, name) {
				continue
			}
			used := ast.Nil
			t.WalkInto(t.Child(id, ast.Body), func(x ast.ID) bool {
				if used == ast.Nil && f.name(x) == name && t.Nodes[x].Role != ast.Ident && t.Decl(x) == t.Decl(v) {
					used = x
				}
				return true
			})
			if used != ast.Nil {
				f.report(used, used)
				return
			}
		}
	}, ast.Lambda)
}

// loopNames are the variables that a loop gives a new value each round, where all rounds share them.
func (f *File) loopNames(loop ast.ID) []ast.ID {
	t := f.t
	if f.lang == "python" {
		left := t.Child(loop, ast.Left)
		if t.Kind(left) == ast.Tuple {
			return f.list(left)
		}
		return []ast.ID{left}
	}
	init := t.Child(loop, ast.Init)
	if t.Kind(init) == ast.VarDef && f.modifier(init, "var") {
		return []ast.ID{t.Child(init, ast.Ident)}
	}
	return nil
}

// keptIn reports whether a function is put where it outlives the round: into a list or a field, or given to what calls it
// later.
func (f *File) keptIn(id ast.ID) bool {
	t := f.t
	up := f.parent(id)
	switch t.Kind(up) {
	case ast.Args:
		fn := f.text(t.Child(f.parent(up), ast.Fn))
		fn = fn[strings.LastIndexByte(fn, '.')+1:]
		switch fn {
		case "append",
			"add",
			"insert",
			"setTimeout",
			"setInterval",
			"addEventListener",
			"push",
			"on",
			"then",
			"connect",
			"call_later",
			"call_soon",
			"submit",
			"setImmediate",
			"nextTick",
			"once":
			return t.Kind(f.parent(f.parent(up))) == ast.ExprStmt
		}
	case ast.Assign:
		k := t.Kind(t.Child(up, ast.Left))
		return t.Nodes[id].Role == ast.Right && (k == ast.Index || k == ast.Member) && f.lang != "python" ||
			t.Nodes[id].Role == ast.Right && k == ast.Index
	}
	return false
}

func (f *File) ownParam(fn ast.ID, name string) bool {
	for _, p := range f.list(f.t.Child(fn, ast.Parameters)) {
		if f.name(f.t.Child(p, ast.Ident)) == name || f.name(p) == name {
			return true
		}
	}
	return false
}

// dropped are functions and methods, by language, that only give a new value.
var dropped = map[string]map[string]bool{
	"python": set(
		".strip .lstrip .rstrip .upper .swapcase .splitlines .startswith .endswith .casefold .zfill sorted",
	),
	"javascript": set(".trim .trimStart .trimEnd .toUpperCase .toLowerCase .padStart .padEnd .startsWith .endsWith"),
	"java": set(
		".trim .strip .toUpperCase .toLowerCase .concat .substring .startsWith .endsWith .equalsIgnoreCase",
	),
	"php": set(
		"trim rtrim ltrim strtolower strtoupper ucfirst str_replace substr array_merge array_filter array_map " +
			"array_unique array_reverse htmlspecialchars",
	),
	"ruby": set(".strip .upcase .downcase .capitalize .gsub .sub .chomp .squeeze"),
	"go": set("strings.TrimSpace strings.ToLower strings.ToUpper strings.Replace strings.ReplaceAll strings.Trim " +
		"strings.TrimPrefix strings.TrimSuffix"),
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// resultIgnored: a call that only gives a new value, as a statement.
func resultIgnored(f *File) {
	lang := f.lang
	if lang == "typescript" {
		lang = "javascript"
	}
	names := dropped[lang]
	f.each(func(id ast.ID) {
		t := f.t
		call := t.Child(id, ast.Value)
		if t.Kind(call) != ast.Call || lang == "ruby" && (f.next(id) == ast.Nil || t.Kind(f.parent(id)) != ast.Block) ||
			f.around(id, ast.Try) != ast.Nil ||
			t.Child(call, ast.Body) != ast.Nil {
			return // to see whether it raises is a use
		}
		if up := t.Kind(f.parent(id)); up == ast.Lambda || up == ast.Case {
			return
		}
		fn := t.Child(call, ast.Fn)
		name := f.text(fn)
		if t.Kind(fn) == ast.Member && !names[name] {
			name = "." + f.text(t.Child(fn, ast.Ident))
		}
		if names[name] {
			f.report(call, fn)
		}
	}, ast.ExprStmt)
}

// formatters are functions, by language, whose argument is a format, with its number among the arguments.
var formatters = map[string]map[string]int{
	"java": {"String.format": 0, "System.out.printf": 0, "System.err.printf": 0, "System.out.format": 0},
	"go": {"fmt.Printf": 0, "fmt.Sprintf": 0, "fmt.Errorf": 0, "fmt.Fprintf": 1, "log.Printf": 0, "log.Fatalf": 0,
		"log.Panicf": 0},
	"php":  {"printf": 0, "sprintf": 0, "fprintf": 1},
	"ruby": {"format": 0, "sprintf": 0, "printf": 0},
}

// formatArguments: a format that asks for more values than it is given, or in Python and Go for fewer.
func formatArguments(f *File) {
	if f.lang == "python" {
		f.each(f.percent, ast.Bin)
		f.each(f.braces, ast.Call)
		return
	}
	f.each(func(id ast.ID) {
		t := f.t
		at, ok := formatters[f.lang][f.text(t.Child(id, ast.Fn))]
		args := f.list(t.Child(id, ast.Arguments))
		if !ok || len(args) <= at {
			return
		}
		if f.lang == "java" && t.Kind(args[0]) != ast.Str && len(args) > 1 && t.Kind(args[1]) == ast.Str {
			at = 1 // a Locale comes first
		}
		if t.Kind(args[at]) != ast.Str || f.first(args[at]) != ast.Nil {
			return
		}
		values := args[at+1:]
		for _, v := range values {
			if k := t.Kind(v); strings.HasPrefix(f.text(v), "...") || k == ast.Spread || k == ast.KwArg ||
				k == ast.Pair || k == ast.List || k == ast.Dict {
				return
			}
		}
		if len(values) == 1 && (f.lang == "java" && t.Kind(values[0]) != ast.Str && t.Kind(values[0]) != ast.Num ||
			f.lang == "ruby" || f.lang == "go" && t.Kind(values[0]) == ast.Call) {
			return // an array, or several results
		}
		want, ok := verbs(string(t.Text(args[at])), f.lang)
		if ok && (want > len(values) || f.lang == "go" && want < len(values)) {
			f.report(id, args[at])
		}
	}, ast.Call)
}

// percent looks at the operator % of a text in Python.
func (f *File) percent(id ast.ID) {
	t := f.t
	left, right := t.Child(id, ast.Left), t.Child(id, ast.Right)
	if !t.HasText(id, "%") || t.Kind(left) != ast.Str || f.first(left) != ast.Nil ||
		strings.HasPrefix(f.text(left), "b") {
		return
	}
	want, ok := verbs(string(t.Text(left)), "python")
	if !ok {
		return
	}
	have := 1
	switch t.Kind(right) {
	case ast.Tuple:
		have = 0
		for _, v := range f.list(right) {
			if t.Kind(v) == ast.Spread {
				return
			}
			have++
		}
	case ast.Str, ast.Num, ast.Bool, ast.Interp:
	case ast.Name, ast.Call, ast.Member, ast.Index:
		return // may be a tuple
	default:
		return
	}
	if have != want {
		f.report(id, left)
	}
}

// braces looks at "{}".format(...) of Python.
func (f *File) braces(id ast.ID) {
	t := f.t
	fn := t.Child(id, ast.Fn)
	if t.Kind(fn) != ast.Member || f.text(t.Child(fn, ast.Ident)) != "format" ||
		t.Kind(t.Child(fn, ast.Obj)) != ast.Str {
		return
	}
	text := string(t.Text(t.Child(fn, ast.Obj)))
	have := 0
	for _, a := range f.list(t.Child(id, ast.Arguments)) {
		switch t.Kind(a) {
		case ast.Spread:
			return
		case ast.KwArg:
		default:
			have++
		}
	}
	if want, ok := fields(text); ok && want > have {
		f.report(id, t.Child(fn, ast.Obj))
	}
}

// fields counts the values that a format with braces asks for by place; false where that is not plain.
func fields(text string) (int, bool) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "{{", ""), "}}", "")
	auto, highest := 0, 0
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			return max(auto, highest), true
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			return 0, false
		}
		field := text[i+1 : i+j]
		if strings.ContainsAny(field, "{\\") {
			return 0, false
		}
		text = text[i+j+1:]
		name := field[:len(field)-len(strings.TrimLeft(field, "0123456789"))]
		switch {
		case field == "" || strings.HasPrefix(field, ":") || strings.HasPrefix(field, "!"):
			auto++
		case name != "" && len(name) < 4:
			n, _ := strconv.Atoi(name)
			highest = max(highest, n+1)
		}
	}
}

// verbs counts the values that a format with % asks for; false where that is not plain.
func verbs(text, lang string) (int, bool) {
	n := 0
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			return n, true
		}
		text = text[i+1:]
		rest := strings.TrimLeft(text, "-+ #0,.123456789'")
		if rest == "" || strings.ContainsAny(text[:len(text)-len(rest)], "'") {
			return 0, false
		}
		c := rest[0]
		switch {
		case c == '%':
		case c == 'n' && lang == "java":
		case c == '(' && lang != "java", c == '*', c == '$', c == '<', c == '[', c == '{', c == '\\':
			return 0, false
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n++
			if (c == 't' || c == 'T') && lang == "java" {
				return 0, false
			}
			if (c == 'l' || c == 'h' || c == 'L') && lang != "java" {
				return 0, false
			}
		default:
			return 0, false
		}
		text = rest[1:]
	}
}
