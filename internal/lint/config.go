package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/yamlerr"
)

// Config is what a .hadolint.yaml says, as far as it is about rules. The zero Config is hadolint's default.
type Config struct {
	Path                string // where it was read, "" for the default
	FailureThreshold    Level  // written in the file; "" if not
	NoFail              bool
	Ignored             []string
	Override            map[Level][]string
	TrustedRegistries   []string
	LabelSchema         map[string]string // label -> text, url, rfc3339, spdx, hash, semver or email
	StrictLabels        bool
	DisableIgnorePragma bool

	levels map[string]Level // by code or id, of Override
}

// file is the form of the YAML.
type file struct {
	FailureThreshold    string              `yaml:"failure-threshold"`
	NoFail              bool                `yaml:"no-fail"`
	Ignored             []string            `yaml:"ignored"`
	Override            map[string][]string `yaml:"override"`
	TrustedRegistries   []string            `yaml:"trustedRegistries"`
	LabelSchema         map[string]string   `yaml:"label-schema"`
	StrictLabels        bool                `yaml:"strict-labels"`
	DisableIgnorePragma bool                `yaml:"disable-ignore-pragma"`
}

const maxConfig = 1 << 20

// labelKinds are the words that a label schema may use.
var labelKinds = map[string]bool{"text": true, "url": true, "rfc3339": true, "spdx": true, "hash": true, "semver": true,
	"email": true}

// ReadConfig reads a .hadolint.yaml.
func ReadConfig(path string) (*Config, error) {
	b, err := bounded.ReadFile(path, maxConfig)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	var f file
	if err := yaml.Unmarshal(b, &f); err != nil {
		return nil, malformed(path, b, err)
	}
	c := &Config{Path: path, NoFail: f.NoFail, Ignored: f.Ignored, TrustedRegistries: f.TrustedRegistries,
		LabelSchema:  f.LabelSchema,
		StrictLabels: f.StrictLabels, DisableIgnorePragma: f.DisableIgnorePragma, Override: map[Level][]string{}}
	for _, k := range slices.Sorted(maps.Keys(f.LabelSchema)) {
		if !labelKinds[f.LabelSchema[k]] {
			return nil, clierr.Input(path, "label-schema: %q is no kind of label", f.LabelSchema[k]).WithHint(
				"Kinds: %s.", labelKindsHint)
		}
	}
	if f.FailureThreshold != "" {
		if c.FailureThreshold, err = threshold(f.FailureThreshold); err != nil {
			return nil, clierr.Input(path, "failure-threshold: %v", err).WithHint(thresholdHint)
		}
	}
	for name, rules := range f.Override {
		l := Level(strings.ToLower(name))
		if l.rank() == len(levels) {
			return nil, clierr.Input(path, "override: %q is no level",
				name).WithHint("Use error, warning, info, style or ignore.")
		}
		c.Override[l] = rules
	}
	c.Index()
	return c, nil
}

// malformed explains what is wrong with the YAML of a configuration.
func malformed(path string, text []byte, err error) error {
	var kinds *yaml.TypeError
	if !errors.As(err, &kinds) || len(kinds.Errors) == 0 {
		return yamlerr.Explain(path, text, err)
	}
	words, line := kinds.Errors[0], 0
	if n, rest, ok := strings.Cut(strings.TrimPrefix(words, "line "), ": "); ok {
		if l, err := strconv.Atoi(n); err == nil {
			words, line = rest, l
		}
	}
	return clierr.Input(path, "%s", words).At(line, 0).
		WithHint("ignored and trustedRegistries are lists of texts, override a list for each level, label-schema a " +
			"kind for each label.")
}

const (
	thresholdHint  = "Use error, warning, info, style, ignore or none."
	labelKindsHint = "text, url, rfc3339, spdx, hash, semver, email"
)

// threshold reads a failure threshold; hadolint's "none" is the lowest of all.
func threshold(s string) (Level, error) {
	t := Level(strings.ToLower(s))
	if t != "none" && t.rank() == len(levels) {
		return "", fmt.Errorf("%q is no level", s)
	}
	return t, nil
}

// Index prepares a configuration that was put together by hand; where a rule stands under several, the worst wins.
func (c *Config) Index() {
	c.levels = map[string]Level{}
	for i := len(levels) - 1; i >= 0; i-- {
		for _, r := range c.Override[levels[i]] {
			c.levels[r] = levels[i]
		}
	}
}

// FindConfig looks for a configuration where hadolint does, the folders given first (hadolint: the working folder),
// then the user's: XDG_CONFIG_HOME or ~/.config, ~/.hadolint, ~/hadolint and the home folder. Without one it returns
// the default.
func FindConfig(folders ...string) (*Config, error) {
	var paths []string
	for _, d := range folders {
		paths = append(paths, filepath.Join(d, ".hadolint.yaml"), filepath.Join(d, ".hadolint.yml"))
	}
	home, _ := os.UserHomeDir()
	xdg := os.Getenv("XDG_CONFIG_HOME")
	if xdg == "" && home != "" {
		xdg = filepath.Join(home, ".config")
	}
	if xdg != "" {
		paths = append(paths, filepath.Join(xdg, "hadolint.yaml"), filepath.Join(xdg, "hadolint.yml"))
	}
	if home != "" {
		for _, p := range []string{".hadolint/hadolint", ".hadolint/config", "hadolint/config", ".hadolint"} {
			paths = append(paths, filepath.Join(home, p+".yaml"), filepath.Join(home, p+".yml"))
		}
	}
	for _, p := range paths {
		if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) || err != nil {
			continue
		}
		return ReadConfig(p)
	}
	return &Config{}, nil
}

// level is the level that the configuration sets for a rule.
func (c *Config) level(r *Rule) (Level, bool) {
	if l, ok := c.levels[r.ID]; ok {
		return l, true
	}
	l, ok := c.levels[r.Code()]
	return l, ok && r.Code() != ""
}

// off reports whether a rule is not to run.
func (c *Config) off(r *Rule) bool {
	for _, i := range c.Ignored {
		if i == r.ID || i == r.Code() || i != "" && i == r.BuildCheck {
			return true
		}
	}
	l, set := c.level(r)
	if !set {
		l = r.Level
	}
	return l == LevelIgnore
}

// LevelOf is the level of a rule under the configuration, "" for a rule that is not hadolint's.
func (c *Config) LevelOf(r *Rule) Level {
	if l, ok := c.level(r); ok {
		return l
	}
	return r.Level
}
