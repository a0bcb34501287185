package search

import (
	"sync"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/pattern"
)

// Pool keeps each pattern once, however many rules have it: to parse it costs more than all else about a rule, and what
// it matches in a file is the same for all of them. A shared pattern has metavariables numbered for itself; each rule
// that uses it has its own numbers for them.
type Pool struct {
	mu     sync.Mutex
	byText map[poolKey]*shared
}

type poolKey struct {
	lang *ast.Lang
	text string
}

// shared is a pattern of a pool.
type shared struct {
	once sync.Once
	pat  *pattern.Pattern
	err  error
	uses int // how often it is looked for in a file; only read once all rules are compiled
}

// NewPool is an empty pool.
func NewPool() *Pool { return &Pool{byText: map[poolKey]*shared{}} }

// get compiles a pattern, or finds it compiled, for a rule that looks for it so many times in a file. It is safe for
// concurrent use.
func (p *Pool) get(lang *ast.Lang, text string, times int) (*shared, error) {
	key := poolKey{lang, text}
	p.mu.Lock()
	s := p.byText[key]
	if s == nil {
		s = &shared{}
		p.byText[key] = s
	}
	s.uses += times
	p.mu.Unlock()
	s.once.Do(func() { s.pat, s.err = pattern.Compile(lang, text, &pattern.Vars{}) })
	return s, s.err
}

// memoKey is what decides on the matches of a pattern in one file.
type memoKey struct {
	pat  *pattern.Pattern
	opts pattern.Options
}

// maxMemo bounds the matches that are kept of one file.
const maxMemo = 100_000

// matches finds a pattern in the file, with the pattern's own numbers for metavariables. They are kept where the
// pattern is looked for more than once.
func (f *File) matches(s *shared, opts pattern.Options) []Range {
	key := memoKey{s.pat, opts}
	if rs, ok := f.memo[key]; ok {
		return rs
	}
	rs := f.search(s.pat, opts)
	if s.uses > 1 && f.kept+len(rs) <= maxMemo {
		if f.memo == nil {
			f.memo = map[memoKey][]Range{}
		}
		f.memo[key] = rs
		f.kept += len(rs) + 1
	}
	return rs
}

// search finds a pattern in the file.
func (f *File) search(pat *pattern.Pattern, opts pattern.Options) (out []Range) {
	m := f.matcher
	m.Opts = opts
	m.Search(pat, func(r pattern.Match) {
		if len(out) > maxRanges {
			return
		}
		env := f.newEnv(len(r.Env))
		copy(env, r.Env)
		out = append(out, Range{Start: r.Start, End: r.End, Node: r.Node, Env: env})
	})
	if m.Exhausted > 0 {
		f.Bounded = true
	}
	return dedupe(out)
}

// at finds a pattern at one node that search passes over: a type, or what an import or a constant stands for.
func (f *File) at(pat *pattern.Pattern, opts pattern.Options, node ast.ID) (out []Range) {
	m := f.matcher
	m.Opts = opts
	m.At(pat, node, func(r pattern.Match) bool {
		env := f.newEnv(len(r.Env))
		copy(env, r.Env)
		out = append(out, Range{Start: r.Start, End: r.End, Node: r.Node, Env: env})
		return len(out) <= maxRanges
	})
	return dedupe(out)
}

// newEnv makes an environment for n metavariables out of a larger piece, since there are very many of them.
func (f *File) newEnv(n int) pattern.Env {
	const piece = 512
	if n > len(f.envs) {
		if n > piece/4 {
			return make(pattern.Env, n)
		}
		f.envs = make(pattern.Env, piece)
	}
	env := f.envs[:n:n]
	f.envs = f.envs[n:]
	return env
}
