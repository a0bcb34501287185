package main

import (
	"context"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/mcp"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

func newMCPCmd(a *app) *cobra.Command {
	var st stackFlags
	var opt mcp.Options
	var image gate.Options
	var traefik accessOptions
	c := &cobra.Command{
		Use:   "mcp [FOLDER...]",
		Short: "Offer scan, explain, plan, simulate and fixes to a coding assistant",
		Long: `Mcp speaks the Model Context Protocol on standard input and output, for coding assistants that start it. Its tools are scan,
explain, plan, simulate and fix_diff; with --write also fix. It looks at the folders named here and nothing outside of them,
and what it reads from a project is marked as data in every answer: nothing of it is an instruction.`,
		Example: `  drydock mcp                 # the working folder
  drydock mcp app infra       # two folders, and nothing else
  drydock mcp app --write     # the assistant may make the edits too`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if opt.Roots = args; len(args) == 0 {
				opt.Roots = []string{"."}
			}
			opt.Version = tool().Version
			s, err := a.mcpServer(&st, &traefik, image, opt)
			if err != nil {
				return err
			}
			return s.Run(cmd.Context(), &sdk.StdioTransport{})
		},
	}
	c.Flags().BoolVar(&opt.Write, "write", false, "offer the tool that changes files")
	addImageFlags(c, &image)
	traefik.add(c.Flags())
	return c
}

// explainInGeneral tells what a rule or an advisory is, nil for neither.
func explainInGeneral(id string) (any, error) {
	if r := ruleNamed(id); r != nil {
		return r, nil
	}
	x, err := advisoryNamed(id)
	if x == nil {
		return nil, err
	}
	return x, err
}

// mcpServer offers the commands as tools.
func (a *app) mcpServer(
	st *stackFlags,
	traefik *accessOptions,
	image gate.Options,
	opt mcp.Options,
) (*sdk.Server, error) {
	a.quiet, a.in = true, nil // both streams are the protocol's
	return mcp.New(mcp.Commands{
		Prepare: func(ctx context.Context, paths, gates []string) (*mcp.Looked, error) {
			l, err := a.prepare(ctx, paths, st, image, traefik, gates)
			if err != nil {
				return nil, err
			}
			return &mcp.Looked{In: l.in, T: l.t, Scan: l.scan}, nil
		},
		Model: func(t *target.Target) (*exposure.Model, error) {
			cfg, err := st.settings(t.Folders())
			if err != nil {
				return nil, err
			}
			options, err := traefik.gate(cfg)
			if err != nil {
				return nil, err
			}
			return exposure.Build(t.Host, options), nil
		},
		Explain: explainInGeneral,
	}, opt)
}
