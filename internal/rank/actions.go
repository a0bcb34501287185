package rank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/report"
)

// maxActions bounds how many actions a report carries; writers show the first few.
const maxActions = 10

// Actions groups what fixes the open findings into the things that a person would do in one go (edit one file,
// rebuild, take a newer base or image, change one label), best first. A finding belongs to one action at most, so the
// counts add up; a finding that nobody can fix today belongs to none. The report must be finished: its findings are
// read worst first.
func Actions(r *report.Report) []report.Action {
	all := Plan(r, nil)
	return all[:min(len(all), maxActions)]
}

// Plan is all actions, the ones that Actions leaves out too. Leaving tells by the ids of findings which Dockerfiles have to
// be split for them to be gone, all of those that are named; nil where nothing is known of that.
func Plan(r *report.Report, leaving map[string][]string) []report.Action {
	images := imageLines(r)
	together := splitTogether(leaving)
	groups := map[string]*group{}
	var order []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open || f.Severity == finding.Info || f.Gate == finding.GateWaiver ||
			!r.Policy.Counts(f.Kind) {
			continue
		}
		k := remedyOf(f, r, images)
		if files := leaving[f.ID]; len(files) > 0 {
			k = remedy{remedyConvert, files[0]}
		}
		if all := together[k.key]; k.kind == remedyConvert && all != "" {
			k.key = all
		}
		if k.kind == remedyNone {
			continue
		}
		key := fmt.Sprintf("%d\x00%s", k.kind, k.key)
		g := groups[key]
		if g == nil {
			g = &group{remedy: k}
			groups[key] = g
			order = append(order, key)
		}
		g.findings = append(g.findings, f)
		if k.kind == remedyHarden { // what every service lacks does not outweigh a hole by being everywhere
			g.urgency = max(g.urgency, urgency(f))
		} else {
			g.urgency += urgency(f)
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := groups[order[i]], groups[order[j]]
		if a.waits() != b.waits() && (a.critical() || b.critical()) {
			return b.waits()
		}
		return a.urgency > b.urgency
	})
	actions := []report.Action{}
	open := openings(r)
	for _, key := range order {
		g := groups[key]
		a := g.action()
		h := sha256.Sum256([]byte(key))
		a.ID = "p-" + hex.EncodeToString(h[:6])
		a.Kind, a.Cost = g.sort()
		a.Edits = g.edits()
		if a.Kind == report.ActionAllowlist || a.Kind == report.ActionUnpublish {
			a.Narrows = narrowed(r, g, open)
		}
		actions = append(actions, a)
	}
	return actions
}

// urgency weighs a finding among those that an action removes. It grows with the square of the priority, so that one
// urgent finding outweighs a dozen that can wait.
func urgency(f *finding.Finding) int {
	p := f.Priority
	if p == 0 {
		p = 10 * f.Weight().Rank()
	}
	return p * p
}

// remedyKind is what kind of work fixes a finding.
type remedyKind int

const (
	remedyNone     remedyKind = iota // nothing that anybody can do today
	remedyRebuild                    // a fresh build brings the fixed packages
	remedyManifest                   // a file that names versions
	remedyInstall                    // a Dockerfile line that installs
	remedyBase                       // another base image
	remedyImage                      // another third-party image
	remedyFix                        // the finding's own fix, in one file
	remedyConvert                    // a Dockerfile split into a builder and a final stage
	remedyHarden                     // what the services of a compose file lack
)

// remedy is the work that fixes a finding; findings with the same kind and key are fixed together.
type remedy struct {
	kind remedyKind
	key  string
}

// group is the findings that one piece of work removes.
type group struct {
	remedy
	findings []*finding.Finding
	urgency  int
}

// waits reports whether work may wait for what is critical: what a rule replaces by itself in code is quickly done, many
// times over, and matters no more for it.
func (g *group) waits() bool {
	return !g.critical() && !slices.ContainsFunc(g.findings, func(f *finding.Finding) bool {
		return f.Gate != finding.GateCode || len(f.Fix.Edits) == 0
	})
}

func (g *group) critical() bool {
	return slices.ContainsFunc(g.findings, func(f *finding.Finding) bool { return f.Severity == finding.Critical })
}

func remedyOf(f *finding.Finding, r *report.Report, images map[string]string) remedy {
	at := fmt.Sprintf("%s:%d", f.Location.Path, f.Location.Line)
	if f.Gate == finding.GateDockerfile && slices.Contains(splitting, f.Rule) && f.Location.Path != "" {
		return remedy{remedyConvert, f.Location.Path}
	}
	if f.Gate == finding.GateCompose && f.Severity.Rank() <= finding.Low.Rank() {
		return remedy{remedyHarden, f.Location.Path}
	}
	if f.Package == nil {
		if f.Fix.Text == "" && len(f.Fix.Edits) == 0 && f.Gate != finding.GateCode {
			return remedy{}
		}
		return remedy{remedyFix, f.Rule + "\x00" + f.Location.Path + "\x00" + f.Service}
	}
	fixed := f.Advisory != nil && f.Advisory.Fixed != ""
	switch f.Forecast {
	case finding.ForecastNone, finding.ForecastWaitForBase, finding.ForecastNotShipped:
		return remedy{}
	case finding.ForecastRebuild:
		return remedy{remedyRebuild, ""}
	case finding.ForecastBase:
		switch {
		case images[at] != "":
			return remedy{remedyImage, at}
		case f.Location.Line == 0: // within an image that nothing here builds
			return remedy{}
		}
		return remedy{remedyBase, at}
	case finding.ForecastEdit:
		if len(f.Fix.Edits) > 0 || f.Fix.At != nil {
			return editOf(f)
		}
	}
	switch {
	case !fixed:
		return remedy{}
	case images[at] != "":
		return remedy{remedyImage, at}
	case f.Forecast != finding.ForecastEdit && pkgver.IsDistro(f.Package.PURL):
		return remedy{remedyRebuild, ""}
	case f.Location.Path == "" || f.Location.Line == 0 && inImage(f, r):
		return remedy{remedyFix, strings.Join(f.Refs(), "\x00")}
	case isDockerfile(f.Location.Path):
		return remedy{remedyInstall, at}
	}
	return remedy{remedyManifest, f.Location.Path}
}

// splitTogether gives by each Dockerfile those that are split in one action with it, as the action's key: a finding that
// several images share is gone once all of them are split.
func splitTogether(leaving map[string][]string) map[string]string {
	group := map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(leaving)) {
		var all []string
		for _, name := range leaving[id] {
			all = append(append(all, name), group[name]...)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		for _, name := range all {
			group[name] = all
		}
	}
	out := map[string]string{}
	for name, all := range group {
		out[name] = strings.Join(all, "\x00")
	}
	return out
}

// editOf is the work at the line that a finding's edit changes, which need not be the line that brought its package.
func editOf(f *finding.Finding) remedy {
	at := placeOf(f)
	if isDockerfile(at.Path) {
		return remedy{remedyInstall, fmt.Sprintf("%s:%d", at.Path, at.Line)}
	}
	return remedy{remedyManifest, at.Path}
}

// placeOf is where the work on a finding is done.
func placeOf(f *finding.Finding) finding.Location {
	if f.Package != nil && f.Forecast == finding.ForecastEdit {
		switch {
		case len(f.Fix.Edits) > 0:
			return f.Fix.Edits[0].Location
		case f.Fix.At != nil:
			return *f.Fix.At
		}
	}
	return f.Location
}

// inImage reports whether the finding's place is a file inside an image, which nobody edits, and none of the sources.
func inImage(f *finding.Finding, r *report.Report) bool {
	return slices.ContainsFunc(r.Images, func(img report.Image) bool {
		return len(img.Services) == 0 ||
			slices.ContainsFunc(img.Services, func(s string) bool { return slices.Contains(f.Refs(), s) })
	})
}

// imageLines maps path:line of compose's `image:` lines to the image, for services that build nothing.
func imageLines(r *report.Report) map[string]string {
	compose := map[string]bool{}
	for _, s := range r.Stacks {
		for _, f := range s.Files {
			compose[f] = true
		}
	}
	image := map[string]string{}
	for _, s := range r.Services {
		if s.Build == nil && s.Image != "" {
			image[s.Name], image[s.Stack+"/"+s.Name] = s.Image, s.Image
		}
	}
	lines := map[string]string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if refs := f.Refs(); f.Package != nil && compose[f.Location.Path] && len(refs) > 0 && image[refs[0]] != "" {
			lines[fmt.Sprintf("%s:%d", f.Location.Path, f.Location.Line)] = image[refs[0]]
		}
	}
	return lines
}

func (g *group) action() report.Action {
	worst := g.findings[0] // the report is sorted worst first
	at := placeOf(worst)
	a := report.Action{Location: at, Removes: map[finding.Severity]int{}}
	services := map[string]bool{}
	for _, f := range g.findings {
		a.Findings = append(a.Findings, f.ID)
		a.Removes[f.Severity]++
		for _, s := range f.Refs() {
			if !services[s] {
				services[s] = true
				a.Services = append(a.Services, s)
			}
		}
	}
	sort.Strings(a.Services)
	switch g.kind {
	case remedyRebuild:
		a.Location = finding.Location{}
		a.Command = "drydock rebuild"
		a.Title = "Rebuild " + report.List(a.Services, 3, "the image") +
			" without the build cache, on a freshly pulled base"
	case remedyManifest:
		a.Title = fmt.Sprintf("Raise %s in %s", upgrades(g.findings), at.Path)
	case remedyInstall:
		a.Title = fmt.Sprintf("Raise %s, installed at %s:%d", upgrades(g.findings), at.Path, at.Line)
	case remedyBase:
		a.Title = fmt.Sprintf("Move to a newer base image at %s:%d", worst.Location.Path, worst.Location.Line)
	case remedyImage:
		a.Title = fmt.Sprintf("Move %s to a newer image at %s:%d", report.List(a.Services, 3, "the service"),
			worst.Location.Path, worst.Location.Line)
	case remedyConvert:
		files := strings.Split(g.key, "\x00")
		a.Location = finding.Location{Path: files[0], Line: 1}
		a.Title = fmt.Sprintf("Split %s into a builder and a slim final stage", report.List(files, 3, "the Dockerfile"))
		for i, name := range files {
			files[i] = "drydock dockerfile split --prove --write " + name
		}
		a.Command = strings.Join(files, " && ")
	case remedyHarden:
		a.Title = fmt.Sprintf("Harden %s in %s: %s", report.Plural(len(a.Services), "service"), worst.Location.Path,
			report.List(g.rules(), 4, ""))
	case remedyFix:
		a.Title = g.fixTitle(worst)
	}
	return a
}

func (g *group) fixTitle(worst *finding.Finding) string {
	if worst.Package != nil {
		return fmt.Sprintf("Raise %s in %s", upgrades(g.findings), report.List(worst.Refs(), 3, "the image"))
	}
	title := firstSentence(worst.Fix.Text)
	switch {
	case worst.Gate == finding.GateCode && len(worst.Fix.Edits) > 0:
		title = "Let the rule " + worst.Rule + " replace what it found"
	case worst.Gate == finding.GateCode && title == "":
		title = "Fix what the rule " + worst.Rule + " found"
	case title == "":
		title = "Fix " + worst.Title
	}
	if worst.Gate == finding.GateAccess && worst.Service != "" && !namedIn(title, worst.Service) {
		title = report.List(worst.Refs(), 3, worst.Service) + ": " + title
	}
	switch n := len(g.findings); {
	case n > 1:
		return fmt.Sprintf("%s (%d places in %s)", title, n, worst.Location.Path)
	case worst.Location.Path != "":
		return fmt.Sprintf("%s (%s)", title, lineOf(worst.Location))
	}
	return title
}

// namedIn reports whether a text names a service, as a word of its own.
func namedIn(text, service string) bool {
	return slices.Contains(
		strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" `,.:;()\"'", r) }), service)
}

func lineOf(l finding.Location) string {
	l.Column = 0
	return l.String()
}

// upgrades names the packages to raise, the most urgent first, each with the version that fixes all its findings.
func upgrades(fs []*finding.Finding) string {
	to := map[string]string{}
	var names []string
	for _, f := range fs {
		v, known := to[f.Package.Name]
		if !known {
			names = append(names, f.Package.Name)
		}
		if f.Advisory != nil {
			to[f.Package.Name] = pkgver.Higher(f.Package.PURL, v, f.Advisory.Fixed)
		}
	}
	for i, n := range names {
		if to[n] != "" {
			names[i] = n + " to " + to[n]
		}
	}
	return report.List(names, 3, "the packages")
}

// firstSentence is the text up to its first full stop that ends a sentence, without it.
func firstSentence(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "\n"); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

func isDockerfile(p string) bool {
	b := strings.ToLower(path.Base(p))
	return strings.Contains(b, "dockerfile") || strings.Contains(b, "containerfile")
}
