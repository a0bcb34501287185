package pattern

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

type reading struct {
	ast.Reading
	pick ast.Kind
}

// readings lists the surroundings to try, those for parts first where the first word asks for it.
func readings(lang *ast.Lang, text string) []reading {
	var out []reading
	text = strings.TrimSpace(text)
	part := func(first bool) {
		for _, pt := range lang.Pattern.Parts {
			if strings.HasPrefix(text, pt.Word) && (pt.Word != "" || pt.Only != nil || !strings.Contains(text, "{")) &&
				(pt.Prefix != "" && pt.Word != "@" && pt.Word != "" || pt.Only != nil) == first &&
				(pt.Only == nil || pt.Only.MatchString(text)) {
				out = append(out, reading{ast.Reading{Prefix: pt.Prefix, Suffix: pt.Suffix}, pt.Pick})
			}
		}
	}
	part(true)
	for _, r := range lang.Pattern.Readings {
		if r.Starts == "" || strings.HasPrefix(text, r.Starts) {
			out = append(out, reading{Reading: r})
		}
	}
	part(false)
	return out
}

// wholeVariable: where "$X" is a string with a variable in it (PHP), in a pattern it is the metavariable of a text.
func (p *Pattern) wholeVariable(id ast.ID) {
	t := p.Tree
	c := t.Nodes[id].First
	if t.Nodes[id].Kind == ast.Interp && c != ast.Nil && t.Nodes[c].Next == ast.Nil && t.Nodes[c].Kind == ast.Name &&
		wholeMeta.Match(t.Text(c)) {
		t.Nodes[id].Kind, t.Nodes[id].First = ast.Str, ast.Nil
		t.CopyText(id, c)
	}
}

// typedOrder reports whether what may be a typed metavariable is tried as one, and when.
func typedOrder(lang *ast.Lang, ps []piece, text string) []bool {
	switch {
	case !hasTyped(ps):
		return []bool{false}
	case lang.Pattern.TypeFirst, lang.Pattern.TypedParens && !strings.Contains(text, "=>"):
		return []bool{true, false}
	}
	return []bool{false, true}
}

func hasTyped(ps []piece) bool {
	for _, p := range ps {
		if p.kind == 't' {
			return true
		}
	}
	return false
}

// variant is the text for each piece that stands for any number of things, by piece.
type variant []string

// maxVariants bounds how many spellings of a pattern are tried.
const maxVariants = 96

// variants lists the spellings to try: first those in which all ellipses of a kind of place are spelt alike, then all
// others.
func variants(lang *ast.Lang, ps []piece) func(func(variant) bool) {
	pt := &lang.Pattern
	sets := [placeMember + 1][]string{
		placeName:   {"%s"},
		placeStmt:   join(pt.Statement, pt.Member, pt.Field, []string{"%s"}),
		placeList:   join(pt.Argument, pt.Param),
		placeBraces: join(pt.Field, pt.Statement, pt.Member),
		placeMember: join(pt.Member, pt.Statement, pt.Field, []string{"%s"}),
	}
	var at []int // pieces with a choice
	var has [placeMember + 1]bool
	for i, p := range ps {
		if p.kind == '.' || p.kind == '*' {
			at = append(at, i)
			has[p.place] = true
		}
	}
	for i := range sets {
		if !has[i] {
			sets[i] = sets[i][:1]
		}
	}
	return func(yield func(variant) bool) {
		v := make(variant, len(ps))
		for _, n := range sets[placeName] {
			for _, b := range sets[placeBraces] {
				for _, l := range sets[placeList] {
					for _, s := range sets[placeStmt] {
						for _, m := range sets[placeMember] {
							by := [placeMember + 1]string{n, s, l, b, m}
							for _, i := range at {
								v[i] = by[ps[i].place]
							}
							if !yield(v) {
								return
							}
						}
					}
				}
			}
		}
		// Count through all choices, piece by piece.
		count := make([]int, len(at))
		for range maxVariants {
			for k, i := range at {
				v[i] = sets[ps[i].place][count[k]]
			}
			if !yield(v) {
				return
			}
			k := 0
			for ; k < len(at); k++ {
				if count[k]++; count[k] < len(sets[ps[at[k]].place]) {
					break
				}
				count[k] = 0
			}
			if k == len(at) {
				return
			}
		}
	}
}

func join(lists ...[]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range lists {
		for _, s := range l {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// render writes the pattern's text with stand-ins. types are those of the typed metavariables, by number.
func render(lang *ast.Lang, ps []piece, v variant, typed bool) (string, []string) {
	var b strings.Builder
	var types []string
	name := func(w string, p *piece) string {
		if lang.Pattern.Name != nil {
			return lang.Pattern.Name(w, p.prev, p.next)
		}
		return w
	}
	for i := range ps {
		p := &ps[i]
		switch p.kind {
		case 0:
			b.WriteString(p.text)
		case '$':
			b.WriteString(name(wordMeta+p.text, p))
		case '*':
			b.WriteString(strings.ReplaceAll(v[i], "%s", name(wordMDots+p.text, p)))
		case '.':
			b.WriteString(strings.ReplaceAll(v[i], "%s", name(wordDots, p)))
		case '<':
			if open := lang.Pattern.DeepOpen; open != "" {
				b.WriteString(open)
			} else {
				b.WriteString(wordDeep + "(")
			}
		case '>':
			if lang.Pattern.DeepClose != "" {
				b.WriteString(lang.Pattern.DeepClose)
			} else {
				b.WriteString(")")
			}
		case 't':
			switch {
			case typed:
				fmt.Fprintf(&b, "%s", name(fmt.Sprintf("%s%d", wordTyped, len(types)), p))
				types = append(types, p.text+":"+p.typ)
			case lang.Pattern.TypeFirst:
				b.WriteString("(" + metaInType(p.typ) + " " + name(wordMeta+p.text, &piece{prev: " "}) + ")")
			default:
				b.WriteString(name(wordMeta+p.text, p) + ": " + metaInType(p.typ))
			}
		}
	}
	return b.String(), types
}

func metaInType(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "...", wordDots), "$", wordMeta)
}
