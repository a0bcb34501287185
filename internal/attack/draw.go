package attack

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Style is the style sheet that a page with a drawing needs. Its colours are the page's own where the page names them
// (--ink, --card, --critical ...), and else such as read on light and on dark ground.
//
//go:embed draw.css
var Style string

//go:embed draw.svg.tmpl
var drawing string

var drawings = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("paths").Parse(drawing))
})

// Geometry of the drawing, in its own units: four columns, a row a path.
const (
	wayX, wayW       = 0, 250
	serviceX         = 276
	serviceW         = 180
	weakX, weakW     = 482, 300
	reachX, reachW   = 808, 300
	drawingW         = reachX + reachW + 2
	rowGap, lineH    = 12, 17
	top              = 26
	maxRows          = 30
	reachLines       = 4
	rowPadding       = 12
	manyServices     = 8 // from here on only the worst path of each service is drawn
	charsWay         = 34
	charsService     = 22
	charsWeak        = 42
	charsReach       = 42
	minLinesInAnyRow = 2
)

type picture struct {
	Width, Height int
	Label         string
	Heads         []label
	Rows          []row
}

type label struct {
	X    int
	Text string
}

// row is one path, from left to right.
type row struct {
	Y, H     int
	From     finding.Exposure
	Severity finding.Severity
	Sentence string
	Boxes    []box
	Arrows   []arrow
}

type box struct {
	X, Y, W, H int
	Class      string
	Lines      []line
}

type line struct {
	Y           int
	Text, Class string
}

type arrow struct{ X1, X2, Y int }

// Draw draws paths as a picture (SVG) for a page that has Style, "" for none. How many of them it shows is the second
// answer: of many services each has its worst path alone.
func Draw(paths []report.AttackPath) (template.HTML, int) {
	shown := chosen(paths)
	if len(shown) == 0 {
		return "", 0
	}
	p := picture{Width: drawingW, Heads: []label{{wayX, "way in"}, {serviceX, "service"}, {weakX, "weakness"},
		{reachX, "what it reaches"}}}
	y := top
	for i := range shown {
		r := newRow(&shown[i], y)
		p.Rows = append(p.Rows, r)
		y += r.H + rowGap
	}
	p.Height = y
	p.Label = fmt.Sprintf(
		"%s from outside to what services hold, worst first",
		report.Plural(len(shown), "attack path"),
	)
	var b bytes.Buffer
	if err := drawings().Execute(&b, p); err != nil {
		return "", 0 // the template is ours: it takes every text
	}
	return template.HTML(b.String()), len(shown)
}

// chosen are the paths that are drawn: of many services each one's worst.
func chosen(paths []report.AttackPath) []report.AttackPath {
	services := map[string]bool{}
	for i := range paths {
		services[paths[i].Service] = true
	}
	var out []report.AttackPath
	drawn := map[string]bool{}
	for i := range paths {
		p := &paths[i]
		if len(out) == maxRows || len(services) > manyServices && drawn[p.Service] {
			continue
		}
		drawn[p.Service] = true
		out = append(out, *p)
	}
	return out
}

func newRow(p *report.AttackPath, y int) row {
	r := row{Y: y, From: p.From, Severity: p.Severity, Sentence: report.Plain(Sentence(p))}
	way := [][2]string{{sources[p.From], "sub"}}
	for _, w := range p.Ways[:min(len(p.Ways), 2)] {
		way = append(way, [2]string{wayText(w), ""})
	}
	if n := len(p.Ways) - 2; n > 0 {
		way = append(way, [2]string{fmt.Sprintf("and %d more", n), "sub"})
	}
	weak := [][2]string{{p.Rule, "strong"}, {p.Title, "sub"}}
	note := fmt.Sprintf("%s, priority %d", p.Severity, p.Priority)
	if p.Others > 0 {
		note += fmt.Sprintf("; %d more here", p.Others)
	}
	weak = append(weak, [2]string{note, "sub"})
	var reaches [][2]string
	for i := range p.Reaches[:min(len(p.Reaches), reachLines)] {
		class := ""
		if weight[p.Reaches[i].Asset] >= weight[report.AssetDatabase] {
			class = "strong"
		}
		reaches = append(reaches, [2]string{assetText(&p.Reaches[i]), class})
	}
	switch n := len(p.Reaches) + p.More - reachLines; {
	case len(p.Reaches) == 0:
		reaches = [][2]string{{"nothing else that is known", "sub"}}
	case n > 0:
		reaches = append(reaches, [2]string{fmt.Sprintf("and %d more", n), "sub"})
	}
	lines := max(minLinesInAnyRow, len(way), len(weak), len(reaches))
	r.H = lines*lineH + rowPadding
	r.Boxes = []box{
		newBox(wayX, wayW, &r, "way", charsWay, way),
		newBox(serviceX, serviceW, &r, "service", charsService, [][2]string{{p.Service, "strong"}}),
		newBox(weakX, weakW, &r, "weak", charsWeak, weak),
		newBox(reachX, reachW, &r, "reaches", charsReach, reaches),
	}
	middle := y + r.H/2
	r.Arrows = []arrow{
		{wayX + wayW, serviceX, middle},
		{serviceX + serviceW, weakX, middle},
		{weakX + weakW, reachX, middle},
	}
	return r
}

// newBox is a box of a row with its lines in the middle.
func newBox(x, w int, r *row, class string, chars int, text [][2]string) box {
	b := box{X: x, Y: r.Y, W: w, H: r.H, Class: class}
	y := r.Y + (r.H-len(text)*lineH)/2 + 13
	for _, t := range text {
		b.Lines = append(b.Lines, line{y, ansi.Truncate(report.Plain(t[0]), chars, "…"), t[1]})
		y += lineH
	}
	return b
}

var sources = map[finding.Exposure]string{finding.ExposurePublic: "the internet",
	finding.ExposureAuthenticated: "who may log in", finding.ExposureAllowlisted: "addresses of an allowlist"}

func wayText(w report.Way) string {
	if w.Router == "" {
		return "a port of the machine"
	}
	name, _, _ := strings.Cut(w.Router, "@") // without Traefik's provider
	return "router " + name
}

var assetNames = map[report.Asset]string{
	report.AssetDockerSocket: "the Docker socket",
	report.AssetHost:         "the machine",
	report.AssetSecrets:      "the store of secrets",
	report.AssetDatabase:     "the database",
	report.AssetStorage:      "the store of files",
	report.AssetQueue:        "the queue",
	report.AssetCache:        "the cache",
	report.AssetVolume:       "the volume",
	report.AssetService:      "the service",
}

// assetText says what is reached, without the network.
func assetText(reach *report.Reach) string {
	text := assetNames[reach.Asset]
	switch {
	case reach.Asset == report.AssetService && reach.Holds != "":
		return reach.Name + ", with " + assetNames[reach.Holds]
	case text == "the "+reach.Name:
	case reach.Asset == report.AssetHost && strings.HasPrefix(reach.Name, "the machine"):
		text = reach.Name
	case reach.Asset != report.AssetDockerSocket || reach.Network != "":
		text += " " + reach.Name
	}
	if reach.ReadOnly && reach.Asset != report.AssetDockerSocket {
		text += " (to read)"
	}
	if reach.Holds != "" {
		text += ", with " + assetNames[reach.Holds]
	}
	return text
}

// Sentence says a path in words.
func Sentence(p *report.AttackPath) string {
	var b strings.Builder
	who := sources[p.From]
	fmt.Fprintf(&b, "%s → %s → %s → %s", who, wayText(p.Ways[0]), p.Service, p.Title)
	var names []string
	for i := range p.Reaches {
		names = append(names, assetText(&p.Reaches[i]))
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, " → %s", listOf(names, p.More))
	}
	return b.String()
}

func listOf(names []string, more int) string {
	const most = 3
	if n := len(names) - most; n > 0 {
		names, more = names[:most], more+n
	}
	text := strings.Join(names, "; ")
	if more > 0 {
		text += fmt.Sprintf("; %d more", more)
	}
	return text
}
