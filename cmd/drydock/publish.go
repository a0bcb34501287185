package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
)

// uploadFlags say to which server a report is sent.
type uploadFlags struct {
	server, source string
	what           client.Upload
	verdict        bool
}

func (f *uploadFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.server, "server", "", "also send the report to this server; the token comes from $DRYDOCK_TOKEN")
	fl.StringVar(&f.what.Project, "project", "", "with --server: the project's key; else the repository's name")
	fl.StringVar(&f.what.Branch, "branch", "", "with --server: the branch; else as git or the pipeline says")
	fl.StringVar(
		&f.what.Pull,
		"pull-request",
		"",
		"with --server: the pull request's number; else as the pipeline says",
	)
	fl.StringVar(
		&f.what.Root,
		"root",
		"",
		"with --server: the folder of the repository that was scanned; else as git says",
	)
	fl.StringVar(
		&f.source,
		"upload-source",
		client.SourceSnippet,
		"with --server: none or snippet, how much of the source goes along",
	)
	fl.BoolVar(&f.verdict, "verdict", false, "with --server: exit 1 unless the project passes there")
}

// publisher sends reports to a server; nil where none is named.
type publisher struct {
	*client.Client
	uploadFlags
}

// check makes a publisher of the flags before any work starts.
func (f *uploadFlags) check(against string) (*publisher, error) {
	switch {
	case f.server == "" && f.verdict:
		return nil, clierr.Usage("--verdict without --server")
	case f.server == "":
		return nil, nil
	case against != "":
		return nil, clierr.Usage("--against with --server: a report of what is new alone would close everything else there").
			WithHint("Send the whole report with --pull-request: the server tells what is new.")
	case f.source != client.SourceNone && f.source != client.SourceSnippet:
		return nil, clierr.Usage("--upload-source %s: none or snippet", f.source)
	}
	c, err := client.New(f.server, os.Getenv(client.TokenVariable), versionString())
	if err != nil {
		return nil, err
	}
	return &publisher{c, *f}, nil
}

// verdictTime is how long a verdict is waited for.
const verdictTime = 5 * time.Minute

// publish sends a report, waits until the server has taken it in, and says what became of it. The report is changed: what
// is not to leave the machine is taken out of it.
func (a *app) publish(ctx context.Context, r *report.Report, root string, p *publisher) error {
	client.Strip(r, p.source)
	u := p.what
	u.Describe(root, os.Getenv)
	sent, err := p.Send(ctx, u, func(w io.Writer) error { return r.EncodeCompact(w) })
	if err != nil {
		return err
	}
	if lapsing := p.Lapsing(time.Now()); lapsing != "" {
		a.remark("drydock: %s", lapsing)
	}
	done, err := p.Wait(ctx, u.Project, sent.Task, verdictTime)
	if err != nil {
		return err
	}
	switch {
	case done.State == "failed":
		return clierr.Input(p.Server, "could not take the analysis in: %s", report.Plain(done.Problem))
	case done.Verdict == "":
		a.remark("drydock: sent to %s", report.Plain(done.URL))
		return nil
	}
	a.remark(
		"drydock: %s there; %d new, %d closed: %s",
		report.Plain(done.Verdict),
		done.Summary.New,
		done.Summary.Closed,
		report.Plain(done.URL),
	)
	for _, why := range done.Summary.Breaches {
		a.remark("  %s", report.Plain(why))
	}
	if p.verdict && done.Verdict != "passed" {
		return errBreach
	}
	return nil
}
