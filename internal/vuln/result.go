package vuln

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// finding makes the finding of one vulnerability in one package.
func (s *subject) finding(v *verdict) finding.Finding {
	p := s.first()
	id, facts := v.ids[0], &v.facts
	aliases := slices.Clone(v.ids[1:])
	adv := &finding.Advisory{ID: id, Aliases: aliases, EPSS: facts.EPSS, KEV: facts.KEV, Fixed: v.fixed}
	if facts.CVSS != nil {
		adv.CVSS, adv.CVSSVector = &facts.CVSS.Value, facts.CVSS.Vector
	}
	f := finding.Finding{
		ID:       finding.Fingerprint(finding.GateImage, id, purlType(p), p.Name, p.Version),
		Gate:     finding.GateImage,
		Rule:     id,
		Aliases:  aliases,
		Title:    fmt.Sprintf("%s in %s %s", id, p.Name, p.Version),
		Severity: facts.Severity,
		CWE:      slices.Clone(facts.CWE),
		Package:  &finding.Package{Name: p.Name, Version: p.Version, PURL: p.PURL},
		Advisory: adv,
		Services: services(s.all),
		Evidence: slices.Clone(facts.Evidence),
		Fix:      finding.Fix{Text: s.fixText(v.fixed, facts.Malicious)},
	}
	if facts.Malicious {
		f.Title = fmt.Sprintf("%s: %s %s is malicious", id, p.Name, p.Version)
	}
	Place(&f, paths(s.all))
	f.Normalize()
	return f
}

// suppress marks a finding that does not hold, and says what is known where that is open.
func (m *matcher) suppress(s *subject, v *verdict, f *finding.Finding) error {
	judged, text, err := m.judgedByOwner(s, v.ids)
	if err != nil {
		return err
	}
	if text == "" {
		for _, p := range s.all {
			if p.OwnedBy == "" {
				text = noKernel(p)
				judged = text != ""
				break
			}
		}
	}
	if text == "" {
		return nil
	}
	if judged {
		f.Status = finding.Suppressed
	}
	f.Evidence = append(f.Evidence, text)
	f.Normalize()
	return nil
}

// noKernel tells the packages that are built from a kernel's source and hold none: header files, perf, libraries. What
// the kernel does wrong is not in them.
func noKernel(p *inventory.Package) string {
	switch {
	case p.Name == "kernel-headers":
	case p.Source.Name == "linux" || strings.HasPrefix(p.Source.Name, "linux-"):
		for _, kernel := range []string{"linux-image", "linux-modules", "linux-signed"} {
			if strings.HasPrefix(p.Name, kernel) {
				return ""
			}
		}
	default:
		return ""
	}
	return p.Name + " is built from the kernel's source and holds no kernel; a container runs the host's"
}

func services(all []*inventory.Package) []string {
	var out []string
	for _, p := range all {
		out = append(out, p.Refs()...)
	}
	sort.Strings(out)
	return slices.Compact(out)
}

// paths are the files that prove the packages, each with its line where it is known.
func paths(all []*inventory.Package) []finding.Location {
	var out []finding.Location
	for _, p := range all {
		if len(p.Paths) > 0 {
			out = append(out, finding.Location{Path: p.Paths[0], Line: p.Line})
		}
	}
	return out
}

// alsoIn begins the evidence that names a finding's further places.
const alsoIn = "also in "

// Place puts a finding at the first, by path and line, of the places that brought its package, and names the others in
// the evidence, in place of those that were named before: fixing one place alone leaves the finding. Places without a
// path are passed over; with none left the finding stays where it is.
func Place(f *finding.Finding, places []finding.Location) {
	if len(places) == 1 && places[0].Path != "" { // nearly always
		f.Location = places[0]
		return
	}
	places = slices.Clone(places)
	places = slices.DeleteFunc(places, func(l finding.Location) bool { return l.Path == "" })
	if len(places) == 0 {
		return
	}
	slices.SortFunc(places, func(a, b finding.Location) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	places = slices.Compact(places)
	f.Location = places[0]
	f.Evidence = slices.DeleteFunc(f.Evidence, func(s string) bool { return strings.HasPrefix(s, alsoIn) })
	const named = 5
	for i, l := range places[1:] {
		if i == named {
			f.Evidence = append(f.Evidence, fmt.Sprintf("%s%d more places", alsoIn, len(places)-1-named))
			break
		}
		l.Column = 0
		f.Evidence = append(f.Evidence, alsoIn+l.String())
	}
}

// purlType is the package's kind, as its purl says or else its ecosystem.
func purlType(p *inventory.Package) string {
	if rest, ok := strings.CutPrefix(p.PURL, "pkg:"); ok {
		t, _, _ := strings.Cut(rest, "/")
		return t
	}
	e, _ := advisory.SplitEcosystem(p.Ecosystem)
	return strings.ToLower(e)
}

// fixText says what to do.
func (s *subject) fixText(fixed string, malicious bool) string {
	p := s.first()
	switch {
	case malicious && fixed == "":
		return fmt.Sprintf("remove %s, and treat every secret that it could read as known to others", p.Name)
	case fixed == "":
		return fmt.Sprintf("no fixed version of %s is known", p.Name)
	}
	source := ""
	if s.names[0] != p.Name || s.version != p.Version {
		source = fmt.Sprintf(" (source package %s)", s.names[0])
	}
	switch s.ecosystem {
	case "Debian", "Ubuntu":
		return fmt.Sprintf("upgrade %s to %s%s or later: rebuild without cache on a current base image, or apt-get "+
			"update && apt-get install --only-upgrade %s", p.Name, fixed, source, p.Name)
	case "Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita":
		return fmt.Sprintf("upgrade %s to %s%s or later: rebuild without cache on a current base image, or apk add "+
			"--upgrade %s", p.Name, fixed, source, p.Name)
	case "AlmaLinux", "Rocky Linux", "Red Hat", "Mageia", "openEuler", "Photon OS", "Azure Linux":
		return fmt.Sprintf("upgrade %s to %s%s or later: rebuild without cache on a current base image, or dnf "+
			"upgrade %s", p.Name, fixed, source, p.Name)
	case "SUSE", "openSUSE":
		return fmt.Sprintf("upgrade %s to %s%s or later: rebuild without cache on a current base image, or zypper "+
			"update %s", p.Name, fixed, source, p.Name)
	case "Bitnami":
		return fmt.Sprintf("use an image with %s %s or later", p.Name, fixed)
	}
	return fmt.Sprintf("upgrade %s from %s to %s or later", p.Name, s.version, fixed)
}
