package summary

import (
	"fmt"
	"sort"

	"github.com/drydock/drydock/internal/report"
)

// Measured sums up the measures of the code.
type Measured struct {
	Files, Lines, Code, Comments, Complexity, Cognitive int

	Duplicated int               // lines, of the files in which they were looked for
	Compared   int               // lines of code of these
	Worst      []*report.Measure // files by cognitive complexity, worst first
}

// maxWorst is how many files Measured names.
const maxWorst = 10

// Measure sums up the measures of a report, nil where it has none.
func Measure(r *report.Report) *Measured {
	if len(r.Measures) == 0 {
		return nil
	}
	m := &Measured{Files: len(r.Measures)}
	for i := range r.Measures {
		f := &r.Measures[i]
		m.Lines += f.Lines
		m.Code += f.Code
		m.Comments += f.Comments
		m.Complexity += f.Complexity
		m.Cognitive += f.Cognitive
		if f.Duplicated >= 0 {
			m.Duplicated += f.Duplicated
			m.Compared += f.Code
		}
		if f.Cognitive > 0 {
			m.Worst = append(m.Worst, f)
		}
	}
	sort.SliceStable(m.Worst, func(i, j int) bool { return m.Worst[i].Cognitive > m.Worst[j].Cognitive })
	m.Worst = m.Worst[:min(len(m.Worst), maxWorst)]
	return m
}

// CommentShare is the share of comments in what is not blank, in percent.
func (m *Measured) CommentShare() string { return share(m.Comments, m.Code+m.Comments) }

// DuplicatedShare is the share of the code that stands elsewhere too, in percent.
func (m *Measured) DuplicatedShare() string {
	if m.Compared == 0 {
		return "unknown how much"
	}
	return share(m.Duplicated, m.Compared)
}

func share(n, of int) string {
	if of == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// Text is the measures in a line.
func (m *Measured) Text() string {
	text := fmt.Sprintf("%s of code in %s, %s comments, %s duplicated", report.Plural(m.Code, "line"),
		report.Plural(m.Files, "file"), m.CommentShare(), m.DuplicatedShare())
	if len(m.Worst) > 0 {
		text += fmt.Sprintf("; hardest to read: %s (%d)", m.Worst[0].Path, m.Worst[0].Cognitive)
	}
	return text
}
