package exposure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/stack"
)

// FuzzImage follows Dockerfiles of any text: it ends, and what it says was copied has a place.
func FuzzImage(f *testing.F) {
	for _, s := range []string{
		"FROM traefik:v3.5\nCOPY t.yml /etc/traefik/\n",
		"ARG V=3\nFROM traefik:${V} AS a\nENV A=$A$A B=\"$A\"\nFROM a\nCOPY --from=a / /x\nCOPY --from=0 /x /\n",
		"FROM scratch\nADD a.tar /\nADD https://x/y /z\nRUN echo a > /traefik.yml\nRUN <<EOF\nsed -i x " +
			"/etc/traefik/t.yml\nEOF\n",
		"FROM x\nCOPY <<A <<\"B\" /etc/traefik/\n$A\nA\n$B\nB\nLABEL traefik.enable=$X\nWORKDIR ../..\nCOPY * ./\n",
		"FROM a AS a\nFROM a AS a\nCOPY --from=a . .\n",
	} {
		f.Add(s)
	}
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "t.yml"), []byte("api: {}\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		st := &stack.Stack{Name: "p", Dir: dir}
		s := &stack.Service{Name: "s", Build: &stack.Build{Context: dir, Inline: text + "\n"}}
		s.BuildLocation.Path = "compose.yaml"
		c := newBuilder(&stack.Host{Root: dir}, Options{})
		img := c.image(s)
		if len(img.copies) > maxCopies+1 {
			t.Errorf("%d copies", len(img.copies))
		}
		for _, o := range img.copies {
			if !strings.HasPrefix(o.target, "/") || o.hidden == "" && o.path == "" && o.folder || o.path != "" &&
				!strings.HasPrefix(o.path, dir) {
				t.Errorf("%+v", o)
			}
		}
		for _, name := range usualFiles {
			if at := c.find(st, s, name); at.state == hidden && (at.why == "" || at.shown == "") {
				t.Errorf("%s: %+v", name, at)
			}
		}
		c.isTraefik(st, s)
	})
}
