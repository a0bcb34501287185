package junit

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

func TestGolden(t *testing.T) {
	golden.Each(t, "xml", func(b *bytes.Buffer, r *report.Report) error { return Write(b, r, report.WriteOptions{}) },
		counted)
}

// counted fails where the counts that CI servers show are not those of the tests.
func counted(t *testing.T, doc []byte) {
	t.Helper()
	var all suites
	if err := xml.Unmarshal(doc, &all); err != nil {
		t.Fatal(err)
	}
	var tests, failures, errors, skipped int
	for _, s := range all.Suites {
		if len(s.Cases) != s.Tests || s.Tests == 0 {
			t.Errorf("%s: %d tests, %d told", s.Name, len(s.Cases), s.Tests)
		}
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
			if c.Skipped != nil {
				skipped++
			}
			tests++
		}
	}
	if tests != all.Tests || failures != all.Failures || errors != all.Errors || skipped != all.Skipped {
		t.Errorf("told %d %d %d %d, are %d %d %d %d", all.Tests, all.Failures, all.Errors, all.Skipped, tests, failures,
			errors, skipped)
	}
}

func TestWhatCountsFails(t *testing.T) {
	r := golden.Load(t, "host")
	want := 0
	for _, f := range r.Findings {
		if f.Status == finding.Open && f.Severity != finding.Info && !f.Kind.Quality() {
			want++
		}
	}
	var b bytes.Buffer
	if err := Write(&b, r, report.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	var all suites
	if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if all.Failures != want || all.Skipped != 2 || all.Errors != 2 {
		t.Errorf("%d failures, want %d; %d skipped, %d errors", all.Failures, want, all.Skipped, all.Errors)
	}
}
