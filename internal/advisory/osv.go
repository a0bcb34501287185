package advisory

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode"

	"github.com/drydock/drydock/internal/advisory/version"
)

// The parts of an OSV record (https://ossf.github.io/osv-schema/) that are facts. Its prose is never read.
type osvRecord struct {
	ID        string          `json:"id"`
	Modified  string          `json:"modified"`
	Published string          `json:"published"`
	Withdrawn string          `json:"withdrawn"`
	Aliases   []string        `json:"aliases"`
	Upstream  []string        `json:"upstream"`
	Related   []string        `json:"related"`
	Summary   string          `json:"summary"` // only for the severity word that Red Hat's family puts before the colon
	Severity  []osvSeverity   `json:"severity"`
	Affected  []osvAffected   `json:"affected"`
	Database  json.RawMessage `json:"database_specific"`
}

type osvSeverity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

type osvAffected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Ranges    []osvRange      `json:"ranges"`
	Versions  []string        `json:"versions"`
	Severity  []osvSeverity   `json:"severity"`
	Ecosystem json.RawMessage `json:"ecosystem_specific"`
	Database  json.RawMessage `json:"database_specific"`
}

type osvRange struct {
	Type   string `json:"type"`
	Events []struct {
		Introduced   string `json:"introduced"`
		Fixed        string `json:"fixed"`
		LastAffected string `json:"last_affected"`
		Limit        string `json:"limit"`
	} `json:"events"`
}

// extras are the fields of database_specific and ecosystem_specific that some databases fill.
type extras struct {
	Severity        any      `json:"severity"`
	CWE             []string `json:"cwe_ids"`
	CVSS3           any      `json:"cvss_v3"`
	Urgency         string   `json:"urgency"`         // Debian
	UbuntuPriority  string   `json:"ubuntu_priority"` // Ubuntu
	Informational   string   `json:"informational"`   // RustSec: "unmaintained", "unsound", "notice"
	MaliciousOrigin any      `json:"malicious-packages-origins"`
}

// Bounds on one record. The largest in the public data has some 30,000 versions.
const (
	maxRecordBytes = 32 << 20
	maxString      = 1024
	maxItems       = 200_000
)

// parsed is a decoded record, ready for the index.
type parsed struct {
	Record
	entries []entry
	skipped skips
}

type entry struct {
	ref PackageRef // the name as the record writes it
	Affected
}

// skips counts what a record holds that could not be used, though the record as a whole could.
type skips struct {
	Git      int `json:"git"`      // ranges of commits: packages are known by version
	NoOrder  int `json:"noOrder"`  // ranges of ecosystems whose order of versions is not known
	Version  int `json:"version"`  // ranges with a bound that is no version of the ecosystem
	NoPlace  int `json:"noPlace"`  // affected entries that name no package, or neither range nor version
	Category int `json:"category"` // ranges of a type that the OSV schema does not know
}

func (s *skips) add(o skips) {
	s.Git += o.Git
	s.NoOrder += o.NoOrder
	s.Version += o.Version
	s.NoPlace += o.NoPlace
	s.Category += o.Category
}

// decode reads one OSV record. wanted says which ecosystems (without release) to keep entries of; nil keeps all.
func decode(b []byte, wanted func(string) bool) (*parsed, error) {
	var o osvRecord
	if err := json.Unmarshal(b, &o); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &parsed{}
	p.ID = o.ID
	p.Aliases = ids(o.Aliases, o.ID)
	p.Upstream = ids(o.upstream(), o.ID)
	var err error
	if p.Modified, err = stamp(o.Modified); err != nil {
		return nil, fmt.Errorf("modified: %w", err)
	}
	if p.Published, err = stamp(o.Published); err != nil {
		return nil, fmt.Errorf("published: %w", err)
	}
	if p.Withdrawn, err = stamp(o.Withdrawn); err != nil {
		return nil, fmt.Errorf("withdrawn: %w", err)
	}
	db := readExtras(o.Database)
	p.Vectors, p.Word = severities(o.Severity)
	if v, ok := db.CVSS3.(string); ok && len(p.Vectors) == 0 && strings.HasPrefix(v, "CVSS:3") && tidy(v) {
		p.Vectors = []string{v}
	}
	if w, ok := db.Severity.(string); ok && p.Word == "" {
		p.Word = word(w)
	}
	if p.Word == "" && redHatFamily(o.ID) {
		w, _, _ := strings.Cut(o.Summary, ":")
		if p.Word = word(w); p.Word == "" && o.ID[2] != 'S' && len(p.Upstream) == 0 {
			p.Word = "info" // a bug fix or an enhancement (ALBA, ALEA) that names no vulnerability
		}
	}
	p.CWE = cwes(db.CWE)
	p.Malicious = strings.HasPrefix(o.ID, "MAL-") || db.MaliciousOrigin != nil
	for i := range o.Affected {
		p.addAffected(&o.Affected[i], wanted)
	}
	p.hoist()
	return p, nil
}

// hoist gives a record that rates only packages (as Bitnami's do) the ratings of its packages, so that records of the
// same vulnerability elsewhere can take them over.
func (p *parsed) hoist() {
	if len(p.Vectors) > 0 {
		return
	}
	for _, e := range p.entries {
		p.Vectors = append(p.Vectors, e.Vectors...)
	}
	sort.Strings(p.Vectors)
	p.Vectors = compact(p.Vectors)
	for i := range p.entries {
		if len(p.Vectors) == 1 {
			p.entries[i].Vectors = nil
		}
	}
}

// check refuses what no honest record holds: without an id it cannot be named, and control characters or text without
// end would reach terminals and reports.
func (o *osvRecord) check() error {
	if o.ID == "" {
		return errors.New("no id")
	}
	if !tidy(o.ID) || len(o.ID) > 128 || strings.ContainsAny(o.ID, " \t") {
		return errors.New("the id is no id")
	}
	n := len(o.Aliases) + len(o.Upstream) + len(o.Affected)
	for i := range o.Affected {
		a := &o.Affected[i]
		if !tidy(a.Package.Name) || !tidy(a.Package.Ecosystem) {
			return fmt.Errorf("affected[%d]: the package's name is no name", i)
		}
		n += len(a.Versions) + len(a.Ranges)
		for _, v := range a.Versions {
			if !tidy(v) {
				return fmt.Errorf("affected[%d]: a version is no version", i)
			}
		}
		for _, r := range a.Ranges {
			n += len(r.Events)
			for _, e := range r.Events {
				if !tidy(e.Introduced) || !tidy(e.Fixed) || !tidy(e.LastAffected) || !tidy(e.Limit) {
					return fmt.Errorf("affected[%d]: an event is no version", i)
				}
			}
		}
	}
	if n > maxItems {
		return fmt.Errorf("%d items, at most %d are read", n, maxItems)
	}
	return nil
}

func tidy(s string) bool {
	if len(s) > maxString {
		return false
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// upstream is the list of vulnerabilities that the advisory answers. AlmaLinux's errata name them as related, which
// elsewhere means no more than "see also".
func (o *osvRecord) upstream() []string {
	if len(o.Upstream) > 0 || !redHatFamily(o.ID) {
		return o.Upstream
	}
	var cve []string
	for _, r := range o.Related {
		if strings.HasPrefix(r, "CVE-") {
			cve = append(cve, r)
		}
	}
	return cve
}

// redHatFamily tells the errata whose summary opens with the severity word: ALSA-, RLSA-, RHSA-, and their bug fix and
// enhancement kin.
func redHatFamily(id string) bool {
	return len(id) > 5 && id[4] == '-' && (id[:2] == "AL" || id[:2] == "RL" || id[:2] == "RH" || id[:2] == "RX")
}

// ids is a sorted list without doubles, without what is no id, and without own.
func ids(list []string, own string) []string {
	var out []string
	for _, s := range list {
		if s != "" && s != own && len(s) <= 128 && tidy(s) && !strings.Contains(s, " ") {
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return compact(out)
}

func compact(s []string) []string {
	out := s[:0]
	for i, v := range s {
		if i == 0 || v != s[i-1] {
			out = append(out, v)
		}
	}
	return out
}

func stamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, errors.New("no RFC 3339 time")
	}
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, errors.New("time out of range")
	}
	return t.UTC().Truncate(time.Second), nil
}

func readExtras(b json.RawMessage) extras {
	var x extras
	if len(b) > 0 && b[0] == '{' && json.Unmarshal(b, &x) != nil {
		// A database may use one of the names for something else: then the others are read one by one.
		var m map[string]json.RawMessage
		if json.Unmarshal(b, &m) == nil {
			x = extras{}
			for key, into := range map[string]any{"severity": &x.Severity, "cwe_ids": &x.CWE, "urgency": &x.Urgency,
				"informational": &x.Informational} {
				if json.Unmarshal(m[key], into) != nil {
					continue
				}
			}
		}
	}
	return x
}

// severities parts the list into CVSS vectors and a word (Ubuntu's own type is a word).
func severities(list []osvSeverity) (vectors []string, w string) {
	for _, s := range list {
		switch {
		case !tidy(s.Score) || s.Score == "":
		case strings.HasPrefix(s.Type, "CVSS"):
			vectors = append(vectors, s.Score)
		case w == "":
			w = word(s.Score)
		}
	}
	sort.Strings(vectors)
	return compact(vectors), w
}

// word maps a database's severity word to drydock's; what says nothing about severity gives "".
func word(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "critical":
		return "critical"
	case "high", "important":
		return "high"
	case "medium", "moderate":
		return "medium"
	case "low", "minor":
		return "low"
	case "negligible", "unimportant", "info", "informational", "none", "unmaintained", "notice":
		return "info"
	}
	return ""
}

// cwes keeps weaknesses and leaves out the categories that say only "a component with known vulnerabilities".
func cwes(list []string) []string {
	var out []string
	for _, c := range list {
		if n, ok := strings.CutPrefix(c, "CWE-"); ok && n != "937" && n != "1035" && len(n) < 6 && tidy(n) {
			out = append(out, c)
		}
	}
	sort.Strings(out)
	return compact(out)
}

// ranges are those to go by. The Go database holds programs whose releases are no versions of their module (gogs,
// grafana): where its ranges say "all versions" for want of a better word, the releases in a field of its own count.
func (a *osvAffected) ranges(ecosystem string) []osvRange {
	var own struct {
		Ranges []osvRange `json:"custom_ranges"`
	}
	if ecosystem != "Go" || len(a.Ecosystem) == 0 {
		return a.Ranges
	}
	for _, r := range a.Ranges {
		if len(r.Events) != 1 || r.Events[0].Introduced != "0" {
			return a.Ranges
		}
	}
	if json.Unmarshal(a.Ecosystem, &own) != nil || len(own.Ranges) == 0 {
		return a.Ranges
	}
	return own.Ranges
}

// addAffected turns one "affected" into an entry of intervals.
func (p *parsed) addAffected(a *osvAffected, wanted func(string) bool) {
	name, release := SplitEcosystem(a.Package.Ecosystem)
	if name == "" || a.Package.Name == "" {
		p.skipped.NoPlace++
		return
	}
	if wanted != nil && !wanted(name) {
		return
	}
	order, known := version.For(name)
	e := entry{ref: PackageRef{Ecosystem: name, Name: a.Package.Name}}
	e.Release = release
	var spans []span
	for _, r := range a.ranges(name) {
		o := order
		switch r.Type {
		case "SEMVER":
			if !known {
				o = version.SemVer
			}
		case "ECOSYSTEM":
			if !known {
				p.skipped.NoOrder++
				continue
			}
		case "GIT":
			p.skipped.Git++
			continue
		default:
			p.skipped.Category++
			continue
		}
		s, err := intervals(o, r)
		if err != nil {
			p.skipped.Version++
			continue
		}
		spans = append(spans, s...)
	}
	for _, s := range spans {
		e.Ranges = append(e.Ranges, s.Range)
	}
	e.Versions = outside(order, known, a.Versions, spans)
	if len(e.Ranges) == 0 && len(e.Versions) == 0 {
		p.skipped.NoPlace++
		return
	}
	e.Vectors, e.Word = severities(a.Severity)
	eco, db := readExtras(a.Ecosystem), readExtras(a.Database)
	for _, w := range []any{eco.Severity, db.Severity, eco.Urgency, eco.UbuntuPriority, db.Informational,
		eco.Informational} {
		if s, ok := w.(string); ok && e.Word == "" {
			e.Word = word(s)
		}
	}
	if len(p.CWE) == 0 {
		p.CWE = cwes(db.CWE)
	}
	p.entries = append(p.entries, e)
}
