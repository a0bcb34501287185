package imagegate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/vuln"
)

// otherBaseRule fires at a FROM of which the engine holds a newer or a slimmer tag that would fix something.
var otherBaseRule = finding.Rule{
	ID:       "other-base-held",
	Gate:     finding.GateImage,
	Title:    "A newer or slimmer tag of the base image is held here",
	Severity: finding.Info,
	Description: `The engine holds another tag of the base image: a later version within the same major one and of the same kind, or
a smaller kind of the same version. Both were read and judged by the same advisories; the evidence says what the other one would fix
and what it would bring. No registry is asked.`,
	Remedy:     "Name the other tag in FROM, build, and try it: a slimmer kind lacks programs and libraries.",
	References: []string{"https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"},
}

// publishedBaseRule is the same for a registry, which is asked where --registry-tags says so.
var publishedBaseRule = finding.Rule{
	ID:       "other-base-published",
	Gate:     finding.GateImage,
	Title:    "A newer or slimmer tag of the base image is published",
	Severity: finding.Info,
	Description: `The registry of the base image has another tag of it: a later version within the same major one and of the same kind,
or a smaller kind of the same version. Both were read from the registry and judged by the same advisories; the evidence says what
the other one would fix and what it would bring. A registry is asked with --registry-tags alone.`,
	Remedy:     otherBaseRule.Remedy,
	References: otherBaseRule.References,
}

// maxBases bounds how many bases of one run are compared with others: each other one is an image to be read.
const maxBases = 4

// otherTag is a tag of a repository.
type otherTag struct {
	tag  string
	size int64 // 0 where it is not known
}

var versionTag = lazyregexp.New(`^v?(\d+(?:\.\d+){0,3})((?:-[\w.-]+)?)$`)

// otherTags chooses among the tags of a repository the newest one of the same kind and major version, and the smallest
// one of the same version; "" for none.
func otherTags(current string, all []otherTag) (newer, slimmer string) {
	now := versionTag.FindStringSubmatch(current)
	i := slices.IndexFunc(all, func(t otherTag) bool { return t.tag == current })
	if now == nil || i < 0 {
		return "", ""
	}
	best, least := now[1], all[i].size
	for _, t := range all {
		m := versionTag.FindStringSubmatch(t.tag)
		if m == nil || t.tag == current || beta.MatchString(t.tag) {
			continue
		}
		if m[2] == now[2] && major(m[1]) == major(now[1]) && later(m[1], best) {
			newer, best = t.tag, m[1]
		}
		if m[1] == now[1] && m[2] != now[2] && t.size > 0 && t.size < least {
			slimmer, least = t.tag, t.size
		}
	}
	return newer, slimmer
}

var beta = lazyregexp.New(`(?i)(?:alpha\d|beta|rc\d|dev|nightly)`)

func major(version string) string {
	first, _, _ := strings.Cut(version, ".")
	return first
}

// later reports whether a version is later than another one, number by number.
func later(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return x > y
		}
	}
	return len(as) > len(bs) && slices.ContainsFunc(as[len(bs):], func(s string) bool { return s != "0" })
}

// shelf is where the tags of a repository are to be had.
type shelf struct {
	rule  *finding.Rule
	where string // ends the finding's title: "is held here"
	unit  string // of the sizes: " to pull"
	tags  func(ctx context.Context, repository, current string) ([]otherTag, error)
	image func(ref string) string // how an image is named to be read from there
}

// otherBases gives a finding for each base of which the engine holds a better tag, or the registry where it may be
// asked. What a registry did not answer is told: it was asked for.
func otherBases(ctx context.Context, all []held, opt *gate.Options) ([]finding.Finding, []report.Warning) {
	var shelves []shelf
	if answers(ctx, opt) {
		shelves = append(shelves, engineShelf(opt))
	}
	if opt.RegistryTags {
		shelves = append(shelves, registryShelf(opt))
	}
	var found []finding.Finding
	var warnings []report.Warning
	seen := map[string]bool{}
	for i := range all {
		h := &all[i]
		if h.on == nil || h.on.from == nil || !h.on.base.Known || h.on.base.Tag == "" {
			continue
		}
		at := h.on.at(h.on.from)
		if key := at.String() + h.on.base.Text; seen[key] || len(seen) == maxBases {
			continue
		} else {
			seen[key] = true
		}
		for _, s := range shelves {
			better, err := s.betterThan(ctx, h.on.base, opt)
			if err != nil && s.rule == &publishedBaseRule {
				warnings = append(warnings, report.Warning{Location: at,
					Text: h.on.base.Text + ": which other tags there are could not be told: " + err.Error()})
			}
			for _, f := range better {
				f.Location, f.Services = at, h.services
				found = append(found, f)
			}
		}
	}
	return found, warnings
}

// betterThan compares a base with its other tags on a shelf.
func (s *shelf) betterThan(ctx context.Context, base dockerfile.Ref, opt *gate.Options) ([]finding.Finding, error) {
	repository, _, _ := strings.Cut(base.Text, "@")
	repository = strings.TrimSuffix(repository, ":"+base.Tag)
	tags, err := s.tags(ctx, repository, base.Tag)
	if err != nil {
		return nil, err
	}
	newer, slimmer := otherTags(base.Tag, tags)
	if newer == "" && slimmer == "" {
		return nil, nil
	}
	before, err := vulnerabilities(ctx, s.image(repository+":"+base.Tag), opt)
	if err != nil {
		return nil, err
	}
	var out []finding.Finding
	for _, tag := range []string{newer, slimmer} {
		if tag == "" || tag == newer && tag == slimmer && len(out) > 0 {
			continue
		}
		after, err := vulnerabilities(ctx, s.image(repository+":"+tag), opt)
		if err != nil {
			return out, err
		}
		if f, ok := s.otherBase(repository, base.Tag, tag, tags, before, after); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// otherBase describes what another tag would fix, and whether that is anything.
func (s *shelf) otherBase(repository, tag, other string, tags []otherTag, before, after []string) (finding.Finding,
	bool) {
	fixed, brought := without(before, after), without(after, before)
	size := func(tag string) int64 {
		return tags[slices.IndexFunc(tags, func(t otherTag) bool { return t.tag == tag })].size
	}
	if len(fixed) == 0 && size(other) >= size(tag) || len(fixed) < len(brought) {
		return finding.Finding{}, false
	}
	f := finding.Finding{
		ID:   finding.Fingerprint(finding.GateImage, s.rule.ID, repository, tag, other),
		Gate: finding.GateImage, Rule: s.rule.ID, Severity: s.rule.Severity,
		Confidence: finding.ConfidenceHigh,
		Title: fmt.Sprintf("%s:%s %s: %d of the base's %d vulnerabilities fewer, %s%s instead of %s",
			repository, other, s.where, len(fixed), len(before), report.Size(size(other)), s.unit,
			report.Size(size(tag))),
		Evidence: []string{"it would fix " + report.List(fixed, 8, "nothing"),
			"it would bring " + report.List(brought, 8, "nothing new")},
		Forecast: finding.ForecastBase,
		Fix:      finding.Fix{Text: "FROM " + repository + ":" + other},
	}
	return f, true
}

// without lists what is in a and not in b; both are sorted.
func without(a, b []string) []string {
	var out []string
	for _, id := range a {
		if _, found := slices.BinarySearch(b, id); !found {
			out = append(out, id)
		}
	}
	return out
}

// engineShelf are the images that the engine holds.
func engineShelf(opt *gate.Options) shelf {
	return shelf{rule: &otherBaseRule, where: "is held here",
		image: func(ref string) string { return "docker:" + ref },
		tags: func(ctx context.Context, repository, _ string) ([]otherTag, error) {
			return tagsHeld(ctx, repository, opt)
		}}
}

// tagsHeld lists the tags of a repository that the engine holds.
func tagsHeld(ctx context.Context, repository string, opt *gate.Options) ([]otherTag, error) {
	cli, err := opt.Engine.Client(ctx)
	if err != nil {
		return nil, err
	}
	list, err := cli.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("reference", repository)})
	if err != nil {
		return nil, err
	}
	var out []otherTag
	for _, item := range list.Items {
		for _, name := range item.RepoTags {
			if ref := dockerfile.ParseRef(name); ref.Tag != "" &&
				ref.Repository == dockerfile.ParseRef(repository).Repository {
				out = append(out, otherTag{ref.Tag, item.Size})
			}
		}
	}
	return out, nil
}

const (
	registryWait = time.Minute // for a list of tags and some manifests
	maxKinds     = 16          // of the same version whose size is asked
	maxPull      = 2 << 30     // bytes of layers of an image that is read only to be compared
)

// registryShelf is the registry of the base image.
func registryShelf(opt *gate.Options) shelf {
	return shelf{rule: &publishedBaseRule, where: "is published", unit: " to pull",
		image: func(ref string) string { return "registry:" + ref },
		tags: func(ctx context.Context, repository, current string) ([]otherTag, error) {
			ctx, cancel := context.WithTimeout(ctx, registryWait)
			defer cancel()
			opt.Told(gate.Event{Gate: finding.GateImage, Text: "asking the registry for the tags of " + repository})
			names, whole, err := image.Tags(ctx, repository)
			if err != nil {
				return nil, err
			}
			if !whole {
				return nil, fmt.Errorf("it has more than the %d tags that are looked at", len(names))
			}
			return sized(ctx, repository, current, names, opt)
		}}
}

// sized asks for the sizes of the tags among which the choice is: of the current one, of the latest of its kind, and of
// other kinds of its version, those first whose name says that they are small.
func sized(ctx context.Context, repository, current string, names []string, opt *gate.Options) ([]otherTag, error) {
	now := versionTag.FindStringSubmatch(current)
	if now == nil || !slices.Contains(names, current) {
		return nil, nil
	}
	all := make([]otherTag, 0, len(names))
	var kinds []string
	for _, tag := range names {
		m := versionTag.FindStringSubmatch(tag)
		switch {
		case m == nil, beta.MatchString(tag), strings.Contains(tag, "windows"), strings.Contains(tag, "nanoserver"):
		case tag == current || m[2] == now[2]:
			all = append(all, otherTag{tag: tag})
		case m[1] == now[1]:
			kinds = append(kinds, tag)
		}
	}
	newer, _ := otherTags(current, all)
	slices.SortFunc(kinds, func(a, b string) int {
		if small(a) != small(b) {
			return strings.Compare(small(b), small(a))
		}
		return strings.Compare(a, b)
	})
	wanted := append([]string{current, newer}, kinds[:min(len(kinds), maxKinds)]...)
	out := make([]otherTag, 0, len(wanted))
	for _, tag := range wanted {
		if tag == "" {
			continue
		}
		size, err := image.PullSize(ctx, repository+":"+tag, opt.Platform)
		switch {
		case err != nil && tag == current:
			return nil, err
		case err == nil && size <= maxPull:
			out = append(out, otherTag{tag, size})
		}
	}
	return out, nil
}

// small is the word in a tag by which a kind is called small, "" for none.
func small(tag string) string { return smallKind.FindString(tag) }

var smallKind = lazyregexp.New(`slim|alpine|minimal|micro|distroless|light|jre|static|base`)

// vulnerabilities are those of an image, by their ids, sorted.
func vulnerabilities(ctx context.Context, ref string, opt *gate.Options) ([]string, error) {
	inv, err := openImage(ctx, ref, opt)
	if err != nil {
		return nil, err
	}
	return known(ctx, inv)
}

func known(ctx context.Context, inv *inventory.Inventory) ([]string, error) {
	db, err := openAdvisories()
	if err != nil {
		return nil, err
	}
	m, err := vuln.Match(ctx, db, inv.Packages, vuln.Options{Distro: inv.Distro})
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range m.Findings {
		if m.Findings[i].Status == finding.Open || m.Findings[i].Status == "" {
			ids = append(ids, m.Findings[i].Rule)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
