package provision

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// program builds a small program for an architecture.
func program(t *testing.T, dir, arch string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("programs for Linux are served")
	}
	src := filepath.Join(dir, arch+".go")
	if err := os.WriteFile(src, []byte("package main\nfunc main() { println(\"drydock\") }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "drydock-linux-"+arch)
	cmd := exec.Command("go", "build", "-o", out, src)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+arch)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

func handler(t *testing.T, more func(*Options)) *Handler {
	t.Helper()
	dir := t.TempDir()
	program(t, dir, "amd64")
	program(t, dir, "arm64")
	all, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Binaries: all, Cache: t.TempDir(), Version: "1.2.3", Server: "http://127.0.0.1:9001"}
	if more != nil {
		more(&opt)
	}
	h, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, path, agent, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("User-Agent", agent)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func jres(t *testing.T, h http.Handler, query, agent string) []jre {
	t.Helper()
	w := get(t, h, "/api/v2/analysis/jres?"+query, agent, "")
	var out []jre
	if err := json.Unmarshal(w.Body.Bytes(), &out); w.Code != http.StatusOK || err != nil {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	return out
}

// files are the names and modes in an archive.
func files(t *testing.T, data io.Reader) string {
	t.Helper()
	zr, err := gzip.NewReader(data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return strings.Join(names, " ")
		}
		if err != nil || h.Mode != 0o755 || h.Typeflag != tar.TypeReg {
			t.Fatalf("%+v, %v", h, err)
		}
		names = append(names, h.Name)
	}
}

func TestEverySpellingOfAnArchitecture(t *testing.T) {
	h := handler(t, nil)
	for query, want := range map[string]string{
		"os=linux&arch=x86_64": "bin/java", "os=linux&arch=x64": "bin/java", "os=linux&arch=aarch64": "bin/java",
		"os=alpine&arch=arm64": "bin/java", "os=linux&arch=other": "bin/java bin/drydock-amd64 bin/drydock-arm64",
		"os=windows&arch=amd64": "", "os=linux&arch=ppc64": "", "": "", "os=mac&arch=aarch64": "",
	} {
		list := jres(t, h, query, "ScannerCLI/8.1.0")
		if len(list) == 0 {
			if want != "" {
				t.Errorf("%s: nothing is served", query)
			}
			continue
		}
		j := list[0]
		w := get(t, h, "/api/v2/analysis/jres/"+j.ID, "ScannerCLI/8.1.0", "application/octet-stream")
		sum := sha256.Sum256(w.Body.Bytes())
		if hex.EncodeToString(sum[:]) != j.SHA256 {
			t.Errorf("%s: the digest is not that of the archive", query)
		}
		if got := files(t, w.Body); got != want {
			t.Errorf("%s: holds %q, want %q", query, got, want)
		}
		if j.JavaPath != "bin/java" || !strings.HasSuffix(j.Filename, ".tar.gz") {
			t.Errorf("%+v", j)
		}
	}
}

// Each scanner keeps what it unpacked under the archive's name; the bytes are the same for all, and each time.
func TestNamesAndBytes(t *testing.T) {
	h := handler(t, nil)
	one, two := jres(t, h, "os=linux&arch=x64", "ScannerCLI/8.1.0")[0], jres(t, h, "os=linux&arch=x64", "axios/1.7.7 x")[0]
	if one.Filename == two.Filename || one.SHA256 != two.SHA256 {
		t.Errorf("%+v\n%+v", one, two)
	}
	opt := h.opt
	opt.Cache = t.TempDir()
	again, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	if three := jres(t, again, "os=linux&arch=x64", "ScannerCLI/8.1.0")[0]; three.SHA256 != one.SHA256 {
		t.Error("another start makes other bytes")
	}
	for _, agent := range []string{"", "../../etc/passwd", strings.Repeat("a", 500), "a\x00b", "%2e%2e/"} {
		if j := jres(t, h, "os=linux&arch=x64", agent)[0]; strings.ContainsAny(j.Filename, "/\x00%") ||
			len(j.Filename) > 100 {
			t.Errorf("%q: %s", agent, j.Filename)
		}
	}
}

func TestVersionAndOldScanners(t *testing.T) {
	h := handler(t, nil)
	for _, path := range []string{"/api/v2/analysis/version", "/api/server/version"} {
		if w := get(t, h, path, "", ""); w.Body.String() != "26.1.0-drydock1.2.3" {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if w := get(t, h, "/batch/index", "", ""); !strings.Contains(w.Body.String(), "needs-sonar-scanner-cli-6.2") {
		t.Errorf("%s", w.Body)
	}
}

func TestEngineFile(t *testing.T) {
	h := handler(t, func(o *Options) { o.CA = []byte("-----BEGIN CERTIFICATE-----\n") })
	var about struct{ Filename, SHA256 string }
	if err := json.Unmarshal(get(t, h, "/api/v2/analysis/engine", "", "").Body.Bytes(), &about); err != nil {
		t.Fatal(err)
	}
	body := get(t, h, "/api/v2/analysis/engine", "", "application/octet-stream").Body.Bytes()
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != about.SHA256 {
		t.Error("the digest is not that of the file")
	}
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("no Java here to run the engine file")
	}
	jar := filepath.Join(t.TempDir(), about.Filename)
	if err := os.WriteFile(jar, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(java, "-jar", jar).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "skipJreProvisioning") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestOverPlainConnections(t *testing.T) {
	h := handler(t, func(o *Options) { o.Secure = func(r *http.Request) bool { return r.TLS != nil } })
	if list := jres(t, h, "os=linux&arch=x64", "a"); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if w := get(t, h, "/api/v2/analysis/jres/amd64-a", "a", ""); w.Code != http.StatusForbidden {
		t.Errorf("%d", w.Code)
	}
}

func TestTooManyDownloads(t *testing.T) {
	h := handler(t, func(o *Options) { o.Allow = func(*http.Request) bool { return false } })
	if w := get(t, h, "/api/v2/analysis/jres/amd64-a", "a", ""); w.Code != http.StatusTooManyRequests {
		t.Errorf("%d", w.Code)
	}
}

// What changed since the start is not served: its digest is on nobody's page.
func TestAChangedProgramIsNotServed(t *testing.T) {
	h := handler(t, nil)
	f, err := os.OpenFile(h.sources["amd64"].Path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if w := get(t, h, "/api/v2/analysis/jres?os=linux&arch=x64", "a", ""); w.Code != http.StatusInternalServerError {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestProgramsThatAreNotServed(t *testing.T) {
	dir := t.TempDir()
	good := program(t, dir, "amd64")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "drydock.txt")
	if err := os.WriteFile(text, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, why := range map[string]string{link: "no regular file", text: "no program for Linux", filepath.Join(dir, "none"): "no such file"} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.Chmod(good, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(good); err == nil || !strings.Contains(err.Error(), "changed by others") {
		t.Errorf("%v", err)
	}
}
