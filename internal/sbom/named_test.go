package sbom

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
)

func TestFromFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "project", "requirements")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"prod.txt": "-r base.txt\n-r ../requirements.txt\nflask==2.0.1\n", "base.txt": "requests==2.19.0\n", "../requirements.txt": "django==4.2.7\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	as := ManifestName("prod.txt")
	if as != "requirements/prod.txt" {
		t.Fatalf("as %q", as)
	}
	inv, err := FromFile("prod.txt", as, nil)
	if err != nil || len(inv.Packages) != 3 {
		t.Fatalf("%+v, %v", inv, err)
	}
	for i, want := range []string{"../requirements.txt", "prod.txt", "base.txt"} {
		if got := inv.Packages[i].Paths[0]; got != want {
			t.Errorf("%s stands in %s, want %s", inv.Packages[i].Name, got, want)
		}
	}
	if _, err := FromFile("none.txt", as, nil); clierr.Code(err) != clierr.ExitInput {
		t.Error(err)
	}
	if inv, err := FromFile("-", "package-lock.json", []byte("{")); inv != nil || clierr.Code(err) != clierr.ExitInput {
		t.Errorf("%+v, %v", inv, err)
	}
}
