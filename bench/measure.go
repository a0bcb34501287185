package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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
	return fmt.Sprintf("%.1f x (cpu %.1f x)", o.peer.wall.Seconds()/o.ours.wall.Seconds(),
		o.peer.cpu.Seconds()/max(o.ours.cpu.Seconds(), 0.001))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

// run measures a program: the fastest of the repeats, with the most memory that any took. before is run each time
// first, outside the measurement. What the last run printed goes to out.
func (b *bench) run(out io.Writer, before func() error, env []string, name string, args ...string) (cost, error) {
	var best cost
	for i := range b.repeat {
		if before != nil {
			if err := before(); err != nil {
				return cost{}, err
			}
		}
		var stdout, stderr bytes.Buffer
		took := filepath.Join(b.tmp, "took")
		cmd := exec.CommandContext(b.ctx, b.self, append([]string{"-launch", took, name}, args...)...)
		cmd.Env = append(os.Environ(), env...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		// 1 is what scanners say when they have found something
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			return cost{}, fmt.Errorf("%s: %v: %s", name, err, tail(stderr.String()))
		}
		var c cost
		data, err := os.ReadFile(took)
		if err == nil {
			_, err = fmt.Sscan(string(data), &c.wall, &c.cpu, &c.rss)
		}
		if err != nil {
			return cost{}, err
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

// launch runs a program and writes down what it took. It is a process of its own because a program is counted with the
// memory that the one which started it had at that moment, and this one has hardly any.
func launch(took string, args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var rss int64
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		rss = u.Maxrss
		if runtime.GOOS == "linux" {
			rss <<= 10 // kilobytes there
		}
	}
	text := fmt.Sprintln(int64(wall), int64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()), rss)
	if err := os.WriteFile(took, []byte(text), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return cmd.ProcessState.ExitCode()
}
