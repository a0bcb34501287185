//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
)

func hello(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	// ruleid: go-xss
	fmt.Fprintf(w, "<p>Hello %s", name)
	// ruleid: go-xss
	fmt.Fprintln(w, "<p>Hello", name)
	// ruleid: go-xss
	io.WriteString(w, "<p>"+name)
	// ruleid: go-xss
	w.Write([]byte("<p>" + name))
	page := template.Must(template.New("page").Parse("{{.}}"))
	// ruleid: go-xss
	page.Execute(w, template.HTML(name))

	// ok: go-xss
	fmt.Fprintf(w, "<p>Hello %s", html.EscapeString(name))
	// ok: go-xss
	page.Execute(w, name)
	count, _ := strconv.Atoi(name)
	// ok: go-xss
	fmt.Fprintf(w, "<p>%d", count)
	data, _ := json.Marshal(name)
	// ok: go-xss
	w.Write(data)
	// ok: go-xss
	fmt.Fprint(w, "<p>Hello")
}

func text(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// ok: go-xss
	fmt.Fprintf(w, "Hello %s", r.FormValue("name"))
}

func page(c echo.Context) error {
	if c.QueryParam("safe") != "" {
		// ok: go-xss
		return c.HTML(http.StatusOK, "<p>"+html.EscapeString(c.QueryParam("name")))
	}
	// ruleid: go-xss
	return c.HTML(http.StatusOK, "<p>"+c.QueryParam("name"))
}
