package vuln

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
)

// Facts is what the databases together say of one vulnerability.
type Facts struct {
	Severity  finding.Severity
	CVSS      *Score // nil where no record has a valid vector
	EPSS      *float64
	KEV       bool
	KEVSince  time.Time // the day of CISA's entry, zero without one
	CWE       []string
	Malicious bool
	Evidence  []string // where a fact comes from, if not from the records that matched
}

// facts gathers them: from the records that matched, else from those that share a CVE with them.
func (m *matcher) facts(u unit) (Facts, error) {
	var f Facts
	var vectors, words []string
	for _, h := range u.hits {
		vectors = append(vectors, h.vectors...)
		vectors = append(vectors, h.rec.Vectors...)
		words = append(words, h.word, h.rec.Word)
		f.CWE = append(f.CWE, h.rec.CWE...)
		f.Malicious = f.Malicious || h.rec.Malicious
	}
	f.CVSS = best(vectors)
	if f.CVSS == nil || len(f.CWE) == 0 {
		if err := m.fromKin(&f, &words, u.ids); err != nil {
			return f, err
		}
	}
	sort.Strings(f.CWE)
	f.CWE = slices.Compact(f.CWE)
	f.Severity = severity(&f, words)
	return f, exploited(m.db, &f, u.ids)
}

// fromKin takes over vectors, words and weaknesses from records of other packages and ecosystems that bear one of the
// ids. A record that answers several vulnerabilities rates them together and none of them alone: it is left out.
func (m *matcher) fromKin(f *Facts, words *[]string, ids []string) error {
	own := f.CVSS != nil
	var vectors []string
	for i, id := range ids {
		// Databases that speak of the same vulnerability name its CVE, where it has one.
		if i > 0 && strings.HasPrefix(ids[0], "CVE-") && !strings.HasPrefix(id, "CVE-") {
			break
		}
		kin, err := m.db.Named(id)
		if err != nil {
			return err
		}
		for _, r := range kin {
			if len(r.Upstream) > 1 || !r.Withdrawn.IsZero() {
				continue
			}
			vectors = append(vectors, r.Vectors...)
			if len(f.CWE) == 0 {
				f.CWE = r.CWE
			}
			if r.Word != "" && worst(*words) == "" {
				*words = append(*words, r.Word)
			}
		}
	}
	if !own {
		f.CVSS = best(vectors)
	}
	return nil
}

// severity is the score's, else the worst of the databases' words, else unknown; what is malicious is critical.
func severity(f *Facts, words []string) finding.Severity {
	switch {
	case f.Malicious:
		return finding.Critical
	case f.CVSS != nil:
		return finding.SeverityOfScore(f.CVSS.Value)
	}
	if w := worst(words); w != "" {
		return w
	}
	return finding.Unknown
}

func worst(words []string) finding.Severity {
	var top finding.Severity
	for _, w := range words {
		if s := finding.Severity(w); w != "" && (top == "" || s.Rank() > top.Rank()) {
			top = s
		}
	}
	return top
}

// exploited joins EPSS, the highest of any id, and KEV.
func exploited(db *advisory.DB, f *Facts, ids []string) error {
	for _, id := range ids {
		p, ok, err := db.EPSS(id)
		if err != nil {
			return err
		}
		if ok && (f.EPSS == nil || p > *f.EPSS) {
			f.EPSS = &p
		}
		since, ok, err := db.KEV(id)
		if err != nil {
			return err
		}
		if ok && (!f.KEV || since.Before(f.KEVSince)) {
			f.KEV, f.KEVSince = true, since
		}
	}
	return nil
}
