package dockerapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"

	"github.com/drydock/drydock/internal/clierr"
)

// engine is a fake engine that speaks only API version v.
func engine(t *testing.T, v string) (addr string, pings *int) {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("API-Version", v)
		w.Header().Set("OSType", "linux")
		fmt.Fprint(w, "OK")
	}))
	t.Cleanup(s.Close)
	return "tcp://" + strings.TrimPrefix(s.URL, "http://"), &n
}

// home gives the test a docker configuration of its own.
func home(t *testing.T, files map[string]string) {
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old := config.Dir()
	config.SetDir(dir)
	t.Cleanup(func() { config.SetDir(old) })
	for _, e := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION", "DOCKER_CERT_PATH",
		"DOCKER_TLS_VERIFY"} {
		t.Setenv(e, "")
	}
}

func contextFile(name, host string) (path, text string) {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join("contexts", "meta", hex.EncodeToString(sum[:]), "meta.json"),
		fmt.Sprintf(`{"Name":%q,"Metadata":{},"Endpoints":{"docker":{"Host":%q,"SkipTLSVerify":false}}}`, name, host)
}

func TestConnectChoosesAsDockerDoes(t *testing.T) {
	byHost, nHost := engine(t, "1.41")
	byEnvContext, nEnv := engine(t, "1.44")
	byCurrent, nCurrent := engine(t, "1.47")
	p1, m1 := contextFile("fromenv", byEnvContext)
	p2, m2 := contextFile("current", byCurrent)
	files := map[string]string{p1: m1, p2: m2, "config.json": `{"currentContext":"current"}`}

	for _, c := range []struct {
		name, host, context, want, version string
		pings                              *int
	}{
		{"the current context", "", "", byCurrent, "1.47", nCurrent},
		{"DOCKER_CONTEXT before the current context", "", "fromenv", byEnvContext, "1.44", nEnv},
		{"DOCKER_HOST before both", byHost, "fromenv", byHost, "1.41", nHost},
	} {
		t.Run(c.name, func(t *testing.T) {
			home(t, files)
			t.Setenv("DOCKER_HOST", c.host)
			t.Setenv("DOCKER_CONTEXT", c.context)
			before := *c.pings
			cli, err := Connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer cli.Close()
			if cli.DaemonHost() != c.want || cli.ClientVersion() != c.version || *c.pings == before {
				t.Errorf("connected to %s, version %s, %d pings; want %s, %s", cli.DaemonHost(), cli.ClientVersion(),
					*c.pings-before, c.want, c.version)
			}
		})
	}
}

func TestConnectTellsWhatIsWrong(t *testing.T) {
	t.Run("no engine there", func(t *testing.T) {
		home(t, nil)
		t.Setenv("DOCKER_HOST", "unix:///nonexistent/engine.sock")
		_, err := Connect(context.Background())
		if err == nil || !strings.Contains(err.Error(), "/nonexistent/engine.sock") || clierr.Hint(err) == "" ||
			clierr.Code(err) != clierr.ExitInput {
			t.Errorf("error %v, hint %q", err, clierr.Hint(err))
		}
	})
	t.Run("a context that is not there", func(t *testing.T) {
		home(t, nil)
		t.Setenv("DOCKER_CONTEXT", "missing")
		_, err := Connect(context.Background())
		if err == nil || !strings.Contains(err.Error(), "missing") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a broken configuration", func(t *testing.T) {
		home(t, map[string]string{"config.json": "{"})
		_, err := Connect(context.Background())
		if err == nil || !strings.Contains(err.Error(), "config.json") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("an engine too old to talk to", func(t *testing.T) {
		home(t, nil)
		host, _ := engine(t, "1.24")
		t.Setenv("DOCKER_HOST", host)
		if _, err := Connect(context.Background()); err == nil {
			t.Error("no error")
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		home(t, nil)
		host, _ := engine(t, "1.41")
		t.Setenv("DOCKER_HOST", host)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Connect(ctx); err != context.Canceled {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
}
