package lockfile

import (
	"bytes"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/sbom/extract"
)

// ReadRecord reads which shared libraries and programs a Python wheel installed. The rest of the list, often long, is
// of no interest.
func ReadRecord(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, nil, err
	}
	site := path.Dir(path.Dir(f.Path))
	name, _, _ := strings.Cut(path.Base(path.Dir(f.Path)), "-")
	o := extract.Ownership{Owner: name}
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
	return &extract.Facts{Owns: []extract.Ownership{o}, Language: true}, nil, nil
}
