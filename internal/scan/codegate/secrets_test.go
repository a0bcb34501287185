package codegate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// A secret is told by one gate: lines of a Dockerfile and variables of a compose file are not this one's. What git
// ignores, or what no repository holds, is no leak of the source's.
func TestWhoseSecret(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	const random = "f9Qz7LxV2t" + "RmK3cWfD8sYpE1u"
	token := "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"
	for name, c := range map[string]struct {
		files map[string]string
		want  string // rule and file, or a word of the remark
	}{
		"in git": {map[string]string{".git/HEAD": "", ".gitignore": "local.env\n", "prod.env": "API_KEY=" + random,
			"local.env": "API_KEY=" + random}, "secret-generic prod.env, local.env: git ignores it"},
		"no repository": {map[string]string{".env": "API_KEY=" + random}, ".env: no git repository holds it"},
		"of other gates": {map[string]string{"Dockerfile": "FROM x\nENV API_KEY=" + token,
			"docker-compose.yml": "services:\n  a:\n    environment:\n      API_KEY: " + token +
				"\n    command: run " + token + "\n"}, "secret-github-token docker-compose.yml"},
	} {
		dir := t.TempDir()
		for file, text := range c.files {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		res, err := run(context.Background(), &target.Target{Name: dir, Root: dir, Dirs: []string{dir}}, &gate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range res.Findings {
			got = append(got, res.Findings[i].Rule+" "+res.Findings[i].Location.Path)
		}
		for _, w := range res.Warnings {
			if text, _, ok := strings.Cut(w.Text, ", so what"); ok {
				got = append(got, text)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, ", "), c.want)
		}
	}
}
