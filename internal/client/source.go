package client

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/gitrepo"
	"github.com/drydock/drydock/internal/report"
)

// How much of the source goes with a report.
const (
	SourceNone    = "none"    // places alone
	SourceSnippet = "snippet" // the lines of findings
)

// Strip takes out of a report what is not to leave the machine.
func Strip(r *report.Report, source string) {
	if source != SourceNone {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Snippet = ""
		for j := range f.Fix.Edits {
			f.Fix.Edits[j].NewText = ""
		}
	}
}

// Describe fills in what is not told of an upload: the project by the folder's name, branch and commit by the variables
// of a pipeline or by git, and where in the repository the scan's root lies, so that a finding is the same whichever
// folder was scanned.
func (u *Upload) Describe(root string, getenv func(string) string) {
	u.pipeline(getenv)
	name := root
	if abs, err := filepath.Abs(root); err == nil {
		name = abs
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if repo, err := gitrepo.Open(root); err == nil {
		name = repo.Root
		branch, commit := repo.Head()
		u.Branch, u.Commit = cmp.Or(u.Branch, branch), cmp.Or(u.Commit, commit)
		if rel, err := repo.Rel(root); err == nil && rel != "." {
			u.Root = cmp.Or(u.Root, rel)
		}
	}
	u.Project = cmp.Or(u.Project, ProjectKey(filepath.Base(name)))
}

// pipeline reads the variables that forges set: GitHub's and GitLab's.
func (u *Upload) pipeline(getenv func(string) string) {
	first := func(to *string, names ...string) {
		for _, name := range names {
			if *to == "" {
				*to = getenv(name)
			}
		}
	}
	if ref := getenv("GITHUB_REF"); u.Pull == "" && strings.HasPrefix(ref, "refs/pull/") {
		u.Pull, _, _ = strings.Cut(strings.TrimPrefix(ref, "refs/pull/"), "/")
	}
	first(&u.Pull, "CI_MERGE_REQUEST_IID")
	first(
		&u.Branch,
		"GITHUB_HEAD_REF",
		"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
		"CI_COMMIT_REF_NAME",
		"GITHUB_REF_NAME",
	)
	first(&u.Base, "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
}

// ProjectKey makes a key of a folder's name.
func ProjectKey(name string) string {
	k := strings.Trim(strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '-'
	}, name), "-._")
	return cmp.Or(k, "project")
}
