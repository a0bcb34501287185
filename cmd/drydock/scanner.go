package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/ingest"
	"github.com/drydock/drydock/internal/policy"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/sonar/provision"
	"github.com/drydock/drydock/internal/sonar/scanner"
	"github.com/drydock/drydock/internal/waiver"
)

// engineOf is the engine file that a Sonar scanner starts its "Java" with, ok where one did.
func engineOf(args []string) (file string, ok bool) {
	i := slices.Index(args, "-jar")
	if i < 0 || i+1 >= len(args) {
		return "", false
	}
	return args[i+1], true
}

// asScanner does what a stock Sonar scanner asks for on standard input, and tells it in its own form. Scanners add no
// reason to an exit code, so that each that is not 0 follows a line that says why.
func asScanner(ctx context.Context, engine string, in io.Reader, out io.Writer) int {
	props, err := scanner.Read(in)
	if err != nil {
		scanner.NewLog(out, false).Error("%v", err)
		return clierr.ExitInput
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	job, err := props.Job(scanner.Settings{Dir: dir, Getenv: os.Getenv})
	if err != nil {
		scanner.NewLog(out, false).Error("%s", reasons(err))
		return clierr.ExitUsage
	}
	log := scanner.NewLog(out, job.Verbose, job.Token)
	passed, err := analyse(ctx, job, props, engine, log)
	switch {
	case err != nil:
		log.Error("%s", reasons(err))
		return clierr.Code(err)
	case !passed:
		return clierr.ExitBreach
	}
	return clierr.ExitOK
}

// reasons are an error and its remedies as lines.
func reasons(err error) string {
	text := ""
	for _, one := range clierr.Each(err) {
		text += one.Error() + "\n"
		if hint := clierr.Hint(one); hint != "" {
			text += hint + "\n"
		}
	}
	return text
}

// analyse looks at the project, sends the report, and waits for the verdict where that is asked for.
func analyse(
	ctx context.Context,
	job *scanner.Job,
	props scanner.Properties,
	engine string,
	log *scanner.Log,
) (passed bool, err error) {
	if err := job.CheckPatterns(); err != nil {
		return false, err
	}
	web, problems := props.Client(engine, os.Getenv)
	for _, p := range problems {
		log.Warn("certificates: %v", p)
	}
	if err := job.Reach(ctx, web, engine); err != nil {
		return false, err
	}
	cl, err := client.New(job.Server.String(), job.Token, versionString())
	if err != nil {
		return false, err
	}
	cl.HTTP = web
	log.Info("drydock %s looks at %s for %s", versionString(), job.Base, job.Scanner)
	r, err := look(ctx, job, log)
	if r == nil {
		return false, err
	}
	if err != nil {
		log.Warn("%s", reasons(err))
	}
	if n := job.Restrict(r); n > 0 {
		log.Info("%s outside of sonar.sources or excluded: left out", report.Plural(n, "finding"))
	}
	tell(r, log)
	u := client.Upload{
		Project: job.Project,
		Branch:  job.Branch,
		Pull:    job.Pull.Key,
		Base:    job.Pull.Base,
		Commit:  job.Commit,
		Source:  ingest.SourceScanner,
		Root:    job.Root,
	}
	if job.Pull.Key != "" && job.Pull.Branch != "" {
		u.Branch = job.Pull.Branch
	}
	u.Describe(job.Base, os.Getenv)
	sent, err := cl.Send(ctx, u, func(w io.Writer) error { return r.EncodeCompact(w) })
	if err != nil {
		return false, err
	}
	if lapsing := cl.Lapsing(time.Now()); lapsing != "" {
		log.Warn("%s", lapsing)
	}
	dashboard := cl.Server + "/dashboard?id=" + url.QueryEscape(u.Project)
	if err := job.WriteMetadata(&scanner.Task{Server: cl.Server, Version: provision.ServerVersion(versionString()),
		Project: u.Project, ID: sent.Task, Dashboard: dashboard}); err != nil {
		log.Warn("later steps of a pipeline will not find the analysis: %s", reasons(err))
	}
	log.Info("ANALYSIS SUCCESSFUL, you can find the results at: %s", dashboard)
	if !job.Wait {
		return true, nil
	}
	return wait(ctx, cl, u.Project, sent.Task, dashboard, job, log)
}

// wait tells the verdict in the words that people look for in a pipeline's log.
func wait(
	ctx context.Context,
	cl *client.Client,
	project, task, dashboard string,
	job *scanner.Job,
	log *scanner.Log,
) (bool, error) {
	done, err := cl.Wait(ctx, project, task, job.Timeout)
	if err != nil {
		return false, err
	}
	if done.State == "failed" {
		return false, clierr.Input(cl.Server, "could not take the analysis in: %s", done.Problem)
	}
	if done.Verdict == ingest.Passed {
		log.Info("QUALITY GATE STATUS: PASSED - View details on %s", dashboard)
		return true, nil
	}
	for _, why := range done.Summary.Breaches {
		log.Error("%s", report.Plain(why))
	}
	log.Error("QUALITY GATE STATUS: FAILED - View details on %s", dashboard)
	return false, nil
}

// look scans the project with every gate.
func look(ctx context.Context, job *scanner.Job, log *scanner.Log) (*report.Report, error) {
	t := target.Resolve(ctx, target.Inputs{Args: []string{job.Base}})
	waivers, err := waiver.Load(waiver.Options{Root: t.Root, Dirs: t.Folders(), Shown: t.Rel})
	if err != nil {
		return nil, err
	}
	opt := gate.Options{Tool: tool(), Waivers: waivers, Listen: func(e gate.Event) {
		if e.Text != "" {
			log.Debug("%s: %s", e.Gate, e.Text)
		}
	}}
	r, err := scan.Run(ctx, t, scan.Gates, opt)
	if ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	if r != nil {
		policy.Apply(r, policy.Policy{})
		r.Finish()
	}
	return r, err
}

// tell says what each gate looked at: what it could not is a warning.
func tell(r *report.Report, log *scanner.Log) {
	for i := range r.Gates {
		g := &r.Gates[i]
		if g.Blind() {
			log.Warn("%s: %s: %s", g.Name, g.Status, report.Plain(g.Reason))
			continue
		}
		log.Info("%s: %s", g.Name, g.Status)
	}
	open := 0
	for i := range r.Findings {
		if r.Findings[i].Status == finding.Open {
			open++
		}
	}
	log.Info("%s open", report.Plural(open, "finding"))
}
