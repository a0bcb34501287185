package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/state"
)

// advisoriesEnv names the address that `db update` fetches from where --from is not given.
const advisoriesEnv = "DRYDOCK_ADVISORIES"

func newDBCmd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "db",
		Short: "The advisory data: what is in use, import, update",
		Long: `Drydock carries a snapshot of public advisories, so that it works without network. Newer data is put
beside it, by ecosystem, from a folder or over HTTP, in the layout of the OSV project's bulk export.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newDBStatusCmd(a), newDBImportCmd(a), newDBUpdateCmd(a))
	return c
}

// dbStatus is what `db status --format json` prints.
type dbStatus struct {
	Schema     string            `json:"schema"`
	Folder     string            `json:"folder"`
	Ecosystems []ecosystemStatus `json:"ecosystems"`
	EPSS       string            `json:"epss"` // day of the scores
	KEV        string            `json:"kev"`  // release of the catalogue
	Warnings   []string          `json:"warnings"`
}

type ecosystemStatus struct {
	report.Advisories
	AgeDays int `json:"ageDays"`
}

func newDBStatusCmd(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "status",
		Short: "Which advisories are in use, and how old they are",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if format != "table" && format != "json" {
				return clierr.Usage("--format %s: db status knows table and json", format)
			}
			dir, db, err := openDB()
			if err != nil {
				return err
			}
			s := describeDB(dir, db, time.Now())
			if format == "json" {
				e := json.NewEncoder(a.out)
				e.SetIndent("", "  ")
				return e.Encode(s)
			}
			return a.printDB(s)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	return c
}

func openDB() (string, *advisory.DB, error) {
	dir, err := advisory.Dir()
	if err != nil {
		return "", nil, err
	}
	db, err := advisory.Open(dir)
	return dir, db, err
}

func describeDB(dir string, db *advisory.DB, now time.Time) dbStatus {
	s := dbStatus{Schema: "drydock.db/1", Folder: dir, Ecosystems: []ecosystemStatus{},
		Warnings: append([]string{}, db.Warnings...)}
	s.EPSS, s.KEV = db.Scores()
	for _, e := range db.Status() {
		newest, err := time.Parse(time.RFC3339, e.Newest)
		if err != nil {
			newest = now
		}
		s.Ecosystems = append(s.Ecosystems, ecosystemStatus{e, advisory.Days(newest, now)})
	}
	return s
}

func (a *app) printDB(s dbStatus) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ECOSYSTEM\tADVISORIES\tNEWEST\tAGE\tSOURCE")
	for _, e := range s.Ecosystems {
		fmt.Fprintf(w, "%s\t%d\t%.10s\t%d days\t%s\n", e.Ecosystem, e.Count, e.Newest, e.AgeDays, e.Source)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\nEPSS scores of %s, KEV catalogue %s\n", orNone(s.EPSS), orNone(s.KEV))
	for _, t := range s.Warnings {
		fmt.Fprintln(a.out, "warning: "+t)
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func newDBImportCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "import DIR",
		Short: "Use the advisories in a folder: [osv/]{ecosystem}/all.zip, with EPSS and KEV where they are",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := advisory.Dir()
			if err != nil {
				return err
			}
			return a.importFrom(cmd.Context(), dir, args[0], nil)
		},
	}
}

// importFrom imports a folder's ecosystems, all where only is nil, and tells of it.
func (a *app) importFrom(ctx context.Context, dir, from string, only []string) error {
	listen, done := a.progress()
	defer done()
	start := time.Now()
	res, err := advisory.Import(ctx, dir, from,
		advisory.ImportOptions{Only: only, Now: start, Progress: func(n, total int) {
			listen(gate.Event{Gate: advisoriesWork, Text: "reading", Done: int64(n), Total: int64(total)})
		}})
	done()
	if err != nil {
		return err
	}
	a.tellImport(res, time.Since(start))
	return nil
}

// advisoriesWork stands where a gate's name stands in progress.
const advisoriesWork finding.Gate = "advisories"

func (a *app) tellImport(res *advisory.Imported, took time.Duration) {
	fmt.Fprintf(a.out, "imported %d advisories of %d ecosystems in %.1f s, %.1f MB\n", res.Records, len(res.Ecosystems),
		took.Seconds(), float64(res.Bytes)/1e6)
	if res.Bad > 0 {
		fmt.Fprintf(a.err, "warning: %d records could not be used, the first of them:\n  %s\n", res.Bad,
			strings.Join(res.Places, "\n  "))
	}
	for _, w := range res.Warnings {
		a.remark("note: %s", w)
	}
}

func newDBUpdateCmd(a *app) *cobra.Command {
	var from string
	var ecosystems []string
	var settings stackFlags
	c := &cobra.Command{
		Use:   "update",
		Short: "Fetch newer advisories; what is in use stays in use unless all of it came",
		Long: `Fetches {ecosystem}/all.zip of each wanted ecosystem, if it changed, and puts all of it in use together.
It fetches from --from, else from the address in ` + advisoriesEnv + `, else from drydock.yaml's advisories.from, else the
OSV project's public export, with CISA's KEV catalogue and FIRST's EPSS scores from their own addresses. An ecosystem
that was fetched once is kept up to date by every later update.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := advisory.Dir()
			if err != nil {
				return err
			}
			cache, err := state.Cache()
			if err != nil {
				return err
			}
			cfg, err := settings.settings(nil)
			if err != nil {
				return err
			}
			for _, next := range []string{os.Getenv(advisoriesEnv), cfg.Advisories.From} {
				if from == "" {
					from = next
				}
			}
			if len(ecosystems) == 0 {
				ecosystems = cfg.Advisories.Ecosystems
			}
			if st, err := os.Stat(from); err == nil && st.IsDir() {
				return a.importFrom(cmd.Context(), dir, from, ecosystems)
			}
			listen, done := a.progress()
			defer done()
			start := time.Now()
			u, err := advisory.Update(cmd.Context(), dir, advisory.UpdateOptions{
				Base: from, Ecosystems: ecosystems, Cache: filepath.Join(cache, "advisories"), Now: start,
				Progress: func(what string, n, total int) {
					listen(gate.Event{Gate: advisoriesWork, Text: what, Done: int64(n), Total: int64(total)})
				},
			})
			done()
			if err != nil {
				return a.withAge(err)
			}
			a.tellUpdate(u, time.Since(start))
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "", "address of the layout or a folder that holds it")
	c.Flags().StringVar(&settings.config, "config", "",
		"the drydock.yaml to use; else the one at or above the working folder")
	c.Flags().StringSliceVar(&ecosystems, "ecosystem", nil,
		"fetch these and what was fetched before: Debian, Alpine, PyPI, SUSE ... (default all that are carried, "+
			"Alpine and Ubuntu)")
	return c
}

// withAge adds to a failed update how old the data is that stays in use.
func (a *app) withAge(err error) error {
	var e *clierr.Error
	if !errors.As(err, &e) || e.Code != clierr.ExitInput {
		return err
	}
	_, db, oerr := openDB()
	if oerr != nil {
		return err
	}
	var newest time.Time
	for _, s := range db.Status() {
		if t, perr := time.Parse(time.RFC3339, s.Newest); perr == nil && t.After(newest) {
			newest = t
		}
	}
	return e.WithHint("Nothing was changed: the advisories that were in use stay in use; the newest is of %s, %d "+
		"days old.", newest.Format(time.DateOnly), advisory.Days(newest, time.Now()))
}

func (a *app) tellUpdate(u *advisory.Updated, took time.Duration) {
	for _, w := range u.Warnings {
		fmt.Fprintln(a.err, "warning: "+w)
	}
	if len(u.Absent) > 0 {
		a.remark("note: not offered there: %s", strings.Join(u.Absent, ", "))
	}
	if len(u.Fetched) == 0 {
		fmt.Fprintf(a.out, "up to date: %s\n", strings.Join(u.Unchanged, ", "))
	} else {
		fmt.Fprintf(a.out, "fetched %s\n", strings.Join(u.Fetched, ", "))
	}
	if u.Import != nil {
		a.tellImport(u.Import, took)
	}
}
