package stages

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	for _, d := range strings.Fields(os.Getenv("SHOW")) {
		fmt.Println("=====", d)
		for k, v := range convert(t, os.DirFS(d), Options{Held: []string{"nginx:1.22", "python:3.11-slim", "node:20-slim", "debian:bookworm-slim", "gcr.io/distroless/static-debian12:nonroot"}}) {
			fmt.Println("---", k)
			fmt.Println(v)
		}
	}
}
