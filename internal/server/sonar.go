package server

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/server/api"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/sonar/provision"
	"github.com/drydock/drydock/internal/store"
)

// sonar answers calls in SonarQube's form that pipelines and importers already make: what became of an analysis, whether
// a project passes, its findings and figures. All of them only read.
type sonar struct {
	core    *core.Core
	version string
	mux     *http.ServeMux
}

func newSonar(c *core.Core, version string) http.Handler {
	s := &sonar{core: c, version: version, mux: http.NewServeMux()}
	for path, answer := range map[string]func(*http.Request) (any, error){
		"GET /api/ce/task":                     s.task,
		"GET /api/qualitygates/project_status": s.projectStatus,
		"GET /api/issues/search":               s.issues,
		"GET /api/measures/component":          s.measures,
		"GET /api/components/search":           s.components,
		"GET /api/components/show":             s.component,
		"GET /api/hotspots/search": func(*http.Request) (any, error) {
			return map[string]any{"paging": pageOf(1, 100, 0), "hotspots": []any{}}, nil
		},
		"GET /api/metrics/search": s.metricNames,
		"GET /api/system/status": func(*http.Request) (any, error) {
			return map[string]string{"id": "drydock", "version": provision.ServerVersion(version), "status": "UP"}, nil
		},
		"GET /api/authentication/validate": func(r *http.Request) (any, error) {
			return map[string]bool{"valid": api.Actor(r.Context()).Known()}, nil
		},
	} {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			out, err := answer(r)
			if err != nil {
				s.fail(w, r, err)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(out)
		})
	}
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &core.Error{Kind: core.NotFound, Msg: "drydock has no call " + r.Method + " " + r.URL.Path})
	})
	return s
}

func (s *sonar) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *sonar) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, msg := http.StatusInternalServerError, "something went wrong here; the server's log says what"
	var known *core.Error
	if errors.As(err, &known) {
		msg, status = known.Msg, known.Kind.Status()
		if status > http.StatusNotFound { // these calls know one word for all that is wrong in a request
			status = http.StatusBadRequest
		}
	} else {
		s.core.Log.Error("call in SonarQube's form", "path", r.URL.Path, "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"msg": msg}}})
}

// stamped is the form of times in these calls.
const stamped = "2006-01-02T15:04:05-0700"

func invalid(format string, args ...any) error {
	return &core.Error{Kind: core.Invalid, Code: "bad-request", Msg: fmt.Sprintf(format, args...)}
}

func pageOf(n, size int, total int64) map[string]any {
	return map[string]any{"pageIndex": n, "pageSize": size, "total": total}
}

// states are the states of analyses in the words of these calls.
var states = map[string]string{
	store.StateQueued:     "IN_PROGRESS",
	store.StateDone:       "SUCCESS",
	store.StateSuperseded: "SUCCESS",
	store.StateFailed:     "FAILED",
}

// byTask finds an analysis that the actor may ask about, by its task.
func (s *sonar) byTask(r *http.Request, task string) (store.Project, store.Analysis, error) {
	ctx, who := r.Context(), api.Actor(r.Context())
	none := &core.Error{Kind: core.NotFound, Msg: "there is no such analysis"}
	if !who.Known() {
		_, err := s.core.Project(ctx, who, "", core.SeeVerdict)
		return store.Project{}, store.Analysis{}, err
	}
	a, err := s.core.Store.AnalysisByTask(ctx, task)
	if errors.Is(err, store.ErrNotFound) {
		return store.Project{}, a, none
	}
	if err != nil {
		return store.Project{}, a, err
	}
	p, err := s.core.Store.ProjectByID(ctx, a.Project)
	if err != nil {
		return p, a, err
	}
	p, err = s.core.Project(ctx, who, p.Key, core.SeeVerdict)
	return p, a, err
}

func (s *sonar) task(r *http.Request) (any, error) {
	p, a, err := s.byTask(r, r.URL.Query().Get("id"))
	if err != nil {
		return nil, err
	}
	task := map[string]any{"id": a.Task, "type": "REPORT", "componentKey": p.Key, "componentName": p.Name,
		"status": states[a.State], "analysisId": a.Task, "submittedAt": a.Received.Format(stamped), "warnings": []string{}}
	if a.Problem != "" {
		task["errorMessage"] = a.Problem
	}
	if !a.Finished.IsZero() {
		task["executedAt"] = a.Finished.Format(stamped)
	}
	return map[string]any{"task": task}, nil
}

// projectStatus tells whether a project, or the analysis that is named, passes. What could not be looked at is no pass.
func (s *sonar) projectStatus(r *http.Request) (any, error) {
	q := r.URL.Query()
	key, branch, pull := q.Get("projectKey"), q.Get("branch"), q.Get("pullRequest")
	if task := q.Get("analysisId"); task != "" {
		p, a, err := s.byTask(r, task)
		if err != nil {
			return nil, err
		}
		b, err := s.core.Store.BranchByID(r.Context(), a.Branch)
		if err != nil {
			return nil, err
		}
		key, branch, pull = p.Key, b.Name, b.Pull
	}
	v, err := s.core.Verdict(r.Context(), api.Actor(r.Context()), key, branch, pull)
	if err != nil {
		return nil, err
	}
	status := map[string]string{ingest.Passed: "OK", ingest.Failed: "ERROR", ingest.Incomplete: "ERROR"}[v.Verdict]
	conditions := []map[string]any{}
	if status == "ERROR" {
		conditions = append(
			conditions,
			map[string]any{"status": "ERROR", "metricKey": "vulnerabilities", "comparator": "GT",
				"errorThreshold": "0", "actualValue": strconv.FormatInt(v.Branch.Open.Total(), 10)},
		)
	}
	return map[string]any{"projectStatus": map[string]any{"status": cmp.Or(status, "NONE"), "conditions": conditions,
		"ignoredConditions": false}}, nil
}

// severities are those of findings in the words of these calls.
var severities = map[string]string{
	"critical": "BLOCKER",
	"high":     "CRITICAL",
	"medium":   "MAJOR",
	"low":      "MINOR",
	"info":     "INFO",
	"unknown":  "MAJOR",
}

func kindName(kind string) string {
	switch kind {
	case ingest.KindBug:
		return "BUG"
	case ingest.KindMaintainability:
		return "CODE_SMELL"
	}
	return "VULNERABILITY"
}

func number(text string, usual, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

func (s *sonar) issues(r *http.Request) (any, error) {
	q := r.URL.Query()
	key := cmp.Or(q.Get("componentKeys"), q.Get("components"), q.Get("projects"))
	if key == "" || strings.Contains(key, ",") {
		return nil, invalid("componentKeys names one project")
	}
	page, size := number(q.Get("p"), 1, 100_000), number(q.Get("ps"), 100, 500)
	l, err := s.core.Findings(
		r.Context(),
		api.Actor(r.Context()),
		key,
		core.Query{Branch: q.Get("branch"), Pull: q.Get("pullRequest"),
			Filter: store.Filter{
				Status: store.FindingOpen,
			}, Page: store.Page{Limit: size, Offset: (page - 1) * size}},
	)
	if err != nil {
		return nil, err
	}
	issues := []map[string]any{}
	wanted := q.Get("types")
	for i := range l.Findings {
		f := &l.Findings[i]
		if wanted != "" && !strings.Contains(","+wanted+",", ","+kindName(f.Kind)+",") {
			continue
		}
		issue := map[string]any{
			"key":          strconv.FormatInt(f.ID, 10),
			"rule":         "drydock:" + f.Rule,
			"severity":     severities[f.Severity],
			"component":    l.Project.Key + ":" + f.Path,
			"project":      l.Project.Key,
			"status":       "OPEN",
			"message":      f.Title,
			"type":         kindName(f.Kind),
			"creationDate": f.FirstSeen.Format(stamped),
			"tags":         store.OWASPCodes(f.OWASP),
		}
		if f.Line > 0 {
			issue["line"] = f.Line
		}
		issues = append(issues, issue)
	}
	return map[string]any{
		"total":      l.Total,
		"p":          page,
		"ps":         size,
		"paging":     pageOf(page, size, l.Total),
		"issues":     issues,
		"components": []any{},
	}, nil
}

// figures are what measures can be asked for.
func figures(b *store.Branch, verdict string) map[string]string {
	status := "ERROR"
	if verdict == ingest.Passed {
		status = "OK"
	}
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return map[string]string{
		"alert_status":        status,
		"vulnerabilities":     text(b.Open.Total()),
		"new_vulnerabilities": text(b.Fresh),
		"blocker_violations":  text(b.Open.Critical),
		"critical_violations": text(b.Open.High),
		"major_violations": text(
			b.Open.Medium + b.Open.Unknown,
		),
		"minor_violations": text(b.Open.Low),
		"info_violations":  text(b.Open.Info),
		"violations":       text(b.Open.Total()),
	}
}

func (s *sonar) measures(r *http.Request) (any, error) {
	q := r.URL.Query()
	ctx, who := r.Context(), api.Actor(r.Context())
	key := cmp.Or(q.Get("component"), q.Get("componentKey"))
	p, err := s.core.Project(ctx, who, key, core.Read)
	if err != nil {
		return nil, err
	}
	v, err := s.core.Verdict(ctx, who, key, q.Get("branch"), q.Get("pullRequest"))
	if err != nil {
		return nil, err
	}
	all := figures(&v.Branch, v.Verdict)
	measures := []map[string]string{}
	for _, name := range strings.Split(q.Get("metricKeys"), ",") {
		if value, ok := all[name]; ok {
			measures = append(measures, map[string]string{"metric": name, "value": value})
		}
	}
	return map[string]any{
		"component": map[string]any{"key": p.Key, "name": p.Name, "qualifier": "TRK", "measures": measures},
	}, nil
}

func (s *sonar) components(r *http.Request) (any, error) {
	q := r.URL.Query()
	page, size := number(q.Get("p"), 1, 100_000), number(q.Get("ps"), 100, 500)
	rows, total, err := s.core.Projects(
		r.Context(),
		api.Actor(r.Context()),
		q.Get("q"),
		store.Page{Limit: size, Offset: (page - 1) * size},
	)
	if err != nil {
		return nil, err
	}
	components := []map[string]string{}
	for i := range rows {
		components = append(
			components,
			map[string]string{"key": rows[i].Key, "name": rows[i].Name, "qualifier": "TRK", "project": rows[i].Key},
		)
	}
	return map[string]any{"paging": pageOf(page, size, total), "components": components}, nil
}

func (s *sonar) component(r *http.Request) (any, error) {
	p, err := s.core.Project(r.Context(), api.Actor(r.Context()), r.URL.Query().Get("component"), core.Read)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"component": map[string]string{"key": p.Key, "name": p.Name, "qualifier": "TRK"},
		"ancestors": []any{},
	}, nil
}

func (s *sonar) metricNames(*http.Request) (any, error) {
	names := []map[string]string{}
	for name := range figures(&store.Branch{}, "") {
		names = append(names, map[string]string{"key": name, "name": name, "type": "INT"})
	}
	return map[string]any{"metrics": names, "total": len(names), "p": 1, "ps": 500}, nil
}
