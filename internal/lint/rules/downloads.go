package rules

import (
	"path"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// downloads are the files that a stage has fetched from the network so far and nothing has checked, by their names.
type downloads map[string]bool

// maxInner is how many shells within shells are looked into: bash -c "sh -c '...'".
const maxInner = 4

// bring notes what ADD downloads without a checksum, and forgets what COPY or ADD takes from the build context.
func (d downloads) bring(in *dockerfile.Instruction) {
	if in.Keyword != "ADD" && in.Keyword != "COPY" || len(in.Args) < 2 {
		return
	}
	_, checked := in.Flag("checksum")
	to := unquoted(in.Args[len(in.Args)-1].Text)
	for _, w := range in.Args[:len(in.Args)-1] {
		from, _, _ := strings.Cut(unquoted(w.Text), "?")
		name := path.Base(from)
		if !strings.HasSuffix(to, "/") && to != "." {
			name = path.Base(to)
		}
		delete(d, name)
		if in.Keyword == "ADD" && !checked && strings.Contains(from, "://") {
			d[name] = true
		}
	}
}

// run finds the first place of a RUN where something from the network is run.
func (d downloads) run(in *dockerfile.Instruction) (dockerfile.Span, bool) {
	if at, ok := d.script(in.Script, 0); ok {
		return at, true
	}
	if !in.Script.Parsed() {
		return in.ArgSpan, evaluatesDownload.MatchString(in.Script.Source) ||
			powershellDownload.MatchString(in.Script.Source)
	}
	for _, c := range in.Script.Commands { // python <<EOF
		name, _ := program(c)
		if interpreter(name) && !shellPrograms[name] {
			for _, h := range in.Heredocs {
				if evaluatesDownload.MatchString(h.Content) {
					return c.Span, true
				}
			}
		}
	}
	return dockerfile.Span{}, false
}

// script looks through one script, and through those that it gives to other shells.
func (d downloads) script(s *dockerfile.Script, depth int) (dockerfile.Span, bool) {
	written, pipes := redirections(s), pipelines(s)
	for _, c := range s.Commands {
		name, words := program(c)
		pipe := around(pipes, c)
		fetched := pipe != nil && pipe.fetched
		switch {
		case fetched && readsScript(name, words):
			return pipe.span, true
		case fetchers[name]:
			if file := fetchedFile(name, words[1:], written[c.Call]); file != "" {
				d[file] = true
			}
		case fetched && name == "tee":
			for _, w := range words[1:] {
				d[path.Base(w.Text)] = true
			}
		case checks[name]:
			clear(d)
		case d.runs(c, name, words, depth):
			return c.Span, true
		}
		if pipe != nil && writesDownload(name, words) {
			pipe.fetched = true
		}
	}
	return dockerfile.Span{}, false
}

// runs reports whether a command runs something from the network.
func (d downloads) runs(c *dockerfile.Command, name string, words []dockerfile.Word, depth int) bool {
	if len(words) == 0 {
		return false
	}
	if fetchedText.MatchString(words[0].Text) { // $(curl ...)
		return true
	}
	if !interpreter(name) && name != "eval" && name != "source" && name != "." {
		return strings.Contains(words[0].Text, "/") && scriptName.MatchString(words[0].Text) &&
			d[path.Base(words[0].Text)]
	}
	for _, w := range words[1:] {
		if fetchedText.MatchString(w.Text) {
			return true
		}
	}
	if code, ok := inlineCode(name, words[1:]); ok {
		if !shellPrograms[name] && name != "eval" {
			return evaluatesDownload.MatchString(code)
		}
		if depth == maxInner {
			return false
		}
		if name == "eval" {
			name = c.Script.Dialect
		}
		_, found := d.script(dockerfile.NewScript(name, code), depth+1)
		return found
	}
	file, ok := scriptFile(words[1:])
	return ok && d[path.Base(file)]
}

// pipeline is a pipe of a script with what it downloads.
type pipeline struct {
	span    dockerfile.Span
	fetched bool // a command of it so far writes a download to its output
}

// pipelines are the outermost pipes of a script, in order.
func pipelines(s *dockerfile.Script) []pipeline {
	var out []pipeline
	for _, span := range s.Pipes {
		if n := len(out); n == 0 || span.Start >= out[n-1].span.End {
			out = append(out, pipeline{span: span})
		}
	}
	return out
}

// around is the pipe that a command stands in, nil if in none.
func around(pipes []pipeline, c *dockerfile.Command) *pipeline {
	i := sort.Search(len(pipes), func(i int) bool { return pipes[i].span.End > c.Span.Start })
	if i < len(pipes) && pipes[i].span.Contains(c.Span.Start) {
		return &pipes[i]
	}
	return nil
}

// program is the command that does the work, busybox seen through.
func program(c *dockerfile.Command) (name string, words []dockerfile.Word) {
	name, words = c.Effective()
	if name == "busybox" && len(words) > 1 {
		words = words[1:]
		name = path.Base(words[0].Text)
	}
	return name, words
}

// writesDownload reports whether a command writes what it downloads to its output.
func writesDownload(name string, words []dockerfile.Word) bool {
	if fetchers[name] {
		return true
	}
	if !interpreter(name) || len(words) == 0 {
		return false
	}
	code, ok := inlineCode(name, words[1:])
	return ok && opensAddress.MatchString(code)
}

// inlineCode is the program that an interpreter is given as an argument: sh -c, python -c, perl -e, php -r.
func inlineCode(name string, args []dockerfile.Word) (string, bool) {
	if name == "eval" {
		var all []string
		for _, w := range args {
			all = append(all, w.Text)
		}
		return strings.Join(all, " "), true
	}
	letter := "e"
	switch {
	case shellPrograms[name], strings.HasPrefix(name, "python"):
		letter = "c"
	case name == "php":
		letter = "r"
	}
	for i, w := range args {
		if len(w.Text) > 1 && w.Text[0] == '-' && w.Text[1] != '-' && strings.HasSuffix(w.Text, letter) &&
			i+1 < len(args) {
			return args[i+1].Text, true
		}
	}
	return "", false
}

// scriptFile is the file that an interpreter is told to run.
func scriptFile(args []dockerfile.Word) (string, bool) {
	for i, w := range args {
		switch {
		case strings.HasPrefix(w.Text, "-"), i > 0 && args[i-1].Text[0] == '-' && strings.HasSuffix(args[i-1].Text, "o"): // -o pipefail
		default:
			return w.Text, true
		}
	}
	return "", false
}

// readsScript reports whether an interpreter takes its script from standard input: no file is named, or it is "-".
func readsScript(name string, words []dockerfile.Word) bool {
	if !interpreter(name) {
		return false
	}
	if _, inline := inlineCode(name, words[1:]); inline {
		return false
	}
	for _, w := range words[1:] {
		switch {
		case w.Text == "-" || strings.HasPrefix(w.Text, "-s") || w.Text == "/dev/stdin":
			return true
		case w.Text == "-m":
			return false
		}
	}
	_, named := scriptFile(words[1:])
	return !named
}

// redirections are the files that commands write their output to.
func redirections(s *dockerfile.Script) map[*syntax.CallExpr]string {
	out := map[*syntax.CallExpr]string{}
	for _, step := range s.Steps {
		if step.Stmt == nil {
			continue
		}
		syntax.Walk(step.Stmt, func(n syntax.Node) bool {
			st, ok := n.(*syntax.Stmt)
			if !ok {
				return true
			}
			call, ok := st.Cmd.(*syntax.CallExpr)
			for _, r := range st.Redirs {
				if ok && (r.Op == syntax.RdrOut || r.Op == syntax.AppOut || r.Op == syntax.RdrClob) && r.N == nil {
					out[call] = r.Word.Lit()
				}
			}
			return true
		})
	}
	return out
}

// fetchedFile is the name of the file that a download goes to, "" if it is not known or goes nowhere.
func fetchedFile(program string, args []dockerfile.Word, redirected string) string {
	if redirected != "" {
		return path.Base(redirected)
	}
	long, letter := "--output", "o"
	if program == "wget" {
		long, letter = "--output-document", "O"
	}
	keeps := program == "wget" // the address's own name
	address, named := "", ""
	for i := 0; i < len(args); i++ {
		text := args[i].Text
		short := len(text) > 1 && text[0] == '-' && text[1] != '-'
		switch option, value, hasValue := strings.Cut(text, "="); {
		case option == long && hasValue:
			named = value
		case text == long || short && strings.HasSuffix(text, letter):
			if i++; i < len(args) {
				named = args[i].Text
			}
		case short && text[1:2] == letter:
			named = text[2:]
		case program == "curl" && (text == "--remote-name" || short && strings.Contains(text, "O")):
			keeps = true
		case fetchValues[text]:
			i++
		case strings.HasPrefix(text, "-"):
		case address == "" || strings.Contains(text, "://"):
			address, _, _ = strings.Cut(text, "?")
		}
	}
	switch {
	case named != "" && named != "-":
		return path.Base(named)
	case named != "" || !keeps || address == "":
		return ""
	}
	return path.Base(address)
}

var (
	fetchers      = map[string]bool{"curl": true, "wget": true}
	shellPrograms = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "ksh": true}
	checks        = map[string]bool{
		"sha256sum": true, "sha512sum": true, "sha384sum": true, "sha224sum": true, "sha1sum": true, "md5sum": true,
		"b2sum": true, "shasum": true,
		"openssl": true, "gpg": true, "gpg2": true, "gpgv": true, "cosign": true, "minisign": true, "signify": true,
	}
	// fetchValues are options of curl and wget whose value is the next word.
	fetchValues = map[string]bool{
		"-H": true, "--header": true, "-A": true, "--user-agent": true, "-U": true, "-u": true, "--user": true,
		"--password": true, "-e": true,
		"--referer": true, "-x": true, "--proxy": true, "-b": true, "-c": true, "-d": true, "--data": true, "-X": true,
		"--request": true, "-m": true,
		"--max-time": true, "--retry": true, "--retry-delay": true, "--retry-max-time": true, "--connect-timeout": true,
		"--cacert": true,
		"-w":       true, "--write-out": true, "-F": true, "-t": true, "--tries": true, "-T": true, "--timeout": true,
		"-P":                 true,
		"--directory-prefix": true, "--output-dir": true,
	}
	otherInterpreters = lazyregexp.New(`^(?:(?:python|pypy|perl|node|ruby|php)[0-9.]*)$`)

	// fetchedText is a substitution that fetches something, as the whole of a word.
	fetchedText = lazyregexp.New("^(?:\\$\\(|<\\(|`)\\s*(?:sudo\\s+)?(?:curl|wget)\\s")
	scriptName  = lazyregexp.New(`\.(?:sh|bash|py|pl|rb|run)$`)

	opensAddress = lazyregexp.New(
		`\b(?:urlopen|urlretrieve|requests\.get|open-uri|Net::HTTP|LWP::Simple|file_get_contents\s*\(\s*['"]https?:)`)
	evaluatesDownload = lazyregexp.New(
		`(?s)\b(?:exec|eval)\b\s*\(?.{0,200}?(?:urlopen|requests\.get|httpx\.get|URI\.open|open\s*\(\s*['"]https?:|Net::HTTP|LWP::Simple|file_get_contents\s*\(\s*['"]https?:)`)
	powershellDownload = lazyregexp.New(
		`(?is)\b(?:iex|invoke-expression)\b.*\b(?:downloadstring|iwr|invoke-webrequest|irm|invoke-restmethod)\b|` +
			`\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)\b[^;\n]*\|\s*(?:iex|invoke-expression)\b`)
)

// interpreter reports whether a program runs the script that it is given.
func interpreter(name string) bool { return shellPrograms[name] || otherInterpreters.MatchString(name) }
