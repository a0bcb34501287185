package html

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

// Geometry of the drawing, in its own units.
const (
	sourceX, sourceW   = 0, 184
	routerX, routerW   = 290, 330
	serviceX, serviceW = 740, 300
	rowH, rowGap       = 42, 10
	reachW             = serviceX + serviceW + 2
)

// reach is the drawing of who reaches what: kinds of people on the left, the ways in, the services on the right.
type reach struct {
	Width, Height int
	Sources       []box
	Routers       []box
	Services      []box
	Links         []link
}

type box struct {
	X, Y, W, H int
	Title, Sub string
	Full       string // the whole text, for the tooltip
	Exposure   finding.Exposure
	Bar        []piece
	Open       int
}

// piece is a part of a bar in the drawing.
type piece struct {
	part
	X, Y, W int
}

// Middle is the height at which lines meet the box.
func (b box) Middle() int { return b.Y + b.H/2 }

type link struct {
	Path     string
	Exposure finding.Exposure
	Dashed   bool
}

// order of the sources from top to bottom.
var order = []finding.Exposure{
	finding.ExposurePublic, finding.ExposureAuthenticated, finding.ExposureAllowlisted, finding.ExposureUnknown,
	finding.ExposureInternal,
}

// newReach lays the drawing out; nil where nothing is known to draw.
func newReach(r *report.Report, s *summary.Summary) *reach {
	if !slices.ContainsFunc(r.Services, func(s report.Service) bool {
		return s.Exposure != finding.ExposureUnknown ||
			len(s.Routers) > 0
	}) {
		return nil
	}
	out := &reach{Width: reachW}
	type way struct { // from a source to a router, or past the routers to a service
		from   finding.Exposure
		target int // y of where it ends
		x      int
		dashed bool
	}
	var ways []way
	y := 2
	for _, e := range order {
		for _, row := range s.Services {
			svc := row.Service
			if svc == nil || svc.Exposure != e {
				continue
			}
			n := max(1, len(svc.Routers))
			height := n*rowH + (n-1)*rowGap
			b := box{
				X: serviceX, Y: y, W: serviceW, H: height, Title: clip(summary.ServiceName(r, svc), 34),
				Sub: clip(svc.Image, 40), Full: svc.Image, Exposure: e,
				Open: row.Open, Bar: pieces(row.Counts, row.Open, serviceX+12, y+height-8, serviceW-24),
			}
			if svc.Build != nil {
				b.Sub, b.Full = clip("built from "+svc.Build.Context, 40), svc.Build.Dockerfile
			}
			out.Services = append(out.Services, b)
			for i, rt := range svc.Routers {
				rb := box{X: routerX, Y: y + i*(rowH+rowGap), W: routerW, H: rowH, Title: clip(rt.Rule, 46),
					Full: rt.Rule, Exposure: access(rt.Access, e)}
				rb.Sub = clip(strings.Join(append([]string{rt.Name}, rt.EntryPoints...), " · "), 30) + " · " +
					clip(rt.Access, 24)
				out.Routers = append(out.Routers, rb)
				redirect := strings.HasPrefix(rt.Access, "redirect")
				ways = append(ways, way{rb.Exposure, rb.Middle(), routerX, redirect})
				out.Links = append(out.Links, curve(routerX+routerW, rb.Middle(), serviceX, rb.Middle(), rb.Exposure,
					redirect))
			}
			if len(svc.Routers) == 0 {
				ways = append(ways, way{e, b.Middle(), serviceX, false})
			}
			y += height + rowGap
		}
	}
	out.Height = y
	at := out.sources(order, func(e finding.Exposure) (ys []int) {
		for _, w := range ways {
			if w.from == e {
				ys = append(ys, w.target)
			}
		}
		return ys
	})
	for _, w := range ways {
		// A way past the routers runs level where they stand, between their boxes.
		l := curve(sourceX+sourceW, at[w.from], routerX, w.target, w.from, w.dashed)
		if w.x > routerX {
			l.Path += fmt.Sprintf(" H%d", w.x)
		}
		out.Links = append(out.Links, l)
	}
	return out
}

// sources places the boxes on the left, each as near to the middle of what it reaches as those above it allow, and
// returns the heights of their middles.
func (d *reach) sources(order []finding.Exposure, targets func(finding.Exposure) []int) map[finding.Exposure]int {
	at := map[finding.Exposure]int{}
	y := 2
	for _, e := range order {
		ys := targets(e)
		if len(ys) == 0 {
			continue
		}
		sum := 0
		for _, t := range ys {
			sum += t
		}
		y = max(y, sum/len(ys)-rowH/2)
		at[e] = y + rowH/2
		d.Sources = append(d.Sources, box{X: sourceX, Y: y, W: sourceW, H: rowH, Title: sourceNames[e], Exposure: e})
		y += rowH + rowGap
		d.Height = max(d.Height, y)
	}
	return at
}

// pieces shares a bar of the width w among the severities.
func pieces(counts map[finding.Severity]int, open, x, y, w int) []piece {
	var ps []piece
	for _, p := range parts(counts, max(open, 1)) {
		width := max(2, int(p.Percent*float64(w)/100))
		ps = append(ps, piece{p, x, y, width})
		x += width
	}
	return ps
}

var sourceNames = map[finding.Exposure]string{
	finding.ExposurePublic: "Anyone", finding.ExposureAuthenticated: "Who signs in",
	finding.ExposureAllowlisted: "Listed addresses",
	finding.ExposureInternal:    "Only the stack itself", finding.ExposureUnknown: "Not known",
}

// access is who passes a router, by the first word of its access; the service's exposure where that says nothing.
func access(s string, service finding.Exposure) finding.Exposure {
	word, _, _ := strings.Cut(s, " ")
	switch e := finding.Exposure(strings.TrimRight(word, ":,")); e {
	case finding.ExposurePublic, finding.ExposureAuthenticated, finding.ExposureAllowlisted, finding.ExposureInternal,
		finding.ExposureUnknown:
		return e
	case "redirect":
		return finding.ExposurePublic
	}
	return service
}

func curve(x1, y1, x2, y2 int, e finding.Exposure, dashed bool) link {
	mid := (x2 - x1) / 2
	return link{fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1+mid, y1, x2-mid, y2, x2, y2), e, dashed}
}

// clip makes s plain and as short as the drawing has room for.
func clip(s string, n int) string { return ansi.Truncate(report.Plain(s), n, "…") }
