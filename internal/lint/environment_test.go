package lint_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
	"github.com/drydock/drydock/internal/testenv"
)

const (
	envDockerfile = "FROM docker.io/library/debian\nLABEL foo=bar\n# hadolint ignore=DL3004\nRUN cd /x && sudo y && " +
		"apt-get install -y z\n"
	envConfig = "ignored: [DL3003]\ntrustedRegistries: [quay.io]\nlabel-schema: {a: text}\noverride: {error: " +
		"[DL3008], info: [DL3015]}\n"
)

// Every variable has the same effect on top of a file's configuration as in hadolint.
func TestEnvironmentIsHadolints(t *testing.T) {
	tool := testenv.Tool(t, "hadolint")
	dir := t.TempDir()
	config, file := filepath.Join(dir, "hadolint.yaml"), filepath.Join(dir, "Dockerfile")
	for name, text := range map[string]string{config: envConfig, file: envDockerfile} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, setting := range []string{
		"", "HADOLINT_IGNORE=DL3006", "HADOLINT_IGNORE=DL3006,DL3008", "HADOLINT_OVERRIDE_ERROR=DL3015",
		"HADOLINT_OVERRIDE_WARNING=DL3008,DL3006",
		"HADOLINT_OVERRIDE_STYLE=DL3006", "HADOLINT_TRUSTED_REGISTRIES=docker.io", "HADOLINT_REQUIRE_LABELS=foo:url",
		"HADOLINT_REQUIRE_LABELS=foo:url,b:text",
		"HADOLINT_STRICT_LABELS=1", "HADOLINT_STRICT_LABELS=true", "HADOLINT_STRICT_LABELS=yes",
		"HADOLINT_STRICT_LABELS=false", "HADOLINT_STRICT_LABELS=0",
		"HADOLINT_DISABLE_IGNORE_PRAGMA=true",
	} {
		cmd := exec.Command(tool, "--no-fail", "-f", "json", "-c", config, file)
		cmd.Env = append(os.Environ(), setting)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", setting, err)
		}
		var theirs []struct{ Code, Level string }
		if err := json.Unmarshal(out, &theirs); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, f := range theirs {
			if strings.HasPrefix(f.Code, "DL") {
				want = append(want, f.Code+" "+f.Level)
			}
		}
		got := environmentFinds(t, config, setting)
		sort.Strings(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, hadolint %q", setting, got, want)
		}
	}
}

// environmentFinds are the codes that are found, with their levels.
func environmentFinds(t *testing.T, config, setting string) []string {
	t.Helper()
	c, err := lint.ReadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	name, value, _ := strings.Cut(setting, "=")
	c, err = c.Environment(func(n string) string {
		if n == name {
			return value
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range lint.Run(dockerfile.Parse([]byte(envDockerfile)), "Dockerfile", rules.All, c, nil) {
		for i := range rules.All {
			if r := &rules.All[i]; r.ID == f.Rule && r.Code() != "" {
				got = append(got, r.Code()+" "+string(c.LevelOf(r)))
			}
		}
	}
	sort.Strings(got)
	return got
}

func TestEnvironmentRefuses(t *testing.T) {
	for _, setting := range []string{"HADOLINT_FAILURE_THRESHOLD=bogus", "HADOLINT_REQUIRE_LABELS=foo",
		"HADOLINT_REQUIRE_LABELS=foo:colour"} {
		name, value, _ := strings.Cut(setting, "=")
		if _, err := new(lint.Config).Environment(func(n string) string {
			if n == name {
				return value
			}
			return ""
		}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}
