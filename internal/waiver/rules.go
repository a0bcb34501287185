package waiver

import "github.com/drydock/drydock/internal/finding"

const (
	ruleExpired    = "waiver-expired"
	ruleUnused     = "waiver-unused"
	ruleIncomplete = "waiver-incomplete"
)

// Rules are what can be wrong with waivers themselves.
var Rules = []finding.Rule{
	{ID: ruleExpired, Gate: finding.GateWaiver, Title: "A waiver has expired", Severity: finding.Medium,
		Description: "The day up to which somebody accepted this risk has passed. From then on its findings are open again, " +
			"and the entry misleads whoever reads it.",
		Remedy: "Fix the finding, or decide anew: a new day with a reason that holds today. Remove an entry that nothing " +
			"needs any more."},
	{ID: ruleUnused, Gate: finding.GateWaiver, Title: "A waiver covers nothing", Severity: finding.Low,
		Description: "No finding answers to this entry, though every gate that could have one looked at everything. It would " +
			"silence the same finding without a word when it comes back.",
		Remedy: "Remove the entry, or correct its name or scope."},
	{ID: ruleIncomplete, Gate: finding.GateWaiver, Title: "Risks are accepted without an owner, a reason or an end",
		Severity: finding.Low,
		Description: "Another scanner's ignore file silences findings here. Its entries say neither who accepted the risk nor " +
			"until when, so nobody will look at them again.",
		Remedy: "`drydock waivers import FILE` writes them as waivers; give each an owner, a reason and a day, and remove " +
			"the old file."},
}
