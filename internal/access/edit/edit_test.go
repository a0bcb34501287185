package edit

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/stack"
)

const listApp = accesstest.ProjectHead + `  app: # the app
    image: nginx
    labels:
      - traefik.enable=true
      # the door
      - "traefik.http.routers.web.rule=Host(` + "`a.example.com`" + `)"
      - 'traefik.http.routers.web.entrypoints=websecure'   # tls
      - traefik.http.routers.web.tls=true

    restart: always
`

func TestEdits(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		change  Change
		removed []string // lines that go
		added   []string // lines that come
	}{
		"two labels": {listApp, Change{Service: "app", Ranges: []string{"1.2.3.4/32", "5.6.7.8"}, Name: "office"}, nil,
			[]string{
				"      - traefik.http.middlewares.office.ipallowlist.sourcerange=1.2.3.4/32, 5.6.7.8",
				"      - traefik.http.routers.web.middlewares=office",
			}},
		"the older name": {strings.Replace(listApp, "traefik:v3.1", "traefik:v2.10", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}}, nil, []string{
				"      - traefik.http.middlewares.app-allowlist.ipwhitelist.sourcerange=1.2.3.4",
				"      - traefik.http.routers.web.middlewares=app-allowlist",
			}},
		"quotes of the neighbour": {strings.Replace(listApp, "- traefik.http.routers.web.tls=true",
			`- "traefik.http.routers.web.tls=true"`, 1),
			Change{Service: "app", Ranges: []string{"2001:db8::/48"}, Name: "office"}, nil, []string{
				`      - "traefik.http.middlewares.office.ipallowlist.sourcerange=2001:db8::/48"`,
				`      - "traefik.http.routers.web.middlewares=office"`,
			}},
		"merged": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=head # keep\n      - "+
				"traefik.http.middlewares.head.headers.framedeny=true", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "office"},
			[]string{"      - traefik.http.routers.web.middlewares=head # keep"}, []string{
				"      - traefik.http.routers.web.middlewares=office,head # keep",
				"      - traefik.http.middlewares.office.ipallowlist.sourcerange=1.2.3.4",
			}},
		"map form": {accesstest.ProjectHead + `  app:
    image: nginx
    labels:
      traefik.enable: true
      traefik.http.routers.web.rule: "Host(` + "`a.example.com`" + `)"   # the door
      traefik.http.routers.web.tls: "true"
`, Change{Service: "app", Ranges: []string{"2001:db8::1"}, Name: "office"}, nil, []string{
			`      traefik.http.middlewares.office.ipallowlist.sourcerange: "2001:db8::1"`,
			`      traefik.http.routers.web.middlewares: office`,
		}},
		"extended": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - 'traefik.http.routers.web.middlewares=office'\n      - "+
				"'traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9' # us", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4", "9.9.9.9/32"}},
			[]string{"      - 'traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9' # us"},
			[]string{"      - 'traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9, 1.2.3.4' # us"}},
		"carriage returns": {strings.ReplaceAll(listApp, "\n", "\r\n"),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"}, nil, []string{
				"      - traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4\r",
				"      - traefik.http.routers.web.middlewares=o\r"}},
		"last line without an end": {strings.TrimSuffix(strings.Split(listApp, "\n\n")[0], "\n"),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"}, nil, []string{
				"      - traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4",
				"      - traefik.http.routers.web.middlewares=o"}},
		"taken out": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=office\n      - "+
				"traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9, 1.2.3.4,5.6.7.8", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4/32"}, Remove: true},
			[]string{"      - traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9, 1.2.3.4,5.6.7.8"},
			[]string{"      - traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9,5.6.7.8"}},
		"both routers": {strings.Replace(listApp, "    restart",
			"      - traefik.http.routers.plain.rule=Host(`a.example.com`)\n      - "+
				"traefik.http.routers.plain.entrypoints=web\n    restart", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"}, nil, []string{
				"      - traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4",
				"      - traefik.http.routers.web.middlewares=o", "      - traefik.http.routers.plain.middlewares=o"}},
		"flow list": {accesstest.ProjectHead + "  app:\n    image: nginx\n    labels: ['traefik.enable=true', " +
			"'traefik.http.routers.web.rule=Host(`a`)']\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4", "5.6.7.8"}, Name: "o"},
			[]string{"    labels: ['traefik.enable=true', 'traefik.http.routers.web.rule=Host(`a`)']"},
			[]string{"    labels: ['traefik.enable=true', 'traefik.http.routers.web.rule=Host(`a`)', " +
				"'traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4, 5.6.7.8', " +
				"'traefik.http.routers.web.middlewares=o']"}},
		"flow list without quotes": {accesstest.ProjectHead +
			"  app:\n    image: nginx\n    labels: [traefik.enable=true, traefik.http.routers.web.rule=Host(`a`), " +
			"traefik.http.routers.web.middlewares=o, traefik.http.middlewares.o.ipallowlist.sourcerange=9.9.9.9]\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"},
			[]string{"    labels: [traefik.enable=true, traefik.http.routers.web.rule=Host(`a`), " +
				"traefik.http.routers.web.middlewares=o, traefik.http.middlewares.o.ipallowlist.sourcerange=9.9.9.9]"},
			[]string{"    labels: [traefik.enable=true, traefik.http.routers.web.rule=Host(`a`), " +
				"traefik.http.routers.web.middlewares=o, " +
				"\"traefik.http.middlewares.o.ipallowlist.sourcerange=9.9.9.9, 1.2.3.4\"]"}},
		"flow map": {accesstest.ProjectHead + "  app:\n    image: nginx\n    labels: {traefik.enable: true, " +
			"traefik.http.routers.web.rule: Host(`a`)} # one line\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4", "2001:db8::1"}, Name: "o"},
			[]string{"    labels: {traefik.enable: true, traefik.http.routers.web.rule: Host(`a`)} # one line"},
			[]string{"    labels: {traefik.enable: true, traefik.http.routers.web.rule: Host(`a`), " +
				"traefik.http.middlewares.o.ipallowlist.sourcerange: \"1.2.3.4, 2001:db8::1\", " +
				"traefik.http.routers.web.middlewares: \"o\"} # one line"}},
		"flow map over lines": {accesstest.ProjectHead +
			"  app:\n    image: nginx\n    labels: {\n      traefik.enable: 'true',\n      " +
			"traefik.http.routers.web.rule: Host(`a`)\n    }\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"},
			[]string{"      traefik.http.routers.web.rule: Host(`a`)"},
			[]string{"      traefik.http.routers.web.rule: Host(`a`), " +
				"traefik.http.middlewares.o.ipallowlist.sourcerange: \"1.2.3.4\", " +
				"traefik.http.routers.web.middlewares: \"o\""}},
		"all taken out of a flow list": {accesstest.ProjectHead +
			"  app:\n    image: nginx\n    labels: [traefik.enable=true, traefik.http.routers.web.middlewares=o, " +
			"traefik.http.middlewares.o.ipallowlist.sourcerange=9.9.9.9, traefik.http.routers.web.rule=Host(`a`)]\n",
			Change{Service: "app", All: true, Remove: true},
			[]string{"    labels: [traefik.enable=true, traefik.http.routers.web.middlewares=o, " +
				"traefik.http.middlewares.o.ipallowlist.sourcerange=9.9.9.9, traefik.http.routers.web.rule=Host(`a`)]"},
			[]string{"    labels: [traefik.enable=true, traefik.http.routers.web.rule=Host(`a`)]"}},
		"before a variable": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=${X:-head}\n      - "+
				"traefik.http.middlewares.head.headers.framedeny=true", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"},
			[]string{"      - traefik.http.routers.web.middlewares=${X:-head}"},
			[]string{"      - traefik.http.routers.web.middlewares=o,${X:-head}",
				"      - traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4"}},
		"before a variable without a value": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - \"traefik.http.routers.web.middlewares=${X}\"", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"},
			[]string{"      - \"traefik.http.routers.web.middlewares=${X}\""},
			[]string{"      - \"traefik.http.routers.web.middlewares=o${X:+,${X}}\"",
				"      - \"traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4\""}},
		"before a variable with an empty default": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - \"traefik.http.routers.web.middlewares=${X:-}\"", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "o"},
			[]string{"      - \"traefik.http.routers.web.middlewares=${X:-}\""},
			[]string{"      - \"traefik.http.routers.web.middlewares=o${X:+,${X}}\"",
				"      - \"traefik.http.middlewares.o.ipallowlist.sourcerange=1.2.3.4\""}},
		"all taken out": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=office\n      - "+
				"traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9", 1),
			Change{Service: "app", All: true, Remove: true},
			[]string{"      - traefik.http.routers.web.middlewares=office",
				"      - traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := accesstest.Project(t, c.text)
			e, err := Plan(h, exposure.Options{}, c.change)
			if err != nil {
				t.Fatalf("%v (%s)", err, clierr.Hint(err))
			}
			f := onlyFile(t, e)
			before, after := lineSet(string(f.Before)), lineSet(string(f.After))
			removed, added := minus(before, after), minus(after, before)
			if !sameSet(removed, c.removed) || !sameSet(added, c.added) {
				t.Errorf("removed %q\nwant    %q\nadded %q\nwant  %q", removed, c.removed, added, c.added)
			}
			if c.change.Remove {
				return
			}
			again, _ := accesstest.Project(t, string(f.After))
			if x := exposure.Build(again, exposure.Options{}).Service("p", "app"); x == nil ||
				x.Exposure != "allowlisted" {
				t.Errorf("afterwards %+v", x)
			}
			if e, err := Plan(again, exposure.Options{}, c.change); err != nil || len(e.Files) > 0 {
				t.Errorf("a second time changes something: %v", err)
			}
		})
	}
}

// onlyFile is the file that an edit of one file changes.
// TestRefusalsSayWhatIsInTheWay has services with a router that serves nobody, or with a list that is not theirs.
func TestRefusalsSayWhatIsInTheWay(t *testing.T) {
	const more = "    restart: always"
	router := func(labels string) string { return strings.Replace(listApp, more, labels+more, 1) }
	for name, c := range map[string]struct{ text, why, hint string }{
		"a middleware that is none": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=x@file", 1),
			`router web@docker of service app is not served: middleware "x@file" does not exist`,
			"Correct that first: nobody gets through it now."},
		"another router before it": {listApp + "  all:\n    image: nginx\n    labels: [traefik.enable=true, " +
			"traefik.http.routers.all.rule=PathPrefix(`/`), traefik.http.routers.all.priority=1000, " +
			"traefik.http.routers.all.entrypoints=websecure, traefik.http.routers.all.tls=true]\n",
			"router web@docker of service app serves nobody: router all@docker takes every request first",
			"Put the list before that one"},
		"a list of another service": {router("      - traefik.http.routers.two.rule=Host(`two`)\n      - "+
			"traefik.http.routers.two.middlewares=lan\n") + "  other:\n    image: nginx\n    labels: " +
			"[traefik.enable=true, " +
			"traefik.http.middlewares.lan.ipallowlist.sourcerange=10.0.0.0/8]\n",
			"router two@docker already goes through the allowlist lan@docker",
			"For router web@docker alone say --router web"},
	} {
		h, _ := accesstest.Project(t, c.text)
		_, err := Plan(h, exposure.Options{}, Change{Service: "app", Ranges: []string{"1.2.3.4"}})
		if err == nil || !strings.Contains(err.Error(), c.why) || !strings.Contains(clierr.Hint(err), c.hint) {
			t.Errorf("%s: %v (%s)", name, err, clierr.Hint(err))
		}
	}
}

func onlyFile(t testing.TB, e *Edit) FileEdit {
	t.Helper()
	if len(e.Files) != 1 {
		t.Fatalf("%d files change", len(e.Files))
	}
	return e.Files[0]
}

func lineSet(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// minus is what of a is not in b, each line as often as it is too many.
func minus(a, b []string) []string {
	n := map[string]int{}
	for _, s := range b {
		n[s]++
	}
	var out []string
	for _, s := range a {
		if n[s]--; n[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

func sameSet(a, b []string) bool { return len(minus(a, b)) == 0 && len(minus(b, a)) == 0 }

func TestEditsAreRefused(t *testing.T) {
	shared := "x-labels: &common\n  - traefik.enable=true\n  - traefik.http.routers.web.rule=Host(`a`)\n  - " +
		"traefik.http.routers.web.tls=true\n" +
		strings.TrimPrefix(accesstest.ProjectHead, "# a host\n") + "  app:\n    image: nginx\n    labels: *common\n"
	for name, c := range map[string]struct {
		text   string
		change Change
		says   string
	}{
		"everybody": {listApp, Change{Service: "app", Ranges: []string{"0.0.0.0/0"}}, "let all of IPv4 in"},
		"two halves": {listApp, Change{Service: "app", Ranges: []string{"0.0.0.0/1", "128.0.0.0/1"}},
			"let all of IPv4 in"},
		"no address": {listApp, Change{Service: "app", Ranges: []string{"office.example.com"}},
			"neither an address"},
		"nobody's address": {listApp, Change{Service: "app", Ranges: []string{"0.0.0.0"}}, "no client has"},
		"no such service":  {listApp, Change{Service: "web", Ranges: []string{"1.2.3.4"}}, "no service is called"},
		"a bad name": {listApp, Change{Service: "app", Ranges: []string{"1.2.3.4"}, Name: "a.b"},
			"no name for a middleware"},
		"no router": {accesstest.ProjectHead +
			"  app:\n    image: nginx\n    labels: [traefik.enable=true]\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4"}}, "declares no router"},
		"from a variable": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=o\n      - "+
				"traefik.http.middlewares.o.ipallowlist.sourcerange=${X:-9.9.9.9}", 1),
			Change{Service: "app", Ranges: []string{"1.2.3.4"}}, "comes from a variable"},
		"shared": {shared, Change{Service: "app", Ranges: []string{"1.2.3.4"}}, "anchor"},
		"a list that is left": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=office\n      - "+
				"traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9", 1),
			Change{Service: "app", Ranges: []string{"9.9.9.9"}, Remove: true}, "would be empty"},
		"a list of another's": {strings.Replace(listApp, "web.tls=true",
			"web.tls=true\n      - traefik.http.routers.web.middlewares=office", 1) +
			"  other:\n    image: nginx\n    labels: [traefik.enable=true, " +
			"traefik.http.middlewares.office.ipallowlist.sourcerange=9.9.9.9]\n",
			Change{Service: "app", Ranges: []string{"1.2.3.4"}}, "only who is in both"},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := accesstest.Project(t, c.text)
			e, err := Plan(h, exposure.Options{}, c.change)
			var fe *clierr.Error
			if err == nil || !errors.As(err, &fe) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, %+v; want an error that says %q", err, e, c.says)
			}
		})
	}
}

// FuzzEdit adds an allowlist to whatever is a compose file: an edit that is made leaves all other lines as they are and
// guards the service; all else is an error.
func FuzzEdit(f *testing.F) {
	f.Add(listApp, "1.2.3.4")
	f.Add(strings.ReplaceAll(listApp, "\n", "\r\n"), "2001:db8::/32")
	f.Add(accesstest.ProjectHead+"  app:\n    labels:\n      traefik.http.routers.web.rule: Host(`é`)\n      "+
		"\"traefik.http.routers.web.tls\": 'true'\n      traefik.enable: \"true\"\n", "10.0.0.0/8")
	f.Add(accesstest.ProjectHead+"  app:\n    labels:\n    - traefik.enable=true\n    - "+
		"traefik.http.routers.a.rule=Host(`x`)\n    - traefik.http.routers.a.middlewares=a, b\n    - "+
		"traefik.http.middlewares.a.ipallowlist.sourcerange=1.1.1.1\n    - "+
		"traefik.http.middlewares.b.headers.framedeny=true", "1.1.1.2")
	f.Fuzz(func(t *testing.T, text, address string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := stack.Load(context.Background(), []string{dir},
			stack.Options{Name: "p", Env: func(string) (string, bool) { return "", false }})
		if err != nil {
			return
		}
		e, err := Plan(h, exposure.Options{}, Change{Service: "app", Ranges: []string{address}, Name: "drydock"})
		if err != nil || len(e.Files) == 0 {
			return
		}
		f := onlyFile(t, e)
		if gone := minus(lineSet(string(f.Before)), lineSet(string(f.After))); len(gone) > 2 {
			t.Errorf("lines are gone: %q", gone)
		}
		if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), f.After, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := stack.Load(context.Background(), []string{dir},
			stack.Options{Name: "p", Env: func(string) (string, bool) { return "", false }})
		if err != nil {
			t.Fatalf("the edited file does not load: %v\n%s", err, f.After)
		}
		x := exposure.Build(again, exposure.Options{}).Service("p", "app")
		if x == nil || !strings.Contains(string(f.After), "middlewares.drydock.ip") {
			t.Errorf("no allowlist in\n%s", f.After)
		}
	})
}

// TestAnEditAsksWhichFilesAreDeployed edits a service that a file beside the project changes as well.
func TestAnEditAsksWhichFilesAreDeployed(t *testing.T) {
	files := map[string]string{
		"compose.yaml": listApp + "  quiet:\n    image: nginx\n    labels:\n      - traefik.enable=true\n     " +
			" - traefik.http.routers.q.rule=Host(`q`)\n",
		"compose.deploy.yaml": "services: {app: {labels: [traefik.http.routers.more.rule=Host(`b.example.com`), " +
			"traefik.http.routers.more.entrypoints=web]}}\n",
	}
	for name, c := range map[string]struct {
		change Change
		beside map[string]string
		says   string
	}{
		"a router more": {Change{Service: "app", Ranges: []string{"1.2.3.4"}}, nil,
			"compose.deploy.yaml is left out and would add router more@docker on web to app"},
		"to take out": {Change{Service: "app", All: true, Remove: true}, nil, "compose.deploy.yaml is left out"},
		"a label that would take the list off": {Change{Service: "quiet", Ranges: []string{"1.2.3.4"}},
			map[string]string{"compose.prod.yaml": "services: {quiet: {labels: [traefik.http.routers.q.priority=7]}}\n"}, "changes the labels or ports of quiet"},
		"another service's": {Change{Service: "quiet", Ranges: []string{"1.2.3.4"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := maps.Clone(files)
			maps.Copy(all, c.beside)
			_, err := Plan(accesstest.Host(t, all, "."), exposure.Options{}, c.change)
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) ||
				!strings.Contains(clierr.Hint(err), "`-f compose.yaml`")):
				t.Errorf("%v (%s), want %s", err, clierr.Hint(err), c.says)
			}
		})
	}
	h := accesstest.Host(t, files, "compose.yaml")
	if _, err := Plan(h, exposure.Options{}, Change{Service: "app", Ranges: []string{"1.2.3.4"}}); err != nil {
		t.Errorf("the file was named: %v", err)
	}
}

// TestAListThatExistsIsUsed names an allowlist of another service or of a file: with the same addresses it is used,
// with others the change is refused.
func TestAListThatExistsIsUsed(t *testing.T) {
	files := map[string]string{
		"compose.yaml": strings.Replace(accesstest.ProjectHead, "command: [",
			"volumes: [./d.yml:/d.yml]\n    labels: [traefik.enable=true, "+
				"traefik.http.middlewares.office.ipallowlist.sourcerange=1.2.3.4]\n    command: "+
				"[--providers.file.filename=/d.yml, ", 1) +
			strings.TrimPrefix(listApp, accesstest.ProjectHead),
		"d.yml": "http:\n  middlewares:\n    filed: {ipAllowList: {sourceRange: [1.2.3.4, 5.6.7.8]}}\n",
	}
	for name, c := range map[string]struct {
		name   string
		ranges []string
		added  string
		says   string
	}{
		"of another service": {"office", []string{"1.2.3.4/32"},
			"      - traefik.http.routers.web.middlewares=office", ""},
		"of a file": {"filed", []string{"5.6.7.8", "1.2.3.4"},
			"      - traefik.http.routers.web.middlewares=filed@file", ""},
		"of a file, said so": {"filed@file", []string{"5.6.7.8", "1.2.3.4"},
			"      - traefik.http.routers.web.middlewares=filed@file", ""},
		"with other addresses": {"office", []string{"9.9.9.9"}, "", "already defined"},
		"nowhere":              {"none@file", []string{"9.9.9.9"}, "", "no allowlist none@file"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Plan(accesstest.Host(t, files, "."), exposure.Options{},
				Change{Service: "app", Name: c.name, Ranges: c.ranges})
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || clierr.Hint(err) == "" {
					t.Errorf("%v, want %s", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			f := onlyFile(t, e)
			if added := minus(lineSet(string(f.After)), lineSet(string(f.Before))); len(added) != 1 ||
				added[0] != c.added {
				t.Errorf("added %q", added)
			}
		})
	}
}

// TestAnEditOfSeveralFiles has labels of one service in an included file, and in two that are laid over one another.
func TestAnEditOfSeveralFiles(t *testing.T) {
	labels := func(router string) string {
		return "    labels:\n      - traefik.enable=true\n      - traefik.http.routers." + router + ".rule=Host(`" +
			router + "`)\n      - traefik.http.routers." + router + ".entrypoints=web\n"
	}
	files := map[string]string{
		"p/compose.yaml": "include: [../inc/app.yaml]\n" + strings.TrimPrefix(accesstest.ProjectHead,
			"# a host\n") + "  both:\n    image: x\n" + labels("one"),
		"p/compose.deploy.yaml": "services:\n  both:\n" + strings.ReplaceAll(labels("two"),
			"      - traefik.enable=true\n", ""),
		"inc/app.yaml": "services:\n  app:\n    image: x\n" + labels("app"),
	}
	for name, c := range map[string]struct {
		files, args []string
		service     string
		want        []string // files that change
	}{
		"an included file": {nil, []string{"p/compose.yaml"}, "app", []string{"inc/app.yaml"}},
		"two files laid over": {[]string{"p/compose.yaml", "p/compose.deploy.yaml"}, nil, "both",
			[]string{"p/compose.deploy.yaml", "p/compose.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for f, text := range files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, f), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			in := func(names []string) (out []string) {
				for _, n := range names {
					out = append(out, filepath.Join(dir, n))
				}
				return out
			}
			opts := stack.Options{Files: in(c.files), Root: dir, Env: func(string) (string, bool) { return "", false }}
			h, err := stack.Load(context.Background(), in(c.args), opts)
			if err != nil {
				t.Fatal(err)
			}
			e, err := Plan(h, exposure.Options{}, Change{Service: c.service, Ranges: []string{"1.2.3.4"}, Name: "o"})
			if err != nil {
				t.Fatal(err, clierr.Hint(err))
			}
			var got []string
			for _, f := range e.Files {
				rel, _ := filepath.Rel(dir, f.Path)
				got = append(got, filepath.ToSlash(rel))
				if err := os.WriteFile(f.Path, f.After, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("changed %q, want %q", got, c.want)
			}
			opts.Files = in(c.files)
			again, err := stack.Load(context.Background(), in(c.args), opts)
			if err != nil {
				t.Fatal(err)
			}
			if s := exposure.Build(again, exposure.Options{}).Service("p", c.service); s == nil ||
				s.Exposure != "allowlisted" {
				t.Errorf("afterwards %+v", s)
			}
		})
	}
}
