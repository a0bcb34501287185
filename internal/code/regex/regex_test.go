package regex

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// What is found with the help of literals is what the expression finds by itself.
func TestFindAllAsWithoutLiterals(t *testing.T) {
	exprs := []string{
		`(?i).*passw(or)?d.*`, `AKIA[0-9A-Z]{4}`, `[a-z]+://[^/\s:@]+:[^/\s:@]+@`, `.*(DELETE FROM|DROP TABLE).*`,
		`^http:\/\/`, `foo$`, `(?s)foo.bar`,
		`foo\s+bar`, `(foo|bar)baz`, `(?i)mask`, `(a|b)*c`, `x?`, `(foo)|(bar)`, `\bfoo\b`, `(?:foo){2,3}`, `\Afoo`,
		`foo\z`, `[^a]foo`, `(?i)ss|kk`, `$`, `^$`,
	}
	words := []string{
		"foo",
		"bar",
		"baz",
		"\n",
		" ",
		"password",
		"PASSWD",
		"AKIA1234",
		"http://u:p@h",
		"DELETE FROM",
		"mas\u212a",
		"ma\u017fk",
		"MASK",
		"abc",
		"foofoofoo",
		"\u017fs",
		"k\u212a",
		"\r\n",
		"\xff",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, src := range exprs {
		re := MustCompile(src)
		plain := regexp.MustCompile("(?m)" + src)
		for range 300 {
			var b strings.Builder
			for range r.IntN(12) {
				b.WriteString(words[r.IntN(len(words))])
			}
			text := []byte(b.String())
			var want [][2]int
			for _, m := range plain.FindAllSubmatchIndex(text, -1) {
				for i := 0; i < len(m); i += 2 {
					want = append(want, [2]int{m[i], m[i+1]})
				}
			}
			var got [][2]int
			found, _ := re.FindAll(text, 1000)
			for _, f := range found {
				got = append(got, f.Groups...)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s on %q: %v, want %v", src, text, got, want)
			}
			if ok, _ := re.Match(text); ok != plain.Match(text) {
				t.Fatalf("%s on %q: match %v", src, text, ok)
			}
			loc := plain.FindIndex(text)
			if ok, _ := re.MatchPrefix(text); ok != (loc != nil && loc[0] == 0) {
				t.Fatalf("%s on %q: at the start %v, first is at %v", src, text, ok, loc)
			}
		}
	}
}

// Text made to be slow for a search by literals takes no longer than any other.
func TestHostileText(t *testing.T) {
	text := []byte(strings.Repeat("\u017f s k foo\n", 200_000))
	for _, src := range []string{`(?i)mask`, `zzz|foo`, `(?i)zzzk|foo|yyy`} {
		if found, ok := MustCompile(src).FindAll(text, 1<<30); !ok ||
			strings.Contains(src, "foo") != (len(found) == 200_000) {
			t.Fatalf("%s: %d", src, len(found))
		}
	}
}
