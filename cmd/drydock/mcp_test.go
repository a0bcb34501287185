package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/drydock/drydock/internal/mcp"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/testenv"
)

// assistant connects to the tools over the roots.
func assistant(t *testing.T, write bool, roots ...string) *sdk.ClientSession {
	t.Helper()
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
	a := &app{out: io.Discard, err: io.Discard}
	s, err := a.mcpServer(&stackFlags{}, &accessOptions{}, gate.Options{}, mcp.Options{Roots: roots, Write: write})
	if err != nil {
		t.Fatal(err)
	}
	near, far := sdk.NewInMemoryTransports()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	if _, err := s.Connect(ctx, far, nil); err != nil {
		t.Fatal(err)
	}
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test"}, nil).Connect(ctx, near, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call is the text of a tool's answer, and whether it is an error.
func call(t *testing.T, c *sdk.ClientSession, tool string, args map[string]any) (string, bool) {
	t.Helper()
	res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	var b strings.Builder
	for _, part := range res.Content {
		if text, ok := part.(*sdk.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	return b.String(), res.IsError
}

func tools(t *testing.T, c *sdk.ClientSession) string {
	t.Helper()
	list, err := c.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	return strings.Join(names, " ")
}

func TestAssistantOnTheExample(t *testing.T) {
	shop := filepath.Join(testenv.Root(), "examples", "shop")
	c := assistant(t, false, shop)
	if got := tools(t, c); got != "explain fix_diff plan scan simulate" {
		t.Errorf("tools: %s", got)
	}
	for _, want := range []struct {
		tool string
		args map[string]any
		text []string
	}{
		{"scan", map[string]any{"severity": "high", "limit": 5}, []string{`"notice":"Texts under`, `"gates":[`, `"more":`, "CVE-"}},
		{"plan", nil, []string{`"schema":"drydock.plan/1"`, `"actions":[`}},
		{"explain", map[string]any{"id": "CVE-2023-30861"}, []string{"PYSEC-2023-62", `"notice"`}},
		{"explain", map[string]any{"id": "allowlist-on-redirect-router"}, []string{"redirect"}},
		{"fix_diff", map[string]any{"only": []string{"Jinja2"}}, []string{"+Jinja2==", `"state":"proved"`}},
		{"simulate", map[string]any{"from": "203.0.113.9", "entrypoint": "https", "host": "shop.example.com"}, []string{`"outcome":`, `"steps":[`}},
	} {
		text, failed := call(t, c, want.tool, want.args)
		for _, s := range want.text {
			if failed || !strings.Contains(text, s) {
				t.Errorf("%s %v: no %q in %.400s", want.tool, want.args, s, text)
			}
		}
	}
}

// An assistant sees the roots alone, also where a project within leads out of them.
func TestAssistantStaysWithinItsRoots(t *testing.T) {
	outside := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "requirements.txt"), "canary-package==1\n")
	write(filepath.Join(outside, "Dockerfile"), "FROM scratch\n")
	root := t.TempDir()
	write(filepath.Join(root, "a", "docker-compose.yml"), "services:\n  a:\n    build: "+outside+"\n")
	write(filepath.Join(root, "b", "docker-compose.yml"), "include: ["+outside+"/compose.yml]\nservices: {}\n")
	write(filepath.Join(outside, "compose.yml"), "services:\n  canary:\n    image: canary\n")
	if err := os.Symlink(outside, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	c := assistant(t, true, root)
	for _, path := range []string{outside, "../", "/etc", filepath.Join(root, "link"), "a", "b"} {
		for _, tool := range []string{"scan", "plan", "fix_diff", "fix"} {
			text, failed := call(t, c, tool, map[string]any{"paths": []string{path}})
			if !failed || !strings.Contains(text, "outside") || strings.Contains(text, "canary") {
				t.Errorf("%s %s: %.300s", tool, path, text)
			}
		}
	}
}

func TestAssistantWritesWhenToldTo(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "requirements.txt")
	if err := os.WriteFile(name, []byte("# keep\nJinja2==3.1.2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := assistant(t, true, root)
	if got := tools(t, c); !strings.Contains(" "+got+" ", " fix ") {
		t.Errorf("tools: %s", got)
	}
	if text, failed := call(t, c, "fix", nil); failed || !strings.Contains(text, `"written":true`) {
		t.Errorf("%.400s", text)
	}
	if text, _ := os.ReadFile(name); string(text) != "# keep\nJinja2==3.1.6\n" {
		t.Errorf("%q", text)
	}
}
