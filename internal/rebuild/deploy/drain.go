package deploy

import (
	"context"
	"errors"
	"time"
)

// A container that gets no new requests may still work on old ones. What its connections did last tells: one is busy if
// something was asked and not answered, or if either side spoke less than a moment ago. Connections that are only kept
// open are not waited for; Traefik keeps some.

const (
	busyFor    = 2 * time.Second // streams speak now and then
	quietFor   = time.Second
	drainEvery = 200 * time.Millisecond
)

// connection is what is known of one TCP connection of a container.
type connection struct {
	port               int // of the container
	received, sent     uint64
	lastRecv, lastSent time.Duration // ago
}

func (c connection) busy() bool {
	unanswered := c.received > 0 && (c.sent == 0 || c.lastRecv < c.lastSent)
	return c.received+c.sent > 0 && (unanswered || min(c.lastRecv, c.lastSent) < busyFor)
}

// errNoDrain means that the connections of a container cannot be seen from here.
var errNoDrain = errors.New("connections cannot be seen")

// drain waits until no connection to a container's port is busy, at most limit. Where connections cannot be seen the
// limit is waited out. port 0 means any.
func drain(ctx context.Context, connections func() ([]connection, error), port int, limit time.Duration) error {
	end := time.Now().Add(limit)
	var quietSince time.Time
	for now := time.Now(); now.Before(end); now = time.Now() {
		list, err := connections()
		if err != nil {
			return sleep(ctx, time.Until(end))
		}
		busy := false
		for _, c := range list {
			busy = busy || (port == 0 || c.port == port) && c.busy()
		}
		switch {
		case busy:
			quietSince = time.Time{}
		case quietSince.IsZero():
			quietSince = now
		case now.Sub(quietSince) >= quietFor:
			return nil
		}
		if err := sleep(ctx, drainEvery); err != nil {
			return err
		}
	}
	return nil
}
