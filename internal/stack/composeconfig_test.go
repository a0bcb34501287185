package stack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
)

// The loader that Compose uses is one judge; Compose itself, as it is installed, is the other. What `config` prints of
// a project is what it would start, and drydock reads the same from the project's own files.
func TestReadsWhatComposeConfigPrints(t *testing.T) {
	compose := testenv.Tool(t, "docker-compose")
	var files []string
	for _, pattern := range []string{
		filepath.Join(testenv.Shared(t, "traefik", "cases"), "*", "compose.yaml"),
		filepath.Join(testenv.Root(), "examples", "*", "*.y*ml"),
		filepath.Join(testenv.Root(), "examples", "*", "*", "*compose*.y*ml"),
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	judged := 0
	for _, f := range files {
		printed, ok := composeConfig(t, compose, f)
		if !ok {
			continue
		}
		judged++
		dir := filepath.Dir(f)
		h, err := LoadProjects(context.Background(), []Project{{Name: "p", Dir: dir, Files: []string{f},
			EnvFiles: []string{os.DevNull}}}, Options{Env: noEnv})
		if err != nil {
			t.Errorf("%s: compose reads it, drydock says: %v", f, err)
			continue
		}
		theirs, err := composeLoad(t, dir, []string{printed}, map[string]string{"COMPOSE_PROJECT_NAME": "p"})
		if err != nil {
			t.Fatalf("%s: compose does not load what it prints: %v", f, err)
		}
		for _, d := range diffFacts(facts(h), composeFacts(theirs)) {
			t.Errorf("%s: %s", filepath.Base(filepath.Dir(f)), d)
		}
	}
	t.Logf("%d of %d projects", judged, len(files))
	if judged < 20 {
		t.Errorf("compose printed only %d of %d projects", judged, len(files))
	}
}

// composeConfig has Compose print a project into a file; false where it refuses it.
func composeConfig(t *testing.T, compose, file string) (string, bool) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "printed.yaml")
	cmd := exec.Command(compose, "-p", "p", "--env-file", os.DevNull, "--profile", "*", "-f", file, "config",
		"--no-consistency", "-o", out)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return !strings.HasPrefix(e, "PATH=") })
	cmd.Env = append(cmd.Env, "HOME="+t.TempDir())
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Logf("%s: compose refuses it: %.200s", file, text)
		return "", false
	}
	return out, true
}
