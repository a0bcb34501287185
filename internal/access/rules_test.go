package access

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// proxyOfRules is the Traefik before which a rule's examples stand, unless they bring one of their own. FLAGS stands
// for more flags.
const proxyOfRules = `services:
  proxy:
    image: traefik:v3.5
    command:
      - --providers.docker.exposedbydefault=false
      - --entrypoints.web.address=:80
      - --entrypoints.websecure.address=:443
      - --entrypoints.websecure.http.tls=true
FLAGS    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`

// example is one compose file of a rule, with what is wanted of it.
type example struct {
	rule, name string
	flags      []string
	opts       Options
	want       []string // "SERVICE ROUTER|- SEVERITY"; none: the rule must stay silent
	exposure   [][2]string
	whole      bool // the file brings its own Traefik
	body       string
}

// TestRules holds each rule against small compose files, one archive a rule below testdata/rules. A file begins with
// what is wanted of it, one remark a line; without `fires` the rule must stay silent, and what is only info counts as
// a near-miss:
//
//	# fires SERVICE ROUTER|- SEVERITY
//	# exposure SERVICE WORD
//	# flag --entrypoints.web...        a further flag of the Traefik that stands before every file
//	# public NAME, # login NAME, # bouncer NAME      as in drydock.yaml
func TestRules(t *testing.T) {
	files, _ := filepath.Glob("testdata/rules/*.txtar")
	if len(files) == 0 {
		t.Fatal("no rules")
	}
	for _, f := range files {
		rule := strings.TrimSuffix(filepath.Base(f), ".txtar")
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		fire, silent := 0, 0
		for _, x := range a.Files {
			e := readExample(t, rule, x)
			if slices.ContainsFunc(e.want, func(w string) bool { return !strings.HasSuffix(w, " info") }) {
				fire++
			} else {
				silent++
			}
			t.Run(rule+"/"+e.name, func(t *testing.T) { e.judge(t) })
		}
		if fire < 3 || silent < 3 {
			t.Errorf("%s: %d examples fire and %d do not; three of each are wanted", rule, fire, silent)
		}
	}
}

func readExample(t *testing.T, rule string, f txtar.File) *example {
	t.Helper()
	e := &example{rule: rule, name: f.Name}
	for line := range strings.SplitSeq(string(f.Data), "\n") {
		if !strings.HasPrefix(line, "# ") {
			e.body += line + "\n"
			continue
		}
		word, rest, _ := strings.Cut(line[2:], " ")
		switch word {
		case "fires":
			e.want = append(e.want, rest)
		case "exposure":
			who, is, _ := strings.Cut(rest, " ")
			e.exposure = append(e.exposure, [2]string{who, is})
		case "flag":
			e.flags = append(e.flags, rest)
		case "public":
			e.opts.Public = append(e.opts.Public, rest)
		default:
			t.Fatalf("%s/%s: not understood: %s", rule, f.Name, line)
		}
	}
	e.whole = strings.Contains(e.body, "services:\n")
	return e
}

// compose is the whole compose file of an example.
func (e *example) compose() string {
	if e.whole {
		return e.body
	}
	var flags strings.Builder
	for _, f := range e.flags {
		fmt.Fprintf(&flags, "      - %q\n", f)
	}
	return strings.Replace(proxyOfRules, "FLAGS", flags.String(), 1) + e.body
}

func (e *example) host(t *testing.T) *stack.Host {
	return host(t, map[string]string{"a/compose.yaml": e.compose()}, "a")
}

func (e *example) judge(t *testing.T) {
	res := Check(e.host(t), e.opts)
	var got []string
	for _, f := range res.Findings {
		if f.Rule == e.rule {
			got = append(got, fmt.Sprintf("%s %s %s", f.Service, orDash(f.Router), f.Severity))
		}
	}
	slices.Sort(got)
	slices.Sort(e.want)
	if !slices.Equal(got, e.want) {
		t.Errorf("%s\n got  %s\n want %s", e.rule, strings.Join(got, "\n      "), strings.Join(e.want, "\n      "))
	}
	for _, x := range e.exposure {
		checkExposure(t, res, x[0], finding.Exposure(x[1]))
	}
}
