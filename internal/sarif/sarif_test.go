package sarif_test

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/sarif"
)

func TestParse(t *testing.T) {
	log, err := sarif.Parse("x.sarif", []byte(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[
	{"id":"B608","defaultConfiguration":{"level":"warning"},"properties":{"security-severity":"8.8",
	"tags":["security","external/cwe/cwe-089","CWE-564: other"]}}]},
	"extensions":[{"name":"pack","rules":[{"id":"js/xss","relationships":[{"target":{"id":"79","toolComponent":{"name":"CWE"}}}]}]}]},
	"originalUriBaseIds":{"SRC":{"uri":"file:///src/"}},"results":[
	{"ruleId":"B608","ruleIndex":0,"message":{"text":"sql\u0007\n"},"locations":[{"physicalLocation":{"artifactLocation":
	{"uri":"a%20b.py","uriBaseId":"SRC"},"region":{"startLine":3}}}]},
	{"rule":{"index":0,"toolComponent":{"index":0}},"level":"note","message":{"text":"x"},
	"suppressions":[{"kind":"inSource","justification":"why"}]},
	{"ruleId":"p","kind":"pass","message":{"text":"x"}},
	{"ruleId":"q","ruleIndex":-7,"level":"error","baselineState":"new","message":{"text":"x"},
	"suppressions":[{"status":"rejected"}]}]}]}`))
	if err != nil || len(log.Results) != 3 {
		t.Fatalf("%v %+v", err, log)
	}
	a, b, c := log.Results[0], log.Results[1], log.Results[2]
	if a.Rule != "B608" || a.Severity != finding.High || strings.Join(a.CWE, " ") != "CWE-89 CWE-564" ||
		a.Location.Path != "/src/a b.py" || a.Location.Line != 3 || a.Message != "sql " || a.Tool != "CodeQL" {
		t.Errorf("%+v", a)
	}
	if b.Rule != "js/xss" || b.Severity != finding.Low || strings.Join(b.CWE, " ") != "CWE-79" ||
		!strings.HasSuffix(b.Suppressed, ": why") {
		t.Errorf("%+v", b)
	}
	if c.Rule != "q" || c.Severity != finding.High || c.Suppressed != "" {
		t.Errorf("%+v", c)
	}
}

func TestWrongFiles(t *testing.T) {
	for text, want := range map[string]string{
		"": "no SARIF", "[]": "no SARIF", "{}": "version", `{"version":"1.0.0","runs":[]}`: `"1.0.0"`,
		`{"version":"2.1.0"}`: "no runs", `{"version":"2.1.0","runs":7}`: "no SARIF",
		strings.Repeat("[", 100_000): "no SARIF",
	} {
		if _, err := sarif.Parse("x.sarif", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"version":"2.1.0","runs":[{"results":[{"ruleId":"x","locations":[{}],"taxa":[{"id":"CWE-1"}]}]}]}`)
	f.Fuzz(func(_ *testing.T, text string) { _, _ = sarif.Parse("x", []byte(text)) })
}
