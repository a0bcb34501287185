package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/rebuild/due"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// rebuildFlags are what `rebuild` may be told.
type rebuildFlags struct {
	report   reportFlags
	stack    stackFlags
	image    gate.Options // platform and verification
	check    bool
	offline  bool
	maxAge   time.Duration
	services []string
	deploy   deployFlags
	when     scheduleFlags
}

func newRebuildCmd(a *app) *cobra.Command {
	var fl rebuildFlags
	c := &cobra.Command{
		Use:   "rebuild [PATH...]",
		Short: "Rebuild images without cache, prove that they got better, deploy them",
		Long: `Rebuild builds the images of a host's services anew, without cache and with their bases pulled, and
compares each with the one that runs, by the same advisories. With --deploy what is better, or the same and changed, is
put live: behind Traefik without a failed request, else by stop and start. What does not answer is taken back. Volumes
and databases are not: --before runs a command first. How this machine deploys and whom it tells may stand in host.yaml,
in drydock's own folder.

Exit codes: 0 better or the same, 1 worse or rolled back, 3 failed.

Rebuild --check reports whether the images of a host's services are due for a rebuild, why, and what it would
fix.

Exit codes of --check: 0 not due, 1 due, 3 could not tell, with the reason. The registry of the base image is asked what
its tag names now; with --offline nothing is asked, and all other reasons are told.`,
		Example: `  drydock rebuild --check                  # is it due? why? what will it fix?
  drydock rebuild --check --offline app
  drydock rebuild app --service web        # build anew, before and after, the verdict
  drydock rebuild app --deploy             # and put it live, or take it back`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fl.deploy.hosts(cmd.Flags().Changed); err != nil {
				return err
			}
			if fl.when.print != "" {
				return a.rebuildPrint(args, &fl, cmd)
			}
			if fl.when.schedule != "" {
				return a.rebuildScheduled(cmd.Context(), args, &fl)
			}
			if fl.check {
				return a.rebuildCheck(cmd.Context(), args, &fl)
			}
			return a.rebuildImages(cmd.Context(), args, &fl)
		},
	}
	fl.report.add(c)
	fl.stack.add(c)
	addImageFlags(c, &fl.image)
	fl.deploy.add(c)
	fl.when.add(c)
	c.AddCommand(newRebuildHistoryCmd(a))
	f := c.Flags()
	f.BoolVar(&fl.check, "check", false, "tell whether a rebuild is due, and build nothing")
	f.BoolVar(&fl.offline, "offline", false, "do not ask the registry of the base image")
	f.DurationVar(&fl.maxAge, "max-age", defaultMaxAge, "an image older than this is due")
	f.StringSliceVar(&fl.services, "service", nil, "only the images of these services")
	return c
}

// defaultMaxAge is how old an image may be: fixes for most packages are out within a month.
const defaultMaxAge = 30 * 24 * time.Hour

// rebuildCheck scans the images, forecasts what a rebuild would do and tells what is due.
func (a *app) rebuildCheck(ctx context.Context, args []string, fl *rebuildFlags) error {
	in, cfg, err := fl.stack.resolve(args)
	if err != nil {
		return err
	}
	p, err := fl.report.check(policyOf(cfg))
	if err != nil {
		return err
	}
	in.Stdin = a.in
	opt := due.Options{Scan: fl.image, Offline: fl.offline, MaxAge: fl.maxAge, Services: fl.services}
	opt.Scan.Tool, opt.Scan.MaxAge = tool(), cfg.Advisories.MaxAge
	listen, done := a.progress()
	opt.Scan.Listen = listen
	r, runErr := due.Check(ctx, target.Resolve(ctx, in), opt)
	done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := a.emit(r, p, runErr); err != nil {
		return err
	}
	if len(r.Due) > 0 {
		return errBreach
	}
	return due.Told(r)
}
