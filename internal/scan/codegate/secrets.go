package codegate

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"slices"
	"strings"

	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/secret"
	"github.com/drydock/drydock/internal/source"
)

// secretsIn gives the engine the secrets of a source, without those that another gate tells: the lines of a Dockerfile
// are the Dockerfile gate's, and variables of a compose file the compose gate's.
func secretsIn(name string, src []byte) []code.Secret {
	base := path.Base(name)
	if dockerfile.IsName(base) {
		return nil
	}
	found := secret.Find(name, src)
	out := make([]code.Secret, 0, len(found))
	for i := range found {
		f := &found[i]
		s := code.Secret{Rule: f.Rule, Title: f.Title, Severity: f.Severity, Confidence: f.Confidence,
			Start: f.Start, End: f.End, Shown: f.Shown, Generic: f.Generic, Part: f.Part}
		s.Part = s.Part || composeName.MatchString(base) && f.Named
		out = append(out, s)
	}
	return out
}

var composeName = lazyregexp.New(`(?i)^(?:docker-)?compose[\w.-]*\.ya?ml$`)

// secretRule finds the description of a rule about secrets, nil if there is none of that name.
func secretRule(id string) *finding.Rule {
	rules := secret.Rules()
	if i := slices.IndexFunc(rules, func(r finding.Rule) bool { return r.ID == id }); i >= 0 {
		return &rules[i]
	}
	return nil
}

// envFiles follows the files of variables in a walk. What git ignores, or what no repository holds, is where secrets
// belong: it is said, and no leak.
type envFiles struct {
	inGit bool
	seen  []string
}

// newEnvFiles looks for the repository that a folder is in.
func newEnvFiles(dir string) *envFiles {
	e := &envFiles{}
	abs, err := filepath.Abs(dir)
	for err == nil {
		if _, missing := os.Lstat(filepath.Join(abs, ".git")); missing == nil {
			e.inGit = true
			break
		}
		up := filepath.Dir(abs)
		if up == abs {
			break
		}
		abs = up
	}
	return e
}

// wanted notes a file of variables, and reports whether it is to be read for what it leaks.
func (e *envFiles) wanted(name string) bool {
	if !secret.IsEnvFile(name) {
		return true
	}
	const most = 100
	if len(e.seen) < most {
		e.seen = append(e.seen, name)
	}
	return e.inGit
}

// remark says which files of variables were left alone, nil if there are none.
func (e *envFiles) remark(tree *source.Tree, place func(string) string) []report.Warning {
	var kept []string
	for _, name := range e.seen {
		if !slices.ContainsFunc(tree.Files, func(f source.File) bool { return f.Rel == name }) {
			kept = append(kept, place(name))
		}
	}
	if len(kept) == 0 {
		return nil
	}
	why := "git ignores it"
	if !e.inGit {
		why = "no git repository holds it"
	}
	text := fmt.Sprintf("%s: %s, so what secrets it holds are no leak by way of the source", kept[0], why)
	if n := len(kept) - 1; n > 0 {
		text += fmt.Sprintf("; %d more such: %s", n, strings.Join(kept[1:min(len(kept), 4)], ", "))
	}
	return []report.Warning{{Text: text, Location: finding.Location{Path: kept[0]}}}
}
