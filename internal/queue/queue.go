// Package queue runs work that must not be lost. Jobs stand in the store from before they are begun until they are done,
// and each is run at least once: what a job does must come to the same when it is done twice.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/drydock/drydock/internal/store"
)

// Queue takes jobs and runs them.
type Queue interface {
	// Add adds a job as part of a change, unless there is one of its kind and key. The caller wakes the queue afterwards.
	Add(ctx context.Context, tx *store.Tx, kind, key string) error
	// Wake says that there may be something to do.
	Wake()
	// Run runs jobs until the context ends, and then waits for the one at hand.
	Run(ctx context.Context) error
}

// Work is a job as a handler gets it.
type Work struct {
	Key  string
	Last bool // it is not tried again
}

// Handler does the work of a kind of job.
type Handler func(ctx context.Context, w Work) error

// Permanent marks an error that another attempt would meet again.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

const (
	maxAttempts = 6
	keepDone    = 7 * 24 * time.Hour
	jobTime     = 10 * time.Minute
)

// Local is the queue of one process. It sleeps until it is woken or a job that was put off is due.
type Local struct {
	store    *store.Store
	handlers map[string]Handler
	log      *slog.Logger
	wake     chan struct{}
	now      func() time.Time
}

// NewLocal makes a queue with a handler for each kind of job.
func NewLocal(s *store.Store, handlers map[string]Handler, log *slog.Logger) *Local {
	return &Local{store: s, handlers: handlers, log: log, wake: make(chan struct{}, 1), now: time.Now}
}

// Add adds a job.
func (q *Local) Add(ctx context.Context, tx *store.Tx, kind, key string) error {
	return tx.AddJob(ctx, kind, key, q.now())
}

// Wake wakes the queue.
func (q *Local) Wake() {
	select {
	case q.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Run runs the jobs one after another.
func (q *Local) Run(ctx context.Context) error {
	for {
		wait, err := q.next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			q.log.Error("queue", "error", err)
			wait = time.Second
		}
		if wait == 0 {
			continue
		}
		timer := time.NewTimer(wait)
		if wait < 0 {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-q.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// next runs the job that is due and returns how long there is nothing to do: 0 if there may be more, less than 0 until
// somebody wakes the queue.
func (q *Local) next(ctx context.Context) (time.Duration, error) {
	job, err := q.store.NextJob(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	if wait := job.Due.Sub(q.now()); wait > 0 {
		return wait, nil
	}
	if err := q.store.Update(ctx, func(tx *store.Tx) error { return tx.StartJob(ctx, job.ID) }); err != nil {
		return 0, err
	}
	job.Attempts++
	// a shutdown lets the job at hand finish
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobTime)
	defer cancel()
	failed := q.attempt(work, job)
	return 0, q.record(work, job, failed)
}

func (q *Local) attempt(ctx context.Context, job store.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("a job panicked", "kind", job.Kind, "key", job.Key, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("the job panicked: %v", p)
		}
	}()
	handle, ok := q.handlers[job.Kind]
	if !ok {
		return Permanent(fmt.Errorf("nothing does jobs of the kind %q", job.Kind))
	}
	return handle(ctx, Work{Key: job.Key, Last: job.Attempts >= maxAttempts})
}

func (q *Local) record(ctx context.Context, job store.Job, failed error) error {
	return q.store.Update(ctx, func(tx *store.Tx) error {
		now := q.now()
		if failed == nil {
			if err := tx.DeleteJobs(ctx, now.Add(-keepDone)); err != nil {
				return err
			}
			return tx.FinishJob(ctx, job.ID, now)
		}
		q.log.Warn("job failed", "kind", job.Kind, "key", job.Key, "attempt", job.Attempts, "error", failed)
		var lasting permanent
		if errors.As(failed, &lasting) || job.Attempts >= maxAttempts {
			return tx.FailJob(ctx, job.ID, failed.Error(), now)
		}
		return tx.RetryJob(ctx, job.ID, now.Add(backOff(job.Attempts)), failed.Error())
	})
}

// backOff is how long a job waits after a number of attempts.
func backOff(attempts int) time.Duration { return time.Second << (2 * min(attempts-1, 5)) }
