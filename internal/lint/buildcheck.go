package lint

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
)

// A build check is one of those that `docker build --check` makes. A rule that stands for one has its name among its
// aliases and finds it on the same lines.

// Place is where BuildKit reports a check.
type Place struct {
	In    *dockerfile.Instruction
	Span  dockerfile.Span
	Title string
}

// Base is what is known of a base image beyond its name.
type Base struct {
	Env   map[string]string // its variables; a value is "" where only the name is known
	Shell bool              // it sets SHELL
	OS    string            // "" where the platform is not known
	Arch  string
}

// directive is what the file says about build checks: # check=skip=A,B;error=true, or skip=all.
type directive struct {
	linter.Config
	err  error
	span dockerfile.Span
}

// checkOptions reads the check directive of a file.
func checkOptions(f *dockerfile.File) directive {
	for _, d := range f.Directives {
		if d.Name != "check" {
			continue
		}
		cfg, err := linter.ParseLintOptions(d.Value)
		if err != nil {
			return directive{err: err, span: d.Span}
		}
		return directive{Config: *cfg, span: d.Span}
	}
	return directive{}
}

// above is what the comments before an instruction say about build checks.
func above(in *dockerfile.Instruction) linter.Config {
	if in == nil {
		return linter.Config{}
	}
	for _, comment := range in.Before {
		var p parser.DirectiveParser
		p.SetComment("")
		d, _ := p.ParseLine([]byte(comment))
		if d == nil || d.Name != "check" {
			continue
		}
		value, _, _ := strings.Cut(d.Value, " ")
		if cfg, err := linter.ParseLintOptions(value); err == nil {
			return *cfg
		}
		break
	}
	return linter.Config{}
}

// ofWholeFile are the checks that BuildKit makes of the file as a whole: a comment above an instruction does not reach
// them.
var ofWholeFile = map[string]bool{
	"DuplicateStageName": true, "ReservedStageName": true, "ConsistentInstructionCasing": true,
	"InvalidDefaultArgInFrom": true,
	"NoEmptyContinuation":     true, "InvalidBaseImagePlatform": true,
}

// Experimental reports whether the file asks for an experimental check on an instruction.
func (p *Pass) Experimental(check string, in *dockerfile.Instruction) bool {
	local := above(in)
	return p.checks.ExperimentalAll || slices.Contains(p.checks.ExperimentalRules, check) ||
		local.ExperimentalAll || slices.Contains(local.ExperimentalRules, check)
}

// skips reports whether the file switches a check off at an instruction.
func (p *Pass) skips(check string, in *dockerfile.Instruction) bool {
	if check == "InvalidDefinitionDescription" { // experimental ones are asked for, not skipped
		return false
	}
	if p.checks.SkipAll || slices.Contains(p.checks.SkipRules, check) {
		return true
	}
	if ofWholeFile[check] {
		return false
	}
	local := above(in)
	return local.SkipAll || slices.Contains(local.SkipRules, check)
}

// built adds what BuildKit reports under the rule's check: a finding that is there already gets the check's name, and
// what only BuildKit reports is a finding without hadolint's code.
func (p *Pass) built(from int) {
	r := p.rule
	for _, place := range r.Built(p) {
		known := false
		for i := from; i < len(*p.out); i++ {
			if one := &(*p.out)[i]; one.in == place.In {
				known = true
				if !slices.Contains(one.f.Aliases, r.BuildCheck) {
					one.f.Aliases = append(one.f.Aliases, r.BuildCheck)
				}
			}
		}
		if known {
			continue
		}
		p.ReportAt(place.In, place.Span, place.Title)
		(*p.out)[len(*p.out)-1].f.Aliases = []string{r.BuildCheck}
	}
}

// honour drops what the file's own check directive and comments switch off, and rates what it makes an error.
func (p *Pass) honour(all []result) []result {
	kept := all[:0]
	for _, r := range all {
		check := r.rule.BuildCheck
		if check != "" && slices.Contains(r.f.Aliases, check) {
			if p.skips(check, r.in) {
				continue
			}
			if p.checks.ReturnAsError {
				r.f.Severity = finding.High
				r.f.Evidence = append(r.f.Evidence, failsBuild)
			}
		}
		kept = append(kept, r)
	}
	return kept
}

// Strict reports whether a file makes its build checks errors.
func Strict(f *dockerfile.File) bool { return checkOptions(f).ReturnAsError }

// failsBuild is the evidence of a finding that its file makes an error.
const failsBuild = "the file says check=error=true: the build fails on it"

// FailsBuild names the findings on which a build fails because their file says so.
func FailsBuild(found []finding.Finding) []string {
	var out []string
	for i := range found {
		if f := &found[i]; f.Status == finding.Open && slices.Contains(f.Evidence, failsBuild) {
			out = append(out, "check=error=true: "+f.Rule+" at "+f.Location.String())
		}
	}
	return out
}
