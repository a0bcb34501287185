package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/code/ruletest"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

func newCodeCmd(a *app) *cobra.Command {
	var rep reportFlags
	var opt gate.Options
	var config string
	c := &cobra.Command{
		Use:   "code [PATH...]",
		Short: "Which lines of the source are dangerous?",
		Long: `Code runs rules over source code: drydock's own and those given with --rules, in semgrep's rule language. Nothing of the
code is run. A folder is walked by git's ignore rules, without vendored and generated code; what is left out is counted. A
file that is named is always looked at.

A rule is a piece of code with holes: $X stands for anything, ... for any number of things.

  rules:
  - id: no-eval
    languages: [python]
    severity: HIGH
    message: $X is run as code
    patterns:
    - pattern: eval($X)
    - pattern-not: eval("...")

Put it into a file, a fixture beside it, and hold the one to the other with "drydock code test". A comment takes one
finding away:  # drydock:ignore no-eval -- why. How to write rules, taint rules too: docs/code.md.`,
		Example: `  drydock code .                                  # this folder
  drydock code app.py --rules my-rules/           # one file, more rules
  drydock code . --history                        # secrets that only the git history has, too
  drydock code . --no-default-rules --rules sql.yaml --format sarif
  drydock code test my-rules/                     # rules against their fixtures
  drydock code dump --lang python -e 'foo($X)'    # the tree that a pattern becomes`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			own, err := (&stackFlags{config: config}).settings(args)
			if err != nil {
				return err
			}
			p, err := rep.check(policyOf(own))
			if err != nil {
				return err
			}
			opt.Gates = []finding.Gate{finding.GateCode}
			return a.look(cmd.Context(), codeTarget(args), opt, p)
		},
	}
	rep.add(c)
	c.Flags().StringVar(&config, "config", "", "the drydock.yaml to use; else the one at or above what is looked at")
	addRuleFlags(c, &opt)
	c.AddCommand(newCodeTestCmd(a), newCodeDumpCmd(a), newCodeRulesCmd(a))
	return c
}

// addRuleFlags adds what every command that runs code rules knows.
func addRuleFlags(c *cobra.Command, opt *gate.Options) {
	c.Flags().StringArrayVar(&opt.Rules, "rules", nil,
		"rule file or folder of rule files, in semgrep's language; may be given several times")
	c.Flags().StringArrayVar(&opt.Import, "import", nil,
		"SARIF file of another tool, whose findings are added; may be given several times")
	c.Flags().
		BoolVar(&opt.History, "history", false, "search the git history for secrets too: those that no file has any more")
	c.Flags().BoolVar(&opt.NoDefaultRules, "no-default-rules", false, "only the rules given with --rules")
}

// codeTarget takes paths as they are: a folder is source code also where it holds a compose project. What cannot be
// read stands in Target.Unread, and the rest is looked at.
func codeTarget(args []string) *target.Target {
	if len(args) == 0 {
		args = []string{"."}
	}
	t := &target.Target{Name: args[0], Root: "."}
	for _, p := range args {
		st, err := os.Stat(p)
		switch {
		case p == target.Stdin:
			t.Unread = append(t.Unread,
				clierr.Input(p, "the code gate does not read standard input: a file's name tells its language").
					WithHint("Name the file."))
		case os.IsNotExist(err):
			t.Unread = append(t.Unread,
				clierr.Input(p, "no such file or folder").WithHint("Name a folder or a source file."))
		case err != nil:
			t.Unread = append(t.Unread, clierr.InputErr(p, errors.Unwrap(err)))
		case st.IsDir():
			t.Dirs = append(t.Dirs, p)
		default:
			t.Files = append(t.Files, p)
		}
	}
	if len(args) == 1 {
		t.Root = args[0]
		if len(t.Files) == 1 {
			t.Root = filepath.Dir(args[0])
		}
	}
	return t
}

func newCodeTestCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test DIR",
		Short: "Hold rules to the fixtures beside them",
		Long: `Test runs each rule file in DIR on the files beside it that have its name: sql.yaml on sql.py. In a fixture the comments
"ruleid: ID" and "ok: ID" say of the next line that the rule must match or must not; "todoruleid" and "todook" say what is
not so yet. With sql.fixed.py there, the rule's fixes have to give that text. A folder sql/ there is a project of several
files, for rules that look across them.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.testRules(args[0]) },
	}
}

func (a *app) testRules(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return clierr.InputErr(dir, err)
	}
	tests, untested, errs := ruletest.TestRules(dir)
	failed := 0
	for _, t := range tests {
		if len(t.Failures) == 0 {
			continue
		}
		failed++
		fmt.Fprintf(a.out, "FAIL %s (%s)\n", t.Rule, t.Fixture)
		for _, f := range t.Failures {
			fmt.Fprintf(a.out, "  %s\n", f)
		}
	}
	for _, id := range untested {
		fmt.Fprintf(a.out, "NO FIXTURE %s\n", id)
	}
	fmt.Fprintf(a.out, "%d of %d tests passed, %d rules without a fixture\n", len(tests)-failed, len(tests),
		len(untested))
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if failed > 0 {
		return errBreach
	}
	return nil
}

func newCodeDumpCmd(a *app) *cobra.Command {
	var lang, pattern string
	c := &cobra.Command{
		Use:   "dump [--lang LANGUAGE] FILE | --lang LANGUAGE -e PATTERN",
		Short: "The tree that the engine sees, of a file or a pattern",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var text string
			var err error
			switch {
			case pattern != "" && len(args) == 0 && lang != "":
				text, err = code.DumpPattern(lang, pattern)
			case pattern == "" && len(args) == 1:
				text, err = code.DumpFile(lang, args[0])
			default:
				return clierr.Usage("dump takes a file, or --lang and -e with a pattern")
			}
			if err != nil {
				return err
			}
			fmt.Fprint(a.out, text)
			return nil
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "the language; of a file it is told from the name")
	c.Flags().StringVarP(&pattern, "expression", "e", "", "a pattern instead of a file")
	return c
}
