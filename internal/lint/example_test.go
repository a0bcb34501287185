package lint_test

import (
	"fmt"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
)

func ExampleRun() {
	f := dockerfile.Parse([]byte("FROM debian:12\nRUN sudo apt-get install -y curl\nUSER 1000\n"))
	for _, found := range lint.Run(f, "Dockerfile", rules.All, nil, nil) {
		if found.Rule == "no-sudo" {
			fmt.Printf("%s %s: %s\n", found.Location, found.Aliases[0], found.Title)
		}
	}
	// Output: Dockerfile:2:5 DL3004: sudo in RUN
}
