package measure

import (
	"bytes"
	"slices"

	"github.com/drydock/drydock/internal/code/ast"
)

// callsOf are the functions of a tree that call themselves, by way of others of the file too. A call counts where its
// name can mean one function alone: one of the class around, called on the object or, in languages that allow it, by
// its name, else one that stands in no class.
func callsOf(t *ast.Tree) map[ast.ID]bool {
	r := recursion{t: t, at: map[named]int{}}
	t.Walk(0, func(id ast.ID) bool {
		if t.Nodes[id].Kind == ast.FuncDef && hasBody(t, id) {
			r.define(id)
		}
		return true
	})
	if len(r.functions) == 0 {
		return nil
	}
	for i := range r.functions {
		r.callees(i)
	}
	return r.circles()
}

// named is a function as calls name it.
type named struct {
	class ast.ID
	name  string
	args  int
}

type recursion struct {
	t         *ast.Tree
	at        map[named]int // -1 where several are meant
	functions []ast.ID
	classes   []ast.ID
	calls     [][]int
}

func (r *recursion) define(id ast.ID) {
	t := r.t
	key := named{class: r.classOf(id), name: string(t.Source(nameOf(t, id)))}
	if t.Lang.Name == "java" {
		key.args = r.count(t.Child(id, ast.Parameters))
	}
	if _, ok := r.at[key]; ok {
		r.at[key] = -1
	} else {
		r.at[key] = len(r.functions)
	}
	r.functions = append(r.functions, id)
	r.classes = append(r.classes, key.class)
}

func nameOf(t *ast.Tree, id ast.ID) ast.ID {
	if n := t.Child(id, ast.Ident); n != ast.Nil {
		return n
	}
	return id
}

func (r *recursion) count(list ast.ID) int {
	n := 0
	if list != ast.Nil {
		for c := r.t.Nodes[list].First; c != ast.Nil; c = r.t.Nodes[c].Next {
			n++
		}
	}
	return n
}

// classOf is the class that a function is a method of, Nil for none. Methods of Go stand in none: the name of the
// receiver's type stands for it.
func (r *recursion) classOf(id ast.ID) ast.ID {
	t := r.t
	for p := t.Nodes[id].Parent; p != ast.Nil; p = t.Nodes[p].Parent {
		switch t.Kind(p) {
		case ast.ClassDef:
			return p
		case ast.FuncDef, ast.Lambda:
			return ast.Nil
		}
	}
	if t.Lang.Name == "go" && t.Child(id, ast.Mods) != ast.Nil {
		return 0 // a method
	}
	return ast.Nil
}

// callees notes which functions of the file a function calls.
func (r *recursion) callees(i int) {
	t := r.t
	r.calls = append(r.calls, nil)
	t.WalkInto(r.functions[i], func(id ast.ID) bool {
		if t.Nodes[id].Kind == ast.FuncDef && id != r.functions[i] {
			return false
		}
		if t.Nodes[id].Kind == ast.Call {
			if to, ok := r.callee(id, r.classes[i], r.functions[i]); ok {
				r.calls[i] = append(r.calls[i], to)
			}
		}
		return true
	})
}

func (r *recursion) callee(call, class, from ast.ID) (int, bool) {
	t := r.t
	fn := t.Child(call, ast.Fn)
	key := named{class: class}
	if t.Lang.Name == "java" {
		key.args = r.count(t.Child(call, ast.Arguments))
	}
	switch t.Kind(fn) {
	case ast.Name, ast.Str:
		key.name = string(t.Source(fn))
		if o := &t.Lang.Objects; class != ast.Nil && !o.BareMembers && !o.BareCalls {
			key.class = ast.Nil
		}
	case ast.Member:
		if class == ast.Nil || !r.self(t.Child(fn, ast.Obj), from) {
			return 0, false
		}
		key.name = string(t.Source(nameOf(t, fn)))
	default:
		return 0, false
	}
	to, ok := r.at[key]
	return to, ok && to >= 0
}

// self reports whether an expression is the object, or the class, that a method is called on.
func (r *recursion) self(id, method ast.ID) bool {
	t := r.t
	if t.Kind(id) == ast.This {
		return !t.HasText(id, "super")
	}
	if t.Kind(id) != ast.Name {
		return false
	}
	switch name := string(t.Source(id)); t.Lang.Name {
	case "python", "php":
		return name == "self" || name == "cls" || name == "$this" || name == "static"
	case "go":
		receiver := t.Nodes[t.Child(method, ast.Mods)].First
		return receiver != ast.Nil && bytes.Equal(t.Source(nameOf(t, receiver)), []byte(name))
	}
	return false
}

// circles are the functions that lead back to themselves: the strongly connected components of the graph of calls, by
// Kosaraju's two searches.
func (r *recursion) circles() map[ast.ID]bool {
	n := len(r.functions)
	back := make([][]int, n)
	for from, list := range r.calls {
		for _, to := range list {
			back[to] = append(back[to], from)
		}
	}
	order := make([]int, 0, n)
	seen := make([]bool, n)
	for i := range n {
		search(i, r.calls, seen, func(x int) { order = append(order, x) })
	}
	seen = make([]bool, n)
	out := map[ast.ID]bool{}
	for i := n - 1; i >= 0; i-- {
		var circle []int
		search(order[i], back, seen, func(x int) { circle = append(circle, x) })
		for _, x := range circle {
			if len(circle) > 1 || slices.Contains(r.calls[x], x) {
				out[r.functions[x]] = true
			}
		}
	}
	return out
}

// search goes through a graph from a node on and calls done for each one new when all that it leads to is done.
func search(from int, edges [][]int, seen []bool, done func(int)) {
	if seen[from] {
		return
	}
	type step struct{ node, next int }
	seen[from] = true
	stack := []step{{from, 0}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next < len(edges[top.node]) {
			to := edges[top.node][top.next]
			top.next++
			if !seen[to] {
				seen[to] = true
				stack = append(stack, step{to, 0})
			}
			continue
		}
		done(top.node)
		stack = stack[:len(stack)-1]
	}
}
