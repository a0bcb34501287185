package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rebuild"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/state"
)

// stackHistory is what `rebuild history` prints of a stack.
type stackHistory struct {
	Stack string         `json:"stack"`
	Runs  []rebuild.Past `json:"runs"`
	Score result.Score   `json:"score"` // of the forecasts of all runs
	Mean  float64        `json:"meanDays"`
	Worst float64        `json:"worstDays"`
	Fixes int            `json:"fixes"` // of which the two are
}

func newRebuildHistoryCmd(a *app) *cobra.Command {
	var st stackFlags
	var format string
	var reports bool
	c := &cobra.Command{
		Use:   "history [PATH...]",
		Short: "What the rebuilds did so far",
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return clierr.Usage("--format %s: history is told as table or json", format)
			}
			in, _, err := st.resolve(args)
			if err != nil {
				return err
			}
			data, err := state.Data()
			if err != nil {
				return err
			}
			t := target.Resolve(cmd.Context(), in)
			if t.Host == nil {
				return clierr.Input(t.Name, "there is no compose project").WithHint("Name the folder that was rebuilt.")
			}
			all := []stackHistory{}
			for _, s := range t.Host.Stacks {
				h := stackHistory{Stack: s.Name, Runs: []rebuild.Past{}}
				runs, err := rebuild.History(data, s.Name, s.Dir, reports)
				if err != nil {
					return err
				}
				h.Runs = append(h.Runs, runs...)
				for _, p := range runs {
					for _, svc := range p.Run.Services {
						h.Score.Add(svc.Forecast)
					}
				}
				h.Mean, h.Worst, h.Fixes = rebuild.MeanWorst(runs)
				all = append(all, h)
			}
			if format == "json" {
				e := json.NewEncoder(a.out)
				e.SetIndent("", "  ")
				return e.Encode(all)
			}
			for i := range all {
				all[i].table(a.out)
			}
			return nil
		},
	}
	st.add(c)
	c.Flags().StringVar(&format, "format", "table", "what to print: table, json")
	c.Flags().BoolVar(&reports, "reports", false, "with json: the reports from before and after each run too")
	return c
}

// table writes the runs, one line an image: the counts by severity are the trend.
func (h *stackHistory) table(w io.Writer) {
	if len(h.Runs) == 0 {
		fmt.Fprintf(w, "%s: never rebuilt by drydock\n", h.Stack)
		return
	}
	fmt.Fprintf(w, "%s\n%-16s  %-16s %-7s %-12s %22s  %s\n", h.Stack, "when", "service", "verdict", "",
		"critical high medium low", "fixed new")
	for _, p := range h.Runs {
		for _, s := range p.Run.Services {
			counts := s.After.Counts
			if s.After.Image == "" || s.RolledBack {
				counts = s.Before.Counts
			}
			state := "not deployed"
			switch {
			case s.RolledBack:
				state = "rolled back"
			case s.Deployed:
				state = "deployed"
			}
			fmt.Fprintf(w, "%-16s  %-16s %-7s %-12s %8d %4d %6d %3d  %5d %3d\n",
				p.Run.Started.Local().Format("2006-01-02 15:04"), s.Service, s.Verdict, state, counts[finding.Critical],
				counts[finding.High], counts[finding.Medium], counts[finding.Low], len(s.Fixed), len(s.New))
		}
	}
	if n := h.Score.Right + h.Score.Wrong; n > 0 {
		fmt.Fprintf(w, "forecasts: %d of %d right, %d unknown\n", h.Score.Right, n, h.Score.Unknown)
	}
	if h.Fixes > 0 {
		fmt.Fprintf(w, "from a fix being published to it being live: %.1f days on average, %.1f at worst (%d fixes)\n",
			h.Mean, h.Worst, h.Fixes)
	}
}
