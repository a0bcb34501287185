package vuln

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/inventory"
)

// A language's package whose files a distribution's package owns is often fixed under the old version, so the
// distribution's word on it counts: but only where there is one. Data that holds what was fixed and not what is still
// open says nothing by silence, and then the finding stays open, with what both sides know.

// ownerWord is what the distribution's advisories say of one of its packages and one vulnerability.
type ownerWord struct {
	ids      []string // of the record: its own, aliases, upstream
	affected bool
}

// isDistribution reports whether a package is a distribution's own.
func isDistribution(p *inventory.Package) bool {
	switch purlType(p) {
	case "deb", "apk", "rpm":
		return true
	}
	e, _ := advisory.SplitEcosystem(p.Ecosystem)
	return advisory.HasReleases(e)
}

// ownersOf are the distribution's packages that own a package's files: of the same name, in the same services. Where no
// services are named, every package of that name is one.
func (m *matcher) ownersOf(p *inventory.Package) []*inventory.Package {
	var out []*inventory.Package
	for _, o := range m.distribution[p.OwnedBy] {
		mine, theirs := p.Refs(), o.Refs()
		if len(mine) == 0 && len(theirs) == 0 ||
			slices.ContainsFunc(mine, func(s string) bool { return slices.Contains(theirs, s) }) {
			out = append(out, o)
		}
	}
	return out
}

// judgedByOwner reports whether the distribution speaks of a vulnerability in a subject that its packages own, and what
// there is to say of both sides. The text is "" where the subject is not owned in each of its places.
func (m *matcher) judgedByOwner(s *subject, ids []string) (judged bool, text string, err error) {
	judged = true
	for _, p := range s.all {
		if p.OwnedBy == "" {
			return false, "", nil
		}
		owners := m.ownersOf(p)
		if len(owners) == 0 {
			judged = false
			text = fmt.Sprintf(
				"its files belong to the distribution's package %s, which is not among the packages read", p.OwnedBy)
		}
		for _, o := range owners {
			word, said, err := m.ownerSays(o, ids)
			if err != nil {
				return false, "", err
			}
			if judged && word != "" {
				text = word
			}
			if !said {
				judged, text = false, word
			}
		}
	}
	return judged, text, nil
}

// ownerSays is the distribution's word on one of its packages, and whether it has one.
func (m *matcher) ownerSays(o *inventory.Package, ids []string) (text string, said bool, err error) {
	whose := fmt.Sprintf("its files belong to the distribution's package %s %s", o.Name, o.Version)
	words, where, err := m.ownerWords(o)
	if err != nil {
		return "", false, err
	}
	affected := false
	for _, w := range words {
		if slices.ContainsFunc(w.ids, func(id string) bool { return slices.Contains(ids, id) }) {
			said, affected = true, affected || w.affected
		}
	}
	switch {
	case !said && where == "":
		return whose + ", of which no advisories are at hand", false, nil
	case !said:
		return fmt.Sprintf("%s; the advisories at hand for %s say nothing of %s in it: it may be fixed there under "+
			"this version, or still be open", whose, where, ids[0]), false, nil
	case affected:
		return fmt.Sprintf("%s, which the advisories for %s hold to be affected: see the finding on that package",
			whose, where), true, nil
	}
	return fmt.Sprintf("%s, in which the advisories for %s hold %s to be fixed", whose, where, ids[0]), true, nil
}

// ownerWords are all that the distribution's advisories say of one of its packages, and the name of the distribution,
// "" where there are no advisories for it.
func (m *matcher) ownerWords(o *inventory.Package) ([]ownerWord, string, error) {
	s, reason := m.subject(o, m.options)
	if reason != "" || !m.db.Covers(s.ecosystem, s.release) {
		return nil, "", nil
	}
	where := ecosystemName(s)
	key := strings.Join(append([]string{where, s.version}, s.names...), "\x00")
	if w, ok := m.owned[key]; ok {
		return w, where, nil
	}
	order := m.order(s.ecosystem)
	v, err := order.Parse(s.version)
	if err != nil {
		return nil, "", nil // such a version is named among what was not judged
	}
	in := &installed{m, s.ecosystem, order, v, s.version}
	words := []ownerWord{}
	for _, name := range s.names {
		err := m.db.Each(s.ecosystem, name, func(h *advisory.Hit) error {
			if h.Release != "" && h.Release != s.release {
				return nil
			}
			affected := in.affected(&h.Affected)
			rec, err := h.Record()
			if err != nil || !rec.Withdrawn.IsZero() {
				return err
			}
			if stale, err := h.Superseded(rec.ID); stale || err != nil {
				return err
			}
			ids := slices.Concat([]string{rec.ID}, rec.Aliases, rec.Upstream)
			words = append(words, ownerWord{ids, affected})
			return nil
		})
		if err != nil {
			return nil, "", err
		}
	}
	m.owned[key] = words
	return words, where, nil
}
