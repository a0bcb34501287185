package imagegate

import (
	"os"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/scan/target"
)

const recipe = `FROM debian:12 AS base
RUN apt-get update && \
    # comments are not in the history
    apt-get install -y curl
FROM base
COPY --chown=1:1 app /app
RUN pip install -r /app/requirements.txt
RUN pip install gunicorn
FROM scratch AS other
RUN pip install nothing
`

// A package stands at the line that brought it; history has no flags, no comments and no line breaks.
func TestPackagesStandAtTheLineThatBroughtThem(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("Dockerfile", []byte(recipe), 0o644); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	compose := finding.Location{Path: "compose.yml", Line: 4}
	of := func(u target.Unit) *attributor {
		u.Location = compose
		return attribute(&target.Target{Root: "."}, u)
	}
	a := of(target.Unit{Dockerfile: "Dockerfile", Target: "1"})
	for name, c := range map[string]struct {
		p    inventory.Package
		want string
	}{
		"of the base": {inventory.Package{FromBase: &yes, IntroducedBy: "ADD rootfs"},
			"Dockerfile:1:1"},
		"by a RUN over several lines": {inventory.Package{FromBase: &no,
			IntroducedBy: "RUN apt-get update && apt-get install -y curl"}, "Dockerfile:2:1"},
		"by a COPY with a flag":        {inventory.Package{IntroducedBy: "COPY app /app"}, "Dockerfile:6:1"},
		"the longest common beginning": {inventory.Package{IntroducedBy: "RUN pip install gunicorn"}, "Dockerfile:8:1"},
		"by nothing of this file":      {inventory.Package{IntroducedBy: "RUN make world"}, "Dockerfile:1:1"},
		"by nothing that is known":     {inventory.Package{FromBase: &no}, "compose.yml:4"},
	} {
		if got := a.place(&c.p).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	p := inventory.Package{IntroducedBy: "RUN pip install gunicorn"}
	for name, u := range map[string]target.Unit{
		"no Dockerfile":               {},
		"an inline one":               {Inline: recipe},
		"one that is not there":       {Dockerfile: "nowhere"},
		"a stage that it has not got": {Dockerfile: "Dockerfile", Target: "nowhere"},
	} {
		if got := of(u).place(&p); got != compose {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A package that two services ship from one place is one entry; another layer or owner makes another.
func TestJoinPackages(t *testing.T) {
	p := func(service, layer, path string) inventory.Package {
		return inventory.Package{Name: "a", Version: "1", PURL: "pkg:npm/a@1", Services: []string{service},
			Layer: layer, Paths: []string{path}}
	}
	got := joinPackages([]inventory.Package{p("web", "l", "x"), p("api", "l", "x"), p("web", "l", "y"),
		p("web", "m", "x"), p("api", "l", "x")})
	if len(got) != 3 || len(got[0].Services) != 2 || len(got[1].Services) != 1 {
		t.Errorf("%+v", got)
	}
}
