package scan

import (
	"sort"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/scan/accessgate"
	"github.com/drydock/drydock/internal/scan/codegate"
	"github.com/drydock/drydock/internal/scan/composegate"
	"github.com/drydock/drydock/internal/scan/dockerfilegate"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/imagegate"
	"github.com/drydock/drydock/internal/waiver"
)

// Gates lists what a scan asks, in the report's order. A new gate is a package beside these and a line here.
var Gates = []gate.Gate{dockerfilegate.Gate, imagegate.Gate, codegate.Gate, accessgate.Gate,
	composegate.Gate}

// Names lists the gates' names.
func Names() []finding.Gate {
	names := make([]finding.Gate, len(Gates))
	for i, g := range Gates {
		names[i] = g.Name
	}
	return names
}

// Rules returns every rule of every gate, sorted by id. Vulnerabilities are no rules: their advisories tell of them.
func Rules() []finding.Rule {
	var all []finding.Rule
	for _, g := range Gates {
		all = append(all, g.Rules()...)
	}
	all = append(all, waiver.Rules...)
	for i := range all {
		all[i].Normalize()
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}
