package store

import (
	"context"
	"time"
)

// Job is work that waits. There is one job of a kind for each key, however often it is added.
type Job struct {
	ID       int64
	Kind     string
	Key      string
	Attempts int // that were begun
	Due      time.Time
}

// AddJob adds work, unless it is there already.
func (t *Tx) AddJob(ctx context.Context, kind, key string, now time.Time) error {
	_, err := t.exec(ctx, "add-job", kind, key, stamp(now), stamp(now))
	return err
}

// NextJob is the job that is due first, perhaps only later; ErrNotFound where none waits.
func (r *Reader) NextJob(ctx context.Context) (Job, error) {
	return one(ctx, r, "next-job", func(r row) (Job, error) {
		var j Job
		err := r.Scan(&j.ID, &j.Kind, &j.Key, &j.Attempts, moment{&j.Due})
		return j, err
	})
}

// StartJob counts an attempt before it begins, so that one that ends the process counts too.
func (t *Tx) StartJob(ctx context.Context, id int64) error { return t.change(ctx, "start-job", id) }

// FinishJob marks a job as done.
func (t *Tx) FinishJob(ctx context.Context, id int64, now time.Time) error {
	return t.change(ctx, "finish-job", stamp(now), id)
}

// RetryJob puts a job off.
func (t *Tx) RetryJob(ctx context.Context, id int64, due time.Time, problem string) error {
	return t.change(ctx, "retry-job", stamp(due), problem, id)
}

// FailJob gives a job up.
func (t *Tx) FailJob(ctx context.Context, id int64, problem string, now time.Time) error {
	return t.change(ctx, "fail-job", problem, stamp(now), id)
}

// CountJobs is the number of jobs that wait.
func (r *Reader) CountJobs(ctx context.Context) (int64, error) {
	return one(ctx, r, "count-jobs", number)
}

// DeleteJobs forgets jobs that were done before a time.
func (t *Tx) DeleteJobs(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "delete-old-jobs", stamp(before))
	return err
}
