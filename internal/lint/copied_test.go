package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/lint/rules"
)

// Each case is a Dockerfile and its build context, with the findings of three rules about packages and sudo that stand
// in them, as rule@file:line, and what is said of scripts that are not read.
var copiedCases = []struct{ name, files, finds, unread string }{
	{"a script copied into a folder",
		"-- Dockerfile --\nFROM debian:12\nCOPY install.sh /tmp/\nRUN /tmp/install.sh\n" +
			"-- install.sh --\n#!/bin/bash\nset -e\napt-get install -y git\n",
		"apt-pin@install.sh:3 apt-recommends@install.sh:3", ""},
	{"by a shell, in the working folder, with the whole context copied",
		"-- Dockerfile --\nFROM debian:12\nWORKDIR /src\nCOPY . .\nRUN bash -e scripts/x.sh arg\n" +
			"-- scripts/x.sh --\nsudo ls\n",
		"no-sudo@scripts/x.sh:1", ""},
	{"made executable and started, cleaned up after by the RUN itself",
		"-- Dockerfile --\nFROM debian:12\nCOPY a.sh /a.sh\nRUN chmod +x /a.sh && A=1 /a.sh; sudo x\n" +
			"-- a.sh --\nsudo y\n",
		"no-sudo@a.sh:1 no-sudo@Dockerfile:3", ""},
	{"by name, from a folder of PATH",
		"-- Dockerfile --\nFROM debian:12\nCOPY bin/ /usr/local/bin/\nRUN install-all\n" +
			"-- bin/install-all --\n#!/usr/bin/env bash\nsudo y\n", "no-sudo@bin/install-all:2", ""},
	{"in the JSON form, from a bind mount",
		"-- Dockerfile --\nFROM debian:12\nRUN --mount=type=bind,source=a.sh,target=/m.sh [\"/m.sh\"]\n" +
			"-- a.sh --\nsudo y\n",
		"no-sudo@a.sh:1", ""},
	{"from an earlier stage", "-- Dockerfile --\nFROM debian:12 AS files\nCOPY s /s\nFROM debian:12\n" +
		"COPY --from=files /s/a.sh /b.sh\nRUN sh /b.sh\n-- s/a.sh --\nsudo y\n", "no-sudo@s/a.sh:1", ""},
	{"a stage that is built on another", "-- Dockerfile --\nFROM debian:12 AS one\nCOPY a.sh /a.sh\nFROM one\n" +
		"RUN . /a.sh\n-- a.sh --\nsudo y\n", "no-sudo@a.sh:1", ""},
	{"through a variable and cd", "-- Dockerfile --\nFROM debian:12\nENV DIR=/opt/x\nCOPY *.sh $DIR/\n" +
		"RUN cd ${DIR} && ./a.sh\n-- a.sh --\nsudo y\n", "no-sudo@a.sh:1 workdir-over-cd@Dockerfile:4", ""},
	{"of a heredoc", "-- Dockerfile --\nFROM debian:12\nCOPY <<EOF /a.sh\necho\nsudo y\nEOF\nRUN sh /a.sh\n",
		"no-sudo@Dockerfile:4", ""},
	{"the same script twice",
		"-- Dockerfile --\nFROM debian:12\nCOPY a.sh /\nRUN /a.sh 1\nRUN /a.sh 2\n" +
			"-- a.sh --\nsudo y\n",
		"no-sudo@a.sh:1", ""},
	{"silenced at the RUN", "-- Dockerfile --\nFROM debian:12\nCOPY a.sh /\n# hadolint ignore=DL3004\nRUN /a.sh\n" +
		"-- a.sh --\nsudo y\n", "", ""},
	{"what is about the instruction alone is not said of a script",
		"-- Dockerfile --\nFROM debian:12\nCOPY a.sh /\nRUN /a.sh\n-- a.sh --\ncd /x\nls | wc\n", "", ""},
	{"a program in another language, machine code, a folder", "-- Dockerfile --\nFROM debian:12\nCOPY a.sh b c /x/\n" +
		"RUN /x/a.sh && /x/b && /x/c\n-- a.sh --\n#!/usr/bin/python3\nsudo\n-- b --\n\x7fELF\x00\n-- c/d --\n", "", ""},
	{"written by a command before, or of the base", "-- Dockerfile --\nFROM debian:12\nCOPY . /src\n" +
		"RUN ./configure && /src/configure && sh /opt/x.sh\n", "", ""},
	{"overwritten by a later COPY", "-- Dockerfile --\nFROM debian:12\nCOPY a.sh /x.sh\nCOPY b.sh /x.sh\nRUN /x.sh\n" +
		"-- a.sh --\nsudo y\n-- b.sh --\necho\n", "", ""},
	{"a script that starts others, in a circle",
		"-- Dockerfile --\nFROM debian:12\nWORKDIR /x\nCOPY . .\nRUN ./a.sh\n" +
			"-- a.sh --\n. ./b.sh\ncd s && ./c.sh\n-- b.sh --\n./a.sh\nsudo y\n-- s/c.sh --\nsudo z\n",
		"no-sudo@b.sh:2 no-sudo@s/c.sh:1", ""},
	{"each of a folder, by a loop", "-- Dockerfile --\nFROM debian:12\nCOPY s /s\n" +
		"RUN for f in /s/*.sh; do bash \"$f\"; done && . \"$HOME/.cargo/env\"\n-- s/a.sh --\nsudo y\n", "",
		"3 a script: a variable names it"},
	{"that is not there", "-- Dockerfile --\nFROM debian:12\nCOPY a.sh /x.sh\nRUN /x.sh\n", "",
		"3 /x.sh: it is not in the build context"},
}

func TestScriptsThatARunStarts(t *testing.T) {
	for _, c := range copiedCases {
		t.Run(c.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, f := range txtar.Parse([]byte(c.files)).Files {
				files[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			f := dockerfile.Parse(files["Dockerfile"].Data)
			ctx := &lint.Context{Files: files}
			var finds []string
			for _, fi := range lint.Run(f, "Dockerfile", rules.All, nil, ctx) {
				switch fi.Rule {
				case "apt-pin", "apt-recommends", "no-sudo", "workdir-over-cd", "pipefail":
					finds = append(finds, fmt.Sprintf("%s@%s:%d", fi.Rule, fi.Location.Path, fi.Location.Line))
				}
			}
			if got := strings.Join(finds, " "); got != c.finds {
				t.Errorf("found %q, want %q", got, c.finds)
			}
			var unread []string
			for _, u := range lint.UnreadScripts(f, ctx) {
				unread = append(unread, fmt.Sprintf("%d %s: %s", u.Line, u.Name, u.Why))
			}
			if got := strings.Join(unread, "; "); got != c.unread {
				t.Errorf("not read are %q, want %q", got, c.unread)
			}
		})
	}
}

// Without a build context, a script that a COPY brings is told and not passed over.
func TestScriptsWithoutAContext(t *testing.T) {
	f := dockerfile.Parse([]byte("FROM a:1\nCOPY . /src\nRUN /src/a.sh && /opt/b.sh\n"))
	got := lint.UnreadScripts(f, &lint.Context{})
	if len(got) != 1 || got[0].Name != "/src/a.sh" || got[0].Why != "the build context is not known" {
		t.Errorf("%+v", got)
	}
}

// A Dockerfile of many stages and scripts stays within the bounds.
func TestManyScripts(t *testing.T) {
	src := "FROM a:1 AS s0\nCOPY . /x\n"
	files := fstest.MapFS{}
	for i := range 200 {
		src += fmt.Sprintf("FROM s%d AS s%d\nCOPY --from=s%d /x /x\nRUN /x/%d.sh\n", i, i+1, i, i)
		files[fmt.Sprintf("%d.sh", i)] = &fstest.MapFile{Data: []byte("sudo x\n")}
	}
	f := dockerfile.Parse([]byte(src))
	if got := lint.UnreadScripts(f, &lint.Context{Files: files}); len(got) != 200-64 {
		t.Errorf("%d are not read", len(got))
	}
	lint.Run(f, "Dockerfile", rules.All, nil, &lint.Context{Files: files})
}

// Whatever a script holds, what is found in it has a place in it.
func FuzzCopiedScript(f *testing.F) {
	for _, c := range copiedCases {
		files := txtar.Parse([]byte(c.files)).Files
		if len(files) > 1 {
			f.Add(string(files[0].Data), string(files[1].Data))
		}
	}
	f.Add("FROM a:1\nCOPY . .\nRUN ./s\n", "apt-get install a <<EOF\nEND_OF_SCRIPT\n}\nsudo x\nEOF\n")
	f.Add("FROM a:1\r\nCOPY . /\r\nRUN set -e; \\\r\n  # why\r\n  sh /s || sudo y\r\n", "sudo x\r\n# end \\")
	f.Fuzz(func(t *testing.T, text, script string) {
		if len(text)+len(script) > 10_000 {
			return
		}
		lines := strings.Count(script, "\n") + 1
		names := []string{"s", "a.sh", "install.sh", "scripts/x.sh", "s/a.sh", "bin/install-all"}
		files := fstest.MapFS{}
		for _, name := range names {
			files[name] = &fstest.MapFile{Data: []byte(script)}
		}
		file := dockerfile.Parse([]byte(text))
		for _, fi := range lint.Run(file, "Dockerfile", rules.All, nil, &lint.Context{Files: files}) {
			at, most := fi.Location, lines
			if at.Path == "Dockerfile" {
				most = file.Lines()
			}
			if at.Line < 1 || at.Line > most || at.EndLine < at.Line {
				t.Errorf("%s at %+v, of %d lines", fi.Rule, at, most)
			}
		}
	})
}
