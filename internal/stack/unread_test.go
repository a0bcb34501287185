package stack

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/clierr"
)

// TestWhatIsNotHereIsSaid reads projects that name something that is not here: the host's and the service's Unread say
// what, and what would make the reading whole.
func TestWhatIsNotHereIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		files   string
		host    string // part of a reason of the host's
		service string // part of one of service a's
	}{
		"an include by a variable": {"services: {a: {image: x}}\ninclude: ['stacks/${SITE}/app.yaml']\n",
			"the variable SITE, on which this include hangs, has no value: set SITE, or name a file that does with " +
				"--env-file", ""},
		"an include by a variable, in its long form": {"services: {a: {image: x}}\ninclude: [{path: " +
			"['${A}/${B}.yaml']}]\n", "one of the variables A, B", ""},
		"a remote include": {"services: {a: {image: x}}\ninclude: " +
			"['https://u:p@git.example.com/x.git']\n", "fetch it and include the copy", ""},
		"extends by a variable": {"services: {a: {image: x, extends: {file: '${F}.yaml', " +
			"service: b}}}\n", "depends on the variable F", "depends on the variable F"},
		"extends a service by a variable": {"services: {a: {image: x, extends: {service: '${S}'}}}\n",
			"depends on the variable S", "depends on the variable S"},
		"extends what is remote": {"services: {a: {image: x, extends: {file: " +
			"'https://example.com/c.yaml', service: b}}}\n", "is remote", "extend the copy"},
		"extends a service that extends what is remote": {"services: {a: {extends: b}, b: {image: x, extends: {file: " +
			"'oci://r/c', service: b}}}\n", "is remote", "is remote"},
		"a label file by a variable": {"services: {a: {image: x, label_file: './${F}.labels'}}\n",
			"depends on the variable F", "its label file, ./${F}.labels, depends on the variable F"},
		"a label file that is lost": {"services: {a: {image: x, label_file: lost.labels}}\n", "",
			"its label file, lost.labels, could not be read"},
		"a network by a variable": {"services: {a: {image: x, network_mode: 'container:${N}'}}\n",
			"container:${N}, depends on the variable N", "its network, container:${N}, depends on"},
		"nothing of that": {"services: {a: {image: x}}\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := load(t, tree(t, "-- compose.yaml --\n"+c.files))
			var said []string
			for _, u := range h.Unread {
				if said = append(said, u.Reason); u.Path == "" || u.Location.Line == 0 ||
					strings.Contains(u.Path, "u:p") {
					t.Errorf("%+v", u)
				}
			}
			check := func(of string, said []string, want string) {
				if want == "" && len(said) > 0 || want != "" &&
					!slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
					t.Errorf("%s: said %q, want %q", of, said, want)
				}
			}
			check("host", said, c.host)
			check("service", h.Stacks[0].Services[0].Unread, c.service)
		})
	}
}

func TestNothingButIncludesByVariablesNamesThem(t *testing.T) {
	dir := tree(t, "-- compose.yaml --\ninclude: ['stacks/${SITE}/app.yaml']\nnetworks: {edge: {}}\n")
	for value, want := range map[string]string{
		"":     "nothing is left to read: the variable SITE, on which what it includes hangs, has no value",
		"here": "Its path comes from variables, stacks/${SITE}/app.yaml",
	} {
		_, err := Load(context.Background(), []string{dir},
			Options{Env: func(name string) (string, bool) { return value, name == "SITE" && value != "" }})
		if err == nil || !strings.Contains(err.Error()+clierr.Hint(err), want) {
			t.Errorf("SITE=%q: %v | %s", value, err, clierr.Hint(err))
		}
	}
}

func TestEnvFilesSayWhatTheyLack(t *testing.T) {
	h := load(t, tree(t, `
-- compose.yaml --
services:
  a:
    image: x
    env_file:
      - here.env
      - lost.env
      - {path: optional.env, required: false}
      - {path: raw.env, format: raw}
      - ${DIR}/x.env
  b:
    image: x
    env_file: [{path: raw.env, format: raw}]
-- here.env --
A=1
-- raw.env --
# a comment
GREETING="hello
 PATTERN=^a${1}b$$'
ALONE
EMPTY=
`))
	a := h.Stacks[0].Services[0]
	if want := []string{"lost.env", "optional.env", "${DIR}/x.env"}; !slices.Equal(a.EnvUnread, want) {
		t.Errorf("unread %q, want %q", a.EnvUnread, want)
	}
	if len(h.Problems) > 0 {
		t.Errorf("%v", h.Problems)
	}
	got := map[string]string{}
	for _, v := range a.Environment {
		got[v.Name] = v.Value
	}
	for name, want := range map[string]string{"A": "1", "GREETING": `"hello`, "PATTERN": "^a${1}b$$'", "EMPTY": ""} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if _, ok := got["ALONE"]; ok {
		t.Error("a name alone takes a value from nowhere")
	}
	for _, bad := range []string{"A B=c\n", "=x\n", "A=\xff\n"} {
		h := load(t, tree(t, "-- compose.yaml --\nservices: {a: {image: x, env_file: [{path: raw.env, format: "+
			"raw}]}}\n-- raw.env --\nOK=1\n"+bad))
		if len(h.Problems) != 1 || h.Problems[0].Err.Line != 2 || len(h.Stacks[0].Services[0].EnvUnread) != 1 {
			t.Errorf("%q: %+v", bad, h.Problems)
		}
	}
	h = load(t, tree(t, "-- compose.yaml --\nservices: {a: {image: x, env_file: [{path: e.env, format: json}]}}\n-- "+
		"e.env --\nA=1\n"))
	if len(h.Problems) != 1 ||
		!strings.Contains(h.Problems[0].Err.Error(), `no format of an env file is called "json"`) {
		t.Errorf("%+v", h.Problems)
	}
}

// FuzzRawEnvFile: any bytes end in variables or in an error with a line that is there.
func FuzzRawEnvFile(f *testing.F) {
	for _, s := range []string{"A=b\n", "A=\"x\n#c\n B=$A\r\n", "A\n", "A B\n", "=\n", "\xef\xbb\xbfA=b", "A=\xff"} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := write(t, dir, "raw.env", string(text))
		vars, err := readRawEnvFile(path, "raw.env", noEnv)
		for name := range vars {
			if name == "" || strings.ContainsAny(name, "= \t\n") {
				t.Errorf("a variable called %q", name)
			}
		}
		if err != nil && (err.Line < 1 || err.Line > strings.Count(string(text), "\n")+1 || err.Hint == "") {
			t.Errorf("%v, hint %q", err, err.Hint)
		}
	})
}
