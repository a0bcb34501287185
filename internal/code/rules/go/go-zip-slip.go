//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"archive/tar"
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func unzip(archive *zip.Reader, folder string) error {
	for _, entry := range archive.File {
		// ruleid: go-zip-slip
		out, _ := os.Create(filepath.Join(folder, entry.Name))
		in, _ := entry.Open()
		io.Copy(out, in)
	}
	return nil
}

func untar(archive *tar.Reader, folder string) {
	header, err := archive.Next()
	if err != nil {
		return
	}
	// ruleid: go-zip-slip
	os.MkdirAll(folder+"/"+header.Name, 0o755)
}

func local(archive *zip.Reader, folder string) error {
	for _, entry := range archive.File {
		if !filepath.IsLocal(entry.Name) {
			return fmt.Errorf("%s leads out of the folder", entry.Name)
		}
		// ok: go-zip-slip
		os.Create(filepath.Join(folder, entry.Name))
	}
	return nil
}

func prefix(archive *zip.Reader, folder string) error {
	for _, entry := range archive.File {
		path := filepath.Join(folder, entry.Name)
		if !strings.HasPrefix(path, filepath.Clean(folder)+"/") {
			return fmt.Errorf("%s leads out of the folder", entry.Name)
		}
		// ok: go-zip-slip
		os.Create(path)
	}
	return nil
}

func flat(archive *zip.Reader, folder string) {
	for _, entry := range archive.File {
		// ok: go-zip-slip
		os.Create(filepath.Join(folder, filepath.Base(entry.Name)))
	}
}
