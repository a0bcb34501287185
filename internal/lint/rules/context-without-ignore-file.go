package rules

import (
	"io/fs"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var contextWithoutIgnoreFile = lint.Rule{
	Rule: finding.Rule{
		ID: "context-without-ignore-file", Severity: finding.Info,
		Title: "The whole context is copied and no .dockerignore keeps anything out",
		Description: "COPY . takes everything that lies beside the code: version control, environments, dependencies " +
			"of the host, keys. It also sends all of it to the builder and spoils the cache on every change.",
		Remedy:     "Add a .dockerignore: .git, .env, node_modules, __pycache__, .venv, dist, *.pem, Dockerfile*.",
		References: []string{"https://docs.docker.com/build/concepts/context/#dockerignore-files"},
	},
	Check: func(p *lint.Pass) {
		if p.Context.Files == nil || p.Context.Ignored != nil {
			return
		}
		for _, s := range p.File.Stages {
			for _, in := range s.Instructions {
				if !p.Needed(s) || !copiesContext(in) {
					continue
				}
				var opts []lint.Option
				if extra := unwanted(p.Context.Files); len(extra) > 0 {
					opts = append(opts, lint.Severity(finding.Low),
						lint.Evidence("the context holds %s", strings.Join(extra, ", ")))
				}
				p.Report(in, "the whole context is copied and there is no .dockerignore", opts...)
				return
			}
		}
	},
}

// copiesContext reports whether an instruction copies the whole build context.
func copiesContext(in *dockerfile.Instruction) bool {
	if _, from := in.Flag("from"); from || in.Keyword != "COPY" && in.Keyword != "ADD" || len(in.Args) < 2 {
		return false
	}
	for _, w := range in.Args[:len(in.Args)-1] {
		switch unquoted(w.Text) {
		case ".", "./", "/", "*", "./*":
			return true
		}
	}
	return false
}

// unwanted lists what lies in the context and belongs in no image.
func unwanted(files fs.FS) []string {
	var out []string
	for _, name := range []string{".git", "node_modules", ".venv", "venv", "__pycache__"} {
		if _, err := fs.Stat(files, name); err == nil {
			out = append(out, name)
		}
	}
	return out
}
