package stages

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

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
		return a.startList(p)
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

// startList is a CMD or ENTRYPOINT that is a shell's work, with each of its commands changed where the final stage
// starts
// it otherwise; the script around them stays as it is.
func (a *conversion) startList(p *instruction) string {
	if a.each == nil || p.in.Script == nil {
		return a.text(p)
	}
	text, why := rewritten(p.in.Script, a.each)
	if why == "" {
		return a.text(p)
	}
	a.change("command", why)
	if !p.in.JSON {
		return p.in.Keyword + " " + text
	}
	argv := texts(p.in.Args)
	argv[2] = text
	return p.in.Keyword + " " + execForm(argv)
}

// rewritten is a script with the first words of its commands changed. change gets a command's words and gives others
// that end as those do.
func rewritten(s *dockerfile.Script, change func([]string) ([]string, string)) (text, why string) {
	text = s.Source
	for i := len(s.Commands) - 1; i >= 0; i-- {
		c := s.Commands[i]
		_, words := c.Effective()
		if c.Call == nil || len(words) == 0 {
			continue
		}
		old := texts(words)
		next, because := change(old)
		if because == "" {
			continue
		}
		why = because
		same := 0
		for same < len(old) && same < len(next) && old[len(old)-1-same] == next[len(next)-1-same] {
			same++
		}
		first, last := len(c.Words)-len(words), len(c.Words)-1-same
		start, end := int(c.Call.Args[first].Pos().Offset()), int(c.Call.Args[first].Pos().Offset())
		if last >= first {
			end = int(c.Call.Args[last].End().Offset())
		}
		put := strings.Join(next[:len(next)-same], " ")
		if rest := text[end:]; put == "" {
			text = text[:start] + strings.TrimLeft(rest, " ")
		} else if last >= first {
			text = text[:start] + put + rest
		} else {
			text = text[:start] + put + " " + rest
		}
	}
	return text, why
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
	return strings.ContainsAny(w.Text, "*?[") && strings.Contains(" "+s.Source+" ", " "+w.Text+" ") ||
		strings.HasPrefix(w.Text, "~")
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
// empty, with a note, where that might break the app: it writes to the disk, has a volume, listens below 1024, reads
// what
// a RUN left in root's home, or the original or compose chooses a user itself. ran are the commands of the app's own
// that
// the final stage runs while it is built.
func (a *conversion) user(account, id string, ran []*command) (add, user string) {
	if a.last("USER") != nil || a.o.KeepRoot || a.base.User != "" {
		return "", ""
	}
	if a.o.Run != nil && a.o.Run.User != "" {
		a.note("No USER is added: compose sets the user.")
		return "", ""
	}
	if why := a.needsRoot(ran); why != "" {
		a.note("It still runs as root: %s.", why)
		return "", ""
	}
	a.change("user", "nothing in it needs root")
	a.res.Hardened = true
	a.guesses("nothing in it needs root, or writes outside of its home and /tmp",
		"no write to the disk is seen in %d source files, nor in the command", a.src().files)
	return account, "USER " + id
}

// keepsRoot has the final stage go on as root where it would get a user.
func (a *conversion) keepsRoot(why string) {
	if a.last("USER") == nil && !a.o.KeepRoot && a.base.User == "" {
		a.note("It still runs as root: %s.", why)
		a.o.KeepRoot = true
	}
}

// needsRoot is why an app has to go on as root, as far as that can be told; "" if nothing speaks for it.
func (a *conversion) needsRoot(ran []*command) string {
	if a.last("VOLUME") != nil {
		return "the volume's files belong to root"
	}
	if a.o.Run != nil && len(a.o.Run.Mounts) > 0 {
		return "compose mounts " + a.o.Run.Mounts[0] + ", whose files may belong to root"
	}
	if a.src().writes != "" {
		return a.src().writes + " writes to the disk, and which folders that takes is not told here"
	}
	for _, f := range []string{"src/main/resources/application.properties", "src/main/resources/application.yml",
		"src/main/resources/application.yaml"} {
		if a.language == "Java" && javaWrites.MatchString(a.read(f)) {
			return f + " names a file that it writes"
		}
	}
	if p := a.port(); p > 0 && p < 1024 {
		return fmt.Sprintf("it listens on port %d", p)
	}
	for _, s := range a.startedScripts() {
		if what := writesFiles(s.script); what != "" {
			return s.name + " writes to the disk (" + what + ")"
		}
	}
	for _, c := range ran {
		if !preparing.MatchString(c.text) {
			return "what RUN " + shorten(c.text) + " puts into root's home is read from there"
		}
	}
	if c := a.fillsHome(); c != nil {
		return "RUN " + shorten(c.text) + " writes into root's home"
	}
	for lib := range a.libraries() {
		if homeLibraries[lib] {
			return lib + " keeps its files in root's home"
		}
	}
	return ""
}

var javaWrites = lazyregexp.New(`logging\.file|logging:\s*\n\s+file|jdbc:(h2:(file|[.~])|sqlite|derby)`)

// fillsHome is a command that puts files of the app's into root's home, nil if none is seen to.
func (a *conversion) fillsHome() (found *command) {
	a.parts(func(c *command) {
		if c.kind != files && c.kind != fetch && c.kind != other {
			return
		}
		paths, _ := a.written(c)
		for _, p := range paths {
			if within(p, a.home()) && p != a.home() && !toolCache.MatchString(p) {
				found = c
			}
		}
	})
	if found != nil {
		return found
	}
	for _, c := range a.copies(0) {
		if within(c.to, a.home()) && c.to != a.home() {
			return &command{from: c.op, text: c.op.in.Keyword + " " + c.from + " " + c.to}
		}
	}
	return nil
}

// preparing are commands that prepare an app within its own folder.
var preparing = lazyregexp.New(
	`manage\.py|compileall|compilemessages|assets:precompile|artisan|\bbin/console\b|pybabel|flask (db|assets)|^test |--version$|py_compile`)

// homeLibraries are those that keep models, browsers or settings below the home folder and do not do without it.
var homeLibraries = words(`transformers huggingface-hub huggingface_hub sentence-transformers torch torchvision nltk
	spacy easyocr keras tensorflow-hub playwright
	pyppeteer selenium webdriver-manager undetected-chromedriver openai-whisper faster-whisper paddleocr ultralytics
	kaggle gdown streamlit jupyter notebook stanza flair gensim
	diffusers datasets textblob pyspark rembg insightface deepface`)

func shorten(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "…"
	}
	return s
}

// startScript is a shell script by which the image starts: the command itself, or a file that it runs.
type startScript struct {
	name   string
	script *dockerfile.Script
}

// startedScripts are all of them: of the image's own command and of the one that compose gives.
func (a *conversion) startedScripts() []startScript {
	var out []startScript
	for _, in := range []*dockerfile.Instruction{a.last("ENTRYPOINT"), a.last("CMD")} {
		if in == nil || in.Script == nil {
			continue
		}
		out = append(out, startScript{"the command", in.Script})
		for _, s := range a.startScripts(in.Script) {
			out = append(out, startScript{"the start script", s})
		}
	}
	if r := a.o.Run; r != nil {
		for _, argv := range [][]string{r.Entrypoint, r.Command} {
			if s := scriptOf(argv); s != nil {
				out = append(out, startScript{"compose's command", s})
				for _, inner := range a.startScripts(s) {
					out = append(out, startScript{"the start script", inner})
				}
			}
		}
	}
	return out
}

// scriptOf reads an argument list as the script that it is: the argument of sh -c, or one command.
func scriptOf(argv []string) *dockerfile.Script {
	if len(argv) == 0 {
		return nil
	}
	if len(argv) > 2 && strings.HasPrefix(argv[1], "-") && strings.HasSuffix(argv[1], "c") &&
		nestedShells[path.Base(argv[0])] {
		return dockerfile.NewScript(path.Base(argv[0]), argv[2])
	}
	quoted := make([]string, len(argv))
	for i, w := range argv {
		q, err := syntax.Quote(w, syntax.LangBash)
		if err != nil {
			return nil
		}
		quoted[i] = q
	}
	return dockerfile.NewScript("sh", strings.Join(quoted, " "))
}

// healthScript is what compose's health check runs, nil without one.
func (a *conversion) healthScript() *dockerfile.Script {
	if a.o.Run == nil || len(a.o.Run.Health) < 2 {
		return nil
	}
	switch test := a.o.Run.Health; test[0] {
	case "CMD":
		return scriptOf(test[1:])
	case "CMD-SHELL":
		return dockerfile.NewScript("sh", test[1])
	}
	return nil
}

// writesFiles is what in a start script writes to the disk, "" if nothing does: a redirection, or a program that is for
// that.
func writesFiles(s *dockerfile.Script) string {
	for _, st := range s.Steps {
		if st.Stmt == nil {
			continue
		}
		for _, target := range redirected(st.Stmt) {
			if !strings.HasPrefix(target, "/dev/") && !strings.HasPrefix(target, "/tmp/") &&
				!strings.HasPrefix(target, "/proc/") {
				return "> " + target
			}
		}
	}
	for _, c := range s.Commands {
		name, words := c.Effective()
		switch name {
		case "tee", "mkdir", "touch", "cp", "mv", "ln", "chown", "chmod", "install", "sed", "envsubst", "rm":
			if name != "sed" && name != "envsubst" || c.HasArg("-i") {
				return name
			}
		case "apt-get", "apk", "pip", "pip3", "npm", "gosu", "su-exec", "su", "service", "crond", "cron", "useradd",
			"groupmod", "usermod", "sysctl", "mount":
			if name != "npm" || len(words) > 1 && (words[1].Text == "install" || words[1].Text == "ci") {
				return name
			}
		}
		for i, w := range c.Args() {
			flag, value, ok := strings.Cut(w.Text, "=")
			if !ok && i+1 < len(c.Args()) {
				value = c.Args()[i+1].Text
			}
			if writingFlag.MatchString(flag) && strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "/dev/") &&
				!strings.HasPrefix(value, "/tmp/") {
				return flag
			}
		}
	}
	return ""
}

// writingFlag are options of servers that name a file to write.
var writingFlag = lazyregexp.New(
	`^--?(access-?log(file)?|error-?log(file)?|log-?(file|to)|pid(file)?|p|capture|db|database|data-?dir|statedir)$`)

// debianUser and alpineUser make an account without a password. It has a home of its own, where libraries keep what
// they like.
const (
	debianUser = "RUN useradd --no-log-init --uid 10001 --create-home app"
	alpineUser = "RUN adduser -D -u 10001 app"
)

func (a *conversion) account(ran []*command) (string, string) {
	if a.alpine() {
		return a.user(alpineUser, "10001", ran)
	}
	return a.user(debianUser, "10001", ran)
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
	if where := a.namesPort(a.port()); where != "" {
		a.knows(fmt.Sprintf("it listens on port %d", a.port()), "%s names it", where)
	} else {
		a.guesses(fmt.Sprintf("it listens on port %d", a.port()),
			"EXPOSE names it, and neither its command nor its source does")
	}
	if path != "" {
		a.guesses("it answers "+path+" well when it is well",
			"its source names that route, and who answers it is not told")
	}
	return "HEALTHCHECK --interval=30s --timeout=3s CMD " + execForm(test)
}

// namesPort is what names a port besides EXPOSE: the command, a variable, a source file; "" if nothing does.
func (a *conversion) namesPort(port int) string {
	number := regexp.MustCompile(fmt.Sprintf(`\b%d\b`, port))
	for _, s := range a.startedScripts() {
		if number.MatchString(s.script.Source) {
			return s.name
		}
	}
	for _, o := range a.instructions {
		for _, pair := range o.in.Pairs {
			if number.MatchString(pair.Value) {
				return "the variable " + pair.Key
			}
		}
	}
	text := a.src().text
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if number.MatchString(text[name]) {
			return name
		}
	}
	return ""
}

func (a *conversion) healthTest(port int, path string) []string {
	url := fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
	switch a.language {
	case "Python":
		if path == "" {
			return []string{"python3", "-c",
				fmt.Sprintf("import socket; socket.create_connection(('127.0.0.1', %d), 2)", port)}
		}
		return []string{"python3", "-c", fmt.Sprintf("import urllib.request as u; u.urlopen('%s', timeout=2)", url)}
	case "Node":
		if path == "" {
			return []string{"node", "-e",
				fmt.Sprintf("require('net').connect(%d, '127.0.0.1', () => process.exit(0)).on('error', () => "+
					"process.exit(1))", port)}
		}
		return []string{"node", "-e",
			fmt.Sprintf("require('http').get('%s', r => process.exit(r.statusCode < 400 ? 0 : 1)).on('error', () => "+
				"process.exit(1))", url)}
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
	if s == nil || !a.asksItself(p.in) || a.src().calls[s.Commands[0].Name] {
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
	if in.Keyword != "HEALTHCHECK" || in.Script == nil || !plainFetch(in.Script) {
		return false
	}
	return (a.language == "Python" || a.language == "Node" || a.language == "Go") && !a.alpine()
}

// plainFetch: a health check that only sees whether an address answers well, by curl or wget and nothing else.
func plainFetch(s *dockerfile.Script) bool {
	if len(s.Commands) == 0 || len(s.Commands) > 2 || len(s.Pipes) > 0 {
		return false
	}
	fetcher := s.Commands[0]
	if len(s.Commands) == 2 && (s.Commands[1].Name != "exit" && s.Commands[1].Name != "false" || s.Commands[1].Nested ||
		len(s.Steps) < 2 || s.Steps[1].Op != "||") {
		return false
	}
	fails := fetcher.Name == "wget"
	for _, w := range fetcher.Args() {
		switch {
		case !strings.HasPrefix(w.Text, "-"):
			if !w.Literal || !fetchedURL.MatchString(w.Text) && w.Text != "/dev/null" && w.Text != "-" &&
				!startsWithDigit.MatchString(w.Text) {
				return false
			}
		case !fetchFlag.MatchString(w.Text):
			return false
		case strings.Contains(w.Text, "f") && fetcher.Name == "curl" && w.Text != "-o":
			fails = true
		}
	}
	return fails && (fetcher.Name == "curl" || fetcher.Name == "wget") && !strings.Contains(s.Source, "https://")
}

// fetchFlag are the options of curl and wget that change nothing of whether the answer is a good one.
var fetchFlag = lazyregexp.New(
	`^(-[fsSqLko]+|-O-?|-qO-?|-nv|--fail|--silent|--show-error|--quiet|--spider|--no-verbose|--tries=\d+|--timeout=\d+|-t|-T|-m|--max-time|--connect-timeout|--output|--output-document(=\S+)?|--no-check-certificate|--no-progress-meter|--insecure)$`)
