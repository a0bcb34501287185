package exposure

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/drydock/drydock/internal/report"
)

// fold is what a table for people tells of access paths in one line instead of a row each.
type fold int

const (
	foldNot      fold = iota
	foldPorts         // Traefik's own ports that are entry points: its routers say who may enter
	foldRedirect      // a router that only redirects
	foldPing          // Traefik's own answers to health checks and to who signs certificates
	foldPage          // pages of a service that is open anyway, shown to those who are refused elsewhere
)

// TableOptions say how a table is written.
type TableOptions struct {
	Width int  // columns; 0 means report.DefaultWidth
	All   bool // a row for every access path
}

// tableRow is a line of the table, made plain; the last column may take several lines.
type tableRow [4]string

// gap stands between two columns.
const gap = "  "

// The widths that columns may take: what they may be cut to, and what they get at most where all is too wide.
var (
	leastWidth = [3]int{16, 18, 14}
	mostWidth  = [3]int{22, 34, 40}
)

// leastWho is what the others leave to the last column, which takes as many lines as it needs.
const leastWho = 33

// WriteTable writes who may enter each service, one row an access path, for a person at a terminal.
func (m *Model) WriteTable(w io.Writer, o TableOptions) error {
	if o.Width == 0 {
		o.Width = report.DefaultWidth
	}
	t := table{r: m, all: o.All, folded: map[fold]int{}}
	t.rows = append(t.rows, tableRow{"SERVICE", "ACCESS PATH", "RULE", "WHO MAY ENTER"})
	for i := range m.Services {
		t.service(&m.Services[i])
	}
	var b strings.Builder
	t.write(&b, o.Width)
	t.foldedLine(&b, o.Width)
	for _, g := range m.Gateways {
		if g.Unverified {
			note(&b, o.Width, fmt.Sprintf("Traefik %s: unverified. The verdicts follow its documentation and source; "+
				"no real one of that version was compared with.", g.Version))
		}
	}
	if m.Unknown != "" {
		note(&b, o.Width, "Unknown: "+m.Unknown+".")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// note writes a paragraph below the table.
func note(b *strings.Builder, width int, text string) {
	fmt.Fprintf(b, "\n%s\n", strings.Join(wrap(report.Plain(text), width), "\n"))
}

// wrap breaks a text between words into lines of at most n columns; a word that is longer is broken.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case ansi.StringWidth(line)+1+ansi.StringWidth(word) <= n:
			line += " " + word
			continue
		default:
			lines = append(lines, line)
			line = word
		}
		for ansi.StringWidth(line) > n {
			head := ansi.Truncate(line, n, "")
			lines, line = append(lines, head), strings.TrimPrefix(line, head)
		}
	}
	return append(lines, line)
}

// table is one in the making.
type table struct {
	r      *Model
	all    bool
	rows   []tableRow
	folded map[fold]int
}

// service adds the rows of one service.
func (t *table) service(s *Service) {
	name := t.name(s)
	row := func(path, rule, who string) {
		t.rows = append(t.rows, tableRow{report.Plain(name), report.Plain(path), report.Plain(rule), report.Plain(who)})
		name = ""
	}
	if len(s.Paths) == 0 {
		row("-", "", "internal: no access path")
		return
	}
	var ports []string
	for i := range s.Paths {
		if d := &s.Paths[i]; d.fold == foldPorts && !t.all {
			ports = append(ports, strings.TrimSpace(strings.TrimPrefix(d.Via, "port")+d.port))
		}
	}
	if len(ports) > 0 {
		what := "port " + ports[0]
		switch {
		case ports[0] == "host network":
			what = ports[0]
		case len(ports) > 1:
			what = "ports " + strings.Join(ports, ", ")
		}
		row(what, "", "Traefik: its routers decide")
	}
	for i := range s.Paths {
		d := &s.Paths[i]
		if !t.all && d.fold != foldNot && (d.fold == foldPorts || name == "" || hasOther(s, d.fold)) {
			t.folded[d.fold]++
			continue
		}
		row(d.Name(), d.Rule, d.Who())
	}
}

// hasOther reports whether a service has an access path that is not folded in this way.
func hasOther(s *Service, f fold) bool {
	return slices.ContainsFunc(s.Paths, func(d AccessPath) bool { return d.fold != f })
}

// name tells a service from the others, with its stack only where two have the same name.
func (t *table) name(s *Service) string {
	for i := range t.r.Services {
		if o := &t.r.Services[i]; o.Name == s.Name && o.Stack != s.Stack {
			return s.Stack + "/" + s.Name
		}
	}
	return s.Name
}

// widths are those of the first three columns: as wide as they need to be, narrowed where the last one would have no
// room.
func (t *table) widths(width int) [3]int {
	var need, out [3]int
	who := 0
	for _, row := range t.rows {
		for i := range need {
			need[i] = max(need[i], ansi.StringWidth(row[i]))
		}
		who = max(who, ansi.StringWidth(row[3]))
	}
	out = need
	total := func() int { return out[0] + out[1] + out[2] + 3*len(gap) }
	if total()+who <= width {
		return out
	}
	for i := range out {
		out[i] = min(out[i], mostWidth[i])
	}
	for _, i := range []int{2, 1, 0} { // the rule can be cut most easily
		over := total() + min(who, leastWho) - width
		if over > 0 {
			out[i] = max(out[i]-over, min(out[i], leastWidth[i]))
		}
	}
	return out
}

func (t *table) write(b *strings.Builder, width int) {
	widths := t.widths(width)
	indent := 3 * len(gap)
	for _, n := range widths {
		indent += n
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, n := range widths {
			cell := middle(row[i], n)
			if i == 2 {
				cell = clip(row[i], n)
			}
			line.WriteString(cell + strings.Repeat(" ", max(0, n-ansi.StringWidth(cell))) + gap)
		}
		who := wrap(row[3], max(width-indent, 1))
		line.WriteString(who[0])
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		for _, more := range who[1:] {
			b.WriteString(strings.Repeat(" ", indent) + more + "\n")
		}
	}
}

// foldedLine says which access paths have no row.
func (t *table) foldedLine(b *strings.Builder, width int) {
	var parts []string
	switch n := t.folded[foldRedirect]; {
	case n == 1:
		parts = append(parts, "1 router that only redirects")
	case n > 1:
		parts = append(parts, fmt.Sprintf("%d routers that only redirect", n))
	}
	if t.folded[foldPing] > 0 {
		parts = append(parts, "Traefik's own answers")
	}
	if t.folded[foldPage] > 0 {
		parts = append(parts, "error pages")
	}
	if len(parts) > 0 {
		note(b, width, "Not listed: "+strings.Join(parts, " and ")+"; --all lists every access path.")
	}
}

// Name is the access path in the table.
func (p *AccessPath) Name() string {
	switch {
	case p.Via == "port" && p.port != "":
		return "port " + p.port
	case p.Via != "router":
		return p.Via
	}
	name := p.Router
	if p.EntryPoint != "" {
		name = p.EntryPoint + " " + name
	}
	if p.Traefik != "" {
		name = p.Traefik + ": " + name
	}
	return name
}

// Who says who may take the access path.
func (p *AccessPath) Who() string {
	why := strings.TrimPrefix(p.Why, "port "+p.port+" is ") // the name says which port
	switch p.Access {
	case "public":
		return "everybody: " + why
	case "closed", "redirect":
		return "nobody: " + why
	case "allowlisted":
		return p.Why
	}
	return p.Access + ": " + why
}

// clip cuts a text at its end to at most n columns.
func clip(s string, n int) string { return ansi.Truncate(s, n, "…") }

// middle cuts a name to at most n columns: of "stack/service" the stack's part, so that the service can be read; of any
// other the middle, since names of one host begin and end alike.
func middle(s string, n int) string {
	if ansi.StringWidth(s) <= n {
		return s
	}
	if head, tail, ok := strings.Cut(s, "/"); ok {
		if keep := n - ansi.StringWidth(tail) - 2; keep > 0 {
			return cut(head, keep+1) + "/" + tail
		}
	}
	return cut(s, n)
}

// cut takes out the middle of a text.
func cut(s string, n int) string {
	front := (n - 1) / 2
	return ansi.Truncate(s, front, "") + ansi.TruncateLeft(s, ansi.StringWidth(s)-(n-1-front), "…")
}
