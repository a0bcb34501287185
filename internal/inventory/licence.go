package inventory

import (
	_ "embed"
	"strings"
	"sync"
)

// spdxIDs are the identifiers of the SPDX licence list (CC0), one a line: those that every published CycloneDX schema
// since 1.6 accepts.
//
//go:embed spdx_ids.txt
var spdxIDs string

var spdxID = sync.OnceValue(func() map[string]bool {
	ids := make(map[string]bool, 800)
	for id := range strings.FieldsSeq(spdxIDs) {
		ids[id] = true
	}
	return ids
})

// IsLicenceID reports whether s is an identifier of the SPDX licence list, in its exact spelling.
func IsLicenceID(s string) bool { return spdxID()[s] }

// maxLicence bounds a licence expression; a longer text is no expression.
const maxLicence = 1000

// IsLicenceExpression reports whether s is an SPDX licence expression (SPDX 2.3, annex D) whose licences are all on the
// list or are LicenseRefs. Exceptions after WITH are taken as they are.
func IsLicenceExpression(s string) bool {
	if len(s) > maxLicence {
		return false
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "(", " ( "), ")", " ) ")
	depth, operand := 0, false
	words := strings.Fields(s)
	for i := 0; i < len(words); i++ {
		switch w := words[i]; w {
		case "(":
			if operand {
				return false
			}
			depth++
		case ")":
			if depth--; !operand || depth < 0 {
				return false
			}
		case "AND", "OR":
			if !operand {
				return false
			}
			operand = false
		case "WITH":
			if i++; !operand || i == len(words) || !isIDString(words[i]) {
				return false
			}
		default:
			if operand || !IsLicenceID(strings.TrimSuffix(w, "+")) &&
				!(strings.HasPrefix(w, "LicenseRef-") && isIDString(w)) {
				return false
			}
			operand = true
		}
	}
	return operand && depth == 0
}

// isIDString reports whether s is made of letters, digits, dots and dashes only.
func isIDString(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
			return false
		}
	}
	return s != ""
}
