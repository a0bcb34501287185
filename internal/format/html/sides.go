package html

import (
	"bufio"
	"io"
	"strconv"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Sides is one thing before and after work on it: an image that was rebuilt.
type Sides struct {
	Name          string
	Word          string // the verdict: "better"
	Good          bool
	Why           string
	Notes         []string
	Before, After Tally
	Lists         []SideList
}

// Tally is one of the two sides.
type Tally struct {
	Counts   map[finding.Severity]int
	Packages int
	Size     int64  // bytes
	Absent   string // why there is nothing to count: "there was none"
}

// SideList is a list of vulnerabilities with what became of them.
type SideList struct {
	Title string
	Open  bool // shown without being asked for
	Rows  []SideRow
}

// SideRow is one vulnerability: what happened to its package, and what had been forecast.
type SideRow struct {
	Rule, Package, Cause, From, To string
	Severity                       finding.Severity
	Forecast                       finding.Forecast
}

// Open is how many findings a side has.
func (t Tally) Open() int {
	n := 0
	for _, c := range t.Counts {
		n += c
	}
	return n
}

// Picture is both sides as bars of one scale.
func (s Sides) Picture() picture {
	most := 1
	for _, sev := range finding.Severities {
		most = max(most, s.Before.Counts[sev], s.After.Counts[sev])
	}
	p := picture{Width: 2*panelWidth + panelGap, Height: barTop + barHeight + 26}
	for i, side := range []struct {
		name  string
		tally Tally
	}{{"before", s.Before}, {"after", s.After}} {
		x := i * (panelWidth + panelGap)
		if side.tally.Absent != "" {
			p.Panels = append(p.Panels, panel{X: x, Title: side.name + ": " + side.tally.Absent})
			continue
		}
		one := panel{X: x, Title: side.name + ": " + report.Plural(side.tally.Open(), "open finding"),
			About: report.Plural(side.tally.Packages, "package") + ", " + report.Size(side.tally.Size)}
		for j, sev := range finding.Severities {
			n := side.tally.Counts[sev]
			h := n * barHeight / most
			if n > 0 {
				h = max(h, 2)
			}
			one.Bars = append(one.Bars, column{X: x + 10 + j*barStep, Y: barTop + barHeight - h, H: h,
				N: strconv.Itoa(n), Severity: sev, Colour: colours[sev]})
		}
		p.Panels = append(p.Panels, one)
	}
	return p
}

// The picture's measures.
const (
	panelWidth = 360
	panelGap   = 40
	barTop     = 62
	barHeight  = 150
	barStep    = 58
)

// colours are those of the page by day, for a picture that stands by itself.
var colours = map[finding.Severity]string{
	finding.Critical: "#a4133c", finding.High: "#e0522d", finding.Medium: "#d99a00", finding.Low: "#3a86c8",
	finding.Info: "#8a97a6", finding.Unknown: "#7d5ba6",
}

type picture struct {
	Width, Height int
	Panels        []panel
}

// Base is where the bars stand.
func (picture) Base() int { return barTop + barHeight }

type panel struct {
	X            int
	Title, About string
	Bars         []column
}

type column struct {
	X, Y, H  int
	N        string
	Severity finding.Severity
	Colour   string
}

type sidesPage struct {
	head
	Title string
	All   []Sides
}

// WriteSides writes a page that shows things before and after side by side, as bars by severity, and what changed.
func WriteSides(w io.Writer, title string, all []Sides) error {
	bw := bufio.NewWriter(w)
	if err := templates().ExecuteTemplate(bw, "sides", sidesPage{newHead("Drydock: " + report.Plain(title)), title,
		all}); err != nil {
		return err
	}
	return bw.Flush()
}

// WriteSidesPicture writes the bars of one thing as a picture that stands by itself (SVG).
func WriteSidesPicture(w io.Writer, s Sides) error {
	return templates().ExecuteTemplate(w, "sides-picture", s.Picture())
}
