package stack_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/drydock/drydock/internal/stack"
)

const project = `services:
  app:
    image: app:${TAG:-latest}
    ports: ["127.0.0.1:8080:80"]
    depends_on: [db]
  db:
    image: postgres:16
`

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "compose.yml")
	if err := os.WriteFile(file, []byte("name: shop\n"+project), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	host, err := stack.Load(context.Background(), []string{file}, stack.Options{
		Env: func(string) (string, bool) { return "", false },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	host.Services(func(st *stack.Stack, s *stack.Service) {
		fmt.Println(st.Name, s.Name, s.Image, s.DependsOn)
	})
	// Output:
	// shop app app:latest [db]
	// shop db postgres:16 []
}
