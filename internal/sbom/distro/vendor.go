package distro

import (
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// vendorPackages are packages that makers of servers publish themselves in a distribution's format: the distribution's
// advisories do not speak of them, and its versions are compared with theirs for nothing. The mark in the version tells
// the maker's from the distribution's own of that name; what stands before it is the server's version.
var vendorPackages = []struct {
	runtime       string
	name, version *lazyregexp.Regexp
}{
	{"mongodb", lazyregexp.New(`^mongodb-(?:org|enterprise)-server$`), lazyregexp.New(`^(\d+\.\d+\.\d+)`)},
	{"nginx", lazyregexp.New(`^nginx$`), lazyregexp.New(`^(\d+\.\d+\.\d+)-\d+~(?:[a-z]+)$`)},
	{"postgresql", lazyregexp.New(`^postgresql-\d+$`), lazyregexp.New(`^(\d+\.\d+)-.*\.pgdg`)},
	{"mariadb", lazyregexp.New(`^mariadb-server(?:-\d+\.\d+)?$`), lazyregexp.New(`^(?:\d+:)?(\d+\.\d+\.\d+)\+maria~`)},
	{"redis", lazyregexp.New(`^redis-server$`), lazyregexp.New(`^(?:\d+:)?(\d+\.\d+\.\d+)-\d+rl\d+~`)},
	{"elasticsearch", lazyregexp.New(`^elasticsearch$`), lazyregexp.New(`^(\d+\.\d+\.\d+)$`)},
	{"kibana", lazyregexp.New(`^kibana$`), lazyregexp.New(`^(\d+\.\d+\.\d+)$`)},
}

// VendorRuntime is the server that a maker's own package installs, nil for a distribution's.
func VendorRuntime(p *extract.Package) *extract.Runtime {
	for i := range vendorPackages {
		v := &vendorPackages[i]
		if !v.name.MatchString(p.Name) {
			continue
		}
		if m := v.version.FindStringSubmatch(p.Version); m != nil {
			return &extract.Runtime{Name: v.runtime, Version: ecosystem.RuntimeVersion(v.runtime, m[1])}
		}
	}
	return nil
}
