package prove

import (
	"context"
	"fmt"
	"sort"
	"strings"
)

// Measure is what one image weighs.
type Measure struct {
	Size        int64          // bytes, all layers unpacked
	Packages    int            // counted by the image gate if there is one, else by the databases of packages
	ByKind      map[string]int // by database: "dpkg", "apk", "pip", "npm", "gem"
	Executables int            // programs in PATH
	Tools       []string       // compilers, fetchers and package managers among them
	User        string         // "root" where none is set
	Scanned     bool           // the findings are known
	Findings    int
	BySeverity  map[string]int
}

// tools are programs that build or fetch: an intruder's first wish, and of no use to most running apps.
var tools = []string{"gcc", "cc", "g++", "make", "cmake", "ld", "as", "git", "curl", "wget", "apt-get", "apk", "npm",
	"yarn", "pip", "go",
	"javac", "mvn", "gradle", "composer", "cargo", "rustc", "perl", "ssh"}

// worthwhile is the part of the size, in percent, that a conversion must save at the least.
const worthwhile = 10

func (p *prover) measure(ctx context.Context) error {
	for i, m := range []*Measure{&p.res.Before, &p.res.After} {
		exe := p.fs[i].executables()
		*m = Measure{Size: p.imgs[i].Size, ByKind: p.fs[i].packages, Executables: len(exe), User: p.imgs[i].Config.User}
		for _, n := range m.ByKind {
			m.Packages += n
		}
		for _, t := range tools {
			if exe[t] {
				m.Tools = append(m.Tools, t)
			}
		}
		if isRoot(m.User) {
			m.User = "root"
		}
		if p.Scan == nil {
			continue
		}
		p.say("scanning the %s image", sideNames[i])
		s, err := p.Scan(ctx, p.refs[i])
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p.check("findings", Skipped, "the %s image could not be scanned: %v", sideNames[i], err)
			continue
		}
		m.Scanned, m.Packages, m.Findings, m.BySeverity = true, s.Packages, s.Findings, s.BySeverity
	}
	return p.gain()
}

// gain refuses a conversion that does not pay.
func (p *prover) gain() error {
	b, a := p.res.Before, p.res.After
	saved := 100 * float64(b.Size-a.Size) / float64(max(b.Size, 1))
	switch {
	case p.Improvement && a.Size > b.Size+b.Size/100:
		return p.refuse(Size, "the new image is larger: %s, not %s", Bytes(a.Size), Bytes(b.Size))
	case !p.Improvement && saved < worthwhile:
		return p.refuse(Size, "it works, and saves only %.0f %% (%s, %s before): not worth a rewrite", max(saved, 0),
			Bytes(a.Size), Bytes(b.Size))
	case b.Scanned && a.Scanned && a.Findings > b.Findings:
		return p.refuse(Findings, "the new image has more findings: %d, not %d", a.Findings, b.Findings)
	}
	p.check("size", Same, "%s, %s before", Bytes(a.Size), Bytes(b.Size))
	return nil
}

// Line is the outcome in one line: "841 MB -> 154 MB, 428 -> 122 packages, 61 -> 9 findings, same answer".
func (r *Result) Line() string {
	if !r.Proved {
		return "not proved: " + r.Reason
	}
	b, a := r.Before, r.After
	parts := []string{Bytes(b.Size) + " -> " + Bytes(a.Size), fmt.Sprintf("%d -> %d packages", b.Packages, a.Packages)}
	if b.Scanned && a.Scanned {
		parts = append(parts, fmt.Sprintf("%d -> %d findings", b.Findings, a.Findings))
	}
	return strings.Join(append(parts, "same answer"), ", ")
}

// Bytes is a size as Docker writes it: powers of ten, three digits at the least above one.
func Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 999.5 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 || v >= 10 && i < 3 {
		return fmt.Sprintf("%.0f %s", v, units[i])
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// Gone lists the tools that the new image lacks.
func (r *Result) Gone() []string {
	left := map[string]bool{}
	for _, t := range r.After.Tools {
		left[t] = true
	}
	var out []string
	for _, t := range r.Before.Tools {
		if !left[t] {
			out = append(out, t)
		}
	}
	sort.Strings(out)
	return out
}
