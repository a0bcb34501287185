package schedule

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, time.Local)
	if err != nil {
		panic(err)
	}
	return t
}

// What was missed is caught up once; a clock that jumps makes no run too many.
func TestCatchesUpOnce(t *testing.T) {
	var runs atomic.Int32
	now := at("2026-11-30 03:00") // a Monday
	r := &Runner{Expr: "0 4 * * 1", File: filepath.Join(t.TempDir(), "last.json"), now: func() time.Time { return now },
		Job: func(context.Context) { runs.Add(1) }}
	var err error
	if r.schedule, err = Parse(r.Expr); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now  string
		want int32
	}{
		{"2026-11-30 03:00", 0}, // seen for the first time
		{"2026-11-30 04:00", 1},
		{"2026-11-30 04:01", 1},
		{"2026-12-28 12:00", 2}, // four missed: one run
		{"2026-12-28 12:01", 2},
		{"2026-12-01 00:00", 2}, // the clock is set back a month
		{"2026-12-06 23:59", 2},
		{"2026-12-07 04:00", 3},
	} {
		now = at(c.now)
		r.tick(t.Context())
		if got := runs.Load(); got != c.want {
			t.Errorf("%s: %d runs, not %d", c.now, got, c.want)
		}
	}
	r.Expr = "* * * * *" // another schedule counts from now on
	if r.schedule, err = Parse(r.Expr); err != nil {
		t.Fatal(err)
	}
	r.tick(t.Context())
	if got := runs.Load(); got != 3 {
		t.Errorf("a new schedule ran at once: %d", got)
	}
}

// A run on its way is not joined by a second one, and is waited for at the end.
func TestOneRunAtATime(t *testing.T) {
	var running, most, ended atomic.Int32
	started := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	r := &Runner{Expr: "* * * * *", File: filepath.Join(t.TempDir(), "last.json"), now: time.Now}
	if err := r.write(last{r.Expr, at("2026-01-01 00:00")}); err != nil { // long ago: due at once
		t.Fatal(err)
	}
	r.Job = func(context.Context) {
		most.Store(max(most.Load(), running.Add(1)))
		close(started)
		time.Sleep(300 * time.Millisecond)
		running.Add(-1)
		ended.Add(1)
	}
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	<-started
	r.tick(ctx)
	cancel()
	if err := <-done; err != nil || most.Load() != 1 || ended.Load() != 1 {
		t.Errorf("%v, %d at once, %d ended", err, most.Load(), ended.Load())
	}
}

func TestPrint(t *testing.T) {
	command := []string{"/usr/local/bin/drydock", "rebuild", "--deploy", "/srv/my app"}
	for kind, want := range map[string]string{
		"cron": "0 4 * * 1 DRYDOCK_HOME=/var/lib/drydock /usr/local/bin/drydock rebuild --deploy '/srv/my app'\n",
		"systemd": "Environment=DRYDOCK_HOME=/var/lib/drydock\nExecStart=/usr/local/bin/drydock rebuild --deploy " +
			"'/srv/my app'\n",
		"github": "- cron: '0 4 * * 1'",
		"gitlab": "    - /usr/local/bin/drydock rebuild --deploy '/srv/my app'\n",
	} {
		got, err := Print(kind, "0 4 * * 1", command, "/var/lib/drydock")
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v\n%s", kind, err, got)
		}
	}
	if _, err := Print("upstart", "0 4 * * 1", command, ""); clierr.Code(err) != clierr.ExitUsage {
		t.Error(err)
	}
	if _, err := Print("cron", "every monday", command, ""); clierr.Code(err) != clierr.ExitUsage {
		t.Error(err)
	}
}

func TestCalendars(t *testing.T) {
	for expr, want := range map[string]string{
		"0 4 * * 1":         "Mon *-*-* 04:00:00",
		"*/15 8-18 * * 1-5": "Mon,Tue,Wed,Thu,Fri *-*-* 08..18:00/15:00",
		"30 2 1,15 * *":     "*-*-01,15 02:30:00",
		"0 0 1 jan-mar 0":   "*-01..03-01 00:00:00; Sun *-01..03-* 00:00:00",
		"0 3 */2 * *":       "*-*-01/2 03:00:00",
		"@daily":            "*-*-* 00:00:00",
		"5 */6 * * sat,SUN": "Sat,Sun *-*-* 00/6:05:00",
	} {
		if _, err := Parse(expr); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
		got, err := calendars(expr)
		if strings.Join(got, "; ") != want || err != nil {
			t.Errorf("%s: %q, %v, not %q", expr, got, err, want)
		}
	}
}
