// Package ingest takes uploaded documents into the store. Receive reads an upload once, as it comes, and says whether it
// is something that can be taken in; Run, as a job, takes it in: findings keep their identity, those that are gone are
// closed where the same look was taken again, and the branch gets its verdict.
package ingest

import (
	"github.com/drydock/drydock/internal/report"
)

// The sources of analyses.
const (
	SourceScan    = "scan"    // drydock itself
	SourceScanner = "scanner" // a scanner of SonarQube's that runs drydock
	SourceImport  = "import"  // another tool's report
)

// The formats of documents.
const (
	FormatReport = "report"
	FormatSARIF  = "sarif"
)

// Head is what a document says of itself before its findings.
type Head struct {
	Format      string
	Tool        report.Tool
	Target      string
	Started     string // RFC 3339, as the document has it
	Listing     bool   // it judges nothing
	Advisories  []report.Advisories
	Gates       []report.Gate
	Services    []report.Service
	Policy      report.Policy
	Findings    int
	Packages    int
	RunsOfSARIF int
}

// Summary is what an analysis came to, as the store keeps it.
type Summary struct {
	Findings   int              `json:"findings"`
	Packages   int              `json:"packages"`
	New        int              `json:"new"`
	Reopened   int              `json:"reopened"`
	Closed     int              `json:"closed"`
	Unseen     []string         `json:"unseen"`   // gates that did not look everywhere: nothing of theirs was closed
	Breaches   []string         `json:"breaches"` // why the verdict is not "passed"
	Services   []report.Service `json:"services"`
	Advisories string           `json:"advisories"`
}
