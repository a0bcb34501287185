package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/dockerfilegate"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

func newDockerfileCmd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "dockerfile",
		Short: "Does the image ship only what it runs?",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newLintCmd(a), newSplitCmd(a))
	return c
}

func newLintCmd(a *app) *cobra.Command {
	var rep reportFlags
	var st stackFlags
	var config string
	c := &cobra.Command{
		Use:   "lint [FILE|FOLDER|PROJECT|-...]",
		Short: "Check Dockerfiles: hadolint's rules, and rules that know the stack",
		Long: `Lint checks one Dockerfile, every Dockerfile below a folder (Dockerfile, Dockerfile.*, *.Dockerfile, Containerfile), or
those that a compose project builds, each for the stage that ships. The rules that hadolint has answer to its codes, its
comments (# hadolint ignore=DL3008) and its .hadolint.yaml. A line that does not parse is a finding; the rest is checked.`,
		Example: `  drydock dockerfile lint                        # the project or the Dockerfiles in this folder
  drydock dockerfile lint Dockerfile --format json
  drydock dockerfile lint - < Dockerfile         # from standard input
  drydock dockerfile lint . --fail-on medium     # in CI`,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, piped, err := a.piped(args)
			if err != nil {
				return err
			}
			in, own, err := st.resolve(args)
			if err != nil {
				return err
			}
			p, err := rep.check(policyOf(own))
			if err != nil {
				return err
			}
			t := lintTarget(cmd.Context(), in, piped)
			opt := gate.Options{Tool: tool(), Gates: []finding.Gate{finding.GateDockerfile}, LintConfig: config}
			cfg, err := dockerfilegate.Config(t, &opt)
			if err != nil {
				return err
			}
			if cfg.FailureThreshold != "" || dockerfilegate.Strict(cmd.Context(), t) {
				p.policy.Also = func(r *report.Report) []string {
					return append(rules.Reached(r.Findings, cfg), lint.FailsBuild(r.Findings)...)
				}
			}
			return a.look(cmd.Context(), t, opt, p)
		},
	}
	rep.add(c)
	st.add(c)
	c.Flags().StringVar(&config, "hadolint-config", "", "the .hadolint.yaml to use, instead of looking for one")
	return c
}

// piped takes "-" out of the arguments and reads the Dockerfile that it stands for; nil where it is not among them.
func (a *app) piped(args []string) (rest []string, text []byte, err error) {
	if !slices.Contains(args, target.Stdin) {
		return args, nil, nil
	}
	rest = slices.DeleteFunc(slices.Clone(args), func(s string) bool { return s == target.Stdin })
	text, err = io.ReadAll(bounded.Reader(a.in, dockerfile.MaxSize))
	if err != nil {
		return nil, nil, clierr.InputErr("standard input", err)
	}
	return rest, append([]byte{}, text...), nil
}

// lintTarget takes a file that is no compose file for a Dockerfile, whatever its name, and looks below every folder
// that is named, also one that holds a compose project. What is no Dockerfile stands in Target.Unread.
func lintTarget(ctx context.Context, in target.Inputs, piped []byte) *target.Target {
	if piped != nil && len(in.Args)+len(in.Stack.Files) == 0 {
		return &target.Target{Name: target.Stdin, Root: ".", Piped: piped}
	}
	t := target.Resolve(ctx, in)
	t.Piped = piped
	t.Dockerfiles, t.Files = append(t.Dockerfiles, t.Files...), nil
	if len(in.Args) == 0 && len(in.Stack.Files) == 0 {
		in.Args = []string{"."}
	}
	for _, arg := range in.Args {
		if st, err := os.Stat(arg); err == nil && st.IsDir() && !slices.Contains(t.Dirs, arg) {
			t.Dirs = append(t.Dirs, arg)
		}
	}
	t.Unread = append(t.Unread, noDockerfiles(t, in.Args)...)
	t.Images, t.SBOMs, t.Manifests = nil, nil, nil
	return t
}

// noDockerfiles are the errors for what was named and is known to be something else.
func noDockerfiles(t *target.Target, args []string) []error {
	var errs []error
	add := func(name, what string) {
		errs = append(errs, clierr.Input(name, "%s",
			what).WithHint("Name a Dockerfile, a folder or a compose project."))
	}
	for _, image := range t.Images {
		if name := strings.TrimPrefix(image, "docker:"); slices.Contains(args, name) { // named without a scheme
			add(name, "no such file or folder")
			continue
		}
		add(image, "an image is no Dockerfile")
	}
	for _, name := range t.SBOMs {
		add(name, "an SBOM is no Dockerfile")
	}
	for _, m := range t.Manifests {
		add(m.Path, "a lockfile or program is no Dockerfile")
	}
	return errs
}
