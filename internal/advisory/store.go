package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/state"
)

// Imported data is a folder of index files, one an ecosystem and one of scores, named by their content, and a manifest
// that says which of them are in use. Replacing the manifest, by rename, is the one step that makes an import count.
const manifestFile = "manifest.json"

const (
	manifestSchema = 1
	maxManifest    = 4 << 20
	maxIndex       = 1<<31 - 1
)

// scoresName stands for the scores where other files have their ecosystem.
const scoresName = "scores"

type manifest struct {
	Schema int         `json:"schema"`
	Files  []indexFile `json:"files"`
}

type indexFile struct {
	Name     string    `json:"name"` // ecosystem, or scoresName
	File     string    `json:"file"`
	Source   string    `json:"source"`
	Imported time.Time `json:"imported"`
}

// Dir is the folder of the imported data. It may not exist yet.
func Dir() (string, error) {
	d, err := state.Data()
	return filepath.Join(d, "advisories"), err
}

func readManifest(dir string) (manifest, error) {
	var m manifest
	path := filepath.Join(dir, manifestFile)
	b, err := bounded.ReadFile(path, maxManifest)
	if errors.Is(err, os.ErrNotExist) {
		return manifest{Schema: manifestSchema}, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	if m.Schema != manifestSchema {
		return m, fmt.Errorf("%s: schema %d, want %d", path, m.Schema, manifestSchema)
	}
	for _, f := range m.Files {
		if f.File != filepath.Base(f.File) {
			return m, fmt.Errorf("%s: %q is no file name", path, f.File)
		}
	}
	return m, nil
}

// ImportOptions are what an import may be told.
type ImportOptions struct {
	Source   string                // what reports say of the data's origin; "" for the folder's path
	Only     []string              // the ecosystems to take; nil for all that are there
	Now      time.Time             // dates of change after it are not believed
	Progress func(done, total int) // told of records read, from several goroutines; may be nil
}

// Import reads a folder in the public OSV bulk layout and puts what it holds in use in dir: its ecosystems replace
// those of the same name that were imported before, the others stay. Where nothing could be used, or anything fails,
// what was in use stays in use.
func Import(ctx context.Context, dir, from string, o ImportOptions) (*Imported, error) {
	s, err := read(ctx, from, o)
	if err != nil {
		return nil, err
	}
	if o.Source == "" {
		if o.Source, err = filepath.Abs(from); err != nil {
			return nil, clierr.InputErr("", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, clierr.InputErr("", err)
	}
	m, err := readManifest(dir)
	if err != nil {
		m = manifest{Schema: manifestSchema} // a damaged manifest is fixed by importing again
	}
	put := func(name string, meta Meta, data []byte) error {
		sum := sha256.Sum256(data)
		e := indexFile{Name: name, File: hex.EncodeToString(sum[:8]) + ".idx", Source: o.Source,
			Imported: o.Now.UTC().Truncate(time.Second)}
		m.Files = slices.DeleteFunc(m.Files, func(o indexFile) bool { return o.Name == name })
		m.Files = append(m.Files, e)
		s.result.Ecosystems = append(s.result.Ecosystems, meta.Ecosystems...)
		s.result.Bytes += int64(len(data))
		return create(filepath.Join(dir, e.File), data)
	}
	if err := s.indexes(ctx, put); err != nil {
		return nil, clierr.InputErr("", err)
	}
	if err := m.write(dir); err != nil {
		return nil, clierr.InputErr("", err)
	}
	sweep(dir, m)
	return &s.result, nil
}

func (m *manifest) write(dir string) error {
	sort.Slice(m.Files, func(i, j int) bool { return m.Files[i].Name < m.Files[j].Name })
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return create(filepath.Join(dir, manifestFile), append(b, '\n'))
}

func create(path string, data []byte) error {
	return safefile.Create(path, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// sweep removes index files that the manifest does not name. Those who have one open keep it.
func sweep(dir string, m manifest) {
	files, err := filepath.Glob(filepath.Join(dir, "*.idx"))
	if err != nil {
		return
	}
	for _, f := range files {
		if !slices.ContainsFunc(m.Files, func(e indexFile) bool { return e.File == filepath.Base(f) }) {
			os.Remove(f)
		}
	}
}
