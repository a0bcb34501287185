package scan

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/stages"
)

// The Dockerfile gate: does the image ship only what it runs? Every Dockerfile is read once and judged once for each
// target that a service builds of it.

// recipe is a Dockerfile with the builds that are made of it.
type recipe struct {
	path   string           // that can be opened; "" for one whose text is given
	shown  string           // as the report names it
	text   []byte           // nil: it is read from path
	place  finding.Location // of an inline one: the service's line
	builds []build
}

// build is one target of a recipe.
type build struct {
	target   string
	context  string // folder, "" if it is not known
	args     map[string]string
	services []lint.Service
}

func runDockerfile(ctx context.Context, t *Target, opt *Options) (*Result, error) {
	cfg, err := LintConfig(t, opt)
	if err != nil {
		return nil, err
	}
	all, unwalked, err := recipes(ctx, t)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(all))
	held := &heldSizes{off: opt.Offline}
	defer held.close()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range all {
		g.Go(func() error {
			results[i] = r.lint(t, cfg, opt, func(ref string) (int64, bool) { return held.size(ctx, ref) })
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	res := &Result{Rules: rules.Described()}
	for _, r := range results {
		res.Inputs = append(res.Inputs, r.Inputs...)
		res.Findings = append(res.Findings, r.Findings...)
		res.Warnings = append(res.Warnings, r.Warnings...)
		res.Read.Add(r.Read)
		res.Judged += r.Judged
	}
	res.Inputs = append(res.Inputs, unwalked...)
	res.Inputs = append(res.Inputs, t.hidden()...)
	if len(res.Inputs) == 0 {
		res.Reason = "no Dockerfile among the inputs"
	}
	if res.Judged == 0 {
		res.Remedy = "Name a Dockerfile: drydock dockerfile lint FILE."
	}
	return res, nil
}

// LintConfig finds the .hadolint.yaml that counts (the one named, the working folder's, the target's, the user's) and
// adds hadolint's environment variables to it.
func LintConfig(t *Target, opt *Options) (*lint.Config, error) {
	cfg, err := lintFile(t, opt)
	if err != nil {
		return nil, err
	}
	return cfg.Environment(os.Getenv)
}

func lintFile(t *Target, opt *Options) (*lint.Config, error) {
	if opt.LintConfig != "" {
		return lint.ReadConfig(opt.LintConfig)
	}
	folders := []string{"."}
	if t.Root != "" {
		folders = append(folders, t.Root)
	}
	return lint.FindConfig(folders...)
}

// recipes lists the Dockerfiles of the target, each once: those that services build from, those named, and those below
// folders that are no compose project. What could not be looked through of those is the second result.
func recipes(ctx context.Context, t *Target) ([]*recipe, []report.Input, error) {
	var all []*recipe
	index := map[string]*recipe{}
	get := func(path string) *recipe {
		key := path
		if abs, err := filepath.Abs(path); err == nil {
			key = abs
		}
		if index[key] == nil {
			index[key] = &recipe{path: path, shown: t.rel(path)}
			all = append(all, index[key])
		}
		return index[key]
	}
	if t.Host != nil {
		ref := t.Host.Refs()
		t.Host.Services(func(st *stack.Stack, s *stack.Service) {
			name := ref(st.Name, s.Name)
			switch b := s.Build; {
			case b == nil || b.Remote:
			case b.Inline != "":
				r := &recipe{shown: s.BuildLocation.Path, text: []byte(b.Inline), place: s.BuildLocation}
				r.add(b, st, s, name)
				all = append(all, r)
			case b.Dockerfile != "":
				get(b.Dockerfile).add(b, st, s, name)
			}
		})
	}
	for _, f := range t.Dockerfiles {
		get(f)
	}
	if t.Piped != nil {
		all = append(all, &recipe{shown: Stdin, text: t.Piped})
	}
	for _, f := range t.Files {
		if dockerfile.IsName(filepath.Base(f)) {
			get(f)
		}
	}
	var unwalked []report.Input
	for _, d := range t.Dirs {
		missed := func(p, why string) {
			unwalked = append(unwalked, report.Input{Path: t.rel(p), Status: report.Skipped, Reason: why})
		}
		if err := walkDockerfiles(ctx, d, func(p string) { get(p) }, missed); err != nil {
			return nil, nil, err
		}
	}
	return all, unwalked, nil
}

// add notes a service's build of the recipe; services that build the same thing share it. ref tells the service apart
// on the whole host.
func (r *recipe) add(b *stack.Build, st *stack.Stack, s *stack.Service, ref string) {
	args := map[string]string{}
	for k, v := range b.Args {
		if v != nil {
			args[k] = *v
		}
	}
	sv := lint.Service{Name: ref, Health: s.Healthcheck != nil, User: s.User}
	for i := range st.Services {
		for _, d := range st.Services[i].DependsOn {
			if d == s.Name && !slices.Contains(st.Services[i].AwaitsEnd, d) {
				sv.Dependants = append(sv.Dependants, st.Services[i].Name)
			}
		}
	}
	for i := range r.builds {
		if o := &r.builds[i]; o.target == b.Target && o.context == b.Context && fmt.Sprint(o.args) == fmt.Sprint(args) {
			o.services = append(o.services, sv)
			return
		}
	}
	r.builds = append(r.builds, build{target: b.Target, context: b.Context, args: args, services: []lint.Service{sv}})
}

// walkDockerfiles calls found for every Dockerfile below a folder, in the order of their names, and missed for what could
// not be looked at: a folder that cannot be read, and a Dockerfile that is a link out of the folder. Version control and
// installed dependencies are passed over.
func walkDockerfiles(ctx context.Context, dir string, found func(string), missed func(path, why string)) error {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return clierr.InputErr(dir, err)
	}
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err != nil:
			missed(p, "it cannot be read: "+reasonOf(err))
		case d.IsDir() && p != dir && (d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !dockerfile.IsName(d.Name()):
		case d.Type().IsRegular() || leadsInto(root, p):
			found(p)
		default:
			missed(p, "it is no regular file of this folder")
		}
		return nil
	})
}

// leadsInto tells whether a link leads to a regular file below root.
func leadsInto(root, link string) bool {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(root, real)
	st, err2 := os.Stat(real)
	return err == nil && err2 == nil && st.Mode().IsRegular() && filepath.IsLocal(rel)
}

// lint judges the recipe for each of its builds and joins the findings.
func (r *recipe) lint(t *Target, cfg *lint.Config, opt *Options, size func(string) (int64, bool)) Result {
	in := report.Input{Path: r.shown, Status: report.Checked, Service: strings.Join(r.serviceNames(), ", ")}
	src := r.text
	if src == nil {
		var err error
		if src, err = bounded.ReadFile(r.path, dockerfile.MaxSize); err != nil {
			in.Status, in.Reason = report.Failed, reasonOf(err)
			if in.Service != "" {
				in.Status, in.Reason = report.Skipped, t.absent("Dockerfile", r.path, err)
			}
			return Result{Inputs: []report.Input{in}}
		}
	}
	f := dockerfile.Parse(src)
	res := Result{Read: report.Read{Files: 1, Services: len(r.serviceNames()), Bytes: int64(len(src))}, Judged: 1}
	if len(f.Instructions) == 0 {
		in.Status, in.Reason = report.Partial, "there is nothing in it that could be checked"
		res.Judged = 0
	} else if why := notUnderstood(f); why != "" {
		in.Status, in.Reason = report.Partial, why
	}
	builds := r.builds
	if len(builds) == 0 {
		builds = []build{{}}
		if r.path != "" {
			builds[0].context = likelyContext(r.path)
		}
	}
	joined := joiner{index: map[string]int{}}
	for _, b := range builds {
		c, warn, done := b.known(r.path)
		if warn != "" {
			res.Warnings = append(res.Warnings, report.Warning{Text: warn, Location: finding.Location{Path: r.shown}})
		}
		c.Now = opt.Now()
		c.Estimate = func(f *dockerfile.File, _ *dockerfile.Stage) string { return saving(f, c.Files, b.target, size) }
		joined.add(lint.Run(f, r.shown, rules.All, cfg, c))
		done()
	}
	atInstruction(f, joined.list)
	if r.place.Path != "" {
		for i := range joined.list {
			joined.list[i].Location, joined.list[i].Fix.Edits = r.place, nil // an inline file has no lines of its own
		}
	}
	res.Inputs, res.Findings = []report.Input{in}, joined.list
	return res
}

// notUnderstood says what of a Dockerfile no rule looked into, with the lines: another builder's syntax, and scripts that
// no shell parses or that are written for no shell. It is empty where all was understood. An instruction that does not
// parse is a finding and needs no word here.
func notUnderstood(f *dockerfile.File) string {
	var parts []string
	for _, d := range f.Directives {
		if d.Name == "syntax" && !usualFrontend.MatchString(d.Value) {
			parts = append(parts, fmt.Sprintf("line %d: the syntax is that of %s, which is read as a usual Dockerfile's", d.Line, d.Value))
		}
	}
	broken := map[string][]string{} // why to the lines
	var order []string
	note := func(why string, line int) {
		if broken[why] == nil {
			order = append(order, why)
		}
		broken[why] = append(broken[why], fmt.Sprint(line))
	}
	f.Walk(func(in *dockerfile.Instruction) {
		switch s := in.Script; {
		case s == nil:
		case s.Err != nil:
			line, _ := f.Position(s.ErrSpan.Start)
			note(fmt.Sprintf("%s is not looked into: %v", in.Keyword, s.Err), line)
		case !s.Parsed():
			note(fmt.Sprintf("%s is not looked into: it is written for %s", in.Keyword, cmp.Or(s.Dialect, "a shell that is not known")), in.Line)
		}
	})
	for _, why := range order {
		lines := broken[why]
		word := "line "
		if len(lines) > 1 {
			word = "lines "
		}
		parts = append(parts, word+strings.Join(lines, ", ")+": "+why)
	}
	return strings.Join(parts, "; ")
}

// usualFrontend matches the builders' frontends whose language is the Dockerfile's.
var usualFrontend = lazyregexp.New(`^(docker\.io/)?(docker/dockerfile|docker/dockerfile-upstream)(:[\w.-]+)?(@sha256:[0-9a-f]+)?$`)

// atInstruction lets the findings that carry one of hadolint's codes begin where hadolint says they are, at the line of
// the instruction: who comes from there, or compares, finds the same places. They still end where the word that they are
// about ends.
func atInstruction(f *dockerfile.File, list []finding.Finding) {
	for i := range list {
		at := &list[i].Location
		if list[i].Rule == lint.SyntaxRule.ID || !slices.ContainsFunc(list[i].Aliases, func(a string) bool { return strings.HasPrefix(a, "DL") }) {
			continue
		}
		n := sort.Search(len(f.Instructions), func(n int) bool { return f.Instructions[n].Line > at.Line }) - 1
		if n >= 0 && f.Instructions[n].Line < at.Line && at.Line <= f.Instructions[n].EndLine {
			at.Line, at.Column = f.Position(f.Instructions[n].Span.Start)
		}
	}
}

// likelyContext is the folder that a Dockerfile without a project is most likely built from: its own, or the nearest one
// above it, within the same repository, that has an ignore file.
func likelyContext(path string) string {
	own := filepath.Dir(path)
	dir, err := filepath.Abs(own)
	if err != nil {
		return own
	}
	for range maxAbove {
		if _, err := os.Stat(filepath.Join(dir, ".dockerignore")); err == nil {
			return dir
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			break // the root of the repository, or of the file system
		}
		dir = filepath.Dir(dir)
	}
	return own
}

// maxAbove is how many folders above a Dockerfile are looked at.
const maxAbove = 4

// saving says what a split would save, or why there is no telling.
func saving(f *dockerfile.File, files fs.FS, target string, size func(string) (int64, bool)) string {
	if files == nil {
		return "no estimate: the build context is not known"
	}
	e, err := stages.Saving(f, files, stages.Options{Target: target}, size)
	if err != nil {
		return "no estimate: drydock would not split it by itself: " + err.Error()
	}
	return e.Text
}

// heldSizes asks an engine on this machine how large the images are that it holds. It connects when it is first asked;
// without an engine no size is known.
type heldSizes struct {
	off  bool
	once sync.Once
	cli  *client.Client
}

// engineWait bounds one question to the engine: an estimate is worth no waiting.
const engineWait = 2 * time.Second

func (h *heldSizes) size(ctx context.Context, ref string) (int64, bool) {
	if h.off {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	h.once.Do(func() { h.cli, _ = dockerapi.Connect(ctx) }) // no engine is no error here: there is no estimate then
	if h.cli == nil {
		return 0, false
	}
	got, err := h.cli.ImageInspect(ctx, ref)
	return got.Size, err == nil
}

func (h *heldSizes) close() {
	if h.cli != nil {
		h.cli.Close()
	}
}

func reasonOf(err error) string {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func (r *recipe) serviceNames() []string {
	var out []string
	for _, b := range r.builds {
		for _, s := range b.services {
			out = append(out, s.Name)
		}
	}
	sort.Strings(out)
	return out
}

// joiner joins the findings of several builds of one file: the same finding is one, with the services of all, and with
// the severity of the build that it is worst for.
type joiner struct {
	list  []finding.Finding
	index map[string]int
}

func (j *joiner) add(found []finding.Finding) {
	for _, f := range found {
		i, ok := j.index[f.ID]
		if !ok {
			j.index[f.ID] = len(j.list)
			j.list = append(j.list, f)
			continue
		}
		old := j.list[i]
		services := append(append([]string(nil), old.Services...), f.Services...)
		if f.Severity.Rank() > old.Severity.Rank() || old.Forecast == finding.ForecastNotShipped {
			j.list[i] = f
		}
		j.list[i].Services = services
	}
}

// known is what a rule may ask about a build beyond the file, until done is called. warn is what is wrong with the
// ignore file, "" for nothing.
func (b *build) known(path string) (c *lint.Context, warn string, done func()) {
	c = &lint.Context{Target: b.target, Args: b.args, Services: b.services}
	if b.context == "" {
		return c, "", func() {}
	}
	root, err := os.OpenRoot(b.context)
	if err != nil {
		return c, "", func() {}
	}
	c.Files = root.FS()
	if ig := readIgnore(c.Files, path); ig != nil {
		c.Ignored, warn = ig.hides, ig.problem
	}
	return c, warn, func() { root.Close() }
}
