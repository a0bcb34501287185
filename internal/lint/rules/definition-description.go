package rules

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var definitionDescription = lint.Rule{
	BuildCheck: "InvalidDefinitionDescription",
	Rule: finding.Rule{
		ID: "definition-description", Aliases: []string{"InvalidDefinitionDescription"}, Severity: finding.Info,
		Title: "The comment above a stage or ARG does not describe it",
		Description: "Builders list stages and arguments with the comment above them when it begins with the name. " +
			"The check is made where the file asks for it: # check=experimental=InvalidDefinitionDescription.",
		Remedy:     "Begin the comment with the name, or put a line with # alone between.",
		References: []string{"https://docs.docker.com/reference/build-checks/invalid-definition-description/"},
	},
	Check: func(p *lint.Pass) {
		for _, in := range p.File.Instructions {
			names := defines(in)
			if len(names) == 0 || len(in.Before) == 0 || in.Problem != nil ||
				!p.Experimental("InvalidDefinitionDescription", in) {
				continue
			}
			first, _, _ := strings.Cut(in.Before[len(in.Before)-1], " ")
			if !slices.Contains(names, first) {
				p.Report(in, "the comment above does not begin with "+names[0])
			}
		}
	},
}

// defines are the names that an instruction brings in: of a stage, or of arguments.
func defines(in *dockerfile.Instruction) []string {
	var names []string
	switch {
	case in.Keyword == "FROM" && in.Stage != nil && in.Stage.Name != "":
		names = []string{in.Stage.Name}
	case in.Keyword == "ARG":
		for _, pair := range in.Pairs {
			names = append(names, pair.Key)
		}
	}
	return names
}
