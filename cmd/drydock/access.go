package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/config"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

func newAccessCmd(a *app) *cobra.Command {
	var rep reportFlags
	var st stackFlags
	var opt accessOptions
	c := &cobra.Command{
		Use:   "access [PATH...]",
		Short: "Who can reach each service, and do the allowlists hold?",
		Long: `Access puts the labels of compose projects and Traefik's configuration together as Traefik would, and tells for every
access path of every service who may take it: routers with what their middlewares do, published ports, the host's network. What
leaves an allowlist without effect is a finding. Name all projects that one Traefik sees; nothing is started or asked.`,
		Example: `  drydock access infra app                              # who may enter what
  drydock access add insights 203.0.113.0/24            # put an allowlist before a service; shows the change
  drydock access simulate --from 198.51.100.7 --entrypoint https --host app.example.com`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			in, cfg, err := st.resolve(args)
			if err != nil {
				return err
			}
			p, err := rep.check(policyOf(cfg))
			if err != nil {
				return err
			}
			options, err := opt.gate(cfg)
			if err != nil {
				return err
			}
			options.Given = st.given(args)
			t := host(ctx, in)
			if p.format.Name == "table" && t.Host != nil {
				p.format.Write = withPaths(exposure.Build(t.Host, options), p.format.Write)
			}
			so := gate.Options{Gates: []finding.Gate{finding.GateAccess}, Access: options}
			return a.look(ctx, t, so, p)
		},
	}
	rep.add(c)
	st.add(c)
	opt.add(c.PersistentFlags())
	c.AddCommand(newAccessAddCmd(a, &opt), newAccessRemoveCmd(a, &opt), newAccessSimulateCmd(a, &opt),
		newAccessVerifyCmd(a, &opt))
	return c
}

// accessOptions are what every access command takes.
type accessOptions struct{ version, staticConfig string }

func (o *accessOptions) add(fl *pflag.FlagSet) {
	fl.StringVar(&o.version, "traefik-version", "", "Traefik's version, where its image's tag does not tell")
	fl.StringVar(&o.staticConfig, "traefik-config", "",
		"Traefik's static configuration, where the project's files do not lead to it: a file, or its folder")
}

// gate are the options of the checker. A configuration that is named must be there.
func (o *accessOptions) gate(cfg *config.Config) (exposure.Options, error) {
	out := exposure.Options{
		TraefikVersion: o.version, Public: cfg.Public, Logins: cfg.Access.Logins, Bouncers: cfg.Access.Bouncers,
		TraefikConfig: cfg.Access.TraefikConfig,
	}
	for _, k := range cfg.Access.Checked {
		said := exposure.Checked{Source: k.Source, By: k.By, Until: k.Until}
		for _, r := range k.Routes {
			said.Routes = append(said.Routes, exposure.CheckedRoute(r))
		}
		out.Checked = append(out.Checked, said)
	}
	if o.staticConfig != "" {
		out.TraefikConfig = o.staticConfig
	}
	if out.TraefikConfig == "" {
		return out, nil
	}
	if _, err := os.Stat(out.TraefikConfig); err != nil {
		return out, clierr.InputErr(out.TraefikConfig, errors.Unwrap(err)).
			WithHint("--traefik-config and access.traefikConfig name Traefik's static configuration, or the folder " +
				"that it stands in.")
	}
	var err error
	out.TraefikConfig, err = filepath.Abs(out.TraefikConfig)
	return out, err
}

// resolve reads the compose projects that a command names, and drydock.yaml.
func (o *accessOptions) resolve(ctx context.Context, args []string,
	st *stackFlags) (*target.Target, *config.Config, error) {
	in, cfg, err := st.resolve(args)
	if err != nil {
		return nil, nil, err
	}
	t := host(ctx, in)
	if t.Host == nil {
		return nil, nil, errors.Join(t.Unread...)
	}
	return t, cfg, nil
}

// host resolves inputs that must hold a compose project; without one the target is unread.
func host(ctx context.Context, in target.Inputs) *target.Target {
	t := target.Resolve(ctx, in)
	if t.Host == nil && len(t.Unread) == 0 {
		t.Unread = append(t.Unread,
			clierr.Input(t.Name, "no compose project is there").WithHint(
				"Name a folder with a compose file, or a compose file."))
	}
	return t
}

// model works out who reaches what.
func (o *accessOptions) model(ctx context.Context, args []string, st *stackFlags) (*exposure.Model, error) {
	t, cfg, err := o.resolve(ctx, args, st)
	if err != nil {
		return nil, err
	}
	options, err := o.gate(cfg)
	if err != nil {
		return nil, err
	}
	return exposure.Build(t.Host, options), nil
}

// withPaths puts the table of who may enter before what a format writes.
func withPaths(model *exposure.Model, write func(io.Writer, *report.Report, report.WriteOptions) error) func(io.Writer,
	*report.Report, report.WriteOptions) error {
	return func(w io.Writer, r *report.Report, o report.WriteOptions) error {
		if err := model.WriteTable(w, exposure.TableOptions{Width: o.Width, All: o.All}); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		return write(w, r, o)
	}
}
