package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/rules"
	"github.com/drydock/drydock/internal/report"
)

// packRule is what `code rules --format json` prints of a rule.
type packRule struct {
	ID         string   `json:"id"`
	Languages  []string `json:"languages"`
	Title      string   `json:"title"`
	Severity   string   `json:"severity"`
	Confidence string   `json:"confidence"`
	Kind       string   `json:"kind"`
	CWE        []string `json:"cwe"`
	OWASP      []string `json:"owasp"`
}

func newCodeRulesCmd(a *app) *cobra.Command {
	var choose rules.Filter
	var format string
	c := &cobra.Command{
		Use:   "rules",
		Short: "The rules that come with drydock",
		Long: `Rules lists the rules that come with drydock. "drydock explain ID" tells one in full, and "drydock code rules export DIR"
writes them all as plain rules in semgrep's language.`,
		Example: `  drydock code rules --language python --owasp A05:2025
  drydock code rules --cwe CWE-89 --format json
  drydock code rules export rules/`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listPack(choose, format) },
	}
	c.Flags().StringVar(&choose.Language, "language", "", "only rules for this language")
	c.Flags().StringVar(&choose.CWE, "cwe", "", "only rules for this weakness, such as CWE-89")
	c.Flags().StringVar(&choose.OWASP, "owasp", "",
		"only rules for this category of the OWASP Top Ten, such as A05:2025, or A05 of both editions")
	c.Flags().StringVar(&format, "format", "table", "table or json")
	c.AddCommand(newCodeRulesExportCmd(a))
	return c
}

func (a *app) listPack(choose rules.Filter, format string) error {
	if format != "table" && format != "json" {
		return clierr.Usage("--format %s: rules knows table and json", format)
	}
	all, errs := rules.Load()
	if len(errs) > 0 {
		return errs[0]
	}
	list := slices.DeleteFunc(all, func(r *rule.Rule) bool { return !choose.Match(r) })
	slices.SortFunc(list, func(x, y *rule.Rule) int {
		return cmp.Or(cmp.Compare(x.Languages[0], y.Languages[0]), cmp.Compare(x.ID, y.ID))
	})
	if format == "json" {
		out := make([]packRule, len(list))
		for i, r := range list {
			out[i] = packRule{r.ID, r.Languages, rules.Title(r), string(r.Severity), string(r.Meta.Confidence),
				rules.Kind(r), r.Meta.CWE, append([]string{}, r.Meta.OWASP...)}
		}
		return a.printJSON(out)
	}
	for _, r := range list {
		fmt.Fprintf(a.out, "%-44s %-8s %-9s %-19s %s\n", r.ID, r.Severity, r.Meta.CWE[0],
			cmp.Or(strings.Join(r.Meta.OWASP, ","), "-"), rules.Title(r))
	}
	fmt.Fprintf(a.out, "%s\n", report.Plural(len(list), "rule"))
	return nil
}

func newCodeRulesExportCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write the rules as plain rules in semgrep's language",
		Long: `Export writes each rule of drydock's into DIR/LANGUAGE/ID.yaml, with everything in it that drydock keeps in a place of
its own: the sources, sinks, sanitizers and propagators of the frameworks, and the categories of the OWASP Top Ten. What
follows values across functions and files is drydock's; other tools pass over that option.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			n, err := rules.Export(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s written to %s\n", report.Plural(n, "rule"), args[0])
			return nil
		},
	}
}
