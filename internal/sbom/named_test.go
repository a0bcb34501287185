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
		"prod.txt": "-r base.txt\n-r ../requirements.txt\nflask==2.0.1\n", "base.txt": "requests==2.19.0\n",
		"../requirements.txt": "django==4.2.7\n",
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

// A manifest with one version each says nothing of what those packages need; a requirements file is the whole list.
func TestNamedManifestWithoutLockfile(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		told bool
	}{
		"package.json":     {`{"dependencies": {"a": "1.0.0"}}`, true},
		"requirements.txt": {"a==1.0.0\n", false},
		"Cargo.toml":       {"[dependencies]\na = \"1\"\n", false}, // a range, which is told where it is judged
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		inv, err := FromFile(path, ManifestName(path), nil)
		if err != nil || len(inv.Packages) != 1 {
			t.Fatalf("%s: %v, %+v", name, err, inv)
		}
		if told := len(inv.Problems) > 0; told != c.told {
			t.Errorf("%s: %+v", name, inv.Problems)
		}
	}
}
