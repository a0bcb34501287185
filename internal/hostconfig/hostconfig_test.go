package hostconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

func TestLoad(t *testing.T) {
	home := t.TempDir()
	t.Setenv("DRYDOCK_HOME", home)
	if c, err := Load(); err != nil || c.Deploy.Before != "" {
		t.Fatalf("without a file: %+v, %v", c, err)
	}
	path := filepath.Join(home, "host.yaml")
	write := func(text string, mode os.FileMode) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(`version: 1
deploy: {before: /srv/backup.sh, probe: /health, settle: 10s, traefik: {api: "http://127.0.0.1:8080", throttle: 1s}}
notify: {webhook: "https://example.com/x", chat: true, mail: {server: "mail:587", from: a@b.example, to: [c@d.example]}}
`, 0o640)
	c, err := Load()
	if err != nil || c.Deploy.Before != "/srv/backup.sh" || c.Deploy.Settle != 10*time.Second || !c.Notify.Chat ||
		c.Deploy.TraefikAPI != "http://127.0.0.1:8080" || len(c.Notify.MailTo) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"deploy: {befor: x}":           "befor",
		"deploy: {wait: soon}":         "soon",
		"version: 9":                   `version "9"`,
		"notify: {mail: {server: x}}":  "needs more",
		"notify: {password: hunter22}": "password",
	} {
		write(text, 0o600)
		_, err := Load()
		if err == nil || !strings.Contains(err.Error(), want) || clierr.Hint(clierr.Each(err)[0]) == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
	write("version: 1\n", 0o666)
	if _, err := Load(); err == nil || !strings.Contains(clierr.Hint(err), "chmod") {
		t.Errorf("a file that all may write: %v", err)
	}
}
