package table

import (
	"cmp"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// listing writes every package, where the report is a list and no verdict.
func (p *printer) listing() {
	if !p.r.Listing || len(p.r.Packages) == 0 {
		return
	}
	name, version, kind := len("package"), len("version"), len("ecosystem")
	for i := range p.r.Packages {
		pkg := &p.r.Packages[i]
		name = max(name, columns(report.Plain(pkg.Name)))
		version = max(version, columns(report.Plain(pkg.Version)))
		kind = max(kind, columns(report.Plain(ecosystem(pkg))))
	}
	name, version, kind = min(name, p.width*30/100), min(version, p.width*20/100), min(kind, p.width*15/100)
	p.w.WriteByte('\n')
	row := func(s style, cells ...string) {
		p.line(cell{pad(cells[0], name), s}, cell{"  " + pad(cells[1], version), s},
			cell{"  " + pad(cells[2], kind), s}, cell{"  " + cells[3], s})
	}
	row(bold, "package", "version", "ecosystem", "where")
	for i := range p.r.Packages {
		pkg := &p.r.Packages[i]
		row(0, pkg.Name, pkg.Version, ecosystem(pkg), strings.Join(pkg.Paths, ", "))
	}
}

func ecosystem(p *inventory.Package) string { return cmp.Or(p.Ecosystem, "unknown") }
