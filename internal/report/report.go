// Package report is drydock's one output: the model whose JSON is the contract that every gate fills, every
// writer reads and every recorded report replays. Within a schema version fields are only ever added.
package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// Schema is the contract's name and version.
const Schema = "drydock.report/1"

// Report is what a run found, what it looked at, and what it could not look at.
type Report struct {
	Schema       string                  `json:"schema"`
	Tool         Tool                    `json:"tool"`
	Target       string                  `json:"target"`
	Started      time.Time               `json:"started"`
	DurationMs   int64                   `json:"durationMs"`
	Advisories   []Advisories            `json:"advisories"`
	Stacks       []Stack                 `json:"stacks"`
	Services     []Service               `json:"services"`
	Gates        []Gate                  `json:"gates"`
	Packages     []inventory.Package     `json:"packages"`
	Completeness *inventory.Completeness `json:"completeness"`
	Findings     []finding.Finding       `json:"findings"`
	Policy       Policy                  `json:"policy"`

	// Additions to the design's contract.

	// Rules describes the rules that have findings here, so that a recorded report is enough for every writer.
	Rules []finding.Rule `json:"rules"`
	// Warnings are neither findings nor failures: an unset variable, old advisories, what was left out on purpose.
	Warnings []Warning `json:"warnings"`
	// Actions is what to do first, best first (package rank).
	Actions []Action `json:"actions"`
	// Images are the container images that were read.
	Images []Image `json:"images"`
	// Against is set where the report holds only what a change brought in.
	Against *Against `json:"against"`
	// Listing is true of a report that lists packages and judges nothing: it has no verdict, and no policy passes.
	Listing bool `json:"listing"`
	// Due is why services ought to be rebuilt now; only `rebuild --check` asks.
	Due []Due `json:"due"`
	// Measures are those of the files of code that were looked at, by path.
	Measures []Measure `json:"measures"`
	// AttackPaths are ways from outside over a weakness to what is worth having, worst first (package attack).
	AttackPaths []AttackPath `json:"attackPaths"`
}

// Measure is what was measured of a file of code (docs/code.md says how).
type Measure struct {
	Path       string  `json:"path"`
	Lines      int     `json:"lines"`      // all of them
	Code       int     `json:"code"`       // with code
	Comments   int     `json:"comments"`   // with words in a comment
	Complexity int     `json:"complexity"` // McCabe's
	Cognitive  int     `json:"cognitive"`  // Campbell's
	Duplicated int     `json:"duplicated"` // lines that stand elsewhere too; -1 where they were not looked for
	Coverage   float64 `json:"coverage"`   // percent of the lines that tests run; -1 where nothing told it
}

// DueReason is a reason for which a service ought to be rebuilt.
type DueReason string

// The reasons.
const (
	DueBaseMoved DueReason = "base-moved"   // the base image's tag names another image than the one built on
	DueFixes     DueReason = "fixes"        // a rebuild fixes findings
	DueAge       DueReason = "age"          // the image is older than it may be
	DueEndOfLife DueReason = "end-of-life"  // the release that it stands on gets no fixes any more
	DueSource    DueReason = "source-newer" // what it is built from changed after it was built
)

// Due is one reason to rebuild a service, with what shows it.
type Due struct {
	Service  string    `json:"service"` // several that run the image are joined by commas
	Reason   DueReason `json:"reason"`
	Evidence string    `json:"evidence"`
}

// Against says what a report was compared with. Findings that were there before are not in the report, only counted.
type Against struct {
	Name   string `json:"name"`   // of the commit or file, as given
	Commit string `json:"commit"` // full hash; "" for a recorded report
	Before int    `json:"before"` // open findings that were there before and still are
	// findings of packages that did not change: only what is known of them did, since the baseline was recorded
	Advisories int `json:"advisories"`
	Fixed      int `json:"fixed"`  // findings of the baseline that are gone
	Unseen     int `json:"unseen"` // findings of the baseline where this run did not look
}

// Tool is the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Advisories is one ecosystem's advisory data as used.
type Advisories struct {
	Ecosystem string `json:"ecosystem"`
	Source    string `json:"source"` // "embedded", or the folder or address it came from
	Newest    string `json:"newest"` // RFC 3339 time of the newest record
	Count     int    `json:"count"`
}

// Stack is one compose project.
type Stack struct {
	Name  string   `json:"name"`
	Files []string `json:"files"`
}

// Build is where a service's image is built from.
type Build struct {
	Context    string `json:"context"`
	Dockerfile string `json:"dockerfile"`
	Target     string `json:"target"`
	// how drydock knows, where compose only names an image: "Makefile:12"; "" where compose says it
	JoinedBy string `json:"joinedBy"`
}

// Service is one service of a stack and who can reach it.
type Service struct {
	Name     string           `json:"name"`
	Stack    string           `json:"stack"`
	Image    string           `json:"image"`
	Build    *Build           `json:"build"`
	Exposure finding.Exposure `json:"exposure"`
	Routers  []Router         `json:"routers"`
	Networks []string         `json:"networks"` // by the names that the engine knows; "host" is the machine's own
	Mounts   []Mount          `json:"mounts"`
	// Outside marks what is no compose service: Name is the host and port that a router of Traefik's leads to.
	Outside bool `json:"outside,omitempty"`
}

// Router is one of Traefik's routers that serve a service.
type Router struct {
	Name        string   `json:"name"`
	EntryPoints []string `json:"entrypoints"`
	Rule        string   `json:"rule"`
	Middlewares []string `json:"middlewares"`
	Access      string   `json:"access"`
}

// GateStatus reports whether a gate did its work.
type GateStatus string

// The gate states. Partial: something was looked at and something was not. Skipped: nothing was looked at, because
// there was nothing for the gate (it has no inputs then) or because nothing of what there was could be had.
const (
	Checked GateStatus = "checked"
	Partial GateStatus = "partial"
	Failed  GateStatus = "failed"
	Skipped GateStatus = "skipped"
)

// Gate is one gate's state, and the state of each thing that it was given.
type Gate struct {
	Name       finding.Gate `json:"name"`
	Status     GateStatus   `json:"status"`
	Reason     string       `json:"reason"`
	DurationMs int64        `json:"durationMs"`
	Inputs     []Input      `json:"inputs"`
	Read       Read         `json:"read"`
	Judged     int          `json:"judged"` // of the packages (image), services (access) or files (other gates) in Read
	Remedy     string       `json:"remedy"` // what to do about a gate that is not checked, a command where there is one

	OWASP []OWASPCategory `json:"owasp,omitempty"` // of the code gate
}

// OWASPCategory is one of the OWASP Top Ten with the languages at hand in which rules of the gate look for it, and those
// in which none does: there it is not judged, which is not the same as nothing found.
type OWASPCategory struct {
	Code      string   `json:"code"` // "A05:2025"
	Name      string   `json:"name"`
	Judged    []string `json:"judged"`
	NotJudged []string `json:"notJudged"`
}

// Read is how much a gate read. A gate that read nothing is never checked.
type Read struct {
	Files    int   `json:"files"`
	Packages int   `json:"packages"`
	Services int   `json:"services"`
	Bytes    int64 `json:"bytes"`
}

// Add adds what was read of one more thing.
func (r *Read) Add(more Read) {
	r.Files += more.Files
	r.Packages += more.Packages
	r.Services += more.Services
	r.Bytes += more.Bytes
}

// Blind reports whether there was something for the gate that it could not look at. A gate with nothing to look at is
// skipped and not blind: it has no inputs, or looked through all of them and found nothing that it is for.
func (g *Gate) Blind() bool {
	return g.Status == Partial || g.Status == Failed || g.Status == Skipped && slices.ContainsFunc(g.Inputs, unread)
}

func unread(in Input) bool { return in.Status != Checked }

// Input is one thing that a gate looked at or could not look at: an image, a folder, or a file in it that was read in
// part. One with neither service nor path is the gate's work as a whole.
type Input struct {
	Service string     `json:"service"`
	Path    string     `json:"path"`
	Status  GateStatus `json:"status"`
	Reason  string     `json:"reason"`
}

// Names are the services that share the input: Service may join several with commas. It is empty where the input
// belongs to no service.
func (in *Input) Names() []string {
	if in.Service == "" {
		return nil
	}
	return strings.Split(in.Service, ", ")
}

// Warning is a remark about the run, with its place.
type Warning struct {
	Text     string           `json:"text"`
	Location finding.Location `json:"location"`
	Gate     finding.Gate     `json:"gate,omitempty"` // that makes it; "" for what is said of the run as a whole
}

// WarningsOf are the warnings of a gate, for a writer that keeps the gates apart. Those of no gate are told with the
// first one.
func (r *Report) WarningsOf(gate finding.Gate, first bool) []Warning {
	var out []Warning
	for _, w := range r.Warnings {
		if w.Gate == gate || w.Gate == "" && first {
			out = append(out, w)
		}
	}
	return out
}

// Policy is the verdict; with no policy asked for it passes.
type Policy struct {
	Passed   bool     `json:"passed"`
	Breaches []string `json:"breaches"`
	// Kinds are those that count beside the ones that always do.
	Kinds []finding.Kind `json:"kinds,omitempty"`
}

// Counts reports whether findings of a kind count: in the verdict, in a policy, and among what to do first.
func (p *Policy) Counts(k finding.Kind) bool { return !k.Quality() || slices.Contains(p.Kinds, k) }

// New starts a report.
func New(tool Tool, target string, started time.Time) *Report {
	return &Report{Schema: Schema, Tool: tool, Target: target, Started: started.UTC(), Policy: Policy{Passed: true}}
}

// Finish puts the report into its canonical form: no null arrays, everything sorted, so that two runs diff cleanly.
// It is idempotent, and every writer may rely on it.
func (r *Report) Finish() {
	ensure(&r.Advisories)
	ensure(&r.Stacks)
	ensure(&r.Services)
	ensure(&r.Gates)
	ensure(&r.Packages)
	ensure(&r.Findings)
	ensure(&r.Rules)
	ensure(&r.Warnings)
	ensure(&r.Images)
	ensure(&r.Due)
	ensure(&r.Measures)
	ensure(&r.AttackPaths)
	for i := range r.AttackPaths {
		ensure(&r.AttackPaths[i].Ways)
		ensure(&r.AttackPaths[i].Reaches)
	}
	for i := range r.Images {
		ensure(&r.Images[i].Services)
		ensure(&r.Images[i].Tags)
		ensure(&r.Images[i].Layers)
	}
	ensure(&r.Actions)
	for i := range r.Actions {
		ensure(&r.Actions[i].Services)
		ensure(&r.Actions[i].Findings)
		ensure(&r.Actions[i].Narrows)
		ensure(&r.Actions[i].Edits)
	}
	ensure(&r.Policy.Breaches)
	if r.Completeness != nil {
		ensure(&r.Completeness.Unexplained)
	}
	for i := range r.Stacks {
		ensure(&r.Stacks[i].Files)
	}
	for i := range r.Services {
		s := &r.Services[i]
		ensure(&s.Routers)
		ensure(&s.Networks)
		ensure(&s.Mounts)
		if s.Exposure == "" {
			s.Exposure = finding.ExposureUnknown
		}
		for j := range s.Routers {
			ensure(&s.Routers[j].EntryPoints)
			ensure(&s.Routers[j].Middlewares)
		}
	}
	for i := range r.Gates {
		ensure(&r.Gates[i].Inputs)
	}
	for i := range r.Packages {
		r.Packages[i].Normalize()
	}
	inventory.Sort(r.Packages)
	for i := range r.Findings {
		r.Findings[i].Normalize()
	}
	for i := range r.Rules {
		r.Rules[i].Normalize()
	}
	sort.SliceStable(r.Findings, func(i, j int) bool { return less(&r.Findings[i], &r.Findings[j]) })
	sort.SliceStable(r.Measures, func(i, j int) bool { return r.Measures[i].Path < r.Measures[j].Path })
	sort.SliceStable(r.Rules, func(i, j int) bool { return r.Rules[i].ID < r.Rules[j].ID })
}

func ensure[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// less orders findings: open before the rest, those about the quality of code last, then by priority, weight, gate,
// place, rule, id.
func less(a, b *finding.Finding) bool {
	if ao, bo := a.Status == finding.Open, b.Status == finding.Open; ao != bo {
		return ao
	}
	if aq, bq := a.Kind.Quality(), b.Kind.Quality(); aq != bq {
		return bq
	}
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	if x, y := a.Weight().Rank(), b.Weight().Rank(); x != y {
		return x > y
	}
	if a.Gate != b.Gate {
		return a.Gate < b.Gate
	}
	if a.Location.Path != b.Location.Path {
		return a.Location.Path < b.Location.Path
	}
	if a.Location.Line != b.Location.Line {
		return a.Location.Line < b.Location.Line
	}
	if a.Rule != b.Rule {
		return a.Rule < b.Rule
	}
	return a.ID < b.ID
}

// Encode writes the canonical JSON, indented, with a final newline. HTML characters stay as they are.
func (r *Report) Encode(w io.Writer) error {
	x := newIndenter(w)
	if err := r.EncodeCompact(x); err != nil {
		return err
	}
	return x.Flush()
}

// EncodeCompact writes the same on one line, for what only programs read. Lists are written element by element: the
// text of a large report never stands in memory whole.
func (r *Report) EncodeCompact(w io.Writer) error {
	r.Finish()
	bw := bufio.NewWriterSize(w, 64<<10)
	var element bytes.Buffer
	e := json.NewEncoder(&element)
	e.SetEscapeHTML(false)
	value := func(v reflect.Value) error {
		element.Reset()
		if err := e.Encode(v.Addr().Interface()); err != nil {
			return err
		}
		_, err := bw.Write(bytes.TrimSuffix(element.Bytes(), []byte("\n")))
		return err
	}
	all := reflect.ValueOf(r).Elem()
	for i := range all.NumField() {
		f := all.Field(i)
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		bw.WriteByte(separator)
		fmt.Fprintf(bw, "%q:", all.Type().Field(i).Tag.Get("json"))
		if f.Kind() != reflect.Slice {
			if err := value(f); err != nil {
				return err
			}
			continue
		}
		bw.WriteByte('[')
		for j := range f.Len() {
			if j > 0 {
				bw.WriteByte(',')
			}
			if err := value(f.Index(j)); err != nil {
				return err
			}
		}
		bw.WriteByte(']')
	}
	bw.WriteString("}\n")
	return bw.Flush()
}

// maxReport bounds a recorded report: a scan of a host with a hundred thousand findings stays well below.
const maxReport = 512 << 20

// Decode reads a recorded report. Unknown fields are ignored, since fields are only ever added; another schema is
// an error.
func Decode(rd io.Reader) (*Report, error) {
	lr := &io.LimitedReader{R: rd, N: maxReport + 1}
	var r Report
	if err := json.NewDecoder(lr).Decode(&r); err != nil {
		if lr.N <= 0 {
			return nil, fmt.Errorf("report is larger than %d MiB", maxReport>>20)
		}
		return nil, fmt.Errorf("not a drydock report: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("not a drydock report: schema is %q, want %q", r.Schema, Schema)
	}
	r.Finish()
	return &r, nil
}

// Gate returns the gate's state, nil where the run did not have it.
func (r *Report) Gate(name finding.Gate) *Gate {
	for i := range r.Gates {
		if r.Gates[i].Name == name {
			return &r.Gates[i]
		}
	}
	return nil
}

// Missing says why packages may be missing from the report's list, "" where none is known to be: a list is handed on
// without the report, and whoever reads it takes it for whole.
func (r *Report) Missing() string {
	g := r.Gate(finding.GateImage)
	if g == nil {
		return ""
	}
	if len(r.Packages) == 0 {
		return cmp.Or(g.Reason, "no package was found")
	}
	var why []string
	for _, in := range g.Inputs {
		if in.Status == Failed || in.Status == Skipped || r.Listing && in.Status == Partial {
			why = append(why, strings.TrimPrefix(in.Path+": "+in.Reason, ": "))
		}
	}
	const maxNamed = 20
	if more := len(why) - maxNamed; more > 0 {
		why = append(why[:maxNamed:maxNamed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(why, "; ")
}

// Counts counts the open findings by severity, of the kinds that count.
func (r *Report) Counts() map[finding.Severity]int {
	n := map[finding.Severity]int{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == finding.Open && r.Policy.Counts(f.Kind) {
			n[f.Severity]++
		}
	}
	return n
}
