package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/diff"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/output"
	"github.com/drydock/drydock/internal/report"
)

func newDiffCmd(a *app) *cobra.Command {
	var format, failOn string
	var outputs []string
	var all bool
	c := &cobra.Command{
		Use:   "diff BEFORE.json AFTER.json",
		Short: "What was fixed, what is new and what remains between two reports",
		Long: `Diff compares two reports that were written with --format json: what was fixed, what is new, what remains, and for
each line whether the package changed or only what is known of it. What the later run did not look at again is
listed apart and never counts as fixed.`,
		Example: `  drydock scan . -o before.json
  drydock scan . -o after.json
  drydock diff before.json after.json
  drydock diff before.json after.json --fail-on high   # exit 1 on a new high finding`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := output.LookupDiff(format)
			if err != nil {
				return err
			}
			var targets []output.DiffTarget
			for _, o := range outputs {
				t, err := output.ParseDiffTarget(o)
				if err != nil {
					return err
				}
				targets = append(targets, t)
			}
			var min finding.Severity
			if failOn != "" {
				if min, err = finding.ParseSeverity(failOn); err != nil {
					return clierr.Usage("--fail-on: %v", err)
				}
			}
			before, err := readReport(args[0])
			if err != nil {
				return err
			}
			after, err := readReport(args[1])
			if err != nil {
				return err
			}
			d := diff.Compare(before, after)
			d.Before.Name, d.After.Name = args[0], args[1]
			opt := report.WriteOptions{Color: a.color(a.out), Width: a.width(), All: all, Now: stamp()}
			for _, t := range targets {
				if err := t.WriteFile(d, opt); err != nil {
					return err
				}
			}
			if err := f.Write(a.out, d, opt); err != nil {
				return fmt.Errorf("writing the comparison: %w", err)
			}
			if failOn != "" && (len(d.Worse(min)) > 0 || len(d.Unseen) > 0) {
				return errBreach
			}
			return nil
		},
	}
	fl := c.Flags()
	fl.StringVarP(&format, "format", "f", output.DiffFormats[0].Name, "what to print: "+strings.Join(output.DiffNames(),
		", "))
	fl.StringArrayVarP(&outputs, "output", "o", nil,
		"also write the comparison to a file, as [FORMAT=]FILE; may be given several times")
	fl.BoolVar(&all, "all", false, "show what remains too")
	fl.StringVar(&failOn, "fail-on", "",
		"exit 1 on a new finding of this severity or worse, and where something could not be looked at again")
	return c
}

// readReport reads a recorded report.
func readReport(path string) (*report.Report, error) {
	f, err := bounded.Open(path)
	if err != nil {
		return nil, clierr.InputErr("", err)
	}
	defer f.Close()
	r, err := report.Decode(f)
	if err != nil {
		return nil, clierr.InputErr(path, err).WithHint("Write reports with 'drydock scan ... -o report.json'.")
	}
	return r, nil
}
