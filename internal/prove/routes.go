package prove

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/net/html"

	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Route is a request that an app is known to answer: named in its source, in its OpenAPI document or in a form.
type Route struct {
	Method string // "GET" where the source names none
	Path   string // with {name} where a value belongs
	Form   url.Values
	JSON   []byte // an example of what it takes
}

func (r Route) String() string { return r.Method + " " + r.Path }

const (
	maxRouteFiles = 2000
	maxRoutes     = 200
)

var (
	routeSource = lazyregexp.New(`\.(py|js|cjs|mjs|ts|rb|php|go|java|kt)$`)
	routeTests  = lazyregexp.New(`(^|/)(tests?|spec|__tests__|node_modules|vendor|\.[^/]+|dist|build|target)(/|$)|` +
		`(^|/)(test_|conftest)|[._](test|spec)\.`)

	// @app.post("/x"), app.post('/x', …), router.get("/x"), r.HandleFunc is GET; the verb is the method.
	verbRoute = lazyregexp.New(`(?i)(?:@|\b)[a-z_]\w*\.(get|post|put|patch|delete)\(\s*(?:path\s*=\s*)?["'` + "`" +
		`](/[^"'` + "`" + `\s]*)["'` + "`" + `]`)
	// @app.route("/x", methods=["POST", …])
	flaskRoute = lazyregexp.New(`\.route\(\s*(?:rule\s*=\s*)?["'](/[^"'\s]*)["']([^)\n]*)\)`)
	flaskVerbs = lazyregexp.New(`["'](GET|POST|PUT|PATCH|DELETE)["']`)
	// Django's path("x/", …), re_path is left out
	djangoRoute = lazyregexp.New(`\bpath\(\s*["']([^"'\s]*)["']\s*,\s*(include\()?`)
	// Go's mux: HandleFunc("/x", or "POST /x"
	goRoute = lazyregexp.New(`\.Handle(?:Func)?\(\s*"(?:(GET|POST|PUT|PATCH|DELETE) )?(/[^"\s]*)"`)
	// Spring: @PostMapping("/x")
	springRoute = lazyregexp.New(`@(Get|Post|Put|Patch|Delete)Mapping\(\s*(?:value\s*=\s*|path\s*=\s*)?"(/[^"]*)"`)
	// Sinatra and Rails: post "/x"; Laravel: Route::post('/x'
	bareRoute    = lazyregexp.New(`(?m)^\s*(get|post|put|patch|delete)\s+["'](/[^"'\s]*)["']`)
	laravelRoute = lazyregexp.New(`Route::(get|post|put|patch|delete)\(\s*["']/?([^"'\s]*)["']`)

	pathValue = lazyregexp.New(`<(?:[\w.]+:)?(\w+)>|:(\w+)\??|\{(\w+)[^}/]*\}`)
	// dangerous are routes by which an app ends itself.
	dangerous = lazyregexp.New(`(?i)shutdown|quit|exit|kill|restart|stop\b`)
)

// findRoutes reads the routes that an app's own source names, as frameworks write them.
func findRoutes(context fs.FS) []Route {
	var out []Route
	files := 0
	_ = fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && name != "." && routeTests.MatchString(name+"/"):
			return fs.SkipDir
		case d.IsDir() || !routeSource.MatchString(name) || routeTests.MatchString(name):
			return nil
		case files == maxRouteFiles || len(out) >= maxRoutes:
			return fs.SkipAll
		}
		files++
		if st, err := d.Info(); err != nil || st.Size() > maxText {
			return nil
		}
		text, err := fs.ReadFile(context, name)
		if err == nil {
			out = append(out, routesIn(name, string(text))...)
		}
		return nil
	})
	return sortRoutes(out)
}

func routesIn(name, text string) []Route {
	var out []Route
	add := func(method, p string) {
		if !strings.HasPrefix(p, "/") {
			p = "/" + p
		}
		out = append(out, Route{Method: strings.ToUpper(method), Path: pathValue.ReplaceAllString(p, "{$1$2$3}")})
	}
	for _, m := range verbRoute.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2])
	}
	for _, m := range springRoute.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2])
	}
	for _, m := range laravelRoute.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2])
	}
	for _, m := range goRoute.FindAllStringSubmatch(text, -1) {
		if m[1] == "" {
			m[1] = http.MethodGet
		}
		add(m[1], m[2])
	}
	for _, m := range flaskRoute.FindAllStringSubmatch(text, -1) {
		verbs := flaskVerbs.FindAllStringSubmatch(m[2], -1)
		if len(verbs) == 0 {
			add(http.MethodGet, m[1])
		}
		for _, v := range verbs {
			add(v[1], m[1])
		}
	}
	switch {
	case path.Ext(name) == ".rb":
		for _, m := range bareRoute.FindAllStringSubmatch(text, -1) {
			add(m[1], m[2])
		}
	case strings.HasSuffix(name, "urls.py"):
		for _, m := range djangoRoute.FindAllStringSubmatch(text, -1) {
			if m[2] == "" {
				add(http.MethodGet, m[1])
			}
		}
	}
	return out
}

// openAPIPaths are where frameworks put their OpenAPI document.
var openAPIPaths = []string{"/openapi.json", "/swagger.json", "/v3/api-docs", "/api-docs", "/swagger/v1/swagger.json",
	"/api/openapi.json", "/docs/openapi.json"}

// isOpenAPI reports whether a request asks for such a document.
func isOpenAPI(r engine.Request) bool {
	for _, p := range openAPIPaths {
		if r.Path == p {
			return true
		}
	}
	return false
}

// openAPI reads the routes of an OpenAPI or Swagger document, with an example of what each takes.
func openAPI(body []byte) []Route {
	var doc struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return nil
	}
	var out []Route
	for p, methods := range doc.Paths {
		for method, raw := range methods {
			switch method {
			case "get", "post", "put", "patch", "delete":
			default:
				continue
			}
			var op struct {
				RequestBody struct {
					Content map[string]struct {
						Schema schema `json:"schema"`
					} `json:"content"`
				} `json:"requestBody"`
			}
			r := Route{Method: strings.ToUpper(method), Path: p}
			if json.Unmarshal(raw, &op) == nil {
				if c, ok := op.RequestBody.Content["application/json"]; ok {
					r.JSON, _ = json.Marshal(c.Schema.example(doc.Components.Schemas,
						0)) // of plain values: it always encodes
				}
			}
			if out = append(out, r); len(out) == maxRoutes {
				return sortRoutes(out)
			}
		}
	}
	return sortRoutes(out)
}

// schema is the part of a JSON schema of which an example can be made.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
	Default    any               `json:"default"`
	Example    any               `json:"example"`
	AnyOf      []schema          `json:"anyOf"`
}

// maxSchemaDepth bounds an example of a schema that contains itself.
const maxSchemaDepth = 5

func (s schema) example(named map[string]schema, depth int) any {
	if depth > maxSchemaDepth {
		return nil
	}
	switch {
	case s.Ref != "":
		return named[path.Base(s.Ref)].example(named, depth+1)
	case s.Example != nil:
		return s.Example
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.AnyOf) > 0:
		return s.AnyOf[0].example(named, depth+1)
	}
	kind, _ := s.Type.(string)
	switch kind {
	case "string":
		return "drydock"
	case "integer", "number":
		return 1
	case "boolean":
		return true
	case "array":
		if s.Items == nil {
			return []any{}
		}
		return []any{s.Items.example(named, depth+1)}
	}
	out := map[string]any{}
	for name, p := range s.Properties {
		out[name] = p.example(named, depth+1)
	}
	return out
}

// forms are the forms of an HTML answer that go to the same server, filled in.
func forms(base *url.URL, body []byte) []Route {
	var out []Route
	var form *Route
	z := html.NewTokenizer(bytes.NewReader(body))
	for len(out) < maxLinks {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "form" && form != nil {
				out, form = append(out, *form), nil
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, attrs := attributes(z)
			switch {
			case tag == "form":
				u, err := base.Parse(attrs["action"])
				if err != nil || u.Host != base.Host {
					continue
				}
				method := strings.ToUpper(attrs["method"])
				if method == "" {
					method = http.MethodGet
				}
				form = &Route{Method: method, Path: u.RequestURI(), Form: url.Values{}}
			case form != nil && attrs["name"] != "" && (tag == "input" || tag == "textarea" || tag == "select"):
				form.Form.Set(attrs["name"], fill(attrs))
			}
		}
	}
	return out
}

func attributes(z *html.Tokenizer) (tag string, attrs map[string]string) {
	name, more := z.TagName()
	attrs = map[string]string{}
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		attrs[string(k)] = string(v)
	}
	return string(name), attrs
}

// fill is a value for a form's field.
func fill(attrs map[string]string) string {
	if v := attrs["value"]; v != "" {
		return v
	}
	switch attrs["type"] {
	case "number", "range":
		return "1"
	case "email":
		return "drydock@example.com"
	case "date":
		return "2024-01-01"
	}
	return "drydock"
}

// sortRoutes orders them so that what changes least comes first, each once.
func sortRoutes(routes []Route) []Route {
	order := map[string]int{"GET": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
	sort.SliceStable(routes, func(i, j int) bool {
		a, b := routes[i], routes[j]
		if order[a.Method] != order[b.Method] {
			return order[a.Method] < order[b.Method]
		}
		return a.Path < b.Path
	})
	var out []Route
	seen := map[string]bool{}
	for _, r := range routes {
		if !seen[r.String()] {
			seen[r.String()] = true
			out = append(out, r)
		}
	}
	return out
}

var templated = regexp.MustCompile(`\{[^}]*\}`)

// request is what is sent for a route; ok is false for one that is better left alone.
func (r Route) request(port int) (req engine.Request, ok bool) {
	if dangerous.MatchString(r.Path) || strings.ContainsAny(r.Path, "*() ") {
		return req, false
	}
	req = engine.Request{Method: r.Method, Port: port, Path: templated.ReplaceAllString(r.Path, "1")}
	if r.Method == http.MethodGet {
		req.Method = ""
		if len(r.Form) > 0 {
			sep := "?"
			if strings.Contains(req.Path, "?") {
				sep = "&"
			}
			req.Path += sep + r.Form.Encode()
		}
		return req, true
	}
	switch {
	case r.Form != nil:
		req.Body, req.Header = []byte(r.Form.Encode()),
			http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	case r.JSON != nil:
		req.Body, req.Header = r.JSON, http.Header{"Content-Type": {"application/json"}}
	case r.Method != http.MethodDelete:
		req.Body, req.Header = []byte("{}"), http.Header{"Content-Type": {"application/json"}}
	}
	return req, true
}
