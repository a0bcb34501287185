package distro

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/rpmdb"
)

// isRPMDatabase tells rpm's database in its three forms (Berkeley DB, NDB, SQLite), wherever a distribution has it.
func isRPMDatabase(name string) bool {
	for _, dir := range []string{"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"} {
		if base, ok := strings.CutPrefix(name, dir); ok {
			return base == "Packages" || base == "Packages.db" || base == "rpmdb.sqlite"
		}
	}
	return false
}

// maxRPM bounds a database; that of a desktop with everything installed is a third of it.
const maxRPM = 1 << 30

// readRPM reads rpm's database.
func readRPM(f *extract.File) (*extract.Facts, *extract.Executable, error) {
	if f.Size > maxRPM {
		return nil, nil, extract.TooLarge(f.Size)
	}
	ff := &extract.Facts{DB: &extract.Database{Kind: "rpm"}}
	err := rpmdb.Read(f.Seeker(), f.Size, func(p *rpmdb.Package) {
		if p.Name == "gpg-pubkey" { // a key, kept as if it were a package
			return
		}
		ff.DB.Packages = append(ff.DB.Packages, rpmPackage(p))
		if o := rpmFiles(p); len(o.Paths) > 0 {
			ff.Owns = append(ff.Owns, o)
		}
	})
	if err != nil {
		err = fmt.Errorf("rpm database: %w", err)
	}
	return ff, nil, err
}

func rpmPackage(p *rpmdb.Package) extract.Package {
	version := p.Version + "-" + p.Release
	if p.Epoch != 0 {
		version = fmt.Sprintf("%d:%s", p.Epoch, version)
	}
	q := extract.Package{Name: p.Name, Version: version, Arch: p.Arch, Vendor: p.Vendor, Size: p.Size}
	if p.License != "" {
		q.Licences = []string{p.License}
	}
	epoch, _, ok := strings.Cut(version, ":")
	if !ok {
		epoch = ""
	}
	q.Source = rpmSource(p.SourceRPM, epoch)
	return q
}

// rpmSource splits the name of a source package: NAME-VERSION-RELEASE.src.rpm.
func rpmSource(name, epoch string) inventory.Source {
	full, ok := strings.CutSuffix(name, ".src.rpm")
	release := strings.LastIndexByte(full, '-')
	if !ok || release <= 0 {
		return inventory.Source{}
	}
	version := strings.LastIndexByte(full[:release], '-')
	if version <= 0 {
		return inventory.Source{}
	}
	s := inventory.Source{Name: full[:version], Version: full[version+1:]}
	if epoch != "" && epoch != "0" {
		s.Version = epoch + ":" + s.Version
	}
	return s
}

func rpmFiles(p *rpmdb.Package) extract.Ownership {
	o := extract.Ownership{Owner: p.Name}
	for i, base := range p.BaseNames {
		if i >= len(p.DirIndexes) {
			break
		}
		d := int(p.DirIndexes[i])
		if d < 0 || d >= len(p.DirNames) {
			continue
		}
		if full := strings.TrimPrefix(p.DirNames[d]+base, "/"); telling(full) {
			o.Paths = append(o.Paths, full)
		}
	}
	return o
}
