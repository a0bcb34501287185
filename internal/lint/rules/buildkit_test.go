package rules

import (
	stdcontext "context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/testenv"
)

// TestAgreementWithBuildKit makes the checks of docker build --check with BuildKit's own packages and with the rules
// that carry their names, and compares the lines: on every fixture, on Dockerfiles of its own, on the shared field
// corpus and on those of the modules that Go has downloaded.
func TestAgreementWithBuildKit(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range files {
		for _, s := range readFixture(t, name) {
			all = append(all, s.src)
		}
	}
	own, err := filepath.Glob("testdata/buildkit/*")
	if err != nil || len(own) == 0 {
		t.Fatal(own, err)
	}
	if shared, err := filepath.Glob(filepath.Join(testenv.Shared(t, "field", "dockerfiles"), "*",
		"Dockerfile")); err == nil {
		own = append(own, shared...)
	}
	for _, name := range own {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	all = append(all, downloaded()...)
	places, differ, refused := 0, 0, 0
	seen := map[string]bool{}
	for _, src := range all {
		theirs, failed := builtLines(t, src)
		ours := checkLines(src)
		// BuildKit resolves base images side by side and collects their warnings without a lock, so that now and then
		// one is lost: what it says once, it says.
		for again := 0; again < 10 && !failed && !covers(theirs, ours); again++ {
			more, _ := builtLines(t, src)
			maps.Copy(theirs, more)
		}
		for place := range theirs {
			places++
			seen[strings.Fields(place)[0]] = true
			if !ours[place] {
				differ++
				t.Errorf("only BuildKit: %s: %q\n%s", place, line(src, place), src)
			}
		}
		if failed {
			refused++ // BuildKit stops where it refuses the file, drydock goes on
			continue
		}
		for place := range ours {
			if !theirs[place] {
				differ++
				t.Errorf("only drydock: %s: %q\n%s", place, line(src, place), src)
			}
		}
	}
	t.Logf("%d Dockerfiles, %d of them refused by BuildKit: %d places, %d differ", len(all), refused, places, differ)
	for i := range All {
		check := All[i].BuildCheck
		if check != "" && !seen[check] && check != "CopyIgnoredFile" { // which has a test of its own
			t.Errorf("no Dockerfile here shows %s", check)
		}
	}
}

// covers reports whether all of the places are among those of a set.
func covers(set, places map[string]bool) bool {
	for place := range places {
		if !set[place] {
			return false
		}
	}
	return true
}

// heldBase is what every base image sets in these tests.
var heldBase = lint.Base{Env: map[string]string{"PATH": "/bin", "HELD": "held"}, OS: "linux", Arch: "arm64"}

// resolver gives BuildKit the same base images.
type resolver struct{}

func (resolver) ResolveImageConfig(_ stdcontext.Context, ref string,
	_ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := v1.Image{Platform: v1.Platform{OS: heldBase.OS, Architecture: heldBase.Arch},
		RootFS: v1.RootFS{DiffIDs: []digest.Digest{"sha256:00"}}}
	for name, value := range heldBase.Env {
		image.Config.Env = append(image.Config.Env, name+"="+value)
	}
	b, err := json.Marshal(image)
	return ref, "", b, err
}

// builtLines are the places of BuildKit's warnings, and whether it refuses the file after all.
func builtLines(t *testing.T, src string) (map[string]bool, bool) {
	t.Helper()
	caps := pb.Caps.CapSet(pb.Caps.All())
	got, err := dockerfile2llb.DockerfileLint(stdcontext.Background(), []byte(src), dockerfile2llb.ConvertOpt{
		MetaResolver: resolver{}, LLBCaps: &caps, TargetPlatform: &v1.Platform{OS: "linux", Architecture: "amd64"},
		SourceMap: &llb.SourceMap{Definition: &llb.Definition{}, Filename: "Dockerfile", Data: []byte(src)},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, w := range got.Warnings {
		ranges := w.Location.GetRanges()
		if len(ranges) == 0 {
			t.Logf("no place: %s", w.Detail)
			continue
		}
		out[fmt.Sprintf("%s line %d", w.RuleName, ranges[0].Start.Line)] = true
	}
	return out, got.Error != nil && !strings.Contains(got.Error.Message, "lint violation found")
}

// checkLines are the places of the rules that carry the names of BuildKit's checks.
func checkLines(src string) map[string]bool {
	f := dockerfile.Parse([]byte(src))
	out := map[string]bool{}
	found := lint.Run(f, "Dockerfile", All, nil, &lint.Context{Platform: "linux/amd64",
		Base: func(string) (lint.Base, bool) { return heldBase, true }})
	for _, fi := range found {
		for _, a := range fi.Aliases {
			if !BuildCheck(a) {
				continue
			}
			line := fi.Location.Line
			if n := sort.Search(len(f.Instructions),
				func(i int) bool { return f.Instructions[i].Line > line }); n > 0 && a != "NoEmptyContinuation" {
				line = f.Instructions[n-1].Line
			}
			out[fmt.Sprintf("%s line %d", a, line)] = true
		}
	}
	return out
}

// line is the text of a place's line.
func line(src, place string) string {
	var check string
	var n int
	if _, err := fmt.Sscanf(place, "%s line %d", &check, &n); err != nil || n < 1 {
		return ""
	}
	if all := strings.Split(src, "\n"); n <= len(all) {
		return all[n-1]
	}
	return ""
}
