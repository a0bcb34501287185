package markdown

import (
	"fmt"
	"io"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// WriteDiff writes a comparison as a comment: what is new in the open, the rest folded.
func WriteDiff(w io.Writer, d *diff.Diff, _ report.WriteOptions) error {
	c := &comment{}
	sign := "✅"
	if len(d.New)+len(d.Unseen) > 0 {
		sign = "⚠️"
	}
	c.print("%s\n## %s %s\n", Marker, sign, capital(d.Verdict()))
	c.print("\n| |")
	for _, sev := range finding.Severities {
		c.print(" %s |", sev)
	}
	c.print(" open |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, side := range []struct {
		name string
		*diff.Side
	}{{"before", &d.Before}, {"after", &d.After}} {
		c.print("| %s |", side.name)
		for _, sev := range finding.Severities {
			c.print(" %d |", side.Counts[sev])
		}
		c.print(" %d |\n", side.Open)
	}
	c.changes("New", d.New, false)
	c.changes("Could not be looked at again", d.Unseen, false)
	c.changes("Fixed", d.Fixed, true)
	c.changes("Remaining", d.Remaining, true)
	_, err := w.Write(c.Bytes())
	return err
}

func (c *comment) changes(title string, cs []diff.Change, folded bool) {
	if len(cs) == 0 || c.full() {
		return
	}
	if folded {
		c.print("\n<details><summary>%s (%d)</summary>\n", title, len(cs))
	} else {
		c.print("\n### %s (%d)\n", title, len(cs))
	}
	c.print("\n| severity | finding | where | why |\n|---|---|---|---|\n")
	for i := range cs {
		if c.full() {
			c.print("\n%s did not fit; the other formats have every one.\n", report.Plural(len(cs)-i, "more line"))
			break
		}
		f := &cs[i].Finding
		where := "`" + code(f.Location.String()) + "`"
		if p := f.Package; p != nil {
			where = fmt.Sprintf("**%s** %s", cell(p.Name), cell(p.Version))
		}
		c.print("| %s | `%s` | %s | %s |\n", f.Severity, code(f.Rule), where, cell(cs[i].Text))
	}
	if folded {
		c.print("\n</details>\n")
	}
}
