// Package json writes the report's canonical form.
package json

import (
	"io"

	"github.com/drydock/drydock/internal/report"
)

// Write writes the report as the contract has it.
func Write(w io.Writer, r *report.Report, _ report.WriteOptions) error { return r.Encode(w) }
