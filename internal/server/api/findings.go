package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

// findingJSON is a finding in a list.
type findingJSON struct {
	ID        int64    `json:"id"`
	Gate      string   `json:"gate"`
	Rule      string   `json:"rule"`
	Title     string   `json:"title"`
	Severity  string   `json:"severity"`
	Kind      string   `json:"kind"`
	Status    string   `json:"status"`
	Priority  int      `json:"priority"`
	Service   string   `json:"service"`
	Path      string   `json:"path"`
	Line      int      `json:"line"`
	Package   string   `json:"package"`
	CWE       []string `json:"cwe"`
	OWASP     []string `json:"owasp"`
	Exposure  string   `json:"exposure"`
	Reachable string   `json:"reachable"`
	New       bool     `json:"new" doc:"It is in new code"`
	FirstSeen string   `json:"firstSeen"`
	Closed    string   `json:"closed" doc:"When it was closed; empty while it is not"`
	URL       string   `json:"url"`
}

func (a *API) findingJSON(key string, f *store.Finding) findingJSON {
	out := findingJSON{ID: f.ID, Gate: f.Gate, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Kind: f.Kind,
		Status: f.Status, Priority: f.Priority, Service: f.Service, Path: f.Path, Line: f.Line, Package: f.Package,
		CWE: []string{}, OWASP: store.OWASPCodes(f.OWASP), Exposure: f.Exposure, Reachable: f.Reachable, New: f.Fresh,
		FirstSeen: when(f.FirstSeen), Closed: when(f.Closed),
		URL: a.Core.PublicURL + "/projects/" + key + "/findings/" + strconv.FormatInt(f.ID, 10)}
	for _, n := range f.CWE {
		out.CWE = append(out.CWE, "CWE-"+strconv.Itoa(n))
	}
	return out
}

// Filter chooses findings.
type Filter struct {
	Branched
	Status   string `query:"status" enum:",open,closed,waived,suppressed,triaged" doc:"All if it is not told"`
	Gate     string `query:"gate" maxLength:"40"`
	Severity string `query:"severity" enum:",critical,high,medium,low,info,unknown"`
	Kind     string `query:"kind" enum:",vulnerability,secret,hygiene,bug,maintainability"`
	Service  string `query:"service" maxLength:"300"`
	File     string `query:"file" maxLength:"1000"`
	Rule     string `query:"rule" maxLength:"300"`
	CWE      int    `query:"cwe" minimum:"0" maximum:"100000" doc:"The number of a weakness"`
	OWASP    string `query:"owasp" pattern:"^(A[01][0-9]:20(21|25))?$" doc:"A category, as A05:2025"`
	New      bool   `query:"new" doc:"Only findings in new code"`
	Text     string `query:"text" maxLength:"200" doc:"A part of the title or the package"`
}

func (f *Filter) query(p store.Page) core.Query {
	return core.Query{Branch: f.Branch, Pull: f.Pull, Page: p, Filter: store.Filter{Status: f.Status, Gate: f.Gate,
		Severity: f.Severity, Kind: f.Kind, Service: f.Service, Path: f.File, Rule: f.Rule, CWE: f.CWE, OWASP: store.OWASPBits(f.OWASP),
		Fresh: f.New, Text: f.Text}}
}

type findingList struct {
	Body struct {
		Findings []findingJSON `json:"findings"`
		Total    int64         `json:"total"`
		Page     int           `json:"page"`
		Pages    int           `json:"pages"`
		Branch   string        `json:"branch"`
		Facets   core.Facets   `json:"facets" doc:"What there is to Filter by, with counts"`
	}
}

// decisionJSON is what somebody said about a finding.
type decisionJSON struct {
	State   string `json:"state" enum:"confirmed,false-positive,accepted," doc:"Empty takes an earlier word back"`
	Owner   string `json:"owner,omitempty" maxLength:"200"`
	Reason  string `json:"reason,omitempty" maxLength:"2000"`
	Expires string `json:"expires,omitempty" maxLength:"10" doc:"The last day of an accepted risk, as 2027-03-31"`
	Made    string `json:"made,omitempty" readOnly:"true"`
	MadeBy  string `json:"madeBy,omitempty" readOnly:"true"`
}

type oneFinding struct {
	Body struct {
		Finding   findingJSON      `json:"finding"`
		Detail    *finding.Finding `json:"detail" doc:"As it was reported"`
		Decisions []decisionJSON   `json:"decisions"`
	}
}

type verdict struct {
	Body struct {
		Project  string           `json:"project"`
		Branch   string           `json:"branch"`
		Pull     string           `json:"pull"`
		Verdict  string           `json:"verdict" doc:"passed, failed, incomplete (a gate could not look), none (never analysed)"`
		Reasons  []string         `json:"reasons"`
		Open     store.Severities `json:"open"`
		New      int64            `json:"new"`
		Gates    []gateJSON       `json:"gates"`
		Analysis string           `json:"analysis" doc:"The task of the newest analysis; empty for none"`
		Analysed string           `json:"analysed"`
		Commit   string           `json:"commit"`
		URL      string           `json:"url"`
	}
}

type gateJSON struct {
	Name   finding.Gate      `json:"name"`
	Status report.GateStatus `json:"status"`
	Reason string            `json:"reason"`
	Judged int               `json:"judged"`
}

// Identified names a finding of a project.
type Identified struct {
	Keyed
	ID int64 `path:"id" minimum:"1"`
}

func (a *API) findings(h huma.API) {
	register(
		a,
		h,
		huma.Operation{OperationID: "list-findings", Method: http.MethodGet, Path: "/api/v1/projects/{key}/findings",
			Summary: "Findings of a branch, worst first"},
		func(ctx context.Context, in *struct {
			Keyed
			Filter
			Paging
		}) (*findingList, error) {
			l, err := a.Core.Findings(ctx, Actor(ctx), in.Key, in.query(in.page()))
			if err != nil {
				return nil, err
			}
			out := &findingList{}
			out.Body.Findings, out.Body.Total, out.Body.Facets = []findingJSON{}, l.Total, l.Facets
			out.Body.Page, out.Body.Pages, out.Body.Branch = in.Page, pages(l.Total, in.PerPage), l.Branch.Name
			for i := range l.Findings {
				out.Body.Findings = append(out.Body.Findings, a.findingJSON(in.Key, &l.Findings[i]))
			}
			return out, nil
		},
	)
	register(
		a,
		h,
		huma.Operation{OperationID: "finding", Method: http.MethodGet, Path: "/api/v1/projects/{key}/findings/{id}",
			Summary: "A finding with all that is known of it"},
		func(ctx context.Context, in *Identified) (*oneFinding, error) {
			o, err := a.Core.Finding(ctx, Actor(ctx), in.Key, in.ID)
			if err != nil {
				return nil, err
			}
			out := &oneFinding{}
			out.Body.Finding, out.Body.Detail, out.Body.Decisions = a.findingJSON(
				in.Key,
				&o.Row,
			), o.Detail, []decisionJSON{}
			for _, d := range o.Decisions {
				j := decisionJSON{
					State:  d.State,
					Owner:  d.Owner,
					Reason: d.Reason,
					Made:   when(d.Made),
					MadeBy: d.MadeBy,
				}
				if !d.Expires.IsZero() {
					j.Expires = d.Expires.Format(time.DateOnly)
				}
				out.Body.Decisions = append(out.Body.Decisions, j)
			}
			return out, nil
		},
	)
	register(
		a,
		h,
		huma.Operation{
			OperationID:   "decide",
			Method:        http.MethodPost,
			Path:          "/api/v1/projects/{key}/findings/{id}/decisions",
			Summary:       "Confirm a finding, call it a false positive, or accept its risk",
			DefaultStatus: http.StatusNoContent,
		},
		func(ctx context.Context, in *struct {
			Identified
			Body decisionJSON
		}) (*struct{}, error) {
			n := core.NewDecision{State: in.Body.State, Owner: in.Body.Owner, Reason: in.Body.Reason}
			if in.Body.Expires != "" {
				day, err := time.Parse(time.DateOnly, in.Body.Expires)
				if err != nil {
					return nil, newProblem(http.StatusUnprocessableEntity, "expires is a day, as 2027-03-31")
				}
				n.Expires = day.AddDate(0, 0, 1).Add(-time.Second)
			}
			return nil, a.Core.Decide(ctx, Actor(ctx), in.Key, in.ID, n)
		},
	)
	register(
		a,
		h,
		huma.Operation{OperationID: "verdict", Method: http.MethodGet, Path: "/api/v1/projects/{key}/verdict",
			Summary: "Whether a branch passes"},
		func(ctx context.Context, in *struct {
			Keyed
			Branched
		}) (*verdict, error) {
			v, err := a.Core.Verdict(ctx, Actor(ctx), in.Key, in.Branch, in.Pull)
			if err != nil {
				return nil, err
			}
			out := &verdict{}
			b := &out.Body
			b.Project, b.Branch, b.Pull, b.Verdict, b.Reasons = v.Project.Key, v.Branch.Name, v.Branch.Pull, v.Verdict, v.Reasons
			b.Open, b.New, b.Analysed, b.Gates = v.Branch.Open, v.Branch.Fresh, when(v.Branch.Analysed), []gateJSON{}
			b.URL = a.Core.PublicURL + "/projects/" + v.Project.Key
			if v.Analysis != nil {
				b.Analysis, b.Commit = v.Analysis.Task, v.Analysis.Commit
			}
			for i := range v.Gates {
				g := &v.Gates[i]
				b.Gates = append(b.Gates, gateJSON{g.Name, g.Status, g.Reason, g.Judged})
			}
			return out, nil
		},
	)
}
