// Package distro reads the package databases of distributions, and which distribution it is.
package distro

import (
	"strings"

	"github.com/drydock/drydock/internal/debian"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// Task returns what is to be done with a file of a distribution's own, nil for any other.
func Task(name, base string) extract.Task {
	switch {
	case debian.IsStatus(name):
		return readDpkgStatus
	case strings.HasPrefix(name, "var/lib/dpkg/status.d/"): // beside a package's part of the database
		return readMD5Sums
	case debian.IsList(name):
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

// IsDatabase reports whether it is one of the files in which distributions keep what is installed.
func IsDatabase(name string) bool {
	switch name {
	case "lib/apk/db/installed", "usr/lib/apk/db/installed", "var/lib/rpmmanifest/container-manifest-2":
		return true
	}
	return isRPMDatabase(name) || debian.IsStatus(name)
}
