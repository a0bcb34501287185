package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var pipNoCache = lint.Rule{
	Level: lint.LevelWarning,
	Rule: finding.Rule{
		ID: "pip-no-cache", Aliases: []string{"DL3042"}, Severity: finding.Info,
		Title:       "pip's download cache stays in the layer",
		Description: "pip keeps what it downloads for the next install, which a layer never sees.",
		Remedy:      "Add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or mount a cache at /root/.cache/pip.",
		References:  []string{"https://pip.pypa.io/en/stable/topics/caching/"},
	},
	Check: func(p *lint.Pass) {
		off := map[string]bool{} // by stage name or image: PIP_NO_CACHE_DIR is set
		for _, s := range p.File.Stages {
			set := off[imageName(s.Base.Raw)]
			for _, in := range s.Instructions {
				switch {
				case in.Keyword == "ENV":
					for _, pair := range in.Pairs {
						set = set || pair.Key == "PIP_NO_CACHE_DIR" && truthy(pair.Value)
					}
				case in.Trigger != nil && in.Trigger.Keyword == "RUN":
					pipCached(p, in.Trigger, false) // whoever builds on the image may set it anew
				default:
					pipCached(p, in, set)
				}
			}
			off[stageKey(p.File, s)] = set
		}
	},
}

func truthy(v string) bool {
	switch strings.ToLower(v) {
	case "1", "true", "on", "yes":
		return true
	}
	return false
}

func pipCached(p *lint.Pass, in *dockerfile.Instruction, off bool) {
	if off || cached(in, func(t string) bool { return strings.Contains(t, ".cache/pip") }) {
		return
	}
	cs := calls(in)
	for i := range cs {
		if setsPipNoCache(&cs[i]) {
			return
		}
	}
	for i := range cs {
		if args, ok := pipInstall(&cs[i]); ok && !args.flag("no-cache-dir") {
			p.ReportAt(in, cs[i].cmd.Span, "pip's download cache stays in the layer",
				addWord(&cs[i], "install", "--no-cache-dir")...)
			return
		}
	}
}

// setsPipNoCache reports whether a command sets the variable, for itself or, by export, for those after it.
func setsPipNoCache(c *call) bool {
	for _, a := range c.cmd.Assigns {
		if a.Name == "PIP_NO_CACHE_DIR" && truthy(a.Value.Text) {
			return true
		}
	}
	for _, a := range c.args {
		if v, ok := strings.CutPrefix(a, "PIP_NO_CACHE_DIR="); ok && c.name == "export" && truthy(v) {
			return true
		}
	}
	return false
}
