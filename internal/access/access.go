// Package access is the gate: who can reach each service of a host, and what is wrong with it.
package access

import (
	"github.com/drydock/drydock/internal/access/check"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

// Result is who reaches what on a host, and what is wrong with it.
type Result struct {
	*exposure.Model
	Findings []finding.Finding
}

// Check works out who reaches what on a host, and what is wrong with it.
func Check(h *stack.Host, opts exposure.Options) *Result {
	model := exposure.Build(h, opts)
	return &Result{Model: model, Findings: check.Find(model)}
}
