package main

import (
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/scan/gate"
)

func TestProgressIsSparseWhereNobodyWatches(t *testing.T) {
	var b strings.Builder
	clock := time.Unix(0, 0)
	p := &progress{w: &b, start: clock, last: clock, now: func() time.Time { return clock }}
	for range 600 {
		clock = clock.Add(100 * time.Millisecond)
		p.event(gate.Event{Gate: "image", Text: "reading app", Done: 1, Total: 2})
	}
	p.done()
	if n := strings.Count(b.String(), "\n"); n != 6 {
		t.Errorf("%d lines in a minute:\n%s", n, b.String())
	}
	if !strings.Contains(b.String(), "image: reading app (50 %)") {
		t.Errorf("%q", b.String())
	}
}

func TestProgressIsSilentOnShortWork(t *testing.T) {
	var b strings.Builder
	clock := time.Unix(0, 0)
	p := &progress{w: &b, tty: true, start: clock, last: clock, now: func() time.Time { return clock }}
	p.event(gate.Event{Gate: "image", Text: "x"})
	p.done()
	if b.Len() != 0 {
		t.Errorf("%q", b.String())
	}
}
