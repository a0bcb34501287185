package prove

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/engine"
)

func said(routes []Route) string {
	var out []string
	for _, r := range routes {
		out = append(out, r.String())
	}
	return strings.Join(out, ", ")
}

// Routes are read as each framework writes them.
func TestFindRoutes(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"flask":            {"app.py", `@app.route("/x", methods=["GET", "POST"])`, "GET /x, POST /x"},
		"flask, no method": {"app.py", `@bp.route('/user/<int:id>')`, "GET /user/{id}"},
		"a verb": {"app/main.py", "@app.post(\"/mail\")\n@router.get('/items/{item_id}')",
			"GET /items/{item_id}, POST /mail"},
		"express": {"src/app.ts", "app.put(`/a/:id`, f); r.delete('/b', g)", "PUT /a/{id}, DELETE /b"},
		"django": {"shop/urls.py",
			`path("admin/", admin.site.urls), path("api/", include("api.urls")), path("p/<slug:name>/", v)`,
			"GET /admin/, GET /p/{name}/"},
		"go": {"main.go", `http.HandleFunc("/a", f); mux.Handle("POST /b/{id}", g)`,
			"GET /a, POST /b/{id}"},
		"spring":         {"src/main/java/A.java", `@PostMapping("/order")`, "POST /order"},
		"sinatra":        {"app.rb", "post '/w' do\nend\nget(\"/x\")", "POST /w"},
		"laravel":        {"routes/web.php", "Route::get('home', f);", "GET /home"},
		"tests are none": {"tests/test_app.py", `client.get("/x")`, ""},
		"prose is none":  {"app.py", `# see /etc/passwd or get("/x")`, ""},
	} {
		if got := said(findRoutes(fstest.MapFS{c.file: {Data: []byte(c.text)}})); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	routes := openAPI([]byte(
		`{"paths": {"/items": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}, "parameters": []},
		"/items/{id}": {"get": {}}},
		"components": {"schemas": {"Item": {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "integer"}, "self": {"$ref": "#/components/schemas/Item"},
		"kind": {"enum": ["a", "b"]}, "tags": {"type": "array", "items": {"type": "string"}}}}}}}`))
	if got := said(routes); got != "GET /items/{id}, POST /items" {
		t.Fatal(got)
	}
	if body := string(routes[1].JSON); !strings.Contains(body, `"kind":"a"`) ||
		!strings.Contains(body, `"tags":["drydock"]`) || len(body) > 1000 {
		t.Error(body)
	}
	if got := openAPI([]byte("no")); got != nil {
		t.Error(got)
	}
}

func TestForms(t *testing.T) {
	base, err := url.Parse("http://localhost:5000/login")
	if err != nil {
		t.Fatal(err)
	}
	page := `<form action="/in" method="post"><input name="user"><input type="email" name="mail"><input type="hidden" name="t" value="9"><input type="submit"></form>
		<form action="search"><input type="number" name="n"></form><form action="https://elsewhere.example.com/" method="post"><input name="a"></form>`
	routes := forms(base, []byte(page))
	if got := said(routes); got != "POST /in, GET /search" {
		t.Fatal(got)
	}
	post, _ := routes[0].request(5000)
	if got := string(post.Body); got != "mail=drydock%40example.com&t=9&user=drydock" {
		t.Error(got)
	}
	get, _ := routes[1].request(5000)
	if get.Path != "/search?n=1" || get.Method != "" {
		t.Errorf("%+v", get)
	}
}

// What a request asks for is filled in; what ends an app is left alone.
func TestRouteRequest(t *testing.T) {
	r, ok := Route{Method: "POST", Path: "/items/{id}"}.request(80)
	if !ok || r.String() != "POST :80/items/1 with 2 bytes" {
		t.Errorf("%v %s", ok, r)
	}
	for _, p := range []string{"/admin/shutdown", "/restart", "/a*"} {
		if _, ok := (Route{Method: "POST", Path: p}).request(80); ok {
			t.Errorf("%s is asked", p)
		}
	}
}

// What was not exercised is said: routes that nothing was asked of, and those at whose door the requests ended.
func TestNotExercised(t *testing.T) {
	p := &prover{orig: &original{known: []Route{{Method: "GET", Path: "/"}, {Method: "POST", Path: "/order"},
		{Method: "POST", Path: "/shutdown"}}}}
	order, _ := Route{Method: "POST", Path: "/order"}.request(80)
	a := &performance{open: []int{80}, answers: map[string]*engine.Response{"GET :80/": {Status: 200},
		order.String(): {Status: 401}}}
	got := p.notExercised(a)
	if !strings.Contains(got, "POST /order") || !strings.Contains(got, "not asked: POST /shutdown") ||
		strings.Contains(got, "GET /,") {
		t.Error(got)
	}
	p.orig.known = p.orig.known[:1]
	if got := p.notExercised(a); got != "" {
		t.Error(got)
	}
}
