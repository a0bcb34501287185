package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/output"
)

// canary is a secret that stands in every kind of input below; it must stand in no output.
const canary = "cAnArY7f3a91"

// tokenCanary has the form that GitHub gives its tokens: what knows secrets by their form must not show it either. It is
// put together here, so that no scanner takes this file for a leak.
var tokenCanary = "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"

// TestNoSecretLeaves plants the canary in environment values, build arguments, headers, password hashes, .env files,
// Dockerfiles and an image's configuration, and looks for it in every format, on both streams.
func TestNoSecretLeaves(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("DRYDOCK_HOME", filepath.Join(dir, "home"))
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(dir, "none.sock"))
	t.Setenv("SECRET_FROM_ENV", canary)
	for name, text := range map[string]string{
		"docker-compose.yml": `
services:
  traefik:
    image: traefik:v3.3
    command: ["--providers.docker=true", "--entrypoints.https.address=:443"]
    environment:
      CF_API_KEY: ` + canary + `
  web:
    image: web:latest
    build:
      context: .
      args:
        TOKEN: ` + canary + `
    environment:
      - PASSWORD=` + canary + `
      - FROM_DOTENV=${FROM_DOTENV}
      - FROM_ENV=${SECRET_FROM_ENV}
    env_file: secrets.env
    labels:
      - traefik.enable=true
      - traefik.http.routers.web-https.rule=Host(` + "`web.example.org`" + `) && Header(` + "`X-Key`, `${SECRET_FROM_ENV}`" + `)
      - traefik.http.routers.web-https.entrypoints=https
      - traefik.http.routers.web-https.tls=true
      - traefik.http.routers.web-https.middlewares=auth,head
      - traefik.http.middlewares.auth.basicauth.users=admin:` + canary + `
      - traefik.http.middlewares.head.headers.customrequestheaders.X-Token=` + canary + `
`,
		".env":        "FROM_DOTENV=" + canary + "\n",
		"secrets.env": "OTHER=" + canary + "\n",
		"Dockerfile": "FROM python:3.11\nARG PASSWORD=" + canary + "\nENV API_TOKEN=" + canary +
			"\nRUN curl -u admin:" + canary + " http://example.org/x | sh\nCOPY . .\nCMD python app.py\n",
		"requirements.txt": "--extra-index-url https://user:" + canary + "@packages.example.org/simple\nflask==2.2.2\n",
		"app.py": "import requests\npassword = \"" + canary + "\"\n" +
			"requests.get('https://example.org/?t=" + tokenCanary + "', verify=False)\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	archive := filepath.Join(dir, "image.tar")
	writeArchive(t, archive)
	for _, f := range output.Formats {
		for _, args := range [][]string{
			{"scan", dir, "--format", f.Name, "--all"},
			{"scan", "docker-archive:" + archive, "--format", f.Name},
			{"sbom", "docker-archive:" + archive, "--format", f.Name},
			{"access", dir, "--format", f.Name},
		} {
			var out, errs bytes.Buffer
			run(context.Background(), args, strings.NewReader(""), &out, &errs)
			for stream, b := range map[string]*bytes.Buffer{"output": &out, "error": &errs} {
				for _, secret := range []string{canary, tokenCanary} {
					if i := bytes.Index(b.Bytes(), []byte(secret)); i >= 0 {
						t.Errorf("%q: the secret is on standard %s: …%s…", args[:1:1], stream,
							b.Bytes()[max(0, i-160):min(b.Len(), i+40)])
					}
				}
			}
			if out.Len() == 0 && f.Name != "table" && args[0] != "sbom" {
				t.Errorf("%v prints nothing: %s", args, errs.String())
			}
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "home", "cache", "last-report.json")); err != nil ||
		bytes.Contains(b, []byte(canary)) {
		t.Errorf("the last report holds the secret, or is not there: %v", err)
	}
	inCache(t, filepath.Join(dir, "home"))
}

// inCache looks for the token in everything that the runs left behind.
func inCache(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(tokenCanary)) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// writeArchive writes an image as `docker save` does, with the canary in its configuration and history.
func writeArchive(t *testing.T, path string) {
	t.Helper()
	var layer bytes.Buffer
	lw := tar.NewWriter(&layer)
	put(t, lw, "etc/os-release", []byte("ID=debian\nVERSION_ID=\"12\"\n"))
	put(t, lw, "app/secret.env", []byte("KEY="+canary+"\n"))
	put(t, lw, "var/lib/dpkg/status",
		[]byte("Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.9-1\n\n"))
	if err := lw.Close(); err != nil {
		t.Fatal(err)
	}
	diff := sha256.Sum256(layer.Bytes())
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux",
		"config": map[string]any{"Env": []string{"TOKEN=" + canary}, "Labels": map[string]string{"token": canary}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(diff[:])}},
		"history": []map[string]any{{"created_by": "/bin/sh -c #(nop) ENV TOKEN=" + canary, "empty_layer": true},
			{"created_by": "RUN |1 TOKEN=" + canary + " /bin/sh -c make # buildkit"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{"web:latest"},
		"Layers": []string{"layer.tar"}}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	put(t, w, "layer.tar", layer.Bytes())
	put(t, w, "config.json", config)
	put(t, w, "manifest.json", manifest)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, w *tar.Writer, name string, b []byte) {
	t.Helper()
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(b))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
}
