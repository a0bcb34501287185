package rules

import (
	"io/fs"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var runsAsRoot = lint.Rule{
	Rule: finding.Rule{
		ID: "runs-as-root", Severity: finding.Medium, CWE: []string{"CWE-250"}, OWASP: []string{"A02:2025"},
		Title: "The image runs as root",
		Description: "No stage that ships sets USER, and the base does not either. Whatever runs as root in a " +
			"container is root on the host's kernel: one hole in the runtime, or one mounted path, and it is root " +
			"outside too.",
		Remedy:     "Add a user and end with USER and its number, after everything that needs root.",
		References: []string{"https://docs.docker.com/build/building/best-practices/#user"},
	},
	Check: func(p *lint.Pass) {
		base, bottom, ok := rootBase(p)
		if !ok || development(p.Final) || bottom.Windows() { // which has no root
			return
		}
		if name := rootByCompose(p); name != "" {
			p.Report(p.Final.From, "compose runs "+name+" as root, whatever user the image sets")
			return
		}
		if !base.Known || unprivileged(base) {
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
		if startsAsUser(p) {
			return // the entrypoint's own program changes it
		}
		if base.Scratch() && !start && len(p.Context.Services) == 0 {
			return // nothing to run: files for others to take
		}
		opts := []lint.Option{}
		if !base.Official() && !base.Scratch() && !strings.HasPrefix(base.Registry, "gcr.io") {
			opts = append(opts, lint.Severity(finding.Low), lint.Confidence(finding.ConfidenceLow),
				lint.Evidence("the base image may set a user; its name does not tell"))
		}
		if !start && !base.Scratch() && len(p.Context.Services) == 0 {
			opts = append(opts, lint.Severity(finding.Low),
				lint.Evidence("the file starts nothing itself; it may be a base for others"))
		}
		switch {
		case changes:
			opts = append(opts, lint.Severity(finding.Low), lint.Confidence(finding.ConfidenceLow),
				lint.Evidence("it holds a program that changes the user; the entrypoint may use it"))
		case webServers[base.Name()] && !entrypoint:
			opts = append(opts, lint.Severity(finding.Low), lint.Evidence("%s starts its workers as another user",
				base.Name()))
		}
		p.Report(p.Final.From, "nothing sets a USER: the image runs as root", opts...)
	},
}

// webServers are official images whose first process is root and whose workers are not.
var webServers = map[string]bool{"nginx": true, "httpd": true}

// changesUser reports whether an instruction brings or uses a program whose purpose is to change the user.
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

// switchers are programs that start another one as another user.
var switchers = map[string]bool{"gosu": true, "su-exec": true, "setpriv": true, "runuser": true, "s6-setuidgid": true,
	"chpst": true, "setuidgid": true}

// startsAsUser reports whether what starts the image goes through a program that changes the user: in the line itself,
// or in the script of the build context that it names.
func startsAsUser(p *lint.Pass) bool {
	last := map[string]*dockerfile.Instruction{}
	shipped(p, func(in *dockerfile.Instruction) {
		if (in.Keyword == "ENTRYPOINT" || in.Keyword == "CMD") && in.Script != nil {
			last[in.Keyword] = in
		}
	})
	for _, in := range last {
		for _, c := range in.Script.Commands {
			for _, w := range c.Words {
				name := path.Base(w.Text)
				if switchers[name] || strings.HasSuffix(name, ".sh") && p.Context.Files != nil &&
					scriptSwitches(p.Context.Files, name) {
					return true
				}
			}
		}
	}
	return false
}

// scriptSwitches looks for a script of that name at the usual places of a build context.
func scriptSwitches(files fs.FS, name string) bool {
	for _, dir := range []string{"", "docker/", "scripts/", "bin/", "deploy/", "build/"} {
		if fileMentions(files, dir+name, switching) {
			return true
		}
	}
	return false
}

var switching = lazyregexp.New(`(?m)^[^#\n]*\b(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|chpst)\s`)

// rootByCompose is a service that compose runs as root although the image sets another user, "" if there is none.
func rootByCompose(p *lint.Pass) string {
	sets := false
	shipped(p, func(in *dockerfile.Instruction) {
		if in.Keyword == "USER" && len(in.Args) > 0 {
			sets = !isRoot(in.Args[0].Text)
		}
	})
	for _, s := range p.Context.Services {
		if sets && s.User != "" && isRoot(s.User) {
			return s.Name
		}
	}
	return ""
}

// userSet reports whether compose gives every service another user than root.
func userSet(services []lint.Service) bool {
	for _, s := range services {
		if s.User == "" || isRoot(s.User) {
			return false
		}
	}
	return len(services) > 0
}
