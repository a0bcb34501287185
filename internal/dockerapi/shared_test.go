package dockerapi

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// However many ask at once, the engine is connected to once, and a failure is not tried again.
func TestSharedConnectsOnce(t *testing.T) {
	home(t, nil)
	addr, pings := engine(t, "1.44")
	t.Setenv("DOCKER_HOST", addr)
	var s Shared
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Client(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s.Close()
	if *pings != 1 {
		t.Errorf("the engine was greeted %d times", *pings)
	}

	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
	var none Shared
	_, first := none.Client(context.Background())
	_, again := none.Client(context.Background())
	if first == nil || again != first {
		t.Errorf("%v, then %v", first, again)
	}
}

// Who waits a moment only gets an answer in a moment, and does not end the attempt for the others.
func TestSharedWaitsAsLongAsItMay(t *testing.T) {
	home(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+l.Addr().String())
	var s Shared
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := s.Client(ctx); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	s.Close() // must not wait either
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("Close took %v", d)
	}
}
