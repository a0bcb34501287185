package codegate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/gitrepo"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/secret"
)

// maxInHistory bounds the secrets of a history that are told.
const maxInHistory = 1000

// past is what a repository's history holds of secrets.
type past struct {
	repo     *gitrepo.Repo
	below    []string // paths in it that are looked at, "" for all
	services []string

	now   map[[sha256.Size]byte]bool // secrets that HEAD has: the source's rules tell them, or leave them on purpose
	at    map[string]int             // the first of each secret by rule, path and value
	found []inHistory
	more  int
}

// inHistory is a secret of the history.
type inHistory struct {
	secret.Found
	sum  [sha256.Size]byte
	line int
	blob gitrepo.Blob
	text string // the line, masked
}

// lookBack searches the histories of the repositories that the roots lie in.
func (res *looker) lookBack(ctx context.Context, roots []target.Unit) error {
	repos := map[string]*past{}
	var order []string
	for _, root := range roots {
		shown := res.t.Rel(root.Context)
		repo, err := gitrepo.Open(folderAt(root.Context))
		if err != nil {
			res.Inputs = append(res.Inputs, report.Input{Service: strings.Join(root.Services, ", "), Path: shown,
				Status: report.Skipped, Reason: "git history: " + err.Error()})
			continue
		}
		p := repos[repo.Root]
		if p == nil {
			p = &past{repo: repo, now: map[[sha256.Size]byte]bool{}, at: map[string]int{}}
			repos[repo.Root] = p
			order = append(order, repo.Root)
		}
		p.below = append(p.below, within(repo, root.Context))
		p.services = gate.Union(p.services, root.Services)
	}
	for _, root := range order {
		if err := res.history(ctx, repos[root]); err != nil {
			return err
		}
	}
	return nil
}

// folderAt is a path, or where it is a file the folder that it lies in.
func folderAt(name string) string {
	if st, err := os.Stat(name); err == nil && !st.IsDir() {
		return filepath.Dir(name)
	}
	return name
}

// within is a path as the repository names it, "" for all of it.
func within(repo *gitrepo.Repo, name string) string {
	rel, err := repo.Rel(name)
	if err != nil || rel == "." {
		return ""
	}
	return rel
}

// history searches one repository and tells what it found, and what it could not read.
func (res *looker) history(ctx context.Context, p *past) error {
	in := report.Input{Service: strings.Join(p.services, ", "), Path: res.t.Rel(p.repo.Root), Status: report.Checked}
	blobs := 0
	h, err := p.repo.History(ctx, gitrepo.DefaultHistoryLimits, p.wanted, func(b gitrepo.Blob) {
		p.look(b)
		if blobs++; blobs%1000 == 0 {
			res.opt.Told(gate.Event{Gate: finding.GateCode, Text: "git history", Done: int64(blobs)})
		}
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		in.Status, in.Reason = report.Failed, "git history: "+err.Error()
		res.Inputs = append(res.Inputs, in)
		return nil
	}
	if p.more > 0 {
		h.Unread = append(h.Unread, fmt.Sprintf("%d more secrets are not listed", p.more))
	}
	if len(h.Unread) > 0 {
		in.Status, in.Reason = report.Partial, "git history: "+strings.Join(h.Unread, "; ")
	}
	res.Inputs = append(res.Inputs, in)
	res.Warnings = append(res.Warnings, report.Warning{Text: fmt.Sprintf("git history: %s with %s searched for secrets",
		report.Plural(h.Commits, "commit"), report.Plural(h.Blobs, "text")), Location: finding.Location{Path: in.Path}})
	p.tell(ctx, res)
	return nil
}

func (p *past) wanted(name string) bool {
	if secret.Quiet(name) {
		return false
	}
	for _, dir := range p.below {
		if dir == "" || name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

// look searches one text.
func (p *past) look(b gitrepo.Blob) {
	const head = 8000 // of a text, in which a binary has a zero
	if bytes.IndexByte(b.Text[:min(len(b.Text), head)], 0) >= 0 {
		return
	}
	for _, f := range secret.Find(b.Path, b.Text) {
		sum := sha256.Sum256(b.Text[f.Start:f.End])
		if b.Head {
			p.now[sum] = true
			continue
		}
		if f.Part {
			continue
		}
		key := f.Rule + "\x00" + b.Path + "\x00" + string(sum[:])
		kept := b
		kept.Text = nil
		one := inHistory{Found: f, sum: sum, line: 1 + bytes.Count(b.Text[:f.Start], []byte("\n")), blob: kept,
			text: lineOfSecret(b.Text, f)}
		if i, ok := p.at[key]; ok { // a later version of the file has it too
			one.blob.First, one.line, one.text = p.found[i].blob.First, p.found[i].line, p.found[i].text
			p.found[i] = one
			continue
		}
		if len(p.found) == maxInHistory {
			p.more++
			continue
		}
		p.at[key] = len(p.found)
		p.found = append(p.found, one)
	}
}

// lineOfSecret is what stands before a secret in its line, with what may be shown of it.
func lineOfSecret(text []byte, f secret.Found) string {
	const most = 60
	from := bytes.LastIndexByte(text[:f.Start], '\n') + 1
	before := string(text[max(from, f.Start-most):f.Start])
	if found := secret.Find("line", []byte(before)); len(found) > 0 {
		before = ""
	}
	return strings.ToValidUTF8(strings.TrimSpace(before+f.Shown), "\uFFFD")
}

// tell makes findings of what HEAD has no more.
func (p *past) tell(ctx context.Context, res *looker) {
	var gone []inHistory
	for _, f := range p.found {
		if !p.now[f.sum] {
			gone = append(gone, f)
		}
	}
	blobs := make([]gitrepo.Blob, len(gone))
	for i := range gone {
		blobs[i] = gone[i].blob
	}
	last := p.repo.LastWith(ctx, gitrepo.DefaultHistoryLimits, blobs)
	seen := map[string]int{}
	for i := range gone {
		f := &gone[i]
		rule := secretRule(f.Rule)
		if rule == nil {
			continue
		}
		key := f.Rule + "\x00" + f.blob.Path + "\x00" + f.blob.First.Hash
		h := &finding.History{First: f.blob.First.Hash, FirstDate: day(f.blob.First.When)}
		evidence := fmt.Sprintf("commit %s of %s brought it", short7(h.First), h.FirstDate)
		if m, ok := last[i]; ok {
			h.Last, h.LastDate = m.Hash, day(m.When)
			evidence += fmt.Sprintf(", commit %s of %s is the last that has it", short7(h.Last), h.LastDate)
		}
		at := res.t.Rel(filepath.Join(p.repo.Root, filepath.FromSlash(path.Clean("/"+f.blob.Path))))
		res.Findings = append(res.Findings, finding.Finding{
			ID:   finding.Fingerprint(finding.GateCode, "history", key, fmt.Sprint(seen[key])),
			Gate: finding.GateCode, Rule: f.Rule, Kind: finding.KindSecret,
			Title: f.Title + " of the git history", Severity: f.Severity, Confidence: f.Confidence,
			Services: p.services, Location: finding.Location{Path: at, Line: f.line}, Snippet: f.text, CWE: rule.CWE,
			OWASP: rule.OWASP, Evidence: []string{evidence, "the line is that of the first commit"}, History: h,
			Fix: finding.Fix{Text: "Withdraw it at its issuer: whoever has a clone has it. Taking it out of the history is " +
				"the lesser part."},
		})
		seen[key]++
	}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func short7(hash string) string { return hash[:min(len(hash), 7)] }
