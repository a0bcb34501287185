package scan

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// networksOf are the networks that a service's container is in, by the names that the engine knows.
func networksOf(st *stack.Stack, s *stack.Service) []string {
	seen := map[string]bool{}
	for !seen[s.Name] {
		seen[s.Name] = true
		of, ok := strings.CutPrefix(s.NetworkMode, "service:")
		if !ok {
			break
		}
		i := slices.IndexFunc(st.Services, func(o stack.Service) bool { return o.Name == of })
		if i < 0 {
			return nil
		}
		s = &st.Services[i]
	}
	switch {
	case s.NetworkMode == "none", strings.HasPrefix(s.NetworkMode, "container:"),
		strings.HasPrefix(s.NetworkMode, "service:"):
		return nil
	case s.NetworkMode != "":
		return []string{s.NetworkMode}
	}
	var out []string
	for _, key := range s.Networks {
		name := st.Networks[key].Name
		if name == "" {
			name = st.Name + "_" + key
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// mountsOf are the volumes and folders in a service's container.
func mountsOf(t *target.Target, s *stack.Service) []report.Mount {
	var out []report.Mount
	for i := range s.Volumes {
		v := &s.Volumes[i]
		m := report.Mount{Source: v.Source, Target: v.Target, Bind: v.Type == "bind", ReadOnly: v.ReadOnly}
		switch v.Type {
		case "bind":
			m.Source = t.Rel(v.Source)
		case "volume":
		default:
			continue
		}
		out = append(out, m)
	}
	return out
}
