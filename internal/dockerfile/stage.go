package dockerfile

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Stage is a build stage: a FROM and what follows.
type Stage struct {
	Index        int
	Name         string // lower case, "" where it has none
	From         *Instruction
	Instructions []*Instruction // without the FROM
	Base         Ref
	Parent       *Stage // the earlier stage that FROM names, or nil
	Platform     string // the value of --platform as written
	NameSpan     Span
}

// Span is from the FROM to the end of the stage's last instruction.
func (s *Stage) Span() Span {
	end := s.From.Span.End
	if n := len(s.Instructions); n > 0 {
		end = s.Instructions[n-1].Span.End
	}
	return Span{s.From.Span.Start, end}
}

// Label is how people speak of the stage: its name, or its number.
func (s *Stage) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return strconv.Itoa(s.Index)
}

// Ref is an image reference.
type Ref struct {
	Raw        string // as written
	Text       string // with the ARGs that have a default filled in
	Known      bool   // nothing in it is left to a build argument
	FromArg    bool   // Raw holds a variable
	Span       Span
	Registry   string // "docker.io" where none is written
	Repository string // "library/python" is "python"; "bitnami/redis" stays
	Tag        string
	Digest     string // "sha256:..."
}

// Scratch reports whether it is the empty image.
func (r Ref) Scratch() bool { return strings.EqualFold(r.Text, "scratch") }

// Name is the repository's last element: "python" for "docker.io/library/python:3.11".
func (r Ref) Name() string { return r.Repository[strings.LastIndexByte(r.Repository, '/')+1:] }

// Official reports whether it is one of Docker's official images.
func (r Ref) Official() bool {
	return r.Registry == "docker.io" && !strings.Contains(r.Repository, "/")
}

// ParseRef takes an image reference to pieces. It is forgiving: it is for telling images apart, not for fetching them.
func ParseRef(s string) Ref {
	r := Ref{Raw: s, Text: s, Known: true, Registry: "docker.io"}
	rest := s
	rest, r.Digest, _ = strings.Cut(rest, "@")
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.Contains(rest[i:], "/") {
		rest, r.Tag = rest[:i], rest[i+1:]
	}
	if first, after, ok := strings.Cut(rest, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		r.Registry, rest = first, after
	}
	if r.Registry == "index.docker.io" || r.Registry == "registry-1.docker.io" {
		r.Registry = "docker.io"
	}
	if r.Registry == "docker.io" {
		rest = strings.TrimPrefix(rest, "library/")
	}
	r.Repository = rest
	return r
}

// stages groups the instructions and resolves what each FROM names.
func (f *File) stages() {
	args := map[string]string{}
	f.byName = map[string][]int{}
	var cur *Stage
	for _, in := range f.Instructions {
		switch {
		case in.Keyword == "FROM":
			cur = f.stage(in, args)
			if cur.Name != "" {
				f.byName[cur.Name] = append(f.byName[cur.Name], cur.Index)
			}
			f.Stages = append(f.Stages, cur)
		case cur != nil:
			cur.Instructions = append(cur.Instructions, in)
		case in.Keyword == "ARG":
			f.MetaArgs = append(f.MetaArgs, in)
			for _, p := range in.Pairs {
				if p.HasValue {
					args[p.Key], _ = expandGlobal(p.Value, f.Escape, args)
				}
			}
		}
		for i := in; i != nil; i = i.Trigger {
			i.Stage = cur
		}
	}
}

func (f *File) stage(in *Instruction, args map[string]string) *Stage {
	s := &Stage{Index: len(f.Stages), From: in}
	if fl, ok := in.Flag("platform"); ok {
		s.Platform = fl.Value
	}
	if len(in.Args) >= 3 && strings.EqualFold(in.Args[1].Text, "as") {
		s.Name, s.NameSpan = strings.ToLower(in.Args[2].Text), in.Args[2].Span
	}
	if len(in.Args) == 0 {
		return s
	}
	raw := in.Args[0]
	text, known := expandGlobal(raw.Text, f.Escape, args)
	s.Base = ParseRef(text)
	s.Base.Raw, s.Base.Known, s.Base.FromArg, s.Base.Span = raw.Text, known, strings.Contains(raw.Text, "$"), raw.Span
	if named := f.byName[strings.ToLower(text)]; len(named) > 0 {
		s.Parent = f.Stages[named[len(named)-1]] // the last one of that name wins, as in BuildKit
	}
	return s
}

// Expand fills in the variables of a word as the builder does, from the given values; known is false where one of them
// has none, and that one stays as it is written.
func Expand(word string, escape byte, env map[string]string) (text string, known bool) {
	return expand(word, escape, env)
}

// MetaArg is the default of a build argument that is declared before the first FROM.
func (f *File) MetaArg(name string) (value string, ok bool) {
	args := map[string]string{}
	for _, in := range f.MetaArgs {
		for _, p := range in.Pairs {
			if p.HasValue {
				args[p.Key], _ = expandGlobal(p.Value, f.Escape, args)
			}
		}
	}
	value, ok = args[name]
	return value, ok
}

// expand fills in variables as the builder does. known is false where one of them has no value.
func expand(word string, escape byte, env map[string]string) (text string, known bool) {
	if !strings.ContainsAny(word, "$'\""+string(rune(escape))) {
		return word, true
	}
	return process(shell.NewLex(rune(escape)), word, env)
}

// expandGlobal fills in variables where the file alone says which there are: in FROM and in the ARGs before it. There
// an argument that nothing declares is unset for certain, and ${NAME:-word} is the word.
func expandGlobal(word string, escape byte, args map[string]string) (text string, known bool) {
	text, known = expand(word, escape, args)
	if known {
		return text, true
	}
	lex := shell.NewLex(rune(escape))
	all, unmatched, err := lex.ProcessWord(word, values(args))
	if err != nil || len(all) > maxExpanded {
		return text, false
	}
	for _, use := range variableUse.FindAllStringSubmatch(word, -1) {
		name, hasDefault := use[1]+use[3], use[2] != ""
		if _, unset := unmatched[name]; unset && (!hasDefault || automatic[name]) {
			return text, false
		}
	}
	return all, true
}

// variableUse finds the variables of a word; the second group is there where an unset one has something in its place.
var variableUse = lazyregexp.New(`\$(?:\{([A-Za-z_]\w*)(:?[-+])?|([A-Za-z_]\w*))`)

// automatic are the arguments that a builder sets by itself.
var automatic = map[string]bool{
	"BUILDPLATFORM": true, "BUILDOS": true, "BUILDOSVERSION": true, "BUILDARCH": true, "BUILDVARIANT": true,
	"TARGETPLATFORM": true,
	"TARGETOS":       true, "TARGETOSVERSION": true, "TARGETARCH": true, "TARGETVARIANT": true, "TARGETSTAGE": true,
}

// AutomaticArgs are the arguments that a builder sets by itself.
func AutomaticArgs() []string { return slices.Sorted(maps.Keys(automatic)) }

func process(lex *shell.Lex, word string, env map[string]string) (text string, known bool) {
	if strings.Count(word, "$") > maxVariables {
		return word, false
	}
	lex.SkipUnsetEnv = true
	text, unmatched, err := lex.ProcessWord(word, values(env))
	if err != nil || len(text) > max(maxExpanded, 2*len(word)) {
		return word, false
	}
	return text, len(unmatched) == 0
}

// Expand fills variables into a word of the file as the builder does. known is false where one of them has no value.
func (f *File) Expand(word string, vars map[string]string) (text string, known bool) {
	return expand(word, f.Escape, vars)
}

// ExpandText does the same with the text of a heredoc, whose quotes stay.
func (f *File) ExpandText(text string, vars map[string]string) (out string, known bool) {
	if !strings.Contains(text, "$") {
		return text, true
	}
	lex := shell.NewLex(rune(f.Escape))
	lex.SkipProcessQuotes, lex.RawEscapes = true, true
	return process(lex, text, vars)
}

// What one expansion may use and become. Values that are made of values would double with every line.
const (
	maxVariables = 64
	maxExpanded  = 4 << 10
)

type values map[string]string

func (v values) Get(k string) (string, bool) { s, ok := v[k]; return s, ok }

func (v values) Keys() []string {
	out := make([]string, 0, len(v))
	for k := range v {
		out = append(out, k)
	}
	return out
}

// WithArgs resolves the FROM references anew with build arguments that win over the file's defaults (compose's
// build.args). Arguments that the file does not declare count for nothing. The File itself is left alone.
func (f *File) WithArgs(build map[string]string) []Ref {
	args := map[string]string{}
	for _, in := range f.MetaArgs {
		for _, p := range in.Pairs {
			if v, ok := build[p.Key]; ok {
				args[p.Key] = v
			} else if p.HasValue {
				args[p.Key], _ = expandGlobal(p.Value, f.Escape, args)
			}
		}
	}
	out := make([]Ref, len(f.Stages))
	for i, s := range f.Stages {
		text, known := expandGlobal(s.Base.Raw, f.Escape, args)
		out[i] = ParseRef(text)
		out[i].Raw, out[i].Known, out[i].FromArg, out[i].Span = s.Base.Raw, known, s.Base.FromArg, s.Base.Span
	}
	return out
}

// Target finds the stage that a build ends with: the last one for "", else the one of that name or number.
func (f *File) Target(name string) (*Stage, error) {
	if len(f.Stages) == 0 {
		return nil, fmt.Errorf("the file has no stage")
	}
	if name == "" {
		return f.Stages[len(f.Stages)-1], nil
	}
	if s := f.stageNamed(name, len(f.Stages)); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("there is no stage %q", name)
}

// stageNamed finds a stage among the first n by name or number, the last of that name first.
func (f *File) stageNamed(name string, n int) *Stage {
	named := f.byName[strings.ToLower(name)]
	if i := sort.SearchInts(named, n); i > 0 {
		return f.Stages[named[i-1]]
	}
	if i, err := strconv.Atoi(name); err == nil && 0 <= i && i < n {
		return f.Stages[i]
	}
	return nil
}

// CopiedFrom is the earlier stage that a COPY --from or ADD names, or nil where it is another image or none.
func (f *File) CopiedFrom(in *Instruction) *Stage {
	fl, ok := in.Flag("from")
	if !ok || in.Stage == nil || in.Keyword != "COPY" {
		return nil
	}
	return f.stageNamed(fl.Value, in.Stage.Index)
}

// Lineage is the stage and the stages that it is built on through FROM, itself first: the stages all of whose layers
// are in the image.
func (f *File) Lineage(s *Stage) []*Stage {
	var out []*Stage
	for ; s != nil; s = s.Parent {
		out = append(out, s)
	}
	return out
}

// Needed tells for each stage by index whether building s needs it: through FROM, COPY --from or RUN --mount from.
func (f *File) Needed(s *Stage) []bool {
	need := make([]bool, len(f.Stages))
	var visit func(*Stage)
	visit = func(s *Stage) {
		if s == nil || need[s.Index] {
			return
		}
		need[s.Index] = true
		visit(s.Parent)
		for _, in := range s.Instructions {
			visit(f.CopiedFrom(in))
			for _, m := range in.Mounts() {
				if m.From != "" {
					visit(f.stageNamed(m.From, s.Index))
				}
			}
		}
	}
	visit(s)
	return need
}
