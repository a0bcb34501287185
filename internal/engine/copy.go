package engine

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/moby/moby/client"
)

// Copied is a file or folder of this machine that a container gets a copy of before it starts.
type Copied struct {
	Source string
	Target string // where it lies in the container, absolute
}

// What one copy may hold: it stands for a mount of settings, not of data.
const (
	maxCopiedFiles = 10_000
	maxCopiedBytes = 128 << 20
)

var errTooMuch = errors.New("more than a copy may hold")

// copyIn puts copies into a container that is not started yet. Links stay links: none is followed on this machine.
func (c *Container) copyIn(ctx context.Context, files []Copied) error {
	for _, f := range files {
		r, w := io.Pipe()
		go func() { w.CloseWithError(writeArchive(w, f)) }()
		_, err := c.run.e.api.CopyToContainer(ctx, c.ID, client.CopyToContainerOptions{DestinationPath: "/", Content: r,
			AllowOverwriteDirWithFile: true})
		r.Close()
		if err != nil {
			return fmt.Errorf("copy %s into the container: %w", f.Source, err)
		}
	}
	return nil
}

func writeArchive(w io.Writer, f Copied) error {
	tw := tar.NewWriter(w)
	files, left := 0, int64(maxCopiedBytes)
	err := filepath.WalkDir(f.Source, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		files++
		left -= st.Size()
		switch kind := st.Mode().Type(); {
		case files > maxCopiedFiles || left < 0:
			return errTooMuch
		case kind != 0 && kind != fs.ModeDir && kind != fs.ModeSymlink:
			return nil // a socket, a device
		}
		return writeEntry(tw, f, name, st)
	})
	return errors.Join(err, tw.Close())
}

func writeEntry(tw *tar.Writer, f Copied, name string, st fs.FileInfo) error {
	link := ""
	if st.Mode()&fs.ModeSymlink != 0 {
		var err error
		if link, err = os.Readlink(name); err != nil {
			return err
		}
	}
	h, err := tar.FileInfoHeader(st, link)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(f.Source, name)
	if err != nil {
		return err
	}
	h.Name = path.Join(f.Target, filepath.ToSlash(rel))[1:]
	h.Uname, h.Gname = "", ""
	if st.IsDir() {
		h.Name += "/"
	}
	if err := tw.WriteHeader(h); err != nil || !st.Mode().IsRegular() {
		return err
	}
	r, err := os.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.CopyN(tw, r, h.Size)
	return err
}
