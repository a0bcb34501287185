package stages

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// startLine is a CMD or ENTRYPOINT for the final stage: in exec form where the shell form is one plain command, so
// that the program and not a shell gets the signals. rewrite may change the words, and says why; nil leaves them.
func (a *conversion) startLine(p *instruction, rewrite func([]string) ([]string, string)) string {
	words, ok := argv(p.in)
	if !ok && a.pattern != nil {
		words, ok = a.pattern(p)
	}
	if !ok {
		return a.text(p)
	}
	if rewrite != nil {
		if w, why := rewrite(words); why != "" {
			a.change("command", why)
			words = w
		} else if p.in.JSON {
			return a.text(p)
		}
	} else if p.in.JSON {
		return a.text(p)
	}
	if len(words) == 0 {
		return ""
	}
	return p.in.Keyword + " " + execForm(words)
}

// argv are the words of a CMD or ENTRYPOINT that is one plain command; ok is false for a shell's work: expansions,
// pipes, several commands.
func argv(in *dockerfile.Instruction) (words []string, ok bool) {
	if in.JSON {
		for _, w := range in.Args {
			words = append(words, w.Text)
		}
		if len(words) == 3 && in.Script != nil && in.Script.Dialect != "exec" {
			return plainCommand(in.Script)
		}
		return words, true
	}
	if in.Script == nil {
		return nil, false
	}
	return plainCommand(in.Script)
}

func plainCommand(s *dockerfile.Script) ([]string, bool) {
	if len(s.Commands) != 1 || len(s.Steps) != 1 || len(s.Pipes) > 0 {
		return nil, false
	}
	c, st := s.Commands[0], s.Steps[0].Stmt
	if len(c.Assigns) > 0 || st == nil || st.Cmd != c.Call || len(st.Redirs) > 0 || st.Background || st.Negated {
		return nil, false
	}
	words := c.Words
	if c.Name == "exec" && len(words) > 1 {
		words = words[1:]
	}
	var out []string
	for _, w := range words {
		if !w.Literal || globbed(s, w) {
			return nil, false
		}
		out = append(out, w.Text)
	}
	return out, true
}

// globbed: an unquoted pattern that the shell would expand.
func globbed(s *dockerfile.Script, w dockerfile.Word) bool {
	return strings.ContainsAny(w.Text, "*?[") && strings.Contains(" "+s.Source+" ", " "+w.Text+" ") || strings.HasPrefix(w.Text, "~")
}

func execForm(words []string) string {
	var out []string
	for _, w := range words {
		b := &strings.Builder{}
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		_ = e.Encode(w) // a string always encodes
		out = append(out, strings.TrimSpace(b.String()))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

var (
	portFlag = lazyregexp.New(`(?:--port[= ]|-p[= ]?|--bind[= ]\S*:|-b[= ]?\S*:|:)(\d{2,5})\b`)
	portText = lazyregexp.New(`^(\d+)(?:/tcp)?$`)
)

// port is the TCP port that the app listens on, 0 if it is not known: EXPOSE, else the command's own words.
func (a *conversion) port() int {
	for _, p := range a.instructions {
		if p.in.Keyword != "EXPOSE" {
			continue
		}
		for _, w := range p.in.Args {
			if m := portText.FindStringSubmatch(w.Text); m != nil {
				n, _ := strconv.Atoi(m[1])
				return n
			}
		}
	}
	for _, k := range []string{"CMD", "ENTRYPOINT"} {
		if in := a.last(k); in != nil && in.Script != nil {
			if m := portFlag.FindStringSubmatch(in.Script.Source); m != nil {
				n, _ := strconv.Atoi(m[1])
				return n
			}
		}
	}
	return 0
}

// user is what the final stage needs to run as somebody else than root: the account's RUN and the USER. Both are
// empty, with a note, where that might break the app: it writes to the disk, has a volume, listens below 1024, or the
// original chooses a user itself.
func (a *conversion) user(account, id string) (add, user string) {
	switch {
	case a.last("USER") != nil || a.o.KeepRoot:
		return "", ""
	case a.last("VOLUME") != nil:
		a.note("It still runs as root: the volume's files belong to root.")
		return "", ""
	case a.src().writes != "":
		a.note("It still runs as root: %s writes to the disk, and which folders that takes is not told here.", a.src().writes)
		return "", ""
	case a.port() > 0 && a.port() < 1024:
		a.note("It still runs as root: it listens on port %d.", a.port())
		return "", ""
	}
	a.change("user", "nothing in it needs root")
	a.res.Hardened = true
	return account, "USER " + id
}

// debianUser and alpineUser make an account without a home or a password.
const (
	debianUser = "RUN useradd --no-log-init --uid 10001 --no-create-home app"
	alpineUser = "RUN adduser -D -H -u 10001 app"
)

func (a *conversion) account() (string, string) {
	if a.alpine() {
		return a.user(alpineUser, "10001")
	}
	return a.user(debianUser, "10001")
}

// healthcheck is a HEALTHCHECK for an app whose port is known, in the interpreter that is there anyway: it asks the
// route that the source calls a health route, else it sees whether the port takes connections.
func (a *conversion) healthcheck() string {
	if a.o.NoHealth || a.last("HEALTHCHECK") != nil || a.port() == 0 {
		return ""
	}
	path := ""
	if h := a.src().health; len(h) > 0 {
		path = h[0]
	}
	test := a.healthTest(a.port(), path)
	if test == nil {
		return ""
	}
	a.res.Hardened = true
	a.change("healthcheck", "the port is known")
	return "HEALTHCHECK --interval=30s --timeout=3s CMD " + execForm(test)
}

func (a *conversion) healthTest(port int, path string) []string {
	url := fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
	switch a.language {
	case "Python":
		if path == "" {
			return []string{"python3", "-c", fmt.Sprintf("import socket; socket.create_connection(('127.0.0.1', %d), 2)", port)}
		}
		return []string{"python3", "-c", fmt.Sprintf("import urllib.request as u; u.urlopen('%s', timeout=2)", url)}
	case "Node":
		if path == "" {
			return []string{"node", "-e", fmt.Sprintf("require('net').connect(%d, '127.0.0.1', () => process.exit(0)).on('error', () => process.exit(1))", port)}
		}
		return []string{"node", "-e", fmt.Sprintf("require('http').get('%s', r => process.exit(r.statusCode < 400 ? 0 : 1)).on('error', () => process.exit(1))", url)}
	case "Ruby":
		return []string{"ruby", "-rsocket", "-e", fmt.Sprintf("TCPSocket.new('127.0.0.1', %d).close", port)}
	}
	return nil
}

var fetchedURL = lazyregexp.New(`https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d+))?(/[^\s"'|;&]*)?`)

// keptHealth is the original's HEALTHCHECK for the final stage. One that asks with curl or wget, which the slim base
// lacks, asks with the interpreter instead.
func (a *conversion) keptHealth(p *instruction) string {
	s := p.in.Script
	if s == nil || len(s.Commands) == 0 || s.Commands[0].Name != "curl" && s.Commands[0].Name != "wget" {
		return a.text(p)
	}
	m := fetchedURL.FindStringSubmatch(s.Source)
	if m == nil {
		return a.text(p)
	}
	port, _ := strconv.Atoi(m[1])
	if port == 0 {
		port = 80
	}
	path := m[2]
	if path == "" {
		path = "/"
	}
	test := a.healthTest(port, path)
	if test == nil || a.language == "Ruby" {
		return a.text(p)
	}
	flags := ""
	for _, f := range p.in.Flags {
		flags += a.f.Text(f.Span) + " "
	}
	a.change("healthcheck", s.Commands[0].Name+" is not in the final stage")
	return "HEALTHCHECK " + flags + "CMD " + execForm(test)
}

// asksItself: the HEALTHCHECK's fetcher is replaced by the interpreter, so that no package is needed for it.
func (a *conversion) asksItself(in *dockerfile.Instruction) bool {
	return in.Keyword == "HEALTHCHECK" && (a.language == "Python" || a.language == "Node" || a.language == "Go") && in.Script != nil && fetchedURL.MatchString(in.Script.Source)
}
