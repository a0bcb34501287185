// Package rules carries the rules that come with drydock: <language>/<id>.yaml beside its fixture <id>.<ext>, and
// models/<language>/<framework>.yaml, the sources, sinks, sanitizers and propagators that rules name.
package rules

import (
	"embed"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/code/rule"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/owasp"
	"gopkg.in/yaml.v3"
)

//go:embed */*.yaml models/*/*.yaml
var files embed.FS

// Models are those of the pack, for rules of the user too.
var Models = sync.OnceValue(func() *rule.Models {
	m, errs := rule.LoadModels(files, "models")
	if len(errs) > 0 {
		panic(errs[0]) // the files are part of the program, and a test reads them
	}
	return m
})

// Load reads the pack.
func Load() ([]*rule.Rule, []error) {
	dirs, err := folders()
	if err != nil {
		return nil, []error{err}
	}
	return Models().Load(files, dirs...)
}

// LoadFor reads the part of the pack that may find something in files of some languages, by the names that these have;
// all of it where one of them has no rules of its own.
func LoadFor(languages ...string) ([]*rule.Rule, []error) {
	dirs, err := folders()
	if err != nil {
		return nil, []error{err}
	}
	var wanted []string
	for _, l := range languages {
		if l == "typescript" {
			l = "javascript" // they share theirs
		}
		if !slices.Contains(dirs, l) {
			return Load()
		}
		if !slices.Contains(wanted, l) {
			wanted = append(wanted, l)
		}
	}
	if len(wanted) == 0 {
		return Load()
	}
	return Models().Load(files, wanted...)
}

// folders lists those that hold rules, one a language.
func folders() ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.Name() != "models" {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// Export writes the pack as plain rules in semgrep's language into a folder, with the models written out and the
// categories of the OWASP Top Ten in the metadata, those aside whose check is part of drydock. It returns how many files
// it wrote.
func Export(dir string) (int, error) {
	dirs, err := folders()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, lang := range dirs {
		entries, err := fs.ReadDir(files, lang)
		if err != nil {
			return n, err
		}
		if err := os.MkdirAll(filepath.Join(dir, lang), 0o755); err != nil {
			return n, clierr.InputErr(dir, err)
		}
		for _, e := range entries {
			text, err := plain(path.Join(lang, e.Name()))
			if err != nil {
				return n, err
			}
			if checkRule.Match(text) {
				continue
			}
			to := filepath.Join(dir, lang, e.Name())
			if err := os.WriteFile(to, text, 0o644); err != nil {
				return n, clierr.InputErr(to, err)
			}
			n++
		}
	}
	return n, nil
}

// checkRule tells the rules whose check is part of drydock: no other tool could read them.
var checkRule = lazyregexp.New(`(?m)^ +mode: check$`)

// plain is a rule file as semgrep reads it.
func plain(file string) ([]byte, error) {
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Models().Fill(file, text, addOWASP)
}

func addOWASP(_ string, metadata *yaml.Node) {
	var m struct {
		CWE   []string `yaml:"cwe"`
		OWASP []string `yaml:"owasp"`
	}
	if metadata.Decode(&m) != nil || len(m.OWASP) > 0 {
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for _, code := range owasp.Of(m.CWE...) {
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: code})
	}
	metadata.Content = append(metadata.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "owasp"}, list)
}

// Filter chooses rules; an empty field chooses all.
type Filter struct {
	Language string // "python"
	CWE      string // "CWE-89"
	OWASP    string // "A05:2025", or "A05" of both editions
}

// Match reports whether a rule is chosen.
func (f Filter) Match(r *rule.Rule) bool {
	return (f.Language == "" || slices.ContainsFunc(r.Languages, func(l string) bool {
		return strings.EqualFold(l, f.Language)
	})) && (f.CWE == "" || slices.ContainsFunc(r.Meta.CWE, func(c string) bool {
		return strings.EqualFold(c, f.CWE)
	})) && (f.OWASP == "" || slices.ContainsFunc(r.Meta.OWASP, func(c string) bool {
		code, _, _ := strings.Cut(c, ":")
		return strings.EqualFold(c, f.OWASP) || strings.EqualFold(code, f.OWASP)
	}))
}
