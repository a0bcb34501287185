package rules

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/drydock/drydock/internal/lint"
)

// context reads the words of a sample's "context:" line: what is known beyond the file.
func context(t testing.TB, words []string) lint.Context {
	t.Helper()
	c := lint.Context{}
	files := fstest.MapFS{}
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		switch k {
		case "target":
			c.Target = v
		case "service": // name, then :health, :user=x or :<dependant
			parts := strings.Split(v, ":")
			s := lint.Service{Name: parts[0]}
			for _, p := range parts[1:] {
				switch {
				case p == "health":
					s.Health = true
				case strings.HasPrefix(p, "user="):
					s.User = p[len("user="):]
				case strings.HasPrefix(p, "<"):
					s.Dependants = append(s.Dependants, p[1:])
				}
			}
			c.Services = append(c.Services, s)
		case "arg":
			name, value, _ := strings.Cut(v, "=")
			c.Args = map[string]string{name: value}
		case "patterns":
			c.Patterns = strings.Split(v, ",")
		case "platform":
			c.Platform = v
		case "base": // os/arch, then variables
			words := strings.Split(v, ",")
			base := lint.Base{Env: map[string]string{}}
			base.OS, base.Arch, _ = strings.Cut(words[0], "/")
			for _, name := range words[1:] {
				base.Env[name] = "x"
			}
			c.Base = func(string) (lint.Base, bool) { return base, true }
		case "contexts":
			c.Contexts = strings.Split(v, ",")
		case "file": // name, then =content
			name, content, _ := strings.Cut(v, "=")
			files[name] = &fstest.MapFile{Data: []byte(content)}
			c.Files = files
		case "ignored":
			list := strings.Split(v, ",")
			c.Ignored = func(p string) bool { return contains(list, p) }
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
