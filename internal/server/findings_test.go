package server_test

import (
	"encoding/json"
	"testing"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/server/servertest"
)

// openOf is the number of open findings of the project shop that a query chooses.
func openOf(t *testing.T, s *servertest.Server, token, query string) int {
	t.Helper()
	status, body := ask(t, s, "GET", "/api/v1/projects/shop/findings?status=open&"+query, token, "")
	var list struct{ Total int }
	if err := json.Unmarshal([]byte(body), &list); err != nil || status != 200 {
		t.Fatalf("%d %s, %v", status, body, err)
	}
	return list.Total
}

// Which findings are open after two analyses: a value is a story of two uploads.
func TestWhatClosesFindings(t *testing.T) {
	two := []string{"py-sql app.py:1 high", "py-sql lib.py:1 high"}
	one := two[:1]
	for _, c := range []struct {
		name        string
		first, then client.Upload
		status      report.GateStatus
		lines       []string
		open, new   int
	}{
		{name: "the same look, one is gone", status: report.Checked, lines: one, open: 1},
		{name: "the same look, one more", status: report.Checked, lines: append(two, "py-sql new.py:1 low"), open: 3, new: 1},
		{name: "lines moved", status: report.Checked, lines: []string{"py-sql app.py:111 high", "py-sql lib.py:11 high"},
			open: 2},
		{name: "partial", status: report.Partial, lines: one, open: 2},
		{name: "failed", status: report.Failed, open: 2},
		{name: "skipped", status: report.Skipped, open: 2},
		{name: "another input", then: client.Upload{Input: "docs"}, status: report.Checked, open: 2},
		{name: "another source", then: client.Upload{Source: "scanner"}, status: report.Checked, open: 2},
		{name: "another branch", then: client.Upload{Branch: "next"}, status: report.Checked, open: 2},
		{name: "a pull request", then: client.Upload{Pull: "3"}, status: report.Checked, open: 2},
		{name: "a scanner that sees a folder as its root", then: client.Upload{Source: "scanner", Root: "src"},
			first: client.Upload{}, status: report.Checked, lines: []string{"py-sql x.py:1 high"}, open: 3, new: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := servertest.New(t, nil)
			s.Project("shop")
			token := s.Token(core.ScopeAdminister, "")
			c.first.Project, c.then.Project = "shop", "shop"
			s.Send(token, c.first, servertest.Report(report.Checked, two...))
			a := s.Send(token, c.then, servertest.Report(c.status, c.lines...))
			if open := openOf(t, s, token, "branch=main"); open != c.open {
				t.Errorf("%d are open, want %d", open, c.open)
			}
			if a.Summary.New != c.new {
				t.Errorf("%d are new, want %d", a.Summary.New, c.new)
			}
		})
	}
}

// The same finding seen from the repository's root and from the folder that a container mounts is one, and it is closed
// when neither sees it any more.
func TestRootsAreOne(t *testing.T) {
	s := servertest.New(t, nil)
	s.Project("shop")
	token := s.Token(core.ScopeAdminister, "")
	scan, scanner := client.Upload{Project: "shop"}, client.Upload{Project: "shop", Source: "scanner", Root: "app"}
	fromRoot := servertest.Report(report.Checked, "py-sql app/main.py:1 high")
	fromApp := servertest.Report(report.Checked, "py-sql main.py:1 high")
	// the text of the line is the same in both
	fromRoot.Findings[0].Snippet, fromApp.Findings[0].Snippet = "db.execute(q)", "db.execute(q)"
	s.Send(token, scan, fromRoot)
	if a := s.Send(token, scanner, fromApp); a.Summary.New != 0 {
		t.Errorf("%d are new", a.Summary.New)
	}
	if open := openOf(t, s, token, ""); open != 1 {
		t.Errorf("%d are open, want 1", open)
	}
	s.Send(token, scan, servertest.Report(report.Checked))
	if open := openOf(t, s, token, ""); open != 1 {
		t.Errorf("%d are open, want 1: the scanner has not looked again", open)
	}
	s.Send(token, scanner, servertest.Report(report.Checked))
	if open := openOf(t, s, token, ""); open != 0 {
		t.Errorf("%d are open, want none", open)
	}
}

// A project is known by its name too, and the first branch that is sent is its default.
func TestFirstScanOfANewcomer(t *testing.T) {
	s := servertest.New(t, nil)
	s.Project("Shop")
	all := s.Token(core.ScopeAdminister, "")
	token := s.Token(core.ScopeAnalyse, "Shop")
	s.Send(token, client.Upload{Project: "Shop", Branch: "master"},
		servertest.Report(report.Checked, "py-sql app.py:1 high"))
	if open := openOf(t, s, all, ""); open != 1 {
		t.Errorf("%d are open on the default branch, want 1", open)
	}
	s.Send(token, client.Upload{Project: "Shop", Branch: "feature"}, servertest.Report(report.Checked))
	if open := openOf(t, s, all, ""); open != 1 {
		t.Errorf("a later branch became the default: %d are open", open)
	}
}
