package stack

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// Compose files, and what tells how their images are built, that nest without end are refused or read, with little
// stack and in little time. A stack that overflows ends the process.
func TestDeepProjects(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	const size = 1 << 20
	good := "services: {a: {image: b, environment: [\"X=${Y:-z}\"]}}\n"
	for _, part := range []string{"[", "{a: ", "- ", "? ", "${A:-", "!reset [", "{\"target\": {",
		"target \"a\" { inherits = [", "a = ["} {
		text := strings.Repeat(part, size/len(part))
		for _, name := range []string{"compose.yaml", ".env", "docker-bake.hcl", "docker-bake.json", ".gitlab-ci.yml",
			".github/workflows/a.yml", "Makefile"} {
			dir := t.TempDir()
			files := map[string]string{"compose.yaml": good, name: text}
			if name == "compose.yaml" {
				files[name] = "services:\n  a:\n    image: " + text
			}
			for n, s := range files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, n)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, n), []byte(s), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			began := time.Now()
			_, _ = LoadProjects(context.Background(),
				[]Project{{Dir: dir, Files: []string{filepath.Join(dir, "compose.yaml")}}},
				Options{Env: noEnv, Root: dir})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%q in %s took %v", part, name, took)
			}
		}
	}
}
