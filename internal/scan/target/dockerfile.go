package target

import (
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/dockerfile"
)

// parsed is a Dockerfile that is read and parsed when it is first asked for.
type parsed struct {
	once sync.Once
	file *dockerfile.File
	err  error
}

// Dockerfile reads and parses a Dockerfile, once a run: several gates ask for the same ones. The error is of reading
// it; what does not parse is told by the file itself.
func (t *Target) Dockerfile(path string) (*dockerfile.File, error) {
	key := path
	if abs, err := filepath.Abs(path); err == nil {
		key = abs
	}
	one, _ := t.dockerfiles.LoadOrStore(key, &parsed{})
	p := one.(*parsed)
	p.once.Do(func() {
		src, err := bounded.ReadFile(path, dockerfile.MaxSize)
		if err != nil {
			p.err = err
			return
		}
		p.file = dockerfile.Parse(src)
	})
	return p.file, p.err
}

// maxText bounds a manifest of which lines are read.
const maxText = 16 << 20

// Text is the content of a file of the project, by the path that the report gives it; nil where it cannot be read.
func (t *Target) Text(name string) []byte {
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.Root, filepath.FromSlash(name))
	}
	text, err := bounded.ReadFile(name, maxText)
	if err != nil {
		return nil
	}
	return text
}

// Taken tells which files of a context the instructions take from it.
func Taken(f *dockerfile.File) func(name string) bool {
	var patterns []string
	for _, in := range f.Instructions {
		_, staged := in.Flag("from")
		if (in.Keyword == "COPY" || in.Keyword == "ADD") && !staged && len(in.Args) > 1 {
			for _, w := range in.Args[:len(in.Args)-1] {
				patterns = append(patterns, w.Text)
			}
		}
		for _, m := range in.Mounts() {
			if m.Type == "bind" && m.From == "" {
				patterns = append(patterns, m.Source)
			}
		}
	}
	for i, p := range patterns {
		if patterns[i] = strings.TrimPrefix(path.Clean("/"+p), "/"); patterns[i] == "" || strings.Contains(p, "$") {
			return func(string) bool { return true }
		}
	}
	return func(name string) bool {
		for dir := name; dir != "."; dir = path.Dir(dir) {
			for _, p := range patterns {
				if hit, _ := path.Match(p, dir); hit {
					return true
				}
			}
		}
		return false
	}
}
