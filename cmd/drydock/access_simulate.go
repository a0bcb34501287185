package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
)

func newAccessSimulateCmd(a *app, o *accessOptions) *cobra.Command {
	var st stackFlags
	var q exposure.Request
	var headers []string
	var file, format string
	c := &cobra.Command{
		Use:   "simulate [PATH...] --from ADDRESS --entrypoint NAME --host NAME",
		Short: "What would Traefik do with this request, and why?",
		Long: `Simulate works one request out without sending it: the entry point, the router that takes it, each middleware, the address
that is judged and where it comes from. With --requests a file of many: a JSON list of {from, entrypoint, host, path,
proto, method, headers, proxy}.`,
		Example: `  drydock access simulate --from 203.0.113.9 --entrypoint websecure --host app.example.com --path /admin
  drydock access simulate --from 10.0.0.2 --entrypoint websecure --host app.example.com --header 'X-Forwarded-For: 1.2.3.4'
  drydock access simulate infra app --requests probes.json --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return clierr.Usage("no format is called %q", format).WithHint("Formats: table, json.")
			}
			if file == "" && (q.From == "" || q.EntryPoint == "") {
				return clierr.Usage("--from and --entrypoint say which request is meant").WithHint(
					"Or give a list of requests with --requests FILE.")
			}
			model, err := o.model(cmd.Context(), args, &st)
			if err != nil {
				return err
			}
			if file != "" {
				return a.simulateFile(model, file, format)
			}
			if q.Headers, err = parseHeaders(headers); err != nil {
				return err
			}
			s, err := model.Simulate(q)
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(a.out, s)
			}
			return writeSimulation(a.out, s)
		},
	}
	st.add(c)
	f := c.Flags()
	f.StringVar(&q.From, "from", "", "the client's address")
	f.StringVar(&q.EntryPoint, "entrypoint", "", "Traefik's entry point")
	f.StringVar(&q.Host, "host", "", "the host asked for")
	f.StringVar(&q.Path, "path", "/", "the path, with its query if there is one")
	f.StringVar(&q.Proto, "proto", "", "http, https, tcp or tls (default: as the entry point is used)")
	f.StringVar(&q.Method, "method", "GET", "the request's method")
	f.StringArrayVar(&headers, "header", nil, "a header, as 'Name: value'; may be given several times")
	f.StringVar(&q.Traefik, "traefik", "", "which Traefik, where there are several: its service, or stack/service")
	f.StringVar(&q.Proxy, "proxy", "", "source that a PROXY protocol line claims")
	f.StringVar(&file, "requests", "", "a JSON list of requests; - is standard input")
	f.StringVar(&format, "format", "table", "table or json")
	return c
}

func (a *app) simulateFile(model *exposure.Model, file, format string) error {
	var rd io.Reader = a.in
	if file != "-" {
		f, err := bounded.Open(file)
		if err != nil {
			return clierr.InputErr("", err)
		}
		defer f.Close()
		rd = f
	}
	reqs, err := exposure.ReadRequests(file, rd)
	if err != nil {
		return err
	}
	all := make([]*exposure.Simulation, len(reqs))
	for i := range reqs {
		if all[i], err = model.Simulate(reqs[i]); err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
		all[i].Request = &reqs[i]
	}
	if format == "json" {
		return writeJSON(a.out, all)
	}
	for i, s := range all {
		q := reqs[i]
		if _, err := fmt.Fprintf(a.out, "%-11s %3s  %s %s %s%s  %s\n", s.Outcome, statusText(s.Status), q.From,
			q.EntryPoint,
			report.Plain(q.Host), report.Plain(q.Path), report.Plain(s.Router)); err != nil {
			return err
		}
	}
	return nil
}

func statusText(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func writeSimulation(w io.Writer, s *exposure.Simulation) error {
	var b strings.Builder
	b.WriteString(string(s.Outcome))
	if s.Status != 0 {
		fmt.Fprintf(&b, " %d", s.Status)
	}
	if s.Router != "" {
		b.WriteString(" by " + report.Plain(s.Router))
	}
	b.WriteByte('\n')
	for i, step := range s.Steps {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, report.Plain(step))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func parseHeaders(list []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, h := range list {
		k, v, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(k) == "" {
			return nil, clierr.Usage("--header %q is not 'Name: value'", k)
		}
		k = strings.TrimSpace(k)
		out[k] = append(out[k], strings.TrimSpace(v))
	}
	return out, nil
}
