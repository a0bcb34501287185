package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var wgetProgress = lint.Rule{
	Level: lint.LevelInfo,
	Rule: finding.Rule{
		ID: "wget-progress", Aliases: []string{"DL3047"}, Severity: finding.Info,
		Title:       "wget fills the build's log with its progress bar",
		Description: "A bar is drawn anew for every block; a large download makes thousands of lines.",
		Remedy:      "Add --progress=dot:giga, or -nv.",
		References:  []string{"https://www.gnu.org/software/wget/manual/wget.html"},
	},
	Check: func(p *lint.Pass) {
		each(p, "wget without --progress", func(c *call) bool {
			return c.name == "wget" && !c.has("-nv") && !c.flag("progress", "q", "quiet", "no-verbose", "o",
				"output-file", "a", "append-output")
		})
	},
}
