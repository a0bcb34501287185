package imagegate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/secret"
)

// secretRules describes the secrets of images: the kinds are those of source.
func secretRules() []finding.Rule {
	all := secret.Rules()
	for i := range all {
		all[i].Gate = finding.GateImage
	}
	return all
}

func ruleOf(id string) finding.Rule {
	all := secretRules()
	if i := slices.IndexFunc(all, func(r finding.Rule) bool { return r.ID == id }); i >= 0 {
		return all[i]
	}
	return finding.Rule{ID: id, Title: id, Severity: finding.Medium}
}

// secretsIn finds the secrets in a file of a layer.
func secretsIn(path string, text []byte) []inventory.Secret {
	var out []inventory.Secret
	for _, f := range secret.Find(path, text) {
		if f.Part || f.Severity == finding.Low {
			continue // of a package's tests
		}
		out = append(out, inventory.Secret{Rule: f.Rule, Line: 1 + bytes.Count(text[:f.Start], []byte("\n")),
			Shown: f.Shown})
	}
	return out
}

// secrets are the findings of an image: in its layers, its configuration and its build history.
func secrets(h *held, opt *gate.Options) []finding.Finding {
	if h.inv == nil || h.inv.Image == nil {
		return nil
	}
	w := &secretWriter{h: h, opt: opt, img: h.inv.Image, seen: map[string]bool{}}
	w.layers()
	w.config()
	w.history()
	return w.out
}

type secretWriter struct {
	h    *held
	opt  *gate.Options
	img  *inventory.Image
	out  []finding.Finding
	seen map[string]bool // names and rows that are told
}

func (w *secretWriter) layers() {
	for i := range w.h.inv.Secrets {
		s := &w.h.inv.Secrets[i]
		r := ruleOf(s.Rule)
		f := w.finding(r, fmt.Sprintf("%s, in the image's file /%s", r.Title, s.Path), s.Path, s.Shown)
		f.Snippet = s.Shown
		f.Location = finding.Location{Path: s.Path, Line: s.Line}
		if s.Layer < len(w.img.Layers) && w.img.Layers[s.Layer].CreatedBy != "" {
			f.Evidence = append(f.Evidence, "the layer was made by: "+w.img.Layers[s.Layer].CreatedBy)
			w.placeAt(&f, w.img.Layers[s.Layer].CreatedBy)
		}
		if s.Gone > 0 {
			f.Title += ", which a later layer removes"
			why := "the file is removed or replaced later, and can still be read out of its layer"
			if s.Gone < len(w.img.Layers) && w.img.Layers[s.Gone].CreatedBy != "" {
				why += ": " + w.img.Layers[s.Gone].CreatedBy
			}
			f.Evidence = append(f.Evidence, why)
		}
		w.out = append(w.out, f)
	}
}

func (w *secretWriter) config() {
	for _, env := range w.img.Env {
		name, value, _ := strings.Cut(env, "=")
		w.pair("variable", name, value, "ENV "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(w.img.Labels)) {
		w.pair("label", name, w.img.Labels[name], "LABEL "+name)
	}
}

// pair tells of a named value of the configuration.
func (w *secretWriter) pair(what, name, value, instruction string) {
	f, ok := secret.Value(name, value)
	if !ok || w.ofDockerfile(value) {
		return
	}
	w.seen[value] = true
	r := ruleOf(f.Rule)
	text := fmt.Sprintf("%s, in the image's configuration: %s %s", r.Title, what, secret.ShortName(name))
	told := w.finding(r, text, what, name)
	told.Snippet, told.Severity, told.Confidence = secret.ShortName(name)+"="+f.Shown, f.Severity, f.Confidence
	w.placeAt(&told, instruction)
	w.out = append(w.out, told)
}

// history tells of the secrets in the rows of the build history, which the configuration does not have: build
// arguments, and what stands in commands.
func (w *secretWriter) history() {
	for row, text := range w.img.History {
		for _, m := range secret.InCommand(text) {
			value := text[m.Start:m.End]
			if w.seen[value] || w.ofDockerfile(value) {
				continue
			}
			w.seen[value] = true
			r := ruleOf(m.Rule)
			f := w.finding(r, r.Title+", in the image's build history", "history", fmt.Sprint(row), m.Shown)
			f.Snippet, f.Severity, f.Confidence = m.Shown, m.Severity, m.Confidence
			f.Evidence = []string{fmt.Sprintf("row %d of the history; docker history shows it to whoever has the image",
				row+1)}
			w.placeAt(&f, image.Instruction(text))
			w.out = append(w.out, f)
		}
	}
}

// ofDockerfile reports whether the value stands in the Dockerfile at hand, whose lines are the Dockerfile gate's.
func (w *secretWriter) ofDockerfile(value string) bool {
	return w.h.place != nil && w.h.place.file != nil && w.opt.Runs(finding.GateDockerfile) &&
		bytes.Contains(w.h.place.file.Src, []byte(value))
}

func (w *secretWriter) finding(r finding.Rule, title string, key ...string) finding.Finding {
	key = append([]string{r.ID, w.h.input.Path}, key...)
	return finding.Finding{
		ID: finding.Fingerprint(finding.GateImage, key...), Gate: finding.GateImage, Rule: r.ID,
		Title: title, Severity: r.Severity, Confidence: finding.ConfidenceHigh, Services: w.h.services,
		CWE: r.CWE, OWASP: r.OWASP, Location: finding.Location{Path: w.h.input.Path}, Forecast: finding.ForecastEdit,
		Fix: finding.Fix{Text: "Withdraw it and make a new one; give secrets to a build with RUN --mount=type=secret, and " +
			"to a container when it starts."},
	}
}

// placeAt puts a finding at the line of the Dockerfile that made what it is about, where that is known.
func (w *secretWriter) placeAt(f *finding.Finding, instruction string) {
	if w.h.place == nil || w.h.place.file == nil {
		return
	}
	if in := w.h.place.maker(instruction); in != nil {
		if f.Location.Path != w.h.input.Path {
			f.Evidence = append(f.Evidence, "in the image: /"+f.Location.String())
		}
		f.Location = w.h.place.at(in)
	}
}
