package stages

import (
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// improve mends a multi-stage file that misses the point: wheels copied into a layer that stays, wheels without their
// dependencies so that the final stage fetches them, a final stage on the builder's own base. It changes only those
// lines.
func improve(f *dockerfile.File, st *dockerfile.Stage, o Options) (*Result, error) {
	i := &improver{f: f, st: st, o: o, res: &Result{Improvement: true, Language: "Python", Builder: st.Base.Text}}
	i.wheels()
	i.slim()
	if len(i.edits) == 0 {
		return nil, &Refusal{Reason: "it is multi-stage already, and drydock sees nothing in its final stage that the builder should keep"}
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
}

var removesWheels = regexp.MustCompile(`^rm -rf? `)

// wheels finds a COPY of wheels from another stage and the RUN that installs them.
func (i *improver) wheels() {
	for n, in := range i.st.Instructions {
		from := i.f.CopiedFrom(in)
		if from == nil || len(in.Args) != 2 {
			continue
		}
		src, dest := in.Args[0].Text, in.Args[1].Text
		wheel := wheelOf(from, src)
		if wheel == nil {
			continue
		}
		for _, later := range i.st.Instructions[n+1:] {
			if i.installs(in, later, wheel, from, src, dest) {
				return
			}
		}
	}
}

// wheelOf is the stage's `pip wheel` that writes into the folder, or nil.
func wheelOf(s *dockerfile.Stage, dir string) *dockerfile.Install {
	dir = strings.TrimSuffix(strings.TrimSuffix(dir, "/*"), "/")
	for _, in := range s.Instructions {
		if in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			inst := c.Install()
			if inst == nil || inst.Manager != "pip" || inst.Verb != "wheel" {
				continue
			}
			for _, o := range inst.Options {
				if (o.Name == "--wheel-dir" || o.Name == "-w") && strings.HasSuffix(dir, strings.TrimPrefix(strings.TrimSuffix(o.Value, "/"), ".")) {
					return inst
				}
			}
		}
	}
	return nil
}

func (i *improver) installs(copyIn, runIn *dockerfile.Instruction, wheel *dockerfile.Install, from *dockerfile.Stage, src, dest string) bool {
	if runIn.Keyword != "RUN" || runIn.Script == nil || len(runIn.Flags) > 0 {
		return false
	}
	folder := strings.TrimSuffix(dest, "/")
	if !strings.Contains(runIn.Script.Source, folder) {
		return false
	}
	var texts []string
	found := false
	for _, st := range runIn.Script.Steps {
		if st.Stmt == nil {
			return false
		}
		t := oneLine(runIn.Script.Source[st.Stmt.Pos().Offset():st.Stmt.End().Offset()])
		inst := (*dockerfile.Install)(nil)
		for _, c := range st.Commands {
			if x := c.Install(); x != nil && x.Manager == "pip" && x.Verb == "install" {
				inst = x
			}
		}
		switch {
		case inst != nil && strings.Contains(t, folder):
			found = true
			if !inst.Has("--no-index") {
				add := " install --no-index"
				if !inst.Has("--find-links", "-f") {
					add += " --find-links=" + folder
				}
				t = strings.Replace(t, " install", add, 1)
			}
			if !inst.Has("--no-cache-dir", "--no-cache") {
				t = strings.Replace(t, " install", " install --no-cache-dir", 1)
			}
			texts = append(texts, t)
		case removesWheels.MatchString(t) && strings.Contains(t, folder):
		default:
			texts = append(texts, t)
		}
	}
	if !found || i.o.Plain {
		return false
	}
	stage := from.Label()
	source := strings.TrimSuffix(strings.TrimSuffix(src, "*"), "/")
	if !strings.HasPrefix(source, "/") {
		return false
	}
	mount := "RUN --mount=type=bind,from=" + stage + ",source=" + source + ",target=" + folder + " \\\n    "
	i.edits = append(i.edits, dockerfile.Delete(i.f.WholeLines(copyIn.Span)), dockerfile.Replace(runIn.Span, mount+strings.Join(texts, " \\\n    && ")))
	i.res.Notes = append(i.res.Notes, "The wheels are mounted while they are installed, so that no layer keeps them.")
	for _, o := range wheel.Options {
		if o.Name == "--no-deps" {
			i.edits = append(i.edits, dockerfile.Delete(wider1(i.f, o.Word.Span)))
			i.res.Notes = append(i.res.Notes, "The builder makes wheels of the dependencies too, so that the final stage fetches nothing.")
		}
	}
	return true
}

// wider1 takes the blank before a word along.
func wider1(f *dockerfile.File, s dockerfile.Span) dockerfile.Span {
	if s.Start > 0 && f.Src[s.Start-1] == ' ' {
		s.Start--
	}
	return s
}

// slim puts the final stage on the slim twin of its base where it stands on the same large base as a builder.
func (i *improver) slim() {
	b := i.st.Base
	if i.o.FinalImage != "" && i.st.Parent == nil {
		i.edits = append(i.edits, dockerfile.Replace(b.Span, i.o.FinalImage))
		i.res.Final = i.o.FinalImage
		return
	}
	if i.st.Parent != nil || !b.Known || b.Digest != "" || b.FromArg || b.Name() != "python" && b.Name() != "node" && b.Name() != "ruby" {
		return
	}
	shared := false
	for _, s := range i.f.Stages {
		shared = shared || s != i.st && s.Base.Text == b.Text
	}
	twins := slimTwins(b)
	if !shared || twins[0] == b.Text || i.compiles() {
		return
	}
	i.edits = append(i.edits, dockerfile.Replace(b.Span, twins[0]))
	i.res.Final = twins[0]
	i.res.Notes = append(i.res.Notes, "The final stage stands on the slim twin of the builder's base.")
}

// compiles: the final stage builds something itself, for which the slim base has no tools.
func (i *improver) compiles() bool {
	for _, in := range i.st.Instructions {
		if in.Keyword != "RUN" || in.Script == nil {
			continue
		}
		for _, c := range in.Script.Commands {
			if k := commandKind(c); k == compile || k == fetch {
				return true
			}
		}
	}
	return false
}
