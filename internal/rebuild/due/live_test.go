package due_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/cyclonedx"
	"github.com/drydock/drydock/internal/rebuild/compare"
	"github.com/drydock/drydock/internal/rebuild/due"
	"github.com/drydock/drydock/internal/rebuild/page"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/testenv"
)

const (
	release  = "drydock-rebuild:release"
	security = "drydock-rebuild:security"
	trixie   = "drydock-rebuild:trixie"
	pinned   = "3.2.7-1+deb12u6" // rsync of the release
)

// lab is a registry and a package index of our own on loopback, beside the real engine.
type lab struct {
	t      *testing.T
	docker string
	host   string // of the registry
	index  *index
	dir    string // of the compose project
	app    string // the image that it builds
	total  result.Score
}

func newLab(t *testing.T) *lab {
	if os.Getenv("DRYDOCK_REQUIRE")+os.Getenv("DRYDOCK_SLOW") == "" {
		t.Skip("it rebuilds for two minutes: DRYDOCK_SLOW=1 runs it, and .ci/run does")
	}
	docker := testenv.Engine(t)
	for _, image := range []string{release, security, trixie} {
		if exec.Command(docker, "image", "inspect", image).Run() != nil {
			testenv.Absent(t, "%s (.ci/rebuild-bases makes it)", image)
		}
	}
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	l := &lab{t: t, docker: docker, dir: t.TempDir(), index: newIndex(t)}
	l.host = listen(t, registry.New(registry.WithReferrersSupport(true),
		registry.Logger(log.New(io.Discard, "", 0))))
	_, port, _ := net.SplitHostPort(l.host)
	l.app = "drydock-rebuild-app:" + port
	t.Cleanup(func() {
		for _, image := range []string{l.app, l.base()} {
			_ = exec.Command(docker, "image", "rm", "-f", image).Run()
		}
	})
	return l
}

// listen serves on a port of loopback and returns its address.
func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(at) }()
	t.Cleanup(func() { _ = s.Close() })
	return at.Addr().String()
}

func (l *lab) base() string { return l.host + "/base:12" }

func (l *lab) run(stdin string, args ...string) string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.docker, args...)
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out[max(0, len(out)-3000):])
	}
	return string(out)
}

// move makes the base's tag name another image.
func (l *lab) move(image string) {
	l.t.Helper()
	l.run("", "tag", image, l.base())
	l.run("", "push", "-q", l.base())
	l.run("", "tag", release, l.base()) // what was pulled last stays what it was
}

// derive makes another base of one.
func (l *lab) derive(name, from, run string) string {
	l.t.Helper()
	name += strings.TrimPrefix(l.app, "drydock-rebuild-app:")
	l.run("FROM "+from+"\nRUN "+run+"\n", "build", "-q", "-t", name, "-")
	l.t.Cleanup(func() { _ = exec.Command(l.docker, "image", "rm", "-f", name).Run() })
	return name
}

// project writes the compose project: FROM stands for the base's name.
func (l *lab) project(files map[string]string) {
	l.t.Helper()
	files["compose.yml"] = "services:\n  web:\n    build: .\n    image: " + l.app + "\n"
	for name, text := range files {
		text = strings.NewReplacer("BASE", l.base(), "INDEX", "http://"+l.index.host+"/simple/").Replace(text)
		if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
}

func (l *lab) build(args ...string) {
	l.t.Helper()
	l.run("", append(append([]string{"build", "--network=host", "-q", "-t", l.app}, args...), l.dir)...)
}

// check is what `rebuild --check` does.
func (l *lab) check(offline bool) *report.Report {
	l.t.Helper()
	opt := due.Options{Offline: offline, MaxAge: 30 * 24 * time.Hour}
	r, err := due.Check(
		context.Background(),
		target.Resolve(context.Background(), target.Inputs{Args: []string{l.dir},
			Stack: stack.Options{}}),
		opt,
	)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func reasons(r *report.Report) string {
	var out []string
	for _, d := range r.Due {
		out = append(out, string(d.Reason))
	}
	return strings.Join(out, " ")
}

// rebuild checks, builds anew as drydock does, and scores the forecast.
func (l *lab) rebuild(name string) (before *report.Report, s result.Service) {
	l.t.Helper()
	started := time.Now()
	before = l.check(false)
	asked := time.Since(started)
	l.build("--pull", "--no-cache")
	after := l.check(true)
	s = compare.Images(before, after, nil)
	l.report(name, s)
	l.t.Logf("%s: due %s; asked and forecast in %s", name, reasons(before), asked.Round(time.Millisecond))
	for _, d := range before.Due {
		if _, read, ok := strings.Cut(d.Evidence, " ("); ok && d.Reason == report.DueBaseMoved {
			l.t.Logf("%s: read of the base: %s", name, strings.TrimSuffix(read, ")"))
		}
	}
	return before, s
}

func (l *lab) report(name string, s result.Service) {
	l.t.Logf("%s: %s, %s; forecast right %d, wrong %d, unknown %d", name, s.Verdict, s.Reason, s.Forecast.Right,
		s.Forecast.Wrong, s.Forecast.Unknown)
	for i, m := range s.Forecast.Misses {
		if i < 12 {
			l.t.Logf("  missed: %s in %s: forecast %s, %s", m.Rule, m.Package, m.Forecast, m.Happened)
		}
	}
	l.total.Add(s.Forecast)
}

// index is a package index of pip's, with what it holds in each of two states.
type index struct {
	host string
	mu   sync.Mutex
	late bool
}

// wheels are the versions that the index holds from the first on, and those that come later. needs are what a package
// asks for.
var wheels = []struct {
	name, version string
	late          bool
	needs         []string
}{
	{"django", "4.2.1", false, nil}, {"django", "4.2.99", true, nil},
	{"gunicorn", "21.2.0", false, nil}, {"gunicorn", "21.99.0", true, nil}, {"gunicorn", "22.99.0", true, nil},
	{"jinja2", "3.1.0", false, nil}, {"jinja2", "3.1.99", true, nil},
	{"requests", "2.30.0", false, []string{"urllib3<3,>=1.21.1"}},
	{"requests", "2.99.0", true, []string{"urllib3<3,>=1.21.1"}},
	{"urllib3", "1.26.5", false, nil}, {"urllib3", "2.99.0", true, nil},
	{"aiohttp", "3.8.0", false, nil}, {"aiohttp", "3.99.0", true, nil},
}

func newIndex(t *testing.T) *index {
	x := &index{}
	x.host = listen(t, x)
	return x
}

func (x *index) set(late bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.late = late
}

func (x *index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	late := x.late
	x.mu.Unlock()
	for _, p := range wheels {
		file := fmt.Sprintf("%s-%s-py3-none-any.whl", p.name, p.version)
		switch {
		case p.late && !late:
		case r.URL.Path == "/simple/"+p.name+"/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, "<a href=\"/files/%s\">%s</a>\n", file, file)
		case r.URL.Path == "/files/"+file:
			_, _ = w.Write(wheel(p.name, p.version, p.needs))
		}
	}
}

// wheel is a wheel without code.
func wheel(name, version string, needs []string) []byte {
	info := fmt.Sprintf("%s-%s.dist-info/", name, version)
	meta := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	for _, n := range needs {
		meta += "Requires-Dist: " + n + "\n"
	}
	files := [][2]string{{name + "/__init__.py", ""}, {info + "METADATA", meta},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}}
	record := ""
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			panic(err)
		}
	}
	for _, f := range files {
		sum := sha256.Sum256([]byte(f[1]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", f[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(f[1]))
		add(f[0], f[1])
	}
	add(info+"RECORD", record+info+"RECORD,,\n")
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const pip = "pip install --no-cache-dir --root-user-action=ignore -q -i INDEX "

// what the app is built from: a stage that never ships, a pinned package of the distribution, a pin, ranges.
var sources = map[string]string{
	"Dockerfile": `FROM BASE AS docs
COPY docs-requirements.txt .
RUN mkdir /html && ` + pip + `-r docs-requirements.txt
FROM BASE
RUN apt-get update -qq && apt-get install -y -qq --allow-downgrades rsync=` + pinned + ` && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN ` + pip + `-r requirements.txt
COPY --from=docs /html /srv
COPY app.py .
CMD ["python3", "app.py"]
`,
	"requirements.txt":      "django==4.2.1\ngunicorn == 21.*\njinja2 ~= 3.1.0\nrequests>=2\n",
	"docs-requirements.txt": "aiohttp==3.8.0\n",
	"app.py":                "import django\n",
}

// simple is the same without what only Debian 12 has.
var simple = map[string]string{
	"Dockerfile":       "FROM BASE\nCOPY requirements.txt .\nRUN " + pip + "-r requirements.txt\n",
	"requirements.txt": "django==4.2.1\njinja2 ~= 3.1.0\n",
}

// TestForecastsAgainstRebuilds forecasts, rebuilds on the real engine and holds one against the other: bases that
// moved, that did not, that hold half of the fixes, that lost a package, that are of another release.
func TestForecastsAgainstRebuilds(t *testing.T) {
	l := newLab(t)
	l.project(sources)

	// Nothing is built yet: the manifests tell what will ship and what will not.
	l.move(release)
	before := l.check(true)
	l.build()
	first := l.check(true)
	s := compare.Images(before, first, nil)
	l.report("the first build", s)
	l.settled(before, finding.ForecastNotShipped, "aiohttp")

	// Offline most of the base depends on the registry, and is said to.
	if n := count(first, finding.ForecastUnknown); n < 100 {
		t.Errorf("offline %d are unknown", n)
	}

	// The base did not move, the index has newer packages: only what pip may choose is mended.
	l.index.set(true)
	before, s = l.rebuild("a base that did not move")
	if r := reasons(before); strings.Contains(r, string(report.DueBaseMoved)) || !strings.Contains(r,
		string(report.DueFixes)) {
		t.Errorf("due: %s", r)
	}
	for _, c := range s.Fixed {
		if c.Package != "jinja2" && c.Package != "requests" && c.Package != "urllib3" {
			t.Errorf("fixed without a reason: %s in %s", c.Rule, c.Package)
		}
	}

	// The base moved to the security updates: due, and mended as forecast; a cached build mends nothing.
	l.index.set(false)
	l.build("--pull", "--no-cache")
	l.index.set(true)
	l.move(security)
	cached := l.check(false)
	l.build()
	if left := l.check(true); !samePackages(first, left) || len(left.Findings) == 0 {
		t.Error("a cached build renews something")
	}
	if r := reasons(cached); !strings.Contains(r, string(report.DueBaseMoved)) {
		t.Errorf("due: %s", r)
	}
	for _, d := range cached.Due {
		t.Logf("due: %s: %s", d.Reason, d.Evidence)
	}
	l.attested(cached)
	before, s = l.rebuild("a base with the security updates")
	draw(t, s)
	promised, kept := 0, map[string]bool{}
	for _, c := range s.Fixed {
		kept[c.ID] = true
	}
	held := 0
	for i := range before.Findings {
		if f := &before.Findings[i]; f.Forecast == finding.ForecastRebuild {
			promised++
			if kept[f.ID] {
				held++
			}
		}
	}
	t.Logf("forecast to be mended: %d, mended: %d", promised, held)
	if s.Verdict != result.Better || held < promised*95/100 || promised < 100 {
		t.Errorf("%s: %s; %d of %d", s.Verdict, s.Reason, held, promised)
	}
	for _, c := range s.Remaining { // what pip was free to choose
		if c.Package == "gunicorn" && (c.From != "21.2.0" || c.To != "21.99.0") {
			t.Errorf("gunicorn == 21.*: %s and then %s", c.From, c.To)
		}
	}
	l.settled(before, finding.ForecastEdit, "django", "requirements.txt:1", "==4.2.3")
	l.settled(before, finding.ForecastEdit, "gunicorn", "requirements.txt:2", "== 22.*")
	l.settled(before, finding.ForecastEdit, "rsync", "Dockerfile:5", "rsync=")
	if n := moved(t, l); n < 60 {
		t.Errorf("security has %d packages newer than the release", n)
	}

	// Bases that are better in part only.
	l.project(simple)
	upgrade := func(names string) string {
		return "apt-get update -qq && apt-get install -y -qq --only-upgrade " + names +
			" && rm -rf /var/lib/apt/lists/*"
	}
	for _, c := range []struct{ name, image string }{
		{"a base with half of the fixes", l.derive("drydock-rebuild:half-", release,
			upgrade("libpq5 libexpat1 expat openssl libssl3 perl perl-base perl-modules-5.36 libperl5.36"))},
		{"a base that lost a package", l.derive("drydock-rebuild:lost-", release, "dpkg --purge --force-all nginx "+
			"nginx-common rsync bind9-host")},
		{"a base of another release", trixie},
	} {
		l.index.set(false)
		l.move(release)
		l.build("--pull", "--no-cache")
		l.index.set(true)
		l.move(c.image)
		before, s = l.rebuild(c.name)
		if r := reasons(before); !strings.Contains(r, string(report.DueBaseMoved)) {
			t.Errorf("%s: due: %s", c.name, r)
		}
		if s.Verdict != result.Better || count(before, finding.ForecastRebuild) == 0 {
			t.Errorf("%s: %s: %s", c.name, s.Verdict, s.Reason)
		}
	}
	l.verdict()
}

var docs = flag.String("docs", "", "write the page and the picture of the rebuild to this folder")

// draw writes what docs/rebuild.md shows, where that is asked for.
func draw(t *testing.T, s result.Service) {
	t.Helper()
	if *docs == "" {
		return
	}
	s.Service, s.Services, s.Image = "web", []string{"web"}, "shop:latest"
	for name, write := range map[string]func(io.Writer) error{
		"rebuild.svg": func(w io.Writer) error { return page.Picture(w, &s) },
		"rebuild.html": func(w io.Writer) error {
			return page.Write(w, &result.Rebuild{Target: "shop", Services: []result.Service{s}})
		},
		"rebuild.json": (&result.Rebuild{Target: "shop", Services: []result.Service{s}}).Encode,
	} {
		if err := safefile.Create(filepath.Join(*docs, name), write); err != nil {
			t.Fatal(err)
		}
	}
}

// attested puts a bill of materials beside the base, and holds what is forecast from it against what was forecast from
// the package database, which is then read no more.
func (l *lab) attested(from *report.Report) {
	l.t.Helper()
	r, err := scan.Run(context.Background(), target.Resolve(context.Background(), target.Inputs{
		Args: []string{"docker:" + security}}), scan.Gates, gate.Options{Gates: []finding.Gate{finding.GateImage}})
	if err != nil {
		l.t.Fatal(err)
	}
	var bom bytes.Buffer
	if err := cyclonedx.WriteJSON(&bom, r, report.WriteOptions{}); err != nil {
		l.t.Fatal(err)
	}
	ref, err := name.ParseReference(l.base())
	if err != nil {
		l.t.Fatal(err)
	}
	of, err := remote.Head(ref)
	if err != nil {
		l.t.Fatal(err)
	}
	doc, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1),
		static.NewLayer(bom.Bytes(), "application/vnd.cyclonedx+json"))
	if err != nil {
		l.t.Fatal(err)
	}
	doc = mutate.Subject(doc, *of).(v1.Image)
	digest, err := doc.Digest()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := remote.Write(ref.Context().Digest(digest.String()), doc); err != nil {
		l.t.Fatal(err)
	}
	again := l.check(false)
	evidence := again.Due[0].Evidence
	_, share, _ := strings.Cut(evidence, "(")
	l.t.Logf("with a bill of materials: read of the base: %s", share)
	if !strings.Contains(share, "an SBOM beside it was read") || !lessThan(share, 5) {
		l.t.Errorf("read: %s", share)
	}
	for _, k := range []finding.Forecast{finding.ForecastRebuild, finding.ForecastWaitForBase} {
		if a, b := count(from, k), count(again, k); a != b {
			l.t.Errorf("%s: %d by the package database, %d by the bill of materials", k, a, b)
		}
	}
}

// lessThan reports whether the share that a text names in per cent is below a bound.
func lessThan(text string, most float64) bool {
	i := strings.LastIndex(text, "(")
	var n float64
	_, err := fmt.Sscanf(text[i+1:], "%f", &n)
	return err == nil && n < most
}

// verdict prints the score of each kind and holds it against what it must be.
func (l *lab) verdict() {
	all := l.total.Right + l.total.Wrong
	l.t.Logf("forecasts: %d right, %d wrong of %d", l.total.Right, l.total.Wrong, all)
	for _, k := range []finding.Forecast{finding.ForecastRebuild, finding.ForecastWaitForBase, finding.ForecastEdit,
		finding.ForecastBase, finding.ForecastNone, finding.ForecastNotShipped} {
		n := l.total.Kinds[k]
		l.t.Logf("  %-13s %d right, %d wrong", k, n.Right, n.Wrong)
		if n.Right+n.Wrong < 8 {
			l.t.Errorf("%s: only %d forecasts", k, n.Right+n.Wrong)
		}
	}
	if all < 100 || l.total.Right*100 < 95*all {
		l.t.Errorf("%d of %d forecasts were right", l.total.Right, all)
	}
}

// settled holds the forecast of a package's findings: the place to edit, and what to write there.
func (l *lab) settled(r *report.Report, want finding.Forecast, name string, edit ...string) {
	l.t.Helper()
	n := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Package == nil || f.Package.Name != name || f.Status != finding.Open {
			continue
		}
		if n++; f.Forecast != want {
			l.t.Errorf("%s in %s: %s (%s)", f.Rule, name, f.Forecast, f.ForecastWhy)
			continue
		}
		if len(edit) == 0 {
			continue
		}
		if len(f.Fix.Edits) != 1 {
			l.t.Errorf("%s in %s: edits %v", f.Rule, name, f.Fix.Edits)
			continue
		}
		e := f.Fix.Edits[0]
		at := fmt.Sprintf("%s:%d", e.Path, e.Line)
		if at != edit[0] || e.NewText != edit[1] && !strings.HasPrefix(e.NewText, strings.TrimSuffix(edit[1], "3")) {
			l.t.Errorf("%s in %s: %s %q, want %v", f.Rule, name, at, e.NewText, edit)
		}
	}
	if n == 0 {
		l.t.Errorf("no finding in %s", name)
	}
}

func count(r *report.Report, want finding.Forecast) int {
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Package != nil && f.Status == finding.Open && f.Forecast == want {
			n++
		}
	}
	return n
}

func samePackages(a, b *report.Report) bool { return compare.SamePackages(a, b, nil) }

// moved counts the packages that the base with the security updates has newer than the one from the release alone.
func moved(t *testing.T, l *lab) int {
	t.Helper()
	versions := func(image string) map[string]string {
		out := map[string]string{}
		for _, line := range strings.Split(l.run("", "run", "--rm", image, "dpkg-query", "-W"), "\n") {
			name, version, _ := strings.Cut(line, "\t")
			out[name] = version
		}
		return out
	}
	old, now := versions(release), versions(security)
	n := 0
	for name, v := range now {
		if was, ok := old[name]; ok && was != v {
			n++
		}
	}
	t.Logf("%d packages are newer with the security updates", n)
	return n
}
