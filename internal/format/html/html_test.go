package html

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
)

func TestGolden(t *testing.T) {
	golden.EachAndList(t, "html",
		func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) }, harmless)
}

var fetches = regexp.MustCompile(`(?i)@import|url\(`)

// harmless fails where the page would fetch anything, run anything but its own script, or lead anywhere odd.
func harmless(t *testing.T, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script":
				scripts++
				if n.FirstChild == nil || n.FirstChild.Data != js || len(n.Attr) > 0 {
					t.Error("a script that is not the page's own")
				}
			case "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "source", "image", "use":
				t.Errorf("the page has a <%s>", n.Data)
			case "style":
				if n.FirstChild.Data != css {
					t.Error("a style that is not the page's own")
				}
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "srcset", a.Key == "action":
					t.Errorf("the attribute %s=%q", a.Key, a.Val)
				case a.Key == "href" && !strings.HasPrefix(a.Val, "https://osv.dev/vulnerability/"):
					t.Errorf("a link to %q", a.Val)
				case a.Key == "style" && !regexp.MustCompile(`^width:[0-9.]+%$`).MatchString(a.Val):
					t.Errorf("the style %q", a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if scripts != 1 {
		t.Errorf("%d scripts", scripts)
	}
	if m := fetches.FindString(css + js); m != "" {
		t.Errorf("the page's own parts hold %q", m)
	}
	if !strings.Contains(html.UnescapeString(string(page)), "script-src '"+scriptHash()+"'") {
		t.Error("the page's policy does not name its script")
	}
}

// Everything that the terminal tells the page tells without its script.
func TestReadableWithoutScript(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, golden.Load(t, "host"), report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Looked at only in part", "CVE-2024-42005", "Raise django to 4.2.15", "SELECT * FROM t",
		"passes through clean()", "the database parses no XML",
		"no engine holds redis:7.0.4", "variable dash_url is not set", "Host(`shop.example.org`)",
		"up to 20 November 2026 (2 days old)",
	} {
		if !strings.Contains(html.UnescapeString(b.String()), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestGoldenDiff(t *testing.T) {
	golden.EachDiff(t, "html",
		func(b *bytes.Buffer, d *diff.Diff) error { return WriteDiff(b, d, report.WriteOptions{}) }, harmless)
}

// A category that no rule looks for in the languages at hand reads "not judged", and one with nothing found says so.
func TestCategoriesOfTheTopTen(t *testing.T) {
	r := &report.Report{Target: "x", Gates: []report.Gate{{Name: finding.GateCode, Status: report.Checked,
		OWASP: []report.OWASPCategory{
			{Code: "A05:2025", Name: "Injection", Judged: []string{"Python"}, NotJudged: []string{"Rust"}},
			{Code: "A01:2025", Name: "Broken Access Control", Judged: []string{"Python"}},
			{Code: "A03:2025", Name: "Software Supply Chain Failures", NotJudged: []string{"Python", "Rust"}},
			{Code: "A03:2021", Name: "Injection", Judged: []string{"Python"}},
		}}},
		Findings: []finding.Finding{{ID: "c-1", Gate: finding.GateCode, Rule: "sql", Severity: finding.High,
			OWASP: []string{"A05:2025", "A03:2021"}}},
	}
	r.Finish()
	var b bytes.Buffer
	if err := Write(&b, r, report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`A05:2025</td><td>Injection</td><td>1 open <span class="muted">not judged in Rust</span>`,
		`A01:2025</td><td>Broken Access Control</td><td>nothing found</td>`,
		`A03:2025</td><td>Software Supply Chain Failures</td><td> <span class="muted">not judged</span>`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if strings.Contains(b.String(), "A03:2021</td>") {
		t.Error("the page has both editions")
	}
}

// A finding says its priority with the sum that makes it, and whether the code loads its package.
func TestPriorityIsExplained(t *testing.T) {
	r := golden.Load(t, "host")
	rank.Apply(r)
	r.Finish()
	var b bytes.Buffer
	if err := Write(&b, r, report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	page := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html.UnescapeString(b.String()), "")
	for _, want := range []string{"Priority 90 of 100: severity critical +60, exploitation possible (EPSS 42 %) +8, a fix is known +2, " +
		"the internet reaches web +12, the code imports it +8", "The code imports it. A rebuild: edit."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
