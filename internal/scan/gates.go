package scan

import (
	"sort"

	"github.com/drydock/drydock/internal/access/check"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint/rules"
)

// gates lists what a scan asks, in the report's order. One file a gate adapts its checker.
var gates = []gate{
	{finding.GateDockerfile, runDockerfile},
	{finding.GateImage, runImage},
	{finding.GateCode, runCode},
	{finding.GateAccess, runAccess},
}

// ruleSets lists where the gates' rules are told, for `drydock explain` and the docs.
var ruleSets = []func() []finding.Rule{
	rules.Described,
	func() []finding.Rule { return imageRules },
	codeRules,
	check.Rules,
}

// Gates lists the gates that a scan has.
func Gates() []finding.Gate {
	names := make([]finding.Gate, len(gates))
	for i, g := range gates {
		names[i] = g.name
	}
	return names
}

// Rules returns every rule of every gate, sorted by id. Vulnerabilities are no rules: their advisories tell of them.
func Rules() []finding.Rule {
	var all []finding.Rule
	for _, set := range ruleSets {
		all = append(all, set()...)
	}
	for i := range all {
		all[i].Normalize()
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}
