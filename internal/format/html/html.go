// Package html writes a report as one page that needs nothing else: no script, style, font or picture is fetched, and
// it reads without its script. The story is the terminal's, with pictures: severities by service, who reaches what.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/attack"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/summary"
)

//go:embed page.css
var pageCSS string

// css is the style of every page: the page's own, and that of the drawing of attack paths.
var css = pageCSS + attack.Style

//go:embed page.js
var js string

//go:embed page.html
var pageTemplate string

//go:embed parts.html
var partsTemplate string

//go:embed diff.html
var diffTemplate string

//go:embed sides.html
var sidesTemplate string

// scriptHash lets the page's own script run, and by the page's policy nothing else.
func scriptHash() string {
	h := sha256.Sum256([]byte(js))
	return "sha256-" + base64.StdEncoding.EncodeToString(h[:])
}

// templates are parsed when the first page is written: most runs write none.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(functions).
		Parse(pageTemplate + partsTemplate + diffTemplate + sidesTemplate))
})

// head is what every page has.
type head struct {
	Title      string
	CSS        template.CSS
	JS         template.JS
	ScriptHash string
}

func newHead(title string) head {
	return head{title, template.CSS(css), template.JS(js), scriptHash()}
}

// page is what the template shows.
type page struct {
	head
	R        *report.Report
	S        *summary.Summary
	Bars     []bar
	Reach    *reach
	Groups   []group
	Gates    []finding.Gate // of the findings, for the filter
	Services []string
	OWASP    []category
	Measured *summary.Measured
	Attack   template.HTML // the drawing of the attack paths, "" without any
	Drawn    int           // how many of them it shows
}

// category is a row of the OWASP Top Ten: how many findings are open, or that it was not judged.
type category struct {
	report.OWASPCategory
	Open int
}

// categories are those of the newest edition that the report has.
func categories(r *report.Report) []category {
	open := map[string]int{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == finding.Open && f.Gate == finding.GateCode {
			for _, code := range f.OWASP {
				open[code]++
			}
		}
	}
	var out []category
	for i := range r.Gates {
		for _, c := range r.Gates[i].OWASP {
			if strings.HasSuffix(c.Code, ":2025") {
				out = append(out, category{c, open[c.Code]})
			}
		}
	}
	return out
}

// Write writes the page. The report must be finished.
func Write(w io.Writer, r *report.Report, o report.WriteOptions) error {
	s := summary.Summarise(r, o.Time(r))
	p := page{head: newHead("Drydock: " + report.Plain(r.Target)), R: r, S: s, Bars: bars(r, s), Reach: newReach(r, s)}
	p.OWASP, p.Measured = categories(r), summary.Measure(r)
	p.Attack, p.Drawn = attack.Draw(r.AttackPaths)
	rules := map[string]*finding.Rule{}
	for i := range r.Rules {
		rules[r.Rules[i].ID] = &r.Rules[i]
	}
	explain := rank.Explainer(r)
	gates, services := map[finding.Gate]bool{}, map[string]bool{}
	for i := range s.Groups {
		g := &s.Groups[i]
		p.Groups = append(p.Groups, newGroup(g, rules, explain))
		f := g.Worst()
		if !gates[f.Gate] {
			gates[f.Gate] = true
			p.Gates = append(p.Gates, f.Gate)
		}
		for _, name := range f.Refs() {
			if !services[name] {
				services[name] = true
				p.Services = append(p.Services, name)
			}
		}
	}
	bw := bufio.NewWriter(w)
	if err := templates().ExecuteTemplate(bw, "page", p); err != nil {
		return err
	}
	return bw.Flush()
}
