package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// TokenView is a token without its secret.
type TokenView struct {
	ID       int64  `json:"id"`
	Prefix   string `json:"prefix" doc:"Its first characters"`
	Name     string `json:"name"`
	Scope    string `json:"scope"`
	PullOnly bool   `json:"pullOnly"`
	Created  string `json:"created"`
	Expires  string `json:"expires" doc:"Empty for never"`
	Used     string `json:"used"`
	Revoked  string `json:"revoked"`
}

func newTokenView(t *store.Token) TokenView {
	return TokenView{
		ID:       t.ID,
		Prefix:   t.Prefix,
		Name:     t.Name,
		Scope:    t.Scope,
		PullOnly: t.PullOnly,
		Created:  when(t.Created),
		Expires:  when(t.Expires),
		Used:     when(t.Used),
		Revoked:  when(t.Revoked),
	}
}

// newToken is what a token is made of.
type newToken struct {
	Name     string `json:"name,omitempty" maxLength:"200"`
	Scope    string `json:"scope" enum:"read,analyse,administer,metrics,badge"`
	PullOnly bool   `json:"pullOnly,omitempty" doc:"analyse: pull requests alone"`
	Days     int    `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"Until it ends; 0 for never"`
}

type madeToken struct {
	Body struct {
		TokenView
		Token string `json:"token" doc:"The token itself, here and never again"`
	}
}

type tokenList struct {
	Body struct {
		Tokens []TokenView `json:"tokens"`
	}
}

func (a *API) makeToken(ctx context.Context, key string, n *newToken) (*madeToken, error) {
	t, secret, err := a.Core.CreateToken(ctx, Actor(ctx), core.NewToken{Name: n.Name, Scope: n.Scope, Project: key,
		PullOnly: n.PullOnly, Days: n.Days})
	out := &madeToken{}
	out.Body.TokenView, out.Body.Token = newTokenView(&t), secret
	return out, err
}

func (a *API) listTokens(ctx context.Context, key string, p store.Page) (*tokenList, error) {
	list, err := a.Core.Tokens(ctx, Actor(ctx), key, p)
	out := &tokenList{}
	out.Body.Tokens = []TokenView{}
	for i := range list {
		out.Body.Tokens = append(out.Body.Tokens, newTokenView(&list[i]))
	}
	return out, err
}

type entryJSON struct {
	Made    string `json:"made"`
	Actor   string `json:"actor"`
	Action  string `json:"action"`
	Object  string `json:"object"`
	Detail  string `json:"detail"`
	Address string `json:"address"`
}

type auditLog struct {
	Body struct {
		Entries []entryJSON `json:"entries"`
	}
}

func (a *API) auditLog(ctx context.Context, key string, p store.Page) (*auditLog, error) {
	list, err := a.Core.AuditLog(ctx, Actor(ctx), key, p)
	out := &auditLog{}
	out.Body.Entries = []entryJSON{}
	for _, e := range list {
		out.Body.Entries = append(
			out.Body.Entries,
			entryJSON{when(e.Made), e.Actor, e.Action, e.Object, e.Detail, e.Address},
		)
	}
	return out, err
}

type settings struct {
	Body struct {
		Own   store.Settings `json:"own" doc:"What is set here"`
		Holds store.Settings `json:"holds" doc:"What holds, with what is taken from above"`
	}
}

type packageJSON struct {
	Project   string   `json:"project"`
	Branch    string   `json:"branch"`
	Ecosystem string   `json:"ecosystem"`
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	PURL      string   `json:"purl"`
	Services  []string `json:"services"`
}

func (a *API) administration(h huma.API) {
	a.tokenCalls(h)
	a.settingCalls(h)
	register(a, h, huma.Operation{OperationID: "audit", Method: http.MethodGet, Path: "/api/v1/audit",
		Summary: "Who changed what"}, func(ctx context.Context, in *Paging) (*auditLog, error) {
		return a.auditLog(ctx, "", in.page())
	})
	register(
		a,
		h,
		huma.Operation{OperationID: "project-audit", Method: http.MethodGet, Path: "/api/v1/projects/{key}/audit",
			Summary: "Who changed what in a project"},
		func(ctx context.Context, in *struct {
			Keyed
			Paging
		}) (*auditLog, error) {
			return a.auditLog(ctx, in.Key, in.page())
		},
	)
	register(a, h, huma.Operation{OperationID: "search-packages", Method: http.MethodGet, Path: "/api/v1/packages",
		Summary: "Where is this package? In all projects"}, func(ctx context.Context, in *struct {
		Paging
		Name string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"A part of its name"`
	}) (*struct {
		Body struct {
			Packages []packageJSON `json:"packages"`
		}
	}, error) {
		list, err := a.Core.SearchPackages(ctx, Actor(ctx), in.Name, in.page())
		out := &struct {
			Body struct {
				Packages []packageJSON `json:"packages"`
			}
		}{}
		out.Body.Packages = []packageJSON{}
		for _, p := range list {
			out.Body.Packages = append(
				out.Body.Packages,
				packageJSON{p.ProjectKey, p.Branch, p.Ecosystem, p.Name, p.Version,
					p.PURL, append([]string{}, p.Services...)},
			)
		}
		return out, err
	})
}

func (a *API) tokenCalls(h huma.API) {
	register(a, h, huma.Operation{OperationID: "list-tokens", Method: http.MethodGet, Path: "/api/v1/tokens",
		Summary: "All tokens"}, func(ctx context.Context, in *Paging) (*tokenList, error) {
		return a.listTokens(ctx, "", in.page())
	})
	register(a, h, huma.Operation{OperationID: "create-token", Method: http.MethodPost, Path: "/api/v1/tokens",
		Summary: "Make a token for all projects", DefaultStatus: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body newToken }) (*madeToken, error) {
			return a.makeToken(ctx, "", &in.Body)
		})
	register(a, h, huma.Operation{OperationID: "list-project-tokens", Method: http.MethodGet,
		Path: "/api/v1/projects/{key}/tokens", Summary: "A project's tokens"}, func(ctx context.Context, in *struct {
		Keyed
		Paging
	}) (*tokenList, error) {
		return a.listTokens(ctx, in.Key, in.page())
	})
	register(a, h, huma.Operation{OperationID: "create-project-token", Method: http.MethodPost,
		Path: "/api/v1/projects/{key}/tokens", Summary: "Make a token for a project", DefaultStatus: http.StatusCreated},
		func(ctx context.Context, in *struct {
			Keyed
			Body newToken
		}) (*madeToken, error) {
			return a.makeToken(ctx, in.Key, &in.Body)
		})
	register(a, h, huma.Operation{OperationID: "revoke-token", Method: http.MethodDelete, Path: "/api/v1/tokens/{id}",
		Summary: "End a token"}, func(ctx context.Context, in *struct {
		ID int64 `path:"id" minimum:"1"`
	}) (*struct{}, error) {
		return nil, a.Core.RevokeToken(ctx, Actor(ctx), in.ID)
	})
}

func (a *API) settingCalls(h huma.API) {
	register(a, h, huma.Operation{OperationID: "settings", Method: http.MethodGet, Path: "/api/v1/settings",
		Summary: "The settings for all projects"}, func(ctx context.Context, _ *struct{}) (*settings, error) {
		s, err := a.Core.GlobalSettings(ctx, Actor(ctx))
		out := &settings{}
		out.Body.Own, out.Body.Holds = s, s
		return out, err
	})
	register(a, h, huma.Operation{OperationID: "change-settings", Method: http.MethodPut, Path: "/api/v1/settings",
		Summary: "Set the settings for all projects", DefaultStatus: http.StatusNoContent},
		func(ctx context.Context, in *struct{ Body store.Settings }) (*struct{}, error) {
			return nil, a.Core.SetGlobalSettings(ctx, Actor(ctx), in.Body)
		})
	register(a, h, huma.Operation{OperationID: "project-settings", Method: http.MethodGet,
		Path: "/api/v1/projects/{key}/settings", Summary: "A project's settings"}, func(ctx context.Context, in *Keyed) (*settings, error) {
		own, holds, err := a.Core.ProjectSettings(ctx, Actor(ctx), in.Key)
		out := &settings{}
		out.Body.Own, out.Body.Holds = own, holds
		return out, err
	})
	register(a, h, huma.Operation{OperationID: "change-project-settings", Method: http.MethodPut,
		Path: "/api/v1/projects/{key}/settings", Summary: "Set what differs in a project", DefaultStatus: http.StatusNoContent},
		func(ctx context.Context, in *struct {
			Keyed
			Body store.Settings
		}) (*struct{}, error) {
			return nil, a.Core.SetProjectSettings(ctx, Actor(ctx), in.Key, in.Body)
		})
}
