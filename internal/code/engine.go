package code

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/measure"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/search"
	"github.com/drydock/drydock/internal/code/settings"
	"github.com/drydock/drydock/internal/code/taint"
	"github.com/drydock/drydock/internal/source"
	"github.com/drydock/drydock/internal/syntax"
)

// Options of an engine.
type Options struct {
	Workers int           // files at once; 0 for one a processor
	Limits  syntax.Limits // of one file's tree; zero for syntax.DefaultLimits
	Cache   string        // folder for results, "" for none
	Build   string        // what distinguishes this build of drydock from others, for the cache
	// Secrets finds the secrets of a source; nil for none. It must be safe for concurrent use.
	Secrets func(path string, src []byte) []Secret
	// Measure has each file of code measured.
	Measure bool
}

// Engine runs many rules over many files. File is safe for concurrent use; of Run only one may be under way.
type Engine struct {
	opt    Options
	byLang map[*ast.Lang][]*search.Program
	plain  []*search.Program
	rules  []*rule.Rule
	inter  []*interRule // rules that look across files
	cache  *cache
	many   *tooMany // of one Run
	large  sync.Mutex

	settings    *settings.Values // of the tree of one Run, nil where it has none
	settingsSum string
}

// New compiles rules. Those that are wrong are left out and reported; the others work.
func New(rules []*rule.Rule, opt Options) (*Engine, []error) {
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.Limits == (syntax.Limits{}) {
		opt.Limits = syntax.DefaultLimits
	}
	e := &Engine{opt: opt, byLang: map[*ast.Lang][]*search.Program{}}
	var errs []error
	for i, all := range compileAll(rules, opt.Workers) {
		seen := map[string]bool{}
		good := false
		for _, c := range all {
			p := c.prog
			if c.err != nil {
				errs = append(errs, c.err)
				continue
			}
			key := p.Plain
			if p.Lang != nil {
				key = p.Lang.Name
			}
			if seen[key] {
				continue
			}
			seen[key], good = true, true
			switch {
			case p.Lang == nil:
				e.plain = append(e.plain, p)
			case follows(p):
				e.addInter(p)
			default:
				e.byLang[p.Lang] = append(e.byLang[p.Lang], p)
			}
		}
		if good {
			e.rules = append(e.rules, rules[i])
		}
	}
	return e, errs
}

// compiled is a rule compiled for one of its languages, or why it could not be.
type compiled struct {
	prog *search.Program
	err  error
}

// compileAll compiles each rule for each of its languages, several at once.
func compileAll(rules []*rule.Rule, workers int) [][]compiled {
	out := make([][]compiled, len(rules))
	all := search.NewPool()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(rules)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := next.Add(1) - 1; int(i) < len(rules); i = next.Add(1) - 1 {
				for _, l := range rules[i].Languages {
					p, err := search.CompileIn(rules[i], l, all)
					out[i] = append(out[i], compiled{p, err})
				}
			}
		}()
	}
	wg.Wait()
	return out
}

// Rules lists the rules that work.
func (e *Engine) Rules() []*rule.Rule { return e.rules }

// Wanted reports whether some rule may look at a file, by its name alone.
func (e *Engine) Wanted(path string) bool {
	if len(e.plain) > 0 || e.opt.Secrets != nil {
		return true
	}
	l := ast.LangOf(path)
	return l != nil && (len(e.byLang[l]) > 0 || e.hasInter(l)) || e.measures(l)
}

func (e *Engine) measures(l *ast.Lang) bool { return e.opt.Measure && measure.Wanted(l) }

// FileResult is what was found in a file, and what could not be looked at.
type FileResult struct {
	Findings []Finding
	Problem  string // why the file was not looked at, or not in full; "" if it was
	Unread   bool   // it was not looked at at all
	Unused   []Unused
	Facts    []byte // for rules that look across files, as they are kept
	Measures []byte // likewise, while they are read and written

	facts    *facts.File
	measured *measured
	key      string // of the cache, "" where it is not kept
	// it holds secrets, so that nothing of it is kept: facts have its texts
	secret bool
}

// Result is what was found in a tree.
type Result struct {
	Findings []Finding
	Unused   []Unused // suppressions that suppress nothing
	Scanned  int      // files looked at
	Partial  []Partial
	Skipped  []source.Skipped
	Measures []Measure // of files of code, by path
}

// Partial is a file that was not looked at in full.
type Partial struct{ Path, Reason string }

// Run looks at all files of a tree. progress, which may be nil, is told of each file that is done.
func (e *Engine) Run(ctx context.Context, tree *source.Tree, progress func(done, total int)) (*Result, error) {
	if e.opt.Cache != "" && e.cache == nil {
		e.cache = openCache(e.opt.Cache, e.opt.Build+fmt.Sprint(e.opt.Secrets != nil, e.opt.Measure), e.rules)
	}
	e.many = &tooMany{n: map[*rule.Rule]int{}}
	e.settings = settingsOf(tree)
	e.settingsSum = e.settings.Sum()
	results := make([]FileResult, len(tree.Files))
	skip := make([]string, len(tree.Files))
	work := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range e.opt.Workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range work {
				results[i], skip[i] = e.read(&tree.Files[i])
				if progress != nil {
					mu.Lock()
					done++
					progress(done, len(tree.Files))
					mu.Unlock()
				}
			}
		}()
	}
	var err error
feed:
	for i := range tree.Files {
		select {
		case work <- i:
		case <-ctx.Done():
			err = ctx.Err()
			break feed
		}
	}
	close(work)
	wg.Wait()
	if err != nil {
		return nil, err
	}
	out := &Result{Measures: measures(results, func(i int) string { return tree.Files[i].Rel })}
	if len(e.inter) > 0 {
		out.Partial = e.across(results, tree.Root, func(i int) []byte {
			src, _ := tree.Files[i].Read(0)
			return src
		})
	}
	for i := range results {
		r := &results[i]
		if skip[i] != "" {
			tree.Skip(skip[i], tree.Files[i].Rel)
			continue
		}
		if !r.Unread {
			out.Scanned++
		}
		if r.Problem != "" {
			out.Partial = append(out.Partial, Partial{tree.Files[i].Rel, r.Problem})
		}
		out.Findings = append(out.Findings, r.Findings...)
		out.Unused = append(out.Unused, r.Unused...)
	}
	out.Skipped = tree.Skipped()
	for _, r := range e.rules {
		if e.many.n[r] > maxPerRule {
			out.Partial = append(
				out.Partial,
				Partial{
					r.File,
					fmt.Sprintf("rule %s matches more than %d places; the rest was not looked for", r.ID, maxPerRule),
				},
			)
		}
	}
	number(out.Findings)
	return out, nil
}

// asksSettings is what stands in each file whose results the project's configuration may change.
var asksSettings = regexp.MustCompile(`getProperty|settings|config|conf\b|constants`)

// settingsOf reads what the configuration files of a tree say, nil where there are none.
func settingsOf(tree *source.Tree) *settings.Values {
	var out *settings.Values
	read := 0
	for i := range tree.Files {
		f := &tree.Files[i]
		if !settings.Wanted(f.Rel) || f.Size > settings.MaxFile || read >= settings.MaxFiles {
			continue
		}
		read++
		if src, reason := f.Read(0); reason == "" {
			if out == nil {
				out = &settings.Values{}
			}
			out.Add(f.Rel, src)
		}
	}
	return out
}

// read reads one file and looks at it. The reason is not empty where it was left out.
func (e *Engine) read(f *source.File) (FileResult, string) {
	src, reason := f.Read(0)
	if reason != "" {
		return FileResult{}, reason
	}
	if e.cache == nil {
		return e.file(f.Rel, src, f.Named), ""
	}
	key := cacheKey(f.Rel, src)
	if asksSettings.Match(src) {
		key = cacheKey(f.Rel+"\x00"+e.settingsSum, src)
	}
	if r, ok := e.cache.get(key); ok && r.restore() {
		r.key = key
		r.measured = unpackMeasures(r.Measures, src)
		r.Measures = nil
		return r, ""
	}
	r := e.file(f.Rel, src, f.Named)
	if r.secret {
		return r, ""
	}
	if r.facts != nil {
		r.Facts = r.facts.Pack()
	}
	r.Measures = r.measured.pack()
	e.cache.put(key, r)
	r.key, r.Measures = key, nil
	return r, ""
}

// File looks at one source, whose path is relative to what is scanned.
func (e *Engine) File(rel string, src []byte) FileResult {
	res := []FileResult{e.file(rel, src, true)}
	if len(e.inter) > 0 {
		e.across(res, "", func(int) []byte { return src })
	}
	return res[0]
}

// large is the size from which on files are looked at one at a time: their trees take the memory of a whole run.
const large = 1 << 20

// file looks at one source. Of one that the user named the language is told from its content too.
func (e *Engine) file(rel string, src []byte, named bool) (res FileResult) {
	defer func() {
		if p := recover(); p != nil {
			res = FileResult{Problem: fmt.Sprintf("internal error: %v", p)}
		}
	}()
	if len(src) > large {
		e.large.Lock()
		defer e.large.Unlock()
	}
	lang := ast.LangOf(rel)
	if lang == nil {
		lang = byFirstLine(src)
	}
	if lang == nil && named {
		lang = e.byGrammar(rel, src)
	}
	have := search.WordsOf(src)
	f := search.NewFile(rel, src, nil)
	var ms []found
	for _, p := range e.plain {
		if p.Applies(rel) {
			ms = append(ms, e.run(p, f)...)
		}
	}
	if lang == nil {
		return e.finish(f, ms, res)
	}
	var progs []*search.Program
	for _, p := range e.byLang[lang] {
		if p.Applies(rel) && p.Possible(have) {
			progs = append(progs, p)
		}
	}
	ruled := len(progs) > 0 || e.hasInter(lang)
	if ruled || e.measures(lang) {
		tree, err := search.ParseTree(lang, rel, src, e.opt.Limits)
		if err != nil && !ruled {
			return e.finish(f, ms, res)
		}
		if err != nil {
			res.Problem = err.Error()
			if !errors.Is(err, syntax.ErrUnavailable) && !errors.Is(err, syntax.ErrTooLarge) &&
				!errors.Is(err, syntax.ErrTimeout) {
				res.Problem = "syntax tree: " + err.Error()
			}
			res.Unread = len(e.plain) == 0 && e.opt.Secrets == nil
			return e.finish(f, ms, res)
		}
		if e.settings != nil {
			tree.Settings = e.settings
		}
		f.SetTree(tree)
		for _, p := range progs {
			ms = append(ms, e.run(p, f)...)
		}
		if e.hasInter(lang) {
			res.facts = e.facts(f, have)
		}
		if e.measures(lang) {
			res.measured = measureOf(tree)
		}
		switch {
		case !ruled: // what the grammar does not understand changes nothing but a figure
		case len(tree.Errors) > 0:
			line, _ := tree.Line(tree.Errors[0].Start)
			res.Problem = fmt.Sprintf(
				"%d places are not understood by the grammar, the first in line %d",
				len(tree.Errors),
				line,
			)
			if len(tree.Errors) == 1 {
				res.Problem = fmt.Sprintf("line %d is not understood by the grammar", line)
			}
		case tree.Depth:
			res.Problem = "nested too deeply: what lies deepest was not looked at"
		}
	}
	if f.Bounded {
		res.Problem = strings.TrimPrefix(res.Problem+"; a bound on work was reached: some matches may be missing", "; ")
	}
	return e.finish(f, ms, res)
}

// byGrammar guesses the language of a file whose name and first line tell nothing: of the languages that there are
// rules for, the one whose grammar has to pass over the least of the beginning, if that is next to nothing.
func (e *Engine) byGrammar(rel string, src []byte) *ast.Lang {
	const sample, most = 16 << 10, 20 // bytes tried; at most one in so many may be passed over
	head := src[:min(len(src), sample)]
	if i := bytes.LastIndexByte(head, '\n'); len(src) > sample && i > 0 {
		head = head[:i+1]
	}
	var best *ast.Lang
	least := len(head)/most + 1
	for _, l := range ast.Languages {
		if len(e.byLang[l]) == 0 && !e.hasInter(l) {
			continue
		}
		tree, err := l.Parse(rel, head, e.opt.Limits)
		if err != nil {
			continue
		}
		passed := 0
		for _, s := range tree.Errors {
			passed += int(s.End - s.Start)
		}
		if len(tree.Errors) > 0 {
			passed++
		}
		if passed < least {
			best, least = l, passed
		}
	}
	return best
}

// byFirstLine tells a script's language from its interpreter.
func byFirstLine(src []byte) *ast.Lang {
	if len(src) < 3 || src[0] != '#' || src[1] != '!' {
		return nil
	}
	line, _, _ := strings.Cut(string(src[:min(len(src), 200)]), "\n")
	for word, lang := range map[string]string{"python": "python", "node": "javascript", "ruby": "ruby", "bash": "bash",
		"/sh": "bash", " sh": "bash", "php": "php"} {
		if strings.Contains(line, word) {
			return ast.LangByName(lang)
		}
	}
	return nil
}

// found is a match with the program that made it.
type found struct {
	p *search.Program
	taint.Match
}

// Bounds on what one rule may find: a rule that matches everything tells nobody anything.
const (
	maxPerFile = 500
	maxPerRule = 5_000
)

// tooMany says how often each rule has matched in this run.
type tooMany struct {
	mu sync.Mutex
	n  map[*rule.Rule]int
}

// room reports whether a rule may find more, and counts what it found.
func (t *tooMany) room(r *rule.Rule, found int) bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n[r] += found
	return t.n[r] <= maxPerRule
}

// run runs a program on a file, within the bounds.
func (e *Engine) run(p *search.Program, f *search.File) []found {
	if !e.many.room(p.Rule, 0) {
		return nil
	}
	ms := runProgram(p, f)
	if len(ms) > maxPerFile {
		ms = ms[:maxPerFile]
		f.Bounded = true
	}
	e.many.room(p.Rule, len(ms))
	out := make([]found, len(ms))
	for i, m := range ms {
		out[i] = found{p, m}
	}
	return out
}

// runProgram returns what a program finds in a file.
func runProgram(p *search.Program, f *search.File) []taint.Match {
	if p.Taint != nil {
		return taint.Run(p, f)
	}
	rs := p.Search(f)
	out := make([]taint.Match, len(rs))
	for i, r := range rs {
		out[i].Range = r
	}
	return out
}

// sortFound orders matches by place and rule and drops those of a rule that are the same in place and message.
func sortFound(ms []found) {
	sort.SliceStable(ms, func(i, j int) bool {
		a, b := &ms[i], &ms[j]
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		if a.End != b.End {
			return a.End < b.End
		}
		return a.p.Rule.ID < b.p.Rule.ID
	})
}
