package rules

import (
	"strings"
	"time"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var baseEndOfLife = lint.Rule{
	Rule: finding.Rule{
		ID: "base-end-of-life", Severity: finding.Medium, CWE: []string{"CWE-1104"},
		Title: "The base image is past its end of life",
		Description: "Whoever made it fixes nothing any more: every vulnerability found from then on stays. " +
			"Rebuilding does not help, only another base does.",
		Remedy:     "Move to a release that is still maintained.",
		References: []string{"https://endoflife.date"},
	},
	Check: func(p *lint.Pass) {
		if p.Context.Now.IsZero() {
			return
		}
		for _, s := range p.File.Stages {
			b := p.Base(s)
			if !p.Needed(s) || s.Parent != nil || !b.Known {
				continue
			}
			what, ended, ok := endOfLife(b, p.Context.Now)
			if !ok {
				continue
			}
			opts := []lint.Option{lint.Evidence("%s has had no fixes since %s", what, ended.Format(time.DateOnly))}
			if !p.Ships(s.From) {
				opts = append(opts, lint.Severity(finding.Info))
			}
			p.ReportAt(s.From, b.Span, "the base image's "+what+" is past its end of life ("+
				ended.Format(time.DateOnly)+")", opts...)
		}
	},
}

// endOfLife finds the first part of an image that is past its end of life: the image's own version, or the distribution
// that its tag names.
func endOfLife(r dockerfile.Ref, now time.Time) (what string, ended time.Time, ok bool) {
	product, tag := productOf(r), strings.ToLower(r.Tag)
	if product == "" {
		return "", time.Time{}, false
	}
	// the name tells the release, the tag is something else
	if distribution, release, ok := strings.Cut(product, " "); ok {
		ended, ok := past(distribution, release, now)
		return product, ended, ok
	}
	if ended, ok := past(product, cycle(product, tag), now); ok {
		return strings.TrimSpace(product + " " + cycle(product, tag)), ended, true
	}
	for _, part := range strings.FieldsFunc(tag, func(c rune) bool { return c == '-' || c == '_' }) {
		if release, ok := codenames[part]; ok {
			if ended, ok := past(release.product, release.cycle, now); ok {
				return release.product + " " + release.cycle, ended, true
			}
		}
		if v, ok := strings.CutPrefix(part, "alpine"); ok && v != "" {
			if ended, ok := past("alpine", v, now); ok {
				return "alpine " + v, ended, true
			}
		}
	}
	return "", time.Time{}, false
}

// productOf is what the table knows an image by, "" where its maker is not known. Distroless images carry the release
// of Debian in their names.
func productOf(r dockerfile.Ref) string {
	switch {
	case r.Official():
		return r.Name()
	case r.Registry == "docker.io" && r.Repository == "opensuse/leap":
		return r.Repository
	case r.Registry == "mcr.microsoft.com" && strings.HasPrefix(r.Repository, "dotnet/"):
		return "dotnet"
	case r.Registry == "docker.elastic.co" && ends[r.Name()] != nil:
		return r.Name()
	case r.Registry == "gcr.io" && strings.HasPrefix(r.Repository, "distroless/"):
		if i := strings.LastIndex(r.Name(), "-debian"); i >= 0 {
			return "debian " + r.Name()[i+len("-debian"):]
		}
	}
	return ""
}

// cycle is the release that a tag belongs to, in the words of the table: "3.8" for "3.8.19-slim".
func cycle(product, tag string) string {
	version, _, _ := strings.Cut(tag, "-")
	if len(version) > 1 && version[0] == 'v' && version[1] <= '9' { // traefik:v3.6
		version = version[1:]
	}
	if c, ok := codenames[version]; ok && c.product == product {
		return c.cycle
	}
	parts := strings.Split(version, ".")
	for n := len(parts); n > 0; n-- {
		if c := strings.Join(parts[:n], "."); ends[product][c] != "" {
			return c
		}
	}
	if ends[product]["*"] != "" {
		return "*"
	}
	return ""
}

func past(product, cycle string, now time.Time) (time.Time, bool) {
	ended, err := time.Parse(time.DateOnly, ends[product][cycle])
	return ended, err == nil && now.After(ended)
}
