// Package finding holds the words every gate speaks: what a finding is, where it stands, how bad it is, what
// fixes it. It knows no gate and no output format; its JSON is the report's contract (docs/design.md).
package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Gate names one of drydock's questions.
type Gate string

// The gates, in the order in which a report lists them.
const (
	GateDockerfile Gate = "dockerfile"
	GateImage      Gate = "image"
	GateRebuild    Gate = "rebuild"
	GateCode       Gate = "code"
	GateAccess     Gate = "access"
	GateCompose    Gate = "compose"
	GateWaiver     Gate = "waiver" // accepted risks: does each still stand?
)

// Status reports whether a finding counts.
type Status string

// A finding is open until somebody accepts the risk (waived) or evidence shows that it does not hold (suppressed).
const (
	Open       Status = "open"
	Waived     Status = "waived"
	Suppressed Status = "suppressed"
)

// Confidence is how sure the check is of itself.
type Confidence string

// The confidences.
const (
	ConfidenceHigh   Confidence = "high"
	ConfidenceMedium Confidence = "medium"
	ConfidenceLow    Confidence = "low"
)

// Exposure is who can reach a service.
type Exposure string

// The exposures, from the widest to the narrowest; unknown stands apart.
const (
	ExposurePublic        Exposure = "public"
	ExposureAuthenticated Exposure = "authenticated"
	ExposureAllowlisted   Exposure = "allowlisted"
	ExposureInternal      Exposure = "internal"
	ExposureUnknown       Exposure = "unknown"
)

// Reachable is whether the code that a finding names is used by the service's own code.
type Reachable string

// The reachabilities.
const (
	ReachableDirect     Reachable = "direct"
	ReachableTransitive Reachable = "transitive"
	ReachableNo         Reachable = "no"
	ReachableUnknown    Reachable = "unknown"
)

// Forecast is what a rebuild would do to a finding.
type Forecast string

// The forecasts.
const (
	ForecastRebuild     Forecast = "rebuild"       // a no-cache rebuild that pulls the base fixes it
	ForecastEdit        Forecast = "edit"          // a line in the repository has to change first
	ForecastBase        Forecast = "base"          // another base image fixes it
	ForecastWaitForBase Forecast = "wait-for-base" // fixed upstream, not yet in the base
	ForecastNone        Forecast = "none"          // no fix is known
	ForecastNotShipped  Forecast = "not-shipped"   // it stands in a stage that never ships
	ForecastUnknown     Forecast = "unknown"
)

// Effect is what a defect of the access gate does to the people outside.
type Effect string

// The effects: strangers get in, nobody does, or it works as meant and is to be known.
const (
	EffectOpen   Effect = "open"
	EffectClosed Effect = "closed"
	EffectWarn   Effect = "warn"
)

// Kind is what a finding is about.
type Kind string

// The kinds. The last two are about the quality of code: they say nothing of what somebody could do to a system, and count
// in a policy or among what to do first only where the policy names them.
const (
	KindVulnerability   Kind = "vulnerability"
	KindSecret          Kind = "secret"
	KindHygiene         Kind = "hygiene"
	KindBug             Kind = "bug"
	KindMaintainability Kind = "maintainability"
)

// Kinds are all of them.
var Kinds = []Kind{KindVulnerability, KindSecret, KindHygiene, KindBug, KindMaintainability}

// Quality reports whether the kind is about the quality of code alone.
func (k Kind) Quality() bool { return k == KindBug || k == KindMaintainability }

// usualKind is what the findings of a gate are about where neither they nor their rules say it. advised: they come from
// an advisory, or let strangers in.
func usualKind(g Gate, advised bool) Kind {
	if g == GateCode || advised {
		return KindVulnerability
	}
	return KindHygiene
}

// Location is a place in a file. Path is slash-separated and relative to the scan's root where the file lies below
// it. Line and column start at 1; columns count Unicode code points; the end is exclusive. Zero means "not known".
type Location struct {
	Path      string `json:"path"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

// String is path:line:column, without the parts that are not known.
func (l Location) String() string {
	switch {
	case l.Path == "":
		return ""
	case l.Line == 0:
		return l.Path
	case l.Column == 0:
		return fmt.Sprintf("%s:%d", l.Path, l.Line)
	}
	return fmt.Sprintf("%s:%d:%d", l.Path, l.Line, l.Column)
}

// Edit replaces a span of a file by NewText; an empty span inserts.
type Edit struct {
	Location
	NewText string `json:"newText"`
}

// Fix is the remedy of a finding: a sentence, and the edits where drydock can make them itself.
type Fix struct {
	Text  string    `json:"text"`
	Edits []Edit    `json:"edits"`
	At    *Location `json:"at,omitempty"` // where to do it, for work that needs no edit of drydock's and is not done at Location
}

// Step is one station on the way from a cause to the finding (a taint path, a middleware chain).
type Step struct {
	Location Location `json:"location"`
	Text     string   `json:"text"`
}

// Package is the package that a vulnerability stands in.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
}

// Advisory is what the advisory databases say of a vulnerability.
type Advisory struct {
	ID         string   `json:"id"`
	Aliases    []string `json:"aliases"`
	CVSS       *float64 `json:"cvss"`       // base score 0..10, nil where no vector is known
	CVSSVector string   `json:"cvssVector"` // the vector that the score was computed from
	EPSS       *float64 `json:"epss"`       // FIRST EPSS probability 0..1, nil where FIRST does not list it
	KEV        bool     `json:"kev"`        // in CISA's catalogue of known exploited vulnerabilities
	// lowest version that fixes it in the package's own line, "" if none is known
	Fixed string `json:"fixed"`
}

// Waiver is an accepted risk.
type Waiver struct {
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // YYYY-MM-DD
	// file and line that it stands in, "drydock.waivers.yaml:4:5"; "" in reports that were recorded before there were any
	Source string `json:"source,omitempty"`
	// OpenVEX's word for why the vulnerability does not affect the product; "" for an accepted risk
	Justification string `json:"justification,omitempty"`
}

// Words is the waiver in a sentence. Other tools' files may say neither who nor until when.
func (w *Waiver) Words() string {
	text := "accepted"
	if w.Owner != "" {
		text += " by " + w.Owner
	}
	if w.Expires != "" {
		text += " until " + w.Expires
	}
	if w.Reason != "" {
		text += ": " + w.Reason
	}
	return text
}

// History says which commits of a git repository have what was found. Path and line are those of the first.
type History struct {
	First     string `json:"first"`     // full hash
	FirstDate string `json:"firstDate"` // 2026-11-30
	Last      string `json:"last"`      // "" where it was not found in time
	LastDate  string `json:"lastDate"`
}

// Finding is one thing that a gate found. Build it with the gate's fields, then let Normalize fill the rest.
type Finding struct {
	ID         string     `json:"id"`
	Gate       Gate       `json:"gate"`
	Rule       string     `json:"rule"`
	Aliases    []string   `json:"aliases"`
	Title      string     `json:"title"`
	Severity   Severity   `json:"severity"`
	Confidence Confidence `json:"confidence"`
	Services   []string   `json:"services"`
	Service    string     `json:"service"`
	// access: the router that it is about, "app-https@docker"; "" where there is none
	Router    string    `json:"router"`
	Location  Location  `json:"location"`
	Snippet   string    `json:"snippet"`
	Flow      []Step    `json:"flow"`
	CWE       []string  `json:"cwe"`
	OWASP     []string  `json:"owasp"`
	Effect    Effect    `json:"effect"`
	Package   *Package  `json:"package"`
	Advisory  *Advisory `json:"advisory"`
	Reachable Reachable `json:"reachable"`
	Exposure  Exposure  `json:"exposure"`
	Priority  int       `json:"priority"`
	Why       []string  `json:"why"`
	Evidence  []string  `json:"evidence"`
	Forecast  Forecast  `json:"forecast"`
	// what the forecast rests on, "" where nothing was told
	ForecastWhy string  `json:"forecastWhy,omitempty"`
	Fix         Fix     `json:"fix"`
	Status      Status  `json:"status"`
	Waiver      *Waiver `json:"waiver"`
	Kind        Kind    `json:"kind"`
	// History is set where the place is one of the git history
	History *History `json:"history,omitempty"`

	// ServiceRefs are Services as "stack/name", where several stacks of the host have a service of that name.
	ServiceRefs []string `json:"serviceRefs,omitempty"`
}

// Refs tells the finding's services apart on the whole host: ServiceRefs, or the names where they are enough.
func (f *Finding) Refs() []string {
	if len(f.ServiceRefs) > 0 {
		return f.ServiceRefs
	}
	return f.Services
}

// Normalize gives every field that a gate left empty its neutral value, so that no array is null and no word of a
// closed list is missing in the JSON.
func (f *Finding) Normalize() {
	f.Aliases = orEmpty(f.Aliases)
	f.Services = orEmpty(f.Services)
	f.CWE = orEmpty(f.CWE)
	f.OWASP = orEmpty(f.OWASP)
	f.Why = orEmpty(f.Why)
	f.Evidence = orEmpty(f.Evidence)
	if f.Flow == nil {
		f.Flow = []Step{}
	}
	if f.Fix.Edits == nil {
		f.Fix.Edits = []Edit{}
	}
	if f.Advisory != nil {
		f.Advisory.Aliases = orEmpty(f.Advisory.Aliases)
	}
	if f.Service == "" && len(f.Services) > 0 {
		f.Service = f.Services[0]
	}
	if len(f.Services) == 0 && f.Service != "" {
		f.Services = []string{f.Service}
	}
	setDefault(&f.Severity, Unknown)
	setDefault(&f.Kind, usualKind(f.Gate, f.Advisory != nil || f.Effect == EffectOpen))
	setDefault(&f.Confidence, ConfidenceHigh)
	setDefault(&f.Reachable, ReachableUnknown)
	setDefault(&f.Exposure, ExposureUnknown)
	setDefault(&f.Forecast, ForecastUnknown)
	setDefault(&f.Status, Open)
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func setDefault[T ~string](p *T, v T) {
	if *p == "" {
		*p = v
	}
}

// Fingerprint makes a finding's id from the parts that say what it is and not where it happens to stand: a gate
// leaves out line numbers, so that the id survives moved lines. The parts' order counts. The result is the gate's
// first letter, a dash and 16 hexadecimal digits of SHA-256.
func Fingerprint(g Gate, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return string(g[:1]) + "-" + hex.EncodeToString(h.Sum(nil))[:16]
}

// Rule is a check as a value: the list, `explain`, the docs page and SARIF's metadata are all derived from it.
type Rule struct {
	ID          string   `json:"id"`
	Aliases     []string `json:"aliases"` // other tools' names for the same check
	Gate        Gate     `json:"gate"`
	Kind        Kind     `json:"kind"`        // "" until Normalize for the gate's usual one
	Title       string   `json:"title"`       // one line, no full stop
	Severity    Severity `json:"severity"`    // the usual one; a finding may differ
	Description string   `json:"description"` // what is wrong and why it matters, plain text or Markdown
	Remedy      string   `json:"remedy"`      // what to do
	CWE         []string `json:"cwe"`
	OWASP       []string `json:"owasp"`
	References  []string `json:"references"` // addresses of standards and documents
	// Standards are sections of benchmarks that ask for the same: "CIS Docker 1.6.0 5.5"
	Standards []string `json:"standards,omitempty"`
}

// Normalize makes the rule's lists non-nil.
func (r *Rule) Normalize() {
	r.Aliases = orEmpty(r.Aliases)
	r.CWE = orEmpty(r.CWE)
	r.OWASP = orEmpty(r.OWASP)
	r.References = orEmpty(r.References)
	setDefault(&r.Kind, usualKind(r.Gate, false))
}

// Explain is the rule's page as Markdown, for `drydock explain` and the docs.
func (r Rule) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s (%s gate, %s", r.ID, r.Title, r.Gate, r.Severity)
	if r.Kind.Quality() {
		fmt.Fprintf(&b, ", %s", r.Kind)
	}
	b.WriteString(")\n")
	if len(r.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAlso known as: %s\n", strings.Join(r.Aliases, ", "))
	}
	if r.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(r.Description))
	}
	if r.Remedy != "" {
		fmt.Fprintf(&b, "\n## What to do\n\n%s\n", strings.TrimSpace(r.Remedy))
	}
	if ids := append(append([]string{}, r.CWE...), r.OWASP...); len(ids) > 0 {
		fmt.Fprintf(&b, "\nClassified as: %s\n", strings.Join(ids, ", "))
	}
	if len(r.Standards) > 0 {
		fmt.Fprintf(&b, "\nAsked for by: %s\n", strings.Join(r.Standards, ", "))
	}
	for _, u := range r.References {
		fmt.Fprintf(&b, "\n- %s", u)
	}
	if len(r.References) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
