package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
)

// manyServices is a host of n services with five labels each.
func manyServices(n int) string {
	var b strings.Builder
	b.WriteString(accesstest.ProjectHead)
	for i := range n {
		fmt.Fprintf(&b, "  s%d:\n    image: nginx\n    labels:\n      - traefik.enable=true\n      - "+
			"traefik.http.routers.s%d.rule=Host(`s%d.example.com`)\n", i, i, i)
		fmt.Fprintf(&b, "      - traefik.http.routers.s%d.entrypoints=websecure\n      - "+
			"traefik.http.routers.s%d.middlewares=office%d\n", i, i, i)
		fmt.Fprintf(&b, "      - traefik.http.middlewares.office%d.ipallowlist.sourcerange=203.0.113.10\n", i)
	}
	return b.String()
}

func BenchmarkCheck200Services(b *testing.B) {
	h, _ := accesstest.Project(b, manyServices(200))
	for b.Loop() {
		if res := Check(h, exposure.Options{}); len(res.Services) != 201 {
			b.Fatal(len(res.Services))
		}
	}
}

func BenchmarkLoadAndCheck200Services(b *testing.B) {
	text := manyServices(200)
	for b.Loop() {
		h, _ := accesstest.Project(b, text)
		Check(h, exposure.Options{})
	}
}
