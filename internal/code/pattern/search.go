package pattern

import "github.com/drydock/drydock/internal/code/ast"

// rootKinds is the set of node kinds that the root of a pattern can match; 0 for any.
func (p *Pattern) rootKinds(id ast.ID) uint64 {
	bit := func(ks ...ast.Kind) (s uint64) {
		for _, k := range ks {
			s |= 1 << k
		}
		return s
	}
	t := p.Tree
	n := &t.Nodes[id]
	if p.Form == Statements && n.Kind == ast.Dots {
		return 0
	}
	switch n.Kind {
	case ast.Metavar, ast.Dots, ast.MetaDots, ast.Deep, ast.Typed:
		return 0
	case ast.ExprStmt:
		if n.First == ast.Nil {
			return bit(ast.ExprStmt)
		}
		switch t.Nodes[n.First].Kind {
		case ast.Metavar, ast.Dots, ast.Deep, ast.Typed:
			return 0
		}
		return bit(ast.ExprStmt, ast.VarDef, ast.Return)
	case ast.Assign:
		if t.Lang.Names.Requires {
			return bit(ast.Assign, ast.VarDef, ast.AugAssign) // x += y sets x too, to rules
		}
		return bit(ast.Assign, ast.VarDef)
	case ast.Name, ast.Str, ast.Num, ast.Bool, ast.Null:
		return bit(n.Kind, ast.Name, ast.Bin, ast.Member, ast.Interp)
	case ast.Regex:
		return bit(ast.Regex, ast.Name, ast.Interp)
	case ast.Member:
		if m := t.Child(id, ast.Ident); t.Kind(m) == ast.Dots {
			return 0
		}
		return bit(ast.Member, ast.Name)
	case ast.Set, ast.Dict:
		return bit(ast.Set, ast.Dict)
	case ast.List:
		return bit(ast.List, ast.Comp, ast.Name)
	case ast.VarDef:
		if t.Lang.Objects.Results {
			return bit(ast.VarDef, ast.ExprStmt)
		}
	case ast.FuncDef:
		if t.Lang.Names.OpenDicts {
			return bit(ast.FuncDef, ast.Lambda, ast.Pair)
		}
		return bit(ast.FuncDef, ast.Lambda)
	case ast.Return:
		if t.Lang.Names.ImplicitReturn {
			return bit(ast.Return, ast.ExprStmt)
		}
	case ast.For:
		return bit(ast.For, ast.ForEach)
	case ast.Import:
		if t.Lang.Names.Requires && t.Child(id, ast.Ident) == ast.Nil {
			return bit(ast.Import, ast.VarDef) // const x = require("m")
		}
	}
	return bit(n.Kind)
}

// viaAlt is the set of those kinds that the root can match only by what a node stands for: a name by its constant.
func (p *Pattern) viaAlt() uint64 {
	k := p.Tree.Nodes[p.Root].Kind
	switch k {
	case ast.Name, ast.Str, ast.Num, ast.Bool, ast.Null, ast.Member, ast.List:
		if p.strs[p.Root].tmpl {
			return p.kinds & (1<<ast.Name | 1<<ast.Bin | 1<<ast.Member)
		}
		if !p.Tree.Lang.BareWords {
			return p.kinds & (1<<ast.Name | 1<<ast.Bin | 1<<ast.Member | 1<<ast.Interp) &^ (1 << k)
		}
	}
	return 0
}

// Search tries the pattern wherever it may match and calls found for each solution. The environment in a match is
// only valid during the call.
func (m *Matcher) Search(p *Pattern, found func(Match)) {
	expr := p.Form == Expression
	each := func(r Match) bool {
		found(r)
		return true
	}
	if m.Index == nil {
		m.Index = NewIndex(m.T)
	}
	m.most = min(maxTree, m.spent+maxSearch)
	defer func() { m.most = maxTree }()
	word := p.rootWord
	if m.Opts.CaseFold {
		word = "" // names are filed as they are written
	}
	m.Index.candidates(m.T, p, word, func(id ast.ID) {
		n := &m.T.Nodes[id]
		switch {
		case m.spent >= m.most:
			m.Exhausted++
			return
		case expr && n.Flags&ast.FlagExpr == 0 && (n.Kind != ast.VarDef || p.kinds == 0):
			return
		case p.Form == Statements && (n.Flags&ast.FlagStmt == 0 || n.Parent == ast.Nil):
			return
		case p.Form == Node && p.kinds == 0 && n.Flags&ast.FlagStmt == 0:
			return
		}
		m.At(p, id, each)
	})
}
