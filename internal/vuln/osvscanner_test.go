package vuln

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/advisory/version"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/testenv"
)

// purls writes packages as osv-scanner reads them from an SBOM. RPM, Bitnami and Hackage are not here: it finds nothing
// for such a purl.
var purls = map[string]func(name string) string{
	"Alpine":    func(n string) string { return "pkg:apk/alpine/" + n + "@%s?distro=alpine-3.20" },
	"CRAN":      func(n string) string { return "pkg:cran/" + n + "@%s" },
	"Debian":    func(n string) string { return "pkg:deb/debian/" + n + "@%s?distro=debian-12" },
	"Go":        func(n string) string { return "pkg:golang/" + n + "@%s" },
	"Hex":       func(n string) string { return "pkg:hex/" + n + "@%s" },
	"Maven":     func(n string) string { return "pkg:maven/" + strings.Replace(n, ":", "/", 1) + "@%s" },
	"NuGet":     func(n string) string { return "pkg:nuget/" + n + "@%s" },
	"Packagist": func(n string) string { return "pkg:composer/" + n + "@%s" },
	"Pub":       func(n string) string { return "pkg:pub/" + n + "@%s" },
	"PyPI":      func(n string) string { return "pkg:pypi/" + n + "@%s" },
	"RubyGems":  func(n string) string { return "pkg:gem/" + n + "@%s" },
	"crates.io": func(n string) string { return "pkg:cargo/" + n + "@%s" },
	"npm":       func(n string) string { return "pkg:npm/" + strings.Replace(n, "@", "%%40", 1) + "@%s" },
}

var releases = map[string]string{"Debian": "Debian:12", "Alpine": "Alpine:v3.20", "AlmaLinux": "AlmaLinux:9"}

// raw is as much of an OSV record as the comparison needs.
type raw struct {
	ID       string
	Affected []rawAffected
}

type rawAffected struct {
	Package  struct{ Ecosystem, Name string }
	Ranges   []rawRange
	Versions []string
	Specific struct {
		Custom []rawRange `json:"custom_ranges"`
	} `json:"ecosystem_specific"`
}

type rawRange struct {
	Type   string
	Events []map[string]string
}

// readRaw reads an ecosystem's records.
func readRaw(t *testing.T, dir, ecosystem string) []raw {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(dir, "osv", ecosystem, "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []raw
	for _, f := range z.File {
		rd, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var r raw
		err = json.NewDecoder(rd).Decode(&r)
		rd.Close()
		if err != nil {
			t.Fatal(f.Name, err)
		}
		out = append(out, r)
	}
	return out
}

// sample draws packages from the records: every third name, each with some of the versions that bounds and lists name.
func sample(records []raw, ecosystem string) []inventory.Package {
	full := ecosystem
	if r := releases[ecosystem]; r != "" {
		full = r
	}
	versions := map[string]map[string]bool{}
	for _, r := range records {
		for _, a := range r.Affected {
			if a.Package.Ecosystem != full || hash(a.Package.Name)%3 != 0 {
				continue
			}
			vs := versions[a.Package.Name]
			if vs == nil {
				vs = map[string]bool{}
				versions[a.Package.Name] = vs
			}
			for _, g := range a.Ranges {
				for _, e := range g.Events {
					for k, v := range e {
						if g.Type != "GIT" && v != "0" && k != "limit" {
							vs[v] = true
						}
					}
				}
			}
			for i, v := range a.Versions {
				if i%40 == 0 && v[0] >= '0' && v[0] <= '9' { // not what a release's file name left behind
					vs[v] = true
				}
			}
		}
	}
	var out []inventory.Package
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		list := slices.Sorted(maps.Keys(versions[name]))
		sort.Slice(list, func(i, j int) bool { return hash(list[i]) < hash(list[j]) })
		for _, v := range list[:min(4, len(list))] {
			out = append(out, inventory.Package{Name: name, Version: v, Ecosystem: full})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return hash(out[i].Name) < hash(out[j].Name) })
	return out[:min(500, len(out))]
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// TestAgainstOsvScanner gives osv-scanner, offline, and drydock the same packages and the same data, and compares the
// records that each finds for each package.
func TestAgainstOsvScanner(t *testing.T) {
	tool := testenv.Tool(t, "osv-scanner")
	data := testenv.Shared(t, "advisories")
	type component struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Version string `json:"version"`
		PURL    string `json:"purl"`
	}
	var all []inventory.Package
	var list []component
	byID := map[string]raw{}
	for _, eco := range slices.Sorted(maps.Keys(purls)) {
		rs := readRaw(t, data, eco)
		for _, r := range rs {
			byID[r.ID] = r
		}
		for _, p := range sample(rs, eco) {
			all = append(all, p)
			list = append(list, component{"library", p.Name, p.Version,
				fmt.Sprintf(purls[eco](p.Name), url.PathEscape(p.Version))})
		}
	}
	theirs := runOsvScanner(t, tool, data, map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"components": list})
	ours := records(t, data, all)

	differ := map[string]int{}
	agreed := 0
	for _, p := range all {
		our, their := ours[packageKey(p)], theirs[packageKey(p)]
		if their == nil {
			differ["packages that osv-scanner does not list"]++
			continue
		}
		for id := range union(our, their) {
			if our[id] && their[id] {
				agreed++
				continue
			}
			why := explained(p, byID[id], our[id])
			if why == "" {
				t.Errorf("%s: %s: ours %v, osv-scanner's %v", packageKey(p), id, our[id], their[id])
			}
			differ[why]++
		}
	}
	t.Logf("%d packages, %d records in both", len(all), agreed)
	for _, why := range slices.Sorted(maps.Keys(differ)) {
		t.Logf("%6d %s", differ[why], why)
	}
	if agreed < len(all) {
		t.Errorf("only %d records in both", agreed)
	}
}

// explained says why a record may differ for a package, "" where nothing explains it.
func explained(p inventory.Package, r raw, ours bool) string {
	eco, release := advisory.SplitEcosystem(p.Ecosystem)
	o, _ := version.For(eco)
	for _, a := range r.Affected {
		e, rel := advisory.SplitEcosystem(a.Package.Ecosystem)
		if e != eco || rel != "" && rel != release ||
			advisory.NormalizeName(eco, a.Package.Name) != advisory.NormalizeName(eco, p.Name) {
			continue
		}
		if eco == "Go" && len(a.Specific.Custom) > 0 && !ours {
			return "osv-scanner does not read the Go database's ranges of releases"
		}
		if _, err := o.Parse(p.Version); err != nil && !ours {
			return "osv-scanner orders what is no version of the ecosystem"
		}
		if eco == "Packagist" && spelledOtherwise(o, &a, p.Version) {
			return "osv-scanner takes Composer's 1.0 and 1.0.0 for two versions"
		}
		if !ours {
			continue
		}
		if a.Package.Name != p.Name || a.Package.Name != strings.ToLower(a.Package.Name) {
			return "osv-scanner compares names with their case"
		}
		for _, g := range a.Ranges {
			if g.Type == "GIT" {
				return "osv-scanner looks at no range that follows one of commits"
			}
			for _, e := range g.Events {
				for _, v := range e {
					if _, err := o.Parse(v); err != nil && v != "0" {
						return "osv-scanner takes a bound that is no version for older than all"
					}
				}
			}
		}
		for _, v := range a.Versions {
			if c, err := o.Compare(v, p.Version); err == nil && c == 0 && v != p.Version {
				return "osv-scanner compares listed versions as text"
			}
		}
	}
	return ""
}

// spelledOtherwise reports whether a bound is the version in another spelling.
func spelledOtherwise(o version.Order, a *rawAffected, text string) bool {
	for _, g := range a.Ranges {
		for _, e := range g.Events {
			for _, v := range e {
				if c, err := o.Compare(v, text); err == nil && c == 0 && v != text {
					return true
				}
			}
		}
	}
	return false
}

func union(a, b map[string]bool) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

func packageKey(p inventory.Package) string {
	eco, _ := advisory.SplitEcosystem(p.Ecosystem)
	return strings.Join([]string{eco, advisory.NormalizeName(eco, p.Name), p.Version}, "|")
}

// runOsvScanner returns, for every package that it read, the ids of the records that it found.
func runOsvScanner(t *testing.T, tool, data string, sbom map[string]any) map[string]map[string]bool {
	t.Helper()
	dir := t.TempDir()
	b, err := json.Marshal(sbom)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "sbom.cdx.json")
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(dir, "cache")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(data, "osv"), filepath.Join(cache, "osv-scalibr")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool, "scan", "source", "--offline", "--offline-vulnerabilities", "--all-packages",
		"--all-vulns", "--format", "json", "-L", file)
	cmd.Env = append(os.Environ(), "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY="+cache)
	start := time.Now()
	out, err := cmd.Output()
	t.Logf("osv-scanner: %.1f s", time.Since(start).Seconds())
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("osv-scanner: %v", err)
	}
	var res struct {
		Results []struct {
			Packages []struct {
				Package         struct{ Name, Version, Ecosystem string }
				Vulnerabilities []struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatalf("osv-scanner's output: %v", err)
	}
	got := map[string]map[string]bool{}
	for _, r := range res.Results {
		for _, p := range r.Packages {
			k := packageKey(inventory.Package{Ecosystem: p.Package.Ecosystem, Name: p.Package.Name,
				Version: p.Package.Version})
			if got[k] == nil {
				got[k] = map[string]bool{}
			}
			for _, v := range p.Vulnerabilities {
				got[k][v.ID] = true
			}
		}
	}
	return got
}

// records returns the ids of the records that drydock finds for each package.
func records(t *testing.T, data string, ps []inventory.Package) map[string]map[string]bool {
	t.Helper()
	home := t.TempDir()
	if _, err := advisory.Import(t.Context(), home, data, advisory.ImportOptions{Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	db, err := advisory.Open(home)
	if err != nil {
		t.Fatal(err)
	}
	m := newMatcher(db)
	out := map[string]map[string]bool{}
	for _, s := range m.group(ps, Options{}) {
		o := m.order(s.ecosystem)
		v, err := o.Parse(s.version)
		if err != nil {
			v = nil
		}
		hits, err := m.hits(s, &installed{m, s.ecosystem, o, v, s.version})
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for _, h := range hits {
			ids[h.rec.ID] = true
		}
		out[packageKey(*s.first())] = ids
	}
	if len(m.res.NotJudged) > 0 || len(m.absent) > 0 {
		t.Errorf("not judged %v, absent %v", m.res.NotJudged, m.absent)
	}
	return out
}
