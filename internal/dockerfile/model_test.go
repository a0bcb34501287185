package dockerfile

import (
	"fmt"
	"strings"
	"testing"
)

// commands lists the commands of every script with the file's text at their words.
func commands(f *File) []string {
	var out []string
	f.Walk(func(in *Instruction) {
		if in.Script == nil {
			return
		}
		for _, c := range in.Script.Commands {
			var ws []string
			for _, w := range c.Words {
				ws = append(ws, f.Text(w.Span))
			}
			out = append(out, fmt.Sprintf("%s|%s", c.Name, strings.Join(ws, " ")))
		}
	})
	return out
}

func TestWordsStandWhereTheFileHasThem(t *testing.T) {
	src := "FROM a\nRUN --mount=type=cache,target=/x apt-get update && \\\n # note\n  apt-get install -y 'curl' \\\n " +
		" git\n" +
		"RUN <<EOF\npip install \"flask==2\"\n  /usr/bin/npm ci\nEOF\n" +
		"RUN cat <<X >/f && gem install y\nbody\nX\n" +
		"RUN [\"/bin/bash\", \"-c\", \"go build ./...\"]\n" +
		"HEALTHCHECK --interval=3s CMD curl -f http://x || exit 1\n" +
		"ONBUILD RUN make $(nproc)\n"
	got := commands(Parse([]byte(src)))
	want := []string{
		"apt-get|apt-get update", "apt-get|apt-get install -y 'curl' git",
		"pip|pip install \"flask==2\"", "npm|/usr/bin/npm ci",
		"cat|cat", "gem|gem install y",
		"go|go build ./...",
		"curl|curl -f http://x", "exit|exit 1",
		"make|make $(nproc)", "nproc|nproc",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSteps(t *testing.T) {
	f := Parse([]byte("FROM a\nRUN set -e; a && b | c || { d; e; } &&\\\n f $(g)\n"))
	var got []string
	for _, s := range f.Stages[0].Instructions[0].Script.Steps {
		got = append(got, fmt.Sprintf("%s %s %d", s.Op, f.Text(s.Span), len(s.Commands)))
	}
	want := " set -e 1,; a 1,&& b | c 2,|| { d; e; } 2,&& f $(g) 2"
	if strings.Join(got, ",") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ","), want)
	}
}

func TestStagesAndWhatShips(t *testing.T) {
	f := Parse([]byte("ARG TAG=3.11\nARG REG\nFROM python:${TAG} AS Base\nSHELL [\"/bin/bash\",\"-c\"]\nFROM base AS " +
		"build\nRUN x\n" +
		"FROM node:20 AS unused\nFROM ${REG}/x:1 AS tools\nFROM base AS final\nCOPY --from=build /a /a\nCOPY " +
		"--from=nginx:1 /b /b\nRUN --mount=type=bind,from=tools,target=/t y\n"))
	final, err := f.Target("FINAL")
	if err != nil || final != f.Stages[4] {
		t.Fatalf("target: %v, %v", final, err)
	}
	if b := f.Stages[0].Base; b.Text != "python:3.11" || !b.Known || b.Tag != "3.11" || b.Repository != "python" ||
		!b.Official() {
		t.Errorf("base %+v", b)
	}
	if b := f.Stages[3].Base; b.Known || !b.FromArg {
		t.Errorf("base with an argument that has no value: %+v", b)
	}
	if refs := f.WithArgs(map[string]string{"REG": "ghcr.io/o", "TAG": "3.12",
		"OTHER": "1"}); refs[0].Text != "python:3.12" || refs[3].Registry != "ghcr.io" || !refs[3].Known {
		t.Errorf("with arguments: %+v", refs)
	}
	if got := fmt.Sprint(f.Needed(final)); got != "[true true false true true]" {
		t.Errorf("needed: %s", got)
	}
	if l := f.Lineage(final); len(l) != 2 || l[1].Name != "base" {
		t.Errorf("lineage: %v", l)
	}
	if s := f.Stages[1].Instructions[0].Shell; len(s) == 0 || s[0] != "/bin/bash" {
		t.Errorf("the shell of the stage before is not inherited: %q", s)
	}
	if _, err := f.Target("nowhere"); err == nil {
		t.Error("a stage that is not there was found")
	}
	if s, err := f.Target("2"); err != nil || s.Name != "unused" {
		t.Errorf("by number: %v, %v", s, err)
	}
}

func TestInstall(t *testing.T) {
	for line, want := range map[string]string{
		"apt-get update": "",
		"apt-get -qq install -y -t bookworm-backports curl=7.1 git": "apt install curl@7.1 git",
		"sudo apt install --no-install-recommends ./x.deb":          "apt install ./x.deb(local)",
		"apk --no-cache add --virtual .build gcc~=12 musl-dev":      "apk add gcc@12 musl-dev",
		"python3 -m pip install -r req.txt -c con.txt 'flask>=2' -e .": "pip install .(local) flask@2 r:req.txt " +
			"c:con.txt",
		"pip3.11 install -rreq.txt git+https://x/y": "pip install git+https://x/y(local) r:req.txt",
		"uv pip install --system a==1":              "pip install a@1",
		"npm i -g @scope/x@1.2 y":                   "npm i @scope/x@1.2 y",
		"npm run build":                             "",
		"yarn":                                      "yarn install",
		"yarn global add x@2":                       "yarn add x@2",
		"env A=1 gem install rails:7":               "gem install rails@7",
		"go install example.org/x@latest":           "go install example.org/x@latest",
		"microdnf -y install nginx":                 "dnf install nginx",
		"echo apt-get install x":                    "",
	} {
		f := Parse([]byte("FROM a\nRUN " + line + "\n"))
		in := f.Stages[0].Instructions[0].Script.Commands[0].Install()
		var got []string
		if in != nil {
			got = append(got, in.Manager, in.Verb)
			for _, p := range in.Packages {
				s := p.Name
				if p.Version != "" {
					s += "@" + p.Version
				}
				if p.Local {
					s += "(local)"
				}
				got = append(got, s)
			}
			for _, r := range in.Requirements {
				got = append(got, "r:"+r.Text)
			}
			for _, r := range in.Constraints {
				got = append(got, "c:"+r.Text)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", line, strings.Join(got, " "), want)
		}
	}
}

func TestEdits(t *testing.T) {
	f := Parse([]byte("\xEF\xBB\xBFFROM a:1 AS b\r\nRUN x \\\r\n y\r\nCMD z\r\n"))
	run := f.Stages[0].Instructions[0]
	out, err := f.Apply(Insert(run.Span.Start, "# note\n"), Replace(f.Stages[0].Base.Span, "a:2"),
		Delete(f.WholeLines(f.Stages[0].Instructions[1].Span)))
	if err != nil || string(out) != "\xEF\xBB\xBFFROM a:2 AS b\r\n# note\r\nRUN x \\\r\n y\r\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := f.Apply(Delete(Span{2, 9}), Delete(Span{8, 10})); err == nil {
		t.Error("edits that overlap were made")
	}
	if _, err := f.Apply(Insert(len(f.Src)+1, "x")); err == nil {
		t.Error("an edit outside the file was made")
	}
	if line, col := f.Position(run.Span.Start); line != 2 || col != 1 {
		t.Errorf("position %d:%d", line, col)
	}
	if line, col := f.Position(f.Stages[0].Base.Span.Start); line != 1 || col != 6 {
		t.Errorf("the byte order mark counts: %d:%d", line, col)
	}
}

func TestProblemsHaveTheirPlaceAndTheRestIsRead(t *testing.T) {
	f := Parse([]byte("FROM a\nFRM b\nENV TOKEN=hunter2 hunter3\n  hunter4=x\nRUN <<E\nls\nUSER 1\n"))
	var got []string
	for _, p := range f.Problems {
		l, c := f.Position(p.Span.Start)
		got = append(got, fmt.Sprintf("%d:%d %s", l, c, p.Text))
	}
	if len(got) != 4 || !strings.HasPrefix(got[0], "2:1 there is no instruction FRM") ||
		!strings.HasPrefix(got[1], "3:1 ENV") || !strings.HasPrefix(got[3], "5:1 the heredoc") {
		t.Errorf("got %q", got)
	}
	if strings.Contains(strings.Join(got, " "), "hunter") {
		t.Errorf("a value is shown: %q", got)
	}
	if n := len(f.Instructions); f.Instructions[n-1].Keyword != "USER" {
		t.Errorf("what follows the broken heredoc is not read: %d instructions", n)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Dockerfile": true, "dockerfile": true, "Dockerfile.prod": true, "api.Dockerfile": true, "api.dockerfile": true,
		"Containerfile": true, "Containerfile.dev": true,
		"Dockerfile.go": true, "dockerfile.go": false, "dockerfile.prod": true, "Dockerfile.md": false,
		"Dockerfile.dockerignore": false, ".dockerignore": false,
		"Dockerfiles": false, "my-Dockerfile": false, "docker-compose.yml": false,
	} {
		if IsName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A shell that another program starts runs the script, whatever stands before it.
func TestShellsThatAreStartedByOthers(t *testing.T) {
	for src, want := range map[string]string{
		`SHELL ["conda", "run", "--no-capture-output", "-n", "env", "/bin/bash", "-c"]`: "bash apt-get",
		`SHELL ["micromamba", "run", "bash", "-o", "pipefail", "-c"]`:                   "bash apt-get",
		`SHELL ["/usr/bin/env", "A=1", "bash", "-eo", "pipefail", "-c"]`:                "bash apt-get",
		`SHELL ["/tini", "--", "/bin/ash", "-e", "-c"]`:                                 "ash apt-get",
		`SHELL ["/bin/bash", "--login", "-c"]`:                                          "bash apt-get",
		`SHELL ["conda", "run", "-n", "env", "python", "-c"]`:                           "conda",
		`SHELL ["powershell", "-Command", "bash"]`:                                      "powershell",
		`SHELL ["cmd", "/S", "/C"]`:                                                     "cmd",
	} {
		f := Parse([]byte("FROM a:1\n" + src + "\nRUN apt-get update\n"))
		s := f.Instructions[2].Script
		got := s.Dialect
		for _, c := range s.Commands {
			got += " " + c.Name
		}
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
	for src, want := range map[string]string{
		`["bash", "-c", "apt-get update"]`:                                 "bash apt-get",
		`["bash", "-o", "pipefail", "-c", "apt-get update"]`:               "bash apt-get",
		`["/tini", "--", "sh", "-ec", "apt-get update"]`:                   "sh tini apt-get",
		`["conda", "run", "-n", "x", "/bin/bash", "-c", "apt-get update"]`: "bash conda apt-get",
		`["apt-get", "install", "bash"]`:                                   "exec apt-get",
		`["sh", "install.sh"]`:                                             "exec sh",
	} {
		s := Parse([]byte("FROM a:1\nRUN " + src + "\n")).Instructions[1].Script
		got := s.Dialect
		for _, c := range s.Commands {
			got += " " + c.Name
		}
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}
