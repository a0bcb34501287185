package scalibrtest

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/archive"

	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/testenv"
)

// TestJarsAgainstScalibr compares what archives tell of themselves. The library's reader is not in the program, since
// it brings with it what it needs for asking servers about a pom.xml.
func TestJarsAgainstScalibr(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/osv-scalibr").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "extractor", "filesystem", "language", "java", "archive",
		"testdata")
	entries, err := os.ReadDir(root)
	if err != nil {
		testenv.Absent(t, "osv-scalibr's own files: %v", err)
	}
	off := false
	theirs, err := archive.New(
		&cpb.PluginConfig{PluginSpecific: []*cpb.PluginSpecificConfig{{Config: &cpb.PluginSpecificConfig_JavaArchive{
			JavaArchive: &cpb.JavaArchiveConfig{HashJars: &off}}}}})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, e := range entries {
		name, data := e.Name(), []byte(nil)
		if e.IsDir() {
			name += ".jar"
			data = zipFolder(t, filepath.Join(root, e.Name()))
		} else if data, err = os.ReadFile(filepath.Join(root, e.Name())); err != nil {
			t.Fatal(err)
		}
		want, err := packagesOf(theirs, name, data)
		if err != nil || strings.HasPrefix(name, "nested") { // deeper than is read here
			continue
		}
		compared++
		ps, err := binary.ReadJar(&extract.File{Path: name, Data: data, Size: int64(len(data))})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, p := range ps {
			got = append(got, p.Name+" "+p.Version)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
			t.Errorf("%s: ours %q, theirs %q", name, got, want)
		}
	}
	if compared < 15 {
		t.Errorf("only %d archives", compared)
	}
}

func zipFolder(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.AddFS(os.DirFS(dir).(fs.ReadDirFS)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
