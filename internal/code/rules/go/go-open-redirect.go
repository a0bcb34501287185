//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

var pages = map[string]string{"home": "/"}

func follow(w http.ResponseWriter, r *http.Request) {
	next := r.FormValue("next")
	// ruleid: go-open-redirect
	http.Redirect(w, r, next, http.StatusFound)
	// ruleid: go-open-redirect
	http.Redirect(w, r, "https://"+next, http.StatusFound)
	// ruleid: go-open-redirect
	w.Header().Set("Location", r.Header.Get("Referer"))

	// ok: go-open-redirect
	http.Redirect(w, r, "/orders?id="+next, http.StatusFound)
	// ok: go-open-redirect
	http.Redirect(w, r, fmt.Sprintf("https://shop.example.com/orders/%s", next), http.StatusFound)
	// ok: go-open-redirect
	http.Redirect(w, r, "/", http.StatusFound)
	// ok: go-open-redirect
	http.Redirect(w, r, r.URL.Path, http.StatusFound)
}

func checked(w http.ResponseWriter, r *http.Request) {
	next := r.FormValue("next")
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		http.Error(w, "bad address", http.StatusBadRequest)
		return
	}
	// ok: go-open-redirect
	http.Redirect(w, r, next, http.StatusFound)
}

func ginFollow(c *gin.Context) {
	// ruleid: go-open-redirect
	c.Redirect(http.StatusFound, c.Query("next"))
	// ok: go-open-redirect
	c.Redirect(http.StatusFound, "/home")
}
