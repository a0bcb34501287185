// Package compose asks whether each service of a host runs with no more rights than it needs. It looks at the resolved
// service: anchors, extends, includes and overrides are applied, and a finding stands at the line that says it. Who
// reaches what, and the engine's socket, are the access gate's; lines of a Dockerfile the Dockerfile gate's.
package compose

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// Rule is one rule: what it tells, and what looks for it. Its examples are testdata/<id>.txtar.
type Rule struct {
	finding.Rule
	// Check tells of the places of a service that break the rule.
	Check func(*Service, func(Found))
}

// Service is a service with what a rule may ask of it besides what its file says.
type Service struct {
	*stack.Service
	Stack *stack.Stack
	Live  bool // a running container: what the file leaves open, the engine has decided
	// ImageHealth tells of the image's HEALTHCHECK: "yes", "no", or "" where it is not known.
	ImageHealth string
}

// Found is one place that breaks a rule.
type Found struct {
	Location   finding.Location // zero for the service as a whole
	What       string           // what tells it from the rule's other findings in the service: "SYS_ADMIN"
	Title      string           // "" for the rule's
	Severity   finding.Severity // "" for the rule's
	Confidence finding.Confidence
	Fix        string // "" for the rule's remedy
}

// Rules lists every rule of the gate.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(all))
	for i := range all {
		out[i] = all[i].Rule
	}
	return out
}

// Check looks at one service with every rule.
func Check(s *Service) []finding.Finding {
	var out []finding.Finding
	for i := range all {
		r := &all[i]
		r.Check(s, func(f Found) { out = append(out, r.finding(s, f)) })
	}
	return out
}

func (r *Rule) finding(s *Service, f Found) finding.Finding {
	out := finding.Finding{
		Gate: finding.GateCompose, Rule: r.ID, Title: f.Title, Severity: f.Severity, Confidence: f.Confidence,
		Location: f.Location, CWE: r.CWE, OWASP: r.OWASP, Fix: finding.Fix{Text: f.Fix},
		ID: finding.Fingerprint(finding.GateCompose, r.ID, s.Stack.Name, s.Name, f.What),
	}
	if out.Title == "" {
		out.Title = r.Title
	}
	if out.Severity == "" {
		out.Severity = r.Severity
	}
	if out.Fix.Text == "" {
		out.Fix.Text = r.Remedy
	}
	if out.Location.Path == "" {
		out.Location = s.Location
	}
	return out
}

// all are the rules, in the order in which they are listed.
var all = complete([]Rule{
	privilegedService, dangerousCapability, capabilitiesKept, hostProcesses, hostIPC, hostUTS, hostUsers, hostCgroups,
	confinementOff, newPrivileges, sensitiveMount, sharedMount, hostDevice, writableRoot, noMemoryLimit, noPIDsLimit,
	oomKillerOff, noHealthcheck, latestImage, imageWithoutDigest, userRoot, defaultPassword, secretInEnvironment,
	loggingOff, defaultBridge, privilegedBuild,
})

const docsCompose = "https://docs.docker.com/reference/compose-file/services/"

// complete fills in what all rules share. Section numbers are those of the CIS Docker Benchmark 1.6.0.
func complete(rules []Rule) []Rule {
	for i := range rules {
		r := &rules[i]
		r.Gate = finding.GateCompose
		r.References = append(r.References, docsCompose)
		if len(r.OWASP) == 0 {
			r.OWASP = []string{"A02:2025", "A05:2021"}
		}
	}
	return rules
}
