package check

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Style sheets: what browsers pass over without a word.

// declarations are those that stand directly in a block.
func (f *File) declarations(block ast.ID) []ast.ID {
	var out []ast.ID
	for _, c := range f.list(block) {
		if f.symbol(c) == "declaration" {
			out = append(out, c)
		}
	}
	return out
}

// property is the name of a declaration, in lower case.
func (f *File) property(declaration ast.ID) string {
	return strings.ToLower(f.name(f.first(declaration)))
}

// ofElements reports whether a block is that of a rule for elements, and not of @font-face, @page and their like, which have
// names of their own.
func (f *File) ofElements(block ast.ID) bool {
	s := f.symbol(f.parent(block))
	return s == "rule_set" || s == "keyframe_block"
}

// emptyBlock: a rule that says nothing.
func emptyBlock(f *File) {
	f.each(func(id ast.ID) {
		n := &f.t.Nodes[id]
		if f.ofElements(id) && f.first(id) == ast.Nil && !f.commentedWithin(n.Start, n.End) {
			f.report(f.parent(id), ast.Nil)
		}
	}, ast.ClassBody)
}

// commentedWithin reports whether a comment stands between two places.
func (f *File) commentedWithin(from, to uint32) bool {
	for _, c := range f.t.Comments {
		if c.Start >= from && c.End <= to {
			return true
		}
	}
	return false
}

// duplicateProperty: a property that the block gives another value further down. Two values in a row are one for newer
// browsers behind one for all.
func duplicateProperty(f *File) {
	f.each(func(id ast.ID) {
		list := f.declarations(id)
		last := map[string]int{}
		for i, d := range list {
			name := f.property(d)
			if before, ok := last[name]; ok && name != "" && (before != i-1 || f.same(list[before], d)) &&
				!f.either(list[before], d) {
				f.report(list[before], f.first(list[before]))
			}
			last[name] = i
		}
	}, ast.ClassBody)
}

// either reports whether two declarations may both be meant: one for browsers that know what the other says, or one that
// stands over the other.
func (f *File) either(a, b ast.ID) bool {
	for _, d := range []ast.ID{a, b} {
		text := strings.ToLower(f.text(d))
		if strings.Contains(text, "!important") || strings.Contains(text, "(") || strings.Contains(text, "-webkit-") ||
			strings.Contains(text, "-moz-") ||
			strings.Contains(text, "-ms-") ||
			strings.HasPrefix(f.property(d), "--") ||
			f.property(d) == "src" {
			return true
		}
	}
	return false
}

// units are those of CSS Values and Units, level 4, and of the modules that define more.
var units = set(
	"em ex cap ch ic lh rem rex rcap rch ric rlh vw vh vi vb vmin vmax svw svh svi svb svmin svmax lvw lvh " +
		"lvi lvb lvmin lvmax dvw dvh dvi dvb dvmin dvmax cqw cqh cqi cqb cqmin cqmax px cm mm q in pt pc deg grad rad turn s " +
		"ms hz khz dpi dpcm dppx x fr st db % ",
)

// unknownUnit: a number with a unit that there is none of, which makes browsers pass over the declaration.
func unknownUnit(f *File) {
	f.each(func(id ast.ID) {
		d := f.around(id, ast.ClassBody)
		if d == ast.Nil || f.symbol(f.parent(id)) != "declaration" ||
			strings.HasPrefix(f.property(f.parent(id)), "--") {
			return
		}
		text := strings.ToLower(f.text(id))
		number := strings.TrimLeft(text, "+-.0123456789")
		if rest, ok := strings.CutPrefix(number, "e"); ok && strings.TrimLeft(rest, "+-0123456789") != rest {
			number = strings.TrimLeft(rest, "+-0123456789")
		}
		for _, c := range number {
			if (c < 'a' || c > 'z') && c != '%' {
				return
			}
		}
		if number != "" && number != text && !units[number] {
			f.report(id, id)
		}
	}, ast.Num)
}

// generic are the families that every browser has, and words that stand for a list of families.
var generic = set(
	"serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math " +
		"emoji fangsong inherit initial unset revert revert-layer",
)

// iconic are names of fonts of icons.
var iconic = lazyregexp.New(`icon|awesome|symbol|glyph`)

// fontWithoutGeneric: a list of families none of which every machine has. Fonts of icons have no other.
func fontWithoutGeneric(f *File) {
	f.each(func(id ast.ID) {
		if !f.ofElements(id) {
			return
		}
		for _, d := range f.declarations(id) {
			if f.property(d) != "font-family" {
				continue
			}
			values := f.list(d)[1:]
			ok := len(values) == 0
			for _, v := range values {
				word := strings.ToLower(strings.Trim(f.text(v), `"'`))
				ok = ok || generic[word] || f.t.Kind(v) == ast.Call || f.t.Kind(v) == ast.Other ||
					iconic.MatchString(word)
			}
			if !ok {
				f.report(d, f.first(d))
			}
		}
	}, ast.ClassBody)
}

// unknownProperty: a name that stands in none of the specifications. Names of browsers' own begin with a dash, custom
// ones with two.
func unknownProperty(f *File) {
	f.each(func(id ast.ID) {
		if !f.ofElements(id) {
			return
		}
		for _, d := range f.declarations(id) {
			name := f.property(d)
			n := &f.t.Nodes[d]
			hack := n.Start > 0 && strings.IndexByte("*_$#!/&+.", f.t.Src[n.Start-1]) >= 0
			if name != "" && name[0] != '-' && name[0] != '_' && name[0] != '*' && !hack && !properties[name] {
				f.report(f.first(d), f.first(d))
			}
		}
	}, ast.ClassBody)
}
