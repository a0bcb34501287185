package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/lint"
)

// context reads the words of a sample's "context:" line: what is known beyond the file.
func context(t testing.TB, words []string) lint.Context {
	t.Helper()
	c := lint.Context{}
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		switch k {
		case "target":
			c.Target = v
		case "service":
			c.Services = append(c.Services, v)
		case "dependant":
			c.Dependants = append(c.Dependants, v)
		case "health":
			c.Health = true
		case "user":
			c.User = v
		case "ignore":
			has := v == "yes"
			c.Ignore = &has
		case "file":
			files := v
			old := c.Exists
			c.Exists = func(p string) bool { return p == files || old != nil && old(p) }
		case "now":
			now, err := time.Parse(time.DateOnly, v)
			if err != nil {
				t.Fatal(err)
			}
			c.Now = now
		default:
			t.Fatalf("context: what is %q?", w)
		}
	}
	return c
}
