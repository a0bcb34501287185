package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/traefik"
)

// TestHosts judges believable hosts, each a txtar archive below testdata/hosts: what is right was decided by hand. The
// comment holds, one a line:
//
//	args FOLDER...                                    the projects that are named
//	exposure [STACK/]SERVICE WORD
//	finding RULE SERVICE ROUTER|- SEVERITY            everything found above info
//	public NAME, login NAME, bouncer NAME             as in drydock.yaml
//	checked SOURCE BY UNTIL [SERVICE=ACCESS]...       likewise
//	unknown TEXT                                      what Result.Unknown or a warning must hold
//	partial PATH TEXT                                 an input that was looked at in part, and what its reason must hold
//	whole                                             no input was looked at in part only
//	sim FROM ENTRYPOINT HOST PATH [XFF=...] -> OUTCOME [STATUS]
func TestHosts(t *testing.T) {
	files := accesstest.Archives("hosts")
	if len(files) < 30 {
		t.Fatalf("only %d hosts", len(files))
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(f)
			if err != nil {
				t.Fatal(err)
			}
			judgeHost(t, a)
		})
	}
}

func judgeHost(t *testing.T, a *txtar.Archive) {
	t.Helper()
	lines := strings.Split(string(a.Comment), "\n")
	h := accesstest.HostOf(t, a)
	res := Check(h, optionsOf(accesstest.OptionsOf(t, lines)))
	var want, got []string
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "", "#", "args", "public", "login", "bouncer", "checked":
		case "exposure":
			who, e, _ := strings.Cut(rest, " ")
			checkExposure(t, res, who, finding.Exposure(e))
		case "finding":
			want = append(want, strings.ReplaceAll(rest, "PROJECT", traefik.Normalize(h.Stacks[0].Name)))
		case "unknown":
			if !strings.Contains(res.Unknown+fmt.Sprint(res.Warnings), rest) {
				t.Errorf("it is not said: %s\n  %s %v", rest, res.Unknown, res.Warnings)
			}
		case "partial":
			path, text, _ := strings.Cut(rest, " ")
			if !slices.ContainsFunc(res.Inputs, func(in report.Input) bool {
				return in.Path == path && in.Status == report.Partial && strings.Contains(in.Reason, text)
			}) {
				t.Errorf("it is not said: %s\n  %+v", rest, res.Inputs)
			}
		case "whole":
			if slices.ContainsFunc(res.Inputs, func(in report.Input) bool { return in.Status != report.Checked }) {
				t.Errorf("not looked at in full: %+v", res.Inputs)
			}
		case "sim":
			checkSimulated(t, res, rest)
		default:
			t.Fatalf("not understood: %s", line)
		}
	}
	for _, f := range res.Findings {
		if f.Severity != finding.Info {
			got = append(got, fmt.Sprintf("%s %s %s %s", f.Rule, f.Service, orDash(f.Router), f.Severity))
		}
	}
	sort.Strings(want)
	sort.Strings(got)
	if !slices.Equal(want, got) {
		t.Errorf("findings\n got  %s\n want %s", strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func checkExposure(t *testing.T, res *Result, who string, want finding.Exposure) {
	t.Helper()
	for i := range res.Services {
		s := &res.Services[i]
		if s.Name != who && s.Stack+"/"+s.Name != who {
			continue
		}
		if s.Exposure != want {
			t.Errorf("%s is %s, want %s\n  %+v", who, s.Exposure, want, s.Paths)
		}
		return
	}
	t.Errorf("there is no service %s", who)
}

func checkSimulated(t *testing.T, res *Result, text string) {
	t.Helper()
	ask, answer, _ := strings.Cut(text, " -> ")
	w := strings.Fields(ask)
	q := exposure.Request{From: w[0], EntryPoint: w[1], Host: w[2], Path: w[3]}
	if len(w) > 4 {
		q.Headers = map[string][]string{"X-Forwarded-For": {strings.TrimPrefix(w[4], "XFF=")}}
	}
	s, err := res.Simulate(q)
	if err != nil {
		t.Error(err)
		return
	}
	got := string(s.Outcome)
	if s.Status != 0 {
		got += fmt.Sprintf(" %d", s.Status)
	}
	if got != answer {
		t.Errorf("%s: got %s, want %s\n  %s", ask, got, answer, strings.Join(s.Steps, "\n  "))
	}
}
