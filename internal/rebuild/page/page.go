// Package page shows a rebuild as a page: each image before and after, side by side, and what changed.
package page

import (
	"fmt"
	"io"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/format/html"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
)

// Write writes the page of a run. It needs nothing else, as every page of drydock's.
func Write(w io.Writer, r *result.Rebuild) error {
	var all []html.Sides
	for i := range r.Services {
		all = append(all, sidesOf(&r.Services[i]))
	}
	title := r.Target
	if title == "." { // says nothing on a page that is read elsewhere
		var images []string
		for _, s := range r.Services {
			images = append(images, s.Image)
		}
		title = strings.Join(images, ", ")
	}
	return html.WriteSides(w, title, all)
}

// Picture writes one image before and after as a picture (SVG).
func Picture(w io.Writer, s *result.Service) error { return html.WriteSidesPicture(w, sidesOf(s)) }

func sidesOf(s *result.Service) html.Sides {
	out := html.Sides{Name: s.Image, Word: string(s.Verdict), Why: s.Reason,
		Good:   s.Verdict == result.Better || s.Verdict == result.Same,
		Before: tally(&s.Before, "there was none"), After: tally(&s.After, "there is none"),
		Lists: []html.SideList{
			list("New", true, s.New),
			list("Could not be looked at again", true, s.Unseen),
			list("Fixed", true, s.Fixed),
			list("Remaining", false, s.Remaining),
		}}
	if len(s.Services) > 0 {
		out.Name += " (" + strings.Join(s.Services, ", ") + ")"
	}
	for _, d := range s.Due {
		out.Notes = append(out.Notes, "Due: "+report.ShortDigests(d.Evidence))
	}
	if text := forecasts(&s.Forecast); text != "" {
		out.Notes = append(out.Notes, text)
	}
	switch {
	case s.RolledBack:
		out.Notes = append(out.Notes, "It was deployed and taken back: the image from before runs.")
	case s.Deployed:
		out.Notes = append(out.Notes, "It was deployed.")
	case s.Unchanged:
		out.Notes = append(out.Notes, "The content is the same: there is nothing to deploy.")
	}
	return out
}

// tally is one side; absent tells what stands in its place where there is no image.
func tally(s *result.Side, absent string) html.Tally {
	if s.Image == "" {
		return html.Tally{Absent: absent}
	}
	return html.Tally{Counts: s.Counts, Packages: s.Packages, Size: s.Size}
}

// forecasts says how the forecast did, by kind.
func forecasts(s *result.Score) string {
	if s.Right+s.Wrong+s.Unknown == 0 {
		return ""
	}
	text := fmt.Sprintf("Of %s %d came true", report.Plural(s.Right+s.Wrong, "forecast"), s.Right)
	var kinds []string
	for _, k := range []finding.Forecast{finding.ForecastRebuild, finding.ForecastWaitForBase, finding.ForecastEdit,
		finding.ForecastBase, finding.ForecastNone, finding.ForecastNotShipped} {
		if n := s.Kinds[k]; n.Right+n.Wrong > 0 {
			kinds = append(kinds, fmt.Sprintf("%s %d of %d", k, n.Right, n.Right+n.Wrong))
		}
	}
	if len(kinds) > 0 {
		text += " (" + strings.Join(kinds, ", ") + ")"
	}
	if s.Unknown > 0 {
		text += fmt.Sprintf("; of %d nothing was forecast", s.Unknown)
	}
	return text + "."
}

func list(title string, open bool, changes []result.Change) html.SideList {
	l := html.SideList{Title: title, Open: open}
	for _, c := range changes {
		l.Rows = append(l.Rows, html.SideRow{Rule: c.Rule, Package: c.Package, Cause: string(c.Cause), From: c.From,
			To: c.To, Severity: c.Severity, Forecast: c.Forecast})
	}
	return l
}
