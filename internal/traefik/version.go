package traefik

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Version is a version of Traefik: major and minor. The zero value is "not known".
type Version struct {
	Major, Minor int
	Exact        bool // the minor version was named, too
}

// Newest is the version whose behaviour this package was measured on, taken where only the major version 3 is known.
var Newest = Version{Major: 3, Minor: 7}

var versionPattern = lazyregexp.New(`^v?(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)?(?:-.*)?$`)

// ParseVersion reads "3.1", "v2.11.4", "v3" or "3.1-rc1"; anything else is the zero Version. A bare major version stands for
// its newest minor version.
func ParseVersion(s string) Version {
	m := versionPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Version{}
	}
	v := Version{}
	v.Major, _ = strconv.Atoi(m[1])
	if m[2] != "" {
		v.Minor, _ = strconv.Atoi(m[2])
		v.Exact = true
		return v
	}
	switch v.Major {
	case 2:
		v.Minor = 11
	case 3:
		v.Minor = Newest.Minor
	}
	return v
}

// names of Traefik's releases, which are tags of the official image as well.
var releaseNames = map[string]string{
	"montdor": "2.2", "livarot": "2.6", "epoisses": "2.7", "vacherin": "2.8", "banon": "2.9", "saintmarcelin": "2.10", "mimolette": "2.11",
	"beaufort": "3.0", "comte": "3.1", "munster": "3.2", "saintnectaire": "3.3", "chaource": "3.4", "chabichou": "3.5", "ramequin": "3.6",
}

// ImageVersion is the version that an image reference names in its tag, and whether the image is Traefik at all: its
// repository's last part is "traefik", whoever publishes it. "latest" and a digest alone give the zero Version.
func ImageVersion(ref string) (Version, bool) {
	ref, _, _ = strings.Cut(ref, "@")
	name, tag := ref, ""
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		name, tag = ref[:i], ref[i+1:]
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	if !strings.EqualFold(base, "traefik") {
		return Version{}, false
	}
	if r, ok := releaseNames[strings.ToLower(strings.SplitN(tag, "-", 2)[0])]; ok {
		tag = r
	}
	return ParseVersion(tag), true
}

// Known reports whether there is a version at all.
func (v Version) Known() bool { return v.Major > 0 }

// Before orders versions; the unknown one comes first.
func (v Version) Before(o Version) bool {
	return v.Major < o.Major || v.Major == o.Major && v.Minor < o.Minor
}

// AtLeast is true from major.minor on, and for a version that is not known.
func (v Version) AtLeast(major, minor int) bool {
	return !v.Known() || !v.Before(Version{Major: major, Minor: minor})
}

// String is "3.7", "3" where only the major version was named, "" if nothing is known.
func (v Version) String() string {
	switch {
	case !v.Known():
		return ""
	case !v.Exact:
		return strconv.Itoa(v.Major)
	}
	return fmt.Sprintf("%d.%d", v.Major, v.Minor)
}
