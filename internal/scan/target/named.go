package target

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/stack"
)

// Manifest is a lockfile, a manifest or a program that was named by itself.
type Manifest struct {
	Path string
	As   string // the name that its reader goes by; see sbom.FromFile
}

// maxPiped bounds what is read of standard input or a pipe.
const maxPiped = 512 << 20

// classifyDir files a folder under what it is.
func (t *Target) classifyDir(dir string) (compose bool) {
	switch {
	case image.IsOCILayout(dir):
		t.Images = append(t.Images, "oci-dir:"+dir)
	case stack.Holds(dir):
		return true
	case image.IsRootFS(dir):
		t.Images = append(t.Images, "dir:"+dir)
	default:
		t.Dirs = append(t.Dirs, dir)
	}
	return false
}

// classifyFile tells a file by its content, and a lockfile by its name. What is none of this is left to the gates that
// read single files; if none of them knows it, it is an error (scan.Run).
func (t *Target) classifyFile(path string) (compose bool, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return false, clierr.InputErr(path, err)
	}
	if !st.Mode().IsRegular() { // a pipe of the shell's: <(command)
		f, err := bounded.Open(path)
		if err != nil {
			return false, clierr.Input(path, "not a regular file")
		}
		defer f.Close()
		return false, t.classifyPiped(path, f)
	}
	if stack.Holds(path) {
		return true, nil
	}
	look, err := document.LookAtFile(path)
	if err != nil {
		return false, clierr.InputErr(path, err)
	}
	if strings.HasSuffix(strings.ToLower(filepath.Base(path)), "index.json") && image.IsOCILayout(filepath.Dir(path)) {
		t.Images = append(t.Images, "oci-dir:"+filepath.Dir(path))
		return false, nil
	}
	base := strings.ToLower(filepath.Base(path))
	ext := filepath.Ext(base)
	as := sbom.ManifestName(path)
	switch {
	case look.SBOM:
		t.SBOMs = append(t.SBOMs, path)
	case isTar(look.Head):
		t.Images = append(t.Images, path)
	case as != "":
		t.Manifests = append(t.Manifests, Manifest{path, as})
	case look.As != "":
		t.Manifests = append(t.Manifests, Manifest{path, look.As})
	case sbom.IsProgram(look.Head):
		t.Manifests = append(t.Manifests, Manifest{path, base})
	case strings.Contains(base, "compose") && (ext == ".yml" || ext == ".yaml"):
		return true, nil // so that the compose reader can say what is wrong with it
	case ext == ".tar", ext == ".tgz", strings.HasSuffix(base, ".tar.gz"), strings.HasSuffix(base, ".tar.zst"):
		t.Images = append(t.Images, path)
	case strings.HasSuffix(base, ".cdx.json"), strings.HasSuffix(base, ".cdx.xml"), strings.Contains(base, ".spdx"):
		t.SBOMs = append(t.SBOMs, path) // so that its reader can say what is wrong with it
	default:
		t.Files = append(t.Files, path)
		t.looks[path] = look
	}
	return false, nil
}

// isTar tells a tar of any age by its first block.
func isTar(head []byte) bool {
	const ustarAt = 257 // POSIX ustar: the magic's place in the header block
	return len(head) > ustarAt+5 && bytes.Equal(head[ustarAt:ustarAt+5], []byte("ustar"))
}

// classifyPiped reads standard input or a pipe, which can be read only once, and tells it by its content.
func (t *Target) classifyPiped(name string, r io.Reader) error {
	if r == nil {
		return clierr.Input(name, "standard input is not read here").WithHint("Name a file.")
	}
	data, err := bounded.ReadAll(r, maxPiped)
	if err != nil {
		return clierr.InputErr(name, err)
	}
	look, err := document.LookAt(bytes.NewReader(data))
	if err != nil {
		return clierr.InputErr(name, err)
	}
	t.piped[name] = data
	switch {
	case look.SBOM:
		t.SBOMs = append(t.SBOMs, name)
		return nil
	case look.As != "":
		t.Manifests = append(t.Manifests, Manifest{name, look.As})
		return nil
	case sbom.IsProgram(look.Head):
		t.Manifests = append(t.Manifests, Manifest{name, name})
		return nil
	case isTar(look.Head):
		return clierr.Input(name, "an archive, which has to be read back and forth").WithHint(
			"Write it to a file, and name that.")
	}
	return notKnown(name, look, "Of standard input SBOMs are read, and lockfiles that their content tells: npm's, "+
		"Composer's, Pipenv's, Swift's.")
}

// Input is what was read of standard input or a pipe, which can be read only once, under the name that was given.
func (t *Target) Input(name string) (data []byte, ok bool) {
	data, ok = t.piped[name]
	return data, ok
}

const supported = "Compose files, Dockerfiles, source code, lockfiles, image archives and SBOMs can be read."

// NotKnown is the error about one of the files that were named and that no gate can read.
func (t *Target) NotKnown(file string) error { return notKnown(file, t.looks[file], supported) }

// notKnown is the error about a file that nothing here can read: what it looks like, and what is read instead.
func notKnown(name string, look document.Look, supported string) error {
	e := clierr.Input(name, "not a kind of file that drydock knows")
	switch {
	case dockerfile.IsName(filepath.Base(name)):
		e = clierr.Input(name, "a Dockerfile, which only the dockerfile gate reads")
		return e.WithHint("drydock dockerfile lint reads it, and drydock scan.")
	case look.Is != "":
		e = clierr.Input(name, "this is %s, which drydock does not read", look.Is)
	}
	if look.Remedy != "" {
		return e.WithHint("%s", look.Remedy)
	}
	return e.WithHint("%s", supported)
}
