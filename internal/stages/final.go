package stages

import (
	"strings"
)

// finalWriter writes the final stage: the original's instructions in their order, without what the builder took over.
type finalWriter struct {
	a       *conversion
	s       *stage
	install func()                            // brings what the builder made; called once, before the app's files are copied
	drop    func(*instruction) bool           // instructions that the final stage has no use for
	runs    func(*command) bool               // which parts of a RUN the final stage runs; nil = those of the app and of its accounts and files
	start   func([]string) ([]string, string) // rewrites the command's words
	replace func(*instruction) (string, bool) // text in the place of an instruction
	hasUser bool                              // the user is chosen already: the base image has one
	user    string                            // its USER line, may be empty
	shell   bool                              // the final base has a shell and a package manager
	dir     string                            // the folder in force where the writer stands
}

func (a *conversion) finalWriter(s *stage) *finalWriter {
	return &finalWriter{a: a, s: s, shell: true, dir: "/"}
}

func (w *finalWriter) write() {
	a := w.a
	_, pkgs := a.systemPackages()
	installed, packaged := false, len(pkgs) == 0 || !w.shell
	install := func() {
		if !installed && w.install != nil {
			if !packaged {
				packaged = true
				a.keepSystem(w.s, pkgs)
			}
			w.install()
		}
		installed = true
	}
	newUser, user := "", ""
	switch {
	case w.hasUser:
		user = w.user
	case w.shell:
		newUser, user = a.account()
	}
	health := a.healthcheck()
	tail := map[string]bool{"USER": true, "EXPOSE": true, "HEALTHCHECK": true, "CMD": true, "ENTRYPOINT": true}
	cut := a.tailStart(tail)
	for i, o := range a.instructions {
		if i == cut {
			install()
		}
		w.dir = o.dir
		if w.replace != nil {
			if text, ok := w.replace(o); ok {
				w.s.keep(o, text)
				continue
			}
		}
		switch o.in.Keyword {
		case "COPY", "ADD":
			if w.drop != nil && w.drop(o) {
				continue
			}
			if o.fromContext() {
				install()
				if newUser != "" {
					w.s.add(newUser)
					newUser = ""
				}
			}
			w.s.keep(o, a.text(o))
		case "RUN":
			if !packaged && kindOf(o, system) {
				packaged = true
				a.keepPackages(w.s, o, pkgs)
			}
			if kindOf(o, depend) {
				install()
			}
			runs := false // something of the app's own, which may need what the builder made
			var texts []string
			for _, p := range o.commands {
				if !w.wants(p) {
					continue
				}
				runs = runs || p.kind != account && p.kind != files
				if p.runtime != "" {
					texts = append(texts, p.runtime)
				} else {
					texts = append(texts, p.text)
				}
			}
			text := a.runOf(o, texts)
			if text == "" || !w.shell {
				continue
			}
			if runs {
				install()
			}
			w.s.keep(o, text)
		case "CMD", "ENTRYPOINT":
			if o.in != a.last(o.in.Keyword) {
				continue
			}
			if newUser != "" {
				w.s.add(newUser)
				newUser = ""
			}
			w.addUser(&user)
			if health != "" {
				w.s.add(health)
				health = ""
			}
			w.s.keep(o, a.startLine(o, w.start))
		case "EXPOSE":
			if newUser != "" {
				w.s.add(newUser)
				newUser = ""
			}
			w.addUser(&user)
			w.s.keep(o, a.text(o))
		case "HEALTHCHECK":
			w.addUser(&user)
			w.s.keep(o, a.keptHealth(o))
		default:
			w.s.keep(o, a.text(o))
		}
	}
	install()
	w.s.add(newUser)
	w.addUser(&user)
	w.s.add(health)
	w.s.dropUnusedArgs()
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

func (w *finalWriter) addUser(user *string) {
	w.s.add(*user)
	*user = ""
}

// wants are the parts that the final stage runs itself.
func (w *finalWriter) wants(p *command) bool {
	if w.runs != nil {
		return w.runs(p)
	}
	switch p.kind {
	case other, account, files:
		return !strings.HasPrefix(p.text, "set -")
	}
	return false
}

// tailStart is where the instructions begin that say how the image is run and after which nothing is made any more.
func (a *conversion) tailStart(tail map[string]bool) int {
	i := len(a.instructions)
	for i > 0 {
		k := a.instructions[i-1].in.Keyword
		if !tail[k] && k != "ENV" && k != "LABEL" && k != "STOPSIGNAL" && k != "VOLUME" {
			return i
		}
		i--
	}
	return i
}
