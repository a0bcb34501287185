package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var runsAsRoot = lint.Rule{
	Rule: finding.Rule{
		ID: "runs-as-root", Severity: finding.Medium, CWE: []string{"CWE-250"}, OWASP: []string{"A02:2025"},
		Title:       "The image runs as root",
		Description: "No stage that ships sets USER, and the base does not either. Whatever runs as root in a container is root on the host's kernel: one hole in the runtime, or one mounted path, and it is root outside too.",
		Remedy:      "Add a user and end with USER and its number, after everything that needs root.",
		References:  []string{"https://docs.docker.com/build/building/best-practices/#user"},
	},
	Check: func(p *lint.Pass) {
		base, _, ok := rootBase(p)
		if !ok || !base.Known || unprivileged(base) || development(p.Final) {
			return
		}
		entrypoint, start, changes := false, false, false
		for _, s := range p.Shipped() {
			if lastUser(s) != nil {
				return // which user it is, last-user-root judges
			}
			for _, in := range s.Instructions {
				entrypoint = entrypoint || in.Keyword == "ENTRYPOINT"
				start = start || in.Keyword == "ENTRYPOINT" || in.Keyword == "CMD"
				changes = changes || changesUser(in)
			}
		}
		if dropsPrivileges[base.Name()] && !entrypoint {
			return // the base's own entrypoint changes the user
		}
		if userSet(p.Context.Services) {
			return // compose sets another
		}
		if base.Scratch() && !start && len(p.Context.Services) == 0 {
			return // nothing to run: files for others to take
		}
		opts := []lint.Option{}
		if !base.Official() && !base.Scratch() && !strings.HasPrefix(base.Registry, "gcr.io") {
			opts = append(opts, lint.Severity(finding.Low), lint.Confidence(finding.ConfidenceLow), lint.Evidence("the base image may set a user; its name does not tell"))
		}
		if !start && !base.Scratch() && len(p.Context.Services) == 0 {
			opts = append(opts, lint.Severity(finding.Low), lint.Evidence("the file starts nothing itself; it may be a base for others"))
		}
		switch {
		case changes:
			opts = append(opts, lint.Severity(finding.Low), lint.Confidence(finding.ConfidenceLow), lint.Evidence("it holds a program that changes the user; the entrypoint may use it"))
		case webServers[base.Name()] && !entrypoint:
			opts = append(opts, lint.Severity(finding.Low), lint.Evidence("%s starts its workers as another user", base.Name()))
		}
		p.Report(p.Final.From, "nothing sets a USER: the image runs as root", opts...)
	},
}

// webServers are official images whose first process is root and whose workers are not.
var webServers = map[string]bool{"nginx": true, "httpd": true}

// changesUser tells whether an instruction brings or uses a program whose purpose is to change the user.
func changesUser(in *dockerfile.Instruction) bool {
	if in.Script == nil {
		return false
	}
	for _, c := range in.Script.Commands {
		if c.Name == "gosu" || c.Name == "su-exec" || c.Name == "setpriv" {
			return true
		}
		if inst := c.Install(); inst != nil {
			for _, pk := range inst.Packages {
				if pk.Name == "gosu" || pk.Name == "su-exec" {
					return true
				}
			}
		}
	}
	return false
}

// userSet tells whether compose gives every service another user than root.
func userSet(services []lint.Service) bool {
	for _, s := range services {
		if s.User == "" || isRoot(s.User) {
			return false
		}
	}
	return len(services) > 0
}
