package stages

import (
	_ "embed"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/debian"
)

//go:generate ../../.ci/runtimedeps

// runtimeTable says which libraries stand behind Debian's development packages: "name libraries" where names hold in
// the last releases, "name@release libraries" where one differs. Made by .ci/runtimedeps from the distribution's
// indexes.
//
//go:embed runtimedeps.txt
var runtimeTable string

// runtimeDependencies looks a development package up. known is false where the table has no answer for that release.
func runtimeDependencies(pkg, release string) (libs []string, known bool) {
	for _, key := range []string{pkg + "@" + release, pkg} {
		lo, hi := 0, len(runtimeTable)
		for lo < hi { // over bytes: a probe is moved to the start of its line
			mid := strings.LastIndexByte(runtimeTable[:(lo+hi)/2], '\n') + 1
			if mid < lo {
				mid = lo
			}
			line, _, _ := strings.Cut(runtimeTable[mid:], "\n")
			name, rest, _ := strings.Cut(line, " ")
			switch {
			case name == key:
				return strings.Fields(rest), true
			case name < key:
				lo = min(mid+len(line)+1, hi)
			default:
				hi = mid
			}
		}
	}
	return nil, false
}

// Index is what a distribution's list of packages tells: the index of a release, or the database of what is
// installed. It finds the libraries behind development packages: such a package depends on exactly their version.
type Index struct {
	packages map[string]*indexed
	provided map[string]string // a name that others go by -> the first of them
	base     map[string]bool   // what every image holds; nil until it is asked for
}

type indexed struct {
	depends   []dependency
	essential bool
}

type dependency struct {
	name  string
	exact bool
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{packages: map[string]*indexed{}, provided: map[string]string{}}
}

// Read takes a whole list in Debian's format. A line that is none of its is passed over.
func (x *Index) Read(r io.Reader) error {
	parser := debian.NewParser(func(_ int, p *debian.Paragraph) error {
		x.Add(p)
		return nil
	})
	defer parser.End()
	return debian.Lines(r, parser.Line)
}

// Add takes one package of the list.
func (x *Index) Add(p *debian.Paragraph) {
	name := p[debian.Package]
	if name == "" {
		return
	}
	entry := &indexed{essential: p[debian.Essential] == "yes"}
	for _, list := range []string{p[debian.Depends], p[debian.PreDepends]} {
		if list != "" {
			entry.depends = append(entry.depends, dependencies(list)...)
		}
	}
	x.packages[name] = entry
	if p[debian.Provides] == "" {
		return
	}
	for _, d := range dependencies(p[debian.Provides]) {
		if x.provided[d.name] == "" {
			x.provided[d.name] = name
		}
	}
}

// dependencies are the first alternatives of a list.
func dependencies(list string) []dependency {
	var out []dependency
	for _, d := range strings.Split(list, ",") {
		first, _, _ := strings.Cut(d, "|")
		name, version, _ := strings.Cut(strings.TrimSpace(first), " ")
		name, _, _ = strings.Cut(name, ":")
		out = append(out, dependency{name, strings.HasPrefix(version, "(= ")})
	}
	return out
}

// Names lists the development packages, and the names that such go by besides, sorted.
func (x *Index) Names() []string {
	var out []string
	for n := range x.packages {
		if isDev(n) {
			out = append(out, n)
		}
	}
	for n, by := range x.provided {
		if isDev(n) && isDev(by) && x.packages[n] == nil {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

// Has reports whether there is a package of that name, or one that provides it.
func (x *Index) Has(name string) bool { return x.packages[name] != nil || x.provided[name] != "" }

// hold marks what every image of the distribution holds: the essential packages, apt, and what they need.
func (x *Index) hold(name string) {
	p := x.packages[name]
	if x.base[name] || p == nil {
		return
	}
	x.base[name] = true
	for _, d := range p.depends {
		x.hold(d.name)
	}
}

func isDev(name string) bool {
	return strings.HasSuffix(name, "-dev") || strings.HasSuffix(name, "-dev-compat") ||
		strings.HasSuffix(name, "-multidev")
}

// notLibrary are other parts of a source package that a development package may ask for by exact version.
var notLibrary = []string{"-bin", "-doc", "-common", "-data", "-tools", "-utils", "-headers", "-config"}

// RuntimeDependencies are the libraries behind a development package, without what every image holds; ok is false for a
// package
// that the index does not have.
func (x *Index) RuntimeDependencies(name string) (libs []string, ok bool) {
	if x.packages[name] == nil {
		if name = x.provided[name]; x.packages[name] == nil {
			return nil, false
		}
	}
	if x.base == nil {
		x.base = map[string]bool{}
		for n, p := range x.packages {
			if p.essential || n == "apt" {
				x.hold(n)
			}
		}
	}
	libs = x.dependenciesOf(name, 0)
	sort.Strings(libs)
	return slices.Compact(libs), true
}

// maxPointers bounds how far packages that only point to others are followed.
const maxPointers = 4

// dependenciesOf follows other development packages where the package has no library of its own: those of its own
// version, or
// whatever it points to if it holds nothing else.
func (x *Index) dependenciesOf(name string, depth int) []string {
	var libs, same, other []string
	own := false
	for _, d := range x.packages[name].depends {
		switch {
		case isDev(d.name) && d.exact:
			same = append(same, d.name)
		case isDev(d.name):
			other = append(other, d.name)
		case d.exact && strings.HasPrefix(d.name, "lib") &&
			!slices.ContainsFunc(notLibrary, func(s string) bool { return strings.HasSuffix(d.name, s) }):
			own = true
			if !x.base[d.name] {
				libs = append(libs, d.name)
			}
		}
	}
	if len(libs) > 0 || depth == maxPointers {
		return libs
	}
	if len(same) == 0 && !own {
		same = other
	}
	for _, n := range same {
		if x.packages[n] != nil {
			libs = append(libs, x.dependenciesOf(n, depth+1)...)
		}
	}
	return libs
}
