package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var singleStageBuild = lint.Rule{
	Rule: finding.Rule{
		ID: "single-stage-build", Severity: finding.Low,
		Title: "The image is built and shipped in one stage",
		Description: "What the build needs ships with the application: compilers, headers, package managers, caches. " +
			"A second stage that takes only the result is usually a fraction of the size, with a fraction of the " +
			"packages to keep patched.",
		Remedy: "Split it: drydock dockerfile split writes the second stage, and --prove shows that the answer " +
			"stays the same.",
		References: []string{"https://docs.docker.com/build/building/multi-stage/"},
	},
	Check: func(p *lint.Pass) {
		if p.Final == nil || development(p.Final) || multiStage(p) {
			return
		}
		base, _, _ := rootBase(p)
		builds, tools := "", false
		shipped(p, func(in *dockerfile.Instruction) {
			if in.Keyword != "RUN" || in.Script == nil {
				return
			}
			for i, c := range in.Script.Commands {
				if w := buildStep(c); w != "" && builds == "" {
					builds = w
				}
				inst := c.Install()
				if inst == nil || !systemManagers[inst.Manager] || removedLater(inst, in.Script.Commands[i+1:]) {
					continue
				}
				for _, pk := range inst.Packages {
					tools = tools || buildOnly(pk.Name) && !purged(pk.Name, in.Script.Commands[i+1:])
				}
			}
		})
		if builds == "" || !tools && !buildBase(base) {
			return // nothing is built here, or nothing of the build stays
		}
		title := "built and shipped in one stage: " + builds + " needs tools that the application does not"
		var opts []lint.Option
		if p.Context.Estimate != nil {
			if e := p.Context.Estimate(p.File, p.Final); e != "" {
				opts = append(opts, lint.Evidence("%s", e))
			}
		}
		p.Report(p.Final.From, title, append(opts, lint.Confidence(finding.ConfidenceMedium))...)
	},
}

// buildStep names a command that builds or installs an application's dependencies, "" for any other.
func buildStep(c *dockerfile.Command) string {
	name, words := c.Effective()
	if in := c.Install(); in != nil && !systemManagers[in.Manager] {
		return in.Manager + " " + in.Verb
	}
	sub := ""
	if len(words) > 1 {
		sub = words[1].Text
	}
	switch {
	case name == "go" && sub == "build", name == "cargo" && sub == "build", name == "npm" && sub == "run",
		name == "yarn" && sub == "build", name == "pnpm" && (sub == "run" || sub == "build"),
		name == "dotnet" && (sub == "publish" || sub == "build"):
		return name + " " + sub
	case name == "mvn", name == "mvnw", name == "gradle", name == "gradlew", name == "make", name == "tsc",
		name == "cmake":
		return name
	}
	return ""
}
