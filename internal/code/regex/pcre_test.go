package regex

import "testing"

func TestBacktracking(t *testing.T) {
	for src, want := range map[string]string{
		`a*+b`:         `(?>a*)b`,
		`(ab|c)++`:     `(?>(ab|c)+)`,
		`[a+]+x`:       `[a+]+x`,
		`[^]+]?+x`:     `(?>[^\]+]?)x`,
		`\d{2,3}+-`:    `(?>\d{2,3})-`,
		`x+?(?:y*+)*`:  `x+?(?:(?>y*))*`,
		`\p{Lu}++`:     `(?>\p{Lu}+)`,
		`a{b}+`:        `a{b}+`,
		`(?P<n>a)\h`:   `(?<n>a)[ \t]`,
		`[[:digit:]_]`: `[0-9_]`,
		`\Qa.b\E+`:     `(?:a\.b)+`,
		`\x{1F}`:       `\u001F`,
	} {
		if got := backtracking(src); got != want {
			t.Errorf("%s becomes %s, want %s", src, got, want)
		}
	}
	re := MustCompile(`^"[^"]*+x`)
	if ok, _ := re.Match([]byte(`"abcx`)); ok {
		t.Error("a possessive quantifier gave something back")
	}
	if ok, _ := MustCompile(`^".*+`).Match([]byte(`"abc"`)); !ok {
		t.Error("a possessive quantifier at the end does not match")
	}
}
