package store

import (
	"context"
	"strings"
)

// Package is a package of a branch.
type Package struct {
	ProjectKey string // where packages of several projects are listed
	Branch     string
	Ecosystem  string
	Name       string
	Version    string
	PURL       string
	Services   []string
	Licences   []string
	Reachable  string
	Dev        bool
}

type packageName struct{ ecosystem, name string }

// AddPackages adds packages that a scope of a branch lists.
func (t *Tx) AddPackages(ctx context.Context, branch int64, s *Scope, ps []Package) error {
	ids := map[packageName]int64{}
	var names []packageName
	for i := range ps {
		n := packageName{ps[i].Ecosystem, ps[i].Name}
		if _, known := ids[n]; !known {
			ids[n] = 0
			names = append(names, n)
		}
	}
	err := addRows(ctx, t, "add-package-names", len(names), func(i int) []any {
		return []any{names[i].ecosystem, names[i].name}
	}, func(r row) error {
		var id int64
		var n packageName
		err := r.Scan(&id, &n.ecosystem, &n.name)
		ids[n] = id
		return err
	})
	if err != nil {
		return err
	}
	return addRows(ctx, t, "add-packages", len(ps), func(i int) []any {
		p := &ps[i]
		return []any{branch, s.Bit, ids[packageName{p.Ecosystem, p.Name}], p.Version, p.PURL, strings.Join(p.Services, ","),
			strings.Join(p.Licences, ","), p.Reachable, p.Dev}
	}, nil)
}

// DeletePackages forgets what a scope of a branch listed.
func (t *Tx) DeletePackages(ctx context.Context, branch int64, s *Scope) error {
	_, err := t.exec(ctx, "delete-packages", branch, s.Bit)
	return err
}

func scanPackage(r row) (Package, error) {
	var p Package
	var services, licences string
	err := r.Scan(&p.ProjectKey, &p.Branch, &p.Ecosystem, &p.Name, &p.Version, &p.PURL, &services, &licences, &p.Reachable,
		&p.Dev)
	comma := func(r rune) bool { return r == ',' }
	p.Services, p.Licences = strings.FieldsFunc(services, comma), strings.FieldsFunc(licences, comma)
	return p, err
}

// Packages lists those of a branch by name.
func (r *Reader) Packages(ctx context.Context, branch int64, p Page) ([]Package, error) {
	return many(ctx, r, "list-packages", scanPackage, branch, p.Limit, p.Offset)
}

// SearchPackages lists the packages with a part in their name in the branches of all projects that somebody sees.
func (r *Reader) SearchPackages(ctx context.Context, part string, v Visible, p Page) ([]Package, error) {
	return many(ctx, r, "search-packages", scanPackage, contains(part), v.All, v.User, v.Project, p.Limit, p.Offset)
}
