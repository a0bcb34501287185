package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/store"
)

// analysisJSON is an analysis as the API shows it.
type analysisJSON struct {
	Task     string         `json:"task" doc:"Its id, hexadecimal"`
	State    string         `json:"state" doc:"queued, done, superseded (a later one was taken in before it), failed"`
	Problem  string         `json:"problem" doc:"Why it failed"`
	Verdict  string         `json:"verdict"`
	Source   string         `json:"source"`
	Format   string         `json:"format"`
	Commit   string         `json:"commit"`
	Tool     string         `json:"tool"`
	Version  string         `json:"toolVersion"`
	Received string         `json:"received"`
	Finished string         `json:"finished"`
	SentBy   string         `json:"sentBy"`
	Summary  ingest.Summary `json:"summary"`
	URL      string         `json:"url"`
}

func (a *API) analysisJSON(key string, x *store.Analysis) analysisJSON {
	out := analysisJSON{
		Task:     x.Task,
		State:    x.State,
		Problem:  x.Problem,
		Verdict:  x.Verdict,
		Source:   x.Source,
		Format:   x.Format,
		Commit:   x.Commit,
		Tool:     x.Tool,
		Version:  x.ToolVersion,
		Received: when(x.Received),
		Finished: when(x.Finished),
		SentBy:   x.SentBy,
		URL:      a.Core.PublicURL + "/projects/" + key,
	}
	_ = json.Unmarshal([]byte(x.Summary), &out.Summary) // the server's own; an empty one stays empty
	return out
}

type oneAnalysis struct{ Body analysisJSON }

func (a *API) analyses(h huma.API) {
	register(
		a,
		h,
		huma.Operation{OperationID: "list-analyses", Method: http.MethodGet, Path: "/api/v1/projects/{key}/analyses",
			Summary: "Analyses of a project, the newest first"},
		func(ctx context.Context, in *struct {
			Keyed
			Paging
		}) (*struct {
			Body struct {
				Analyses []analysisJSON `json:"analyses"`
				Page     int            `json:"page"`
			}
		}, error) {
			list, err := a.Core.Analyses(ctx, Actor(ctx), in.Key, in.page())
			if err != nil {
				return nil, err
			}
			out := &struct {
				Body struct {
					Analyses []analysisJSON `json:"analyses"`
					Page     int            `json:"page"`
				}
			}{}
			out.Body.Analyses, out.Body.Page = []analysisJSON{}, in.Page
			for i := range list {
				out.Body.Analyses = append(out.Body.Analyses, a.analysisJSON(in.Key, &list[i]))
			}
			return out, nil
		},
	)
	register(a, h, huma.Operation{OperationID: "analysis", Method: http.MethodGet,
		Path: "/api/v1/projects/{key}/analyses/{task}", Summary: "An analysis; with wait, when it has been taken in"},
		func(ctx context.Context, in *struct {
			Keyed
			Task string `path:"task" pattern:"^[0-9a-f]{1,64}$"`
			Wait int    `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait at most"`
		}) (*oneAnalysis, error) {
			x, err := a.Core.Wait(ctx, Actor(ctx), in.Key, in.Task, time.Duration(in.Wait)*time.Second)
			return &oneAnalysis{a.analysisJSON(in.Key, &x)}, err
		})
	a.mux.HandleFunc("POST /api/v1/projects/{key}/analyses", a.upload)
	text := func(name, about string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: about, Schema: &huma.Schema{Type: "string"}}
	}
	h.OpenAPI().AddOperation(&huma.Operation{OperationID: "send-analysis", Method: http.MethodPost,
		Path: "/api/v1/projects/{key}/analyses", Summary: "Send an analysis: a drydock report or SARIF 2.1.0, as it is or with gzip",
		Parameters: []*huma.Param{{Name: "key", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}},
			text("branch", "the project's default branch if it is not told"), text("pull", "a pull request's number"),
			text("base", "the branch that it is compared with"), text("commit", ""),
			text(
				"source",
				"scan, scanner or import",
			), text("root", "the folder of the repository that was the scan's root"),
			text("input", "what was looked at")},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: "object"}}}},
		Responses: map[string]*huma.Response{"202": {Description: "It is kept, and will be taken in",
			Content: map[string]*huma.MediaType{"application/json": {Schema: h.OpenAPI().Components.Schemas.Schema(
				typeOf[analysisJSON](), true, "Analysis")}}},
			"default": {Description: "A problem", Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: h.OpenAPI().Components.Schemas.Schema(typeOf[problem](), true, "Problem")}}}}})
}
