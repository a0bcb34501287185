package sbom

import (
	"io/fs"
	"strings"
)

// markers are files whose being there tells what the image was made with.
var markers = map[string]bool{
	"etc/debian_version": true, "usr/bin/dpkg": true, "sbin/apk": true, "usr/sbin/apk": true, "usr/bin/apk": true, "usr/bin/rpm": true, "bin/rpm": true,
}

// taskFor returns what is to be done with a file of an image, by its path, mode and size alone; nil for nothing, which
// is the answer for nearly all. program says that nothing but the machine code in it is of interest.
func taskFor(name string, mode fs.FileMode, size int64) (t task, program bool) {
	base := name[strings.LastIndexByte(name, '/')+1:]
	if t := databaseTask(name, base); t != nil {
		return t, false
	}
	if t := runtimeTask(name, base); t != nil {
		return t, false
	}
	if r := installedReader(name); r != nil {
		return packagesTask(r), false
	}
	if base == "RECORD" && strings.HasSuffix(name, ".dist-info/RECORD") {
		return readRecord, false
	}
	switch {
	case markers[name]: // before the programs, since some of the markers are programs
		return markerTask(mode, size), false
	case isJar(base):
		return jarTask, false
	case size >= minELF && (mode&0o111 != 0 || isSharedObject(base)):
		return execTask, true
	}
	return nil, false
}

// databaseTask tells the distributions' own files.
func databaseTask(name, base string) task {
	switch {
	case name == "var/lib/dpkg/status" || name == "usr/lib/dpkg/status":
		return readDpkgStatus
	case strings.HasPrefix(name, "var/lib/dpkg/status.d/"):
		if strings.HasSuffix(base, ".md5sums") {
			return readMD5Sums
		}
		return readDpkgStatus
	case strings.HasPrefix(name, "var/lib/dpkg/info/") && strings.HasSuffix(base, ".list"):
		return readDpkgList
	case base == "installed" && (name == "lib/apk/db/installed" || name == "usr/lib/apk/db/installed"):
		return readAPK
	case isRPMDatabase(name):
		return readRPM
	case base == "os-release" && (name == "etc/os-release" || name == "usr/lib/os-release"):
		return readOSRelease
	case base == "copyright" && strings.HasPrefix(name, "usr/share/doc/"):
		return readCopyright
	}
	return otherDatabase(name, base)
}

// isPackageDatabase tells the files in which distributions keep what is installed.
func isPackageDatabase(name string) bool {
	switch name {
	case "var/lib/dpkg/status", "usr/lib/dpkg/status", "lib/apk/db/installed", "usr/lib/apk/db/installed",
		"var/lib/rpmmanifest/container-manifest-2":
		return true
	}
	return isRPMDatabase(name) || strings.HasPrefix(name, "var/lib/dpkg/status.d/") && !strings.HasSuffix(name, ".md5sums")
}

// markerTask notes that a file is there; a program is looked at as any other.
func markerTask(mode fs.FileMode, size int64) task {
	return func(f *file) (*fileFacts, *execFact, error) {
		var ex *execFact
		if size >= minELF && mode&0o111 != 0 {
			_, ex, _ = execTask(f) // a program that cannot be read is still there
		}
		return &fileFacts{Marker: true}, ex, nil
	}
}

// isSharedObject tells libfoo.so and libfoo.so.1.2.
func isSharedObject(base string) bool {
	i := strings.Index(base, ".so")
	return i > 0 && (len(base) == i+3 || base[i+3] == '.')
}
