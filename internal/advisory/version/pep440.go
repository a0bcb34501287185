package version

import (
	"errors"
	"strings"
)

// pep440Version is a version of PEP 440 (packaging.python.org, "Version specifiers"): epoch, release, pre-, post- and
// development release, local part.
type pep440Version struct {
	epoch, release string
	pre            byte // 'a', 'b', 'c' (candidate); 0 for none
	preN           string
	post, dev      bool
	postN, devN    string
	local          string
}

func pep440(s string) (Version, error) {
	v, ok := parsePEP440(strings.ToLower(strings.TrimSpace(s)))
	if !ok {
		return nil, errors.New("no version of PEP 440")
	}
	return v, nil
}

// parsePEP440 reads the grammar of PEP 440's appendix B, lower-cased.
func parsePEP440(s string) (v pep440Version, ok bool) {
	s = strings.TrimPrefix(s, "v")
	s, v.local, ok = strings.Cut(s, "+")
	if ok && !localPart(v.local) {
		return v, false
	}
	if n := digits(s); n > 0 && n < len(s) && s[n] == '!' {
		v.epoch, s = s[:n], s[n+1:]
	}
	n := digits(s)
	if n == 0 {
		return v, false
	}
	for n+1 < len(s) && s[n] == '.' && digit(s[n+1]) {
		n += 1 + digits(s[n+1:])
	}
	v.release, s = s[:n], s[n:]
	if word, num, rest := suffix(s, "alpha", "a", "beta", "b", "preview", "pre", "rc", "c"); word != "" {
		v.pre, v.preN, s = word[0], num, rest
		if v.pre == 'p' || v.pre == 'r' {
			v.pre = 'c'
		}
	}
	if len(s) > 1 && s[0] == '-' && digit(s[1]) {
		n := 1 + digits(s[1:])
		v.post, v.postN, s = true, s[1:n], s[n:]
	} else if word, num, rest := suffix(s, "post", "rev", "r"); word != "" {
		v.post, v.postN, s = true, num, rest
	}
	if word, num, rest := suffix(s, "dev"); word != "" {
		v.dev, v.devN, s = true, num, rest
	}
	return v, s == ""
}

// suffix reads [sep] word [sep] [digits]. Without digits the number is zero, and a separator after the word is not
// part of it.
func suffix(s string, words ...string) (word, num, rest string) {
	t := separator(s)
	for _, w := range words {
		r, ok := strings.CutPrefix(t, w)
		if !ok {
			continue
		}
		after := separator(r)
		if n := digits(after); n > 0 {
			return w, after[:n], after[n:]
		}
		return w, "", r
	}
	return "", "", s
}

func separator(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '_' || s[0] == '.') {
		return s[1:]
	}
	return s
}

// localPart reports whether s is a local version label.
func localPart(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) && !letter(s[i]) && (separator(s[i:]) == s[i:] || i == 0 || i == len(s)-1 ||
			separator(s[i-1:]) != s[i-1:]) {
			return false
		}
	}
	return s != ""
}

func (v pep440Version) Compare(o Version) (int, error) {
	w, ok := o.(pep440Version)
	if !ok {
		return 0, ErrOrders
	}
	if c := number(v.epoch, w.epoch); c != 0 {
		return c, nil
	}
	if c := dotted(v.release, w.release); c != 0 {
		return c, nil
	}
	if c := sign(v.phase() - w.phase()); c != 0 {
		return c, nil
	}
	if c := number(v.preN, w.preN); c != 0 {
		return c, nil
	}
	if c := optional(v.post, w.post, v.postN, w.postN, -1); c != 0 {
		return c, nil
	}
	if c := optional(v.dev, w.dev, v.devN, w.devN, 1); c != 0 {
		return c, nil
	}
	// An advisory's bound without local part speaks of all local builds of the version, as a specifier does.
	if v.local == "" || w.local == "" {
		return 0, nil
	}
	return local(v.local, w.local), nil
}

// phase orders a bare development release before alpha, beta, candidate and the release itself.
func (v pep440Version) phase() int {
	switch {
	case v.pre != 0:
		return int(v.pre - 'a' + 1)
	case v.dev && !v.post:
		return 0
	}
	return 4
}

// optional compares a part that may be absent; absent says where its absence sorts.
func optional(a, b bool, an, bn string, absent int) int {
	switch {
	case a && b:
		return number(an, bn)
	case a:
		return -absent
	case b:
		return absent
	}
	return 0
}

// local compares local labels part by part: numbers by value and after words.
func local(a, b string) int {
	for {
		i, j := strings.IndexAny(a, "-_."), strings.IndexAny(b, "-_.")
		x, y := a, b
		if i >= 0 {
			x = a[:i]
		}
		if j >= 0 {
			y = b[:j]
		}
		nx, ny := digits(x) == len(x), digits(y) == len(y)
		c := 0
		switch {
		case nx && ny:
			c = number(x, y)
		case nx:
			c = 1
		case ny:
			c = -1
		default:
			c = strings.Compare(x, y)
		}
		switch {
		case c != 0:
			return c
		case i < 0 && j < 0:
			return 0
		case i < 0:
			return -1
		case j < 0:
			return 1
		}
		a, b = a[i+1:], b[j+1:]
	}
}
