package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	actions "github.com/drydock/drydock/internal/plan"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/testenv"
)

// planned is a copy of the example host whose images have names of the test's own.
type planned struct {
	t           *testing.T
	docker, dir string
	prefix      string
}

// TestPlanCarriedOut does what `plan` says of examples/shop on a real engine: both Dockerfiles are split, each with a
// proof, versions are raised (testdata/plan has what pip and npm made of it), the cache's port is taken away, the images are
// built again. Of what the plan said of these actions at least 95 % has to hold.
func TestPlanCarriedOut(t *testing.T) {
	testenv.Slow(t)
	p := &planned{
		t:      t,
		docker: testenv.Engine(t),
		dir:    t.TempDir(),
		prefix: fmt.Sprintf("drydock-plan-%d-", os.Getpid()),
	}
	for _, base := range []string{"python:3.11", "python:3.11-slim", "node:20", "node:20-slim"} {
		if exec.Command(p.docker, "image", "inspect", base).Run() != nil {
			testenv.Absent(t, "the image %s", base)
		}
	}
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	p.copyShop()
	p.build()
	kept := filepath.Join(t.TempDir(), "plan.json")
	before := p.drydock(0, "plan", p.dir, "--format", "json")
	p.write(kept, before)

	for _, name := range []string{"insights", "storefront"} {
		p.drydock(
			0,
			"dockerfile",
			"split",
			"--write",
			"--prove",
			"--no-scan",
			filepath.Join(p.dir, name, "Dockerfile"),
		)
	}
	p.replace("requirements.txt", "insights")
	p.replace("package.json", "storefront")
	p.replace("package-lock.json", "storefront")
	p.edit("    ports:\n      - \"6379:6379\" # opened to look at a cache problem, never closed\n", "")
	p.build()

	var plan actions.Plan
	var score actions.Score
	if err := json.Unmarshal(before, &plan); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(p.drydock(0, "plan", p.dir, "--score", kept, "--format", "json"), &score); err != nil {
		t.Fatal(err)
	}
	right, wrong, kinds := 0, 0, map[report.ActionKind]int{}
	for i, a := range plan.Actions {
		raise := a.Kind == report.ActionEdit &&
			(strings.Contains(a.Title, "requirements.txt") || strings.Contains(a.Title, "ejs"))
		if !raise && a.Kind != report.ActionConvert && a.Kind != report.ActionUnpublish {
			continue
		}
		s := score.Actions[i]
		right, wrong, kinds[a.Kind] = right+len(s.Gone), wrong+len(s.Left), kinds[a.Kind]+len(a.Findings)
		t.Logf("%s: %d gone, %d left", a.Title, len(s.Gone), len(s.Left))
	}
	if kinds[report.ActionConvert] < 20 || kinds[report.ActionEdit] < 40 || kinds[report.ActionUnpublish] < 1 {
		t.Errorf("the plan speaks of too little: %v", kinds)
	}
	if 100*right < 95*(right+wrong) {
		t.Errorf("%d of %d hold", right, right+wrong)
	}
	t.Logf("%d of %d hold", right, right+wrong)
}

func (p *planned) copyShop() {
	if err := os.CopyFS(p.dir, os.DirFS(filepath.Join(testenv.Root(), "examples", "shop"))); err != nil {
		p.t.Fatal(err)
	}
	p.edit("shop-insights:latest", p.prefix+"insights")
	p.edit("build: ./storefront\n", "build: ./storefront\n    image: "+p.prefix+"storefront\n")
}

// edit replaces a text of the compose file, which has to be there.
func (p *planned) edit(old, new string) {
	name := filepath.Join(p.dir, "docker-compose.yml")
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), old) {
		p.t.Fatalf("%q is not in the compose file (%v)", old, err)
	}
	p.write(name, []byte(strings.ReplaceAll(string(text), old, new)))
}

func (p *planned) write(name string, text []byte) {
	if err := os.WriteFile(name, text, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// replace takes a file of testdata/plan in the place of a service's.
func (p *planned) replace(file, service string) {
	text, err := os.ReadFile(filepath.Join("testdata", "plan", file))
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(filepath.Join(p.dir, service, file), text)
}

func (p *planned) build() {
	for _, name := range []string{"insights", "storefront"} {
		c := exec.Command(p.docker, "build", "-q", "-t", p.prefix+name, filepath.Join(p.dir, name))
		c.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
		if out, err := c.CombinedOutput(); err != nil {
			p.t.Fatalf("build of %s: %v\n%s", name, err, out)
		}
		p.t.Cleanup(func() { _ = exec.Command(p.docker, "rmi", "-f", p.prefix+name).Run() })
	}
}

// drydock runs the command and returns what it prints.
func (p *planned) drydock(want int, args ...string) []byte {
	var out, errs bytes.Buffer
	if code := run(p.t.Context(), args, strings.NewReader(""), &out, &errs); code != want {
		p.t.Fatalf("drydock %s: exit %d\n%s%s", strings.Join(args, " "), code, out.Bytes(), errs.Bytes())
	}
	return out.Bytes()
}
