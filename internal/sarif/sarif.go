// Package sarif reads the findings of other tools from SARIF 2.1.0.
package sarif

import (
	"encoding/json"
	"net/url"
	"path/filepath"

	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Bounds of one file.
const (
	maxFile    = 256 << 20
	maxResults = 100_000
	maxText    = 1000
)

// Result is one finding of a tool.
type Result struct {
	Tool       string
	Rule       string
	Title      string // of the rule
	Message    string
	Severity   finding.Severity
	CWE        []string
	Location   finding.Location // its path as the file has it, "" where it names no place
	Suppressed string           // why it does not count, "" where it does
	Help       string           // an address
}

// Log is what a file tells.
type Log struct {
	Results []Result
	Problem string // why it was not read in full, "" if it was
}

type message struct {
	Text string `json:"text"`
}

type descriptor struct {
	ID               string  `json:"id"`
	Name             string  `json:"name"`
	ShortDescription message `json:"shortDescription"`
	HelpURI          string  `json:"helpUri"`
	Properties       struct {
		Severity any   `json:"security-severity"`
		Tags     []any `json:"tags"`
	} `json:"properties"`
	Default struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
	Relationships []struct {
		Target reference `json:"target"`
	} `json:"relationships"`
}

type reference struct {
	ID        string `json:"id"`
	Index     *int   `json:"index"`
	Component struct {
		Name  string `json:"name"`
		Index *int   `json:"index"`
	} `json:"toolComponent"`
}

type component struct {
	Name  string       `json:"name"`
	Rules []descriptor `json:"rules"`
}

type place struct {
	Physical struct {
		Artifact struct {
			URI  string `json:"uri"`
			Base string `json:"uriBaseId"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine   int `json:"startLine"`
			StartColumn int `json:"startColumn"`
			EndLine     int `json:"endLine"`
			EndColumn   int `json:"endColumn"`
		} `json:"region"`
	} `json:"physicalLocation"`
}

type result struct {
	RuleID       string      `json:"ruleId"`
	RuleIndex    *int        `json:"ruleIndex"`
	Rule         reference   `json:"rule"`
	Kind         string      `json:"kind"`
	Level        string      `json:"level"`
	Baseline     string      `json:"baselineState"`
	Message      message     `json:"message"`
	Locations    []place     `json:"locations"`
	Taxa         []reference `json:"taxa"`
	Suppressions []struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	} `json:"suppressions"`
}

type run struct {
	Tool struct {
		Driver     component   `json:"driver"`
		Extensions []component `json:"extensions"`
	} `json:"tool"`
	Bases map[string]struct {
		URI string `json:"uri"`
	} `json:"originalUriBaseIds"`
	Results []result `json:"results"`
}

// Read reads a file. An error names the place and what to do.
func Read(path string) (*Log, error) {
	data, err := bounded.ReadFile(path, maxFile)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	return Parse(path, data)
}

// Parse reads a file's text; its path is for errors.
func Parse(path string, data []byte) (*Log, error) {
	var doc struct {
		Version string          `json:"version"`
		Runs    json.RawMessage `json:"runs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, clierr.Input(path, "is no SARIF file: %v", err).WithHint("Give a file that a tool wrote as SARIF 2.1.0.")
	}
	if !strings.HasPrefix(doc.Version, "2.1.") {
		return nil, clierr.Input(path, "is of SARIF version %q, which is not read", cut(doc.Version)).
			WithHint("Have the tool write SARIF 2.1.0.")
	}
	if len(doc.Runs) == 0 {
		return nil, clierr.Input(path, "has no runs: it does not say that a tool has looked at anything")
	}
	var runs []run
	if err := json.Unmarshal(doc.Runs, &runs); err != nil {
		return nil, clierr.Input(path, "is no SARIF file that can be read: %v", err)
	}
	out := &Log{}
	for i := range runs {
		for j := range runs[i].Results {
			if len(out.Results) == maxResults {
				out.Problem = "more than " + strconv.Itoa(maxResults) + " results: the rest was not read"
				return out, nil
			}
			if r, ok := runs[i].tell(&runs[i].Results[j]); ok {
				out.Results = append(out.Results, r)
			}
		}
	}
	return out, nil
}

// tell makes a finding of a result, false for what says that there is none.
func (r *run) tell(res *result) (Result, bool) {
	if res.Kind != "" && res.Kind != "fail" && res.Kind != "open" && res.Kind != "review" || res.Baseline == "absent" {
		return Result{}, false
	}
	d := r.describe(res)
	out := Result{Tool: cut(r.Tool.Driver.Name), Rule: cut(d.ID), Title: cut(d.ShortDescription.Text),
		Message: cut(res.Message.Text), CWE: weaknesses(d, res)}
	if strings.HasPrefix(d.HelpURI, "https://") {
		out.Help = cut(d.HelpURI)
	}
	out.Severity = severity(d, res)
	if len(res.Locations) > 0 {
		p := &res.Locations[0].Physical
		g := p.Region
		out.Location = finding.Location{Path: r.path(p.Artifact.URI, p.Artifact.Base), Line: max(0, g.StartLine),
			Column: max(0, g.StartColumn), EndLine: max(0, g.EndLine), EndColumn: max(0, g.EndColumn)}
	}
	for _, s := range res.Suppressions {
		if s.Status != "rejected" && s.Status != "underReview" {
			out.Suppressed = strings.TrimSuffix("suppressed in the tool's own file: "+cut(s.Justification), ": ")
		}
	}
	return out, true
}

func (r *run) describe(res *result) *descriptor {
	c := &r.Tool.Driver
	if i := res.Rule.Component.Index; i != nil && *i >= 0 && *i < len(r.Tool.Extensions) {
		c = &r.Tool.Extensions[*i]
	}
	for _, i := range []*int{res.Rule.Index, res.RuleIndex} {
		if i != nil && *i >= 0 && *i < len(c.Rules) {
			return &c.Rules[*i]
		}
	}
	id := res.RuleID
	if id == "" {
		id = res.Rule.ID
	}
	for i := range c.Rules {
		if c.Rules[i].ID == id {
			return &c.Rules[i]
		}
	}
	return &descriptor{ID: id}
}

func severity(d *descriptor, res *result) finding.Severity {
	var score float64
	switch v := d.Properties.Severity.(type) {
	case float64:
		score = v
	case string:
		score, _ = strconv.ParseFloat(v, 64)
	}
	if score > 0 && score <= 10 {
		return finding.SeverityOfScore(score)
	}
	level := res.Level
	if level == "" {
		level = d.Default.Level
	}
	switch level {
	case "error":
		return finding.High
	case "note":
		return finding.Low
	case "none":
		return finding.Info
	}
	return finding.Medium
}

var cwe = lazyregexp.New(`(?i)\bcwe[-_/ ]?0*([1-9][0-9]{0,4})\b`)

func weaknesses(d *descriptor, res *result) (out []string) {
	seen := map[string]bool{}
	add := func(id string) {
		if len(out) < 10 && !seen[id] {
			seen[id], out = true, append(out, "CWE-"+id)
		}
	}
	for _, t := range d.Properties.Tags {
		if s, ok := t.(string); ok {
			for _, m := range cwe.FindAllStringSubmatch(cut(s), 10) {
				add(m[1])
			}
		}
	}
	var taxa []reference
	for i := range d.Relationships {
		taxa = append(taxa, d.Relationships[i].Target)
	}
	for _, t := range append(taxa, res.Taxa...) {
		if m := cwe.FindStringSubmatch(t.ID); m != nil {
			add(m[1])
		} else if n, err := strconv.Atoi(t.ID); err == nil && n > 0 && strings.EqualFold(t.Component.Name, "CWE") {
			add(strconv.Itoa(n))
		}
	}
	return out
}

// path is an address as a path with slashes, absolute where the file has it so.
func (r *run) path(uri, base string) string {
	if b := r.Bases[base].URI; base != "" && strings.HasPrefix(b, "file:") && !strings.Contains(uri, ":") {
		uri = strings.TrimSuffix(b, "/") + "/" + uri
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "" && u.Scheme != "file" {
		return ""
	}
	return filepath.ToSlash(u.Path)
}

// cut bounds a text and takes the control characters out of it.
func cut(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s[:min(len(s), maxText)])
	return strings.ToValidUTF8(s, "")
}
