package stack

import (
	"os"
	"path/filepath"
	"testing"
)

// With stand-ins a project is read without a real value of its .env: what it sets, and what has no default, is the
// stand-in; a default stays.
func TestStandIns(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(".env", "PASSWORD=canary\nexport TAG=canary\nCOMPOSE_PROJECT_NAME=canary\n")
	write("compose.yaml", `services:
  web:
    image: app:${TAG:-1}
    user: ${APP_UID:-1000}
    working_dir: /srv/${FOLDER:?set it}
    environment:
      URL: postgres://app:${PASSWORD}@db/${NAME}
`)
	h, err := Load(t.Context(), []string{dir},
		Options{EnvFiles: []string{os.DevNull}, Env: StandIns(filepath.Join(dir, "compose.yaml"), "stand-in")})
	if err != nil {
		t.Fatal(err)
	}
	s := h.Stacks[0].Services[0]
	if s.Image != "app:stand-in" || s.User != "1000" || s.WorkingDir != "/srv/stand-in" {
		t.Errorf("%q %q %q", s.Image, s.User, s.WorkingDir)
	}
	if e := s.Environment[0]; !e.Known || e.Value != "postgres://app:stand-in@db/stand-in" {
		t.Errorf("%+v", e)
	}
	if h.Stacks[0].Name == "stand-in" || h.Stacks[0].Name == "canary" {
		t.Errorf("the project is called %q", h.Stacks[0].Name)
	}
}
