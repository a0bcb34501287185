package rules

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var addArchive = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "add-archive", Aliases: []string{"DL3010"}, Severity: finding.Info,
		Title: "An archive is copied and then unpacked",
		Description: "The copied archive stays in a layer of its own, beside what it was unpacked to. ADD unpacks a " +
			"local archive by itself.",
		Remedy:     "Use ADD with the archive, or mount it into the RUN that unpacks it.",
		References: []string{"https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives"},
	},
	Check: func(p *lint.Pass) {
		if len(p.File.Stages) == 0 {
			return
		}
		s := p.File.Stages[len(p.File.Stages)-1] // what an earlier stage keeps is not in the image
		for i, in := range s.Instructions {
			if _, from := in.Flag("from"); in.Keyword != "COPY" || from || len(in.Args) < 2 {
				continue
			}
			if name := unpacked(in, s.Instructions[i+1:]); name != "" {
				p.Report(in, "an archive is copied here and unpacked later; ADD unpacks by itself")
			}
		}
	},
}

var archiveEnds = []string{".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
	".tpz", ".txz", ".xz"}

func isArchive(name string) bool {
	for _, e := range archiveEnds {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}

// unpacked is the archive among the sources of a COPY that one of the later RUNs unpacks, "" if there is none.
func unpacked(in *dockerfile.Instruction, later []*dockerfile.Instruction) string {
	dest := path.Base(unquoted(in.Args[len(in.Args)-1].Text))
	for _, src := range in.Args[:len(in.Args)-1] {
		name := path.Base(unquoted(src.Text))
		if !isArchive(name) || strings.Contains(name, "$") {
			continue
		}
		if isArchive(dest) {
			name = dest
		}
		for _, run := range later {
			if run.Keyword == "RUN" && unpacks(calls(run), name) {
				return name
			}
		}
	}
	return ""
}

func unpacks(cs []call, name string) bool {
	for i := range cs {
		c := &cs[i]
		switch c.name {
		case "tar":
			if !c.flag("x", "extract", "get") {
				continue
			}
		case "gunzip", "bunzip2", "unzip", "unlzma", "unxz", "uncompress", "zcat", "gzcat", "zgz":
		default:
			continue
		}
		for _, a := range c.args {
			if !strings.HasPrefix(a, "-") && path.Base(a) == name {
				return true
			}
		}
	}
	return false
}
