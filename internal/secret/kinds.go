package secret

import (
	"bytes"
	"sync"

	"github.com/google/osv-scalibr/veles"
	"github.com/google/osv-scalibr/veles/secrets/anthropicapikey"
	"github.com/google/osv-scalibr/veles/secrets/azurestorageaccountaccesskey"
	"github.com/google/osv-scalibr/veles/secrets/circleci"
	"github.com/google/osv-scalibr/veles/secrets/cloudflareapitoken"
	"github.com/google/osv-scalibr/veles/secrets/cratesioapitoken"
	"github.com/google/osv-scalibr/veles/secrets/digitaloceanapikey"
	"github.com/google/osv-scalibr/veles/secrets/discordbottoken"
	"github.com/google/osv-scalibr/veles/secrets/dockerhubpat"
	"github.com/google/osv-scalibr/veles/secrets/elasticcloudapikey"
	"github.com/google/osv-scalibr/veles/secrets/gcpapikey"
	"github.com/google/osv-scalibr/veles/secrets/gcpoauth2access"
	"github.com/google/osv-scalibr/veles/secrets/github"
	"github.com/google/osv-scalibr/veles/secrets/gitlabpat"
	"github.com/google/osv-scalibr/veles/secrets/grokxaiapikey"
	"github.com/google/osv-scalibr/veles/secrets/hashicorpvault"
	"github.com/google/osv-scalibr/veles/secrets/herokuplatformkey"
	"github.com/google/osv-scalibr/veles/secrets/huggingfaceapikey"
	"github.com/google/osv-scalibr/veles/secrets/npmjsaccesstoken"
	"github.com/google/osv-scalibr/veles/secrets/onepasswordkeys"
	"github.com/google/osv-scalibr/veles/secrets/openai"
	"github.com/google/osv-scalibr/veles/secrets/openrouter"
	"github.com/google/osv-scalibr/veles/secrets/packagist"
	"github.com/google/osv-scalibr/veles/secrets/paystacksecretkey"
	"github.com/google/osv-scalibr/veles/secrets/perplexityapikey"
	"github.com/google/osv-scalibr/veles/secrets/postmanapikey"
	"github.com/google/osv-scalibr/veles/secrets/pypiapitoken"
	"github.com/google/osv-scalibr/veles/secrets/rubygemsapikey"
	"github.com/google/osv-scalibr/veles/secrets/sendgrid"
	"github.com/google/osv-scalibr/veles/secrets/slacktoken"
	"github.com/google/osv-scalibr/veles/secrets/squareapikey"
	"github.com/google/osv-scalibr/veles/secrets/stripeapikeys"
	"github.com/google/osv-scalibr/veles/secrets/supabase"
	"github.com/google/osv-scalibr/veles/secrets/telegrambotapitoken"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/owasp"
)

// kind is one kind of secret.
type kind struct {
	finding.Rule
	sure finding.Confidence
	// of these words one stands in every text that find has to look at
	words []string
	find  func(text []byte) []span
	loose bool // its form has no randomness to be asked for
}

type span struct {
	start, end int
	part       bool
}

func (k *kind) possible(text []byte) bool { return containsAny(text, k.words) }

// quiet reports whether a value is an example or stands for one.
func (k *kind) quiet(value []byte) bool {
	return isExample(string(value)) || !k.loose && entropy(value) < leastForm
}

// leastForm is the entropy, in bits a letter, below which a value of an issuer's form is one that was typed: xxxx, 1234.
const leastForm = 3.0

const reference = "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"

// rule describes a kind of secret. What such a secret opens is told in opens.
func rule(id, what, opens string, severity finding.Severity) finding.Rule {
	cwe := []string{"CWE-798"}
	return finding.Rule{
		ID: "secret-" + id, Gate: finding.GateCode, Kind: finding.KindSecret, Severity: severity, CWE: cwe, OWASP: owasp.Of(cwe...),
		Title: what + " is written in a file",
		Description: opens + " Whoever has the repository, a copy of it or an image that was built from it has the " +
			"secret too, and it stays in the history after the line is gone.",
		Remedy: "Withdraw it at its issuer and make a new one: taking out the line does not take it back. Give it to " +
			"the program when it starts, from a file or the environment.",
		References: []string{reference},
	}
}

// issued is a kind of secret that a detector of the library finds by its form.
func issued(id, what string, words []string, makers ...func() veles.Detector) kind {
	all := sync.OnceValue(func() []veles.Detector {
		out := make([]veles.Detector, len(makers))
		for i, m := range makers {
			out[i] = m()
		}
		return out
	})
	return kind{
		Rule: rule(id, what, "It opens the account of its owner to whoever reads it.", finding.High),
		sure: finding.ConfidenceHigh, words: words,
		find: func(text []byte) (out []span) {
			for _, d := range all() {
				_, starts := d.Detect(text)
				for _, at := range starts {
					if end := endOf(text, at); end > at && !within(text, at) {
						out = append(out, span{start: at, end: end})
					}
				}
			}
			return out
		},
	}
}

// maxToken bounds a token, in bytes.
const maxToken = 4096

// endOf is where a token that begins at a byte ends: the library tells only where it begins.
func endOf(text []byte, at int) int {
	end := at
	for end < len(text) && end-at < maxToken && tokenByte(text[end]) {
		end++
	}
	return end
}

func tokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		bytes.IndexByte([]byte("_-+/=.:~"), c) >= 0
}

// within reports whether a match begins inside a longer word: a piece of a checksum or of encoded data is no token.
func within(text []byte, at int) bool {
	if at == 0 {
		return false
	}
	c := text[at-1]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func words(list ...string) []string { return list }

var kinds = []kind{
	privateKeys, awsKeys, jsonWebTokens, googleAccounts, slackHooks, slackTokens,
	issued("github-token", "A GitHub token", words("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
		github.NewClassicPATDetector, github.NewFineGrainedPATDetector, github.NewOAuthTokenDetector,
		github.NewAppU2SDetector, github.NewAppS2STokenDetector, github.NewAppRefreshTokenDetector),
	issued("gitlab-token", "A GitLab token", words("glpat-"), gitlabpat.NewDetector),
	issued("anthropic-key", "An Anthropic key", words("sk-ant-"), anthropicapikey.NewDetector),
	issued("openai-key", "An OpenAI key", words("T3BlbkFJ"), openai.NewDetector),
	issued("openrouter-key", "An OpenRouter key", words("sk-or-v"), openrouter.NewDetector),
	issued("perplexity-key", "A Perplexity key", words("pplx-"), perplexityapikey.NewDetector),
	issued("xai-key", "An xAI key", words("xai-"), grokxaiapikey.NewAPIKeyDetector,
		grokxaiapikey.NewManagementKeyDetector),
	issued("hugging-face-token", "A Hugging Face token", words("hf_"), huggingfaceapikey.NewDetector),
	issued("google-api-key", "A Google API key", words("AIzaSy"), gcpapikey.NewDetector),
	issued("google-access-token", "A Google access token", words("ya29."), gcpoauth2access.NewDetector),
	issued("azure-storage-key", "An Azure storage key", words("=="), azurestorageaccountaccesskey.NewDetector),
	issued("digitalocean-token", "A DigitalOcean token", words("dop_v1_"), digitaloceanapikey.NewDetector),
	issued("cloudflare-token", "A Cloudflare token", words("cloudflare", "CLOUDFLARE", "Cloudflare"),
		cloudflareapitoken.NewDetector),
	issued("heroku-key", "A Heroku key", words("HRKU-"), herokuplatformkey.NewSecretKeyDetector),
	issued("docker-hub-token", "A Docker Hub token", words("dckr_pat_"), dockerhubpat.NewDetector),
	issued("npm-token", "An npm token", words("npm_"), npmjsaccesstoken.NewDetector),
	issued("pypi-token", "A PyPI token", words("pypi-"), pypiapitoken.NewDetector),
	issued("rubygems-key", "A RubyGems key", words("rubygems_"), rubygemsapikey.NewDetector),
	issued("crates-token", "A crates.io token", words("cio"), cratesioapitoken.NewDetector),
	issued("packagist-token", "A Packagist token", words("packagist_"), packagist.NewAPISecretDetector,
		packagist.NewOrgReadTokenDetector, packagist.NewOrgUpdateTokenDetector, packagist.NewUserUpdateTokenDetector,
		packagist.NewConductorUpdateTokenDetector),
	issued("circleci-token", "A CircleCI token", words("CCIPAT_", "CCIPRJ_"), circleci.NewPersonalAccessTokenDetector,
		circleci.NewProjectTokenDetector),
	issued("vault-token", "A Vault token", words("hvs.", "hvb."), hashicorpvault.NewTokenDetector),
	issued("stripe-key", "A Stripe key", words("sk_live_", "rk_live_", "whsec_"), stripeapikeys.NewSecretKeyDetector,
		stripeapikeys.NewRestrictedKeyDetector, stripeapikeys.NewWebhookSecretDetector),
	issued("square-token", "A Square token", words("EAAA", "sq0csp-"), squareapikey.NewPersonalAccessTokenDetector,
		squareapikey.NewOAuthApplicationSecretDetector),
	issued("paystack-key", "A Paystack key", words("sk_live_"), paystacksecretkey.NewSecretKeyDetector),
	issued("sendgrid-key", "A SendGrid key", words("SG."), sendgrid.NewDetector),
	issued("supabase-key", "A Supabase key", words("sbp_", "sb_secret_"), supabase.NewPATDetector,
		supabase.NewProjectSecretKeyDetector),
	issued("elastic-key", "An Elastic Cloud key", words("essu_"), elasticcloudapikey.NewDetector),
	issued("postman-key", "A Postman key", words("PMAK-", "PMAT-"), postmanapikey.NewAPIKeyDetector,
		postmanapikey.NewCollectionTokenDetector),
	issued("1password-key", "A 1Password key", words("A3-", "ops_eyJ", "1PRK-"), onepasswordkeys.NewSecretKeyDetector,
		onepasswordkeys.NewServiceTokenDetector, onepasswordkeys.NewRecoveryTokenDetector),
	issued("telegram-token", "A Telegram bot's token", words("telegram", "Telegram", "TELEGRAM", "tgram"),
		telegrambotapitoken.NewDetector),
	issued("discord-token", "A Discord bot's token", words("discord", "Discord", "DISCORD"),
		discordbottoken.NewDetector),
}

// The library wants a key that can be parsed, whole and on lines of its own. What is joined of strings, encoded into one
// line or cut short is a key that was in the repository all the same.
var privateKeys = kind{
	Rule: rule("private-key", "A private key", "It proves to be its owner: a server, a user of SSH, a signer.",
		finding.Critical),
	sure: finding.ConfidenceHigh, words: words("PRIVATE KEY"), loose: true, find: findPrivateKeys,
}

// maxLabel bounds the first line of a key, maxBetween what stands between it and the key, maxKey the key.
const maxLabel, maxBetween, maxKey = 60, 600, 16 << 10

var (
	keyHead = lazyregexp.New(`-----BEGIN (?:[A-Z0-9]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----`)
	// Line ends, also escaped, indentation, quotes and signs of joined texts, headers; then the key.
	keyBody = lazyregexp.New(`^(?:\s|\\[rn]|["'+,.]|(?:Proc-Type|DEK-Info|Version|Comment): ?[^\r\n\\"]+)+` +
		`[A-Za-z0-9+/=]{32}`)
)

func findPrivateKeys(text []byte) (out []span) {
	for _, m := range keyHead.FindAllSubmatchIndex(text, maxFound) {
		rest := text[m[1]:min(len(text), m[1]+maxBetween)]
		if !keyBody.Match(rest) {
			continue
		}
		end := min(len(text), m[1]+maxKey)
		if i := bytes.Index(text[m[1]:end], []byte("-----END")); i >= 0 {
			end = m[1] + i
		} else {
			end = m[1] + keyBody.FindIndex(rest)[1]
			for end < len(text) && tokenByte(text[end]) {
				end++
			}
		}
		out = append(out, span{start: m[0], end: end})
	}
	return out
}

var awsKeys = kind{
	Rule: rule("aws-access-key", "An AWS access key", "It is half of what an account of Amazon's cloud asks for, and "+
		"the other half mostly stands beside it.", finding.High),
	sure: finding.ConfidenceHigh, words: words("AKIA", "ASIA"), find: findAWSKeys,
}

var (
	awsID     = lazyregexp.New(`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`)
	awsSecret = lazyregexp.New(`(?:^|[^A-Za-z0-9+/])([A-Za-z0-9+/]{40})(?:[^A-Za-z0-9+/=]|$)`)
	hexOnly   = lazyregexp.New(`^[0-9a-fA-F]+$`)
)

// findAWSKeys finds the names of keys, and hides the secrets that stand near them.
func findAWSKeys(text []byte) (out []span) {
	const near = 500
	for _, m := range awsID.FindAllSubmatchIndex(text, maxFound) {
		if isExample(string(text[m[0]:m[1]])) {
			continue
		}
		out = append(out, span{start: m[0], end: m[1]})
		from := max(0, m[0]-near)
		for _, s := range awsSecret.FindAllSubmatchIndex(text[from:min(len(text), m[1]+near)], maxFound) {
			value := text[from+s[2] : from+s[3]]
			if !hexOnly.Match(value) && entropy(value) > leastRandom {
				out = append(out, span{start: from + s[2], end: from + s[3], part: true})
			}
		}
	}
	return out
}

var googleAccounts = kind{
	Rule: rule("google-service-account", "A Google service account's key", "It opens what the account may do in the "+
		"project.", finding.Critical),
	sure: finding.ConfidenceHigh, words: words(`"private_key_id"`), find: findMatches(
		lazyregexp.New(`"private_key_id"\s*:\s*"([0-9a-f]{40})"`)),
}

var slackHooks = kind{
	Rule: rule("slack-webhook", "The address of a Slack webhook", "Whoever has it writes into the channel.",
		finding.Medium),
	sure: finding.ConfidenceHigh, words: words("hooks.slack.com/"), find: findMatches(
		lazyregexp.New(`hooks\.slack\.com/(?:services|workflows)/` +
			`(T[A-Z0-9]{6,12}/[AB][A-Z0-9]{6,12}/[A-Za-z0-9]{16,30})`)),
}

// The library knows the tokens of Slack's apps, not those of bots and users.
var slackTokens = func() kind {
	k := issued("slack-token", "A Slack token", words("xox", "xapp-"), slacktoken.NewAppLevelTokenDetector,
		slacktoken.NewAppConfigAccessTokenDetector, slacktoken.NewAppConfigRefreshTokenDetector)
	apps := k.find
	others := findMatches(lazyregexp.New(`\b(xox[baprs]-[0-9]{8,14}-[0-9A-Za-z-]{18,120})`))
	k.find = func(text []byte) []span { return append(apps(text), others(text)...) }
	return k
}()

// findMatches finds what the first group of an expression matches.
func findMatches(re *lazyregexp.Regexp) func([]byte) []span {
	return func(text []byte) (out []span) {
		for _, m := range re.FindAllSubmatchIndex(text, maxFound) {
			out = append(out, span{start: m[2], end: m[3]})
		}
		return out
	}
}
