package scan

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

const (
	lock  = `{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/lodash":{"version":"4.17.15"}}}`
	cdx   = `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"lodash","version":"4.17.15","purl":"pkg:npm/lodash@4.17.15"}]}`
	other = `{"packages":[` + cdx + `],"comment":"x"}`
)

// writeAll makes the files of a folder of the test's own and enters it.
func writeAll(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, s)
	w.Close()
	return b.String()
}

// vulnOf runs the image gate on what is named, and says of each input what became of it.
func vulnOf(t *testing.T, stdin io.Reader, args ...string) (*report.Report, error) {
	t.Helper()
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	named := target.Resolve(context.Background(), target.Inputs{Args: args, Stdin: stdin})
	return Run(context.Background(), named, Gates, gate.Options{Gates: []finding.Gate{finding.GateImage},
		Offline: true})
}

// Whatever file is named is read by its content or its name.
func TestNamedFilesAreRead(t *testing.T) {
	files := map[string]string{
		"package-lock.json": lock, "package-lock.json.gz": zipped(lock), "renamed.json": lock,
		"deps/yarn.lock":        "lodash@^4:\n  version \"4.17.15\"\n",
		"requirements/base.txt": "requests==2.19.0\n", "sbom.json": cdx, "sbom.json.gz": zipped(cdx), "no-name": cdx,
		"list": "SPDXVersion: SPDX-2.3\nPackageName: lodash\nPackageVersion: 4.17.15\nExternalRef: PACKAGE-MANAGER " +
			"purl pkg:npm/lodash@4.17.15\n",
		"utf16": "\xff\xfe" +
			strings.Join(strings.Split("SPDXVersion: SPDX-2.3\nPackageName: lodash\nPackageVersion: 4.17.15\n"+
				"ExternalRef: PACKAGE-MANAGER purl pkg:npm/lodash@4.17.15\n", ""), "\x00") + "\x00",
		"far.json": `{"name":"x","packages":[` + strings.Repeat(`{"comment":"`+strings.Repeat("x", 5000)+`"},`, 50) +
			`{}],"spdxVersion":"SPDX-2.3"}`,
	}
	writeAll(t, files)
	for name := range files {
		r, err := vulnOf(t, nil, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "far.json" {
			continue // it lists nothing that can be judged; that it was read is enough
		}
		if len(r.Packages) != 1 || r.Gate(finding.GateImage).Status != report.Checked {
			t.Errorf("%s: %+v, %+v", name, r.Packages, r.Gates)
		}
	}
}

// What cannot be read fails by its name, and what stands beside it is read all the same.
func TestNamedFilesAreNeverDropped(t *testing.T) {
	writeAll(t, map[string]string{
		"sbom.json": cdx, "README.md": "# x\n", "trivy.json": `{"SchemaVersion":2,"Results":[]}`,
		"Dockerfile": "FROM scratch\n", "empty": "",
		"broken/package-lock.json": "{", "other.json": other,
		"old.xml": `<bom xmlns="http://cyclonedx.org/schema/bom/1.0"/>`,
	})
	for name, want := range map[string]string{
		"README.md":                "README.md: not a kind of file that drydock knows",
		"trivy.json":               "trivy.json: this is trivy's own report",
		"Dockerfile":               "Dockerfile: a Dockerfile, which only the dockerfile gate reads",
		"empty":                    "empty: this is an empty file",
		"broken/package-lock.json": "broken/package-lock.json: ",
		"other.json":               "other.json: not a kind of file that drydock knows",
		"old.xml":                  "old.xml: CycloneDX 1.0 is too old",
		"none.json":                "none.json: no such file or folder",
	} {
		r, err := vulnOf(t, nil, "sbom.json", name)
		if clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		g := r.Gate(finding.GateImage)
		if g.Status != report.Partial || !strings.Contains(g.Reason, name) || len(r.Packages) != 1 {
			t.Errorf("%s: %s %q, %d packages", name, g.Status, g.Reason, len(r.Packages))
		}
	}
}

func TestStandardInput(t *testing.T) {
	for _, text := range []string{cdx, lock, zipped(cdx), zipped(lock)} {
		r, err := vulnOf(t, strings.NewReader(text), target.Stdin)
		if err != nil || len(r.Packages) != 1 {
			t.Errorf("%q: %v, %+v", text, err, r.Packages)
		}
	}
	for text, want := range map[string]string{"hello": "not a kind of file", "": "an empty file", "\x7fELF": "-"} {
		if _, err := vulnOf(t, strings.NewReader(text), target.Stdin); text != "\x7fELF" &&
			(clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A folder is an OCI layout, a root file system or sources, and each is read as what it is.
func TestFoldersAreToldApart(t *testing.T) {
	writeAll(t, map[string]string{
		"layout/index.json": "{}", "layout/blobs/sha256/x": "", "root/etc/os-release": "ID=alpine\n",
		"root/lib/apk/db/installed": "", "src/main.py": "",
	})
	named := target.Resolve(context.Background(),
		target.Inputs{Args: []string{"layout", "layout/index.json", "root", "src"}})
	if got := fmt.Sprint(named.Images, named.Dirs, named.Unread); got != "[oci-dir:layout oci-dir:layout dir:root] "+
		"[src] []" {
		t.Error(got)
	}
}

// A Dockerfile that is named among others is the Dockerfile gate's: where that runs, it is no gap of the code gate.
func TestNamedDockerfileIsNoGapOfCode(t *testing.T) {
	writeAll(t, map[string]string{"a.py": "x = 1\n", "Dockerfile": "FROM scratch\n"})
	look := func(gates ...finding.Gate) *report.Gate {
		named := target.Resolve(context.Background(), target.Inputs{Args: []string{"a.py", "Dockerfile"}})
		r, _ := Run(context.Background(), named, Gates, gate.Options{Gates: gates, Offline: true})
		return r.Gate(finding.GateCode)
	}
	if g := look(); g.Status != report.Checked {
		t.Errorf("beside the Dockerfile gate: %s, %s", g.Status, g.Reason)
	}
	if g := look(finding.GateCode); g.Status != report.Partial {
		t.Errorf("by itself: %s, %s", g.Status, g.Reason)
	}
}
