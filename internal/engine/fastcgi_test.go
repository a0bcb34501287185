package engine

import (
	"bytes"
	"net"
	"net/http"
	"net/http/fcgi"
	"net/netip"
	"testing"
)

// Go's own FastCGI server takes the requests, and its answers are read.
func TestFastCGI(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go fcgi.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Script", fcgi.ProcessEnv(r)["SCRIPT_FILENAME"])
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(bytes.Repeat([]byte(r.URL.RawQuery), 40000)) // more than one record
	}))
	c := &Container{IP: netip.MustParseAddr("127.0.0.1")}
	port := l.Addr().(*net.TCPAddr).Port
	res, err := c.Do(t.Context(), Request{Port: port, Path: "/?ab", Script: "/srv/index.php"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != 200 || len(res.Body) != 80000 || res.Header.Get("X-Script") != "/srv/index.php" {
		t.Errorf("%d, %d bytes, %v", res.Status, len(res.Body), res.Header)
	}
	if res, err = c.Do(t.Context(), Request{Port: port, Path: "/x", Script: "/srv/index.php"}); err != nil ||
		res.Status != 404 {
		t.Errorf("%+v %v", res, err)
	}
	if s := (Request{Port: 9000, Script: "/srv/index.php"}).String(); s != "GET :9000/ (/srv/index.php)" {
		t.Error(s)
	}
}

func FuzzFastCGI(f *testing.F) {
	f.Add([]byte{1, 6, 0, 1, 0, 4, 0, 0, 'A', ':', '\n', '\n', 1, 3, 0, 1, 0, 0, 0, 0})
	f.Add([]byte("\x01\x06\x00\x01\x00\x16\x02\x00Status: 404 no\r\nA: b\r\n\x00\x00\x01\x03\x00\x01\x00\x00\x00\x00"))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if res, err := readFastCGI(bytes.NewReader(b)); err == nil && len(res.Body) > maxBody {
			t.Error("a longer body than is kept")
		}
	})
}
