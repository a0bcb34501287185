package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var instructionCasing = lint.Rule{
	BuildCheck: "ConsistentInstructionCasing",
	Rule: finding.Rule{
		ID: "instruction-casing", Aliases: []string{"ConsistentInstructionCasing"}, Severity: finding.Info,
		Title:       "Instructions are written in different case",
		Description: "One way of writing instructions, capitals by custom, tells them from their arguments.",
		Remedy:      "Write the instruction as most others of the file are written.",
		References:  []string{"https://docs.docker.com/reference/build-checks/consistent-instruction-casing/"},
	},
	Check: func(p *lint.Pass) {
		lower, upper := 0, 0
		stageInstructions(p.File, func(in *dockerfile.Instruction) {
			switch word := p.File.Text(in.KeywordSpan); word {
			case strings.ToLower(word):
				lower++
			case strings.ToUpper(word):
				upper++
			}
		})
		usual, name := strings.ToUpper, "capitals"
		if lower > upper {
			usual, name = strings.ToLower, "small letters"
		}
		stageInstructions(p.File, func(in *dockerfile.Instruction) {
			if word := p.File.Text(in.KeywordSpan); word != usual(word) {
				p.Report(in, word+" is not written in "+name+" as most others are", lint.Fix("Write "+usual(word)+".",
					dockerfile.Replace(in.KeywordSpan, usual(word))))
			}
		})
	},
}

// stageInstructions calls f for every FROM and what follows it, where it is an instruction that a builder knows.
func stageInstructions(file *dockerfile.File, f func(*dockerfile.Instruction)) {
	for _, s := range file.Stages {
		f(s.From)
		for _, in := range s.Instructions {
			if in.Known() {
				f(in)
			}
		}
	}
}
