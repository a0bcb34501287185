package rules

import (
	"strings"
	"sync"

	"github.com/google/osv-scalibr/veles"
	"github.com/google/osv-scalibr/veles/secrets/awsaccesskey"
	"github.com/google/osv-scalibr/veles/secrets/dockerhubpat"
	"github.com/google/osv-scalibr/veles/secrets/gcpapikey"
	"github.com/google/osv-scalibr/veles/secrets/github"
	"github.com/google/osv-scalibr/veles/secrets/gitlabpat"
	"github.com/google/osv-scalibr/veles/secrets/huggingfaceapikey"
	"github.com/google/osv-scalibr/veles/secrets/npmjsaccesstoken"
	"github.com/google/osv-scalibr/veles/secrets/openai"
	"github.com/google/osv-scalibr/veles/secrets/privatekey"
	"github.com/google/osv-scalibr/veles/secrets/pypiapitoken"
	"github.com/google/osv-scalibr/veles/secrets/sendgrid"
	"github.com/google/osv-scalibr/veles/secrets/slacktoken"
	"github.com/google/osv-scalibr/veles/secrets/stripeapikeys"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/secretname"
)

var secretValue = lint.Rule{
	Rule: finding.Rule{
		ID: "secret-value", Kind: finding.KindSecret, Severity: finding.High, CWE: []string{"CWE-798"}, OWASP: []string{"A07:2025"},
		Title: "A secret is written in the Dockerfile",
		Description: "It is in the repository, in the image's configuration or history, and in every registry and " +
			"cache that either passes through.",
		Remedy: "Take it out and change it. Give secrets to the build with RUN --mount=type=secret, and to the " +
			"container when it starts.",
		References: []string{"https://docs.docker.com/build/building/secrets/"},
	},
	Covers: []string{"DL3064"},
	Check: func(p *lint.Pass) {
		p.File.Walk(func(in *dockerfile.Instruction) {
			var opts []lint.Option
			if in.Stage != nil && !p.Ships(in) {
				opts = append(opts, lint.Severity(finding.Medium))
			}
			if what := token(p.File.Text(in.Span)); what != "" && in.Trigger == nil {
				p.Report(in, what+" is written in "+in.Keyword, opts...)
				return
			}
			if in.Trigger == nil && addressPassword(p.File.Text(in.Span)) {
				p.Report(in, "an address with a password is written in "+in.Keyword,
					append(opts, lint.Confidence(finding.ConfidenceMedium))...)
				return
			}
			if in.Keyword != "ENV" && in.Keyword != "ARG" {
				return
			}
			for _, pair := range in.Pairs {
				if pair.HasValue && secretname.Holds(pair.Key) && realValue(pair.Value) {
					opts = append(opts, lint.Confidence(finding.ConfidenceMedium))
					if in.Keyword == "ARG" {
						opts = append(opts, lint.Severity(finding.Medium))
					}
					p.ReportAt(in, pair.KeySpan, in.Keyword+" "+shortKey(pair.Key)+" has its value in the file",
						opts...)
					return
				}
			}
		})
	},
}

func shortKey(k string) string {
	if plainName.MatchString(k) {
		return k
	}
	return "with the name of a secret"
}

var (
	placeholder = lazyregexp.New(
		`(?i)^(?:dummy|none|null|nil|placeholder|example|xxx+|todo|unset|empty|true|false|yes|no|on|off|build|changeme|change_me|change-me|replace.*|your[-_].*|not[-_]?.*|<.*>|\*+|-+|\.+)$|dummy|placeholder|for[-_]build|build[-_]only|insecure[-_]`)
)

// credentials finds user and password in an address.
var credentials = lazyregexp.New(`[a-zA-Z][a-zA-Z0-9+.-]*://([^\s/:@"']*):([^\s/@"']+)@([^\s/:"']*)`)

// customary are passwords of examples and of databases on the developer's own machine.
var customary = lazyregexp.New(
	`(?i)^(?:pass(?:word|wd)?[0-9]*|pwd|pw|secret|token|postgres|mysql|mongo|root|admin|user|test|guest|example|x-oauth-basic|local|dev(?:elopment)?)$`)

// addressPassword reports whether a text holds an address with a real password: no variable, nobody's example, not the
// user's name again, not a machine that is only this one.
func addressPassword(text string) bool {
	for _, m := range credentials.FindAllStringSubmatch(text, -1) {
		user, password, host := m[1], m[2], m[3]
		if password == user || host == "localhost" || strings.HasPrefix(host, "127.") ||
			strings.HasPrefix(host, "example.") {
			continue
		}
		if realValue(password) && !customary.MatchString(password) && !strings.ContainsAny(user, "<$") {
			return true
		}
	}
	return false
}

// secretKey reports whether a variable holds a secret by its name, and is not about one: its file, name or length.

// realValue tells a secret from what stands for one: a variable, a path, a number, a word that says so.
func realValue(v string) bool {
	switch {
	case len(v) < 4, strings.ContainsAny(v, "${}<> "), strings.HasPrefix(v, "/"), strings.Trim(v, "0123456789") == "" &&
		len(v) < 8:
		return false
	}
	return !placeholder.MatchString(v)
}

// detectors find secrets by their form: prefix, alphabet and length are those of one issuer.
var detectors = sync.OnceValue(func() []named {
	return []named{
		{"a private key", privatekey.NewDetector()}, {"an AWS access key", awsaccesskey.NewDetector()},
		{"a GitHub token", github.NewClassicPATDetector()}, {"a GitHub token", github.NewFineGrainedPATDetector()},
		{"a GitHub token", github.NewOAuthTokenDetector()},
		{"a GitLab token", gitlabpat.NewDetector()}, {"a Slack token", slacktoken.NewAppLevelTokenDetector()},
		{"a Stripe key", stripeapikeys.NewSecretKeyDetector()},
		{"a PyPI token", pypiapitoken.NewDetector()}, {"an npm token", npmjsaccesstoken.NewDetector()},
		{"a Docker Hub token", dockerhubpat.NewDetector()},
		{"a Google API key", gcpapikey.NewDetector()}, {"an OpenAI key", openai.NewDetector()},
		{"a Hugging Face token", huggingfaceapikey.NewDetector()},
		{"a SendGrid key", sendgrid.NewDetector()},
	}
})

type named struct {
	what string
	veles.Detector
}

// token names the kind of the first secret in a text, "" if there is none.
func token(text string) string {
	b := []byte(text)
	for _, d := range detectors() {
		if found, _ := d.Detect(b); len(found) > 0 {
			return d.what
		}
	}
	return ""
}
