package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/fix"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/waiver"
)

// fixFlags are what `fix` may be told.
type fixFlags struct {
	stack      stackFlags
	image      gate.Options
	traefik    accessOptions
	format     string
	gates      []string
	opt        fix.Options
	write, run bool
}

func newFixCmd(a *app) *cobra.Command {
	var fl fixFlags
	c := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Make the edits that fix findings, each proved by scanning again",
		Long: `Fix collects the edits that the findings of a scan come with: versions in requirements.txt, pyproject.toml, package.json and
go.mod, lines of Dockerfiles, labels, code that a rule knows how to replace. It makes them in a copy of the project, scans the
copy, and keeps those after which the finding is gone and nothing as bad has come. It prints them as a diff; --write makes them.

Comments and layout stay. A file with changes that are not committed, or with the marks of a merge, is left alone. A lockfile
is written by its package manager alone: the command is printed, and run with --run.`,
		Example: `  drydock fix                              # what could be fixed, as a diff
  drydock fix app --only CVE-2023-30861 --write
  drydock fix --only dockerfile --only code --write
  drydock fix --write --run                # lockfiles too: runs npm, poetry, go ...
  drydock fix | git apply                  # the same as --write`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if fl.format != "table" && fl.format != "json" {
				return clierr.Usage("--format %s: fix knows table and json", fl.format)
			}
			if fl.run && !fl.write {
				return clierr.Usage("--run without --write").
					WithHint("A lockfile is renewed for a manifest that is written.")
			}
			return a.fix(cmd.Context(), args, &fl)
		},
	}
	f := c.Flags()
	f.StringVar(&fl.format, "format", "table", "what to print: table (a diff), json")
	f.StringSliceVar(&fl.opt.Only, "only", nil,
		"only these findings: ids, rules, advisories, gates, packages, files, actions of a plan")
	f.BoolVar(&fl.write, "write", false, "change the files")
	f.BoolVar(&fl.run, "run", false, "also run the package managers that write lockfiles")
	f.BoolVar(&fl.opt.Dirty, "dirty", false, "also edit files with changes that are not committed")
	f.StringSliceVar(&fl.gates, "gate", nil, "only what these gates find: "+strings.Join(gateNames(), ", "))
	fl.stack.add(c)
	addImageFlags(c, &fl.image)
	fl.traefik.add(f)
	return c
}

// looked is what a command scans and how it does so again.
type looked struct {
	in   target.Inputs
	t    *target.Target
	scan fix.Scan
}

// prepare resolves what a command that acts on findings looks at.
func (a *app) prepare(ctx context.Context, args []string, st *stackFlags, opt gate.Options, traefik *accessOptions,
	gates []string) (*looked, error) {
	in, cfg, err := st.resolve(args)
	if err != nil {
		return nil, err
	}
	if opt.Gates, err = parseGates(gates); err != nil {
		return nil, err
	}
	if len(opt.Gates) == 0 {
		opt.Gates = cfg.Gates
	}
	if opt.Access, err = traefik.gate(cfg); err != nil {
		return nil, err
	}
	opt.Tool, opt.MaxAge, opt.Kinds = tool(), cfg.Advisories.MaxAge, cfg.Policy.Kinds
	in.Stdin = a.in
	return &looked{
		in: in,
		t:  target.Resolve(ctx, in),
		scan: func(ctx context.Context, t *target.Target) (*report.Report, error) {
			opt := opt
			var err error
			if opt.Waivers, err = waiver.Load(waiver.Options{Root: t.Root, Dirs: t.Folders(), Shown: t.Rel}); err != nil {
				return nil, err
			}
			var done func()
			opt.Listen, done = a.progress()
			defer done()
			r, err := scan.Run(ctx, t, scan.Gates, opt)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return r, err
		},
	}, nil
}

func (a *app) fix(ctx context.Context, args []string, fl *fixFlags) error {
	l, err := a.prepare(ctx, args, &fl.stack, fl.image, &fl.traefik, fl.gates)
	if err != nil {
		return err
	}
	fl.opt.Shown = relative
	before, runErr := l.scan(ctx, l.t)
	if before == nil {
		return runErr
	}
	res, err := fix.Propose(ctx, l.in, l.t, before, fl.opt, l.scan)
	if err != nil {
		return err
	}
	if fl.write {
		if err := res.Write(); err != nil {
			return err
		}
	}
	if fl.run {
		if err := a.renew(ctx, l, before, res); err != nil {
			return err
		}
	}
	if fl.format == "json" {
		if err := a.printJSON(res); err != nil {
			return err
		}
		return runErr
	}
	a.showFix(l, res)
	return runErr
}

// renew runs the package managers, and says by another scan what became of the findings.
func (a *app) renew(ctx context.Context, l *looked, before *report.Report, res *fix.Result) error {
	if err := res.Run(ctx, a.err); err != nil {
		return err
	}
	after, err := l.scan(ctx, target.Resolve(ctx, l.in))
	if after == nil {
		return err
	}
	after.Finish()
	res.Settle(diff.Compare(before, after))
	return nil
}

func (a *app) showFix(l *looked, res *fix.Result) {
	for i := range res.Files {
		fmt.Fprint(a.out, res.Files[i].Diff)
	}
	for _, state := range []fix.State{fix.Proved, fix.Incomplete, fix.Refused} {
		for i := range res.Fixes {
			f := &res.Fixes[i]
			if f.State != state {
				continue
			}
			a.remark("%-10s %s: %s", f.State, report.Plain(f.Title), report.Plural(len(f.Findings), "finding"))
			if f.Reason != "" {
				a.remark("           %s", report.Plain(f.Reason))
			}
			if len(f.Command) > 0 {
				a.remark(
					"           $ cd %s && %s",
					report.Plain(relative(filepath.Join(l.t.Root, f.Folder))),
					report.Plain(strings.Join(f.Command, " ")),
				)
			}
		}
	}
	if len(res.Fixes) == 0 {
		a.remark("drydock: no finding here comes with an edit. 'drydock plan' lists what else can be done.")
		return
	}
	verb := "would change"
	if res.Written {
		verb = "changed"
	}
	a.remark("drydock: %s %s; %s gone, %s come.", verb, report.Plural(len(res.Files), "file"),
		report.Plural(len(res.Gone), "finding"), report.Plural(len(res.New), "finding"))
	if res.Unproved != "" {
		a.remark("  %s", res.Unproved)
	}
	if !res.Written && len(res.Files) > 0 {
		a.remark("  --write makes the changes.")
	}
}
