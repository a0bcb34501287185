package safefile

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A diff is one that git applies, also of files without a line end at their end.
func TestDiffApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git applies the diffs of this test")
	}
	for name, c := range map[string][2]string{
		"changed":     {"a\nb\nc\nd\ne\n", "a\nb\nC\nd\ne\n"},
		"end":         {"a\nb", "a\nc"},
		"end added":   {"a\nb", "a\nb\nc\n"},
		"end gone":    {"a\nb\n", "a\nc"},
		"windows":     {"a\r\nb\r\n", "a\r\nc\r\n"},
		"blank at it": {"a\n\n", "b\n\n"},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "f.txt")
		if err := os.WriteFile(file, []byte(c[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		patch := filepath.Join(dir, "p")
		if err := os.WriteFile(patch, []byte(Diff("f.txt", []byte(c[0]), []byte(c[1]))), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("git", "apply", "p")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, Diff("f.txt", []byte(c[0]), []byte(c[1])))
			continue
		}
		if got, _ := os.ReadFile(file); string(got) != c[1] {
			t.Errorf("%s: applied it is %q, want %q", name, got, c[1])
		}
	}
}
