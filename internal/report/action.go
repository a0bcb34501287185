package report

import "github.com/drydock/drydock/internal/finding"

// Action is one thing that a person can do, and what it would take away. Package rank computes the actions of a
// report, best first; no finding is promised by two of them.
type Action struct {
	ID    string     `json:"id"`    // the same for the same work on the same place, whatever the findings are
	Kind  ActionKind `json:"kind"`  // what sort of work it is
	Title string     `json:"title"` // an imperative sentence without full stop
	// the drydock command that does it or shows it, "" if there is none
	Command  string                   `json:"command"`
	Location finding.Location         `json:"location"` // the line to edit, empty if there is none
	Services []string                 `json:"services"`
	Removes  map[finding.Severity]int `json:"removes"`  // open findings it would take away, by severity
	Findings []string                 `json:"findings"` // their ids
	// open findings, by their ids, that stay and that the internet reaches no longer
	Narrows []string       `json:"narrows"`
	Edits   []finding.Edit `json:"edits"` // that do it, where drydock can write them itself; not checked one against another
	Cost    int            `json:"cost"`  // 1 to 5: an edit of a line or two is 1, another base image 3, a new build 4
}

// ActionKind is a sort of work.
type ActionKind string

// The kinds of actions.
const (
	ActionRebuild   ActionKind = "rebuild"   // build again without cache, on a fresh base
	ActionEdit      ActionKind = "edit"      // change a file: versions, code, settings
	ActionConvert   ActionKind = "convert"   // split a Dockerfile into a builder and a slim final stage
	ActionAllowlist ActionKind = "allowlist" // let only known addresses or people in
	ActionUnpublish ActionKind = "unpublish" // take a port away from the machine's addresses
	ActionBase      ActionKind = "base"      // another base image, or another image of others
)
