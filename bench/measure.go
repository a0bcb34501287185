package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

func (c cost) String() string {
	if c.wall == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f s (cpu %.2f), %d MB", c.wall.Seconds(), c.cpu.Seconds(), c.rss>>20)
}

// outcome is what a row measured.
type outcome struct {
	peer, ours cost
	met        bool
	notes      []string
}

func (o *outcome) ratio() string {
	if o.peer.wall == 0 || o.ours.wall == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f x (cpu %.1f x)", o.peer.wall.Seconds()/o.ours.wall.Seconds(), o.peer.cpu.Seconds()/max(o.ours.cpu.Seconds(), 0.001))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

// run measures a program: the fastest of the repeats, with the most memory that any took. before is run each time first,
// outside the measurement. What the last run printed goes to out.
func (b *bench) run(out io.Writer, before func() error, env []string, name string, args ...string) (cost, error) {
	var best cost
	for i := range b.repeat {
		if before != nil {
			if err := before(); err != nil {
				return cost{}, err
			}
		}
		var stdout, stderr bytes.Buffer
		cmd := exec.CommandContext(b.ctx, name, args...)
		cmd.Env = append(os.Environ(), env...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		start := time.Now()
		err := cmd.Run()
		wall := time.Since(start)
		if err != nil && cmd.ProcessState.ExitCode() != 1 { // 1 is what scanners say when they have found something
			return cost{}, fmt.Errorf("%s: %v: %s", name, err, tail(stderr.String()))
		}
		c := cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			c.rss = u.Maxrss
			if runtime.GOOS == "linux" {
				c.rss <<= 10 // kilobytes there
			}
		}
		if i == 0 || c.wall < best.wall {
			best.wall, best.cpu = c.wall, c.cpu
		}
		best.rss = max(best.rss, c.rss)
		if i == b.repeat-1 && out != nil {
			if _, err := out.Write(stdout.Bytes()); err != nil {
				return cost{}, err
			}
		}
	}
	return best, nil
}
