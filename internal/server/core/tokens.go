package core

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/store"
)

// tokenForm begins every token, so that scanners for secrets know one when they see it.
const tokenForm = "drydock_"

// shownPart is how much of a token is kept for people to tell it by.
const shownPart = len(tokenForm) + 6

// newSecret is 32 random bytes as text.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// NewToken is what is said about a token that is to be.
type NewToken struct {
	Name     string
	Scope    string
	Project  string // key; "" for all projects
	PullOnly bool
	Days     int // until it expires; 0 for never
}

var scopes = []string{ScopeRead, ScopeAnalyse, ScopeAdminister, ScopeMetrics, ScopeBadge}

// maxDays is the longest life of a token that has an end.
const maxDays = 3650

// CreateToken makes a token. The token itself is returned here and never again.
func (c *Core) CreateToken(ctx context.Context, who *Actor, n NewToken) (store.Token, string, error) {
	var t store.Token
	if !slices.Contains(scopes, n.Scope) {
		return t, "", invalid("bad-scope", "no scope is called %q", n.Scope).
			hint("Scopes: %s.", strings.Join(scopes, ", "))
	}
	if n.Name == "" {
		n.Name = n.Scope
	}
	if err := checkName(n.Name); err != nil {
		return t, "", err
	}
	if n.Days < 0 || n.Days > maxDays {
		return t, "", invalid("bad-expiry", "a token lives for 1 to %d days, or 0 for no end", maxDays)
	}
	if n.PullOnly && n.Scope != ScopeAnalyse {
		return t, "", invalid("bad-scope", "only tokens of the scope analyse can be for pull requests alone")
	}
	project, err := c.tokenProject(ctx, who, n)
	if err != nil {
		return t, "", err
	}
	secret := tokenForm + newSecret()
	t = store.Token{Prefix: secret[:shownPart], Name: n.Name, Scope: n.Scope, Project: project, PullOnly: n.PullOnly,
		Created: c.Now(), CreatedBy: who.Name()}
	if n.Days > 0 {
		t.Expires = t.Created.AddDate(0, 0, n.Days)
	}
	e := store.Entry{Action: "token.create", Object: t.Prefix, Project: project, Detail: t.Scope + " " + t.Name}
	err = c.audited(ctx, who, e, func(tx *store.Tx) (err error) {
		t.ID, err = tx.AddToken(ctx, hash(secret), &t)
		return err
	})
	return t, secret, err
}

// tokenProject checks that the actor may make the token, and returns the id of its project.
func (c *Core) tokenProject(ctx context.Context, who *Actor, n NewToken) (int64, error) {
	if n.Project == "" {
		if n.Scope == ScopeBadge {
			return 0, invalid("bad-scope", "a token for badges needs a project")
		}
		return 0, administers(who)
	}
	if n.Scope == ScopeMetrics {
		return 0, invalid("bad-scope", "a token for metrics is for the whole server")
	}
	p, err := c.project(ctx, who, n.Project, Manage)
	return p.ID, err
}

// Tokens lists the tokens of a project, or with "" all.
func (c *Core) Tokens(ctx context.Context, who *Actor, key string, page store.Page) ([]store.Token, error) {
	if key == "" {
		if err := administers(who); err != nil {
			return nil, err
		}
		return c.Store.Tokens(ctx, 0, page)
	}
	p, err := c.project(ctx, who, key, Manage)
	if err != nil {
		return nil, err
	}
	return c.Store.Tokens(ctx, p.ID, page)
}

// RevokeToken ends a token.
func (c *Core) RevokeToken(ctx context.Context, who *Actor, id int64) error {
	if err := signedIn(who); err != nil {
		return err
	}
	t, err := c.Store.Token(ctx, id)
	if err != nil {
		return missing("token", err)
	}
	if !who.Everywhere() {
		right, err := c.Right(ctx, who, t.Project)
		if err != nil {
			return err
		}
		if t.Project == 0 || right < Manage {
			return missing("token", store.ErrNotFound)
		}
	}
	e := store.Entry{Action: "token.revoke", Object: t.Prefix, Project: t.Project, Detail: t.Scope + " " + t.Name}
	return c.audited(ctx, who, e, func(tx *store.Tx) error {
		return missing("token that still holds", tx.RevokeToken(ctx, id, c.Now()))
	})
}

// ByToken is the actor that a token stands for. One that is not good leaves the actor unknown, with the reason.
func (c *Core) ByToken(ctx context.Context, secret string) (*Actor, error) {
	t, err := c.Store.TokenByHash(ctx, hash(secret))
	now := c.Now()
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &Actor{Problem: "the token is not known"}, nil
	case err != nil:
		return nil, err
	case !t.Revoked.IsZero():
		return &Actor{Problem: "the token was revoked on " + t.Revoked.Format(time.DateOnly)}, nil
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return &Actor{Problem: "the token expired on " + t.Expires.Format(time.DateOnly)}, nil
	}
	c.noteUse(ctx, &t, now)
	return &Actor{Token: &t}, nil
}

// lastUse keeps the use of a token from being written more often than once a minute.
type lastUse struct {
	mu   sync.Mutex
	when map[int64]time.Time
}

const useInterval = time.Minute

func (c *Core) noteUse(ctx context.Context, t *store.Token, now time.Time) {
	if now.Sub(t.Used) < useInterval {
		return
	}
	c.used.mu.Lock()
	if c.used.when == nil {
		c.used.when = map[int64]time.Time{}
	}
	recent := now.Sub(c.used.when[t.ID]) < useInterval
	c.used.when[t.ID] = now
	c.used.mu.Unlock()
	if recent {
		return
	}
	// it must not keep the request waiting behind an import
	ctx = context.WithoutCancel(ctx)
	c.behind.Go(func() {
		err := c.Store.Update(ctx, func(tx *store.Tx) error { return tx.TokenUsed(ctx, t.ID, now) })
		if err != nil {
			c.Log.Warn("noting the use of a token", "error", err)
		}
	})
}
