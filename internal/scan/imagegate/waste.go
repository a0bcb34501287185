package imagegate

import (
	"fmt"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// wasteRule fires at the line of a Dockerfile whose layer holds much that a later one hides.
var wasteRule = finding.Rule{
	ID:       "layer-waste",
	Gate:     finding.GateImage,
	Title:    "The image holds files that nobody sees",
	Severity: finding.Low,
	Description: `A layer once made stays in the image: what a later instruction removes is hidden and still shipped, and a file whose owner,
mode or content a later one changes is shipped twice. It is pulled and stored on every host, and what was removed, a secret included,
can be read out of the layer by whoever has the image.`,
	Remedy: `Remove files in the RUN that makes them, or make them in another stage and copy what is wanted. Set owner and mode as the files
are copied: COPY --chown, --chmod.`,
	CWE:        []string{"CWE-1104"},
	References: []string{"https://docs.docker.com/build/building/best-practices/#minimize-the-number-of-layers"},
}

// wasteWorthTelling is how many bytes an instruction must have wasted for a finding.
const wasteWorthTelling = 5 << 20

// wasteful fills in which line of the Dockerfile brought what is hidden, and gives a finding for each that brought
// much.
func wasteful(h *held, img *report.Image) []finding.Finding {
	if img.Waste == nil || h.place == nil || h.place.file == nil {
		return nil
	}
	type line struct {
		at    finding.Location
		bytes int64
		first *report.WastedPath
		told  []string
	}
	var order []string
	lines := map[string]*line{}
	for i := range img.Waste.Paths {
		w := &img.Waste.Paths[i]
		if w.FromBase != nil && *w.FromBase {
			if h.place.from != nil {
				w.Location = h.place.at(h.place.from)
			}
			continue
		}
		by := "a later layer"
		if hides := h.place.maker(w.HiddenBy); hides != nil {
			w.HiddenAt = h.place.at(hides)
			by = w.HiddenAt.String()
		}
		in := h.place.maker(w.CreatedBy)
		if in == nil {
			continue // another Dockerfile's: the base's, most likely
		}
		w.Location = h.place.at(in)
		key := w.Location.String()
		if lines[key] == nil {
			order = append(order, key)
			lines[key] = &line{at: w.Location, first: w}
		}
		lines[key].bytes += w.Bytes
		lines[key].told = append(lines[key].told, fmt.Sprintf("%s in /%s is %s by %s", report.Size(w.Bytes), w.Path,
			w.How, by))
	}
	var out []finding.Finding
	for _, key := range order {
		l := lines[key]
		if l.bytes < wasteWorthTelling {
			continue
		}
		fix := "Remove it in the RUN that makes it, or make it in another stage."
		if l.first.How == "replaced" {
			fix = "Set owner, mode and content where the files are brought in: COPY --chown, --chmod, or the same RUN."
		}
		out = append(out, finding.Finding{
			ID:       finding.Fingerprint(finding.GateImage, wasteRule.ID, h.input.Path, l.at.Path, l.first.CreatedBy),
			Gate:     finding.GateImage,
			Rule:     wasteRule.ID,
			Title:    report.Size(l.bytes) + " of what this line brings are hidden by a later layer, and shipped",
			Severity: wasteRule.Severity, Confidence: finding.ConfidenceHigh,
			Services: h.services, CWE: wasteRule.CWE, Location: l.at, Evidence: l.told, Forecast: finding.ForecastEdit,
			Fix: finding.Fix{Text: fix},
		})
	}
	return out
}
