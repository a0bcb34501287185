package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/output"
	"github.com/drydock/drydock/internal/policy"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

// reportFlags are the flags of every command that ends in a report.
type reportFlags struct {
	format       string
	outputs      []string
	all          bool
	failOn       string
	onlyFixed    bool
	allowPartial bool
	waivers      []string
	vex          []string
	against      string
}

func (f *reportFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.format, "format", output.Formats[0].Name, "what to print: "+strings.Join(output.Names(), ", "))
	fl.StringArrayVarP(&f.outputs, "output", "o", nil,
		"also write a report to a file, as [FORMAT=]FILE; may be given several times")
	fl.BoolVar(&f.all, "all", false, "show what the summary folds")
	fl.StringVar(&f.failOn, "fail-on", "",
		"exit 1 on an open finding of this severity or worse: critical, high, medium, low, info")
	fl.BoolVar(&f.onlyFixed, "only-fixed", false,
		"with --fail-on: of the vulnerabilities count only those that a newer version fixes")
	fl.BoolVar(&f.allowPartial, "allow-partial", false,
		"with --fail-on: a gate that could not look everywhere is no breach")
	fl.StringArrayVar(&f.waivers, "waivers", nil,
		"file of accepted risks; else the drydock.waivers.yaml of each folder that is scanned")
	fl.StringArrayVar(&f.vex, "vex", nil, "OpenVEX document that says which vulnerabilities do not affect what")
}

// addAgainst is for the commands whose targets can be looked at in an earlier state.
func (f *reportFlags) addAgainst(c *cobra.Command) {
	c.Flags().
		StringVar(&f.against, "against", "", "only what is new since a git commit (branch, tag, hash), which is "+
			"scanned on the same advisories, or since a report.json of an earlier run")
}

// plan is the flags, checked before any work starts.
type plan struct {
	format  output.Format
	targets []output.Target
	policy  policy.Policy
	all     bool
	keep    bool // as the last scan, for `explain`
	waivers []string
	vex     []string
	against string
	inputs  target.Inputs              // as they were resolved, for --against
	server  *publisher                 // that the report is sent to; nil for none
	publish func(*report.Report) error // sends the report to a server; nil where none is named
}

// check turns the flags into a plan; base is the policy of drydock.yaml, which flags override.
func (f *reportFlags) check(base policy.Policy) (*plan, error) {
	p := &plan{policy: base, all: f.all, waivers: f.waivers, vex: f.vex, against: f.against}
	var err error
	if p.format, err = output.Lookup(f.format); err != nil {
		return nil, err
	}
	for _, o := range f.outputs {
		t, err := output.ParseTarget(o)
		if err != nil {
			return nil, err
		}
		p.targets = append(p.targets, t)
	}
	if f.failOn != "" {
		if p.policy.FailOn, err = finding.ParseSeverity(f.failOn); err != nil {
			return nil, clierr.Usage("--fail-on: %v", err)
		}
	}
	p.policy.OnlyFixed = p.policy.OnlyFixed || f.onlyFixed
	p.policy.AllowPartial = p.policy.AllowPartial || f.allowPartial
	return p, nil
}

// emit judges r, prints it and writes it to the files asked for. runErr is what the run ended with: the report is
// written all the same, and the error decides the exit code.
func (a *app) emit(r *report.Report, p *plan, runErr error) error {
	if r == nil {
		return runErr
	}
	policy.Apply(r, p.policy)
	r.Finish()
	opt := report.WriteOptions{Color: a.color(a.out), Width: a.width(), All: p.all, Now: stamp()}
	var failed []error // one that cannot be written keeps no other back
	for _, t := range p.targets {
		if err := t.WriteFile(r, opt); err != nil {
			failed = append(failed, err)
		}
	}
	if err := p.format.Write(a.out, r, opt); err != nil {
		failed = append(failed, fmt.Errorf("writing the report: %w", err))
	}
	if runErr != nil {
		failed = append(failed, runErr)
	}
	passed := r.Policy.Passed
	if p.publish != nil {
		if err := p.publish(r); errors.Is(err, errBreach) {
			passed = false
		} else if err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	if !passed {
		return errBreach
	}
	return nil
}

// stamp is the time that documents carry: SOURCE_DATE_EPOCH (seconds since 1970) where it is set, so that two runs
// write the same bytes; else the zero time, which stands for the run's start.
func stamp() time.Time {
	if s, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(s, 0).UTC()
	}
	return time.Time{}
}

// width is the terminal's, 100 elsewhere.
func (a *app) width() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 160)
		}
	}
	return 100
}
