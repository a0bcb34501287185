package clierr

import (
	"os"
	"path/filepath"
	"testing"
)

// The path of an unreadable input is said once.
func TestInputErrSaysThePathOnce(t *testing.T) {
	name := filepath.Join(t.TempDir(), "nowhere")
	_, err := os.Open(name)
	if got, want := InputErr(name, err).Error(), name+": no such file or directory"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := InputErr("other", err).Error(), "other: "+err.Error(); got != want {
		t.Errorf("of another file: got %q, want %q", got, want)
	}
}
