package provision

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/safefile"
)

// Binary is a program of drydock that scanners are given.
type Binary struct {
	Path   string
	Arch   string // as Go names it: amd64, arm64
	Static bool   // it needs no libraries of the machine, so that it runs under any C library
	SHA256 string // of the program itself
}

// architectures are those of which programs are served.
var architectures = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}

// Open looks at a program for Linux. It must be a regular file that only root or the server's own user can change,
// reached without a link, since what is served runs on the machines of others.
func Open(path string) (Binary, error) {
	b := Binary{Path: path}
	if err := trusted(path); err != nil {
		return b, err
	}
	f, err := os.Open(path)
	if err != nil {
		return b, clierr.InputErr("", err)
	}
	defer f.Close()
	program, err := elf.NewFile(f)
	if err != nil {
		return b, clierr.Input(path, "is no program for Linux: %v", err)
	}
	if b.Arch = architectures[program.Machine]; b.Arch == "" {
		return b, clierr.Input(path, "is for %s; scanners are served programs for amd64 and arm64", program.Machine)
	}
	b.Static = true
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			b.Static = false
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return b, clierr.InputErr(path, err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return b, clierr.InputErr(path, err)
	}
	b.SHA256 = hex.EncodeToString(h.Sum(nil))
	return b, nil
}

// Folder opens the programs of a folder: files that are called drydock-…. One that cannot be served is an error, so
// that nobody believes it is.
func Folder(dir string) ([]Binary, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, clierr.InputErr("", err)
	}
	var out []Binary
	var errs []error
	for _, e := range entries {
		if match, _ := filepath.Match("drydock*", e.Name()); !match || e.IsDir() ||
			filepath.Ext(e.Name()) == ".sha256" {
			continue
		}
		b, err := Open(filepath.Join(dir, e.Name()))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, b)
	}
	if len(out) == 0 && len(errs) == 0 {
		return nil, clierr.Input(dir, "holds no program: a file drydock-linux-amd64 or the like is looked for")
	}
	return out, errors.Join(errs...)
}

// javaPath is where a scanner finds the program in the archive: where a Java would be.
const javaPath = "bin/java"

// chooser starts the program for the machine it runs on.
const chooser = `#!/bin/sh
case "$(uname -m)" in
  x86_64|amd64) arch=amd64 ;;
  aarch64|arm64) arch=arm64 ;;
  *) echo '{"level":"ERROR","message":"drydock has no program for this processor"}'; exit 1 ;;
esac
exec "$(dirname "$0")/drydock-$arch" "$@"
`

// entry is a file of an archive: a text, or another file.
type entry struct {
	name, text, path string
}

// writeArchive writes a tar.gz with the same bytes whenever it is given the same programs: a scanner keeps what it has
// by its digest.
func writeArchive(w io.Writer, entries []entry) error {
	zw, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		if err := addEntry(tw, e); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return errors.Join(tw.Close(), zw.Close())
}

func addEntry(tw *tar.Writer, e entry) error {
	h := tar.Header{
		Name:     e.name,
		Mode:     0o755,
		Size:     int64(len(e.text)),
		Typeflag: tar.TypeReg,
		Format:   tar.FormatUSTAR,
		ModTime:  time.Unix(0, 0),
	}
	if e.path == "" {
		if err := tw.WriteHeader(&h); err != nil {
			return err
		}
		_, err := io.WriteString(tw, e.text)
		return err
	}
	f, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	h.Size = st.Size()
	if err := tw.WriteHeader(&h); err != nil {
		return err
	}
	_, err = io.CopyN(tw, f, h.Size)
	return err
}

// archive is a file that is served, with its digest.
type archive struct {
	path   string
	sha256 string
	size   int64
}

// makeArchive writes an archive into a folder, named by what it holds, and tells its digest. One that is there
// already is
// written again: what is served is what was read just now.
func makeArchive(dir, name string, entries []entry) (archive, error) {
	a := archive{path: filepath.Join(dir, name)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return a, err
	}
	h := sha256.New()
	err := safefile.Create(a.path, func(w io.Writer) error { return writeArchive(io.MultiWriter(w, h), entries) })
	if err != nil {
		return a, err
	}
	st, err := os.Stat(a.path)
	if err != nil {
		return a, err
	}
	a.sha256, a.size = hex.EncodeToString(h.Sum(nil)), st.Size()
	return a, nil
}

// The compiled form of advice/Advice.java.
//
//go:embed advice/Advice.class
var adviceClass []byte

// Names of the entries of the engine file that are for drydock itself.
const (
	EngineServer = "drydock/server" // the address by which the server is reached
	EngineCA     = "drydock/ca.pem" // the certificates that it is known by, where it has its own
)

// writeEngine writes the file that scanners hand to the program as its first argument. A real Java that is given it
// says what to change. It came over the connection that the scanner has verified, so it also carries how to reach the
// server.
func writeEngine(w io.Writer, server string, ca []byte) error {
	zw := zip.NewWriter(w)
	manifest := "Manifest-Version: 1.0\r\nMain-Class: Advice\r\n\r\n"
	for _, e := range []struct {
		name string
		data []byte
	}{{"META-INF/MANIFEST.MF", []byte(manifest)}, {"Advice.class", adviceClass}, {EngineServer, []byte(server)}, {EngineCA, ca}} {
		if len(e.data) == 0 {
			continue
		}
		f, err := zw.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := f.Write(e.data); err != nil {
			return err
		}
	}
	return zw.Close()
}
