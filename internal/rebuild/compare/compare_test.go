package compare

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
)

// reportOf makes a report of "name version" packages, each with its vulnerabilities: "CVE severity forecast".
func reportOf(status report.GateStatus, packages map[string][]string) *report.Report {
	r := &report.Report{Gates: []report.Gate{{Name: finding.GateImage, Status: status}},
		Images: []report.Image{{ID: "sha256:x", Size: 10, Services: []string{"web"}}}}
	for p, vulnerabilities := range packages {
		n, version, _ := strings.Cut(p, " ")
		purl := "pkg:deb/debian/" + n + "@" + version
		r.Packages = append(r.Packages, inventory.Package{Name: n, Version: version, PURL: purl,
			Services: []string{"web"}})
		for _, v := range vulnerabilities {
			w := strings.Fields(v)
			f := finding.Finding{ID: w[0] + n + version, Gate: finding.GateImage, Rule: w[0],
				Severity: finding.Severity(w[1]), Services: []string{"web"},
				Package: &finding.Package{Name: n, Version: version, PURL: purl}}
			if len(w) > 2 {
				f.Forecast = finding.Forecast(w[2])
			}
			f.Normalize()
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

func words(list []result.Change) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = strings.TrimSpace(fmt.Sprintf("%s %s %s>%s", c.Rule, c.Cause, c.From, c.To))
	}
	return strings.Join(out, "; ")
}

func TestImages(t *testing.T) {
	before := map[string][]string{"ssl 1": {"CVE-1 critical rebuild"}, "tar 1": {"CVE-2 high wait-for-base"}}
	for name, c := range map[string]struct {
		status                          report.GateStatus
		after                           map[string][]string
		verdict                         result.Verdict
		fixed, added, remaining, unseen string
		right, wrong, unknown           int
		before                          map[string][]string
	}{
		"an upgrade mends": {after: map[string][]string{"ssl 2": nil, "tar 1": {"CVE-2 high"}}, verdict: result.Better,
			fixed: "CVE-1 upgraded 1>2", remaining: "CVE-2  1>1", right: 2},
		"an upgrade that mends nothing": {
			after:   map[string][]string{"ssl 2": {"CVE-1 critical"}, "tar 1": {"CVE-2 high"}},
			verdict: result.Same, remaining: "CVE-1  1>2; CVE-2  1>1", right: 1, wrong: 1},
		"a package is gone": {after: map[string][]string{"tar 1": {"CVE-2 high"}}, verdict: result.Better,
			fixed: "CVE-1 removed 1>", remaining: "CVE-2  1>1", right: 2},
		"a critical one for a critical one, a low one for a high one": {
			after:   map[string][]string{"ssl 2": nil, "tar 2": {"CVE-3 critical", "CVE-4 low"}},
			verdict: result.Better, fixed: "CVE-1 upgraded 1>2; CVE-2 upgraded 1>2",
			added: "CVE-3 upgraded 1>2; CVE-4 upgraded 1>2", right: 1, wrong: 1},
		"an older base": {after: map[string][]string{"ssl 0": {"CVE-1 critical", "CVE-6 critical"}, "tar 1": nil},
			verdict: result.Worse, fixed: "CVE-2 advisories 1>1", added: "CVE-6 downgraded 1>0", remaining: "CVE-1  1>0",
			wrong: 1},
		"only the advisories changed": {after: map[string][]string{"ssl 1": nil, "tar 1": {"CVE-2 high"}},
			verdict: result.Better, fixed: "CVE-1 advisories 1>1", remaining: "CVE-2  1>1", right: 1},
		"a new package": {after: map[string][]string{"ssl 1": {"CVE-1 critical"}, "tar 1": {"CVE-2 high"},
			"x 1": {"CVE-5 medium"}}, verdict: result.Worse, added: "CVE-5 added >1",
			remaining: "CVE-1  1>1; CVE-2  1>1", right: 1, wrong: 1},
		"not judged": {status: report.Failed, after: nil, verdict: result.Failed, unseen: "CVE-1  1>; CVE-2  1>"},
		"a lost database": {status: report.Partial, after: map[string][]string{"tar 1": nil}, verdict: result.Worse,
			fixed: "CVE-2 advisories 1>1", unseen: "CVE-1 removed 1>"},
		"nothing was told": {before: map[string][]string{"a 1": {"CVE-1 low unknown"}},
			after: map[string][]string{"a 2": nil}, verdict: result.Better, fixed: "CVE-1 upgraded 1>2", unknown: 1},
	} {
		if c.status == "" {
			c.status = report.Checked
		}
		if c.before == nil {
			c.before = before
		}
		old, now := reportOf(report.Checked, c.before), reportOf(c.status, c.after)
		old.Finish()
		now.Finish()
		s := Images(old, now, []string{"web"})
		got := fmt.Sprintf("%s | %s | %s | %s | %s | %d %d %d", s.Verdict, words(s.Fixed), words(s.New),
			words(s.Remaining), words(s.Unseen), s.Forecast.Right, s.Forecast.Wrong, s.Forecast.Unknown)
		want := fmt.Sprintf("%s | %s | %s | %s | %s | %d %d %d", c.verdict, c.fixed, c.added, c.remaining, c.unseen,
			c.right, c.wrong, c.unknown)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		if len(s.Forecast.Misses) != c.wrong || s.Reason == "" || s.Before.Size != 10 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestSamePackages(t *testing.T) {
	a := reportOf(report.Checked, map[string][]string{"ssl 1": nil})
	b := reportOf(report.Checked, map[string][]string{"ssl 1": {"CVE-1 low"}})
	c := reportOf(report.Checked, map[string][]string{"ssl 2": nil})
	if !SamePackages(a, b, nil) || SamePackages(a, c, nil) {
		t.Error("versions of packages decide, and nothing else")
	}
}

// archive writes an image of layers, each "path=content" files; "-path" removes.
func archive(t *testing.T, time int64, layers ...string) string {
	img := v1.Image(empty.Image)
	for _, files := range layers {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, f := range strings.Fields(files) {
			path, text, _ := strings.Cut(f, "=")
			if rest, ok := strings.CutPrefix(path, "-"); ok {
				path = filepath.Dir(rest) + "/.wh." + filepath.Base(rest)
			}
			h := &tar.Header{Name: path, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}
			h.PAXRecords = map[string]string{"VENDOR.time": fmt.Sprint(time)} // another layer, the same files
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(b.Bytes())), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if img, err = mutate.AppendLayers(img, l); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "image.tar")
	if err := tarball.WriteToFile(out, name.MustParseReference("x:1"), img); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Time stamps and digests of layers do not count, nor what builds write anew; another content does.
func TestSameFiles(t *testing.T) {
	base := archive(t, 1, "app/a=1 etc/x=2 var/log/dpkg.log=monday app/__pycache__/a.pyc=1", "app/b=3 -etc/y")
	for _, c := range []struct {
		name    string
		other   string
		differs string
	}{
		{"the very same", base, ""},
		{"other times and logs", archive(t, 2, "app/a=1 etc/x=2 var/log/dpkg.log=tuesday app/__pycache__/a.pyc=2",
			"app/b=3 -etc/y"), ""},
		{"another content", archive(t, 2, "app/a=1 etc/x=2", "app/b=4 -etc/y"), "app/b"},
		{"one file more", archive(t, 2, "app/a=1 etc/x=2", "app/b=3 app/c=1 -etc/y"), "app/c"},
		{"one file less", archive(t, 2, "app/a=1 etc/x=2", "-etc/y"), "app/b"},
		{"in another layer", archive(t, 2, "app/a=1 etc/x=2 app/b=3", "-etc/y"), ""},
	} {
		same, differs, err := SameFiles(context.Background(), base, c.other, image.Options{})
		if err != nil || same != (c.differs == "") || differs != c.differs {
			t.Errorf("%s: %v, %q, %v", c.name, same, differs, err)
		}
	}
}
