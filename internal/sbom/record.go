package sbom

import (
	"bytes"
	"path"
	"strings"
)

// readRecord reads which shared libraries and programs a Python wheel installed. The rest of the list, often long, is
// of no interest.
func readRecord(f *file) (*fileFacts, *execFact, error) {
	data, err := f.bytes()
	if err != nil {
		return nil, nil, err
	}
	site := path.Dir(path.Dir(f.path))
	name, _, _ := strings.Cut(path.Base(path.Dir(f.path)), "-")
	o := ownership{Owner: name}
	for len(data) > 0 {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			continue
		}
		p := string(line[:i])
		if strings.Contains(p, ".so") || strings.Contains(p, "/bin/") {
			o.Paths = append(o.Paths, path.Join("/", site, strings.Trim(p, `"`))[1:])
		}
	}
	if len(o.Paths) == 0 {
		return nil, nil, nil
	}
	return &fileFacts{Owns: []ownership{o}, Language: true}, nil, nil
}
