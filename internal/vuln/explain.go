package vuln

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
)

// Explanation is what the advisory data knows of one vulnerability: facts, and nobody's prose.
type Explanation struct {
	ID        string           `json:"id"` // the best known id
	Aliases   []string         `json:"aliases"`
	Severity  finding.Severity `json:"severity"`
	CVSS      []ScoredVector   `json:"cvss"`
	EPSS      *float64         `json:"epss"`
	KEV       bool             `json:"kev"`
	KEVSince  string           `json:"kevSince"` // YYYY-MM-DD
	CWE       []string         `json:"cwe"`
	Published string           `json:"published"` // the earliest of the records, YYYY-MM-DD
	Modified  string           `json:"modified"`  // the latest
	Malicious bool             `json:"malicious"`
	Records   []RecordFacts    `json:"records"`
}

// ScoredVector is a CVSS vector with its score.
type ScoredVector struct {
	Vector string  `json:"vector"`
	Score  float64 `json:"score"`
}

// RecordFacts is what one database's record says.
type RecordFacts struct {
	ID        string          `json:"id"`
	Upstream  []string        `json:"upstream"` // the vulnerabilities that a distribution's advisory answers
	Withdrawn bool            `json:"withdrawn"`
	Affected  []AffectedFacts `json:"affected"`
}

// AffectedFacts is one package that a record names.
type AffectedFacts struct {
	Ecosystem string   `json:"ecosystem"` // with release
	Name      string   `json:"name"`
	Ranges    []string `json:"ranges"`   // as ">= 1.0, < 2.0"
	Versions  []string `json:"versions"` // listed besides
}

// Explain gathers what is known under an id, as a record's own, an alias or an upstream one, in any case of letters. It
// returns nil where nothing is.
func Explain(db *advisory.DB, id string) (*Explanation, error) {
	records, err := related(db, id)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	x := &Explanation{}
	var vectors, words []string
	var published, modified time.Time
	ids := map[string]bool{}
	for _, r := range records {
		single := len(r.Upstream) < 2
		ids[r.ID] = true
		for _, a := range r.Aliases {
			ids[a] = true
		}
		if single {
			for _, u := range r.Upstream {
				ids[u] = true
			}
		} else {
			ids[canonical(r.Upstream, id)] = true
		}
		if r.Withdrawn.IsZero() {
			if single {
				vectors = append(vectors, r.Vectors...)
			}
			words = append(words, r.Word)
			x.CWE = append(x.CWE, r.CWE...)
			x.Malicious = x.Malicious || r.Malicious
		}
		if published.IsZero() || !r.Published.IsZero() && r.Published.Before(published) {
			published = r.Published
		}
		if r.Modified.After(modified) {
			modified = r.Modified
		}
		facts, err := recordFacts(db, r)
		if err != nil {
			return nil, err
		}
		x.Records = append(x.Records, facts)
	}
	delete(ids, "")
	all := make([]string, 0, len(ids))
	for i := range ids {
		all = append(all, i)
	}
	sort.Slice(all, func(i, j int) bool { return idLess(all[i], all[j]) })
	x.ID, x.Aliases = all[0], all[1:]
	x.Published, x.Modified = date(published), date(modified)
	return x, x.rate(db, vectors, words)
}

// related returns the records that bear the id, and those that share an own id or alias with them. A record on several
// upstream vulnerabilities leads no further.
func related(db *advisory.DB, id string) ([]*advisory.Record, error) {
	found := map[string]*advisory.Record{}
	asked := map[string]bool{}
	for todo := []string{id}; len(todo) > 0; todo = todo[1:] {
		key := strings.ToUpper(todo[0])
		if asked[key] {
			continue
		}
		asked[key] = true
		rs, err := db.Named(todo[0])
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if found[r.ID] != nil {
				continue
			}
			found[r.ID] = r
			if len(r.Upstream) < 2 {
				todo = append(todo, r.ID)
				todo = append(todo, r.Aliases...)
				todo = append(todo, r.Upstream...)
			}
		}
	}
	out := make([]*advisory.Record, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// canonical is id in the spelling of the list, "" where it is not in it.
func canonical(list []string, id string) string {
	for _, l := range list {
		if strings.EqualFold(l, id) {
			return l
		}
	}
	return ""
}

// rate fills in scores, severity, EPSS and KEV.
func (x *Explanation) rate(db *advisory.DB, vectors, words []string) error {
	sort.Strings(vectors)
	x.CVSS = []ScoredVector{}
	var scores []Score
	for _, v := range slices.Compact(vectors) {
		if s, ok := ParseCVSS(v); ok {
			scores = append(scores, s)
		}
	}
	sort.Slice(scores, func(i, j int) bool { return scores[i].better(scores[j]) })
	for _, s := range scores {
		x.CVSS = append(x.CVSS, ScoredVector{s.Vector, s.Value})
	}
	sort.Strings(x.CWE)
	x.CWE = slices.Compact(x.CWE)
	if x.CWE == nil {
		x.CWE = []string{}
	}
	f := Facts{CVSS: best(vectors), Malicious: x.Malicious}
	x.Severity = severity(&f, words)
	if err := exploited(db, &f, append([]string{x.ID}, x.Aliases...)); err != nil {
		return err
	}
	x.EPSS, x.KEV, x.KEVSince = f.EPSS, f.KEV, date(f.KEVSince)
	return nil
}

// recordFacts reads what a record says of its packages.
func recordFacts(db *advisory.DB, r *advisory.Record) (RecordFacts, error) {
	out := RecordFacts{ID: r.ID, Upstream: append([]string{}, r.Upstream...), Withdrawn: !r.Withdrawn.IsZero(),
		Affected: []AffectedFacts{}}
	packages, err := r.Packages()
	if err != nil {
		return out, err
	}
	for _, p := range packages {
		err := db.Each(p.Ecosystem, p.Name, func(h *advisory.Hit) error {
			own, err := h.Record()
			if err != nil || own.ID != r.ID {
				return err
			}
			if stale, err := h.Superseded(r.ID); stale || err != nil {
				return err
			}
			a := AffectedFacts{Ecosystem: p.Ecosystem, Name: p.Name, Ranges: []string{}, Versions: []string{}}
			if h.Release != "" {
				a.Ecosystem += ":" + h.Release
			}
			for _, g := range h.Ranges {
				a.Ranges = append(a.Ranges, rangeText(g))
			}
			for _, v := range h.Versions {
				a.Versions = append(a.Versions, strings.Clone(v))
			}
			out.Affected = append(out.Affected, a)
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// rangeText is a range as conditions.
func rangeText(r advisory.Range) string {
	var parts []string
	if r.From != "" {
		parts = append(parts, ">= "+r.From)
	}
	switch r.End {
	case advisory.Fixed, advisory.Limit:
		parts = append(parts, "< "+r.To)
	case advisory.LastAffected:
		parts = append(parts, "<= "+r.To)
	}
	if len(parts) == 0 {
		return "all versions"
	}
	return strings.Join(parts, ", ")
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// maxPackagesShown is how many packages a record's part of the page lists; an erratum may name thousands.
const maxPackagesShown = 12

// Page is the explanation as Markdown.
func (x *Explanation) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nA known vulnerability (%s).\n\n", x.ID, x.Severity)
	if x.Malicious {
		b.WriteString("The package itself is the attack: remove it, and treat every secret that it could read as " +
			"known to others.\n\n")
	}
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, text)
		}
	}
	line("Also known as", strings.Join(x.Aliases, ", "))
	for _, s := range x.CVSS {
		line("CVSS", fmt.Sprintf("%.1f (%s)", s.Score, s.Vector))
	}
	if x.EPSS != nil {
		line("EPSS", fmt.Sprintf("%.1f %% probability of being exploited within 30 days", 100**x.EPSS))
	}
	if x.KEV {
		line("KEV", "known to be exploited, listed by CISA on "+x.KEVSince)
	}
	line("Weakness", strings.Join(x.CWE, ", "))
	line("Published", x.Published)
	line("Last changed", x.Modified)
	for _, r := range x.Records {
		fmt.Fprintf(&b, "\n## %s%s\n\n", r.ID, map[bool]string{true: " (withdrawn)"}[r.Withdrawn])
		if len(r.Upstream) > 0 {
			fmt.Fprintf(&b, "Answers %s.\n\n", strings.Join(r.Upstream, ", "))
		}
		for i, a := range r.Affected {
			if i == maxPackagesShown {
				fmt.Fprintf(&b, "- and %d more\n", len(r.Affected)-i)
				break
			}
			fmt.Fprintf(&b, "- %s %s: %s\n", a.Ecosystem, a.Name, a.text())
		}
	}
	return b.String()
}

func (a *AffectedFacts) text() string {
	parts := slices.Clone(a.Ranges)
	if n := len(a.Versions); n > 0 {
		shown := a.Versions[:min(n, 8)]
		t := strings.Join(shown, ", ")
		if n > len(shown) {
			t += fmt.Sprintf(" and %d more", n-len(shown))
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, "; ")
}
