package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/access"
	"github.com/drydock/drydock/internal/fault"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/policy"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
)

func newAccessCmd(a *app) *cobra.Command {
	var rep reportFlags
	var st stackFlags
	var opt scan.Options
	c := &cobra.Command{
		Use:   "access [PATH...]",
		Short: "Who can reach each service, and do the allowlists hold?",
		Long: `Access puts the labels of compose projects and Traefik's configuration together as Traefik would, and tells for every
door of every service who may take it: routers with what their middlewares do, published ports, the host's network. What
leaves an allowlist without effect is a finding. Name all projects that one Traefik sees; nothing is started or asked.`,
		Example: `  drydock access infra app                              # who may enter what
  drydock access add insights 203.0.113.0/24            # put an allowlist before a service; shows the change
  drydock access simulate --from 198.51.100.7 --entrypoint https --host app.example.com`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := rep.check(policy.Policy{})
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			t, err := scan.Resolve(ctx, scan.Inputs{Args: args, Stack: st.options()})
			if err != nil {
				return err
			}
			if t.Host == nil {
				return fault.Input(t.Name, "no compose project is there").WithHint("Name a folder with a compose file, or a compose file.")
			}
			opt.Tool, opt.Gates = tool(), []finding.Gate{finding.GateAccess}
			r, runErr := scan.Run(ctx, t, opt)
			if p.format.Name == "table" {
				res := access.Check(t.Host, access.Options{TraefikVersion: opt.TraefikVersion, Public: opt.Public})
				write := p.format.Write
				p.format.Write = func(w io.Writer, r *report.Report, o report.WriteOptions) error {
					if err := res.WriteTable(w); err != nil {
						return err
					}
					if _, err := io.WriteString(w, "\n"); err != nil {
						return err
					}
					return write(w, r, o)
				}
			}
			return a.emit(r, p, runErr)
		},
	}
	rep.add(c)
	st.add(c)
	c.PersistentFlags().StringVar(&opt.TraefikVersion, "traefik-version", "", "Traefik's version, where its image's tag does not tell")
	return c
}
