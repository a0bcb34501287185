package pattern

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// The words that stand in a pattern's text for what no grammar knows. They start a name that nobody writes.
const (
	wordMeta  = "zqM_"    // $X
	wordDots  = "zqDots"  // ...
	wordMDots = "zqE_"    // $...X
	wordDeep  = "zqDeep"  // <... e ...>
	wordTyped = "zqTyped" // ($X: T): zqTyped<number>
)

// place is where an ellipsis stands, as far as the text around it tells.
type place uint8

const (
	placeName   place = iota // an operand, a link of a call chain: a name does
	placeStmt                // a line or statement of its own
	placeList                // within ( ) or [ ]
	placeBraces              // alone between braces or commas within { }
	placeMember              // a member of a class
)

// piece is a part of a pattern's text: literal, or something that needs a stand-in.
type piece struct {
	text  string // literal text, or the name of a metavariable without its $
	kind  byte   // 0 literal, '$' metavariable, '*' $...X, '.' ellipsis, '<' and '>' deep, 't' typed
	place place
	typ   string // of a typed metavariable
	prev  string // the text before it
	next  string // the text after it
}

var (
	metavar   = lazyregexp.New(`^\$([A-Z_][A-Z_0-9]*)`)
	metaDots  = lazyregexp.New(`^\$\.\.\.([A-Z_][A-Z_0-9]*)`)
	typeAfter = lazyregexp.New(`^\$([A-Z_][A-Z_0-9]*)\s*:\s*`)
	typeFirst = lazyregexp.New(`^\(\s*([A-Za-z_$][\w.$<>\[\], ?]*?)\s+\$([A-Z_][A-Z_0-9]*)\s*\)`)
)

// superglobals are variables of PHP's that look like metavariables.
var superglobals = map[string]bool{
	"$GLOBALS": true, "$_SERVER": true, "$_GET": true, "$_POST": true, "$_FILES": true, "$_COOKIE": true,
	"$_SESSION": true, "$_REQUEST": true, "$_ENV": true,
}

// split cuts a pattern's text into pieces.
func split(lang *ast.Lang, s string) []piece {
	sp := &splitter{lang: lang, s: s}
	sp.run(0, 0)
	sp.flush(sp.i)
	for i := range sp.out {
		if k := sp.out[i].kind; k == '.' || k == '*' {
			sp.out[i].place = sp.placeOf(i)
		}
	}
	return sp.out
}

type splitter struct {
	lang  *ast.Lang
	s     string
	i     int
	from  int
	out   []piece
	stack []byte
	deep  int // deep ellipses that are open
	// inQuotes: between double quotes of a language in whose strings stand-ins count
	inQuotes bool
}

func (sp *splitter) flush(to int) {
	if to > sp.from {
		sp.out = append(sp.out, piece{text: sp.s[sp.from:to]})
	}
}

func (sp *splitter) put(p piece, n int) {
	sp.flush(sp.i)
	p.prev, p.next = sp.s[max(0, sp.i-40):sp.i], sp.s[min(sp.i+n, len(sp.s)):min(sp.i+n+8, len(sp.s))]
	if sp.inQuotes && !strings.HasSuffix(p.prev, "${") {
		p.prev = `"` // a part of a string, whatever stands before
	}
	sp.out = append(sp.out, p)
	sp.i += n
	sp.from = sp.i
}

// run reads code until the closing byte at the depth where it began, or the end.
func (sp *splitter) run(closing byte, depth int) {
	for sp.i < len(sp.s) {
		rest := sp.s[sp.i:]
		c := rest[0]
		switch {
		case closing != 0 && c == closing && len(sp.stack) == depth:
			return
		case strings.HasPrefix(rest, "<..."):
			sp.deep++
			sp.put(piece{kind: '<'}, 4)
			continue
		case strings.HasPrefix(rest, "...>") && sp.deep > 0:
			sp.deep--
			sp.put(piece{kind: '>'}, 4)
			continue
		case strings.HasPrefix(rest, "..."):
			if sp.isSpread(rest) {
				sp.i += 3
			} else {
				sp.put(piece{kind: '.', place: placeName, typ: string(sp.stack)}, 3)
			}
			continue
		case c == '$':
			if sp.meta(rest) {
				continue
			}
		case c == '(':
			if m := typeFirst.FindStringSubmatch(rest); m != nil && sp.lang.Pattern.TypeFirst && !sp.afterName() {
				sp.put(piece{kind: 't', text: m[2], typ: m[1]}, len(m[0]))
				continue
			}
			sp.stack = append(sp.stack, c)
		case c == '{' && sp.opensClass():
			sp.stack = append(sp.stack, classBrace)
		case c == '[', c == '{':
			sp.stack = append(sp.stack, c)
		case c == ')', c == ']', c == '}':
			if len(sp.stack) > 0 {
				sp.stack = sp.stack[:len(sp.stack)-1]
			}
		case c == '"', c == '\'', c == '`':
			sp.quoted(c)
			continue
		}
		sp.i++
	}
}

// classBrace is a brace that the body of a class begins with.
const classBrace = 'c'

// classHead is what stands before the body of a class.
var classHead = lazyregexp.New(
	`(?:^|[^\w$.])(?:class|interface|enum|record|trait)\s[^;{}()=]*(?:\([^;{}()]*\)[^;{}()=]*)?$|(?:^|[^\w$])new\s+[\w$.<>, ]+\([^;{}]*\)\s*$`)

// opensClass reports whether the brace here begins the body of a class.
func (sp *splitter) opensClass() bool {
	return len(sp.lang.Pattern.Member) > 0 && classHead.MatchString(sp.s[max(0, sp.i-400):sp.i])
}

// afterName reports whether a parenthesis here opens arguments or parameters: a name stands before it.
func (sp *splitter) afterName() bool {
	before := strings.TrimRight(sp.s[:sp.i], " \t")
	if before == "" || !isWord(before[len(before)-1]) && before[len(before)-1] != '>' {
		return false
	}
	for _, k := range []string{"return", "throw", "else", "case", "assert"} {
		if strings.HasSuffix(before, k) {
			return false
		}
	}
	return true
}

// isSpread reports whether the dots are the language's own: right before what they spread, or after a type.
func (sp *splitter) isSpread(rest string) bool {
	if len(rest) > 3 &&
		(isWord(rest[3]) || strings.IndexByte("$[{", rest[3]) >= 0 || rest[3] == '(' && sp.i > 0 &&
			strings.IndexByte("([,", sp.s[sp.i-1]) >= 0) {
		return sp.lang.Spreads()
	}
	return sp.lang.Spreads() && sp.i > 0 && isWord(sp.s[sp.i-1]) && sp.lang.TrailingSpread()
}

func (sp *splitter) meta(rest string) bool {
	if m := metaDots.FindStringSubmatch(rest); m != nil {
		sp.put(piece{kind: '*', text: m[1], typ: string(sp.stack)}, len(m[0]))
		return true
	}
	m := metavar.FindStringSubmatch(rest)
	if m == nil || len(m[0]) < len(rest) && isLower(rest[len(m[0])]) {
		return false
	}
	if sp.lang.Name == "php" && superglobals[m[0]] {
		return false
	}
	if t := typeAfter.FindStringSubmatch(rest); t != nil && len(sp.stack) > 0 && sp.stack[len(sp.stack)-1] == '(' &&
		!sp.lang.Pattern.TypeFirst {
		if end := typeEnd(rest[len(t[0]):]); end > 0 {
			sp.put(piece{kind: 't', text: m[1], typ: strings.TrimSpace(rest[len(t[0]) : len(t[0])+end])}, len(t[0])+end)
			return true
		}
	}
	sp.put(piece{kind: '$', text: m[1]}, len(m[0]))
	return true
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// typeEnd is the length of a type that ends at a comma, an equals sign or a bracket of the surrounding list.
func typeEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}', '>':
			if depth == 0 {
				return i
			}
			depth--
		case ',', '=':
			if depth == 0 {
				return i
			}
		case '\n':
			return 0
		}
	}
	return 0
}

// quoted passes over a string. Within an interpolation metavariables count as in code.
func (sp *splitter) quoted(q byte) {
	open := sp.lang.Interpolation(q, sp.s[:sp.i])
	triple := strings.Repeat(string(q), 3)
	end := string(q)
	if strings.HasPrefix(sp.s[sp.i:], triple) && q != '`' {
		end = triple
	}
	start := sp.i
	sp.i += len(end)
	pieces := sp.lang.Pattern.QuotedPieces && q == '"' && !strings.HasPrefix(sp.s[sp.i:], "=~/")
	for sp.i < len(sp.s) {
		rest := sp.s[sp.i:]
		if pieces && !strings.HasPrefix(rest, end) {
			sp.quotedPiece(rest)
			continue
		}
		switch {
		case strings.HasPrefix(rest, end):
			sp.i += len(end)
			return
		case rest[0] == '\\':
			sp.i += 2
		case open != "" && strings.HasPrefix(rest, open):
			sp.i += len(open)
			depth := len(sp.stack)
			sp.stack = append(sp.stack, '(')
			sp.run('}', depth+1)
			sp.stack = sp.stack[:min(depth, len(sp.stack))]
		default:
			sp.i++
		}
	}
	if end == "'" || end == "`" { // an apostrophe, not a string
		sp.i = min(sp.i, max(start+1, sp.from))
		if sp.from <= start {
			sp.i = start + 1
		}
	}
	sp.i = min(sp.i, len(sp.s))
}

// quotedPiece reads one thing between double quotes where stand-ins count there.
func (sp *splitter) quotedPiece(rest string) {
	sp.inQuotes = true
	defer func() { sp.inQuotes = false }()
	switch {
	case rest[0] == '\\':
		sp.i = min(sp.i+2, len(sp.s))
	case strings.HasPrefix(rest, "..."):
		sp.put(piece{kind: '.', place: placeName, typ: string(sp.stack)}, 3)
	case strings.HasPrefix(rest, "$("):
		sp.inQuotes = false
		depth := len(sp.stack)
		sp.i += 2
		sp.stack = append(sp.stack, '(')
		sp.run(')', depth+1)
		sp.stack = sp.stack[:min(depth, len(sp.stack))]
	case rest[0] == '$' && sp.meta(rest):
	default:
		sp.i++
	}
}

// placeOf judges an ellipsis by what stands around it.
func (sp *splitter) placeOf(i int) place {
	prev, next := byte('\n'), byte('\n')
	if i > 0 {
		prev = edge(sp.out[i-1], true)
	}
	if i+1 < len(sp.out) {
		next = edge(sp.out[i+1], false)
	}
	inner := byte(0)
	if st := sp.out[i].typ; st != "" {
		inner = st[len(st)-1]
	}
	member := inner == classBrace
	if member {
		inner = '{'
	}
	begins := strings.IndexByte("\n;{}:", prev) >= 0
	ends := strings.IndexByte("\n;}", next) >= 0
	switch {
	case prev == '.' || next == '.', strings.HasSuffix(sp.out[i].prev, "#{"):
		return placeName
	case member && begins && (ends || isWord(next) || next == '@'):
		return placeMember
	case inner == '{' && (prev == '{' || prev == ',') && (next == '}' || next == ','):
		return placeBraces
	case inner == '{' && (prev == ',' || next == ','):
		return placeBraces
	case inner == '(' || inner == '[':
		if strings.IndexByte("(,[\n", prev) >= 0 && strings.IndexByte("),]\n;", next) >= 0 {
			return placeList
		}
		return placeName
	case begins && ends,
		inner == '{' && begins && (isWord(next) || next == '@'),
		(inner == '{' || inner == 0) && prev == ';' && (isWord(next) || next == '('),
		inner == 0 && begins && i+1 < len(sp.out) && sp.out[i+1].kind == 0 &&
			keywordFirst.MatchString(sp.out[i+1].text):
		return placeStmt
	}
	return placeName
}

// keywordFirst is the beginning of a statement that no expression begins like.
var keywordFirst = lazyregexp.New(`^\s*(?:if|for|while|do|switch|try|return|throw|var|let|const)\b`)

// edge is the significant byte of a piece that touches its neighbour: a newline if one lies between.
func edge(p piece, last bool) byte {
	if p.kind != 0 {
		return 'x'
	}
	t := p.text
	trimmed := strings.TrimLeft(t, " \t\r\n")
	if last {
		trimmed = strings.TrimRight(t, " \t\r\n")
	}
	if trimmed == "" {
		if strings.Contains(t, "\n") {
			return '\n'
		}
		return 'x'
	}
	var c byte
	if last {
		c = trimmed[len(trimmed)-1]
		t = t[len(trimmed):]
	} else {
		c = trimmed[0]
		t = t[:len(t)-len(trimmed)]
	}
	if strings.Contains(t, "\n") && strings.IndexByte(".,([{)]}", c) < 0 {
		return '\n'
	}
	return c
}
