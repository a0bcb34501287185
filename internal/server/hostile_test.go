package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/server/servertest"
	"github.com/drydock/drydock/internal/store"
)

// zeros is a gzip of a document that unpacks to a number of megabytes.
func zeros(t *testing.T, before string, megabytes int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	blank := bytes.Repeat([]byte("a"), 1<<20)
	if _, err := io.WriteString(z, before); err != nil {
		t.Fatal(err)
	}
	for range megabytes {
		if _, err := z.Write(blank); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Uploads that are none, or too much, are refused as the sender's fault, and leave nothing behind.
func TestHostileUploads(t *testing.T) {
	const limit = 4 << 20
	s := servertest.New(t, func(c *server.Config) { c.MaxUpload = limit })
	s.Project("shop")
	token := s.Token(core.ScopeAnalyse, "shop")
	whole := `{"schema":"drydock.report/1","gates":[]}`
	for _, c := range []struct {
		name string
		body []byte
		want int
	}{
		{"nothing", nil, 422},
		{"no JSON", []byte("MZ\x90\x00 a program"), 422},
		{"a list", []byte(`[1,2]`), 422},
		{"another schema", []byte(`{"schema":"drydock.report/9"}`), 422},
		{"cut short", []byte(whole[:len(whole)-1]), 422},
		{"two documents", []byte(whole + whole), 422},
		{"findings that are no list", []byte(`{"schema":"drydock.report/1","findings":{"a":1}}`), 422},
		{"gates of a wrong type", []byte(`{"schema":"drydock.report/1","gates":[{"name":5}]}`), 422},
		{"without end", []byte(`{"schema":"drydock.report/1","extra":` + strings.Repeat("[", 200_000)), 422},
		{"damaged gzip", []byte("\x1f\x8b\x08\x00garbage"), 422},
		{"one value of 64 MB", zeros(t, `{"schema":"drydock.report/1","findings":["`, 64), 422},
		{"larger than allowed", bytes.Repeat([]byte(" "), limit+1), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := ask(t, s, http.MethodPost, "/api/v1/projects/shop/analyses", token, string(c.body))
			if status != c.want {
				t.Errorf("%d, want %d: %.200s", status, c.want, answer)
			}
		})
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 256<<20 {
		t.Errorf("%d MB were taken from the system", m.Sys>>20)
	}
	list, err := s.Core.Analyses(context.Background(), &core.Actor{System: "test"}, "shop", pageOfTen)
	if err != nil || len(list) != 0 {
		t.Errorf("%d analyses are kept, %v", len(list), err)
	}
}

// Markup and control characters in what a scan carries come out as text.
func TestHostileTexts(t *testing.T) {
	s := servertest.New(t, nil)
	s.Project("shop")
	all := s.Token(core.ScopeAdminister, "")
	const evil = "<script>alert(1)</script>\x00\x1b[31m\u202e\"'&"
	r := servertest.Report(report.Checked, "py-sql app.py:1 high")
	f := &r.Findings[0]
	f.Title, f.Snippet, f.Rule, f.Location.Path, f.Services = evil, evil, evil, evil, []string{evil}
	f.Why, f.Evidence, f.Fix.Text = []string{evil}, []string{evil}, evil
	r.Gates[0].Reason, r.Tool.Name, r.Target = evil, evil, evil
	s.Send(all, client.Upload{Project: "shop"}, r)
	for _, path := range []string{"/projects/shop", "/projects/shop/findings", "/projects/shop/findings/1"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.AddCookie(&http.Cookie{Name: "drydock", Value: session(t, s)})
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, answer.StatusCode, err)
		}
		if bytes.Contains(body, []byte("<script>alert")) {
			t.Errorf("%s holds the markup as it was sent", path)
		}
		if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", path, answer.Header.Get("Content-Security-Policy"))
		}
	}
}

var pageOfTen = store.Page{Limit: 10}

// session is that of an administrator.
func session(t *testing.T, s *servertest.Server) string {
	t.Helper()
	ctx := context.Background()
	if needed, err := s.Core.NeedsSetup(ctx); err != nil {
		t.Fatal(err)
	} else if needed {
		link, err := s.Core.NewSetupLink(ctx)
		if err != nil {
			t.Fatal(err)
		}
		secret := link[strings.LastIndexByte(link, '/')+1:]
		if _, err := s.Core.SetUp(ctx, secret, "kim", "a long password", ""); err != nil {
			t.Fatal(err)
		}
	}
	secret, err := s.Core.SignIn(ctx, "kim", "a long password", "")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}
