package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lint"
)

var labelLicence = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "label-licence", Aliases: []string{"DL3054"}, Severity: finding.Info,
		Title:       "A label of the schema is not an SPDX licence identifier",
		Description: "The schema says that the label is a licence of the SPDX list, one that is not deprecated.",
		Remedy:      "Write the identifier: MIT, Apache-2.0, GPL-3.0-or-later.",
		References:  []string{"https://spdx.org/licenses/"},
	},
	Check: func(p *lint.Pass) {
		labelValues(p, "spdx", "the label is not an SPDX licence identifier", func(v string) bool {
			return inventory.IsLicenceID(v) && !deprecatedLicence[v]
		})
	},
}

// deprecatedLicence are the identifiers that the SPDX list keeps but advises against.
var deprecatedLicence = map[string]bool{
	"AGPL-1.0": true, "AGPL-3.0": true, "GFDL-1.1": true, "GFDL-1.2": true, "GFDL-1.3": true, "GPL-1.0": true,
	"GPL-2.0": true, "GPL-3.0": true,
	"GPL-1.0+": true, "GPL-2.0+": true, "GPL-3.0+": true, "LGPL-2.0": true, "LGPL-2.1": true, "LGPL-3.0": true,
	"LGPL-2.0+": true, "LGPL-2.1+": true,
	"LGPL-3.0+": true, "GPL-2.0-with-GCC-exception": true, "GPL-2.0-with-autoconf-exception": true,
	"GPL-2.0-with-bison-exception":     true,
	"GPL-2.0-with-classpath-exception": true, "GPL-2.0-with-font-exception": true, "GPL-3.0-with-GCC-exception": true,
	"GPL-3.0-with-autoconf-exception": true, "BSD-2-Clause-FreeBSD": true, "BSD-2-Clause-NetBSD": true, "Nunit": true,
	"StandardML-NJ": true,
	"eCos-2.0":      true, "wxWindows": true, "bzip2-1.0.5": true, "Net-SNMP": true,
}
