package report

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Plural is "1 finding" or "2 findings".
func Plural(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "ry"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	case strings.HasSuffix(one, "ch"):
		return fmt.Sprintf("%d %ses", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// List writes "a, b and c", or "a, b and 4 more" beyond max names, or none where there is nothing to name.
func List(names []string, max int, none string) string {
	switch n := len(names); {
	case n == 0:
		return none
	case n == 1:
		return names[0]
	case n <= max:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:max-1], ", "), n-max+1)
	}
}

// Size writes a number of bytes with the unit that suits it: "12.3 MB".
func Size(n int64) string {
	size, unit := float64(n), "bytes"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, next
	}
	if unit == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}

var digest = lazyregexp.New(`sha256:[0-9a-f]{64}`)

// ShortDigests cuts the digests in a text for people, as docker does: one in full hides what else a line says.
func ShortDigests(text string) string {
	return digest.ReplaceAllStringFunc(text, func(d string) string { return d[:len("sha256:")+12] })
}
