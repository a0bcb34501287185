package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/rebuild/schedule"
	"github.com/drydock/drydock/internal/state"
)

// scheduleFlags say when a rebuild runs.
type scheduleFlags struct{ schedule, print string }

func (f *scheduleFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.schedule, "schedule", "",
		"stay and run by this cron expression, as '0 4 * * 1'; a run that was missed is caught up, once")
	c.Flags().StringVar(&f.print, "print", "",
		"with --schedule: print the same for another scheduler: "+strings.Join(schedule.Kinds, ", "))
}

// rebuildScheduled stays and runs by the schedule. A run that fails ends nothing but itself.
func (a *app) rebuildScheduled(ctx context.Context, args []string, fl *rebuildFlags) error {
	data, err := state.Data()
	if err != nil {
		return err
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	dir := filepath.Join(data, "rebuild")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return clierr.InputErr(dir, err)
	}
	sum := sha256.Sum256([]byte(wd + "\x00" + strings.Join(args, "\x00")))
	r := &schedule.Runner{Expr: fl.when.schedule, File: filepath.Join(dir, "schedule-"+hex.EncodeToString(sum[:6])),
		Job: func(ctx context.Context) {
			if err := a.rebuildImages(ctx, args, fl); err != nil && !errors.Is(err, context.Canceled) {
				a.exit(err)
			}
		}}
	a.remark("drydock: rebuilding by the schedule %s", fl.when.schedule)
	return r.Run(ctx)
}

// rebuildPrint prints this command for another scheduler, with paths that hold from anywhere.
func (a *app) rebuildPrint(args []string, fl *rebuildFlags, cmd *cobra.Command) error {
	if fl.when.schedule == "" {
		return clierr.Usage("--print needs --schedule").WithHint("As --schedule '0 4 * * 1' --print %s.", fl.when.print)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := []string{program, "rebuild"}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "schedule" || f.Name == "print" {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if f.Name == "file" || f.Name == "env-file" || f.Name == "config" {
				v = fromAnywhere(v)
			}
			command = append(command, "--"+f.Name+"="+v)
		}
	})
	if len(args) == 0 && len(fl.stack.files) == 0 {
		args = []string{"."}
	}
	for _, arg := range args {
		command = append(command, fromAnywhere(arg))
	}
	text, err := schedule.Print(fl.when.print, fl.when.schedule, command, os.Getenv("DRYDOCK_HOME"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.out, text)
	return err
}

func fromAnywhere(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
