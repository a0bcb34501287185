// Package api is the server's API under /api/v1, with its OpenAPI document.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

// Options are what the API stands on.
type Options struct {
	Core      *core.Core
	Version   string
	MaxUpload int64 // bytes of an analysis as it is sent
}

// API serves the calls. The actor is taken from the request's context.
type API struct {
	Options
	mux *http.ServeMux
}

type actorKey struct{}

// WithActor puts who asks into a request's context.
func WithActor(ctx context.Context, who *core.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, who)
}

// Actor is who asks, nobody where none is known.
func Actor(ctx context.Context) *core.Actor {
	if who, ok := ctx.Value(actorKey{}).(*core.Actor); ok {
		return who
	}
	return &core.Actor{}
}

// problem is an error as RFC 9457 has it, with a word for programs and what to do.
type problem struct {
	Status int      `json:"status" doc:"HTTP status"`
	Title  string   `json:"title" doc:"What the status means"`
	Detail string   `json:"detail" doc:"What is wrong, for people"`
	Code   string   `json:"code" doc:"What is wrong, for programs; stable"`
	Hint   string   `json:"hint" doc:"What to do about it; may be empty"`
	Fields []string `json:"fields" doc:"What of the request is wrong, by name"`
}

// Error is the problem in words.
func (p *problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *problem) ContentType(string) string { return "application/problem+json" }

func newProblem(status int, msg string, errs ...error) huma.StatusError {
	p := &problem{Status: status, Title: http.StatusText(status), Detail: msg, Fields: []string{},
		Code: strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "-")}
	for _, err := range errs {
		if err != nil {
			p.Fields = append(p.Fields, err.Error())
		}
	}
	return p
}

// fail makes of an error what is answered; what nobody can do something about is logged and not told.
func (a *API) fail(err error) error {
	if err == nil {
		return nil
	}
	var told *problem
	if errors.As(err, &told) {
		return told
	}
	var known *core.Error
	if errors.As(err, &known) {
		status := known.Kind.Status()
		return &problem{
			Status: status,
			Title:  http.StatusText(status),
			Detail: known.Msg,
			Code:   known.Code,
			Hint:   known.Hint,
			Fields: []string{},
		}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return newProblem(http.StatusServiceUnavailable, "the request was given up")
	}
	a.Core.Log.Error("api", "error", err)
	return newProblem(http.StatusInternalServerError, "something went wrong here; the server's log says what")
}

// New makes the API.
func New(opt Options) *API {
	huma.NewError = newProblem
	a := &API{Options: opt, mux: http.NewServeMux()}
	config := huma.DefaultConfig("drydock", opt.Version)
	config.Info.Description = "Projects, analyses and findings of drydock. Send a token: Authorization: Bearer TOKEN. " +
		"Errors have the form of RFC 9457 with a stable code."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/v1/openapi", "", "/api/v1/schemas"
	config.CreateHooks = nil // no $schema members: an answer is what the document says
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	config.Security = []map[string][]string{{"token": {}}}
	h := humago.New(a.mux, config)
	a.projects(h)
	a.findings(h)
	a.analyses(h)
	a.administration(h)
	return a
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// register adds an operation whose errors are told as problems.
func register[In, Out any](a *API, h huma.API, op huma.Operation, f func(context.Context, *In) (*Out, error)) {
	op.Errors = []int{
		http.StatusUnauthorized,
		http.StatusForbidden,
		http.StatusNotFound,
		http.StatusUnprocessableEntity,
	}
	huma.Register(h, op, func(ctx context.Context, in *In) (*Out, error) {
		out, err := f(ctx, in)
		return out, a.fail(err)
	})
}

// Paging chooses a page of a list.
type Paging struct {
	Page    int `query:"page" minimum:"1" maximum:"100000" default:"1" doc:"Which page, from 1"`
	PerPage int `query:"perPage" minimum:"1" maximum:"500" default:"100" doc:"Rows on a page"`
}

func (p *Paging) page() store.Page {
	return store.Page{Limit: p.PerPage, Offset: (p.Page - 1) * p.PerPage}
}

func pages(total int64, per int) int { return int((total + int64(per) - 1) / int64(per)) }

// Keyed names a project.
type Keyed struct {
	Key string `path:"key" maxLength:"100" doc:"The project's key"`
}

// Branched names a branch or pull request.
type Branched struct {
	Branch string `query:"branch" maxLength:"200" doc:"A branch; the project's default branch if it is not told"`
	Pull   string `query:"pull" maxLength:"20" doc:"A pull request's number"`
}

// projectJSON is a project as the API shows it.
type projectJSON struct {
	Key           string           `json:"key"`
	Name          string           `json:"name"`
	DefaultBranch string           `json:"defaultBranch"`
	Created       time.Time        `json:"created"`
	Verdict       string           `json:"verdict" doc:"passed, failed, incomplete, or none before the first analysis"`
	Open          store.Severities `json:"open" doc:"Open findings of the default branch"`
	New           int64            `json:"new" doc:"Open findings in new code"`
	Worst         int64            `json:"worst" doc:"Priority of the worst open finding"`
	Analysed      string           `json:"analysed" doc:"When the default branch was last analysed; empty for never"`
	URL           string           `json:"url"`
}

func (a *API) projectJSON(p *store.Project, b *store.Branch) projectJSON {
	verdict := b.Verdict
	if verdict == "" {
		verdict = core.NoVerdict
	}
	return projectJSON{Key: p.Key, Name: p.Name, DefaultBranch: p.DefaultBranch, Created: p.Created, Verdict: verdict,
		Open: b.Open, New: b.Fresh, Worst: b.Worst, Analysed: when(b.Analysed), URL: a.Core.PublicURL + "/projects/" + p.Key}
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type projectList struct {
	Body struct {
		Projects []projectJSON `json:"projects"`
		Total    int64         `json:"total"`
		Page     int           `json:"page"`
		Pages    int           `json:"pages"`
	}
}

type oneProject struct{ Body projectJSON }

func (a *API) projects(h huma.API) {
	register(a, h, huma.Operation{OperationID: "list-projects", Method: http.MethodGet, Path: "/api/v1/projects",
		Summary: "Projects, worst first"}, func(ctx context.Context, in *struct {
		Paging
		Search string `query:"search" maxLength:"200" doc:"A part of the name or the key"`
	}) (*projectList, error) {
		rows, total, err := a.Core.Projects(ctx, Actor(ctx), in.Search, in.page())
		if err != nil {
			return nil, err
		}
		out := &projectList{}
		out.Body.Projects, out.Body.Total = []projectJSON{}, total
		out.Body.Page, out.Body.Pages = in.Page, pages(total, in.PerPage)
		for i := range rows {
			out.Body.Projects = append(out.Body.Projects, a.projectJSON(&rows[i].Project, &rows[i].Branch))
		}
		return out, nil
	})
	register(a, h, huma.Operation{OperationID: "create-project", Method: http.MethodPost, Path: "/api/v1/projects",
		Summary: "Make a project", DefaultStatus: http.StatusCreated}, func(ctx context.Context, in *struct {
		Body struct {
			Name          string `json:"name" minLength:"1" maxLength:"200"`
			Key           string `json:"key,omitempty" maxLength:"100" doc:"Made of the name if it is not told"`
			DefaultBranch string `json:"defaultBranch,omitempty" maxLength:"200" doc:"main if it is not told"`
		}
	}) (*oneProject, error) {
		p, err := a.Core.CreateProject(ctx, Actor(ctx), core.NewProject{Key: in.Body.Key, Name: in.Body.Name,
			DefaultBranch: in.Body.DefaultBranch})
		return &oneProject{a.projectJSON(&p, &store.Branch{})}, err
	})
	register(a, h, huma.Operation{OperationID: "project", Method: http.MethodGet, Path: "/api/v1/projects/{key}",
		Summary: "A project"}, func(ctx context.Context, in *Keyed) (*oneProject, error) {
		p, err := a.Core.Project(ctx, Actor(ctx), in.Key, core.Read)
		if err != nil {
			return nil, err
		}
		b, err := a.Core.BranchOf(ctx, &p, "", "")
		return &oneProject{a.projectJSON(&p, &b)}, err
	})
	register(
		a,
		h,
		huma.Operation{OperationID: "delete-project", Method: http.MethodDelete, Path: "/api/v1/projects/{key}",
			Summary: "Delete a project with all that is known of it"},
		func(ctx context.Context, in *Keyed) (*struct{}, error) {
			return nil, a.Core.DeleteProject(ctx, Actor(ctx), in.Key)
		},
	)
}

// answerJSON writes an answer outside of the operations that huma registers.
func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (a *API) answerError(w http.ResponseWriter, err error) {
	var p *problem
	if !errors.As(a.fail(err), &p) {
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// tooLarge is the answer to an upload beyond the bound.
func (a *API) tooLarge() error {
	return &problem{
		Status: http.StatusRequestEntityTooLarge,
		Title:  http.StatusText(http.StatusRequestEntityTooLarge),
		Code:   "too-large",
		Detail: "an analysis has at most " + strconv.FormatInt(a.MaxUpload>>20, 10) + " MB as it is sent",
		Hint:   "Send it compressed with gzip, or split it by gate.",
		Fields: []string{},
	}
}

// upload takes an analysis in. It is no operation of huma's, which would read it into memory first.
func (a *API) upload(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n := core.NewAnalysis{
		Project: r.PathValue("key"),
		Branch:  q.Get("branch"),
		Pull:    q.Get("pull"),
		Base:    q.Get("base"),
		Commit:  q.Get("commit"),
		Source:  q.Get("source"),
		Root:    q.Get("root"),
		Input:   q.Get("input"),
	}
	if err := a.Core.MayAccept(r.Context(), Actor(r.Context()), n); err != nil {
		refuseUpload(w)
		a.answerError(w, err)
		return
	}
	if r.ContentLength > a.MaxUpload {
		refuseUpload(w)
		a.answerError(w, a.tooLarge())
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" &&
		(err != nil || !accepted[kind]) {
		refuseUpload(w)
		a.answerError(
			w,
			&problem{Status: http.StatusUnsupportedMediaType, Title: http.StatusText(http.StatusUnsupportedMediaType),
				Code: "bad-type", Detail: "an analysis is JSON, as it is or compressed with gzip", Fields: []string{}},
		)
		return
	}
	body := &limited{Reader: r.Body, left: a.MaxUpload}
	analysis, err := a.Core.Accept(r.Context(), Actor(r.Context()), n, body)
	switch {
	case body.over:
		refuseUpload(w)
		a.answerError(w, a.tooLarge())
	case err != nil && r.Context().Err() != nil:
		a.answerError(w, r.Context().Err())
	case err != nil:
		refuseUpload(w)
		a.answerError(w, err)
	default:
		answerJSON(w, http.StatusAccepted, a.analysisJSON(r.PathValue("key"), &analysis))
	}
}

// refuseUpload ends the connection after the answer: what is still on its way is not read.
func refuseUpload(w http.ResponseWriter) { w.Header().Set("Connection", "close") }

var accepted = map[string]bool{"application/json": true, "application/gzip": true, "application/x-gzip": true,
	"application/octet-stream": true, "application/sarif+json": true, "application/vnd.cyclonedx+json": true,
	"application/spdx+json": true}

// limited reads up to a bound and then fails.
type limited struct {
	io.Reader
	left int64
	over bool
}

var errOver = errors.New("the upload is too large")

// Read reads on.
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		l.over = true
		return 0, errOver
	}
	n, err := l.Reader.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		l.over = true
		return 0, errOver
	}
	return n, err
}
