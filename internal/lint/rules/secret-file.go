package rules

import (
	"io/fs"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var secretFile = lint.Rule{
	Rule: finding.Rule{
		ID: "secret-file", Kind: finding.KindSecret, Severity: finding.High, CWE: []string{"CWE-538", "CWE-798"}, OWASP: []string{"A02:2025"},
		Title:       "A file that holds secrets is copied into the image",
		Description: "Everybody who has the image has the file, also where a later RUN removes it: the layer keeps it.",
		Remedy: "Mount it into the one RUN that needs it (--mount=type=secret), give it to the container at " +
			"start, and name it in .dockerignore.",
		References: []string{"https://docs.docker.com/build/building/secrets/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.File.Stages {
			for _, in := range s.Instructions {
				if p.Needed(s) {
					copiedSecrets(p, in)
				}
			}
		}
	},
}

func copiedSecrets(p *lint.Pass, in *dockerfile.Instruction) {
	if _, from := in.Flag("from"); from || in.Keyword != "COPY" && in.Keyword != "ADD" || len(in.Args) < 2 {
		return
	}
	var opts []lint.Option
	if !p.Ships(in) {
		opts = append(opts, lint.Severity(finding.Low))
	}
	for _, w := range in.Args[:len(in.Args)-1] {
		name := path.Base(strings.TrimSuffix(unquoted(w.Text), "/"))
		if holdsSecrets(p, strings.TrimPrefix(path.Clean(unquoted(w.Text)), "/"), name) {
			p.ReportAt(in, w.Span, name+" is copied into the image", opts...)
			return
		}
	}
	if !copiesContext(in) || p.Context.Files == nil {
		return
	}
	entries, err := fs.ReadDir(p.Context.Files, ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && holdsSecrets(p, e.Name(), e.Name()) &&
			(p.Context.Ignored == nil || !p.Context.Ignored(e.Name())) {
			p.Report(in, e.Name()+" of the build context is copied into the image",
				append(opts, lint.Evidence("no ignore file keeps %s out", e.Name()))...)
			return
		}
	}
}

var secretNames = lazyregexp.New(
	`(?i)^(?:\.env(?:\.[a-z]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pypirc|\.git-credentials|\.htpasswd|\.dockercfg|\.pgpass|\.vault-token|kubeconfig|credentials(?:\.json)?|service[-_]account.*\.json|.*\.(?:key|p12|pfx|jks|keystore|kdbx)|.*-key\.pem|key\.pem|privkey.*\.pem|secrets?\.(?:ya?ml|json|env|toml|ini))$`)

// harmless are names of the same form that hold nothing: samples to copy, and public halves.
var harmless = lazyregexp.New(
	`(?i)(?:example|sample|template|dist|defaults?|test|ci|schema)|(?:^|[._-])pub(?:lic)?(?:$|[._-])`)

// holdsSecrets tells by name, and for .npmrc by content, whether a file holds secrets. The content is only looked into,
// never kept.
func holdsSecrets(p *lint.Pass, at, name string) bool {
	if name == ".npmrc" || name == ".yarnrc.yml" {
		return p.Context.Files != nil && fileMentions(p.Context.Files, at, npmSecret)
	}
	return secretNames.MatchString(name) && !harmless.MatchString(name)
}

var npmSecret = lazyregexp.New(`(?m)(?:_authToken|_password|_auth|npmAuthToken)\s*[=:]\s*["']?[^\s"'$]`)

const maxSmallFile = 64 << 10

func fileMentions(files fs.FS, name string, what *lazyregexp.Regexp) bool {
	if !fs.ValidPath(name) {
		return false
	}
	f, err := files.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := bounded.ReadAll(f, maxSmallFile)
	return err == nil && what.Match(b)
}
