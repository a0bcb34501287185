package lockfile

import (
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/sbom/extract"
)

// deepTexts are texts that nest without end, each in the way of one format.
func deepTexts(size int) map[string]string {
	texts := map[string]string{}
	for name, part := range map[string]string{
		"json list":     "[",
		"json object":   `{"dependencies":`,
		"json packages": `{"packages":{"a":{"dependencies":`,
		"toml list":     "a = \x00[",
		"toml table":    "a = \x00{a = ",
		"toml key":      "a\x00.a\x00 = 1\n",
		"toml header":   "[a\x00.a\x00]\n",
		"yaml lists":    "- ",
		"yaml flow":     "{a: ",
		"yaml in flow":  "a: \x00[",
		"xml":           "<project>\x00<dependencies>",
		"yarn":          "\"\x00x@npm:\x00y@1\":\n  version \"1\"\n",
		"erlang":        "%{\x00{",
		"gems":          "GEM\n  specs:\n\x00    a (1)\n  ",
	} {
		head, repeated, tail := "", part, ""
		if pieces := strings.Split(part, "\x00"); len(pieces) > 1 {
			head, repeated, tail = pieces[0], pieces[1], strings.Join(pieces[2:], "")
		}
		texts[name] = head + strings.Repeat(repeated, size/len(repeated)) + tail
	}
	return texts
}

// A text that nests without end is refused or read by every reader, with little stack and in little time. A stack that
// overflows ends the process.
func TestDeepLockfiles(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	texts := deepTexts(1 << 20)
	for name := range declared {
		for kind, text := range texts {
			began := time.Now()
			_, _ = ReaderOf(name)(&extract.File{Path: name, Size: int64(len(text)), Data: []byte(text)})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s with %s took %v", name, kind, took)
			}
		}
	}
}
