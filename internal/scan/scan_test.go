package scan

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

func TestJudgeNeverHidesWhatWasNotRead(t *testing.T) {
	ok := report.Input{Service: "a", Status: report.Checked}
	bad := report.Input{Service: "b", Status: report.Failed, Reason: "truncated"}
	skipped := report.Input{Path: "c", Status: report.Skipped, Reason: "no engine"}
	empty := report.Input{Path: "d", Status: report.Checked, Reason: "no code"}
	gap := report.Input{Status: report.Partial, Reason: "no advisories for X"}
	for name, c := range map[string]struct {
		in     []report.Input
		judged int
		want   report.GateStatus
		says   string
	}{
		"nothing":             {nil, 0, report.Skipped, "nothing"},
		"all read":            {[]report.Input{ok, ok}, 2, report.Checked, ""},
		"one failed":          {[]report.Input{ok, bad}, 1, report.Partial, "b: truncated"},
		"all failed":          {[]report.Input{bad}, 0, report.Failed, "truncated"},
		"all skipped":         {[]report.Input{skipped}, 0, report.Skipped, "c: no engine"},
		"failed and skipped":  {[]report.Input{bad, skipped}, 0, report.Partial, "no engine"},
		"all read, but a gap": {[]report.Input{ok, gap}, 1, report.Partial, "no advisories"},
		"read, but empty":     {[]report.Input{empty}, 0, report.Skipped, "d: no code"},
		"one empty":           {[]report.Input{ok, empty}, 1, report.Checked, ""},
		"nothing judged":      {[]report.Input{ok}, 0, report.Skipped, "nothing for this gate"},
	} {
		got, reason := judge(c.in, c.judged)
		if got != c.want || !strings.Contains(reason, c.says) {
			t.Errorf("%s: %s, %q", name, got, reason)
		}
	}
}

func TestAPanickingGateFailsAlone(t *testing.T) {
	gates := []gate.Gate{
		{Name: "image", Run: func(context.Context, *target.Target, *gate.Options) (*gate.Result,
			error) {
			panic("boom")
		}},
		{Name: "code", Run: func(context.Context, *target.Target, *gate.Options) (*gate.Result, error) {
			return &gate.Result{Inputs: []report.Input{{Path: ".", Status: report.Checked}}, Judged: 1,
				Findings: []finding.Finding{{Gate: "code", Rule: "r", Severity: finding.Low}},
				Rules:    []finding.Rule{{ID: "r"}, {ID: "unused"}}}, nil
		}},
	}
	r, err := Run(context.Background(), &target.Target{Name: "x"}, gates, gate.Options{})
	if clierr.Code(err) != clierr.ExitInput {
		t.Errorf("error %v", err)
	}
	if g := r.Gate("image"); g.Status != report.Failed || !strings.Contains(g.Reason, "boom") {
		t.Errorf("%+v", g)
	}
	if g := r.Gate("code"); g.Status != report.Checked || len(r.Findings) != 1 || len(r.Rules) != 1 {
		t.Errorf("%+v, %d findings, %d rules", g, len(r.Findings), len(r.Rules))
	}
}

func TestUnreadInputsKeepTheReport(t *testing.T) {
	boom := errors.New("boom")
	r, err := Run(context.Background(), &target.Target{Name: "x", Unread: []error{boom}}, Gates,
		gate.Options{Gates: []finding.Gate{"none"}})
	if !errors.Is(err, boom) || r == nil || r.Schema != report.Schema {
		t.Errorf("%v, %v", r, err)
	}
}

// One Dockerfile that two services build with other targets is one input; what both builds have is found once, for
// both, and what does not ship in one of them is rated by the one that ships it.
func TestADockerfileIsJudgedForEachBuild(t *testing.T) {
	r, g := look(t, finding.GateDockerfile, `-- compose.yml --
services:
  web: {build: {context: ., target: final}}
  tests: {build: {context: ., target: tests}}
  inline:
    build:
      context: .
      dockerfile_inline: |
        FROM debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000
        RUN sudo true
-- Dockerfile --
FROM debian:12 AS final
RUN apt-get update && \
    sudo apt-get install -y curl
FROM final AS tests
`)
	if g.Status != report.Checked || g.Read.Files != 2 || g.Judged != 2 || g.Read.Services != 3 {
		t.Errorf("%+v", g)
	}
	places := map[string]string{}
	for _, f := range r.Findings {
		if f.Rule == "no-sudo" {
			places[strings.Join(f.Services, "+")] = f.Location.String()
		}
	}
	if places["tests+web"]+places["web+tests"] != "Dockerfile:2:1" { // hadolint's place: where the instruction begins
		t.Errorf("%v", places)
	}
	if !strings.HasPrefix(places["inline"], "compose.yml:") {
		t.Errorf("%v", places)
	}
}

// A link to a Dockerfile within the folder is read, one out of it is told and not followed.
func TestLinkedDockerfiles(t *testing.T) {
	_, g := look(t, finding.GateDockerfile,
		"-- a/Dockerfile --\nFROM a:1\n-- b/Dockerfile -> ../a/Dockerfile --\n-- c/Dockerfile -> /etc/passwd --\n")
	if g.Status != report.Partial || g.Read.Files != 2 ||
		!strings.Contains(g.Reason, "c/Dockerfile: it is no regular file of this folder") {
		t.Errorf("%+v", g)
	}
}

// What the ignore file keeps out of a build does not ship, unless it keeps everything out: then what ships is made
// outside.
func TestManifestsAsTheBuildSeesThem(t *testing.T) {
	for ignored, want := range map[string]string{"tools": "flask", "tools\nrequirements.txt": "flask black"} {
		r, g := look(t, finding.GateImage, "-- compose.yml --\nservices:\n  a:\n    build: .\n-- Dockerfile --\nFROM "+
			"a:1\n"+
			"-- requirements.txt --\nflask==2.0.1\n-- tools/requirements.txt --\nblack==20.8b1\n-- .dockerignore --\n"+
			ignored+"\n")
		var got []string
		for _, p := range r.Packages {
			got = append(got, p.Name)
		}
		slices.Sort(got)
		names := strings.Fields(want)
		slices.Sort(names)
		if !slices.Equal(got, names) || !strings.Contains(g.Reason, "out of the build") || g.Status != report.Partial {
			t.Errorf("%q: %q, %s", ignored, got, g.Reason)
		}
	}
}

// Services of one name in two stacks keep apart, and their plain names stay what they are.
func TestServicesOfOneName(t *testing.T) {
	names, refs := plainNames([]string{"one/web", "two/web", "one/db"})
	if !slices.Equal(names, []string{"web", "db"}) || len(refs) != 3 {
		t.Errorf("%q %q", names, refs)
	}
	if names, refs := plainNames([]string{"web"}); len(names) != 1 || refs != nil {
		t.Errorf("%q %q", names, refs)
	}
}

// A run greets the engine once, whatever the number of images and base images that it asks about.
func TestTheEngineIsConnectedToOnce(t *testing.T) {
	var greetings, questions atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("API-Version", "1.44")
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			greetings.Add(1)
			return
		}
		questions.Add(1)
		http.Error(w, `{"message": "no such image"}`, http.StatusNotFound)
	}))
	defer s.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(s.URL, "http://"))
	_, image := lookAll(t, "-- compose.yml --\nservices:\n  a: {build: .}\n  b: {image: b}\n  c: {image: c}\n"+
		"-- Dockerfile --\nFROM python:3.11\nRUN pip install x\nCOPY . /app\nCMD python /app/a.py\n-- "+
		"requirements.txt --\nflask==2.0.1\n-- a.py --\nx = 1\n")
	if greetings.Load() != 1 || questions.Load() < 3 {
		t.Errorf("greeted %d times, asked %d times", greetings.Load(), questions.Load())
	}
	if !strings.Contains(image.Reason, "the engine does not hold the image") {
		t.Error(image.Reason)
	}
}

// An engine that answers and refuses is not one that does not hold the image.
func TestAnEngineThatRefuses(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("API-Version", "1.99")
		if !strings.HasSuffix(r.URL.Path, "/_ping") {
			http.Error(w, `{"message": "the client is too old"}`, http.StatusBadRequest)
		}
	}))
	defer s.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(s.URL, "http://"))
	_, image := lookAll(t, "-- compose.yml --\nservices:\n  b: {image: b}\n")
	if !strings.Contains(image.Reason, "the client is too old") || strings.Contains(image.Reason, "does not hold") {
		t.Error(image.Reason)
	}
}

// lookAll runs every gate, and returns the image gate's state.
func lookAll(t *testing.T, files string) (*report.Report, *report.Gate) {
	t.Helper()
	write(t, files)
	r, err := Run(context.Background(), target.Resolve(context.Background(), target.Inputs{Args: []string{"."}}), Gates,
		gate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r, r.Gate(finding.GateImage)
}

// A file that is named and that no gate knows is an error; of chosen gates it is enough that one looked.
func TestFilesThatNoGateKnows(t *testing.T) {
	write(t, "-- notes.txt --\nwords\n")
	named := func() *target.Target {
		return target.Resolve(context.Background(), target.Inputs{Args: []string{"notes.txt"}})
	}
	if _, err := Run(context.Background(), named(), Gates, gate.Options{}); clierr.Code(err) != clierr.ExitInput ||
		!strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("%v", err)
	}
	if _, err := Run(context.Background(), named(), Gates,
		gate.Options{Gates: []finding.Gate{finding.GateCode}}); err != nil {
		t.Errorf("%v", err)
	}
}

// Rules are told for every gate, each once.
func TestEveryGateTellsItsRules(t *testing.T) {
	of, seen := map[finding.Gate]int{}, map[string]bool{}
	for _, r := range Rules() {
		of[r.Gate]++
		if seen[r.ID] || r.Title == "" {
			t.Errorf("%s is told twice or has no title", r.ID)
		}
		seen[r.ID] = true
	}
	for _, g := range Gates {
		if of[g.Name] == 0 {
			t.Errorf("the %s gate tells no rules", g.Name)
		}
	}
}

// A warning says which gate gives it, so that a writer that keeps the gates apart tells it with the right one.
func TestWarningsNameTheirGate(t *testing.T) {
	r, _ := look(t, finding.GateCode, "-- a.rs --\nfn main() {}\n-- a.py --\nx = 1\n")
	if got := r.WarningsOf(finding.GateCode, false); len(got) == 0 {
		t.Errorf("the code gate gives no warning of its own: %+v", r.Warnings)
	}
	r.Warnings = append(r.Warnings, report.Warning{Text: "of the whole run"})
	if got := r.WarningsOf(finding.GateImage, true); len(got) != 1 || got[0].Text != "of the whole run" {
		t.Errorf("with the first gate: %+v", got)
	}
	if got := r.WarningsOf(finding.GateImage, false); len(got) != 0 {
		t.Errorf("with another gate: %+v", got)
	}
}
