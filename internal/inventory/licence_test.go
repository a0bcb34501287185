package inventory

import (
	"strings"
	"testing"
)

func TestLicenceExpression(t *testing.T) {
	for s, want := range map[string]bool{
		"MIT": true, "mit": false, "BSD": false, "": false, "MIT OR Apache-2.0": true,
		"(MIT OR GPL-2.0-only) AND BSD-3-Clause": true,
		"MIT OR":                                 false, "MIT Apache-2.0": false, "(MIT": false, "MIT)": false,
		"()": false, "GPL-2.0-only WITH Classpath-exception-2.0": true,
		"MIT WITH": false, "WITH MIT": false, "LicenseRef-vendor": true, "LicenseRef-a b": false, "Apache-2.0+": true,
		"See <script>":            false,
		strings.Repeat("(", 2000): false, "MIT AND (Apache-2.0 (ISC))": false,
	} {
		if got := IsLicenceExpression(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
	if !IsLicenceID("Zlib") || IsLicenceID("zlib") {
		t.Error("the identifier list is not read")
	}
}
