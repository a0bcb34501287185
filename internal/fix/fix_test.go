package fix

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

// scanner finds words in a.txt: each is a finding with an edit that puts another word in its place.
func scanner(words map[string]string) Scan {
	return func(_ context.Context, t *target.Target) (*report.Report, error) {
		text, err := os.ReadFile(filepath.Join(t.Root, "a.txt"))
		if err != nil {
			return nil, err
		}
		r := report.New(report.Tool{}, ".", time.Unix(0, 0))
		r.Gates = append(r.Gates, report.Gate{Name: finding.GateCode, Status: report.Checked, Judged: 1})
		for i, line := range strings.Split(string(text), "\n") {
			for word, to := range words {
				at := strings.Index(line, word)
				if at < 0 {
					continue
				}
				loc := finding.Location{
					Path:      "a.txt",
					Line:      i + 1,
					Column:    at + 1,
					EndLine:   i + 1,
					EndColumn: at + 1 + len(word),
				}
				f := finding.Finding{
					ID:       fmt.Sprint(word, i),
					Gate:     finding.GateCode,
					Rule:     "no-" + word,
					Title:    word,
					Severity: finding.Medium,
					Location: loc,
				}
				if to != "" {
					f.Fix.Edits = []finding.Edit{{Location: loc, NewText: to}}
				}
				r.Findings = append(r.Findings, f)
			}
		}
		r.Finish()
		return r, nil
	}
}

func project(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return dir
}

func propose(t *testing.T, dir string, opt Options, scan Scan) *Result {
	t.Helper()
	in := target.Inputs{Args: []string{dir}}
	to := target.Resolve(t.Context(), in)
	to.Root = dir
	before, err := scan(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	res, err := Propose(t.Context(), in, to, before, opt, scan)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestPropose(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		words map[string]string
		want  string // of the file
		is    string // state and title of each fix
	}{
		"all hold": {"x eval y\nmd5\n", map[string]string{"eval": "parse", "md5": "sha256"}, "x parse y\nsha256\n",
			"proved no-eval, proved no-md5"},
		"one does not":       {"eval\nmd5\n", map[string]string{"eval": "evaluate", "md5": "sha256"}, "eval\nsha256\n", "refused no-eval, proved no-md5"},
		"one brings another": {"eval\nmd5\n", map[string]string{"eval": "exec", "exec": "", "md5": "sha256"}, "eval\nsha256\n", "refused no-eval, proved no-md5"},
		"one shows the next": {"md5\n", map[string]string{"md5": "sha1", "sha1": "sha256"}, "md5\n", "refused no-md5"},
		"one within another": {"evalx\n", map[string]string{"eval": "run", "evalx": "start"}, "", ""},
		"no edit":            {"eval\n", map[string]string{"eval": ""}, "eval\n", ""},
	} {
		dir := project(t, c.text)
		res := propose(t, dir, Options{}, scanner(c.words))
		if got, _ := os.ReadFile(filepath.Join(dir, "a.txt")); string(got) != c.text {
			t.Errorf("%s: a proposal changed the project: %q", name, got)
		}
		if err := res.Write(); err != nil {
			t.Fatal(err)
		}
		got, _ := os.ReadFile(filepath.Join(dir, "a.txt"))
		if c.want == "" { // either order does, and the outcome is one of both
			if s := string(got); s != "runx\n" && s != "start\n" {
				t.Errorf("%s: %q", name, s)
			}
			continue
		}
		if string(got) != c.want {
			t.Errorf("%s: the file is %q, want %q", name, got, c.want)
		}
		var is []string
		for _, f := range res.Fixes {
			is = append(is, fmt.Sprintf("%s %s", f.State, f.Findings[0].Rule))
		}
		if strings.Join(is, ", ") != c.is {
			t.Errorf("%s: %s, want %s", name, strings.Join(is, ", "), c.is)
		}
	}
}

func TestOnly(t *testing.T) {
	dir := project(t, "eval\nmd5\n")
	words := map[string]string{"eval": "parse", "md5": "sha256"}
	res := propose(t, dir, Options{Only: []string{"no-md5"}}, scanner(words))
	if len(res.Files) != 1 || string(res.Files[0].After) != "eval\nsha256\n" || len(res.Gone) != 1 ||
		len(res.New) != 0 {
		t.Errorf("%+v", res)
	}
}

// What somebody is working on is left alone.
func TestUncommittedFilesAreLeftAlone(t *testing.T) {
	dir := project(t, "eval\n")
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	scan := scanner(map[string]string{"eval": "parse"})
	refused := func(opt Options) string {
		res := propose(t, dir, opt, scan)
		if len(res.Fixes) != 1 {
			t.Fatalf("%+v", res.Fixes)
		}
		return res.Fixes[0].Reason
	}
	if why := refused(Options{}); !strings.Contains(why, "not committed") {
		t.Errorf("a file that git does not have: %q", why)
	}
	if err := tree.AddGlob("."); err != nil {
		t.Fatal(err)
	}
	who := &object.Signature{Name: "a", Email: "a@example.org", When: time.Unix(1_700_000_000, 0)}
	if _, err := tree.Commit("first", &git.CommitOptions{Author: who}); err != nil {
		t.Fatal(err)
	}
	if why := refused(Options{}); why != "" {
		t.Errorf("a committed file: %q", why)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("eval\nmine\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if why := refused(Options{}); !strings.Contains(why, "not committed") {
		t.Errorf("a changed file: %q", why)
	}
	if why := refused(Options{Dirty: true}); why != "" {
		t.Errorf("a changed file, told to: %q", why)
	}
}

func TestFilesThatAreNotEdited(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("eval\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, why string }{
		"a merge":    {"<<<<<<< a\neval\n=======\nmd5\n>>>>>>> b\n", "conflict markers"},
		"not UTF-8":  {"eval\xff\n", "UTF-8"},
		"a heading":  {"eval\n=======\n", ""},
		"a way out":  {"", "leads out"},
		"an old one": {"eval\n", ""},
	} {
		dir := project(t, c.text)
		if name == "a way out" {
			if err := os.Remove(filepath.Join(dir, "a.txt")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(dir, "a.txt")); err != nil {
				t.Fatal(err)
			}
		}
		res := propose(t, dir, Options{}, scanner(map[string]string{"eval": "parse"}))
		if len(res.Fixes) != 1 || !strings.Contains(res.Fixes[0].Reason, c.why) ||
			(c.why == "") != (res.Fixes[0].Reason == "") {
			t.Errorf("%s: %+v", name, res.Fixes)
		}
	}
	if text, _ := os.ReadFile(outside); string(text) != "eval\n" {
		t.Errorf("outside is %q now", text)
	}
}

// A file that somebody edits between the proof and the writing is not overwritten.
func TestWriteRefusesWhatHasChanged(t *testing.T) {
	dir := project(t, "eval\n")
	res := propose(t, dir, Options{}, scanner(map[string]string{"eval": "parse"}))
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("mine\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := res.Write(); err == nil {
		t.Error("it was overwritten")
	}
}

// Names of packages come from the project: none of them becomes an option or a second command.
func TestHostileNamesAreNoArguments(t *testing.T) {
	for _, name := range []string{"--registry=x", "-g", "a b", "a;b", "$(x)", "../x", "", "a\nb"} {
		if packageName.MatchString(name) {
			t.Errorf("%q is taken", name)
		}
	}
	for _, name := range []string{"lodash", "@types/node", "golang.org/x/net", "ruamel.yaml", "a_b"} {
		if !packageName.MatchString(name) {
			t.Errorf("%q is not taken", name)
		}
	}
}
