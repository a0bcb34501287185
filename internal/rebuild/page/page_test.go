package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
)

const hostile = `</script><script>alert("x")</script>`

func example() *result.Rebuild {
	return &result.Rebuild{Target: hostile, Services: []result.Service{{
		Image: "shop:1", Services: []string{"web", "worker"}, Verdict: result.Better, Reason: "fewer", Deployed: true,
		Due: []report.Due{{Evidence: "base:1 is sha256:" + strings.Repeat("0123456789abcdef", 4) + " now"}},
		Before: result.Side{
			Image:    "sha256:1",
			Counts:   map[finding.Severity]int{finding.Critical: 4, finding.Low: 1},
			Packages: 10,
			Size:     5e6,
		},
		After: result.Side{
			Image:    "sha256:2",
			Counts:   map[finding.Severity]int{finding.Low: 2},
			Packages: 11,
			Size:     6e6,
		},
		Fixed: []result.Change{{Rule: "CVE-2026-1", Package: hostile, Severity: finding.Critical,
			Cause: result.Upgraded, From: "1", To: "2", Forecast: finding.ForecastRebuild}},
		Remaining: []result.Change{{Rule: "CVE-2026-2", Package: "tar", Severity: finding.Low}},
		Forecast: result.Score{Right: 3, Wrong: 1, Unknown: 2, Kinds: map[finding.Forecast]result.Kind{
			finding.ForecastRebuild: {Right: 3, Wrong: 1}}},
	}, {Image: "broken:1", Verdict: result.Failed, Reason: "the build failed"}}}
}

// The page says what came of each image, holds nothing foreign that a browser would run, and the picture is well formed
// with a bar of each severity on either side.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, example()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"shop:1 (web, worker)", "better", "Of 4 forecasts 3 came true (rebuild 3 of 4)",
		"of 2 nothing was forecast", "It was deployed.", "CVE-2026-1", "upgraded", "before: 5 open findings",
		"after: 2 open findings", "10 packages, 5.0 MB", "broken:1", "the build failed",
		"after: there is none", "base:1 is sha256:0123456789ab now"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, `alert("x")`) {
		t.Error("a text is not escaped")
	}
	b.Reset()
	if err := Picture(&b, &example().Services[0]); err != nil {
		t.Fatal(err)
	}
	bars, d := 0, xml.NewDecoder(&b)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "title" {
			bars++
		}
	}
	if bars != 2*len(finding.Severities) {
		t.Errorf("%d bars", bars)
	}
}
