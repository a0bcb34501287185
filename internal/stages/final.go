package stages

import (
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

// finalWriter writes the final stage: the original's instructions in their order, without what the builder took over.
type finalWriter struct {
	a *conversion
	s *stage
	// brings what the builder made; called once, before the app's files are copied
	install func()
	drop    func(*instruction) bool // instructions that the final stage has no use for
	// which parts of a RUN the final stage runs; nil = those of the app and of its accounts and files
	runs    func(*command) bool
	start   func([]string) ([]string, string) // rewrites the command's words
	replace func(*instruction) (string, bool) // text in the place of an instruction
	hasUser bool                              // the user is chosen already: the base image has one
	user    string                            // its USER line, may be empty
	account string                            // the RUN that makes it, may be empty
	health  string                            // a HEALTHCHECK that the original lacks, may be empty
	shell   bool                              // the final base has a shell and a package manager
	dir     string                            // the folder in force where the writer stands

	packages          []string // of the distribution
	packaged, brought bool     // the packages are installed, what the builder made is there
	tail              bool     // nothing follows that needs root
}

func (a *conversion) finalWriter(s *stage) *finalWriter {
	return &finalWriter{a: a, s: s, shell: true, dir: "/"}
}

func (w *finalWriter) write() {
	a := w.a
	w.packages = a.finalPackages()
	w.packaged = len(w.packages) == 0 || !w.shell
	switch {
	case w.hasUser:
	case w.shell:
		w.account, w.user = a.account(w.ownRuns())
	}
	w.health = a.healthcheck()
	cut, lastRoot := a.tailStart(), a.lastRoot()
	for i, o := range a.instructions {
		if i == cut {
			w.bring()
		}
		w.dir = o.dir
		w.tail = i > lastRoot
		if w.replace != nil {
			if text, ok := w.replace(o); ok {
				w.s.keep(o, text)
				continue
			}
		}
		w.instruction(o)
	}
	w.bring()
	w.addAccount()
	w.addUser()
	w.s.add(w.health)
	w.s.dropUnusedArgs()
	w.keepInherited()
}

// keepInherited sets what the original's base sets and the final stage's does not: the working folder, and variables
// that its lines use.
func (w *finalWriter) keepInherited() {
	a := w.a
	if name := official(a.st.Base); a.res.Final == a.st.Base.Text || name != "" &&
		name == official(dockerfile.ParseRef(a.res.Final)) {
		return // the same image, or its twin
	}
	var first []string
	for _, name := range slices.Sorted(maps.Keys(a.base.Env)) {
		if name != "PATH" && name != "LANG" && name != "HOME" && w.s.reads(name, w.s.lines) {
			first = append(first, name+"="+a.base.Env[name])
		}
	}
	var lines []line
	if len(first) > 0 {
		lines = append(lines, line{text: "ENV " + strings.Join(first, " ")})
	}
	if dir := a.base.WorkDir; dir != "/" && dir != knownBases[official(dockerfile.ParseRef(a.res.Final))].WorkDir &&
		!w.s.setsWorkDir() {
		lines = append(lines, line{text: "WORKDIR " + dir})
	}
	w.s.lines = append(lines, w.s.lines...)
}

// setsWorkDir reports whether the stage sets a folder of its own before anything needs one.
func (s *stage) setsWorkDir() bool {
	for _, l := range s.lines {
		switch keyword, rest, _ := strings.Cut(l.text, " "); keyword {
		case "WORKDIR":
			return strings.HasPrefix(rest, "/")
		case "RUN":
			if !strings.HasPrefix(rest, "apt-get update") && !strings.HasPrefix(rest, "apk add") {
				return false // packages are installed the same anywhere
			}
		case "COPY", "ADD", "CMD", "ENTRYPOINT":
			return false
		}
	}
	return false
}

// instruction writes what becomes of one of the original's instructions.
func (w *finalWriter) instruction(o *instruction) {
	a := w.a
	switch o.in.Keyword {
	case "COPY", "ADD":
		if w.drop != nil && w.drop(o) {
			return
		}
		if o.fromContext() {
			w.bring()
			w.addAccount()
		}
		w.s.keep(o, a.text(o))
	case "RUN":
		w.run(o)
	case "CMD", "ENTRYPOINT":
		if o.in != a.last(o.in.Keyword) {
			return
		}
		w.addAccount()
		w.addUser()
		if w.tail {
			w.s.add(w.health)
			w.health = ""
		}
		w.s.keep(o, a.startLine(o, w.start))
	case "EXPOSE":
		if w.tail {
			w.addAccount()
			w.addUser()
		}
		w.s.keep(o, a.text(o))
	case "HEALTHCHECK":
		if o.in != a.last("HEALTHCHECK") {
			return
		}
		w.addUser()
		w.s.keep(o, a.keptHealth(o))
	default:
		w.s.keep(o, a.text(o))
	}
}

// run writes what the final stage runs of a RUN.
func (w *finalWriter) run(o *instruction) {
	a := w.a
	if kindOf(o, depend) && (!w.shell || w.packaged) {
		w.bring()
	}
	if !w.shell {
		return
	}
	if a.whole(o) {
		w.s.keep(o, a.text(o))
		return
	}
	if !w.packaged && kindOf(o, system) {
		w.packaged = true
		a.keepSources(w.s)
		a.keepPackages(w.s, o, w.packages)
	}
	if kindOf(o, upgrade) && !a.upgraded(o) {
		w.s.add(a.upgradeLine(o))
	}
	if kindOf(o, depend) {
		w.bring()
	}
	runs := false // something of the app's own, which may need what the builder made
	texts := a.pick(o, w.wants, func(c *command) string {
		runs = runs || c.kind != account && c.kind != files
		a.callsKnown(c)
		if c.runtime != "" {
			return c.runtime
		}
		return c.text
	})
	text := a.runOf(o, texts)
	if text == "" {
		return
	}
	if runs {
		w.bring()
	}
	w.s.keep(o, text)
}

// ownRuns are the commands of the app's own that the final stage runs while it is built.
func (w *finalWriter) ownRuns() []*command {
	var out []*command
	w.a.parts(func(c *command) {
		if c.kind == other && w.shell && w.wants(c) && !w.a.whole(c.from) {
			out = append(out, c)
		}
	})
	return out
}

// bring brings what the builder made, once, after the packages that it may need.
func (w *finalWriter) bring() {
	if w.brought || w.install == nil {
		return
	}
	w.brought = true
	if !w.packaged {
		w.packaged = true
		w.a.keepSources(w.s)
		w.a.keepSystem(w.s, w.packages)
	}
	w.install()
	for _, p := range w.a.left {
		w.s.add("COPY --from=builder " + p + " " + p)
	}
}

func (w *finalWriter) addAccount() {
	w.s.add(w.account)
	w.account = ""
}

// addUser sets the user, once nothing follows that needs root.
func (w *finalWriter) addUser() {
	if !w.tail {
		return
	}
	w.s.add(w.user)
	w.user = ""
}

// dropUnusedArgs takes the build arguments off that only the builder reads.
func (s *stage) dropUnusedArgs() {
	var keep []line
	for i, l := range s.lines {
		name, ok := strings.CutPrefix(l.text, "ARG ")
		name, _, _ = strings.Cut(strings.TrimSpace(name), "=")
		if ok && !strings.Contains(name, " ") && !s.reads(name, s.lines[i+1:]) {
			continue
		}
		keep = append(keep, l)
	}
	s.lines = keep
}

// reads reports whether a later line uses a variable, or runs a command, which may.
func (s *stage) reads(name string, later []line) bool {
	for _, l := range later {
		if strings.Contains(l.text, "$"+name) || strings.Contains(l.text, "${"+name) {
			return true
		}
	}
	return false
}

// wants are the parts that the final stage runs itself.
func (w *finalWriter) wants(p *command) bool {
	if p.kind == files && (w.a.touchesLeft(p) || w.a.onlySources(p)) {
		return false // it comes along as the builder left it
	}
	if w.runs != nil {
		return w.runs(p)
	}
	switch p.kind {
	case other, account, files:
		return true
	}
	return false
}

// tail are the instructions that say how an image is run.
var tail = words("USER EXPOSE HEALTHCHECK CMD ENTRYPOINT ENV LABEL STOPSIGNAL VOLUME")

// tailStart is where the instructions begin that say how the image is run and after which nothing is made any more.
func (a *conversion) tailStart() int {
	i := len(a.instructions)
	for i > 0 && tail[a.instructions[i-1].in.Keyword] {
		i--
	}
	return i
}

// lastRoot is the last instruction that makes something: what comes before it has to be run as root.
func (a *conversion) lastRoot() int { return a.tailStart() - 1 }
