//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	"strconv"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"
)

func find(doc *xmlquery.Node, r *http.Request) {
	name := r.FormValue("name")
	// ruleid: go-xpath-injection
	xmlquery.Find(doc, "//user[@name='"+name+"']")
	// ruleid: go-xpath-injection
	xpath.Compile("//user[@name='" + name + "']")

	// ok: go-xpath-injection
	xmlquery.Find(doc, "//user[@name='admin']")
	n, _ := strconv.Atoi(name)
	// ok: go-xpath-injection
	xmlquery.Find(doc, "//user["+strconv.Itoa(n)+"]")
	if name == "root" {
		// ok: go-xpath-injection (drydock)
		xmlquery.Find(doc, "//user[@name='"+name+"']")
	}
}
