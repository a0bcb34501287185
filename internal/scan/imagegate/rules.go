package imagegate

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// missingDatabaseRule fires where an image is plainly of a distribution and the list of its packages is gone: every
// scanner then reports nothing, and nothing is not the same as safe.
var missingDatabaseRule = finding.Rule{
	ID:       "missing-package-database",
	Gate:     finding.GateImage,
	Title:    "The image's package database is missing or empty",
	Severity: finding.Medium,
	Description: `The files of the image show a distribution, but the database of its package manager is absent or has been emptied,
as is sometimes done to make an image smaller. What the distribution's packages brought is still there and still ages; only
nobody can tell what it is any more, and a scan that finds nothing proves nothing.`,
	Remedy: `Keep the database in the image (/var/lib/dpkg/status, /lib/apk/db/installed, the rpm database). It is small. To ship less,
install less: build in one stage, copy what runs into a slim or distroless base.`,
	CWE:        []string{"CWE-1104"},
	OWASP:      []string{"A03:2025"},
	References: []string{"https://owasp.org/Top10/2025/"},
}

var rules = []finding.Rule{missingDatabaseRule, wasteRule, otherBaseRule, publishedBaseRule}

func missingDatabase(h *held, p inventory.Problem) finding.Finding {
	f := finding.Finding{
		ID:       finding.Fingerprint(finding.GateImage, missingDatabaseRule.ID, h.input.Path, p.Path),
		Gate:     finding.GateImage,
		Rule:     missingDatabaseRule.ID,
		Title:    missingDatabaseRule.Title + ": " + p.Path,
		Severity: missingDatabaseRule.Severity,
		Services: h.services,
		CWE:      missingDatabaseRule.CWE,
		OWASP:    missingDatabaseRule.OWASP,
		Evidence: []string{p.Reason},
		Location: finding.Location{Path: p.Path},
		Fix:      finding.Fix{Text: "Keep the package database in the image."},
	}
	if h.place != nil && h.place.fallback.Path != "" {
		f.Location = h.place.fallback
	}
	return f
}
