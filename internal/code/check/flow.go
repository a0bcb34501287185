package check

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// leaves reports whether a statement never comes to the one after it.
func (f *File) leaves(id ast.ID, depth int) bool {
	const deepest = 20
	if id == ast.Nil || depth > deepest {
		return false
	}
	t := f.t
	switch t.Kind(id) {
	case ast.Return, ast.Throw, ast.Break, ast.Continue:
		return true
	case ast.Block:
		last := ast.Nil
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			last = c
		}
		return f.leaves(last, depth+1)
	case ast.If:
		then, other := t.Child(id, ast.Then), t.Child(id, ast.Else)
		return other != ast.Nil && f.leaves(then, depth+1) && f.leaves(other, depth+1)
	}
	return false
}

// unreachableCode: a statement behind one that never comes to it.
func unreachableCode(f *File) {
	f.each(func(id ast.ID) {
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			n := f.next(c)
			if n == ast.Nil || f.t.Nodes[c].Role != ast.Elem || !f.leaves(c, 0) {
				continue
			}
			if f.reachedOtherwise(c, n) {
				return
			}
			f.report(n, ast.Nil)
			return
		}
	}, ast.Block, ast.Program, ast.Case)
}

// reachedOtherwise reports whether a statement behind a jump is there on purpose: a definition, which counts for all of
// the block; a label; a yield that makes a generator of a function; a break behind a return.
func (f *File) reachedOtherwise(jump, id ast.ID) bool {
	t := f.t
	for c := id; c != ast.Nil; c = f.next(c) {
		if s := f.symbol(c); strings.Contains(s, "label") || strings.Contains(s, "text") {
			return true
		}
	}
	switch t.Kind(id) {
	case ast.FuncDef, ast.ClassDef, ast.Import, ast.Case, ast.Block:
		return true
	case ast.VarDef:
		return t.Child(id, ast.Value) == ast.Nil
	case ast.Break:
		return true
	case ast.ExprStmt:
		k := t.Kind(t.Child(id, ast.Value))
		return k == ast.Yield || k == ast.Str || k == ast.None
	case ast.Other:
		return !strings.Contains(f.symbol(id), "statement") || f.symbol(id) == "empty_statement"
	}
	return f.has(id, ast.Yield) || f.lang == "ruby" && t.Kind(jump) == ast.If
}

// jumpInFinally: leaving a finally clause drops the exception that is under way.
func jumpInFinally(f *File) {
	if f.lang == "ruby" || f.lang == "go" {
		return
	}
	f.each(func(id ast.ID) {
		f.t.WalkInto(id, func(x ast.ID) bool {
			switch f.t.Kind(x) {
			case ast.FuncDef, ast.Lambda, ast.ClassDef:
				return false
			case ast.Return:
				f.report(x, ast.Nil)
			case ast.Break, ast.Continue:
				loop := f.around(x, ast.For, ast.ForEach, ast.While, ast.DoWhile, ast.Switch)
				if loop == ast.Nil || f.t.Nodes[loop].Start < f.t.Nodes[id].Start {
					f.report(x, ast.Nil)
				}
			}
			return true
		})
	}, ast.Finally)
}

// ends reports whether a statement ends a case: it jumps, or calls what does not come back.
func (f *File) ends(id ast.ID, depth int) bool {
	const deepest = 20
	if id == ast.Nil || depth > deepest {
		return false
	}
	if f.leaves(id, 0) {
		return true
	}
	t := f.t
	switch t.Kind(id) {
	case ast.ExprStmt, ast.Call:
		fn := f.text(t.Child(f.statement(id), ast.Fn))
		fn = fn[strings.LastIndexAny(fn, ".:>")+1:]
		switch strings.ToLower(fn) {
		case "exit",
			"die",
			"abort",
			"panic",
			"fail",
			"usage",
			"unreachable",
			"assertunreachable",
			"neverhappens",
			"fatal":
			return true
		}
		return t.Kind(f.statement(id)) == ast.Throw
	case ast.Block:
		list := f.list(id)
		return len(list) > 0 && f.ends(list[len(list)-1], depth+1)
	case ast.If:
		return t.Child(id, ast.Else) != ast.Nil && f.ends(t.Child(id, ast.Then), depth+1) &&
			f.ends(t.Child(id, ast.Else), depth+1)
	case ast.Try:
		if fin := t.Child(id, ast.Final); fin != ast.Nil && f.ends(t.Child(fin, ast.Body), depth+1) {
			return true
		}
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			if k := t.Kind(c); k == ast.Catch && !f.ends(t.Child(c, ast.Body), depth+1) ||
				k == ast.Block && t.Nodes[c].Role == ast.Body && !f.ends(c, depth+1) {
				return false
			}
		}
		return true
	case ast.While, ast.DoWhile, ast.For:
		cond := t.Child(id, ast.Cond)
		endless := t.Kind(cond) == ast.Bool && t.HasText(cond, "true") || t.Kind(id) == ast.For && cond == ast.Nil ||
			t.Kind(cond) == ast.Num
		return endless && !f.has(t.Child(id, ast.Body), ast.Break)
	case ast.Switch, ast.Other:
		return true // not looked into
	}
	return false
}

// switchFallthrough: a case with statements that goes on with those of the next, and no comment says that it is meant.
func switchFallthrough(f *File) {
	if !f.t.Lang.Flow.BreakCases || f.lang == "go" {
		return
	}
	f.each(func(id ast.ID) {
		n := f.next(id)
		if f.t.Kind(n) != ast.Case || strings.Contains(f.text(f.parent(id)), "->") && f.lang == "java" {
			return
		}
		last := ast.Nil
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			if f.t.Nodes[c].Role != ast.Key {
				last = c
			}
		}
		if last == ast.Nil || f.ends(last, 0) || f.commented(f.t.Nodes[last].Start, f.t.Nodes[n].Start) {
			return
		}
		f.report(n, ast.Nil)
	}, ast.Case)
}

// commented reports whether a comment between two places says that a case is to go on.
func (f *File) commented(from, to uint32) bool {
	for _, c := range f.t.Comments {
		if c.Start >= from && c.Start < to && meant.Match(f.t.Src[c.Start:c.End]) {
			return true
		}
	}
	return false
}

// meant is what a comment says of a case that goes on with the next.
var meant = lazyregexp.New(`(?i)fall|no.?break|through|drop|intention|on purpose|continue`)

// infiniteRecursion: a function that calls itself before anything could have ended it.
func infiniteRecursion(f *File) {
	names := map[string]int{}
	f.each(func(id ast.ID) { names[f.name(f.t.Child(id, ast.Ident))]++ }, ast.FuncDef)
	f.each(func(id ast.ID) {
		t := f.t
		n := t.Child(id, ast.Ident)
		body := t.Child(id, ast.Body)
		if f.name(n) == "" || names[f.name(n)] != 1 || t.Kind(body) != ast.Block || f.has(body, ast.Yield) {
			return
		}
		property := false
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			if t.Kind(c) == ast.Decorator {
				property = true
			}
		}
		if property && !(f.lang == "python" && f.isProperty(id)) {
			return
		}
		for s := f.first(body); s != ast.Nil; s = f.next(s) {
			k := t.Kind(s)
			if k != ast.ExprStmt && k != ast.Return && k != ast.VarDef {
				return
			}
			if call := f.selfCall(s, id, n, property); call != ast.Nil {
				f.report(call, n)
				return
			}
			if k == ast.Return {
				return
			}
		}
	}, ast.FuncDef)
}

func (f *File) isProperty(id ast.ID) bool {
	n := 0
	only := false
	for c := f.first(id); c != ast.Nil; c = f.next(c) {
		if f.t.Kind(c) == ast.Decorator {
			n++
			only = f.text(c) == "@property" || f.text(c) == "property"
		}
	}
	return n == 1 && only
}

// selfCall is the call in a statement by which a function calls itself whatever the values are, Nil if there is none.
func (f *File) selfCall(s, function, name ast.ID, property bool) ast.ID {
	t := f.t
	class := f.around(function, ast.ClassDef, ast.Dict, ast.FuncDef, ast.Lambda)
	method := t.Kind(class) == ast.ClassDef || t.Kind(class) == ast.Dict
	found := ast.Nil
	t.WalkInto(s, func(x ast.ID) bool {
		if found != ast.Nil {
			return false
		}
		switch t.Kind(x) {
		case ast.FuncDef, ast.Lambda, ast.ClassDef, ast.Comp, ast.Ternary, ast.Interp:
			return false
		case ast.Bin:
			switch string(t.Text(x)) {
			case "and", "or", "&&", "||", "??":
				return false
			}
		case ast.Member:
			if property && t.Kind(f.parent(x)) != ast.Assign && f.onSelf(x, name) {
				found = x
			}
		case ast.Call:
			fn := t.Child(x, ast.Fn)
			if property {
				return true
			}
			if f.callsSelf(fn, name, method) && f.sameNumber(x, function) {
				found = x
				return false
			}
		}
		return true
	})
	return found
}

func (f *File) onSelf(member, name ast.ID) bool {
	obj := f.t.Child(member, ast.Obj)
	own := f.t.Kind(obj) == ast.This && f.text(obj) != "super" || f.name(obj) == "self" || f.name(obj) == "$this"
	return own && f.text(f.t.Child(member, ast.Ident)) == f.text(name)
}

// refers reports whether a name stands for what is defined under another.
func (f *File) refers(use, definition ast.ID) bool {
	d, ok := f.t.Declared(f.t.Decl(use))
	return ok && d.Node == definition
}

func (f *File) callsSelf(fn, name ast.ID, method bool) bool {
	switch f.t.Kind(fn) {
	case ast.Name:
		o := &f.t.Lang.Objects
		if method && !o.BareMembers && !o.BareCalls {
			return false
		}
		return f.name(fn) == f.name(name) && (f.refers(fn, name) || method || f.lang == "php" || f.lang == "ruby")
	case ast.Member:
		return method && f.onSelf(fn, name)
	}
	return false
}

// sameNumber: functions of one name may differ in their parameters.
func (f *File) sameNumber(call, function ast.ID) bool {
	args, params := len(f.list(f.t.Child(call, ast.Arguments))), len(f.list(f.t.Child(function, ast.Parameters)))
	if f.lang == "typescript" {
		return args == params
	}
	return f.lang != "java" || args == params && f.ownValues(call, function)
}

// ownValues reports whether a call of Java is given the function's own parameters, as they are or in a sum: of anything
// else the type is not known, and with it which function of the name is meant.
func (f *File) ownValues(call, function ast.ID) bool {
	params := f.list(f.t.Child(function, ast.Parameters))
	for i, a := range f.list(f.t.Child(call, ast.Arguments)) {
		if f.t.Kind(a) == ast.Bin {
			a = f.t.Child(a, ast.Left)
		}
		if f.name(a) == "" || f.name(a) != f.name(f.t.Child(params[i], ast.Ident)) {
			return false
		}
	}
	return true
}

// handlerOrder: a handler that an earlier one leaves nothing for.
func handlerOrder(f *File) {
	f.each(func(id ast.ID) {
		var wide string
		for c := f.first(id); c != ast.Nil; c = f.next(c) {
			if f.t.Kind(c) != ast.Catch {
				continue
			}
			typ := f.text(f.t.Child(c, ast.Type))
			if wide != "" && f.covered(wide, typ) {
				f.report(c, f.t.Child(c, ast.Type))
				return
			}
			if typ == "Exception" || typ == "BaseException" || typ == "Throwable" || typ == `\Exception` ||
				typ == `\Throwable` || typ == "StandardError" {
				wide = strings.TrimPrefix(typ, `\`)
			}
		}
	}, ast.Try)
}

// builtin are exceptions of Python that are Exceptions, and errors of Ruby that are StandardErrors.
var builtin = map[string]bool{
	"ValueError":          true,
	"KeyError":            true,
	"TypeError":           true,
	"OSError":             true,
	"IOError":             true,
	"RuntimeError":        true,
	"AttributeError":      true,
	"IndexError":          true,
	"ImportError":         true,
	"LookupError":         true,
	"ArithmeticError":     true,
	"ZeroDivisionError":   true,
	"UnicodeError":        true,
	"UnicodeDecodeError":  true,
	"FileNotFoundError":   true,
	"PermissionError":     true,
	"ConnectionError":     true,
	"TimeoutError":        true,
	"AssertionError":      true,
	"StopIteration":       true,
	"NotImplementedError": true,
	"EOFError":            true,
	"NameError":           true,
	"ArgumentError":       true,
	"StandardError":       true,
	"ModuleNotFoundError": true,
	"MemoryError":         true,
}

func (f *File) covered(wide, typ string) bool {
	typ = strings.TrimPrefix(typ, `\`)
	switch f.lang {
	case "python":
		return wide == "BaseException" && typ != "" || wide == "Exception" && builtin[typ]
	case "php":
		return wide == "Throwable" || wide == "Exception" && strings.HasSuffix(typ, "Exception")
	case "ruby":
		return wide == "Exception" || wide == "StandardError" && (builtin[typ] && typ != "NotImplementedError" &&
			typ != "MemoryError")
	}
	return false
}
