package forecast

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/pkgver"
)

// language is the outcome for a package of a language: what the manifests pin stays, and where they leave a choice the
// package manager takes the newest that everybody admits.
func (s *subject) language() Outcome {
	switch {
	case s.Image && s.p.OwnedBy != "":
		return s.owned()
	case s.Image && (s.File == nil || s.FromBase(s.p)):
		return s.base()
	case s.fixed == "":
		return s.unfixed()
	case s.p.Name == "stdlib" && kindOf(s.p.PURL) == "golang":
		return s.toolchain()
	}
	var exact, ranges []inventory.Package
	for _, d := range s.declared(s.p) {
		if d.Range {
			ranges = append(ranges, d)
		} else {
			exact = append(exact, d)
		}
	}
	if len(exact) > 0 {
		return s.locked(exact)
	}
	if len(ranges) == 0 {
		if o := s.inline(); o != nil {
			return *o
		}
	}
	for i := range ranges {
		if o := s.excluded(&ranges[i]); o != nil {
			return *o
		}
	}
	if o := s.heldBack(); o != nil {
		return *o
	}
	if len(ranges) > 0 {
		return outcome(finding.ForecastRebuild, "%s asks for %s%s, which admits %s", place(&ranges[0]), s.p.Name,
			orWord(" "+strings.TrimSpace(ranges[0].Version), ""), s.fixed)
	}
	if parents := s.parents(); len(parents) > 0 {
		return outcome(finding.ForecastRebuild, "%s asks for it, and admits %s", parents[0].Name, s.fixed)
	}
	return outcome(finding.ForecastUnknown, "no manifest of the build names it")
}

// owned is the outcome for a package of a language that the distribution's package holds: a release keeps its version.
func (s *subject) owned() Outcome {
	if s.fixed == "" {
		return s.unfixed()
	}
	for i := range s.Known {
		owner := &s.Known[i]
		if owner.Name != s.p.OwnedBy || !pkgver.IsDistro(owner.PURL) {
			continue
		}
		if s.Now != nil && s.FromBase(owner) {
			if o := s.ownerNow(owner.Name); o != nil {
				return *o
			}
		}
	}
	return outcome(finding.ForecastBase, "the distribution's package %s holds it, and a release keeps its version",
		s.p.OwnedBy)
}

// ownerNow is the outcome where the base as it is now brings another version of the distribution's package that holds
// this one, or none; nil where that fixes nothing.
func (s *subject) ownerNow(owner string) *Outcome {
	for i := range s.Now.Packages {
		q := &s.Now.Packages[i]
		if q.Name != owner || !pkgver.IsDistro(q.PURL) {
			continue
		}
		if reaches, known := pkgver.Reaches(s.p.PURL, upstream(q.Version), s.fixed); known && reaches {
			o := outcome(finding.ForecastRebuild, "%s holds %s %s", orWord(s.Now.Name, "the base image"), owner,
				q.Version)
			return &o
		}
		return nil
	}
	o := outcome(finding.ForecastRebuild, "%s does not hold %s any more", orWord(s.Now.Name, "the base image"), owner)
	return &o
}

// upstream is the version that a distribution's version is of: 1:25.1.1+dfsg-1 is 25.1.1.
func upstream(version string) string {
	if _, rest, ok := strings.Cut(version, ":"); ok {
		version = rest
	}
	if i := strings.LastIndexByte(version, '-'); i > 0 {
		version = version[:i]
	}
	version, _, _ = strings.Cut(version, "+")
	version, _, _ = strings.Cut(version, "~")
	return version
}

// identity is a package URL without version and qualifiers.
func identity(purl string) string {
	purl, _, _ = strings.Cut(purl, "?")
	if i := strings.LastIndexByte(purl, '@'); i > 0 {
		purl = purl[:i]
	}
	return purl
}

// declared lists what the manifests of the build say of a package.
func (b *Build) declared(p *inventory.Package) []inventory.Package {
	if !b.Image { // the package is what a manifest says
		return []inventory.Package{*p}
	}
	if b.Declared == nil {
		return nil
	}
	var out []inventory.Package
	id := identity(p.PURL)
	for _, d := range b.Declared() {
		if identity(d.PURL) == id {
			out = append(out, d)
		}
	}
	return out
}

func place(p *inventory.Package) string {
	if len(p.Paths) == 0 {
		return "a manifest"
	}
	return finding.Location{Path: p.Paths[0], Line: p.Line}.String()
}

func placeOf(p *inventory.Package) finding.Location {
	if len(p.Paths) == 0 {
		return finding.Location{}
	}
	return finding.Location{Path: p.Paths[0], Line: p.Line}
}

// locked is the outcome where files name versions: those of the version that is installed, else what they say now.
func (s *subject) locked(exact []inventory.Package) Outcome {
	same := slices.IndexFunc(exact, func(d inventory.Package) bool { return d.Version == s.p.Version })
	if same < 0 {
		for i := range exact {
			if reaches, known := pkgver.Reaches(s.p.PURL, exact[i].Version, s.fixed); known && reaches {
				return outcome(finding.ForecastRebuild, "%s says %s by now", place(&exact[i]), exact[i].Version)
			}
		}
		same = 0
	}
	d := &exact[same]
	o := outcome(finding.ForecastEdit, "%s pins %s to %s", place(d), s.p.Name, d.Version)
	o.At, o.Text, o.Edits = s.edit(d)
	return o
}

// excluded is the outcome where a range does not let the fixed version in, nil where it does.
func (s *subject) excluded(d *inventory.Package) *Outcome {
	admits, known := pkgver.Admits(s.p.PURL, d.Version, s.fixed)
	if !known {
		o := outcome(finding.ForecastUnknown, "%s asks for %q, which is no range that is understood here", place(d),
			d.Version)
		return &o
	}
	if admits {
		return nil
	}
	o := outcome(finding.ForecastEdit, "%s asks for %s %s, which keeps %s out", place(d), s.p.Name,
		strings.TrimSpace(d.Version), s.fixed)
	o.At, o.Text, o.Edits = s.edit(d)
	return &o
}

// parents are the installed packages that ask for this one in a range which the installed version lies in; others have
// a copy of their own.
func (s *subject) parents() []inventory.Package {
	var out []inventory.Package
	name := s.p.Name
	if kindOf(s.p.PURL) == "pypi" {
		name = identity(s.p.PURL)[len("pkg:pypi/"):]
	}
	for i := range s.Known {
		q := &s.Known[i]
		if kindOf(q.PURL) != kindOf(s.p.PURL) {
			continue
		}
		for _, r := range q.Requires {
			if r.Name != name {
				continue
			}
			if admits, known := pkgver.Admits(s.p.PURL, r.Range, s.p.Version); known && admits {
				out = append(out, *q)
			}
		}
	}
	return out
}

// heldBack is the outcome where an installed package that asks for this one keeps the fixed version out, nil where none
// does. One that is pinned has to be raised; whether a newer one would let it in is not known of the others.
func (s *subject) heldBack() *Outcome {
	parents := s.parents()
	for i := range parents {
		q := &parents[i]
		for _, r := range q.Requires {
			in, _ := pkgver.Admits(s.p.PURL, r.Range, s.p.Version)
			admits, known := pkgver.Admits(s.p.PURL, r.Range, s.fixed)
			if !strings.HasSuffix(identity(s.p.PURL), "/"+strings.TrimPrefix(r.Name, "@")) || !in || !known || admits {
				continue
			}
			for _, d := range s.declared(q) {
				if d.Range {
					continue
				}
				o := outcome(finding.ForecastEdit, "%s %s, which %s pins, asks for %s %s", q.Name, q.Version, place(&d),
					s.p.Name, r.Range)
				o.At, o.Text = placeOf(&d), fmt.Sprintf("raise %s to a version that admits %s %s", q.Name, s.p.Name,
					s.fixed)
				return &o
			}
			o := outcome(finding.ForecastUnknown, "%s %s asks for %s %s; whether a newer one admits %s is not known",
				q.Name, q.Version, s.p.Name, r.Range, s.fixed)
			return &o
		}
	}
	return nil
}

// inlineManagers are the package managers whose command lines name packages of a package URL's type.
var inlineManagers = map[string][]string{"pypi": {"pip", "pipenv", "uv", "poetry"}, "npm": {"npm", "yarn", "pnpm"},
	"gem": {"gem"}, "cargo": {"cargo"}, "composer": {"composer"}}

// inline is the outcome where a command line of the Dockerfile names the package, nil where none does.
func (s *subject) inline() *Outcome {
	kind := kindOf(s.p.PURL)
	for _, in := range s.commands() {
		if in.Install == nil || !slices.Contains(inlineManagers[kind], in.Manager) {
			continue
		}
		for i := range in.Packages {
			q := &in.Packages[i]
			name, extras, _ := strings.Cut(q.Name, "[")
			if q.Local || !strings.EqualFold(dashes(name), dashes(s.p.Name)) {
				continue
			}
			if extras != "" {
				extras = "[" + extras
			}
			spec := strings.TrimPrefix(strings.TrimPrefix(q.Word.Text, name+extras), "@")
			if kind == "gem" || kind == "composer" {
				spec = strings.TrimPrefix(spec, ":")
			}
			return s.inlined(&in, q, name+extras, spec)
		}
	}
	return nil
}

func dashes(name string) string { return strings.ReplaceAll(name, "_", "-") }

func (s *subject) inlined(in *install, q *dockerfile.Package, name, spec string) *Outcome {
	admits, known := pkgver.Admits(s.p.PURL, spec, s.fixed)
	if o := s.heldBack(); admits && o != nil {
		return o
	}
	var o Outcome
	switch {
	case !known:
		o = outcome(finding.ForecastUnknown, "%s asks for %q, which is no range that is understood here", s.line(in.at),
			spec)
	case admits:
		o = outcome(finding.ForecastRebuild, "%s asks for %s, which admits %s", s.line(in.at), q.Word.Text, s.fixed)
	default:
		o = outcome(finding.ForecastEdit, "%s asks for %s", s.line(in.at), q.Word.Text)
		to := name + "@" + s.fixed
		if kindOf(s.p.PURL) == "pypi" {
			to = name + pipRange(spec, s.fixed)
		}
		o.At, o.Text = s.at(q.Word.Span), "write "+to
		if s.File.Text(q.Word.Span) == q.Word.Text {
			o.Edits = []finding.Edit{{Location: o.At, NewText: to}}
		}
	}
	return &o
}

// toolchain is the outcome for Go's standard library, which the stage that builds the program brings: its tag may leave
// the patch release open.
func (s *subject) toolchain() Outcome {
	if s.File == nil || s.Stage == nil {
		return outcome(finding.ForecastUnknown, "nothing here builds the program")
	}
	needed := s.File.Needed(s.Stage)
	for _, st := range s.File.Stages {
		if !needed[st.Index] || st.Index >= len(s.Refs) || s.Refs[st.Index].Name() != "golang" {
			continue
		}
		ref := s.Refs[st.Index]
		version := ref.Tag[:len(ref.Tag)-len(strings.TrimLeft(ref.Tag, "0123456789."))]
		suffix := ref.Tag[len(version):]
		open := version == "" || strings.HasPrefix(s.fixed, version+".")
		switch {
		case ref.Digest == "" && open:
			return outcome(finding.ForecastRebuild, "%s takes the newest of %s, and Go %s is out", s.line(st.From),
				ref.Text, s.fixed)
		case ref.Digest == "" && strings.Count(version, ".") < 2:
			return outcome(finding.ForecastBase, "%s builds with %s, and the fix is in Go %s", s.line(st.From),
				ref.Text, s.fixed)
		}
		o := outcome(finding.ForecastEdit, "%s builds with %s", s.line(st.From), ref.Text)
		o.At, o.Text = s.at(st.Base.Span), "write golang:"+s.fixed+suffix
		if ref.Digest == "" && !ref.FromArg {
			name, _, _ := strings.Cut(ref.Raw, ":"+ref.Tag)
			o.Edits = []finding.Edit{{Location: o.At, NewText: name + ":" + s.fixed + suffix}}
		}
		return o
	}
	return outcome(finding.ForecastUnknown, "which Go builds the program is not known")
}
