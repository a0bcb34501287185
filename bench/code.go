package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// codeInput makes the rules, and finds the sources that .ci/peers has fetched. With small only the trees that semgrep
// is through with in seconds.
func (b *bench) codeInput(small bool) (tree, rules string, n int, err error) {
	all := filepath.Join(filepath.Dir(b.peers), "sources")
	if _, err := os.Stat(filepath.Join(all, "express")); err != nil {
		return "", "", 0, fmt.Errorf("the sources are absent (.ci/peers sources)")
	}
	text, n := pythonRules()
	rules = filepath.Join(b.tmp, "rules.yaml")
	if err := os.WriteFile(rules, []byte(text), 0o644); err != nil {
		return "", "", 0, err
	}
	tree = filepath.Join(b.tmp, "code-large")
	of := []string{"Django-4.2.7", "flask-3.1.3", "requests-2.34.2"}
	if small {
		tree, of = filepath.Join(b.tmp, "code-small"), of[1:]
	}
	if _, err := os.Stat(tree); err == nil {
		return tree, rules, n, nil
	}
	for _, d := range of {
		if err := os.CopyFS(filepath.Join(tree, d), os.DirFS(filepath.Join(all, d))); err != nil {
			return "", "", 0, err
		}
	}
	// semgrep leaves tests out by itself; with a file of its own it does not.
	return tree, rules, n, os.WriteFile(filepath.Join(tree, ".semgrepignore"), nil, 0o644)
}

const codeLimit = 400 * mb

// drydockCode measures drydock on a tree or file, with nothing in its cache.
func (b *bench) drydockCode(target, rules string) (cost, []byte, error) {
	home, before := b.fresh()
	var out bytes.Buffer
	c, err := b.run(&out, before, []string{"DRYDOCK_HOME=" + home}, b.drydock, "code", target, "--no-default-rules",
		"--rules", rules, "--format", "json", "-q")
	return c, out.Bytes(), err
}

func (b *bench) semgrep(target, rules string) (cost, []byte, error) {
	tool, err := b.peer("semgrep")
	if err != nil {
		return cost{}, nil, err
	}
	once := *b
	once.repeat = 1
	var out bytes.Buffer
	c, err := once.run(&out, nil, nil, tool, "scan", "--quiet", "--metrics=off", "--disable-version-check",
		"--disable-nosem", "--no-git-ignore", "--json", "--config", rules, target)
	return c, out.Bytes(), err
}

// codeBeside holds drydock against semgrep on the same files with the same rules.
func (b *bench) codeBeside(target, rules string, n int) (*outcome, error) {
	var out outcome
	var ours, theirs []byte
	var err error
	if out.ours, ours, err = b.drydockCode(target, rules); err != nil {
		return nil, err
	}
	if out.peer, theirs, err = b.semgrep(target, rules); err != nil {
		return nil, err
	}
	out.met = out.peer.wall >= 40*out.ours.wall && out.ours.rss < codeLimit
	out.notes, err = compareMatches(target, ours, theirs)
	out.notes = append([]string{fmt.Sprintf("%d rules", n)}, out.notes...)
	return &out, err
}

func codeSmallRow(b *bench) (*outcome, error) {
	tree, rules, n, err := b.codeInput(true)
	if err != nil {
		return nil, err
	}
	return b.codeBeside(tree, rules, n)
}

// codeLargeRow runs semgrep too where the bench may take long: it needs eight minutes.
func codeLargeRow(b *bench) (*outcome, error) {
	tree, rules, n, err := b.codeInput(false)
	if err != nil {
		return nil, err
	}
	if b.long {
		return b.codeBeside(tree, rules, n)
	}
	var out outcome
	out.ours, _, err = b.drydockCode(tree, rules)
	out.met = out.ours.wall < 464*time.Second/40 && out.ours.rss < codeLimit
	out.notes = []string{fmt.Sprintf("%d rules; semgrep was not run on all of it: -long does", n)}
	return &out, err
}

func codeFileRow(b *bench) (*outcome, error) {
	tree, rules, n, err := b.codeInput(true)
	if err != nil {
		return nil, err
	}
	out, err := b.codeBeside(filepath.Join(tree, "flask-3.1.3", "src", "flask", "app.py"), rules, n)
	if err != nil {
		return nil, err
	}
	out.met = out.ours.wall < 150*time.Millisecond
	return out, nil
}

func codeAgainRow(b *bench) (*outcome, error) {
	tree, rules, _, err := b.codeInput(false)
	if err != nil {
		return nil, err
	}
	home, empty := b.fresh()
	env := []string{"DRYDOCK_HOME=" + home}
	args := []string{"code", tree, "--no-default-rules", "--rules", rules, "--format", "json", "-q"}
	once := *b
	once.repeat = 1
	if err := empty(); err != nil {
		return nil, err
	}
	if _, err := once.run(nil, nil, env, b.drydock, args...); err != nil {
		return nil, err
	}
	change := func() error {
		f, err := os.OpenFile(filepath.Join(tree, "flask-3.1.3", "src", "flask", "app.py"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("# changed\n")
		if e := f.Close(); err == nil {
			err = e
		}
		return err
	}
	var out outcome
	out.ours, err = b.run(nil, change, env, b.drydock, args...)
	out.met = out.ours.wall < time.Second
	return &out, err
}

// place is where a rule matches.
type place struct {
	rule, path string
	line, col  int
}

// compareMatches says how many places both found. Suppressed ones count: they are found.
func compareMatches(target string, ours, theirs []byte) ([]string, error) {
	var r struct {
		Findings []struct {
			Rule     string
			Location struct {
				Path         string
				Line, Column int
			}
		}
	}
	if err := json.Unmarshal(ours, &r); err != nil {
		return nil, err
	}
	var o struct {
		Results []struct {
			CheckID string `json:"check_id"`
			Path    string
			Start   struct{ Line, Col int }
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(theirs, &o); err != nil {
		return nil, err
	}
	root := target
	if st, err := os.Stat(target); err == nil && !st.IsDir() {
		root = filepath.Dir(target)
	}
	a, b := map[place]bool{}, map[place]bool{}
	for _, f := range r.Findings {
		a[place{f.Rule, f.Location.Path, f.Location.Line, f.Location.Column}] = true
	}
	for _, f := range o.Results {
		rel, err := filepath.Rel(root, f.Path)
		if err != nil {
			return nil, err
		}
		// semgrep puts the folders of the rule file before the rule's name.
		id := f.CheckID[strings.LastIndexByte(f.CheckID, '.')+1:]
		b[place{id, filepath.ToSlash(rel), f.Start.Line, f.Start.Col}] = true
	}
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return []string{fmt.Sprintf("%d places are found by both, %d by semgrep alone, %d by drydock alone; semgrep had "+
		"%d errors", both, len(b)-both, len(a)-both, len(o.Errors))}, nil
}
