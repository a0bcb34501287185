package secret

import (
	"bytes"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/secretname"
)

// Value reports whether the value of a variable or label is a secret: by its form, or by the variable's name.
func Value(name, value string) (Found, bool) {
	for _, f := range Find("value", []byte(value)) {
		if !f.Part {
			return f, true
		}
	}
	if !secretname.Holds(name) || !couldBePassword(value) {
		return Found{}, false
	}
	return ofName(value, 0, len(value)), true
}

func ofName(text string, start, end int) Found {
	return Found{Rule: genericRule.ID, Title: genericRule.Title, Severity: finding.Medium, Generic: true, Named: true,
		Confidence: finding.ConfidenceMedium, Start: start, End: end, Shown: Mask(text[start:end])}
}

// couldBePassword reports whether a value is more than a word, a path or what stands for a password.
func couldBePassword(value string) bool {
	const least = 8
	return len(value) >= least && len(value) <= mostLen && !strings.ContainsAny(value, "${}<> ") && value[0] != '/' &&
		!strings.Contains(value, "://") && strings.ContainsAny(value, "0123456789") && isPassword(value)
}

var assignment = lazyregexp.New(`(?:^|[\s|;&])(?:export\s+|--?)?([A-Za-z_][\w.-]*)=["']?([^\s"';&|]{8,200})`)

// InCommand finds the secrets in a row of a build history: in its build arguments, and in its command.
func InCommand(text string) []Found {
	const most = 64 << 10
	text = text[:min(len(text), most)]
	var out []Found
	for _, f := range Find("row", []byte(text)) {
		if !f.Part {
			out = append(out, f)
		}
	}
	for _, m := range assignment.FindAllStringSubmatchIndex(text, maxFound) {
		start, end := m[4], m[5]
		if !secretname.Holds(text[m[2]:m[3]]) || !couldBePassword(text[start:end]) {
			continue
		}
		told := false
		for i := range out {
			told = told || out[i].Start < end && start < out[i].End
		}
		if !told {
			out = append(out, ofName(text, start, end))
		}
	}
	return out
}

// ShortName is a variable's name as it may be shown: what is no plain name may hold a value by mistake.
func ShortName(name string) string {
	const most = 60
	if len(name) > most || bytes.ContainsFunc([]byte(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-/", r)
	}) {
		return "…"
	}
	return name
}
