package sbom

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/sbom/extract"
	"github.com/drydock/drydock/internal/sbom/lockfile"
	"github.com/drydock/drydock/internal/testenv"
)

// TestAgainstMaven compares what is read of pom.xml files with what Maven's own library makes of them.
func TestAgainstMaven(t *testing.T) {
	java := testenv.Tool(t, "java")
	if _, err := os.Stat("/usr/share/maven/lib/maven-model-builder-3.x.jar"); err != nil {
		testenv.Absent(t, "Maven's libraries (Debian's maven)")
	}
	archive, err := os.ReadFile("testdata/trees/maven.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := unpack(t, string(archive))
	// no projects, and one that the command line changes
	for _, name := range []string{"broken", "other", "configured"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(java, "-cp", "/usr/share/maven/lib/*", "testdata/maven/Effective.java", dir)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var theirs []string
	unresolved := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Fields(line)
		switch {
		case f[1] == "!":
			unresolved++
		case f[1] != "example:one": // a project of the tree
			theirs = append(theirs, strings.Join(f[:3], " ")+map[bool]string{true: " dev"}[f[3] == "test"])
		}
	}
	var ours []string
	for _, name := range []string{"pom.xml", "app/pom.xml", "bom/pom.xml", "deep/one/pom.xml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		ps, err := lockfile.ReaderOf("pom.xml")(&extract.File{Path: name, Data: data, Size: int64(len(data)),
			Tree: os.DirFS(dir)})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ps {
			version := p.Version
			if p.Name == "only:one" {
				version = "[1.5]" // which Maven resolves later
			}
			ours = append(ours, name+" "+p.Name+" "+version+map[bool]string{true: " dev"}[p.Dev])
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if !slices.Equal(ours, theirs) || unresolved == 0 {
		t.Errorf("ours\n%s\nMaven's (%d not resolved)\n%s", strings.Join(ours, "\n"), unresolved,
			strings.Join(theirs, "\n"))
	}
}

// Properties that grow without end are left as they are, in bounded time.
func TestPOMPropertiesAreBounded(t *testing.T) {
	for name, leaf := range map[string]string{"long": "x", "empty": ""} {
		var b strings.Builder
		b.WriteString("<project><properties><p0>" + leaf + "</p0>")
		for i := range 18 {
			ref := "${p" + string(rune('0'+i%10)) + strings.Repeat("_", i/10) + "}"
			next := "p" + string(rune('0'+(i+1)%10)) + strings.Repeat("_", (i+1)/10)
			b.WriteString("<" + next + ">" + strings.Repeat(ref, 40) + "</" + next + ">")
		}
		b.WriteString(
			"</properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p8_}</version></dependency></dependencies></project>")
		dir := unpack(t, "-- pom.xml --\n"+b.String())
		start := time.Now()
		inv, err := FromDir(context.Background(), dir, Options{})
		if err != nil || len(inv.Packages) != 1 || len(inv.Packages[0].Version) > 3000 || !inv.Packages[0].Range {
			t.Errorf("%s: %v, %+v", name, err, inv)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
