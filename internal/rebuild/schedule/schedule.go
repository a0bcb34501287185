// Package schedule runs a job by cron in one process, or prints the same for those who have a scheduler already.
package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/robfig/cron/v3"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/safefile"
)

// Parse reads a cron expression of five fields, or @daily and its like.
func Parse(expr string) (cron.Schedule, error) {
	s, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, clierr.Usage("the schedule %q cannot be read: %v", expr, err).
			WithHint("Write five fields: minute, hour, day of the month, month, day of the week, as in '0 4 * * 1'.")
	}
	return s, nil
}

// lookEvery is how often a missed run is looked for: after a suspended machine or a clock that jumped.
const lookEvery = time.Minute

// last is what is kept between two starts of the process.
type last struct {
	Expr string    `json:"expr"`
	Ran  time.Time `json:"ran"` // when the last run began, or when the schedule was first seen
}

// Runner runs a job by a schedule, one run at a time, and catches up with what was missed, once.
type Runner struct {
	Expr string
	File string // where it is kept when the last run began
	Job  func(context.Context)

	now      func() time.Time
	schedule cron.Schedule
	mu       sync.Mutex
}

// Run works until the context ends. A run on its way is waited for.
func (r *Runner) Run(ctx context.Context) error {
	if r.now == nil {
		r.now = time.Now
	}
	var err error
	if r.schedule, err = Parse(r.Expr); err != nil {
		return err
	}
	if _, err := r.read(); err != nil {
		return err
	}
	s, err := gocron.NewScheduler(gocron.WithStopTimeout(time.Hour))
	if err != nil {
		return err
	}
	tick := gocron.NewTask(func() { r.tick(ctx) })
	once := gocron.WithSingletonMode(gocron.LimitModeReschedule)
	for _, def := range []gocron.JobDefinition{gocron.CronJob(r.Expr, false), gocron.DurationJob(lookEvery)} {
		if _, err := s.NewJob(def, tick, once); err != nil {
			return errors.Join(err, s.Shutdown())
		}
	}
	s.Start()
	r.tick(ctx) // what was missed while the process did not run
	<-ctx.Done()
	return s.Shutdown()
}

// tick runs the job if it is due.
func (r *Runner) tick(ctx context.Context) {
	if !r.mu.TryLock() {
		return // a run is on its way
	}
	defer r.mu.Unlock()
	l, err := r.read()
	if err != nil || ctx.Err() != nil || !due(r.schedule, l.Ran, r.now()) {
		return
	}
	if r.write(last{r.Expr, r.now()}) == nil { // else the next minute would start it again
		r.Job(ctx)
	}
}

// due reports whether a run has fallen due since the last one. A clock that was set back makes none.
func due(s cron.Schedule, ran, now time.Time) bool { return !s.Next(ran).After(now) }

// read is when the job ran last. What was never run, or by another schedule, counts from now on.
func (r *Runner) read() (last, error) {
	fresh := last{r.Expr, r.now()}
	text, err := bounded.ReadFile(r.File, 1<<16)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return last{}, clierr.InputErr(r.File, err)
	}
	var l last
	if err != nil || json.Unmarshal(text, &l) != nil || l.Expr != r.Expr || l.Ran.After(r.now().Add(lookEvery)) {
		return fresh, r.write(fresh)
	}
	return l, nil
}

func (r *Runner) write(l last) error {
	err := safefile.Create(r.File, func(w io.Writer) error { return json.NewEncoder(w).Encode(l) })
	if err != nil {
		return clierr.InputErr(r.File, err).WithHint("When a run began is kept there; is the disk full?")
	}
	return nil
}
