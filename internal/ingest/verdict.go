package ingest

import (
	"fmt"
	"slices"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/store"
)

// The verdicts. What could not be looked at is not a pass.
const (
	Passed     = "passed"
	Failed     = "failed"
	Incomplete = "incomplete"
)

// Judged is a verdict with its reasons.
type Judged struct {
	Verdict string
	Reasons []string
}

// Judge judges a branch by its open findings and by how its newest analysis looked.
func Judge(s *store.Settings, counts []store.Count, gates []report.Gate) Judged {
	reasons := blind(s, gates)
	verdict := Passed
	if len(reasons) > 0 {
		verdict = Incomplete
	}
	if n := over(s, counts); n > 0 {
		verdict = Failed
		where := ""
		if *s.NewOnly {
			where = " in new code"
		}
		reasons = slices.Insert(reasons, 0, fmt.Sprintf("%s of severity %s or worse%s",
			report.Plural(int(n), "open finding"), *s.FailOn, where))
	}
	return Judged{verdict, reasons}
}

// over counts the open findings that the policy does not allow. Bugs and what is hard to maintain do not count.
func over(s *store.Settings, counts []store.Count) int64 {
	if *s.FailOn == store.FailOnNothing {
		return 0
	}
	limit := finding.Severity(*s.FailOn).Rank()
	var n int64
	for i := range counts {
		c := &counts[i]
		if c.Status != store.FindingOpen || c.Kind == KindBug || c.Kind == KindMaintainability ||
			*s.NewOnly && !c.Fresh {
			continue
		}
		if finding.Severity(c.Severity).Rank() >= limit {
			n += c.N
		}
	}
	return n
}

// blind says which gates did not look everywhere though the policy asks for them.
func blind(s *store.Settings, gates []report.Gate) []string {
	reasons := []string{}
	if *s.AllowPartial {
		return reasons
	}
	looked := false
	for i := range gates {
		g := &gates[i]
		wanted := len(*s.Gates) == 0 || slices.Contains(*s.Gates, string(g.Name))
		looked = looked || g.Status == report.Checked || g.Status == report.Partial
		if wanted && g.Blind() {
			reasons = append(reasons, fmt.Sprintf("the %s gate could not look everywhere: %s", g.Name, cleanLine(g.Reason)))
		}
	}
	for _, name := range *s.Gates {
		if !slices.ContainsFunc(gates, func(g report.Gate) bool { return string(g.Name) == name }) {
			reasons = append(reasons, fmt.Sprintf("the %s gate did not run", name))
		}
	}
	if !looked && len(reasons) == 0 {
		reasons = append(reasons, "no gate looked at anything")
	}
	return reasons
}
