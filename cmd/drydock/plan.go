package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	actions "github.com/drydock/drydock/internal/plan"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/summary"
)

// planFlags are what `plan` may be told.
type planFlags struct {
	stack        stackFlags
	image        gate.Options
	traefik      accessOptions
	format, from string
	score        string
	max          int
	gates        []string
}

func newPlanCmd(a *app) *cobra.Command {
	var fl planFlags
	c := &cobra.Command{
		Use:   "plan [PATH|IMAGE...]",
		Short: "What to do, best first, and what each step takes away",
		Long: `Plan scans as 'drydock scan' does and lists what to do, best first: raise versions in a file, rebuild, take another base,
split a Dockerfile, close a router, take a port away. Each action says which findings it takes away; no finding is
promised twice, so the numbers add up. What nobody can fix today is counted and left out.

Keep the plan (--format json), do what you choose, and hold it against the result: --score tells which promises held.`,
		Example: `  drydock plan                                  # the project in this folder
  drydock plan app --max 3
  drydock plan app --format json > plan.json
  drydock plan app --score plan.json            # after the work: what held?
  drydock plan --from report.json               # of a recorded report`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if fl.format != "table" && fl.format != "json" {
				return clierr.Usage("--format %s: plan knows table and json", fl.format)
			}
			r, conversions, runErr := a.planned(cmd.Context(), args, &fl)
			if r == nil {
				return runErr
			}
			if err := a.writePlan(r, conversions, &fl); err != nil {
				return err
			}
			return runErr
		},
	}
	f := c.Flags()
	f.StringVar(&fl.format, "format", "table", "what to print: table, json")
	f.StringVar(&fl.from, "from", "", "make the plan of a recorded report instead of a scan")
	f.StringVar(&fl.score, "score", "", "hold a plan that was kept (JSON) against what is there now")
	f.IntVar(&fl.max, "max", 0, "at most this many actions")
	f.StringSliceVar(&fl.gates, "gate", nil, "only what these gates find")
	fl.stack.add(c)
	addImageFlags(c, &fl.image)
	fl.traefik.add(f)
	return c
}

// planned is the report that the plan is made of, and what is known of what conversions would give.
func (a *app) planned(
	ctx context.Context,
	args []string,
	fl *planFlags,
) (*report.Report, []actions.Conversion, error) {
	if fl.from != "" {
		r, err := readReport(fl.from)
		return r, nil, err
	}
	l, err := a.prepare(ctx, args, &fl.stack, fl.image, &fl.traefik, fl.gates)
	if err != nil {
		return nil, nil, err
	}
	r, err := l.scan(ctx, l.t)
	if r == nil || fl.score != "" {
		return r, nil, err
	}
	return r, actions.Conversions(ctx, l.t, r, base), err
}

// base lists the packages of a base image that the engine holds, none where it is not at hand.
func base(ctx context.Context, image string) []inventory.Package {
	r, err := scan.Run(ctx, target.Resolve(ctx, target.Inputs{Args: []string{"docker:" + image}}), scan.Gates,
		gate.Options{Tool: tool(), Gates: []finding.Gate{finding.GateImage}})
	if err != nil {
		return nil
	}
	return r.Packages
}

func (a *app) writePlan(r *report.Report, conversions []actions.Conversion, fl *planFlags) error {
	if fl.score != "" {
		return a.writeScore(r, fl)
	}
	p := actions.New(r, conversions)
	if fl.max > 0 {
		p.Actions = p.Actions[:min(fl.max, len(p.Actions))]
	}
	if fl.format == "json" {
		return a.printJSON(p)
	}
	for _, reason := range p.Unread {
		fmt.Fprintf(a.out, "Not looked at in full: %s\n", report.Plain(reason))
	}
	switch {
	case p.Open == 0 && len(p.Unread) > 0:
		fmt.Fprintln(a.out, "Nothing to do in what was looked at.")
		return nil
	case p.Open == 0:
		fmt.Fprintln(a.out, "Nothing to do: no finding is open.")
		return nil
	}
	taken := 0
	for i := range p.Actions {
		act := &p.Actions[i]
		taken += len(act.Findings)
		fmt.Fprintf(a.out, "%3d. %s\n", i+1, report.Plain(act.Title))
		fmt.Fprintf(a.out, "     %-9s removes %s: %s", act.Kind, report.Plural(len(act.Findings), "finding"),
			summary.Severities(act.Removes))
		if n := len(act.Narrows); n > 0 {
			fmt.Fprintf(a.out, "; %s leave the internet", report.Plural(n, "other finding"))
		}
		fmt.Fprintln(a.out)
		if act.Command != "" {
			fmt.Fprintf(a.out, "     $ %s\n", report.Plain(act.Command))
		}
	}
	fmt.Fprintf(a.out, "\n%s of %d open findings are taken away by %s", report.Plural(taken, "finding"), p.Open,
		report.Plural(len(p.Actions), "action"))
	if n := len(p.Left); n > 0 {
		fmt.Fprintf(a.out, "; %d have no fix, wait for one, or only inform", n)
	}
	fmt.Fprintln(a.out, ".")
	return nil
}

// writeScore holds a plan that was kept against the report.
func (a *app) writeScore(r *report.Report, fl *planFlags) error {
	file, err := bounded.Open(fl.score)
	if err != nil {
		return clierr.InputErr("", err)
	}
	defer file.Close()
	kept, err := actions.Decode(file)
	if err != nil {
		return clierr.InputErr(fl.score, err).
			WithHint("Keep one with 'drydock plan ... --format json > %s'.", fl.score)
	}
	s := kept.Hold(r)
	if fl.format == "json" {
		return a.printJSON(s)
	}
	for i := range s.Actions {
		act := &s.Actions[i]
		fmt.Fprintf(a.out, "%-8s %s\n", act.Done, report.Plain(act.Title))
		fmt.Fprintf(
			a.out,
			"         %d gone, %d left, %d not looked at\n",
			len(act.Gone),
			len(act.Left),
			len(act.Unseen),
		)
	}
	if n := s.Right + s.Wrong; n > 0 {
		fmt.Fprintf(a.out, "\nOf what was done the plan was right about %d of %s (%d %%).\n", s.Right,
			report.Plural(n, "finding"), 100*s.Right/n)
	} else {
		fmt.Fprintln(a.out, "\nNothing of the plan was done, as far as can be seen.")
	}
	return nil
}
