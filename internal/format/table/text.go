package table

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// cell is a piece of a line. Its text is made plain when it is built or printed, never trusted.
type cell struct {
	text  string
	style style
}

func plain(s string) cell { return cell{text: s} }

// style is a set of terminal attributes.
type style int

const (
	bold style = 1 << iota
	dim
	red
	yellow
	green
	magenta
	cyan
)

var attributes = []struct {
	style style
	code  string
}{{bold, "1"}, {dim, "2"}, {red, "31"}, {yellow, "33"}, {green, "32"}, {magenta, "35"}, {cyan, "36"}}

// paint wraps text in the terminal's attributes. Padding is painted too, which no attribute in use makes visible.
func paint(s style, text string, on bool) string {
	if !on || s == 0 || strings.TrimSpace(text) == "" {
		return text
	}
	var codes []string
	for _, a := range attributes {
		if s&a.style != 0 {
			codes = append(codes, a.code)
		}
	}
	return "\x1b[" + strings.Join(codes, ";") + "m" + text + "\x1b[0m"
}

func severityStyle(s finding.Severity) style {
	switch s {
	case finding.Critical:
		return red | bold
	case finding.High:
		return red
	case finding.Medium:
		return yellow
	case finding.Low:
		return cyan
	case finding.Unknown:
		return magenta
	}
	return dim
}

// columns is the width of a plain text on a terminal: East Asian characters take two columns, marks none.
func columns(s string) int { return ansi.StringWidth(s) }

// fit makes s plain and cuts it to at most n columns; what is cut ends in an ellipsis.
func fit(s string, n int) string {
	if n <= 0 {
		return ""
	}
	return ansi.Truncate(report.Plain(s), n, "…")
}

// fitPlace makes s plain and cuts it to at most n columns: of a path the beginning goes, since its end, with the line,
// is what a reader looks for.
func fitPlace(s string, n int) string {
	s = report.Plain(s)
	if over := columns(s) - n; over > 0 && n > 0 && strings.Contains(s, "/") && strings.Contains(s, ":") {
		return ansi.TruncateLeft(s, over+1, "…")
	}
	return fit(s, n)
}

// fitName makes the name of a service plain and cuts it to at most n columns: of "stack/service" in the
// middle of the stack, of any other in its own, since names of one host begin and end alike.
func fitName(s string, n int) string {
	s = report.Plain(s)
	over := columns(s) - n
	if over <= 0 || n < 3 {
		return fit(s, n)
	}
	head, tail, ok := strings.Cut(s, "/")
	if keep := n - columns(tail) - 2; ok && keep > 0 {
		return cutMiddle(head, keep+1) + "/" + tail
	}
	return cutMiddle(s, n)
}

func cutMiddle(s string, n int) string {
	front := (n - 1) / 2
	return ansi.Truncate(s, front, "") + ansi.TruncateLeft(s, columns(s)-(n-1-front), "…")
}

// pad fits s and fills it with spaces to n columns.
func pad(s string, n int) string {
	s = fit(s, n)
	return s + strings.Repeat(" ", max(0, n-columns(s)))
}

// wrap breaks a plain text into lines of at most n columns, between words where it can. It returns one line at least.
func wrap(s string, n int) []string {
	return strings.Split(ansi.Wrap(s, n, ""), "\n")
}
