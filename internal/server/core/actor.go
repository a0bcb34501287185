package core

import (
	"context"
	"errors"

	"github.com/drydock/drydock/internal/store"
)

// Actor is who asks: a user, a token, or nobody that is known.
type Actor struct {
	User    *store.User
	Token   *store.Token
	System  string // the command of this machine that acts, "" for none
	Address string
	// why what was shown was not accepted: an expired token, a revoked one
	Problem string
}

// Name is the actor's name in the audit log.
func (a *Actor) Name() string {
	switch {
	case a.User != nil:
		return a.User.Name
	case a.Token != nil:
		return "token " + a.Token.Name + " (" + a.Token.Prefix + "…)"
	case a.System != "":
		return a.System
	}
	return "nobody"
}

// Known reports whether the server knows who it is.
func (a *Actor) Known() bool { return a.User != nil || a.Token != nil || a.System != "" }

// Right is what an actor may do in a project, each including those before it.
type Right int

// The rights.
const (
	None       Right = iota
	SeeVerdict       // the verdict and the state of analyses
	Read
	Analyse // send analyses
	Triage  // decide about findings
	Manage  // the project's settings, tokens and members
)

// The roles of users in a project.
const (
	RoleViewer        = "viewer"
	RoleMember        = "member"
	RoleAdministrator = "administrator"
)

// The scopes of tokens.
const (
	ScopeRead       = "read"
	ScopeAnalyse    = "analyse"
	ScopeAdminister = "administer"
	ScopeMetrics    = "metrics"
	ScopeBadge      = "badge"
)

// Everywhere reports whether the actor administers the server.
func (a *Actor) Everywhere() bool {
	switch {
	case a.User != nil:
		return a.User.Admin
	case a.Token != nil:
		return a.Token.Scope == ScopeAdminister && a.Token.Project == 0
	}
	return a.System != ""
}

// Right is the actor's right in a project. A token for analyses has no right to read: what a fork's pipeline holds must
// not tell of the findings of main.
func (c *Core) Right(ctx context.Context, who *Actor, project int64) (Right, error) {
	switch {
	case who.Everywhere():
		return Manage, nil
	case who.User != nil:
		role, err := c.Store.Role(ctx, who.User.ID, project)
		return map[string]Right{RoleViewer: Read, RoleMember: Triage, RoleAdministrator: Manage}[role], err
	case who.Token != nil && (who.Token.Project == 0 || who.Token.Project == project):
		return map[string]Right{ScopeAnalyse: SeeVerdict, ScopeRead: Read, ScopeAdminister: Manage}[who.Token.Scope], nil
	}
	return None, nil
}

// mayAnalyse reports whether the actor may send analyses of a project.
func (c *Core) mayAnalyse(ctx context.Context, who *Actor, project int64) (bool, error) {
	if who.Token != nil && who.Token.Scope == ScopeAnalyse {
		return who.Token.Project == 0 || who.Token.Project == project, nil
	}
	right, err := c.Right(ctx, who, project)
	return right >= Analyse, err
}

// visible are the projects that the actor may read.
func (a *Actor) visible() store.Visible {
	switch {
	case a.Everywhere(), a.Token != nil && a.Token.Project == 0 && a.Token.Scope == ScopeRead:
		return store.Visible{All: true}
	case a.User != nil:
		return store.Visible{User: a.User.ID}
	case a.Token != nil && (a.Token.Scope == ScopeRead || a.Token.Scope == ScopeAdminister):
		return store.Visible{Project: a.Token.Project}
	}
	return store.Visible{}
}

// signedIn refuses whom the server does not know.
func signedIn(who *Actor) error {
	if who.Known() {
		return nil
	}
	e := &Error{Kind: NotSignedIn, Code: "not-signed-in", Msg: "this needs a token or a session",
		Hint: "Send a token: Authorization: Bearer TOKEN."}
	if who.Problem != "" {
		e.Code, e.Msg, e.Hint = "bad-token", who.Problem, "Make a new token on the project's page."
	}
	return e
}

func forbidden(format string) error {
	return &Error{Kind: Forbidden, Code: "forbidden", Msg: format}
}

// administers refuses whoever does not administer the server.
func administers(who *Actor) error {
	if err := signedIn(who); err != nil {
		return err
	}
	if !who.Everywhere() {
		return forbidden("this is for administrators of the server")
	}
	return nil
}

// lookUp finds a project by its key, or by the name that the key was made of: who has just made one knows it by that.
func (c *Core) lookUp(ctx context.Context, key string) (store.Project, error) {
	p, err := c.Store.Project(ctx, key)
	if made := KeyOf(key); errors.Is(err, store.ErrNotFound) && made != key {
		return c.Store.Project(ctx, made)
	}
	return p, err
}

// project returns a project in which the actor has a right. One that the actor may not see at all is said not to exist.
func (c *Core) project(ctx context.Context, who *Actor, key string, need Right) (store.Project, error) {
	if err := signedIn(who); err != nil {
		return store.Project{}, err
	}
	p, err := c.lookUp(ctx, key)
	if err != nil {
		return p, missing("project", err)
	}
	right, err := c.Right(ctx, who, p.ID)
	switch {
	case err != nil:
		return p, err
	case right == None:
		return store.Project{}, missing("project", store.ErrNotFound)
	case right < need:
		return store.Project{}, forbidden("you may not do this in this project")
	}
	return p, nil
}

// Project returns a project that the actor may read, or of which it may at least see the verdict.
func (c *Core) Project(ctx context.Context, who *Actor, key string, need Right) (store.Project, error) {
	return c.project(ctx, who, key, need)
}
