package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var fromAsCasing = lint.Rule{
	BuildCheck: "FromAsCasing",
	Rule: finding.Rule{
		ID: "from-as-casing", Aliases: []string{"FromAsCasing"}, Severity: finding.Info,
		Title: "FROM and AS are written in different case",
		Description: "FROM in capitals with as in small letters, or the other way round, reads as if one of them " +
			"were a name.",
		Remedy:     "Write both in the same case.",
		References: []string{"https://docs.docker.com/reference/build-checks/from-as-casing/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			if s.From.Problem != nil || len(s.From.Args) < 3 {
				continue
			}
			from, as := p.File.Text(s.From.KeywordSpan), s.From.Args[1]
			same := strings.ToUpper
			switch from {
			case strings.ToLower(from):
				same = strings.ToLower
			case strings.ToUpper(from):
			default: // neither: instruction-casing speaks of it
				continue
			}
			if as.Text != same(as.Text) {
				p.ReportAt(s.From, as.Span, from+" and "+as.Text+" are written in different case",
					lint.Fix("Write "+same(as.Text)+".",
						dockerfile.Replace(as.Span, same(as.Text))))
			}
		}
	},
}
