package stages

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// improve fixes a multi-stage file that misses the point: wheels or caches copied into a layer that stays, wheels
// without their dependencies so that the final stage fetches them, a final stage on an image to build with. It
// changes only those lines.
func improve(f *dockerfile.File, st *dockerfile.Stage, o Options) (*Result, error) {
	i := &improver{f: f, st: st, o: o, res: &Result{Improvement: true, Language: languageOfBase(st.Base.Name()),
		Builder: st.Base.Text}}
	for _, in := range st.Instructions {
		if from := f.CopiedFrom(in); from != nil && len(in.Args) == 2 && !o.Plain {
			i.mounted(in, from)
		}
	}
	i.wholeWheels()
	i.slim()
	if len(i.edits) == 0 {
		return nil, &Refusal{Reason: i.nothing()}
	}
	if i.res.Final == "" {
		i.res.Final = st.Base.Text
	}
	text, err := f.Apply(i.edits...)
	if err != nil {
		return nil, &Refusal{Reason: "its lines overlap: " + err.Error()}
	}
	i.res.Dockerfile = text
	return i.res, nil
}

type improver struct {
	f     *dockerfile.File
	st    *dockerfile.Stage
	o     Options
	res   *Result
	edits []dockerfile.Edit
	runs  []*dockerfile.Instruction // RUNs that were written anew
}

func (i *improver) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(i.res.Notes, n) {
		i.res.Notes = append(i.res.Notes, n)
	}
}

// nothing says why a multi-stage file is left alone.
func (i *improver) nothing() string {
	switch {
	case i.st.Parent != nil && bigBase(rootBase(i.st)):
		return fmt.Sprintf("it is multi-stage already; its final stage builds on another stage, on %s, and which of "+
			"the two needs what is for a person to say", rootBase(i.st).Text)
	case i.st.Base.Digest != "" && bigBase(i.st.Base):
		return "it is multi-stage already; its final stage stands on an image to build with, pinned by a digest: " +
			"choose its slim twin's digest, or give --final-image"
	}
	return "it is multi-stage already, and drydock sees nothing in its final stage that the builder should keep"
}

func rootBase(s *dockerfile.Stage) dockerfile.Ref {
	for s.Parent != nil {
		s = s.Parent
	}
	return s.Base
}

var (
	wheelFolder = lazyregexp.New(`(?i)(^|/)(wheels?|wheelhouse|dist)(/|$)|\.whl$`)
	cacheFolder = lazyregexp.New(
		`/\.cache(/|$)|/\.npm(/|$)|/\.m2(/|$)|/\.gradle(/|$)|/go/pkg/mod(/|$)|/\.cargo/registry(/|$)`)
)

// mounted puts what a COPY brings for one RUN into that RUN instead.
func (i *improver) mounted(in *dockerfile.Instruction, from *dockerfile.Stage) {
	src, dest := in.Args[0].Text, strings.TrimSuffix(in.Args[1].Text, "/")
	wheel := wheelOf(from, src)
	cache := cacheFolder.MatchString(src)
	if wheel == nil && !cache && !wheelFolder.MatchString(src) || !strings.HasPrefix(src, "/") ||
		!strings.HasPrefix(dest, "/") {
		return
	}
	if strings.ContainsAny(path.Base(src), "*?") || strings.HasSuffix(src, ".whl") {
		src = path.Dir(src)
	}
	if strings.HasSuffix(dest, ".whl") {
		dest = path.Dir(dest)
	}
	at := slices.Index(i.st.Instructions, in)
	for _, run := range i.st.Instructions[at+1:] {
		if run.Keyword != "RUN" || run.Script == nil || slices.Contains(i.runs, run) {
			continue
		}
		commands, ok := i.installing(run, dest, cache)
		if !ok {
			continue
		}
		target := dest
		if path.Base(dest) == "tmp" { // where the installation itself writes
			target = "/wheels"
			for n := range commands {
				commands[n] = strings.ReplaceAll(commands[n], dest+"/", target+"/")
				commands[n] = strings.ReplaceAll(commands[n], "--find-links="+dest, "--find-links="+target)
			}
		}
		mount := "--mount=type=bind,from=" + from.Label() + ",source=" + strings.TrimSuffix(src, "/") + ",target=" +
			target
		if cache {
			mount += ",rw"
		}
		for _, fl := range run.Flags {
			mount = i.f.Text(fl.Span) + " " + mount
		}
		i.runs = append(i.runs, run)
		i.edits = append(i.edits, dockerfile.Delete(i.f.WholeLines(in.Span)),
			dockerfile.Replace(run.Span, "RUN "+mount+" \\\n    "+strings.Join(commands, " \\\n    && ")))
		if cache {
			i.note("The cache is mounted while it is used, so that no layer keeps it.")
		} else {
			i.note("The wheels are mounted while they are installed, so that no layer keeps them.")
		}
		return
	}
	if cache { // nothing in the final stage installs, so nothing reads it
		i.edits = append(i.edits, dockerfile.Delete(i.f.WholeLines(in.Span)))
		i.note("The cache is not copied: nothing in the final stage reads it.")
	}
}

// installing are a RUN's commands, if one of them installs from a folder: without those that remove the folder, and
// with pip kept from the network where it is given wheels.
func (i *improver) installing(run *dockerfile.Instruction, folder string, cache bool) (commands []string, ok bool) {
	for _, st := range run.Script.Steps {
		if st.Stmt == nil {
			return nil, false
		}
		t := oneLine(run.Script.Source[st.Stmt.Pos().Offset():st.Stmt.End().Offset()])
		var inst *dockerfile.Install
		for _, c := range st.Commands {
			if x := c.Install(); x != nil && (x.Manager == "pip" && x.Verb == "install" || cache &&
				x.Manager != "apt") {
				inst = x
			}
		}
		switch {
		case inst != nil && cache:
			ok = true
			commands = append(commands, t)
		case inst != nil && strings.Contains(t, folder):
			ok = true
			commands = append(commands, offline(t, inst, folder))
		case strings.HasPrefix(t, "rm -r") && strings.Contains(t, folder):
		default:
			commands = append(commands, t)
		}
	}
	return commands, ok
}

// offline is a pip install from a folder of wheels that asks no index and keeps no cache.
func offline(t string, inst *dockerfile.Install, folder string) string {
	if !inst.Has("--no-index") && !inst.Has("--no-deps") {
		add := " install --no-index"
		if !inst.Has("--find-links", "-f") {
			add += " --find-links=" + folder
		}
		t = strings.Replace(t, " install", add, 1)
	}
	if !inst.Has("--no-cache-dir", "--no-cache") {
		t = strings.Replace(t, " install", " install --no-cache-dir", 1)
	}
	return t
}

// wholeWheels has the builder make wheels of the dependencies too, where the final stage would fetch them.
func (i *improver) wholeWheels() {
	fetches := false
	for _, in := range i.st.Instructions {
		if in.Keyword != "RUN" || in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			inst := c.Install()
			if inst == nil || inst.Manager != "pip" || inst.Verb != "install" || inst.Has("--no-deps") {
				continue
			}
			folder := ""
			for _, w := range c.Words {
				if p := strings.TrimPrefix(w.Text, "--find-links="); wheelFolder.MatchString(p) &&
					strings.HasPrefix(p, "/") {
					folder = strings.TrimSuffix(path.Dir(p+"x"), "/")
				}
			}
			if folder == "" {
				continue
			}
			fetches = fetches || !inst.Has("--no-index")
			if !slices.Contains(i.runs, in) && !inst.Has("--no-index") && i.bareWheels() {
				i.edits = append(i.edits, dockerfile.Replace(c.Span, offline(i.f.Text(c.Span), inst, folder)))
			}
		}
	}
	if !fetches {
		return
	}
	i.eachWheel(func(o dockerfile.Span) {
		i.edits = append(i.edits, dockerfile.Delete(wider1(i.f, o)))
		i.note("The builder makes wheels of the dependencies too, so that the final stage fetches nothing.")
	})
}

func (i *improver) bareWheels() (found bool) {
	i.eachWheel(func(dockerfile.Span) { found = true })
	return found
}

// eachWheel calls f with every --no-deps of a `pip wheel`.
func (i *improver) eachWheel(f func(dockerfile.Span)) {
	for _, s := range i.f.Stages {
		for _, w := range pipWheels(s) {
			for _, o := range w.Options {
				if o.Name == "--no-deps" {
					f(o.Word.Span)
				}
			}
		}
	}
}

// pipWheels lists the stage's `pip wheel` commands.
func pipWheels(s *dockerfile.Stage) (out []*dockerfile.Install) {
	for _, in := range s.Instructions {
		if in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			if inst := c.Install(); inst != nil && inst.Manager == "pip" && inst.Verb == "wheel" {
				out = append(out, inst)
			}
		}
	}
	return out
}

// wheelOf is the stage's `pip wheel` that writes into the folder, or nil.
func wheelOf(s *dockerfile.Stage, dir string) *dockerfile.Install {
	dir = strings.TrimSuffix(strings.TrimSuffix(dir, "/*"), "/")
	for _, w := range pipWheels(s) {
		for _, o := range w.Options {
			if (o.Name == "--wheel-dir" || o.Name == "-w") &&
				strings.HasSuffix(dir, strings.TrimPrefix(strings.TrimSuffix(o.Value, "/"), ".")) {
				return w
			}
		}
	}
	return nil
}

// wider1 takes the blank before a word along.
func wider1(f *dockerfile.File, s dockerfile.Span) dockerfile.Span {
	if s.Start > 0 && f.Src[s.Start-1] == ' ' {
		s.Start--
	}
	return s
}

// slim puts the final stage on what only runs, where it stands on an image to build with.
func (i *improver) slim() {
	b := i.st.Base
	if i.st.Parent != nil {
		i.ownBase()
		return
	}
	if i.o.FinalImage != "" {
		i.edits = append(i.edits, dockerfile.Replace(b.Span, i.o.FinalImage))
		i.res.Final = i.o.FinalImage
		return
	}
	if !b.Known || b.Digest != "" || !bigBase(b) || i.compiles() || i.fetches() && !i.shared() {
		return
	}
	twin, certificates := i.twin(b)
	if twin == "" || twin == b.Text {
		return
	}
	if b.FromArg { // the version stays an argument
		rest, ok := strings.CutPrefix(twin, b.Text)
		if !ok {
			return
		}
		twin = b.Raw + rest
	}
	if i.fetches() {
		i.res.Assumptions = append(i.res.Assumptions,
			Assumption{"nothing that the final stage installs has to be compiled",
				"the slim base has no compiler, and an index may offer no ready build", true})
	}
	i.edits = append(i.edits, dockerfile.Replace(b.Span, twin))
	i.res.Final = twin
	i.res.Assumptions = append(i.res.Assumptions, Assumption{"what the final stage runs needs nothing that " + b.Text +
		" has besides", "it compiles nothing; which libraries and programs it opens by name is not told here", true})
	if from := i.f.Stages[0]; certificates {
		i.edits = append(i.edits,
			dockerfile.Insert(i.st.From.Span.End,
				"\nCOPY --from="+from.Label()+" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt"))
	}
	if !slices.ContainsFunc(i.st.Instructions,
		func(in *dockerfile.Instruction) bool { return in.Keyword == "WORKDIR" }) {
		i.res.Changes = append(i.res.Changes, Change{"workdir", "it was the old base image's own"})
	}
	i.note("The final stage stands on %s, which only runs things, in the place of %s.", twin, b.Text)
}

// settingsOnly are instructions that a stage may hold and leave no file behind.
var settingsOnly = words("ENV ARG WORKDIR LABEL EXPOSE SHELL STOPSIGNAL USER CMD ENTRYPOINT")

// ownBase puts a final stage that builds on another one on a slim base of its own, with the settings of that other, if
// it holds nothing but settings.
func (i *improver) ownBase() {
	var inherited []string
	for s := i.st.Parent; s != nil; s = s.Parent {
		var own []string
		for _, in := range s.Instructions {
			if !settingsOnly[in.Keyword] {
				return
			}
			own = append(own, i.f.Text(in.Span))
		}
		inherited = append(own, inherited...)
	}
	b := rootBase(i.st)
	if !b.Known || b.Digest != "" || b.FromArg || !bigBase(b) || i.compiles() || i.fetches() {
		return
	}
	root := i.st
	for root.Parent != nil {
		root = root.Parent
	}
	a := &conversion{f: i.f, st: root, o: i.o, res: i.res}
	twins := a.slimTwins()
	if languageOfBase(b.Name()) == "Java" {
		twins = a.jres()
	}
	if len(twins) == 0 || languageOfBase(b.Name()) == "Go" || languageOfBase(b.Name()) == "Rust" {
		return
	}
	twin, err := a.chooseFinal(twins)
	if err != nil || twin == b.Text {
		return
	}
	text := twin
	if i.st.Name == "" && len(inherited) > 0 {
		text += "\n" + strings.Join(inherited, "\n")
	}
	i.edits = append(i.edits, dockerfile.Replace(i.st.Base.Span, text))
	if i.st.Name != "" && len(inherited) > 0 {
		i.edits = append(i.edits, dockerfile.Insert(i.st.From.Span.End, "\n"+strings.Join(inherited, "\n")))
	}
	i.res.Final, i.res.Builder = twin, b.Text
	i.res.Assumptions = append(i.res.Assumptions, Assumption{"what the final stage runs needs nothing that " + b.Text +
		" has besides", "it compiles nothing; which libraries and programs it opens by name is not told here", true})
	i.note("The final stage stands on %s, which only runs things, in the place of %s, with the settings of the "+
		"stages that it built on.", twin, b.Text)
}

// bigBase reports whether an image of a language has what builds besides what runs.
func bigBase(b dockerfile.Ref) bool {
	switch languageOfBase(b.Name()) {
	case "Python", "Node", "Ruby":
		return !strings.Contains(b.Tag, "slim") && !strings.Contains(b.Tag, "alpine")
	case "Java":
		return !strings.Contains(b.Tag, "jre")
	case "Go", "Rust":
		return true
	}
	return false
}

// twin is the image that runs what was built; certificates tells that it lacks those of the builder.
func (i *improver) twin(b dockerfile.Ref) (ref string, certificates bool) {
	a := &conversion{f: i.f, st: i.st, o: i.o, res: i.res}
	candidates := a.slimTwins()
	switch languageOfBase(b.Name()) {
	case "Java":
		candidates = a.jres()
	case "Go", "Rust":
		if a.alpine() {
			return "alpine:" + alpineTag(b.Tag), false
		}
		candidates, certificates = debianSlims(a.release()), true
	}
	if len(candidates) == 0 {
		return "", false
	}
	ref, _ = a.chooseFinal(candidates)
	return ref, certificates
}

// shared: another stage stands on the same image, so this one does because that does.
func (i *improver) shared() bool {
	return slices.ContainsFunc(i.f.Stages, func(s *dockerfile.Stage) bool {
		return s != i.st &&
			s.Base.Text == i.st.Base.Text
	})
}

// compiles: the final stage builds something itself, for which the slim base has no tools.
func (i *improver) compiles() bool {
	for _, in := range i.st.Instructions {
		if in.Keyword != "RUN" || in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			if k := commandKind(c); c.Install() == nil && (k == compile || k == fetch) {
				return true
			}
		}
	}
	return false
}

// fetches: the final stage installs packages of a language from an index, and may compile them.
func (i *improver) fetches() bool {
	for _, in := range i.st.Instructions {
		if in.Keyword != "RUN" || in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			if x := c.Install(); x != nil && installKind(x) == depend && !x.Has("--no-index") {
				return true
			}
		}
	}
	return false
}
