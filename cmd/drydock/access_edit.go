package main

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/access/edit"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/config"
	"github.com/drydock/drydock/internal/safefile"
)

// editFlags are what `access add` and `access remove` share.
type editFlags struct {
	stack  stackFlags
	change edit.Change
	list   string
	paths  []string
	write  bool
}

func (f *editFlags) add(c *cobra.Command) {
	f.stack.add(c)
	fl := c.Flags()
	fl.StringVar(&f.change.Name, "name", "",
		"the middleware's name (default: the one that is there, else SERVICE-allowlist)")
	fl.StringVar(&f.list, "from-file", "",
		"also take addresses from a file, one a line, # begins a remark; - is standard input")
	fl.StringArrayVar(&f.paths, "path", nil,
		"other projects of the host, so that Traefik's own is seen; the service may be in any")
	fl.BoolVar(&f.write, "write", false, "write the file; without it the change is only shown")
}

func newAccessAddCmd(a *app, o *accessOptions) *cobra.Command {
	var f editFlags
	c := &cobra.Command{
		Use:   "add SERVICE ADDRESS...",
		Short: "Put an allowlist before a service, or add to the one that it has",
		Long: `Add writes the two labels of an allowlist into the compose file: the middleware with its ranges, and its name on the router that
serves the backend. The router is found by its labels, never by the service's name; a list of middlewares that is there is
kept and extended. Comments, quotes and order stay. The change is shown; --write makes it.`,
		Example: `  drydock access add insights 203.0.113.0/24 198.51.100.7
  drydock access add insights office                    # a group of drydock.yaml
  drydock access add insights 203.0.113.0/24 --name office --write
  drydock access add insights --from-file office.txt -f docker-compose.yml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.editAccess(cmd, o, &f, args) },
	}
	f.add(c)
	c.Flags().StringVar(&f.change.Router, "router", "", "only this router of the service")
	c.Flags().BoolVar(&f.change.Force, "force", false, "also ranges that let everybody in")
	return c
}

func newAccessRemoveCmd(a *app, o *accessOptions) *cobra.Command {
	f := editFlags{change: edit.Change{Remove: true}}
	c := &cobra.Command{
		Use:   "remove SERVICE ADDRESS... | --all",
		Short: "Take addresses out of a service's allowlist, or the allowlist out of its labels",
		Example: `  drydock access remove insights 198.51.100.7 --write
  drydock access remove insights --all`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.editAccess(cmd, o, &f, args) },
	}
	f.add(c)
	c.Flags().BoolVar(&f.change.All, "all", false, "the whole allowlist: this opens the service")
	return c
}

func (a *app) editAccess(cmd *cobra.Command, o *accessOptions, f *editFlags, args []string) error {
	f.change.Service, f.change.Ranges = args[0], splitAddresses(args[1:])
	if f.list == "-" && slices.Contains(f.stack.files, "-") {
		return clierr.Usage("--from-file - and --file - both read standard input").WithHint(
			"Give one of them as a file.")
	}
	if f.list != "" {
		more, err := a.readAddresses(f.list)
		if err != nil {
			return err
		}
		f.change.Ranges = append(f.change.Ranges, more...)
	}
	t, cfg, err := o.resolve(cmd.Context(), f.paths, &f.stack)
	if err != nil {
		return err
	}
	f.change.Ranges = expandGroups(cfg.Groups, f.change.Ranges)
	options, err := o.planOptions(cfg, &f.stack)
	if err != nil {
		return err
	}
	e, err := edit.Plan(t.Host, options, f.change)
	if err != nil {
		return err
	}
	for _, n := range e.Notes {
		a.remark("%s", n)
	}
	if f.write && f.stack.stdin != nil {
		return a.writeEdited(&f.stack, e)
	}
	for i := range e.Files {
		if err := writeDiff(a.out, &e.Files[i]); err != nil {
			return err
		}
	}
	if len(e.Files) == 0 {
		return nil
	}
	if !f.write {
		a.remark("Nothing is written; --write does it.")
		return nil
	}
	for i := range e.Files {
		if err := a.replace(&e.Files[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) replace(f *edit.FileEdit) error {
	if err := safefile.Replace(f.Path, f.Before, f.After); err != nil {
		return clierr.InputErr("", err)
	}
	a.remark("Written: %s", f.Path)
	return nil
}

// writeEdited writes what came on standard input, edited, to standard output, and the other files in place.
func (a *app) writeEdited(st *stackFlags, e *edit.Edit) error {
	out := st.stdin
	for i := range e.Files {
		f := &e.Files[i]
		if filepath.Base(f.Path) == "-" {
			out = f.After
			continue
		}
		if err := a.replace(f); err != nil {
			return err
		}
	}
	_, err := a.out.Write(out)
	return err
}

// planOptions are those of the checker; a compose file on standard input was read already.
func (o *accessOptions) planOptions(cfg *config.Config, st *stackFlags) (exposure.Options, error) {
	opts, err := o.gate(cfg)
	if err != nil || st.stdin == nil {
		return opts, err
	}
	opts.ReadFile = func(path string) ([]byte, error) {
		if filepath.Base(path) == "-" {
			return st.stdin, nil
		}
		return bounded.ReadFile(path, maxComposeFile)
	}
	return opts, nil
}

// maxComposeFile bounds what is read of a file to be edited, and of a compose file on standard input.
const maxComposeFile = 4 << 20

func writeDiff(w io.Writer, e *edit.FileEdit) error {
	_, err := io.WriteString(w, safefile.Diff(filepath.ToSlash(relative(e.Path)), e.Before, e.After))
	return err
}

// splitAddresses also takes "1.2.3.4, 5.6.7.8" as one argument.
func splitAddresses(args []string) []string {
	var out []string
	for _, a := range args {
		for _, s := range strings.Split(a, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// expandGroups puts a group's addresses for its name in drydock.yaml.
func expandGroups(groups map[string][]string, list []string) []string {
	var out []string
	for _, s := range list {
		if g, ok := groups[s]; ok {
			out = append(out, g...)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// maxAddresses bounds a file of addresses.
const maxAddresses = 1 << 20

func (a *app) readAddresses(name string) ([]string, error) {
	var rd io.Reader = a.in
	if name != "-" {
		f, err := bounded.Open(name)
		if err != nil {
			return nil, clierr.InputErr("", err)
		}
		defer f.Close()
		rd = f
	}
	var out []string
	sc := bufio.NewScanner(bounded.Reader(rd, maxAddresses))
	for sc.Scan() {
		line, _, _ := strings.Cut(sc.Text(), "#")
		out = append(out, splitAddresses(strings.Fields(line))...)
	}
	if err := sc.Err(); err != nil {
		return nil, clierr.InputErr("", fmt.Errorf("%s: %w", name, err))
	}
	return out, nil
}
