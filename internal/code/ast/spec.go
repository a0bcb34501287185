package ast

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/syntax"
)

// A Spec's table has one line a kind of the grammar:
//
//	call: Call function=fn arguments=args     a node of kind Call whose fields get these roles
//	identifier: Name @                        its text is the node's own source
//	binary_expression: Bin @operator left=left right=right
//	                                          its text is the source of the field
//	if_statement: If condition=cond consequence=then% alternative=else%
//	                                          % makes a block of what is not one
//	function: FuncDef name=name +async        the keyword "async" becomes a Mod
//	true: Bool "true"                         its text is given
//	pair: Pair key=key *=value                * is every named child without a role so far
//	type: Cast type=type value=-              - leaves the field out
//	parenthesized_expression: ^               the children stand in the node's place
//	comment: -                                left out altogether
//	string: !string                           a hook of the language
//
// Named children that are not mentioned become elements (role elem). A kind without a line becomes Other: its named
// children get their field as a role, and its words and operators become Tokens.
type Spec struct {
	Table string
	Hooks map[string]Hook
	// Statements lowers the children of the root where the table cannot say what becomes of them.
	Statements func(l *lowering, n uint32, parent ID)
	// Ends corrects the places of a finished tree's nodes, where the grammar draws them too wide.
	Ends func(t *Tree)
}

// Hook lowers one node of the concrete tree: it adds what stands for it under parent, in the given role.
type Hook func(l *lowering, n uint32, parent ID, r Role)

type action uint8

const (
	actOther action = iota
	actNode
	actSplice
	actDrop
	actHook
)

// fieldRule is what becomes of a field.
type fieldRule struct {
	role Role
	set  bool
	drop bool
	wrap bool
}

// rule is a compiled line of a table.
type rule struct {
	act    action
	kind   Kind
	hook   Hook
	own    bool        // text is the node's source
	textOf uint16      // text is the source of this field
	text   string      // text given
	fields []fieldRule // by field id
	rest   fieldRule
	keep   []string // keywords that become Mods
}

// compiled is a Spec for one grammar.
type compiled struct {
	lang  *syntax.Language
	rules []rule // by symbol
	punct []bool // anonymous symbols that say nothing by themselves
	// symbols that are comments
	comment []bool
	field   map[string]uint16
}

func compileSpec(s *Spec, g syntax.Grammar) (*compiled, error) {
	l := syntax.LanguageOf(g)
	if l == nil {
		return nil, syntax.ErrUnavailable
	}
	c := &compiled{
		lang:  l,
		rules: make([]rule, len(l.Symbols)),
		punct: make([]bool, len(l.Symbols)),

		comment: make([]bool, len(l.Symbols)),

		field: map[string]uint16{},
	}
	for i, f := range l.Fields {
		c.field[f] = uint16(i)
	}
	byName := map[string][]int{}
	for i, n := range l.Symbols {
		if l.Named[i] {
			byName[n] = append(byName[n], i)
			c.comment[i] = strings.Contains(n, "comment")
		} else {
			c.punct[i] = isPunct(n)
			byName["'"+n] = append(byName["'"+n], i)
		}
	}
	for no, line := range strings.Split(s.Table, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		names, what, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("%s, line %d of its table: no colon in %q", g, no+1, line)
		}
		r, err := c.parse(s, what)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d of its table: %w", g, no+1, err)
		}
		for _, name := range strings.Fields(names) {
			for _, sym := range byName[name] {
				c.rules[sym] = r
			}
		}
	}
	return c, nil
}

func isPunct(s string) bool {
	switch s {
	case "(",
		")",
		"[",
		"]",
		"{",
		"}",
		",",
		";",
		":",
		"\"",
		"'",
		"`",
		".",
		"\n",
		"#{",
		"${",
		"end",
		"do",
		"then",
		"<?php",
		"?>",
		"\r\n",
		"$",
		"$(":
		return true
	}
	return false
}

func (c *compiled) parse(s *Spec, what string) (rule, error) {
	words := strings.Fields(what)
	head := words[0]
	switch {
	case head == "^":
		return rule{act: actSplice}, nil
	case head == "-":
		return rule{act: actDrop}, nil
	case head[0] == '!':
		h := s.Hooks[head[1:]]
		if h == nil {
			return rule{}, fmt.Errorf("no hook %q", head)
		}
		return rule{act: actHook, hook: h}, nil
	}
	r := rule{act: actNode, fields: make([]fieldRule, len(c.lang.Fields))}
	k, ok := kindOf(head)
	if !ok {
		return rule{}, fmt.Errorf("no kind %q", head)
	}
	r.kind = k
	for _, w := range words[1:] {
		switch {
		case w == "@":
			r.own = true
		case w[0] == '@':
			r.textOf = c.field[w[1:]]
		case w[0] == '"':
			r.text = strings.Trim(w, `"`)
		case w[0] == '+':
			r.keep = append(r.keep, w[1:])
		default:
			if err := c.parseField(&r, w); err != nil {
				return rule{}, err
			}
		}
	}
	return r, nil
}

func (c *compiled) parseField(r *rule, w string) error {
	name, role, ok := strings.Cut(w, "=")
	if !ok {
		return fmt.Errorf("%q is neither a text nor field=role", w)
	}
	fr := fieldRule{set: true}
	if strings.HasSuffix(role, "%") {
		fr.wrap, role = true, role[:len(role)-1]
	}
	if role == "-" {
		fr.drop = true
	} else if fr.role, ok = roleOf(role); !ok {
		return fmt.Errorf("no role %q", role)
	}
	if name == "*" {
		r.rest = fr
		return nil
	}
	// A field that this version of the grammar lacks is no error: two grammars may share a table.
	if id, ok := c.field[name]; ok {
		r.fields[id] = fr
	}
	return nil
}

func kindOf(s string) (Kind, bool) {
	for k, n := range kindNames {
		if n == s {
			return Kind(k), true
		}
	}
	return None, false
}

func roleOf(s string) (Role, bool) {
	for r, n := range roleNames {
		if n == s {
			return Role(r), true
		}
	}
	return 0, false
}
