package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/server/servertest"
)

// ask sends a request with a token, "" for none, and returns the status and the answer.
func ask(t *testing.T, s *servertest.Server, method, path, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// What each token may do, in its own project and in another one. A project that a token may not see does not exist for it.
func TestTokensStayWithinTheirScope(t *testing.T) {
	s := servertest.New(t, nil)
	s.Project("mine")
	s.Project("other")
	s.Send(s.Token(core.ScopeAdminister, ""), client.Upload{Project: "other"},
		servertest.Report(report.Checked, "py-sql app.py:1 high"))
	tokens := map[string]string{"nobody": "", "forged": "drydock_" + strings.Repeat("A", 43),
		"analyse": s.Token(core.ScopeAnalyse, "mine"), "read": s.Token(core.ScopeRead, "mine"),
		"badge": s.Token(core.ScopeBadge, "mine"), "metrics": s.Token(core.ScopeMetrics, ""),
		"manage": s.Token(core.ScopeAdminister, "mine"), "everything": s.Token(core.ScopeAdminister, "")}
	upload := `{"schema":"drydock.report/1","gates":[]}`
	for _, c := range []struct {
		method, path, body string
		want               map[string]int
	}{
		{"GET", "/api/v1/projects/mine/findings", "", map[string]int{"nobody": 401, "forged": 401, "analyse": 403, "read": 200,
			"badge": 404, "metrics": 404, "manage": 200, "everything": 200}},
		{"GET", "/api/v1/projects/other/findings", "", map[string]int{"analyse": 404, "read": 404, "badge": 404, "manage": 404,
			"everything": 200}},
		{"GET", "/api/v1/projects/other/findings/1", "", map[string]int{"nobody": 401, "read": 404, "manage": 404,
			"everything": 200}},
		{"GET", "/api/v1/projects/mine/findings/1", "", map[string]int{"read": 404, "manage": 404, "everything": 404}},
		{"GET", "/api/v1/projects/mine/verdict", "", map[string]int{"nobody": 401, "analyse": 200, "read": 200, "badge": 404}},
		{"GET", "/api/v1/projects/other/verdict", "", map[string]int{"analyse": 404, "read": 404, "manage": 404}},
		{"POST", "/api/v1/projects/mine/analyses", upload, map[string]int{"nobody": 401, "forged": 401, "analyse": 202,
			"read": 403, "badge": 404, "manage": 202}},
		{"POST", "/api/v1/projects/other/analyses", upload, map[string]int{"analyse": 404, "read": 404, "manage": 404}},
		{"POST", "/api/v1/projects/fresh/analyses", upload, map[string]int{"nobody": 401, "analyse": 404, "read": 404,
			"manage": 404, "everything": 202}},
		{"POST", "/api/v1/projects", `{"name":"new"}`, map[string]int{"nobody": 401, "analyse": 403, "read": 403, "manage": 403,
			"metrics": 403, "everything": 201}},
		{"POST", "/api/v1/tokens", `{"scope":"administer"}`, map[string]int{"nobody": 401, "analyse": 403, "read": 403,
			"manage": 403, "everything": 201}},
		{"POST", "/api/v1/projects/other/tokens", `{"scope":"read"}`, map[string]int{"analyse": 404, "read": 404,
			"manage": 404, "everything": 201}},
		{"POST", "/api/v1/projects/mine/tokens", `{"scope":"read"}`, map[string]int{"analyse": 403, "read": 403,
			"manage": 201, "everything": 201}},
		{"GET", "/metrics", "", map[string]int{"nobody": 401, "read": 401, "everything": 401, "metrics": 200}},
		{"DELETE", "/api/v1/projects/other", "", map[string]int{"nobody": 401, "analyse": 404, "read": 404, "manage": 404}},
		{"DELETE", "/api/v1/projects/mine", "", map[string]int{"analyse": 403, "read": 403}},
	} {
		for name, want := range c.want {
			if got, body := ask(t, s, c.method, c.path, tokens[name], c.body); got != want {
				t.Errorf("%s %s as %s: %d, want %d: %.200s", c.method, c.path, name, got, want, body)
			}
		}
	}
}

// A token for pull requests alone sends nothing of a branch, and what it sends closes nothing there.
func TestPullRequestClosesNothingOfMain(t *testing.T) {
	s := servertest.New(t, nil)
	s.Project("shop")
	all := s.Token(core.ScopeAdminister, "")
	s.Send(all, client.Upload{Project: "shop"}, servertest.Report(report.Checked, "py-sql app.py:1 high"))
	_, pull, err := s.Core.CreateToken(context.Background(), &core.Actor{System: "test"},
		core.NewToken{Scope: core.ScopeAnalyse, Project: "shop", PullOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	empty := `{"schema":"drydock.report/1","gates":[{"name":"code","status":"checked","judged":1}]}`
	for _, query := range []string{"", "?branch=main", "?branch=main&base=main"} {
		if status, body := ask(t, s, "POST", "/api/v1/projects/shop/analyses"+query, pull, empty); status != 403 {
			t.Errorf("a branch's analysis %s: %d %s", query, status, body)
		}
	}
	a := s.Send(pull, client.Upload{Project: "shop", Branch: "main", Pull: "7"}, servertest.Report(report.Checked))
	if a.Summary.Closed != 0 {
		t.Errorf("the pull request closed %d", a.Summary.Closed)
	}
	if open := openOf(t, s, all, "branch=main"); open != 1 {
		t.Errorf("main has %d open findings, want 1", open)
	}
}
