package result

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// changesShown is how many vulnerabilities of one list a person is shown.
const changesShown = 10

// Table writes what a run did for a person to read.
func (r *Rebuild) Table(w io.Writer) error {
	var b strings.Builder
	for i := range r.Services {
		if i > 0 {
			b.WriteString("\n")
		}
		r.Services[i].table(&b)
	}
	for _, text := range r.Warnings {
		fmt.Fprintf(&b, "\nnote: %s\n", text)
	}
	fmt.Fprintf(&b, "\n%s\n", (time.Duration(r.DurationMs) * time.Millisecond).Round(100*time.Millisecond))
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Service) table(b *strings.Builder) {
	fmt.Fprintf(b, "%s  %s  %s\n", s.Image, strings.ToUpper(string(s.Verdict)), s.state())
	fmt.Fprintf(b, "  services  %s\n", strings.Join(s.Services, ", "))
	if s.Reason != "" {
		fmt.Fprintf(b, "  why       %s\n", s.Reason)
	}
	for _, d := range s.Due {
		fmt.Fprintf(b, "  due       %s: %s\n", d.Reason, report.ShortDigests(d.Evidence))
	}
	if s.After.Image != "" {
		fmt.Fprintf(b, "  %-9s %8s  %8s\n", "", "before", "after")
		for _, sev := range finding.Severities {
			if s.Before.Counts[sev]+s.After.Counts[sev] > 0 {
				fmt.Fprintf(b, "  %-9s %8d  %8d\n", sev, s.Before.Counts[sev], s.After.Counts[sev])
			}
		}
		fmt.Fprintf(b, "  %-9s %8d  %8d\n", "packages", s.Before.Packages, s.After.Packages)
		fmt.Fprintf(b, "  %-9s %8.1f  %8.1f\n", "MB", float64(s.Before.Size)/1e6, float64(s.After.Size)/1e6)
	}
	list(b, "fixed", s.Fixed)
	list(b, "new", s.New)
	if n := len(s.Remaining); n > 0 {
		fmt.Fprintf(b, "  %d remain\n", n)
	}
	if f := s.Forecast; f.Right+f.Wrong+f.Unknown > 0 {
		fmt.Fprintf(b, "  forecast  %d right, %d wrong, %d unknown\n", f.Right, f.Wrong, f.Unknown)
	}
	if s.Log != "" && s.Verdict == Failed {
		fmt.Fprintf(b, "  log       %s\n", s.Log)
	}
}

// state is what became of the new image.
func (s *Service) state() string {
	switch {
	case s.RolledBack:
		return "rolled back: the old image is live"
	case s.Deployed:
		return "deployed"
	case s.Unchanged:
		return "unchanged, not deployed"
	}
	return "not deployed"
}

func list(b *strings.Builder, word string, changes []Change) {
	for i, c := range changes {
		if i == changesShown {
			fmt.Fprintf(b, "  %-9s and %d more\n", word, len(changes)-i)
			return
		}
		versions := strings.Trim(c.From+" -> "+c.To, " ")
		fmt.Fprintf(b, "  %-9s %-8s %s  %s %s\n", word, c.Severity, c.Rule, c.Package, versions)
	}
}
