package vuln

import (
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/advisory"
)

// unit is one vulnerability in one package: the records that speak of it, and all its ids.
type unit struct {
	hits []*hit
	ids  []string // the primary one first
}

// units joins the records that affect a package into vulnerabilities. Records are one vulnerability if they share an
// id, as their own or as an alias, through any number of steps. A distribution's advisory that answers several
// vulnerabilities (DSA, ALSA) is a part of each of them and joins none.
func (m *matcher) units(hits []*hit) ([]unit, error) {
	g := groups{parent: map[string]string{}}
	of := map[*hit][]string{} // an id of each vulnerability that the hit speaks of
	for _, h := range hits {
		ids, err := m.answers(h.rec)
		if err != nil {
			return nil, err
		}
		for _, list := range ids {
			for _, id := range list {
				g.join(list[0], id)
			}
			of[h] = append(of[h], list[0])
		}
	}
	byRoot := map[string]*unit{}
	for id := range g.parent {
		root := g.root(id)
		if byRoot[root] == nil {
			byRoot[root] = &unit{}
		}
		byRoot[root].ids = append(byRoot[root].ids, id)
	}
	for _, h := range hits {
		seen := map[string]bool{}
		for _, id := range of[h] {
			root := g.root(id)
			if seen[root] {
				continue
			}
			seen[root] = true
			u := byRoot[root]
			u.hits = append(u.hits, h)
			if len(of[h]) > 1 {
				u.ids = append(u.ids, h.rec.ID)
			}
		}
	}
	out := make([]unit, 0, len(byRoot))
	for _, u := range byRoot {
		sort.Slice(u.ids, func(i, j int) bool { return idLess(u.ids[i], u.ids[j]) })
		u.ids = slices.Compact(u.ids)
		out = append(out, *u)
	}
	sort.Slice(out, func(i, j int) bool { return idLess(out[i].ids[0], out[j].ids[0]) })
	return out, nil
}

// answers lists the ids of each vulnerability that a record speaks of.
func (m *matcher) answers(r *advisory.Record) ([][]string, error) {
	if len(r.Upstream) < 2 {
		return [][]string{append(append([]string{r.ID}, r.Aliases...), r.Upstream...)}, nil
	}
	// Of the upstream ids some may name the same vulnerability (a CVE and its GHSA).
	var cves, others []string
	for _, id := range r.Upstream {
		if strings.HasPrefix(id, "CVE-") {
			cves = append(cves, id)
		} else {
			others = append(others, id)
		}
	}
	var out [][]string
	at := map[string]int{}
	for i, id := range cves {
		out = append(out, []string{id})
		at[id] = i
	}
	for _, id := range others {
		same, err := m.db.Named(id)
		if err != nil {
			return nil, err
		}
		known := false
		for _, rec := range same {
			for _, a := range append([]string{rec.ID}, rec.Aliases...) {
				if i, ok := at[a]; ok && !known {
					out[i] = append(out[i], id)
					known = true
				}
			}
		}
		if !known {
			out = append(out, []string{id})
		}
	}
	return out, nil
}

// groups is a union of sets of ids.
type groups struct{ parent map[string]string }

func (g groups) root(id string) string {
	for {
		p, ok := g.parent[id]
		if !ok {
			g.parent[id] = id
			return id
		}
		if p == id {
			return id
		}
		g.parent[id] = g.parent[p] // halve the path
		id = p
	}
}

func (g groups) join(a, b string) {
	ra, rb := g.root(a), g.root(b)
	if ra != rb {
		g.parent[rb] = ra
	}
}

// idLess orders ids by how widely they are known: CVE, then GHSA, then the rest; of one kind by their text, numbers as
// numbers as far as they have the same number of digits.
func idLess(a, b string) bool {
	if ra, rb := idRank(a), idRank(b); ra != rb {
		return ra < rb
	}
	if strings.HasPrefix(a, "CVE-") && len(a) > 8 && len(b) > 8 && a[:8] == b[:8] && len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func idRank(id string) int {
	for i, p := range []string{"CVE-", "GHSA-", "MAL-"} {
		if strings.HasPrefix(id, p) {
			return i
		}
	}
	return 3
}
