// Package version orders versions as each package ecosystem does. The orders themselves are osv-scalibr's, corrected
// where the ecosystem's own tool says otherwise; testdata holds an `a < b` corpus for each.
package version

import (
	"fmt"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// maxLen bounds what is parsed: the longest version in the public OSV data has about 100 bytes.
const maxLen = 512

// Order is one ecosystem's order of versions.
type Order struct {
	ecosystem string // the name under which the library knows the order
	tidy      func(string) string
	local     bool // "1.0+local" is equal to "1.0" where the other side has no local part (PEP 440)
}

// aliases are ecosystems whose order the library does not name.
var aliases = map[string]string{
	"Azure Linux":     "Red Hat",
	"Azure Linux 3.0": "Red Hat",
	"CleanStart":      "Alpine",
	"Echo":            "Debian",
	"GitHub Actions":  "npm",
	"Photon OS":       "Red Hat",
	"Root":            "Debian",
	"opam":            "Debian", // opam orders as Debian does: opam.ocaml.org/doc/Manual.html#version-ordering
}

// SemVer is the order of ranges of type SEMVER in an ecosystem that has no order of its own here.
var SemVer = Order{ecosystem: "npm"}

// For returns the order of an ecosystem, named without release suffix, and whether it is known.
func For(ecosystem string) (Order, bool) {
	if a, ok := aliases[ecosystem]; ok {
		ecosystem = a
	}
	if _, err := semantic.Parse("0", ecosystem); err != nil {
		return Order{}, false
	}
	o := Order{ecosystem: ecosystem}
	switch ecosystem {
	case "PyPI":
		o.local = true
	case "Go":
		o.tidy = goVersion
	}
	return o, true
}

// goVersion turns the toolchain's spelling ("go1.21rc2") and a module's ("v1.2.3") into the vulnerability database's,
// which is Semantic Versioning without a prefix.
func goVersion(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "go"), "v")
	for _, pre := range []string{"rc", "beta"} {
		if i := strings.Index(s, pre); i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
			return s[:i] + strings.Repeat(".0", 2-min(2, strings.Count(s[:i], "."))) + "-" + pre + "." + s[i+len(pre):]
		}
	}
	return s
}

// Version is a parsed version.
type Version struct {
	v      semantic.Version
	public semantic.Version // without the local part, nil where there is none
}

// Parse reads a version. The error says why it is none.
func (o Order) Parse(s string) (Version, error) {
	if s == "" {
		return Version{}, fmt.Errorf("empty version")
	}
	if len(s) > maxLen {
		return Version{}, fmt.Errorf("version of %d bytes", len(s))
	}
	if o.tidy != nil {
		s = o.tidy(s)
	}
	v, err := semantic.Parse(s, o.ecosystem)
	if err != nil {
		return Version{}, err
	}
	r := Version{v: v}
	if pub, _, ok := strings.Cut(s, "+"); o.local && ok {
		if r.public, err = semantic.Parse(pub, o.ecosystem); err != nil {
			return Version{}, err
		}
	}
	return r, nil
}

// Compare is negative where v is older than w, 0 where they are equal and positive where v is newer. Both must come
// from the same order.
func (v Version) Compare(w Version) (int, error) {
	a, b := v.v, w.v
	switch {
	case v.public != nil && w.public == nil:
		a = v.public
	case w.public != nil && v.public == nil:
		b = w.public
	}
	return a.Compare(b)
}

// Compare orders two versions of the ecosystem.
func (o Order) Compare(a, b string) (int, error) {
	v, err := o.Parse(a)
	if err != nil {
		return 0, err
	}
	w, err := o.Parse(b)
	if err != nil {
		return 0, err
	}
	return v.Compare(w)
}
