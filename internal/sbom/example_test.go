package sbom_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/drydock/drydock/internal/sbom"
)

// A folder is read as a source tree: lockfiles tell what is installed, and what cannot be told is a Problem.
func ExampleFromDir() {
	dir, err := os.MkdirTemp("", "app")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"requirements.txt": "flask==2.0.1\n",
		"bower.json":       "{}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			fmt.Println(err)
			return
		}
	}
	inv, err := sbom.FromDir(context.Background(), dir, sbom.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range inv.Packages {
		fmt.Printf("%s at %s:%d\n", p.PURL, p.Paths[0], p.Line)
	}
	for _, p := range inv.Problems {
		fmt.Printf("%s: %.26s\n", p.Path, p.Reason)
	}
	// Output:
	// pkg:pypi/flask@2.0.1 at requirements.txt:1
	// bower.json: Bower's manifest is not re
}
