package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/suggest"
)

// app is what every subcommand shares: the streams and how to talk on them.
type app struct {
	in       io.Reader
	out, err io.Writer
	quiet    bool
	noColor  bool
}

// errBreach ends a command with exit 1 and no words of its own: the report has already said it.
var errBreach = errors.New("policy broken")

// run is the whole program: arguments in, exit code out.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	if engine, ok := engineOf(args); ok {
		return asScanner(ctx, engine, in, out)
	}
	a := &app{in: in, out: out, err: errw}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	return a.exit(root.ExecuteContext(ctx))
}

// exit says what went wrong and returns the code.
func (a *app) exit(err error) int {
	switch {
	case err == nil:
		return clierr.ExitOK
	case errors.Is(err, errBreach):
		return clierr.ExitBreach
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.err, "drydock: stopped")
		return clierr.ExitInput
	}
	all := clierr.Each(err)
	for i, err := range all {
		if i == maxErrors {
			fmt.Fprintf(a.err, "drydock: and %d more\n", len(all)-i)
			break
		}
		fmt.Fprintf(a.err, "drydock: %v\n", err)
		if h := clierr.Hint(err); h != "" {
			fmt.Fprintf(a.err, "  %s\n", h)
		}
	}
	return clierr.Code(err)
}

// maxErrors is how many things that went wrong are told one by one.
const maxErrors = 10

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "drydock",
		Short: "Are we safe, and what do we do next? One answer for a host of docker-compose stacks.",
		Long: `Drydock looks at a host of docker-compose stacks behind Traefik and answers in one report:
what ships in the images and which of it is known to be vulnerable, what the Dockerfiles and the
code do wrong, and who can reach each service. It works offline and starts nothing.`,
		Example: `  drydock scan .                       # the compose project in this folder
  drydock scan infra app               # a host: several projects, one Traefik
  drydock scan . --fail-on high        # in CI: exit 1 on a high finding
  drydock explain CVE-2023-30861       # what is this?`,
		Version:       versionString(), // stock Sonar scanners ask their Java for --version
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		e := clierr.Usage("no command is called %q", args[0]).WithHint("Run 'drydock help' for the list.")
		if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
			e = e.WithHint("Did you mean '%s'?", strings.Join(s, "' or '"))
		}
		return e
	}
	root.SuggestionsMinimumDistance = 2
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no remarks on standard error")
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false,
		"no colour, also on a terminal (NO_COLOR does the same)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return clierr.Usage("%v", err).WithHint("%s",
			suggest.Hint(unknownFlag(err), flagNames(cmd),
				fmt.Sprintf("Run '%s --help' for its flags.", cmd.CommandPath())))
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	for _, c := range commands {
		root.AddCommand(c(a))
	}
	usageArgs(root)
	return root
}

// unknownFlag is the flag that an error of the flags' parser does not know, "" if it is another error.
func unknownFlag(err error) string {
	name, _ := strings.CutPrefix(err.Error(), "unknown flag: ")
	if name == err.Error() {
		return ""
	}
	return name
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

// commands lists the subcommands: one file each, one line each.
var commands = []func(*app) *cobra.Command{
	newScanCmd, newDockerfileCmd,
	newVulnCmd,
	newExplainCmd,
	newCodeCmd,
	newAccessCmd,
	newDiffCmd,
	newRebuildCmd,
	newDBCmd,
	newSBOMCmd,
	newWaiversCmd,
	newPlanCmd,
	newFixCmd,
	newMCPCmd,
	newServeCmd,
	newAdminCmd,
	newProjectCmd,
	newTokenCmd,
	newVersionCmd,
}

// usageArgs makes a wrong number of arguments a usage error (exit 2) for every subcommand.
func usageArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			var known *clierr.Error
			if err == nil || errors.As(err, &known) {
				return err
			}
			return clierr.Usage("%s: %v", cmd.CommandPath(), err).WithHint("Usage: %s", cmd.UseLine())
		}
	}
	for _, sub := range c.Commands() {
		usageArgs(sub)
	}
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// color reports whether w wants colour.
func (a *app) color(w io.Writer) bool {
	return !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(w)
}

// remark says something on standard error unless --quiet.
func (a *app) remark(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}
