// Package core is what the server does, apart from how it is asked: each thing that can be done is a method that checks
// the actor's rights first, makes the change and writes the audit log. The API and the pages both stand on it.
package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/queue"
	"github.com/drydock/drydock/internal/store"
)

// Core does the server's work.
type Core struct {
	Store *store.Store
	Queue queue.Queue
	Log   *slog.Logger
	Now   func() time.Time
	// Spool is the folder for uploads on their way in, "" for the system's.
	Spool string
	// PublicURL is the address under which people reach the server, without a slash at its end.
	PublicURL string

	waiting waiting
	used    lastUse
	behind  sync.WaitGroup // what is written after its request was answered
}

// Settle waits for what is still being written.
func (c *Core) Settle() { c.behind.Wait() }

// Kind is the kind of an error that its reader can do something about.
type Kind int

// The kinds.
const (
	NotSignedIn Kind = iota + 1
	Forbidden
	NotFound
	Invalid
	Conflict
	TooMany
)

// Status is what HTTP calls it.
func (k Kind) Status() int {
	switch k {
	case NotSignedIn:
		return http.StatusUnauthorized
	case Forbidden:
		return http.StatusForbidden
	case NotFound:
		return http.StatusNotFound
	case Conflict:
		return http.StatusConflict
	case TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// Error is a refusal, in words for the one who asked.
type Error struct {
	Kind Kind
	Code string // a stable word for programs
	Msg  string
	Hint string // what to do about it, "" if there is nothing to add
}

func (e *Error) Error() string { return e.Msg }

func invalid(code, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, Msg: fmt.Sprintf(format, args...)}
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// missing turns the store's "not found" into words.
func missing(what string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &Error{Kind: NotFound, Code: "not-found", Msg: "there is no such " + what}
	}
	return err
}

// audited makes a change and its line in the audit log.
func (c *Core) audited(ctx context.Context, who *Actor, e store.Entry, change func(*store.Tx) error) error {
	return c.Store.Update(ctx, func(tx *store.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		e.Made, e.Actor, e.Address = c.Now(), who.Name(), who.Address
		return tx.Audit(ctx, &e)
	})
}
