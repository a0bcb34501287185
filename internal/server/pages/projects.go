package pages

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/owasp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

// perPage is how many rows a page of a list has.
const perPage = 50

// pager leads through a list.
type pager struct {
	Page, Pages  int
	Total        int64
	Before, Next string // addresses, "" for none
}

// paging reads which page is wanted; after holds what stands in the address besides.
func paging(q url.Values) (n int, p store.Page) {
	n, _ = strconv.Atoi(q.Get("page"))
	n = min(max(n, 1), 100_000)
	return n, store.Page{Limit: perPage, Offset: (n - 1) * perPage}
}

func newPager(v *visit, n int, total int64) pager {
	p := pager{Page: n, Pages: int((total + perPage - 1) / perPage), Total: total}
	p.link(v, n < p.Pages)
	return p
}

// openPager leads through a list of which the length is not known: there is more where a page is full.
func openPager(v *visit, n, rows int) pager {
	p := pager{Page: n}
	p.link(v, rows == perPage)
	return p
}

func (p *pager) link(v *visit, more bool) {
	at := func(n int) string {
		q := v.r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return v.r.URL.Path + "?" + q.Encode()
	}
	if p.Page > 1 {
		p.Before = at(p.Page - 1)
	}
	if more {
		p.Next = at(p.Page + 1)
	}
}

func (p *Pages) projects(v *visit) error {
	search := v.r.URL.Query().Get("search")
	n, pg := paging(v.r.URL.Query())
	rows, total, err := p.Core.Projects(v.ctx, v.who, search, pg)
	if err != nil {
		return err
	}
	if total == 0 && search == "" && v.who.Everywhere() {
		return back(v, "/projects/new")
	}
	return p.show(v, "projects", page{Title: "Projects", Data: struct {
		Rows   []store.ProjectRow
		Search string
		Pager  pager
	}{rows, search, newPager(v, n, total)}})
}

func (p *Pages) newProjectForm(v *visit) error {
	return p.show(v, "project-new", page{Title: "New project", Data: form{}})
}

// start is what a new project needs to be analysed: a token, shown once, and the commands.
type start struct {
	Project  store.Project
	Token    string
	Expires  string
	Commands []command
}

type command struct{ Name, About, Text string }

func (p *Pages) newProject(v *visit) error {
	f := form{Name: v.r.PostFormValue("name")}
	project, err := p.Core.CreateProject(v.ctx, v.who, core.NewProject{Name: f.Name})
	if err != nil {
		if f.refuse(err) {
			return p.show(v, "project-new", page{Title: "New project", Data: f})
		}
		return err
	}
	return p.offer(
		v,
		&project,
		core.NewToken{Name: "first scan", Scope: core.ScopeAnalyse, Project: project.Key, Days: 365},
	)
}

// offer makes a token and shows it with the commands, once.
func (p *Pages) offer(v *visit, project *store.Project, n core.NewToken) error {
	t, secret, err := p.Core.CreateToken(v.ctx, v.who, n)
	if err != nil {
		return err
	}
	s := start{Project: *project, Token: secret, Expires: dated(t.Expires, "2006-01-02")}
	if t.Scope == core.ScopeAnalyse {
		s.Commands = p.commands(project, secret)
	}
	return p.show(v, "start", page{Title: project.Name, Project: project, Data: s})
}

// commands are what can be copied to analyse a project.
func (p *Pages) commands(project *store.Project, token string) []command {
	server := p.Core.PublicURL
	out := []command{{"drydock", "in the project's folder",
		"DRYDOCK_TOKEN=" + token + " drydock scan . --server " + server + " --project " + project.Key}}
	if p.Image != "" {
		out = append(out, command{"drydock in a container", "nothing to install",
			"docker run --rm --network=host -e DRYDOCK_TOKEN=" + token + " -v .:/src:ro " + p.Image + " scan /src --server " + server +
				" --project " + project.Key})
	}
	return append(out, command{"the stock sonar-scanner", "experimental; for pipelines that have it",
		"docker run --rm -e SONAR_HOST_URL=\"" + server + "\" --network=host \\\n  -e SONAR_SCANNER_OPTS=\"-Dsonar.projectKey=" +
			project.Key + "\" -e SONAR_TOKEN=\"" + token + "\" -v .:/usr/src sonarsource/sonar-scanner-cli"})
}

// overview is a project's first page.
type overview struct {
	Verdict  *core.Verdict
	Summary  ingest.Summary
	Branches []store.Branch
	Kinds    []core.Value
	Gates    []gateRow
	Services []serviceRow
	Trend    []point
	Worst    []store.Finding
	New      int64
}

type gateRow struct {
	report.Gate
	Open int64
}

type serviceRow struct {
	report.Service
	Open int64
}

// point is an analysis in the trend.
type point struct {
	X, Y, H  float64
	Findings int
	When     string
	Verdict  string
}

func (p *Pages) project(v *visit) error {
	q := v.r.URL.Query()
	verdict, err := p.Core.Verdict(v.ctx, v.who, v.key(), q.Get("branch"), q.Get("pull"))
	if err != nil {
		return err
	}
	o := overview{Verdict: verdict}
	list, err := p.Core.Findings(v.ctx, v.who, v.key(), core.Query{Branch: q.Get("branch"), Pull: q.Get("pull"),
		Filter: store.Filter{Status: store.FindingOpen}, Page: store.Page{Limit: 5}})
	if err != nil {
		return err
	}
	o.Worst, o.Kinds, o.New = list.Findings, list.Facets.Kind, list.Branch.Fresh
	if o.Branches, err = p.Core.Store.Branches(v.ctx, list.Project.ID); err != nil {
		return err
	}
	for _, g := range verdict.Gates {
		o.Gates = append(o.Gates, gateRow{g, count(list.Facets.Gate, string(g.Name))})
	}
	if o.Summary, err = summaryOf(verdict.Analysis); err != nil {
		return err
	}
	for _, s := range o.Summary.Services {
		o.Services = append(o.Services, serviceRow{s, count(list.Facets.Service, s.Name)})
	}
	slices.SortStableFunc(o.Services, func(a, b serviceRow) int { return cmp.Compare(b.Open, a.Open) })
	if o.Trend, err = p.trend(v, list); err != nil {
		return err
	}
	return p.show(v, "project", page{Title: list.Project.Name, Project: &list.Project, Tab: "overview", Data: o})
}

// summaryOf is what an analysis came to; of none, or before it was taken in, an empty one.
func summaryOf(a *store.Analysis) (ingest.Summary, error) {
	var s ingest.Summary
	if a == nil || a.Summary == "" {
		return s, nil
	}
	err := json.Unmarshal([]byte(a.Summary), &s)
	return s, err
}

func count(values []core.Value, name string) int64 {
	for _, v := range values {
		if v.Value == name {
			return v.Count
		}
	}
	return 0
}

// trendLength is how many analyses the trend shows.
const trendLength = 30

func (p *Pages) trend(v *visit, l *core.List) ([]point, error) {
	if l.Branch.ID == 0 {
		return nil, nil
	}
	all, err := p.Core.Store.Analyses(v.ctx, l.Project.ID, l.Branch.ID, store.Page{Limit: trendLength})
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	var out []point
	most := 1
	for _, a := range all {
		s, err := summaryOf(&a)
		if a.State != store.StateDone || err != nil {
			continue
		}
		most = max(most, s.Findings)
		out = append(
			out,
			point{Findings: s.Findings, When: a.Received.UTC().Format("2006-01-02 15:04"), Verdict: a.Verdict},
		)
	}
	for i := range out {
		out[i].X = float64(i) * 100 / trendLength
		out[i].H = 36 * float64(out[i].Findings) / float64(most)
		out[i].Y = 38 - out[i].H
	}
	return out, nil
}

// category is a row of the OWASP page.
type category struct {
	owasp.Category
	Open              int64
	Judged, NotJudged []string
	Link              string
}

func (p *Pages) owasp(v *visit) error {
	q := v.r.URL.Query()
	list, err := p.Core.Findings(v.ctx, v.who, v.key(), core.Query{Branch: q.Get("branch"), Pull: q.Get("pull"),
		Filter: store.Filter{Status: store.FindingOpen}, Page: store.Page{Limit: 1}})
	if err != nil {
		return err
	}
	verdict, err := p.Core.Verdict(v.ctx, v.who, v.key(), q.Get("branch"), q.Get("pull"))
	if err != nil {
		return err
	}
	edition := "2025"
	if q.Get("edition") == "2021" {
		edition = "2021"
	}
	var rows []category
	for _, c := range owasp.Categories() {
		if !strings.HasSuffix(c.Code, ":"+edition) {
			continue
		}
		row := category{Category: c, Open: count(list.Facets.OWASP, c.Code),
			Link: "/projects/" + url.PathEscape(
				list.Project.Key,
			) + "/findings?status=open&owasp=" + url.QueryEscape(
				c.Code,
			)}
		for i := range verdict.Gates {
			for _, j := range verdict.Gates[i].OWASP {
				if j.Code == c.Code {
					row.Judged, row.NotJudged = append(row.Judged, j.Judged...), append(row.NotJudged, j.NotJudged...)
				}
			}
		}
		rows = append(rows, row)
	}
	return p.show(v, "owasp", page{Title: list.Project.Name, Project: &list.Project, Tab: "owasp", Data: struct {
		Edition string
		Rows    []category
	}{edition, rows}})
}

func (p *Pages) analyses(v *visit) error {
	n, pg := paging(v.r.URL.Query())
	list, err := p.Core.Analyses(v.ctx, v.who, v.key(), pg)
	if err != nil {
		return err
	}
	project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Read)
	if err != nil {
		return err
	}
	type row struct {
		store.Analysis
		Was ingest.Summary
	}
	var rows []row
	for _, a := range list {
		r := row{Analysis: a}
		if r.Was, err = summaryOf(&a); err != nil {
			return err
		}
		rows = append(rows, r)
	}
	return p.show(v, "analyses", page{Title: project.Name, Project: &project, Tab: "analyses", Data: struct {
		Rows  []row
		Pager pager
	}{rows, openPager(v, n, len(list))}})
}

func (p *Pages) packages(v *visit) error {
	project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Read)
	if err != nil {
		return err
	}
	branch, err := p.Core.BranchOf(v.ctx, &project, v.r.URL.Query().Get("branch"), v.r.URL.Query().Get("pull"))
	if err != nil {
		return err
	}
	n, pg := paging(v.r.URL.Query())
	list, err := p.Core.Store.Packages(v.ctx, branch.ID, pg)
	if err != nil {
		return err
	}
	return p.show(v, "packages", page{Title: project.Name, Project: &project, Tab: "packages", Data: struct {
		Rows  []store.Package
		Pager pager
	}{list, openPager(v, n, len(list))}})
}

// search finds a package in all projects.
func (p *Pages) search(v *visit) error {
	name := strings.TrimSpace(v.r.URL.Query().Get("name"))
	var rows []store.Package
	if name != "" {
		var err error
		if rows, err = p.Core.SearchPackages(v.ctx, v.who, name, store.Page{Limit: 500}); err != nil {
			return err
		}
	}
	return p.show(v, "search", page{Title: "Packages of all projects", Data: struct {
		Name string
		Rows []store.Package
	}{name, rows}})
}

// node is a service in the stack map.
type node struct {
	report.Service
	Y      int
	Open   int64
	Worst  string
	Access string
}

// lane is one kind of way in, with the services that it leads to.
type lane struct {
	Exposure finding.Exposure
	Title    string
	Y, H     int
	Nodes    []node
}

var lanes = []lane{{Exposure: finding.ExposurePublic, Title: "the internet"},
	{Exposure: finding.ExposureAuthenticated, Title: "whoever signs in"},
	{Exposure: finding.ExposureAllowlisted, Title: "allowed addresses"},
	{Exposure: finding.ExposureInternal, Title: "other services only"},
	{Exposure: finding.ExposureUnknown, Title: "not known"}}

const (
	nodeHeight = 58
	laneGap    = 18
)

func (p *Pages) stackMap(v *visit) error {
	q := v.r.URL.Query()
	verdict, err := p.Core.Verdict(v.ctx, v.who, v.key(), q.Get("branch"), q.Get("pull"))
	if err != nil {
		return err
	}
	s, err := summaryOf(verdict.Analysis)
	if err != nil {
		return err
	}
	list, err := p.Core.Findings(v.ctx, v.who, v.key(), core.Query{Branch: q.Get("branch"), Pull: q.Get("pull"),
		Filter: store.Filter{Status: store.FindingOpen}, Page: store.Page{Limit: 1}})
	if err != nil {
		return err
	}
	var out []lane
	y := 10
	for _, l := range lanes {
		l.Nodes, l.Y = nil, y
		for _, service := range s.Services {
			if service.Exposure != l.Exposure {
				continue
			}
			n := node{Service: service, Y: y, Open: count(list.Facets.Service, service.Name)}
			for _, router := range service.Routers {
				if n.Access != "" {
					n.Access += ", "
				}
				n.Access += router.Name
			}
			l.Nodes = append(l.Nodes, n)
			y += nodeHeight
		}
		if l.H = y - l.Y; len(l.Nodes) > 0 {
			out = append(out, l)
			y += laneGap
		}
	}
	return p.show(v, "map", page{Title: list.Project.Name, Project: &list.Project, Tab: "map", Data: struct {
		Lanes  []lane
		Height int
	}{out, y}})
}
