package sbom

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Bounds on the search for secrets: of one file, of all files of a layer, and on what is told of an image.
const (
	maxSecretFile  = 1 << 20
	maxSearched    = 256 << 20
	maxSecretsTold = 200
)

// systemFolders are of the distribution and of language packages: what stands there was published, and is no secret of
// the image's.
var systemFolders = []string{"usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib32/", "usr/lib64/", "usr/libexec/",
	"usr/include/", "usr/share/", "usr/local/lib/", "usr/local/include/", "usr/local/share/", "usr/local/go/", "bin/",
	"sbin/", "lib/", "lib64/", "var/lib/dpkg/", "var/lib/apt/", "var/cache/", "proc/", "sys/", "dev/", "boot/",
	"etc/ssl/certs/"}

var packageFolders = []string{"/node_modules/", "/site-packages/", "/dist-packages/", "/vendor/", "/gems/", "/.git/",
	"/.cache/", "/go/pkg/mod/"}

// mayHold reports whether a file is searched for secrets, by its path and size. What is too much is told.
func (s *layerScan) mayHold(e *image.Entry) bool {
	if s.secrets == nil || e.Size == 0 || e.Size > maxSecretFile {
		return false
	}
	for _, dir := range systemFolders {
		if strings.HasPrefix(e.Path, dir) && !strings.HasPrefix(e.Path, "usr/share/nginx/html/") {
			return false
		}
	}
	for _, dir := range packageFolders {
		if strings.Contains("/"+e.Path, dir) {
			return false
		}
	}
	before := s.searched
	s.searched += e.Size
	if before <= maxSearched && s.searched > maxSearched {
		s.problem("", fmt.Errorf("a layer has more than %d MB of files that may hold secrets: the rest was not searched",
			maxSearched>>20))
	}
	return s.searched <= maxSearched
}

// search is the task that looks for secrets in a file.
func (s *layerScan) search(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data := f.Data
	if data == nil {
		data = make([]byte, f.Size)
		if n, err := f.At.ReadAt(data, 0); int64(n) < f.Size {
			return nil, nil, err
		}
	}
	const head = 8000
	if bytes.IndexByte(data[:min(len(data), head)], 0) >= 0 {
		return nil, nil, nil
	}
	found := s.secrets(f.Path, data)
	if len(found) == 0 {
		return nil, nil, nil
	}
	return &extract.Facts{Secrets: found}, nil, nil
}

// secretsOf are the secrets of all layers, those too whose file a later layer removes or replaces.
func secretsOf(layers []*layerFacts) []inventory.Secret {
	var out []inventory.Secret
	for i, l := range layers {
		if l == nil {
			continue
		}
		for j := range l.Files {
			for _, s := range l.Files[j].Secrets {
				if len(out) == maxSecretsTold {
					return out
				}
				s.Path, s.Layer = l.Files[j].Path, i
				s.Gone = goneIn(s.Path, layers, i)
				out = append(out, s)
			}
		}
	}
	return out
}

// goneIn is the first layer above another that hides a file of it, 0 if none does.
func goneIn(path string, layers []*layerFacts, from int) int {
	for i := from + 1; i < len(layers); i++ {
		l := layers[i]
		if l == nil {
			continue
		}
		for _, h := range l.Hidden {
			if path == h || strings.HasPrefix(path, h+"/") {
				return i
			}
		}
		for _, o := range l.Opaque {
			if o == "" || strings.HasPrefix(path, o+"/") {
				return i
			}
		}
		replaced := false
		l.Paths.each(func(p []byte) { replaced = replaced || string(p) == path })
		if replaced {
			return i
		}
	}
	return 0
}
