package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/server"
	"github.com/drydock/drydock/internal/server/core"
)

// adminFlags say which server's data an administrator works on.
type adminFlags struct{ data, database, public string }

func (fl *adminFlags) open(ctx context.Context) (*server.Server, error) {
	data, err := dataFolder(fl.data)
	if err != nil {
		return nil, err
	}
	database := fl.database
	if database == "" {
		database = os.Getenv("DRYDOCK_DATABASE")
	}
	return server.New(
		ctx,
		server.Config{Data: data, Database: database, PublicURL: fl.public, Version: versionString(),
			Log: slog.New(slog.DiscardHandler)},
	)
}

func newAdminCmd(a *app) *cobra.Command {
	var fl adminFlags
	c := &cobra.Command{
		Use:   "admin",
		Short: "Work on a server's data, on its machine",
		Long: `Admin works on the data of a server directly, also while it runs. Whoever may read and write the folder needs no other
password.`,
	}
	f := c.PersistentFlags()
	f.StringVar(&fl.data, "data", "", "the server's folder; else drydock's own for data")
	f.StringVar(
		&fl.database,
		"database",
		"",
		"postgres:// address of its database; else SQLite in the folder (or $DRYDOCK_DATABASE)",
	)
	f.StringVar(&fl.public, "public-url", "http://127.0.0.1:9001", "address by which people reach the server")
	c.AddCommand(newAdminTokenCmd(a, &fl), newAdminSetupCmd(a, &fl))
	return c
}

func newAdminTokenCmd(a *app, fl *adminFlags) *cobra.Command {
	var n core.NewToken
	c := &cobra.Command{
		Use:     "token",
		Short:   "Make a token, and print it and nothing else",
		Example: `  export DRYDOCK_TOKEN=$(drydock admin token --data /var/lib/drydock --scope administer)`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := fl.open(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			_, secret, err := s.Core.CreateToken(cmd.Context(), &core.Actor{System: "drydock admin"}, n)
			if err != nil {
				return told(err)
			}
			fmt.Fprintln(a.out, secret)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&n.Scope, "scope", core.ScopeAdminister, "what it may: read, analyse, administer, metrics, badge")
	f.StringVar(&n.Project, "project", "", "only for this project")
	f.StringVar(&n.Name, "name", "", "by which people tell it")
	f.IntVar(&n.Days, "days", 0, "until it ends; 0 for never")
	f.BoolVar(&n.PullOnly, "pull-requests-only", false, "analyse: pull requests alone")
	return c
}

// told makes a refusal of the server's core an error of the command line.
func told(err error) error {
	if e, ok := err.(*core.Error); ok { //nolint:errorlint // the core does not wrap its refusals
		out := clierr.Usage("%s", e.Msg)
		if e.Hint != "" {
			out = out.WithHint("%s", e.Hint)
		}
		return out
	}
	return err
}

func newAdminSetupCmd(a *app, fl *adminFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "setup-link",
		Short: "Print a new link by which the first administrator's password is set",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := fl.open(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			wanted, err := s.Core.NeedsSetup(cmd.Context())
			if err != nil {
				return err
			}
			if !wanted {
				return clierr.Usage("there is an administrator already").
					WithHint("Sign in, or make a token: drydock admin token.")
			}
			link, err := s.Core.NewSetupLink(cmd.Context())
			if err == nil {
				fmt.Fprintln(a.out, link)
			}
			return err
		},
	}
}

// serverFlag is the address of a server, for commands that ask it.
type serverFlag struct{ server string }

func (fl *serverFlag) client() (*client.Client, error) {
	return client.New(fl.server, os.Getenv(client.TokenVariable), versionString())
}

func newProjectCmd(a *app) *cobra.Command {
	c := &cobra.Command{Use: "project", Short: "Make and list projects of a server"}
	var fl serverFlag
	c.PersistentFlags().
		StringVar(&fl.server, "server", "http://127.0.0.1:9001", "the server's address; the token comes from $DRYDOCK_TOKEN")
	var key, branch string
	add := &cobra.Command{
		Use:     "add NAME",
		Short:   "Make a project and print its key",
		Example: `  drydock project add "Web shop" --server http://127.0.0.1:9001`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := fl.client()
			if err != nil {
				return err
			}
			p, err := cl.AddProject(cmd.Context(), args[0], key, branch)
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, p.Key)
			a.remark("drydock: %s", p.URL)
			return nil
		},
	}
	add.Flags().StringVar(&key, "key", "", "the project's key; else made of its name")
	add.Flags().StringVar(&branch, "default-branch", "", "the branch that counts; else main")
	list := &cobra.Command{
		Use:   "list [PART]",
		Short: "List projects, worst first, as JSON",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := fl.client()
			if err != nil {
				return err
			}
			search := ""
			if len(args) == 1 {
				search = args[0]
			}
			all, err := cl.Projects(cmd.Context(), search)
			if err != nil {
				return err
			}
			return a.printJSON(all)
		},
	}
	c.AddCommand(add, list)
	return c
}

func newTokenCmd(a *app) *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "Make tokens for a server"}
	var fl serverFlag
	var project string
	var n client.NewToken
	add := &cobra.Command{
		Use:     "add",
		Short:   "Make a token, and print it and nothing else",
		Example: `  drydock token add --project web-shop --scope analyse --server http://127.0.0.1:9001`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cl, err := fl.client()
			if err != nil {
				return err
			}
			token, err := cl.AddToken(cmd.Context(), project, n)
			if err == nil {
				fmt.Fprintln(a.out, token)
			}
			return err
		},
	}
	f := add.Flags()
	f.StringVar(
		&fl.server,
		"server",
		"http://127.0.0.1:9001",
		"the server's address; the token comes from $DRYDOCK_TOKEN",
	)
	f.StringVar(&project, "project", "", "the project's key; for all projects if it is not told")
	f.StringVar(&n.Scope, "scope", core.ScopeAnalyse, "what it may: read, analyse, administer, metrics, badge")
	f.StringVar(&n.Name, "name", "", "by which people tell it")
	f.IntVar(&n.Days, "days", 0, "until it ends; 0 for never")
	f.BoolVar(&n.PullOnly, "pull-requests-only", false, "analyse: pull requests alone")
	c.AddCommand(add)
	return c
}
