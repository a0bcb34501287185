package waiver

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/clierr"
)

// Missing stands where another tool's file does not say what drydock asks for. Parse does not take it, so that whoever
// imports a file has to decide.
const Missing = "MISSING"

// entry is a waiver as it is written.
type entry struct {
	ID            string    `yaml:"id,omitempty"`
	Rule          string    `yaml:"rule,omitempty"`
	Scope         *scopeOut `yaml:"scope,omitempty"`
	Owner         string    `yaml:"owner"`
	Reason        string    `yaml:"reason"`
	Expires       string    `yaml:"expires"`
	Justification string    `yaml:"justification,omitempty"`
}

type scopeOut struct {
	Gate    []string `yaml:"gate,omitempty,flow"`
	Service []string `yaml:"service,omitempty,flow"`
	Path    []string `yaml:"path,omitempty,flow"`
	Package []string `yaml:"package,omitempty,flow"`
}

func newEntry(w *Waiver) entry {
	e := entry{Rule: w.Name, Owner: w.Owner, Reason: w.Reason, Justification: w.Justification}
	if isFindingID(w.Name) {
		e.ID, e.Rule = w.Name, ""
	}
	if !w.Expires.IsZero() {
		e.Expires = w.Expires.Format(dateForm)
	}
	for _, s := range []*string{&e.Owner, &e.Reason, &e.Expires} {
		if *s == "" {
			*s = Missing
		}
	}
	if s := w.Scope; len(s.Gates)+len(s.Services)+len(s.Paths)+len(s.Packages) > 0 {
		e.Scope = &scopeOut{s.Gates, s.Services, s.Paths, s.Packages}
	}
	return e
}

// Format writes waivers as a file of their own.
func Format(ws []*Waiver) ([]byte, error) {
	doc := struct {
		Version int     `yaml:"version"`
		Waivers []entry `yaml:"waivers"`
	}{Version: Version, Waivers: []entry{}}
	for _, w := range ws {
		doc.Waivers = append(doc.Waivers, newEntry(w))
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// Append adds waivers at the end of a file's list and leaves what stands there as it is, comments and all. shown is the
// file's path, for errors. The result is read again before it is given: a file whose list does not end the file is
// refused.
func Append(shown string, text []byte, ws []*Waiver) ([]byte, error) {
	whole, err := Format(ws)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return whole, nil
	}
	before, err := Parse(shown, text)
	if err != nil {
		return nil, err
	}
	if len(before) == 0 {
		return nil, clierr.Input(shown, "has no waiver to add to").WithHint("Remove the file, or write the first by hand.")
	}
	_, items, _ := strings.Cut(string(whole), "waivers:\n")
	lines := strings.SplitAfter(items, "\n")
	have := indentOf(text, before[0].Location.Line)
	for i, l := range lines {
		if l = strings.TrimPrefix(l, "  "); strings.TrimSpace(l) != "" {
			lines[i] = have + l
		}
	}
	out := append(bytes.TrimRight(slices.Clone(text), "\n"), '\n')
	out = append(out, strings.Join(lines, "")...)
	after, err := Parse(shown, out)
	if err == nil && len(after) != len(before)+len(ws) {
		err = clierr.Input(shown, "its list of waivers is not the end of the file").WithHint("Move `waivers:` to the end.")
	}
	return out, err
}

// indentOf is the space before the dash of the entry on a line.
func indentOf(text []byte, line int) string {
	l := strings.Split(string(text), "\n")[line-1]
	return l[:len(l)-len(strings.TrimLeft(l, " "))]
}

// State says how a waiver stands at a time: "open" it is not, so it is active, expiring within two weeks, expired, or
// incomplete.
func (w *Waiver) State(now time.Time) string {
	switch {
	case w.over(now):
		return "expired"
	case w.incomplete():
		return "incomplete"
	case w.over(now.AddDate(0, 0, 14)):
		return "expires soon"
	}
	return "active"
}
