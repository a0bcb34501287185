package verify

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// certificate makes one for a host, signed by itself, and writes it with its key below dir.
func certificate(t *testing.T, dir, host string) (ca []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, data := range map[string][]byte{"cert.pem": ca,
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: k})} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return ca
}

// TestAskBehindTLSAndLogin asks a real Traefik's API that is served by a router, with a login and a certificate of the
// user's own.
func TestAskBehindTLSAndLogin(t *testing.T) {
	dir := t.TempDir()
	ca := certificate(t, dir, "api.example.com")
	const password = "CANARY-password"
	sum := sha1.Sum([]byte(password))
	rig := traefiktest.Start(t, traefiktest.Setup{
		Tool: "traefik", EntryPoints: []string{"web", "websecure"},
		Flags: []string{"--providers.docker.exposedbydefault=false"},
		File: fmt.Sprintf("http: {middlewares: {x: {headers: {frameDeny: true}}}, routers: {x: {rule: "+
			"\"Host(`x`)\", service: noop@internal}}}\ntls: {stores: {default: {defaultCertificate: {certFile: "+
			"%s/cert.pem, keyFile: %s/key.pem}}}}\n", dir, dir),
		Containers: []traefiktest.Container{{Name: "x", Labels: map[string]string{
			"traefik.enable": "true", "traefik.http.routers.api.rule": "Host(`api.example.com`)",
			"traefik.http.routers.api.entrypoints": "websecure", "traefik.http.routers.api.tls": "true",
			"traefik.http.routers.api.service": "api@internal", "traefik.http.routers.api.middlewares": "login",
			"traefik.http.middlewares.login.basicauth.users": "ops:{SHA}" + base64.StdEncoding.EncodeToString(sum[:]),
		}}},
	})
	url := fmt.Sprintf("https://127.0.0.1:%d", rig.Ports["websecure"])
	ctx := context.Background()
	for name, c := range map[string]struct {
		api  API
		hint string // "" where it answers
	}{
		"right": {API{URL: url, Host: "api.example.com", User: "ops", Password: password, CA: ca}, ""},
		"its dashboard": {API{URL: url + "/dashboard/#/http", Host: "api.example.com", User: "ops", Password: password,
			CA: ca}, ""},
		"no password":  {API{URL: url, Host: "api.example.com", CA: ca}, "--traefik-user"},
		"other host":   {API{URL: url, Host: "x", CA: ca}, "--traefik-host"},
		"no authority": {API{URL: url, Host: "api.example.com", User: "ops", Password: password}, "--traefik-ca"},
		"not there":    {API{URL: fmt.Sprintf("http://127.0.0.1:%d", rig.Ports["web"])}, "No API is served"},
	} {
		live, err := c.api.Ask(ctx)
		if c.hint == "" {
			if err != nil || live.Routers["api@docker"].Service == "" {
				t.Errorf("%s: %v %v", name, live, err)
			}
			continue
		}
		if err == nil || !strings.Contains(clierr.Hint(err), c.hint) {
			t.Errorf("%s: %v, hint %q", name, err, clierr.Hint(err))
		} else if strings.Contains(fmt.Sprint(err, clierr.Hint(err)), password) {
			t.Errorf("%s: the password is told", name)
		}
	}
}

// TestAskTeaches tells what to do about every way in which an address is not an API's.
func TestAskTeaches(t *testing.T) {
	for status, hint := range map[int]string{http.StatusForbidden: "this machine's address",
		http.StatusMovedPermanently: "redirects", http.StatusNotFound: "api: true",
		http.StatusOK: "router to api@internal"} {
		srv := httptest.NewServer(
			http.HandlerFunc(func(w http.ResponseWriter,
				_ *http.Request) {
				w.WriteHeader(status)
				w.Write([]byte("{}"))
			}))
		if _, err := (&API{URL: srv.URL}).Ask(context.Background()); err == nil ||
			!strings.Contains(clierr.Hint(err), hint) {
			t.Errorf("%d: %v, hint %q", status, err, clierr.Hint(err))
		}
		if _, err := (&API{URL: strings.Replace(srv.URL, "http:", "https:", 1)}).Ask(
			context.Background()); err == nil || !strings.Contains(clierr.Hint(err), "write http://") {
			t.Errorf("plain HTTP: %v, hint %q", err, clierr.Hint(err))
		}
		srv.Close()
		if _, err := (&API{URL: srv.URL}).Ask(context.Background()); err == nil ||
			!strings.Contains(clierr.Hint(err), "published to this machine") {
			t.Errorf("closed: %v, hint %q", err, clierr.Hint(err))
		}
	}
	for _, url := range []string{"", "127.0.0.1:8080", "ftp://x", "http://user:CANARY@%zz"} {
		if _, err := (&API{URL: url}).Ask(context.Background()); err == nil || clierr.Hint(err) == "" ||
			strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
