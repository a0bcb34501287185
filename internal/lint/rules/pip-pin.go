package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var pipPin = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "pip-pin", Aliases: []string{"DL3013"}, Severity: finding.Info,
		Title:       "pip installs packages without a version",
		Description: "The next build takes what the index has that day.",
		Remedy:      "Write package==version, or install from a requirements file with versions.",
		References:  []string{"https://pip.pypa.io/en/stable/topics/repeatable-installs/"},
	},
	Check: func(p *lint.Pass) {
		unpinned(p, "pip installs without a version", func(c *call) []string {
			if c.name == "pipx" && c.has("install") {
				return lacking(without(c.rest("python", "index-url", "i", "pip-args", "suffix"), "install"), pipFixed)
			}
			args, ok := pipInstall(c)
			if !ok || args.flag("r", "requirement", "c", "constraint") {
				return nil
			}
			return lacking(without(args.rest(pipValued...), "install"), pipFixed)
		})
	},
}

// pipValued are the options of pip install whose value is the next word.
var pipValued = []string{"abi", "b", "build", "e", "editable", "extra-index-url", "f", "find-links", "i", "index-url",
	"implementation",
	"no-binary", "only-binary", "platform", "prefix", "progress-bar", "proxy", "python-version", "root",
	"root-user-action", "src", "t", "target",
	"trusted-host", "upgrade-strategy"}

var pipName = lazyregexp.New(`^pip[0-9.]*$`)

// pipInstall reads pip install, also as python -m pip, and returns pip's own arguments.
func pipInstall(c *call) (*call, bool) {
	k := *c
	if strings.HasPrefix(c.name, "python") {
		if len(c.args) < 2 || c.args[0] != "-m" || c.args[1] != "pip" {
			return nil, false
		}
		k.args = c.args[2:]
	} else if !pipName.MatchString(c.name) {
		return nil, false
	}
	return &k, k.has("install")
}

// pipBound finds an operator of versions, an address or a path. One equals sign is none: pip does not know it.
var pipBound = lazyregexp.New(`==|~=|!=|[<>@/]`)

// pipFixed reports whether a requirement is bound to a version, or is a file or address that is one.
func pipFixed(s string) bool {
	if strings.HasPrefix(s, "git+") {
		return strings.Contains(strings.TrimPrefix(s, "git+"), "@")
	}
	if pipBound.MatchString(s) || s == "." {
		return true
	}
	return strings.HasSuffix(s, ".whl") || strings.HasSuffix(s, ".tar.gz")
}
