// Package version orders versions as each package ecosystem does.
//
// The orders that matching spends its time in (Debian, RPM, PEP 440, Semantic Versioning) are written here, without
// allocation while comparing; the others are osv-scalibr's. testdata holds an `a < b` corpus for each, and the tests
// ask the ecosystem's own tool where the machine has it.
package version

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// maxLen bounds what is parsed: the longest version in the public OSV data has about 100 bytes.
const maxLen = 512

// Version is a parsed version. Only versions of one Order can be compared.
type Version interface {
	// Compare is negative where the version is older than the other, 0 where they are equal and positive where it is
	// newer.
	Compare(Version) (int, error)
}

// ErrOrders means that versions of different orders were compared.
var ErrOrders = errors.New("versions of different ecosystems cannot be compared")

// Order is one ecosystem's order of versions.
type Order struct {
	parse func(string) (Version, error)
}

// SemVer is the order of Semantic Versioning, for ranges of that type in an ecosystem whose order is not known here.
var SemVer = Order{semver}

// orders are those of this package; what is not here is asked of the library.
var orders = map[string]Order{
	"AlmaLinux":              {rpm},
	"Azure Linux":            {rpm},
	"Bioconductor":           SemVer,
	"Bitnami":                {bitnami},
	"ConanCenter":            SemVer,
	"Debian":                 {debian},
	"Echo":                   {debian},
	"GHC":                    SemVer,
	"GitHub Actions":         SemVer,
	"Go":                     {goVersion},
	"Hex":                    SemVer,
	"Julia":                  SemVer,
	"Mageia":                 {rpm},
	"Packagist":              {composer},
	"Photon OS":              {rpm},
	"PyPI":                   {pep440},
	"Red Hat":                {rpm},
	"Rocky Linux":            {rpm},
	"SUSE":                   {rpm},
	"SwiftURL":               SemVer,
	"Ubuntu":                 {debian},
	"crates.io":              SemVer,
	"npm":                    SemVer,
	"opam":                   {debian}, // opam's manual, "version ordering": as Debian's
	"openEuler":              {rpm},
	"openSUSE":               {rpm},
	"CleanStart":             library("Alpine"),
	"Alpaquita":              library("Alpine"),
	"Docker Hardened Images": SemVer,
}

// For returns the order of an ecosystem, named without release suffix, and whether it is known.
func For(ecosystem string) (Order, bool) {
	if o, ok := orders[ecosystem]; ok {
		return o, true
	}
	if _, err := semantic.Parse("0", ecosystem); err != nil {
		return Order{}, false
	}
	return library(ecosystem), true
}

// Parse reads a version. The error says why it is none.
func (o Order) Parse(s string) (Version, error) {
	if s == "" {
		return nil, errors.New("empty version")
	}
	if len(s) > maxLen {
		return nil, fmt.Errorf("version of %d bytes", len(s))
	}
	return o.parse(s)
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

// library is an order of osv-scalibr's.
func library(ecosystem string) Order {
	return Order{func(s string) (Version, error) {
		v, err := semantic.Parse(s, ecosystem)
		return libraryVersion{v}, err
	}}
}

type libraryVersion struct{ v semantic.Version }

func (v libraryVersion) Compare(o Version) (int, error) {
	w, ok := o.(libraryVersion)
	if !ok {
		return 0, ErrOrders
	}
	return v.v.Compare(w.v)
}

// number compares two runs of digits by value, whatever their length.
func number(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return sign(len(a) - len(b))
	}
	return strings.Compare(a, b)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// digits is the length of the run of digits at the start.
func digits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}
