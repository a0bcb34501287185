package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image/imagetest"
)

// badInput is one thing that somebody may hand to drydock, by mistake or on purpose.
type badInput struct {
	name  string
	args  []string
	code  int
	says  []string // on standard error
	finds []string // package URLs that the report holds all the same
	mb    int64    // the most memory that it may take
}

const (
	good    = `{"name":"good","version":"1.0.0"}`
	goodURL = "pkg:npm/good@1.0.0"
)

// Whatever is wrong with an input is told with its file and place, costs a bounded amount of memory, ends with exit 3,
// and what could be read of it stands in the report.
func TestBadInput(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin, launcher := filepath.Join(t.TempDir(), "drydock"), filepath.Join(t.TempDir(), launchCommand)
	for _, name := range []string{bin, launcher} {
		if err := os.Symlink(self, name); err != nil {
			t.Skipf("absent: symbolic links: %v", err)
		}
	}
	dir := t.TempDir()
	for _, c := range badInputs(t, dir) {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			took := filepath.Join(t.TempDir(), "took")
			cmd := exec.Command(launcher, append([]string{took, bin}, append(c.args, "--format", "json")...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "DRYDOCK_HOME="+filepath.Join(t.TempDir(), "home"),
				"DOCKER_HOST=unix://"+filepath.Join(dir, "none.sock"))
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit %d, want %d: %s", code, c.code, tail(errs.Bytes()))
			}
			for _, s := range c.says {
				if !strings.Contains(errs.String(), s) {
					t.Errorf("standard error does not say %q:\n%s", s, tail(errs.Bytes()))
				}
			}
			if len(c.finds) > 0 && !json.Valid(out.Bytes()) {
				t.Errorf("no report: %s", tail(out.Bytes()))
			}
			for _, s := range c.finds {
				if !strings.Contains(out.String(), `"purl": "`+s+`"`) {
					t.Errorf("the report does not hold %s", s)
				}
			}
			var peak int64
			if data, err := os.ReadFile(took); err != nil {
				t.Error(err)
			} else if _, err := fmt.Sscan(string(data), &peak); err != nil || peak > c.mb<<20 {
				t.Errorf("%d MB, at most %d may be, %v", peak>>20, c.mb, err)
			}
			t.Logf("%d MB", peak>>20)
		})
	}
}

// launchCommand is the name under which the test's program runs another and writes down the most memory that it took.
// It is a process of its own because a program is counted with the memory that the one which started it had at that
// moment.
const launchCommand = "launch"

func launch() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	_ = cmd.Run() // the exit code tells
	if err := os.WriteFile(os.Args[1], fmt.Appendln(nil, peakMemory(cmd.ProcessState)), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

func tail(b []byte) []byte { return b[max(0, len(b)-600):] }

func badInputs(t *testing.T, dir string) []badInput {
	t.Helper()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	file := func(name, data string) imagetest.File { return imagetest.File{Name: name, Data: data} }
	pkg := file("app/node_modules/good/package.json", good)
	save := func(name string, layers ...[]byte) string {
		data, err := os.ReadFile(imagetest.DockerPlain(t, imagetest.Image(t, layers), "app:1"))
		if err != nil {
			t.Fatal(err)
		}
		return write(name, data)
	}
	whole := save("whole.tar", imagetest.Tar(t, pkg), imagetest.Tar(t, file("etc/filling", strings.Repeat("x", 5000))))
	bytesOf := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	cut := write("cut.tar", bytesOf(whole)[:bytes.LastIndex(bytesOf(whole), []byte("manifest.json"))])
	changed := write("changed.tar", bytes.Replace(bytesOf(whole), []byte("xxxx"), []byte("xxyx"), 1))
	paths := save("paths.tar", imagetest.Tar(t, pkg, file("../../../etc/cron.d/evil", "x"), file("/abs/ok", "x"),
		imagetest.File{Name: "h", Hard: "../../etc/shadow"}))
	links := save("links.tar", imagetest.Tar(t, pkg, imagetest.File{Name: "a", Link: "b"},
		imagetest.File{Name: "b", Link: "/a"}, imagetest.File{Name: "etc/os-release", Link: "/etc/os-release"},
		imagetest.File{Name: "var/lib/dpkg", Link: "../../../../../../var/lib/dpkg"}))
	dpkg := save("dpkg.tar", imagetest.Tar(t, pkg, file("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
		file("var/lib/dpkg/status", "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\n\nPackage: "+
			"broken\n\x00\xff no field\n\nPackage: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\n")))
	rpm := save("rpm.tar", imagetest.Tar(t, pkg, file("etc/os-release", "ID=rocky\nVERSION_ID=9\n"),
		file("var/lib/rpm/rpmdb.sqlite", "SQLite format 3\x00"+strings.Repeat("\xff", 9000))))
	empty := write("folder.tar/x", nil)
	vuln := func(ref string) []string { return []string{"vuln", ref} }
	return []badInput{
		{"truncated archive", vuln(cut), 3, []string{"cut.tar", "cut off", "manifest"}, []string{goodURL}, 120},
		{"truncated gzip layer", vuln(truncatedGzip(t, write)), 3, []string{"gz.tar", "layer 1", "cut off"},
			[]string{goodURL}, 120},
		{"not a tar", vuln("docker-archive:" + write("text.tar", []byte("hello\n"))), 3,
			[]string{"text.tar", "not a tar"}, nil, 120},
		{"a tar of something else", vuln("docker-archive:" + write("other.tar", imagetest.Tar(t, file("x", "y")))), 3,
			[]string{"other.tar", "not an image archive"}, nil, 120},
		{"a folder as archive", vuln("docker-archive:" + filepath.Dir(empty)), 3, []string{"folder.tar"}, nil, 120},
		{"no such file", vuln("docker-archive:none.tar"), 3, []string{"none.tar", "no such file"}, nil, 120},
		{"wrong digest", append(vuln(changed), "--verify"), 3, []string{"changed.tar", "layer 2", "digest"},
			[]string{goodURL}, 120},
		{"path traversal", vuln(paths), 3, []string{"paths.tar", "etc/cron.d/evil", "leads out of the image"},
			[]string{goodURL}, 120},
		{"absolute and looping links", vuln(links), 0, nil, []string{goodURL}, 120},
		{"corrupt dpkg status", vuln(dpkg), 3, []string{"dpkg.tar", "var/lib/dpkg/status: line 6"},
			[]string{goodURL, "pkg:deb/debian/libc6@2.36-9?distro=debian-12",
				"pkg:deb/debian/zlib1g@1:1.2.13?distro=debian-12"}, 120},
		{"corrupt rpm database", vuln(rpm), 3, []string{"rpm.tar", "var/lib/rpm/rpmdb.sqlite"}, []string{goodURL}, 120},
		{"sparse file of 10 GB", vuln(sparse(t, dir)), 3,
			[]string{"sparse.tar", "var/lib/dpkg/status: 10737418240 bytes"}, []string{goodURL}, 120},
		{"decompression bomb", vuln(bomb(t, write)), 3, []string{"bomb.tar", "decompression bomb"}, []string{goodURL},
			160},
		{"SBOM of 100 MB", vuln("sbom:" + largeSBOM(t, dir)), 0, nil, []string{goodURL, "pkg:npm/p249000@1.0.0"}, 900},
		{"SBOM that breaks off",
			vuln("sbom:" + write("cut.json",
				[]byte("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\",\n\"components\": [\n{\"type\": "+
					"\"library\", \"name\": \"good\", \"version\": \"1.0.0\", \"purl\": \""+goodURL+
					"\"},\n{\"type\": \"lib"))),
			3, []string{"cut.json:4", "cut off"}, []string{goodURL}, 120},
		{"SBOM that is none", vuln("sbom:" + write("none.json", []byte("{\"a\": 1}"))), 3,
			[]string{"none.json", "SBOM"}, nil, 120},
		{"invalid YAML", []string{"scan",
			filepath.Dir(write("yaml/compose.yaml", []byte("services:\n  app:\n    image: [nginx\n  b: {\n")))}, 3,
			[]string{"compose.yaml:"}, nil, 160},
		{"YAML that is a bomb", []string{"scan", filepath.Dir(write("bomb/compose.yaml", []byte(yamlBomb())))}, 3,
			[]string{"compose.yaml"}, nil, 300},
	}
}

// truncatedGzip is an image whose one gzip layer ends in the middle.
func truncatedGzip(t *testing.T, write func(string, []byte) string) string {
	t.Helper()
	var filling strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&filling, "%x", i*i*7919)
	}
	layer := imagetest.Tar(t, imagetest.File{Name: "app/node_modules/good/package.json", Data: good},
		imagetest.File{Name: "etc/filling", Data: filling.String()})
	return write("gz.tar", oneLayer(t, packed(t, bytes.NewReader(layer))[:40000]))
}

// bomb is an image whose layer of some MB unpacks to nine gigabytes of nothing.
func bomb(t *testing.T, write func(string, []byte) string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("absent: time")
	}
	var head bytes.Buffer
	w := tar.NewWriter(&head)
	if err := w.WriteHeader(&tar.Header{Name: "app/node_modules/good/package.json", Size: int64(len(good)),
		Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, good); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteHeader(&tar.Header{Name: "zeros", Size: 40 << 30, Mode: 0o644,
		Format: tar.FormatGNU}); err != nil {
		t.Fatal(err)
	}
	// One member of 32 MB of zeros, many times: gzip goes on where a member ends.
	zeros := packed(t, io.LimitReader(zeroes{}, 32<<20))
	layer := packed(t, bytes.NewReader(head.Bytes()))
	for range 40 << 30 / (32 << 20) {
		layer = append(layer, zeros...)
	}
	return write("bomb.tar", oneLayer(t, layer))
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func packed(t *testing.T, r io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(z, r); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const oneConfig = `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}`

func oneLayer(t *testing.T, layer []byte) []byte {
	return imagetest.Tar(t, imagetest.File{Name: "l/layer.tar", Data: string(layer)},
		imagetest.File{Name: "c.json", Data: oneConfig},
		imagetest.File{Name: "manifest.json",
			Data: `[{"Config":"c.json","RepoTags":["app:1"],"Layers":["l/layer.tar"]}]`})
}

// sparse is an image archive of 10 GB that takes next to nothing on the disk: a package database that is a hole.
func sparse(t *testing.T, dir string) string {
	t.Helper()
	const huge = 10 << 30
	f, err := os.Create(filepath.Join(dir, "sparse.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var off int64
	entry := func(name string, size int64, data string) {
		var b bytes.Buffer
		if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o644,
			Format: tar.FormatGNU}); err != nil {
			t.Fatal(err)
		}
		b.WriteString(data)
		if _, err := f.WriteAt(b.Bytes(), off); err != nil {
			t.Fatal(err)
		}
		if data == "" && size > huge {
			size = 0 // a layer: what it holds follows
		}
		off += 512 + (size+511)/512*512
	}
	entry("l/layer.tar", 512+huge+512+512+1024, "")
	entry("var/lib/dpkg/status", huge, "")
	entry("app/node_modules/good/package.json", int64(len(good)), good)
	off += 1024
	entry("c.json", int64(len(oneConfig)), oneConfig)
	manifest := `[{"Config":"c.json","Layers":["l/layer.tar"]}]`
	entry("manifest.json", int64(len(manifest)), manifest)
	if err := f.Truncate(off + 1024); err != nil {
		t.Skipf("absent: a file system with sparse files: %v", err)
	}
	return "sparse.tar"
}

// largeSBOM has as many packages as are read, and 100 MB.
func largeSBOM(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "large.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintf(f,
		`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"good","version":"1.0.0","purl":%q}`, goodURL)
	filling := strings.Repeat("x", 300)
	for i := range 249_500 {
		fmt.Fprintf(f, ",\n"+
			`{"type":"library","name":"p%d","version":"1.0.0","purl":"pkg:npm/p%d@1.0.0","description":%q}`, i, i,
			filling)
	}
	if _, err := f.WriteString("]}"); err != nil {
		t.Fatal(err)
	}
	if st, err := f.Stat(); err != nil || st.Size() < 100_000_000 {
		t.Fatalf("%d bytes, %v", st.Size(), err)
	}
	return "large.json"
}

// yamlBomb is ten anchors, each of which is ten times the one before.
func yamlBomb() string {
	var b strings.Builder
	b.WriteString("x0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "x%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10),
			", "))
	}
	return b.String() + "services:\n  app:\n    image: nginx\n    command: *a9\n"
}

// Advisories that are none are passed over by name, and what is right among them is used.
func TestBadAdvisories(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(t.TempDir(), "home")
	t.Setenv("DRYDOCK_HOME", home)
	bad := func(name string, records map[string]string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, data := range records {
			w, err := z.Create(name)
			if err == nil {
				_, err = io.WriteString(w, data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name, "npm", "all.zip")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	record := `{"id":"GHSA-good","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"good"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`
	some := bad("some", map[string]string{"GHSA-good.json": record, "GHSA-bad.json": "{\n  \"id\": oops",
		"GHSA-none.json": `{"modified":"2026-01-01T00:00:00Z"}`})
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"db", "import", some}, nil, &out, &errs); code != clierr.ExitOK {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	if s := out.String() + errs.String(); !strings.Contains(s, "GHSA-bad.json") {
		t.Errorf("the bad record is not named: %s", s)
	}
	for name, spoil := range map[string]func(string){
		"no records": func(string) {},
		"no zip": func(root string) {
			_ = os.WriteFile(filepath.Join(root, "npm", "all.zip"), []byte("no zip"), 0o644)
		},
	} {
		root := bad(strings.ReplaceAll(name, " ", "-"), nil)
		spoil(root)
		out.Reset()
		errs.Reset()
		if code := run(t.Context(), []string{"db", "import", root}, nil, &out, &errs); code != clierr.ExitInput ||
			errs.Len() == 0 {
			t.Errorf("%s: exit %d: %s", name, code, errs.String())
		}
	}
	// What was imported before is still in use.
	out.Reset()
	if code := run(t.Context(), []string{"db", "status"}, nil, &out, &errs); code != clierr.ExitOK ||
		!strings.Contains(out.String(), some) {
		t.Errorf("exit %d: %s", code, out.String())
	}
}
