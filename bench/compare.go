package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// bom is as much of a CycloneDX document as the comparison needs.
type bom struct {
	Components []struct {
		Name    string `json:"name"`
		Group   string `json:"group"`
		Version string `json:"version"`
		PURL    string `json:"purl"`
	} `json:"components"`
}

// comparePackages holds our package list against syft's, by names and versions, for each of the three kinds.
func comparePackages(ours, theirs []byte) ([]string, error) {
	a, err := packageSets(ours)
	if err != nil {
		return nil, err
	}
	b, err := packageSets(theirs)
	if err != nil {
		return nil, err
	}
	var notes []string
	for _, kind := range []string{"deb", "pypi", "npm"} {
		onlyOurs, onlyTheirs := minus(a[kind], b[kind]), minus(b[kind], a[kind])
		unknown := 0
		var rest []string
		for _, p := range onlyTheirs {
			if strings.HasSuffix(p, " UNKNOWN") || strings.HasSuffix(p, " ") {
				unknown++
			} else {
				rest = append(rest, p)
			}
		}
		n := fmt.Sprintf("%s: %d names with versions, syft has %d", kind, len(a[kind]), len(b[kind]))
		if unknown > 0 {
			n += fmt.Sprintf("; %d of syft's have no version: package.json files inside a package that mark a "+
				"folder, which no advisory can match", unknown)
		}
		n += difference("; only syft", rest) + difference("; only drydock", onlyOurs)
		notes = append(notes, n)
	}
	return notes, nil
}

// packageSets are names with versions by package URL type. Python's names are compared as PEP 503 normalises them,
// since syft lowers them and drydock keeps them.
func packageSets(data []byte) (map[string]map[string]bool, error) {
	var d bom
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	sets := map[string]map[string]bool{}
	for _, c := range d.Components {
		kind, _, ok := strings.Cut(strings.TrimPrefix(c.PURL, "pkg:"), "/")
		if !ok {
			continue
		}
		name := c.Name
		if c.Group != "" && !strings.Contains(name, "/") {
			name = c.Group + "/" + name
		}
		if kind == "pypi" {
			name = strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
		}
		if sets[kind] == nil {
			sets[kind] = map[string]bool{}
		}
		sets[kind][name+" "+c.Version] = true
	}
	return sets, nil
}

// compareIDs holds the vulnerability ids against osv-scanner's, for each package. Suppressed findings count: they are
// found, and judged not to hold, with evidence.
func compareIDs(ours, theirs []byte) ([]string, error) {
	var r struct {
		Findings []struct {
			Status   string
			Package  struct{ Name string }
			Rule     string
			Advisory struct {
				ID      string
				Aliases []string
			}
		}
	}
	if err := json.Unmarshal(ours, &r); err != nil {
		return nil, err
	}
	all, suppressed := map[string]bool{}, 0
	for _, f := range r.Findings {
		if f.Status == "suppressed" {
			suppressed++
		}
		for _, id := range append(f.Advisory.Aliases, f.Advisory.ID, f.Rule) {
			all[id] = true
		}
	}
	var o struct {
		Results []struct {
			Packages []struct {
				Groups []struct{ IDs, Aliases []string }
			}
		}
	}
	if err := json.Unmarshal(theirs, &o); err != nil {
		return nil, err
	}
	groups := 0
	missing := map[string]bool{}
	for _, res := range o.Results {
		for _, p := range res.Packages {
			for _, g := range p.Groups {
				groups++
				known := false
				for _, id := range append(g.IDs, g.Aliases...) {
					known = known || all[id]
				}
				if !known && len(g.IDs) > 0 {
					missing[g.IDs[0]] = true
				}
			}
		}
	}
	return []string{fmt.Sprintf("%d findings, %d of them suppressed with evidence; osv-scanner has %d%s",
		len(r.Findings), suppressed, groups,
		difference("; only osv-scanner", keys(missing)))}, nil
}

func minus(a, b map[string]bool) []string {
	var out []string
	for k := range a {
		if !b[k] {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

func keys(m map[string]bool) []string { return minus(m, nil) }

// difference names the first few.
func difference(what string, list []string) string {
	switch {
	case len(list) == 0:
		return ""
	case len(list) > 5:
		return fmt.Sprintf("%s (%d): %s ...", what, len(list), strings.Join(list[:5], ", "))
	}
	return fmt.Sprintf("%s: %s", what, strings.Join(list, ", "))
}
