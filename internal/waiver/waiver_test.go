package waiver

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

var now = time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)

var gates = []finding.Gate{finding.GateDockerfile, finding.GateImage, finding.GateCode, finding.GateAccess}

// sample is a report in which every gate looked at everything.
func sample() *report.Report {
	r := report.New(report.Tool{Name: "drydock"}, ".", now)
	for _, g := range gates {
		r.Gates = append(r.Gates, report.Gate{Name: g, Status: report.Checked, Judged: 1})
	}
	r.Images = []report.Image{{Name: "registry.example/shop/web:1.2", Services: []string{"web"}, Digest: "sha256:d1",
		ID: "sha256:c1"}}
	r.Findings = []finding.Finding{
		{ID: "i-0000000000000001", Gate: finding.GateImage, Rule: "CVE-2024-6345", Services: []string{"web"},
			Package:  &finding.Package{Name: "setuptools", Version: "65.5.1", PURL: "pkg:pypi/setuptools@65.5.1"},
			Advisory: &finding.Advisory{ID: "GHSA-cx63-2mw6-8hw5", Aliases: []string{"PYSEC-2024-1"}},
			Location: finding.Location{Path: "app/requirements.txt", Line: 3}},
		{ID: "c-0000000000000002", Gate: finding.GateCode, Rule: "python-sql", Services: []string{"web", "job"},
			Location: finding.Location{Path: "app/views/list.py", Line: 9}},
		{ID: "d-0000000000000003", Gate: finding.GateDockerfile, Rule: "runs-as-root", Aliases: []string{"DL3002"},
			Services: []string{"job"}, Location: finding.Location{Path: "app/Dockerfile", Line: 2}},
	}
	for i := range r.Findings {
		r.Findings[i].Normalize()
	}
	return r
}

// statuses are the statuses of the sample's findings, in its order.
func statuses(r *report.Report) string {
	var out []string
	for i := range r.Findings {
		if r.Findings[i].Gate != finding.GateWaiver {
			out = append(out, string(r.Findings[i].Status))
		}
	}
	return strings.Join(out, " ")
}

func told(r *report.Report) (rules []string) {
	for i := range r.Findings {
		if r.Findings[i].Gate == finding.GateWaiver {
			rules = append(rules, r.Findings[i].Rule)
		}
	}
	return rules
}

const tail = ", owner: a@example.org, reason: a reason, expires: 2027-01-01}\n"

func TestScopes(t *testing.T) {
	for _, c := range []struct{ entry, want string }{
		{"{rule: CVE-2024-6345", "waived open open"},
		{"{rule: cve-2024-6345", "waived open open"},
		{"{rule: GHSA-cx63-2mw6-8hw5", "waived open open"},
		{"{rule: PYSEC-2024-1", "waived open open"},
		{"{id: i-0000000000000001", "waived open open"},
		{"{rule: DL3002", "open open waived"},
		{"{rule: CVE-2024-6345, scope: {package: setuptools}", "waived open open"},
		{"{rule: CVE-2024-6345, scope: {package: setuptools@65.5.1}", "waived open open"},
		{"{rule: CVE-2024-6345, scope: {package: setuptools@65.5.0}", "open open open"},
		{"{rule: CVE-2024-6345, scope: {package: [wheel, 'pkg:pypi/setuptools']}", "waived open open"},
		{"{rule: CVE-2024-6345, scope: {package: 'pkg:npm/setuptools'}", "open open open"},
		{"{rule: CVE-2024-6345, scope: {service: web}", "waived open open"},
		{"{rule: CVE-2024-6345, scope: {service: 'w*'}", "waived open open"},
		{"{rule: CVE-2024-6345, scope: {service: job}", "open open open"},
		// One of two services that run the code does not accept for the other.
		{"{rule: python-sql, scope: {service: web}", "open open open"},
		{"{rule: python-sql, scope: {service: [web, job]}", "open waived open"},
		{"{rule: python-sql, scope: {path: 'app/views/'}", "open waived open"},
		{"{rule: python-sql, scope: {path: '*.py'}", "open waived open"},
		{"{rule: python-sql, scope: {path: 'views/*.py'}", "open open open"},
		{"{rule: python-sql, scope: {path: ['app/**', '!app/views/list.py']}", "open open open"},
		{"{rule: python-sql, scope: {gate: code}", "open waived open"},
		{"{rule: python-sql, scope: {gate: image}", "open open open"},
	} {
		ws, err := Parse("drydock.waivers.yaml", []byte("waivers:\n- "+c.entry+tail))
		if err != nil {
			t.Errorf("%s: %v", c.entry, err)
			continue
		}
		r := sample()
		(&Set{Files: []string{"w"}, Waivers: ws}).Apply(r, now, gates)
		if got := statuses(r); got != c.want {
			t.Errorf("%s: %s, want %s", c.entry, got, c.want)
		}
		if used := c.want != "open open open"; used == slices.Contains(told(r), ruleUnused) {
			t.Errorf("%s: told %v", c.entry, told(r))
		}
	}
}

// Paths start at the folder of the waivers' own file.
func TestPathsStartAtTheFile(t *testing.T) {
	for shown, want := range map[string]string{"app/drydock.waivers.yaml": "open waived open",
		"other/drydock.waivers.yaml": "open open open"} {
		ws, err := Parse(shown, []byte("waivers:\n- {rule: python-sql, scope: {path: /views/list.py}"+tail))
		if err != nil {
			t.Fatal(err)
		}
		r := sample()
		(&Set{Files: []string{"w"}, Waivers: ws}).Apply(r, now, gates)
		if got := statuses(r); got != want {
			t.Errorf("%s: %s, want %s", shown, got, want)
		}
	}
}

func TestExpiry(t *testing.T) {
	for _, c := range []struct{ day, statuses, rule string }{
		{"2026-11-29", "open open open", ruleExpired},
		{"2026-11-30", "waived open open", ""}, // to the end of its day
		{"2026-12-01", "waived open open", ""},
	} {
		ws, err := Parse("w.yaml", []byte("waivers:\n- {rule: CVE-2024-6345, owner: a, reason: b, expires: "+c.day+"}"))
		if err != nil {
			t.Fatal(err)
		}
		r := sample()
		(&Set{Files: []string{"w"}, Waivers: ws}).Apply(r, now, gates)
		if got := statuses(r); got != c.statuses {
			t.Errorf("%s: %s, want %s", c.day, got, c.statuses)
		}
		if got := strings.Join(told(r), " "); got != c.rule {
			t.Errorf("%s: told %q, want %q", c.day, got, c.rule)
		}
	}
}

// Only a gate that looked at everything can say that nothing answers to a waiver.
func TestUnusedNeedsAGateThatLooked(t *testing.T) {
	ws, err := Parse("w.yaml", []byte("waivers:\n- {rule: CVE-2000-1"+tail+"- {rule: other-rule"+tail))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		partial finding.Gate
		want    int
	}{{"", 2}, {finding.GateImage, 0}, {finding.GateCode, 1}} {
		r := sample()
		for i := range r.Gates {
			if r.Gates[i].Name == c.partial {
				r.Gates[i].Status = report.Partial
			}
		}
		(&Set{Files: []string{"w"}, Waivers: ws}).Apply(r, now, gates)
		if got := len(told(r)); got != c.want {
			t.Errorf("%s partial: %v", c.partial, told(r))
		}
		if c.want < 2 && len(r.Warnings) == 0 {
			t.Errorf("%s partial: nothing says that the rest could not be told", c.partial)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"waivers:\n- {rule: X, owner: a, reason: b}", "never expires"},
		{"waivers:\n- {rule: X, owner: a, expires: 2027-01-01}", "has no reason"},
		{"waivers:\n- {rule: X, reason: a, expires: 2027-01-01}", "has no owner"},
		{"waivers:\n- {owner: a, reason: b, expires: 2027-01-01}", "without id or rule"},
		{"waivers:\n- {rule: X, id: y, owner: a, reason: b, expires: 2027-01-01}", "an id and a rule"},
		{"waivers:\n- {rule: X, owner: a, reason: b, expires: 2027-02-30}", "no day"},
		{"waivers:\n- {rule: X, owner: a, reason: b, expires: MISSING}", "no day"},
		{"waivers:\n- {rule: X, owner: a, reason: b, expire: 2027-01-01}", `no key "expire"`},
		{"waivers:\n- {rule: X, scope: {servce: a}, owner: a, reason: b, expires: 2027-01-01}", `no key "servce"`},
		{"waivers:\n- {rule: X, justification: nope, owner: a, reason: b, expires: 2027-01-01}", "no justification"},
		{"version: 2", "does not know version"},
		{"waivers: {a: b}", "must be a list"},
		{"waivers: [\n", ""},
	} {
		_, err := Parse("w.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
			continue
		}
		if clierr.Code(err) != clierr.ExitInput || clierr.Path(err) != "w.yaml" {
			t.Errorf("%s: code %d, path %q", c.text, clierr.Code(err), clierr.Path(err))
		}
	}
}

func TestForeign(t *testing.T) {
	for _, c := range []struct{ name, text, statuses, told, warns string }{
		{".trivyignore", "# no\n\nCVE-2024-6345\n", "waived open open", ruleIncomplete, ""},
		{".trivyignore", "CVE-2024-6345 exp:2026-01-01", "open open open", ruleExpired + " " + ruleIncomplete, ""},
		{".trivyignore.yaml", "vulnerabilities:\n- id: CVE-2024-6345\n  paths: [app/requirements.txt]\n" +
			"  expired_at: 2027-01-01\n  statement: s\n", "waived open open", ruleIncomplete, ""},
		{".trivyignore.yaml", "vulnerabilities:\n- id: CVE-2024-6345\n  purls: ['pkg:pypi/setuptools@1']\n",
			"open open open", ruleUnused + " " + ruleIncomplete, ""},
		{".trivyignore.yaml", "licenses: [{id: MIT}]", "open open open", "", "licences"},
		{".grype.yaml", "ignore:\n- vulnerability: CVE-2024-6345\n  package: {name: setuptools, version: 65.5.1}\n",
			"waived open open", ruleIncomplete, ""},
		{".grype.yaml", "ignore:\n- vulnerability: CVE-2024-6345\n  fix-state: not-fixed\n", "open open open", "",
			"silences nothing"},
		{".grype.yaml", "ignore:\n- package: {name: setuptools}\n", "open open open", "", "silences nothing"},
		{"osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GHSA-cx63-2mw6-8hw5\"\nignoreUntil = 2027-01-01\nreason = \"r\"\n",
			"waived open open", ruleIncomplete, ""},
		{"osv-scanner.toml", "[[PackageOverrides]]\nname = \"x\"\nignore = true\n", "open open open", "", "silence nothing"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.name), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := Load(Options{Root: dir, Dirs: []string{dir}, Shown: filepath.Base})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r := sample()
		set.Apply(r, now, gates)
		if got := statuses(r); got != c.statuses {
			t.Errorf("%s %q: %s, want %s", c.name, c.text, got, c.statuses)
		}
		if got := strings.Join(told(r), " "); got != c.told {
			t.Errorf("%s %q: told %q, want %q", c.name, c.text, got, c.told)
		}
		var warned []string
		for _, w := range r.Warnings {
			warned = append(warned, w.Text)
		}
		if got := strings.Join(warned, "\n"); !strings.Contains(got, c.warns) || c.warns == "" && got != "" {
			t.Errorf("%s %q: warned %q, want %q", c.name, c.text, got, c.warns)
		}
	}
}

const vexHead = `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "vendor", "version": 1,
 "timestamp": "2026-01-01T00:00:00Z", "statements": [{"vulnerability": {"name": "CVE-2024-6345"}, "products": [`

func TestVEX(t *testing.T) {
	const notAffected = `], "status": "not_affected", "justification": "vulnerable_code_not_present"}]}`
	for _, c := range []struct{ products, status, want string }{
		{`{"@id": "pkg:pypi/setuptools@65.5.1"}`, notAffected, "suppressed open open"},
		{`{"@id": "pkg:pypi/setuptools"}`, notAffected, "suppressed open open"},
		{`{"@id": "pkg:pypi/setuptools@66"}`, notAffected, "open open open"},
		{`{"@id": "pkg:oci/web@sha256%3Ad1"}`, notAffected, "suppressed open open"},
		{`{"@id": "pkg:oci/web@sha256%3Ad2"}`, notAffected, "open open open"},
		{`{"@id": "pkg:oci/web?tag=1.2"}`, notAffected, "suppressed open open"},
		{`{"@id": "registry.example/shop/web:1.2"}`, notAffected, "suppressed open open"},
		{`{"@id": "pkg:oci/web@sha256%3Ad1", "subcomponents": [{"@id": "pkg:pypi/setuptools"}]}`, notAffected,
			"suppressed open open"},
		{`{"@id": "pkg:oci/web@sha256%3Ad1", "subcomponents": [{"@id": "pkg:pypi/wheel"}]}`, notAffected,
			"open open open"},
		// Somebody's own product that is not known to be here decides nothing.
		{`{"@id": "pkg:github/owner/product"}`, notAffected, "open open open"},
		{`{"@id": "pkg:pypi/setuptools"}`, `], "status": "fixed"}]}`, "suppressed open open"},
		{`{"@id": "pkg:pypi/setuptools"}`, `], "status": "affected", "action_statement": "wait"}]}`, "open open open"},
	} {
		st, err := ParseVEX("v.json", []byte(vexHead+c.products+c.status))
		if err != nil {
			t.Errorf("%s: %v", c.products, err)
			continue
		}
		r := sample()
		(&Set{Files: []string{"v.json"}, VEX: st}).Apply(r, now, gates)
		if got := statuses(r); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.products, c.status, got, c.want)
		}
		if strings.HasPrefix(c.want, "suppressed") && !strings.Contains(strings.Join(r.Findings[0].Evidence, ""), "vendor") {
			t.Errorf("%s: evidence %q", c.products, r.Findings[0].Evidence)
		}
	}
	for _, bad := range []string{"", "{", "[]", `{"@context": "https://x"}`, vexHead + `], "status": "maybe"}]}`} {
		if _, err := ParseVEX("v.json", []byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// The statement that was made last decides.
func TestLastVEXStatementDecides(t *testing.T) {
	const two = `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "v", "version": 1,
 "timestamp": "2026-01-01T00:00:00Z", "statements": [
 {"vulnerability": {"name": "CVE-2024-6345"}, "products": [{"@id": "pkg:pypi/setuptools"}], "status": "affected",
  "action_statement": "wait", "timestamp": "2026-03-01T00:00:00Z"},
 {"vulnerability": {"name": "CVE-2024-6345"}, "products": [{"@id": "pkg:pypi/setuptools"}], "status": "fixed",
  "timestamp": "2026-02-01T00:00:00Z"}]}`
	st, err := ParseVEX("v.json", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	r := sample()
	(&Set{Files: []string{"v.json"}, VEX: st}).Apply(r, now, gates)
	if got := statuses(r); got != "open open open" {
		t.Error(got)
	}
}

func TestComments(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ text, want string }{
		{"FROM a\nUSER root # drydock:ignore runs-as-root -- a tool\n", "suppressed"},
		{"# drydock:ignore DL3002, other\nUSER root\n", "suppressed"},
		{"# drydock:ignore other\nUSER root\n", "open"},
		{"# drydock:ignore\nUSER root\n", "open"},
		{"FROM a # drydock:ignore runs-as-root\nUSER root\n", "open"}, // of its own line
		{"RUN echo drydock:ignore runs-as-root\nUSER root\n", "open"},
	} {
		if err := os.MkdirAll(filepath.Join(dir, "app"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "app", "Dockerfile"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := Load(Options{Root: dir})
		if err != nil {
			t.Fatal(err)
		}
		r := sample()
		set.Apply(r, now, gates)
		if got := string(r.Findings[2].Status); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// What is written is read again as it was, and what stood in a file stays, byte by byte.
func TestAppend(t *testing.T) {
	add := []*Waiver{{Name: "CVE-1", Owner: "a: b", Reason: "# no comment", Scope: Scope{Services: []string{"w*"}},
		Expires: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)}}
	for _, old := range []string{"", "version: 1\nwaivers:\n- {rule: X" + tail, "waivers: # ours\n    - {rule: X" + tail + "# end"} {
		text, err := Append("w.yaml", []byte(old), add)
		if err != nil {
			t.Errorf("%q: %v", old, err)
			continue
		}
		ws, err := Parse("w.yaml", text)
		if err != nil || !strings.HasPrefix(string(text), old) {
			t.Errorf("%q became %q: %v", old, text, err)
			continue
		}
		got := ws[len(ws)-1]
		if got.Name != "CVE-1" || got.Owner != "a: b" || got.Reason != "# no comment" || got.Scope.Services[0] != "w*" {
			t.Errorf("%q: %+v", old, got)
		}
	}
	for _, bad := range []string{"waivers:\n- {rule: X" + tail + "version: 1\n", "waivers: [{rule: X" + strings.TrimSpace(tail) + "]\n",
		"waivers: []\n"} {
		if text, err := Append("w.yaml", []byte(bad), add); err == nil {
			t.Errorf("%q became %q", bad, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("waivers:\n- {rule: X" + tail))
	f.Add([]byte("version: 1\nwaivers: &a [*a]"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		ws, err := Parse("w.yaml", text)
		if err == nil {
			(&Set{Files: []string{"w"}, Waivers: ws}).Apply(sample(), now, gates)
		}
	})
}

func FuzzParseForeign(f *testing.F) {
	for _, k := range foreign {
		f.Add(k.name, []byte("ignore:\n- vulnerability: CVE-1\n"))
	}
	f.Add("osv-scanner.toml", []byte("[[IgnoredVulns]]\nid = \"x\"\n"))
	f.Fuzz(func(_ *testing.T, name string, text []byte) {
		ws, _, err := ParseForeign(name, text)
		if err == nil {
			(&Set{Files: []string{"w"}, Waivers: ws}).Apply(sample(), now, gates)
		}
	})
}

func FuzzParseVEX(f *testing.F) {
	f.Add([]byte(vexHead + `{"@id": "pkg:oci/web?tag=1.2"}], "status": "fixed"}]}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		st, err := ParseVEX("v.json", text)
		if err == nil {
			(&Set{Files: []string{"v"}, VEX: st}).Apply(sample(), now, gates)
		}
	})
}
