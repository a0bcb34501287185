//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

var hosts = []string{"https://a.example.com"}

func fetch(w http.ResponseWriter, r *http.Request) {
	address := r.FormValue("address")
	// ruleid: go-ssrf
	http.Get(address)
	// ruleid: go-ssrf
	http.Post("http://"+address+"/hook", "text/plain", nil)
	// ruleid: go-ssrf
	http.NewRequestWithContext(r.Context(), http.MethodGet, address, nil)
	client := &http.Client{}
	// ruleid: go-ssrf
	client.Get(fmt.Sprintf("http://%s/", address))

	// ok: go-ssrf
	http.Get("https://images.example.com/" + url.PathEscape(address))
	// ok: go-ssrf
	http.Get(fmt.Sprintf("https://images.example.com/%s", address))
	id, _ := strconv.Atoi(address)
	// ok: go-ssrf
	http.Get("https://images.example.com/" + strconv.Itoa(id))
	if slices.Contains(hosts, address) {
		// ok: go-ssrf (drydock)
		http.Get(address)
	}
}
