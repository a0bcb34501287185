package core

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/drydock/drydock/internal/store"
)

const (
	maxKey  = 100
	maxName = 200
)

// KeyOf is the key that a project's name gives: lower-case letters, digits and what may stand between them.
func KeyOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', strings.ContainsRune("._-:", r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	key := strings.Trim(b.String(), "-.:_")
	return strings.Trim(key[:min(len(key), maxKey)], "-.:_")
}

// checkKey says what is wrong with a project's key. Keys come from scanners too, which keep capitals.
func checkKey(key string) error {
	if key == "" || len(key) > maxKey {
		return invalid("bad-key", "a project's key has 1 to %d characters", maxKey)
	}
	for i, r := range key {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-:", r)) {
			return invalid("bad-key", "a project's key has letters, digits and . _ - : after the first").
				hint("Try %q.", KeyOf(key))
		}
	}
	return nil
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return invalid("bad-name", "a name has 1 to %d characters and no control characters", maxName)
	}
	return nil
}

// NewProject is what is said about a project that is to be.
type NewProject struct {
	Key           string // "" for the one that the name gives
	Name          string
	DefaultBranch string // "" for main
}

// CreateProject makes a project.
func (c *Core) CreateProject(ctx context.Context, who *Actor, n NewProject) (store.Project, error) {
	if err := administers(who); err != nil {
		return store.Project{}, err
	}
	return c.createProject(ctx, who, n)
}

func (c *Core) createProject(ctx context.Context, who *Actor, n NewProject) (store.Project, error) {
	n.Name = strings.TrimSpace(n.Name)
	p := store.Project{Key: n.Key, Name: n.Name, DefaultBranch: n.DefaultBranch, Settings: "{}", Created: c.Now()}
	if p.Key == "" {
		p.Key = KeyOf(n.Name)
	}
	if p.DefaultBranch == "" {
		p.DefaultBranch = "main"
	}
	if err := checkName(p.Name); err != nil {
		return p, err
	}
	if err := checkKey(p.Key); err != nil {
		return p, err
	}
	if err := checkBranch(p.DefaultBranch); err != nil {
		return p, err
	}
	err := c.audited(ctx, who, store.Entry{Action: "project.create", Object: p.Key}, func(tx *store.Tx) error {
		if _, err := tx.Project(ctx, p.Key); err == nil {
			return &Error{Kind: Conflict, Code: "exists", Msg: "there is a project with the key " + p.Key}
		}
		var err error
		p.ID, err = tx.AddProject(ctx, &p)
		return err
	})
	return p, err
}

// Projects lists the projects that the actor sees, worst first, and their number in all.
func (c *Core) Projects(ctx context.Context, who *Actor, search string, page store.Page) ([]store.ProjectRow, int64,
	error) {
	if err := signedIn(who); err != nil {
		return nil, 0, err
	}
	v := who.visible()
	n, err := c.Store.CountProjects(ctx, search, v)
	if err != nil {
		return nil, 0, err
	}
	list, err := c.Store.Projects(ctx, search, v, page)
	return list, n, err
}

// DeleteProject deletes a project with all that is known of it.
func (c *Core) DeleteProject(ctx context.Context, who *Actor, key string) error {
	p, err := c.project(ctx, who, key, Manage)
	if err != nil {
		return err
	}
	return c.audited(ctx, who, store.Entry{Action: "project.delete", Object: p.Key, Project: p.ID},
		func(tx *store.Tx) error { return missing("project", tx.DeleteProject(ctx, p.ID)) })
}

// GlobalSettings are the settings for all projects.
func (c *Core) GlobalSettings(ctx context.Context, who *Actor) (store.Settings, error) {
	if err := signedIn(who); err != nil {
		return store.Settings{}, err
	}
	return c.Store.GlobalSettings(ctx)
}

// SetGlobalSettings writes the settings for all projects; what is nil becomes the default.
func (c *Core) SetGlobalSettings(ctx context.Context, who *Actor, s store.Settings) error {
	if err := administers(who); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return invalid("bad-settings", "%v", err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return c.audited(
		ctx,
		who,
		store.Entry{Action: "settings.change", Detail: string(text)},
		func(tx *store.Tx) error {
			return tx.SetGlobalSettings(ctx, string(text), c.Now())
		},
	)
}

// ProjectSettings are a project's own settings and, complete, those that hold for it.
func (c *Core) ProjectSettings(ctx context.Context, who *Actor, key string) (own, holds store.Settings, err error) {
	p, err := c.project(ctx, who, key, Read)
	if err != nil {
		return own, holds, err
	}
	if own, err = p.Own(); err != nil {
		return own, holds, err
	}
	holds, err = c.Store.SettingsOf(ctx, &p)
	return own, holds, err
}

// SetProjectSettings writes what differs in a project; what is nil is taken from the global settings.
func (c *Core) SetProjectSettings(ctx context.Context, who *Actor, key string, s store.Settings) error {
	p, err := c.project(ctx, who, key, Manage)
	if err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return invalid("bad-settings", "%v", err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	p.Settings = string(text)
	e := store.Entry{Action: "project.settings", Object: p.Key, Project: p.ID, Detail: p.Settings}
	return c.audited(ctx, who, e, func(tx *store.Tx) error { return missing("project", tx.ChangeProject(ctx, &p)) })
}

// AuditLog lists who changed what: in a project, or with "" everywhere.
func (c *Core) AuditLog(ctx context.Context, who *Actor, key string, page store.Page) ([]store.Entry, error) {
	if key == "" {
		if err := administers(who); err != nil {
			return nil, err
		}
		return c.Store.AuditLog(ctx, 0, page)
	}
	p, err := c.project(ctx, who, key, Manage)
	if err != nil {
		return nil, err
	}
	return c.Store.AuditLog(ctx, p.ID, page)
}
