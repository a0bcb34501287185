package table

import (
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// worthTelling is how many bytes of an image must be hidden for a line about it without --all.
const worthTelling = 5 << 20

// waste writes a line for each image that holds much that nobody sees, and where most of it comes from.
func (p *printer) waste() {
	var told []*report.Image
	for i := range p.r.Images {
		if w := p.r.Images[i].Waste; w != nil && (w.Bytes >= worthTelling || p.o.All && w.Bytes > 0) {
			told = append(told, &p.r.Images[i])
		}
	}
	if len(told) == 0 || p.r.Listing {
		return
	}
	p.heading("Waste: bytes that a later layer removes or replaces")
	for i, img := range told {
		if p.rest(i, maxNotes, len(told)) {
			break
		}
		w := img.Waste
		text := fmt.Sprintf("%s: %s of %s, efficiency %.2f", img.Name, report.Size(w.Bytes), report.Size(w.TotalBytes),
			w.Efficiency)
		if len(w.Paths) > 0 {
			text += "; most of it " + wasted(&w.Paths[0])
		}
		p.paragraph("  ", plain(text))
		for j := range w.Paths {
			if p.o.All {
				p.paragraph("    ", plain(wasted(&w.Paths[j])))
			}
		}
	}
}

// wasted says what was wasted, and which line brought it.
func wasted(w *report.WastedPath) string {
	return fmt.Sprintf("%s in /%s, brought by %s and %s by %s", report.Size(w.Bytes), w.Path,
		instruction(w.Location, w.CreatedBy), w.How,
		instruction(w.HiddenAt, w.HiddenBy))
}

// instruction names what made a layer: its line, else its first words, which hold no values.
func instruction(at finding.Location, text string) string {
	if place := at.String(); place != "" {
		return place
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return "a layer without history"
	}
	return strings.Join(words[:min(len(words), 2)], " ") + " …"
}
