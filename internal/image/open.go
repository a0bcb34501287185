package image

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// The schemes of an image's name.
const (
	schemeEngine   = "docker:"
	schemeArchive  = "docker-archive:"
	schemeOCITar   = "oci-archive:"
	schemeOCIDir   = "oci-dir:"
	schemeRegistry = "registry:"
	schemeFolder   = "dir:"
)

// Open opens the image that ref names:
//
//	docker:NAME           an image of the container engine
//	docker-archive:FILE   what `docker save` wrote; FILE@TAG picks one of several images
//	oci-archive:FILE      an OCI layout in a tar
//	oci-dir:DIR           an OCI layout
//	registry:REF          an image of a registry
//	dir:DIR               a folder that holds a root file system
//
// Without a scheme it is a folder (an OCI layout, or a root file system), else a file by its content, else an image of
// the engine. The error is a *clierr.Error. Close the image.
func Open(ctx context.Context, ref string, opt Options) (*Image, error) {
	if _, err := parsePlatform(opt.Platform); err != nil {
		return nil, err
	}
	switch {
	case ref == "":
		return nil, clierr.Usage("no image is named")
	case strings.HasPrefix(ref, schemeEngine):
		return openEngine(ctx, strings.TrimPrefix(ref, schemeEngine), opt)
	case strings.HasPrefix(ref, schemeArchive):
		return openFile(ctx, strings.TrimPrefix(ref, schemeArchive), "docker", opt)
	case strings.HasPrefix(ref, schemeOCITar):
		return openFile(ctx, strings.TrimPrefix(ref, schemeOCITar), "oci", opt)
	case strings.HasPrefix(ref, schemeOCIDir):
		dir, tag := splitTag(strings.TrimPrefix(ref, schemeOCIDir))
		return openOCIDir(dir, tag, opt)
	case strings.HasPrefix(ref, schemeRegistry):
		return openRegistry(ctx, strings.TrimPrefix(ref, schemeRegistry), opt)
	case strings.HasPrefix(ref, schemeFolder):
		return openFolder(strings.TrimPrefix(ref, schemeFolder), opt)
	}
	path, _ := splitTag(ref)
	switch st, err := os.Stat(path); {
	case err == nil && st.IsDir() && IsOCILayout(path):
		return openOCIDir(path, "", opt)
	case err == nil && st.IsDir():
		return openFolder(path, opt)
	case err == nil:
		return openFile(ctx, ref, "", opt)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid):
		return nil, clierr.InputErr(path, err)
	}
	return openEngine(ctx, ref, opt)
}

func openFile(ctx context.Context, ref, form string, opt Options) (*Image, error) {
	file, tag := splitTag(ref)
	return openTarFile(ctx, file, form, tag, opt)
}

// splitTag splits FILE@TAG; a file whose own name holds an @ is found as it stands.
func splitTag(ref string) (path, tag string) {
	if _, err := os.Stat(ref); err == nil {
		return ref, ""
	}
	dir, base := filepath.Split(ref)
	if i := strings.IndexByte(base, '@'); i > 0 {
		return dir + base[:i], base[i+1:]
	}
	return ref, ""
}

// IsRootFS tells a folder that holds a root file system from one that holds sources: it has a distribution's own file
// and a package database or shell.
func IsRootFS(dir string) bool {
	has := func(names ...string) bool {
		for _, n := range names {
			if _, err := os.Lstat(filepath.Join(dir, n)); err == nil {
				return true
			}
		}
		return false
	}
	return has("etc/os-release", "usr/lib/os-release") &&
		has("var/lib/dpkg", "lib/apk/db", "var/lib/rpm", "usr/lib/sysimage/rpm", "bin/sh", "etc/passwd")
}
