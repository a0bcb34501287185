package rules

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/testenv"
)

// agreed is the share of places on which drydock and hadolint must agree, for every rule and overall.
const agreed = 0.97

// TestAgreementWithHadolint judges the same Dockerfiles with hadolint's binary and with the rules that carry its codes,
// and compares the instructions that each code is reported on. The corpus: every fixture, fixtures put together as
// stages of one file, fixtures with words and lines changed, and the Dockerfiles in Go's module cache (the latter three
// where nothing may be skipped). Files that
// hadolint does not parse are counted apart: it reports nothing else for them.
func TestAgreementWithHadolint(t *testing.T) {
	tool := testenv.Tool(t, "hadolint")
	tally := newTally()
	for _, batch := range corpus(t) {
		tally.compare(t, batch, ask(t, tool, batch))
	}
	tally.report(t)
}

// batch is a set of Dockerfiles judged under one configuration.
type batch struct {
	config string // the YAML, "" for none
	files  []string
}

// corpus generates the Dockerfiles. It is the same in every run.
func corpus(t *testing.T) []batch {
	t.Helper()
	rnd := rand.New(rand.NewSource(1))
	byConfig := map[string][]string{}
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, name := range names {
		code := codeOf(strings.TrimSuffix(filepath.Base(name), ".txt"))
		if code == "" {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		yaml := ""
		if rest, ok := strings.CutPrefix(string(b), "config:\n"); ok {
			yaml, _, _ = strings.Cut(rest, "---\n")
		}
		if byConfig[yaml] == nil {
			order = append(order, yaml)
		}
		for _, s := range readFixture(t, name) {
			byConfig[yaml] = append(byConfig[yaml], s.src)
		}
	}
	plain := byConfig[""]
	if os.Getenv("DRYDOCK_REQUIRE") != "" { // the whole of it takes a minute: in .ci/run
		for range 400 {
			byConfig[""] = append(byConfig[""],
				plain[rnd.Intn(len(plain))]+plain[rnd.Intn(len(plain))]+plain[rnd.Intn(len(plain))])
		}
		for range 400 {
			byConfig[""] = append(byConfig[""], mutate(rnd, plain[rnd.Intn(len(plain))]+plain[rnd.Intn(len(plain))]))
		}
		byConfig[""] = append(byConfig[""], downloaded()...)
	}
	var out []batch
	for _, yaml := range order {
		for files := byConfig[yaml]; len(files) > 0; files = files[min(100, len(files)):] {
			out = append(out, batch{yaml, files[:min(100, len(files))]})
		}
	}
	return out
}

func codeOf(id string) string {
	for i := range All {
		if All[i].ID == id {
			return All[i].Code()
		}
	}
	return ""
}

// mutate changes a Dockerfile as editing does: a line less, twice, or moved; a word less or from elsewhere.
func mutate(rnd *rand.Rand, src string) string {
	lines := strings.Split(strings.TrimRight(src, "\n"), "\n")
	for n := 1 + rnd.Intn(3); n > 0 && len(lines) > 1; n-- {
		i, j := 1+rnd.Intn(len(lines)-1), 1+rnd.Intn(len(lines)-1)
		switch rnd.Intn(5) {
		case 0:
			lines = append(lines[:i:i], lines[i+1:]...)
		case 1:
			lines = append(lines[:i:i], append([]string{lines[j]}, lines[i:]...)...)
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
		case 3:
			words := strings.Fields(lines[i])
			if len(words) > 2 {
				k := 1 + rnd.Intn(len(words)-1)
				lines[i] = strings.Join(append(words[:k:k], words[k+1:]...), " ")
			}
		case 4:
			words, other := strings.Fields(lines[i]), strings.Fields(lines[j])
			if len(words) > 2 && len(other) > 1 {
				words[1+rnd.Intn(len(words)-1)] = other[1+rnd.Intn(len(other)-1)]
				lines[i] = strings.Join(words, " ")
			}
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// downloaded are the Dockerfiles of the modules that Go has downloaded, each text once.
func downloaded() []string {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	_ = filepath.WalkDir(strings.TrimSpace(string(out)), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !dockerfile.IsName(d.Name()) {
			return nil
		}
		if b, err := os.ReadFile(p); err == nil && len(b) < 1<<16 {
			seen[string(b)] = true
		}
		return nil
	})
	files := slices.Sorted(maps.Keys(seen))
	return files
}

// place is a code on the instruction that begins on a line.
type place struct {
	file int
	line int
	code string
}

// ask runs hadolint over a batch. Some files make it crash, which loses the whole run: those are halved until the
// culprit stands alone, and are told as places with the code "crash".
func ask(t *testing.T, tool string, b batch) map[place]bool {
	t.Helper()
	dir := t.TempDir()
	args := []string{"--no-fail", "-f", "json"}
	if b.config != "" {
		p := filepath.Join(dir, "config.yaml")
		if err := os.WriteFile(p, []byte(b.config), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-c", p)
	}
	index := map[string]int{}
	for i, src := range b.files {
		p := filepath.Join(dir, fmt.Sprintf("%d.Dockerfile", i))
		if err := os.WriteFile(p, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		index[p] = i
		args = append(args, p)
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var found []struct {
		File, Code string
		Line       int
	}
	places := map[place]bool{}
	if json.Unmarshal(out, &found) != nil {
		if len(b.files) == 1 {
			t.Logf("hadolint fails (%v) on %q", err, b.files[0])
			return map[place]bool{{0, 0, "crash"}: true}
		}
		half := len(b.files) / 2
		for p := range ask(t, tool, batch{b.config, b.files[:half]}) {
			places[p] = true
		}
		for p := range ask(t, tool, batch{b.config, b.files[half:]}) {
			p.file += half
			places[p] = true
		}
		return places
	}
	for _, f := range found {
		if strings.HasPrefix(f.Code, "DL") {
			places[place{index[f.File], f.Line, f.Code}] = true
		}
	}
	return places
}

// tally counts per code the places on which both, only hadolint, or only drydock report.
type tally struct {
	both, theirs, ours map[string]int
	examples           map[string][]string
	files, unread      int
}

func newTally() *tally {
	return &tally{both: map[string]int{}, theirs: map[string]int{}, ours: map[string]int{},
		examples: map[string][]string{}}
}

func (ta *tally) compare(t *testing.T, b batch, theirs map[place]bool) {
	t.Helper()
	var cfg *lint.Config
	if b.config != "" {
		cfg = writeConfig(t, b.config)
	}
	unread := map[int]bool{}
	for p := range theirs {
		unread[p.file] = unread[p.file] || p.code == "DL1000" || p.code == "crash"
	}
	for i, src := range b.files {
		ta.files++
		if unread[i] {
			ta.unread++
			continue
		}
		f := dockerfile.Parse([]byte(src))
		found := lint.Run(f, "Dockerfile", All, cfg, nil)
		codes := map[string]bool{}
		for p := range theirs {
			if p.file == i {
				codes[p.code] = true
			}
		}
		for _, fi := range found {
			for _, a := range fi.Aliases {
				codes[a] = true
			}
		}
		for code := range codes {
			if strings.HasPrefix(code, "DL") {
				ta.file(i, code, src, theirs,
					lines(f, found, func(fi finding.Finding) bool { return contains(fi.Aliases, code) }))
			}
		}
	}
}

func (ta *tally) file(i int, code, src string, theirs map[place]bool, ours map[int]bool) {
	for p := range theirs {
		if p.file != i || p.code != code {
			continue
		}
		if ours[p.line] {
			ta.both[code]++
			continue
		}
		ta.theirs[code]++
		ta.example(code, "only hadolint", p.line, src)
	}
	for l := range ours {
		if !theirs[place{i, l, code}] {
			ta.ours[code]++
			ta.example(code, "only drydock", l, src)
		}
	}
}

func (ta *tally) example(code, who string, line int, src string) {
	all := strings.Split(src, "\n")
	if line > 0 && line <= len(all) && len(ta.examples[code]) < 12 {
		ta.examples[code] = append(ta.examples[code], fmt.Sprintf("%s, line %d: %.150q", who, line, all[line-1]))
	}
}

func (ta *tally) report(t *testing.T) {
	t.Helper()
	var codes []string
	for c := range ta.both {
		codes = append(codes, c)
	}
	for c := range ta.theirs {
		if ta.both[c] == 0 {
			codes = append(codes, c)
		}
	}
	sort.Strings(codes)
	both, all := 0, 0
	t.Logf("%d Dockerfiles, %d of them not read by hadolint", ta.files, ta.unread)
	for _, c := range codes {
		n := ta.both[c] + ta.theirs[c] + ta.ours[c]
		both, all = both+ta.both[c], all+n
		share := float64(ta.both[c]) / float64(n)
		t.Logf("%s %6.2f %%  both %4d  only hadolint %3d  only drydock %3d", c, 100*share, ta.both[c], ta.theirs[c],
			ta.ours[c])
		for _, e := range ta.examples[c] {
			t.Logf("        %s", e)
		}
		if share < agreed {
			t.Errorf("%s: agreement is %.2f %%, at least %.0f %% is wanted", c, 100*share, 100*agreed)
		}
	}
	t.Logf("all    %6.2f %%  (%d of %d places)", 100*float64(both)/float64(all), both, all)
}
