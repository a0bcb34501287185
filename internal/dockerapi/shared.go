package dockerapi

import (
	"context"
	"sync"

	"github.com/moby/moby/client"
)

// Shared is one connection to the engine for all who ask: it is made when the first does, and whoever comes later gets
// the same client or the same error. The zero value is ready.
type Shared struct {
	mu   sync.Mutex
	done chan struct{} // closed once cli and err are set; nil before anybody asked
	cli  *client.Client
	err  error
}

// Client returns the client, which is not the caller's to close. Whoever waits no longer than ctx allows does not end
// the attempt for the others.
func (s *Shared) Client(ctx context.Context) (*client.Client, error) {
	s.mu.Lock()
	if s.done == nil {
		s.done = make(chan struct{})
		go func() {
			defer close(s.done)
			s.cli, s.err = Connect(context.WithoutCancel(ctx)) // which bounds its own wait
		}()
	}
	s.mu.Unlock()
	select {
	case <-s.done:
		return s.cli, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the connection, if there is one.
func (s *Shared) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		return
	}
	go func() { // an engine that does not answer is not waited for
		<-s.done
		if s.cli != nil {
			s.cli.Close()
		}
	}()
}
