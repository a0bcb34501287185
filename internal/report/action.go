package report

import "github.com/drydock/drydock/internal/finding"

// Action is one thing that a person can do, and what it would take away. Package rank computes the actions of a
// report, best first; no finding is promised by two of them.
type Action struct {
	Title string `json:"title"` // an imperative sentence without full stop
	// the drydock command that does it or shows it, "" if there is none
	Command  string                   `json:"command"`
	Location finding.Location         `json:"location"` // the line to edit, empty if there is none
	Services []string                 `json:"services"`
	Removes  map[finding.Severity]int `json:"removes"`  // open findings it would take away, by severity
	Findings []string                 `json:"findings"` // their ids
}
