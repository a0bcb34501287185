package rules

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/lint"
)

var curlPipeShell = lint.Rule{
	Rule: finding.Rule{
		ID: "curl-pipe-shell", Severity: finding.Medium, CWE: []string{"CWE-494"}, OWASP: []string{"A08:2025"},
		Title:       "A script from the network is run unseen",
		Description: "Whatever the address delivers that day runs as root in the build, half of it too if the connection breaks. Nothing checks that it is the script of yesterday.",
		Remedy:      "Install the package of the distribution or the language, or download a fixed version and check its hash before running it (ADD --checksum).",
		References:  []string{"https://docs.docker.com/reference/dockerfile/#add---checksum"},
	},
	Check: func(p *lint.Pass) {
		all(p, "RUN", func(in *dockerfile.Instruction) {
			if in.Stage == nil || !p.Needed(in.Stage) || in.Script == nil {
				return
			}
			if at, ok := runsDownload(in.Script); ok {
				var opts []lint.Option
				if !p.Ships(in) {
					opts = append(opts, lint.Severity(finding.Low))
				}
				p.ReportAt(in, at, "a script from the network is run unseen", opts...)
			}
		})
	},
}

// runsDownload finds a download that a shell runs: through a pipe, or as the text of an argument.
func runsDownload(s *dockerfile.Script) (dockerfile.Span, bool) {
	for _, pipe := range s.Pipes {
		fetched := false
		for _, c := range s.Commands {
			if !pipe.Contains(c.Span.Start) {
				continue
			}
			name, words := c.Effective()
			if fetched && readsScript(name, words) {
				return pipe, true
			}
			fetched = fetched || name == "curl" || name == "wget"
		}
	}
	for _, c := range s.Commands {
		name, words := c.Effective()
		if !interpreters[name] && name != "eval" && name != "source" && name != "." {
			continue
		}
		for _, w := range words[1:] {
			if download.MatchString(w.Text) {
				return c.Span, true
			}
		}
	}
	return runsFetchedFile(s)
}

// runsFetchedFile finds a shell that is given a file which the same RUN has just fetched, and of which nothing has
// checked a hash or signature in between.
func runsFetchedFile(s *dockerfile.Script) (dockerfile.Span, bool) {
	fetched := map[string]bool{}
	for _, c := range s.Commands {
		name, words := c.Effective()
		switch {
		case name == "curl" || name == "wget":
			if f := fetchedFile(name, words[1:]); f != "" {
				fetched[f] = true
			}
		case checks[name]:
			clear(fetched)
		case shellPrograms[name]:
			for _, w := range words[1:] {
				if !strings.HasPrefix(w.Text, "-") {
					if fetched[path.Base(w.Text)] {
						return c.Span, true
					}
					break
				}
			}
		}
	}
	return dockerfile.Span{}, false
}

// fetchedFile is the name of the file that curl or wget writes, "" if it is not known.
func fetchedFile(program string, args []dockerfile.Word) string {
	keeps := program == "wget" // the address's own name
	address := ""
	for i, w := range args {
		short := len(w.Text) > 1 && w.Text[0] == '-' && w.Text[1] != '-'
		switch {
		case program == "curl" && (w.Text == "--output" || short && strings.HasSuffix(w.Text, "o")),
			program == "wget" && (w.Text == "--output-document" || short && strings.HasSuffix(w.Text, "O")):
			if i+1 < len(args) {
				return path.Base(args[i+1].Text)
			}
		case program == "curl" && (w.Text == "--remote-name" || short && strings.Contains(w.Text, "O")):
			keeps = true
		case strings.Contains(w.Text, "://"):
			address, _, _ = strings.Cut(w.Text, "?")
		}
	}
	if !keeps || address == "" {
		return ""
	}
	return path.Base(address)
}

var (
	shellPrograms = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "ksh": true}
	checks        = map[string]bool{
		"sha256sum": true, "sha512sum": true, "sha384sum": true, "sha224sum": true, "sha1sum": true, "md5sum": true, "b2sum": true, "shasum": true, "openssl": true,
		"gpg": true, "gpg2": true, "gpgv": true, "cosign": true, "minisign": true, "signify": true,
	}
)

var interpreters = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "ksh": true, "python": true, "python3": true, "perl": true, "node": true, "ruby": true, "php": true}

// download is a substitution that fetches something, as the whole of a word.
var download = lazyregexp.New("^(?:\\$\\(|<\\(|`)\\s*(?:curl|wget)\\s")

// readsScript tells whether an interpreter takes its script from standard input: no file is named, or it is "-".
func readsScript(name string, words []dockerfile.Word) bool {
	if !interpreters[name] {
		return false
	}
	for _, w := range words[1:] {
		switch {
		case w.Text == "-" || strings.HasPrefix(w.Text, "-s") || w.Text == "/dev/stdin":
			return true
		case w.Text == "-c" || w.Text == "-m" || w.Text == "-e":
			return false // the script is the next word
		case !strings.HasPrefix(w.Text, "-"):
			return false
		}
	}
	return true
}
