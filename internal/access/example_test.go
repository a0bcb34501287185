package access_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/drydock/drydock/internal/access"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/stack"
)

const host = `name: shop
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker.exposedbydefault=false, "--entrypoints.web.address=:80"]
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  app:
    image: app:1
    expose: ["80"]
    labels:
      - traefik.enable=true
      - traefik.http.routers.app.rule=Host(` + "`app.example.com`" + `)
      - traefik.http.routers.app.middlewares=office
      - traefik.http.middlewares.office.ipallowlist.sourcerange=192.0.2.0/24
  db:
    image: postgres:16
`

func ExampleCheck() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "compose.yml")
	if err := os.WriteFile(file, []byte(host), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	h, err := stack.Load(context.Background(), []string{file}, stack.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range access.Check(h, exposure.Options{}).Services {
		if s.Name != "traefik" {
			fmt.Println(s.Name, s.Exposure)
		}
	}
	// Output:
	// app allowlisted
	// db internal
}
