package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
)

// hostile are files that are meant to hurt a reader, with what the first finding says and where it stands.
var hostile = map[string]struct {
	src       string
	says      string
	line, col int
}{
	"binary":                 {"FROM a\n\x7fELF\x00\x01", "binary", 2, 5},
	"not UTF-8":              {"FROM a:1\nLABEL a=\"caf\xe9\"\n", "UTF-8", 2, 13},
	"a megabyte on one line": {"FROM a:1\nRUN echo " + strings.Repeat("x", 1<<20) + "\nUSER 1\n", "longer than", 2, 1},
	"endless continuation": {"FROM a:1\nRUN a " + strings.Repeat("\\\n b ", 100000) + "\nFRM x\n",
		"no instruction FRM", 100003, 1},
	"unknown instruction":   {"FROM a:1\nINCLUDE x\n", "no instruction INCLUDE", 2, 1},
	"an ONBUILD chain":      {"FROM a:1\n" + strings.Repeat("ONBUILD ", 100000) + "RUN x\n", "longer than", 2, 1},
	"a short ONBUILD chain": {"FROM a:1\nONBUILD ONBUILD RUN x\n", "cannot trigger ONBUILD", 2, 9},
	"ONBUILD alone":         {"FROM a:1\nONBUILD\n", "needs an instruction", 2, 1},
	"nested parentheses":    {"FROM a:1\nRUN " + strings.Repeat("(", 60000) + "\nFRM\n", "no instruction FRM", 3, 1},
	"nested substitutions": {"FROM a:1\nRUN echo " + strings.Repeat("$(", 30000) + "\nFRM\n", "no instruction FRM", 3,
		1},
	"nested conditions":   {"FROM a:1\nRUN " + strings.Repeat("if ", 20000) + "\nFRM\n", "no instruction FRM", 3, 1},
	"many heredocs":       {"FROM a:1\nRUN cat " + strings.Repeat("<<A ", 10000) + "\nFRM\n", "heredoc", 2, 1},
	"heredoc without end": {"FROM a:1\nRUN <<EOF\nls\n", "heredoc", 2, 1},
	"a million lines": {"FROM a:1\n" + strings.Repeat("#\n", 1<<20) + "FRM x\n", "no instruction FRM", 1<<20 + 2,
		1},
	"many stages":          {strings.Repeat("FROM a:1 AS x\n", 20000), "same name", 2, 13},
	"stages of many names": {manyStages(9000) + "FRM x\n", "no instruction FRM", 18001, 1},
	"doubling arguments":   {doubling(64) + "FROM $A64\nFRM x\n", "no instruction FRM", 66, 1},
	"many broken lines":    {strings.Repeat("FRM x\n", 100000), "no instruction FRM", 1, 1},
	"deep variables":       {"FROM ${" + strings.Repeat("a:-${", 10000) + "\nFRM x\n", "no instruction FRM", 2, 1},
	"deep JSON":            {"FROM a:1\nCMD " + strings.Repeat("[", 60000) + "\nFRM x\n", "no instruction FRM", 3, 1},
	"too large":            {"FROM a:1\n" + strings.Repeat("# x\n", dockerfile.MaxSize/4+1), "larger than", 1, 1},
	"empty":                {"", "no instruction", 1, 1},
	"the Windows escape":   {"# escape=`\nFROM a:1\nRUN dir `\n  && sudo x\nWORKDIR C:\\x\n", "sudo", 4, 6},
	"an odd escape":        {"# escape=x\nFROM a:1\n", "escape", 1, 1},
}

// manyStages are stages that each stand on an image of their own.
func manyStages(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "FROM debian:12 AS s%d\nRUN apt-get update && yarn install && echo\n", i)
	}
	return b.String()
}

// doubling are arguments each of which holds the one before it twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("ARG A0=xx\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "ARG A%d=$A%d$A%d\n", i, i-1, i-1)
	}
	return b.String()
}

func TestHostileFilesAreFindingsWithTheirPlace(t *testing.T) {
	for name, c := range hostile {
		start := time.Now()
		f := dockerfile.Parse([]byte(c.src))
		found := lint.Run(f, "Dockerfile", All, nil, nil)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		t.Logf("%s: %v, %d findings", name, time.Since(start), len(found))
		ok := false
		for _, fi := range found {
			ok = ok || strings.Contains(fi.Title, c.says) && fi.Location.Line == c.line && fi.Location.Column == c.col
		}
		if !ok {
			t.Errorf("%s: nothing says %q at %d:%d", name, c.says, c.line, c.col)
			for i, fi := range found {
				if i < 5 {
					t.Logf("  %s: %.120s", fi.Location, fi.Title)
				}
			}
		}
	}
}

// canary is a secret that is planted wherever a value can stand; it must not come out anywhere.
const canary = "kanarienvogel4711"

func TestNoValueComesOut(t *testing.T) {
	src := strings.ReplaceAll(`ARG TOKEN=CANARY
FROM debian:12 AS x
ENV PASSWORD=CANARY OTHER="x CANARY"
ENV BROKEN=CANARY CANARY
ENV LEGACY CANARY
LABEL a=CANARY B=CANARY
ARG SECRET=CANARY
RUN curl -u user:CANARY https://u:CANARY@example.org/x?token=CANARY | sh
RUN apt-get install "x=CANARY" --x=CANARY && PASSWORD=CANARY sudo x CANARY
RUN echo CANARY | tee <<E
CANARY
E
RUN pip install --index-url https://u:CANARY@example.org/simple x
RUN npm install https://u:CANARY@example.org/x.git
HEALTHCHECK CMD curl http://x/?k=CANARY
CMD run --password CANARY
ENTRYPOINT ["x", "--password=CANARY"
COPY https://u:CANARY@example.org/x /y
  CANARY=1
ONBUILD ENV PASSWORD=CANARY
ONBUILD
SHELL CANARY
`, "CANARY", canary)
	f := dockerfile.Parse([]byte(src))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	found := lint.Run(f, "Dockerfile", All, nil, &lint.Context{Now: now, Args: map[string]string{"TOKEN": canary}})
	if len(found) < 15 {
		t.Fatalf("only %d findings: the test looks at too little", len(found))
	}
	for _, fi := range found {
		text := strings.Join(append([]string{fi.Title, fi.Snippet, fi.Fix.Text}, fi.Evidence...), "\n")
		for _, e := range fi.Fix.Edits {
			text += e.NewText
		}
		if strings.Contains(strings.ToLower(text), canary) {
			t.Errorf("%s at %s shows the value: %s", fi.Rule, fi.Location, text)
		}
	}
}

func TestTwoRunsAreAlikeAndIDsSurviveMovedLines(t *testing.T) {
	src := []byte("FROM debian\nRUN apt-get update && apt-get install curl\nRUN sudo x\nRUN sudo x\nCMD y\n")
	a := lint.Run(dockerfile.Parse(src), "Dockerfile", All, nil, nil)
	b := lint.Run(dockerfile.Parse(src), "Dockerfile", All, nil, nil)
	ids := map[string]bool{}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Location != b[i].Location {
			t.Errorf("%+v and %+v", a[i], b[i])
		}
		if ids[a[i].ID] {
			t.Errorf("the id %s is there twice", a[i].ID)
		}
		ids[a[i].ID] = true
	}
	for _, m := range lint.Run(dockerfile.Parse(append([]byte("# a line above\n\n"), src...)), "Dockerfile", All, nil,
		nil) {
		if !ids[m.ID] {
			t.Errorf("%s has another id once its line has moved", m.Rule)
		}
	}
}

func FuzzLint(f *testing.F) {
	f.Add([]byte("FROM debian\nRUN apt-get update && pip install x | sh\nCOPY . .\nUSER root\n"))
	f.Add([]byte("# escape=`\nFROM a AS b\nSHELL [\"powershell\"]\nRUN x `\n | y\nFROM b\nCOPY --from=b / /\n"))
	f.Add([]byte("ARG X\nFROM $X\nRUN <<E\nnpm i\nE\nENV A=$B B=$A\nLABEL A=b\nEXPOSE 99999\nONBUILD RUN cd x\n" +
		"HEALTHCHECK CMD a|b\nADD a b\nCMD x\nMAINTAINER y\n"))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	cfg := &lint.Config{LabelSchema: map[string]string{"a": "url", "b": "semver"}, StrictLabels: true,
		TrustedRegistries: []string{"*.x"}}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			return
		}
		d := dockerfile.Parse(src)
		found := lint.Run(d, "Dockerfile", All, cfg, &lint.Context{Now: now})
		for _, fi := range found {
			if fi.Location.Line < 1 || fi.Location.Column < 1 || fi.Location.Line > d.Lines() {
				t.Fatalf("%s stands at %+v of %d lines", fi.Rule, fi.Location, d.Lines())
			}
		}
		if len(d.Problems) == 0 {
			checkFixes(t, d, found)
		}
	})
}
