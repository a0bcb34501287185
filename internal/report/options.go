package report

import "time"

// WriteOptions is what a writer may depend on besides the report.
type WriteOptions struct {
	Color bool      // the output is a terminal that shows colour
	Width int       // columns of the terminal; 0 means 100
	All   bool      // unfold what a summary folds
	Now   time.Time // for ages; the zero time means the report's own start
}
