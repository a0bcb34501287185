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
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// Options steer a conversion. The zero value asks for the usual one, for a builder with BuildKit.
type Options struct {
	Target     string   // stage to convert in a file that has several, "" = the last
	FinalImage string   // base of the final stage, "" = chosen
	Plain      bool     // no RUN --mount, for builders without BuildKit
	KeepRoot   bool     // add no USER
	NoHealth   bool     // add no HEALTHCHECK
	Extra      []string // packages of the distribution that the final stage needs besides (a proof finds them)
	Held       []string // names of images that the engine holds; one of them is preferred as the final base
	Whole      bool     // take whole what is else put together: the environment, not wheels; the project's folder, not a list of files
	Facts      Facts    // what is known of the original's image beyond its name
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
	Notes       []string // what the user ought to know, a sentence each
	Hardened    bool     // a USER or HEALTHCHECK was added that the original lacks
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
	if len(f.Stages) > 1 {
		return improve(f, st, o)
	}
	a := newApp(f, st, context, o)
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

// result prints the stages and the ignore file.
func (a *conversion) result() (*Result, error) {
	var b strings.Builder
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
	text := b.String()
	if a.f.EOL == "\r\n" {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	a.res.Dockerfile = []byte(text)
	a.res.Builder = a.st.Base.Text
	a.res.Ignore = a.ignoreFile()
	again := dockerfile.Parse(a.res.Dockerfile)
	if len(again.Problems) > 0 {
		return nil, &Refusal{Reason: "the conversion of this file would not parse: " + again.Problems[0].Text}
	}
	return a.res, nil
}
