package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/owasp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/store"
)

// batch is how many findings or packages one change of the store adds: others who write wait no longer than for these.
const batch = 1000

// Importer takes analyses in.
type Importer struct {
	Store *store.Store
	Now   func() time.Time
}

// Run takes an analysis in. It may be run again at any time: what was done is not done twice. A document that cannot be
// taken in makes the analysis a failed one, which is no error here.
func (im *Importer) Run(ctx context.Context, id int64) error {
	a, err := im.Store.Analysis(ctx, id)
	if err != nil || a.State != store.StateQueued {
		return err
	}
	run, err := im.begin(ctx, &a)
	if err == nil && run.scope.Analysis > a.ID {
		a.State = store.StateSuperseded
		return im.finish(ctx, &a)
	}
	if err == nil {
		err = run.read(ctx)
	}
	var refused *Refused
	if errors.As(err, &refused) {
		return im.Fail(ctx, id, refused.Reason)
	}
	if err != nil {
		return err
	}
	return run.end(ctx)
}

// Fail gives an analysis up.
func (im *Importer) Fail(ctx context.Context, id int64, problem string) error {
	a, err := im.Store.Analysis(ctx, id)
	if err != nil || a.State != store.StateQueued {
		return err
	}
	a.State, a.Problem = store.StateFailed, problem
	return im.finish(ctx, &a)
}

func (im *Importer) finish(ctx context.Context, a *store.Analysis) error {
	return im.Store.Update(ctx, func(tx *store.Tx) error { return tx.FinishAnalysis(ctx, a, im.Now()) })
}

// run is one analysis being taken in.
type run struct {
	*Importer
	analysis  *store.Analysis
	project   store.Project
	branch    store.Branch
	settings  store.Settings
	scope     *store.Scope
	known     map[int64]store.Known
	base      map[int64]bool // what is open in the branch that this one is compared with
	compared  bool           // there is such a branch
	decisions map[int64]store.Decision
	gates     []report.Gate
	ids       *identities
	packer    *packer
	findings  []store.Finding
	packages  []store.Package
	emptied   bool // the scope's packages of last time are gone
	summary   Summary
}

func (im *Importer) begin(ctx context.Context, a *store.Analysis) (*run, error) {
	r := &run{Importer: im, analysis: a, ids: newIdentities(a.Root)}
	var err error
	must := func(e error) {
		if err == nil {
			err = e
		}
	}
	var e error
	r.project, e = im.Store.ProjectByID(ctx, a.Project)
	must(e)
	r.branch, e = im.Store.BranchByID(ctx, a.Branch)
	must(e)
	if err != nil {
		return nil, err
	}
	r.settings, e = im.Store.SettingsOf(ctx, &r.project)
	must(e)
	r.known, e = im.Store.KnownFindings(ctx, a.Branch)
	must(e)
	r.decisions, e = im.Store.CurrentDecisions(ctx, a.Project)
	must(e)
	r.packer, e = newPacker()
	must(e)
	must(json.Unmarshal([]byte(a.Gates), &r.gates))
	must(json.Unmarshal([]byte(a.Summary), &r.summary))
	must(r.compare(ctx))
	must(r.chooseScope(ctx))
	return r, err
}

// compare reads what is open in the branch that this one is compared with.
func (r *run) compare(ctx context.Context) error {
	if r.branch.Base == "" {
		return nil
	}
	base, err := r.Store.Branch(ctx, r.project.ID, r.branch.Base, "")
	if errors.Is(err, store.ErrNotFound) || err == nil && base.Analysis == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	r.compared = true
	r.base, err = r.Store.OpenIdentities(ctx, base.ID)
	return err
}

// chooseScope finds the scope of the analysis, or the bit of a new one.
func (r *run) chooseScope(ctx context.Context) error {
	scopes, err := r.Store.Scopes(ctx, r.branch.ID)
	if err != nil {
		return err
	}
	tool := ""
	if r.analysis.Source == SourceImport {
		tool = r.analysis.Tool
	}
	for i := range scopes {
		s := &scopes[i]
		if s.Source == r.analysis.Source && s.Tool == tool && s.Input == r.analysis.Input && s.Root == r.analysis.Root {
			r.scope = s
			return nil
		}
	}
	r.scope = &store.Scope{Bit: len(scopes), Source: r.analysis.Source, Tool: tool, Input: r.analysis.Input,
		Root: r.analysis.Root}
	if len(scopes) >= store.MaxScopes {
		return refuse("the branch was scanned with %d different inputs already; name the input the same each time",
			len(scopes))
	}
	return nil
}

// read reads the document and adds what it holds.
func (r *run) read(ctx context.Context) error {
	unpacked, err := open(r.Store.Upload(ctx, r.analysis.ID))
	if err != nil {
		return err
	}
	defer unpacked.Close()
	l := listener{
		finding: func(f *reported, raw []byte) error { return r.finding(ctx, f, raw) },
		pkg:     func(p *inventory.Package) error { return r.pkg(ctx, p) },
	}
	if r.analysis.Format == FormatSARIF {
		err = r.readSARIF(unpacked, l)
	} else {
		err = readReport(unpacked, l)
	}
	if err != nil {
		return err
	}
	if err := r.addFindings(ctx); err != nil {
		return err
	}
	return r.addPackages(ctx)
}

func (r *run) readSARIF(in io.Reader, l listener) error {
	tool, gate, err := readSARIF(in, l)
	if tool.Name != "" {
		r.analysis.Tool = cleanLine(tool.Name)
	}
	r.gates = []report.Gate{gate}
	return err
}

// finding takes one finding of the document.
func (r *run) finding(ctx context.Context, f *reported, raw []byte) error {
	detail, err := r.packer.pack(f, raw, r.ids)
	if err != nil {
		return err
	}
	identity := r.ids.of(f)
	known, was := r.known[identity]
	if was && known.Status == store.FindingClosed && known.FirstAnalysis != r.analysis.ID {
		r.summary.Reopened++
	}
	next := store.Finding{
		Identity: identity, Gate: cleanLine(string(f.Gate)), Rule: cleanLine(f.Rule), Title: clean(f.Title, maxTitle),
		Severity: severityOf(f), Kind: kindOf(f), Status: statusOf(f), Reported: statusOf(f),
		Priority: min(max(f.Priority, 0), 100), Service: cleanLine(strings.Join(f.Refs(), ", ")),
		Path: clean(r.ids.path(f.Location.Path), maxPath), Line: max(f.Location.Line, 0), CWE: weaknesses(f.CWE),
		OWASP:    store.OWASPBits(f.OWASP...) | store.OWASPBits(owasp.Of(f.CWE...)...),
		Exposure: cleanLine(string(f.Exposure)), Reachable: cleanLine(string(f.Reachable)),
		Seen: known.Seen | r.scope.Mask(), FirstAnalysis: r.analysis.ID, LastAnalysis: r.analysis.ID,
		FirstSeen: r.analysis.Received, Detail: detail,
	}
	if f.Package != nil {
		next.Package = cleanLine(f.Package.Name + " " + f.Package.Version)
	}
	if d, decided := r.decisions[identity]; decided {
		next.Triage = d.State
		if d.Holds(r.Now()) {
			next.Status = store.FindingTriaged
		}
	}
	next.Fresh = r.fresh(identity, next.Gate)
	if first := !was || known.FirstAnalysis == r.analysis.ID; first && next.Status == store.FindingOpen {
		r.summary.New++
	}
	r.findings = append(r.findings, next)
	if len(r.findings) < batch {
		return nil
	}
	return r.addFindings(ctx)
}

// fresh reports whether a finding is in new code: it was before, or it was not there when the same was looked at before,
// or it is not in the branch that this one is compared with. What a first look finds is not new.
func (r *run) fresh(identity int64, gate string) bool {
	known, was := r.known[identity]
	switch {
	case was && known.Status != store.FindingClosed:
		return known.Fresh
	case r.compared:
		return !r.base[identity]
	}
	return slices.Contains(strings.Fields(r.scope.Gates), gate)
}

func (r *run) addFindings(ctx context.Context) error {
	if len(r.findings) == 0 {
		return nil
	}
	err := r.Store.Update(ctx, func(tx *store.Tx) error { return tx.AddFindings(ctx, r.branch.ID, r.findings) })
	r.findings = r.findings[:0]
	return err
}

func (r *run) pkg(ctx context.Context, p *inventory.Package) error {
	var services, licences []string
	for _, s := range p.Refs() {
		services = append(services, cleanName(s))
	}
	for _, l := range p.Licences {
		licences = append(licences, cleanName(l))
	}
	r.packages = append(r.packages, store.Package{Ecosystem: cleanLine(p.Ecosystem), Name: cleanLine(p.Name),
		Version: cleanLine(p.Version), PURL: clean(p.PURL, maxPath), Services: services, Licences: licences,
		Reachable: cleanLine(string(p.Reachable)), Dev: p.Dev})
	if len(r.packages) < batch {
		return nil
	}
	return r.addPackages(ctx)
}

// addPackages adds packages, and before the first ones takes away those of last time.
func (r *run) addPackages(ctx context.Context) error {
	if !r.emptied && !r.lookedAtPackages() {
		r.packages = r.packages[:0]
		return nil
	}
	err := r.Store.Update(ctx, func(tx *store.Tx) error {
		if !r.emptied {
			if err := tx.DeletePackages(ctx, r.branch.ID, r.scope); err != nil {
				return err
			}
		}
		return tx.AddPackages(ctx, r.branch.ID, r.scope, r.packages)
	})
	r.emptied = true
	r.packages = r.packages[:0]
	return err
}

// lookedAtPackages reports whether the analysis can say which packages there are.
func (r *run) lookedAtPackages() bool {
	return slices.ContainsFunc(r.gates, func(g report.Gate) bool {
		return g.Name == finding.GateImage && (g.Status == report.Checked || g.Status == report.Partial)
	})
}

// end closes what is gone, counts, judges and notes the result, all as one.
func (r *run) end(ctx context.Context) error {
	now := r.Now()
	return r.Store.Update(ctx, func(tx *store.Tx) error {
		if err := r.close(ctx, tx, now); err != nil {
			return err
		}
		before := r.analysis.Received.AddDate(0, 0, -*r.settings.NewCodeDays)
		if err := tx.AgeFindings(ctx, r.branch.ID, before); err != nil {
			return err
		}
		if err := tx.Recount(ctx, r.branch.ID); err != nil {
			return err
		}
		counts, err := tx.Counts(ctx, r.branch.ID)
		if err != nil {
			return err
		}
		r.scope.Analysis = r.analysis.ID
		if err := tx.SetScope(ctx, r.branch.ID, r.scope); err != nil {
			return err
		}
		v := Judge(&r.settings, counts, r.gates)
		r.branch.Analysis, r.branch.Analysed, r.branch.Verdict = r.analysis.ID, r.analysis.Received, v.Verdict
		if err := tx.SetBranch(ctx, &r.branch); err != nil {
			return err
		}
		r.summary.Breaches = v.Reasons
		summary, err := json.Marshal(&r.summary)
		if err != nil {
			return err
		}
		r.analysis.State, r.analysis.Verdict, r.analysis.Summary = store.StateDone, v.Verdict, string(summary)
		return tx.FinishAnalysis(ctx, r.analysis, now)
	})
}

// close closes the findings of the gates that looked everywhere and did not see them again.
func (r *run) close(ctx context.Context, tx *store.Tx, now time.Time) error {
	r.summary.Closed, r.summary.Unseen = 0, []string{}
	for i := range r.gates {
		g := &r.gates[i]
		if g.Status != report.Checked {
			r.summary.Unseen = append(r.summary.Unseen, string(g.Name))
			continue
		}
		n, err := tx.CloseUnseen(ctx, r.branch.ID, string(g.Name), r.scope, r.analysis.ID, now)
		if err != nil {
			return err
		}
		r.summary.Closed += int(n)
		if seen := strings.Fields(r.scope.Gates); !slices.Contains(seen, string(g.Name)) {
			r.scope.Gates = strings.Join(append(seen, string(g.Name)), " ")
		}
	}
	return nil
}

func severityOf(f *reported) string {
	if !slices.Contains(finding.Severities, f.Severity) {
		return string(finding.Unknown)
	}
	return string(f.Severity)
}

func statusOf(f *reported) string {
	switch f.Status {
	case finding.Waived:
		return store.FindingWaived
	case finding.Suppressed:
		return store.FindingSuppressed
	}
	return store.FindingOpen
}

// The kinds of findings.
const (
	KindVulnerability   = "vulnerability"
	KindSecret          = "secret"
	KindHygiene         = "hygiene"
	KindBug             = "bug"
	KindMaintainability = "maintainability"
)

// kindOf is the finding's kind, which reports that do not tell it are taken to mean by its gate.
func kindOf(f *reported) string {
	switch f.Kind {
	case KindVulnerability, KindSecret, KindHygiene, KindBug, KindMaintainability:
		return f.Kind
	}
	switch f.Gate {
	case finding.GateDockerfile, finding.GateCompose, finding.GateWaiver, finding.GateRebuild:
		return KindHygiene
	}
	return KindVulnerability
}

// weaknesses are the numbers of "CWE-89" and the like.
func weaknesses(list []string) []int {
	var out []int
	for _, text := range list {
		digits, _, _ := strings.Cut(strings.TrimPrefix(strings.ToUpper(text), "CWE-"), ":")
		if n, err := strconv.Atoi(strings.TrimSpace(digits)); err == nil && n > 0 && len(out) < 20 {
			out = append(out, n)
		}
	}
	return out
}

// cleanName is cleanLine for what is kept in a list separated by commas.
func cleanName(s string) string { return strings.ReplaceAll(cleanLine(s), ",", ";") }
