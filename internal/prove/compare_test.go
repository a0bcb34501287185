package prove

import (
	"net/http"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/engine"
)

func TestSameBody(t *testing.T) {
	for name, c := range map[string]struct {
		x, y, z string
		same    bool
	}{
		"equal":                    {"hello", "hello", "hello", true},
		"another word":             {"hello", "hello", "help!", false},
		"a time that changes":      {"at 12:01 ok", "at 12:02 ok", "at 12:09 ok", true},
		"beside the time":          {"at 12:01 ok", "at 12:02 ok", "at 12:09 no", false},
		"words are missing":        {"at 12:01 ok", "at 12:02 ok", "at 12:09", false},
		"JSON whose order differs": {`{"a":1,"b":2}`, `{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
		"JSON with a random field": {`{"id":"x1","n":[1,2]}`, `{"id":"x2","n":[1,2]}`,
			`{"id":"zz","n":[1,2]}`, true},
		"JSON with a shorter list": {`{"id":"x1","n":[1,2]}`, `{"id":"x2","n":[1,2]}`, `{"id":"zz","n":[1]}`,
			false},
		"JSON with a field gone":           {`{"a":1,"b":2}`, `{"a":1,"b":2}`, `{"a":1}`, false},
		"JSON with a field more":           {`{"a":1}`, `{"a":1}`, `{"a":1,"error":"x"}`, false},
		"JSON of another kind":             {`{"a":1}`, `{"a":1}`, `[]`, false},
		"lines that come and go":           {"a\nx y\nb", "a\nb", "a\nb", true},
		"a line that both have is gone":    {"a\nx y\nb", "a\nb", "a\n", false},
		"names with a digest of the build": {"/app.3fa94b1c.js", "/app.3fa94b1c.js", "/app.99b1c2d3.js", true},
		"the age of a file that was built": {"v2_9_3m1700000001.js", "v2_9_3m1700000001.js", "v2_9_3m1700009999.js",
			true},
		"another version, no age": {"v2_9_3m1700000001.js", "v2_9_3m1700000001.js", "v2_9_4m1700009999.js",
			false},
		"a short number is no digest":        {"rows 1234", "rows 1234", "rows 4321", false},
		"words of a digest's length, no hex": {"aaaaaaaa", "aaaaaaaa", "bbbbbbbb", false},
	} {
		if got := sameBody([]byte(c.x), []byte(c.y), []byte(c.z)); got != c.same {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func response(status int, body string, header ...string) *engine.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &engine.Response{Status: status, Header: h, Body: []byte(body)}
}

func TestDiffer(t *testing.T) {
	html := []string{"Content-Type", "text/html; charset=utf-8"}
	for name, c := range map[string]struct {
		x, y, z *engine.Response
		headers bool
		want    string
	}{
		"same": {response(200, "a", html...), response(200, "a", html...),
			response(200, "a", html...), true, ""},
		"status": {response(200, "a"), response(200, "a"), response(500, "a"), true,
			"200 OK, the new image 500"},
		"kind of content": {response(200, "a", html...), response(200, "a", html...),
			response(200, "a", "Content-Type", "text/plain"), true, "text/plain, not text/html"},
		"a header": {response(200, "a", "X-Frame-Options", "canary"),
			response(200, "a", "X-Frame-Options", "canary"), response(200, "a"), true, "the header X-Frame-Options"},
		"a header meant": {response(200, "a", "X-Powered-By", "x"), response(200, "a", "X-Powered-By", "x"),
			response(200, "a"), false, ""},
		"an unstable header": {response(200, "a", "X-Request-Id", "1"), response(200, "a", "X-Request-Id", "2"),
			response(200, "a", "X-Request-Id", "3"), true, ""},
		"a header of every time": {response(200, "a", "Date", "x"), response(200, "a", "Date", "x"),
			response(200, "a", "Date", "y"), true, ""},
		"content": {response(200, "abc"), response(200, "abc"), response(200, "canary"), true,
			"6 bytes, not 3"},
	} {
		got := differ(c.x, c.y, c.z, c.headers)
		if got == "" != (c.want == "") || !strings.Contains(got, c.want) || strings.Contains(got, "canary") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestParseProbe(t *testing.T) {
	for in, want := range map[string]Probe{
		"/healthz":                   {Path: "/healthz"},
		":8080/":                     {Port: 8080, Path: "/"},
		"head :8080/status?x=1":      {Method: "HEAD", Port: 8080, Path: "/status?x=1"},
		"http://localhost:9000/a":    {Port: 9000, Path: "/a"},
		"POST http://example.com/in": {Method: "POST", Path: "/in"},
		":80":                        {Port: 80, Path: "/"},
	} {
		want.From = "given"
		if got, err := ParseProbe(in); err != nil || got != want {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "healthz", ":0/", ":99999/", "GET", "/a b", "/a\r\nX: y", "http://"} {
		if p, err := ParseProbe(bad); err == nil {
			t.Errorf("%q: %+v", bad, p)
		}
	}
}

func TestLinks(t *testing.T) {
	req := engine.Request{Port: 80, Path: "/shop/"}
	res := response(200,
		`<link href="style.css" rel=stylesheet><script src='/app.js?v=1'></script><a href="https://example.com/x">x</a>
		<a href=#top>top</a><img src="//cdn.example.com/i.png"><a href="../about">about</a><form action="/order"></form>`, "Content-Type", "text/html")
	var got []string
	for _, r := range links(req, res) {
		got = append(got, r.Path)
	}
	if want := "/shop/style.css /app.js?v=1 /about"; strings.Join(got, " ") != want {
		t.Errorf("%v, not %s", got, want)
	}
	if more := links(req, response(200, `<a href=/x>`, "Content-Type", "text/plain")); more != nil {
		t.Errorf("links of plain text: %v", more)
	}
	if n := len(links(req, response(200, strings.Repeat(`<a href=/x>`, 10)+manyLinks(500), "Content-Type",
		"text/html"))); n != maxLinks {
		t.Errorf("%d links are followed", n)
	}
}

func manyLinks(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString("<a href=/p" + strings.Repeat("x", i) + ">")
	}
	return b.String()
}

func TestLine(t *testing.T) {
	r := &Result{Proved: true, Before: Measure{Size: 841_600_000, Packages: 428, Scanned: true, Findings: 61,
		Tools: []string{"gcc", "curl", "pip"}},
		After: Measure{Size: 153_900_000, Packages: 122, Scanned: true, Findings: 9, Tools: []string{"pip"}}}
	if got, want := r.Line(), "842 MB -> 154 MB, 428 -> 122 packages, 61 -> 9 findings, same answer"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got := strings.Join(r.Gone(), " "); got != "curl gcc" {
		t.Errorf("gone: %s", got)
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 6_400_000: "6.4 MB", 153_900_000: "154 MB",
		999_900_000: "1.0 GB", 1_152_800_000: "1.2 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: %q, not %q", n, got, want)
		}
	}
}
