package waiver

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/yamlerr"
)

// The ignore files of other scanners that are read where they stand in the folder that is scanned.
var foreign = []struct {
	name, tool string
	parse      func(*foreignFile) error
}{
	{".trivyignore", "trivy", trivyIgnore},
	{".trivyignore.yaml", "trivy", trivyIgnoreYAML},
	{".grype.yaml", "grype", grypeConfig},
	{".grype/config.yaml", "grype", grypeConfig},
	{"osv-scanner.toml", "osv-scanner", osvConfig},
}

// ForeignNames are the names of other scanners' ignore files, relative to the folder that is scanned.
func ForeignNames() []string {
	names := make([]string, len(foreign))
	for i, f := range foreign {
		names[i] = f.name
	}
	return names
}

// foreignFile is an ignore file of another scanner while it is read.
type foreignFile struct {
	shown, tool string
	text        []byte
	waivers     []*Waiver
	warnings    []report.Warning
}

// ParseForeign reads another scanner's ignore file, told by its name. What it says in terms that drydock does not have is
// told as a warning and silences nothing.
func ParseForeign(shown string, text []byte) ([]*Waiver, []report.Warning, error) {
	for _, kind := range foreign {
		if !strings.HasSuffix(filepath.ToSlash(shown), kind.name) {
			continue
		}
		f := &foreignFile{shown: shown, tool: kind.tool, text: text}
		if err := kind.parse(f); err != nil {
			return nil, nil, err
		}
		return f.waivers, f.warnings, nil
	}
	return nil, nil, clierr.Input(shown, "is no ignore file that drydock knows").
		WithHint("Known by their names: %s.", strings.Join(ForeignNames(), ", "))
}

func (f *foreignFile) add(line int, w *Waiver) {
	w.Location = finding.Location{Path: f.shown, Line: line}
	w.Tool = f.tool
	w.Name = strings.TrimSpace(w.Name)
	if w.Name == "" {
		f.warn(line, "an entry without an id; it silences nothing here")
		return
	}
	f.waivers = append(f.waivers, w)
}

func (f *foreignFile) warn(line int, format string, args ...any) {
	f.warnings = append(f.warnings, report.Warning{Text: fmt.Sprintf(format, args...),
		Location: finding.Location{Path: f.shown, Line: line}})
}

// trivyIgnore reads a line an id, with `exp:2027-01-31` behind it where it ends, and comments. A comment above an id is
// taken for its reason.
func trivyIgnore(f *foreignFile) error {
	lines := bufio.NewScanner(bytes.NewReader(f.text))
	lines.Buffer(nil, maxFile)
	reason := ""
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			reason = strings.TrimSpace(comment)
			continue
		}
		line, trailing, _ := strings.Cut(line, " #")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			reason = ""
			continue
		}
		w := &Waiver{Name: fields[0], Reason: reason}
		if t := strings.TrimSpace(trailing); t != "" {
			w.Reason = t
		}
		for _, field := range fields[1:] {
			day, ok := strings.CutPrefix(field, "exp:")
			if !ok {
				continue
			}
			var err error
			if w.Expires, err = time.Parse(dateForm, day); err != nil {
				return clierr.Input(f.shown, "%q is no day", day).At(n, 1).WithHint("Write exp:2027-01-31.")
			}
		}
		f.add(n, w)
	}
	return lines.Err()
}

// day reads the day of a time in YAML or TOML, "" is none.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if len(text) > len(dateForm) {
		text = text[:len(dateForm)]
	}
	return time.Parse(dateForm, text)
}

type trivyEntry struct {
	ID        string   `yaml:"id"`
	Paths     []string `yaml:"paths"`
	PURLs     []string `yaml:"purls"`
	ExpiredAt string   `yaml:"expired_at"`
	Statement string   `yaml:"statement"`
	line      int
}

func (e *trivyEntry) UnmarshalYAML(n *yaml.Node) error {
	type plain trivyEntry
	e.line = n.Line
	line := e.line
	err := n.Decode((*plain)(e))
	e.line = line
	return err
}

func trivyIgnoreYAML(f *foreignFile) error {
	var doc struct {
		Vulnerabilities   []trivyEntry `yaml:"vulnerabilities"`
		Misconfigurations []trivyEntry `yaml:"misconfigurations"`
		Secrets           []trivyEntry `yaml:"secrets"`
		Licenses          []trivyEntry `yaml:"licenses"`
	}
	if err := yaml.Unmarshal(f.text, &doc); err != nil {
		return yamlerr.Explain(f.shown, f.text, err)
	}
	take := func(entries []trivyEntry, gates ...string) error {
		for _, e := range entries {
			expires, err := day(e.ExpiredAt)
			if err != nil {
				return clierr.Input(f.shown, "%q is no day", e.ExpiredAt).At(e.line, 1).WithHint("Write 2027-01-31.")
			}
			f.add(e.line, &Waiver{Name: e.ID, Reason: e.Statement, Expires: expires,
				Scope: Scope{Gates: gates, Paths: e.Paths, Packages: e.PURLs}})
		}
		return nil
	}
	if len(doc.Licenses) > 0 {
		f.warn(doc.Licenses[0].line, "licences are not judged here, so their entries say nothing")
	}
	for _, err := range []error{take(doc.Vulnerabilities, string(finding.GateImage)), take(doc.Misconfigurations),
		take(doc.Secrets)} {
		if err != nil {
			return err
		}
	}
	return nil
}

type grypeRule struct {
	Vulnerability string `yaml:"vulnerability"`
	Reason        string `yaml:"reason"`
	FixState      string `yaml:"fix-state"`
	VEXStatus     string `yaml:"vex-status"`
	Namespace     string `yaml:"namespace"`
	Package       struct {
		Name         string `yaml:"name"`
		Version      string `yaml:"version"`
		Type         string `yaml:"type"`
		Language     string `yaml:"language"`
		Location     string `yaml:"location"`
		UpstreamName string `yaml:"upstream-name"`
	} `yaml:"package"`
	line int
}

func (r *grypeRule) UnmarshalYAML(n *yaml.Node) error {
	type plain grypeRule
	line := n.Line
	err := n.Decode((*plain)(r))
	r.line = line
	return err
}

func grypeConfig(f *foreignFile) error {
	var doc struct {
		Ignore []grypeRule `yaml:"ignore"`
	}
	if err := yaml.Unmarshal(f.text, &doc); err != nil {
		return yamlerr.Explain(f.shown, f.text, err)
	}
	for _, r := range doc.Ignore {
		p := r.Package
		switch {
		case r.Vulnerability == "":
			f.warn(r.line, "a rule without a vulnerability: drydock accepts risks one by one, so it silences nothing here")
			continue
		case r.FixState != "" || r.VEXStatus != "" || r.Namespace != "" || p.Type != "" || p.Language != "" ||
			p.UpstreamName != "":
			f.warn(r.line, "the rule for %s asks for more than drydock compares (fix state, type, language, namespace or "+
				"upstream); it silences nothing here", r.Vulnerability)
			continue
		}
		w := &Waiver{Name: r.Vulnerability, Reason: r.Reason, Scope: Scope{Gates: []string{string(finding.GateImage)}}}
		if p.Name != "" {
			name := p.Name
			if p.Version != "" {
				name += "@" + p.Version
			}
			w.Scope.Packages = []string{name}
		}
		if p.Location != "" {
			w.Scope.Paths = []string{p.Location}
		}
		f.add(r.line, w)
	}
	return nil
}

func osvConfig(f *foreignFile) error {
	if err := bounded.TOML(f.text); err != nil {
		return clierr.InputErr(f.shown, err)
	}
	var doc struct {
		IgnoredVulns []struct {
			ID          string    `toml:"id"`
			IgnoreUntil time.Time `toml:"ignoreUntil"`
			Reason      string    `toml:"reason"`
		} `toml:"IgnoredVulns"`
		PackageOverrides []map[string]any `toml:"PackageOverrides"`
	}
	if _, err := toml.Decode(string(f.text), &doc); err != nil {
		return clierr.InputErr(f.shown, err)
	}
	line := lineFinder(f.text)
	for _, v := range doc.IgnoredVulns {
		f.add(line(v.ID), &Waiver{Name: v.ID, Reason: v.Reason, Expires: midnight(v.IgnoreUntil)})
	}
	if n := len(doc.PackageOverrides); n > 0 {
		f.warn(line("PackageOverrides"), "%s: drydock accepts risks one by one, so they silence nothing here",
			report.Plural(n, "package override"))
	}
	return nil
}

// lineFinder tells the line of the next place that holds a text, for a decoder that tells none.
func lineFinder(text []byte) func(string) int {
	at := 0
	return func(s string) int {
		i := bytes.Index(text[at:], []byte(s))
		if i < 0 || s == "" {
			return 0
		}
		line := bytes.Count(text[:at+i], []byte{'\n'}) + 1
		at += i + len(s)
		return line
	}
}

func midnight(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// exists reports whether a folder has a regular file of a name.
func exists(dir, name string) bool {
	st, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && st.Mode().IsRegular()
}
