package dockerfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// seeds are Dockerfiles of every shape that the parser treats in a way of its own.
var seeds = []string{
	"FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0 && \\\n  # a comment between\n\n  echo done\nCMD " +
		"[\"sh\", \"-c\", \"exec app\"]\n",
	"# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022 " +
		"AS win\nRUN dir C:\\ `\n  && echo x\n",
	"\xEF\xBB\xBF# escape=\\\r\nFROM a AS b\r\nCOPY --from=b --chown=1:1 [\"a b\", \"/c d/\"]\r\nRUN x \\\r\n  y\r\n",
	"FROM a\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\nCOPY <<-'A' <<B /x/\n\tone\n\tA\ntwo\nB\nUSER " +
		"1000\n",
	"FROM a\nRUN cat <<EOF > /x && echo $(pip install y)\nhello\nEOF\nEXPOSE 80 443/tcp\n",
	"ARG V=3.11 W\nARG X=${V}-slim\nFROM --platform=$BUILDPLATFORM python:${X} as Build\nENV A=\"b c\" D=e\\ f\nENV " +
		"OLD the value\nLABEL \"k 1\"='v'\nONBUILD RUN echo hi\nONBUILD ONBUILD RUN x\nONBUILD\n",
	"RUN too early\nFROM\nFROM a b c d\nFRM x\nCOPY onlyone\nENV novalue\nADD --bad=1 a b\nHEALTHCHECK --interval=5s " +
		"CMD curl -f localhost || exit 1\nHEALTHCHECK NONE\nSHELL [\"/bin/bash\", \"-c\"]\nRUN set -o pipefail; curl " +
		"x | sh\n",
	"FROM a\nRUN <<EOF\nnever ends\nUSER 1\n",
	"FROM a\nRUN x \\",
	"FROM a\n\\\nRUN x\\\\\nCMD y\n",
	"", "\n\n", "# only a comment", "\x00\x01binary", "FROM a\nLABEL x=\xff\n",
	"FROM a\nRUN [\"a\", 1]\nRUN [\"a\", \"\\u00e9\\n\"]\nRUN [not json\n",
	"FROM a\nRUN if true; then for i in 1 2; do echo $i; done; fi; f() { g x; }; ! h | i |& j\n",
	"FROM a\nRUN [\"/bin/sh\",\"-c\",\"apt-get update && apt-get install -y \\\"x\\\"\"]\nRUN [\"bash\", \"-ec\", " +
		"\"pip install y\"]\n",
}

func sample(t testing.TB) [][]byte {
	var out [][]byte
	for _, s := range seeds {
		out = append(out, []byte(s))
	}
	return out
}

// checkLossless holds what every file must satisfy, whatever its bytes.
func checkLossless(t *testing.T, src []byte) *File {
	t.Helper()
	f := Parse(src)
	out, err := f.Apply()
	if err != nil || !bytes.Equal(out, src) {
		t.Fatalf("print is not what was parsed: %v\n%q\n%q", err, src, out)
	}
	inside := func(what string, s Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(src) {
			t.Fatalf("%s has the span %v in %d bytes: %q", what, s, len(src), src)
		}
		f.Position(s.Start)
	}
	end := 0
	for _, in := range f.Instructions {
		if in.Span.Start < end {
			t.Fatalf("instructions overlap at %d: %q", in.Span.Start, src)
		}
		end = in.Span.End
	}
	f.Walk(func(in *Instruction) {
		inside(in.Keyword, in.Span)
		inside("arguments", in.ArgSpan)
		if got := f.Text(in.KeywordSpan); !strings.EqualFold(got, in.Keyword) &&
			!strings.Contains(got, string(rune(f.Escape))) && strings.ToUpper(got) != in.Keyword {
			t.Fatalf("keyword %q stands at %q", in.Keyword, got)
		}
		for _, fl := range in.Flags {
			inside("flag", fl.Span)
			inside("flag value", fl.ValueSpan)
		}
		for _, w := range in.Args {
			inside("argument", w.Span)
		}
		for _, p := range in.Pairs {
			inside("pair", p.Span)
			inside("key", p.KeySpan)
			inside("value", p.ValueSpan)
		}
		if in.Script != nil {
			for _, c := range in.Script.Commands {
				inside("command", c.Span)
				for _, w := range c.Words {
					inside("word", w.Span)
				}
				c.Install()
			}
			n := 0
			for _, st := range in.Script.Steps {
				inside("step", st.Span)
				n += len(st.Commands)
			}
			if n != len(in.Script.Commands) {
				t.Fatalf("%d commands stand in steps, of %d: %q", n, len(in.Script.Commands), src)
			}
		}
	})
	for _, p := range f.Problems {
		inside("problem", p.Span)
	}
	for _, c := range f.Comments {
		inside("comment", c.Span)
	}
	for _, s := range f.Stages {
		f.Needed(s)
		f.Lineage(s)
	}
	f.WithArgs(map[string]string{"V": "x"})
	return f
}

// checkAsBuildKit compares with BuildKit's own parse of the whole file, where it accepts the file.
func checkAsBuildKit(t *testing.T, f *File) {
	t.Helper()
	res, err := parser.Parse(bytes.NewReader(f.Src))
	if err != nil || bytes.IndexByte(f.Src, 0) >= 0 || len(f.Instructions) == maxInstructions {
		return
	}
	if len(res.AST.Children) != len(f.Instructions) {
		t.Fatalf("BuildKit reads %d instructions, we %d: %q", len(res.AST.Children), len(f.Instructions), f.Src)
	}
	for i, n := range res.AST.Children {
		in := f.Instructions[i]
		// BuildKit counts comments after the last line in
		if n.Original != in.line.text || n.StartLine != in.Line || n.EndLine < in.EndLine {
			t.Fatalf("BuildKit reads %q at %d-%d, we %q at %d-%d: %q", n.Original, n.StartLine, n.EndLine, in.line.text,
				in.Line, in.EndLine, f.Src)
		}
		if len(n.Heredocs) != len(in.Heredocs) {
			t.Fatalf("BuildKit reads %d heredocs, we %d: %q", len(n.Heredocs), len(in.Heredocs), f.Src)
		}
		for j, h := range n.Heredocs {
			if g := in.Heredocs[j]; h.Content != g.Content || h.Name != g.Name || h.Expand != g.Expand ||
				h.Chomp != g.Chomp {
				t.Fatalf("BuildKit reads the heredoc %+v, we %+v", h, g)
			}
		}
		var flags []string
		for _, fl := range in.Flags {
			s := "--" + fl.Name
			if !fl.Bare {
				s += "=" + fl.Value
			}
			flags = append(flags, s)
		}
		// BuildKit takes flags byte by byte
		ascii := strings.IndexFunc(fmt.Sprint(flags), func(r rune) bool { return r >= 0x80 }) < 0
		if in.Keyword != "ONBUILD" && ascii && fmt.Sprint(n.Flags) != fmt.Sprint(flags) {
			t.Fatalf("BuildKit reads the flags %q, we %q: %q", n.Flags, flags, f.Src)
		}
		checkArgs(t, n, in)
	}
}

func checkArgs(t *testing.T, n *parser.Node, in *Instruction) {
	t.Helper()
	var want, got []string
	for a := n.Next; a != nil; a = a.Next {
		want = append(want, a.Value)
	}
	switch in.Keyword {
	case "ENV", "LABEL", "ARG", "ONBUILD":
		return
	}
	if !known[in.Keyword] {
		return
	}
	got = texts(in.Args)
	if fmt.Sprintf("%q", want) != fmt.Sprintf("%q", got) || n.Attributes["json"] != in.JSON {
		t.Fatalf("%s: BuildKit reads the arguments %q (JSON %v), we %q (%v)", in.Keyword, want, n.Attributes["json"],
			got, in.JSON)
	}
}

func TestLosslessAndAsBuildKit(t *testing.T) {
	for _, src := range sample(t) {
		checkAsBuildKit(t, checkLossless(t, src))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			return
		}
		checkAsBuildKit(t, checkLossless(t, src))
	})
}

func FuzzApply(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), 3, 9, "x\ny", 12, 12, "z")
	}
	f.Fuzz(func(t *testing.T, src []byte, a, b int, one string, c, d int, two string) {
		if len(src) > 1<<12 {
			return
		}
		file := Parse(src)
		out, err := file.Apply(Replace(Span{c, d}, two), Replace(Span{a, b}, one))
		good := 0 <= a && a <= b && b <= c && c <= d && d <= len(src)
		if !good {
			return // refused or in another order: that it does not panic is enough
		}
		if err != nil {
			t.Fatalf("%v, %v: %v", Span{a, b}, Span{c, d}, err)
		}
		want := string(src[:a]) + file.lineEnds(one) + string(src[b:c]) + file.lineEnds(two) + string(src[d:])
		if a == b && c == d && a == c {
			// those at one place keep their order
			want = string(src[:a]) + file.lineEnds(two) + file.lineEnds(one) + string(src[d:])
		}
		if string(out) != want {
			t.Fatalf("got %q, want %q", out, want)
		}
		checkLossless(t, out)
	})
}
