package vuln

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// database imports records, each given under the ecosystem whose archive holds it.
func database(t testing.TB, records map[string][]string) *advisory.DB {
	t.Helper()
	dir := t.TempDir()
	for eco, list := range records {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		for i, r := range list {
			w, err := z.Create(fmt.Sprintf("%d.json", i))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(r)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		p := filepath.Join(dir, "osv", eco)
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p, "all.zip"), buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	res, err := advisory.Import(context.Background(), home, dir,
		advisory.ImportOptions{Now: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if res.Bad > 0 {
		t.Fatalf("bad records: %q", res.Places)
	}
	db, err := advisory.Open(home)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func match(t testing.TB, db *advisory.DB, ps ...inventory.Package) *Result {
	t.Helper()
	res, err := Match(context.Background(), db, ps, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// record writes an OSV record; events are "introduced=1.0 fixed=2.0", ranges parted by "|".
func record(id, eco, name, ranges, extra string) string {
	var rs []string
	for _, r := range strings.Split(ranges, "|") {
		var ev []string
		for _, e := range strings.Fields(r) {
			k, v, _ := strings.Cut(e, "=")
			ev = append(ev, fmt.Sprintf(`{%q:%q}`, k, v))
		}
		if len(ev) > 0 {
			rs = append(rs, fmt.Sprintf(`{"type":"ECOSYSTEM","events":[%s]}`, strings.Join(ev, ",")))
		}
	}
	if extra != "" {
		extra = "," + extra
	}
	return fmt.Sprintf(
		`{"id":%q,"modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":%q,"name":%q},"ranges":[%s]}]%s}`,
		id,
		eco,
		name,
		strings.Join(rs, ","),
		extra,
	)
}

func pkg(eco, name, version string) inventory.Package {
	return inventory.Package{Ecosystem: eco, Name: name, Version: version, Paths: []string{"lock"}, Line: 3,
		Services: []string{"web"}}
}

func rules(fs []finding.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Rule)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		ranges string
		hit    string // versions that are affected
		miss   string // versions that are not
		fixed  string // of the first affected
	}{
		{"introduced=0 fixed=2.0", "0.1 1.9.9 2.0rc1 1.0+local", "2.0 2.0.0 2.0.post1 2.0+local", "2.0"},
		{"introduced=1.0", "1.0 99", "0.9 1.0a1", ""},
		{"introduced=1.0 last_affected=2.0", "1.0 2.0 2.0.0 2.0+cpu", "0.9 2.0.1", ""},
		{"introduced=1.0 fixed=1.5 introduced=2.0 fixed=2.3", "1.4 2.2", "1.5 1.9 2.3", "1.5"},
		{"introduced=2.0 fixed=2.3|introduced=1.0 fixed=1.5", "2.1 1.4", "1.5 1.9 2.3 0.9", "2.3"},
		{"fixed=2.3 introduced=2.0 fixed=1.5 introduced=1.0", "1.4 2.2", "1.5 1.9 2.3", "1.5"},
		{"introduced=1.0 last_affected=1.0", "1.0 1.0.0", "0.9 1.0.1", ""},
		{"introduced=1.0 fixed=1.0", "", "0.9 1.0 1.1", ""},
		{"introduced=0 limit=1.5", "1.4", "1.5 2", ""},
		{"introduced=0 fixed=3.0 limit=1.5 limit=2.0", "1.4 1.9", "2.0 2.5 3.0", ""},
		{"introduced=0 fixed=3.0 limit=*", "2.9", "3.0", "3.0"},
		{"introduced=0 last_affected=2.6.0-NA", "2.5 2.6.0 2.6.0+cu124", "2.6.1", ""},
		{"introduced=0 fixed=2019-09-12", "", "1.0", ""},
		{"introduced=0 last_affected=1.0 introduced=2.0 fixed=2.5", "0.9 1.0 2.2", "1.1 2.5", "2.5"},
	} {
		db := database(t, map[string][]string{"PyPI": {record("ZZ-1", "PyPI", "zz-pkg", c.ranges, ""),
			record("ZZ-2", "PyPI", "zz-other", "introduced=0", "")}})
		for i, v := range strings.Fields(c.hit) {
			fs := match(t, db, pkg("PyPI", "ZZ_pkg", v)).Findings
			if len(fs) != 1 {
				t.Errorf("%s: %s is not affected", c.ranges, v)
			} else if i == 0 && fs[0].Advisory.Fixed != c.fixed {
				t.Errorf("%s: fix of %s is %q, want %q", c.ranges, v, fs[0].Advisory.Fixed, c.fixed)
			}
		}
		for _, v := range strings.Fields(c.miss) {
			if fs := match(t, db, pkg("PyPI", "zz.pkg", v)).Findings; len(fs) != 0 {
				t.Errorf("%s: %s is affected", c.ranges, v)
			}
		}
	}
}

func TestListedWithdrawnMalicious(t *testing.T) {
	db := database(t, map[string][]string{"npm": {
		`{"id":"ZZ-LISTED","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"zz-a"},"versions":["1.2.3"]}]}`,
		record("ZZ-GONE", "npm", "zz-a", "introduced=0", `"withdrawn":"2026-01-01T00:00:00Z"`),
		record("MAL-2026-1", "npm", "zz-b", "introduced=0", ""),
	}})
	res := match(t, db, pkg("npm", "zz-a", "1.2.3"), pkg("npm", "zz-a", "1.2.4"), pkg("npm", "zz-b", "1.0.0"),
		pkg("npm", "ZZ-B", "1.0.0"))
	if got := rules(res.Findings); got != "MAL-2026-1 ZZ-LISTED" {
		t.Fatalf("findings %s", got)
	}
	for _, f := range res.Findings {
		if f.Rule == "MAL-2026-1" &&
			(f.Severity != finding.Critical || !strings.Contains(f.Fix.Text, "remove zz-b")) {
			t.Errorf("malicious: %s, %q", f.Severity, f.Fix.Text)
		}
	}
}

// Records that share an id through any number of steps are one finding, named by its CVE; a record that is merely
// related is another.
func TestAliases(t *testing.T) {
	r := "introduced=0 fixed=2.0"
	db := database(t, map[string][]string{"npm": {
		record("GHSA-1", "npm", "zz-a", r, `"aliases":["CVE-2026-0002"],"related":["GHSA-9"]`),
		record("ZZ-2", "npm", "zz-a", "introduced=0 fixed=2.1", `"aliases":["GHSA-1","ZZ-3"]`),
		record("ZZ-3", "npm", "zz-a", r, ""),
		record("GHSA-9", "npm", "zz-a", r, ""),
	}})
	res := match(t, db, pkg("npm", "zz-a", "1.0.0"))
	if got := rules(res.Findings); got != "CVE-2026-0002 GHSA-9" {
		t.Fatalf("findings %s", got)
	}
	f := res.Findings[0]
	if got := strings.Join(f.Advisory.Aliases, " "); got != "GHSA-1 ZZ-2 ZZ-3" {
		t.Errorf("aliases %s", got)
	}
	if f.Advisory.Fixed != "2.1" {
		t.Errorf("fixed %s: 2.0 is affected by ZZ-2 still", f.Advisory.Fixed)
	}
}

// A distribution's advisory on several CVEs is a part of each, and does not make them one.
func TestDistributionAdvisory(t *testing.T) {
	db := database(t, map[string][]string{"Debian": {
		record("DSA-1-1", "Debian:12", "zz-src", "introduced=0 fixed=1:1.2-3",
			`"upstream":["CVE-2026-0001","CVE-2026-0002"]`),
		record("DEBIAN-CVE-2026-0002", "Debian:12", "zz-src", "introduced=0 fixed=1:1.2-3",
			`"upstream":["CVE-2026-0002"]`),
		record("DEBIAN-CVE-2026-0003", "Debian:11", "zz-src", "introduced=0 fixed=1:1.2-3",
			`"upstream":["CVE-2026-0003"]`),
	}})
	p := pkg("Debian:12.5", "libzz1", "1.2-1+b1")
	p.Source = inventory.Source{Name: "zz-src", Version: "1:1.2-1"}
	res := match(t, db, p)
	if got := rules(res.Findings); got != "CVE-2026-0001 CVE-2026-0002" {
		t.Fatalf("findings %s", got)
	}
	f := res.Findings[1]
	if got := strings.Join(f.Advisory.Aliases, " "); got != "DEBIAN-CVE-2026-0002 DSA-1-1" ||
		f.Package.Name != "libzz1" || f.Advisory.Fixed != "1:1.2-3" {
		t.Errorf("%s, %+v, %+v", got, f.Package, f.Advisory)
	}
}

func TestSeverity(t *testing.T) {
	v31 := `"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]`
	r := "introduced=0"
	db := database(t, map[string][]string{
		"npm": {
			record("CVE-2026-0001", "npm", "zz-a", r, v31),
			record("ZZ-2", "npm", "zz-b", r, `"severity":[{"type":"CVSS_V2","score":"AV:N/AC:L/Au:N/C:P/I:P/A:P"}]`),
			record(
				"ZZ-3",
				"npm",
				"zz-c",
				r,
				`"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"},{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:L/I:N/A:N"}]`,
			),
			record("ZZ-4", "npm", "zz-d", r, `"database_specific":{"severity":"MODERATE"}`),
			record("ZZ-5", "npm", "zz-e", r, `"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/nonsense"}]`),
		},
		"PyPI": {record("ZZ-6", "PyPI", "zz-f", r,
			`"aliases":["CVE-2026-0001"],"database_specific":{"severity":"LOW"}`)},
	})
	for _, c := range []struct {
		p     inventory.Package
		sev   finding.Severity
		score float64
	}{
		{pkg("npm", "zz-a", "1.0.0"), finding.Critical, 9.8},
		{pkg("npm", "zz-b", "1.0.0"), finding.High, 7.5},
		{pkg("npm", "zz-c", "1.0.0"), finding.Critical, 10},
		{pkg("npm", "zz-d", "1.0.0"), finding.Medium, 0},
		{pkg("npm", "zz-e", "1.0.0"), finding.Unknown, 0},
		{pkg("PyPI", "zz-f", "1.0"), finding.Critical, 9.8}, // taken over from the npm record of the same CVE
	} {
		f := match(t, db, c.p).Findings[0]
		score := 0.0
		if f.Advisory.CVSS != nil {
			score = *f.Advisory.CVSS
		}
		if f.Severity != c.sev || score != c.score {
			t.Errorf("%s: %s %v, want %s %v", c.p.Name, f.Severity, score, c.sev, c.score)
		}
	}
}

func TestWhatIsNotJudged(t *testing.T) {
	db := database(t, map[string][]string{"npm": {record("ZZ-1", "npm", "zz-a", "introduced=0", "")}})
	ranged := pkg("npm", "zz-a", "^1.0.0")
	ranged.Range = true
	res := match(t, db, ranged, pkg("npm", "zz-a", ""), pkg("", "zz-a", "1"), pkg("Debian", "zz-a", "1"),
		pkg("Ubuntu:24.04", "zz-a", "1"), pkg("Ubuntu:24.04", "zz-b", "1"), pkg("npm", "zz-a", "1.0.0"))
	if len(res.NotJudged) != 4 || res.Judged != 1 || len(res.Findings) != 1 {
		t.Errorf("not judged %v, judged %d, findings %d", res.NotJudged, res.Judged, len(res.Findings))
	}
	if len(res.Absent) != 1 || res.Absent[0] != (Absent{"Ubuntu:24.04", 2}) {
		t.Errorf("absent %v", res.Absent)
	}
	if len(res.Advisories) == 0 || res.Advisories[0].Ecosystem != "npm" {
		t.Errorf("advisories %v", res.Advisories)
	}
}

// The same package in two places is one finding with all services.
func TestOneFindingAPackage(t *testing.T) {
	db := database(t, map[string][]string{"PyPI": {record("ZZ-1", "PyPI", "zz-a", "introduced=0 fixed=2", "")}})
	a, b := pkg("PyPI", "zz-a", "1.0"), pkg("PyPI", "zz-a", "1.0")
	b.Services, b.Paths = []string{"api"}, []string{"first"}
	one, two := match(t, db, a, b), match(t, db, b, a)
	if len(one.Findings) != 1 || strings.Join(one.Findings[0].Services, " ") != "api web" ||
		one.Findings[0].Location.Path != "first" {
		t.Fatalf("%+v", one.Findings)
	}
	if one.Findings[0].ID != two.Findings[0].ID {
		t.Error("the id depends on the order")
	}
}

// What a distribution owns is judged by its word, where it has one on that package and vulnerability.
func TestOwnedByADistribution(t *testing.T) {
	deb := func(id, cve, ranges string) string {
		return record(id, "Debian:12", "zz-src", ranges, `"upstream":["`+cve+`"]`)
	}
	db := database(t, map[string][]string{
		"PyPI": {
			record("ZZ-1", "PyPI", "zz-a", "introduced=0 fixed=2", `"aliases":["CVE-2024-0001"]`),
			record("ZZ-2", "PyPI", "zz-a", "introduced=0 fixed=2", `"aliases":["CVE-2024-0002"]`),
			record("ZZ-3", "PyPI", "zz-a", "introduced=0 fixed=2", `"aliases":["CVE-2024-0003"]`),
		},
		"Debian": {deb("DSA-1", "CVE-2024-0001", "introduced=0 fixed=1.0-1"),
			deb("DEBIAN-2", "CVE-2024-0002", "introduced=0")},
	})
	owned := pkg("PyPI", "zz-a", "1.0")
	owned.OwnedBy = "python3-zz-a"
	owner := pkg("Debian:12", "python3-zz-a", "1.0-1")
	owner.PURL, owner.Source.Name = "pkg:deb/debian/python3-zz-a@1.0-1?distro=debian-12", "zz-src"
	stale := owner
	stale.Services, stale.Ecosystem = []string{"api"}, "Debian:99"
	says := func(rule string, ps ...inventory.Package) string {
		t.Helper()
		for _, f := range match(t, db, ps...).Findings {
			if f.Rule == rule && f.Package.Name == "zz-a" {
				return string(f.Status) + " " + strings.Join(f.Evidence, " ")
			}
		}
		t.Fatalf("no %s", rule)
		return ""
	}
	elsewhere := owned
	elsewhere.OwnedBy, elsewhere.Paths = "", []string{"venv"}
	both := owned
	both.Services = []string{"api", "web"}
	for _, c := range []struct {
		rule, want string
		ps         []inventory.Package
	}{
		{"CVE-2024-0001", "suppressed its files belong to the distribution's package python3-zz-a 1.0-1, in which " +
			"the advisories for Debian:12 hold CVE-2024-0001 to be fixed", []inventory.Package{owned, owner}},
		{"CVE-2024-0002", "suppressed its files belong to the distribution's package python3-zz-a 1.0-1, which the " +
			"advisories for Debian:12 hold to be affected: see the finding on that package",
			[]inventory.Package{owned, owner}},
		{"CVE-2024-0003", "open its files belong to the distribution's package python3-zz-a 1.0-1; the advisories at " +
			"hand for Debian:12 say nothing of CVE-2024-0003", []inventory.Package{owned, owner}},
		{"CVE-2024-0001", "open its files belong to the distribution's package python3-zz-a, which is not among the " +
			"packages read", []inventory.Package{owned}},
		{"CVE-2024-0001", "open its files belong to the distribution's package python3-zz-a, which is not among",
			[]inventory.Package{owned, stale}},
		{"CVE-2024-0001", "open its files belong to the distribution's package python3-zz-a 1.0-1, of which no " +
			"advisories are at hand", []inventory.Package{both, owner, stale}},
		{"CVE-2024-0001", "open also in venv:3", []inventory.Package{owned, elsewhere, owner}},
	} {
		if got := says(c.rule, c.ps...); !strings.HasPrefix(got, c.want) {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// An erratum on a module lists a build for each minor release; it says nothing of the plain package.
func TestModules(t *testing.T) {
	two := `{"id":"ALSA-2026:1","modified":"2026-01-01T00:00:00Z","summary":"Important: zz security update","related":["CVE-2026-0001","CVE-2026-0002"],"affected":[
		{"package":{"ecosystem":"AlmaLinux:9","name":"zz"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"15.1-1.module_el9.4.0+1+aa"}]}]},
		{"package":{"ecosystem":"AlmaLinux:9","name":"zz"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"15.1-1.module_el9.5.0+7+bb"}]}]}]}`
	bugs := record("ALBA-2026:2", "AlmaLinux:9", "zz-bug", "introduced=0 fixed=2-1.el9",
		`"summary":"zz-bug bug fix update"`)
	db := database(t, map[string][]string{"AlmaLinux": {two, bugs}})
	if f := match(t, db, pkg("AlmaLinux:9", "zz-bug", "1-1.el9")).Findings[0]; f.Severity != finding.Info {
		t.Errorf("a bug fix is %s", f.Severity)
	}
	for v, want := range map[string]string{
		"15.0-1.module_el9.4.0+1+aa": "CVE-2026-0001 CVE-2026-0002",
		"15.1-1.module_el9.4.0+1+aa": "",
		"15.1-1.module_el9.5.0+7+bb": "",
		"13.2-1.el9":                 "",
	} {
		res := match(t, db, pkg("AlmaLinux:9", "zz", v))
		if got := rules(res.Findings); got != want {
			t.Errorf("%s: %q, want %q", v, got, want)
		}
		for _, f := range res.Findings {
			if f.Severity != finding.High || strings.Join(f.Advisory.Aliases, " ") != "ALSA-2026:1" {
				t.Errorf("%s: %s %q", v, f.Severity, f.Advisory.Aliases)
			}
		}
	}
}

func TestExplain(t *testing.T) {
	db := database(t, map[string][]string{
		"npm": {record(
			"GHSA-zz-1",
			"npm",
			"zz-a",
			"introduced=1.0.0 fixed=2.0.0",
			`"aliases":["CVE-2026-99001"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]`,
		)},
		"Debian": {record("DSA-9999-1", "Debian:12", "zz-src", "introduced=0 fixed=1.2",
			`"upstream":["CVE-2026-99001","CVE-2026-99002"]`)},
	})
	for _, id := range []string{"ghsa-ZZ-1", "CVE-2026-99001"} {
		x, err := Explain(db, id)
		if err != nil || x == nil {
			t.Fatal(id, err)
		}
		if x.ID != "CVE-2026-99001" || x.Severity != finding.Critical || len(x.Records) != 2 {
			t.Errorf("%s: %+v", id, x)
		}
		page := x.Page()
		for _, want := range []string{"# CVE-2026-99001", "npm zz-a: >= 1.0.0, < 2.0.0", "Debian:12 zz-src: < 1.2",
			"Answers CVE-2026-99001, CVE-2026-99002", "CVSS: 9.8"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %q is not in\n%s", id, want, page)
			}
		}
	}
	if x, err := Explain(db, "CVE-1999-99999"); x != nil || err != nil {
		t.Errorf("unknown: %v, %v", x, err)
	}
}

// go.mod's least Go is no gap: nothing in the tree could make it known. It is said.
func TestLeastGoIsNoGap(t *testing.T) {
	p := inventory.Package{Name: "stdlib", Version: ">=1.22.3", Range: true, Ecosystem: "Go",
		Paths: []string{"a/go.mod"}}
	db, err := advisory.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Match(context.Background(), db, []inventory.Package{p, p}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.NotJudged) != 0 || len(m.Notes) != 1 || !strings.Contains(m.Notes[0], "a/go.mod names the least Go") {
		t.Errorf("not judged %v, notes %q", m.NotJudged, m.Notes)
	}
}

// Bitnami's "-0" of a bound takes in the pre-releases; that of an installed package is the packaging's revision.
// Composer's
// 1.0 is 1.0.0.
func TestSpellings(t *testing.T) {
	db := database(t, map[string][]string{
		"Bitnami":   {record("BIT-1", "Bitnami", "zz-golang", "introduced=1.24.0-0 fixed=1.24.0", "")},
		"Packagist": {record("P-1", "Packagist", "zz/a", "introduced=0.5 fixed=1.0.0", "")},
	})
	for _, c := range []struct{ eco, name, hit, miss string }{
		{"Bitnami", "zz-golang", "1.24.0-rc1 1.24.0-rc1-0", "1.23.9 1.24.0 1.24.0-0 1.24.0-3"},
		{"Packagist", "zz/a", "0.5.0 0.9 1.0-beta1", "1.0 1 1.0.0.0 0.4"},
	} {
		for _, v := range strings.Fields(c.hit) {
			if n := len(match(t, db, pkg(c.eco, c.name, v)).Findings); n != 1 {
				t.Errorf("%s %s: %d findings, want one", c.name, v, n)
			}
		}
		for _, v := range strings.Fields(c.miss) {
			if n := len(match(t, db, pkg(c.eco, c.name, v)).Findings); n != 0 {
				t.Errorf("%s %s: %d findings, want none", c.name, v, n)
			}
		}
	}
}

// Of a Go program that does not tell its version only those are gaps of which advisories speak.
func TestGoProgramWithoutVersion(t *testing.T) {
	db := database(
		t,
		map[string][]string{"Go": {record("GO-1", "Go", "github.com/zz/proxy", "introduced=0 fixed=2.0.0",
			"")}},
	)
	res := match(t, db, pkg("Go", "github.com/zz/proxy", ""), pkg("Go", "example.com/zz/own", ""))
	if len(res.Findings) != 0 || res.Judged != 1 || len(res.NotJudged) != 1 ||
		res.NotJudged[0].Package.Name != "github.com/zz/proxy" {
		t.Errorf("%+v", res)
	}
}

// The Go database says "all versions" of programs whose releases are no versions of their module, and the releases
// apart.
func TestRangesOfReleases(t *testing.T) {
	db := database(
		t,
		map[string][]string{
			"Go": {
				`{"id":"GO-2","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"zz.io/gogs"},
		"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],
		"ecosystem_specific":{"custom_ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"0.13.4"}]}]}}]}`,
			},
		},
	)
	if got := match(t, db, pkg("Go", "zz.io/gogs", "0.13.3")); rules(got.Findings) != "GO-2" ||
		got.Findings[0].Advisory.Fixed != "0.13.4" {
		t.Errorf("%+v", got.Findings)
	}
	if got := match(t, db, pkg("Go", "zz.io/gogs", "0.13.4")); len(got.Findings) != 0 {
		t.Errorf("%+v", got.Findings)
	}
}
