package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/queue"
	"github.com/drydock/drydock/internal/store"
	"github.com/drydock/drydock/internal/store/storetest"
)

// run runs a queue until a value comes, and returns the values that came.
func run(t *testing.T, s *store.Store, handle queue.Handler, keys []string, done <-chan string) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	q := queue.NewLocal(s, map[string]queue.Handler{"work": handle}, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	for _, key := range keys {
		if err := s.Update(ctx, func(tx *store.Tx) error { return q.Add(ctx, tx, "work", key) }); err != nil {
			t.Fatal(err)
		}
		q.Wake()
	}
	var got []string
	for range keys {
		select {
		case v := <-done:
			got = append(got, v)
		case <-time.After(10 * time.Second):
			t.Fatal("the queue does nothing")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return got
}

func TestJobsRunOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		done := make(chan string, 9)
		run(t, s, func(_ context.Context, w queue.Work) error { done <- w.Key; return nil }, []string{"a", "b"}, done)
		if n, err := s.CountJobs(context.Background()); n != 0 || err != nil {
			t.Errorf("%d jobs wait, %v", n, err)
		}
	})
}

func TestJobIsTriedAgain(t *testing.T) {
	s := storetest.SQLite(t)
	done := make(chan string, 9)
	tries := 0
	run(t, s, func(_ context.Context, w queue.Work) error {
		if tries++; tries == 1 {
			panic("first")
		}
		done <- w.Key
		return nil
	}, []string{"a"}, done)
	if tries != 2 {
		t.Errorf("%d attempts, want 2", tries)
	}
}

func TestPermanentErrorEndsTheJob(t *testing.T) {
	s := storetest.SQLite(t)
	done := make(chan string, 9)
	run(t, s, func(_ context.Context, w queue.Work) error {
		done <- w.Key
		return queue.Permanent(errors.New("no use"))
	}, []string{"a"}, done)
	if n, err := s.CountJobs(context.Background()); n != 0 || err != nil {
		t.Errorf("%d jobs wait, %v", n, err)
	}
}
