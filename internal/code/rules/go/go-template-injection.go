//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"html/template"
	"net/http"
)

func hello(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	// ruleid: go-template-injection
	template.New("page").Parse("Hello " + name)
	base := template.New("base")
	// ruleid: go-template-injection (drydock)
	t := template.Must(base.Parse("<p>" + r.FormValue("text")))

	// ok: go-template-injection
	template.New("page").Parse("Hello {{.}}")
	// ok: go-template-injection
	t.Execute(w, name)
	// ok: go-template-injection
	template.New("page").Parse("Hello " + template.HTMLEscapeString("x"))
}
