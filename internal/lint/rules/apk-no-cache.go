package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var apkNoCache = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "apk-no-cache", Aliases: []string{"DL3019"}, Severity: finding.Info,
		Title:       "apk's index stays in the layer",
		Description: "apk add without --no-cache leaves the package index in the layer.",
		Remedy:      "Add --no-cache, or mount a cache at /var/cache/apk.",
		References:  []string{"https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper"},
	},
	Check: func(p *lint.Pass) {
		runs(p, func(in *dockerfile.Instruction, cs []call) {
			if cached(in, func(t string) bool { return t == "/var/cache/apk" }) {
				return
			}
			for i := range cs {
				c := &cs[i]
				if c.name == "apk" && c.has("add") && !c.flag("no-cache") {
					p.ReportAt(in, c.cmd.Span, "apk add without --no-cache", addWord(c, "add", "--no-cache")...)
					return
				}
			}
		})
	},
}
