package rules

import (
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
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
	return dockerfile.Span{}, false
}

var interpreters = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "ksh": true, "python": true, "python3": true, "perl": true, "node": true, "ruby": true, "php": true}

// download is a substitution that fetches something, as the whole of a word.
var download = regexp.MustCompile("^(?:\\$\\(|<\\(|`)\\s*(?:curl|wget)\\s")

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
