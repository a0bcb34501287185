package version

import (
	"errors"
	"strings"
)

// debianVersion is [epoch:]upstream[-revision], ordered as deb-version(7) says.
type debianVersion struct{ epoch, upstream, revision string }

func debian(s string) (Version, error) {
	s = strings.TrimSpace(s)
	v := debianVersion{upstream: s}
	if e, rest, ok := strings.Cut(s, ":"); ok {
		if e == "" || digits(e) != len(e) {
			return nil, errors.New("the epoch is no number")
		}
		v.epoch, v.upstream = e, rest
	}
	if i := strings.LastIndexByte(v.upstream, '-'); i >= 0 {
		v.upstream, v.revision = v.upstream[:i], v.upstream[i+1:]
	}
	if v.upstream == "" {
		return nil, errors.New("empty version")
	}
	return v, nil
}

func (v debianVersion) Compare(o Version) (int, error) {
	w, ok := o.(debianVersion)
	if !ok {
		return 0, ErrOrders
	}
	if c := number(v.epoch, w.epoch); c != 0 {
		return c, nil
	}
	if c := debianPart(v.upstream, w.upstream); c != 0 {
		return c, nil
	}
	return debianPart(v.revision, w.revision), nil
}

// debianPart compares runs of non-digits by weight and runs of digits by value, in turn.
func debianPart(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !digit(a[0]) || b != "" && !digit(b[0]) {
			if c := debianWeight(a) - debianWeight(b); c != 0 {
				return sign(c)
			}
			a, b = a[min(1, len(a)):], b[min(1, len(b)):]
		}
		i, j := digits(a), digits(b)
		if c := number(a[:i], b[:j]); c != 0 {
			return c
		}
		a, b = a[i:], b[j:]
	}
	return 0
}

// debianWeight is the weight of the first byte: a tilde before the end, the end and digits before letters, letters
// before the rest.
func debianWeight(s string) int {
	switch {
	case s == "" || digit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case letter(s[0]):
		return int(s[0])
	}
	return int(s[0]) + 256
}
