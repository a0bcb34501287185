// Package provision serves the stock Sonar scanners what they ask a server for before they scan: its version, a Java,
// an engine. The "Java" is drydock itself, which then does the scan. The protocol is that of SonarScanner's "JRE
// provisioning", as the scanners of 2024 to 2026 speak it; it is not documented by its maker, and may change.
package provision

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Options are what is served, and to whom.
type Options struct {
	Binaries []Binary // the first of an architecture is served
	Cache    string   // folder for archives
	Version  string   // drydock's own
	Server   string   // address of this server, as others reach it
	CA       []byte   // certificates in PEM that it is known by, where the system's do not
	// Secure tells of a request whether a program may be sent in answer: it came over TLS, from this machine, or plain
	// connections were allowed.
	Secure func(*http.Request) bool
	// Allow bounds how often a client may take a program; nil for no bound.
	Allow func(*http.Request) bool
	Log   *slog.Logger
}

// Handler serves the calls that scanners make before they scan.
type Handler struct {
	opt     Options
	mux     *http.ServeMux
	engine  []byte
	digest  string
	mu      sync.Mutex
	served  map[string]archive // by target
	sources map[string]Binary  // by architecture
}

// New makes a handler. Archives are made when they are first asked for, of the programs as they were when it was
// made: one
// that has changed since is not served.
func New(opt Options) (*Handler, error) {
	h := &Handler{opt: opt, mux: http.NewServeMux(), served: map[string]archive{}, sources: map[string]Binary{}}
	for _, b := range opt.Binaries {
		if _, ok := h.sources[b.Arch]; !ok {
			h.sources[b.Arch] = b
		}
	}
	var buf bytes.Buffer
	if err := writeEngine(&buf, opt.Server, opt.CA); err != nil {
		return nil, err
	}
	h.engine = buf.Bytes()
	sum := sha256.Sum256(h.engine)
	h.digest = hex.EncodeToString(sum[:])
	h.mux.HandleFunc("GET /api/server/version", h.version)
	h.mux.HandleFunc("GET /api/v2/analysis/version", h.version)
	h.mux.HandleFunc("GET /api/v2/analysis/jres", h.list)
	h.mux.HandleFunc("GET /api/v2/analysis/jres/{id}", h.download)
	h.mux.HandleFunc("GET /api/v2/analysis/engine", h.engineFile)
	h.mux.HandleFunc("GET /batch/index", h.old)
	return h, nil
}

// Paths are the paths that the handler serves, for a server's own table of paths.
func Paths() []string {
	return []string{"/api/server/version", "/api/v2/analysis/", "/batch/index"}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// ServerVersion is the version that the server says to scanners: one that they speak the present protocol with, and
// that tells in their log what it really is.
func ServerVersion(drydock string) string {
	return "26.1.0-drydock" + strings.TrimPrefix(drydock, "v")
}

func (h *Handler) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, ServerVersion(h.opt.Version))
}

// jre is one program in the list.
type jre struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
	SHA256   string `json:"sha256"`
	JavaPath string `json:"javaPath"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// targets are the architectures as scanners spell them; "other" is pysonar's word on Linux for ARM.
var targets = map[string]string{"x86_64": "amd64", "x64": "amd64", "amd64": "amd64", "aarch64": "arm64",
	"arm64": "arm64", "other": "any"}

// list answers which programs there are for a machine: one, or none. It needs no token: what it serves is public, and
// no scanner shows why a token is refused.
func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	out := []jre{}
	q := r.URL.Query()
	target := targets[strings.ToLower(q.Get("arch"))]
	system := strings.ToLower(q.Get("os"))
	if target != "" && (system == "linux" || system == "alpine") && h.secure(r) {
		a, err := h.archive(target, system == "alpine")
		switch {
		case err != nil:
			h.log().Error("scanner program", "target", target, "error", err)
			http.Error(w, "the program cannot be served: the server's log says why", http.StatusInternalServerError)
			return
		case a.path != "":
			id := target + "-" + client(r)
			out = append(
				out,
				jre{ID: id, Filename: fmt.Sprintf("drydock-%s-linux-%s.tar.gz", clean(h.opt.Version), id),
					SHA256: a.sha256, JavaPath: javaPath, OS: q.Get("os"), Arch: q.Get("arch")},
			)
		}
	}
	writeJSON(w, out)
}

// client is the scanner by its User-Agent: scanners that share a home keep what they unpacked in folders of different
// names, and a name of its own keeps them apart.
func client(r *http.Request) string {
	product, _, _ := strings.Cut(r.UserAgent(), " ")
	return clean(strings.ToLower(product))
}

// clean leaves letters, digits, dots and dashes, at most 40 of them.
func clean(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-':
			return c
		case c == '/', c == '_', c == '+':
			return '-'
		}
		return -1
	}, s)
	s = strings.Trim(s[:min(len(s), 40)], ".-")
	if s == "" {
		return "scanner"
	}
	return s
}

func (h *Handler) download(w http.ResponseWriter, r *http.Request) {
	target, _, _ := strings.Cut(r.PathValue("id"), "-")
	if !h.secure(r) {
		http.Error(w, "programs are served over TLS only", http.StatusForbidden)
		return
	}
	if h.opt.Allow != nil && !h.opt.Allow(r) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many downloads", http.StatusTooManyRequests)
		return
	}
	a, err := h.archive(target, false)
	if err != nil || a.path == "" {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(a.path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f)
}

// engineFile serves the file that scanners hand on to the program: what it is as JSON, or its bytes.
func (h *Handler) engineFile(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Accept"), "octet-stream") {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(h.engine)
		return
	}
	// The name is what a Java says that is given the file and cannot read it.
	writeJSON(
		w,
		map[string]string{"filename": fmt.Sprintf("drydock-%s-needs-the-servers-own-jre.jar", clean(h.opt.Version)),
			"sha256": h.digest},
	)
}

// old answers scanners of the protocol before: the name of the file that they are to load is shown in their error.
func (h *Handler) old(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "this-server-needs-sonar-scanner-cli-6.2-or-maven-plugin-5.0-or-newer.jar|"+h.digest[:32])
}

func (h *Handler) secure(r *http.Request) bool { return h.opt.Secure == nil || h.opt.Secure(r) }

func (h *Handler) log() *slog.Logger {
	if h.opt.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.opt.Log
}

// archive makes the archive of a target, "amd64", "arm64" or "any" for both. Its path is "" where there is no program
// for it. Alpine's C library runs programs alone that bring theirs.
func (h *Handler) archive(target string, static bool) (archive, error) {
	var entries []entry
	var programs []Binary
	add := func(arch, name string) {
		if b, ok := h.sources[arch]; ok && (b.Static || !static) {
			entries = append(entries, entry{name: name, path: b.Path})
			programs = append(programs, b)
		}
	}
	switch target {
	case "amd64", "arm64":
		add(target, javaPath)
	case "any":
		entries = append(entries, entry{name: javaPath, text: chooser})
		add("amd64", "bin/drydock-amd64")
		add("arm64", "bin/drydock-arm64")
	}
	if len(programs) == 0 {
		return archive{}, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if a, ok := h.served[target]; ok {
		return a, nil
	}
	name := target
	for _, b := range programs {
		if now, err := Open(b.Path); err != nil || now.SHA256 != b.SHA256 {
			return archive{}, fmt.Errorf("%s has changed since the server was started", b.Path)
		}
		name += "-" + b.SHA256[:12]
	}
	a, err := makeArchive(h.opt.Cache, name+".tar.gz", entries)
	if err == nil {
		h.served[target] = a
	}
	return a, err
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
