// Package scanner is drydock as the stock Sonar scanners start it: it reads their properties from standard input,
// looks at
// the project, sends the report to the server, and tells them in their own form what they are to show.
package scanner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/clierr"
)

// maxProperties bounds what a scanner sends: Maven sends every variable of its environment.
const maxProperties = 32 << 20

// Properties are what a scanner was told, as far as it concerns a scan here. What else comes, secrets of the
// environment
// among it, is dropped while it is read.
type Properties map[string]string

// known are the properties that are read.
var known = map[string]bool{
	"sonar.host.url": true, "sonar.token": true, "sonar.login": true, "sonar.password": true,
	"sonar.projectKey": true, "sonar.projectName": true, "sonar.projectVersion": true,
	"sonar.projectBaseDir": true, "sonar.working.directory": true, "sonar.scanner.metadataFilePath": true,
	"sonar.sources": true, "sonar.exclusions": true, "sonar.inclusions": true,
	"sonar.branch.name": true, "sonar.pullrequest.key": true, "sonar.pullrequest.branch": true,
	"sonar.pullrequest.base": true, "sonar.scm.revision": true,
	"sonar.qualitygate.wait": true, "sonar.qualitygate.timeout": true,
	"sonar.scanner.app": true, "sonar.scanner.appVersion": true, "sonar.verbose": true,
	"sonar.scanner.truststorePath": true, "sonar.scanner.truststorePassword": true,
	"sonar.scanner.proxyHost": true, "sonar.scanner.proxyPort": true,
	"sonar.scanner.proxyUser": true, "sonar.scanner.proxyPassword": true, "sonar.userHome": true,
	"drydock.root": true, "drydock.failOn": true,
}

// Read reads the properties that a scanner sends: one JSON document. Values may be texts, numbers and booleans.
func Read(r io.Reader) (Properties, error) {
	data, err := bounded.ReadAll(r, maxProperties)
	if err != nil {
		return nil, fmt.Errorf("what the scanner sends: %w", err)
	}
	var doc struct {
		Properties []struct {
			Key   string `json:"key"`
			Value any    `json:"value"`
		} `json:"scannerProperties"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, errors.New("what the scanner sends is not the JSON that scanners send since version 6: " +
			"this program is started by a Sonar scanner, not by hand")
	}
	p := Properties{}
	for _, e := range doc.Properties {
		if !known[e.Key] {
			continue
		}
		switch v := e.Value.(type) {
		case string:
			p[e.Key] = v
		case bool:
			p[e.Key] = strconv.FormatBool(v)
		case float64:
			p[e.Key] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return p, nil
}

// Job is what a scanner asks for.
type Job struct {
	Server  *url.URL
	Token   string
	Project string // key; derived from the folder where none is given
	Name    string
	Version string // of the project
	Branch  string
	Pull    Pull
	Commit  string

	Base     string   // folder that is looked at
	Root     string   // what lies before Base in the repository, so that findings are the same as of a scan of the whole
	Work     string   // folder of the scanner
	Metadata string   // file that tells later steps about the analysis
	Sources  []string // below Base, with slashes; nil for all
	Excluded []string // patterns below Base
	Included []string

	Wait    bool
	Timeout time.Duration
	FailOn  string
	Verbose bool
	Scanner string // name and version, for the server's log
}

// Pull is the pull request that an analysis is of.
type Pull struct{ Key, Branch, Base string }

// Settings are what a job rests on besides the properties.
type Settings struct {
	Dir    string                   // working folder
	Getenv func(name string) string // environment
}

// Job makes a job of the properties.
func (p Properties) Job(s Settings) (*Job, error) {
	j := &Job{Project: p["sonar.projectKey"], Name: p["sonar.projectName"], Version: p["sonar.projectVersion"],
		Branch: p["sonar.branch.name"], Commit: p["sonar.scm.revision"],
		Pull: Pull{
			Key:    p["sonar.pullrequest.key"],
			Branch: p["sonar.pullrequest.branch"],
			Base:   p["sonar.pullrequest.base"],
		},
		Root: p["drydock.root"], FailOn: p["drydock.failOn"], Verbose: p["sonar.verbose"] == "true",
		Wait: p["sonar.qualitygate.wait"] == "true", Timeout: 300 * time.Second,
		Excluded: list(p["sonar.exclusions"]), Included: list(p["sonar.inclusions"]),
		Scanner: strings.TrimSpace(p["sonar.scanner.app"] + " " + p["sonar.scanner.appVersion"])}
	var err error
	if j.Server, err = url.Parse(strings.TrimRight(p["sonar.host.url"], "/")); err != nil || j.Server.Host == "" {
		return nil, clierr.Usage("sonar.host.url %q is no address", p["sonar.host.url"])
	}
	j.Server.User = nil
	if j.Token, err = p.token(s.Getenv); err != nil {
		return nil, err
	}
	if text := p["sonar.qualitygate.timeout"]; text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > 86_400 {
			return nil, clierr.Usage("sonar.qualitygate.timeout %q is no number of seconds", text)
		}
		j.Timeout = time.Duration(seconds) * time.Second
	}
	j.Base = absolute(s.Dir, p["sonar.projectBaseDir"])
	if st, err := os.Stat(j.Base); err != nil || !st.IsDir() {
		return nil, clierr.Input(j.Base, "is no folder: sonar.projectBaseDir")
	}
	work := p["sonar.working.directory"]
	if work == "" {
		work = ".scannerwork"
	}
	j.Work = absolute(j.Base, work)
	if j.Metadata = p["sonar.scanner.metadataFilePath"]; j.Metadata == "" {
		j.Metadata = filepath.Join(j.Work, "report-task.txt")
	}
	for _, source := range list(p["sonar.sources"]) {
		rel, err := filepath.Rel(j.Base, absolute(j.Base, source))
		if err != nil || !filepath.IsLocal(rel) {
			return nil, clierr.Usage("sonar.sources names %s, which lies outside of %s", source, j.Base)
		}
		if rel == "." {
			j.Sources = nil
			break
		}
		j.Sources = append(j.Sources, filepath.ToSlash(rel))
	}
	if j.Project == "" {
		j.Project = key(filepath.Base(j.Base))
	}
	return j, nil
}

// token is what proves who scans. Scanners hand on what they were given under two names; older guides write
// SONAR_LOGIN,
// which no scanner reads, but the environment is ours too.
func (p Properties) token(getenv func(string) string) (string, error) {
	if p["sonar.token"] == "" && p["sonar.login"] != "" && p["sonar.password"] != "" {
		return "", clierr.Usage("sonar.login with sonar.password: this server takes tokens, no passwords").
			WithHint("Make a token on the project's page, and give it as SONAR_TOKEN.")
	}
	for _, t := range []string{p["sonar.token"], p["sonar.login"], getenv("SONAR_TOKEN"), getenv("SONAR_LOGIN"),
		getenv("DRYDOCK_TOKEN")} {
		if t = strings.TrimSpace(t); t != "" {
			return t, nil
		}
	}
	return "", clierr.Usage("no token: set SONAR_TOKEN").
		WithHint("The project's page makes one and shows the whole command.")
}

// absolute is a path from a folder; a scanner may give it as it was typed.
func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func list(s string) []string {
	var out []string
	for _, one := range strings.Split(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// key makes a project's key of a folder's name.
func key(name string) string {
	if name == "src" { // a mounted folder in a container says nothing
		return "project"
	}
	return client.ProjectKey(name)
}
