package scan

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
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
	defer func(old []gate) { gates = old }(gates)
	gates = []gate{
		{"image", func(context.Context, *Target, *Options) (*Result, error) { panic("boom") }},
		{"code", func(context.Context, *Target, *Options) (*Result, error) {
			return &Result{Inputs: []report.Input{{Path: ".", Status: report.Checked}}, Judged: 1,
				Findings: []finding.Finding{{Gate: "code", Rule: "r", Severity: finding.Low}},
				Rules:    []finding.Rule{{ID: "r"}, {ID: "unused"}}}, nil
		}},
	}
	r, err := Run(context.Background(), &Target{Name: "x"}, Options{})
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
	r, err := Run(context.Background(), &Target{Name: "x", Unread: []error{boom}}, Options{Gates: []finding.Gate{"none"}})
	if !errors.Is(err, boom) || r == nil || r.Schema != report.Schema {
		t.Errorf("%v, %v", r, err)
	}
}

func TestUnitsAreScannedOnce(t *testing.T) {
	b := &stack.Build{Context: "/c", Dockerfile: "/c/Dockerfile"}
	h := &stack.Host{Stacks: []stack.Stack{{Name: "s", Services: []stack.Service{
		{Name: "web", Image: "app", Build: b}, {Name: "worker", Image: "app", Build: b}, {Name: "db", Image: "postgres:16"},
	}}}}
	us := (&Target{Host: h}).Units()
	if len(us) != 2 || len(us[0].Services) != 2 || us[1].Image != "postgres:16" {
		t.Errorf("%+v", us)
	}
}
