package check

import (
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

// Rule is one rule: what it tells, what its defect does to the people outside, and what looks for it. Its examples are
// testdata/rules/<id>.txtar beside the gate's tests.
type Rule struct {
	finding.Rule
	Effect finding.Effect // where a finding says nothing else
	Check  func(*search)
	Advice func(*analysis, *builder) string // what to do, where that depends on the cause; "" or nil takes Remedy
	Last   bool                             // it speaks of what no other rule explains, and so runs after them
}

// all are the rules, in the order in which they are listed.
var all = complete([]Rule{
	unprotectedRouter, plainHTTPRouterUnprotected, allowlistOnRedirectRouter, allowlistOnPhantomRouter,
	duplicateLabelOverrides, unsupportedLabelSyntax, ignoredLabel, unsetVariable, unusedAllowlist,
	defaultRouterUnprotected, exposedByDefault, routerOnAllEntryPoints, unprotectedSiblingRouter,
	serviceExposedByOtherRouter, redirectPriorityLowered, tcpCatchallShadowsHTTP, deployLabelsIgnored, allowAllRange,
	overbroadRange, allowlistContainsTrustedProxy, allowlistContainsDockerGateway, spoofableForwardedFor,
	spoofableProxyProtocol, publishedPortBypassesProxy, hostNetworkBypassesProxy, dashboardInsecure,
	dashboardUnprotected, dockerSocketExposed, undefinedMiddleware, middlewareConflict, multiTypeMiddleware,
	invalidSourceRange, emptySourceRange, unknownLabelField, invalidLabelRoot, v3LabelOnV2, rangeNeverMatches,
	ipstrategyWithoutTrustedProxy, rejectStatusNotError, v2LabelOnV3, v2LabelDeprecated, invalidMiddleware,
	invalidTraefikConfiguration, routerWithoutTLS, addressRewrittenBeforeAllowlist, allowlistIsACDN, exactPathGuard,
	ruleTakesEveryHost, unescapedDollar, v2RuleOnV3, ingressHidesClient, routerDisabled,
})

// docsTraefik is where Traefik's own documentation begins.
const docsTraefik = "https://doc.traefik.io/traefik/"

// complete fills in what follows from the rest.
func complete(rules []Rule) []Rule {
	for i := range rules {
		r := &rules[i]
		r.Gate, r.References, r.OWASP = finding.GateAccess, []string{docsTraefik}, []string{"A02:2025"}
		if r.Effect == finding.EffectOpen {
			r.OWASP, r.Kind = []string{"A01:2025"}, finding.KindVulnerability
			if len(r.CWE) == 0 {
				r.CWE = []string{"CWE-284"}
			}
		}
	}
	return rules
}

// Rules lists every rule of the access gate.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(all))
	for i := range all {
		out[i] = all[i].Rule
	}
	return out
}

// search is one rule's look at what one gateway serves.
type search struct {
	*analysis
	rule *Rule
}

// onContainers runs a check on each container that the gateway sees.
func onContainers(check func(*search, *exposure.Container)) func(*search) {
	return func(s *search) {
		for _, c := range s.containers {
			check(s, c)
		}
	}
}
