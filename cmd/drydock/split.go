package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/prove"
	"github.com/drydock/drydock/internal/safefile"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/imagegate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/stages"
)

// splitFlags are the flags of `dockerfile split`.
type splitFlags struct {
	stages.Options
	write, prove bool
	context      string
	compose      []string
	probes, args []string
	secrets      []string
	sizes        []string
	noScan       bool
}

func newSplitCmd(a *app) *cobra.Command {
	var f splitFlags
	c := &cobra.Command{
		Use:   "split FILE",
		Short: "Convert a Dockerfile to a multi-stage build, and prove that it does the same",
		Long: `Split rewrites a single-stage Dockerfile as a builder and a final stage and shows the difference.

With --prove it builds both, starts both on an internal network without mounts or capabilities, sends both the same requests,
loads every module, and compares: exit 0 only when the new image does the same and is smaller. With --write the file, and
the .dockerignore beside it, are written in place; with both, only when it is proved, and without a proof only when nothing
that the conversion rests on is a guess. A Dockerfile that cannot be converted is refused with the reason, and exit 1.`,
		Example: `  drydock dockerfile split Dockerfile                       # shows the difference
  drydock dockerfile split Dockerfile --prove --write       # writes what is proved
  drydock dockerfile split api/Dockerfile --prove --probe /healthz --probe ":8080/api/items"
  drydock dockerfile split Dockerfile --final-image python:3.12-slim`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.split(cmd.Context(), args[0], &f) },
	}
	fl := c.Flags()
	fl.BoolVarP(&f.write, "write", "w", false, "write the result in place; with --prove only when it is proved")
	fl.BoolVar(&f.prove, "prove", false, "build and start both, compare, and exit 1 unless they do the same")
	fl.StringVar(&f.FinalImage, "final-image", "", "the final stage's base; else the slim twin of the original's")
	fl.StringVar(&f.Target, "target", "", "the stage that ships, in a file that has several; else the last")
	fl.BoolVar(&f.Plain, "plain", false, "use no RUN --mount, for builders without BuildKit")
	fl.BoolVar(&f.KeepRoot, "keep-root", false, "add no USER")
	fl.BoolVar(&f.NoHealth, "no-healthcheck", false, "add no HEALTHCHECK")
	fl.StringVar(&f.context, "context", "",
		"the build context; else what the compose project says, else the file's folder")
	fl.StringArrayVar(
		&f.compose,
		"compose",
		nil,
		"compose project that builds this file; else the one at or above it",
	)
	fl.StringArrayVar(&f.probes, "probe", nil,
		`with --prove: a request to send, "[METHOD ][:PORT]/PATH"; may be given several times`)
	fl.StringArrayVar(&f.args, "build-arg", nil, "with --prove: NAME=VALUE, or NAME to take it from the environment")
	fl.StringArrayVar(&f.secrets, "secret", nil, "with --prove: a build secret, as docker build takes it")
	fl.StringArrayVar(
		&f.sizes,
		"size",
		nil,
		"REF=FILE: for the estimate take a base image's size from an archive of it or its SBOM; else the engine tells",
	)
	fl.BoolVar(&f.noScan, "no-scan", false, "with --prove: do not compare the known vulnerabilities")
	return c
}

// input is the Dockerfile with its surroundings.
type input struct {
	path    string
	text    []byte
	file    *dockerfile.File
	context string
	around  prove.Surroundings
	ignore  []byte // the context's .dockerignore as it was read, nil where there is none
}

func (a *app) split(ctx context.Context, path string, f *splitFlags) error {
	var probes []prove.Probe
	for _, p := range f.probes {
		probe, err := prove.ParseProbe(p)
		if err != nil {
			return err
		}
		probes = append(probes, probe)
	}
	given, err := givenSizes(ctx, f.sizes)
	if err != nil {
		return err
	}
	in, err := readInput(ctx, path, f)
	if err != nil {
		return err
	}
	if f.Target == "" {
		f.Target = in.around.Target
	}
	f.Path, f.Run = path, in.around.Run
	if _, err := os.Stat(path + ".dockerignore"); err == nil {
		f.OwnIgnore = true
	}
	e, engineErr := engine.Open(ctx, "")
	if e != nil {
		defer e.Close()
		if f.Held, err = e.Tags(ctx); err != nil {
			return err
		}
		f.Plain = f.Plain || !e.BuildKit() && f.prove
		f.Base = prove.BaseOf(ctx, e, in.file, f.Target)
	}
	if !f.prove {
		conv, err := stages.Split(in.file, os.DirFS(in.context), f.Options)
		if err != nil {
			return a.refused(in, err)
		}
		a.showConversion(in, conv, false)
		estimate := stages.EstimateOf(conv, sizes(ctx, e, given))
		a.remark("%s", estimate.Text)
		if _, ok := given[conv.Builder]; !estimate.Known && !ok && conv.Builder != conv.Final {
			a.remark("--size %s=FILE takes a size from an image archive or SBOM.", conv.Builder)
		}
		switch guesses := conv.Guesses(); {
		case !f.write:
			a.remark("Nothing was built or written: --prove shows that it does the same, --write writes it.")
			return nil
		case len(guesses) > 0:
			return clierr.Input(in.path, "not written: %d of the things that it rests on are guesses, the first: %s",
				len(guesses), guesses[0].Text).
				WithHint("--prove --write settles them by trial. Without an engine --keep-root, --no-healthcheck and " +
					"--final-image take away what they speak of; the difference that is shown can be applied by hand.")
		}
		return a.writeConversion(in, conv)
	}
	if engineErr != nil {
		return engineErr
	}
	conv, res, err := prove.Convert(ctx, e, in.file, os.DirFS(in.context), f.Options, a.proofOptions(in, f, probes))
	if err != nil {
		return a.refused(in, err)
	}
	a.showConversion(in, conv, res.Proved)
	a.showProof(res)
	if !res.Proved {
		return errBreach
	}
	if f.write {
		return a.writeConversion(in, conv)
	}
	return nil
}

func (a *app) proofOptions(in *input, f *splitFlags, probes []prove.Probe) prove.Options {
	o := prove.Options{
		Context:  in.context,
		Original: prove.Side{Name: in.path, Dockerfile: in.text, File: in.path, Target: f.Target},
		Args:     buildArgs(in.around.Args, f.args), Secrets: f.secrets,
		Probes: append(probes,
			in.around.Probes...), Env: in.around.Env, Services: in.around.Services, Absent: in.around.Absent,
		Run: in.around.Run, Ports: in.around.Ports, Files: in.around.Files, Unread: in.around.Unread,
		Say: func(s string) { a.remark("  %s", s) },
	}
	if !f.noScan {
		o.Scan = scanSummary
	}
	return o
}

// scanSummary is the image gate for one image of the engine.
func scanSummary(ctx context.Context, ref string) (prove.Summary, error) {
	t := target.Resolve(ctx, target.Inputs{Args: []string{"docker:" + ref}})
	r, err := scan.Run(ctx, t, scan.Gates, gate.Options{Tool: tool(), Gates: []finding.Gate{finding.GateImage}})
	if err != nil {
		return prove.Summary{}, err
	}
	s := prove.Summary{Packages: len(r.Packages), BySeverity: map[string]int{}}
	for _, fd := range r.Findings {
		if fd.Status == finding.Open {
			s.Findings++
			s.BySeverity[string(fd.Severity)]++
		}
	}
	return s, nil
}

// buildArgs are those of compose with those of the command line over them.
func buildArgs(compose map[string]*string, given []string) map[string]*string {
	out := map[string]*string{}
	maps.Copy(out, compose)
	for _, g := range given {
		name, v, ok := strings.Cut(g, "=")
		out[name] = nil
		if ok {
			out[name] = &v
		}
	}
	return out
}

// givenSizes reads the sizes that --size names.
func givenSizes(ctx context.Context, flags []string) (map[string]int64, error) {
	given := map[string]int64{}
	for _, s := range flags {
		ref, file, ok := strings.Cut(s, "=")
		if !ok || ref == "" || file == "" {
			return nil, clierr.Usage("--size %s: not REF=FILE",
				s).WithHint("As --size python:3.12-slim=slim.tar: the base image, and an archive or SBOM of it.")
		}
		n, err := imagegate.Size(ctx, file)
		if err != nil {
			return nil, err
		}
		given[ref] = n
	}
	return given, nil
}

// sizes tells how large images are: those given, and those that the engine holds; nil where there is neither.
func sizes(ctx context.Context, e *engine.Engine, given map[string]int64) func(string) (int64, bool) {
	if e == nil && len(given) == 0 {
		return nil
	}
	return func(ref string) (int64, bool) {
		if n, ok := given[ref]; ok || e == nil {
			return n, ok
		}
		img, err := e.Inspect(ctx, ref)
		if err != nil {
			return 0, false
		}
		return img.Size, true
	}
}

// readInput reads the Dockerfile and the compose project around it, the latter without its .env: a proof runs on
// stand-ins.
func readInput(ctx context.Context, path string, f *splitFlags) (*input, error) {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		path = filepath.Join(path, "Dockerfile")
	}
	text, err := bounded.ReadFile(path, dockerfile.MaxSize)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	in := &input{path: path, text: text, file: dockerfile.Parse(text), context: f.context}
	projects := f.compose
	if len(projects) == 0 {
		projects = composeAbove(path)
	}
	for _, p := range projects {
		h, err := loadStandIn(ctx, p)
		if err != nil {
			if len(f.compose) > 0 {
				return nil, err
			}
			continue
		}
		if s, ok := prove.Around(h, path); ok {
			in.around = s
			if in.context == "" {
				in.context = s.Context
			}
			break
		}
	}
	if in.context == "" {
		in.context = filepath.Dir(path)
	}
	in.ignore, err = bounded.ReadFile(filepath.Join(in.context, ".dockerignore"), maxIgnore)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, clierr.InputErr(filepath.Join(in.context, ".dockerignore"), err)
	}
	return in, nil
}

const maxIgnore = 1 << 20 // bytes of a .dockerignore

// composeAbove looks for a compose project in the file's folder and three above it.
func composeAbove(path string) []string {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var out []string
	for i := 0; i < 4; i++ {
		if stack.Holds(dir) {
			out = append(out, dir)
		}
		dir = filepath.Dir(dir)
	}
	return out
}

// standIn is what every variable without a value of its own is in a proof.
const standIn = "drydock-stand-in"

// loadStandIn reads a compose project without a real value of its .env.
func loadStandIn(ctx context.Context, path string) (*stack.Host, error) {
	return stack.Load(ctx, []string{path}, stack.Options{EnvFiles: []string{os.DevNull},
		Env: stack.StandIns(path, standIn)})
}

// refused prints why a Dockerfile is not converted, on standard output since it is the command's answer, and ends with
// exit 1; any other error stays what it is.
func (a *app) refused(in *input, err error) error {
	var r *stages.Refusal
	if !errors.As(err, &r) {
		return err
	}
	place := in.path
	if r.Line > 0 {
		place = fmt.Sprintf("%s:%d", in.path, r.Line)
	}
	fmt.Fprintf(a.out, "%s: not converted: %s\n", place, r.Reason)
	return errBreach
}

// showConversion prints the difference, what there is to know about it and what it rests on. proved tells that a proof
// has spoken against none of its guesses.
func (a *app) showConversion(in *input, conv *stages.Result, proved bool) {
	a.diff(in.path, in.text, conv.Dockerfile)
	if conv.Ignore != nil {
		a.diff(relative(filepath.Join(in.context, ".dockerignore")), in.ignore, conv.Ignore)
	}
	for _, n := range conv.Notes {
		a.remark("%s", n)
	}
	for _, s := range conv.Assumptions {
		kind := "known"
		switch {
		case s.Guess && proved:
			kind = "held"
		case s.Guess:
			kind = "guess"
		}
		a.remark("  %-6s %s: %s", kind, s.Text, s.Evidence)
	}
}

// relative is a path as seen from the working folder, where it lies below it.
func relative(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, abs); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

func (a *app) diff(path string, old, new []byte) {
	fmt.Fprint(a.out, safefile.Diff(filepath.ToSlash(path), old, new))
}

// showProof prints what was compared, and last the outcome in one line.
func (a *app) showProof(res *prove.Result) {
	for _, c := range res.Checks {
		a.remark("  %-10s %-8s %s", c.Name, c.Status, c.Text)
	}
	if gone := res.Gone(); res.Proved && len(gone) > 0 {
		a.remark("  gone from the image: %s", strings.Join(gone, " "))
	}
	if res.Log != "" {
		a.remark("%s", indent(res.Log))
	}
	fmt.Fprintln(a.out, res.Line())
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }

// writeConversion writes the Dockerfile and the ignore file, if both still are what was read: a proof takes minutes, in
// which somebody may have edited them.
func (a *app) writeConversion(in *input, conv *stages.Result) error {
	ignore := filepath.Join(in.context, ".dockerignore")
	if conv.Ignore != nil {
		if now, _ := bounded.ReadFile(ignore, maxIgnore); !bytes.Equal(now, in.ignore) {
			return clierr.InputErr(ignore, safefile.ErrChanged)
		}
	}
	if err := safefile.Replace(in.path, in.text, conv.Dockerfile); err != nil {
		return clierr.InputErr(in.path, err)
	}
	if conv.Ignore != nil {
		if err := a.writeIgnore(ignore, in.ignore, conv.Ignore); err != nil {
			return clierr.InputErr(ignore, err)
		}
	}
	a.remark("%s is written.", in.path)
	return nil
}

func (a *app) writeIgnore(path string, old, text []byte) error {
	if old != nil {
		return safefile.Replace(path, old, text)
	}
	return safefile.Create(path, func(w io.Writer) error { _, err := w.Write(text); return err })
}
