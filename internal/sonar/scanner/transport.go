package scanner

import (
	"archive/zip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/sonar/provision"
)

// maxTrust bounds a file of certificates.
const maxTrust = 16 << 20

// Client is an HTTP client that trusts whom the scanner was told to trust: the system's certificates, a truststore,
// files that other programs' variables name, and what the engine file carries, which the scanner got over a
// connection that it
// had verified. Problems with single files are told, and the rest is used.
func (p Properties) Client(engine string, getenv func(string) string) (*http.Client, []error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	var problems []error
	addPEM := func(name string, data []byte, err error) {
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %s", name, clierr.Reason(err)))
		case len(data) > 0 && !pool.AppendCertsFromPEM(data):
			problems = append(problems, fmt.Errorf("%s holds no certificate in PEM", name))
		}
	}
	if data, err := engineEntry(engine, provision.EngineCA); err == nil {
		addPEM("the engine file", data, nil)
	}
	for _, variable := range []string{"REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} {
		if name := getenv(variable); name != "" {
			data, err := bounded.ReadFile(name, maxTrust)
			addPEM(variable, data, err)
		}
	}
	for _, store := range p.truststores(getenv) {
		data, err := bounded.ReadFile(store.path, maxTrust)
		if err != nil {
			if !store.optional {
				problems = append(problems, fmt.Errorf("%s: %s", store.path, clierr.Reason(err)))
			}
			continue
		}
		certs, err := pkcs12.DecodeTrustStore(data, store.password)
		if err != nil && !javasOwn(store.path) {
			problems = append(problems, fmt.Errorf("%s: %v", store.path, err))
		}
		for _, c := range certs {
			pool.AddCert(c)
		}
	}
	transport := &http.Transport{
		Proxy:                 p.proxy(),
		TLSClientConfig:       &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:     true,
		ResponseHeaderTimeout: 5 * time.Minute,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	}
	return &http.Client{Transport: transport}, problems
}

// truststore is a PKCS #12 file as keytool makes it.
type truststore struct {
	path, password string
	optional       bool
}

func (p Properties) truststores(getenv func(string) string) []truststore {
	var out []truststore
	if path := p["sonar.scanner.truststorePath"]; path != "" {
		out = append(
			out,
			truststore{path: path, password: orDefault(p["sonar.scanner.truststorePassword"], "changeit")},
		)
	}
	home := p["sonar.userHome"]
	if home == "" {
		home = getenv("SONAR_USER_HOME")
	}
	if home == "" {
		if dir, err := os.UserHomeDir(); err == nil {
			home = filepath.Join(dir, ".sonar")
		}
	}
	if home != "" {
		out = append(
			out,
			truststore{path: filepath.Join(home, "ssl", "truststore.p12"), password: "changeit", optional: true},
		)
	}
	return out
}

// javasOwn reports whether a truststore is the one of a Java, which the scanner names where it was told of none: the
// system's certificates stand for it.
func javasOwn(path string) bool {
	return filepath.Base(path) == "cacerts" && filepath.Base(filepath.Dir(path)) == "security"
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// proxy is the proxy of the properties, else that of the environment. A port without a host, as pysonar sends it, is
// none.
func (p Properties) proxy() func(*http.Request) (*url.URL, error) {
	host := p["sonar.scanner.proxyHost"]
	if host == "" {
		return http.ProxyFromEnvironment
	}
	u := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, orDefault(p["sonar.scanner.proxyPort"], "80"))}
	if user := p["sonar.scanner.proxyUser"]; user != "" {
		u.User = url.UserPassword(user, p["sonar.scanner.proxyPassword"])
	}
	return http.ProxyURL(u)
}

// engineEntry reads an entry of the engine file.
func engineEntry(engine, name string) ([]byte, error) {
	r, err := zip.OpenReader(engine)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, maxTrust)
}

// Reach finds the address that the server is really at: a plain one may lead to TLS, and a report that is sent there
// as it
// is would become a request without it. Only an address of the same name, or the one that the engine file gives, is
// followed; the token goes nowhere else.
func (j *Job) Reach(ctx context.Context, client *http.Client, engine string) error {
	own, _ := engineEntry(engine, provision.EngineServer)
	probe := *client
	probe.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return errors.New("it leads from one address to the next")
		}
		given, err := url.Parse(strings.TrimSpace(string(own)))
		if r.URL.Hostname() == j.Server.Hostname() || err == nil && given.Host != "" && r.URL.Host == given.Host {
			return nil
		}
		return fmt.Errorf("it leads to %s, which is another server", r.URL.Host)
	}
	const path = "/api/v2/analysis/version"
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, j.Server.String()+path, nil)
	if err != nil {
		return err
	}
	res, err := probe.Do(r)
	if err != nil {
		return clierr.Input(j.Server.String(), "cannot be reached: %v", errors.Unwrap(err))
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 200))
	if res.StatusCode != http.StatusOK || !strings.Contains(string(text), "drydock") {
		return clierr.Input(j.Server.String(), "is no server of drydock: it answers %s", res.Status).
			WithHint("Set SONAR_HOST_URL to the address that the project's page shows.")
	}
	u := *res.Request.URL
	u.Path = strings.TrimSuffix(u.Path, path)
	u.RawQuery = ""
	j.Server = &u
	return nil
}
