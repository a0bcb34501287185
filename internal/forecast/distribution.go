package forecast

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/pkgver"
)

// managerOf are the package managers of the Dockerfile that install packages of a package URL's type.
var managerOf = map[string][]string{"deb": {"apt"}, "apk": {"apk"}, "rpm": {"dnf", "zypper"}, "alpm": {"pacman"}}

// distribution is the outcome for a package of the distribution. What the advisory names as fixed for the release is in
// the release's archive, so that a RUN which takes the newest takes it.
func (s *subject) distribution() Outcome {
	kind := kindOf(s.p.PURL)
	if s.File == nil || s.Stage == nil {
		return s.base()
	}
	if pin := s.pinnedInstall(kind); pin != nil {
		return *pin
	}
	if s.fixed != "" {
		if at := s.frozenArchive(); at != nil {
			o := outcome(finding.ForecastEdit, "the package archive is frozen at a date")
			o.At, o.Text = s.at(at.Span), "name a later date, with "+s.p.Name+" "+s.fixed
			return o
		}
		if by := s.renewedBy(kind); by != "" {
			return outcome(finding.ForecastRebuild, "%s takes the newest of the release, which has %s", by, s.fixed)
		}
	}
	if s.FromBase(s.p) {
		return s.base()
	}
	if s.fixed == "" {
		return s.unfixed()
	}
	maker := s.Maker(s.p)
	switch {
	case maker == nil:
		return outcome(finding.ForecastUnknown, "which instruction brought it is not known")
	case maker.Keyword == "RUN":
		if s.localInstall(maker, kind) {
			return outcome(finding.ForecastUnknown, "it is installed from a file, whose version nothing here tells")
		}
		return outcome(finding.ForecastRebuild, "%s installs it unpinned from a release that has %s",
			s.line(maker), s.fixed)
	}
	return s.copied(maker, kind)
}

// copied is the outcome for a package that a COPY brings from another stage: that stage's base decides, or what it
// installs.
func (s *subject) copied(maker *dockerfile.Instruction, kind string) Outcome {
	from := s.File.CopiedFrom(maker)
	if from == nil {
		return outcome(finding.ForecastUnknown, "it is copied in by %s, and what is copied was not read", s.line(maker))
	}
	for _, in := range s.commands() {
		if in.renews(kind, s.p.Name) && s.inLineage(in.stage, from) {
			return outcome(finding.ForecastRebuild, "%s takes the newest of the release, which has %s",
				s.line(in.at), s.fixed)
		}
	}
	return outcome(finding.ForecastUnknown, "it is copied from the stage %s, and what its base holds now was not read",
		from.Label())
}

func (b *Build) inLineage(s, of *dockerfile.Stage) bool {
	for _, x := range b.File.Lineage(of) {
		if x == s {
			return true
		}
	}
	return false
}

// pinnedInstall is the outcome where an instruction asks for one version of the package, nil where none does.
func (s *subject) pinnedInstall(kind string) *Outcome {
	for _, in := range s.commands() {
		if in.Install == nil || !in.manages(kind) || !s.inLineage(in.stage, s.Stage) {
			continue
		}
		for i := range in.Packages {
			sign, version, ok := pinOf(&in.Packages[i], s.p.Name, kind)
			if !ok {
				continue
			}
			return s.pinned(&in, &in.Packages[i], sign, version)
		}
	}
	return nil
}

// pinOf takes name=version to pieces, as apt, apk, dnf and zypper have it: the sign and the version, which may hold an
// asterisk. It is false for another package, and for one that no version is asked of.
func pinOf(p *dockerfile.Package, name, kind string) (sign, version string, ok bool) {
	text := p.Word.Text
	if kind == "rpm" {
		version, ok = strings.CutPrefix(text, name+"-")
		return "-", version, ok && version != "" && version[0] >= '0' && version[0] <= '9'
	}
	rest, ok := strings.CutPrefix(text, name)
	if !ok || rest == "" {
		return "", "", false
	}
	if arch, after, cut := strings.Cut(rest, "="); cut && strings.HasPrefix(arch, ":") { // libc6:amd64=1.0
		rest = "=" + after
	}
	version = strings.TrimLeft(rest, "=<>~")
	sign = rest[:len(rest)-len(version)]
	return sign, version, sign != "" && version != ""
}

func (s *subject) pinned(in *install, p *dockerfile.Package, sign, version string) *Outcome {
	admitted := false
	switch {
	case strings.HasPrefix(sign, ">"):
		admitted = true
	case strings.HasPrefix(sign, "<"):
		reaches, known := pkgver.Reaches(s.p.PURL, s.fixed, version)
		admitted = known && !reaches
	case strings.HasPrefix(sign, "~"):
		admitted = s.fixed == version || strings.HasPrefix(s.fixed, version+".") || strings.HasPrefix(s.fixed, version+"-")
	case strings.Contains(version, "*"):
		admitted, _ = path.Match(version, s.fixed)
	default:
		admitted, _ = pkgver.Reaches(s.p.PURL, version, s.fixed)
	}
	if s.fixed == "" {
		o := s.unfixed()
		return &o
	}
	if admitted {
		o := outcome(finding.ForecastRebuild, "%s asks for %s, which %s is", s.line(in.at), p.Word.Text, s.fixed)
		return &o
	}
	o := outcome(finding.ForecastEdit, "%s asks for %s", s.line(in.at), p.Word.Text)
	o.At = s.at(p.Word.Span)
	to := strings.TrimSuffix(p.Word.Text, sign+version) + pinSign(sign) + s.fixed
	o.Text = "write " + to
	if string(s.File.Src[p.Word.Span.Start:p.Word.Span.End]) == p.Word.Text {
		o.Edits = []finding.Edit{{Location: o.At, NewText: to}}
	}
	return &o
}

// pinSign keeps a sign that asks for one version; a bound in the way becomes a lower one.
func pinSign(sign string) string {
	if strings.HasPrefix(sign, "<") {
		return ">="
	}
	return sign
}

// renewedBy is the instruction that upgrades the package to the newest of its release, "" for none.
func (s *subject) renewedBy(kind string) string {
	for _, in := range s.commands() {
		if in.renews(kind, s.p.Name) && s.inLineage(in.stage, s.Stage) {
			return s.line(in.at)
		}
	}
	return ""
}

// frozenArchive is the instruction that takes packages from an archive as it was at a date, nil where none does.
func (b *Build) frozenArchive() *dockerfile.Instruction {
	for _, st := range b.File.Lineage(b.Stage) {
		for _, in := range st.Instructions {
			text := b.File.Text(in.Span)
			if strings.Contains(text, "snapshot.debian.org/") || strings.Contains(text, "snapshot.ubuntu.com/") {
				return in
			}
		}
	}
	return nil
}

// localInstall reports whether an instruction installs from files and the package is none that it takes from the
// release beside them.
func (b *Build) localInstall(maker *dockerfile.Instruction, kind string) bool {
	local, release := false, false
	for _, in := range b.commands() {
		if in.at != maker {
			continue
		}
		local = local || in.local
		if in.Install == nil || !in.manages(kind) {
			continue
		}
		for i := range in.Packages {
			local = local || in.Packages[i].Local
			release = release || !in.Packages[i].Local
		}
	}
	return local && !release
}
