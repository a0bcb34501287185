package image

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What of a folder may not be read is told as that, and the rest is read.
func TestFolderWithUnreadableEntry(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "a")); err != nil { // listed, and then it cannot be looked at
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var skipped, read []string
	w := &folderEntries{root: root, dir: ".", list: list,
		skipped: func(name string) { skipped = append(skipped, name) }}
	var e Entry
	for err = w.next(&e); err == nil; err = w.next(&e) {
		read = append(read, e.Path)
	}
	if err != io.EOF || len(skipped) != 1 || skipped[0] != "a" || len(read) != 1 || read[0] != "b" {
		t.Errorf("skipped %q, read %q, %v", skipped, read, err)
	}
}
