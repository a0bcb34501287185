package rules

import (
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var execFormBroken = lint.Rule{
	Covers: []string{"DL3025"},
	Rule: finding.Rule{
		ID: "exec-form-broken", Severity: finding.High,
		Title: "An array of words is not valid JSON",
		Description: "What is no valid JSON is taken for shell form without a word: the shell looks for a program " +
			"whose name begins with a bracket. " +
			"The build passes and the container does not start; a RUN fails; COPY takes the brackets for file names.",
		Remedy:     `Write valid JSON: words in double quotes with commas between them, and no comma after the last.`,
		References: []string{"https://docs.docker.com/reference/dockerfile/#exec-form"},
	},
	Check: func(p *lint.Pass) {
		p.File.Walk(func(in *dockerfile.Instruction) {
			consequence, ok := brokenArray[in.Keyword]
			if !ok || in.JSON || len(in.Args) == 0 || in.Problem != nil {
				return
			}
			text, start := p.File.Text(in.ArgSpan), in.ArgSpan.Start
			if in.Keyword == "HEALTHCHECK" {
				if len(in.Args) < 2 {
					return
				}
				start = in.Args[1].Span.Start
				text = p.File.Text(dockerfile.Span{Start: start, End: in.ArgSpan.End})
			}
			if !arrayLike.MatchString(text) {
				return
			}
			if at := trailingComma.FindStringIndex(text); at != nil {
				comma := dockerfile.Span{Start: start + at[0], End: start + at[0] + 1}
				p.ReportAt(in, comma, "a comma after the last word is not valid JSON: "+consequence,
					lint.Fix("Remove the comma.", dockerfile.Replace(comma, "")))
				return
			}
			p.ReportAt(in, dockerfile.Span{Start: start, End: start + 1}, "the array is not valid JSON: "+consequence)
		})
	},
}

// brokenArray says for the instructions that take an array what becomes of a broken one.
var brokenArray = map[string]string{
	"CMD": "the container will not start", "ENTRYPOINT": "the container will not start",
	"HEALTHCHECK": "the check will always fail",
	"RUN":         "the build will fail", "COPY": "the build will fail", "ADD": "the build will fail",
	"VOLUME": "the volumes will have other names",
}

var (
	// arrayLike matches what was meant to be an array, and no test of the shell: [ "$a" = b ].
	arrayLike     = lazyregexp.New(`^\[(?:["']|\s+["'][^"']*["']\s*,)`)
	trailingComma = lazyregexp.New(`,\s*\]\s*$`)
)
