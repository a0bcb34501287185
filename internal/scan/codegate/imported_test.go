package codegate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// What another tool found is added once; where we found the same it is said, and what lies elsewhere is left out and
// told.
func TestImported(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	dir := t.TempDir()
	token := "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"
	at := func(rule, path, line, more string) string {
		return `{"ruleId":"` + rule + `","message":{"text":"found ` + token + `"},` + more + `"locations":[{"physicalLocation":` +
			`{"artifactLocation":{"uri":"` + path + `"},"region":{"startLine":` + line + `}}}]}`
	}
	log := `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Ban Dit","rules":[{"id":"B105","properties":{"tags":["CWE-798"]}}]}},
	"results":[` + strings.Join([]string{at("B105", "a.py", "1", ""), at("B105", "a.py", "9", ""),
		at("secret-github-token", "a.py", "4", `"suppressions":[{"kind":"inSource"}],`), at("B1", "../x.py", "1", ""),
		at("B1", "/etc/passwd", "1", ""), at("B2", filepath.ToSlash(filepath.Join(dir, "b.py")), "2", "")}, ",") + `]}]}`
	for name, text := range map[string]string{"a.py": `token = "` + token + `"`, "x.sarif": log} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opt := &gate.Options{Import: []string{filepath.Join(dir, "x.sarif"), filepath.Join(dir, "none.sarif")}}
	res, err := run(context.Background(), &target.Target{Name: dir, Root: dir, Files: []string{filepath.Join(dir, "a.py")}}, opt)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range res.Findings {
		f := &res.Findings[i]
		if strings.Contains(f.Title+f.Snippet, token) {
			t.Errorf("%s shows the secret", f.Rule)
		}
		text := f.Rule + " " + lineOf(f.Location) + " " + strings.Join(f.Evidence, ", ")
		if f.Status == finding.Suppressed {
			text += " (suppressed)"
		}
		got = append(got, text)
	}
	want := []string{"secret-github-token a.py:1 also found by Ban Dit B105", "B105 a.py:9 found by Ban Dit",
		"ban-dit:secret-github-token a.py:4 found by Ban Dit, suppressed in the tool's own file (suppressed)",
		"B2 b.py:2 found by Ban Dit"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	in := res.Inputs[len(res.Inputs)-2]
	if !strings.Contains(in.Reason, "2 results name no file") || len(res.Unread) != 1 {
		t.Errorf("%+v, %v", in, res.Unread)
	}
}
