package sbom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/distro"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// ErrNoDatabase is of an image in whose layers no package database was met.
var ErrNoDatabase = errors.New("no package database is in it")

// FromDatabase finds the packages of an image's distribution and reads as little of it as that takes: its layers from
// the top one down to the one that holds the package database, that one up to the database. COPY and ADD of a folder
// that holds none are passed over. It tells nothing of other packages, and which release it is only where what was read
// tells it.
func FromDatabase(ctx context.Context, img *image.Image) (*inventory.Inventory, error) {
	r := &databaseRead{facts: &layerFacts{}}
	want := func(i int) bool { return i == 0 || !copiesElsewhere(img.Info.Layers[i].CreatedBy) }
	if err := img.TopDown(ctx, want, r.layer); err != nil {
		return nil, err
	}
	if !r.found {
		return nil, ErrNoDatabase
	}
	info := img.Info
	info.Layers = []inventory.Layer{{}}
	inv := compose(&info, []*layerFacts{r.facts})
	inv.Image = &img.Info
	for i := range inv.Packages {
		inv.Packages[i].Layer = ""
	}
	return inv, nil
}

// copiesElsewhere reports whether an instruction only copies to where no package database lies.
func copiesElsewhere(createdBy string) bool {
	keyword, rest, _ := strings.Cut(createdBy, " ")
	if keyword != "COPY" && keyword != "ADD" {
		return false
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return false
	}
	to := path.Clean("/" + strings.Trim(words[len(words)-1], `"[]`))
	for _, dir := range []string{"/var", "/lib", "/usr"} {
		if to == "/" || to == dir || strings.HasPrefix(to, dir+"/lib") {
			return false
		}
	}
	return true
}

type databaseRead struct {
	facts  *layerFacts
	folder bool // the database has a file a package, which may lie in any layer
	found  bool
	hidden map[string]bool
}

func (r *databaseRead) layer(_ int, l *image.Layer) (bool, error) {
	var e image.Entry
	for {
		err := l.Next(&e)
		switch {
		case err == io.EOF:
			return r.found && !r.folder, nil
		case err != nil:
			return false, err
		case e.Kind != image.File || r.hidden[e.Path]:
			continue
		}
		base := path.Base(e.Path)
		database := distro.IsDatabase(e.Path)
		if !database && base != "os-release" {
			continue
		}
		if err := r.file(l, &e, base); err != nil {
			return false, err
		}
		if !database {
			continue
		}
		r.found = true
		if r.folder = r.folder || strings.Contains(e.Path, "status.d/"); !r.folder {
			return true, nil
		}
	}
}

// file reads a database, or which distribution it is. Those of a layer above count.
func (r *databaseRead) file(l *image.Layer, e *image.Entry, base string) error {
	task := distro.Task(e.Path, base)
	if task == nil {
		return nil
	}
	if e.Size > extract.MaxFile {
		return fmt.Errorf("%s has %d bytes, more than any package database", e.Path, e.Size)
	}
	data := make([]byte, e.Size)
	if _, err := io.ReadFull(l, data); err != nil {
		return fmt.Errorf("%s: %w", e.Path, err)
	}
	facts, err := readTask(task, &extract.File{Path: e.Path, Size: e.Size, Data: data})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Path, err)
	}
	if facts == nil {
		return nil
	}
	if r.hidden == nil {
		r.hidden = map[string]bool{}
	}
	r.hidden[e.Path] = true
	facts.Path = e.Path
	r.facts.Files = append(r.facts.Files, *facts)
	r.facts.Paths.add(e.Path)
	r.facts.Sizes.add(e.Size)
	return nil
}

// readTask runs a task; one that panics on hostile bytes has failed.
func readTask(task extract.Task, f *extract.File) (facts *extract.Facts, err error) {
	defer func() {
		if p := recover(); p != nil {
			facts, err = nil, fmt.Errorf("the reader failed: %v", p)
		}
	}()
	facts, _, err = task(f)
	return facts, err
}
