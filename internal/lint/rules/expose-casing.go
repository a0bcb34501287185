package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var exposeCasing = lint.Rule{
	BuildCheck: "ExposeProtoCasing",
	Rule: finding.Rule{
		ID: "expose-casing", Aliases: []string{"ExposeProtoCasing"}, Severity: finding.Info,
		Title:       "EXPOSE names the protocol in capitals",
		Description: "Protocols are written in small letters.",
		Remedy:      "Write tcp, udp or sctp.",
		References:  []string{"https://docs.docker.com/reference/build-checks/expose-proto-casing/"},
	},
	Check: func(p *lint.Pass) {
		replay(p, func(v visit) {
			for _, word := range v.words {
				if _, protocol, _ := strings.Cut(word, "/"); protocol != strings.ToLower(protocol) {
					p.ReportAt(v.in, v.in.ArgSpan, "EXPOSE names the protocol in capitals")
					return
				}
			}
		})
	},
}
