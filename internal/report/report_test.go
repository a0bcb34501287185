package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

// A recorded report is in its canonical form: reading and writing it changes no byte.
func TestRecordedReportsAreCanonical(t *testing.T) {
	for _, name := range golden.Names {
		want, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := golden.Load(t, name).Encode(&got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s.json is not as Encode writes it", name)
		}
		if bytes.Contains(want, []byte(": null")) {
			for _, line := range strings.Split(string(want), "\n") {
				if l := strings.TrimSpace(line); strings.HasSuffix(strings.TrimSuffix(l, ","), ": null") &&
					!mayBeNull(l) {
					t.Errorf("%s.json: %s", name, l)
				}
			}
		}
	}
}

// mayBeNull are the contract's optional objects and numbers; arrays are never null.
func mayBeNull(line string) bool {
	for _, f := range []string{"against", "build", "completeness", "fromBase", "package", "advisory", "waiver", "cvss",
		"epss"} {
		if strings.HasPrefix(line, `"`+f+`"`) {
			return true
		}
	}
	return false
}

func TestDecodeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "not a drydock report",
		"{}":                             `schema is ""`,
		`{"schema":"drydock.report/2"}`:  `schema is "drydock.report/2"`,
		`{"schema":"drydock.report/1"`:   "unexpected EOF",
		`{"findings":[{"priority":"x"}]`: "not a drydock report",
	} {
		if _, err := report.Decode(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"openssl 3.0": "openssl 3.0", "a\r\nb\tc": "a  b c", "\x1b[31m": `\x1b[31m`, "\x00\x7f": `\x00\x7f`,
		"caf\u00e9 名":     "café 名",
		"\u202eabc\u2066": `\u202eabc\u2066`, "a\u200bb": `a\u200bb`, "\u0085\u009b": `\u0085\u009b`, "\xff": "\ufffd",
		"a\u00a0b": "a b", "\U000e0041": `\U000e0041`,
		"e" + strings.Repeat("\u0301", 50): "e" + strings.Repeat("\u0301", 4),
	} {
		if got := report.Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := report.Plain(s)
		if !utf8.ValidString(got) || report.Plain(got) != got {
			t.Errorf("%q: %q", s, got)
		}
		for _, c := range got {
			if c < 0x20 || c >= 0x7f && c < 0xa0 {
				t.Errorf("%q: %U is left", s, c)
			}
		}
		if m := report.Markdown(s); strings.ContainsAny(m, "<>\n") {
			t.Errorf("%q: %q", s, m)
		}
	})
}

// Decode never panics, and what it accepts it writes and reads again.
func FuzzDecode(f *testing.F) {
	for _, name := range golden.Names {
		b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"schema":"drydock.report/1","findings":[{"severity":"x","id":""}],"gates":null,"services":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := report.Decode(bytes.NewReader(b))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := r.Encode(&first); err != nil {
			t.Skip(err) // a time that JSON cannot hold
		}
		again, err := report.Decode(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Encode(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Error("a second reading changes the report")
		}
	})
}
