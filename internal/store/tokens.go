package store

import (
	"context"
	"database/sql"
	"time"
)

// Token is what a program shows to be let in. The token itself is not kept, only its hash.
type Token struct {
	ID        int64
	Prefix    string
	Name      string
	Scope     string
	Project   int64 // 0 for all projects
	PullOnly  bool
	Created   time.Time
	CreatedBy string
	Expires   time.Time // zero for never
	Used      time.Time
	Revoked   time.Time
}

func scanToken(r row) (Token, error) {
	var t Token
	err := r.Scan(&t.ID, &t.Prefix, &t.Name, &t.Scope, &t.Project, &t.PullOnly, moment{&t.Created}, &t.CreatedBy,
		moment{&t.Expires}, moment{&t.Used}, moment{&t.Revoked})
	return t, err
}

// AddToken adds a token by its hash and returns its id.
func (t *Tx) AddToken(ctx context.Context, hash []byte, k *Token) (int64, error) {
	return t.insert(ctx, "add-token", hash, k.Prefix, k.Name, k.Scope,
		sql.NullInt64{Int64: k.Project, Valid: k.Project != 0}, k.PullOnly, stamp(k.Created), k.CreatedBy,
		stamp(k.Expires))
}

// TokenByHash returns the token with a hash, whether it is still good or not.
func (r *Reader) TokenByHash(ctx context.Context, hash []byte) (Token, error) {
	return one(ctx, r, "token-by-hash", scanToken, hash)
}

// Token returns the token with an id.
func (r *Reader) Token(ctx context.Context, id int64) (Token, error) {
	return one(ctx, r, "token-by-id", scanToken, id)
}

// Tokens lists a project's tokens, or with 0 all, the newest first.
func (r *Reader) Tokens(ctx context.Context, project int64, p Page) ([]Token, error) {
	return many(ctx, r, "list-tokens", scanToken, project, project, p.Limit, p.Offset)
}

// RevokeToken ends a token; ErrNotFound if there is none that is not ended already.
func (t *Tx) RevokeToken(ctx context.Context, id int64, now time.Time) error {
	return t.change(ctx, "revoke-token", stamp(now), id)
}

// TokenUsed notes when a token was last used.
func (t *Tx) TokenUsed(ctx context.Context, id int64, now time.Time) error {
	_, err := t.exec(ctx, "token-used", stamp(now), id, stamp(now))
	return err
}
