package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/waiver"
)

func newWaiversCmd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "waivers",
		Short: "Accepted risks: who accepted what, why and until when",
		Long: `Waivers are risks that somebody has accepted. They stand in drydock.waivers.yaml beside the project, each with an owner,
a reason and a last day; a waiver that has expired or covers nothing is a finding of the next scan.

  version: 1
  waivers:
    - rule: CVE-2024-6345          # an advisory or a rule, or id: for one finding
      scope: {service: web}        # also gate, path, package; leave it out for everywhere
      owner: anna@example.org
      reason: setuptools is only there while the image is built
      expires: 2027-03-31
      justification: vulnerable_code_not_in_execute_path   # optional: VEX then says "not affected"`,
	}
	c.AddCommand(newWaiversListCmd(a), newWaiversAddCmd(a), newWaiversImportCmd(a))
	return c
}

// waiverRow is a waiver as `waivers list --format json` prints it.
type waiverRow struct {
	Name          string              `json:"name"`
	Scope         map[string][]string `json:"scope"`
	Owner         string              `json:"owner"`
	Reason        string              `json:"reason"`
	Expires       string              `json:"expires"`
	Justification string              `json:"justification"`
	State         string              `json:"state"`
	Source        string              `json:"source"`
}

func newWaiversListCmd(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list [FOLDER]",
		Short: "List the accepted risks of a project, other scanners' ignore files included",
		Example: `  drydock waivers list
  drydock waivers list app --format json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if st, err := os.Stat(dir); err != nil || !st.IsDir() {
				return clierr.Input(dir, "is no folder")
			}
			set, err := waiver.Load(waiver.Options{Root: dir, Dirs: []string{dir}})
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return a.waiversJSON(set)
			case "table":
				return a.waiversTable(set, dir)
			}
			return clierr.Usage("--format %s: table or json", format)
		},
	}
	c.Flags().StringVar(&format, "format", "table", "what to print: table, json")
	return c
}

func rows(set *waiver.Set) []waiverRow {
	out := []waiverRow{}
	for _, w := range set.Waivers {
		row := waiverRow{Name: w.Name, Owner: w.Owner, Reason: w.Reason, Justification: w.Justification,
			State: w.State(time.Now()), Source: w.Location.String(), Scope: map[string][]string{}}
		if !w.Expires.IsZero() {
			row.Expires = w.Expires.Format(time.DateOnly)
		}
		for key, values := range map[string][]string{"gate": w.Scope.Gates, "service": w.Scope.Services,
			"path": w.Scope.Paths, "package": w.Scope.Packages} {
			if len(values) > 0 {
				row.Scope[key] = values
			}
		}
		out = append(out, row)
	}
	return out
}

func (a *app) waiversJSON(set *waiver.Set) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"schema": "drydock.waivers/1", "waivers": rows(set)})
}

func (a *app) waiversTable(set *waiver.Set, dir string) error {
	if len(set.Waivers) == 0 {
		fmt.Fprintf(a.out, "No risk is accepted in %s: there is no entry in a waiver file.\n", report.Plain(dir))
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tWHAT\tOWNER\tUNTIL\tREASON\tWHERE")
	for _, r := range rows(set) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.State, report.Plain(r.Name), report.Plain(dash(r.Owner)),
			dash(r.Expires), report.Plain(dash(r.Reason)), r.Source)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, warning := range set.Warnings {
		a.remark("drydock: %s: %s", warning.Location, warning.Text)
	}
	return nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newWaiversAddCmd(a *app) *cobra.Command {
	var w waiver.Waiver
	var expires, file string
	c := &cobra.Command{
		Use:   "add RULE|ID --owner WHO --reason WHY --expires DAY",
		Short: "Accept a risk: add an entry to drydock.waivers.yaml",
		Example: `  drydock waivers add CVE-2024-6345 --service web --owner anna@example.org --expires 2027-03-31 \
      --reason "setuptools is only there while the image is built"`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w.Name = args[0]
			day, err := time.Parse(time.DateOnly, expires)
			switch {
			case w.Owner == "" || w.Reason == "" || expires == "":
				return clierr.Usage("a waiver needs --owner, --reason and --expires").
					WithHint("A risk that nobody answers for, or that is accepted for ever, is forgotten.")
			case err != nil:
				return clierr.Usage("--expires %s: no day", expires).WithHint("Write 2027-03-31.")
			}
			w.Expires = day
			if file == "" {
				file = waiver.Find(".")
			}
			if file == "" {
				file = waiver.Names[0]
			}
			return a.writeWaivers(file, []*waiver.Waiver{&w})
		},
	}
	fl := c.Flags()
	fl.StringVar(&w.Owner, "owner", "", "who answers for it")
	fl.StringVar(&w.Reason, "reason", "", "why the risk is accepted")
	fl.StringVar(&expires, "expires", "", "the last day on which it holds, as 2027-03-31")
	fl.StringVar(&w.Justification, "justification", "", "OpenVEX's reason why it does not affect the product")
	fl.StringArrayVar(&w.Scope.Services, "service", nil, "only for this service")
	fl.StringArrayVar(&w.Scope.Paths, "path", nil, "only in these files, as in a .gitignore")
	fl.StringArrayVar(&w.Scope.Packages, "package", nil, "only for this package, by name or package URL")
	fl.StringVar(&file, "waivers", "", "the file to write; else "+waiver.Names[0])
	return c
}

// writeWaivers adds entries to a file, which is made where it is not there.
func (a *app) writeWaivers(file string, ws []*waiver.Waiver) error {
	old, err := bounded.ReadFile(file, 8<<20)
	if err != nil && !os.IsNotExist(err) {
		return clierr.InputErr(file, err)
	}
	text, err := waiver.Append(filepath.ToSlash(file), old, ws)
	if err != nil {
		return err
	}
	if old == nil {
		// A new file is held to what Parse asks for; Append has done so for one that was there.
		if _, err := waiver.Parse(filepath.ToSlash(file), text); err != nil {
			return err
		}
		err = os.WriteFile(file, text, 0o644)
	} else {
		err = safefile.Replace(file, old, text)
	}
	if err != nil {
		return clierr.InputErr(file, err)
	}
	a.remark("drydock: %s written to %s", report.Plural(len(ws), "waiver"), file)
	return nil
}

func newWaiversImportCmd(a *app) *cobra.Command {
	var owner, reason, expires string
	c := &cobra.Command{
		Use:   "import FILE...",
		Short: "Write another scanner's ignore file as waivers: .trivyignore, .grype.yaml, osv-scanner.toml",
		Long: `Import prints the entries of other scanners' ignore files as a drydock.waivers.yaml. What such an entry does not say, its
owner, its reason or its last day, is taken from the flags, or reads MISSING: a scan refuses the file until somebody has
decided it.`,
		Example: `  drydock waivers import .trivyignore --owner anna@example.org --expires 2027-03-31 > drydock.waivers.yaml`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var day time.Time
			if expires != "" {
				var err error
				if day, err = time.Parse(time.DateOnly, expires); err != nil {
					return clierr.Usage("--expires %s: no day", expires).WithHint("Write 2027-03-31.")
				}
			}
			var all []*waiver.Waiver
			for _, file := range args {
				text, err := bounded.ReadFile(file, 8<<20)
				if err != nil {
					return clierr.InputErr(file, err)
				}
				ws, warnings, err := waiver.ParseForeign(filepath.ToSlash(file), text)
				if err != nil {
					return err
				}
				for _, w := range warnings {
					a.remark("drydock: %s: %s", w.Location, w.Text)
				}
				all = append(all, ws...)
			}
			for _, w := range all {
				if w.Owner == "" {
					w.Owner = owner
				}
				if w.Reason == "" {
					w.Reason = reason
				}
				if w.Expires.IsZero() {
					w.Expires = day
				}
			}
			text, err := waiver.Format(all)
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		},
	}
	fl := c.Flags()
	fl.StringVar(&owner, "owner", "", "who answers for entries that name nobody")
	fl.StringVar(&reason, "reason", "", "the reason of entries that give none")
	fl.StringVar(&expires, "expires", "", "the last day of entries that have none, as 2027-03-31")
	return c
}
