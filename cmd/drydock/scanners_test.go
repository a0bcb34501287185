package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/server"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/server/servertest"
	"github.com/drydock/drydock/internal/sonar/provision"
	"github.com/drydock/drydock/internal/testenv"
)

// stockScanners are the scanners as their makers publish them, each with its command.
var stockScanners = map[string][]string{
	"sonar-scanner-8.1.0": {"sonar-scanner-8.1.0", "-Dsonar.projectKey=KEY"},
	"sonar-scanner-6.2.1": {"sonar-scanner-6.2.1", "-Dsonar.projectKey=KEY"},
	"sonar-scan-5.0.1":    {"sonar-scan-5.0.1", "-Dsonar.projectKey=KEY"},
	"sonar-scan-4.2.7":    {"sonar-scan-4.2.7", "-Dsonar.projectKey=KEY"},
	"pysonar":             {"pysonar", "--sonar-project-key=KEY"},
	"maven": {
		"mvn",
		"-B",
		"org.sonarsource.scanner.maven:sonar-maven-plugin:5.8.0.7211:sonar",
		"-Dsonar.projectKey=KEY",
	},
}

// program builds drydock itself, which scanners are to be given.
func program(t *testing.T) provision.Binary {
	t.Helper()
	name := filepath.Join(t.TempDir(), "drydock")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := provision.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stock runs a scanner in a folder and returns what it printed and its exit code.
func stock(t *testing.T, name, key, dir, home, url string, more []string, env ...string) (string, int) {
	t.Helper()
	args := append(append([]string{}, stockScanners[name]...), more...)
	path := ""
	if name == "maven" {
		var err error
		if path, err = exec.LookPath(args[0]); err != nil {
			testenv.Absent(t, "no mvn here to run the Maven plugin")
		}
	} else {
		path = testenv.Tool(t, args[0])
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "KEY", key)
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(
		os.Environ(),
		append(env, "SONAR_HOST_URL="+url, "SONAR_USER_HOME="+home, "DRYDOCK_HOME="+t.TempDir())...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run()
	return out.String(), cmd.ProcessState.ExitCode()
}

// shop is a small project with something to find.
func shop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"requirements.txt": "flask==2.2.2\n",
		"app.py":           "import subprocess\nfrom flask import request\n\ndef run():\n    subprocess.run(request.args['c'], shell=True)\n",
		"pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>demo</groupId><artifactId>shop</artifactId><version>1</version>" +
			"</project>\n",
		"src/main/java/A.java": "import javax.servlet.http.*;\n\nclass A extends HttpServlet {\n" +
			"    void doGet(HttpServletRequest r, HttpServletResponse s) throws Exception {\n" +
			"        Runtime.getRuntime().exec(new String[] {\"sh\", \"-c\", r.getParameter(\"c\")});\n    }\n}\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The scanners that pipelines have run unchanged, alone and all in one home; the project is made by the first scan.
func TestStockScanners(t *testing.T) {
	if os.Getenv("DRYDOCK_REQUIRE") == "" && testing.Short() {
		t.Skip("six scanners take half a minute")
	}
	testenv.Tool(t, "sonar-scanner-8.1.0")
	b := program(t)
	s := servertest.New(t, func(c *server.Config) { c.Binaries = []provision.Binary{b} })
	token := s.Token(core.ScopeAnalyse, "")
	read := s.Token(core.ScopeRead, "")
	home := t.TempDir()
	for name := range stockScanners {
		t.Run(name, func(t *testing.T) {
			dir := shop(t)
			out, code := stock(t, name, name, dir, home, s.URL, nil, "SONAR_TOKEN="+token)
			if code != 0 || !strings.Contains(out, "ANALYSIS SUCCESSFUL") || strings.Contains(out, token) {
				t.Fatalf("exit %d\n%s", code, out)
			}
			var l struct {
				Total    int
				Findings []struct{ Path, Rule string }
			}
			ask(t, s.URL+"/api/v1/projects/"+name+"/findings?status=open&gate=code", read, &l)
			want := "app.py"
			if name == "maven" { // it names the project's own folders
				want = "src/main/java/A.java"
			}
			found := false
			for _, f := range l.Findings {
				found = found || f.Path == want
			}
			if !found {
				t.Errorf("%+v", l)
			}
			task := taskOf(t, dir, name)
			var ce struct {
				Task struct{ Status, AnalysisID, ComponentKey string }
			}
			ask(t, s.URL+"/api/ce/task?id="+task, token, &ce)
			if ce.Task.Status != "SUCCESS" || ce.Task.ComponentKey != name {
				t.Errorf("%+v", ce)
			}
			var gate struct {
				ProjectStatus struct{ Status string }
			}
			ask(t, s.URL+"/api/qualitygates/project_status?analysisId="+ce.Task.AnalysisID, token, &gate)
			if gate.ProjectStatus.Status != "ERROR" {
				t.Errorf("%+v", gate)
			}
		})
	}
	// What is wrong is said by a line of its own, since no scanner adds a reason.
	for what, c := range map[string]struct {
		env, more []string
		want      string
	}{
		"no token":        {nil, nil, "no token: set SONAR_TOKEN"},
		"a bad token":     {[]string{"SONAR_TOKEN=drydock_bad"}, nil, "the token is not known"},
		"an old variable": {[]string{"SONAR_LOGIN=" + token}, nil, "ANALYSIS SUCCESSFUL"},
		"waiting":         {[]string{"SONAR_TOKEN=" + token}, []string{"-Dsonar.qualitygate.wait=true"}, "QUALITY GATE STATUS: FAILED"},
		"excluded":        {[]string{"SONAR_TOKEN=" + token}, []string{"-Dsonar.exclusions=**/*.py,requirements.txt", "-Dsonar.qualitygate.wait=true"}, "left out"},
	} {
		out, code := stock(t, "sonar-scanner-8.1.0", "other", shop(t), home, s.URL, c.more, c.env...)
		if !strings.Contains(out, c.want) ||
			(code == 0) != (what == "an old variable" || what == "excluded" && strings.Contains(out, "PASSED")) {
			t.Errorf("%s: exit %d\n%s", what, code, out)
		}
	}
}

// taskOf is the id of the analysis that a scanner leaves behind for later steps.
func taskOf(t *testing.T, dir, name string) string {
	t.Helper()
	file := filepath.Join(dir, ".scannerwork", "report-task.txt")
	if name == "maven" {
		file = filepath.Join(dir, "target", "sonar", "report-task.txt")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "ceTaskId=")
	id, _, _ := strings.Cut(rest, "\n")
	return id
}

// ask reads an answer of the server.
func ask(t *testing.T, url, token string, to any) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(token, "") // as importers do
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(to); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, res.Status, err)
	}
}
