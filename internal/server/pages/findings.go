package pages

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

// filters reads what the address of a list of findings asks for.
func filters(q url.Values) core.Query {
	out := core.Query{Branch: q.Get("branch"), Pull: q.Get("pull"), Filter: store.Filter{Status: q.Get("status"),
		Gate: q.Get("gate"), Severity: q.Get("severity"), Kind: q.Get("kind"), Service: q.Get("service"),
		Path: q.Get("file"), Rule: q.Get("rule"), Text: q.Get("text"), Fresh: q.Get("new") == "true"}}
	if owasp := q.Get("owasp"); owasp != "" {
		if out.OWASP = store.OWASPBits(owasp); out.OWASP == 0 {
			out.OWASP = noCategory
		}
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(q.Get("cwe")), "CWE-")); err == nil {
		out.CWE = n
	}
	return out
}

// noCategory is the bit of a category that is none, which no finding has.
const noCategory = 1 << 62

// choice is a value to filter by, with the address that does so.
type choice struct {
	Value, Link string
	N           int64
	On          bool // it is chosen; the link takes it away
}

type facet struct {
	Name, Title string
	Choices     []choice
}

// facets are the filters beside a list, with counts.
func facetsOf(v *visit, f *core.Facets) []facet {
	q := v.r.URL.Query()
	var out []facet
	for _, one := range []struct {
		name, title string
		values      []core.Value
	}{{"status", "Status", f.Status}, {"severity", "Severity", f.Severity}, {"gate", "Gate", f.Gate}, {"kind", "Kind", f.Kind},
		{"service", "Service", f.Service}, {"owasp", "OWASP Top Ten", f.OWASP}, {"cwe", "Weakness", f.CWE}, {"new", "In new code", f.New},
		{"file", "File", f.File}} {
		x := facet{Name: one.name, Title: one.title}
		for _, value := range one.values {
			next := url.Values{}
			for k, list := range q {
				next[k] = list
			}
			next.Del("page")
			on := q.Get(one.name) == value.Value
			if on {
				next.Del(one.name)
			} else {
				next.Set(one.name, value.Value)
			}
			if one.name == "new" && value.Value == "false" {
				continue
			}
			x.Choices = append(
				x.Choices,
				choice{Value: value.Value, Link: v.r.URL.Path + "?" + next.Encode(), N: value.Count, On: on},
			)
		}
		if len(x.Choices) > 0 {
			out = append(out, x)
		}
	}
	return out
}

func (p *Pages) findings(v *visit) error {
	q := v.r.URL.Query()
	if !q.Has("status") { // what is open is what people look for; every status is asked for by an empty one
		q.Set("status", store.FindingOpen)
		v.r.URL.RawQuery = q.Encode()
	}
	query := filters(q)
	n, pg := paging(q)
	query.Page = pg
	list, err := p.Core.Findings(v.ctx, v.who, v.key(), query)
	if err != nil {
		return err
	}
	if list.Facets.File, err = p.Core.Files(v.ctx, v.who, v.key(), query); err != nil {
		return err
	}
	list.Facets.File = list.Facets.File[:min(len(list.Facets.File), mostFiles)]
	return p.show(
		v,
		"findings",
		page{Title: list.Project.Name, Project: &list.Project, Tab: "findings", Data: struct {
			*core.List
			Filters []facet
			Pager   pager
			Text    string
		}{list, facetsOf(v, &list.Facets), newPager(v, n, list.Total), q.Get("text")}},
	)
}

// mostFiles is how many files the filter beside a list offers.
const mostFiles = 12

// answers is the page of a finding: five questions side by side.
type answers struct {
	*core.One
	Rule    *finding.Rule
	Edits   []finding.Edit
	CanEdit bool // whether the user may decide about it
	Today   string
	Next    string // a day in three months, the usual end of an accepted risk
}

func (p *Pages) finding(v *visit) error {
	o, err := p.one(v)
	if err != nil {
		return err
	}
	right, err := p.Core.Right(v.ctx, v.who, o.Project.ID)
	if err != nil {
		return err
	}
	now := p.Core.Now()
	a := answers{One: o, Rule: p.rules[o.Row.Rule], CanEdit: right >= core.Triage, Today: now.Format(time.DateOnly),
		Next: now.AddDate(0, 3, 0).Format(time.DateOnly), Edits: o.Detail.Fix.Edits}
	return p.show(v, "finding", page{Title: o.Row.Title, Project: &o.Project, Tab: "findings", Data: a})
}

func (p *Pages) one(v *visit) (*core.One, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, &core.Error{Kind: core.NotFound, Msg: "there is no such finding"}
	}
	return p.Core.Finding(v.ctx, v.who, v.key(), id)
}

func (p *Pages) decide(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return &core.Error{Kind: core.NotFound, Msg: "there is no such finding"}
	}
	n := core.NewDecision{State: v.r.PostFormValue("state"), Owner: strings.TrimSpace(v.r.PostFormValue("owner")),
		Reason: strings.TrimSpace(v.r.PostFormValue("reason"))}
	if day := v.r.PostFormValue("expires"); day != "" {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return &core.Error{Kind: core.Invalid, Msg: "the last day is no day", Hint: "Write it as 2027-03-31."}
		}
		n.Expires = t.AddDate(0, 0, 1).Add(-time.Second) // the day counts
	}
	if err := p.Core.Decide(v.ctx, v.who, v.key(), id, n); err != nil {
		return err
	}
	return back(v, v.r.URL.Path)
}
