// Package rules holds drydock's Dockerfile rules, one a file. To add one: write <id>.go beside the others, its fixtures
// in testdata/<id>.txt, and its line in All.
package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

// All lists every rule: first those that hadolint defines, in the order of its codes, then those that BuildKit's checks
// have beyond them, then those that know the stack.
var All = complete([]lint.Rule{
	noIgnorePragma, workdirAbsolute, uselessCommand, lastUserRoot, workdirOverCd, noSudo, fromTag, fromLatest, aptPin,
	aptLists,
	addArchive, portRange, oneHealthcheck, pipPin, aptYes, aptRecommends, npmPin, apkPin, apkNoCache, copyOverAdd,
	copyManySlash,
	copyFromUnknown, copyFromSelf, stageNameUnique, execForm, trustedRegistry, aptGetOverApt, gemPin, fromPlatform,
	yumYes, yumClean,
	yumPin, zypperYes, zypperDistUpgrade, zypperClean, zypperPin, dnfYes, dnfClean, dnfPin, pipNoCache, onbuildTrigger,
	envSelfReference, copyRelative, useraddLogInit, wgetProgress, labelKey, labelMissing, labelUnknown, labelEmpty,
	labelURL,
	labelTime, labelLicence, labelGitHash, labelSemver, healthcheckMissing, labelEmail, consecutiveRun, yarnClean,
	instructionOrder,
	goPin, stageNameReserved, secretName, fromPlatformRedundant, userNumeric, copyWholeStage, maintainer, wgetOrCurl,
	oneCmd,
	oneEntrypoint, shellLink, pipefail,

	stageNameCasing, fromAsCasing, emptyContinuation, instructionCasing, legacyKeyValue, definitionDescription,
	exposeFormat, exposeCasing,
	fromArgUndeclared, fromArgDefault, undefinedVariable, copyIgnored, basePlatform,

	execFormBroken, baseEndOfLife, baseDigestOnly, secretValue, secretFile, contextWithoutIgnoreFile, buildToolsShipped,
	runsAsRoot,
	buildCacheShipped,
	curlPipeShell, dependedOnWithoutHealthcheck, singleStageBuild, finalOnBuildBase, wheelsCopied, wheelsWithoutDeps,
})

// complete fills in what all rules have in common.
func complete(rules []lint.Rule) []lint.Rule {
	for i := range rules {
		rules[i].Gate = finding.GateDockerfile
	}
	return rules
}

// Described are the rules as values for lists, explanations and documents, those for syntax first.
func Described() []finding.Rule {
	out := []finding.Rule{lint.SyntaxRule.Rule, lint.ShellRule.Rule}
	for _, r := range All {
		out = append(out, r.Rule)
	}
	return out
}

// Reached names the findings whose level reaches the failure-threshold of a configuration, as hadolint's exit code
// counts them: rules without a level never do.
func Reached(found []finding.Finding, cfg *lint.Config) []string {
	if cfg.FailureThreshold == "" || cfg.NoFail {
		return nil
	}
	var out []string
	for i := range found {
		for _, a := range found[i].Aliases {
			if r := byCode[a]; r != nil && found[i].Status == finding.Open &&
				cfg.LevelOf(r).AtLeast(cfg.FailureThreshold) {
				out = append(out, string(cfg.LevelOf(r))+" "+a+" at "+found[i].Location.String())
			}
		}
	}
	return out
}

// byCode finds a rule by hadolint's code.
var byCode = func() map[string]*lint.Rule {
	m := map[string]*lint.Rule{lint.SyntaxRule.Code(): &lint.SyntaxRule}
	for i := range All {
		if c := All[i].Code(); c != "" {
			m[c] = &All[i]
		}
	}
	return m
}()

// BuildCheck reports whether a name is that of a check of docker build --check.
func BuildCheck(name string) bool { return buildChecks[name] }

var buildChecks = func() map[string]bool {
	names := map[string]bool{}
	for i := range All {
		if name := All[i].BuildCheck; name != "" {
			names[name] = true
		}
	}
	return names
}()
