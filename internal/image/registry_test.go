package image

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/image/imagetest"
)

// guard stands before a registry: it wants a login, as a user with a password or with a token that it hands out for
// one, and fails the first request of each kind.
type guard struct {
	http.Handler
	token bool
	fail  int // status of the first request of each path, 0 for none

	mu     sync.Mutex
	seen   map[string]bool
	logins int
}

const (
	guardUser   = "robot"
	guardSecret = "canary-registry-secret"
)

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	first := !g.seen[r.URL.Path]
	g.seen[r.URL.Path] = true
	g.mu.Unlock()
	user, secret, ok := r.BasicAuth()
	ok = ok && user == guardUser && secret == guardSecret
	switch {
	case r.URL.Path == "/token":
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		g.logins++
		fmt.Fprint(w, `{"token":"one-time"}`)
		return
	case g.token && r.Header.Get("Authorization") != "Bearer one-time":
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	case !g.token && !ok:
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	case first && g.fail != 0 && r.URL.Path != "/v2/":
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(g.fail)
		return
	}
	g.Handler.ServeHTTP(w, r)
}

// guarded is a registry that holds app:1 for two platforms, and its guard.
func guarded(t *testing.T) (host string, g *guard) {
	t.Helper()
	h := registry.New(registry.Logger(silent()))
	open := httptest.NewServer(h)
	defer open.Close()
	arm := imagetest.Image(t, [][]byte{imagetest.Tar(t, file{Name: "arm", Data: "x"})})
	ix := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: twoLayers(t),
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: arm,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}}})
	ref, err := name.ParseReference(strings.TrimPrefix(open.URL, "http://") + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, ix); err != nil {
		t.Fatal(err)
	}
	g = &guard{Handler: h, seen: map[string]bool{}}
	s := httptest.NewServer(g)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), g
}

// The credentials of `docker login` open a registry, where they stand in its file and where a helper keeps them; what
// passes is tried again.
func TestRegistryLogin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("absent: a shell for the credential helper")
	}
	bin := t.TempDir()
	helper := "#!/bin/sh\necho '{\"Username\":\"" + guardUser + "\",\"Secret\":\"" + guardSecret + "\"}'\n"
	if err := os.WriteFile(filepath.Join(bin, "docker-credential-drydocktest"), []byte(helper), 0o755); err != nil {
		t.Fatal(err)
	}
	auth := base64.StdEncoding.EncodeToString([]byte(guardUser + ":" + guardSecret))
	for _, c := range []struct {
		name, config string
		token        bool
		fail         int
	}{
		{"file, password", `{"auths":{"HOST":{"auth":"` + auth + `"}}}`, false, 0},
		{"file, token", `{"auths":{"HOST":{"auth":"` + auth + `"}}}`, true, 0},
		{"helper of the registry", `{"credHelpers":{"HOST":"drydocktest"}}`, true, 0},
		{"helper of all", `{"credsStore":"drydocktest"}`, false, 0},
		{"busy", `{"credsStore":"drydocktest"}`, false, http.StatusTooManyRequests},
		{"out of order", `{"credsStore":"drydocktest"}`, false, http.StatusServiceUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			host, g := guarded(t)
			g.token, g.fail = c.token, c.fail
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "config.json"),
				[]byte(strings.ReplaceAll(c.config, "HOST", host)), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("DOCKER_CONFIG", dir)
			t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			if got, err := list(t,
				open(t, "registry:"+host+"/team/app:1", Options{Platform: "linux/amd64"})); err != nil ||
				got != wantEntries {
				t.Errorf("%v\n%s", err, got)
			}
			if c.fail != 0 {
				return
			}
			for platform, want := range map[string]string{"linux/arm64": "1 file arm 644 \"x\"\n",
				"linux/arm64/v8": "1 file arm 644 \"x\"\n"} {
				if got, err := list(t,
					open(t, "registry:"+host+"/team/app:1", Options{Platform: platform})); err != nil || got != want {
					t.Errorf("%s: %v\n%s", platform, err, got)
				}
			}
			_, err := Open(context.Background(), "registry:"+host+"/team/app:1", Options{Platform: "linux/s390x"})
			if clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), "linux/arm64/v8") {
				t.Errorf("a platform that is not there: %v", err)
			}
		})
	}
}

// Without credentials the error says what is wanted, and never shows any.
func TestRegistryRefuses(t *testing.T) {
	host, _ := guarded(t)
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	for _, config := range []string{`{}`, `{"auths":{"` + host + `":{"auth":"` +
		base64.StdEncoding.EncodeToString([]byte("robot:canary-wrong")) + `"}}}`} {
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(context.Background(), "registry:"+host+"/team/app:1", Options{})
		if clierr.Code(err) != clierr.ExitInput || !strings.Contains(clierr.Hint(err), "docker login") ||
			strings.Contains(err.Error(), "canary") {
			t.Errorf("%v, hint %q", err, clierr.Hint(err))
		}
	}
	if _, err := Open(context.Background(), "registry:Not A Reference", Options{}); clierr.Code(
		err) != clierr.ExitUsage {
		t.Error(err)
	}
}
