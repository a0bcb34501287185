package store

import (
	"context"
	"errors"
	"time"
)

// User is somebody who signs in.
type User struct {
	ID       int64
	Name     string
	Email    string
	Password string // argon2id, in PHC's form; "" where another service knows it
	Subject  string // of OpenID Connect
	Admin    bool
	Disabled bool
	Created  time.Time
	Used     time.Time
}

func scanUser(r row) (User, error) {
	var u User
	err := r.Scan(&u.ID, &u.Name, &u.Email, &u.Password, &u.Subject, &u.Admin, &u.Disabled, moment{&u.Created},
		moment{&u.Used})
	return u, err
}

// AddUser adds a user and returns the id.
func (t *Tx) AddUser(ctx context.Context, u *User) (int64, error) {
	return t.insert(ctx, "add-user", u.Name, u.Email, u.Password, u.Subject, u.Admin, stamp(u.Created))
}

// ChangeUser writes the email, password and rights of a user.
func (t *Tx) ChangeUser(ctx context.Context, u *User) error {
	return t.change(ctx, "change-user", u.Email, u.Password, u.Admin, u.Disabled, u.ID)
}

// User returns the user with a name.
func (r *Reader) User(ctx context.Context, name string) (User, error) {
	return one(ctx, r, "user-by-name", scanUser, name)
}

// UserByID returns the user with an id.
func (r *Reader) UserByID(ctx context.Context, id int64) (User, error) {
	return one(ctx, r, "user-by-id", scanUser, id)
}

// Users lists the users by name.
func (r *Reader) Users(ctx context.Context, p Page) ([]User, error) {
	return many(ctx, r, "list-users", scanUser, p.Limit, p.Offset)
}

// CountAdmins is the number of administrators who can sign in.
func (r *Reader) CountAdmins(ctx context.Context) (int64, error) {
	return one(ctx, r, "count-admins", number)
}

// AddSession begins a session.
func (t *Tx) AddSession(ctx context.Context, hash []byte, user int64, now, expires time.Time) error {
	if _, err := t.exec(ctx, "end-old-sessions", stamp(now)); err != nil {
		return err
	}
	if _, err := t.exec(ctx, "user-used", stamp(now), user); err != nil {
		return err
	}
	_, err := t.exec(ctx, "add-session", hash, user, stamp(now), stamp(expires))
	return err
}

// SessionUser returns the user of a session that has not ended.
func (r *Reader) SessionUser(ctx context.Context, hash []byte, now time.Time) (User, error) {
	return one(ctx, r, "session", scanUser, hash, stamp(now))
}

// EndSession ends a session.
func (t *Tx) EndSession(ctx context.Context, hash []byte) error {
	_, err := t.exec(ctx, "end-session", hash)
	return err
}

// EndSessionsOf ends all sessions of a user.
func (t *Tx) EndSessionsOf(ctx context.Context, user int64) error {
	_, err := t.exec(ctx, "end-sessions-of", user)
	return err
}

// Member is a user's role in a project.
type Member struct {
	User int64
	Name string
	Role string
}

// SetRole gives a user a role in a project, "" for none.
func (t *Tx) SetRole(ctx context.Context, user, project int64, role string) error {
	if role == "" {
		_, err := t.exec(ctx, "end-role", user, project)
		return err
	}
	_, err := t.exec(ctx, "set-role", user, project, role)
	return err
}

// Role is a user's role in a project, "" for none.
func (r *Reader) Role(ctx context.Context, user, project int64) (string, error) {
	role, err := one(ctx, r, "role", text, user, project)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return role, err
}

// Members lists who has a role in a project.
func (r *Reader) Members(ctx context.Context, project int64) ([]Member, error) {
	return many(ctx, r, "list-roles", func(r row) (Member, error) {
		var m Member
		err := r.Scan(&m.User, &m.Name, &m.Role)
		return m, err
	}, project)
}
