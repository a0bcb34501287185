package extract

import (
	"context"
	"io/fs"
	"strings"
	"sync"
	"time"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	scalibrfs "github.com/google/osv-scalibr/fs"
	"github.com/google/osv-scalibr/log"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

// newExtractor makes one of osv-scalibr's extractors.
type newExtractor func(*cpb.PluginConfig) (filesystem.Extractor, error)

// extractTime bounds one extractor's work on one file.
const extractTime = time.Minute

// Scalibr makes a Reader of an extractor. Its packages keep their ecosystem's name and version; line, licence and
// development mark where it tells them.
func Scalibr(make newExtractor) Reader {
	get := sync.OnceValues(func() (filesystem.Extractor, error) {
		quiet()
		return make(&cpb.PluginConfig{})
	})
	return func(f *File) ([]inventory.Package, error) {
		ex, err := get()
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(context.Background(), extractTime)
		defer cancel()
		found, err := ex.Extract(ctx, &filesystem.ScanInput{FS: f.scalibrFS(), Path: f.Path, Info: fileInfo{f},
			Reader: f.Seeker()})
		var out []inventory.Package
		for _, p := range found.Packages {
			if q, ok := fromScalibr(p); ok {
				out = append(out, q)
			}
		}
		return out, err
	}
}

// fromScalibr converts one package; one without name or ecosystem is left out, since nothing could be said about it.
func fromScalibr(p *extractor.Package) (inventory.Package, bool) {
	eco := string(p.Ecosystem().Ecosystem)
	if p.Name == "" || ecosystem.TypeOf(eco) == "" {
		return inventory.Package{}, false
	}
	version := p.Version
	if eco == ecosystem.Go && version != "" && p.Name != "stdlib" && !strings.HasPrefix(version, "v") {
		version = "v" + version // as the module system writes it
	}
	q := NewPackage(eco, p.Name, version)
	if version == "" || strings.ContainsAny(version, "${[(*") {
		q = NewPackage(eco, p.Name, "")
		q.Version, q.Range = version, true
	}
	for _, l := range p.Licenses {
		if l != "" {
			q.Licences = append(q.Licences, l)
		}
	}
	if d := p.Location.Descriptor; d != nil && d.File != nil {
		q.Line = d.File.LineNumber
	}
	if g, ok := p.Metadata.(interface{ DepGroups() []string }); ok {
		for _, name := range g.DepGroups() {
			q.Dev = q.Dev || name == "dev" || name == "test" || name == "development"
		}
	}
	return q, true
}

// quiet keeps the extractors' own log lines, which would stand between ours, from being written.
var quiet = sync.OnceFunc(func() { log.SetLogger(silence{}) })

type silence struct{}

func (silence) Errorf(string, ...any) {}
func (silence) Error(...any)          {}
func (silence) Warnf(string, ...any)  {}
func (silence) Warn(...any)           {}
func (silence) Infof(string, ...any)  {}
func (silence) Info(...any)           {}
func (silence) Debugf(string, ...any) {}
func (silence) Debug(...any)          {}

var _ log.Logger = silence{}

// fileInfo is a file's fs.FileInfo.
type fileInfo struct{ f *File }

func (i fileInfo) Name() string       { return i.f.Path[strings.LastIndexByte(i.f.Path, '/')+1:] }
func (i fileInfo) Size() int64        { return i.f.Size }
func (i fileInfo) Mode() fs.FileMode  { return 0o644 }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return false }
func (i fileInfo) Sys() any           { return nil }

// scalibrFS is the tree as the extractors want it; around a file of a layer there is nothing.
func (f *File) scalibrFS() scalibrfs.FS {
	if t, ok := f.Tree.(scalibrfs.FS); ok {
		return t
	}
	return noTree{}
}

type noTree struct{}

func (noTree) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
func (noTree) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
}
func (noTree) Stat(name string) (fs.FileInfo, error) {
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}
