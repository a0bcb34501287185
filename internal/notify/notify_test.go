package notify

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/rebuild/result"
)

func run(s result.Service) *result.Rebuild {
	return &result.Rebuild{Target: "shop", Services: []result.Service{s}}
}

var rolledBack = result.Service{Services: []string{"web"}, Verdict: result.Better, RolledBack: true,
	Reason: "it ended with exit code 3"}

// Nobody is told of a run that found nothing to do.
func TestWorth(t *testing.T) {
	for name, c := range map[string]struct {
		s    result.Service
		err  error
		want bool
	}{
		"the same, not deployed": {result.Service{Verdict: result.Same}, nil, false},
		"the same, deployed":     {result.Service{Verdict: result.Same, Deployed: true}, nil, true},
		"rolled back":            {rolledBack, nil, true},
		"better":                 {result.Service{Verdict: result.Better}, nil, true},
		"worse":                  {result.Service{Verdict: result.Worse}, nil, true},
		"failed":                 {result.Service{Verdict: result.Failed}, nil, true},
		"the run failed":         {result.Service{Verdict: result.Same}, errors.New("x"), true},
	} {
		if got := Worth(run(c.s), c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWebhookIsSignedAndTriedAgain(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("canary-key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(WebhookSecret+"_FILE", key)
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			w.WriteHeader(503)
			return
		}
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte("canary-key"))
		mac.Write(body)
		if r.Header.Get("X-Drydock-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) ||
			!strings.Contains(string(body), result.Schema) {
			w.WriteHeader(400)
		}
	}))
	defer s.Close()
	if err := (Targets{Webhook: s.URL}).Send(t.Context(), run(rolledBack), nil); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
	s.Close()
	err := Targets{Webhook: s.URL + "/canary-token"}.Send(t.Context(), run(rolledBack), nil)
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(404)
	}))
	defer refuses.Close()
	calls = 0
	if err := (Targets{Webhook: refuses.URL}).Send(t.Context(), run(rolledBack), nil); err == nil || calls != 1 {
		t.Errorf("a refusal: %d calls, %v", calls, err)
	}
}

// mailServer takes one mail and returns what it was told.
func mailServer(t *testing.T) (addr string, mail func() string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		fmt.Fprint(c, "220 here\r\n")
		var all strings.Builder
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				break
			}
			all.WriteString(line)
			switch {
			case strings.HasPrefix(line, "EHLO"):
				fmt.Fprint(c, "250-here\r\n250 AUTH PLAIN\r\n")
			case strings.HasPrefix(line, "DATA"):
				fmt.Fprint(c, "354 go\r\n")
				for line != ".\r\n" {
					if line, err = r.ReadString('\n'); err != nil {
						break
					}
					all.WriteString(line)
				}
				fmt.Fprint(c, "250 ok\r\n")
			case strings.HasPrefix(line, "QUIT"):
				fmt.Fprint(c, "221 bye\r\n")
				got <- all.String()
				return
			case strings.HasPrefix(line, "AUTH"):
				fmt.Fprint(c, "235 ok\r\n")
			default:
				fmt.Fprint(c, "250 ok\r\n")
			}
		}
		got <- all.String()
	}()
	return l.Addr().String(), func() string { return <-got }
}

func TestMail(t *testing.T) {
	t.Setenv(SMTPPassword, "canary-password")
	addr, mail := mailServer(t)
	m := Mail{Server: addr, From: "drydock@shop.example", User: "u", To: []string{"a@shop.example", "b@shop.example"}}
	if err := (Targets{Mail: m}).Send(context.Background(), run(rolledBack), nil); err != nil {
		t.Fatal(err)
	}
	text := mail()
	for _, want := range []string{"RCPT TO:<a@shop.example>", "RCPT TO:<b@shop.example>",
		"Subject: drydock: shop rolled back", "web: better, rolled back. it ended with exit code 3\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	m.Server = "nowhere"
	if err := (Targets{Mail: m}).Send(t.Context(), run(rolledBack), nil); err == nil ||
		strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}

func TestChat(t *testing.T) {
	said := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		said <- string(b)
	}))
	defer s.Close()
	t.Setenv(ChatURLs, "generic+"+s.URL+"/hook?disabletls=yes")
	if err := (Targets{Chat: true}).Send(t.Context(), run(rolledBack), nil); err != nil {
		t.Fatal(err)
	}
	if text := <-said; !strings.Contains(text, "rolled back") {
		t.Error(text)
	}
	t.Setenv(ChatURLs, "slack://canary-token@nothing")
	if err := (Targets{Chat: true}).Send(t.Context(), run(rolledBack), nil); err == nil ||
		strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "slack") {
		t.Error(err)
	}
	t.Setenv(ChatURLs, "")
	if err := (Targets{Chat: true}).Send(t.Context(), run(rolledBack), nil); err == nil {
		t.Error("no service is named, and nothing is said of it")
	}
}
