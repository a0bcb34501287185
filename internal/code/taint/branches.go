package taint

import (
	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/value"
)

// choice runs the ways of an if or of a conditional expression whose condition was run: those that it leaves open.
func (fl *flow) choice(id ast.ID, s state) (m taintSet) {
	t := fl.t
	cond, then, els := t.Child(id, ast.Cond), t.Child(id, ast.Then), t.Child(id, ast.Else)
	if fl.vals == nil {
		return fl.arms(s, then, els)
	}
	delete(fl.vals.native, id)
	yes, known := fl.isTrue(fl.valueOf(cond))
	var out state
	for _, way := range []struct {
		id   ast.ID
		when bool
	}{{then, true}, {els, false}} {
		if known && yes != way.when {
			continue
		}
		st := s.clone()
		fl.refine(cond, way.when, st)
		if way.id != ast.Nil {
			m = m.union(fl.eval(way.id, st))
			fl.settle(id, way.id, known)
		}
		fl.ends(&out, st)
	}
	fl.goOn(s, out)
	return m
}

// exits reports whether a statement is a call that never comes back.
func (fl *flow) exits(id ast.ID) bool {
	t := fl.t
	if t.Nodes[id].Kind != ast.Call || t.Nodes[id].Parent == ast.Nil {
		return false
	}
	if k := t.Kind(t.Nodes[id].Parent); k != ast.ExprStmt && k != ast.Block {
		return false
	}
	fn := t.Child(id, ast.Fn)
	if fn == ast.Nil {
		return false
	}
	name := t.Dotted(fn)
	if d, ok := t.Declared(t.Decl(fn)); ok && d.Import == ast.Nil && t.Nodes[fn].Kind == ast.Name {
		return false // the project's own
	}
	return exiting[fl.vals.lang.Name][name]
}

// exiting are calls that do not come back, by language.
var exiting = map[string]map[string]bool{
	"python": {"sys.exit": true, "exit": true, "quit": true, "os._exit": true, "os.abort": true, "abort": true,
		"flask.abort": true, "bottle.abort": true, "werkzeug.exceptions.abort": true},
	"javascript": {"process.exit": true, "process.abort": true},
	"java":       {"System.exit": true, "Runtime.getRuntime.halt": true},
	"go": {"os.Exit": true, "log.Fatal": true, "log.Fatalf": true, "log.Fatalln": true, "panic": true,
		"runtime.Goexit": true},
	"php":  {"die": true, "exit": true, "abort": true},
	"ruby": {"raise": true, "exit": true, "exit!": true, "abort": true, "halt": true, "fail": true, "throw": true},
}

// settle takes the value of one of several ways for that of all: where it is the only one.
func (fl *flow) settle(id, way ast.ID, only bool) {
	if only {
		fl.vals.native[id] = fl.valueOf(way)
	}
}

// short reports whether an operator runs its right side only where the left one asks for it.
func (fl *flow) short(id ast.ID) bool {
	switch string(fl.t.Text(id)) {
	case "&&", "||", "and", "or", "??":
		return fl.t.Child(id, ast.Left) != ast.Nil && fl.t.Child(id, ast.Right) != ast.Nil
	}
	return false
}

// logic runs an operator of which the left side may decide.
func (fl *flow) logic(id ast.ID, s state) taintSet {
	t := fl.t
	l, r := t.Child(id, ast.Left), t.Child(id, ast.Right)
	op := string(t.Text(id))
	m := fl.eval(l, s)
	left := fl.valueOf(l)
	goesOn := op == "&&" || op == "and" // to the right side, where the left one is this
	yes, known := fl.isTrue(left)
	if op == "??" {
		goesOn = false
		yes, known = left.Kind != value.Null, left.Kind != value.Unknown
	}
	delete(fl.vals.native, id)
	sides := fl.vals.lang.Sides || op == "??"
	if known && yes != goesOn {
		fl.vals.native[id] = fl.side(left, sides)
		return m
	}
	w := s.clone()
	if op != "??" {
		fl.refine(l, goesOn, w)
	}
	n := fl.eval(r, w)
	right := fl.valueOf(r)
	if known {
		s.become(w)
		fl.vals.native[id] = fl.side(right, sides)
		return n
	}
	fl.join(s, w)
	if end, known := fl.isTrue(right); known && !sides && end != goesOn {
		fl.vals.native[id] = value.Truth(end) // as either side says
	}
	if !sides && !fl.Prog.Rule.Options.TaintBooleans {
		return nil
	}
	return m.union(n)
}

// side is what an operator gives by one of its sides.
func (fl *flow) side(v value.Value, sides bool) value.Value {
	if sides {
		return v
	}
	if yes, known := fl.isTrue(v); known {
		return value.Truth(yes)
	}
	return value.Value{}
}
