package code

import (
	"bytes"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/code/pattern"
	"github.com/drydock/drydock/internal/code/regex"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Finding is one match, placed and told. It holds no reference to the file.
type Finding struct {
	Rule       string
	Severity   finding.Severity
	Location   finding.Location
	Message    string
	Snippet    string
	Flow       []finding.Step
	Fix        *finding.Edit
	Confidence finding.Confidence // "" for the rule's own
	Suppressed string             // why a comment in the code takes it away, "" if none does
	Key        string             // what was matched, without its spaces: identity that survives moves and reformatting
	Nth        int                // number among the findings of the same rule, file and Key
}

// ID is the finding's fingerprint.
func (f *Finding) ID() string {
	return finding.Fingerprint(finding.GateCode, f.Rule, f.Location.Path, f.Key, strconv.Itoa(f.Nth))
}

// number tells equal findings of a file apart by their order.
func number(fs []Finding) {
	sort.SliceStable(fs, func(i, j int) bool {
		a, b := &fs[i].Location, &fs[j].Location
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		return fs[i].Rule < fs[j].Rule
	})
	seen := map[string]int{}
	for i := range fs {
		k := fs[i].Rule + "\x00" + fs[i].Location.Path + "\x00" + fs[i].Key
		fs[i].Nth = seen[k]
		seen[k]++
	}
}

// finish makes findings of matches.
func (e *Engine) finish(f *search.File, ms []found, res FileResult) FileResult {
	hidden := e.secrets(f.Path, f.Src)
	res.secret = len(hidden.list) > 0
	if len(ms) == 0 && !res.secret && !bytes.Contains(f.Src, []byte("drydock:ignore")) {
		return res
	}
	sortFound(ms)
	lines := NewLines(f.Src)
	sup := suppressions(f.Src, lines)
	type seenKey struct {
		rule       string
		start, end uint32
		msg        string
	}
	seen, ofSecrets := map[seenKey]bool{}, map[string]bool{}
	for i := range ms {
		m := &ms[i]
		out := m.tell(f, lines)
		k := seenKey{out.Rule, m.Start, m.End, out.Message}
		if seen[k] {
			continue
		}
		seen[k] = true
		hidden.hideIn(&out)
		res.Findings = append(res.Findings, out)
		ofSecrets[out.Rule] = ofSecrets[out.Rule] || secretRule(m.p.Rule)
	}
	if res.secret {
		res.Findings = hidden.tell(f.Path, lines, res.Findings, func(rule string) bool { return ofSecrets[rule] })
	}
	for i := range res.Findings {
		out := &res.Findings[i]
		out.Suppressed = sup.covers(out.Rule, out.Location.Line)
	}
	res.Unused = sup.unused(f.Path)
	return res
}

// Lines maps bytes to lines and columns.
type Lines struct {
	src    []byte
	starts []int
	long   int   // the long line that marks are of, -1 for none
	marks  []int // code points before each further piece of it
}

// piece is what of a long line is counted at once.
const piece = 1 << 14

// NewLines finds the lines of a source.
func NewLines(src []byte) *Lines {
	l := &Lines{src: src, starts: []int{0}, long: -1}
	for i, c := range src {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l *Lines) at(off int) (line, col int) {
	i := sort.SearchInts(l.starts, off+1) - 1
	off = min(off, len(l.src))
	return i + 1, 1 + l.points(i, off)
}

// points counts the code points between the start of a line and a byte of it. Of a long line, such as all of a minified
// file, it keeps what it counted.
func (l *Lines) points(line, off int) int {
	start := l.starts[line]
	n := off - start
	if n <= piece {
		return utf8.RuneCount(l.src[start:off])
	}
	if l.long != line {
		l.long, l.marks = line, []int{0}
	}
	for len(l.marks) <= n/piece {
		k := len(l.marks)
		l.marks = append(l.marks, l.marks[k-1]+runeStarts(l.src[start+(k-1)*piece:start+k*piece]))
	}
	from := start + n/piece*piece
	return l.marks[n/piece] + runeStarts(l.src[from:off])
}

// runeStarts counts the bytes that begin a code point.
func runeStarts(b []byte) (n int) {
	for _, c := range b {
		if utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

// text is a line without its end, 1-based.
func (l *Lines) text(n int) []byte {
	if n < 1 || n > len(l.starts) {
		return nil
	}
	end := len(l.src)
	if n < len(l.starts) {
		end = l.starts[n] - 1
	}
	return bytes.TrimRight(l.src[l.starts[n-1]:end], "\r\n")
}

func (l *Lines) location(path string, start, end uint32) finding.Location {
	loc := finding.Location{Path: path}
	loc.Line, loc.Column = l.at(int(start))
	loc.EndLine, loc.EndColumn = l.at(int(end))
	return loc
}

// tell makes a finding of a match.
func (m *found) tell(f *search.File, l *Lines) Finding {
	r := m.p.Rule
	e := &search.Evaluator{Prog: m.p, File: f}
	secret := secretRule(r)
	out := Finding{Rule: r.ID, Severity: r.Severity, Location: l.location(f.Path, m.Start, m.End)}
	out.Message = interpolate(e, strings.TrimSpace(r.Message), m.Env, maxInMessage, secret)
	out.Snippet = snippet(l, out.Location.Line, int(m.Start), secret)
	out.Key = squeeze(f.Src[m.Start:m.End])
	if secret {
		out.Key = mask(out.Key)
	}
	for _, s := range m.Steps {
		loc := l.location(f.Path, s.Start, s.End)
		out.Flow = append(out.Flow, finding.Step{Location: loc, Text: shown(s.Text, secret)})
	}
	switch {
	case r.HasFix:
		out.Fix = &finding.Edit{Location: out.Location, NewText: interpolate(e, r.Fix, m.Env, math.MaxInt, false)}
	case r.FixRegex != nil:
		if text, ok := fixed(r.FixRegex, f.Src[m.Start:m.End]); ok {
			out.Fix = &finding.Edit{Location: out.Location, NewText: text}
		}
	}
	return out
}

// secretRule: rules about secrets in the code must not repeat them.
func secretRule(r *rule.Rule) bool {
	for _, c := range r.Meta.CWE {
		for _, n := range []string{"CWE-798", "CWE-259", "CWE-321", "CWE-522", "CWE-547"} {
			if c == n || strings.HasPrefix(c, n+":") || strings.HasPrefix(c, n+" ") {
				return true
			}
		}
	}
	return r.Meta.Kind == "secret" || strings.Contains(r.ID, "secret") || strings.Contains(r.ID, "password") ||
		strings.Contains(r.ID, "credential") ||
		strings.Contains(r.ID, "api-key")
}

var quotedText = lazyregexp.New("\"[^\"\\n]*\"|'[^'\\n]*'|`[^`\\n]*`")

// mask hides what stands in quotes, and long runs of letters and digits.
func mask(s string) string {
	s = quotedText.ReplaceAllStringFunc(s, func(q string) string { return q[:1] + "***" + q[len(q)-1:] })
	return longRun.ReplaceAllString(s, "***")
}

// shown is a piece of code as a report may show it. Of a rule about secrets it is masked; in any other, too, what an
// address has before its host is left out, and constants whose names say that they are secret.
func shown(s string, secret bool) string {
	if secret {
		return mask(s)
	}
	s = loginInAddress.ReplaceAllString(s, "$1***@")
	return secretConstant.ReplaceAllString(s, `$1"***"`)
}

var (
	loginInAddress = lazyregexp.New(`(://)[^\s/@"'<>]*@`)
	secretConstant = lazyregexp.New(`(?i)(\b[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key|` +
		`private_?key|credential)[\w-]*["']?\]?\s*(?::|=>|:?=)\s*[bruf]{0,2})(?:"[^"\n]*"|'[^'\n]*')`)
)

var longRun = lazyregexp.New(`[A-Za-z0-9+/=_-]{16,}`)

const maxSnippet = 200

// snippet is the line on which a match begins. Of a long one it is the part around the match.
func snippet(l *Lines, line, start int, secret bool) string {
	b := l.text(line)
	if len(b) > 8*maxSnippet {
		from := max(0, min(start-l.starts[line-1]-maxSnippet/4, len(b)))
		b = b[from:min(len(b), from+8*maxSnippet)]
	}
	s := shown(string(bytes.TrimSpace(b)), secret)
	if r := []rune(s); len(r) > maxSnippet {
		s = string(r[:maxSnippet]) + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// squeeze is a text without its spaces.
func squeeze(b []byte) string {
	if len(b) > 2000 {
		b = b[:2000]
	}
	return strings.Join(strings.Fields(string(b)), "")
}

var inMessage = lazyregexp.New(`(value\()?\$(\.\.\.)?([A-Z_][A-Z_0-9]*|[0-9]+)(\))?`)

// maxInMessage is how much of a metavariable's text a message has, in bytes.
const maxInMessage = 4000

// interpolate puts the metavariables' texts into a message, cut to a number of bytes each.
func interpolate(e *search.Evaluator, s string, env pattern.Env, most int, secret bool) string {
	if !strings.Contains(s, "$") {
		return s
	}
	return inMessage.ReplaceAllStringFunc(s, func(m string) string {
		g := inMessage.FindStringSubmatch(m)
		v := e.Prog.Vars.Lookup("$" + g[2] + g[3])
		if v < 0 || v >= len(env) || env[v].Kind == pattern.Unbound {
			return m
		}
		text := e.Content(&env[v])
		if g[1] != "" && g[4] != "" {
			text = e.Constant(&env[v])
		}
		if secret {
			most = min(most, maxSnippet)
		}
		out := string(text[:min(len(text), most)])
		if len(text) > most {
			out = strings.ToValidUTF8(out, "") + "…"
		}
		if most < math.MaxInt { // of a fix nothing is left out
			out = shown(out, secret)
		}
		if g[1] != "" && g[4] == "" {
			out = g[1] + out
		}
		if g[1] == "" && g[4] != "" {
			out += g[4]
		}
		return out
	})
}

// fixed applies a fix-regex to the matched text.
func fixed(fr *rule.FixRegex, text []byte) (string, bool) {
	re, err := regex.Compile(fr.Regex)
	if err != nil {
		return "", false
	}
	limit := fr.Count
	if limit <= 0 {
		limit = 1000
	}
	ms, ok := re.FindAll(text, limit)
	if !ok || len(ms) == 0 {
		return "", false
	}
	var b strings.Builder
	from := 0
	for _, m := range ms {
		b.Write(text[from:m.Groups[0][0]])
		b.WriteString(backrefs.ReplaceAllStringFunc(fr.Replacement, func(s string) string {
			n, _ := strconv.Atoi(strings.Trim(s, `\g<>$`))
			if n < len(m.Groups) && m.Groups[n][0] >= 0 {
				return string(text[m.Groups[n][0]:m.Groups[n][1]])
			}
			return ""
		}))
		from = m.Groups[0][1]
	}
	b.Write(text[from:])
	return b.String(), true
}

var backrefs = lazyregexp.New(`\\[0-9]|\\g<[0-9]+>|\$[0-9]`)

// Offset is the byte of a line and column, both from 1, columns in code points.
func (l *Lines) Offset(line, col int) int {
	if line < 1 || line > len(l.starts) {
		return len(l.src)
	}
	off := l.starts[line-1]
	for range col - 1 {
		if off >= len(l.src) {
			break
		}
		n := 1
		for off+n < len(l.src) && l.src[off+n]&0xC0 == 0x80 {
			n++
		}
		off += n
	}
	return off
}
