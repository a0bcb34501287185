package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/yamlread"
)

const full = `# the host
version: 1
stacks:
  - infra
  - name: shop
    path: shop
    files: [docker-compose.yml, prod.yml]
    envFiles: .env.prod
images:
  - name: registry.example.com/dash
    context: dash
    dockerfile: docker/Dockerfile
    target: prod
groups:
  office: [203.0.113.10/32, 198.51.100.7]
  vpn: "2001:db8::/64"
public: [shop-https, blog@docker]
access:
  logins: [sso@docker, gate]
  bouncers: crowdsec@file
  traefikConfig: infra/traefik.yml
  checked:
    - source: redis
      routes: {shop: public}
      by: Ada
      until: 2027-06-30
    - {source: npm, routes: none, by: Ada, until: "2027-01-31"}
gates: [image, access]
policy:
  failOn: High
  onlyFixed: true
  allowPartial: yes
  kinds: [bug]
advisories:
  from: data
  ecosystems: [PyPI, npm]
  maxAge: 2w
`

func TestParse(t *testing.T) {
	dir := t.TempDir()
	c, err := Parse(filepath.Join(dir, "drydock.yaml"), []byte(strings.Replace(full, "yes", "true", 1)))
	if err != nil {
		t.Fatal(err)
	}
	in := func(elem ...string) string { return filepath.Join(append([]string{dir}, elem...)...) }
	want := &Config{
		Path: in("drydock.yaml"),
		Stacks: []Stack{{Path: in("infra")}, {Name: "shop", Path: in("shop"),
			Files:    []string{in("shop", "docker-compose.yml"), in("shop", "prod.yml")},
			EnvFiles: []string{in("shop", ".env.prod")}}},
		Images: []Image{{Name: "registry.example.com/dash", Context: in("dash"), Dockerfile: "docker/Dockerfile",
			Target: "prod"}},
		Groups: map[string][]string{"office": {"203.0.113.10/32", "198.51.100.7"}, "vpn": {"2001:db8::/64"}},
		Public: []string{"shop-https", "blog@docker"},
		Access: Access{Logins: []string{"sso@docker", "gate"}, Bouncers: []string{"crowdsec@file"},
			TraefikConfig: in("infra", "traefik.yml"),
			Checked: []Checked{
				{Source: "redis", Routes: []CheckedRoute{{"shop", finding.ExposurePublic}}, By: "Ada",
					Until: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)},
				{Source: "npm", By: "Ada", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)},
			}},
		Gates: []finding.Gate{finding.GateImage, finding.GateAccess},
		Policy: Policy{FailOn: finding.High, OnlyFixed: true, AllowPartial: true,
			Kinds: []finding.Kind{finding.KindBug}},
		Advisories: Advisories{From: in("data"), Ecosystems: []string{"PyPI", "npm"}, MaxAge: 14 * 24 * time.Hour},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestEmptyFileSaysNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "~\n", "version: 1\npolicy:\npublic:\n"} {
		if c, err := Parse("drydock.yaml", []byte(text)); err != nil || len(c.Public) > 0 || !reflect.DeepEqual(c.Policy, Policy{}) {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for text, want := range map[string][2]string{
		"polcy: {}\n": {`drydock.yaml:1:1: drydock.yaml has no key "polcy"`,
			"Did you mean `policy`?"},
		"policy:\n  failon: high\n": {`drydock.yaml:2:3: policy has no key "failon"`, "Did you mean `failOn`?"},
		"policy: {failOn: severe}\n": {`drydock.yaml:1:18: "severe" is no severity`,
			"Use critical, high, medium, low or info."},
		"policy: {efficiency: 95}\n": {`drydock.yaml:1:22: "95" is no efficiency`,
			"Write a number from 0 to 1, such as 0.95."},
		"policy:\n  kinds: [bug, bugs]\n": {`drydock.yaml:2:16: "bugs" is no kind of finding`,
			"Use bug or maintainability; vulnerability, secret and hygiene count always."},
		"policy: {efficiency: NaN}\n": {`drydock.yaml:1:22: "NaN" is no efficiency`,
			"Write a number from 0 to 1, such as 0.95."},
		"policy: {onlyFixed: maybe}\n": {`drydock.yaml:1:21: onlyFixed must be true or false`,
			"Write true or false."},
		"gates: [imgae]\n": {`drydock.yaml:1:9: "imgae" is no gate`, "Did you mean `image`?"},
		"groups: {office: [10.0.0.300]}\n": {`drydock.yaml:1:19: "10.0.0.300" is no address and no range`,
			"Write 203.0.113.7, 203.0.113.0/24 or an IPv6 address."},
		"version: 2\n": {`drydock.yaml:1:10: this drydock does not know version "2" of the file`,
			"Write `version: 1`."},
		"stacks:\n- name: x\n": {`drydock.yaml:2:3: a stack without a path`, "Give its folder: `path: infra`."},
		"images: [{context: .}]\n": {`drydock.yaml:1:10: an image without a name`,
			"Give the name that `image:` has in the compose file."},
		"advisories: {maxAge: -3h}\n": {`drydock.yaml:1:22: "-3h" is no time`, "Write 14d, 2w or 36h."},
		"public: {a: b}\n": {`drydock.yaml:1:9: public must be a list`,
			"Write each item on a line of its own, after a dash."},
		"access: {login: [sso]}\n": {`drydock.yaml:1:10: access has no key "login"`, "Did you mean `logins`?"},
		"access: {bouncers: [a], logins: [b, a]}\n": {"drydock.yaml:1:9: \"a\" is in `logins` and in `bouncers`",
			"A login asks for a name; a bouncer lets in whoever it does not know. Keep one of the two."},
		"access: {checked: [{source: redis, routes: none, by: a}]}\n": {
			"drydock.yaml:1:20: no day up to which what is said of redis counts",
			"Write `until: 2027-06-30`: what is looked at by hand is looked at again."},
		"access: {checked: [{source: redis, routes: none, until: 2027-06-30}]}\n": {
			"drydock.yaml:1:20: nobody answers for what is said of redis", "Write `by: NAME`."},
		"access: {checked: [{source: redis, by: a, until: 2027-06-30}]}\n": {
			"drydock.yaml:1:20: nothing says where redis leads", "Write `routes: {app: public}`, or `routes: none`."},
		"access: {checked: [{source: redis, routes: none, by: a, until: soon}]}\n": {
			`drydock.yaml:1:64: "soon" is no day`, "Write 2027-06-30."},
		"access: {checked: [{source: redis, routes: {app: open}, by: a, until: 2027-06-30}]}\n": {
			`drydock.yaml:1:50: "open" does not say who may enter`, "Use public, authenticated, allowlisted."},
		"public: [a]\npublic: [b]\n": {`drydock.yaml:2:1: "public" is already set on line 1`,
			"Keep one of the two."},
		"a: b: c\n":                     {`drydock.yaml:1:4: not valid YAML: mapping value is not allowed in this context`, "Fix the YAML; quotes and indentation are the usual causes."},
		"version: 1\n---\nversion: 1\n": {`drydock.yaml:2:1: a second document`, "Keep one of the two."},
		"- a\n": {`drydock.yaml:1:1: drydock.yaml must be a mapping`,
			"Write one `key: value` on each line."},
		"version: 1\npublic: [a]\n#\x01\n": {`drydock.yaml:3: not valid YAML: control characters are not allowed`,
			"Fix the YAML; quotes and indentation are the usual causes."},
		"groups: {\"1.2.3.4\": [1.2.3.4]}\n": {`drydock.yaml:1:10: "1.2.3.4" cannot be the name of a group`,
			"Use letters, digits, - and _."},
		"stacks: &a\n  - path: x\n    files: *a\n": {`drydock.yaml:2:5: files must be a text`, "Write a text."},
	} {
		_, err := Parse("drydock.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q: no error", text)
			continue
		}
		if err.Error() != want[0] || clierr.Hint(err) != want[1] || clierr.Code(err) != clierr.ExitInput {
			t.Errorf("%q\n got %v | %s\nwant %s | %s", text, err, clierr.Hint(err), want[0], want[1])
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := Parse("drydock.yaml", []byte("a: 1\nb: 2\n"+strings.Repeat("- x\n", 0)+"gates: [q, image]\n"))
	if n := strings.Count(err.Error(), "drydock.yaml:"); n != 3 {
		t.Errorf("%d errors: %v", n, err)
	}
	var many strings.Builder
	for range 500 {
		many.WriteString("- 1.2.3.4.5\n")
	}
	_, err = Parse("drydock.yaml", []byte("groups:\n  a:\n  "+strings.ReplaceAll(many.String(), "\n-", "\n  -")))
	if n := strings.Count(err.Error(), "\n") + 1; n != yamlread.MaxErrors {
		t.Errorf("%d errors, want %d", n, yamlread.MaxErrors)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "a", "b")
	for _, d := range []string{sub, filepath.Join(dir, ".git")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got := Find(sub); got != "" {
		t.Errorf("found %q where there is none", got)
	}
	root := filepath.Join(dir, "drydock.yml")
	near := filepath.Join(sub, "drydock.yaml")
	for _, p := range []string{root, near} {
		if err := os.WriteFile(p, []byte("version: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := Find(sub); got != p {
			t.Errorf("found %q, want %q", got, p)
		}
	}
	if err := os.Remove(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(near); err != nil {
		t.Fatal(err)
	}
	if got := Find(sub); got != "" {
		t.Errorf("outside of a repository: found %q in a parent", got)
	}
}

func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "drydock.yaml"))
	var e *clierr.Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}

// Any bytes end in a configuration or in errors with a place.
func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("stacks: &a [*a]\n"))
	f.Add([]byte("groups: {a: {b: c}}\npolicy: []\ngates: image\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("drydock.yaml", text)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v, %v", c, err)
		}
		if err != nil && clierr.Code(err) != clierr.ExitInput {
			t.Errorf("code %d for %v", clierr.Code(err), err)
		}
	})
}
