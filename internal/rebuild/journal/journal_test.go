package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
)

func TestJournalKeepsTheLastDeployOfEachImage(t *testing.T) {
	data := t.TempDir()
	j, err := Open(data, "shop", "/srv/shop")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Entry{{Image: "app", Step: Begun, Live: "old"}, {Image: "web", Step: Done, Live: "w"},
		{Image: "app", Step: Switched, Live: "new", Services: []string{"insights", "reports"}}} {
		if err := j.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(data, "shop", "/srv/shop"); !errors.Is(err, ErrBusy) || clierr.Hint(err) == "" {
		t.Errorf("a second run: %v", err)
	}
	other, err := Open(data, "shop", "/srv/another/shop")
	if err != nil {
		t.Fatal("a project of the same name in another folder:", err)
	}
	other.Close()
	j.Close()
	if j, err = Open(data, "shop", "/srv/shop"); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	got := j.Entries()
	if len(got) != 2 || got[0].Step != Switched || got[0].Live != "new" || !got[0].Step.Open() || got[1].Step.Open() {
		t.Errorf("%+v", got)
	}
	all, err := All(data)
	if err != nil || len(all) != 2 {
		t.Errorf("%d entries of all stacks, %v", len(all), err)
	}
	for _, f := range []string{"../x", "a/b", ".."} {
		if dir := Folder(data, f, "/"); filepath.Dir(dir) != filepath.Join(data, "rebuild") {
			t.Errorf("%q lies in %s", f, dir)
		}
	}
}

// A journal that cannot be read or written is an error that says what to do; the old one stands.
func TestJournalFailures(t *testing.T) {
	data := t.TempDir()
	dir := Folder(data, "shop", "/srv/shop")
	for name, text := range map[string]string{"not JSON": "{", "another schema": `{"schema":"drydock.journal/9"}`} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the lock is released
			_, err := Open(data, "shop", "/srv/shop")
			if err == nil || errors.Is(err, ErrBusy) || !strings.Contains(clierr.Hint(err), "docker ps") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := Open(filepath.Join(dir, fileName), "shop", "/"); err == nil || clierr.Hint(err) == "" {
		t.Errorf("a data folder that is a file: %v", err)
	}
}
