// Package plan makes of a report the list of what to do, best first, and holds an earlier list against a later report:
// did what was done take away what was promised?
package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
)

// Schema is the name and version of a plan's JSON. Within a version fields are only ever added.
const Schema = "drydock.plan/1"

// Plan is what to do, best first. No finding is promised by two actions.
type Plan struct {
	Schema  string          `json:"schema"`
	Target  string          `json:"target"`
	Started time.Time       `json:"started"` // of the scan that it was made from
	Actions []report.Action `json:"actions"`
	// Findings are what the actions speak of, so that a later report can be held against the plan.
	Findings []Promise `json:"findings"`
	Open     int       `json:"open"` // open findings of the report, of the kinds that count
	// Left are the open findings that no action takes away: no fix is known, or only waiting helps.
	Left []string `json:"left"`
	// Unread says which gates could not look at everything: what they did not see is in no action.
	Unread []string `json:"unread"`
}

// Promise is one finding that an action takes away.
type Promise struct {
	ID       string           `json:"id"`
	Gate     finding.Gate     `json:"gate"`
	Rule     string           `json:"rule"`
	Title    string           `json:"title"`
	Package  string           `json:"package"` // its name, "" for what is not about one
	Path     string           `json:"path"`    // of the file in which it is, "" for none
	Services []string         `json:"services"`
	Severity finding.Severity `json:"severity"`
}

// New makes a plan of a finished report, and of what is known of the images that conversions would give.
func New(r *report.Report, conversions []Conversion) *Plan {
	p := &Plan{Schema: Schema, Target: r.Target, Started: r.Started, Actions: rank.Plan(r, Leaving(r, conversions)),
		Findings: []Promise{}, Left: []string{}, Unread: []string{}}
	taken := map[string]bool{}
	for i := range p.Actions {
		a := &p.Actions[i]
		for _, s := range finding.Severities {
			a.Removes[s] += 0
		}
		for _, id := range a.Findings {
			taken[id] = true
		}
		a.Findings, a.Services = orEmpty(a.Findings), orEmpty(a.Services)
		a.Narrows = orEmpty(a.Narrows)
		if a.Edits == nil {
			a.Edits = []finding.Edit{}
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Status != finding.Open || !r.Policy.Counts(f.Kind):
			continue
		case taken[f.ID]:
			p.Findings = append(p.Findings, Promise{ID: f.ID, Gate: f.Gate, Rule: f.Rule, Title: f.Title,
				Package: packageName(f), Path: f.Location.Path, Services: orEmpty(f.Refs()), Severity: f.Severity})
		default:
			p.Left = append(p.Left, f.ID)
		}
		p.Open++
	}
	for i := range r.Gates {
		if g := &r.Gates[i]; g.Blind() {
			p.Unread = append(p.Unread, fmt.Sprintf("%s is %s: %s", g.Name, g.Status, g.Reason))
		}
	}
	return p
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// maxPlan bounds a recorded plan.
const maxPlan = 256 << 20

// Decode reads a recorded plan.
func Decode(rd io.Reader) (*Plan, error) {
	lr := &io.LimitedReader{R: rd, N: maxPlan + 1}
	var p Plan
	if err := json.NewDecoder(lr).Decode(&p); err != nil {
		if lr.N <= 0 {
			return nil, fmt.Errorf("the plan is larger than %d MB", maxPlan>>20)
		}
		return nil, fmt.Errorf("not a plan of drydock: %w", err)
	}
	if p.Schema != Schema {
		return nil, fmt.Errorf("not a plan of drydock: schema is %q, want %q", p.Schema, Schema)
	}
	return &p, nil
}

// ScoreSchema is the name and version of a score's JSON.
const ScoreSchema = "drydock.plan-score/1"

// Score says what became of a plan's promises.
type Score struct {
	Schema  string        `json:"schema"`
	Actions []ActionScore `json:"actions"`
	Right   int           `json:"right"`  // findings that are gone, of the actions that were done
	Wrong   int           `json:"wrong"`  // that are still there, of the actions that were done
	Unseen  int           `json:"unseen"` // where the later run did not look
}

// ActionScore is what became of one action.
type ActionScore struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Done is "all" where nothing of it is left, "none" where everything is, "part" between, and "unknown" where the later
	// run did not look.
	Done   string   `json:"done"`
	Gone   []string `json:"gone"`
	Left   []string `json:"left"`
	Unseen []string `json:"unseen"`
}

// Hold compares the plan with a later report. An action of which nothing is gone counts as not done, and its findings
// neither as right nor as wrong.
func (p *Plan) Hold(later *report.Report) *Score {
	later.Finish()
	open := map[string]bool{}
	still := p.moved(later)
	for i := range later.Findings {
		f := &later.Findings[i]
		if f.Status != finding.Open {
			continue
		}
		open[f.ID] = true
	}
	promise := map[string]*Promise{}
	for i := range p.Findings {
		promise[p.Findings[i].ID] = &p.Findings[i]
	}
	s := &Score{Schema: ScoreSchema, Actions: []ActionScore{}}
	for i := range p.Actions {
		a := &p.Actions[i]
		as := ActionScore{ID: a.ID, Title: a.Title, Gone: []string{}, Left: []string{}, Unseen: []string{}}
		for _, id := range a.Findings {
			switch {
			case open[id], promise[id] != nil && promise[id].among(still):
				as.Left = append(as.Left, id)
			case !looked(later, promise[id]):
				as.Unseen = append(as.Unseen, id)
			default:
				as.Gone = append(as.Gone, id)
			}
		}
		switch {
		case len(as.Gone) == 0 && len(as.Left) == 0:
			as.Done = "unknown"
		case len(as.Gone) == 0:
			as.Done = "none"
		case len(as.Left) == 0:
			as.Done = "all"
		default:
			as.Done = "part"
		}
		if len(as.Gone) > 0 {
			s.Right += len(as.Gone)
			s.Wrong += len(as.Left)
		}
		s.Unseen += len(as.Unseen)
		s.Actions = append(s.Actions, as)
	}
	return s
}

func packageName(f *finding.Finding) string {
	if f.Package == nil {
		return ""
	}
	return f.Package.Name
}

// moved are the open findings of a later report that may be promised ones in another place: the same hole in a package of
// that name, and for what is about no package one of the same rule in that file, of which the plan did not know.
func (p *Plan) moved(later *report.Report) map[string][]*finding.Finding {
	known := map[string]bool{}
	for i := range p.Findings {
		known[p.Findings[i].ID] = true
	}
	for _, id := range p.Left {
		known[id] = true
	}
	out := map[string][]*finding.Finding{}
	for i := range later.Findings {
		f := &later.Findings[i]
		if f.Status != finding.Open || f.Package == nil && known[f.ID] {
			continue
		}
		key := movedKey(f.Rule, packageName(f), f.Location.Path)
		out[key] = append(out[key], f)
	}
	return out
}

func movedKey(rule, pkg, path string) string {
	if pkg != "" {
		return rule + "\x00" + pkg
	}
	return rule + "\x00\x00" + path
}

// among reports whether one of the services of the promise has it still, in another place.
func (p *Promise) among(still map[string][]*finding.Finding) bool {
	return slices.ContainsFunc(still[movedKey(p.Rule, p.Package, p.Path)], func(f *finding.Finding) bool {
		return len(p.Services) == 0 ||
			slices.ContainsFunc(f.Refs(), func(s string) bool { return slices.Contains(p.Services, s) })
	})
}

// looked reports whether the finding would be in the report if it still held: its gate judged something, and looked at
// its services as far as it could tell.
func looked(r *report.Report, p *Promise) bool {
	if p == nil {
		return false
	}
	g := r.Gate(p.Gate)
	if g == nil || g.Status == report.Failed || g.Status == report.Skipped {
		return false
	}
	return !slices.ContainsFunc(g.Inputs, func(in report.Input) bool {
		unread := in.Status == report.Failed || in.Status == report.Skipped
		return unread && slices.ContainsFunc(in.Names(), func(s string) bool { return slices.Contains(p.Services, s) })
	})
}
