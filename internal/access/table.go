package access

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/drydock/drydock/internal/report"
)

// WriteTable writes who may enter each service, one line a door, for a person at a terminal.
func (r *Result) WriteTable(w io.Writer) error {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVICE\tDOOR\tRULE\tWHO MAY ENTER")
	manyStacks := false
	for i := range r.Services {
		manyStacks = manyStacks || r.Services[i].Stack != r.Services[0].Stack
	}
	for i := range r.Services {
		s := &r.Services[i]
		name := s.Name
		if manyStacks {
			name = s.Stack + "/" + name
		}
		if len(s.Doors) == 0 {
			fmt.Fprintf(tw, "%s\t-\t\tinternal: no door leads in\n", report.Plain(name))
		}
		for j := range s.Doors {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", report.Plain(name), report.Plain(s.Doors[j].name()), report.Plain(clip(s.Doors[j].Rule, 44)), report.Plain(s.Doors[j].who()))
			name = ""
		}
	}
	tw.Flush()
	for _, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	for _, g := range r.Gateways {
		if g.Unverified {
			fmt.Fprintf(w, "\nTraefik %s: unverified. The verdicts follow its documentation and source; no real one of that version was compared with.\n", g.Version)
		}
	}
	if r.Unknown != "" {
		fmt.Fprintf(w, "\nUnknown: %s.\n", report.Plain(r.Unknown))
	}
	return nil
}

func (d *Door) name() string {
	if d.Via != "router" {
		return d.Via
	}
	name := d.Router
	if d.EntryPoint != "" {
		name = d.EntryPoint + " " + name
	}
	if d.Traefik != "" {
		name = d.Traefik + ": " + name
	}
	return name
}

func (d *Door) who() string {
	switch d.Access {
	case "public":
		return "everybody: " + d.Why
	case "closed":
		return "nobody: " + d.Why
	case "redirect":
		return "nobody: " + d.Why
	case "allowlisted":
		return d.Why
	}
	return d.Access + ": " + d.Why
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
