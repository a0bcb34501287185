package scanner

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

func noEnv(string) string { return "" }

func read(t *testing.T, text string) Properties {
	t.Helper()
	p, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Only what is known is kept: Maven sends the environment, the CLI its own command line.
func TestSecretsAreDropped(t *testing.T) {
	p := read(
		t,
		`{"scannerProperties":[{"key":"sonar.host.url","value":"http://h"},{"key":"env.AWS_SECRET","value":"canary"},
		{"key":"sun.java.command","value":"canary"},{"key":"sonar.verbose","value":true},{"key":"sonar.qualitygate.timeout","value":12}]}`,
	)
	for k, v := range p {
		if strings.Contains(v, "canary") {
			t.Errorf("%s is kept", k)
		}
	}
	if p["sonar.verbose"] != "true" || p["sonar.qualitygate.timeout"] != "12" {
		t.Errorf("%v", p)
	}
}

func TestJob(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "app", "src"), 0o755); err != nil {
		t.Fatal(err)
	}
	base := `{"key":"sonar.host.url","value":"http://h:9001/ctx/"},{"key":"sonar.projectBaseDir","value":"app"}`
	for name, c := range map[string]struct {
		more, env string
		check     func(*Job) bool
		err       string
	}{
		"relative paths": {`{"key":"sonar.token","value":"T"},{"key":"sonar.working.directory","value":".scannerwork"}`, "", func(j *Job) bool {
			return j.Base == filepath.Join(dir, "app") && j.Work == filepath.Join(dir, "app", ".scannerwork") &&
				j.Project == "app" && j.Server.String() == "http://h:9001/ctx" && j.Token == "T" && j.Timeout == 5*time.Minute
		}, ""},
		"old login":       {`{"key":"sonar.login","value":"T"}`, "", func(j *Job) bool { return j.Token == "T" }, ""},
		"environment":     {`{"key":"sonar.projectKey","value":"k"}`, "SONAR_LOGIN", func(j *Job) bool { return j.Token == "env" && j.Project == "k" }, ""},
		"new environment": {``, "SONAR_TOKEN", func(j *Job) bool { return j.Token == "env" }, ""},
		"the flag wins":   {`{"key":"sonar.token","value":"T"}`, "SONAR_TOKEN", func(j *Job) bool { return j.Token == "T" }, ""},
		"no token":        {``, "", nil, "no token"},
		"a password":      {`{"key":"sonar.login","value":"U"},{"key":"sonar.password","value":"canary"}`, "", nil, "takes tokens"},
		"sources":         {`{"key":"sonar.token","value":"T"},{"key":"sonar.sources","value":"src, ` + filepath.Join(dir, "app", "lib") + `"}`, "", func(j *Job) bool { return strings.Join(j.Sources, " ") == "src lib" }, ""},
		"all sources":     {`{"key":"sonar.token","value":"T"},{"key":"sonar.sources","value":"src,."}`, "", func(j *Job) bool { return j.Sources == nil }, ""},
		"outside":         {`{"key":"sonar.token","value":"T"},{"key":"sonar.sources","value":"../other"}`, "", nil, "outside"},
		"a bad timeout":   {`{"key":"sonar.token","value":"T"},{"key":"sonar.qualitygate.timeout","value":"soon"}`, "", nil, "seconds"},
		"waiting":         {`{"key":"sonar.token","value":"T"},{"key":"sonar.qualitygate.wait","value":true}`, "", func(j *Job) bool { return j.Wait }, ""},
	} {
		text := `{"scannerProperties":[` + base
		if c.more != "" {
			text += "," + c.more
		}
		j, err := read(t, text+"]}").Job(Settings{Dir: dir, Getenv: func(n string) string {
			if n == c.env && n != "" {
				return "env"
			}
			return ""
		}})
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case !c.check(j):
			t.Errorf("%s: %+v", name, j)
		}
	}
}

func TestNotFromAScanner(t *testing.T) {
	for _, text := range []string{"", "{", "[]", `{"scannerProperties":{}}`, "null x"} {
		if p, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q is taken: %v", text, p)
		}
	}
}

// Lines are what every scanner can show: one JSON object of ASCII each, short, without the token.
func TestLog(t *testing.T) {
	var out bytes.Buffer
	l := NewLog(&out, false, "s3cret")
	l.Info("two\nlines é ✓ 😀")
	l.Error("token s3cret is refused")
	l.Warn("%s", strings.Repeat("ü", 5000))
	l.Debug("not shown")
	var got []string
	for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		if len(line) > 4096 || !utf8.ValidString(line) {
			t.Errorf("a line of %d bytes", len(line))
		}
		for _, c := range line {
			if c < ' ' || c > '~' {
				t.Fatalf("%q in %q", c, line)
			}
		}
		var m struct{ Level, Message string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Level+" "+m.Message)
	}
	if got[0] != "INFO two" || got[1] != "INFO lines é ✓ 😀" || got[2] != "ERROR token *** is refused" ||
		len(got) < 6 {
		t.Errorf("%.200q", got)
	}
	if strings.Contains(out.String(), "not shown") {
		t.Error("a debug line is shown")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(
		[]byte(`{"scannerProperties":[{"key":"sonar.host.url","value":"http://h"},{"key":"sonar.token","value":1}]}`),
	)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(bytes.NewReader(data))
		if err == nil {
			_, _ = p.Job(Settings{Dir: ".", Getenv: noEnv})
		}
	})
}

func TestRestrict(t *testing.T) {
	r := &report.Report{}
	for _, f := range []struct{ gate, path string }{{"code", "src/a.py"}, {"code", "lib/a.py"}, {"code", "src/gen/x.py"},
		{"dockerfile", "Dockerfile"}, {"image", ""}, {"code", "srcx/a.py"}} {
		r.Findings = append(
			r.Findings,
			finding.Finding{Gate: finding.Gate(f.gate), Location: finding.Location{Path: f.path}},
		)
	}
	j := &Job{Sources: []string{"src"}, Excluded: []string{"**/gen/**"}}
	if n := j.Restrict(r); n != 3 || len(r.Findings) != 3 {
		t.Errorf("%d left out, %d stay", n, len(r.Findings))
	}
}

func TestMetadata(t *testing.T) {
	j := &Job{Metadata: filepath.Join(t.TempDir(), "deep", "report-task.txt")}
	if err := j.WriteMetadata(&Task{Server: "https://d.example/", Version: "26.1.0-drydock1", Project: "k", ID: "0a1b",
		Dashboard: "https://d.example/projects/k"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(j.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	want := "projectKey=k\nserverUrl=https://d.example\nserverVersion=26.1.0-drydock1\ndashboardUrl=https://d.example/projects/k\n" +
		"ceTaskId=0a1b\nceTaskUrl=https://d.example/api/ce/task?id=0a1b\n"
	if string(text) != want {
		t.Errorf("%s", text)
	}
}

// A server that leads elsewhere gets nothing.
func TestReach(t *testing.T) {
	ok := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("26.1.0-drydock1")) }),
	)
	defer ok.Close()
	elsewhere := httptest.NewServer(
		http.RedirectHandler(
			strings.Replace(ok.URL, "127.0.0.1", "localhost", 1)+"/api/v2/analysis/version",
			http.StatusFound,
		),
	)
	defer elsewhere.Close()
	same := httptest.NewServer(http.RedirectHandler(ok.URL+"/api/v2/analysis/version", http.StatusFound))
	defer same.Close()
	other := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("10.7")) }),
	)
	defer other.Close()
	for _, c := range []struct{ from, to, err string }{{ok.URL, ok.URL, ""}, {same.URL, ok.URL, ""},
		{elsewhere.URL, "", "another server"}, {other.URL, "", "no server of drydock"}} {
		u, _ := url.Parse(c.from)
		j := &Job{Server: u}
		err := j.Reach(t.Context(), http.DefaultClient, "")
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) ||
			err == nil && j.Server.String() != c.to {
			t.Errorf("%s: %s, %v", c.from, j.Server, err)
		}
	}
}
