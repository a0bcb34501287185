package sbom

import (
	"io/fs"
	"strings"

	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/distro"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
)

// markers are files whose being there tells what the image was made with.
var markers = map[string]bool{
	"etc/debian_version": true, "usr/bin/dpkg": true, "sbin/apk": true, "usr/sbin/apk": true, "usr/bin/apk": true,
	"usr/bin/rpm": true, "bin/rpm": true,
}

// taskFor returns what is to be done with a file of an image, by its path, mode and size alone; nil for nothing, which
// is the answer for nearly all. program says that nothing but the machine code in it is of interest.
func taskFor(name string, mode fs.FileMode, size int64) (t extract.Task, program bool) {
	base := name[strings.LastIndexByte(name, '/')+1:]
	if t := distro.Task(name, base); t != nil {
		return t, false
	}
	if t := binary.RuntimeTask(name, base); t != nil {
		return t, false
	}
	if r := lockfile.Installed(name); r != nil {
		return extract.PackagesTask(r), false
	}
	if base == "RECORD" && strings.HasSuffix(name, ".dist-info/RECORD") {
		return lockfile.ReadRecord, false
	}
	switch {
	case markers[name]: // before the programs, since some of the markers are programs
		return markerTask(mode, size), false
	case binary.IsJar(base):
		return binary.Jar, false
	case size >= binary.MinELF && (mode&0o111 != 0 || binary.IsSharedObject(base)):
		return binary.Program, true
	}
	return nil, false
}

// markerTask notes that a file is there; a program is looked at as any other.
func markerTask(mode fs.FileMode, size int64) extract.Task {
	return func(f *extract.File) (*extract.Facts, *extract.Executable, error) {
		var ex *extract.Executable
		if size >= binary.MinELF && mode&0o111 != 0 {
			_, ex, _ = binary.Program(f) // a program that cannot be read is still there
		}
		return &extract.Facts{Marker: true}, ex, nil
	}
}
