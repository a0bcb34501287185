package openvex

import (
	"bytes"
	"testing"

	"github.com/openvex/go-vex/pkg/vex"

	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

func TestGolden(t *testing.T) {
	golden.Each(t, "json", func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) },
		valid)
}

// valid reads the document with OpenVEX's own library and lets it judge every statement.
func valid(t *testing.T, out []byte) {
	t.Helper()
	doc, err := vex.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Statements {
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", s.Vulnerability.Name, err)
		}
	}
}

// What was suppressed is what other scanners silence; nothing else is called not affected.
func TestOnlyEvidenceSilences(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, golden.Load(t, "host"), report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	doc, err := vex.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	n := map[vex.Status][]string{}
	for _, s := range doc.Statements {
		n[s.Status] = append(n[s.Status], string(s.Vulnerability.Name))
	}
	if got := n[vex.StatusNotAffected]; len(got) != 1 || got[0] != "CVE-2023-32681" {
		t.Errorf("not affected: %v", got)
	}
	if len(n[vex.StatusAffected]) != 6 || len(n[vex.StatusUnderInvestigation]) != 4 {
		t.Errorf("%v", n)
	}
}
