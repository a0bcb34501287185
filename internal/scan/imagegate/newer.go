package imagegate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
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

// maxBases bounds how many bases of one run are compared with others: each other one is an image to be read.
const maxBases = 4

// heldTag is a tag of a repository that the engine holds.
type heldTag struct {
	tag  string
	size int64
}

var versionTag = lazyregexp.New(`^v?(\d+(?:\.\d+){0,3})((?:-[\w.-]+)?)$`)

// otherTags chooses among the tags of a repository the newest one of the same kind and major version, and the smallest
// one of the same version; "" for none.
func otherTags(current string, all []heldTag) (newer, slimmer string) {
	now := versionTag.FindStringSubmatch(current)
	i := slices.IndexFunc(all, func(t heldTag) bool { return t.tag == current })
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
		if m[1] == now[1] && m[2] != now[2] && t.size < least {
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

// otherBases gives a finding for each base of which the engine holds a better tag.
func otherBases(ctx context.Context, all []held, opt *gate.Options) []finding.Finding {
	if !answers(ctx, opt) {
		return nil
	}
	var out []finding.Finding
	seen := map[string]bool{}
	for i := range all {
		h := &all[i]
		if h.inv == nil || h.place == nil || h.place.from == nil || !h.place.base.Known || h.place.base.Tag == "" {
			continue
		}
		at := h.place.at(h.place.from)
		if key := at.String() + h.place.base.Text; seen[key] || len(seen) == maxBases {
			continue
		} else {
			seen[key] = true
		}
		for _, f := range betterThan(ctx, h.place.base, opt) {
			f.Location, f.Services = at, h.services
			out = append(out, f)
		}
	}
	return out
}

// betterThan compares a base with the other tags that the engine holds of it.
func betterThan(ctx context.Context, base dockerfile.Ref, opt *gate.Options) []finding.Finding {
	repository, _, _ := strings.Cut(base.Text, "@")
	repository = strings.TrimSuffix(repository, ":"+base.Tag)
	tags := tagsOf(ctx, repository, opt)
	newer, slimmer := otherTags(base.Tag, tags)
	if newer == "" && slimmer == "" {
		return nil
	}
	before, ok := vulnerabilities(ctx, repository+":"+base.Tag, opt)
	if !ok {
		return nil
	}
	var out []finding.Finding
	for _, tag := range []string{newer, slimmer} {
		if tag == "" || tag == newer && tag == slimmer && len(out) > 0 {
			continue
		}
		after, ok := vulnerabilities(ctx, repository+":"+tag, opt)
		if !ok {
			continue
		}
		if f, ok := otherBase(repository, base.Tag, tag, tags, before, after); ok {
			out = append(out, f)
		}
	}
	return out
}

// otherBase describes what another tag would fix, and whether that is anything.
func otherBase(repository, tag, other string, tags []heldTag, before, after []string) (finding.Finding, bool) {
	fixed, brought := without(before, after), without(after, before)
	size := func(tag string) int64 {
		return tags[slices.IndexFunc(tags, func(t heldTag) bool { return t.tag == tag })].size
	}
	smaller := size(tag) - size(other)
	if len(fixed) == 0 && smaller <= 0 || len(fixed) < len(brought) {
		return finding.Finding{}, false
	}
	f := finding.Finding{
		ID:   finding.Fingerprint(finding.GateImage, otherBaseRule.ID, repository, tag, other),
		Gate: finding.GateImage, Rule: otherBaseRule.ID, Severity: otherBaseRule.Severity,
		Confidence: finding.ConfidenceHigh,
		Title: fmt.Sprintf("%s:%s is held here: %s of the base's %d vulnerabilities fewer, %s instead of %s",
			repository, other,
			fmt.Sprint(len(fixed)), len(before), report.Size(size(other)), report.Size(size(tag))),
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

// tagsOf lists the tags of a repository that the engine holds.
func tagsOf(ctx context.Context, repository string, opt *gate.Options) []heldTag {
	cli, err := opt.Engine.Client(ctx)
	if err != nil {
		return nil
	}
	list, err := cli.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("reference", repository)})
	if err != nil {
		return nil
	}
	var out []heldTag
	for _, item := range list.Items {
		for _, name := range item.RepoTags {
			if ref := dockerfile.ParseRef(name); ref.Tag != "" &&
				ref.Repository == dockerfile.ParseRef(repository).Repository {
				out = append(out, heldTag{ref.Tag, item.Size})
			}
		}
	}
	return out
}

// vulnerabilities are those of an image that the engine holds, by their ids, sorted; false where that cannot be told.
func vulnerabilities(ctx context.Context, name string, opt *gate.Options) ([]string, bool) {
	inv, err := openImage(ctx, "docker:"+name, opt)
	if err != nil || inv == nil {
		return nil, false
	}
	ids, err := known(ctx, inv)
	return ids, err == nil
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
