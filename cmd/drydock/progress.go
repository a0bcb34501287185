package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/schollz/progressbar/v3"
)

// quietFor is how long work may take before progress is shown: most runs are over by then.
const quietFor = 700 * time.Millisecond

// lineEvery is the pace of progress lines where standard error is no terminal.
const lineEvery = 10 * time.Second

// progress shows what long work is doing on standard error: a bar on a terminal, sparse lines elsewhere.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	tty   bool
	start time.Time
	last  time.Time
	bar   *progressbar.ProgressBar
	now   func() time.Time
}

// progress returns a listener for scan and a function that clears what it showed. With --quiet both do nothing.
func (a *app) progress() (gate.Listener, func()) {
	if a.quiet {
		return func(gate.Event) {}, func() {}
	}
	p := &progress{w: a.err, tty: terminal(a.err), start: time.Now(), now: time.Now}
	p.last = p.start
	return p.event, p.done
}

func (p *progress) event(e gate.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.start) < quietFor {
		return
	}
	if !p.tty {
		if now.Sub(p.last) >= lineEvery {
			p.last = now
			fmt.Fprintf(p.w, "%s: %s%s\n", e.Gate, e.Text, share(e))
		}
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(p.w), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(24))
	}
	if e.Total > 0 {
		p.bar.ChangeMax64(e.Total)
		_ = p.bar.Set64(min(e.Done, e.Total))
	} else {
		_ = p.bar.Add(1)
	}
	p.bar.Describe(fmt.Sprintf("%s: %s", e.Gate, e.Text))
}

func share(e gate.Event) string {
	if e.Total <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%d %%)", 100*e.Done/e.Total)
}

func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
	}
}
