package waiver

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/yamlread"
)

const maxFile = 8 << 20

// Justifications are the reasons that OpenVEX knows for "not affected".
var Justifications = []string{"component_not_present", "vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist"}

// Find returns the waiver file of a folder, "" if there is none.
func Find(dir string) string {
	for _, n := range Names {
		p := filepath.Join(dir, n)
		if st, err := os.Stat(p); err == nil && st.Mode().IsRegular() {
			return p
		}
	}
	return ""
}

// readFile reads a file that may hold waivers, with an error for a person.
func readFile(file string) ([]byte, error) {
	text, err := bounded.ReadFile(file, maxFile)
	switch {
	case errors.Is(err, bounded.ErrTooLarge):
		return nil, clierr.Input(file, "too large: at most %d MB are read", maxFile>>20)
	case err != nil:
		return nil, clierr.InputErr(file, err)
	}
	return text, nil
}

// Parse reads the text of a drydock.waivers.yaml; shown is its path as reports name it. The error holds a clierr.Error
// for each mistake, in file order, at most ten.
func Parse(shown string, text []byte) ([]*Waiver, error) {
	d := &decoder{yamlread.Decoder{Path: shown, Dir: filepath.Dir(shown)}}
	var all []*Waiver
	root := d.Root([]byte(strings.TrimPrefix(string(text), "\xef\xbb\xbf")))
	if root == nil {
		return nil, errors.Join(d.Errs...)
	}
	d.Fields(root, "a waiver file", map[string]func(*yaml.Node){
		"version": func(n *yaml.Node) {
			if n.Value != strconv.Itoa(Version) {
				d.Fail(n, "Write `version: 1`.", "this drydock does not know version %s of the file", yamlread.Quote(n))
			}
		},
		"waivers": func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode {
				d.Fail(n, "Write each waiver after a dash.", "waivers must be a list")
				return
			}
			for _, item := range n.Content {
				if w := d.waiver(yamlread.Target(item)); w != nil {
					all = append(all, w)
				}
			}
		},
	})
	if len(d.Errs) > 0 {
		return nil, errors.Join(d.Errs...)
	}
	return all, nil
}

type decoder struct{ yamlread.Decoder }

// waiver reads one entry. All of a name, an owner, a reason and a day are asked for: a risk that nobody answers for, or
// that is accepted for ever, is not accepted but forgotten.
func (d *decoder) waiver(n *yaml.Node) *Waiver {
	before := len(d.Errs)
	w := &Waiver{Location: finding.Location{Path: d.Path, Line: n.Line, Column: n.Column}}
	var id, rule string
	d.Fields(n, "a waiver", map[string]func(*yaml.Node){
		"id":      func(n *yaml.Node) { id = d.Text(n, "id") },
		"rule":    func(n *yaml.Node) { rule = d.Text(n, "rule") },
		"scope":   func(n *yaml.Node) { d.scope(&w.Scope, n) },
		"owner":   func(n *yaml.Node) { w.Owner = d.Text(n, "owner") },
		"reason":  func(n *yaml.Node) { w.Reason = d.Text(n, "reason") },
		"expires": func(n *yaml.Node) { w.Expires = d.day(n) },
		"justification": func(n *yaml.Node) {
			if w.Justification = d.Text(n, "justification"); !slices.Contains(Justifications, w.Justification) {
				d.Fail(n, "OpenVEX knows "+strings.Join(Justifications, ", ")+".", "%s is no justification",
					yamlread.Quote(n))
			}
		},
	})
	if len(d.Errs) > before {
		return nil
	}
	w.Name = strings.TrimSpace(id + rule)
	switch {
	case id != "" && rule != "":
		d.Fail(n, "Keep `id` for one finding, or `rule` for all of a kind.", "a waiver with an id and a rule")
	case w.Name == "":
		d.Fail(n, "Give `id:` of a finding or `rule:` (also an advisory, such as CVE-2024-6345).",
			"a waiver without id or rule")
	case w.Owner == "":
		d.Fail(n, "Name who answers for it: `owner: anna@example.org`.", "the waiver of %s has no owner", w.Name)
	case w.Reason == "":
		d.Fail(n, "Say why the risk is accepted: `reason: ...`.", "the waiver of %s has no reason", w.Name)
	case w.Expires.IsZero():
		d.Fail(n, "Give the last day on which it holds: `expires: 2027-03-31`.", "the waiver of %s never expires", w.Name)
	}
	if len(d.Errs) > before {
		return nil
	}
	return w
}

func (d *decoder) scope(s *Scope, n *yaml.Node) {
	list := func(into *[]string, of string) func(*yaml.Node) {
		return func(n *yaml.Node) { *into = d.Texts(n, of) }
	}
	d.Fields(n, "scope", map[string]func(*yaml.Node){
		"gate": list(&s.Gates, "gate"), "service": list(&s.Services, "service"),
		"path": list(&s.Paths, "path"), "package": list(&s.Packages, "package"),
	})
}

func (d *decoder) day(n *yaml.Node) time.Time {
	t, err := time.Parse(dateForm, strings.TrimSpace(n.Value))
	if err != nil || n.Kind != yaml.ScalarNode {
		d.Fail(n, "Write the day as 2027-03-31.", "%s is no day", yamlread.Quote(n))
	}
	return t
}
