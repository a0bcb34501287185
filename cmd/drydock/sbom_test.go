package main

import (
	"bytes"
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/output"
	"github.com/drydock/drydock/internal/report"
)

// sampleImage is Debian's OpenSSL and requests, and what npm and pip install beside them: packages whose judgement
// depends on the source package, the release, the owner, and none of these.
func sampleImage(t *testing.T) string {
	return imagetest.Docker(t, imagetest.Image(t, [][]byte{
		imagetest.Tar(t,
			imagetest.File{Name: "etc/os-release",
				Data: "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 " +
					"(bookworm)\"\n"},
			imagetest.File{Name: "var/lib/dpkg/status", Data: `Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.11-1~deb12u1
Maintainer: x
Description: x

Package: python3-requests
Status: install ok installed
Architecture: all
Source: requests
Version: 2.28.1+dfsg-1
Maintainer: x
Description: x

Package: linux-libc-dev
Status: install ok installed
Architecture: all
Source: linux
Version: 6.1.38-1
Maintainer: x
Description: x
`},
			imagetest.File{Name: "var/lib/dpkg/info/libssl3.list", Data: "/usr/lib/x86_64-linux-gnu/libssl.so.3\n"},
			imagetest.File{Name: "var/lib/dpkg/info/python3-requests.list",
				Data: "/usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA\n"},
			imagetest.File{Name: "usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA",
				Data: "Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\n"},
		),
		imagetest.Tar(t,
			imagetest.File{Name: "app/node_modules/lodash/package.json",
				Data: `{"name": "lodash", "version": "4.17.15", "license": "MIT"}`},
			imagetest.File{Name: "app/node_modules/@babel/traverse/package.json",
				Data: `{"name": "@babel/traverse", "version": "7.21.0", "license": "MIT"}`},
			imagetest.File{Name: "usr/local/lib/python3.11/site-packages/Jinja2-3.1.2.dist-info/METADATA",
				Data: "Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.2\n"},
		),
	}, "ADD rootfs.tar / # buildkit", "COPY . /app # buildkit"), "app:1")
}

// drydock runs a command in the process and returns its standard output.
func drydock(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errw bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errw); code != 0 {
		t.Fatalf("drydock %s: exit %d\n%s", strings.Join(args, " "), code, errw.String())
	}
	return out.Bytes()
}

// verdicts are what was judged of which package, and how.
func verdicts(t *testing.T, doc []byte) []string {
	t.Helper()
	r, err := report.Decode(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	var vs []string
	for _, f := range r.Findings {
		if f.Package != nil {
			vs = append(vs, strings.Join([]string{f.ID, f.Rule, f.Package.PURL, string(f.Severity), string(f.Status),
				f.Advisory.Fixed}, " "))
		}
	}
	sort.Strings(vs)
	return vs
}

// Image to SBOM to vulnerabilities gives what image to vulnerabilities gives, in every format.
func TestSBOMLosesNothing(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	ref := "docker-archive:" + sampleImage(t)
	want := verdicts(t, drydock(t, "vuln", ref, "--format", "json"))
	if len(want) < 5 || !strings.Contains(strings.Join(want, "\n"), " suppressed ") ||
		!strings.Contains(strings.Join(want, "\n"), "pypi/requests@2.28.1 medium open ") {
		t.Fatalf("the image has too little to lose:\n%s", strings.Join(want, "\n"))
	}
	for _, f := range output.Formats {
		if !strings.HasPrefix(f.Name, "cyclonedx") && !strings.HasPrefix(f.Name, "spdx") {
			continue
		}
		path := filepath.Join(t.TempDir(), "sbom")
		drydock(t, "sbom", ref, "-o", f.Name+"="+path)
		if got := verdicts(t, drydock(t, "vuln", "sbom:"+path, "--format", "json")); !reflect.DeepEqual(got, want) {
			only := func(a, b []string) []string {
				return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
			}
			t.Errorf("%s:\nonly from the SBOM  %q\nonly from the image %q", f.Name, only(got, want), only(want, got))
		}
	}
}

// Two runs write the same bytes but for the time and what is derived from it, and those can be fixed.
func TestSBOMIsReproducible(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	ref := "docker-archive:" + sampleImage(t)
	for _, format := range []string{"cyclonedx-json", "cyclonedx-xml", "spdx-json"} {
		a, b := drydock(t, "sbom", ref, "--format", format), drydock(t, "sbom", ref, "--format", format)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two runs differ", format)
		}
		if !bytes.Contains(a, []byte("2023-11-14T22:13:20Z")) {
			t.Errorf("%s: SOURCE_DATE_EPOCH is not its time", format)
		}
	}
}
