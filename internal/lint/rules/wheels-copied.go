package rules

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var wheelsCopied = lint.Rule{
	Rule: finding.Rule{
		ID: "wheels-copied", Severity: finding.Low,
		Title: "Wheels or caches are copied into a layer that stays",
		Description: "The files are needed for one RUN. COPY puts them into a layer of their own, and removing them " +
			"later hides them without making the image smaller.",
		Remedy: "Mount them into the RUN that needs them: RUN " +
			"--mount=type=bind,from=builder,source=/wheels,target=/wheels pip install --no-index " +
			"--find-links=/wheels ...",
		References: []string{"https://docs.docker.com/reference/dockerfile/#run---mounttypebind"},
	},
	Check: func(p *lint.Pass) {
		shipped(p, func(in *dockerfile.Instruction) {
			from := p.File.CopiedFrom(in)
			if from == nil {
				return
			}
			built := wheelFolders(from)
			for i, w := range in.Args {
				if passing.MatchString(w.Text) || i < len(in.Args)-1 &&
					built[strings.TrimSuffix(path.Clean(unquoted(w.Text)), "/*")] {
					p.Report(in, "what is needed for one RUN is copied into a layer that stays")
					return
				}
			}
		})
	},
}

// wheelFolders are the folders that a stage builds or downloads wheels into, as absolute paths where WORKDIR tells.
func wheelFolders(s *dockerfile.Stage) map[string]bool {
	out := map[string]bool{}
	dir := "/"
	for _, in := range s.Instructions {
		if in.Keyword == "WORKDIR" && len(in.Args) > 0 {
			dir = joined(dir, in.Args[0].Text)
		}
		eachInstall(in, func(i *dockerfile.Install) {
			if i.Manager != "pip" || i.Verb != "wheel" && i.Verb != "download" {
				return
			}
			for _, o := range i.Options {
				if v := unquoted(o.Value); v != "" && v != "." &&
					(o.Name == "-w" || o.Name == "--wheel-dir" || o.Name == "-d" || o.Name == "--dest") {
					out[joined(dir, v)] = true
				}
			}
		})
	}
	return out
}

// joined is a path as it is meant in a folder.
func joined(dir, p string) string {
	if p = unquoted(p); path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

// passing are paths of things that an installation needs and nothing after it.
var passing = lazyregexp.New(
	`(?i)(?:^|/)(?:wheels?|wheelhouse)(?:/|$)|\.whl$|/\.cache(?:/|$)|/\.npm(?:/|$)|/\.m2/|/go/pkg/mod(?:/|$)`)
