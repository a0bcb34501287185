package imagegate

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// Newer is a later version of the same kind and major version, slimmer a smaller kind of the very version.
func TestOtherTags(t *testing.T) {
	held := []otherTag{
		{"3.11", 1000}, {"3.11-slim", 150}, {"3.11-alpine", 60}, {"3.12", 1010}, {"3.13", 1020}, {"3.14-rc1", 1030},
		{"3.13-slim", 151},
		{"4.0", 900}, {"latest", 1020}, {"3.9.1", 980}, {"3.11.4-slim", 149}, {"3.11.0", 1000},
	}
	for current, want := range map[string][2]string{
		"3.11":      {"3.13", "3.11-alpine"},
		"3.11-slim": {"3.13-slim", "3.11-alpine"},
		"3.13":      {"", "3.13-slim"},
		"3.9.1":     {"3.13", ""},
		"4.0":       {"", ""},
		"latest":    {"", ""},
		"3.10":      {"", ""}, // not held, so that there is nothing to compare with
	} {
		newer, slimmer := otherTags(current, held)
		if newer != want[0] || slimmer != want[1] {
			t.Errorf("%s: %q and %q, not %q", current, newer, slimmer, want)
		}
	}
}

func TestOtherBaseSaysWhatItMends(t *testing.T) {
	tags := []otherTag{{"3.11", 1_000_000_000}, {"3.11-slim", 150_000_000}}
	held := engineShelf(nil)
	f, ok := held.otherBase("python", "3.11", "3.11-slim", tags, []string{"CVE-1", "CVE-2", "CVE-3"},
		[]string{"CVE-3", "CVE-4"})
	if !ok || f.Title != "python:3.11-slim is held here: 2 of the base's 3 vulnerabilities fewer, 150.0 MB instead "+
		"of 1.0 GB" {
		t.Errorf("%v %s", ok, f.Title)
	}
	if got := strings.Join(f.Evidence, "; "); got != "it would fix CVE-1 and CVE-2; it would bring CVE-4" {
		t.Error(got)
	}
	if _, ok := held.otherBase("python", "3.11-slim", "3.11", tags, []string{"CVE-3"}, []string{"CVE-3", "CVE-4"}); ok {
		t.Error("a larger image that fixes nothing is no better")
	}
}

// published is a registry with tags of team/base, whose images differ in one package and in size. asked counts what it
// is asked.
func published(t *testing.T, opensslOf map[string]string) (host string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	h := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	host = strings.TrimPrefix(s.URL, "http://")
	for tag, version := range opensslOf {
		files := []imagetest.File{
			{Name: "etc/os-release", Data: "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n"},
			{Name: "var/lib/dpkg/status", Data: fmt.Sprintf("Package: openssl\nStatus: install ok installed\n"+
				"Architecture: amd64\nVersion: %s\n\n", version)},
		}
		if !strings.Contains(tag, "slim") {
			for i := range 4000 { // text that packs badly
				files = append(files, imagetest.File{Name: fmt.Sprintf("usr/share/%d", i*i*7919)})
			}
		}
		ref, err := name.ParseReference(host + "/team/base:" + tag)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, imagetest.Image(t, [][]byte{imagetest.Tar(t, files...)})); err != nil {
			t.Fatal(err)
		}
	}
	asked.Store(0)
	return host, asked
}

// onBase runs the gate on a project that stands on an image.
func onBase(t *testing.T, base string, opt gate.Options) *gate.Result {
	t.Helper()
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"compose.yaml": "services: {app: {build: .}}\n",
		"Dockerfile": "FROM " + base + "\nCOPY . .\n", "requirements.txt": "flask==3.0.0\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opt.Offline, opt.Now = true, time.Now
	res, err := run(t.Context(), target.Resolve(t.Context(), target.Inputs{Args: []string{"."}}), &opt)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func titles(res *gate.Result) (found, said []string) {
	for i := range res.Findings {
		if f := &res.Findings[i]; f.Rule == publishedBaseRule.ID {
			found = append(found, fmt.Sprintf("%s:%d %s", f.Location.Path, f.Location.Line, f.Title))
		}
	}
	for _, w := range res.Warnings {
		if strings.Contains(w.Text, "could not be told") {
			said = append(said, w.Text)
		}
	}
	return found, said
}

// The registry is asked where the user says so and at no other time, and what it does not answer is told.
func TestRegistryTags(t *testing.T) {
	host, asked := published(t, map[string]string{
		"2.1": "3.0.9-1", "2.3": "3.0.19-1~deb12u2", "2.2": "3.0.11-1~deb12u2", "3.0": "3.0.19-1~deb12u2",
		"2.4-rc1": "3.0.19-1~deb12u2", "2.1-slim": "3.0.9-1", "2.3-slim": "3.0.9-1", "latest": "3.0.9-1",
	})
	base := host + "/team/base:2.1"
	if found, said := titles(onBase(t, base, gate.Options{})); len(found)+len(said) > 0 || asked.Load() > 0 {
		t.Errorf("asked %d times without being told to: %v %v", asked.Load(), found, said)
	}
	res := onBase(t, base, gate.Options{RegistryTags: true})
	found, said := titles(res)
	if len(found) != 2 || len(said) > 0 ||
		!strings.HasPrefix(found[0], "Dockerfile:1 "+host+"/team/base:2.3 is published: ") ||
		strings.Contains(found[0], ": 0 of the base's") ||
		!strings.Contains(found[1], "/team/base:2.1-slim is published: 0 of") ||
		!strings.Contains(found[1], " to pull instead of ") {
		t.Errorf("%q %q", found, said)
	}
	if asked.Load() > 60 {
		t.Errorf("asked %d times", asked.Load())
	}
	if found, said := titles(onBase(t, host+"/team/none:1", gate.Options{RegistryTags: true})); len(found) > 0 ||
		len(said) != 1 || !strings.Contains(said[0], "NAME_UNKNOWN") {
		t.Errorf("a repository that is not there: %q %q", found, said)
	}
	if found, said := titles(onBase(t, "127.0.0.1:1/team/base:1", gate.Options{RegistryTags: true})); len(found) > 0 ||
		len(said) != 1 || !strings.Contains(said[0], "refused") {
		t.Errorf("no registry: %q %q", found, said)
	}
}

// A list of tags without end ends.
func TestRegistryTagsWithoutEnd(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/tags/list") {
			return
		}
		if strings.Contains(r.URL.Path, "pages") {
			w.Header().Set("Link", "<"+r.URL.Path+"?last=x>; rel=next")
			fmt.Fprint(w, `{"tags":["1.0"]}`)
			return
		}
		fmt.Fprint(w, `{"tags":["1.0"`)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat(`,"1.0"`, 10000)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	for repository, want := range map[string]string{"bytes": "longer than any", "pages": "more than the"} {
		_, said := titles(onBase(t, host+"/team/"+repository+":1.0", gate.Options{RegistryTags: true}))
		if len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("%s: %q", repository, said)
		}
	}
}
