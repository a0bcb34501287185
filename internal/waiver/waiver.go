// Package waiver holds the risks that a team has accepted: each with an owner, a reason and the day on which it ends. It
// reads drydock's own file, other scanners' ignore files and OpenVEX documents, and marks the findings of a report that
// they speak of. A waiver that has expired or that nothing answers to is a finding itself.
package waiver

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/package-url/packageurl-go"

	"github.com/drydock/drydock/internal/finding"
)

// Names are the file names that Find looks for, in this order.
var Names = []string{"drydock.waivers.yaml", "drydock.waivers.yml"}

// Version is the only version of the format.
const Version = 1

// dateForm is how a day is written.
const dateForm = "2006-01-02"

// Waiver is one accepted risk.
type Waiver struct {
	Name    string // a finding's id, a rule, an advisory's id or alias
	Scope   Scope
	Owner   string
	Reason  string
	Expires time.Time // the last day on which it holds, at 0 h UTC; zero only where another tool's file names no day
	// Justification is OpenVEX's word for why a vulnerability does not affect the product; "" for an accepted risk.
	Justification string
	Location      finding.Location
	Tool          string // whose file it stands in; "" for drydock's own

	findings int  // that it was for, whatever their status
	expired  bool // and would have covered one that is open
}

// Scope narrows a waiver. Each list that is not empty must have an entry that fits; an empty Scope fits everything.
type Scope struct {
	Gates    []string
	Services []string // "web" or "stack/web"; * stands for any text without a slash
	Paths    []string // in the form of a .gitignore's lines
	Packages []string // names, or package URLs with or without version
}

// incomplete reports whether the waiver lacks what drydock asks for: other tools do not ask for it.
func (w *Waiver) incomplete() bool { return w.Owner == "" || w.Reason == "" || w.Expires.IsZero() }

// over reports whether the waiver has expired at a time. It holds to the end of its last day.
func (w *Waiver) over(now time.Time) bool {
	return !w.Expires.IsZero() && !now.UTC().Before(w.Expires.AddDate(0, 0, 1))
}

// covers reports whether the waiver speaks of a finding, expired or not.
func (w *Waiver) covers(f *finding.Finding) bool {
	return w.names(f) && w.Scope.fits(f, path.Dir(filepath.ToSlash(w.Location.Path)))
}

func (w *Waiver) names(f *finding.Finding) bool {
	same := func(s string) bool { return strings.EqualFold(s, w.Name) }
	return same(f.ID) || same(f.Rule) || slices.ContainsFunc(f.Aliases, same) ||
		f.Advisory != nil && (same(f.Advisory.ID) || slices.ContainsFunc(f.Advisory.Aliases, same))
}

// fits compares; dir is the folder of the waiver's file, where its paths start.
func (s *Scope) fits(f *finding.Finding, dir string) bool {
	return (len(s.Gates) == 0 || slices.Contains(s.Gates, string(f.Gate))) &&
		(len(s.Services) == 0 || serviceFits(s.Services, f)) &&
		(len(s.Paths) == 0 || pathFits(s.Paths, dir, f.Location.Path)) &&
		(len(s.Packages) == 0 || f.Package != nil && slices.ContainsFunc(s.Packages, func(p string) bool {
			return packageFits(p, f.Package)
		}))
}

// serviceFits asks for all services of the finding: a waiver for one of two services that share an image leaves the
// finding open for the other.
func serviceFits(patterns []string, f *finding.Finding) bool {
	refs := f.Refs()
	if len(refs) == 0 && f.Service != "" {
		refs = []string{f.Service}
	}
	for _, ref := range refs {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		if !slices.ContainsFunc(patterns, func(p string) bool { return matches(p, ref) || matches(p, name) }) {
			return false
		}
	}
	return len(refs) > 0
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// pathFits reads the patterns as a .gitignore: the last one that speaks of the path counts.
func pathFits(patterns []string, dir, file string) bool {
	if file == "" {
		return false
	}
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	parsed := make([]gitignore.Pattern, len(patterns))
	for i, p := range patterns {
		parsed[i] = gitignore.ParsePattern(p, domain)
	}
	return gitignore.NewMatcher(parsed).Match(strings.Split(strings.TrimPrefix(file, "./"), "/"), false)
}

// packageFits compares a name, or a package URL in which what is not said is not asked for.
func packageFits(want string, p *finding.Package) bool {
	if !strings.HasPrefix(want, "pkg:") {
		name, version, versioned := strings.Cut(want, "@")
		if strings.HasPrefix(want, "@") { // a scope of npm
			rest, v, ok := strings.Cut(want[1:], "@")
			name, version, versioned = "@"+rest, v, ok
		}
		return name == p.Name && (!versioned || version == p.Version)
	}
	a, err := packageurl.FromString(want)
	if err != nil {
		return false
	}
	b, err := packageurl.FromString(p.PURL)
	if err != nil || a.Type != b.Type || a.Namespace != b.Namespace || a.Name != b.Name {
		return false
	}
	if a.Version != "" && a.Version != b.Version || a.Subpath != "" && a.Subpath != b.Subpath {
		return false
	}
	has := b.Qualifiers.Map()
	for _, q := range a.Qualifiers {
		if has[q.Key] != q.Value {
			return false
		}
	}
	return true
}
