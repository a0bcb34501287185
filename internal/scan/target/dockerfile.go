package target

import (
	"path/filepath"
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
