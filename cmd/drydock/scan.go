package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/baseline"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/waiver"
)

func newScanCmd(a *app) *cobra.Command {
	var rep reportFlags
	var st stackFlags
	var gates []string
	var opt gate.Options
	var traefik accessOptions
	var up uploadFlags
	c := &cobra.Command{
		Use:   "scan [PATH|IMAGE...]",
		Short: "Look at a host of compose stacks with every gate; one report",
		Long: `Scan looks at compose projects, images and source folders with every gate and prints one report, worst first.

An argument is a folder, a file (told by its content) or the name of an image that the engine holds; docker:, docker-archive:,
oci-archive:, oci-dir:, registry:, dir: and sbom: say it outright. Several projects named together are one host: Traefik
sees them all. Nothing is started and nothing is fetched; images are read from the engine where it holds them, and where
none is at hand the lockfiles of the build contexts are read and the report says so.`,
		Example: `  drydock scan                                         # the project in this folder
  drydock scan infra/docker-compose.traefik.yml app    # a host: several projects, one Traefik
  drydock scan -f docker-compose.yml -f prod.yml       # one project of two files
  drydock scan app --fail-on high -o sarif=out.sarif   # in CI
  drydock scan app --against main                      # only what this branch brought in
  drydock scan docker-archive:app.tar --gate image     # one image
  drydock scan . --server http://127.0.0.1:9001        # results in the browser too`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, cfg, err := st.resolve(args)
			if err != nil {
				return err
			}
			p, err := rep.check(policyOf(cfg))
			if err != nil {
				return err
			}
			if opt.Gates, err = parseGates(gates); err != nil {
				return err
			}
			if len(gates) == 0 {
				opt.Gates = cfg.Gates
			}
			opt.Access, err = traefik.gate(cfg)
			opt.Access.Given = st.given(args)
			if err != nil {
				return err
			}
			opt.MaxAge = cfg.Advisories.MaxAge
			p.keep = true
			if p.server, err = up.check(p.against); err != nil {
				return err
			}
			return a.scan(cmd.Context(), in, opt, p)
		},
	}
	rep.add(c)
	rep.addAgainst(c)
	up.add(c)
	st.add(c)
	c.Flags().StringSliceVar(&gates, "gate", nil, "only these gates: "+strings.Join(gateNames(), ", "))
	addImageFlags(c, &opt)
	addTagFlag(c, &opt)
	addRuleFlags(c, &opt)
	traefik.add(c.Flags())
	return c
}

// scan resolves the inputs and looks at them.
func (a *app) scan(ctx context.Context, in target.Inputs, opt gate.Options, p *plan) error {
	in.Stdin = a.in
	p.inputs = in
	return a.look(ctx, target.Resolve(ctx, in), opt, p)
}

// look runs the gates on a target with progress and ends in a report; of a run that was stopped there is none.
func (a *app) look(ctx context.Context, t *target.Target, opt gate.Options, p *plan) error {
	opt.Tool, opt.Kinds = tool(), p.policy.Kinds
	listen, done := a.progress()
	opt.Listen = listen
	run := func(ctx context.Context, t *target.Target) (*report.Report, error) {
		opt := opt
		var err error
		if opt.Waivers, err = waiver.Load(waiver.Options{Root: t.Root, Dirs: t.Folders(), Files: p.waivers, VEX: p.vex,
			Shown: t.Rel}); err != nil {
			return nil, err
		}
		return scan.Run(ctx, t, scan.Gates, opt)
	}
	r, err := run(ctx, t)
	var base *baseline.Baseline
	var baseErr error
	if r != nil && p.against != "" && ctx.Err() == nil {
		base, baseErr = baselineOf(ctx, p, t, r, run)
	}
	done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if baseErr != nil {
		return baseErr
	}
	if p.keep && r != nil {
		keep(r)
	}
	if base != nil {
		baseline.Restrict(r, base)
	}
	if p.server != nil && r != nil {
		p.publish = func(r *report.Report) error { return a.publish(ctx, r, t.Root, p.server) }
	}
	return a.emit(r, p, err)
}

// baselineOf is what --against names: a report where it names a file, else a commit.
func baselineOf(ctx context.Context, p *plan, t *target.Target, r *report.Report,
	run baseline.Scan) (*baseline.Baseline, error) {
	if st, err := os.Stat(p.against); err == nil && st.Mode().IsRegular() {
		before, err := readReport(p.against)
		if err != nil {
			return nil, err
		}
		return baseline.FromReport(p.against, before, r)
	}
	return baseline.FromCommit(ctx, p.against, p.inputs, t, run)
}

func gateNames() []string {
	var names []string
	for _, g := range scan.Names() {
		names = append(names, string(g))
	}
	return names
}

func parseGates(names []string) ([]finding.Gate, error) {
	var gs []finding.Gate
next:
	for _, n := range names {
		for _, g := range scan.Names() {
			if string(g) == n {
				gs = append(gs, g)
				continue next
			}
		}
		return nil, clierr.Usage("--gate %s: no gate is called that", n).WithHint("Gates: %s.",
			strings.Join(gateNames(), ", "))
	}
	return gs, nil
}
