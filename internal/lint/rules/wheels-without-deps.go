package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var wheelsWithoutDeps = lint.Rule{
	Rule: finding.Rule{
		ID: "wheels-without-deps", Severity: finding.Low,
		Title: "Wheels without their dependencies, which the last stage downloads",
		Description: "pip wheel --no-deps builds the named packages only. When the last stage installs them, pip " +
			"fetches every dependency from the index there: not built in the builder, not pinned by it, and with a " +
			"compiler missing where one is needed.",
		Remedy: "Build with pip wheel and without --no-deps, and install with --no-index --find-links, so that a " +
			"missing wheel fails the build.",
		References: []string{"https://pip.pypa.io/en/stable/cli/pip_wheel/"},
	},
	Check: func(p *lint.Pass) {
		alone := false
		for _, s := range p.File.Stages {
			for _, in := range s.Instructions {
				eachInstall(in, func(i *dockerfile.Install) {
					alone = alone || p.Needed(s) && i.Manager == "pip" && i.Verb == "wheel" && i.Has("--no-deps")
				})
			}
		}
		if !alone {
			return
		}
		shipped(p, func(in *dockerfile.Instruction) {
			eachInstall(in, func(i *dockerfile.Install) {
				if i.Manager == "pip" && i.Verb == "install" && fromWheels(i) && !i.Has("--no-index", "--no-deps") {
					p.ReportAt(in, i.Command.Span,
						"the wheels were built with --no-deps: their dependencies are downloaded here")
				}
			})
		})
	},
}

func eachInstall(in *dockerfile.Instruction, f func(*dockerfile.Install)) {
	if in.Keyword != "RUN" || in.Script == nil {
		return
	}
	for _, c := range in.Script.Commands {
		if i := c.Install(); i != nil {
			f(i)
		}
	}
}

// fromWheels reports whether pip is given wheels or a folder of them.
func fromWheels(i *dockerfile.Install) bool {
	if i.Has("--find-links", "-f") {
		return true
	}
	for _, pk := range i.Packages {
		if passing.MatchString(pk.Name) {
			return true
		}
	}
	return false
}
