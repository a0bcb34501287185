// Package servertest starts servers for tests: each in a line, on an address and with a store of its own.
package servertest

import (
	"context"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server"
	"github.com/drydock/drydock/internal/server/core"
)

// Server is a server that runs.
type Server struct {
	*server.Server
	URL string
	t   testing.TB
}

// New starts a server; change, where it is not nil, changes how.
func New(t testing.TB, change func(*server.Config)) *Server {
	t.Helper()
	ts := httptest.NewUnstartedServer(nil)
	cfg := server.Config{Data: t.TempDir(), PublicURL: "http://" + ts.Listener.Addr().String(), Version: "1.2.3",
		Rules: []finding.Rule{
			{
				ID:          "py-sql",
				Gate:        finding.GateCode,
				Title:       "SQL from input",
				Description: "Whoever calls it reads the database.",
				Remedy:      "Bind the value.",
			},
		}}
	if change != nil {
		change(&cfg)
	}
	s, err := server.New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ts.Config.Handler = s
	ts.Start()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		ts.Close()
		stop()
		<-done
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Server{Server: s, URL: ts.URL, t: t}
}

// Token makes a token as `drydock admin token` does.
func (s *Server) Token(scope, project string) string {
	s.t.Helper()
	_, secret, err := s.Core.CreateToken(
		context.Background(),
		&core.Actor{System: "test"},
		core.NewToken{Scope: scope, Project: project},
	)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// Project makes a project.
func (s *Server) Project(name string) {
	s.t.Helper()
	if _, err := s.Core.CreateProject(context.Background(), &core.Actor{System: "test"}, core.NewProject{Name: name}); err != nil {
		s.t.Fatal(err)
	}
}

// Client is a client with a token.
func (s *Server) Client(token string) *client.Client {
	s.t.Helper()
	c, err := client.New(s.URL, token, "1.2.3")
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// Send sends a report and waits until it was taken in.
func (s *Server) Send(token string, u client.Upload, r *report.Report) *client.Analysis {
	s.t.Helper()
	c := s.Client(token)
	sent, err := c.Send(s.t.Context(), u, r.EncodeCompact)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := c.Wait(s.t.Context(), u.Project, sent.Task, time.Minute)
	if err != nil || a.State != "done" && a.State != "superseded" {
		s.t.Fatalf("%+v, %v", a, err)
	}
	return a
}

// Report is a report with code findings at lines of files, given as "rule path:line severity".
func Report(status report.GateStatus, lines ...string) *report.Report {
	r := report.New(report.Tool{Name: "drydock", Version: "1.2.3"}, ".", time.Unix(1_700_000_000, 0))
	r.Gates = append(
		r.Gates,
		report.Gate{Name: finding.GateCode, Status: status, Judged: 1, Read: report.Read{Files: 1}},
	)
	r.Services = []report.Service{{Name: "web", Exposure: finding.ExposurePublic, Image: "web:1"}, {Name: "db",
		Exposure: finding.ExposureInternal, Image: "postgres:16"}}
	for _, line := range lines {
		f := strings.Fields(line)
		file, number, _ := strings.Cut(f[1], ":")
		r.Findings = append(
			r.Findings,
			finding.Finding{ID: line, Gate: finding.GateCode, Rule: f[0], Title: f[0] + " in " + path.Base(file),
				Severity: finding.Severity(
					f[2],
				), Services: []string{"web"}, Exposure: finding.ExposurePublic, Priority: 50, CWE: []string{"CWE-89"},
				OWASP: []string{
					"A05:2025",
					"A03:2021",
				}, Snippet: f[0] + "(" + file + ")", Location: finding.Location{Path: file, Line: len(number)}},
		)
	}
	r.Finish()
	return r
}
