package attack

import (
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

// shop is a web service on the internet beside a database, and a gateway that holds Docker's socket.
func shop() *report.Report {
	hole := func(id, service string, priority int) finding.Finding {
		return finding.Finding{
			ID:       id,
			Gate:     finding.GateImage,
			Rule:     "CVE-" + id,
			Title:    "hole " + id,
			Severity: finding.High,
			Services: []string{
				service,
			},
			Priority: priority,
			Package:  &finding.Package{Name: "p" + id},
			Status:   finding.Open,
		}
	}
	r := &report.Report{
		Services: []report.Service{
			{Name: "web", Stack: "s", Exposure: finding.ExposurePublic, Networks: []string{"front", "s_default"},
				Routers: []report.Router{
					{Name: "plain", Access: "redirect"},
					{Name: "tls", Rule: "Host(`a`)", Access: "public"},
				}},
			{
				Name:     "db",
				Stack:    "s",
				Image:    "postgres:15",
				Exposure: finding.ExposureInternal,
				Networks: []string{"s_default"},
			},
			{Name: "far", Stack: "s", Exposure: finding.ExposureInternal, Networks: []string{"other"}},
			{
				Name:     "gate",
				Stack:    "s",
				Image:    "traefik:3",
				Exposure: finding.ExposurePublic,
				Networks: []string{"front"},
				Mounts: []report.Mount{
					{Source: "/var/run/docker.sock", Target: "/var/run/docker.sock", Bind: true, ReadOnly: true},
				},
			},
		},
		Findings: []finding.Finding{hole("1", "web", 60), hole("2", "web", 50), hole("3", "db", 90)},
	}
	r.Finish()
	return r
}

func TestPathsLeadOverNetworksToWhatIsWorthHaving(t *testing.T) {
	paths := Paths(shop())
	if len(paths) != 2 {
		t.Fatalf("%d paths: %+v", len(paths), paths)
	}
	p := paths[0]
	want := []report.Reach{{Asset: report.AssetDatabase, Name: "db", Network: "s_default"},
		{Asset: report.AssetService, Name: "gate", Network: "front", Holds: report.AssetDockerSocket}}
	if p.Finding != "1" || p.Score != 72 || p.Others != 1 || !reflect.DeepEqual(p.Reaches, want) ||
		!reflect.DeepEqual(p.Ways, []report.Way{{Router: "tls", Rule: "Host(`a`)"}}) {
		t.Errorf("got %+v", p)
	}
	const words = "the internet → router tls → web → hole 1 → the database db; gate, with the Docker socket"
	if got := Sentence(&p); got != words {
		t.Errorf("sentence:\n%s, want\n%s", got, words)
	}
}

// Each change takes the paths away: without one of its parts there is none.
func TestNoPathWithoutEachOfItsParts(t *testing.T) {
	for name, change := range map[string]func(*report.Report){
		"internal service":        func(r *report.Report) { r.Services[0].Exposure = finding.ExposureInternal },
		"exposure is not known":   func(r *report.Report) { r.Services[0].Exposure = finding.ExposureUnknown },
		"only in the database":    func(r *report.Report) { r.Findings = r.Findings[:1] },
		"accepted":                func(r *report.Report) { each(r, func(f *finding.Finding) { f.Status = finding.Waived }) },
		"never ships":             func(r *report.Report) { each(r, func(f *finding.Finding) { f.Forecast = finding.ForecastNotShipped }) },
		"the code does not use":   func(r *report.Report) { each(r, func(f *finding.Finding) { f.Reachable = finding.ReachableNo }) },
		"low":                     func(r *report.Report) { each(r, func(f *finding.Finding) { f.Severity = finding.Low }) },
		"the quality of the code": func(r *report.Report) { each(r, func(f *finding.Finding) { f.Kind = finding.Kind("maintainability") }) },
	} {
		r := shop()
		change(r)
		if got := Paths(r); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func each(r *report.Report, change func(*finding.Finding)) {
	for i := range r.Findings {
		change(&r.Findings[i])
	}
}

func TestWhatAServiceHoldsItself(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*report.Service, *report.Report)
		want   report.Reach
	}{
		"socket": {func(s *report.Service, _ *report.Report) {
			s.Mounts = []report.Mount{{Source: "/run/user/1000/docker.sock", Target: "/x", Bind: true}}
		}, report.Reach{Asset: report.AssetDockerSocket, Name: "/run/user/1000/docker.sock"}},
		"folder above the socket": {func(s *report.Service, _ *report.Report) {
			s.Mounts = []report.Mount{{Source: "/var/run", Target: "/x", Bind: true, ReadOnly: true}}
		}, report.Reach{Asset: report.AssetDockerSocket, Name: "/var/run", ReadOnly: true}},
		"folder of the machine": {func(s *report.Service, _ *report.Report) {
			s.Mounts = []report.Mount{{Source: "/etc", Target: "/x", Bind: true}}
		}, report.Reach{Asset: report.AssetHost, Name: "/etc"}},
		"the machine's network": {func(s *report.Service, _ *report.Report) { s.Networks = []string{"host"} },
			report.Reach{Asset: report.AssetHost, Name: "the machine's network", Network: "host"}},
		"every right": {func(_ *report.Service, r *report.Report) {
			r.Findings = append(r.Findings, finding.Finding{Gate: finding.GateCompose, Rule: "privileged-service",
				Services: []string{"web"}, Status: finding.Open})
		}, report.Reach{Asset: report.AssetHost, Name: "the machine (privileged)"}},
	} {
		r := shop()
		c.change(&r.Services[0], r)
		if got := Paths(r); len(got) == 0 || got[0].Reaches[0] != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAssetOf(t *testing.T) {
	for image, want := range map[string]report.Asset{
		"postgres:15": report.AssetDatabase, "bitnami/postgresql:16": report.AssetDatabase, "mcr.example.org/mssql/server": report.AssetService,
		"registry:5000/redis": report.AssetCache, "prom/postgres-exporter:1": report.AssetService, "mongo-express": report.AssetService,
		"nginx:1": report.AssetService, "hashicorp/vault@sha256:aa": report.AssetSecrets, "rabbitmq:3-management": report.AssetQueue,
	} {
		if got := assetOf(&report.Service{Name: "x", Image: image}); got != want {
			t.Errorf("%s: %s, want %s", image, got, want)
		}
	}
}

// However large a host is, the paths and their picture are bounded, the same each time, and every text is escaped.
func TestManyServicesAreBoundedAndWellFormed(t *testing.T) {
	r := &report.Report{}
	for i := range 200 {
		name := fmt.Sprintf("s%03d", i)
		r.Services = append(r.Services, report.Service{Name: name, Exposure: finding.ExposurePublic,
			Networks: []string{"all"}, Routers: []report.Router{{Name: name + "<&>\"", Access: "public"}}})
		for j := range 5 {
			id := fmt.Sprintf("%s-%d", name, j)
			r.Findings = append(
				r.Findings,
				finding.Finding{ID: id, Gate: finding.GateCode, Rule: id, Title: "</svg><script>",
					Severity: finding.High, Services: []string{name}, Priority: 50, Status: finding.Open},
			)
		}
	}
	r.Finish()
	paths := Paths(r)
	if len(paths) != maxPaths || len(paths[0].Reaches) != maxReaches || paths[0].More != 199-maxReaches {
		t.Errorf("%d paths, %d reaches, %d more", len(paths), len(paths[0].Reaches), paths[0].More)
	}
	svg, drawn := Draw(paths)
	again, _ := Draw(Paths(r))
	if svg != again {
		t.Error("two pictures of the same report differ")
	}
	if drawn != 20 || strings.Contains(string(svg), "<script") {
		t.Errorf("%d drawn: %.300s", drawn, svg)
	}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the picture is not well-formed: %v", err)
		}
	}
	if n := strings.Count(string(svg), `role="listitem" tabindex="0" aria-label="the internet`); n != drawn {
		t.Errorf("%d of %d rows can be reached by keyboard and say what they are", n, drawn)
	}
}

// A recorded report is enough, and none of its texts can break the page.
func TestRecordedReports(t *testing.T) {
	for _, name := range golden.Names {
		if svg, n := Draw(Paths(golden.Load(t, name))); (n == 0) != (svg == "") {
			t.Errorf("%s: %d drawn", name, n)
		}
	}
}
