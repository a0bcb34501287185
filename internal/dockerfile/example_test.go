package dockerfile_test

import (
	"fmt"

	"github.com/drydock/drydock/internal/dockerfile"
)

// A Dockerfile is edited by the bytes of what is to change; everything else stays as it was written.
func ExampleFile_Apply() {
	f := dockerfile.Parse([]byte("FROM python:3.11   # the base\nRUN pip install flask && \\\n    echo done\n"))
	base := f.Stages[0].Base
	out, err := f.Apply(dockerfile.Replace(base.Span, "python:3.13-slim"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(out))
	// Output:
	// FROM python:3.13-slim   # the base
	// RUN pip install flask && \
	//     echo done
}

// The command lines of RUN are parsed as shell, with the place of every word.
func ExampleParse() {
	f := dockerfile.Parse([]byte("FROM debian:12 AS build\nRUN apt-get update && apt-get install -y curl=7.88.1\n"))
	for _, c := range f.Stages[0].Instructions[0].Script.Commands {
		line, column := f.Position(c.Span.Start)
		fmt.Printf("%d:%d %s\n", line, column, c.Name)
		if install := c.Install(); install != nil {
			fmt.Printf("%s installs %s in version %s\n", install.Manager, install.Packages[0].Name,
				install.Packages[0].Version)
		}
	}
	// Output:
	// 2:5 apt-get
	// 2:23 apt-get
	// apt installs curl in version 7.88.1
}
