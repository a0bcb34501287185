package vuln

import (
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/advisory/version"
)

// installed is the version that a package is known to have, ready to be compared.
type installed struct {
	m         *matcher
	ecosystem string
	order     version.Order
	v         version.Version // nil where the text is no version
	text      string
}

// affected evaluates what an advisory says, as the OSV schema does: a version is affected if it is listed or lies in a
// range.
func (in *installed) affected(a *advisory.Affected) bool {
	for i := range a.Ranges {
		if in.holds(&a.Ranges[i]) {
			return true
		}
	}
	for _, l := range a.Versions {
		if in.listed(l) {
			return true
		}
	}
	return false
}

func (in *installed) holds(r *advisory.Range) bool {
	if r.End == advisory.Fixed && modular(in.text) != modular(r.To) {
		return false
	}
	if r.From != "" {
		from := in.bound(r.From)
		if c, ok := compare(in.v, from); !ok || c < 0 {
			return false
		}
	}
	if r.End == advisory.NoEnd {
		return true
	}
	c, ok := compare(in.v, in.bound(r.To))
	return ok && (c < 0 || c == 0 && r.End == advisory.LastAffected)
}

// modular tells a build of a Red Hat module: it follows its module's stream and never the plain package's versions.
func modular(v string) bool {
	return strings.Contains(v, ".module_el") || strings.Contains(v, ".module+el")
}

// rebuilt reports whether an erratum on a module names the installed build, or an older one, as fixed: it lists a build
// for each minor release, and any of them is the fix.
func (in *installed) rebuilt(h *hit) bool {
	if !modular(in.text) {
		return false
	}
	for i := range h.ranges {
		if r := &h.ranges[i]; r.End == advisory.Fixed && modular(r.To) {
			if c, ok := compare(in.v, in.bound(r.To)); ok && c >= 0 {
				return true
			}
		}
	}
	return false
}

// listed compares by spelling, and by order where equal versions have several spellings (1.0 and 1.0.0 of PyPI).
func (in *installed) listed(l string) bool {
	if advisory.SameVersion(l, in.text) {
		return true
	}
	switch in.ecosystem {
	case "PyPI", "Go", "npm", "crates.io", "NuGet", "RubyGems", "Hex", "Packagist":
		c, ok := compare(in.v, in.bound(l))
		return ok && c == 0
	}
	return false
}

// bound parses a version of an advisory. One that is none is nil, and nothing compares with it.
func (in *installed) bound(text string) version.Version {
	v, err := in.order.Parse(text)
	if err != nil {
		return nil
	}
	return v
}

func compare(v, w version.Version) (int, bool) {
	if v == nil || w == nil {
		return 0, false
	}
	c, err := v.Compare(w)
	return c, err == nil
}

// fix returns the lowest version newer than the installed one that some record names as fixed and that none of the
// records holds to be affected: first among the ends of the ranges that the installed version lies in (its own line),
// then among all. It is "" where no version is known to fix all of it.
func (in *installed) fix(hits []*hit) string {
	var own, all []string
	for _, h := range hits {
		for i := range h.ranges {
			r := &h.ranges[i]
			if r.End != advisory.Fixed {
				continue
			}
			if in.holds(r) {
				own = append(own, r.To)
			}
			all = append(all, r.To)
		}
	}
	for _, candidates := range [][]string{own, all} {
		sort.Slice(candidates, func(i, j int) bool {
			a, b := in.bound(candidates[i]), in.bound(candidates[j])
			if c, ok := compare(a, b); ok && c != 0 {
				return c < 0
			}
			return candidates[i] < candidates[j]
		})
		for _, c := range candidates {
			if in.fixes(c, hits) {
				return c
			}
		}
	}
	return ""
}

// fixes reports whether a version is newer than the installed one and affected by none of the records.
func (in *installed) fixes(text string, hits []*hit) bool {
	b := in.bound(text)
	if c, ok := compare(in.v, b); !ok || c >= 0 {
		return false
	}
	at := installed{in.m, in.ecosystem, in.order, b, text}
	for _, h := range hits {
		if at.affected(&advisory.Affected{Ranges: h.ranges, Versions: h.listed}) {
			return false
		}
	}
	return true
}
