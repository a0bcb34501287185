package scan

import (
	"context"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/rules"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom/lockfile"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/testenv"
)

// unknowns are inputs that hold something which their reader does not understand, or which is not there. None of them
// may end as if all had been looked at: the gate is not checked, or a finding or a warning says it.
//
// Whoever adds a reader or a gate adds a row: the package that reads, the gate that is asked, the files, what of them
// is named on the command line (the folder itself where there is nothing), and a word of what a person is told.
// docs/design.md has the same list for people.
var unknowns = []struct {
	name   string
	reader string // package below internal
	gate   finding.Gate
	files  string // a txtar archive
	args   []string
	says   string
}{
	{"a Dockerfile without an instruction", "scan", finding.GateDockerfile, "-- Dockerfile --\n# nothing\n", nil,
		"nothing in it that could be checked"},
	{
		"an instruction that is none",
		"dockerfile",
		finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nFETCH x\n",
		nil,
		"FETCH",
	},
	{"a script that no shell parses", "dockerfile", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nRUN if true; then (\nRUN echo ok\n", nil, "line 2: RUN is not looked into"},
	{"a script for another program", "dockerfile", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nSHELL [\"powershell\", \"-c\"]\nRUN Get-Item x\nRUN Get-Item y\n", nil,
		"lines 3, 4: RUN is not looked into: it is written for powershell"},
	{"build arguments and no FROM", "dockerfile", finding.GateDockerfile, "-- Dockerfile --\nARG A=1\n", nil,
		"it has no FROM"},
	{"commands and no FROM", "dockerfile", finding.GateDockerfile, "-- Dockerfile --\nRUN echo x\n", nil,
		"it has no FROM"},
	{"a copied script that is not there", "lint", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nCOPY setup.sh /tmp/\nRUN bash /tmp/setup.sh\n", nil,
		"line 3: RUN starts /tmp/setup.sh, which is not looked into: it is not in the build context"},
	{"a copied script that no shell parses", "lint", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nCOPY . /src\nRUN /src/setup.sh\n-- setup.sh --\n#!/bin/sh\nif (\n", nil,
		"line 3: RUN starts /src/setup.sh, which is not looked into: the shell does not parse this"},
	{"the syntax of another builder", "dockerfile", finding.GateDockerfile,
		"-- Dockerfile --\n# syntax=example.com/own:1\nFROM a:1\n", nil, "the syntax is that of example.com/own:1"},
	{"an ignore file that no builder takes", "scan/target", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\nCOPY . /a\n-- .dockerignore --\n[a-\n", nil, ".dockerignore cannot be used"},
	{"a Dockerfile that is not there", "scan/target", finding.GateDockerfile,
		"-- compose.yml --\nservices:\n  a:\n    build: ./nowhere\n", nil,
		"the Dockerfile nowhere/Dockerfile is not there"},
	{"settings of the linter that are none", "lint", finding.GateDockerfile,
		"-- Dockerfile --\nFROM a:1\n-- .hadolint.yaml --\nignored: {a: [\n", nil, ".hadolint.yaml"},

	{"a folder without a manifest", "scan", finding.GateImage, "-- notes.txt --\nx\n", nil,
		"no package was found in it"},
	{"an image that is not here", "image", finding.GateImage,
		"-- compose.yml --\nservices:\n  a:\n    image: example.com/nowhere:1\n", nil, "the image"},
	{"an archive that is none", "image", finding.GateImage, "-- a.tar --\nno tar\n", []string{"docker-archive:a.tar"},
		"a.tar"},
	{
		"a layout that is none",
		"image",
		finding.GateImage,
		"-- oci/index.json --\n{}\n",
		[]string{"oci-dir:oci"},
		"oci",
	},
	{"a layout's archive that is none", "image", finding.GateImage, "-- a.tar --\nno tar\n",
		[]string{"oci-archive:a.tar"}, "a.tar"},
	{"an image that no engine has", "image", finding.GateImage, "", []string{"docker:example.com/nowhere:1"},
		"nowhere"},
	{"an image that no registry has", "image", finding.GateImage, "", []string{"registry:127.0.0.1:1/nowhere:1"},
		"nowhere"},
	{"a root file system of an unknown distribution", "sbom", finding.GateImage,
		"-- root/etc/os-release --\nID=ownlinux\nVERSION_ID=1\n-- root/etc/passwd --\n", []string{"dir:root"},
		"no package database that can be read"},
	{"a database of pacman's", "sbom", finding.GateImage,
		"-- root/etc/os-release --\nID=arch\n-- root/etc/passwd --\n-- root/var/lib/pacman/local/a-1-1/desc --\n" +
			"%NAME%\na\n\n%VERSION%\n1-1\n",
		[]string{"dir:root"}, "no advisories for Arch Linux"},
	{"a lockfile that is not read", "sbom/lockfile", finding.GateImage,
		"-- poetry.lock --\n[[package]]\nname = \"idna\"\nversion = \"3.15\"\n-- bower.json --\n{}\n", nil,
		"Bower's manifest is not read"},
	{"a list of checksums alone", "sbom/lockfile", finding.GateImage,
		"-- go.sum --\nexample.com/a v1.0.0 h1:x=\n", nil, "Go's list of checksums is not read"},
	{"packages of JSR", "sbom/lockfile", finding.GateImage,
		"-- deno.lock --\n{\"version\": \"5\", \"npm\": {\"ms@2.1.3\": {}}, \"jsr\": {\"@std/a@1.0.0\": {}}}\n", nil,
		"packages of JSR have no advisories"},
	{"a wheel of no known name", "sbom/lockfile", finding.GateImage, "-- own.whl --\nPK\n", nil,
		"a wheel whose name tells no package"},
	{"a Java archive in a source tree", "sbom/binary", finding.GateImage, "-- lib/app.jar --\nPK\n", nil,
		"lib/app.jar"},
	{"plugins of WordPress", "sbom", finding.GateImage, "-- composer.lock --\n{\"packages\": []}\n" +
		"-- wp-content/plugins/own/own.php --\n<?php\n", nil, "WordPress' folder of plugins"},
	{"plugins of WordPress in an image", "sbom", finding.GateImage, "-- root/etc/passwd --\n" +
		"-- root/var/www/html/wp-content/plugins/own/own.php --\n<?php\n", []string{"dir:root"},
		"WordPress' folder of plugins"},
	{"modules of Go without a program", "sbom", finding.GateImage, "-- root/etc/passwd --\n" +
		"-- root/go/pkg/mod/cache/download/example.com/a/@v/v1.0.0.zip --\nPK\n", []string{"dir:root"},
		"Go's module cache"},
	{"an extension of PHP's", "sbom/lockfile", finding.GateImage, "-- root/etc/passwd --\n" +
		"-- root/usr/local/lib/php/.registry/.channel.pecl.php.net/redis.reg --\n" +
		`a:2:{s:4:"name";s:5:"redis";s:7:"channel";s:12:"pecl.php.net";s:7:"version";a:1:{s:7:"release";s:5:"6.0.2";}}`,
		[]string{"dir:root"}, "no advisories for PECL"},
	{
		"a store that is not read",
		"sbom",
		finding.GateImage,
		"-- root/nix/store/a-1/bin/a --\nx\n",
		[]string{"dir:root"},
		"Nix",
	},
	{"a component without a package URL", "sbom", finding.GateImage,
		"-- a.json --\n" +
			"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[{\"type\":\"platform\",\"name\":\"own\"}]}\n", []string{"a.json"}, "own"},
	{"a file that nothing reads", "scan", finding.GateImage, "-- a.txt --\nx\n", []string{"a.txt"}, "a.txt"},
	{"an emptied package database", "sbom", finding.GateImage,
		"-- root/etc/os-release --\nID=alpine\nVERSION_ID=3.20.1\n-- root/sbin/apk --\nx\n", []string{"dir:root"},
		"missing or empty"},
	{"a lockfile that does not parse", "sbom/lockfile", finding.GateImage, "-- poetry.lock --\n[[package\n", nil,
		"poetry.lock"},
	{"a manifest that no lockfile completes", "sbom/lockfile", finding.GateImage,
		"-- package.json --\n{\"dependencies\": {\"a\": \"1.0.0\"}}\n", nil,
		"no lockfile says what its packages need in turn"},
	{"a Java archive that is none", "sbom/binary", finding.GateImage, "-- app.jar --\nPK\n", []string{"app.jar"},
		"app.jar"},
	{"a version that is a range", "sbom", finding.GateImage, "-- requirements.txt --\nflask>=2\n", nil,
		"the version is a range"},
	{"a kind of package without advisories", "vuln", finding.GateImage,
		"-- conan.lock --\n{\"version\": \"0.5\", \"requires\": [\"zlib/1.2.11#1\"]}\n", nil,
		"no advisories for ConanCenter"},
	{"a bill of materials of no known kind", "sbom/document", finding.GateImage, "-- a.json --\n{\"a\": 1}\n",
		[]string{"sbom:a.json"}, "a.json"},
	{"a bill of materials that names nothing", "sbom/document", finding.GateImage,
		"-- a.json --\n{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": []}\n",
		[]string{"sbom:a.json"}, "no package"},
	{"a component of no known kind", "sbom/document", finding.GateImage,
		"-- a.json --\n{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": [{\"type\": " +
			"\"library\", \"name\": \"x\", \"version\": \"1\"}]}\n",
		[]string{"sbom:a.json"}, "x"},

	{"a folder without code", "scan", finding.GateCode, "-- notes.txt --\nx\n", nil, "it holds no source code"},
	{"a language without rules", "scan", finding.GateCode, "-- main.rs --\nfn main() {}\n", nil,
		"there are no rules for Rust (1 file)"},
	{"a language without rules beside another", "scan", finding.GateCode,
		"-- main.rs --\nfn main() {}\n-- a.py --\nx = 1\n", nil, "no rules for Rust (1 file)"},
	{"a notebook beside code", "scan", finding.GateCode, "-- a.ipynb --\n{}\n-- a.py --\nx = 1\n", nil,
		"1 file looked at; left out: no rules for Jupyter notebooks (1 file)"},
	{"a template beside code", "scan", finding.GateCode, "-- a.jsp --\n<%= x %>\n-- a.py --\nx = 1\n", nil,
		"no rules for JSP (1 file)"},
	{"a submodule that is not checked out", "scan", finding.GateCode,
		"-- .gitmodules --\n[submodule \"lib\"]\n\tpath = lib\n\turl = https://example.com/lib\n-- a.py --\nx = 1\n",
		nil,
		"lib: a git submodule that is not checked out"},
	{"a file that is no text", "source", finding.GateCode, "-- a.py --\nx = 1\n-- b.py --\n\x00\x00\x01\n", nil,
		"not text"},
	{"a build context elsewhere", "stack", finding.GateCode,
		"-- compose.yml --\nservices:\n  a:\n    build: https://example.com/a.git\n", nil, "another machine's files"},
	{"a build context without a value", "stack", finding.GateCode,
		"-- compose.yml --\nservices:\n  a:\n    build: ${WHERE}/app\n", nil, "WHERE has no value"},
	{"a link out of the sources", "source", finding.GateCode, "-- a.py --\nx = 1\n-- out.py -> /etc/hosts --\n", nil,
		"symbolic link"},

	{"no compose project", "scan", finding.GateAccess, "-- notes.txt --\nx\n", nil, "no compose project"},
	{"a right that depends on a variable without a value", "stack", finding.GateCompose,
		"-- compose.yml --\nservices:\n  a:\n    image: b:1\n    privileged: ${P}\n", nil,
		"privileged depends on P, which has no value"},
	{"a compose file that is no YAML", "stack", finding.GateAccess, "-- compose.yml --\nservices: [\n", nil,
		"not valid YAML"},
	{"a key that compose does not know", "stack", finding.GateAccess,
		"-- compose.yml --\nservices:\n  a:\n    image: x\n    prots: [\"80:80\"]\n", nil, "prots"},
	{"an included file that is not there", "stack", finding.GateAccess,
		"-- compose.yml --\ninclude: [other.yml]\nservices:\n  a:\n    image: x\n", nil, "other.yml"},
	{"a variable without a value", "stack", finding.GateAccess,
		"-- compose.yml --\nservices:\n  a:\n    image: x\n    ports: [\"${PORT}:80\"]\n", nil, "PORT"},
	{
		"Traefik's configuration that is not there",
		"access/exposure",
		finding.GateAccess,
		"-- compose.yml --\n" + proxy +
			"    volumes: [./traefik.yml:/etc/traefik/traefik.yml]\n",
		nil,
		"configuration",
	},
	{"Traefik's configuration that is no YAML", "traefik", finding.GateAccess, "-- compose.yml --\n" + proxy +
		"    volumes: [./traefik.yml:/etc/traefik/traefik.yml]\n-- traefik.yml --\nproviders: [\n", nil, "traefik.yml"},
	{"a setting that Traefik does not know", "traefik", finding.GateAccess, "-- compose.yml --\n" + proxy +
		"    command: [--nonsense.of.mine=1]\n", nil, "nonsense"},
	{"a label that Traefik does not know", "traefik", finding.GateAccess, "-- compose.yml --\n" + proxy +
		"    command: [--providers.docker=true]\n    labels: [\"traefik.http.routers.a.ruel=Host(`a`)\"]\n", nil,
		"ruel"},
	{"a version of Traefik that was never compared with", "access/exposure", finding.GateAccess,
		"-- compose.yml --\nservices:\n  proxy:\n    image: traefik:v2.11\n    command: [--providers.docker=true]\n  " +
			"  ports: [\"80:80\"]\n", nil, "unverified"},
}

const proxy = "services:\n  proxy:\n    image: traefik:v3.3\n    ports: [\"80:80\"]\n"

// noGate are readers whose unknowns reach no gate, each with the reason.
var noGate = map[string]string{
	"access/verify":    "answers of a running Traefik: an error of `access verify`, which no gate asks",
	"advisory":         "advisory data: a damaged index fails the image gate (advisory's own tests)",
	"baseline":         "settings of this machine for the scan of an earlier commit: the scan itself tells of them",
	"fix":              "files to be edited: one that cannot be read is refused by name (fix's own tests)",
	"sonar/scanner":    "properties of a scanner: what is none of them is an error that the scanner shows (its own tests)",
	"client":           "answers of a server: an error of the command, beside the report",
	"ingest":           "uploads to the server: refused with the reason (its own tests)",
	"gitrepo":          "a commit that is none is an error, a history with gaps makes code partial (gitrepo's own tests)",
	"code/rule":        "rules of the user: TestRulesThatAreWrong",
	"config":           "drydock.yaml: an unknown key is a usage error before any gate runs (config's own tests)",
	"engine":           "answers of the engine to builds and probes: no gate asks",
	"loaded":           "imports: what is not understood leaves a package's answer unknown (loaded's own tests)",
	"lint/rules":       "scripts that a Dockerfile copies: a rule that cannot read one is silent about that script alone",
	"rebuild/journal":  "drydock's own: a journal that cannot be read ends the run with exit 3",
	"rebuild/schedule": "drydock's own: when a job ran last; what cannot be read counts from now on",
	"rebuild":          "drydock's own: a record of a run that cannot be read ends `history` with exit 3",
	"notify":           "the user's own secrets: a file that cannot be read is an error of the word that was to be sent",
	"hostconfig":       "host.yaml: an unknown key is a usage error before anything is done (hostconfig's own tests)",
	"prove":            "a proof ends refused",
	"sarif":            "asked for by --import: a file that is none, or results of no file here (codegate's TestImported)",
	"waiver":           "accepted risks: a mistake is an error before any gate runs; what another tool's entry asks is told",
}

func TestWhatIsNotUnderstoodIsTold(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	for _, c := range unknowns {
		t.Run(c.name, func(t *testing.T) {
			r, g := look(t, c.gate, c.files, c.args...)
			words := told(r, g)
			if g.Status == report.Checked && g.Reason == "" && words == "" {
				t.Errorf("the %s gate is checked without a word", c.gate)
			}
			if !strings.Contains(words, c.says) {
				t.Errorf("%s; told is %q, want %q", g.Status, words, c.says)
			}
		})
	}
}

// look writes the files and asks one gate about them.
func look(t *testing.T, name finding.Gate, files string, args ...string) (*report.Report, *report.Gate) {
	t.Helper()
	write(t, files)
	if len(args) == 0 {
		args = []string{"."}
	}
	r, _ := Run(context.Background(), target.Resolve(context.Background(), target.Inputs{Args: args}), Gates,
		gate.Options{Gates: []finding.Gate{name}})
	g := r.Gate(name)
	if g == nil {
		t.Fatalf("there is no %s gate", name)
	}
	return r, g
}

// write puts the files of a txtar archive into a new folder and goes there. A name "a -> b" is a link.
func write(t *testing.T, files string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(files)).Files {
		base, to, link := strings.Cut(f.Name, " -> ")
		path := filepath.Join(dir, base)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		err := os.WriteFile(path, f.Data, 0o644)
		if link {
			os.Remove(path)
			err = os.Symlink(to, path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// told is everything that a person is told of a run.
func told(r *report.Report, g *report.Gate) string {
	words := []string{}
	if g.Reason != "" {
		words = append(words, g.Reason)
	}
	for _, in := range g.Inputs {
		if in.Reason != "" {
			words = append(words, in.Path+": "+in.Reason)
		}
	}
	for _, f := range r.Findings {
		words = append(words, f.Title)
	}
	for _, w := range r.Warnings {
		words = append(words, w.Text)
	}
	return strings.Join(words, "\n")
}

// Every lockfile and manifest that has a reader, with what no reader knows in it, beside one that is read.
func TestManifestsOfUnknownForm(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	for _, name := range lockfile.Readers() {
		for what, text := range map[string]string{
			"noise":                "\x01 nothing { that <a reader> knows: [\n",
			"a version of its own": `{"lockfileVersion": 99, "version": 99, "schema": "9"}` + "\n",
			"words":                "some words\nof nobody\n",
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				_, g := look(t, finding.GateImage, "-- good/requirements.txt --\nflask==2.0.1\n-- "+name+" --\n"+text)
				if g.Status == report.Checked || !strings.Contains(g.Reason, name) {
					t.Errorf("%s: %s", g.Status, g.Reason)
				}
			})
		}
	}
}

// Every language that has rules, with a file that is not of its grammar.
func TestCodeOfUnknownForm(t *testing.T) {
	own, errs := rules.Load()
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	ruled := map[*ast.Lang]bool{}
	for _, r := range own {
		for _, name := range r.Languages {
			ruled[ast.LangByName(name)] = true
		}
	}
	if len(ruled) < 5 {
		t.Fatalf("only %d languages have rules", len(ruled))
	}
	// What a rule needs has to be there: a file without it cannot match and is not parsed.
	const words = `exec.Command("sh", "-c", MessageDigest.getInstance("MD5") eval(params[:x]) curl | sh include($_GET['a'])`
	for _, lang := range ast.Languages {
		if !ruled[lang] { // nil for rules that look at any text
			continue
		}
		name := "broken" + lang.Exts[0]
		t.Run(lang.Name, func(t *testing.T) {
			_, g := look(t, finding.GateCode, "-- good.py --\nx = 1\n-- "+name+" --\n<?php ((( }}} ]] if "+words+"\n")
			if g.Status != report.Partial || !strings.Contains(g.Reason, name) {
				t.Errorf("%s: %s", g.Status, g.Reason)
			}
		})
	}
}

// A gate, a source of images or a reader without a row is a hole that nobody looked for.
func TestEveryReaderHasARow(t *testing.T) {
	rows := map[string]bool{}
	for _, c := range unknowns {
		rows[c.reader], rows[string(c.gate)] = true, true
		for _, a := range c.args {
			scheme, _, _ := strings.Cut(a, ":")
			rows[scheme+":"] = true
		}
	}
	var want []string
	for _, g := range Names() {
		want = append(want, string(g))
	}
	want = append(want, "sbom:")
	want = append(want, target.ImageSchemes...)
	readers := readersOf(t)
	if len(readers) < 8 {
		t.Fatalf("only %d packages read foreign files: %q", len(readers), readers)
	}
	for _, r := range readers {
		if noGate[r] == "" {
			want = append(want, r)
		}
	}
	for _, w := range want {
		if !rows[w] {
			t.Errorf("%s has no row in unknowns: what does it do with what it does not understand?", w)
		}
	}
	design, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "design.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		if !strings.Contains(string(design), "| `"+r+"` |") {
			t.Errorf("docs/design.md does not say what %s does with what it does not understand", r)
		}
	}
}

// readersOf lists the packages below internal that read foreign bytes: all of those do so within bounds.
func readersOf(t *testing.T) []string {
	t.Helper()
	root := filepath.Join(testenv.Root(), "internal")
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			if strings.HasSuffix(imp.Path.Value, `/internal/bounded"`) {
				rel, _ := filepath.Rel(root, filepath.Dir(path))
				if rel = filepath.ToSlash(rel); !slices.Contains(out, rel) {
					out = append(out, rel)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
