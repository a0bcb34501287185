package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/access/verify"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
)

// verifyFlags say what is asked and probed. Nothing is asked but the addresses given here.
type verifyFlags struct {
	stack      stackFlags
	api        verify.API
	ca         string
	probe      verify.Probe
	entryPoint string
	from       []string
	headers    []string
	format     string
}

func newAccessVerifyCmd(a *app, o *accessOptions) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify [PATH...] --traefik-api URL | --connect ADDRESS:PORT --host NAME",
		Short: "Ask the running Traefik, and probe it, whether it does what the files say",
		Long: `Verify compares the routers and middlewares of a running Traefik with those that the compose files make, and sends requests to
it from the sources that you name. Only the addresses on the command line are asked, never one that a file names. Whether a
request reached the backend is told by a header or a text of the backend's answer (--backend-header, --backend-body), never
by the status alone. Exit 1 where something differs.`,
		Example: `  drydock access verify infra app --traefik-api http://127.0.0.1:8080
  drydock access verify infra app --connect 192.0.2.1:443 --entrypoint websecure --host app.example.com --backend-header X-App
  drydock access verify --connect 127.0.0.1:443 --from 127.0.0.2 --from 127.0.0.3 --entrypoint https --host shop.localhost --backend-body '<title>Shop'`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.verifyAccess(cmd.Context(), o, &f, args) },
	}
	f.stack.add(c)
	fl := c.Flags()
	fl.StringVar(&f.api.URL, "traefik-api", "", "address of the running Traefik's API, as http://127.0.0.1:8080")
	fl.StringVar(&f.api.Host, "traefik-host", "", "the host to ask for, where the API is behind a router")
	fl.StringVar(&f.api.User, "traefik-user", "",
		"user of the API; the password is taken from DRYDOCK_TRAEFIK_PASSWORD")
	fl.StringVar(&f.ca, "traefik-ca", "", "certificates (PEM) to trust for the API, besides the system's")
	fl.StringVar(&f.probe.Traefik, "traefik", "",
		"which Traefik is asked, where the files have several: its service, or stack/service")
	fl.StringVar(&f.probe.Connect, "connect", "", "where Traefik listens, as 192.0.2.1:443: send a request there")
	fl.StringArrayVar(&f.from, "from", nil, "source address of this machine to send from; may be given several times")
	fl.StringVar(&f.entryPoint, "entrypoint", "", "the entry point behind --connect, to compare with the simulation")
	fl.StringVar(&f.probe.Host, "host", "", "the host asked for")
	fl.StringVar(&f.probe.Path, "path", "/", "the path asked for")
	fl.StringVar(&f.probe.Proto, "proto", "", "http or https (default: https unless the port is 80)")
	fl.StringArrayVar(&f.headers, "header", nil, "a header to send, as 'Name: value'")
	fl.StringVar(&f.probe.BackendHeader, "backend-header", "", "a header that only the backend's answers have")
	fl.StringVar(&f.probe.BackendBody, "backend-body", "", "a text that only the backend's answers hold")
	fl.StringVar(&f.format, "format", "table", "table or json")
	return c
}

// verified is what a verification found.
type verified struct {
	Differences []verify.Difference  `json:"differences"`
	Probes      []verify.ProbeAnswer `json:"probes"`
	Agree       bool                 `json:"agree"`
}

func (a *app) verifyAccess(ctx context.Context, o *accessOptions, f *verifyFlags, args []string) error {
	switch {
	case f.api.URL == "" && f.probe.Connect == "":
		return clierr.Usage("there is nothing to ask").WithHint("Give --traefik-api URL, or --connect ADDRESS:PORT " +
			"with --host.")
	case f.probe.Connect != "" && f.probe.Host == "":
		return clierr.Usage("--connect needs --host, the name that is asked for")
	case f.format != "table" && f.format != "json":
		return clierr.Usage("no format is called %q", f.format).WithHint("Formats: table, json.")
	}
	model, err := o.model(ctx, args, &f.stack)
	if err != nil {
		return err
	}
	out := verified{Differences: []verify.Difference{}, Probes: []verify.ProbeAnswer{}, Agree: true}
	if f.api.URL != "" {
		differences, err := f.compare(ctx, model)
		if err != nil {
			return err
		}
		out.Differences = append(out.Differences, differences...)
		out.Agree = len(out.Differences) == 0
	}
	if f.probe.Connect != "" {
		if err := f.sendProbes(ctx, model, &out); err != nil {
			return err
		}
	}
	if f.format == "json" {
		err = writeJSON(a.out, out)
	} else {
		err = a.writeVerified(f, &out)
	}
	if err == nil && !out.Agree {
		return errBreach
	}
	return err
}

// compare asks the API. Its password is never an argument, which every user of the machine could read.
func (f *verifyFlags) compare(ctx context.Context, model *exposure.Model) ([]verify.Difference, error) {
	f.api.Password = os.Getenv("DRYDOCK_TRAEFIK_PASSWORD")
	if f.ca != "" {
		pem, err := bounded.ReadFile(f.ca, 1<<20)
		if err != nil {
			return nil, clierr.InputErr("", err)
		}
		f.api.CA = pem
	}
	live, err := f.api.Ask(ctx)
	if err != nil {
		return nil, err
	}
	return verify.Compare(model, live, f.probe.Traefik)
}

func (f *verifyFlags) sendProbes(ctx context.Context, model *exposure.Model, out *verified) error {
	_, port, err := net.SplitHostPort(f.probe.Connect)
	if err != nil {
		return clierr.Usage("--connect %q is no ADDRESS:PORT", f.probe.Connect)
	}
	if f.probe.Proto == "" {
		f.probe.Proto = "https"
		if port == "80" {
			f.probe.Proto = "http"
		}
	}
	headers, err := parseHeaders(f.headers)
	if err != nil {
		return err
	}
	f.probe.Header = http.Header(headers)
	sources := []netip.Addr{{}}
	if len(f.from) > 0 {
		sources = nil
	}
	for _, s := range f.from {
		ip, err := netip.ParseAddr(s)
		if err != nil {
			return clierr.Usage("%q is no IP address", s)
		}
		sources = append(sources, ip)
	}
	for _, s := range sources {
		p := f.probe
		p.From = s
		ans := p.Send(ctx)
		if f.entryPoint != "" && ans.Error == "" {
			sim, err := verify.Expected(model, &p, f.entryPoint, &ans)
			if err != nil {
				return err
			}
			if agrees, ok := ans.Agrees(sim); ok && !agrees {
				out.Agree = false
			}
		}
		out.Probes = append(out.Probes, ans)
	}
	return nil
}

func (a *app) writeVerified(f *verifyFlags, v *verified) error {
	var b strings.Builder
	if f.api.URL != "" && len(v.Differences) == 0 {
		b.WriteString("The running Traefik has the routers that the files say, with the same middlewares.\n")
	}
	for _, d := range v.Differences {
		fmt.Fprintf(&b, "%s: %s\n  files: %s\n  runs:  %s\n", report.Plain(d.Router), d.What, report.Plain(d.Files),
			report.Plain(d.Live))
	}
	for _, p := range v.Probes {
		switch {
		case p.Error != "":
			fmt.Fprintf(&b, "from %s: no answer: %s\n", orWord(p.From, "this machine"), report.Plain(p.Error))
			continue
		default:
			fmt.Fprintf(&b, "from %s: %d, backend reached: %s", p.From, p.Status, p.Backend)
		}
		if p.Model != "" {
			fmt.Fprintf(&b, ", simulation: %s", p.Model)
		}
		b.WriteByte('\n')
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

func orWord(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
