package internal_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
)

const module = "github.com/drydock/drydock/"

// levels is the house's plan: a package imports only packages of lower levels, never a sibling. A subfolder belongs to
// the package above it and may be used by it, and it by the subfolder, as long as the compiler and parts agree.
var levels = map[string]int{
	"internal/finding": 0, "internal/inventory": 0, "internal/clierr": 0, "internal/bounded": 0, "internal/safefile": 0,
	"internal/state": 0, "internal/suggest": 0, "internal/debian": 0, "internal/secretname": 1,
	"internal/lazyregexp": 0, "internal/owasp": 0,
	"internal/yamlerr": 1, "internal/report": 1, "internal/dockerapi": 1, "internal/pkgver": 1,
	"internal/yamlread": 2, "internal/config": 3, "internal/hostconfig": 3, "internal/stack": 2, "internal/dockerfile": 2, "internal/image": 2,
	"internal/source": 2,
	"internal/syntax": 2, "internal/gitrepo": 2, "internal/sarif": 2, "internal/traefik": 2, "internal/advisory": 2, "internal/engine": 2,
	"internal/lint": 3, "internal/stages": 3, "internal/sbom": 3, "internal/vuln": 3, "internal/code": 3,
	"internal/access": 3, "internal/compose": 3, "internal/loaded": 3, "internal/secret": 3,
	"internal/forecast": 3,
	"internal/rank":     4, "internal/attack": 4, "internal/summary": 4, "internal/diff": 4, "internal/policy": 4, "internal/waiver": 4,
	"internal/output": 6, "internal/scan": 6,
	"internal/prove": 7, "internal/baseline": 7, "internal/rebuild": 7, "internal/fix": 7, "internal/plan": 7,
	"internal/notify": 8, "internal/mcp": 8, "internal/store": 8, "internal/client": 8,
	"internal/queue": 9, "internal/ingest": 9, "internal/sonar": 9,
	"internal/server": 10,
	"cmd/drydock":     11,
}

// writerLevel is that of every folder below internal/format: they read the model and what is derived from it.
const writerLevel = 5

// place returns the package of the plan that a path belongs to, and its level.
func place(path string) (string, int, bool) {
	rel := strings.TrimPrefix(path, module)
	if rest, ok := strings.CutPrefix(rel, "internal/format/"); ok {
		return "internal/format/" + strings.SplitN(rest, "/", 2)[0], writerLevel, true
	}
	for {
		if l, ok := levels[rel]; ok {
			return rel, l, true
		}
		i := strings.LastIndexByte(rel, '/')
		if i < 0 {
			return "", 0, false
		}
		rel = rel[:i]
	}
}

// parts is, for the folders below a package, which of their neighbours each may import: those named, and nothing else.
// "*" is all, "." the package that they lie in. A package that is not listed leaves it to the compiler.
var parts = map[string]map[string]string{
	"internal/code": {
		".":         "*",
		"ast":       "",
		"regex":     "",
		"rule":      "",
		"rules":     "rule",
		"pattern":   "ast regex",
		"facts":     "",
		"measure":   "ast",
		"check":     "ast measure",
		"search":    "ast check pattern regex rule",
		"index":     "ast facts",
		"resolve":   "facts",
		"value":     "",
		"settings":  "",
		"taint":     "ast facts index pattern search value",
		"interproc": "facts resolve search",
		"ruletest":  ". rule rules",
	},
	"internal/sbom": {
		".":           "*",
		"ecosystem":   "",
		"document":    "ecosystem",
		"rpmdb":       "",
		"extract":     "ecosystem",
		"lockfile":    "ecosystem extract",
		"binary":      "ecosystem extract",
		"distro":      "binary document ecosystem extract rpmdb",
		"scalibrtest": ".",
	},
	"internal/scan": {
		".":              "*",
		"target":         "",
		"gate":           "target",
		"accessgate":     "gate target",
		"codegate":       "gate target",
		"composegate":    "gate target",
		"dockerfilegate": "gate target",
		"imagegate":      "gate target",
	},
	"internal/rebuild": {
		".":        "*",
		"result":   "",
		"due":      "",
		"compare":  "result",
		"page":     "result",
		"build":    "",
		"journal":  "",
		"deploy":   "journal",
		"schedule": "",
	},
	"internal/sonar": {
		"provision": "",
		"scanner":   "provision",
	},
	"internal/server": {
		".":          "*",
		"core":       "",
		"pages":      "core",
		"api":        "core",
		"servertest": ". core",
	},
	"internal/store": {
		".":         "",
		"storetest": ".",
	},
	"internal/access": {
		".":          "check exposure",
		"exposure":   "",
		"edit":       "exposure",
		"check":      "edit exposure",
		"verify":     "exposure",
		"accesstest": "",
	},
}

// part returns the folder of a package's part below it, "." for the package itself.
func part(path, of string) string {
	rel := strings.Trim(strings.TrimPrefix(strings.TrimPrefix(path, module), of), "/")
	if first, _, _ := strings.Cut(rel, "/"); first != "" {
		return first
	}
	return "."
}

// mayImport says why a part of a package may not import another, "" if it may.
func mayImport(of, from, to string) string {
	table := parts[of]
	if table == nil || part(from, of) == part(to, of) {
		return ""
	}
	allowed, ok := table[part(from, of)]
	switch {
	case !ok:
		return from + " has no line in the table of the parts of " + of
	case allowed == "*" || slices.Contains(strings.Fields(allowed), part(to, of)):
		return ""
	}
	return fmt.Sprintf("%s imports %s: of its neighbours it may import %q", from, to, allowed)
}

// outside are packages that are no part of the program: test helpers.
var outside = map[string]bool{"internal": true, "internal/testenv": true}

// planned reads the levels of docs/design.md's layout: the names that a line begins with have the number that stands
// there, or the one of the line above.
func planned(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "design.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, layout, _ := strings.Cut(string(text), "\ninternal/\n")
	layout, _, _ = strings.Cut(layout, "\n```")
	out, level := map[string]int{}, 0
	for line := range strings.Lines(layout) {
		names := strings.Fields(line)
		for len(names) > 0 && strings.HasSuffix(names[0], "/") {
			out["internal/"+strings.TrimSuffix(names[0], "/")], names = -1, names[1:]
		}
		if len(names) > 0 {
			if n, err := strconv.Atoi(names[0]); err == nil {
				level = n
			}
		}
		for name, l := range out {
			if l < 0 {
				out[name] = level
			}
		}
	}
	return out
}

// The table here and the layout in docs/design.md are one plan.
func TestLayoutSaysTheSame(t *testing.T) {
	layout := planned(t)
	if len(layout) < len(levels) {
		t.Fatalf("the layout has %d folders, the table %d", len(layout), len(levels))
	}
	for name, level := range levels {
		if !strings.HasPrefix(name, "internal/") {
			continue
		}
		if l, ok := layout[name]; !ok {
			t.Errorf("docs/design.md's layout does not list %s", name)
		} else if l != level {
			t.Errorf("%s has level %d here and %d in docs/design.md", name, level, l)
		}
	}
}

func TestImportsGoDownOnly(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = testenv.Root()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if rel := strings.TrimPrefix(p.ImportPath, module); outside[rel] || strings.HasPrefix(rel, "bench") {
			continue
		}
		from, level, ok := place(p.ImportPath)
		if !ok {
			t.Errorf("%s has no place in the plan: give it a level in internal/deps_test.go", p.ImportPath)
			continue
		}
		seen++
		for _, imp := range p.Imports {
			if !strings.HasPrefix(imp, module) {
				if strings.HasPrefix(imp, "github.com/smacker/go-tree-sitter") && from != "internal/syntax" {
					t.Errorf("%s imports %s: only internal/syntax may", p.ImportPath, imp)
				}
				continue
			}
			to, toLevel, ok := place(imp)
			if ok && to != from && toLevel >= level {
				t.Errorf("%s (level %d) imports %s (level %d)", p.ImportPath, level, imp, toLevel)
			}
			if ok && to == from {
				if no := mayImport(from, p.ImportPath, imp); no != "" {
					t.Error(no)
				}
			}
		}
	}
	if seen < 5 {
		t.Fatalf("only %d packages were looked at", seen)
	}
}
