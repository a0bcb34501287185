// Package rules holds drydock's Dockerfile rules, one a file. To add one: write <id>.go beside the others, its fixtures
// in testdata/<id>.txt, and its line in All.
package rules

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

// All lists every rule: first those that hadolint defines, in the order of its codes, then those that know the stack.
var All = complete([]lint.Rule{
	noIgnorePragma, workdirAbsolute, uselessCommand, lastUserRoot, workdirOverCd, noSudo, fromTag, fromLatest, aptPin, aptLists,
	addArchive, portRange, oneHealthcheck, pipPin, aptYes, aptRecommends, npmPin, apkPin, apkNoCache, copyOverAdd, copyManySlash,
	copyFromUnknown, copyFromSelf, stageNameUnique, execForm, trustedRegistry, aptGetOverApt, gemPin, fromPlatform, yumYes, yumClean,
	yumPin, zypperYes, zypperDistUpgrade, zypperClean, zypperPin, dnfYes, dnfClean, dnfPin, pipNoCache, onbuildTrigger,
	envSelfReference, copyRelative, useraddLogInit, wgetProgress, labelKey, labelMissing, labelUnknown, labelEmpty, labelURL,
	labelTime, labelLicence, labelGitHash, labelSemver, healthcheckMissing, labelEmail, consecutiveRun, yarnClean, instructionOrder,
	goPin, stageNameReserved, secretName, fromPlatformRedundant, userNumeric, copyWholeStage, maintainer, wgetOrCurl, oneCmd,
	oneEntrypoint, shellLink, pipefail,

	baseEndOfLife, baseDigestOnly, secretValue, secretFile, contextWithoutIgnoreFile, buildToolsShipped, runsAsRoot, buildCacheShipped,
	curlPipeShell, dependedOnWithoutHealthcheck, singleStageBuild, finalOnBuildBase, wheelsCopied, wheelsWithoutDeps,
})

// complete fills in what all rules have in common.
func complete(rules []lint.Rule) []lint.Rule {
	for i := range rules {
		rules[i].Gate = finding.GateDockerfile
	}
	return rules
}

// Described are the rules as values for lists, explanations and documents, the one for syntax first.
func Described() []finding.Rule {
	out := []finding.Rule{lint.SyntaxRule.Rule}
	for _, r := range All {
		out = append(out, r.Rule)
	}
	return out
}
