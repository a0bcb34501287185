package stack

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
)

// StandIns is an Options.Env under which a project can be read without a real value: every variable that its .env sets
// is the stand-in, and so is every other that has no default. Of .env only the names are read. The same variable is the
// same everywhere, so that an app and its database agree.
func StandIns(project, value string) func(name string) (string, bool) {
	if st, err := os.Stat(project); err == nil && !st.IsDir() {
		project = filepath.Dir(project)
	}
	set := map[string]bool{}
	for _, name := range []string{".env", ".env.example"} {
		text, err := bounded.ReadFile(filepath.Join(project, name), maxEnvFile)
		if err != nil {
			continue
		}
		for line := range bytes.Lines(text) {
			if m := envLine.FindSubmatch(line); m != nil {
				set[string(m[1])] = true
			}
		}
	}
	return func(name string) (string, bool) {
		if strings.HasPrefix(name, "COMPOSE_") || strings.HasPrefix(name, "DOCKER_") {
			return "", false // these steer Compose itself
		}
		return value, set[name]
	}
}
