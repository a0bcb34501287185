package version

import (
	"errors"
	"strings"
)

// semverVersion is Semantic Versioning 2.0.0, read leniently: any number of numeric parts (those that are missing are
// zero), a leading "v" or "=", and a pre-release that follows a number without hyphen ("3.13.0rc1"). Build metadata
// does not count.
type semverVersion struct{ numbers, pre string }

func semver(s string) (Version, error) {
	s = strings.TrimPrefix(strings.TrimLeft(strings.TrimSpace(s), "= "), "v")
	s, _, _ = strings.Cut(s, "+")
	n := 0
	for n < len(s) && (digit(s[n]) || s[n] == '.' && n > 0 && n+1 < len(s) && digit(s[n-1]) && digit(s[n+1])) {
		n++
	}
	if n == 0 {
		return nil, errors.New("does not begin with a number")
	}
	return semverVersion{s[:n], strings.TrimLeft(s[n:], "-.")}, nil
}

// goVersion also reads the toolchain's own spelling, "go1.21rc2", which the vulnerability database writes 1.21.0-rc.2.
func goVersion(s string) (Version, error) {
	s = strings.TrimPrefix(s, "go")
	v, err := semver(s)
	if w, ok := v.(semverVersion); ok && !strings.Contains(s, "-") {
		for _, word := range []string{"rc", "beta"} {
			if n, ok := strings.CutPrefix(w.pre, word); ok {
				return semverVersion{w.numbers, word + "." + n}, nil
			}
		}
	}
	return v, err
}

// bitnami leaves out the revision of Bitnami's packaging ("3.9.1-2"): advisories speak of what is packaged. A bound
// that ends in "-0" is Semantic Versioning's least pre-release: "introduced: 1.24.0-0" takes 1.24.0's candidates in.
func bitnami(s string) (Version, error) {
	if plain := BitnamiRelease(s); plain+"-0" != s {
		s = plain
	}
	return semver(s)
}

// BitnamiRelease is the version of what Bitnami packaged: an installed package's without the packaging's revision,
// which begins with "-0".
func BitnamiRelease(s string) string {
	if i := strings.LastIndexByte(s, '-'); i > 0 && i+1 < len(s) && digits(s[i+1:]) == len(s)-i-1 {
		return s[:i]
	}
	return s
}

func (v semverVersion) Compare(o Version) (int, error) {
	w, ok := o.(semverVersion)
	if !ok {
		return 0, ErrOrders
	}
	if c := dotted(v.numbers, w.numbers); c != 0 {
		return c, nil
	}
	switch {
	case v.pre == w.pre:
		return 0, nil
	case v.pre == "":
		return 1, nil
	case w.pre == "":
		return -1, nil
	}
	return prerelease(v.pre, w.pre), nil
}

// dotted compares numbers parted by dots; those that are missing are zero.
func dotted(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := number(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// prerelease compares by semver.org, section 11.4.
func prerelease(a, b string) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		if c := identifier(x, y); c != 0 {
			return c
		}
		switch {
		case moreA && moreB:
			a, b = restA, restB
		case moreA:
			return 1
		case moreB:
			return -1
		default:
			return 0
		}
	}
}

// identifier compares numbers by value and before words, and words by their bytes.
func identifier(x, y string) int {
	nx, ny := x != "" && digits(x) == len(x), y != "" && digits(y) == len(y)
	switch {
	case nx && ny:
		return number(x, y)
	case nx:
		return -1
	case ny:
		return 1
	}
	return strings.Compare(x, y)
}
