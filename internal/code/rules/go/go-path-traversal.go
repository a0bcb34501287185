//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/gin-gonic/gin"
)

func report(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("file")
	// ruleid: go-path-traversal
	os.ReadFile("reports/" + name)
	// ruleid: go-path-traversal
	os.Open(filepath.Join("reports", name))
	// ruleid: go-path-traversal
	http.ServeFile(w, r, "reports/"+name)
	// ruleid: go-path-traversal
	os.Remove(filepath.Join("reports", r.PathValue("name")))

	// ok: go-path-traversal
	os.ReadFile("reports/" + filepath.Base(name))
	// ok: go-path-traversal
	os.Open(filepath.Join("reports", filepath.Clean("/"+name)))
	// ok: go-path-traversal
	os.ReadFile("reports/all.csv")
}

func checked(w http.ResponseWriter, r *http.Request) {
	file := filepath.Join("/srv/reports", r.FormValue("file"))
	if !strings.HasPrefix(file, "/srv/reports/") {
		http.NotFound(w, r)
		return
	}
	// ok: go-path-traversal
	os.ReadFile(file)
}

func local(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("file")
	if !filepath.IsLocal(name) {
		http.NotFound(w, r)
		return
	}
	// ok: go-path-traversal
	os.ReadFile(filepath.Join("reports", name))
}

func download(c *gin.Context) {
	// ruleid: go-path-traversal
	c.File("reports/" + c.Param("name"))
	// ok: go-path-traversal
	c.File("reports/" + filepath.Base(c.Param("name")))
}
