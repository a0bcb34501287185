package version

import (
	"errors"
	"strings"
)

// rpmVersion is [epoch:]version[-release], ordered as rpm does (rpm-version(7)).
type rpmVersion struct {
	epoch, version, release string
	released                bool
}

func rpm(s string) (Version, error) {
	var v rpmVersion
	v.version = strings.TrimSpace(s)
	if e, rest, ok := strings.Cut(v.version, ":"); ok {
		if digits(e) != len(e) {
			return nil, errors.New("the epoch is no number")
		}
		v.epoch, v.version = e, rest
	}
	if i := strings.LastIndexByte(v.version, '-'); i >= 0 {
		v.version, v.release, v.released = v.version[:i], v.version[i+1:], true
	}
	if v.version == "" {
		return nil, errors.New("empty version")
	}
	return v, nil
}

func (v rpmVersion) Compare(o Version) (int, error) {
	w, ok := o.(rpmVersion)
	if !ok {
		return 0, ErrOrders
	}
	if c := number(v.epoch, w.epoch); c != 0 {
		return c, nil
	}
	if c := rpmPart(v.version, w.version); c != 0 {
		return c, nil
	}
	// A bound without release ("fixed in 1.2") speaks of all releases.
	if !v.released || !w.released {
		return 0, nil
	}
	return rpmPart(v.release, w.release), nil
}

// rpmPart compares segments of digits or letters; what is between them only parts them, but for "~", which sorts
// before the end, and "^", which sorts after it and before everything else.
func rpmPart(a, b string) int {
	for {
		a, b = rpmSkip(a), rpmSkip(b)
		at, bt := strings.HasPrefix(a, "~"), strings.HasPrefix(b, "~")
		if at || bt {
			if !bt {
				return -1
			}
			if !at {
				return 1
			}
			a, b = a[1:], b[1:]
			continue
		}
		ac, bc := strings.HasPrefix(a, "^"), strings.HasPrefix(b, "^")
		if ac || bc {
			switch {
			case ac && bc:
				a, b = a[1:], b[1:]
				continue
			case a == "":
				return -1
			case b == "":
				return 1
			case ac:
				return -1
			}
			return 1
		}
		if a == "" || b == "" {
			return sign(len(a) - len(b))
		}
		var x, y string
		numeric := digit(a[0])
		if numeric {
			x, a = a[:digits(a)], a[digits(a):]
			y, b = b[:digits(b)], b[digits(b):]
		} else {
			x, a = a[:letters(a)], a[letters(a):]
			y, b = b[:letters(b)], b[letters(b):]
		}
		if y == "" { // segments of different kinds: numbers are newer
			if numeric {
				return 1
			}
			return -1
		}
		c := 0
		if numeric {
			c = number(x, y)
		} else {
			c = strings.Compare(x, y)
		}
		if c != 0 {
			return c
		}
	}
}

// rpmSkip drops what only parts segments.
func rpmSkip(s string) string {
	for s != "" && !digit(s[0]) && !letter(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}

func letters(s string) int {
	n := 0
	for n < len(s) && letter(s[n]) {
		n++
	}
	return n
}
