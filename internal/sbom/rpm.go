package sbom

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	rpmdb "github.com/erikvarga/go-rpmdb/pkg"
	_ "modernc.org/sqlite" // the driver for the newest of the three database forms

	"github.com/drydock/drydock/internal/inventory"
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

// rpmTime bounds the reading of a database: a broken one may lead in circles.
const rpmTime = 30 * time.Second

// readRPM reads rpm's database. The library wants a file with a name, so the database is copied beside nothing else into
// a folder of its own, and that is removed.
func readRPM(f *file) (*fileFacts, *execFact, error) {
	if f.size > 1<<30 {
		return nil, nil, errTooLarge(f.size)
	}
	dir, err := os.MkdirTemp("", "drydock-rpm-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	tmp, err := os.Create(dir + "/db")
	if err != nil {
		return nil, nil, err
	}
	_, err = io.Copy(tmp, f.seeker())
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, nil, err
	}
	db, err := rpmdb.Open(tmp.Name())
	if err != nil {
		return nil, nil, fmt.Errorf("rpm database: %w", err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), rpmTime)
	defer cancel()
	list, err := db.ListPackagesWithContext(ctx)
	ff := &fileFacts{DB: &packageDB{Kind: "rpm"}}
	for _, p := range list {
		if p.Name == "" || p.Name == "gpg-pubkey" { // a key, kept as if it were a package
			continue
		}
		ff.DB.Packages = append(ff.DB.Packages, rpmPackage(p))
		if o := rpmFiles(p); len(o.Paths) > 0 {
			ff.Owns = append(ff.Owns, o)
		}
	}
	if err != nil {
		err = fmt.Errorf("rpm database: %w", err)
	}
	return ff, nil, err
}

func rpmPackage(p *rpmdb.PackageInfo) dbPackage {
	version := p.Version + "-" + p.Release
	if p.Epoch != nil && *p.Epoch != 0 {
		version = fmt.Sprintf("%d:%s", *p.Epoch, version)
	}
	q := dbPackage{Name: p.Name, Version: version, Arch: p.Arch, Vendor: p.Vendor}
	if p.License != "" {
		q.Licences = []string{p.License}
	}
	// name-version-release.src.rpm
	if src, ok := strings.CutSuffix(p.SourceRpm, ".src.rpm"); ok {
		if i := strings.LastIndexByte(src, '-'); i > 0 {
			if j := strings.LastIndexByte(src[:i], '-'); j > 0 {
				q.Source = inventory.Source{Name: src[:j], Version: src[j+1:]}
				if epoch, _, ok := strings.Cut(version, ":"); ok {
					q.Source.Version = epoch + ":" + q.Source.Version
				}
			}
		}
	}
	return q
}

func rpmFiles(p *rpmdb.PackageInfo) ownership {
	o := ownership{Owner: p.Name}
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
