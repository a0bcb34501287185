// Package ruletest holds rules to their fixtures: a file beside the rule file with the same stem, as sql-injection.yaml
// and sql-injection.py (x.test.yaml for a rule about YAML). In the fixture a comment tells what the next line is:
//
//	# ruleid: sql-injection      the rule must match here
//	# ok: sql-injection          it must not
//	# todoruleid: ...            it should, and does not yet
//	# todook: ...                it should not, and still does
//
// A match on a line without such a comment is a failure too. With sql-injection.fixed.py beside them, the rule's fixes
// applied to the fixture have to give just that text. A folder with the rule file's stem is a fixture of several files:
// the rules run on it as on a project, and each file is held to its marks.
package ruletest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/code/rules"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/source"
)

// RuleTest is the outcome of one rule on one fixture.
type RuleTest struct {
	Rule     string
	Fixture  string
	Failures []string // what is not as the fixture says, with its line
	Todo     int      // marks that say what is not so yet

	marked bool // the fixture says where the rule must match
}

// TestRules runs the rules in a folder on their fixtures. Rules without a fixture are reported as untested. The errors
// are of rules that are wrong and of files that cannot be read.
func TestRules(dir string) (tests []RuleTest, untested []string, errs []error) {
	files, errs := yamlFiles(dir)
	for _, f := range files {
		list, e := rules.Models().LoadPaths(f)
		if len(e) == 1 && errors.Is(e[0], rule.ErrNoRules) && f != dir {
			continue // one of the folder's files that is about something else
		}
		errs = append(errs, e...)
		for _, r := range list {
			r.Include, r.Exclude = nil, nil // they speak of a project's folders, and a fixture lies beside its rule
		}
		eng, e := code.New(list, code.Options{Workers: 1})
		errs = append(errs, e...)
		fixtures := fixturesOf(f)
		if len(fixtures) == 0 {
			for _, r := range eng.Rules() {
				untested = append(untested, r.ID)
			}
			continue
		}
		first := len(tests)
		for _, fx := range fixtures {
			test := testFixture
			if st, err := os.Stat(fx); err == nil && st.IsDir() {
				test = testFolder
			}
			t, err := test(eng, fx)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			tests = append(tests, t...)
		}
		demandMarks(tests[first:])
	}
	return tests, untested, errs
}

// demandMarks fails the rules of one file that none of its fixtures says anything of: such a test cannot fail.
func demandMarks(tests []RuleTest) {
	marked := map[string]bool{}
	for i := range tests {
		marked[tests[i].Rule] = marked[tests[i].Rule] || tests[i].marked
	}
	for i := range tests {
		if t := &tests[i]; !marked[t.Rule] {
			marked[t.Rule] = true
			t.Failures = append(t.Failures, "no line says that the rule must match: mark one with ruleid: "+t.Rule)
		}
	}
}

func yamlFiles(dir string) (out []string, errs []error) {
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != dir && isFixtureFolder(p) {
			return filepath.SkipDir
		}
		ext := filepath.Ext(p)
		stem := strings.TrimSuffix(filepath.Base(p), ext)
		if !d.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasSuffix(stem, ".test") &&
			!strings.HasSuffix(stem, ".fixed") {
			out = append(out, p)
		}
		return nil
	})
	if err != nil {
		errs = append(errs, clierr.InputErr(dir, err))
	}
	return out, errs
}

// fixturesOf lists the files beside a rule file that have its stem.
func fixturesOf(file string) (out []string) {
	stem := strings.TrimSuffix(file, filepath.Ext(file))
	all, err := filepath.Glob(globQuote(stem) + ".*")
	if err != nil {
		return nil
	}
	if st, err := os.Stat(stem); err == nil && st.IsDir() {
		out = append(out, stem)
	}
	for _, p := range all {
		rest := strings.TrimPrefix(p, stem)
		isRule := rest == ".yaml" || rest == ".yml"
		if p != file && !isRule && !strings.HasPrefix(rest, ".fixed.") {
			out = append(out, p)
		}
	}
	return out
}

func globQuote(s string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(s)
}

var ruleMark = lazyregexp.New(`\b(ruleid|ok|todoruleid|todook):[ \t]*([\w., /-]+)`)

// expectation is what a fixture says of one rule: lines that must match, and lines of which nothing is asked.
type expectation struct{ must, mustNot, any map[int]bool }

func testFixture(eng *code.Engine, path string) ([]RuleTest, error) {
	f := source.File{Path: path, Rel: filepath.Base(path), Named: true}
	src, reason := f.Read(0)
	if reason != "" {
		return nil, clierr.Input(path, "the fixture is %s", reason)
	}
	want := marksOf(src)
	res := eng.File(strings.Replace(filepath.Base(path), ".test.", ".", 1), src)
	got := map[string]map[int]bool{}
	for _, m := range res.Findings {
		if got[m.Rule] == nil {
			got[m.Rule] = map[int]bool{}
		}
		got[m.Rule][m.Location.Line] = true
	}
	var out []RuleTest
	for _, r := range eng.Rules() {
		t := RuleTest{Rule: r.ID, Fixture: path}
		w := want[r.ID]
		if w == nil {
			w = &expectation{}
		}
		t.compare(w, got[r.ID])
		t.marked = len(w.must)+len(w.any) > 0
		if msg := checkFixed(path, src, r.ID, res.Findings); msg != "" {
			t.Failures = append(t.Failures, msg)
		}
		out = append(out, t)
	}
	return out, nil
}

func (t *RuleTest) compare(w *expectation, got map[int]bool) {
	var fails []struct {
		line int
		text string
	}
	add := func(line int, text string) {
		fails = append(fails, struct {
			line int
			text string
		}{line, text})
	}
	for line := range w.must {
		if !got[line] {
			add(line, "the rule should match and does not")
		}
	}
	for line := range got {
		switch {
		case w.any[line]:
		case w.mustNot[line]:
			add(line, "the rule should not match and does")
		case !w.must[line]:
			add(line, "the rule matches and no comment says so")
		}
	}
	t.Todo = len(w.any)
	sort.Slice(fails, func(i, j int) bool { return fails[i].line < fails[j].line })
	for _, f := range fails {
		t.Failures = append(t.Failures, fmt.Sprintf("line %d: %s", f.line, f.text))
	}
}

// marksOf reads a fixture's comments: each is about the next line that is not such a comment itself.
func marksOf(src []byte) map[string]*expectation {
	out := map[string]*expectation{}
	type pending struct{ kind, rule string }
	var open []pending
	for i, line := range bytes.Split(src, []byte("\n")) {
		if m := ruleMark.FindAllSubmatch(line, -1); m != nil && code.CommentLead.Match(line) {
			for _, x := range m {
				for _, id := range strings.FieldsFunc(string(x[2]), func(r rune) bool { return r == ',' || r == ' ' }) {
					open = append(open, pending{string(x[1]), id})
				}
			}
			continue
		}
		for _, p := range open {
			e := out[p.rule]
			if e == nil {
				e = &expectation{map[int]bool{}, map[int]bool{}, map[int]bool{}}
				out[p.rule] = e
			}
			switch p.kind {
			case "ruleid":
				e.must[i+1] = true
			case "ok":
				e.mustNot[i+1] = true
			default:
				e.any[i+1] = true
			}
		}
		open = nil
	}
	return out
}

// checkFixed compares the fixture, changed by the rule's fixes, with the file that says how it should look.
func checkFixed(path string, src []byte, id string, fs []code.Finding) string {
	ext := filepath.Ext(path)
	want, err := os.ReadFile(strings.TrimSuffix(path, ext) + ".fixed" + ext)
	if err != nil {
		return ""
	}
	var edits []finding.Edit
	for _, f := range fs {
		if f.Rule == id && f.Fix != nil {
			edits = append(edits, *f.Fix)
		}
	}
	if len(edits) == 0 {
		return ""
	}
	got := apply(src, edits)
	if bytes.Equal(got, want) {
		return ""
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: the changed text is %q, and the .fixed file has something else", i+1, g[i])
		}
	}
	return "the changed text is shorter than the .fixed file"
}

// apply makes edits to a text, from the last to the first; one that overlaps another is left out.
func apply(src []byte, edits []finding.Edit) []byte {
	l := code.NewLines(src)
	type span struct {
		start, end int
		text       string
	}
	var spans []span
	for _, e := range edits {
		spans = append(spans, span{l.Offset(e.Line, e.Column), l.Offset(e.EndLine, e.EndColumn), e.NewText})
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].start < spans[j].start })
	out := make([]byte, 0, len(src))
	from := 0
	for _, s := range spans {
		if s.start < from {
			continue
		}
		out = append(append(out, src[from:s.start]...), s.text...)
		from = s.end
	}
	return append(out, src[from:]...)
}
