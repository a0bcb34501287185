package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/hostconfig"
	"github.com/drydock/drydock/internal/notify"
	"github.com/drydock/drydock/internal/rebuild"
	"github.com/drydock/drydock/internal/rebuild/deploy"
	"github.com/drydock/drydock/internal/rebuild/due"
	"github.com/drydock/drydock/internal/rebuild/page"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/state"
)

// deployFlags say what becomes of a rebuilt image. What they leave out may stand in host.yaml.
type deployFlags struct {
	deploy      bool
	acceptWorse bool
	keep        int
	how         deploy.Options
	notify      notify.Targets
}

// hosts lays host.yaml below the flags.
func (f *deployFlags) hosts(given func(flag string) bool) error {
	c, err := hostconfig.Load()
	if err != nil {
		return err
	}
	text := func(flag string, to *string, from string) {
		if !given(flag) {
			*to = from
		}
	}
	text("probe", &f.how.Probe, c.Deploy.Probe)
	text("before", &f.how.Before, c.Deploy.Before)
	text("traefik-api", &f.how.Traefik.API, c.Deploy.TraefikAPI)
	text("traefik-entrypoint", &f.how.Traefik.EntryPoint, c.Deploy.TraefikEntryPoint)
	text("webhook", &f.notify.Webhook, c.Notify.Webhook)
	for flag, d := range map[string]struct {
		to   *time.Duration
		from time.Duration
	}{"wait": {&f.how.Wait, c.Deploy.Wait}, "settle": {&f.how.Settle, c.Deploy.Settle},
		"drain": {&f.how.Drain, c.Deploy.Drain}, "traefik-throttle": {&f.how.Traefik.Throttle, c.Deploy.TraefikThrottle}} {
		if !given(flag) && d.from > 0 {
			*d.to = d.from
		}
	}
	f.notify.Chat = f.notify.Chat || c.Notify.Chat
	f.notify.Mail = notify.Mail{Server: c.Notify.MailServer, From: c.Notify.MailFrom, User: c.Notify.MailUser,
		To: c.Notify.MailTo}
	if f.how.Probe != "" {
		_, _, err = deploy.ParseProbe(f.how.Probe)
	}
	return err
}

func (f *deployFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.BoolVar(&f.deploy, "deploy", false, "put the new images live, with a health check and roll-back")
	fl.BoolVar(&f.acceptWorse, "accept-worse", false, "deploy also what has more vulnerabilities than before")
	fl.StringVar(
		&f.how.Probe,
		"probe",
		"",
		"path that a new container has to answer well, /health or 8080/health; else its health check, else any answer",
	)
	fl.DurationVar(&f.how.Wait, "wait", defaultWait, "how long a new container may take to be ready")
	fl.DurationVar(&f.how.Settle, "settle", defaultSettle, "how long it is watched before the old one goes")
	fl.DurationVar(&f.how.Drain, "drain", defaultDrain, "how long an old container may take to finish its requests")
	fl.BoolVar(&f.how.Stop, "stop", false, "stop the old containers first, for what may not run twice at a time")
	fl.StringVar(&f.how.Before, "before", "", "command to run before a deploy: a backup of volumes and databases, "+
		"which no roll-back restores")
	fl.StringVar(&f.how.Traefik.API, "traefik-api", "", "address of Traefik's API, which tells when a change counts")
	fl.StringVar(&f.how.Traefik.EntryPoint, "traefik-entrypoint", "",
		"address of a plain HTTP entry point, to learn the same without the API")
	fl.DurationVar(&f.how.Traefik.Throttle, "traefik-throttle", 0,
		"Traefik's providersThrottleDuration, if it is not the usual 2s")
	fl.StringVar(&f.notify.Webhook, "webhook", "", "address that gets the result as JSON when something changed or "+
		"failed; $"+notify.WebhookSecret+" signs it")
	fl.BoolVar(&f.notify.Chat, "chat", false, "tell the chat services of $"+notify.ChatURLs)
	fl.IntVar(&f.keep, "keep", 0, "old images to keep for each service (2 if not given)")
}

const (
	defaultWait   = 2 * time.Minute
	defaultSettle = 75 * time.Second // what dies after a minute is seen
	defaultDrain  = 30 * time.Second
)

// rebuildImages builds the images anew, compares each with the one that it replaces and tells the verdicts.
func (a *app) rebuildImages(ctx context.Context, args []string, fl *rebuildFlags) error {
	if fl.report.format != "table" && fl.report.format != "json" {
		return clierr.Usage("--format %s: a rebuild is told as table or json", fl.report.format)
	}
	files, err := rebuildOutputs(fl.report.outputs)
	if err != nil {
		return err
	}
	out, err := a.rebuildOnce(ctx, args, fl)
	if out == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	err = errors.Join(err, fl.deploy.notify.Send(ctx, out, err))
	for _, f := range files {
		err = errors.Join(err, safefile.Create(f.path, func(w io.Writer) error { return f.write(w, out) }))
	}
	if fl.report.format == "json" {
		err = errors.Join(err, out.Encode(a.out))
	} else if len(out.Services) > 0 {
		err = errors.Join(err, out.Table(a.out))
	}
	return errors.Join(err, outcome(out, fl.deploy.acceptWorse))
}

// rebuildFile is one `-o [FORMAT=]FILE` of a rebuild.
type rebuildFile struct {
	path  string
	write func(io.Writer, *result.Rebuild) error
}

// rebuildOutputs reads the values of -o: json or html, named or told by the file's extension.
func rebuildOutputs(values []string) ([]rebuildFile, error) {
	var out []rebuildFile
	for _, v := range values {
		format, path, named := strings.Cut(v, "=")
		if !named {
			format, path = strings.TrimPrefix(filepath.Ext(v), "."), v
		}
		switch {
		case format == "html" && path != "":
			out = append(out, rebuildFile{path, page.Write})
		case format == "json" && path != "":
			out = append(out, rebuildFile{path, func(w io.Writer, r *result.Rebuild) error { return r.Encode(w) }})
		default:
			return nil, clierr.Usage("-o %s: a rebuild is written as json or html", v).
				WithHint("Write it as -o html=FILE or -o json=FILE.")
		}
	}
	return out, nil
}

// outcome is the exit of a rebuild: 3 for a failure, 1 for worse or rolled back.
func outcome(r *result.Rebuild, acceptWorse bool) error {
	if r.Any(result.Failed) {
		return clierr.Input("", "an image could not be rebuilt").WithHint("Its reason stands with it, and how " +
			"the services were left; another run first ends what this one began.")
	}
	for _, s := range r.Services {
		if s.RolledBack || s.Verdict == result.Worse && !(acceptWorse && s.Deployed) {
			return errBreach
		}
	}
	return nil
}

// rebuildOnce is one run.
func (a *app) rebuildOnce(ctx context.Context, args []string, fl *rebuildFlags) (*result.Rebuild, error) {
	in, cfg, err := fl.stack.resolve(args)
	if err != nil {
		return nil, err
	}
	data, err := state.Data()
	if err != nil {
		return nil, err
	}
	in.Stdin = a.in
	opt := rebuild.Options{
		Data:        data,
		Deploy:      fl.deploy.deploy,
		AcceptWorse: fl.deploy.acceptWorse,
		How:         fl.deploy.how,
		Say:         a.remark,
		Prune:       rebuild.Prune{Keep: fl.deploy.keep},
	}
	opt.Check = due.Options{Scan: fl.image, Offline: fl.offline, MaxAge: fl.maxAge, Services: fl.services}
	opt.Check.Scan.Tool, opt.Check.Scan.MaxAge = tool(), cfg.Advisories.MaxAge
	if !a.quiet {
		opt.Progress = io.Writer(a.err)
	}
	return rebuild.Run(ctx, target.Resolve(ctx, in), opt)
}
