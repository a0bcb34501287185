package stack

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/sirupsen/logrus"
)

func vars(name string) (string, bool) {
	v, ok := map[string]string{"A": "one", "B": "", "C_1": "$A ${x}", "d": "two words"}[name]
	return v, ok
}

func TestSubstitute(t *testing.T) {
	for _, c := range []struct {
		in, out string
		unset   []string
		bad     bool
	}{
		{in: "no variable", out: "no variable"},
		{in: "$A/${A}/$$A/$${A}", out: "one/one/$A/${A}"},
		{in: "${B}|${B:-d}|${B-d}|${B:+x}|${B+x}", out: "|d|||x"},
		{in: "${A}|${A:-d}|${A-d}|${A:+x}|${A+x}", out: "one|one|one|x|x"},
		{in: "${N}|${N:-d}|${N-d}|${N:+x}|${N+x}", out: "|d|d||", unset: []string{"N"}},
		{in: "Host(`${dash_url}`) && $N$N", out: "Host(``) && ", unset: []string{"dash_url", "N"}},
		{in: "traefik.${DOMAIN?Variable not set}", out: "traefik.", unset: []string{"DOMAIN"}},
		{in: "${B:?empty}${A:?no}${A?no}", out: "oneone", unset: []string{"B"}},
		{in: "${N:-${M:-${A}}}", out: "one"},
		{in: "${N:-${M}}", out: "", unset: []string{"M"}},
		{in: "${N:-a:-b?c}", out: "a:-b?c"},
		{in: "${C_1}", out: "$A ${x}"},
		{in: "a $ b", out: "a $ b"},
		{in: "100$", out: "100$"},
		{in: "${A", out: "${A", bad: true},
		{in: "${}", out: "${}", bad: true},
		{in: "${A!x}", out: "${A!x}", bad: true},
		{in: "$1", out: "$1"},
	} {
		got := substitute(c.in, vars)
		if got.text != c.out || !slices.Equal(got.unset, c.unset) || got.bad != c.bad {
			t.Errorf("%q:\n got %+v\nwant %+v", c.in, got, c)
		}
	}
}

// Compose's own package is the judge of what a text becomes, where it does not refuse it.
func FuzzSubstitute(f *testing.F) {
	logrus.SetOutput(io.Discard)
	for _, s := range []string{"$A", "${A:-x}", "${N:-${B:-y}z}", "$$", "${A:+b}c}", "x${d-y}${N+q}{}", "${A:-a?b}",
		"${A?x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := substitute(s, vars)
		// Compose matches letters of other scripts that fold to ASCII, and braces only within a line
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\u017f\u212a") {
			return
		}
		want, err := template.Substitute(s, vars)
		var missing *template.MissingRequiredError
		switch {
		// Compose expands the message of a required variable as well
		case errors.As(err, &missing) || got.bad || err != nil && strings.Contains(s, "?"):
		case err != nil:
			t.Errorf("%q: compose refuses it (%v), drydock makes %q of it", s, err, got.text)
		case got.text != want:
			t.Errorf("%q: compose %q, drydock %q", s, want, got.text)
		}
		if got.bad && err == nil {
			t.Errorf("%q: compose makes %q of it, drydock calls it bad", s, want)
		}
	})
}
