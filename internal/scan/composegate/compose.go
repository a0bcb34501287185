// Package composegate asks whether each service runs with no more rights than it needs.
package composegate

import (
	"context"
	"strings"

	"github.com/drydock/drydock/internal/compose"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// Gate is the compose gate.
var Gate = gate.Gate{Name: finding.GateCompose, Rules: compose.Rules, Run: run}

func run(_ context.Context, t *target.Target, _ *gate.Options) (*gate.Result, error) {
	if t.Host == nil {
		if len(t.Unread) > 0 {
			return &gate.Result{Reason: "no compose project could be read in full",
				Remedy: "Put what is named above where the compose file says, or correct the path there."}, nil
		}
		return &gate.Result{Reason: "no compose project among the inputs",
			Remedy: "Name a compose project: drydock scan FOLDER."}, nil
	}
	res := &gate.Result{Rules: compose.Rules()}
	ref := t.Host.Refs()
	for i := range t.Host.Stacks {
		st := &t.Host.Stacks[i]
		in := report.Input{Path: st.Name, Status: report.Checked}
		if len(st.Files) > 0 {
			in.Path = st.Files[0]
			res.Read.Files += len(st.Files)
			res.Read.Bytes += t.Sizes(st.Files)
		}
		res.Inputs = append(res.Inputs, in)
		for j := range st.Services {
			s := &compose.Service{Service: &st.Services[j], Stack: st, Live: t.Host.Live}
			name := ref(st.Name, s.Name)
			res.Read.Services++
			if why := unreadOf(s.Service); why != "" {
				res.Inputs = append(res.Inputs, report.Input{Service: name, Path: s.Location.Path, Status: report.Partial,
					Reason: why})
			}
			res.Judged++
			s.ImageHealth = health(t, s)
			for _, f := range compose.Check(s) {
				f.Services, f.Service = []string{name}, name
				res.Findings = append(res.Findings, f)
			}
		}
	}
	if len(res.Inputs) > len(t.Host.Stacks) {
		res.Remedy = "Put what is named above where the compose file says."
	}
	return res, nil
}

// unreadOf says what of a service's rights could not be read: another file of `extends`, or variables without a value.
func unreadOf(s *stack.Service) string {
	var open []string
	note := func(key string, settings ...stack.Setting) {
		for _, v := range settings {
			if len(v.Unset) > 0 {
				open = append(open, key+" depends on "+strings.Join(v.Unset, ", ")+", which has no value")
			}
		}
	}
	r := &s.Rights
	note("privileged", r.Privileged)
	note("cap_add", r.CapAdd...)
	note("cap_drop", r.CapDrop...)
	note("security_opt", r.SecurityOpt...)
	note("pid", r.PID)
	note("ipc", r.IPC)
	note("network_mode", r.NetworkMode)
	note("read_only", r.ReadOnly)
	note("user", r.User)
	note("devices", r.Devices...)
	for i := range s.Volumes {
		if m := &s.Volumes[i]; len(m.Unset) > 0 {
			open = append(open, "a volume depends on "+strings.Join(m.Unset, ", ")+", which has no value")
		}
	}
	return strings.Join(append(open, s.Unread...), "; ")
}

// health reports whether the service's image has a HEALTHCHECK: from the container, or from the Dockerfile that builds
// it. What a base image brings is not known without it.
func health(t *target.Target, s *compose.Service) string {
	if s.Live {
		if s.Healthcheck == nil {
			return "no"
		}
		return "yes"
	}
	if s.Build == nil || s.Build.Dockerfile == "" || s.Build.Remote || s.Build.Inline != "" {
		return ""
	}
	f, err := t.Dockerfile(s.Build.Dockerfile)
	if err != nil {
		return ""
	}
	final, err := f.Target(s.Build.Target)
	if err != nil {
		return ""
	}
	for _, stage := range f.Lineage(final) {
		for _, in := range stage.Instructions {
			if in.Keyword == "HEALTHCHECK" {
				return "yes"
			}
		}
	}
	return "no"
}
