// Package secret finds secrets in texts: keys and tokens by the forms that their issuers give them, and values that
// stand under the name of a secret and are too random for anything else. It never tells more of one than its first
// letters.
package secret

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/secretname"
)

// Found is a secret in a text.
type Found struct {
	Rule       string
	Title      string
	Severity   finding.Severity
	Confidence finding.Confidence
	Start, End int    // bytes of the text
	Shown      string // as much of it as may be shown
	Generic    bool   // told by its name and its randomness alone
	Named      bool   // it stands under the name of a secret
	// Part is of a secret that is told elsewhere: it is to be hidden and is no finding of its own.
	Part bool
}

// Bounds of one text: what is longer is looked at in its first part, and a text with more secrets is a list of them.
const (
	maxText  = 16 << 20
	maxFound = 200
)

// Find finds the secrets of a text, in their order. Its path says what kind of file it is, and no more.
func Find(name string, text []byte) []Found {
	if Quiet(name) {
		return nil
	}
	text = text[:min(len(text), maxText)]
	var out []Found
	for i := range kinds {
		k := &kinds[i]
		if !k.possible(text) {
			continue
		}
		for _, s := range k.find(text) {
			if k.quiet(text[s.start:s.end]) {
				continue
			}
			out = append(out, Found{Rule: k.ID, Title: k.Title, Severity: k.Severity, Confidence: k.sure,
				Start: s.start, End: s.end, Shown: Mask(string(text[s.start:s.end])), Part: s.part})
		}
	}
	for i := range out {
		out[i].Named = secretname.Holds(nameBefore(text, out[i].Start)) ||
			secretname.Holds(nameBefore(text, max(0, out[i].Start-1)))
	}
	out = apart(append(out, named(name, text)...))
	if inTests(name) {
		for i := range out {
			out[i].Severity, out[i].Confidence = finding.Low, finding.ConfidenceLow
		}
	}
	return out[:min(len(out), maxFound)]
}

// apart leaves of secrets that overlap the one that is told by its form, else the longer one.
func apart(all []Found) []Found {
	slices.SortStableFunc(all, func(a, b Found) int {
		if a.Generic != b.Generic {
			if a.Generic {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.End-b.Start, a.End-a.Start)
	})
	var out []Found
	for _, f := range all {
		if !slices.ContainsFunc(out, func(o Found) bool { return f.Start < o.End && o.Start < f.End }) {
			out = append(out, f)
		}
		if len(out) == maxFound {
			break
		}
	}
	slices.SortFunc(out, func(a, b Found) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// Mask is what may be shown of a secret: its first letters, never more than a quarter of it.
func Mask(value string) string {
	const most = 4
	if head, _, ok := strings.Cut(value, "PRIVATE KEY-----"); ok && len(head) < maxLabel {
		return head + "PRIVATE KEY-----…"
	}
	n := min(most, len(value)/4)
	return strings.ToValidUTF8(strings.Map(printable, value[:n]), "") + "…"
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// Lines of lock files are checksums, those of maps are code of other files, and both are long and random.
var quietNames = map[string]bool{"go.sum": true, "package-lock.json": true, "npm-shrinkwrap.json": true,
	"pnpm-lock.yaml": true, "packages.lock.json": true, "gradle.lockfile": true, "deno.lock": true,
	".secrets.baseline": true}

// Quiet reports whether a file holds long random texts by its nature, so that nothing can be told from them.
func Quiet(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch path.Ext(base) {
	case ".map", ".lock", ".svg", ".sum":
		return true
	}
	return quietNames[base] || strings.HasSuffix(base, ".min.js")
}

// inTests reports whether a file is of a project's tests: what stands in them is nearly always made up for them.
func inTests(name string) bool {
	for _, part := range strings.Split(strings.ToLower(path.Dir(name)), "/") {
		switch part {
		case "test", "tests", "testdata", "testing", "spec", "specs", "fixtures", "__tests__", "__mocks__", "mocks":
			return true
		}
	}
	base := strings.ToLower(path.Base(name))
	stem := strings.TrimSuffix(base, path.Ext(base))
	return strings.HasPrefix(base, "test_") || strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, ".test") ||
		strings.HasSuffix(stem, ".spec") || strings.HasSuffix(stem, "_spec")
}

// IsEnvFile reports whether a file is one of environment variables that stays on its machine: .env, .env.local,
// prod.env; and not an example of one.
func IsEnvFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, word := range []string{"example", "sample", "template", "dist", "defaults"} {
		if strings.Contains(base, word) {
			return false
		}
	}
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
}

// Rules describes what is looked for.
func Rules() []finding.Rule {
	var out []finding.Rule
	for i := range kinds {
		if !slices.ContainsFunc(out, func(r finding.Rule) bool { return r.ID == kinds[i].ID }) {
			out = append(out, kinds[i].Rule)
		}
	}
	return append(out, genericRule, addressRule)
}

func containsAny(text []byte, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(text, []byte(w)) })
}
