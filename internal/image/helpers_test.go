package image

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
)

func silent() *log.Logger { return log.New(io.Discard, "", 0) }

// tamper changes a byte of every large blob that a registry delivers.
type tamper struct{ http.Handler }

func (s *tamper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
		s.Handler.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	s.Handler.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	if len(body) > 10 && body[0] == 0x1f { // a layer
		body[len(body)-1] ^= 1
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}
