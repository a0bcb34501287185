package report

import "time"

// WriteOptions is what a writer may depend on besides the report. The zero value is a good choice for a file.
type WriteOptions struct {
	Color bool      // the output is a terminal that shows colour; nothing is told by colour alone
	Width int       // columns of the terminal; 0 means DefaultWidth
	All   bool      // unfold what a summary folds
	Now   time.Time // for ages and the stamps of documents; the zero time means the report's own start
}

// DefaultWidth is the width of a text report in columns.
const DefaultWidth = 100

// Time is o.Now, or the time at which the report's run started.
func (o WriteOptions) Time(r *Report) time.Time {
	if o.Now.IsZero() {
		return r.Started.UTC()
	}
	return o.Now.UTC()
}
