package measure

import (
	"bytes"

	"github.com/drydock/drydock/internal/code/ast"
)

// walker adds up both complexities over a tree.
//
// McCabe: one for each function with a body, also one without a name; one for each if, conditional expression, loop,
// clause that handles an exception, label of a switch but the default one, `and` and `or`, `??`, and each `for` and `if`
// of a comprehension.
//
// Campbell (Cognitive Complexity, 2018): one for each if, loop, switch, conditional expression and clause that handles
// an exception, and one more for each level that it is nested in those and in functions within functions; one for each
// else, else-if, jump to a label, run of equal logical operators, and function that calls itself, by way of others in
// the file too. Functions whose only work is to hold others (decorators of Python, name spaces of JavaScript) do not
// nest.
type walker struct {
	t     *ast.Tree
	calls map[ast.ID]bool // functions in a circle of calls

	complexity, cognitive int
	functions             []Function
}

// place is where a node stands.
type place struct {
	nesting  int
	function bool // within one
	elseIf   bool // the if that continues another
}

func (p place) deeper() place { return place{nesting: p.nesting + 1, function: p.function} }

func (w *walker) node(id ast.ID, p place) {
	t := w.t
	switch n := &t.Nodes[id]; n.Kind {
	case ast.FuncDef, ast.Lambda:
		w.functionAt(id, p)
	case ast.If:
		w.choice(id, p)
	case ast.Ternary:
		w.complexity++
		w.nested(id, p)
	case ast.While, ast.DoWhile, ast.For, ast.ForEach:
		w.loop(id, p)
	case ast.Catch:
		w.complexity++
		w.nested(id, p)
	case ast.Switch:
		w.nested(id, p)
	case ast.Case:
		w.complexity += w.labels(id)
		w.children(id, p)
	case ast.Break, ast.Continue:
		if n.First != ast.Nil && t.Lang.Name != "ruby" { // of Ruby a value, else a label or a number of loops
			w.cognitive++
		}
		w.children(id, p)
	case ast.Bin:
		w.operator(id, p)
	case ast.AugAssign:
		if op := bytes.TrimSuffix(t.Text(id), []byte("=")); logical(op) || string(op) == "??" {
			w.complexity++
		}
		w.children(id, p)
	case ast.CompFor:
		w.complexity++
		w.children(id, p)
	case ast.Other, ast.Block:
		w.own(id, p)
	default:
		w.children(id, p)
	}
}

func (w *walker) children(id ast.ID, p place) {
	p.elseIf = false
	for c := w.t.Nodes[id].First; c != ast.Nil; c = w.t.Nodes[c].Next {
		w.node(c, p)
	}
}

// nested counts what breaks the flow, more the deeper it stands. What it decides on stands beside it, all else in it.
func (w *walker) nested(id ast.ID, p place) {
	w.cognitive += 1 + p.nesting
	p.elseIf = false
	for c := w.t.Nodes[id].First; c != ast.Nil; c = w.t.Nodes[c].Next {
		if r := w.t.Nodes[c].Role; r == ast.Cond || r == ast.Init || r == ast.Type {
			w.node(c, p)
		} else {
			w.node(c, p.deeper())
		}
	}
}

// choice counts an if with all that continues it.
func (w *walker) choice(id ast.ID, p place) {
	w.complexity++
	w.cognitive++
	if !p.elseIf {
		w.cognitive += p.nesting
	}
	p.elseIf = false
	for c := w.t.Nodes[id].First; c != ast.Nil; c = w.t.Nodes[c].Next {
		switch w.t.Nodes[c].Role {
		case ast.Then:
			w.node(c, p.deeper())
		case ast.Else:
			w.otherwise(c, p)
		default:
			w.node(c, p)
		}
	}
}

// otherwise counts an else. An if that stands there without a block of its own goes on with the same choice.
func (w *walker) otherwise(id ast.ID, p place) {
	if next := w.continued(id); next != ast.Nil {
		p.elseIf = true
		w.node(next, p)
		return
	}
	w.cognitive++
	w.node(id, p.deeper())
}

// continued is the if of an else-if, Nil for an else.
func (w *walker) continued(id ast.ID) ast.ID {
	t := w.t
	inner := id
	if t.Kind(id) == ast.Block {
		if inner = t.Nodes[id].First; inner == ast.Nil || t.Nodes[inner].Next != ast.Nil {
			return ast.Nil
		}
	}
	if t.Kind(inner) != ast.If {
		return ast.Nil
	}
	switch t.Lang.Name {
	case "python", "ruby", "bash": // an if within the else begins with that word
		if bytes.HasPrefix(t.Source(inner), []byte("el")) {
			return inner
		}
	default:
		if !bytes.HasPrefix(t.Source(id), []byte("{")) && !bytes.HasPrefix(t.Source(id), []byte(":")) {
			return inner
		}
	}
	return ast.Nil
}

func (w *walker) loop(id ast.ID, p place) {
	w.complexity++
	w.cognitive += 1 + p.nesting
	p.elseIf = false
	for c := w.t.Nodes[id].First; c != ast.Nil; c = w.t.Nodes[c].Next {
		switch w.t.Nodes[c].Role {
		case ast.Body:
			w.node(c, p.deeper())
		case ast.Else:
			w.cognitive++
			w.node(c, p.deeper())
		default:
			w.node(c, p)
		}
	}
}

// labels are what a case is taken for, without the default.
func (w *walker) labels(id ast.ID) int {
	n := 0
	for c := w.t.Nodes[id].First; c != ast.Nil; c = w.t.Nodes[c].Next {
		if w.t.Nodes[c].Role == ast.Key && !(w.t.Lang.Name == "bash" && w.t.HasText(c, "*")) {
			n++
		}
	}
	return n
}

func logical(op []byte) bool {
	switch string(op) {
	case "and", "or", "&&", "||", "xor":
		return true
	}
	return false
}

// operator counts logical operators: each for McCabe, each run of equal ones for Campbell.
func (w *walker) operator(id ast.ID, p place) {
	t := w.t
	op := t.Text(id)
	if string(op) == "??" {
		w.complexity++
	}
	if !logical(op) {
		w.children(id, p)
		return
	}
	w.complexity++
	if up := t.Nodes[id].Parent; t.Kind(up) != ast.Bin || !logical(t.Text(up)) {
		var last []byte
		for _, op := range w.run(id, nil) {
			if !bytes.Equal(op, last) {
				w.cognitive++
			}
			last = op
		}
	}
	w.children(id, p)
}

// run lists the operators of a logical expression from left to right.
func (w *walker) run(id ast.ID, ops [][]byte) [][]byte {
	t := w.t
	if t.Kind(id) != ast.Bin || !logical(t.Text(id)) {
		return ops
	}
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if c != t.Nodes[id].First {
			ops = append(ops, t.Text(id))
		}
		ops = w.run(c, ops)
	}
	return ops
}

// own counts what languages have for themselves.
func (w *walker) own(id ast.ID, p place) {
	t := w.t
	name := t.Lang.SymbolName(t.Nodes[id].Sym)
	switch {
	case t.Nodes[id].Kind == ast.Block:
		if name == "do_group" && t.Nodes[id].Role == ast.Elem { // all that is kept of for ((...))
			w.complexity++
			w.nested(id, p)
			return
		}
	case t.Lang.Flow.Arms[name] && !t.Lang.Flow.Default[name], name == "if_clause":
		w.complexity++
	case name == "rescue_modifier":
		w.complexity++
		w.cognitive += 1 + p.nesting
	case name == "goto_statement":
		w.cognitive++
	case w.selects(id):
		w.nested(id, p)
		return
	}
	w.children(id, p)
}

// selects reports whether a node is a choice among the ways that the language has beside the switch.
func (w *walker) selects(id ast.ID) bool {
	t := w.t
	for c := t.Nodes[id].First; c != ast.Nil; c = t.Nodes[c].Next {
		if t.Nodes[c].Kind == ast.Other && t.Lang.Flow.Arms[t.Lang.SymbolName(t.Nodes[c].Sym)] {
			return true
		}
	}
	return false
}

// functionAt counts a function. One within another nests, unless the other does nothing but hold it.
func (w *walker) functionAt(id ast.ID, p place) {
	t := w.t
	if !hasBody(t, id) {
		w.children(id, p)
		return
	}
	before := *w
	w.complexity++
	if w.calls[id] {
		w.cognitive++
	}
	switch {
	case !p.function:
		p.nesting = 0
	case !w.holds(w.around(id)):
		p.nesting++
	}
	outer := !p.function
	p.function = true
	w.children(id, p)
	if outer {
		w.functions = append(w.functions,
			Function{id, w.complexity - before.complexity, w.cognitive - before.cognitive})
	}
}

// hasBody reports whether a function is more than its signature. One of PHP without a body is given an empty one.
func hasBody(t *ast.Tree, id ast.ID) bool {
	b := t.Child(id, ast.Body)
	return b != ast.Nil && (t.Nodes[b].Start < t.Nodes[b].End || t.Lang.Name != "php")
}

// around is the function around a node.
func (w *walker) around(id ast.ID) ast.ID {
	t := w.t
	for p := t.Nodes[id].Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		if k := t.Kind(p); k == ast.FuncDef || k == ast.Lambda {
			return p
		}
	}
	return ast.Nil
}

// holds reports whether a function only holds others: in Python one and its return, in JavaScript declarations.
func (w *walker) holds(id ast.ID) bool {
	t := w.t
	body := t.Child(id, ast.Body)
	if t.Kind(body) != ast.Block {
		return false
	}
	functions := 0
	for c := t.Nodes[body].First; c != ast.Nil; c = t.Nodes[c].Next {
		k := t.Kind(c)
		if k == ast.FuncDef {
			functions++
		}
		switch t.Lang.Name {
		case "python":
			text := k == ast.ExprStmt && t.Kind(t.Child(c, ast.Value)) == ast.Str
			if k != ast.FuncDef && k != ast.Return && !text {
				return false
			}
		case "javascript", "typescript":
			if k != ast.FuncDef && k != ast.VarDef && k != ast.ClassDef {
				return false
			}
		default:
			return false
		}
	}
	return functions == 1 || functions > 0 && t.Lang.Name != "python"
}
