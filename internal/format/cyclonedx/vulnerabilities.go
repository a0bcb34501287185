package cyclonedx

import (
	"net/url"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
)

// vulnerabilities writes each advisory once for all the packages that it was judged alike for.
func vulnerabilities(r *report.Report, l *list) []cdx.Vulnerability {
	var vs []cdx.Vulnerability
	at := map[string]int{}
	affected := map[string]map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Package == nil || f.Advisory == nil {
			continue
		}
		key := strings.Join(append([]string{f.Rule, string(f.Status), string(f.Severity)}, f.Evidence...), "\x00")
		j, known := at[key]
		if !known {
			j = len(vs)
			at[key] = j
			affected[key] = map[string]bool{}
			vs = append(vs, vulnerability(f))
		}
		for _, ref := range l.byPURL[f.Package.PURL] {
			if !affected[key][ref] {
				affected[key][ref] = true
				*vs[j].Affects = append(*vs[j].Affects, cdx.Affects{Ref: ref})
			}
		}
	}
	return vs
}

func vulnerability(f *finding.Finding) cdx.Vulnerability {
	v := cdx.Vulnerability{
		BOMRef: "vulnerability:" + f.ID, ID: f.Rule, Source: source(f.Rule), Description: f.Title,
		Recommendation: f.Fix.Text,
		Ratings:        &[]cdx.VulnerabilityRating{rating(f)}, Affects: &[]cdx.Affects{}, Analysis: analysis(f),
	}
	var refs []cdx.VulnerabilityReference
	seen := map[string]bool{f.Rule: true}
	for _, id := range append([]string{f.Advisory.ID}, f.Advisory.Aliases...) {
		if id != "" && !seen[id] {
			seen[id] = true
			refs = append(refs, cdx.VulnerabilityReference{ID: id, Source: source(id)})
		}
	}
	if len(refs) > 0 {
		v.References = &refs
	}
	var cwes []int
	for _, c := range f.CWE {
		if n, err := strconv.Atoi(strings.TrimPrefix(c, "CWE-")); err == nil && n > 0 {
			cwes = append(cwes, n)
		}
	}
	if len(cwes) > 0 {
		v.CWEs = &cwes
	}
	ps := properties(f)
	v.Properties = &ps
	return v
}

func properties(f *finding.Finding) []cdx.Property {
	var ps []cdx.Property
	add := func(name, value string) {
		ps = append(ps, cdx.Property{Name: inventory.PropertyPrefix + name, Value: value})
	}
	add("priority", strconv.Itoa(f.Priority))
	add("exposure", string(f.Exposure))
	add("reachable", string(f.Reachable))
	add("forecast", string(f.Forecast))
	if e := f.Advisory.EPSS; e != nil {
		add("epss", strconv.FormatFloat(*e, 'f', -1, 64))
	}
	if f.Advisory.KEV {
		add("kev", "true")
	}
	if f.Advisory.Fixed != "" {
		add("fixed", f.Advisory.Fixed)
	}
	return ps
}

var methods = []struct {
	prefix string
	method cdx.ScoringMethod
}{{"CVSS:4", cdx.ScoringMethodCVSSv4}, {"CVSS:3.1", cdx.ScoringMethodCVSSv31}, {"CVSS:3.0", cdx.ScoringMethodCVSSv3},
	{"AV:", cdx.ScoringMethodCVSSv2}}

func rating(f *finding.Finding) cdx.VulnerabilityRating {
	r := cdx.VulnerabilityRating{Severity: cdx.Severity(f.Severity), Score: f.Advisory.CVSS,
		Vector: f.Advisory.CVSSVector}
	for _, m := range methods {
		if strings.HasPrefix(r.Vector, m.prefix) {
			r.Method = m.method
			break
		}
	}
	return r
}

// analysis says why a finding does not count; nil for one that does.
func analysis(f *finding.Finding) *cdx.VulnerabilityAnalysis {
	switch f.Status {
	case finding.Suppressed:
		return &cdx.VulnerabilityAnalysis{State: cdx.IASNotAffected, Detail: strings.Join(f.Evidence, "; ")}
	case finding.Waived:
		w := f.Waiver
		if w != nil && w.Justification != "" {
			return &cdx.VulnerabilityAnalysis{State: cdx.IASNotAffected, Justification: justification(w.Justification),
				Detail: w.Words()}
		}
		a := &cdx.VulnerabilityAnalysis{
			Response: &[]cdx.ImpactAnalysisResponse{cdx.IARWillNotFix}}
		if w != nil {
			a.Detail = w.Words()
		}
		return a
	}
	return nil
}

// justification is CycloneDX's word for OpenVEX's.
func justification(vex string) cdx.ImpactAnalysisJustification {
	switch vex {
	case "component_not_present", "vulnerable_code_not_present":
		return cdx.IAJCodeNotPresent
	case "vulnerable_code_not_in_execute_path":
		return cdx.IAJCodeNotReachable
	case "vulnerable_code_cannot_be_controlled_by_adversary":
		return cdx.IAJRequiresEnvironment
	}
	return cdx.IAJProtectedByMitigatingControl
}

// source names the database that an identifier belongs to.
func source(id string) *cdx.Source {
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return &cdx.Source{Name: "NVD", URL: "https://nvd.nist.gov/vuln/detail/" + url.PathEscape(id)}
	case strings.HasPrefix(id, "GHSA-"):
		return &cdx.Source{Name: "GitHub", URL: "https://github.com/advisories/" + url.PathEscape(id)}
	}
	return &cdx.Source{Name: "OSV"}
}
