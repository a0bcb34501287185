// Package lint judges Dockerfiles. A rule is a value; the rules themselves stand in lint/rules, one file each. Two
// kinds share the machinery: those that hadolint defines are judged on every stage as hadolint does, under its codes as
// aliases, and are silenced by its pragmas and its configuration; those that know the stack judge what ships.
//
// A Dockerfile is only read. What else a rule may want to know (the ignore file, who depends on the service, what a
// split would save) it is given in a Context.
package lint

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
)

// Level is how hadolint rates a rule; .hadolint.yaml speaks in these words.
type Level string

// The levels, worst first. Ignored rules are off until a configuration asks for them.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
	LevelInfo    Level = "info"
	LevelStyle   Level = "style"
	LevelIgnore  Level = "ignore"
)

var levels = []Level{LevelError, LevelWarning, LevelInfo, LevelStyle, LevelIgnore}

// AtLeast reports whether l is as bad as threshold or worse.
func (l Level) AtLeast(threshold Level) bool { return l.rank() <= threshold.rank() }

func (l Level) rank() int {
	for i, v := range levels {
		if v == l {
			return i
		}
	}
	return len(levels)
}

// severity is what a level that the configuration sets means in drydock's words.
func (l Level) severity() finding.Severity {
	switch l {
	case LevelError:
		return finding.High
	case LevelWarning:
		return finding.Medium
	case LevelInfo:
		return finding.Low
	}
	return finding.Info
}

// Rule is one check.
type Rule struct {
	finding.Rule
	Level  Level    // hadolint's level; "" for drydock's own rules
	Covers []string // codes whose finding on the same instruction says less than this rule's: they become its aliases
	Check  func(*Pass)

	// OwnLine says that the rule is about how an instruction is written: it says nothing of a script that a RUN starts.
	OwnLine bool

	BuildCheck string              // the check of `docker build --check` that the rule stands for; one of its aliases
	Built      func(*Pass) []Place // where BuildKit reports it, nil where that is what Check finds
}

// Code is hadolint's code of the rule, "" if it has none.
func (r *Rule) Code() string {
	if r.Level == "" || len(r.Aliases) == 0 {
		return ""
	}
	return r.Aliases[0]
}

// SyntaxRule is what a line that does not parse is reported under. It has no Check: the reader finds it.
var SyntaxRule = Rule{Level: LevelError, Rule: finding.Rule{
	ID: "dockerfile-syntax", Aliases: []string{"DL1000"}, Gate: finding.GateDockerfile, Severity: finding.High,
	Title: "The Dockerfile does not parse",
	Description: "A builder stops at this line, so the image cannot be built as the file stands. Everything else in " +
		"the file is still checked.",
	Remedy:     "Correct the line. The message says what the builder's parser expected.",
	References: []string{"https://docs.docker.com/reference/dockerfile/"},
}}

// ShellRule is what a command line that no shell parses is reported under. It has no Check: the reader finds it.
var ShellRule = Rule{Rule: finding.Rule{
	ID: "shell-syntax", Gate: finding.GateDockerfile, Severity: finding.High,
	Title: "No shell parses the command line",
	Description: "The shell stops with a syntax error before it runs anything: the build fails at a RUN, the " +
		"container does not start with " +
		"such a CMD or ENTRYPOINT. No other rule sees the commands in it.",
	Remedy:     "Correct the place: close the quote or bracket, end every if, for, while and case.",
	References: []string{"https://docs.docker.com/reference/dockerfile/#shell-form"},
}}

// Context is what is known beyond the Dockerfile. The zero Context is a file by itself.
type Context struct {
	Target string            // build target, "" for the last stage
	Args   map[string]string // build arguments; their values are never shown
	// names of further build contexts, which stand in for images and stages
	Contexts []string
	Services []Service                     // the services that run the image
	Base     func(ref string) (Base, bool) // what is known of a base image; nil if nothing is
	Platform string                        // that the image is built for, "" if it is not known
	Patterns []string                      // of the ignore file
	// reports whether the ignore file keeps a path out of the context; nil if there is no ignore file
	Ignored func(path string) bool
	Files   fs.FS                    // the build context; nil if it is not known
	Shown   func(name string) string // how the report names a file of it; nil for its path in the context
	// for end-of-life dates; the zero time switches those rules off
	Now time.Time
	// what a split would save, in words; nil or "" if not known
	Estimate func(*dockerfile.File, *dockerfile.Stage) string
}

// Service is a compose service that runs the image.
type Service struct {
	Name       string
	Dependants []string // services that name it in depends_on
	Health     bool     // compose gives it a health check, or says that it has none
	User       string   // compose's user, which wins over USER
}

// Pass is one rule's look at one Dockerfile.
type Pass struct {
	File    *dockerfile.File
	Config  *Config
	Context *Context
	Final   *dockerfile.Stage // the stage that a build ends with, nil if there is none

	ships  []bool // by stage: all its layers are in the image
	needed []bool // by stage: the build runs it
	refs   []dockerfile.Ref
	checks directive
	rule   *Rule
	out    *[]result
}

// result is a finding on its way, with what silences it.
type result struct {
	f    finding.Finding
	rule *Rule
	span dockerfile.Span
	in   *dockerfile.Instruction
	text string // what it is about, for its identity, where that is no text of the Dockerfile
}

// Ships reports whether all layers of the instruction's stage are in the image.
func (p *Pass) Ships(in *dockerfile.Instruction) bool {
	return in.Stage != nil && in.Stage.Index < len(p.ships) && p.ships[in.Stage.Index]
}

// Shipped are the stages whose layers are the image, the first one first.
func (p *Pass) Shipped() []*dockerfile.Stage {
	var out []*dockerfile.Stage
	for _, s := range p.File.Stages {
		if p.ships[s.Index] {
			out = append(out, s)
		}
	}
	return out
}

// Needed reports whether the build runs the stage.
func (p *Pass) Needed(s *dockerfile.Stage) bool { return p.needed[s.Index] }

// Base is the stage's base image with the build arguments filled in.
func (p *Pass) Base(s *dockerfile.Stage) dockerfile.Ref { return p.refs[s.Index] }

// Option adds to a finding.
type Option func(*Pass, *finding.Finding)

// Severity rates a finding differently from its rule.
func Severity(s finding.Severity) Option { return func(_ *Pass, f *finding.Finding) { f.Severity = s } }

// Confidence says how sure the rule is.
func Confidence(c finding.Confidence) Option {
	return func(_ *Pass, f *finding.Finding) { f.Confidence = c }
}

// Evidence adds what the judgement rests on.
func Evidence(format string, args ...any) Option {
	return func(_ *Pass, f *finding.Finding) { f.Evidence = append(f.Evidence, fmt.Sprintf(format, args...)) }
}

// Fix gives this very place a remedy of its own, and the edits.
func Fix(text string, edits ...dockerfile.Edit) Option {
	return func(p *Pass, f *finding.Finding) {
		f.Fix.Text = text
		for _, e := range edits {
			f.Fix.Edits = append(f.Fix.Edits, finding.Edit{Location: p.location(e.Span), NewText: e.New})
		}
	}
}

// Report adds a finding about an instruction; its place is the instruction's keyword.
func (p *Pass) Report(in *dockerfile.Instruction, title string, opts ...Option) {
	p.ReportAt(in, in.KeywordSpan, title, opts...)
}

// ReportAt adds a finding about an instruction with a place within it. The title must hold no value that may be secret.
func (p *Pass) ReportAt(in *dockerfile.Instruction, at dockerfile.Span, title string, opts ...Option) {
	aliases := slices.Clone(p.rule.Aliases)
	if p.rule.Code() != "" {
		aliases = aliases[:1]
	}
	f := finding.Finding{
		Gate: finding.GateDockerfile, Rule: p.rule.ID, Aliases: aliases, Title: title,
		Severity: p.rule.Severity, Confidence: finding.ConfidenceHigh, Location: p.location(at), CWE: p.rule.CWE,
		OWASP: p.rule.OWASP,
		Fix:   finding.Fix{Text: p.rule.Remedy}, Forecast: finding.ForecastEdit, Services: names(p.Context.Services),
	}
	if in != nil {
		f.Snippet = snippet(in)
		if in.Stage != nil && !p.needed[in.Stage.Index] {
			f.Forecast = finding.ForecastNotShipped
			f.Evidence = append(f.Evidence, "the build of this target does not run the stage")
		} else if in.Stage != nil && !p.ships[in.Stage.Index] {
			f.Forecast = finding.ForecastNotShipped
			f.Evidence = append(f.Evidence, fmt.Sprintf("stage %s is not in the image that ships", in.Stage.Label()))
		}
	}
	for _, o := range opts {
		o(p, &f)
	}
	*p.out = append(*p.out, result{f: f, rule: p.rule, span: at, in: in})
}

func names(services []Service) []string {
	out := make([]string, len(services))
	for i, s := range services {
		out[i] = s.Name
	}
	return out
}

func (p *Pass) location(s dockerfile.Span) finding.Location {
	var l finding.Location
	l.Line, l.Column = p.File.Position(s.Start)
	l.EndLine, l.EndColumn = p.File.Position(s.End)
	return l
}

// Run judges a Dockerfile with the given rules, and the scripts of the build context that its RUN instructions start.
// It returns the findings that neither a pragma nor the configuration silences, in the order of the file. path goes
// into every location but those in scripts.
func Run(f *dockerfile.File, path string, rules []Rule, cfg *Config, ctx *Context) []finding.Finding {
	if cfg == nil {
		cfg = &Config{}
	}
	if ctx == nil {
		ctx = &Context{}
	}
	out := judge(f, rules, cfg, ctx)
	out = append(out, judgeScripts(f, path, rules, cfg, ctx, out)...)
	return finish(out, f, path, cfg)
}

// judge runs the rules over one text.
func judge(f *dockerfile.File, rules []Rule, cfg *Config, ctx *Context) []result {
	var out []result
	p := &Pass{File: f, Config: cfg, Context: ctx, checks: checkOptions(f), out: &out}
	p.shape()
	p.syntax()
	p.shell()
	for i := range rules {
		r := &rules[i]
		if r.Check == nil || cfg.off(r) {
			continue
		}
		p.rule = r
		from := len(out)
		r.Check(p)
		if r.Built != nil {
			p.built(from)
		}
	}
	out = p.honour(out)
	return merge(silence(p, out))
}

// shape finds out which stages ship and which the build runs.
func (p *Pass) shape() {
	f := p.File
	p.ships, p.needed, p.refs = make([]bool, len(f.Stages)), make([]bool, len(f.Stages)), f.WithArgs(p.Context.Args)
	s, err := f.Target(p.Context.Target)
	if err != nil {
		return
	}
	p.Final, p.needed = s, f.Needed(s)
	for _, s := range f.Lineage(s) {
		p.ships[s.Index] = true
	}
}

// syntax reports what does not parse.
func (p *Pass) syntax() {
	if p.Config.off(&SyntaxRule) {
		return
	}
	p.rule = &SyntaxRule
	for _, pr := range p.File.Problems {
		p.ReportAt(nil, pr.Span, pr.Text)
	}
	if p.checks.err != nil {
		p.ReportAt(nil, p.checks.span, "the check directive: "+p.checks.err.Error())
	}
	if _, err := p.File.Target(p.Context.Target); err != nil && len(p.File.Stages) > 0 {
		p.ReportAt(nil, p.File.Stages[0].From.Span, "the build target is not a stage of this file")
	}
}

// shell reports command lines that no shell parses. What is only too large to be looked into is no fault of the file.
func (p *Pass) shell() {
	if p.Config.off(&ShellRule) {
		return
	}
	p.rule = &ShellRule
	p.File.Walk(func(in *dockerfile.Instruction) {
		if in.Script == nil || in.Script.Fault == "" {
			return
		}
		var opts []Option
		switch in.Script.Dialect {
		case "sh", "dash", "ash", "bash", "busybox":
		default: // zsh and ksh take more than what is parsed here
			opts = append(opts, Severity(finding.Low), Confidence(finding.ConfidenceLow))
		}
		p.ReportAt(in, in.Script.ErrSpan, "the shell does not parse this: "+in.Script.Fault, opts...)
	})
}

// merge lets a finding of a rule that says more take the place of one that says less about the same instruction.
func merge(all []result) []result {
	type key struct {
		in   *dockerfile.Instruction
		code string
	}
	covered := map[key]*result{}
	for i := range all {
		for _, c := range all[i].rule.Covers {
			if all[i].in != nil && covered[key{all[i].in, c}] == nil {
				covered[key{all[i].in, c}] = &all[i]
			}
		}
	}
	var out []*result
	for i := range all {
		if by := covered[key{all[i].in, all[i].rule.Code()}]; by != nil && by.rule != all[i].rule {
			for _, name := range all[i].f.Aliases {
				if !slices.Contains(by.f.Aliases, name) {
					by.f.Aliases = append(by.f.Aliases, name)
				}
			}
			continue
		}
		out = append(out, &all[i])
	}
	kept := make([]result, len(out))
	for i, r := range out {
		kept[i] = *r
	}
	return kept
}

// finish gives every finding its path, its identity and its level from the configuration, and sorts them.
func finish(all []result, f *dockerfile.File, path string, cfg *Config) []finding.Finding {
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		if a.span.Start != b.span.Start {
			return a.span.Start < b.span.Start
		}
		return a.rule.ID < b.rule.ID
	})
	seen := map[string]int{}
	out := make([]finding.Finding, 0, len(all))
	for i := range all {
		r := &all[i]
		r.f.Location.Path = cmp.Or(r.f.Location.Path, path)
		for j := range r.f.Fix.Edits {
			r.f.Fix.Edits[j].Path = path
		}
		if l, ok := cfg.level(r.rule); ok && l != LevelIgnore {
			r.f.Severity = l.severity()
		}
		parts := []string{r.rule.ID, r.f.Location.Path, stageOf(r), cmp.Or(r.text, identity(f, r))}
		n := seen[strings.Join(parts, "\x00")]
		seen[strings.Join(parts, "\x00")]++
		r.f.ID = finding.Fingerprint(finding.GateDockerfile, append(parts, fmt.Sprint(n))...)
		r.f.Normalize()
		out = append(out, r.f)
	}
	return out
}

func stageOf(r *result) string {
	if r.in == nil || r.in.Stage == nil {
		return ""
	}
	return r.in.Stage.Label()
}

// identity is the instruction's text with its spaces evened out: it survives moved and rewrapped lines. It only goes
// into the fingerprint.
func identity(f *dockerfile.File, r *result) string {
	s := r.span
	if r.in != nil {
		s = r.in.Span
	}
	return strings.Join(strings.Fields(f.Text(s)), " ")
}
