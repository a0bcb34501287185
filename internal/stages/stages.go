// Package stages turns a single-stage Dockerfile into a multi-stage one that a person might have written: a builder
// that compiles and fetches, and a final stage on the smallest base that runs what was built, with the original's
// lines and comments where they can stay. It reads the build context and runs nothing; whether the result does the
// same as the original is for internal/prove to show.
//
// What it cannot judge it refuses, with the reason: a wrong conversion costs more than none.
package stages

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// Options steer a conversion. The zero value asks for the usual one, for a builder with BuildKit.
type Options struct {
	Path       string   // of the Dockerfile, for what its folder tells
	OwnIgnore  bool     // the Dockerfile has an ignore file of its own beside it, which holds in the context's place
	Target     string   // stage to convert in a file that has several, "" = the last
	FinalImage string   // base of the final stage, "" = chosen
	Plain      bool     // no RUN --mount, for builders without BuildKit
	KeepRoot   bool     // add no USER
	NoHealth   bool     // add no HEALTHCHECK
	Extra      []string // packages of the distribution that the final stage needs besides (a proof finds them)
	Held       []string // names of images that the engine holds; one of them is preferred as the final base
	// take whole what is else put together: the environment, not wheels; the project's folder, not a list of files
	Whole      bool
	Recommends bool  // install what packages recommend, as apt-get does unless it is told otherwise
	Facts      Facts // what is known of the original's image beyond its name

	Base *Inherited // what the base image sets, where the engine holds it
	Run  *Run       // what compose says of how the image is run, nil where there is no compose file
}

// Run is what a compose file says of how an image is run: it holds in the place of what the image says, and what it
// calls has to be in the image.
type Run struct {
	Entrypoint, Command []string
	Health              []string // the test of its health check, as compose gives it
	User                string
	WorkDir             string
	Mounts              []string // paths in the container that are mounted over and may be written to
}

// Facts are what a look into the original's image tells, once it is built. The zero value knows nothing.
type Facts struct {
	Release     string              // code name of the distribution's release: "bookworm"
	RuntimeDeps map[string][]string // installed development package -> the libraries behind it
}

// Result is a conversion.
type Result struct {
	Dockerfile  []byte
	Ignore      []byte // the .dockerignore that goes with it; nil = as it is
	Language    string // "Python", "Node", "Go", "Java", "PHP", "Ruby", "Rust", "static"
	Builder     string // base of the builder
	Final       string // base of the final stage
	Improvement bool   // the original was multi-stage already
	Changes     []Change
	Notes       []string     // what the user ought to know, a sentence each
	Assumptions []Assumption // what it rests on, with the evidence
	Target      string       // the stage that ships, where it is not the last
	// files of settings in the context that the ignore file keeps out and the original's image holds
	KeptOut     []string
	Recommended bool // packages that others only recommend are left out in the final stage
	Hardened    bool // a USER or HEALTHCHECK was added that the original lacks
}

// Change is a difference that the conversion makes on purpose, in the words that internal/prove knows: "command",
// "user", "workdir", "healthcheck", "headers", "env NAME".
type Change struct{ What, Why string }

// Refusal is why a Dockerfile is not converted.
type Refusal struct {
	Reason string
	Line   int // 0 if it is about the whole file
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(in *dockerfile.Instruction, format string, args ...any) error {
	r := &Refusal{Reason: fmt.Sprintf(format, args...)}
	if in != nil {
		r.Line = in.Line
	}
	return r
}

// Split converts a Dockerfile. context is its build context; nil is taken for one that cannot be read, and then what
// depends on it is refused. The error is a *Refusal for a file that is not converted.
func Split(f *dockerfile.File, context fs.FS, o Options) (*Result, error) {
	if len(f.Problems) > 0 {
		line, _ := f.Position(f.Problems[0].Span.Start)
		return nil, &Refusal{Reason: "it does not parse: " + f.Problems[0].Text, Line: line}
	}
	if len(f.Stages) == 0 {
		return nil, &Refusal{Reason: "it has no stage"}
	}
	st, err := f.Target(o.Target)
	if err != nil {
		return nil, &Refusal{Reason: err.Error()}
	}
	if len(f.Stages) == 1 {
		return split(f, st, context, o)
	}
	alone, why := standsAlone(f, st)
	if alone && o.Target != "" && st.Index < len(f.Stages)-1 {
		return split(f, st, context, o) // the stage that ships is a plain one, whatever else the file holds
	}
	res, err := improve(f, st, o)
	if err == nil || !bigBase(st.Base) || st.Parent != nil {
		return res, err
	}
	if !alone {
		return nil, refuse(st.From, "%s", why)
	}
	return split(f, st, context, o)
}

// split converts a stage to stages that stand in its place.
func split(f *dockerfile.File, st *dockerfile.Stage, context fs.FS, o Options) (*Result, error) {
	a := newConversion(f, st, context, o)
	a.dependents = dependents(f, st)
	if len(a.dependents) > 0 {
		a.o.KeepRoot = true // they go on as the user that it leaves
		if err := a.servesDependents(); err != nil {
			return nil, err
		}
	}
	if err := a.refusals(); err != nil {
		return nil, err
	}
	plan, ok := planners[a.language]
	if !ok {
		return nil, refuse(st.From, "%s", a.unknownLanguage())
	}
	if err := plan(a); err != nil {
		return nil, err
	}
	if f := a.instead; f != nil {
		res, err := split(f, f.Stages[0], context, o)
		if err != nil {
			return nil, err
		}
		a.res = res
		a.change("command", "the app is built before it starts")
		a.guesses("the build needs nothing that is only known when the app starts",
			"the original builds whenever it starts, with the variables of that moment")
		return res, nil
	}
	if err := a.worthwhile(); err != nil {
		return nil, err
	}
	return a.result()
}

// planners fill an app's stages, one a language.
var planners = map[string]func(*conversion) error{
	"Python": planPython,
	"Node":   planNode,
	"Go":     planGo,
	"Java":   planJava,
	"PHP":    planPHP,
	"Ruby":   planRuby,
	"Rust":   planRust,
}

func (a *conversion) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(a.res.Notes, n) {
		a.res.Notes = append(a.res.Notes, n)
	}
}

func (a *conversion) change(what, why string) {
	if c := (Change{what, why}); !slices.Contains(a.res.Changes, c) {
		a.res.Changes = append(a.res.Changes, c)
	}
}

// from is the original's FROM, for the builder.
func (a *conversion) from() string {
	text := a.st.From.Args[0].Text
	if fl, ok := a.st.From.Flag("platform"); ok {
		text = a.f.Text(fl.Span) + " " + text
	}
	return text
}

// standsAlone reports whether a stage of several can be converted by itself: no other takes files from it. why says
// what
// stands against it.
func standsAlone(f *dockerfile.File, st *dockerfile.Stage) (ok bool, why string) {
	if st.Parent != nil {
		return false, "it is multi-stage already, and its final stage builds on another"
	}
	for _, s := range f.Stages {
		for _, in := range s.Instructions {
			if f.CopiedFrom(in) == st {
				return false, "stage " + s.Label() +
					" copies files from it, and which of them the conversion would have to keep in place is not told"
			}
		}
	}
	if st.Name == "" && st.Index < len(f.Stages)-1 {
		return false, "the stage that ships has no name, and its number would change; give it one (FROM … AS name)"
	}
	return true, ""
}

// dependents are the stages that build on a stage.
func dependents(f *dockerfile.File, st *dockerfile.Stage) []*dockerfile.Stage {
	var out []*dockerfile.Stage
	for _, s := range f.Stages {
		for _, below := range f.Lineage(s)[1:] {
			if below == st {
				out = append(out, s)
			}
		}
	}
	return out
}

// servesDependents refuses where a stage that builds on this one does what a slim base may not have the tools for.
func (a *conversion) servesDependents() error {
	for _, s := range a.dependents {
		for _, in := range s.Instructions {
			if in.Keyword != "RUN" {
				continue
			}
			o := &instruction{in: in, dir: "/", env: a.base.Env}
			for _, c := range a.split(o) {
				switch c.kind {
				case system, refresh, upgrade, clean, account, files, state:
				default:
					return refuse(in,
						"stage %s builds on it and runs %s, which may need what the builder has; base that stage on "+
							"an image of its own first", s.Label(), shorten(c.text))
				}
			}
		}
	}
	return nil
}

// result prints the stages and the ignore file.
func (a *conversion) result() (*Result, error) {
	a.nameStages()
	for _, s := range a.dependents {
		a.note("Stage %s builds on it, and stands on %s now.", s.Label(), a.res.Final)
	}
	text := a.print()
	if a.f.EOL == "\r\n" {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if len(a.f.Stages) > 1 {
		span := a.st.Span()
		text = string(a.f.Src[:span.Start]) + strings.TrimRight(text, "\r\n") + string(a.f.Src[span.End:])
		a.res.Target = a.st.Name
	}
	a.res.Dockerfile = []byte(text)
	a.res.Builder = a.st.Base.Text
	a.res.Ignore = a.ignoreFile()
	again := dockerfile.Parse(a.res.Dockerfile)
	if len(again.Problems) > 0 {
		return nil, &Refusal{Reason: "the conversion of this file would not parse: " + again.Problems[0].Text}
	}
	final, err := again.Target(a.res.Target)
	if err != nil {
		return nil, &Refusal{Reason: err.Error()}
	}
	if err := a.check(again, final); err != nil {
		return nil, err
	}
	return a.res, nil
}

// nameStages gives the final stage the name that the original's has in a file of several, and the new ones names that
// no
// other stage has.
func (a *conversion) nameStages() {
	if len(a.f.Stages) == 1 {
		return
	}
	taken := map[string]bool{}
	for _, s := range a.f.Stages {
		taken[s.Name] = true
	}
	for _, s := range a.out[:len(a.out)-1] {
		old := s.name
		for n := 0; taken[s.name]; n++ {
			s.name = map[int]string{0: "build"}[n]
			if n > 0 {
				s.name = old + "-" + strconv.Itoa(n)
			}
		}
		taken[s.name] = true
		rename := strings.NewReplacer("--from="+old+" ", "--from="+s.name+" ", "from="+old+",", "from="+s.name+",")
		for _, later := range a.out {
			for i := range later.lines {
				if !later.lines[i].kept {
					later.lines[i].text = rename.Replace(later.lines[i].text)
				}
			}
		}
	}
	a.out[len(a.out)-1].name = a.st.Name
}

// print is the text of the stages, and of what stands before them where the file holds no others.
func (a *conversion) print() string {
	var b strings.Builder
	if len(a.f.Stages) > 1 {
		for i, s := range a.out {
			if i > 0 {
				b.WriteString("\n")
			}
			s.print(&b)
		}
		return b.String()
	}
	for _, d := range a.f.Directives {
		b.WriteString(a.f.Text(d.Span) + "\n")
	}
	for _, c := range a.head {
		b.WriteString(c + "\n")
	}
	if len(a.head) > 0 {
		b.WriteString("\n")
	}
	for _, m := range a.f.MetaArgs {
		b.WriteString(a.f.Text(m.Span) + "\n")
	}
	if len(a.f.MetaArgs) > 0 {
		b.WriteString("\n")
	}
	for i, s := range a.out {
		if i > 0 {
			b.WriteString("\n")
		}
		s.print(&b)
	}
	return b.String()
}
