package html

import (
	"bufio"
	"io"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/report"
)

// comparison is what the page of a diff shows.
type comparison struct {
	head
	D     *diff.Diff
	Pair  []pairBar
	Lists []changes
}

// pairBar is the open findings of one side.
type pairBar struct {
	Name  string
	Side  *diff.Side
	Parts []part
}

// changes is one list of the page.
type changes struct {
	Title, About string
	Open         bool
	List         []change
}

type change struct {
	diff.Change
	Place string
}

// WriteDiff writes a comparison as a page of the same kind: before and after as bars, then what changed and why.
func WriteDiff(w io.Writer, d *diff.Diff, _ report.WriteOptions) error {
	most := max(1, d.Before.Open, d.After.Open)
	c := comparison{
		head: newHead("Drydock: before and after"), D: d,
		Pair: []pairBar{{"before", &d.Before, parts(d.Before.Counts, most)},
			{"after", &d.After, parts(d.After.Counts, most)}},
		Lists: []changes{
			newChanges("New", "not there before", true, d.New),
			newChanges("Could not be looked at again", "neither fixed nor remaining: the later run did not look there",
				true, d.Unseen),
			newChanges("Fixed", "gone, accepted, or shown not to hold", true, d.Fixed),
			newChanges("Remaining", "in both", false, d.Remaining),
		},
	}
	bw := bufio.NewWriter(w)
	if err := templates().ExecuteTemplate(bw, "diff", c); err != nil {
		return err
	}
	return bw.Flush()
}

func newChanges(title, about string, open bool, cs []diff.Change) changes {
	c := changes{Title: title, About: about, Open: open}
	for i := range cs {
		c.List = append(c.List, change{cs[i], place(&cs[i].Finding)})
	}
	return c
}
