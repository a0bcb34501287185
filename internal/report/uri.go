package report

import (
	"fmt"
	"strings"
)

// URI percent-encodes what no URI may hold (RFC 3986, section 2); the schemas ask for a URI, and what was scanned may
// hold anything.
func URI(s string) string {
	const allowed = "-._~:/?@!$&'()*+,;="
	var b strings.Builder
	fragment := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		keep := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			strings.IndexByte(allowed, c) >= 0
		switch {
		case c == '%':
			keep = i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		case c == '#':
			keep, fragment = !fragment, true
		}
		if keep {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
