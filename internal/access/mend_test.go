package access

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/finding"
)

// TestFixesMend makes the edits of every finding of the shared cases, one finding at a time: it is gone afterwards.
func TestFixesMend(t *testing.T) {
	made := 0
	for _, dir := range cases(t) {
		name := filepath.Base(dir)
		for _, f := range Check(load(t, dir), Options{}).Findings {
			if len(f.Fix.Edits) == 0 {
				continue
			}
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(copied, "compose.yaml")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			after, err := applyEdits(data, f.Fix.Edits)
			if err != nil {
				t.Errorf("%s: %s: %v", name, f.Rule, err)
				continue
			}
			if err := os.Chmod(file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, after, 0o600); err != nil {
				t.Fatal(err)
			}
			made++
			for _, g := range Check(load(t, copied), Options{}).Findings {
				if g.Rule == f.Rule && g.Router == f.Router && g.Service == f.Service && g.Severity != finding.Info {
					t.Errorf("%s: %s %s is still there after its edits:\n%s", name, f.Rule, f.Router, after)
				}
			}
		}
	}
	if made < 8 {
		t.Errorf("only %d findings came with edits", made)
	}
}
