package store

import (
	"context"
	"errors"
	"time"
)

// Setting is the value under a name, "" where there is none.
func (r *Reader) Setting(ctx context.Context, name string) (string, error) {
	v, err := one(ctx, r, "setting", text, name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}

// SetSetting writes the value under a name, "" for none.
func (t *Tx) SetSetting(ctx context.Context, name, value string, now time.Time) error {
	if value == "" {
		_, err := t.exec(ctx, "delete-setting", name)
		return err
	}
	_, err := t.exec(ctx, "set-setting", name, value, stamp(now))
	return err
}

// Entry is a line of the audit log: who changed what.
type Entry struct {
	ID      int64
	Made    time.Time
	Actor   string
	Action  string // "project.create"
	Object  string
	Project int64 // 0 for none
	Detail  string
	Address string
}

// Audit adds a line to the audit log.
func (t *Tx) Audit(ctx context.Context, e *Entry) error {
	_, err := t.exec(ctx, "add-audit", stamp(e.Made), e.Actor, e.Action, e.Object, e.Project, e.Detail, e.Address)
	return err
}

// AuditLog lists the lines about a project, or with 0 all, the newest first.
func (r *Reader) AuditLog(ctx context.Context, project int64, p Page) ([]Entry, error) {
	return many(ctx, r, "list-audit", func(r row) (Entry, error) {
		var e Entry
		err := r.Scan(&e.ID, moment{&e.Made}, &e.Actor, &e.Action, &e.Object, &e.Project, &e.Detail, &e.Address)
		return e, err
	}, project, project, p.Limit, p.Offset)
}
